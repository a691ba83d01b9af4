/* SPDX-License-Identifier: Apache-2.0 */
/* The words of JSON text: blanks, numbers, strings. doc_json.c makes nodes of them. */
#include "base/ascii.h"
#include "base/number.h"
#include "base/utf8.h"
#include "doc/json_internal.h"

/* ---- failing ---- */

void jscan_fail(struct jscan *s, enum rule_id rule, size_t start, size_t end, const char *message)
{
    s->failed = true;
    s->rule = rule;
    s->span = (struct span){(uint32_t)start, (uint32_t)MIN_OF(end, s->text.n)};
    s->message = str_from(message);
}

/* A word for the usual slips of people who write JSON by hand. */
static const char *aside(struct str rest)
{
    if (str_starts(rest, STR("//")) || str_starts(rest, STR("/*")) || str_starts(rest, STR("#")))
        return "; JSON has no comments";
    if (str_starts(rest, STR("'")))
        return "; JSON quotes with \"";
    if (str_starts(rest, STR("}")) || str_starts(rest, STR("]")))
        return "; is there a comma too many before it?";
    return "";
}

void jscan_fail_here(struct jscan *s, const char *expected)
{
    const struct str rest = str_from_offset(s->text, s->pos);
    size_t n = 0;
    if (rest.n)
        (void)utf8_next(rest, &n);
    jscan_fail(s, RULE_YAML_JSON_SYNTAX, s->pos, s->pos + n, "");
    const struct str found = diag_quote(s->scratch, str_sub(rest, 0, n));
    s->message = rest.n
                     ? str_format(s->scratch, "expected %s, found '%.*s'%s", expected,
                                  STR_FMT(found), aside(rest))
                     : str_format(s->scratch, "expected %s, found the end of the text", expected);
}

/* ---- tokens ---- */

void jscan_blanks(struct jscan *s)
{
    while (s->pos < s->text.n) {
        const char c = s->text.p[s->pos];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            return;
        s->pos++;
    }
}

bool jscan_char(struct jscan *s, char c)
{
    if (s->pos == s->text.n || s->text.p[s->pos] != c)
        return false;
    s->pos++;
    return true;
}

/* ---- numbers ---- */

static bool skip_digits(struct jscan *s)
{
    const size_t start = s->pos;
    while (s->pos < s->text.n && ascii_is_digit(s->text.p[s->pos]))
        s->pos++;
    return s->pos > start;
}

/* False when the grammar is broken; the place of the break is the position. */
static bool skip_number(struct jscan *s, bool *ret_integral)
{
    *ret_integral = true;
    (void)jscan_char(s, '-');
    if (!jscan_char(s, '0') && !skip_digits(s))
        return false;
    if (jscan_char(s, '.')) {
        *ret_integral = false;
        if (!skip_digits(s))
            return false;
    }
    if (jscan_char(s, 'e') || jscan_char(s, 'E')) {
        *ret_integral = false;
        if (!jscan_char(s, '+'))
            (void)jscan_char(s, '-');
        return skip_digits(s);
    }
    return true;
}

static enum node_kind number_kind(struct str text, bool integral)
{
    int64_t i;
    uint64_t u;
    if (!integral)
        return NODE_FLOAT;
    if (text.n < 19 || number_parse_i64(text, &i) == 0)
        return NODE_INT;
    return number_parse_u64(text, &u) == 0 ? NODE_UINT : NODE_FLOAT;
}

enum node_kind jscan_number(struct jscan *s, struct str *ret_text)
{
    const size_t start = s->pos;
    bool integral;
    if (!skip_number(s, &integral)) {
        jscan_fail_here(s, "a digit");
        return NODE_NULL;
    }
    *ret_text = str_sub(s->text, start, s->pos);
    const enum node_kind kind = number_kind(*ret_text, integral);
    double value;
    if (kind == NODE_FLOAT && number_parse_double(*ret_text, &value) != 0)
        jscan_fail(s, RULE_YAML_VALUE, start, s->pos, "this number is too large for a double");
    return kind;
}

/* ---- strings ---- */

