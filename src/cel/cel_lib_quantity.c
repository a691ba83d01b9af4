/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resource quantities. The API server keeps an amount as 64 bits with a decimal scale while it can,
 * and as a big decimal otherwise; which of both it is shows in isInteger() and asInteger(), so both
 * are kept here: `small` as the server has it, and the value for comparisons.
 */
#include <math.h>

#include "base/ascii.h"
#include "base/number.h"
#include "cel/cel_rows.h"

enum { FACTORS = 18, BINARY_DIGITS = 15, NANO_SCALE = -9 };

/* value * 10^scale; resource.int64Amount */
struct small {
    bool is_set;
    int64_t value;
    int scale;
};

struct amount {
    struct quantity quantity;
    struct small small;
};

static const struct cel_type quantity_type = {.kind = CEL_STRUCT,
                                              .name = {"kubernetes.Quantity", 19}};

static bool equal(const void *a, const void *b)
{
    const struct amount *x = a, *y = b;
    return quantity_cmp(&x->quantity, &y->quantity) == 0;
}

static void format(struct buf *out, const void *data)
{
    SCOPED(arena) struct arena arena = {0};
    const struct amount *amount = data;
    buf_add(out, quantity_format(&arena, &amount->quantity));
}

static const struct cel_class class = {.type = &quantity_type, .equal = equal, .format = format};

static struct cel_value make(struct cel_run *run, struct amount amount)
{
    return cel_opaque(&class, arena_dup(run->arena, &amount, sizeof amount));
}

static const struct amount *get(struct cel_value value)
{
    return value.data;
}

/* ---- 64 bits with a scale ---- */

/* resource.positiveScaleInt64 */
static bool scale_up(int64_t *value, int scale)
{
    if (scale > FACTORS)
        return *value == 0;
    for (int i = 0; i < scale; i++)
        if (__builtin_mul_overflow(*value, 10, value))
            return false;
    return true;
}

static struct small add_small(struct small a, struct small b)
{
    if (!a.is_set || !b.is_set)
        return (struct small){0};
    if (b.value == 0)
        return a;
    if (a.value == 0)
        return b;
    const int scale = MIN_OF(a.scale, b.scale);
    struct small sum = {.is_set = true, .scale = scale};
    sum.is_set = scale_up(&a.value, a.scale - scale) && scale_up(&b.value, b.scale - scale) &&
                 !__builtin_add_overflow(a.value, b.value, &sum.value);
    return sum;
}

/* The text in parts: digits before the point without leading zeros, after it, and the suffix. */
struct parts {
    bool negative;
    struct str whole, fraction, suffix;
};

static struct parts split(struct str text)
{
    struct parts parts = {.negative = text.n && text.p[0] == '-'};
    size_t i = text.n && (text.p[0] == '-' || text.p[0] == '+') ? 1 : 0;
    while (i < text.n && text.p[i] == '0')
        i++;
    size_t from = i;
    while (i < text.n && ascii_is_digit(text.p[i]))
        i++;
    /* the server keeps one zero where there is nothing else */
    parts.whole = i == from && from > 0 && text.p[from - 1] == '0' ? str_sub(text, from - 1, from)
                                                                   : str_sub(text, from, i);
    if (i < text.n && text.p[i] == '.') {
        from = ++i;
        while (i < text.n && ascii_is_digit(text.p[i]))
            i++;
        parts.fraction = str_sub(text, from, i);
    }
    parts.suffix = str_from_offset(text, i);
    return parts;
}

/* The power of a suffix: of ten, or of two when it ends in "i". */
static int suffix_power(struct str suffix)
{
    static const struct {
        const char *suffix;
        int power;
    } table[] = {
        {"", 0},    {"n", -9},  {"u", -6},  {"m", -3},  {"k", 3},   {"M", 6},
        {"G", 9},   {"T", 12},  {"P", 15},  {"E", 18},  {"Ki", 10}, {"Mi", 20},
        {"Gi", 30}, {"Ti", 40}, {"Pi", 50}, {"Ei", 60},
    };
    int64_t exponent = 0;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(suffix, table[i].suffix))
            return table[i].power;
    if (number_parse_i64(str_from_offset(suffix, 1), &exponent) < 0 || exponent > 1000 ||
        exponent < -1000)
        return 1000; /* more than 64 bits hold in any case */
    return (int)exponent;
}

