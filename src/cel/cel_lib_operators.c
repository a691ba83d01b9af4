/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators: common/stdlib of cel-go. Their functions say "no such overload" themselves, because an
 * operator on dynamic operands is not looked up by overload. Those without a function are the
 * evaluator's own.
 */
#include <math.h>

#include "cel/cel_rows.h"
#include "cel/cel_time.h"

/*
 * What cel-go says depends on how it looks for the operator: a left operand whose kind has it, or
 * that has functions of its own (a receiver), says "no such overload"; otherwise the evaluator adds
 * the operator's name.
 */
#define KIND_BIT(kind) (1u << (kind))
#define NUMBERS        (KIND_BIT(CEL_INT) | KIND_BIT(CEL_UINT) | KIND_BIT(CEL_DOUBLE))
#define RECEIVERS      (KIND_BIT(CEL_STRING) | KIND_BIT(CEL_TIMESTAMP) | KIND_BIT(CEL_DURATION))

static struct cel_value refuse(struct cel_run *run, struct cel_value left, unsigned kinds,
                               const char *name)
{
    if ((kinds | RECEIVERS) & KIND_BIT(left.kind))
        return cel_fail_overload(run);
    return cel_fail(run, "no such overload: %s", name);
}

/* ---- arithmetic ---- */

static struct cel_value int_or(struct cel_run *run, bool overflows, const int64_t *value)
{
    return overflows ? cel_fail(run, "integer overflow") : cel_int(*value);
}

static struct cel_value uint_or(struct cel_run *run, bool overflows, const uint64_t *value)
{
    return overflows ? cel_fail(run, "unsigned integer overflow") : cel_uint(*value);
}

static struct cel_value duration_or(struct cel_run *run, bool overflows, const int64_t *nanos)
{
    return overflows ? cel_fail(run, "duration overflow") : cel_duration(*nanos);
}

enum { SECOND_NANOS = 1000000000 };

static struct cel_value shift_time(struct cel_run *run, struct cel_value time, int64_t nanos)
{
    struct cel_instant instant = cel_value_instant(time);
    int64_t seconds = nanos / SECOND_NANOS;
    int64_t rest = nanos % SECOND_NANOS + instant.nanos;
    if (rest < 0) {
        rest += SECOND_NANOS;
        seconds--;
    }
    if (rest >= SECOND_NANOS) {
        rest -= SECOND_NANOS;
        seconds++;
    }
    instant.nanos = (uint32_t)rest;
    if (__builtin_add_overflow(instant.seconds, seconds, &instant.seconds) ||
        !cel_seconds_are_valid(instant.seconds))
        return cel_fail(run, "timestamp overflow");
    return cel_instant_value(instant);
}

static struct cel_value concat(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    if (!cel_tick(run, a.n + b.n))
        return cel_fail_budget(run);
    struct str text = str_concat(run->arena, cel_text(a), cel_text(b));
    return a.kind == CEL_STRING ? cel_string(text) : cel_bytes(text);
}

static struct cel_value add(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value a = args[0];
    struct cel_value b = args[1];
    const unsigned adders = NUMBERS | KIND_BIT(CEL_BYTES) | KIND_BIT(CEL_LIST);
    int64_t sum = 0;
    uint64_t unsigned_sum = 0;
    if (a.kind == CEL_TIMESTAMP && b.kind == CEL_DURATION)
        return shift_time(run, a, b.i64);
    if (a.kind == CEL_DURATION && b.kind == CEL_TIMESTAMP)
        return shift_time(run, b, a.i64);
    if (a.kind != b.kind)
        return refuse(run, a, adders, "_+_");
    if (a.kind == CEL_INT)
        return int_or(run, __builtin_add_overflow(a.i64, b.i64, &sum), &sum);
    if (a.kind == CEL_UINT)
        return uint_or(run, __builtin_add_overflow(a.u64, b.u64, &unsigned_sum), &unsigned_sum);
    if (a.kind == CEL_DOUBLE)
        return cel_double(a.f64 + b.f64);
    if (a.kind == CEL_STRING || a.kind == CEL_BYTES)
        return concat(run, a, b);
    if (a.kind == CEL_LIST)
        return cel_list_join(run, a, b);
    if (a.kind == CEL_DURATION)
        return duration_or(run, __builtin_add_overflow(a.i64, b.i64, &sum), &sum);
    return refuse(run, a, adders, "_+_");
}

static struct cel_value time_difference(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    struct cel_instant x = cel_value_instant(a);
    struct cel_instant y = cel_value_instant(b);
    int64_t nanos;
    bool overflows = __builtin_mul_overflow(x.seconds - y.seconds, SECOND_NANOS, &nanos) ||
                     __builtin_add_overflow(nanos, (int64_t)x.nanos - (int64_t)y.nanos, &nanos);
    return duration_or(run, overflows, &nanos);
}

