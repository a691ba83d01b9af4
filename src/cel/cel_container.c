/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and maps: of a manifest's nodes, or built by an expression. */
#include "cel/cel_internal.h"

#include <math.h>

#include "base/digest.h"

enum { MAP_LINEAR = 8 }; /* up to here a search is faster than a table */

static const struct cel_type *item_type(struct cel_value list)
{
    return list.of && list.of->kind == CEL_LIST ? list.of->params[0] : &cel_type_dyn;
}

/* ---- both ---- */

/* An object shows the fields that its type has. */
static bool is_object(struct cel_value map)
{
    return !map.map && map.of && map.of->kind == CEL_STRUCT;
}

size_t cel_size(struct cel_run *run, struct cel_value container)
{
    (void)run;
    if (container.kind == CEL_LIST && container.list)
        return container.list->n;
    if (container.kind == CEL_MAP && container.map)
        return container.map->n;
    const struct node *node = node_real(container.node);
    if (!node || (container.kind != CEL_LIST && container.kind != CEL_MAP))
        return 0;
    return node->n;
}

/* The value that an entry of a node's map shows under a key, as the expression writes it. */
static bool node_member(struct cel_run *run, struct cel_value map, struct str key,
                        struct cel_value *ret_value)
{
    const struct cel_type *type = &cel_type_dyn;
    struct cel_field field = {.key = key};
    if (is_object(map)) {
        if (!map.of->object || !map.of->object->field(map.of->object, key, &field))
            return false;
        type = field.type;
    } else if (map.of && map.of->kind == CEL_MAP) {
        type = map.of->params[1];
    }
    const struct node *value = node_get(map.node, field.key);
    /* A null in an object is as if the field were absent. */
    if (!value || (is_object(map) && node_is_null(value)))
        return false;
    *ret_value = cel_from_node(run, value, type);
    return true;
}

static bool next_node_entry(struct cel_run *run, struct cel_iter *iter, struct cel_value *ret_key,
                            struct cel_value *ret_value)
{
    struct entry entry = iter->i == 0
                             ? map_first(iter->of.node)
                             : map_next((struct entry){.key = iter->key, .written = iter->next});
    for (; entry.key; entry = map_next(entry)) {
        iter->key = entry.key;
        iter->next = entry.written;
        iter->i++;
        struct str key = node_text(entry.key);
        if (is_object(iter->of) && !cel_escape(run->arena, key, &key))
            continue;
        if (!node_member(run, iter->of, key, ret_value))
            continue;
        *ret_key = cel_string(key);
        ret_key->node = entry.key;
        return true;
    }
    return false;
}

static bool next_node_item(struct cel_run *run, struct cel_iter *iter, struct cel_value *ret_key,
                           struct cel_value *ret_value)
{
    struct item item =
        iter->i == 0
            ? list_first(iter->of.node)
            : list_next((struct item){.written = iter->next, .index = (uint32_t)iter->i - 1});
    if (!item.value)
        return false;
    *ret_key = cel_int((int64_t)iter->i++);
    iter->next = item.written;
    *ret_value = cel_from_node(run, item.value, item_type(iter->of));
    return true;
}

bool cel_iter_next(struct cel_run *run, struct cel_iter *iter, struct cel_value *ret_key,
                   struct cel_value *ret_value)
{
    struct cel_value of = iter->of;
    if (of.kind == CEL_LIST && of.list) {
        if (iter->i >= of.list->n)
            return false;
        *ret_key = cel_int((int64_t)iter->i);
        *ret_value = of.list->store->items[iter->i++];
        return true;
    }
    if (of.kind == CEL_MAP && of.map) {
        if (iter->i >= of.map->n)
            return false;
        *ret_key = of.map->pairs[iter->i].key;
        *ret_value = of.map->pairs[iter->i++].value;
        return true;
    }
    if (of.kind == CEL_LIST)
        return next_node_item(run, iter, ret_key, ret_value);
    return of.kind == CEL_MAP && next_node_entry(run, iter, ret_key, ret_value);
}

/* ---- lists ---- */

struct cel_value cel_list_at(struct cel_run *run, struct cel_value list, size_t index)
{
    if (list.list)
        return list.list->store->items[index];
    return cel_from_node(run, node_at(list.node, (uint32_t)index), item_type(list));
}

static struct cel_value list_of(struct cel_run *run, struct cel_items *store, size_t n)
{
    struct cel_list *list = ARENA_NEW(run->arena, struct cel_list);
    list->store = store;
    list->n = n;
    return (struct cel_value){.kind = CEL_LIST, .list = list};
}

