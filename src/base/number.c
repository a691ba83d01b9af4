/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as Go's strconv reads and writes them, because the API server is written in Go. strtod
 * and printf depend on the locale only after setlocale, which tidegate never calls for LC_NUMERIC;
 * the decimal point is always '.'.
 */
#include "base/number.h"
#include "base/ascii.h"

#include <math.h>

enum {
    DIGITS_MAX = 17,    /* enough for any double */
    FORMAT_MAX = 32,    /* what the header promises callers */
    DIGITS64_SURE = 15, /* any decimal of that many digits survives a double */
    DIGITS32_SURE = 6,
};

/* value = 0.d1d2d3... * 10^point */
struct decimal {
    char digits[DIGITS_MAX + 1];
    int n;
    int point;
    bool negative;
};

static int parse_magnitude(struct str s, bool go, uint64_t *ret_value);
static int parse_signed(struct str s, bool go, int64_t *ret_value);
static int read_digits(struct str s, unsigned base, bool skip_underscores, uint64_t *ret_value);
static bool underscores_are_fine(struct str s);
static bool is_decimal_float(struct str s);
static bool is_hex_float(struct str s);
static bool is_special(struct str s, double *ret_value);
static int parse_c_double(struct str s, double *ret_value);
static size_t format_g(double value, bool single, char *out);
static struct decimal shortest(double value, bool single);
static size_t write_plain(const struct decimal *decimal, char *out);
static size_t write_exponent(const struct decimal *decimal, int min_digits, char *out);
static size_t write_special(double value, char *out);

int number_parse_i64(struct str s, int64_t *ret_value)
{
    return parse_signed(s, false, ret_value);
}

int number_parse_u64(struct str s, uint64_t *ret_value)
{
    return parse_magnitude(s, false, ret_value);
}

int number_parse_go_i64(struct str s, int64_t *ret_value)
{
    return parse_signed(s, true, ret_value);
}

int number_parse_go_u64(struct str s, uint64_t *ret_value)
{
    return parse_magnitude(s, true, ret_value);
}

int number_parse_double(struct str s, double *ret_value)
{
    return is_decimal_float(s) ? parse_c_double(s, ret_value) : -EINVAL;
}

int number_parse_go_double(struct str s, double *ret_value)
{
    if (is_special(s, ret_value))
        return 0;
    if (str_find_char(s, '_') < 0)
        return is_decimal_float(s) || is_hex_float(s) ? parse_c_double(s, ret_value) : -EINVAL;
    const size_t sign = s.n > 0 && (s.p[0] == '+' || s.p[0] == '-') ? 1 : 0;
    if (!underscores_are_fine(str_from_offset(s, sign)))
        return -EINVAL;
    char *text = xmalloc(s.n);
    struct str plain = {text, 0};
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '_')
            text[plain.n++] = s.p[i];
    const int result = number_parse_go_double(plain, ret_value);
    free(text);
    return result;
}

/* Of a text that strtod takes whole. */
static int parse_c_double(struct str s, double *ret_value)
{
    char small[128];
    char *text = s.n < sizeof small ? small : xmalloc(size_add(s.n, 1));
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    double value = strtod(text, NULL);
    if (text != small)
        free(text);
    if (isinf(value))
        return -ERANGE;
    *ret_value = value;
    return 0;
}

/* encoding/json, floatEncoder: exponent form outside [1e-6, 1e21), and e-09 written as e-9. */
size_t number_format_json(double value, char *out)
{
    if (!isfinite(value))
        return write_special(value, out);
    struct decimal decimal = shortest(value, false);
    double magnitude = fabs(value);
    if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21))
        return write_exponent(&decimal, 1, out);
    return write_plain(&decimal, out);
}

/* strconv.FormatFloat's %g: with the shortest precision it decides as for a precision of 6.
 * One float of all powers of two differs: 2^-12 is a tie between two shortest texts, of which Go
 * takes the upper one. */
size_t number_format_g32(double value, char *out)
{
    return format_g(value, true, out);
}

size_t number_format_g64(double value, char *out)
{
    return format_g(value, false, out);
}

static size_t format_g(double value, bool single, char *out)
{
    if (!isfinite(single ? (float)value : value))
        return write_special(value, out);
    struct decimal decimal = shortest(value, single);
    int exponent = decimal.point - 1;
    if (exponent < -4 || exponent >= 6)
        return write_exponent(&decimal, 2, out);
    return write_plain(&decimal, out);
}

