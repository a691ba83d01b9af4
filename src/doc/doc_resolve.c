/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scalar means: the rules of go-yaml v2's resolver, behind which the API server's decoder
 * stands (go.yaml.in/yaml/v2, resolve.go). Most scalars are text, and one look at the first byte
 * tells.
 */
#include "doc/doc_internal.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/number.h"
#include "base/utf8.h"

#include <math.h>

enum { HINT_TEXT, HINT_WORD, HINT_POINT, HINT_NUMBER };

const uint8_t scalar_hint[256] = {
    ['+'] = HINT_NUMBER, ['-'] = HINT_NUMBER, ['0'] = HINT_NUMBER, ['1'] = HINT_NUMBER,
    ['2'] = HINT_NUMBER, ['3'] = HINT_NUMBER, ['4'] = HINT_NUMBER, ['5'] = HINT_NUMBER,
    ['6'] = HINT_NUMBER, ['7'] = HINT_NUMBER, ['8'] = HINT_NUMBER, ['9'] = HINT_NUMBER,
    ['.'] = HINT_POINT,  ['~'] = HINT_WORD,   ['y'] = HINT_WORD,   ['Y'] = HINT_WORD,
    ['n'] = HINT_WORD,   ['N'] = HINT_WORD,   ['t'] = HINT_WORD,   ['T'] = HINT_WORD,
    ['f'] = HINT_WORD,   ['F'] = HINT_WORD,   ['o'] = HINT_WORD,   ['O'] = HINT_WORD,
};

enum { WORD_MAX = 5 };

struct word {
    char text[WORD_MAX + 1];
    uint8_t kind; /* enum node_kind; NODE_FLOAT is infinite or not a number */
    bool truth;
};

/* Sorted by length; only these casings count. order: word_start */
static const struct word words[] = {
    {"~", NODE_NULL, false},     {"y", NODE_BOOL, true},      {"Y", NODE_BOOL, true},
    {"n", NODE_BOOL, false},     {"N", NODE_BOOL, false},     {"on", NODE_BOOL, true},
    {"On", NODE_BOOL, true},     {"ON", NODE_BOOL, true},     {"no", NODE_BOOL, false},
    {"No", NODE_BOOL, false},    {"NO", NODE_BOOL, false},    {"yes", NODE_BOOL, true},
    {"Yes", NODE_BOOL, true},    {"YES", NODE_BOOL, true},    {"off", NODE_BOOL, false},
    {"Off", NODE_BOOL, false},   {"OFF", NODE_BOOL, false},   {"true", NODE_BOOL, true},
    {"True", NODE_BOOL, true},   {"TRUE", NODE_BOOL, true},   {"null", NODE_NULL, false},
    {"Null", NODE_NULL, false},  {"NULL", NODE_NULL, false},  {".nan", NODE_FLOAT, false},
    {".NaN", NODE_FLOAT, false}, {".NAN", NODE_FLOAT, false}, {".inf", NODE_FLOAT, false},
    {".Inf", NODE_FLOAT, false}, {".INF", NODE_FLOAT, false}, {"false", NODE_BOOL, false},
    {"False", NODE_BOOL, false}, {"FALSE", NODE_BOOL, false}, {"+.inf", NODE_FLOAT, true},
    {"+.Inf", NODE_FLOAT, true}, {"+.INF", NODE_FLOAT, true}, {"-.inf", NODE_FLOAT, true},
    {"-.Inf", NODE_FLOAT, true}, {"-.INF", NODE_FLOAT, true},
};

/* Index of the first word of each length. */
static const uint8_t word_start[WORD_MAX + 2] = {0, 0, 5, 11, 17, 29, ARRAY_LEN(words)};

static bool resolve_word(struct str text, struct resolved *ret);
static void resolve_number(struct arena *arena, struct str text, struct resolved *ret);
static void resolve_point(struct str text, struct resolved *ret);
static struct str without_underscores(struct arena *arena, struct str text);
static bool is_float_form(struct str s);
static bool go_binary(struct str plain, int64_t *ret_value);
static struct str text_of_i64(struct arena *arena, int64_t value);
static struct str text_of_u64(struct arena *arena, uint64_t value);
static void resolve_binary(struct arena *arena, struct str text, struct resolved *ret);
static void to_float(struct arena *arena, struct resolved *scalar);
static bool is_timestamp(struct str s);