/* As ParseQuantity decides whether 64 bits do; unset when they don't. */
static struct small parse_small(struct str text)
{
    const struct parts parts = split(text);
    const int digits = (int)MIN_OF(parts.whole.n + parts.fraction.n, (size_t)1000);
    const int power = suffix_power(parts.suffix);
    const bool binary = str_ends(parts.suffix, STR("i"));
    struct small small = {.is_set = true, .scale = binary ? 0 : power};
    int precision = FACTORS - digits;
    if (binary)
        precision = parts.fraction.n ? -1 : BINARY_DIGITS - digits - power * 3 / 10 - 1;
    small.scale -= (int)parts.fraction.n;
    if (precision < 0 || small.scale < NANO_SCALE)
        return (struct small){0};
    char shifted[FACTORS + 1];
    memcpy(shifted, parts.whole.n ? parts.whole.p : "", parts.whole.n);
    memcpy(shifted + parts.whole.n, parts.fraction.n ? parts.fraction.p : "", parts.fraction.n);
    /* No digit at all is zero: quantity("k"). */
    if ((digits && number_parse_i64((struct str){shifted, (size_t)digits}, &small.value) < 0) ||
        (binary && __builtin_mul_overflow(small.value, INT64_C(1) << power, &small.value)))
        return (struct small){0};
    small.value = parts.negative ? -small.value : small.value;
    return small;
}

/* AsInt64: a small amount without a fraction. */
static bool to_integer(struct small small, int64_t *ret_value)
{
    *ret_value = small.value;
    return small.is_set && small.scale >= 0 && scale_up(ret_value, small.scale);
}

/* ---- functions ---- */

/* NULL when the text is a quantity. Blanks are none here, unlike in a manifest. */
static const char *parse(struct str text, struct amount *ret_amount)
{
    static const char wrong[] = "quantities must match the regular expression "
                                "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    const char *blanks = " \t\r\n\v\f";
    if (text.n == 0 || strchr(blanks, text.p[0]) || strchr(blanks, text.p[text.n - 1]))
        return wrong;
    if (quantity_parse(text, &ret_amount->quantity))
        return wrong;
    ret_amount->small = parse_small(text);
    return NULL;
}

static struct cel_value quantity(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct amount amount;
    const char *error = parse(cel_text(args[0]), &amount);
    return error ? cel_fail(run, "%s", error) : make(run, amount);
}

static struct cel_value is_quantity(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    struct amount amount;
    return cel_bool(!parse(cel_text(args[0]), &amount));
}

static struct cel_value sign(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    const struct amount *amount = get(args[0]);
    return cel_int((amount->quantity.nano > 0) - (amount->quantity.nano < 0));
}

static int compare(const struct cel_value *args)
{
    return quantity_cmp(&get(args[0])->quantity, &get(args[1])->quantity);
}

static struct cel_value is_greater(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return cel_bool(compare(args) > 0);
}

static struct cel_value is_less(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return cel_bool(compare(args) < 0);
}

static struct cel_value compare_to(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    const int order = compare(args);
    return cel_int((order > 0) - (order < 0));
}

static struct cel_value as_float(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    const struct amount *amount = get(args[0]);
    if (!amount->small.is_set)
        return cel_double((double)amount->quantity.nano / 1e9);
    const double value = (double)amount->small.value;
    return cel_double(amount->small.scale ? value * pow(10, amount->small.scale) : value);
}

static struct cel_value is_integer(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    int64_t value;
    return cel_bool(to_integer(get(args[0])->small, &value));
}