static int parse_signed(struct str s, bool go, int64_t *ret_value)
{
    struct str digits = s;
    bool negative = s.n > 0 && s.p[0] == '-';
    if (negative || (s.n > 0 && s.p[0] == '+'))
        digits = str_from_offset(s, 1);
    uint64_t magnitude;
    int error = parse_magnitude(digits, go, &magnitude);
    if (error < 0)
        return error;
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return -ERANGE;
    *ret_value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return 0;
}

/* strconv.ParseUint with base 10, or with base 0 when `go`. */
static int parse_magnitude(struct str s, bool go, uint64_t *ret_value)
{
    if (s.n == 0)
        return -EINVAL;
    if (!go || s.p[0] != '0')
        return read_digits(s, 10, go, ret_value);
    char letter = s.n >= 3 ? (char)(s.p[1] | 0x20) : '\0';
    unsigned base = letter == 'b' ? 2 : letter == 'x' ? 16 : 8;
    bool prefixed = letter == 'b' || letter == 'x' || letter == 'o';
    uint64_t value;
    struct str digits = str_from_offset(s, prefixed ? 2 : 1);
    int error = read_digits(digits, base, true, &value);
    if (error < 0)
        return error;
    if (str_find_char(s, '_') >= 0 && !underscores_are_fine(s))
        return -EINVAL;
    *ret_value = value;
    return 0;
}

/* The first mistake wins, so 99999999999999999999x is out of range, as in Go. */
static int read_digits(struct str s, unsigned base, bool skip_underscores, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '_' && skip_underscores)
            continue;
        char letter = (char)(c | 0x20);
        unsigned digit = base;
        if (ascii_is_digit(c))
            digit = (unsigned)(c - '0');
        else if (ascii_is_lower(letter))
            digit = (unsigned)(letter - 'a') + 10;
        if (digit >= base)
            return -EINVAL;
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return -ERANGE;
    }
    if (skip_underscores && base == 10 && !underscores_are_fine(s))
        return -EINVAL;
    *ret_value = value;
    return 0;
}

/* strconv's underscoreOK: an underscore stands between digits or after a base prefix only. */
static bool underscores_are_fine(struct str s)
{
    char before = '^';
    size_t i = 0;
    bool hex = false;
    char letter = s.n >= 2 && s.p[0] == '0' ? (char)(s.p[1] | 0x20) : '\0';
    if (letter == 'b' || letter == 'o' || letter == 'x') {
        i = 2;
        before = '0';
        hex = letter == 'x';
    }
    for (; i < s.n; i++) {
        if (hex ? ascii_is_hex(s.p[i]) : ascii_is_digit(s.p[i])) {
            before = '0';
        } else if (s.p[i] == '_') {
            if (before != '0')
                return false;
            before = '_';
        } else {
            if (before == '_')
                return false;
            before = '!';
        }
    }
    return before != '_';
}

static size_t count_digits(struct str s, size_t from)
{
    size_t i = from;
    while (i < s.n && ascii_is_digit(s.p[i]))
        i++;
    return i - from;
}

static size_t count_hex_digits(struct str s, size_t from)
{
    size_t i = from;
    while (i < s.n && ascii_is_hex(s.p[i]))
        i++;
    return i - from;
}

/* [+-] 0x digits [. digits] p [+-] digits: unlike in C, the exponent is a must. */
static bool is_hex_float(struct str s)
{
    size_t i = s.n > 0 && (s.p[0] == '+' || s.p[0] == '-') ? 1 : 0;
    if (s.n < i + 2 || s.p[i] != '0' || (s.p[i + 1] | 0x20) != 'x')
        return false;
    i += 2;
    const size_t whole = count_hex_digits(s, i);
    size_t fraction = 0;
    i += whole;
    if (i < s.n && s.p[i] == '.') {
        fraction = count_hex_digits(s, i + 1);
        i += 1 + fraction;
    }
    if (whole + fraction == 0 || i >= s.n || (s.p[i] | 0x20) != 'p')
        return false;
    i++;
    if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
        i++;
    const size_t exponent = count_digits(s, i);
    return exponent > 0 && i + exponent == s.n;
}

