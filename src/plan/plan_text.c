/* SPDX-License-Identifier: Apache-2.0 */
/* A plan for terminals and logs. */
#include "plan/plan_internal.h"

enum { LINES_MAX = 60 };

struct text {
    const struct plan *plan;
    const struct report_options *options;
    struct paint_style style;
    struct arena arena; /* owned */
    struct buf *out;
};

static const enum paint paints[] = {
    /* order: plan_action */
    PAINT_GOOD, PAINT_WARNING, PAINT_ERROR, PAINT_ERROR,
    PAINT_INFO, PAINT_ERROR,   PAINT_ERROR, PAINT_DRAWING,
};

static void put(struct text *text, enum paint paint, const char *indent, char sign,
                struct str words)
{
    buf_add_c(text->out, indent);
    paint_on(text->out, &text->style, paint);
    buf_add_char(text->out, sign);
    buf_add_char(text->out, ' ');
    escape_terminal(text->out, words);
    paint_off(text->out, &text->style);
}

static void put_line(void *ctx, char sign, struct str line)
{
    struct text *text = ctx;
    const enum paint paint = sign == '+'   ? PAINT_GOOD
                             : sign == '-' ? PAINT_ERROR
                             : sign == '@' ? PAINT_INFO
                                           : PAINT_DRAWING;
    if (sign == ' ' || sign == '@') {
        buf_add_c(text->out, "        ");
        buf_add_c(text->out, sign == '@' ? "... " : "  ");
        escape_terminal(text->out, line);
    } else {
        put(text, paint, "        ", sign, line);
    }
    buf_add_char(text->out, '\n');
}

/* ---- one field ---- */

static void put_value(struct text *text, const struct plan_change *change, const struct node *value)
{
    escape_terminal(text->out, plan_value_short(&text->arena, text->plan, change, value));
}

static void put_change(struct text *text, const struct plan_change *change)
{
    static const char signs[] = {'+', '-', '~', '~'}; /* order: plan_change_kind */
    static const enum paint of_kind[] = {PAINT_GOOD, PAINT_ERROR, PAINT_WARNING, PAINT_WARNING};
    put(text, of_kind[change->kind], "    ", signs[change->kind], change->path);
    if (change->is_immutable)
        buf_add_c(text->out, " (can't be changed)");
    if (plan_value_is_long(change)) {
        buf_add_c(text->out, ":\n");
        plan_value_lines(change, LINES_MAX, put_line, text);
        return;
    }
    buf_add_c(text->out, ": ");
    if (change->kind == PLAN_ORDER)
        buf_add_c(text->out, "in another order");
    if (change->kind == PLAN_SET || change->kind == PLAN_REMOVE)
        put_value(text, change, change->from);
    if (change->kind == PLAN_SET)
        buf_add_c(text->out, " -> ");
    if (change->kind == PLAN_SET || change->kind == PLAN_ADD)
        put_value(text, change, change->to);
    buf_add_char(text->out, '\n');
}

/* ---- one object ---- */

static void put_note(struct text *text, const char *before, struct str words)
{
    buf_format(text->out, "    ! %s", before);
    escape_terminal(text->out, words);
    buf_add_char(text->out, '\n');
}

static void put_step(struct text *text, const struct plan_step *step)
{
    struct arena *arena = &text->arena;
    const struct str remark = plan_remark(arena, step);
    const struct str place = plan_place(arena, step);
    put(text, paints[step->action], "", plan_symbol(step->action), plan_title(arena, step));
    buf_format(text->out, "  %s", plan_action_name(step->action));
    if (place.n) {
        buf_add_c(text->out, "  ");
        escape_terminal(text->out, place);
    }
    buf_add_char(text->out, '\n');
    if (remark.n)
        put_note(text, "", remark);
    for (size_t i = 0; i < step->changes.n; i++)
        put_change(text, &step->changes.items[i]);
    for (size_t i = 0; i < step->conflicts.n; i++)
        put_note(text, "",
                 str_format(arena, "field manager %.*s owns %.*s",
                            STR_FMT(step->conflicts.items[i].manager),
                            STR_FMT(step->conflicts.items[i].field)));
    for (size_t i = 0; i < step->warnings.n; i++)
        put_note(text, "the server warns: ", step->warnings.items[i]);
}

void plan_write_text(const struct plan *plan, const struct report_options *options, struct buf *out)
{
    struct text text = {
        .plan = plan, .options = options, .style = paint_style_of(options), .out = out};
    struct str set = {0};
    for (size_t i = 0; i < plan->steps.n; i++) {
        const struct plan_step *step = &plan->steps.items[i];
        if (step->action == PLAN_KEEP)
            continue;
        if (!str_eq(step->set, set)) {
            paint_on(out, &text.style, PAINT_BOLD);
            buf_add_c(out, "set ");
            escape_terminal(out, step->set);
            paint_off(out, &text.style);
            buf_add_char(out, '\n');
        }
        set = step->set;
        put_step(&text, step);
        arena_release(&text.arena);
    }
    for (size_t i = 0; i < plan->notes.n; i++) {
        put(&text, PAINT_WARNING, "", '?', plan->notes.items[i]);
        buf_add_char(out, '\n');
    }
    if (!options->quiet) {
        struct buf scope SCOPED(buf) = {0};
        buf_init(&scope, SIZE_MAX - 1);
        plan_scope(plan, &scope);
        plan_summary(plan, out);
        buf_add_c(out, "\n");
        escape_terminal(out, buf_str(&scope));
        buf_add_char(out, '\n');
    }
    arena_release(&text.arena);
}
