/* SPDX-License-Identifier: Apache-2.0 */
/* cel-go's lists extension, version 3. */
#include "cel/cel_rows.h"

LIST_OF(list_list_a, LIST_A);
LIST_OF(list_dyn, DYN);
LIST_OF(list_int, INT);
LIST_OF(list_uint, UINT);
LIST_OF(list_double, DOUBLE);
LIST_OF(list_bool, BOOL);
LIST_OF(list_duration, DURATION);
LIST_OF(list_timestamp, TIMESTAMP);
LIST_OF(list_string, STRING);
LIST_OF(list_bytes, BYTES);

/* Items [from, to) of a list. */
static struct cel_value copy_items(struct cel_run *run, struct cel_value list, size_t from,
                                   size_t to)
{
    struct cel_value copy = cel_list_new(run, to - from);
    for (size_t i = from; i < to && !cel_is_error(copy); i++) {
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        copy = cel_list_add(run, copy, cel_list_at(run, list, i));
    }
    return copy;
}

static struct cel_value slice(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const long long from = args[1].i64, to = args[2].i64;
    const size_t size = cel_size(run, args[0]);
    if (from < 0 || to < 0)
        return cel_fail(run, "cannot slice(%lld, %lld), negative indexes not supported", from, to);
    if (from > to)
        return cel_fail(run,
                        "cannot slice(%lld, %lld), start index must be less than or equal to end "
                        "index",
                        from, to);
    if ((unsigned long long)to > size)
        return cel_fail(run, "cannot slice(%lld, %lld), list is length %zu", from, to, size);
    return copy_items(run, args[0], (size_t)from, (size_t)to);
}

/* Appends the items of a list, those of lists in it down to a depth as items of their own. */
static struct cel_value add_flat(struct cel_run *run, struct cel_value flat, struct cel_value list,
                                 int64_t depth)
{
    const size_t n = cel_size(run, list);
    for (size_t i = 0; i < n && !cel_is_error(flat); i++) {
        const struct cel_value item = cel_list_at(run, list, i);
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        flat = item.kind == CEL_LIST && depth > 0 ? add_flat(run, flat, item, depth - 1)
                                                  : cel_list_add(run, flat, item);
    }
    return flat;
}

/* CEL_UNGUARDED: a list that is flat already is let through. */
static struct cel_value flatten(struct cel_run *run, const struct cel_value *args, size_t n)
{
    if (args[0].kind != CEL_LIST || (n > 1 && args[1].kind != CEL_INT))
        return cel_fail_overload(run);
    if (n > 1 && args[1].i64 < 0)
        return cel_fail(run, "level must be non-negative");
    return add_flat(run, cel_list_new(run, 0), args[0], n > 1 ? args[1].i64 : 1);
}

static struct cel_value range(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value list = cel_list_new(run, 0);
    for (int64_t i = 0; i < args[0].i64 && !cel_is_error(list); i++) {
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        list = cel_list_add(run, list, cel_int(i));
    }
    return list;
}

static struct cel_value reverse(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const size_t size = cel_size(run, args[0]);
    struct cel_value list = cel_list_new(run, size);
    for (size_t i = size; i-- > 0 && !cel_is_error(list);) {
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        list = cel_list_add(run, list, cel_list_at(run, args[0], i));
    }
    return list;
}

static struct cel_value distinct(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const size_t size = cel_size(run, args[0]);
    struct cel_value list = cel_list_new(run, size);
    for (size_t i = 0; i < size && !cel_is_error(list); i++) {
        const struct cel_value item = cel_list_at(run, args[0], i);
        bool seen = false;
        for (size_t k = 0; k < cel_size(run, list) && !seen; k++) {
            if (!cel_tick(run, 1))
                return cel_fail_budget(run);
            seen = cel_is_true(cel_equal(run, item, cel_list_at(run, list, k)));
        }
        if (!seen)
            list = cel_list_add(run, list, item);
    }
    return list;
}

/* ---- sorting: by a list of keys of the same length ---- */

struct keyed {
    struct cel_value key, item;
};

static bool is_comparable(struct cel_value value)
{
    return value.kind == CEL_INT || value.kind == CEL_UINT || value.kind == CEL_DOUBLE ||
           value.kind == CEL_BOOL || value.kind == CEL_STRING || value.kind == CEL_BYTES ||
           value.kind == CEL_TIMESTAMP || value.kind == CEL_DURATION;
}