static struct cel_value subtract(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value a = args[0];
    struct cel_value b = args[1];
    int64_t rest = 0;
    uint64_t unsigned_rest = 0;
    if (a.kind == CEL_TIMESTAMP && b.kind == CEL_DURATION)
        return b.i64 == INT64_MIN ? cel_fail(run, "timestamp overflow")
                                  : shift_time(run, a, -b.i64);
    if (a.kind != b.kind)
        return refuse(run, a, NUMBERS, "_-_");
    if (a.kind == CEL_INT)
        return int_or(run, __builtin_sub_overflow(a.i64, b.i64, &rest), &rest);
    if (a.kind == CEL_UINT)
        return uint_or(run, __builtin_sub_overflow(a.u64, b.u64, &unsigned_rest), &unsigned_rest);
    if (a.kind == CEL_DOUBLE)
        return cel_double(a.f64 - b.f64);
    if (a.kind == CEL_DURATION)
        return duration_or(run, __builtin_sub_overflow(a.i64, b.i64, &rest), &rest);
    if (a.kind == CEL_TIMESTAMP)
        return time_difference(run, a, b);
    return refuse(run, a, NUMBERS, "_-_");
}

static struct cel_value multiply(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value a = args[0];
    struct cel_value b = args[1];
    int64_t product = 0;
    uint64_t unsigned_product = 0;
    if (a.kind != b.kind)
        return refuse(run, a, NUMBERS, "_*_");
    if (a.kind == CEL_INT)
        return int_or(run, __builtin_mul_overflow(a.i64, b.i64, &product), &product);
    if (a.kind == CEL_UINT)
        return uint_or(run, __builtin_mul_overflow(a.u64, b.u64, &unsigned_product),
                       &unsigned_product);
    return a.kind == CEL_DOUBLE ? cel_double(a.f64 * b.f64) : refuse(run, a, NUMBERS, "_*_");
}

/* IEEE division by zero is an infinity, not an undefined operation. */
__attribute__((no_sanitize("float-divide-by-zero"))) static double quotient(double a, double b)
{
    return a / b;
}

static struct cel_value divide(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value a = args[0];
    struct cel_value b = args[1];
    if (a.kind == CEL_DOUBLE && b.kind == CEL_DOUBLE)
        return cel_double(quotient(a.f64, b.f64));
    if (a.kind != b.kind || (a.kind != CEL_INT && a.kind != CEL_UINT))
        return refuse(run, a, NUMBERS, "_/_");
    if (b.u64 == 0)
        return cel_fail(run, "division by zero");
    if (a.kind == CEL_UINT)
        return cel_uint(a.u64 / b.u64);
    bool overflows = a.i64 == INT64_MIN && b.i64 == -1;
    int64_t value = overflows ? 0 : a.i64 / b.i64;
    return int_or(run, overflows, &value);
}

static struct cel_value modulo(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value a = args[0];
    struct cel_value b = args[1];
    if (a.kind != b.kind || (a.kind != CEL_INT && a.kind != CEL_UINT))
        return refuse(run, a, KIND_BIT(CEL_INT) | KIND_BIT(CEL_UINT), "_%_");
    if (b.u64 == 0)
        return cel_fail(run, "modulus by zero");
    if (a.kind == CEL_UINT)
        return cel_uint(a.u64 % b.u64);
    bool overflows = a.i64 == INT64_MIN && b.i64 == -1;
    int64_t value = overflows ? 0 : a.i64 % b.i64;
    return int_or(run, overflows, &value);
}

static struct cel_value negate(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    if (args[0].kind == CEL_DOUBLE)
        return cel_double(-args[0].f64);
    int64_t value = 0;
    bool overflows = __builtin_sub_overflow((int64_t)0, args[0].i64, &value);
    if (args[0].kind == CEL_DURATION)
        return duration_or(run, overflows, &value);
    return args[0].kind == CEL_INT ? int_or(run, overflows, &value)
                                   : refuse(run, args[0], NUMBERS | KIND_BIT(CEL_BOOL), "-_");
}

static struct cel_value logical_not(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    if (args[0].kind != CEL_BOOL)
        return cel_fail_overload(run);
    struct cel_value value = cel_bool(!args[0].boolean);
    value.node = args[0].node;
    return value;
}

/* ---- comparison ---- */