void scalar_resolve(struct arena *arena, struct str text, struct resolved *ret)
{
    *ret = (struct resolved){.kind = NODE_STRING, .text = text};
    if (text.n == 0) {
        ret->kind = NODE_NULL;
        return;
    }
    const unsigned hint = scalar_hint[(unsigned char)text.p[0]];
    if (hint == HINT_TEXT || (text.n <= WORD_MAX && resolve_word(text, ret)))
        return;
    if (hint == HINT_NUMBER)
        resolve_number(arena, text, ret);
    if (hint == HINT_POINT)
        resolve_point(text, ret);
}

static bool resolve_word(struct str text, struct resolved *ret)
{
    for (size_t i = word_start[text.n]; i < word_start[text.n + 1]; i++) {
        if (words[i].text[0] != text.p[0] || memcmp(words[i].text, text.p, text.n) != 0)
            continue;
        ret->kind = (enum node_kind)words[i].kind;
        ret->truth = ret->kind == NODE_BOOL && words[i].truth;
        ret->special = ret->kind == NODE_FLOAT;
        return true;
    }
    return false;
}

/* Only digits, not zero in front, surely inside 64 bits: what nearly every number is. */
static bool is_simple_integer(struct str text)
{
    enum { SURE_DIGITS = 18 };
    if (text.n > SURE_DIGITS || (text.p[0] == '0' && text.n > 1))
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    }
    return true;
}

/* Whether a byte may occur in any number; most text that starts with a digit has another. */
static bool may_be_number(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        if (ascii_is_hex(c) || c == 'x' || c == 'X' || c == 'o' || c == 'O')
            continue;
        if (c != '_' && c != '.' && c != '+' && c != '-')
            return false;
    }
    return true;
}

static void resolve_number(struct arena *arena, struct str text, struct resolved *ret)
{
    if (is_simple_integer(text)) {
        ret->kind = NODE_INT;
        return;
    }
    if (!may_be_number(text))
        return;
    const struct str plain = without_underscores(arena, text);
    const bool as_written = plain.n == text.n;
    int64_t i64;
    uint64_t u64;
    double number;
    if (plain.n == 0)
        return;
    if (number_parse_go_i64(plain, &i64) == 0) {
        ret->kind = NODE_INT;
        ret->text = as_written ? text : text_of_i64(arena, i64);
    } else if (number_parse_go_u64(plain, &u64) == 0) {
        ret->kind = NODE_UINT;
        ret->text = as_written ? text : text_of_u64(arena, u64);
    } else if (is_float_form(plain) && number_parse_double(plain, &number) == 0) {
        ret->kind = NODE_FLOAT;
        ret->text = plain;
    } else if (go_binary(plain, &i64)) {
        ret->kind = NODE_INT;
        ret->text = text_of_i64(arena, i64);
    }
}

/* After a leading point go-yaml takes what Go's ParseFloat takes; of that only decimal digits with
 * an exponent can start with a point. */
static void resolve_point(struct str text, struct resolved *ret)
{
    double number;
    if (is_float_form(text) && number_parse_double(text, &number) == 0)
        ret->kind = NODE_FLOAT;
}

static struct str without_underscores(struct arena *arena, struct str text)
{
    if (str_find_char(text, '_') < 0)
        return text;
    char *out = arena_alloc_text(arena, text.n);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '_')
            out[n++] = text.p[i];
    }
    return (struct str){out, n};
}

static size_t skip_digits(struct str s, size_t pos)
{
    while (pos < s.n && ascii_is_digit(s.p[pos]))
        pos++;
    return pos;
}

/* sign? ( "." digits | digits ( "." digits? )? ) ( [eE] sign? digits )? */
static bool is_float_form(struct str s)
{
    size_t pos = s.n > 0 && (s.p[0] == '+' || s.p[0] == '-') ? 1 : 0;
    const size_t whole = pos;
    pos = skip_digits(s, pos);
    const bool has_whole = pos > whole;
    if (pos < s.n && s.p[pos] == '.') {
        const size_t fraction = ++pos;
        pos = skip_digits(s, pos);
        if (!has_whole && pos == fraction)
            return false;
    } else if (!has_whole) {
        return false;
    }
    if (pos < s.n && (s.p[pos] == 'e' || s.p[pos] == 'E')) {
        pos++;
        if (pos < s.n && (s.p[pos] == '+' || s.p[pos] == '-'))
            pos++;
        const size_t exponent = pos;
        pos = skip_digits(s, pos);
        if (pos == exponent)
            return false;
    }
    return pos == s.n;
}

