/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "%s is %d".format([x, 3]): clauses of cel-go's strings extension before version 4. Its numbers
 * with a point go through a printer for American English, so thousands are grouped, infinity is a
 * sign and %e has a written-out power of ten whose precision is in truth a width.
 */
#include <inttypes.h>
#include <math.h>

#include "base/ascii.h"
#include "base/number.h"
#include "base/utf8.h"
#include "cel/cel_text.h"

enum { PRECISION = 6, PRECISION_MAX = 4096, DOUBLE_DIGITS = 320, VALUE_DEPTH = 250 };

struct formatting {
    struct cel_run *run;
    struct buf *out;
    struct cel_value error; /* CEL_ERROR once something failed */
    unsigned depth;
};

struct clause {
    char letter;
    bool has_precision;
    int precision;
};

static void format_text(struct formatting *f, struct cel_value value);

static void fail(struct formatting *f, struct cel_value error)
{
    if (!cel_is_error(f->error))
        f->error = error;
}

/* cel-go's message for a value that a clause does not take. */
static void refuse(struct formatting *f, const char *what, struct cel_value value)
{
    fail(f, cel_fail(f->run, "error during formatting: %s, was given %.*s", what,
                     STR_FMT(cel_kind_name(value))));
}

/* ---- %s, and values inside lists and maps ---- */

static void format_scalar(struct formatting *f, struct cel_value value)
{
    const struct cel_value text = cel_convert(f->run, value, CEL_STRING);
    if (cel_is_error(text))
        fail(f, cel_fail(f->run, "error during formatting: %.*s", STR_FMT(cel_error_text(text))));
    else
        buf_add(f->out, cel_text(text));
}

static void format_double(struct buf *out, double value, int precision)
{
    if (isnan(value))
        buf_add_c(out, "NaN");
    else if (isinf(value))
        buf_add_c(out, value > 0 ? "+Inf" : "-Inf");
    else
        buf_format(out, "%.*f", precision, value);
}

/* A value inside a list or map stands there as a CEL literal. */
static void format_member(struct formatting *f, struct cel_value value)
{
    struct buf text, *out = f->out;
    buf_init(&text, CEL_RUN_BYTES);
    f->out = &text;
    if (value.kind == CEL_DOUBLE)
        format_double(&text, value.f64, PRECISION);
    else if (value.kind == CEL_OPAQUE || value.kind == CEL_OPTIONAL)
        fail(f, cel_fail(f->run, "error during formatting: no formatting function for %.*s",
                         STR_FMT(cel_kind_name(value))));
    else
        format_text(f, value);
    f->out = out;
    const bool quoted = value.kind == CEL_STRING || value.kind == CEL_BYTES ||
                        value.kind == CEL_TIMESTAMP || value.kind == CEL_DURATION ||
                        (value.kind == CEL_DOUBLE && !isfinite(value.f64));
    if (value.kind == CEL_BYTES)
        buf_add_char(out, 'b');
    if (value.kind == CEL_TIMESTAMP || value.kind == CEL_DURATION)
        buf_add_c(out, value.kind == CEL_TIMESTAMP ? "timestamp(" : "duration(");
    if (quoted)
        cel_go_quote(out, buf_str(&text));
    else
        buf_add(out, buf_str(&text));
    if (value.kind == CEL_TIMESTAMP || value.kind == CEL_DURATION)
        buf_add_char(out, ')');
    buf_release(&text);
}

static void format_list(struct formatting *f, struct cel_value list)
{
    const size_t n = cel_size(f->run, list);
    buf_add_char(f->out, '[');
    for (size_t i = 0; i < n && !cel_is_error(f->error); i++) {
        if (i)
            buf_add_c(f->out, ", ");
        format_member(f, cel_list_at(f->run, list, i));
    }
    buf_add_char(f->out, ']');
}

struct formatted {
    struct str key, text;
};

