/* SPDX-License-Identifier: Apache-2.0 */
/* The ConfigMap that a parent is. */
#include "apply/inventory_internal.h"

#include "base/buf.h"
#include "base/map.h"

static void put(struct arena *arena, struct node *map, const char *key, struct str text)
{
    node_put(arena, map, str_from(key), node_new_text(arena, text));
}

static int text_cmp(const void *a, const void *b)
{
    const struct map_entry *left = a;
    const struct map_entry *right = b;
    return str_cmp(left->key, right->key);
}

/* What kubectl reads: sorted, between commas. */
static struct str join(struct arena *arena, const struct map *texts)
{
    struct map_entry *sorted = ARENA_ARRAY(arena, struct map_entry, texts->n + 1);
    SCOPED(buf) struct buf out;
    buf_init(&out, INVENTORY_BYTES);
    if (texts->n)
        memcpy(sorted, texts->entries, texts->n * sizeof *sorted);
    qsort(sorted, texts->n, sizeof *sorted, text_cmp);
    for (size_t i = 0; i < texts->n; i++)
        buf_format(&out, "%s%.*s", i ? "," : "", STR_FMT(sorted[i].key));
    return str_dup(arena, buf_str(&out));
}

static struct str kinds_of(struct arena *arena, const struct members *members)
{
    struct map kinds = {.arena = arena};
    for (size_t i = 0; i < members->n; i++) {
        const struct member *member = &members->items[i];
        const struct str text =
            member->group.n
                ? str_format(arena, "%.*s.%.*s", STR_FMT(member->kind), STR_FMT(member->group))
                : member->kind;
        (void)map_slot(&kinds, text);
    }
    return join(arena, &kinds);
}

static struct str namespaces_of(struct arena *arena, const struct inventory *inventory)
{
    struct map namespaces = {.arena = arena};
    for (size_t i = 0; i < inventory->members.n; i++) {
        const struct str namespace = inventory->members.items[i].namespace;
        if (namespace.n && !str_eq(namespace, inventory->namespace))
            (void)map_slot(&namespaces, namespace);
    }
    return join(arena, &namespaces);
}

static void write_members(const struct members *members, struct buf *out)
{
    for (size_t i = 0; i < members->n; i++) {
        const struct member *member = &members->items[i];
        buf_format(out, "%.*s/%.*s/%.*s/%.*s %.*s%s\n", STR_FMT(member->group),
                   STR_FMT(member->kind), STR_FMT(member->namespace), STR_FMT(member->name),
                   STR_FMT(member->uid.n ? member->uid : STR("-")), member->is_hook ? " hook" : "");
    }
}

static struct str key_text(struct arena *arena, const struct inventory *inventory)
{
    char *text = arena_alloc_text(arena, 2 * INVENTORY_KEY_BYTES + 1);
    for (size_t i = 0; i < INVENTORY_KEY_BYTES; i++) {
        text[2 * i] = "0123456789abcdef"[inventory->key[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[inventory->key[i] & 15];
    }
    return (struct str){text, 2 * (size_t)INVENTORY_KEY_BYTES};
}

static struct node *metadata_of(struct arena *arena, const struct inventory *inventory)
{
    struct node *metadata = node_new(arena, NODE_MAP);
    struct node *labels = node_new(arena, NODE_MAP);
    struct node *annotations = node_new(arena, NODE_MAP);
    put(arena, metadata, "name", inventory->parent);
    put(arena, metadata, "namespace", inventory->namespace);
    put(arena, labels, APPLYSET_ID, inventory->id);
    put(arena, labels, "app.kubernetes.io/managed-by", STR("tidegate"));
    put(arena, annotations, APPLYSET_TOOLING, STR("tidegate/v" TIDEGATE_VERSION));
    put(arena, annotations, APPLYSET_KINDS, kinds_of(arena, &inventory->members));
    put(arena, annotations, APPLYSET_NAMESPACES, namespaces_of(arena, inventory));
    node_put(arena, metadata, STR("labels"), labels);
    node_put(arena, metadata, STR("annotations"), annotations);
    return metadata;
}

int inventory_tree(struct arena *arena, const struct inventory *inventory,
                   const struct node **ret_tree, struct str *ret_why)
{
    struct node *root = node_new(arena, NODE_MAP);
    struct node *data = node_new(arena, NODE_MAP);
    SCOPED(buf) struct buf members;
    buf_init(&members, INVENTORY_BYTES);
    write_members(&inventory->members, &members);
    if (members.full) {
        *ret_why = str_format(arena,
                              "the set has %zu objects, more than one record can name; make two "
                              "sets of it",
                              inventory->members.n);
        return -1;
    }
    put(arena, root, "apiVersion", STR("v1"));
    put(arena, root, "kind", STR("ConfigMap"));
    node_put(arena, root, STR("metadata"), metadata_of(arena, inventory));
    put(arena, data, INVENTORY_SET, inventory->set);
    put(arena, data, INVENTORY_KEY, key_text(arena, inventory));
    put(arena, data, INVENTORY_MEMBERS, str_dup(arena, buf_str(&members)));
    inventory_write_record(arena, inventory, data);
    node_put(arena, root, STR("data"), data);
    *ret_tree = root;
    return 0;
}
