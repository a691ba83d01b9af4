/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists that server-side apply merges by key. A plain create takes two entries with one key, apply
 * refuses them (structured-merge-diff), so this is a warning with a rule of its own.
 */
#include "admit/admit_internal.h"

#include "base/digest.h"

enum {
    MAP_KEYS_MAX = 4,
    SMALL = 64,
};

struct entries {
    const struct node *list;
    const struct str *keys; /* of a list-type=map; none for a set */
    size_t key_count;
    const struct node **seen; /* by hash, open addressing */
    size_t slots;             /* a power of two, at least twice the entries */
};

/* The only key that the published schemas give a default: a port without protocol is TCP's. */
static struct str key_text(const struct node *entry, struct str key)
{
    const struct node *value = node_get(entry, key);
    if (node_is_null(value) && str_is(key, "protocol"))
        return STR("TCP");
    return node_text(value);
}

static uint64_t entry_hash(const struct entries *entries, const struct node *entry)
{
    if (entries->key_count == 0)
        return hash64(node_text(entry));
    uint64_t hash = 0;
    for (size_t i = 0; i < entries->key_count; i++)
        hash = hash * 31 + hash64(key_text(entry, entries->keys[i]));
    return hash;
}

static bool is_same(const struct entries *entries, const struct node *a, const struct node *b)
{
    if (entries->key_count == 0)
        return node_equal(a, b);
    for (size_t i = 0; i < entries->key_count; i++)
        if (!str_eq(key_text(a, entries->keys[i]), key_text(b, entries->keys[i])))
            return false;
    return true;
}

/* An entry that lacks every key can't be told apart; other rules ask for the key. */
static bool has_key(const struct entries *entries, const struct node *entry)
{
    if (entries->key_count == 0)
        return node_kind(entry) == NODE_STRING;
    for (size_t i = 0; i < entries->key_count; i++)
        if (node_text(node_get(entry, entries->keys[i])).n)
            return true;
    return false;
}

/* The entry that was there first, or NULL; then this one is remembered. */
static const struct node *find_or_add(struct entries *entries, const struct node *entry)
{
    size_t slot = (size_t)entry_hash(entries, entry) & (entries->slots - 1);
    for (; entries->seen[slot]; slot = (slot + 1) & (entries->slots - 1))
        if (is_same(entries, entries->seen[slot], entry))
            return entries->seen[slot];
    entries->seen[slot] = entry;
    return NULL;
}

static struct str describe_keys(struct arena *arena, const struct entries *entries,
                                const struct node *entry)
{
    if (entries->key_count == 0)
        return str_format(arena, "\"%.*s\"", STR_FMT(diag_quote(arena, node_text(entry))));
    struct str all = {0};
    for (size_t i = 0; i < entries->key_count; i++)
        all = str_format(arena, "%.*s%s%.*s %.*s", STR_FMT(all), i ? ", " : "",
                         STR_FMT(entries->keys[i]),
                         STR_FMT(diag_quote(arena, key_text(entry, entries->keys[i]))));
    return all;
}

static void report(struct decode *decode, const struct frame *list, const struct entries *entries,
                   const struct item *item, const struct node *first)
{
    struct admit_ctx *ctx = decode->ctx;
    const struct path path = {.up = &list->path,
                              .index = item->index,
                              .node = item->value,
                              .keys = entries->key_count ? entries->keys : NULL,
                              .key_count = (uint32_t)entries->key_count};
    struct diag *diag =
        diag_add_path(ctx->diags, RULE_APPLY_DUPLICATE_ENTRY, node_span(item->written), &path,
                      "%.*s has two entries with %.*s: server-side apply refuses them",
                      STR_FMT(path_format(ctx->arena, &list->path)),
                      STR_FMT(describe_keys(ctx->arena, entries, item->value)));
    diag_relate(ctx->diags, diag, decode->object->source, node_span(first), "the first one");
}

void decode_duplicates(struct decode *decode, const struct frame *list)
{
    const struct node *small[2 * SMALL];
    struct str keys[MAP_KEYS_MAX];
    struct entries entries = {.list = list->path.node, .keys = keys, .seen = small, .slots = 4};
    if (list->field->list_type == LIST_MAP)
        entries.key_count = field_map_keys(list->field, keys, ARRAY_LEN(keys));
    while (entries.slots < 2 * (size_t)entries.list->n)
        entries.slots *= 2;
    if (entries.slots > ARRAY_LEN(small))
        entries.seen = ARENA_ARRAY(decode->ctx->arena, const struct node *, entries.slots);
    else
        memset(small, 0, entries.slots * sizeof small[0]);
    for (struct item it = list_first(entries.list); it.value; it = list_next(it)) {
        if (!has_key(&entries, it.value))
            continue;
        const struct node *first = find_or_add(&entries, it.value);
        if (first)
            report(decode, list, &entries, &it, first);
    }
}

/* Entries that a create takes without the key: of all kinds only references in a ServiceAccount. */
static bool lacks_key(const struct frame *list, const struct node *entry)
{
    const struct type *element = type_get(type_get(list->type)->element);
    return list->field->list_type == LIST_MAP && node_kind(entry) == NODE_MAP &&
           str_is(type_name(element), "ObjectReference") && !node_entry(entry, STR("name")).key;
}

void decode_keyless_entries(struct decode *decode, const struct frame *list)
{
    for (struct item it = list_first(list->path.node); it.value; it = list_next(it)) {
        const bool is_null = node_is_null(it.value);
        if (!is_null && !lacks_key(list, it.value))
            continue;
        const struct path path = {.up = &list->path, .index = it.index, .node = it.value};
        diag_add_path(decode->ctx->diags, RULE_APPLY_MISSING_KEY, node_span(it.written), &path,
                      "%.*s %s, and server-side apply merges the list by it",
                      STR_FMT(path_format(decode->ctx->arena, &path)),
                      is_null ? "is null and has no key" : "has no name");
    }
}
