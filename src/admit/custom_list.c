/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists that are sets or maps: no entry may occur twice, which the server checks on every write
 * (apiextensions-apiserver's listtype).
 */
#include "admit/custom.h"

#include "base/limits.h"
#include "base/map.h"

enum { ENTRY_BYTES_MAX = 1 << 20 };

static void check_items(struct values *values, const struct structural *schema,
                        const struct spot *list);

/* ---- one text for equal values ---- */

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    return str_cmp(node_text(x->key), node_text(y->key));
}

static void write_value(struct arena *arena, struct buf *out, const struct node *node,
                        unsigned depth);

static void write_map(struct arena *arena, struct buf *out, const struct node *map, unsigned depth)
{
    struct entry *entries = ARENA_ARRAY(arena, struct entry, node_real(map)->n);
    size_t n = 0;
    for (struct entry e = map_first(map); e.key; e = map_next(e))
        entries[n++] = e;
    if (n > 1)
        qsort(entries, n, sizeof *entries, by_key);
    buf_add_char(out, '{');
    for (size_t i = 0; i < n; i++) {
        jsonw_quote(out, node_text(entries[i].key));
        buf_add_char(out, ':');
        write_value(arena, out, entries[i].value, depth + 1);
        buf_add_char(out, ',');
    }
    buf_add_char(out, '}');
}

/* As JSON with sorted keys. */
static void write_value(struct arena *arena, struct buf *out, const struct node *node,
                        unsigned depth)
{
    if (depth == LIMIT_DEPTH)
        return;
    if (node_kind(node) == NODE_MAP) {
        write_map(arena, out, node, depth);
        return;
    }
    if (node_kind(node) != NODE_LIST) {
        doc_write_json(out, node, 0);
        return;
    }
    buf_add_char(out, '[');
    for (struct item it = list_first(node); it.value; it = list_next(it)) {
        write_value(arena, out, it.value, depth + 1);
        buf_add_char(out, ',');
    }
    buf_add_char(out, ']');
}

/* What must differ between two entries. A key that is absent is not the same as a null. */
static struct str entry_text(struct values *values, const struct structural *schema,
                             const struct node *entry)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, ENTRY_BYTES_MAX);
    if (schema->list_type == LIST_SET)
        write_value(values->ctx->arena, &out, entry, 0);
    for (uint32_t i = 0; schema->list_type == LIST_MAP && i < schema->list_key_count; i++) {
        const struct entry e = node_entry(entry, schema->list_keys[i]);
        if (e.key)
            write_value(values->ctx->arena, &out, e.value, 0);
        buf_add_char(&out, ';');
    }
    return str_dup(values->ctx->arena, buf_str(&out));
}

/* ---- findings ---- */

static struct str describe_keys(struct values *values, const struct structural *schema,
                                const struct node *entry)
{
    struct arena *arena = values->ctx->arena;
    struct str text = {0};
    for (uint32_t i = 0; i < schema->list_key_count; i++) {
        const struct str key = schema->list_keys[i];
        const struct node *value = node_get(entry, key);
        text = str_format(arena, "%.*s%s%.*s", STR_FMT(text), i ? ", " : "",
                          STR_FMT(diag_quote(arena, key)));
        if (value && node_is_scalar(value))
            text = str_format(arena, "%.*s %.*s", STR_FMT(text),
                              STR_FMT(diag_quote(arena, node_text(value))));
    }
    return text;
}

/* Values are quoted only when the source may be: secrets are masked there. */
static void report_duplicate(struct values *values, const struct structural *schema,
                             const struct spot *list, const struct item *item,
                             const struct node *first)
{
    struct admit_ctx *ctx = values->ctx;
    const struct spot spot = spot_item(list, schema, item);
    const struct str text = written_text(ctx, values->object, item->written);
    struct diag *diag;
    if (schema->list_type == LIST_MAP)
        diag = value_report(values, RULE_API_DUPLICATE_VALUE, &spot,
                            "is a second entry with %.*s: entries must differ in it",
                            STR_FMT(describe_keys(values, schema, item->value)));
    else if (text.n > 0)
        diag = value_report(values, RULE_API_DUPLICATE_VALUE, &spot,
                            "repeats \"%.*s\": entries of a set must differ", STR_FMT(text));
    else
        diag = value_report(values, RULE_API_DUPLICATE_VALUE, &spot,
                            "repeats an entry: entries of a set must differ");
    if (diag)
        diag_relate(ctx->diags, diag, ctx->diags->at.source, node_span(first), "the first one");
}

/* ---- the walk ---- */

static bool all_maps(const struct node *list)
{
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (node_kind(it.value) != NODE_MAP && node_kind(it.value) != NODE_NULL)
            return false;
    return true;
}

struct seen {
    const struct node *first; /* where it stands */
    bool reported;
};

/* Each repeated entry is reported once, at its second occurrence. */
static void check_entries(struct values *values, const struct structural *schema,
                          const struct spot *list)
{
    struct map table = {.arena = values->ctx->arena};
    if (schema->list_type == LIST_MAP && !all_maps(list->path.node)) /* the type says so */
        return;
    for (struct item it = list_first(list->path.node); it.value; it = list_next(it)) {
        void **slot = map_slot(&table, entry_text(values, schema, it.value));
        struct seen *seen = *slot;
        if (!seen) {
            *slot = seen = ARENA_NEW(values->ctx->arena, struct seen);
            seen->first = it.written;
        } else if (!seen->reported) {
            report_duplicate(values, schema, list, &it, seen->first);
            seen->reported = true;
        }
    }
}

bool list_repeats(struct values *values, const struct node *list, struct item *ret_item)
{
    const struct structural set = {.list_type = LIST_SET};
    struct map table = {.arena = values->ctx->arena};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        if (map_put(&table, entry_text(values, &set, it.value), &table)) {
            *ret_item = it;
            return true;
        }
    }
    return false;
}

static void check_below(struct values *values, const struct structural *schema,
                        const struct spot *spot)
{
    if (!schema || values->depth == LIMIT_DEPTH)
        return;
    values->depth++;
    if (node_kind(spot->path.node) == NODE_MAP)
        lists_check(values, schema, spot);
    else if (node_kind(spot->path.node) == NODE_LIST)
        check_items(values, schema, spot);
    values->depth--;
}

static void check_items(struct values *values, const struct structural *schema,
                        const struct spot *list)
{
    if (schema->list_type != LIST_ATOMIC && node_real(list->path.node)->n > 1)
        check_entries(values, schema, list);
    if (!schema->items)
        return;
    for (struct item it = list_first(list->path.node); it.value; it = list_next(it)) {
        const struct spot spot = spot_item(list, schema, &it);
        check_below(values, schema->items, &spot);
    }
}

void lists_check(struct values *values, const struct structural *schema, const struct spot *spot)
{
    for (struct entry e = map_first(spot->path.node); e.key; e = map_next(e)) {
        const struct structural *property = structural_property(schema, node_text(e.key));
        struct spot child = spot_entry(spot, &e);
        child.path.is_key = !property;
        check_below(values, property ? property : schema->additional, &child);
    }
}
