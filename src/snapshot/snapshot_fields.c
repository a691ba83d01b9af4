/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of a live object that field managers own, as a tree of hashes. managedFields names
 * fields and, in keys of lists, values; the values become hashes too. What belongs to a status, and
 * metadata other than labels, annotations, owners and finalizers, is left out.
 */
#include "snapshot/snapshot_fields.h"
#include "base/number.h"
#include "base/opt.h"

/* A field with all who own it. */
struct owned {
    struct str key; /* as managedFields has it */
    bool is_leaf;
    uint64_t owners; /* bits: places in the list of managers */
    VEC(struct owned *);
};

enum { MANAGERS_MAX = 64 };

static struct owned *child_of(struct arena *arena, struct owned *parent, struct str key)
{
    for (size_t i = 0; i < parent->n; i++)
        if (str_eq(parent->items[i]->key, key))
            return parent->items[i];
    struct owned *child = ARENA_NEW(arena, struct owned);
    child->key = key;
    VEC_PUSH(arena, parent, child);
    return child;
}

/* Nesting is bounded: no reader makes a tree deeper than LIMIT_DEPTH. */
static void add_owner(struct arena *arena, struct owned *parent, const struct node *fields,
                      unsigned owner)
{
    parent->is_leaf |= !fields || node_real(fields)->n == 0;
    parent->owners |= UINT64_C(1) << owner;
    for (struct entry e = map_first(fields); e.key; e = map_next(e))
        if (!str_is(node_text(e.key), "."))
            add_owner(arena, child_of(arena, parent, node_text(e.key)), e.value, owner);
}

/* ---- finding the value ---- */

static struct str after_colon(struct str key)
{
    return str_from_offset(key, 2);
}

/* What a "k:" or "v:" key has as JSON; NULL when it is none. */
static const struct node *key_json(struct arena *arena, struct str key)
{
    struct diags dropped SCOPED(diags) = {0};
    struct doc doc;
    struct source *source = source_new(arena, STR(""), after_colon(key));
    return doc_read_json(arena, source, &dropped, &doc) < 0 ? NULL : doc.root;
}

static bool has_all(const struct node *item, const struct node *wanted)
{
    for (struct entry e = map_first(wanted); e.key; e = map_next(e))
        if (!node_equal(node_get(item, node_text(e.key)), e.value))
            return false;
    return node_kind(item) == NODE_MAP;
}

static struct str names_of(struct arena *arena, const struct node *key)
{
    struct str_list names = {0};
    struct str text = {0};
    for (struct entry e = map_first(key); e.key; e = map_next(e))
        VEC_PUSH(arena, &names, node_text(e.key));
    if (names.n)
        qsort(names.items, names.n, sizeof *names.items, str_cmp_qsort);
    for (size_t i = 0; i < names.n; i++)
        text =
            str_format(arena, "%.*s%s%.*s", STR_FMT(text), i ? "," : "", STR_FMT(names.items[i]));
    return text;
}

struct found {
    struct str key; /* as it is written; "": it can't be */
    const struct node *value;
};

static struct found find_item(struct arena *arena, const struct snapshot_place *place,
                              struct str key, const struct node *list)
{
    const struct node *wanted = key_json(arena, key);
    struct found found = {0};
    for (struct item it = list_first(list); wanted && it.value && !found.value; it = list_next(it))
        if (key.p[0] == 'k' ? has_all(it.value, wanted) : node_equal(it.value, wanted))
            found.value = it.value;
    if (!found.value)
        return found;
    if (key.p[0] == 'v') {
        const struct str hash = snapshot_hash(arena, place, found.value);
        found.key = str_format(arena, "v:%.*s", STR_FMT(hash));
        return found;
    }
    const struct str names = names_of(arena, wanted);
    const struct str hash = snapshot_hash_keys(arena, place, names, found.value);
    found.key = str_format(arena, "k:%.*s:%.*s", STR_FMT(names), STR_FMT(hash));
    return found;
}

static struct found find_value(struct arena *arena, const struct snapshot_place *place,
                               struct str key, const struct node *parent)
{
    uint64_t index;
    if (key.n < 2 || key.p[1] != ':')
        return (struct found){0};
    if (key.p[0] == 'f')
        return (struct found){key, node_get(parent, after_colon(key))};
    if (key.p[0] == 'i' && number_parse_u64(after_colon(key), &index) == 0 && index < UINT32_MAX)
        return (struct found){key, node_at(parent, (uint32_t)index)};
    if (key.p[0] == 'k' || key.p[0] == 'v')
        return find_item(arena, place, key, parent);
    return (struct found){0};
}

/* ---- writing ---- */

static struct node *leaf(struct arena *arena, const struct snapshot_place *place,
                         const struct owned *owned, const struct node *value)
{
    struct str text = snapshot_hash(arena, place, value);
    char sep = ':';
    for (unsigned i = 0; i < MANAGERS_MAX; i++) {
        if (!(owned->owners & UINT64_C(1) << i))
            continue;
        text = str_format(arena, "%.*s%c%u", STR_FMT(text), sep, i);
        sep = ',';
    }
    return node_new_text(arena, text);
}

static bool is_told(const struct snapshot_place *place, struct str key)
{
    static const char *const metadata[] = {"f:labels", "f:annotations", "f:finalizers",
                                           "f:ownerReferences"};
    static const struct str below_metadata = {"f:metadata", sizeof "f:metadata"};
    static const struct str below_annotations = {"f:metadata\0f:annotations",
                                                 sizeof "f:metadata\0f:annotations"};
    if (!place->path.n)
        return !str_is(key, "f:status");
    if (str_eq(place->path, below_metadata))
        return str_is_one_of(key, metadata, ARRAY_LEN(metadata));
    return !str_eq(place->path, below_annotations) ||
           !str_is(key, "f:kubectl.kubernetes.io/last-applied-configuration");
}

static struct node *tree(struct arena *arena, const struct snapshot_place *place,
                         const struct owned *owned, const struct node *value)
{
    struct node *map = node_new(arena, NODE_MAP);
    struct node **link = &map->first;
    if (!owned->n)
        return leaf(arena, place, owned, value);
    for (size_t i = 0; i < owned->n; i++) {
        const struct owned *child = owned->items[i];
        const struct found found = find_value(arena, place, child->key, value);
        if (!found.value || !found.key.n || !is_told(place, child->key))
            continue;
        const struct snapshot_place below = snapshot_below(arena, place, found.key);
        struct node *key = node_new_text(arena, found.key);
        key->next = tree(arena, &below, child, found.value);
        *link = key;
        link = &key->next->next;
        map->n++;
    }
    return map;
}

const struct node *snapshot_fields(struct arena *arena, struct str salt, struct str object,
                                   const struct node *live)
{
    struct owned root = {0};
    const struct node *entries = node_get(node_get(live, STR("metadata")), STR("managedFields"));
    for (struct item it = list_first(entries); it.value && it.index < MANAGERS_MAX;
         it = list_next(it))
        if (!str_is(node_get_text(it.value, STR("subresource")), "status"))
            add_owner(arena, &root, node_get(it.value, STR("fieldsV1")), it.index);
    const struct snapshot_place place = {.salt = salt, .object = object};
    return root.n ? tree(arena, &place, &root, live) : NULL;
}