/* inf, infinity with a sign or without, and nan without, in any case. */
static bool is_special(struct str s, double *ret_value)
{
    const bool negative = s.n > 0 && s.p[0] == '-';
    const struct str word = negative || (s.n > 0 && s.p[0] == '+') ? str_from_offset(s, 1) : s;
    if (str_eq_fold(word, STR("inf")) || str_eq_fold(word, STR("infinity"))) {
        *ret_value = negative ? -HUGE_VAL : HUGE_VAL;
        return true;
    }
    if (!str_eq_fold(s, STR("nan")))
        return false;
    *ret_value = NAN;
    return true;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit on at least one side of the point. */
static bool is_decimal_float(struct str s)
{
    size_t i = s.n > 0 && (s.p[0] == '+' || s.p[0] == '-') ? 1 : 0;
    size_t whole = count_digits(s, i);
    size_t fraction = 0;
    i += whole;
    if (i < s.n && s.p[i] == '.') {
        fraction = count_digits(s, i + 1);
        i += 1 + fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
            i++;
        size_t exponent = count_digits(s, i);
        if (exponent == 0)
            return false;
        i += exponent;
    }
    return i == s.n;
}

static bool reads_back(const char *text, double value, bool single)
{
    if (single)
        return strtof(text, NULL) == (float)value;
    return strtod(text, NULL) == value;
}

/*
 * At a power of two the gap below is half the gap above, and the nearest decimal of a length may
 * miss on the narrow side while the next one up still reads back: 2^-44 is 5.684341886080802e-14.
 * Adds one to the last digit of d.ddde±x; false when that carries over, where no such case lies.
 */
static bool step_up(char *text)
{
    char *e = strchr(text, 'e');
    if (!e || e[-1] < '0' || e[-1] >= '9')
        return false;
    e[-1]++;
    return true;
}

static struct decimal shortest(double value, bool single)
{
    char text[FORMAT_MAX];
    double magnitude = single ? (double)fabsf((float)value) : fabs(value);
    bool subnormal = single ? magnitude < 0x1p-126 : magnitude < 0x1p-1022;
    int exponent;
    bool power_of_two = frexp(magnitude, &exponent) == 0.5;
    int digits = subnormal ? 1 : single ? DIGITS32_SURE : DIGITS64_SURE;
    for (; digits <= DIGITS_MAX; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, magnitude);
        if (reads_back(text, magnitude, single))
            break;
        if (power_of_two && step_up(text) && reads_back(text, magnitude, single))
            break;
    }
    struct decimal decimal = {.negative = signbit(value)};
    const char *p = text;
    for (; *p != 'e'; p++)
        if (*p != '.')
            decimal.digits[decimal.n++] = *p;
    while (decimal.n > 1 && decimal.digits[decimal.n - 1] == '0')
        decimal.n--;
    int64_t power = 0;
    if (number_parse_i64(str_from(p + 1), &power) < 0)
        BUG("printf wrote the exponent '%s'", p + 1);
    decimal.point = magnitude > 0 ? (int)power + 1 : 1;
    return decimal;
}

static size_t write_plain(const struct decimal *decimal, char *out)
{
    char *p = out;
    if (decimal->negative)
        *p++ = '-';
    if (decimal->point <= 0)
        *p++ = '0';
    for (int i = 0; i < decimal->point; i++)
        *p++ = i < decimal->n ? decimal->digits[i] : '0';
    if (decimal->n > decimal->point)
        *p++ = '.';
    for (int i = decimal->point; i < decimal->n; i++)
        *p++ = i >= 0 ? decimal->digits[i] : '0';
    *p = '\0';
    return (size_t)(p - out);
}

static size_t write_exponent(const struct decimal *decimal, int min_digits, char *out)
{
    int exponent = decimal->point - 1;
    int n = snprintf(out, FORMAT_MAX, "%s%c%s%.*se%c%0*d", decimal->negative ? "-" : "",
                     decimal->digits[0], decimal->n > 1 ? "." : "", decimal->n - 1,
                     decimal->digits + 1, exponent < 0 ? '-' : '+', min_digits, abs(exponent));
    return (size_t)n;
}

static size_t write_special(double value, char *out)
{
    return (size_t)snprintf(out, FORMAT_MAX, "%s",
                            isnan(value) ? "NaN"
                            : value > 0  ? "+Inf"
                                         : "-Inf");
}
