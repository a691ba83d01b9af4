/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats of text in CRDs: those that apiextensions-apiserver knows (its formats.go), each as
 * kube-openapi's strfmt reads it, oddities included. What it does not know it ignores.
 */
#include "admit/custom.h"

#include "base/ascii.h"
#include "base/number.h"
#include "base/regex.h"
#include "base/utf8.h"
#include "cel/cel_url.h"

enum {
    HOST_MAX = 255,
    LABEL_MAX = 63,
    LONG_NAME_MAX = 253,
    /* Formats are kept by the type they belong to; before, by their names alone. */
    MINOR_TYPED_FORMATS = 35,
    /* Introduced in 1.34; a server enforces only formats that the release before it knows. */
    MINOR_NAME_FORMATS = 35,
};

/* ---- identifiers ---- */

/* The text has as many digits of 16 as the pattern letters: x any, - may be left out, others as
 * they are, y one of 89ab. */
static bool is_like_uuid(struct str s, const char *pattern)
{
    size_t at = 0;
    for (; *pattern; pattern++) {
        if (*pattern == '-') {
            at += at < s.n && s.p[at] == '-';
            continue;
        }
        if (at == s.n || !ascii_is_hex(s.p[at]))
            return false;
        const char c = (char)(s.p[at++] | 0x20);
        if (*pattern == 'y' && s.p[at - 1] != '8' && s.p[at - 1] != '9' && c != 'a' && c != 'b')
            return false;
        if (ascii_is_digit(*pattern) && s.p[at - 1] != *pattern)
            return false;
    }
    return at == s.n;
}

static bool is_uuid(struct str s)
{
    return is_like_uuid(s, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

static bool is_uuid3(struct str s)
{
    return is_like_uuid(s, "xxxxxxxx-xxxx-3xxx-xxxx-xxxxxxxxxxxx");
}

static bool is_uuid4(struct str s)
{
    return is_like_uuid(s, "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx");
}

static bool is_uuid5(struct str s)
{
    return is_like_uuid(s, "xxxxxxxx-xxxx-5xxx-yxxx-xxxxxxxxxxxx");
}

static bool is_bson_id(struct str s)
{
    return is_like_uuid(s, "xxxxxxxxxxxxxxxxxxxxxxxx");
}

/* Digits of a text into out, without what `skip` names; the number of them, 0 when another byte
 * is in the way or there are more than max. skip NULL: everything else is passed over. */
static size_t take_digits(struct str s, const char *skip, char *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        if (!ascii_is_digit(c) && (!skip || str_find_char(str_from(skip), c) >= 0))
            continue;
        const bool check_letter = skip && c == 'X' && n == 9;
        if ((!ascii_is_digit(c) && !check_letter) || n == max)
            return 0;
        out[n++] = c;
    }
    return n;
}

static bool is_isbn10(struct str s)
{
    char digits[10];
    unsigned sum = 0;
    if (take_digits(s, " \t\n\f\r-", digits, sizeof digits) != sizeof digits)
        return false;
    for (unsigned i = 0; i < 10; i++)
        sum += (i + 1) * (digits[i] == 'X' ? 10 : (unsigned)(digits[i] - '0'));
    return sum % 11 == 0;
}

static bool is_isbn13(struct str s)
{
    char digits[13];
    unsigned sum = 0;
    if (take_digits(s, " \t\n\f\r-", digits, sizeof digits) != sizeof digits || digits[9] == 'X')
        return false;
    for (unsigned i = 0; i < 13; i++)
        sum += (i % 2 ? 3U : 1U) * (unsigned)(digits[i] - '0');
    return sum % 10 == 0;
}

static bool is_isbn(struct str s)
{
    return is_isbn10(s) || is_isbn13(s);
}

/* Lengths and first digits of the card companies that the server knows. */
static bool is_card_number(const char *d, size_t n)
{
    const unsigned two = (unsigned)(d[0] - '0') * 10 + (unsigned)(d[1] - '0');
    const unsigned four = two * 100 + (unsigned)(d[2] - '0') * 10 + (unsigned)(d[3] - '0');
    if (d[0] == '4')
        return n == 13 || n == 16;
    if (two >= 51 && two <= 55)
        return n == 16;
    if (four == 6011 || two == 65)
        return n == 16;
    if (two == 34 || two == 37)
        return n == 15;
    if (two == 36 || two == 38 || (four >= 3000 && four <= 3059))
        return n == 14;
    if (four == 2131 || four == 1800)
        return n == 15;
    return two == 35 && n == 16;
}

static bool is_credit_card(struct str s)
{
    char digits[20];
    unsigned sum = 0;
    const size_t n = take_digits(s, NULL, digits, sizeof digits);
    if (n < 13 || !is_card_number(digits, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        const unsigned digit = (unsigned)(digits[n - 1 - i] - '0');
        const unsigned twice = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += i % 2 ? twice : digit;
    }
    return sum % 10 == 0;
}

/* Eleven bytes, so both separators must be there. */
static bool is_ssn(struct str s)
{
    if (s.n != 11)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        const bool separator = i == 3 || i == 6;
        if (separator ? s.p[i] != '-' && s.p[i] != ' ' : !ascii_is_digit(s.p[i]))
            return false;
    }
    return true;
}

/* ---- colors and bytes ---- */

static bool is_hex_color(struct str s)
{
    if (str_starts(s, STR("#")))
        s = str_from_offset(s, 1);
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_hex(s.p[i]))
            return false;
    return s.n == 3 || s.n == 6;
}

