/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a set holds, as one number: equal for equal objects, whatever files, order, comments or
 * quoting they were written with. The gate and the sync both print it, and so prove that they saw
 * the same thing.
 */
#include "base/digest.h"
#include "judge/judge_internal.h"

struct digest_entry {
    struct str key;
    const struct node *value;
};

static int entry_cmp(const void *a, const void *b)
{
    const struct digest_entry *left = a;
    const struct digest_entry *right = b;
    return str_cmp(left->key, right->key);
}

static void add_node(struct digest *digest, const struct node *node);

static void add_map(struct digest *digest, const struct node *map)
{
    struct arena arena SCOPED(arena) = {0};
    struct digest_entry *entries = ARENA_ARRAY(&arena, struct digest_entry, map->n);
    size_t n = 0;
    for (struct entry e = map_first(map); e.key; e = map_next(e))
        entries[n++] = (struct digest_entry){node_text(e.key), e.value};
    qsort(entries, n, sizeof *entries, entry_cmp);
    for (size_t i = 0; i < n; i++) {
        digest_add_field(digest, entries[i].key);
        add_node(digest, entries[i].value);
    }
}

/* Nesting is bounded: no reader makes a tree deeper than LIMIT_DEPTH. */
static void add_node(struct digest *digest, const struct node *node)
{
    const struct node *real = node_real(node);
    enum node_kind kind = node_kind(node);
    char tag[24];
    int n = snprintf(tag, sizeof tag, "%d:%u", (int)kind,
                     kind == NODE_MAP || kind == NODE_LIST ? real->n : 0);
    digest_add_field(digest, (struct str){tag, (size_t)n});
    if (kind == NODE_MAP) {
        add_map(digest, real);
        return;
    }
    for (struct item it = list_first(real); it.value; it = list_next(it))
        add_node(digest, it.value);
    if (kind != NODE_LIST && kind != NODE_NULL) {
        /* Numbers by value, not by spelling: 0x10 and 16 are the same object. */
        struct buf text SCOPED(buf) = {0};
        buf_init(&text, SIZE_MAX / 2);
        doc_write_json(&text, real, 0);
        digest_add_field(digest, buf_str(&text));
    }
}

static struct str object_digest(struct arena *arena, const struct object *object)
{
    struct digest *digest = digest_new();
    digest_add_field(digest, object->identity);
    add_node(digest, object->root);
    struct sha256 sum = digest_end(digest);
    return str_dup(arena, (struct str){(const char *)sum.bytes, sizeof sum.bytes});
}

struct str judge_digest(struct arena *arena, const struct object_set *objects)
{
    struct arena scratch SCOPED(arena) = {0};
    struct str *sums = ARENA_ARRAY(&scratch, struct str, objects->n);
    for (size_t i = 0; i < objects->n; i++)
        sums[i] = object_digest(&scratch, &objects->items[i]);
    qsort(sums, objects->n, sizeof *sums, str_cmp_qsort);
    struct digest *digest = digest_new();
    for (size_t i = 0; i < objects->n; i++)
        digest_add_field(digest, sums[i]);
    struct sha256 sum = digest_end(digest);
    char hex[65];
    sha256_hex(&sum, hex);
    return str_format(arena, "sha256:%s", hex);
}