struct cel_value cel_list_new(struct cel_run *run, size_t capacity)
{
    struct cel_items *store = ARENA_NEW(run->arena, struct cel_items);
    if (!cel_tick(run, capacity))
        capacity = 0;
    store->items = ARENA_ARRAY(run->arena, struct cel_value, capacity);
    store->cap = capacity;
    return list_of(run, store, 0);
}

/* A list of the same items in a store of its own, with room for more. */
static struct cel_value copy_list(struct cel_run *run, struct cel_value list, size_t room)
{
    size_t n = cel_size(run, list);
    struct cel_value copy = cel_list_new(run, n + room);
    struct cel_items *store = copy.list->store;
    if (store->cap < n)
        return cel_fail_budget(run);
    struct cel_iter iter = {.of = list};
    struct cel_value key;
    while (cel_iter_next(run, &iter, &key, &store->items[store->used]))
        if (++store->used == n)
            break;
    return list_of(run, store, store->used);
}

struct cel_value cel_list_add(struct cel_run *run, struct cel_value list, struct cel_value item)
{
    if (!list.list || list.list->store->used != list.list->n ||
        list.list->store->cap == list.list->n) {
        size_t n = cel_size(run, list);
        list = copy_list(run, list, MAX_OF(n, (size_t)4));
        if (cel_is_error(list) || list.list->store->cap == list.list->n)
            return cel_fail_budget(run);
    }
    struct cel_items *store = list.list->store;
    store->items[store->used++] = item;
    return list_of(run, store, store->used);
}

/* x-kubernetes-list-type: the right one's items replace or complete the left one's. */
static struct cel_value join_typed(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    bool keyed = a.of->flags & CEL_LIST_KEYED;
    struct cel_value joined = copy_list(run, a, cel_size(run, b));
    struct cel_iter iter = {.of = b};
    struct cel_value key;
    struct cel_value item;
    while (!cel_is_error(joined) && cel_iter_next(run, &iter, &key, &item)) {
        struct cel_value *place = NULL;
        for (size_t i = 0; i < joined.list->n && !place; i++) {
            struct cel_value *have = &joined.list->store->items[i];
            bool same = keyed
                            ? have->node && item.node && cel_same_keys(a.of, have->node, item.node)
                            : cel_is_true(cel_equal(run, *have, item));
            place = same ? have : NULL;
        }
        if (!cel_tick(run, joined.list->n))
            return cel_fail_budget(run);
        if (place && keyed)
            *place = item;
        else if (!place)
            joined = cel_list_add(run, joined, item);
    }
    return joined;
}

struct cel_value cel_list_join(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    if (!a.list && a.of && (a.of->flags & (CEL_LIST_SET | CEL_LIST_KEYED)))
        return join_typed(run, a, b);
    size_t n = cel_size(run, b);
    if (n == 0)
        return a;
    if (!cel_tick(run, n))
        return cel_fail_budget(run);
    if (n == 1)
        return cel_list_add(run, a, cel_list_at(run, b, 0));
    struct cel_value joined = copy_list(run, a, n);
    struct cel_iter iter = {.of = b};
    struct cel_value key;
    struct cel_value item;
    while (!cel_is_error(joined) && cel_iter_next(run, &iter, &key, &item))
        joined = cel_list_add(run, joined, item);
    return joined;
}

/* ---- maps ---- */

/* Keys that are equal have one hash: numbers by their integer when they have one. */
static uint64_t key_hash(struct cel_value key)
{
    if (key.kind == CEL_STRING || key.kind == CEL_BYTES)
        return hash64(cel_text(key));
    uint64_t bits = key.kind == CEL_BOOL ? key.boolean : key.u64;
    if (key.kind == CEL_DOUBLE && key.f64 >= -0x1p63 && key.f64 < 0x1p64) {
        bool negative = key.f64 < 0;
        bits = negative ? (uint64_t)(int64_t)key.f64 : (uint64_t)key.f64;
    }
    return bits * 0x9E3779B97F4A7C15u;
}

/* A literal may have 1 and 1u as two keys, and finds either by the other. */
static bool is_same_key(struct cel_value a, struct cel_value b, bool exact)
{
    if (a.kind != b.kind)
        return !exact && cel_number_equal(a, b);
    if (a.kind == CEL_STRING)
        return str_eq(cel_text(a), cel_text(b));
    if (a.kind == CEL_DOUBLE)
        return cel_number_equal(a, b);
    return a.kind == CEL_BOOL ? a.boolean == b.boolean : a.u64 == b.u64;
}

