/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two trees into the fields that differ. Types say which list entries belong together and which
 * texts are quantities; without types lists are compared entry by entry.
 */
#include "plan/plan_internal.h"

#include "base/limits.h"
#include "base/map.h"

enum { KEYS_MAX = 8 };

/* What is known of a value's type. */
struct shape {
    const struct type *type;             /* built-in; NULL: no such */
    const struct structural *structural; /* custom */
    enum list_type list;
    struct str keys[KEYS_MAX];
    size_t key_count;
};

struct walk {
    struct arena *arena;
    const struct plan_compare *how;
    struct plan_changes *changes;
    unsigned depth;
    bool is_secret; /* below here */
};

/* Both sides of one value. */
struct pair {
    const struct node *from, *to;
};

static void compare(struct walk *walk, const struct shape *shape, const struct path *path,
                    struct pair pair);

/* ---- types ---- */

static struct shape shape_of_type(type_id id)
{
    return (struct shape){.type = type_get(id)};
}

static struct shape shape_of_field(const struct field *field)
{
    struct shape shape = shape_of_type(field->type);
    shape.list = (enum list_type)field->list_type;
    shape.key_count = field_map_keys(field, shape.keys, KEYS_MAX);
    if (shape.key_count > KEYS_MAX)
        shape.key_count = 0;
    return shape;
}

static struct shape shape_of_structural(const struct structural *structural)
{
    struct shape shape = {.structural = structural};
    if (!structural)
        return shape;
    shape.list = structural->list_type;
    shape.key_count = structural->list_key_count <= KEYS_MAX ? structural->list_key_count : 0;
    for (size_t i = 0; i < shape.key_count; i++)
        shape.keys[i] = structural->list_keys[i];
    return shape;
}

static struct shape shape_of_root(const struct plan_compare *how)
{
    if (!how->kind)
        return (struct shape){0};
    return how->kind->custom ? shape_of_structural(how->kind->structural)
                             : shape_of_type(how->kind->type);
}

static struct shape shape_below(const struct walk *walk, const struct shape *shape, struct str key)
{
    if (walk->depth == 1 && str_is(key, "metadata"))
        return shape_of_type(type_object_meta());
    if (shape->structural) {
        const struct structural *property = structural_property(shape->structural, key);
        return shape_of_structural(property ? property : shape->structural->additional);
    }
    if (shape->type && shape->type->kind == TYPE_MAP)
        return shape_of_type(shape->type->element);
    const struct field *field = shape->type && shape->type->kind == TYPE_STRUCT
                                    ? type_field(shape->type, key, walk->how->minor)
                                    : NULL;
    return field ? shape_of_field(field) : (struct shape){0};
}

static struct shape shape_of_entry(const struct shape *list)
{
    if (list->structural)
        return shape_of_structural(list->structural->items);
    if (list->type && list->type->kind == TYPE_LIST)
        return shape_of_type(list->type->element);
    return (struct shape){0};
}

/* ---- changes ---- */

static bool is_encrypted(const struct node *node)
{
    return node_is_scalar(node) && str_starts(node_text(node), STR("ENC["));
}

static void add(struct walk *walk, const struct path *path, struct pair pair,
                enum plan_change_kind kind)
{
    const struct plan_change change = {.kind = kind,
                                       .path = path_identity(walk->arena, path),
                                       .field = path_format(walk->arena, path),
                                       .from = pair.from,
                                       .to = pair.to,
                                       .is_secret = walk->is_secret || is_encrypted(pair.from) ||
                                                    is_encrypted(pair.to)};
    VEC_PUSH(walk->arena, walk->changes, change);
}

static void add_pair(struct walk *walk, const struct path *path, struct pair pair)
{
    add(walk, path, pair, !pair.from ? PLAN_ADD : !pair.to ? PLAN_REMOVE : PLAN_SET);
}

/* ---- maps ---- */

/* What the server writes, whoever asks for something else. */
static bool is_server_owned(const struct walk *walk, const struct path *map, struct str key)
{
    static const char *const metadata[] = {"managedFields", "resourceVersion",   "generation",
                                           "uid",           "creationTimestamp", "selfLink"};
    if (walk->depth == 1)
        return str_is(key, "status");
    if (walk->depth == 2 && str_is(map->name, "metadata"))
        return str_is_one_of(key, metadata, ARRAY_LEN(metadata));
    return walk->depth == 3 && str_is(map->name, "annotations") &&
           str_is(key, "kubectl.kubernetes.io/last-applied-configuration");
}