static int compare_keys(const void *a, const void *b)
{
    const struct formatted *x = a, *y = b;
    return str_cmp(x->key, y->key);
}

static struct str member_text(struct formatting *f, struct cel_value value)
{
    struct buf text, *out = f->out;
    buf_init(&text, CEL_RUN_BYTES);
    f->out = &text;
    format_member(f, value);
    f->out = out;
    const struct cel_value kept = cel_string_take(f->run, &text);
    if (cel_is_error(kept))
        fail(f, kept);
    return cel_text(kept);
}

static bool is_map_key(struct cel_value key)
{
    return key.kind == CEL_STRING || key.kind == CEL_BOOL || key.kind == CEL_INT ||
           key.kind == CEL_UINT;
}

/* Entries are sorted by the text of their keys. */
static void format_map(struct formatting *f, struct cel_value map)
{
    const size_t n = cel_size(f->run, map);
    struct formatted *entries = ARENA_ARRAY(f->run->arena, struct formatted, n);
    struct cel_value key, value;
    size_t count = 0;
    for (struct cel_iter it = {.of = map};
         count < n && !cel_is_error(f->error) && cel_iter_next(f->run, &it, &key, &value);) {
        if (!is_map_key(key))
            fail(f, cel_fail(f->run,
                             "error during formatting: no formatting function for map key of type "
                             "%.*s",
                             STR_FMT(cel_kind_name(key))));
        entries[count].key = member_text(f, key);
        entries[count++].text = member_text(f, value);
    }
    qsort(entries, count, sizeof entries[0], compare_keys);
    buf_add_char(f->out, '{');
    for (size_t i = 0; i < count; i++)
        buf_format(f->out, "%s%.*s:%.*s", i ? ", " : "", STR_FMT(entries[i].key),
                   STR_FMT(entries[i].text));
    buf_add_char(f->out, '}');
}

static void format_text(struct formatting *f, struct cel_value value)
{
    if (f->depth == VALUE_DEPTH || !cel_tick(f->run, 1)) {
        fail(f, cel_fail_budget(f->run));
        return;
    }
    f->depth++;
    if (cel_is_error(value))
        fail(f, value);
    else if (value.kind == CEL_LIST)
        format_list(f, value);
    else if (value.kind == CEL_MAP)
        format_map(f, value);
    else if (value.kind == CEL_NULL)
        buf_add_c(f->out, "null");
    else if (value.kind == CEL_TYPE)
        buf_add(f->out, value.type->name);
    else if (value.kind == CEL_OPAQUE || value.kind == CEL_OPTIONAL)
        refuse(f,
               "string clause can only be used on strings, bools, bytes, ints, doubles, maps, "
               "lists, types, durations, and timestamps",
               value);
    else
        format_scalar(f, value);
    f->depth--;
}

/* ---- %f and %e ---- */

/* The texts NaN and Infinity stand for what a double can't be written as in JSON. */
static bool to_double(struct cel_value value, double *ret_double)
{
    const struct str text = value.kind == CEL_STRING ? cel_text(value) : STR("");
    *ret_double = value.kind == CEL_DOUBLE    ? value.f64
                  : str_is(text, "NaN")       ? NAN
                  : str_is(text, "Infinity")  ? HUGE_VAL
                  : str_is(text, "-Infinity") ? -HUGE_VAL
                                              : 0;
    return value.kind == CEL_DOUBLE || !isfinite(*ret_double);
}

static void add_grouped(struct buf *out, const char *digits)
{
    const char *end = strchr(digits, '.');
    if (*digits == '-')
        buf_add_char(out, *digits++);
    const size_t whole = end ? (size_t)(end - digits) : strlen(digits);
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, digits[i]);
    }
    buf_add_c(out, digits + whole);
}

static void add_special(struct buf *out, double value)
{
    buf_add_c(out, isnan(value) ? "NaN" : value > 0 ? "∞" : "-∞");
}

