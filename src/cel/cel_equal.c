/* SPDX-License-Identifier: Apache-2.0 */
/*
 * == and <. Numbers compare across kinds; other kinds that differ are unequal, not an error. Lists
 * and maps of typed data follow apiserver/pkg/cel/common/valuesunstructured.go: sets and keyed
 * lists ignore order.
 */
#include "cel/cel_internal.h"

#include <math.h>

static bool is_number(struct cel_value value)
{
    return value.kind == CEL_INT || value.kind == CEL_UINT || value.kind == CEL_DOUBLE;
}

static int sign_of(double a, double b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

/* common/types/compare.go: a double is compared with the integer as a double, once it is in range.
 */
static int compare_double_int(double a, int64_t b)
{
    if (a < -0x1p63)
        return -1;
    if (a > 0x1p63)
        return 1;
    return sign_of(a, (double)b);
}

static int compare_double_uint(double a, uint64_t b)
{
    if (a < 0)
        return -1;
    if (a > 0x1p64)
        return 1;
    return sign_of(a, (double)b);
}

static int compare_int_uint(int64_t a, uint64_t b)
{
    if (a < 0 || b > INT64_MAX)
        return -1;
    return (a > (int64_t)b) - (a < (int64_t)b);
}

static int compare_numbers(struct cel_value a, struct cel_value b)
{
    if (a.kind == CEL_DOUBLE) {
        if (b.kind == CEL_DOUBLE)
            return sign_of(a.f64, b.f64);
        return b.kind == CEL_INT ? compare_double_int(a.f64, b.i64)
                                 : compare_double_uint(a.f64, b.u64);
    }
    if (b.kind == CEL_DOUBLE)
        return -compare_numbers(b, a);
    if (a.kind == CEL_INT)
        return b.kind == CEL_INT ? (a.i64 > b.i64) - (a.i64 < b.i64)
                                 : compare_int_uint(a.i64, b.u64);
    return b.kind == CEL_UINT ? (a.u64 > b.u64) - (a.u64 < b.u64) : -compare_int_uint(b.i64, a.u64);
}

static bool is_nan(struct cel_value value)
{
    return value.kind == CEL_DOUBLE && isnan(value.f64);
}

bool cel_number_equal(struct cel_value a, struct cel_value b)
{
    return is_number(a) && is_number(b) && !is_nan(a) && !is_nan(b) && compare_numbers(a, b) == 0;
}

struct cel_value cel_compare(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    if (is_number(a) && is_number(b)) {
        if (is_nan(a) || is_nan(b))
            return cel_fail(run, "NaN values cannot be ordered");
        return cel_int(compare_numbers(a, b));
    }
    if (a.kind != b.kind)
        return cel_fail_overload(run);
    if (a.kind == CEL_STRING || a.kind == CEL_BYTES) {
        int order = str_cmp(cel_text(a), cel_text(b));
        return cel_int((order > 0) - (order < 0));
    }
    if (a.kind == CEL_BOOL)
        return cel_int((int)a.boolean - (int)b.boolean);
    if (a.kind == CEL_TIMESTAMP || a.kind == CEL_DURATION) {
        if (a.i64 != b.i64)
            return cel_int(a.i64 < b.i64 ? -1 : 1);
        return cel_int((a.nanos > b.nanos) - (a.nanos < b.nanos));
    }
    return cel_fail_overload(run);
}

/* ---- lists ---- */

/* Flags of typed data's lists, 0 of others. */
static unsigned list_flags(struct cel_value list)
{
    return !list.list && list.of ? list.of->flags : 0;
}

static bool is_typed(struct cel_value value)
{
    const struct cel_type *of = !value.list ? value.of : NULL;
    return of && of->kind != CEL_DYN;
}

static struct cel_value equal_in_order(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    struct cel_iter left = {.of = a};
    struct cel_iter right = {.of = b};
    struct cel_value key;
    struct cel_value x;
    struct cel_value y;
    while (cel_iter_next(run, &left, &key, &x) && cel_iter_next(run, &right, &key, &y)) {
        struct cel_value equal = cel_equal(run, x, y);
        bool pass_on = is_typed(a) ? !cel_is_true(equal) : equal.kind == CEL_BOOL && !equal.boolean;
        if (pass_on)
            return equal;
    }
    return cel_bool(true);
}

bool cel_list_has(struct cel_run *run, struct cel_value list, struct cel_value item)
{
    struct cel_iter iter = {.of = list};
    struct cel_value key;
    struct cel_value value;
    while (cel_iter_next(run, &iter, &key, &value))
        if (cel_is_true(cel_equal(run, value, item)))
            return true;
    return false;
}

static struct cel_value equal_sets(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    struct cel_iter iter = {.of = b};
    struct cel_value key;
    struct cel_value item;
    while (cel_iter_next(run, &iter, &key, &item))
        if (!cel_list_has(run, a, item))
            return cel_bool(false);
    return cel_bool(true);
}

bool cel_same_keys(const struct cel_type *list, const struct node *a, const struct node *b)
{
    for (uint32_t i = 0; i < list->key_count; i++)
        if (!node_equal(node_get(a, list->keys[i]), node_get(b, list->keys[i])))
            return false;
    return true;
}

static struct cel_value equal_keyed(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    struct cel_iter right = {.of = b};
    struct cel_value key;
    struct cel_value y;
    while (cel_iter_next(run, &right, &key, &y)) {
        struct cel_iter left = {.of = a};
        struct cel_value x;
        bool found = false;
        while (!found && cel_iter_next(run, &left, &key, &x))
            found = x.node && y.node && cel_same_keys(a.of, x.node, y.node);
        if (!found)
            return cel_bool(false);
        struct cel_value equal = cel_equal(run, x, y);
        if (!cel_is_true(equal))
            return equal;
    }
    return cel_bool(true);
}

static struct cel_value equal_lists(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    size_t n = cel_size(run, a);
    if (n != cel_size(run, b))
        return cel_bool(false);
    if (!cel_tick(run, n))
        return cel_fail_budget(run);
    if (list_flags(a) & CEL_LIST_SET)
        return equal_sets(run, a, b);
    if (list_flags(a) & CEL_LIST_KEYED)
        return equal_keyed(run, a, b);
    return equal_in_order(run, a, b);
}

/* A field's value in an object, with its declared type; false when it has none or is null. */
static bool known_field(struct cel_run *run, struct cel_value object, struct str key,
                        struct cel_value *ret_value)
{
    struct str name;
    return cel_escape(run->arena, key, &name) &&
           cel_map_get(run, object, cel_string(name), ret_value);
}

static bool is_declared(struct cel_run *run, struct cel_value object, struct str key)
{
    struct cel_field field;
    struct str name;
    const struct cel_object *fields = object.of->object;
    return fields && cel_escape(run->arena, key, &name) && fields->field(fields, name, &field);
}

/* The minor whose binary is imitated; folding has none. */
static unsigned binary_minor(const struct cel_run *run)
{
    return run->machine ? run->machine->program->env->options.minor : UINT8_MAX;
}

/* Objects of a schema: declared fields as values, others as they stand, if both have them. */
static struct cel_value equal_objects(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    enum { NULLS_EQUAL_SINCE = 34 }; /* before, a null field made an object differ from itself */
    struct cel_value x;
    struct cel_value y;
    for (struct entry e = map_first(a.node); e.key; e = map_next(e)) {
        struct str key = node_text(e.key);
        if (!is_declared(run, a, key)) {
            const struct node *other = node_get(b.node, key);
            if (other && !node_equal(e.value, other))
                return cel_bool(false);
            continue;
        }
        bool found = known_field(run, a, key, &x);
        bool other_found = known_field(run, b, key, &y);
        if (!found && binary_minor(run) < NULLS_EQUAL_SINCE)
            return cel_bool(false);
        if (found != other_found)
            return cel_bool(false);
        struct cel_value equal = found ? cel_equal(run, x, y) : cel_bool(true);
        if (!cel_is_true(equal))
            return equal;
    }
    return cel_bool(true);
}

static struct cel_value equal_maps(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    size_t n = cel_size(run, a);
    if (n != cel_size(run, b))
        return cel_bool(false);
    if (!cel_tick(run, n))
        return cel_fail_budget(run);
    if (is_typed(a) && a.of->kind == CEL_STRUCT && b.node)
        return equal_objects(run, a, b);
    struct cel_iter iter = {.of = a};
    struct cel_value key;
    struct cel_value x;
    struct cel_value y;
    while (cel_iter_next(run, &iter, &key, &x)) {
        if (!cel_map_get(run, b, key, &y))
            return cel_bool(false);
        struct cel_value equal = cel_equal(run, x, y);
        bool pass_on = is_typed(a) ? !cel_is_true(equal) : equal.kind == CEL_BOOL && !equal.boolean;
        if (pass_on)
            return equal;
    }
    return cel_bool(true);
}

static struct cel_value equal_opaque(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    if (a.class != b.class)
        return a.class->mixes ? cel_bool(false) : cel_fail_overload(run);
    return cel_bool(a.data == b.data || (a.class->equal && a.class->equal(a.data, b.data)));
}

struct cel_value cel_equal(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    if (cel_is_error(a))
        return a;
    if (cel_is_error(b))
        return b;
    if (a.kind == CEL_NULL || b.kind == CEL_NULL)
        return cel_bool(a.kind == b.kind);
    if (is_number(a) && is_number(b))
        return cel_bool(cel_number_equal(a, b));
    if (a.kind != b.kind) {
        /* Typed data doesn't compare with what it can't be. */
        if ((a.kind == CEL_LIST || a.kind == CEL_MAP) && is_typed(a))
            return cel_fail_overload(run);
        if (a.kind == CEL_OPAQUE && !a.class->mixes)
            return cel_fail_overload(run);
        return cel_bool(false);
    }
    switch ((enum cel_kind)a.kind) {
    case CEL_BOOL:
        return cel_bool(a.boolean == b.boolean);
    case CEL_STRING:
    case CEL_BYTES:
        return cel_bool(str_eq(cel_text(a), cel_text(b)));
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        return cel_bool(a.i64 == b.i64 && a.nanos == b.nanos);
    case CEL_LIST:
        return equal_lists(run, a, b);
    case CEL_MAP:
        return equal_maps(run, a, b);
    case CEL_TYPE:
        return cel_bool(str_eq(a.type->name, b.type->name));
    case CEL_OPTIONAL:
        if (!a.inner || !b.inner)
            return cel_bool(!a.inner && !b.inner);
        return cel_equal(run, *a.inner, *b.inner);
    case CEL_OPAQUE:
        return equal_opaque(run, a, b);
    case CEL_NULL:
    case CEL_INT:
    case CEL_UINT:
    case CEL_DOUBLE:
    case CEL_ERROR:
    case CEL_UNKNOWN:
    case CEL_DYN:
    case CEL_ANY:
    case CEL_STRUCT:
    case CEL_PARAM:
        break;
    }
    return cel_bool(false);
}