/* One number up to 255 without zeros in front, among blanks. */
static bool is_color_part(struct str s)
{
    int64_t value;
    s = str_trim(s);
    if (s.n == 0 || s.n > 3 || !ascii_is_digit(s.p[0]) || (s.n > 1 && s.p[0] == '0'))
        return false;
    return number_parse_i64(s, &value) == 0 && value <= 255;
}

static bool is_rgb_color(struct str s)
{
    struct str part;
    unsigned parts = 0;
    if (!str_starts(s, STR("rgb(")) || !str_ends(s, STR(")")))
        return false;
    s = str_sub(s, 4, s.n - 1);
    if (str_ends(s, STR(",")))
        return false;
    for (; str_split(&s, ',', &part); parts++)
        if (!is_color_part(part))
            return false;
    return parts == 3;
}

/* Standard alphabet, padded, nothing else, not empty. */
static bool is_base64(struct str s)
{
    if (s.n == 0 || s.n % 4 != 0)
        return false;
    size_t n = s.n;
    while (n > 0 && s.n - n < 2 && s.p[n - 1] == '=')
        n--;
    for (size_t i = 0; i < n; i++)
        if (!ascii_is_alnum(s.p[i]) && s.p[i] != '+' && s.p[i] != '/')
            return false;
    return true;
}

static bool is_any(struct str s)
{
    (void)s;
    return true;
}

/* ---- time ---- */

static bool two_digits(struct str s, size_t at, unsigned *ret_value)
{
    if (at + 2 > s.n || !ascii_is_digit(s.p[at]) || !ascii_is_digit(s.p[at + 1]))
        return false;
    *ret_value = (unsigned)(s.p[at] - '0') * 10 + (unsigned)(s.p[at + 1] - '0');
    return true;
}

static bool is_date(struct str s)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned century, rest, month, day;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !two_digits(s, 0, &century) ||
        !two_digits(s, 2, &rest) || !two_digits(s, 5, &month) || !two_digits(s, 8, &day))
        return false;
    const unsigned year = century * 100 + rest;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (leap && month == 2);
}

/* +01:00 or z */
static bool is_zone(struct str s)
{
    unsigned hour, minute;
    if (str_eq_fold(s, STR("z")))
        return true;
    return s.n == 6 && (s.p[0] == '+' || s.p[0] == '-') && s.p[3] == ':' &&
           two_digits(s, 1, &hour) && two_digits(s, 4, &minute);
}

/* Any one character may stand where the point of the fraction does, and what follows a second "t"
 * does not count. */