static void format_fixed(struct formatting *f, struct cel_value value, const struct clause *clause)
{
    double number;
    char digits[DOUBLE_DIGITS + PRECISION_MAX];
    if (!to_double(value, &number)) {
        refuse(f, "fixed-point clause can only be used on doubles", value);
        return;
    }
    if (!isfinite(number)) {
        add_special(f->out, number);
        return;
    }
    snprintf(digits, sizeof digits, "%.*f", clause->has_precision ? clause->precision : PRECISION,
             number);
    add_grouped(f->out, digits);
}

static void add_power(struct buf *out, const char *exponent)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    buf_add_c(out, "×10");
    if (*exponent == '-')
        buf_add_c(out, "⁻");
    for (exponent++; *exponent; exponent++)
        buf_add_c(out, raised[*exponent - '0']);
}

static void format_power(struct formatting *f, struct cel_value value, const struct clause *clause)
{
    double number;
    char digits[64];
    struct buf text;
    if (!to_double(value, &number)) {
        refuse(f, "scientific clause can only be used on doubles", value);
        return;
    }
    buf_init(&text, PRECISION_MAX);
    if (isfinite(number)) {
        snprintf(digits, sizeof digits, "%.*e", PRECISION, number);
        char *e = strchr(digits, 'e');
        *e = '\0';
        buf_add_c(&text, digits);
        add_power(&text, e + 1);
    } else {
        add_special(&text, number);
    }
    const size_t width = (size_t)(clause->has_precision ? clause->precision : PRECISION);
    const size_t runes = utf8_count(buf_str(&text));
    buf_add_n(f->out, ' ', width > runes ? width - runes : 0);
    buf_add(f->out, buf_str(&text));
    buf_release(&text);
}

/* ---- %d, %b, %o, %x ---- */

static void add_bits(struct buf *out, uint64_t value, unsigned shift, const char *digits)
{
    char text[65];
    size_t at = sizeof text;
    do {
        text[--at] = digits[value & ((1u << shift) - 1)];
        value >>= shift;
    } while (value);
    buf_add(out, (struct str){text + at, sizeof text - at});
}

static bool format_integer(struct buf *out, struct cel_value value, unsigned shift,
                           const char *digits)
{
    if (value.kind == CEL_UINT)
        add_bits(out, value.u64, shift, digits);
    else if (value.kind == CEL_INT) {
        if (value.i64 < 0)
            buf_add_char(out, '-');
        add_bits(out, value.i64 < 0 ? 0 - (uint64_t)value.i64 : (uint64_t)value.i64, shift, digits);
    } else
        return false;
    return true;
}

static void format_decimal(struct formatting *f, struct cel_value value,
                           const struct clause *clause)
{
    (void)clause;
    if (value.kind == CEL_INT || value.kind == CEL_UINT)
        format_scalar(f, value);
    else
        refuse(f, "decimal clause can only be used on integers", value);
}

static void format_binary(struct formatting *f, struct cel_value value, const struct clause *clause)
{
    (void)clause;
    if (value.kind == CEL_BOOL)
        buf_add_char(f->out, value.boolean ? '1' : '0');
    else if (!format_integer(f->out, value, 1, "01"))
        refuse(f, "only integers and bools can be formatted as binary", value);
}

static void format_octal(struct formatting *f, struct cel_value value, const struct clause *clause)
{
    (void)clause;
    if (!format_integer(f->out, value, 3, "01234567"))
        refuse(f, "octal clause can only be used on integers", value);
}

static void format_hex(struct formatting *f, struct cel_value value, const struct clause *clause)
{
    const char *digits = clause->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    if (value.kind == CEL_STRING || value.kind == CEL_BYTES) {
        const struct str text = cel_text(value);
        for (size_t i = 0; i < text.n; i++) {
            buf_add_char(f->out, digits[(unsigned char)text.p[i] >> 4]);
            buf_add_char(f->out, digits[text.p[i] & 15]);
        }
    } else if (!format_integer(f->out, value, 4, digits)) {
        refuse(f, "only integers, byte buffers, and strings can be formatted as hex", value);
    }
}