/* The order as -1, 0, 1 is one of the bits. */
static struct cel_value ordered(struct cel_run *run, const struct cel_value *args, unsigned bits,
                                const char *name)
{
    const unsigned comparers = NUMBERS | KIND_BIT(CEL_BOOL) | KIND_BIT(CEL_BYTES);
    if (!((comparers | RECEIVERS) & KIND_BIT(args[0].kind)))
        return refuse(run, args[0], comparers, name);
    struct cel_value order = cel_compare(run, args[0], args[1]);
    if (cel_is_error(order))
        return order;
    struct cel_value value = cel_bool(bits & (1u << (order.i64 + 1)));
    value.node = args[0].node ? args[0].node : args[1].node;
    return value;
}

static struct cel_value less(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return ordered(run, args, 1u, "_<_");
}

static struct cel_value less_equals(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return ordered(run, args, 3u, "_<=_");
}

static struct cel_value greater(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return ordered(run, args, 4u, "_>_");
}

static struct cel_value greater_equals(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return ordered(run, args, 6u, "_>=_");
}

static struct cel_value equals(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value value = cel_equal(run, args[0], args[1]);
    value.node = args[0].node ? args[0].node : args[1].node;
    return value;
}

static struct cel_value not_equals(struct cel_run *run, const struct cel_value *args, size_t n)
{
    struct cel_value value = equals(run, args, n);
    if (value.kind == CEL_BOOL)
        value.boolean = !value.boolean;
    return value;
}

/* ---- in ---- */

/* Of typed data an element that can't be compared makes an error of what would be false; null is
 * such a thing for lists and objects. */
static struct cel_value in_typed_list(struct cel_run *run, struct cel_value list,
                                      struct cel_value item)
{
    struct cel_iter iter = {.of = list};
    struct cel_value key;
    struct cel_value value;
    struct cel_value result = cel_bool(false);
    while (cel_iter_next(run, &iter, &key, &value)) {
        bool container = value.kind == CEL_LIST || value.kind == CEL_MAP;
        struct cel_value equal = item.kind == CEL_NULL && container ? cel_fail_overload(run)
                                                                    : cel_equal(run, value, item);
        if (cel_is_true(equal))
            return equal;
        if (cel_is_error(equal) && !cel_is_error(result))
            result = equal;
    }
    return result;
}

static struct cel_value in(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value there;
    if (args[1].kind == CEL_MAP)
        return cel_bool(cel_map_get(run, args[1], args[0], &there));
    if (args[1].kind != CEL_LIST)
        return cel_fail_overload(run);
    if (!args[1].list && args[1].of && args[1].of->kind == CEL_LIST)
        return in_typed_list(run, args[1], args[0]);
    return cel_bool(cel_list_has(run, args[1], args[0]));
}

static struct cel_value type_of(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return cel_type_value(cel_value_type(args[0]));
}

#define OPERATOR2(name, id, a, b, result, eval)                                                    \
    {                                                                                              \
        name, id, CEL_UNGUARDED, PARAMS(a, b), result, eval, NULL, 0, 0                            \
    }
#define ORDER(name, id, a, b, eval, cost)                                                          \
    {                                                                                              \
        name, id, CEL_UNGUARDED, PARAMS(a, b), BOOL, eval, cost, 0, 0                              \
    }
/* Numbers of different kinds compare since 1.28. */
#define ORDER_MIXED(name, id, a, b, eval)                                                          \
    {                                                                                              \
        name, id, CEL_UNGUARDED, PARAMS(a, b), BOOL, eval, NULL, 28, 0                             \
    }
#define ORDERS(name, id, eval)                                                                     \
    ORDER(name, id "_bool", BOOL, BOOL, eval, NULL),                                               \
        ORDER(name, id "_int64", INT, INT, eval, NULL),                                            \
        ORDER_MIXED(name, id "_int64_double", INT, DOUBLE, eval),                                  \
        ORDER_MIXED(name, id "_int64_uint64", INT, UINT, eval),                                    \
        ORDER(name, id "_uint64", UINT, UINT, eval, NULL),                                         \
        ORDER_MIXED(name, id "_uint64_double", UINT, DOUBLE, eval),                                \
        ORDER_MIXED(name, id "_uint64_int64", UINT, INT, eval),                                    \
        ORDER(name, id "_double", DOUBLE, DOUBLE, eval, NULL),                                     \
        ORDER_MIXED(name, id "_double_int64", DOUBLE, INT, eval),                                  \
        ORDER_MIXED(name, id "_double_uint64", DOUBLE, UINT, eval),                                \
        ORDER(name, id "_string", STRING, STRING, eval, &cel_cost_less),                           \
        ORDER(name, id "_bytes", BYTES, BYTES, eval, &cel_cost_less),                              \
        ORDER(name, id "_timestamp", TIMESTAMP, TIMESTAMP, eval, NULL),                            \
        ORDER(name, id "_duration", DURATION, DURATION, eval, NULL)

