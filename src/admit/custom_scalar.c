/* SPDX-License-Identifier: Apache-2.0 */
/* Text, numbers and enums against a structural schema, and what to say about a wrong type. */
#include "admit/custom.h"

#include <math.h>

#include "base/limits.h"
#include "base/number.h"
#include "base/regex.h"
#include "base/suggest.h"
#include "base/utf8.h"

enum {
    MINOR_TYPED_RANGES = 36, /* values and bounds must fit the type since then */
    ENUM_SHOWN = 12,
};

/* ---- types ---- */

const char *schema_type_name(const struct structural *schema)
{
    static const char *const names[] = {
        [STRUCTURAL_NONE] = "any value",        [STRUCTURAL_OBJECT] = "a map",
        [STRUCTURAL_ARRAY] = "a list",          [STRUCTURAL_STRING] = "a string",
        [STRUCTURAL_INTEGER] = "an integer",    [STRUCTURAL_NUMBER] = "a number",
        [STRUCTURAL_BOOLEAN] = "true or false",
    };
    return schema->int_or_string ? "an integer or a string" : names[schema->type];
}

/* "; remove the quotes" and the like, or "". */
static const char *type_fix(const struct structural *schema, const struct node *node)
{
    const enum node_kind kind = node_kind(node);
    const struct str text = node_text(node);
    const enum structural_type want = schema->type;
    const bool quoted = node->style == NODE_SINGLE_QUOTED || node->style == NODE_DOUBLE_QUOTED;
    int64_t integer;
    double number;
    if (kind == NODE_STRING && quoted &&
        ((want == STRUCTURAL_INTEGER && number_parse_i64(text, &integer) == 0) ||
         (want == STRUCTURAL_NUMBER && number_parse_double(text, &number) == 0) ||
         (want == STRUCTURAL_BOOLEAN && (str_is(text, "true") || str_is(text, "false")))))
        return "; remove the quotes";
    if (want == STRUCTURAL_STRING && node_is_scalar(node) && kind != NODE_NULL)
        return "; put it in quotes";
    if (want == STRUCTURAL_ARRAY && kind == NODE_MAP)
        return "; start each entry with '- '";
    if (want == STRUCTURAL_ARRAY && kind == NODE_STRING)
        return "; put it in brackets: [...]";
    if (want == STRUCTURAL_OBJECT && kind == NODE_LIST)
        return "; drop the '- '";
    return "";
}

void value_wrong_type(struct values *values, const struct structural *schema,
                      const struct spot *spot)
{
    const struct node *node = spot->path.node;
    const bool typed = schema->type != STRUCTURAL_NONE || schema->int_or_string;
    value_report(values, RULE_API_WRONG_TYPE, spot, "must be %s, not %.*s%s",
                 typed ? schema_type_name(schema) : "a string",
                 STR_FMT(describe_value(values->ctx, values->object, spot->written)),
                 type_fix(schema, node));
}

/* ---- text ---- */

static struct str quoted_text(struct values *values, const struct spot *spot)
{
    const struct str text = written_text(values->ctx, values->object, spot->written);
    return text.n ? str_format(values->ctx->arena, "\"%.*s\"", STR_FMT(text)) : STR("this text");
}

static void check_format(struct values *values, const struct structural *schema,
                         const struct spot *spot)
{
    const struct str format = value_format(values, schema);
    const char *want = format_check(values->ctx->arena, format, node_text(spot->path.node));
    if (want)
        value_report(values, RULE_API_INVALID_VALUE, spot, "must be %s, not %.*s", want,
                     STR_FMT(quoted_text(values, spot)));
}

/* The first of the three that fails, as the server does. Lengths count code points. */
static void check_length(struct values *values, const struct structural *schema,
                         const struct spot *spot)
{
    const struct str text = node_text(spot->path.node);
    if (schema->max_length >= 0 || schema->min_length > 0) {
        const int64_t n = (int64_t)utf8_count(text);
        if (schema->max_length >= 0 && n > schema->max_length) {
            value_report(values, RULE_API_TOO_LONG, spot,
                         "must have at most %" PRId64 " character%s, not %" PRId64,
                         schema->max_length, schema->max_length == 1 ? "" : "s", n);
            return;
        }
        if (n < schema->min_length) {
            value_report(values, RULE_API_INVALID_VALUE, spot,
                         "must have at least %" PRId64 " character%s, not %" PRId64,
                         schema->min_length, schema->min_length == 1 ? "" : "s", n);
            return;
        }
    }
    if (schema->pattern.n == 0)
        return;
    if (schema->pattern.n > LIMIT_REGEX_BYTES)
        diag_add_path(values->ctx->diags, RULE_LIMIT_SIZE, spot->key, &spot->path,
                      "the pattern in the CRD has more than %d bytes, the text is not checked",
                      LIMIT_REGEX_BYTES);
    else if (!schema->regex)
        value_report(values, RULE_API_INVALID_VALUE, spot,
                     "can't be matched: the pattern in the CRD is no valid regular expression");
    else if (!regex_has(schema->regex, text))
        value_report(values, RULE_API_INVALID_VALUE, spot, "must match the pattern %.*s, not %.*s",
                     STR_FMT(diag_quote(values->ctx->arena, schema->pattern)),
                     STR_FMT(quoted_text(values, spot)));
}

