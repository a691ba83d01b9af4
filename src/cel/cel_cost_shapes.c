/* SPDX-License-Identifier: Apache-2.0 */
/* What calls cost while running, by shape; the table at the end pairs each with its estimate. */
#include <math.h>

#include "cel/cel_estimate.h"
#include "cel/cel_internal.h"

/* Units of a size, as the run counts them: code points, bytes, entries, 1 of anything else. */
static uint64_t cel_cost_size(struct cel_run *run, struct cel_value value)
{
    if (value.kind == CEL_STRING)
        return cel_runes(&value);
    if (value.kind == CEL_BYTES)
        return value.n;
    if (value.kind == CEL_LIST || value.kind == CEL_MAP)
        return cel_size(run, value);
    if (value.kind == CEL_OPAQUE && value.class->size)
        return value.class->size(value.data);
    if (value.kind == CEL_OPTIONAL && value.inner)
        return cel_cost_size(run, *value.inner);
    return 1;
}

/* Go converts after rounding up; no size here is near 2^53. */
static uint64_t scaled(uint64_t size, double factor)
{
    double cost = ceil((double)size * factor);
    return cost >= 0x1p64 ? UINT64_MAX : (uint64_t)cost;
}

static uint64_t multiplied(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static uint64_t pass(struct cel_run *run, struct cel_value value, double factor)
{
    return scaled(cel_cost_size(run, value), factor);
}

static uint64_t cost_one(struct cel_run *run, const struct cel_value *args, size_t n,
                         struct cel_value result)
{
    (void)run, (void)args, (void)n, (void)result;
    return 1;
}

static uint64_t cost_authorize(struct cel_run *run, const struct cel_value *args, size_t n,
                               struct cel_value result)
{
    (void)run, (void)args, (void)n, (void)result;
    return CEL_COST_AUTHORIZE;
}

static uint64_t cost_selector(struct cel_run *run, const struct cel_value *args, size_t n,
                              struct cel_value result)
{
    (void)n, (void)result;
    uint64_t length = cel_cost_size(run, args[1]);
    uint64_t requirements = scaled(length, 0.5);
    return CEL_COST_LIST + scaled(length, CEL_TRAVERSAL) +
           scaled(requirements, CEL_COST_LIST + CEL_COST_STRUCT);
}

/* The API server's traversalCost: the whole tree, by bytes of text. */
static uint64_t traverse(struct cel_run *run, struct cel_value value, unsigned depth)
{
    if (value.kind == CEL_STRING || value.kind == CEL_BYTES)
        return (uint64_t)((double)value.n * CEL_TRAVERSAL);
    if ((value.kind != CEL_LIST && value.kind != CEL_MAP) || depth == CEL_DEPTH)
        return 1;
    uint64_t cost = 0;
    struct cel_iter iter = {.of = value};
    struct cel_value key;
    struct cel_value item;
    while (cel_iter_next(run, &iter, &key, &item)) {
        cost += traverse(run, item, depth + 1);
        if (value.kind == CEL_MAP)
            cost += traverse(run, key, depth + 1);
    }
    return cost;
}

static uint64_t cost_traverse(struct cel_run *run, const struct cel_value *args, size_t n,
                              struct cel_value result)
{
    (void)n, (void)result;
    return traverse(run, args[0], 0);
}

static uint64_t cost_string(struct cel_run *run, const struct cel_value *args, size_t n,
                            struct cel_value result)
{
    (void)n, (void)result;
    return pass(run, args[0], CEL_TRAVERSAL);
}

static uint64_t cost_string_twice(struct cel_run *run, const struct cel_value *args, size_t n,
                                  struct cel_value result)
{
    (void)n, (void)result;
    return pass(run, args[0], 2 * CEL_TRAVERSAL);
}

static uint64_t cost_join(struct cel_run *run, const struct cel_value *args, size_t n,
                          struct cel_value result)
{
    (void)args, (void)n;
    return pass(run, result, 2 * CEL_TRAVERSAL);
}

/* One more, so that an expensive pattern on an empty text is not free. */
static uint64_t pattern_cost(uint64_t text, uint64_t pattern)
{
    return multiplied(scaled(text + 1, CEL_TRAVERSAL), scaled(pattern, CEL_PATTERN));
}

static uint64_t cost_matches(struct cel_run *run, const struct cel_value *args, size_t n,
                             struct cel_value result)
{
    (void)n, (void)result;
    return pattern_cost(cel_cost_size(run, args[0]), cel_cost_size(run, args[1]));
}

static bool ends_with_string(const struct cel_value *args)
{
    return args[1].kind == CEL_STRING;
}

static uint64_t cost_contains_ip(struct cel_run *run, const struct cel_value *args, size_t n,
                                 struct cel_value result)
{
    (void)n, (void)result;
    uint64_t cost = scaled(2 * cel_cost_size(run, args[0]), CEL_TRAVERSAL);
    return ends_with_string(args) ? cost + pass(run, args[1], CEL_TRAVERSAL) : cost;
}

static uint64_t cost_contains_cidr(struct cel_run *run, const struct cel_value *args, size_t n,
                                   struct cel_value result)
{
    return cost_contains_ip(run, args, n, result) + pass(run, args[0], CEL_TRAVERSAL) + 1;
}

/* The size of a format is that of its pattern. */
static uint64_t cost_validate(struct cel_run *run, const struct cel_value *args, size_t n,
                              struct cel_value result)
{
    (void)n, (void)result;
    return pattern_cost(cel_cost_size(run, args[1]), cel_cost_size(run, args[0]));
}

static uint64_t cost_smaller(struct cel_run *run, const struct cel_value *args, size_t n,
                             struct cel_value result)
{
    (void)n, (void)result;
    uint64_t a = cel_cost_size(run, args[0]);
    uint64_t b = cel_cost_size(run, args[1]);
    return scaled(MIN_OF(a, b), CEL_TRAVERSAL);
}

static uint64_t cost_equals(struct cel_run *run, const struct cel_value *args, size_t n,
                            struct cel_value result)
{
    /* Values of the API server's own types cost 1 to compare. */
    if (args[0].kind == CEL_OPAQUE)
        return 1;
    return cost_smaller(run, args, n, result);
}

static uint64_t cost_add_text(struct cel_run *run, const struct cel_value *args, size_t n,
                              struct cel_value result)
{
    (void)n, (void)result;
    return scaled(cel_cost_size(run, args[0]) + cel_cost_size(run, args[1]), CEL_TRAVERSAL);
}

static uint64_t cost_contains(struct cel_run *run, const struct cel_value *args, size_t n,
                              struct cel_value result)
{
    (void)n, (void)result;
    return multiplied(pass(run, args[0], CEL_TRAVERSAL), pass(run, args[1], CEL_TRAVERSAL));
}

static uint64_t cost_in_list(struct cel_run *run, const struct cel_value *args, size_t n,
                             struct cel_value result)
{
    (void)n, (void)result;
    return cel_cost_size(run, args[1]);
}

/* ---- lists and sets of cel-go's extensions: a call, a new list, and the work ---- */

static uint64_t list_call(uint64_t size, double factor)
{
    double work = (double)size * factor;
    return (work >= 0x1p63 ? UINT64_MAX / 2 : (uint64_t)work) + 1 + CEL_COST_LIST;
}

static uint64_t cost_list_result(struct cel_run *run, const struct cel_value *args, size_t n,
                                 struct cel_value result)
{
    (void)args, (void)n;
    return list_call(cel_cost_size(run, result), 1);
}

static uint64_t cost_list_flatten(struct cel_run *run, const struct cel_value *args, size_t n,
                                  struct cel_value result)
{
    (void)result;
    double depth = n == 2 && args[1].kind == CEL_INT ? (double)args[1].i64 : 1;
    return list_call(cel_cost_size(run, args[0]), depth);
}

/* Everything with everything. */
static uint64_t compare_all(struct cel_run *run, struct cel_value list)
{
    uint64_t size = cel_cost_size(run, list);
    double factor = 2;
    if (size == 0 || list.kind != CEL_LIST)
        return list_call(0, factor);
    struct cel_value first = cel_list_at(run, list, 0);
    if (first.kind == CEL_STRING || first.kind == CEL_BYTES)
        factor += CEL_TRAVERSAL;
    return list_call(multiplied(size, size), factor);
}

/* sortBy sorts its second list, the keys. */
static uint64_t cost_list_sort_by(struct cel_run *run, const struct cel_value *args, size_t n,
                                  struct cel_value result)
{
    (void)n, (void)result;
    return compare_all(run, args[1]);
}

static uint64_t cost_list_sort(struct cel_run *run, const struct cel_value *args, size_t n,
                               struct cel_value result)
{
    (void)n, (void)result;
    return compare_all(run, args[0]);
}

static uint64_t cost_sets(struct cel_run *run, const struct cel_value *args, size_t n,
                          struct cel_value result)
{
    (void)n, (void)result;
    return 1 + multiplied(cel_cost_size(run, args[0]), cel_cost_size(run, args[1]));
}

static uint64_t cost_sets_twice(struct cel_run *run, const struct cel_value *args, size_t n,
                                struct cel_value result)
{
    return 2 * cost_sets(run, args, n, result) - 1;
}

#define BY_NAME     true
#define BY_OVERLOAD false

const struct cel_cost cel_cost_one = {cost_one, cel_estimate_one, BY_NAME, 0};
const struct cel_cost cel_cost_authorize = {cost_authorize, cel_estimate_authorize, BY_NAME, 0};
const struct cel_cost cel_cost_selector = {cost_selector, cel_estimate_selector, BY_NAME, 0};
const struct cel_cost cel_cost_traverse = {cost_traverse, cel_estimate_traverse, BY_NAME, 0};
const struct cel_cost cel_cost_string_result = {cost_string, cel_estimate_string_result, BY_NAME,
                                                0};
const struct cel_cost cel_cost_string = {cost_string, cel_estimate_string, BY_NAME, 0};
const struct cel_cost cel_cost_string_twice = {cost_string_twice, cel_estimate_string_twice,
                                               BY_NAME, 0};
const struct cel_cost cel_cost_replace = {cost_string_twice, cel_estimate_replace, BY_NAME, 0};
const struct cel_cost cel_cost_split = {cost_string_twice, cel_estimate_split, BY_NAME, 0};
const struct cel_cost cel_cost_join = {cost_join, cel_estimate_join, BY_NAME, 0};
const struct cel_cost cel_cost_find = {cost_matches, cel_estimate_find, BY_NAME, 0};
const struct cel_cost cel_cost_matches = {cost_matches, cel_estimate_matches, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_contains_ip = {cost_contains_ip, cel_estimate_contains_ip, BY_NAME,
                                              0};
const struct cel_cost cel_cost_contains_cidr = {cost_contains_cidr, cel_estimate_contains_cidr,
                                                BY_NAME, 0};
const struct cel_cost cel_cost_validate = {cost_validate, cel_estimate_validate, BY_NAME, 0};
const struct cel_cost cel_cost_equals = {cost_equals, cel_estimate_equals, BY_NAME, 0};
const struct cel_cost cel_cost_not_equals = {cost_smaller, cel_estimate_less, BY_NAME, 0};
const struct cel_cost cel_cost_less = {cost_smaller, cel_estimate_less, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_add_text = {cost_add_text, cel_estimate_add_text, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_add_list = {cost_one, cel_estimate_add_list, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_prefix = {cost_string, cel_estimate_prefix, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_contains = {cost_contains, cel_estimate_contains, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_to_bytes = {cost_string, cel_estimate_to_bytes, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_to_string = {cost_string, cel_estimate_to_string, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_quote = {cost_string, cel_estimate_quote, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_format = {cost_string, cel_estimate_format, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_in_list = {cost_in_list, cel_estimate_in_list, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_list_range = {cost_list_result, cel_estimate_list_range, BY_OVERLOAD,
                                             0};
const struct cel_cost cel_cost_list_slice = {cost_list_result, cel_estimate_list_slice, BY_OVERLOAD,
                                             0};
const struct cel_cost cel_cost_list_reverse = {cost_list_result, cel_estimate_list_reverse,
                                               BY_OVERLOAD, 0};
const struct cel_cost cel_cost_list_flatten = {cost_list_flatten, cel_estimate_list_flatten,
                                               BY_OVERLOAD, 0};
const struct cel_cost cel_cost_list_distinct = {cost_list_sort, cel_estimate_list_distinct,
                                                BY_OVERLOAD, 1};
const struct cel_cost cel_cost_list_sort = {cost_list_sort, cel_estimate_list_sort, BY_OVERLOAD, 1};
const struct cel_cost cel_cost_list_sort_by = {cost_list_sort_by, cel_estimate_list_sort_by,
                                               BY_OVERLOAD, 2};
const struct cel_cost cel_cost_sets = {cost_sets, cel_estimate_sets, BY_OVERLOAD, 0};
const struct cel_cost cel_cost_sets_twice = {cost_sets_twice, cel_estimate_sets_twice, BY_OVERLOAD,
                                             0};
