/* SPDX-License-Identifier: Apache-2.0 */
/* What Kubernetes asks of lists: sorted, sum, smallest, largest, position. */
#include "cel/cel_rows.h"

LIST_OF(list_int, INT);
LIST_OF(list_uint, UINT);
LIST_OF(list_double, DOUBLE);
LIST_OF(list_bool, BOOL);
LIST_OF(list_duration, DURATION);
LIST_OF(list_timestamp, TIMESTAMP);
LIST_OF(list_string, STRING);
LIST_OF(list_bytes, BYTES);

/* The order of two items, where those without one (NaN, other kinds) count as equal, as in the API
 * server. */
static int order(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    const struct cel_value compared = cel_compare(run, a, b);
    return compared.kind == CEL_INT ? (int)compared.i64 : 0;
}

static struct cel_value is_sorted(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const size_t size = cel_size(run, args[0]);
    for (size_t i = 1; i < size; i++) {
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        if (order(run, cel_list_at(run, args[0], i - 1), cel_list_at(run, args[0], i)) > 0)
            return cel_bool(false);
    }
    return cel_bool(true);
}

/* The first item that no other one is on the wanted side of. */
static struct cel_value pick(struct cel_run *run, struct cel_value list, int wanted,
                             const char *name)
{
    const size_t size = cel_size(run, list);
    if (size == 0)
        return cel_fail(run, "%s called on empty list", name);
    struct cel_value best = cel_list_at(run, list, 0);
    for (size_t i = 1; i < size; i++) {
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        const struct cel_value item = cel_list_at(run, list, i);
        if (order(run, item, best) == wanted)
            best = item;
    }
    return best;
}

static struct cel_value min(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return pick(run, args[0], -1, "min");
}

static struct cel_value max(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return pick(run, args[0], 1, "max");
}

/* ---- sums: one function a type, because an empty list has a zero of its type ---- */

static struct cel_value sum_int(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    int64_t sum = 0;
    for (size_t i = 0; i < cel_size(run, args[0]); i++) {
        const struct cel_value item = cel_list_at(run, args[0], i);
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        if (item.kind != CEL_INT)
            return cel_fail_overload(run);
        if (__builtin_add_overflow(sum, item.i64, &sum))
            return cel_fail(run, "integer overflow");
    }
    return cel_int(sum);
}

static struct cel_value sum_uint(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    uint64_t sum = 0;
    for (size_t i = 0; i < cel_size(run, args[0]); i++) {
        const struct cel_value item = cel_list_at(run, args[0], i);
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        if (item.kind != CEL_UINT)
            return cel_fail_overload(run);
        if (__builtin_add_overflow(sum, item.u64, &sum))
            return cel_fail(run, "unsigned integer overflow");
    }
    return cel_uint(sum);
}

static struct cel_value sum_double(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    double sum = 0;
    for (size_t i = 0; i < cel_size(run, args[0]); i++) {
        const struct cel_value item = cel_list_at(run, args[0], i);
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        if (item.kind != CEL_DOUBLE)
            return cel_fail_overload(run);
        sum += item.f64;
    }
    return cel_double(sum);
}

static struct cel_value sum_duration(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    int64_t sum = 0;
    for (size_t i = 0; i < cel_size(run, args[0]); i++) {
        const struct cel_value item = cel_list_at(run, args[0], i);
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        if (item.kind != CEL_DURATION)
            return cel_fail_overload(run);
        if (__builtin_add_overflow(sum, item.i64, &sum))
            return cel_fail(run, "duration overflow");
    }
    return cel_duration(sum);
}

/* ---- positions ---- */

static bool is_item(struct cel_run *run, const struct cel_value *args, size_t at)
{
    return cel_is_true(cel_equal(run, cel_list_at(run, args[0], at), args[1]));
}

static struct cel_value index_of(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const size_t size = cel_size(run, args[0]);
    for (size_t i = 0; i < size; i++) {
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        if (is_item(run, args, i))
            return cel_int((int64_t)i);
    }
    return cel_int(-1);
}

static struct cel_value last_index_of(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    for (size_t i = cel_size(run, args[0]); i-- > 0;) {
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        if (is_item(run, args, i))
            return cel_int((int64_t)i);
    }
    return cel_int(-1);
}

/* The three functions that take lists of anything with an order. */
#define ORDERED(type, list, item)                                                                  \
    {"isSorted", "list_" type "_is_sorted_bool", CEL_MEMBER, PARAMS(list), BOOL,                   \
     is_sorted,  .cost = &cel_cost_traverse},                                                      \
        {"max", "list_" type "_max_" type, CEL_MEMBER, PARAMS(list), item,                         \
         max,   .cost = &cel_cost_traverse},                                                       \
    {                                                                                              \
        "min", "list_" type "_min_" type, CEL_MEMBER, PARAMS(list), item, min,                     \
            .cost = &cel_cost_traverse                                                             \
    }

static const struct cel_function rows[] = {
    ORDERED("int", &list_int, INT),
    ORDERED("uint", &list_uint, UINT),
    ORDERED("double", &list_double, DOUBLE),
    ORDERED("bool", &list_bool, BOOL),
    ORDERED("duration", &list_duration, DURATION),
    ORDERED("timestamp", &list_timestamp, TIMESTAMP),
    ORDERED("string", &list_string, STRING),
    ORDERED("bytes", &list_bytes, BYTES),
    {"sum", "list_int_sum_int", CEL_MEMBER, PARAMS(&list_int), INT, sum_int,
     .cost = &cel_cost_traverse},
    {"sum", "list_uint_sum_uint", CEL_MEMBER, PARAMS(&list_uint), UINT, sum_uint,
     .cost = &cel_cost_traverse},
    {"sum", "list_double_sum_double", CEL_MEMBER, PARAMS(&list_double), DOUBLE, sum_double,
     .cost = &cel_cost_traverse},
    {"sum", "list_duration_sum_duration", CEL_MEMBER, PARAMS(&list_duration), DURATION,
     sum_duration, .cost = &cel_cost_traverse},
    {"indexOf", "list_a_index_of_int", CEL_MEMBER, PARAMS(LIST_A, A), INT, index_of,
     .cost = &cel_cost_traverse},
    {"lastIndexOf", "list_a_last_index_of_int", CEL_MEMBER, PARAMS(LIST_A, A), INT, last_index_of,
     .cost = &cel_cost_traverse},
};

const struct cel_library cel_lib_kube_lists = {"kubernetes.lists", 0, 0, LIBRARY_ROWS(rows), NULL};
