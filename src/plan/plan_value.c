/* SPDX-License-Identifier: Apache-2.0 */
/* Values in words: on one line, or as the lines that differ. */
#include "plan/plan_internal.h"

#include "base/limits.h"

enum {
    SHORT_MAX = 120,     /* code points */
    ONE_LINE_MAX = 100,  /* bytes of a tree that is told on one line */
    CONTEXT = 3,         /* lines around what differs */
    TABLE_MAX = 1 << 20, /* cells for finding what two texts have in common */
};

struct lines {
    VEC(struct str);
};

struct op {
    char sign;
    struct str line;
};

struct ops {
    VEC(struct op);
};

static void write_json(struct buf *out, const struct node *value)
{
    if (node_kind(value) == NODE_STRING)
        jsonw_quote(out, node_text(value));
    else
        doc_write_json(out, value, 0);
}

struct str plan_value_short(struct arena *arena, const struct plan *plan,
                            const struct plan_change *change, const struct node *value)
{
    struct buf out SCOPED(buf) = {0};
    if (!value)
        return STR("(not known)"); /* a snapshot has no values */
    if (change->is_secret)
        return str_format(arena, "<secret %.*s>", STR_FMT(plan_digest(arena, plan, value)));
    buf_init(&out, SIZE_MAX - 1);
    write_json(&out, value);
    return escape_cut(arena, str_dup(arena, buf_str(&out)), SHORT_MAX);
}

static bool is_long(const struct node *value)
{
    struct buf out SCOPED(buf) = {0};
    if (node_kind(value) == NODE_STRING) {
        const ptrdiff_t end = str_find_char(node_text(value), '\n');
        return end >= 0 && (size_t)end + 1 < node_text(value).n;
    }
    if (node_kind(value) != NODE_MAP && node_kind(value) != NODE_LIST)
        return false;
    buf_init(&out, ONE_LINE_MAX);
    doc_write_json(&out, value, 0);
    return out.full;
}

bool plan_value_is_long(const struct plan_change *change)
{
    return !change->is_secret && change->kind != PLAN_ORDER &&
           (is_long(change->from) || is_long(change->to));
}

/* ---- lines ---- */

static struct lines split(struct arena *arena, struct str text)
{
    struct lines lines = {0};
    for (struct str line, rest = text; str_split(&rest, '\n', &line);)
        VEC_PUSH(arena, &lines, line);
    return lines;
}

static struct lines lines_of(struct arena *arena, const struct node *value)
{
    struct buf out SCOPED(buf) = {0};
    if (!value)
        return (struct lines){0};
    if (node_kind(value) == NODE_STRING)
        return split(arena, node_text(value));
    buf_init(&out, LIMIT_FILE_BYTES);
    doc_write_yaml(&out, value);
    return split(arena, str_dup(arena, buf_str(&out)));
}

static void add_ops(struct arena *arena, struct ops *ops, char sign, const struct lines *lines,
                    size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        VEC_PUSH(arena, ops, ((struct op){sign, lines->items[i]}));
}

/* The longest common subsequence of what is between, by a table of its lengths from each place. */
static void diff_middle(struct arena *arena, const struct lines *a, size_t a_from, size_t a_to,
                        const struct lines *b, size_t b_from, size_t b_to, struct ops *ops)
{
    const size_t n = a_to - a_from, m = b_to - b_from, width = m + 1;
    if (!n || !m || n + 1 > TABLE_MAX / width) {
        add_ops(arena, ops, '-', a, a_from, a_to);
        add_ops(arena, ops, '+', b, b_from, b_to);
        return;
    }
    uint32_t *table = ARENA_ARRAY(arena, uint32_t, (n + 1) * width);
    for (size_t i = n; i-- > 0;)
        for (size_t k = m; k-- > 0;)
            table[i * width + k] =
                str_eq(a->items[a_from + i], b->items[b_from + k])
                    ? table[(i + 1) * width + k + 1] + 1
                    : MAX_OF(table[(i + 1) * width + k], table[i * width + k + 1]);
    size_t i = 0, k = 0;
    while (i < n || k < m) {
        const bool is_same = i < n && k < m && str_eq(a->items[a_from + i], b->items[b_from + k]);
        const bool goes =
            !is_same && i < n && (k == m || table[(i + 1) * width + k] >= table[i * width + k + 1]);
        const struct str line = is_same || goes ? a->items[a_from + i] : b->items[b_from + k];
        VEC_PUSH(arena, ops, ((struct op){is_same ? ' ' : goes ? '-' : '+', line}));
        i += is_same || goes;
        k += is_same || !goes;
    }
}

static struct ops diff(struct arena *arena, const struct lines *a, const struct lines *b)
{
    struct ops ops = {0};
    size_t first = 0, last = 0;
    const size_t least = MIN_OF(a->n, b->n);
    while (first < least && str_eq(a->items[first], b->items[first]))
        first++;
    while (last < least - first && str_eq(a->items[a->n - 1 - last], b->items[b->n - 1 - last]))
        last++;
    add_ops(arena, &ops, ' ', a, 0, first);
    diff_middle(arena, a, first, a->n - last, b, first, b->n - last, &ops);
    add_ops(arena, &ops, ' ', a, a->n - last, a->n);
    return ops;
}

/* Whether a line is near one that differs. Two passes, so that it takes no time to look around. */
static bool *shown_of(struct arena *arena, const struct ops *ops, bool *ret_any)
{
    bool *shown = ARENA_ARRAY(arena, bool, ops->n + 1);
    size_t near = 0;
    *ret_any = false;
    for (size_t i = 0; i < ops->n; i++) {
        near = ops->items[i].sign != ' ' ? CONTEXT + 1 : near - (near > 0);
        *ret_any |= ops->items[i].sign != ' ';
        shown[i] |= near > 0;
    }
    near = 0;
    for (size_t i = ops->n; i-- > 0;) {
        near = ops->items[i].sign != ' ' ? CONTEXT + 1 : near - (near > 0);
        shown[i] |= near > 0;
    }
    return shown;
}

static void tell_count(size_t n, const char *what, plan_line_fn line, void *ctx)
{
    char text[64];
    const int length = snprintf(text, sizeof text, "%zu %s", n, what);
    line(ctx, '@', (struct str){text, (size_t)length});
}

void plan_value_lines(const struct plan_change *change, size_t max, plan_line_fn line, void *ctx)
{
    struct arena arena SCOPED(arena) = {0};
    const struct lines from = lines_of(&arena, change->from);
    const struct lines to = lines_of(&arena, change->to);
    const struct ops ops = diff(&arena, &from, &to);
    bool any;
    const bool *shown = shown_of(&arena, &ops, &any);
    size_t told = 0, alike = 0, left = 0;
    for (size_t i = 0; i < ops.n; i++) {
        if (told == max) {
            left += ops.items[i].sign != ' ';
            continue;
        }
        if (!shown[i]) {
            alike++;
            continue;
        }
        if (alike)
            tell_count(alike, alike == 1 ? "line alike" : "lines alike", line, ctx);
        alike = 0;
        told++;
        line(ctx, ops.items[i].sign, ops.items[i].line);
    }
    if (left)
        tell_count(left, left == 1 ? "more line differs" : "more lines differ", line, ctx);
    if (!any)
        line(ctx, '@', STR("only the line break at the end differs"));
}