static void format_string_clause(struct formatting *f, struct cel_value value,
                                 const struct clause *clause)
{
    (void)clause;
    format_text(f, value);
}

/* ---- clauses ---- */

static const struct {
    char letter;
    void (*format)(struct formatting *f, struct cel_value value, const struct clause *clause);
} clauses[] = {
    {'s', format_string_clause}, {'d', format_decimal}, {'f', format_fixed}, {'e', format_power},
    {'b', format_binary},        {'x', format_hex},     {'X', format_hex},   {'o', format_octal},
};

static const char precision_error[] =
    "could not parse formatting clause: error while parsing precision: ";

/* After the %: how many bytes it takes, or 0 after a failure. */
static size_t parse_clause(struct formatting *f, struct str text, struct clause *ret_clause)
{
    size_t n = 0;
    int64_t precision = 0;
    *ret_clause = (struct clause){.has_precision = text.p[0] == '.'};
    if (ret_clause->has_precision) {
        for (n = 1; n < text.n && ascii_is_digit(text.p[n]);)
            n++;
        const struct str digits = str_sub(text, 1, n);
        if (n == text.n)
            fail(f,
                 cel_fail(f->run, "%scould not find end of precision specifier", precision_error));
        else if (number_parse_i64(digits, &precision) < 0)
            fail(f, cel_fail(f->run,
                             "%serror while converting precision to integer: strconv.Atoi: "
                             "parsing \"%.*s\": %s",
                             precision_error, STR_FMT(digits),
                             digits.n ? "value out of range" : "invalid syntax"));
        else if (precision > PRECISION_MAX)
            fail(f, cel_fail_budget(f->run));
        if (cel_is_error(f->error))
            return 0;
    }
    ret_clause->precision = (int)precision;
    ret_clause->letter = text.p[n];
    return n + 1;
}

static void run_clause(struct formatting *f, const struct clause *clause, struct cel_value value)
{
    for (size_t i = 0; i < ARRAY_LEN(clauses); i++)
        if (clauses[i].letter == clause->letter) {
            clauses[i].format(f, value, clause);
            return;
        }
    fail(f, cel_fail(f->run,
                     "could not parse formatting clause: unrecognized formatting clause \"%c\"",
                     clause->letter));
}

/* One clause at a %; how many bytes it takes. */
static size_t format_clause(struct formatting *f, struct str rest, struct cel_value list,
                            size_t index)
{
    struct clause clause;
    if (index >= cel_size(f->run, list)) {
        fail(f, cel_fail(f->run, "index %zu out of range", index));
        return 0;
    }
    if (rest.n < 2) {
        fail(f, cel_fail(f->run, "unexpected end of string"));
        return 0;
    }
    const size_t n = parse_clause(f, str_from_offset(rest, 1), &clause);
    if (n)
        run_clause(f, &clause, cel_list_at(f->run, list, index));
    return n + 1;
}

struct cel_value cel_format_string(struct cel_run *run, struct str format, struct cel_value list)
{
    struct buf out;
    struct formatting f = {.run = run, .out = &out, .error = cel_null()};
    size_t index = 0;
    buf_init(&out, CEL_RUN_BYTES);
    for (size_t i = 0; i < format.n && !cel_is_error(f.error);) {
        if (format.p[i] != '%') {
            buf_add_char(&out, format.p[i++]);
        } else if (i + 1 < format.n && format.p[i + 1] == '%') {
            buf_add_char(&out, '%');
            i += 2;
        } else {
            i += format_clause(&f, str_from_offset(format, i), list, index++);
        }
    }
    if (!cel_is_error(f.error))
        return cel_string_take(run, &out);
    buf_release(&out);
    return f.error;
}