/* go-yaml's own second try at binary numbers, which lets a sign follow the prefix: 0b-11 is -3, and
 * -0b-1 is not a number because the sign is doubled. */
static bool go_binary(struct str plain, int64_t *ret_value)
{
    if (!str_starts(plain, STR("0b")) || plain.n < 4 || (plain.p[2] != '-' && plain.p[2] != '+'))
        return false;
    const bool negative = plain.p[2] == '-';
    uint64_t value = 0;
    for (size_t i = 3; i < plain.n; i++) {
        if ((plain.p[i] != '0' && plain.p[i] != '1') || value >> 62)
            return false;
        value = value << 1 | (uint64_t)(plain.p[i] - '0');
    }
    *ret_value = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static struct str text_of_i64(struct arena *arena, int64_t value)
{
    return str_format(arena, "%" PRId64, value);
}

static struct str text_of_u64(struct arena *arena, uint64_t value)
{
    return str_format(arena, "%" PRIu64, value);
}

/* ---- tags ---- */

enum scalar_tag scalar_tag(const char *tag)
{
    static const struct {
        const char *name;
        enum scalar_tag tag;
    } known[] = {
        {"str", TAG_STR},     {"bool", TAG_BOOL},     {"int", TAG_INT},
        {"float", TAG_FLOAT}, {"null", TAG_NULL},     {"timestamp", TAG_TIMESTAMP},
        {"merge", TAG_MERGE}, {"binary", TAG_BINARY},
    };
    static const char prefix[] = "tag:yaml.org,2002:";
    if (strncmp(tag, prefix, sizeof prefix - 1) != 0)
        return TAG_OTHER;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (strcmp(tag + sizeof prefix - 1, known[i].name) == 0)
            return known[i].tag;
    }
    return TAG_OTHER;
}

void scalar_resolve_tagged(struct arena *arena, enum scalar_tag tag, struct str text,
                           struct resolved *ret)
{
    static const struct {
        enum node_kind kind;
        const char *problem;
    } wanted[] = {
        [TAG_BOOL] = {NODE_BOOL, "is not a boolean, as its tag !!bool says"},
        [TAG_INT] = {NODE_INT, "is not a whole number, as its tag !!int says"},
        [TAG_FLOAT] = {NODE_FLOAT, "is not a number, as its tag !!float says"},
        [TAG_NULL] = {NODE_NULL, "is not null, as its tag !!null says"},
        [TAG_TIMESTAMP] = {NODE_STRING, "is not a time, as its tag !!timestamp says"},
    };
    if (tag == TAG_BINARY) {
        resolve_binary(arena, text, ret);
        return;
    }
    *ret = (struct resolved){.kind = NODE_STRING, .text = text};
    if (tag == TAG_STR || tag == TAG_MERGE || tag == TAG_OTHER)
        return;
    if (tag == TAG_TIMESTAMP) {
        ret->problem = is_timestamp(text) ? NULL : wanted[tag].problem;
        return;
    }
    scalar_resolve(arena, text, ret);
    if (tag == TAG_NONE)
        return;
    if (tag == TAG_FLOAT && ret->kind == NODE_INT)
        to_float(arena, ret);
    const bool fits = ret->kind == wanted[tag].kind || (tag == TAG_INT && ret->kind == NODE_UINT);
    if (!fits)
        ret->problem = wanted[tag].problem;
}

/* The decoded bytes are the value. What is not UTF-8 is replaced when they become JSON. */
static void resolve_binary(struct arena *arena, struct str text, struct resolved *ret)
{
    *ret = (struct resolved){.kind = NODE_STRING, .text = text};
    struct str bytes;
    if (base64_decode(arena, text, &bytes) < 0) {
        ret->problem = "is not base64, as its tag !!binary says";
        return;
    }
    ret->text = bytes;
    if (utf8_is_valid(bytes))
        return;
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, size_mul(bytes.n, 3));
    for (size_t pos = 0; pos < bytes.n;)
        buf_add_rune(&out, utf8_next(bytes, &pos));
    ret->text = str_dup(arena, buf_str(&out));
}

