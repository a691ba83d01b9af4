/* SPDX-License-Identifier: Apache-2.0 */
/* One value in the place of another, when neither is changed from within. */
#include "base/limits.h"
#include "edit/edit_internal.h"

/* What is written, in the parts that go to different places: behind the key, and in the lines below
 * it (each after a line break). */
struct written {
    struct str head;
    struct str lines;
};

static bool is_block_scalar(const struct node *node)
{
    return (node->style == NODE_LITERAL || node->style == NODE_FOLDED) && node->len > 0;
}

static bool is_block_collection(const struct node *node)
{
    return node->kind >= NODE_LIST && node->kind != NODE_ALIAS && node->style == NODE_BLOCK;
}

static struct str render_inline(struct editor *ed, const struct node *value, enum node_style like)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    edit_render_inline(&out, ed->style, value, like);
    return str_dup(ed->arena, buf_str(&out));
}

/* The value for a place behind a key or dash. Collections behind a dash begin there, those of a key
 * in the next line. */
static struct written render(struct editor *ed, struct slot slot, const struct node *old,
                             const struct node *value)
{
    const bool quoted = old->style == NODE_SINGLE_QUOTED || old->style == NODE_DOUBLE_QUOTED;
    const bool like_old = quoted && node_kind(old) == NODE_STRING;
    const enum node_style like = like_old ? (enum node_style)old->style : NODE_PLAIN;
    struct written written = {0};
    const enum node_kind kind = node_kind(value);
    if (kind == NODE_STRING && !edit_is_inline(value) &&
        edit_render_literal(ed->arena, ed->style, node_text(value),
                            slot.column + ed->style->map_step, &written.head, &written.lines))
        return written;
    if (kind < NODE_LIST || edit_is_inline(value)) {
        written.head = render_inline(ed, value, like);
        return written;
    }
    uint32_t column = slot.column + (kind == NODE_MAP ? ed->style->map_step : ed->style->list_step);
    if (slot.in_list) /* as what stood there, or behind one blank */
        column = old->len ? edit_column(ed->text, old->start) : slot.column + 2;
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    if (!slot.in_list) {
        buf_add(&out, ed->style->newline);
        buf_add_n(&out, ' ', column);
    }
    edit_render_block(&out, ed->style, value, column);
    struct str text = str_dup(ed->arena, buf_str(&out));
    if (slot.in_list)
        written.head = text;
    else
        written.lines = text;
    return written;
}

/* Lines (each after a break) as an insertion where a line begins, or where the text ends. */
static void put_below(struct editor *ed, uint32_t at, struct str lines)
{
    if (!lines.n)
        return;
    const bool ends_line = at > 0 && ed->text.p[at - 1] == '\n';
    if (!ends_line) {
        edit_put(ed, at, at, lines);
        return;
    }
    lines = str_from_offset(lines, ed->style->newline.n);
    edit_put(ed, at, at, str_concat(ed->arena, lines, ed->style->newline));
}

static struct str after_blank(struct editor *ed, struct str text)
{
    return text.n ? str_concat(ed->arena, STR(" "), text) : text;
}

static void replace_nothing(struct editor *ed, struct slot slot, const struct node *old,
                            struct written written)
{
    edit_put(ed, slot.after, slot.after, after_blank(ed, written.head));
    put_below(ed, edit_line_behind(ed->text, old, slot.after), written.lines);
}

/* A scalar on one or more lines, an alias, or a collection in brackets. */
static void replace_inline(struct editor *ed, struct slot slot, const struct node *old,
                           struct written written)
{
    const uint32_t end = old->start + old->len;
    uint32_t start = old->start;
    if (!written.head.n && edit_skip_blanks(ed->text, slot.after) == start)
        start = slot.after;
    edit_put(ed, start, end, written.head);
    put_below(ed, edit_line_behind(ed->text, old, slot.after), written.lines);
}

/* The header's line may have a comment, which stays. */
static void replace_block_scalar(struct editor *ed, struct slot slot, const struct node *old,
                                 struct written written)
{
    const uint32_t line_end = edit_line_end(ed->text, old->start);
    const uint32_t end = MAX_OF(old->start + old->len, line_end);
    uint32_t start = old->start, header = old->start;
    while (header < line_end && ed->text.p[header] != ' ' && ed->text.p[header] != '\t')
        header++;
    if (!written.head.n && edit_skip_blanks(ed->text, slot.after) == start)
        start = slot.after;
    edit_put(ed, start, header, written.head);
    edit_put(ed, line_end, end, written.lines);
}

static void replace_block_collection(struct editor *ed, struct slot slot, const struct node *old,
                                     struct written written)
{
    if (slot.in_list) {
        edit_put(ed, old->start, old->start + old->len,
                 str_concat(ed->arena, written.head, written.lines));
        return;
    }
    if (!edit_is_first(ed->text, old->start)) {
        edit_refuse(ed, "the value does not begin its line");
        return;
    }
    edit_put(ed, slot.after, slot.after, after_blank(ed, written.head));
    const uint32_t behind = edit_line_behind(ed->text, old, slot.after);
    put_below(ed, edit_line_start(ed->text, old->start), written.lines);
    edit_put(ed, edit_line_start(ed->text, old->start), behind, STR(""));
}

static void replace_in_flow(struct editor *ed, struct slot slot, const struct node *old,
                            const struct node *new)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    const bool quoted = old->style == NODE_SINGLE_QUOTED || old->style == NODE_DOUBLE_QUOTED;
    if (quoted && new->kind == NODE_STRING && edit_is_inline(new))
        edit_render_inline(&out, ed->style, new, (enum node_style)old->style);
    else
        edit_render_flow(&out, ed->style, new, NULL);
    if (old->len)
        edit_put(ed, old->start, old->start + old->len, buf_str(&out));
    else if (slot.after)
        edit_put(ed, slot.after, slot.after, after_blank(ed, buf_str(&out)));
    else
        edit_refuse(ed, "the value has no place");
}

void edit_replace_value(struct editor *ed, struct slot slot, const struct node *old,
                        const struct node *new)
{
    const bool brackets = old->style == NODE_FLOW && old->n > 0;
    if (slot.in_flow || ed->style->json ||
        (brackets && node_kind(old) >= NODE_LIST && node_kind(new) >= NODE_LIST)) {
        replace_in_flow(ed, slot, old, new);
        return;
    }
    const struct written written = render(ed, slot, old, new);
    if (!old->len)
        replace_nothing(ed, slot, old, written);
    else if (is_block_scalar(old))
        replace_block_scalar(ed, slot, old, written);
    else if (is_block_collection(old))
        replace_block_collection(ed, slot, old, written);
    else
        replace_inline(ed, slot, old, written);
}