static const struct cel_function rows[] = {
    {"_?_:_", "conditional", 0, PARAMS(BOOL, A, A), A, NULL, NULL, 0, 0},
    {"_&&_", "logical_and", 0, PARAMS(BOOL, BOOL), BOOL, NULL, NULL, 0, 0},
    {"_||_", "logical_or", 0, PARAMS(BOOL, BOOL), BOOL, NULL, NULL, 0, 0},
    {"!_", "logical_not", CEL_UNGUARDED, PARAMS(BOOL), BOOL, logical_not, NULL, 0, 0},
    {"@not_strictly_false", "not_strictly_false", 0, PARAMS(BOOL), BOOL, NULL, NULL, 0, 0},
    {"_==_", "equals", CEL_UNGUARDED, PARAMS(A, A), BOOL, equals, &cel_cost_equals, 0, 0},
    {"_!=_", "not_equals", CEL_UNGUARDED, PARAMS(A, A), BOOL, not_equals, &cel_cost_not_equals, 0,
     0},
    {"_+_", "add_bytes", CEL_UNGUARDED, PARAMS(BYTES, BYTES), BYTES, add, &cel_cost_add_text, 0, 0},
    OPERATOR2("_+_", "add_double", DOUBLE, DOUBLE, DOUBLE, add),
    OPERATOR2("_+_", "add_duration_duration", DURATION, DURATION, DURATION, add),
    OPERATOR2("_+_", "add_duration_timestamp", DURATION, TIMESTAMP, TIMESTAMP, add),
    OPERATOR2("_+_", "add_timestamp_duration", TIMESTAMP, DURATION, TIMESTAMP, add),
    OPERATOR2("_+_", "add_int64", INT, INT, INT, add),
    {"_+_", "add_list", CEL_UNGUARDED, PARAMS(LIST_A, LIST_A), LIST_A, add, &cel_cost_add_list, 0,
     0},
    {"_+_", "add_string", CEL_UNGUARDED, PARAMS(STRING, STRING), STRING, add, &cel_cost_add_text, 0,
     0},
    OPERATOR2("_+_", "add_uint64", UINT, UINT, UINT, add),
    OPERATOR2("_/_", "divide_double", DOUBLE, DOUBLE, DOUBLE, divide),
    OPERATOR2("_/_", "divide_int64", INT, INT, INT, divide),
    OPERATOR2("_/_", "divide_uint64", UINT, UINT, UINT, divide),
    OPERATOR2("_%_", "modulo_int64", INT, INT, INT, modulo),
    OPERATOR2("_%_", "modulo_uint64", UINT, UINT, UINT, modulo),
    OPERATOR2("_*_", "multiply_double", DOUBLE, DOUBLE, DOUBLE, multiply),
    OPERATOR2("_*_", "multiply_int64", INT, INT, INT, multiply),
    OPERATOR2("_*_", "multiply_uint64", UINT, UINT, UINT, multiply),
    {"-_", "negate_double", CEL_UNGUARDED, PARAMS(DOUBLE), DOUBLE, negate, NULL, 0, 0},
    {"-_", "negate_int64", CEL_UNGUARDED, PARAMS(INT), INT, negate, NULL, 0, 0},
    OPERATOR2("_-_", "subtract_double", DOUBLE, DOUBLE, DOUBLE, subtract),
    OPERATOR2("_-_", "subtract_duration_duration", DURATION, DURATION, DURATION, subtract),
    OPERATOR2("_-_", "subtract_int64", INT, INT, INT, subtract),
    OPERATOR2("_-_", "subtract_timestamp_duration", TIMESTAMP, DURATION, TIMESTAMP, subtract),
    OPERATOR2("_-_", "subtract_timestamp_timestamp", TIMESTAMP, TIMESTAMP, DURATION, subtract),
    OPERATOR2("_-_", "subtract_uint64", UINT, UINT, UINT, subtract),
    ORDERS("_<_", "less", less),
    ORDERS("_<=_", "less_equals", less_equals),
    ORDERS("_>_", "greater", greater),
    ORDERS("_>=_", "greater_equals", greater_equals),
    {"_[_]", "index_list", 0, PARAMS(LIST_A, INT), A, NULL, NULL, 0, 0},
    {"_[_]", "index_map", 0, PARAMS(MAP_AB, A), B, NULL, NULL, 0, 0},
    {"type", "type", 0, PARAMS(A), &cel_type_type_a, type_of, NULL, 0, 0},
    {"@in", "in_list", CEL_UNGUARDED, PARAMS(A, LIST_A), BOOL, in, &cel_cost_in_list, 0, 0},
    {"@in", "in_map", CEL_UNGUARDED, PARAMS(A, MAP_AB), BOOL, in, NULL, 0, 0},
};

const struct cel_library cel_lib_operators = {"operators", 0, 0, LIBRARY_ROWS(rows), NULL};