static struct cel_value as_integer(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    int64_t value;
    return to_integer(get(args[0])->small, &value)
               ? cel_int(value)
               : cel_fail(run, "cannot convert value to integer");
}

static struct amount of_integer(int64_t value)
{
    struct amount amount = {.small = {.is_set = true, .value = value}};
    amount.quantity.nano = value;
    amount.quantity.nano *= 1000000000;
    return amount;
}

static struct cel_value add_amounts(struct cel_run *run, struct amount a, struct amount b)
{
    struct amount sum = {.quantity = a.quantity, .small = add_small(a.small, b.small)};
    if (a.quantity.nano == 0)
        sum.quantity.format = b.quantity.format;
    if (__builtin_add_overflow(a.quantity.nano, b.quantity.nano, &sum.quantity.nano))
        return cel_fail(run, "quantity overflow");
    return make(run, sum);
}

static struct amount negated(struct amount amount)
{
    amount.quantity.nano = -amount.quantity.nano;
    amount.small.value = (int64_t)(0 - (uint64_t)amount.small.value);
    return amount;
}

static struct amount operand(struct cel_value value)
{
    return value.kind == CEL_INT ? of_integer(value.i64) : *get(value);
}

static struct cel_value add(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return add_amounts(run, *get(args[0]), operand(args[1]));
}

static struct cel_value sub(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return add_amounts(run, *get(args[0]), negated(operand(args[1])));
}

#define QUANTITY &quantity_type

static const struct cel_function rows[] = {
    {"quantity", "string_to_quantity", 0, PARAMS(STRING), QUANTITY, quantity,
     .cost = &cel_cost_string},
    {"isQuantity", "is_quantity_string", 0, PARAMS(STRING), BOOL, is_quantity,
     .cost = &cel_cost_string},
    {"sign", "quantity_sign", 0, PARAMS(QUANTITY), INT, sign, .cost = &cel_cost_one},
    {"isGreaterThan", "quantity_is_greater_than", CEL_MEMBER, PARAMS(QUANTITY, QUANTITY), BOOL,
     is_greater, .cost = &cel_cost_one},
    {"isLessThan", "quantity_is_less_than", CEL_MEMBER, PARAMS(QUANTITY, QUANTITY), BOOL, is_less,
     .cost = &cel_cost_one},
    {"compareTo", "quantity_compare_to", CEL_MEMBER, PARAMS(QUANTITY, QUANTITY), INT, compare_to,
     .cost = &cel_cost_one},
    {"asApproximateFloat", "quantity_get_float", CEL_MEMBER, PARAMS(QUANTITY), DOUBLE, as_float,
     .cost = &cel_cost_one},
    {"asInteger", "quantity_get_int", CEL_MEMBER, PARAMS(QUANTITY), INT, as_integer,
     .cost = &cel_cost_one},
    {"isInteger", "quantity_is_integer", CEL_MEMBER, PARAMS(QUANTITY), BOOL, is_integer,
     .cost = &cel_cost_one},
    {"add", "quantity_add", CEL_MEMBER, PARAMS(QUANTITY, QUANTITY), QUANTITY, add,
     .cost = &cel_cost_one},
    {"add", "quantity_add_int", CEL_MEMBER, PARAMS(QUANTITY, INT), QUANTITY, add,
     .cost = &cel_cost_one},
    {"sub", "quantity_sub", CEL_MEMBER, PARAMS(QUANTITY, QUANTITY), QUANTITY, sub,
     .cost = &cel_cost_one},
    {"sub", "quantity_sub_int", CEL_MEMBER, PARAMS(QUANTITY, INT), QUANTITY, sub,
     .cost = &cel_cost_one},
};

static const struct cel_type *const types[] = {QUANTITY, NULL};

const struct cel_library cel_lib_quantity = {"kubernetes.quantity", 28, 0, LIBRARY_ROWS(rows),
                                             types};
