/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resource quantities, with the verdicts of apimachinery's ParseQuantity, odd ones included: a
 * lonely sign or suffix is zero where its fast path takes it, exponents wrap at 32 bits. Checked
 * against it with generated texts.
 */
#include "base/ascii.h"
#include "base/number.h"
#include "base/utf8.h"
#include "doc/doc.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

#define WIDE_MAX ((uwide)(((uwide)1 << 127) - 1))
/* The largest value: whole, as what is so large always is, and with room to round up. */
#define NANO_MAX ((WIDE_MAX / NANO - 1) * NANO)

enum { NANO_DIGITS = 9, NANO = 1000000000, NUMBER_BYTES = 64 };

/* A text taken apart; digits are borrowed from it. */
struct parts {
    bool negative;
    bool zeros; /* nothing but a sign and zeros: the rest is empty */
    struct str whole;
    struct str fraction;
    struct str suffix;
    bool has_digits;
};

struct suffix {
    const char *text;
    int exponent;
    bool binary;
};

static const struct suffix suffixes[] = {
    {"", 0, false},   {"n", -9, false}, {"u", -6, false}, {"m", -3, false},
    {"k", 3, false},  {"M", 6, false},  {"G", 9, false},  {"T", 12, false},
    {"P", 15, false}, {"E", 18, false}, {"Ki", 10, true}, {"Mi", 20, true},
    {"Gi", 30, true}, {"Ti", 40, true}, {"Pi", 50, true}, {"Ei", 60, true},
};

static struct str trim(struct str s);
static const char *take_apart(struct str s, struct parts *ret_parts);
static bool read_suffix(struct str text, struct quantity *quantity, int32_t *ret_exponent);
static uwide decimal_nano(const struct parts *parts, int32_t exponent);
static uwide binary_nano(const struct parts *parts, int exponent);

const char *quantity_parse(struct str text, struct quantity *ret_quantity)
{
    text = trim(text);
    if (!text.n)
        return "it is empty";
    struct parts parts = {0};
    const char *wrong = take_apart(text, &parts);
    if (wrong)
        return wrong;
    struct quantity quantity = {0};
    int32_t exponent;
    if (!read_suffix(parts.suffix, &quantity, &exponent))
        return "its suffix is none of n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent";
    const bool binary = quantity.format == QUANTITY_BINARY;
    /* Without digits only the server's fast path accepts it, which large or tiny scales don't take.
     */
    if (!parts.has_digits && (binary ? exponent > 40 : exponent < -NANO_DIGITS))
        return "it has no digits";
    uwide nano = binary ? binary_nano(&parts, exponent) : decimal_nano(&parts, exponent);
    nano = MIN_OF(nano, NANO_MAX);
    if (binary && nano && nano < NANO)
        quantity.format = QUANTITY_DECIMAL;
    quantity.nano = parts.negative ? -(wide)nano : (wide)nano;
    *ret_quantity = quantity;
    return NULL;
}

const char *quantity_of(const struct node *node, struct quantity *ret_quantity)
{
    if (node_kind(node) == NODE_STRING)
        return quantity_parse(node_text(node), ret_quantity);
    if (node_kind(node) < NODE_INT || node_kind(node) > NODE_FLOAT)
        return "it is neither text nor a number";
    struct buf text SCOPED(buf) = {0};
    buf_init(&text, NUMBER_BYTES);
    doc_write_json(&text, node, 0);
    return quantity_parse(buf_str(&text), ret_quantity);
}

int quantity_cmp(const struct quantity *a, const struct quantity *b)
{
    return (a->nano > b->nano) - (a->nano < b->nano);
}

bool quantity_is_integer(const struct quantity *quantity)
{
    return quantity->nano % NANO == 0;
}

/* ---- taking apart ---- */

/* What Go's TrimSpace takes off the raw JSON string: blanks that JSON writes as themselves. Line
 * breaks and tabs are escapes there (also U+2028 and U+2029), which are no blanks to it. */
static bool is_blank(uint32_t rune)
{
    return rune == ' ' || rune == 0x85 || rune == 0xA0 || rune == 0x1680 ||
           (rune >= 0x2000 && rune <= 0x200A) || rune == 0x202F || rune == 0x205F || rune == 0x3000;
}

static struct str trim(struct str s)
{
    size_t from = 0;
    size_t to = 0;
    for (size_t pos = 0; pos < s.n;) {
        const size_t at = pos;
        if (is_blank(utf8_next(s, &pos))) {
            if (from == at)
                from = pos;
            continue;
        }
        to = pos;
    }
    return str_sub(s, from, MAX_OF(from, to));
}