/* Merges two sorted runs; equal keys keep their order, and NaN is never less. */
static void merge(struct cel_run *run, const struct keyed *from, struct keyed *to, size_t left,
                  size_t middle, size_t right)
{
    size_t a = left, b = middle;
    for (size_t i = left; i < right; i++) {
        bool take_b = a == middle;
        if (a < middle && b < right) {
            const struct cel_value order = cel_compare(run, from[b].key, from[a].key);
            take_b = order.kind == CEL_INT && order.i64 < 0;
        }
        to[i] = take_b ? from[b++] : from[a++];
    }
}

static struct keyed *sort(struct cel_run *run, struct keyed *items, size_t n)
{
    struct keyed *other = ARENA_ARRAY(run->arena, struct keyed, n);
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t left = 0; left < n; left += 2 * width)
            merge(run, items, other, left, MIN_OF(left + width, n), MIN_OF(left + 2 * width, n));
        struct keyed *sorted = other;
        other = items;
        items = sorted;
    }
    return items;
}

static struct cel_value sort_by_keys(struct cel_run *run, const struct cel_value *args, size_t n)
{
    const struct cel_value keys = args[n - 1];
    /* Not guarded, as in cel-go: lists of anything get here. */
    if (args[0].kind != CEL_LIST || keys.kind != CEL_LIST)
        return cel_fail_overload(run);
    const size_t size = cel_size(run, args[0]);
    if (size != cel_size(run, keys))
        return cel_fail(run,
                        "@sortByAssociatedKeys() expected a list of the same size as the "
                        "associated keys list, but got %zu and %zu elements respectively",
                        size, cel_size(run, keys));
    if (size == 0)
        return args[0];
    if (!cel_tick(run, size * 8))
        return cel_fail_budget(run);
    struct keyed *items = ARENA_ARRAY(run->arena, struct keyed, size);
    for (size_t i = 0; i < size; i++)
        items[i] = (struct keyed){cel_list_at(run, keys, i), cel_list_at(run, args[0], i)};
    if (!is_comparable(items[0].key))
        return cel_fail(run, "list elements must be comparable");
    for (size_t i = 1; i < size; i++)
        if (items[i].key.kind != items[0].key.kind)
            return cel_fail(run, "list elements must have the same type");
    items = sort(run, items, size);
    struct cel_value list = cel_list_new(run, size);
    for (size_t i = 0; i < size && !cel_is_error(list); i++)
        list = cel_list_add(run, list, items[i].item);
    return list;
}

/* Both functions for one type of keys. */
#define SORT(type, list)                                                                           \
    {"sort", "list_" type "_sort", CEL_MEMBER | CEL_UNGUARDED, PARAMS(list),                       \
     list,   sort_by_keys,         .cost = &cel_cost_list_sort},                                   \
    {                                                                                              \
        "@sortByAssociatedKeys", "list_" type "_sortByAssociatedKeys", CEL_MEMBER | CEL_UNGUARDED, \
            PARAMS(LIST_A, list), LIST_A, sort_by_keys, .cost = &cel_cost_list_sort_by             \
    }

static const struct cel_function rows[] = {
    {"slice", "list_slice", CEL_MEMBER, PARAMS(LIST_A, INT, INT), LIST_A, slice,
     .cost = &cel_cost_list_slice},
    {"flatten", "list_flatten", CEL_MEMBER | CEL_UNGUARDED, PARAMS(&list_list_a), LIST_A, flatten,
     .cost = &cel_cost_list_flatten},
    {"flatten", "list_flatten_int", CEL_MEMBER | CEL_UNGUARDED, PARAMS(&list_dyn, INT), &list_dyn,
     flatten, .cost = &cel_cost_list_flatten},
    SORT("int", &list_int),
    SORT("uint", &list_uint),
    SORT("double", &list_double),
    SORT("bool", &list_bool),
    SORT("google.protobuf.Duration", &list_duration),
    SORT("google.protobuf.Timestamp", &list_timestamp),
    SORT("string", &list_string),
    SORT("bytes", &list_bytes),
    {"lists.range", "lists_range", 0, PARAMS(INT), &list_int, range, .cost = &cel_cost_list_range},
    {"reverse", "list_reverse", CEL_MEMBER, PARAMS(LIST_A), LIST_A, reverse,
     .cost = &cel_cost_list_reverse},
    {"distinct", "list_distinct", CEL_MEMBER, PARAMS(LIST_A), LIST_A, distinct,
     .cost = &cel_cost_list_distinct},
};

const struct cel_library cel_lib_lists = {"lists", 34, 0, LIBRARY_ROWS(rows), NULL};
