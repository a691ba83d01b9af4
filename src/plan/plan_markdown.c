/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan for summaries and comments of pull requests: what it comes to, a table of objects, and the
 * fields of each behind a fold. Text that is not ours stands in code only, as in the report.
 */
#include "plan/plan_internal.h"

enum {
    LINES_MAX = 40,
    WORDS_MAX = 500,           /* code points */
    TAIL_BYTES = 1024,         /* for what is said at the end when something did not fit */
    DEFAULT_BYTES = 900 << 10, /* a step summary over 1 MiB is thrown away */
};

struct page {
    const struct plan *plan;
    struct arena arena; /* owned */
    struct buf *out;
    size_t from, most;
};

static size_t room(const struct page *page)
{
    const size_t used = page->out->n - page->from;
    return used + TAIL_BYTES < page->most ? page->most - used - TAIL_BYTES : 0;
}

/* ---- the table ---- */

static void write_row(struct page *page, const struct plan_step *step, struct buf *row)
{
    const struct str remark = plan_remark(&page->arena, step);
    buf_format(row, "| %s | ", plan_action_name(step->action));
    escape_code(row, plan_title(&page->arena, step));
    buf_add_c(row, " | ");
    escape_code(row, step->set);
    buf_add_c(row, " | ");
    escape_code(row, plan_place(&page->arena, step));
    buf_add_c(row, " | ");
    if (step->changes.n)
        buf_format(row, "%zu field%s", step->changes.n, step->changes.n == 1 ? "" : "s");
    if (step->conflicts.n)
        buf_format(row, "%s%zu conflict%s", step->changes.n ? ", " : "", step->conflicts.n,
                   step->conflicts.n == 1 ? "" : "s");
    if (remark.n) {
        buf_add_c(row, step->changes.n || step->conflicts.n ? "<br>" : "");
        escape_code(row, escape_cut(&page->arena, remark, WORDS_MAX));
    }
    buf_add_c(row, " |\n");
}

static size_t write_table(struct page *page)
{
    size_t left = 0;
    buf_add_c(page->out, "| | object | set | place | |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < page->plan->steps.n; i++) {
        const struct plan_step *step = &page->plan->steps.items[i];
        struct buf row SCOPED(buf) = {0};
        if (step->action == PLAN_KEEP)
            continue;
        buf_init(&row, SIZE_MAX - 1);
        if (!left)
            write_row(page, step, &row);
        if (left || row.n > room(page))
            left++;
        else
            buf_add(page->out, buf_str(&row));
    }
    buf_add_char(page->out, '\n');
    return left;
}

/* ---- the fields ---- */

static void put_line(void *ctx, char sign, struct str line)
{
    struct buf *out = ctx;
    buf_add_c(out, sign == '@' ? "  ... " : "");
    if (sign != '@') {
        buf_add_char(out, sign);
        buf_add_char(out, ' ');
    }
    escape_terminal(out, line);
    buf_add_char(out, '\n');
}

static void put_value(struct page *page, const struct plan_change *change, char sign,
                      const struct node *value, struct buf *out)
{
    if (!value)
        return;
    buf_format(out, "%c ", sign);
    escape_terminal(out, change->path);
    buf_add_c(out, ": ");
    escape_terminal(out, plan_value_short(&page->arena, page->plan, change, value));
    buf_add_char(out, '\n');
}

static void put_change(struct page *page, const struct plan_change *change, struct buf *out)
{
    const bool is_long = plan_value_is_long(change);
    if (is_long || change->kind == PLAN_ORDER || change->is_immutable) {
        buf_add_c(out, "# ");
        escape_terminal(out, change->path);
        buf_add_c(out, change->kind == PLAN_ORDER ? ": in another order\n"
                       : change->is_immutable     ? " can't be changed\n"
                                                  : "\n");
    }
    if (change->kind == PLAN_ORDER)
        return;
    if (is_long) {
        plan_value_lines(change, LINES_MAX, put_line, out);
        return;
    }
    put_value(page, change, '-', change->from, out);
    put_value(page, change, '+', change->to, out);
}

static void write_fence(struct buf *out, size_t ticks, const char *language)
{
    buf_add_n(out, '`', ticks);
    buf_add_c(out, language);
    buf_add_char(out, '\n');
}

static void write_fields(struct page *page, const struct plan_step *step, struct buf *out)
{
    struct buf lines SCOPED(buf) = {0};
    buf_init(&lines, SIZE_MAX - 1);
    for (size_t i = 0; i < step->changes.n && lines.n <= room(page); i++)
        put_change(page, &step->changes.items[i], &lines);
    for (size_t i = 0; i < step->conflicts.n && lines.n <= room(page); i++) {
        buf_add_c(&lines, "! field manager ");
        escape_terminal(&lines, step->conflicts.items[i].manager);
        buf_add_c(&lines, " owns ");
        escape_terminal(&lines, step->conflicts.items[i].field);
        buf_add_char(&lines, '\n');
    }
    for (size_t i = 0; i < step->warnings.n && lines.n <= room(page); i++) {
        buf_add_c(&lines, "! the server warns: ");
        escape_terminal(&lines, step->warnings.items[i]);
        buf_add_char(&lines, '\n');
    }
    const size_t ticks = MAX_OF(escape_longest_run(buf_str(&lines)) + 1, 3u);
    buf_add_c(out, "<details><summary><code>");
    escape_xml(out, plan_title(&page->arena, step));
    buf_add_c(out, "</code></summary>\n\n");
    write_fence(out, ticks, "diff");
    buf_add(out, buf_str(&lines));
    write_fence(out, ticks, "");
    buf_add_c(out, "\n</details>\n\n");
}

static size_t write_folds(struct page *page)
{
    size_t left = 0;
    for (size_t i = 0; i < page->plan->steps.n; i++) {
        const struct plan_step *step = &page->plan->steps.items[i];
        struct buf fold SCOPED(buf) = {0};
        if (step->action == PLAN_KEEP ||
            !(step->changes.n || step->conflicts.n || step->warnings.n))
            continue;
        buf_init(&fold, SIZE_MAX - 1);
        write_fields(page, step, &fold);
        if (fold.n > room(page))
            left++;
        else
            buf_add(page->out, buf_str(&fold));
    }
    return left;
}

void plan_write_markdown(const struct plan *plan, const struct report_options *options,
                         struct buf *out)
{
    struct page page = {.plan = plan,
                        .out = out,
                        .from = out->n,
                        .most = options->max_bytes ? options->max_bytes : DEFAULT_BYTES};
    struct buf scope SCOPED(buf) = {0};
    size_t left = 0, folds = 0;
    buf_add_c(out, "### tidegate diff: ");
    plan_summary(plan, out);
    buf_add_c(out, "\n\n");
    /* Before what may be cut. */
    for (size_t i = 0; i < plan->notes.n; i++) {
        escape_code(out, plan->notes.items[i]);
        buf_add_c(out, "\n\n");
    }
    if (plan_differs(plan)) {
        left = write_table(&page);
        folds = write_folds(&page);
    }
    if (left)
        buf_format(out, "%zu more objects do not fit here; the log has them all.\n\n", left);
    if (folds)
        buf_format(out, "The fields of %zu objects do not fit here; the log has them all.\n\n",
                   folds);
    buf_init(&scope, SIZE_MAX - 1);
    plan_scope(plan, &scope);
    escape_code(out, buf_str(&scope));
    buf_add_char(out, '\n');
    arena_release(&page.arena);
}