/* Tools keep copies of a Secret in its annotations. */
static bool becomes_secret(const struct walk *walk, const struct path *map, struct str key)
{
    static const char *const plain[] = {"apiVersion", "kind", "metadata", "type", "immutable"};
    if (!walk->how->is_secret)
        return false;
    if (walk->depth == 1)
        return !str_is_one_of(key, plain, ARRAY_LEN(plain));
    return walk->depth == 3 && str_is(map->name, "annotations") &&
           (str_has(key, STR("last-applied")) || str_has(key, STR("last_applied")));
}

static bool is_key_of(const struct shape *shape, const struct path *map, struct str key)
{
    if (shape->type)
        return shape->type->kind == TYPE_MAP;
    return path_shows_key(map, key);
}

static void compare_entry(struct walk *walk, const struct shape *shape, const struct path *map,
                          struct str key, struct pair pair)
{
    if (is_server_owned(walk, map, key))
        return;
    const struct path path = {
        .up = map, .name = key, .is_key = is_key_of(shape, map, key), .node = pair.to};
    const struct shape below = shape_below(walk, shape, key);
    const bool was_secret = walk->is_secret;
    walk->is_secret |= becomes_secret(walk, map, key);
    compare(walk, &below, &path, pair);
    walk->is_secret = was_secret;
}

static void compare_maps(struct walk *walk, const struct shape *shape, const struct path *path,
                         struct pair pair)
{
    struct map known = {.arena = walk->arena};
    for (struct entry e = map_first(pair.to); e.key; e = map_next(e))
        map_put(&known, node_text(e.key), &known);
    for (struct entry e = map_first(pair.from); e.key && !walk->how->subset; e = map_next(e))
        if (!map_has(&known, node_text(e.key)))
            compare_entry(walk, shape, path, node_text(e.key), (struct pair){e.value, NULL});
    known = (struct map){.arena = walk->arena};
    for (struct entry e = map_first(pair.from); e.key; e = map_next(e))
        map_put(&known, node_text(e.key), (void *)(uintptr_t)e.value);
    for (struct entry e = map_first(pair.to); e.key; e = map_next(e))
        compare_entry(walk, shape, path, node_text(e.key),
                      (struct pair){map_get(&known, node_text(e.key)), e.value});
}

/* ---- lists ---- */

/* The entries of a list by their keys, or by their text in a set. */
struct entries {
    struct map by_key; /* -> struct item */
    bool is_whole;     /* each entry has a key of its own */
};

static struct str key_of(struct arena *arena, const struct shape *shape, const struct node *entry)
{
    struct str key = {0};
    if (!shape->key_count)
        return node_is_scalar(entry) ? str_concat(arena, STR("="), node_text(entry))
                                     : (struct str){0};
    for (size_t i = 0; i < shape->key_count; i++) {
        const struct node *value = node_get(entry, shape->keys[i]);
        if (!value || node_is_null(value))
            continue;
        if (!node_is_scalar(value))
            return (struct str){0};
        key = str_format(arena, "%.*s%zu=%zu:%.*s", STR_FMT(key), i, node_text(value).n,
                         STR_FMT(node_text(value)));
    }
    return key;
}

static struct entries entries_of(struct arena *arena, const struct shape *shape,
                                 const struct node *list)
{
    struct entries entries = {.by_key = {.arena = arena}, .is_whole = true};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct str key = key_of(arena, shape, it.value);
        if (!key.n || map_has(&entries.by_key, key)) {
            entries.is_whole = false;
            return entries;
        }
        map_put(&entries.by_key, key, arena_dup(arena, &it, sizeof it));
    }
    return entries;
}

static void compare_item(struct walk *walk, const struct shape *list, const struct path *up,
                         const struct item *from, const struct item *to)
{
    const struct shape shape = shape_of_entry(list);
    const struct path path = {.up = up,
                              .index = to ? to->index : from->index,
                              .node = to ? to->value : from->value,
                              .keys = list->key_count ? list->keys : NULL,
                              .key_count = (uint32_t)list->key_count};
    compare(walk, &shape, &path, (struct pair){from ? from->value : NULL, to ? to->value : NULL});
}

/* Init containers run one after the other, and a variable sees those before it. */
static bool is_ordered(const struct path *path)
{
    static const char *const ordered[] = {"initContainers", "env"};
    return path->name.p && str_is_one_of(path->name, ordered, ARRAY_LEN(ordered));
}

/* Whether the entries that both have come in another order. */
static bool is_moved(const struct map *from, const struct map *to)
{
    size_t next = 0;
    for (size_t i = 0; i < to->n; i++) {
        const struct item *old = map_get(from, to->entries[i].key);
        if (!old)
            continue;
        if (old->index < next)
            return true;
        next = old->index;
    }
    return false;
}