static bool is_clock(struct str s)
{
    unsigned hour, minute, second;
    if (s.n < 8 || s.p[2] != ':' || s.p[5] != ':' || !two_digits(s, 0, &hour) ||
        !two_digits(s, 3, &minute) || !two_digits(s, 6, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    s = str_from_offset(s, 8);
    if (is_zone(s))
        return true;
    size_t at = 0;
    if (s.n == 0 || utf8_next(s, &at) == '\n')
        return false;
    const size_t start = at;
    while (at < s.n && ascii_is_digit(s.p[at]))
        at++;
    return at > start && is_zone(str_from_offset(s, at));
}

static bool is_date_time(struct str s)
{
    size_t at = 0;
    while (at < s.n && (s.p[at] | 0x20) != 't')
        at++;
    if (at == s.n || !is_date(str_sub(s, 0, at)))
        return false;
    struct str clock = str_from_offset(s, at + 1);
    for (size_t i = 0; i < clock.n; i++)
        if ((clock.p[i] | 0x20) == 't')
            clock = str_sub(clock, 0, i);
    return is_clock(clock);
}

/* A unit of time as Scala writes it: any case, and the long ones with any ending. */
static bool is_time_unit(struct str unit)
{
    static const struct str exact[] = {{"ns", 2}, {"us", 2}, {"\xc2\xb5s", 3}, {"ms", 2},
                                       {"s", 1},  {"m", 1},  {"h", 1},         {"hr", 2},
                                       {"d", 1},  {"w", 1},  {"wk", 2}};
    static const struct str stems[] = {{"nano", 4}, {"micro", 5}, {"milli", 5}, {"sec", 3},
                                       {"min", 3},  {"hour", 4},  {"day", 3},   {"week", 4}};
    for (size_t i = 0; i < ARRAY_LEN(exact); i++)
        if (str_eq_fold(unit, exact[i]))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(stems); i++)
        if (str_eq_fold(str_sub(unit, 0, stems[i].n), stems[i]))
            return true;
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static size_t unit_length(struct str s)
{
    size_t n = 0;
    while (n < s.n) {
        if (ascii_is_alnum(s.p[n]) && !ascii_is_digit(s.p[n]))
            n++;
        else if (str_starts(str_from_offset(s, n), STR("\xc2\xb5")))
            n += 2;
        else
            break;
    }
    return n;
}

/* A Go duration, or any text that has a number with a unit somewhere. */
static bool is_duration(struct str s)
{
    bool found = false;
    if (!format_duration(s))
        return true;
    for (size_t i = 0; i < s.n;) {
        int64_t value;
        size_t end = i;
        while (end < s.n && ascii_is_digit(s.p[end]))
            end++;
        const struct str digits = str_sub(s, i, end);
        if (digits.n == 0) {
            i++;
            continue;
        }
        size_t unit = end;
        while (unit < s.n && is_blank(s.p[unit]))
            unit++;
        const size_t n = unit_length(str_from_offset(s, unit));
        i = n ? unit + n : end;
        if (n == 0)
            continue;
        if (number_parse_i64(digits, &value))
            return false;
        found = found || is_time_unit(str_sub(s, unit, unit + n));
    }
    return found;
}

/* ---- names ---- */

/* A letter, a digit or a symbol of ASCII (Unicode's category S). */
static bool is_host_letter(char c)
{
    static const struct str symbols = {"$+<=>^`|~", 9};
    return ascii_is_alnum(c) || str_find_char(symbols, c) >= 0;
}

static size_t count_letters(struct str s)
{
    size_t n = 0;
    while (n < s.n && is_host_letter(s.p[n]))
        n++;
    return n;
}

/* One label alone: a dash only as its second character. */
static bool is_single_label(struct str s)
{
    size_t at = 1;
    if (s.n == 0 || !is_host_letter(s.p[0]))
        return false;
    if (s.n > 1 && s.p[1] == '-')
        at++;
    const struct str rest = str_from_offset(s, at);
    return rest.n <= 62 && count_letters(rest) == rest.n;
}

static bool is_inner_label(struct str s)
{
    if (s.n == 0 || s.n > LABEL_MAX || !is_host_letter(s.p[0]) || !is_host_letter(s.p[s.n - 1]))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_host_letter(s.p[i]) && s.p[i] != '-')
            return false;
    return true;
}

static bool is_ascii_hostname(struct str s)
{
    const ptrdiff_t last = str_find_last_char(s, '.');
    if (is_single_label(s))
        return true;
    if (last < 0)
        return false;
    const struct str top = str_from_offset(s, (size_t)last + 1);
    if (top.n < 2 || top.n > LABEL_MAX)
        return false;
    for (size_t i = 0; i < top.n; i++)
        if (!ascii_is_alnum(top.p[i]) || ascii_is_digit(top.p[i]))
            return false;
    struct str rest = str_sub(s, 0, (size_t)last);
    for (;;) {
        const ptrdiff_t dot = str_find_char(rest, '.');
        if (!is_inner_label(dot < 0 ? rest : str_sub(rest, 0, (size_t)dot)))
            return false;
        if (dot < 0)
            return true;
        rest = str_from_offset(rest, (size_t)dot + 1);
    }
}

/* The same with letters and symbols of all scripts. */
static bool is_unicode_hostname(struct arena *arena, struct str s)
{
    const struct str pattern =
        STR("^([a-zA-Z0-9\\p{S}\\p{L}]-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62}|"
            "([a-zA-Z0-9\\p{S}\\p{L}]([a-zA-Z0-9\\p{S}\\p{L}-]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?\\.)+"
            "[a-zA-Z\\p{L}]{2,63})$");
    struct str error;
    struct regex *regex = regex_compile(arena, pattern, &error);
    const bool has = regex && regex_has(regex, s);
    regex_free(regex);
    return has;
}

static bool is_hostname(struct arena *arena, struct str s)
{
    struct str rest = s;
    struct str part;
    if (s.n > HOST_MAX)
        return false;
    while (str_split(&rest, '.', &part))
        if (part.n > LABEL_MAX)
            return false;
    return utf8_is_ascii(s) ? is_ascii_hostname(s) : is_unicode_hostname(arena, s);
}

static bool is_short_name(struct str s)
{
    return format_dns1123_label(s) == NULL;
}

static bool is_long_name(struct str s)
{
    return s.n <= LONG_NAME_MAX && format_dns1123_subdomain(s) == NULL;
}

static bool is_request_uri(struct str s)
{
    struct arena arena SCOPED(arena) = {0};
    struct cel_url url;
    return url_parse(&arena, s, true, &url);
}

/* ---- the table ---- */

struct format {
    const char *name; /* without dashes: the server drops them */
    const char *want; /* for a message */
    bool (*check)(struct str s);
    unsigned since;
};

/* hostname is not in: it needs an arena. */
static const struct format formats[] = {
    {"bsonobjectid", "24 hexadecimal digits", is_bson_id, 0},
    {"uri", "a URI with a scheme, or an absolute path", is_request_uri, 0},
    {"email", "an email address", format_is_email, 0},
    {"hostname", "a host name", NULL, 0},
    {"ipv4", "an IPv4 address", format_is_ipv4, 0},
    {"ipv6", "an IPv6 address", format_is_ipv6, 0},
    {"cidr", "an address range like 10.0.0.0/8", format_is_cidr, 0},
    {"mac", "a MAC address", format_is_mac, 0},
    {"uuid", "a UUID", is_uuid, 0},
    {"uuid3", "a UUID of version 3", is_uuid3, 0},
    {"uuid4", "a UUID of version 4", is_uuid4, 0},
    {"uuid5", "a UUID of version 5", is_uuid5, 0},
    {"isbn", "an ISBN", is_isbn, 0},
    {"isbn10", "an ISBN of 10 digits", is_isbn10, 0},
    {"isbn13", "an ISBN of 13 digits", is_isbn13, 0},
    {"creditcard", "a credit card number", is_credit_card, 0},
    {"ssn", "a social security number like 123-45-6789", is_ssn, 0},
    {"hexcolor", "a color like #1a2b3c", is_hex_color, 0},
    {"rgbcolor", "a color like rgb(1,2,3)", is_rgb_color, 0},
    {"byte", "base64 text with padding", is_base64, 0},
    {"password", "text", is_any, 0},
    {"date", "a date like 2006-01-02", is_date, 0},
    {"duration", "a duration like 1h30m", is_duration, 0},
    {"datetime", "a time like 2006-01-02T15:04:05Z", is_date_time, 0},
    {"k8sshortname", "a name of lower-case letters, digits and '-', at most 63 characters",
     is_short_name, MINOR_NAME_FORMATS},
    {"k8slongname", "a name of lower-case letters, digits, '-' and '.', at most 253 characters",
     is_long_name, MINOR_NAME_FORMATS},
};

static bool is_named(struct str format, const char *name)
{
    size_t at = 0;
    for (size_t i = 0; i < format.n; i++) {
        if (format.p[i] == '-')
            continue;
        if (name[at] == '\0' || name[at] != format.p[i])
            return false;
        at++;
    }
    return name[at] == '\0';
}

static const struct format *find_format(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (is_named(name, formats[i].name))
            return &formats[i];
    return NULL;
}

struct str format_effective(const struct structural *schema, unsigned minor)
{
    const struct str format = schema->format;
    if (format.n == 0)
        return format;
    const bool typed = minor >= MINOR_TYPED_FORMATS && !schema->int_or_string;
    if (typed && schema->type == STRUCTURAL_INTEGER)
        return str_is(format, "int32") || str_is(format, "int64") ? format : (struct str){0};
    if (typed && schema->type == STRUCTURAL_NUMBER)
        return str_is(format, "float") || str_is(format, "double") ? format : (struct str){0};
    if (typed && schema->type != STRUCTURAL_STRING && schema->type != STRUCTURAL_NONE)
        return (struct str){0};
    const struct format *known = find_format(format);
    return known && minor >= known->since ? str_from(known->name) : (struct str){0};
}

const char *format_check(struct arena *arena, struct str format, struct str text)
{
    const struct format *known = format.n ? find_format(format) : NULL;
    if (!known)
        return NULL;
    const bool good = known->check ? known->check(text) : is_hostname(arena, text);
    return good ? NULL : known->want;
}