void value_check_text(struct values *values, const struct structural *schema,
                      const struct spot *spot)
{
    check_length(values, schema, spot);
    if (schema->format.n)
        check_format(values, schema, spot);
}

/* ---- numbers ---- */

/* IsFloat64AJSONInteger of go-openapi: within 53 bits, and a tiny fraction is overlooked. */
bool is_json_integer(double value)
{
    static const double max = 9007199254740991.0;
    static const double epsilon = 1e-9;
    if (!(value >= -max && value <= max))
        return false;
    const double whole = trunc(value);
    const double rest = fabs(value - whole);
    if (rest <= 0)
        return true;
    return value > 0 && whole > 0 && rest / (value + whole) < epsilon;
}

/* How Go on amd64 turns a float into an int64: what does not fit is the smallest one. */
static int64_t go_int64(double value)
{
    if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0))
        return INT64_MIN;
    return (int64_t)value;
}

/* Whether a bound or a value is a number of the schema's type and format (IsValueValidAgainstRange
 * of kube-openapi). */
static bool fits_type(const struct values *values, const struct structural *schema, double value)
{
    const bool narrow = str_is(schema->format, "int32");
    if (value_int_or_string(values, schema))
        return true;
    if (schema->type == STRUCTURAL_INTEGER) {
        if (value < trunc(value) || value > trunc(value))
            return false;
        return narrow ? value >= INT32_MIN && value <= INT32_MAX
                      : value >= -9223372036854775808.0 && value < 9223372036854775808.0;
    }
    if (schema->type == STRUCTURAL_NUMBER && str_is(schema->format, "float"))
        return isfinite((float)value);
    return true;
}

static struct str number_text(struct values *values, double value)
{
    char text[32];
    const size_t n = number_format_json(value, text);
    return str_dup(values->ctx->arena, (struct str){text, n});
}

struct number {
    bool is_int;
    int64_t integer;
    double value;
};

/* Integers compare as integers, even with a bound that has a fraction: it is cut off. */
static bool is_below(const struct number *number, double bound, bool exclusive)
{
    if (number->is_int) {
        const int64_t limit = go_int64(bound);
        return exclusive ? number->integer <= limit : number->integer < limit;
    }
    return exclusive ? number->value <= bound : number->value < bound;
}

static bool is_above(const struct number *number, double bound, bool exclusive)
{
    if (number->is_int) {
        const int64_t limit = go_int64(bound);
        return exclusive ? number->integer >= limit : number->integer > limit;
    }
    return exclusive ? number->value >= bound : number->value > bound;
}

static bool is_multiple(const struct number *number, double factor)
{
    if (number->is_int) {
        const int64_t whole = go_int64(factor);
        return whole > 0 && number->integer % whole == 0;
    }
    if (factor <= 0)
        return false;
    return is_json_integer(factor < 1 ? 1 / factor * number->value : number->value / factor);
}

static void report_number(struct values *values, const struct spot *spot, const char *rule,
                          double bound)
{
    const struct str have = written_text(values->ctx, values->object, spot->written);
    value_report(values, RULE_API_INVALID_VALUE, spot, "must be %s %.*s%s%.*s", rule,
                 STR_FMT(number_text(values, bound)), have.n ? ", not " : "", STR_FMT(have));
}

/* Since 1.36 no value passes a bound that its own type can't hold. */
static void check_bound_types(struct values *values, const struct structural *schema,
                              const struct spot *spot)
{
    const struct {
        bool has;
        double value;
        const char *name;
    } bounds[] = {
        {schema->has_multiple_of, schema->multiple_of, "multipleOf"},
        {schema->has_minimum, schema->minimum, "minimum"},
        {schema->has_maximum, schema->maximum, "maximum"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bounds); i++)
        if (bounds[i].has && !fits_type(values, schema, bounds[i].value))
            value_report(values, RULE_API_INVALID_VALUE, spot,
                         "can't be valid: %s %.*s in the CRD is no number of its own type",
                         bounds[i].name, STR_FMT(number_text(values, bounds[i].value)));
}