static void compare_keyed(struct walk *walk, const struct shape *shape, const struct path *path,
                          struct pair pair, const struct entries *from, const struct entries *to)
{
    for (size_t i = 0; i < from->by_key.n && !walk->how->subset; i++)
        if (!map_has(&to->by_key, from->by_key.entries[i].key))
            compare_item(walk, shape, path, from->by_key.entries[i].value, NULL);
    for (size_t i = 0; i < to->by_key.n; i++)
        compare_item(walk, shape, path, map_get(&from->by_key, to->by_key.entries[i].key),
                     to->by_key.entries[i].value);
    if (is_ordered(path) && is_moved(&from->by_key, &to->by_key))
        add(walk, path, pair, PLAN_ORDER);
}

struct items {
    VEC(struct item);
};

static struct items items_of(struct arena *arena, const struct node *list)
{
    struct items items = {0};
    for (struct item it = list_first(list); it.value; it = list_next(it))
        VEC_PUSH(arena, &items, it);
    return items;
}

/* What both begin and end with stays; what is between is taken pair by pair. */
static void compare_in_order(struct walk *walk, const struct shape *shape, const struct path *path,
                             struct pair pair)
{
    const struct items from = items_of(walk->arena, pair.from);
    const struct items to = items_of(walk->arena, pair.to);
    size_t first = 0, last = 0;
    const size_t least = MIN_OF(from.n, to.n);
    while (first < least && node_equal(from.items[first].value, to.items[first].value))
        first++;
    while (last < least - first &&
           node_equal(from.items[from.n - 1 - last].value, to.items[to.n - 1 - last].value))
        last++;
    for (size_t i = first; i < MAX_OF(from.n, to.n) - last; i++) {
        const struct item *old = i < from.n - last ? &from.items[i] : NULL;
        const struct item *now = i < to.n - last ? &to.items[i] : NULL;
        compare_item(walk, shape, path, old, now);
    }
}

static void compare_lists(struct walk *walk, const struct shape *shape, const struct path *path,
                          struct pair pair)
{
    if (shape->key_count || shape->list == LIST_SET) {
        const struct entries from = entries_of(walk->arena, shape, pair.from);
        const struct entries to = entries_of(walk->arena, shape, pair.to);
        if (from.is_whole && to.is_whole) {
            compare_keyed(walk, shape, path, pair, &from, &to);
            return;
        }
    }
    compare_in_order(walk, shape, path, pair);
}

/* ---- values ---- */

static bool is_same_quantity(const struct shape *shape, struct pair pair)
{
    struct quantity from, to;
    return shape->type && shape->type->kind == TYPE_QUANTITY && node_is_scalar(pair.from) &&
           node_is_scalar(pair.to) && !quantity_of(pair.from, &from) &&
           !quantity_of(pair.to, &to) && quantity_cmp(&from, &to) == 0;
}

/* Values of secrets are told one by one, so that each is hidden and their keys are not. */
static bool goes_down(const struct walk *walk, struct pair pair)
{
    const enum node_kind kind = node_kind(pair.from ? pair.from : pair.to);
    if (kind != NODE_MAP && kind != NODE_LIST)
        return false;
    if (pair.from && pair.to)
        return node_kind(pair.from) == node_kind(pair.to);
    const struct node *only = pair.from ? pair.from : pair.to;
    return (walk->is_secret || walk->how->is_secret || walk->how->sops) && only->n > 0;
}

static void compare(struct walk *walk, const struct shape *shape, const struct path *path,
                    struct pair pair)
{
    pair.from = node_is_null(pair.from) ? NULL : node_real(pair.from);
    pair.to = node_is_null(pair.to) ? NULL : node_real(pair.to);
    if ((!pair.from && !pair.to) || (walk->how->subset && !pair.to))
        return;
    if (walk->depth >= LIMIT_DEPTH || !goes_down(walk, pair)) {
        if (!pair.from || !pair.to ||
            (!node_equal(pair.from, pair.to) && !is_same_quantity(shape, pair)))
            add_pair(walk, path, pair);
        return;
    }
    walk->depth++;
    if (node_kind(pair.from ? pair.from : pair.to) == NODE_MAP)
        compare_maps(walk, shape, path, pair);
    else
        compare_lists(walk, shape, path, pair);
    walk->depth--;
}

void plan_compare(struct arena *arena, const struct plan_compare *how, const struct node *from,
                  const struct node *to, struct plan_changes *changes)
{
    struct walk walk = {.arena = arena, .how = how, .changes = changes};
    const struct shape shape = shape_of_root(how);
    const struct path root = {0};
    if (how->is_secret) {
        from = plan_secret_values(arena, from);
        to = plan_secret_values(arena, to);
    }
    compare(&walk, &shape, &root, (struct pair){from, to});
}