/* Four hex digits at pos, or -1. */
static int32_t hex4(struct str text, size_t pos)
{
    int32_t value = 0;
    if (text.n < 4 || pos > text.n - 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        const int digit = ascii_hex_value(text.p[pos + i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The position is at a backslash; moves past the escape. */
static bool skip_escape(struct jscan *s)
{
    const size_t start = s->pos++;
    const char c = s->pos < s->text.n ? s->text.p[s->pos] : '\0';
    if (c == 'u' && hex4(s->text, s->pos + 1) >= 0) {
        s->pos += 5;
        return true;
    }
    if (c && strchr("\"\\/bfnrt", c)) {
        s->pos++;
        return true;
    }
    jscan_fail(s, RULE_YAML_JSON_SYNTAX, start, s->pos + 1,
               c == 'u' ? "\\u in a JSON string takes four hexadecimal digits"
                        : "no such escape in a JSON string; a backslash is written \\\\");
    return false;
}

/* Moves past the closing quote; the position is after the opening one. */
static bool skip_string(struct jscan *s, bool *ret_escapes)
{
    const size_t open = s->pos - 1;
    while (s->pos < s->text.n) {
        const unsigned char c = (unsigned char)s->text.p[s->pos];
        const size_t at = s->pos;
        if (c == '"') {
            s->pos++;
            return true;
        }
        if (c < 0x20) {
            jscan_fail(s, RULE_YAML_JSON_SYNTAX, at, at + 1,
                       c == '\n' || c == '\r'
                           ? "a JSON string ends on its line; a line break in it is written \\n"
                           : "control character in a JSON string; write it as an escape");
            return false;
        }
        if (c == '\\') {
            *ret_escapes = true;
            if (!skip_escape(s))
                return false;
        } else if (c < 0x80) {
            s->pos++;
        } else if (utf8_next(s->text, &s->pos) == RUNE_BAD && s->pos - at == 1) {
            jscan_fail(s, RULE_YAML_ENCODING, at, at + 1, "this byte is not UTF-8");
            return false;
        }
    }
    jscan_fail(s, RULE_YAML_JSON_SYNTAX, open, open + 1, "this string has no closing quote");
    return false;
}

static size_t put_utf8(char *out, uint32_t rune)
{
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    size_t n = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {[2] = 0xC0, [3] = 0xE0, [4] = 0xF0};
    for (size_t i = n - 1; i > 0; i--, rune >>= 6)
        out[i] = (char)(0x80 | (rune & 0x3F));
    out[0] = (char)(leads[n] | rune);
    return n;
}

/* A \u escape at *pos (its first digit), with the second half of a pair. What is half a pair only
 * becomes U+FFFD, as Go has it. */
static uint32_t decode_unicode(struct str raw, size_t *pos)
{
    const uint32_t rune = (uint32_t)hex4(raw, *pos);
    *pos += 4;
    if (rune < 0xD800 || rune > 0xDFFF)
        return rune;
    if (rune > 0xDBFF || raw.n - *pos < 6 || raw.p[*pos] != '\\' || raw.p[*pos + 1] != 'u')
        return RUNE_BAD;
    const int32_t low = hex4(raw, *pos + 2);
    if (low < 0xDC00 || low > 0xDFFF)
        return RUNE_BAD;
    *pos += 6;
    return 0x10000 + ((rune - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
}

/* The text of a string whose escapes were checked; never longer than what is written. */
static struct str decode_string(struct arena *arena, struct str raw)
{
    static const char plain[] = {['b'] = '\b', ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r',
                                 ['t'] = '\t', ['"'] = '"',  ['\\'] = '\\', ['/'] = '/'};
    char *out = arena_alloc_text(arena, raw.n);
    size_t n = 0;
    for (size_t i = 0; i < raw.n;) {
        if (raw.p[i] != '\\') {
            out[n++] = raw.p[i++];
            continue;
        }
        const char c = raw.p[i + 1];
        i += 2;
        if (c == 'u')
            n += put_utf8(out + n, decode_unicode(raw, &i));
        else
            out[n++] = plain[(unsigned char)c];
    }
    return (struct str){out, n};
}

struct str jscan_string(struct jscan *s, struct arena *arena)
{
    const size_t start = ++s->pos;
    bool escapes = false;
    if (!skip_string(s, &escapes))
        return (struct str){0};
    const struct str raw = str_sub(s->text, start, s->pos - 1);
    return escapes ? decode_string(arena, raw) : raw;
}