static struct str take_digits(struct str s, size_t *pos)
{
    const size_t start = *pos;
    while (*pos < s.n && ascii_is_digit(s.p[*pos]))
        ++*pos;
    return str_sub(s, start, *pos);
}

static const char *take_apart(struct str s, struct parts *ret_parts)
{
    struct parts parts = {0};
    size_t pos = 0;
    if (s.p[0] == '-' || s.p[0] == '+')
        parts.negative = s.p[pos++] == '-';
    parts.whole = take_digits(s, &pos);
    parts.has_digits = parts.whole.n > 0 || pos == s.n;
    if (pos < s.n && s.p[pos] == '.') {
        pos++;
        parts.fraction = take_digits(s, &pos);
        parts.has_digits = parts.has_digits || parts.fraction.n > 0;
    }
    const size_t suffix = pos;
    while (pos < s.n && memchr("eEinumkKMGTP", s.p[pos], 12))
        pos++;
    if (pos < s.n && (s.p[pos] == '-' || s.p[pos] == '+'))
        pos++;
    (void)take_digits(s, &pos);
    if (pos < s.n)
        return "it is not a number with a suffix";
    parts.suffix = str_sub(s, suffix, pos);
    *ret_parts = parts;
    return NULL;
}

static bool read_suffix(struct str text, struct quantity *quantity, int32_t *ret_exponent)
{
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        if (!str_is(text, suffixes[i].text))
            continue;
        quantity->format = suffixes[i].binary ? QUANTITY_BINARY : QUANTITY_DECIMAL;
        *ret_exponent = suffixes[i].exponent;
        return true;
    }
    int64_t exponent;
    if (text.n < 2 || (text.p[0] | 0x20) != 'e' ||
        number_parse_i64(str_from_offset(text, 1), &exponent) != 0)
        return false;
    quantity->format = QUANTITY_EXPONENT;
    *ret_exponent = (int32_t)(uint32_t)((uint64_t)exponent & UINT32_MAX);
    return true;
}

/* ---- values ---- */

/* The digits of the whole and the fraction as one row. */
static unsigned digit_at(const struct parts *parts, size_t i)
{
    const struct str part = i < parts->whole.n ? parts->whole : parts->fraction;
    return (unsigned)(part.p[i < parts->whole.n ? i : i - parts->whole.n] - '0');
}

static void add_digit(uwide *value, unsigned digit)
{
    *value = *value > (WIDE_MAX - digit) / 10 ? WIDE_MAX : *value * 10 + digit;
}

/* Rounded up to the next billionth, as the server does lest a small wish becomes none. */
static uwide decimal_nano(const struct parts *parts, int32_t exponent)
{
    const int64_t kept = (int64_t)parts->whole.n + exponent + NANO_DIGITS;
    const size_t n = parts->whole.n + parts->fraction.n;
    uwide nano = 0;
    bool more = false;
    for (size_t i = 0; i < n; i++) {
        if ((int64_t)i < kept)
            add_digit(&nano, digit_at(parts, i));
        else
            more = more || digit_at(parts, i);
    }
    for (int64_t i = (int64_t)n; i < kept && nano && nano < WIDE_MAX; i++)
        add_digit(&nano, 0);
    return more && nano < WIDE_MAX ? nano + 1 : nano;
}

/* Multiplies 0.d1d2d3... by a factor up to 1024; gives the whole part that comes out. */
static unsigned multiply_fraction(unsigned char *digits, size_t n, unsigned factor)
{
    unsigned carry = 0;
    for (size_t i = n; i-- > 0;) {
        carry += digits[i] * factor;
        digits[i] = (unsigned char)(carry % 10);
        carry /= 10;
    }
    return carry;
}

static uwide shift_up(uwide value, unsigned factor, unsigned carry)
{
    return value > (WIDE_MAX - carry) / factor ? WIDE_MAX : value * factor + carry;
}

