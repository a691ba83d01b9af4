/* SPDX-License-Identifier: Apache-2.0 */
/* Estimates of calls, by shape: cost.go of cel-go and EstimateCallCost of the API server. */
#include <math.h>

#include "cel/cel_estimate.h"
#include "cel/cel_internal.h"

/* ---- ranges ---- */

static uint64_t add_most(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static uint64_t multiply_most(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static uint64_t scale_most(uint64_t value, double factor)
{
    double scaled = ceil((double)value * factor);
    return scaled >= 0x1p64 ? UINT64_MAX : (uint64_t)scaled;
}

struct cel_range cel_range_fixed(uint64_t value)
{
    return (struct cel_range){value, value};
}

struct cel_range cel_range_add(struct cel_range a, struct cel_range b)
{
    return (struct cel_range){add_most(a.min, b.min), add_most(a.max, b.max)};
}

struct cel_range cel_range_multiply(struct cel_range a, struct cel_range b)
{
    return (struct cel_range){multiply_most(a.min, b.min), multiply_most(a.max, b.max)};
}

struct cel_range cel_range_union(struct cel_range a, struct cel_range b)
{
    return (struct cel_range){MIN_OF(a.min, b.min), MAX_OF(a.max, b.max)};
}

/* Times a factor, rounded up. */
static struct cel_range cel_range_scale(struct cel_range range, double factor)
{
    return (struct cel_range){scale_most(range.min, factor), scale_most(range.max, factor)};
}

/* ---- shapes ---- */

#define ESTIMATE(name)                                                                             \
    void cel_estimate_##name(struct cel_estimator *estimator, const struct cel_function *function, \
                             const struct cel_estimate_arg *args, size_t n,                        \
                             struct cel_call_estimate *ret_estimate)
#define UNUSED (void)estimator, (void)function, (void)args, (void)n, (void)ret_estimate

static void give(struct cel_call_estimate *estimate, struct cel_range cost)
{
    *estimate = (struct cel_call_estimate){.cost = cost};
}

static void give_sized(struct cel_call_estimate *estimate, struct cel_range cost,
                       struct cel_range size)
{
    *estimate = (struct cel_call_estimate){cost, true, size};
}

/* cel-go's own shapes know only what is computed, not what the schema says. */
static struct cel_range computed(const struct cel_estimate_arg *arg)
{
    return arg->sized ? arg->size : (struct cel_range){0, UINT64_MAX};
}

ESTIMATE(one)
{
    UNUSED;
    give(ret_estimate, cel_range_fixed(1));
}

ESTIMATE(authorize)
{
    UNUSED;
    give(ret_estimate, cel_range_fixed(CEL_COST_AUTHORIZE));
}

ESTIMATE(selector)
{
    UNUSED;
    struct cel_range length = cel_estimate_size(estimator, &args[1]);
    struct cel_range requirements =
        cel_range_scale(cel_range_scale(length, 0.5), CEL_COST_LIST + CEL_COST_STRUCT);
    struct cel_range parse = cel_range_scale(length, CEL_TRAVERSAL);
    give(ret_estimate,
         cel_range_add(cel_range_add(cel_range_fixed(CEL_COST_LIST), parse), requirements));
}

ESTIMATE(traverse)
{
    UNUSED;
    struct cel_range size = cel_estimate_size(estimator, &args[0]);
    struct cel_estimate_arg item = cel_estimate_item(estimator, &args[0]);
    if (!item.type) {
        /* indexOf and lastIndexOf of a string */
        give(ret_estimate, cel_range_scale(size, CEL_TRAVERSAL));
        return;
    }
    struct cel_range each = cel_range_fixed(1);
    if (item.type->kind == CEL_STRING || item.type->kind == CEL_BYTES)
        each = cel_range_add(each,
                             cel_range_scale(cel_estimate_size(estimator, &item), CEL_TRAVERSAL));
    give(ret_estimate, cel_range_multiply(size, each));
}

ESTIMATE(string_result)
{
    UNUSED;
    struct cel_range size = cel_estimate_size(estimator, &args[0]);
    give_sized(ret_estimate, cel_range_scale(size, CEL_TRAVERSAL), size);
}

ESTIMATE(string)
{
    UNUSED;
    give(ret_estimate, cel_range_scale(cel_estimate_size(estimator, &args[0]), CEL_TRAVERSAL));
}

ESTIMATE(string_twice)
{
    UNUSED;
    give(ret_estimate, cel_range_scale(cel_estimate_size(estimator, &args[0]), 2 * CEL_TRAVERSAL));
}

/* How often a text of `size` may be replaced, and what stays of it, at one end of the ranges. */
static uint64_t replaced(uint64_t size, uint64_t what, bool shrinks, uint64_t with,
                         uint64_t *ret_kept)
{
    *ret_kept = 0;
    if (what == 0) {
        *ret_kept = size;
        return size < UINT64_MAX ? size + 1 : size;
    }
    if (shrinks) {
        *ret_kept = size;
        return 0;
    }
    (void)with;
    return scale_most(size, 1) == UINT64_MAX ? scale_most(UINT64_MAX, 1.0 / (double)what)
                                             : (uint64_t)ceil((double)size / (double)what);
}

ESTIMATE(replace)
{
    UNUSED;
    struct cel_range size = cel_estimate_size(estimator, &args[0]);
    struct cel_range what = cel_estimate_size(estimator, &args[1]);
    struct cel_range with = cel_estimate_size(estimator, &args[2]);
    struct cel_range count;
    struct cel_range kept;
    count.max = replaced(size.max, what.min, with.max <= what.min, with.max, &kept.max);
    count.min = replaced(size.min, what.max, what.max <= with.min, with.min, &kept.min);
    give_sized(ret_estimate, cel_range_scale(size, 2 * CEL_TRAVERSAL),
               cel_range_add(cel_range_multiply(count, with), kept));
}

ESTIMATE(split)
{
    UNUSED;
    struct cel_range size = cel_estimate_size(estimator, &args[0]);
    struct cel_range parts = {0, size.max};
    if (n > 2 && args[2].expr && args[2].expr->kind == EXPR_LITERAL &&
        args[2].expr->literal.kind == CEL_INT)
        parts.max = (uint64_t)args[2].expr->literal.i64;
    give_sized(ret_estimate, cel_range_scale(size, 2 * CEL_TRAVERSAL), parts);
}

ESTIMATE(join)
{
    UNUSED;
    struct cel_range count = cel_estimate_size(estimator, &args[0]);
    struct cel_estimate_arg item = cel_estimate_item(estimator, &args[0]);
    struct cel_range size = {0, 0};
    if (item.type)
        size = cel_range_multiply(count, cel_estimate_size(estimator, &item));
    if (n > 1) {
        struct cel_range between = {count.min ? count.min - 1 : 0, count.max ? count.max - 1 : 0};
        size = cel_range_add(size,
                             cel_range_multiply(cel_estimate_size(estimator, &args[1]), between));
    }
    give_sized(ret_estimate, cel_range_scale(size, CEL_TRAVERSAL), size);
}

static struct cel_range pattern_cost(struct cel_range text, struct cel_range pattern)
{
    struct cel_range longer = cel_range_add(text, cel_range_fixed(1));
    return cel_range_multiply(cel_range_scale(longer, CEL_TRAVERSAL),
                              cel_range_scale(pattern, CEL_PATTERN));
}

ESTIMATE(find)
{
    UNUSED;
    struct cel_range size = cel_estimate_size(estimator, &args[0]);
    give_sized(ret_estimate, pattern_cost(size, cel_estimate_size(estimator, &args[1])),
               (struct cel_range){0, size.max});
}

ESTIMATE(matches)
{
    UNUSED;
    give(ret_estimate, pattern_cost(computed(&args[0]), computed(&args[1])));
}

/* Addresses have 4 or 16 bytes. */
static struct cel_range contains_cost(struct cel_estimator *estimator,
                                      const struct cel_estimate_arg *arg, bool text, bool cidr)
{
    struct cel_range address = {4, 16};
    struct cel_range cost = cel_range_scale(cel_range_add(address, address), CEL_TRAVERSAL);
    if (cidr)
        cost = cel_range_add(cel_range_add(cost, cel_range_scale(address, CEL_TRAVERSAL)),
                             cel_range_fixed(1));
    if (text)
        cost =
            cel_range_add(cost, cel_range_scale(cel_estimate_size(estimator, arg), CEL_TRAVERSAL));
    return cost;
}

ESTIMATE(contains_ip)
{
    UNUSED;
    bool text = !strcmp(function->id, "cidr_contains_ip_string");
    give(ret_estimate, contains_cost(estimator, &args[1], text, false));
}

ESTIMATE(contains_cidr)
{
    UNUSED;
    bool text = !strcmp(function->id, "cidr_contains_cidr_string");
    give(ret_estimate, contains_cost(estimator, &args[1], text, true));
}

ESTIMATE(validate)
{
    UNUSED;
    enum { FORMAT_PATTERN = 128 }; /* MaxNameFormatRegexSize */
    struct cel_range size = cel_estimate_size(estimator, &args[1]);
    give(ret_estimate,
         cel_range_scale(cel_range_scale(size, CEL_TRAVERSAL), FORMAT_PATTERN * CEL_PATTERN));
}

ESTIMATE(less)
{
    UNUSED;
    struct cel_range a = computed(&args[0]);
    struct cel_range b = computed(&args[1]);
    uint64_t most = MIN_OF(a.max, b.max);
    give(ret_estimate, cel_range_scale((struct cel_range){most > 0, most}, CEL_TRAVERSAL));
}

/* Values of the API server's own types cost 1 to compare; formats and URLs by their size. */
ESTIMATE(equals)
{
    enum { FORMAT_BYTES = 64 };
    const struct cel_type *type = args[0].type;
    bool own = (type->kind == CEL_OPAQUE || (type->kind == CEL_STRUCT && !type->object)) &&
               cel_type_eq(type, args[1].type);
    if (!own) {
        cel_estimate_less(estimator, function, args, n, ret_estimate);
        return;
    }
    struct cel_range cost = cel_range_fixed(1);
    if (str_is(type->name, "kubernetes.NamedFormat"))
        cost = cel_range_scale((struct cel_range){1, FORMAT_BYTES}, CEL_TRAVERSAL);
    if (str_is(type->name, "kubernetes.URL")) {
        uint64_t most = args[1].sized ? args[1].size.max : 1;
        cost = cel_range_scale((struct cel_range){1, most}, CEL_TRAVERSAL);
    }
    give(ret_estimate, cost);
}

ESTIMATE(add_text)
{
    UNUSED;
    struct cel_range size = cel_range_add(computed(&args[0]), computed(&args[1]));
    give_sized(ret_estimate, cel_range_scale(size, CEL_TRAVERSAL), size);
}

ESTIMATE(add_list)
{
    UNUSED;
    give_sized(ret_estimate, cel_range_fixed(1),
               cel_range_add(computed(&args[0]), computed(&args[1])));
}

/* cel-go charges for the prefix, not for what has it. */
ESTIMATE(prefix)
{
    UNUSED;
    give(ret_estimate, cel_range_scale(computed(&args[1]), CEL_TRAVERSAL));
}

ESTIMATE(contains)
{
    UNUSED;
    give(ret_estimate, cel_range_multiply(cel_range_scale(computed(&args[0]), CEL_TRAVERSAL),
                                          cel_range_scale(computed(&args[1]), CEL_TRAVERSAL)));
}

ESTIMATE(to_bytes)
{
    UNUSED;
    struct cel_range size = computed(&args[0]);
    /* Go's product wraps. */
    give_sized(ret_estimate, cel_range_scale(size, CEL_TRAVERSAL),
               (struct cel_range){size.min, size.max * 4});
}

ESTIMATE(to_string)
{
    UNUSED;
    struct cel_range size = computed(&args[0]);
    give_sized(ret_estimate, cel_range_scale(size, CEL_TRAVERSAL),
               (struct cel_range){size.min / 4, size.max});
}

ESTIMATE(quote)
{
    UNUSED;
    struct cel_range size = computed(&args[0]);
    give_sized(ret_estimate, cel_range_scale(size, CEL_TRAVERSAL),
               (struct cel_range){size.min + 2, size.max * 2 + 2});
}

ESTIMATE(format)
{
    UNUSED;
    give(ret_estimate, cel_range_scale(computed(&args[0]), CEL_TRAVERSAL));
}

ESTIMATE(in_list)
{
    UNUSED;
    give(ret_estimate, cel_range_scale(computed(&args[1]), 1));
}

/* ---- lists and sets of cel-go's extensions ---- */

static void give_list(struct cel_call_estimate *estimate, struct cel_range size, double factor)
{
    give_sized(estimate,
               cel_range_add(cel_range_scale(size, factor), cel_range_fixed(1 + CEL_COST_LIST)),
               size);
}

ESTIMATE(list_range)
{
    UNUSED;
    give_list(ret_estimate, cel_range_fixed(cel_estimate_literal(&args[0], UINT64_MAX)), 1);
}

ESTIMATE(list_slice)
{
    UNUSED;
    struct cel_range size = cel_estimate_size(estimator, &args[0]);
    uint64_t start = cel_estimate_literal(&args[1], 0);
    uint64_t end = cel_estimate_literal(&args[2], size.max);
    give_list(ret_estimate, cel_range_fixed(end - start), 1);
}

ESTIMATE(list_reverse)
{
    UNUSED;
    give_list(ret_estimate, cel_estimate_size(estimator, &args[0]), 1);
}

ESTIMATE(list_flatten)
{
    UNUSED;
    uint64_t depth = n == 2 ? cel_estimate_literal(&args[1], UINT64_MAX) : 1;
    give_list(ret_estimate, cel_estimate_size(estimator, &args[0]), (double)depth);
}

ESTIMATE(list_distinct)
{
    UNUSED;
    struct cel_range size = cel_estimate_size(estimator, &args[0]);
    give_list(ret_estimate, cel_range_multiply(size, size), 2);
}

static void give_sorted(struct cel_estimator *estimator, const struct cel_function *function,
                        const struct cel_estimate_arg *list, size_t param,
                        struct cel_call_estimate *estimate)
{
    struct cel_range size = cel_estimate_size(estimator, list);
    enum cel_kind item = function->params[param]->params[0]->kind;
    bool text = item == CEL_STRING || item == CEL_BYTES;
    give_list(estimate, cel_range_multiply(size, size), text ? 2 + CEL_TRAVERSAL : 2);
}

ESTIMATE(list_sort)
{
    UNUSED;
    give_sorted(estimator, function, &args[0], 0, ret_estimate);
}

ESTIMATE(list_sort_by)
{
    UNUSED;
    give_sorted(estimator, function, &args[1], 1, ret_estimate);
}

static void give_sets(struct cel_estimator *estimator, const struct cel_estimate_arg *args,
                      double factor, struct cel_call_estimate *estimate)
{
    struct cel_range product = cel_range_multiply(cel_estimate_size(estimator, &args[0]),
                                                  cel_estimate_size(estimator, &args[1]));
    give(estimate, cel_range_add(cel_range_scale(product, factor), cel_range_fixed(1)));
}

ESTIMATE(sets)
{
    UNUSED;
    give_sets(estimator, args, 1, ret_estimate);
}

ESTIMATE(sets_twice)
{
    UNUSED;
    give_sets(estimator, args, 2, ret_estimate);
}