static void check_range(struct values *values, const struct structural *schema,
                        const struct spot *spot, const struct number *number)
{
    const bool bad = number->is_int && schema->type == STRUCTURAL_INTEGER
                         ? str_is(schema->format, "int32") &&
                               (number->integer < INT32_MIN || number->integer > INT32_MAX)
                         : !fits_type(values, schema, number->value);
    if (bad)
        value_report(values, RULE_API_INVALID_VALUE, spot, "does not fit %s%s%.*s",
                     schema_type_name(schema), schema->format.n ? " of format " : "",
                     STR_FMT(schema->format));
    check_bound_types(values, schema, spot);
}

void value_check_number(struct values *values, const struct structural *schema,
                        const struct spot *spot)
{
    struct number number = {0};
    if (!node_double(spot->path.node, &number.value))
        return;
    number.is_int =
        node_kind(spot->path.node) != NODE_UINT && node_i64(spot->path.node, &number.integer);
    if (values->ctx->view->minor >= MINOR_TYPED_RANGES)
        check_range(values, schema, spot, &number);
    if (schema->has_minimum && is_below(&number, schema->minimum, schema->exclusive_minimum))
        report_number(values, spot, schema->exclusive_minimum ? "more than" : "at least",
                      schema->minimum);
    if (schema->has_maximum && is_above(&number, schema->maximum, schema->exclusive_maximum))
        report_number(values, spot, schema->exclusive_maximum ? "less than" : "at most",
                      schema->maximum);
    if (schema->has_multiple_of && !is_multiple(&number, schema->multiple_of))
        report_number(values, spot, "a multiple of", schema->multiple_of);
}

/* ---- enums ---- */

static struct str choice_text(struct arena *arena, const struct node *choice)
{
    if (node_kind(choice) == NODE_STRING)
        return str_format(arena, "\"%.*s\"", STR_FMT(diag_quote(arena, node_text(choice))));
    if (node_is_scalar(choice))
        return node_is_null(choice) ? STR("null") : diag_quote(arena, node_text(choice));
    return str_format(arena, "a %s", node_kind_name(node_kind(choice)));
}

struct str schema_enum_text(struct arena *arena, const struct node *enumeration)
{
    const uint32_t n = node_real(enumeration)->n;
    struct str text = {0};
    for (struct item it = list_first(enumeration); it.value; it = list_next(it)) {
        const bool last = it.index + 1 == n;
        if (it.index == ENUM_SHOWN)
            return str_format(arena, "%.*s or %u more", STR_FMT(text), n - it.index);
        text = str_format(arena, "%.*s%s%.*s", STR_FMT(text),
                          it.index == 0 ? ""
                          : last        ? " or "
                                        : ", ",
                          STR_FMT(choice_text(arena, it.value)));
    }
    return text;
}

/* Go converts between number types before it compares, so 3.7 is an allowed 3. */
static bool is_choice(const struct node *value, const struct node *choice)
{
    double a, b;
    int64_t whole;
    if (node_is_null(value) || node_is_null(choice))
        return false;
    if (node_equal(value, choice))
        return true;
    return node_double(value, &a) && node_double(choice, &b) && node_i64(choice, &whole) &&
           !node_i64(value, &(int64_t){0}) && go_int64(a) == whole;
}

static void suggest_choice(struct values *values, struct diag *diag,
                           const struct structural *schema, struct str wanted)
{
    struct suggest nearest;
    suggest_init(&nearest, wanted);
    for (struct item it = list_first(schema->enumeration); it.value; it = list_next(it))
        if (node_kind(it.value) == NODE_STRING)
            suggest_offer(&nearest, node_text(it.value));
    if (nearest.best.n)
        diag_hint(values->ctx->diags, diag, "did you mean \"%.*s\"?",
                  STR_FMT(diag_quote(values->ctx->arena, nearest.best)));
}

/* An empty enum allows everything, and null is in none. */
void value_check_enum(struct values *values, const struct structural *schema,
                      const struct spot *spot)
{
    const bool is_text = node_kind(spot->path.node) == NODE_STRING;
    const uint32_t n = node_real(schema->enumeration)->n;
    for (struct item it = list_first(schema->enumeration); it.value; it = list_next(it))
        if (is_choice(spot->path.node, it.value))
            return;
    if (n == 0)
        return;
    if (values->quiet && !values->capture) { /* the texts below take time */
        values->errors++;
        return;
    }
    const struct str have = is_text ? quoted_text(values, spot)
                                    : describe_value(values->ctx, values->object, spot->written);
    const struct str allowed = schema_enum_text(values->ctx->arena, schema->enumeration);
    struct diag *diag =
        value_report(values, RULE_API_UNSUPPORTED_VALUE, spot, "must be %s%.*s, not %.*s",
                     n > 1 ? "one of " : "", STR_FMT(allowed), STR_FMT(have));
    if (diag && is_text)
        suggest_choice(values, diag, schema, node_text(spot->path.node));
}