/* Multiplied out, rounded up to a billionth, capped where the server caps. */
static uwide binary_nano(const struct parts *parts, int exponent)
{
    enum { FRACTION_KEPT = 64 }; /* what comes later can't show in a billionth */
    const uwide cap = (uwide)INT64_MAX * NANO;
    unsigned char digits[FRACTION_KEPT];
    const size_t n = MIN_OF(parts->fraction.n, (size_t)FRACTION_KEPT);
    uwide value = 0;
    bool more = false;
    for (size_t i = 0; i < parts->whole.n; i++)
        add_digit(&value, (unsigned)(parts->whole.p[i] - '0'));
    for (size_t i = 0; i < n; i++)
        digits[i] = (unsigned char)(parts->fraction.p[i] - '0');
    for (size_t i = n; i < parts->fraction.n; i++)
        more = more || parts->fraction.p[i] != '0';
    for (; exponent > 0; exponent -= 10)
        value = shift_up(value, 1024, multiply_fraction(digits, n, 1024));
    for (int i = 0; i < NANO_DIGITS; i += 3)
        value = shift_up(value, 1000, multiply_fraction(digits, n, 1000));
    for (size_t i = 0; i < n; i++)
        more = more || digits[i];
    if (more && value < cap)
        value++;
    return MIN_OF(value, cap);
}

/* ---- what was meant ---- */

/* Suffixes that people write, in lower case, and what they stand for. */
static const struct {
    const char *written;
    const char *first;
    const char *second; /* NULL: no doubt */
} meant[] = {
    {"mi", "Mi", "m"},
    {"ki", "Ki", NULL},
    {"gi", "Gi", NULL},
    {"ti", "Ti", NULL},
    {"pi", "Pi", NULL},
    {"ei", "Ei", NULL},
    {"kib", "Ki", NULL},
    {"mib", "Mi", NULL},
    {"gib", "Gi", NULL},
    {"tib", "Ti", NULL},
    {"pib", "Pi", NULL},
    {"eib", "Ei", NULL},
    {"k", "k", "Ki"},
    {"m", "M", "Mi"},
    {"g", "G", "Gi"},
    {"t", "T", "Ti"},
    {"p", "P", "Pi"},
    {"e", "E", "Ei"},
    {"kb", "k", "Ki"},
    {"mb", "M", "Mi"},
    {"gb", "G", "Gi"},
    {"tb", "T", "Ti"},
    {"pb", "P", "Pi"},
    {"eb", "E", "Ei"},
    {"b", "", NULL},
    {"bytes", "", NULL},
    {"byte", "", NULL},
    {"core", "", NULL},
    {"cores", "", NULL},
    {"cpu", "", NULL},
    {"cpus", "", NULL},
    {"milli", "m", NULL},
    {"mcpu", "m", NULL},
    {"mc", "m", NULL},
    {"millicores", "m", NULL},
    {"meg", "M", "Mi"},
    {"megabytes", "M", "Mi"},
    {"gigabytes", "G", "Gi"},
    {"\xC2\xB5", "u", NULL},
    {"\xCE\xBC", "u", NULL},
    {"", "", NULL},
};

static bool is_quantity(struct str text)
{
    struct quantity quantity;
    return quantity_parse(text, &quantity) == NULL;
}

/* The number that the text starts with; a decimal comma becomes a point. */
static struct str leading_number(struct arena *arena, struct str text, size_t *ret_end)
{
    size_t pos = text.n && (text.p[0] == '-' || text.p[0] == '+');
    const size_t whole = take_digits(text, &pos).n;
    size_t fraction = 0;
    const size_t point = pos;
    if (pos < text.n && (text.p[pos] == '.' || text.p[pos] == ',')) {
        pos++;
        fraction = take_digits(text, &pos).n;
    }
    *ret_end = pos;
    if (!whole && !fraction)
        return (struct str){0};
    char *number = arena_dup(arena, text.p, pos);
    if (point < pos)
        number[point] = '.';
    return (struct str){number, pos};
}

struct str quantity_suggest(struct arena *arena, struct str text)
{
    if (is_quantity(text))
        return (struct str){0};
    size_t end;
    text = str_trim(text);
    const struct str number = leading_number(arena, text, &end);
    if (!number.n)
        return (struct str){0};
    const struct str written = str_trim(str_from_offset(text, end));
    const struct str closed = str_concat(arena, number, written);
    if (is_quantity(closed)) /* a blank in it, or a decimal comma */
        return str_format(arena, "\"%.*s\"", STR_FMT(closed));
    for (size_t i = 0; i < ARRAY_LEN(meant); i++) {
        if (!str_eq_fold(written, str_from(meant[i].written)))
            continue;
        if (!meant[i].second)
            return str_format(arena, "\"%.*s%s\"", STR_FMT(number), meant[i].first);
        return str_format(arena, "\"%.*s%s\" or \"%.*s%s\"", STR_FMT(number), meant[i].first,
                          STR_FMT(number), meant[i].second);
    }
    return (struct str){0};
}