static void to_float(struct arena *arena, struct resolved *scalar)
{
    enum { NUMBER_BYTES = 32 };
    int64_t value = 0;
    char text[NUMBER_BYTES];
    if (number_parse_go_i64(scalar->text, &value) < 0)
        return;
    const size_t n = number_format_json((double)value, text);
    scalar->kind = NODE_FLOAT;
    scalar->text = str_dup(arena, (struct str){text, n});
}

int scalar_key(struct arena *arena, const struct resolved *scalar, struct str *ret_text)
{
    enum { NUMBER_BYTES = 32 };
    *ret_text = scalar->text;
    if (scalar->kind == NODE_STRING)
        return 0;
    if (scalar->kind == NODE_BOOL) {
        *ret_text = scalar->truth ? STR("true") : STR("false");
        return KEY_BOOL;
    }
    if (scalar->kind == NODE_INT) {
        int64_t value = 0;
        if (!is_simple_integer(scalar->text) && number_parse_go_i64(scalar->text, &value) == 0)
            *ret_text = text_of_i64(arena, value);
        return KEY_INT;
    }
    if (scalar->kind != NODE_FLOAT)
        return -1;
    double value = 0;
    if (scalar->special) {
        const char c = scalar->text.p[scalar->text.n - 1];
        value = c == 'n' || c == 'N' ? (double)NAN : (double)INFINITY;
        *ret_text = isnan(value)               ? STR(".nan")
                    : scalar->text.p[0] == '-' ? STR("-.inf")
                                               : STR(".inf");
        return KEY_FLOAT;
    }
    char text[NUMBER_BYTES];
    if (number_parse_double(scalar->text, &value) < 0)
        return -1;
    *ret_text = str_dup(arena, (struct str){text, number_format_g32(value, text)});
    if (isinf((float)value))
        *ret_text = value < 0 ? STR("-.inf") : STR(".inf");
    return KEY_FLOAT;
}

/* ---- times, as Go's time.Parse reads go-yaml's four layouts ---- */

/* A number of one or two digits in a range. */
static bool take_number(struct str *rest, unsigned low, unsigned high, unsigned *ret_value)
{
    size_t n = skip_digits(str_sub(*rest, 0, 2), 0);
    if (n == 0)
        return false;
    unsigned value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (unsigned)(rest->p[i] - '0');
    *rest = str_from_offset(*rest, n);
    *ret_value = value;
    return value >= low && value <= high;
}

static bool take_char(struct str *rest, char c)
{
    if (rest->n == 0 || rest->p[0] != c)
        return false;
    *rest = str_from_offset(*rest, 1);
    return true;
}

static bool take_clock(struct str *rest)
{
    unsigned value;
    if (!take_number(rest, 0, 23, &value) || !take_char(rest, ':') ||
        !take_number(rest, 0, 59, &value) || !take_char(rest, ':') ||
        !take_number(rest, 0, 59, &value))
        return false;
    if (rest->n >= 2 && (rest->p[0] == '.' || rest->p[0] == ',') && ascii_is_digit(rest->p[1]))
        *rest = str_from_offset(*rest, skip_digits(*rest, 1));
    return true;
}

static bool take_zone(struct str *rest)
{
    unsigned value;
    if (take_char(rest, 'Z'))
        return true;
    if (rest->n != 6 || (rest->p[0] != '+' && rest->p[0] != '-'))
        return false;
    *rest = str_from_offset(*rest, 1);
    return take_number(rest, 0, 24, &value) && take_char(rest, ':') &&
           take_number(rest, 0, 60, &value) && rest->n == 0;
}

static bool take_date(struct str *rest)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned month, day;
    if (rest->n < 5 || skip_digits(*rest, 0) != 4)
        return false;
    unsigned year = 0;
    for (size_t i = 0; i < 4; i++)
        year = year * 10 + (unsigned)(rest->p[i] - '0');
    *rest = str_from_offset(*rest, 4);
    if (!take_char(rest, '-') || !take_number(rest, 1, 12, &month) || !take_char(rest, '-') ||
        !take_number(rest, 1, 31, &day))
        return false;
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= days[month - 1] + (unsigned)(month == 2 && leap);
}

static bool is_timestamp(struct str s)
{
    if (!take_date(&s))
        return false;
    if (s.n == 0)
        return true;
    if (take_char(&s, ' '))
        return take_clock(&s) && s.n == 0;
    if (!take_char(&s, 'T') && !take_char(&s, 't'))
        return false;
    return take_clock(&s) && take_zone(&s) && s.n == 0;
}