static struct cel_pair *find_pair(const struct cel_map *map, struct cel_value key, bool exact)
{
    if (!map->slots) {
        for (size_t i = 0; i < map->n; i++)
            if (is_same_key(map->pairs[i].key, key, exact))
                return &map->pairs[i];
        return NULL;
    }
    for (size_t i = key_hash(key) % map->slot_count;; i = (i + 1) % map->slot_count) {
        if (!map->slots[i])
            return NULL;
        struct cel_pair *pair = &map->pairs[map->slots[i] - 1];
        /* A newer view of the map may have put more into the table. */
        if (map->slots[i] <= map->n && is_same_key(pair->key, key, exact))
            return pair;
    }
}

static void index_pair(struct cel_map *map, size_t index)
{
    size_t i = key_hash(map->pairs[index].key) % map->slot_count;
    while (map->slots[i])
        i = (i + 1) % map->slot_count;
    map->slots[i] = (uint32_t)index + 1;
}

bool cel_map_get(struct cel_run *run, struct cel_value map, struct cel_value key,
                 struct cel_value *ret_value)
{
    if (!map.map) {
        if (key.kind != CEL_STRING)
            return false;
        return node_member(run, map, cel_text(key), ret_value);
    }
    const struct cel_pair *pair = find_pair(map.map, key, true);
    if (!pair)
        pair = find_pair(map.map, key, false);
    if (!pair)
        return false;
    *ret_value = pair->value;
    return true;
}

struct cel_value cel_map_new(struct cel_run *run, size_t capacity)
{
    struct cel_map *map = ARENA_NEW(run->arena, struct cel_map);
    if (!cel_tick(run, capacity))
        capacity = 0;
    map->pairs = ARENA_ARRAY(run->arena, struct cel_pair, capacity);
    map->cap = capacity;
    return (struct cel_value){.kind = CEL_MAP, .map = map};
}

static void grow_map(struct cel_run *run, struct cel_map *map)
{
    size_t cap = MAX_OF(map->cap * 2, (size_t)MAP_LINEAR);
    struct cel_pair *pairs = ARENA_ARRAY(run->arena, struct cel_pair, cap);
    if (map->n)
        memcpy(pairs, map->pairs, map->n * sizeof *pairs);
    map->pairs = pairs;
    map->cap = cap;
    map->slots = NULL;
}

static void push_pair(struct cel_run *run, struct cel_map *map, struct cel_value key,
                      struct cel_value value)
{
    if (map->n == map->cap)
        grow_map(run, map);
    map->pairs[map->n++] = (struct cel_pair){key, value};
    if (map->n <= MAP_LINEAR)
        return;
    if (map->slots) {
        index_pair(map, map->n - 1);
        return;
    }
    map->slot_count = map->cap * 2;
    map->slots = ARENA_ARRAY(run->arena, uint32_t, map->slot_count);
    for (size_t i = 0; i < map->n; i++)
        index_pair(map, i);
}

void cel_map_put(struct cel_run *run, struct cel_map *map, struct cel_value key,
                 struct cel_value value)
{
    struct cel_pair *pair = find_pair(map, key, true);
    if (pair)
        pair->value = value;
    else
        push_pair(run, map, key, value);
}

static struct cel_map *own_map(struct cel_run *run, struct cel_value map)
{
    size_t n = cel_size(run, map);
    struct cel_value copy = cel_map_new(run, n + 1);
    struct cel_map *own = arena_dup(run->arena, copy.map, sizeof *own);
    struct cel_iter iter = {.of = map};
    struct cel_value key;
    struct cel_value value;
    while (cel_iter_next(run, &iter, &key, &value))
        push_pair(run, own, key, value);
    return own;
}

struct cel_value cel_map_add(struct cel_run *run, struct cel_value map, struct cel_value key,
                             struct cel_value value)
{
    struct cel_value there;
    if (key.kind != CEL_STRING && key.kind != CEL_INT && key.kind != CEL_UINT &&
        key.kind != CEL_BOOL && key.kind != CEL_DOUBLE)
        return cel_fail(run, "unsupported key type: %.*s", STR_FMT(cel_kind_name(key)));
    if (cel_map_get(run, map, key, &there)) {
        struct buf text;
        buf_init(&text, 1024);
        cel_value_plain(&text, key);
        struct cel_value error =
            cel_fail(run, "insert failed: key %.*s already exists", STR_FMT(buf_str(&text)));
        buf_release(&text);
        return error;
    }
    if (!cel_tick(run, 1))
        return cel_fail_budget(run);
    /* The newest view of a map may be added to in place; an older one sees what it saw. */
    struct cel_map *base = map.map && map.map->newest && *map.map->newest == map.map->n
                               ? arena_dup(run->arena, map.map, sizeof *base)
                               : own_map(run, map);
    if (!base->newest)
        base->newest = ARENA_NEW(run->arena, size_t);
    push_pair(run, base, key, value);
    *base->newest = base->n;
    return (struct cel_value){.kind = CEL_MAP, .map = base};
}
