/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses and URLs as Go reads them: net.ParseIP, the lenient IPv4 parser of k8s.io/utils (zeros
 * may stand in front), net.ParseMAC, net/url.
 */
#include "admit/custom.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static unsigned hex_value(char c)
{
    if (is_digit(c))
        return (unsigned)(c - '0');
    return (unsigned)((c | 0x20) - 'a') + 10;
}

/* ---- IP addresses ---- */

/* Digits at the start, up to max; false when there are none. */
static bool take_number(struct str *rest, unsigned base, unsigned max, size_t digits,
                        unsigned *ret_value)
{
    size_t n = 0;
    unsigned value = 0;
    while (n < rest->n && (base == 16 ? is_hex(rest->p[n]) : is_digit(rest->p[n]))) {
        value = value * base + hex_value(rest->p[n++]);
        if (value > max || n > digits)
            return false;
    }
    *rest = str_from_offset(*rest, n);
    *ret_value = value;
    return n > 0;
}

static bool is_dotted(struct str s, bool strict)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned value;
        if (i > 0) {
            if (s.n == 0 || s.p[0] != '.')
                return false;
            s = str_from_offset(s, 1);
        }
        if (strict && s.n > 1 && s.p[0] == '0' && is_digit(s.p[1]))
            return false;
        if (!take_number(&s, 10, 255, SIZE_MAX, &value))
            return false;
    }
    return s.n == 0;
}

/* Eight groups, one run of them left out with "::", the last two perhaps dotted. */
static bool is_colons(struct str s, bool strict)
{
    unsigned groups = 0;
    bool gap = str_starts(s, STR("::"));
    if (gap)
        s = str_from_offset(s, 2);
    while (s.n > 0 && groups < 8) {
        const struct str here = s;
        unsigned value;
        if (!take_number(&s, 16, 0xFFFF, strict ? 4 : SIZE_MAX, &value))
            return false;
        if (s.n > 0 && s.p[0] == '.') {
            if ((!gap && groups != 6) || groups > 6 || !is_dotted(here, strict))
                return false;
            groups += 2;
            s.n = 0;
            break;
        }
        groups++;
        if (s.n == 0)
            break;
        if (s.p[0] != ':' || s.n == 1)
            return false;
        s = str_from_offset(s, 1);
        if (s.p[0] == ':') {
            if (gap)
                return false;
            gap = true;
            s = str_from_offset(s, 1);
        }
    }
    return s.n == 0 && (gap ? groups < 8 : groups == 8);
}

static bool is_ip(struct str s, bool strict)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.')
            return is_dotted(s, strict);
        if (s.p[i] == ':')
            return is_colons(s, strict);
    }
    return false;
}

bool format_is_ipv4(struct str s)
{
    return str_find_char(s, '.') >= 0 && is_ip(s, false);
}

bool format_is_ipv6(struct str s)
{
    return str_find_char(s, ':') >= 0 && is_ip(s, true);
}

bool format_is_cidr(struct str s)
{
    const ptrdiff_t slash = str_find_char(s, '/');
    if (slash < 0)
        return false;
    const struct str address = str_sub(s, 0, (size_t)slash);
    struct str bits = str_from_offset(s, (size_t)slash + 1);
    const bool v4 = is_dotted(address, false);
    unsigned value;
    return (v4 || is_colons(address, false)) &&
           take_number(&bits, 10, v4 ? 32 : 128, SIZE_MAX, &value) && bits.n == 0;
}

/* 6, 8 or 20 bytes as 01:23, 01-23, 0123.4567 or without anything between. */
bool format_is_mac(struct str s)
{
    if (s.n < 12)
        return false;
    const char separator = s.p[2] == ':' || s.p[2] == '-' ? s.p[2] : s.p[4] == '.' ? '.' : '\0';
    const size_t width = separator == '\0' ? s.n + 1 : separator == '.' ? 4 : 2;
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (i % (width + 1) == width) {
            if (s.p[i] != separator)
                return false;
            continue;
        }
        if (!is_hex(s.p[i]))
            return false;
        digits++;
    }
    if (separator && (s.n + 1) % (width + 1) != 0)
        return false;
    return digits == 12 || digits == 16 || digits == 40;
}

/* ---- URLs ---- */

enum url_part {
    URL_PATH,
    URL_HOST,
    URL_ZONE,
};

static bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Bytes that may stand in a host without an escape. */
static bool is_host_byte(char c)
{
    static const struct str others = {"-_.~!$&'()*+,;=:[]<>\"", 21};
    return is_alnum(c) || (unsigned char)c >= 0x80 || str_find_char(others, c) >= 0;
}

static bool good_escape(struct str s, size_t at, enum url_part part)
{
    if (at + 2 >= s.n || !is_hex(s.p[at + 1]) || !is_hex(s.p[at + 2]))
        return false;
    const unsigned high = hex_value(s.p[at + 1]);
    const unsigned low = hex_value(s.p[at + 2]);
    if (part == URL_PATH || (high == 2 && low == 5))
        return true;
    if (part == URL_HOST)
        return high >= 8;
    const char c = (char)(high << 4 | low);
    return c == ' ' || is_host_byte(c);
}

static bool can_unescape(struct str s, enum url_part part)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%') {
            if (!good_escape(s, i, part))
                return false;
            i += 2;
        } else if (part != URL_PATH && !is_host_byte(s.p[i])) {
            return false;
        }
    }
    return true;
}

static bool is_port(struct str s)
{
    if (s.n == 0)
        return true;
    if (s.p[0] != ':')
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return true;
}

/* [address], perhaps with %25zone and :port */
static bool is_bracketed(struct str host)
{
    const ptrdiff_t close = str_find_last_char(host, ']');
    if (close < 0 || !is_port(str_from_offset(host, (size_t)close + 1)))
        return false;
    struct str address = str_sub(host, 1, (size_t)close);
    const ptrdiff_t zone = str_find(address, STR("%25"));
    if (zone >= 0) {
        const struct str name = str_from_offset(address, (size_t)zone);
        if (name.n == 3 || !can_unescape(name, URL_ZONE))
            return false;
        address = str_sub(address, 0, (size_t)zone);
    }
    return str_find_char(address, ':') >= 0 && is_ip(address, true);
}

/* More than one colon outside of brackets: only http and https forbid it. */
static bool is_host(struct str host, struct str scheme)
{
    const ptrdiff_t open = str_find_last_char(host, '[');
    if (open > 0)
        return false;
    if (open == 0)
        return is_bracketed(host);
    const bool strict = str_eq_fold(scheme, STR("http")) || str_eq_fold(scheme, STR("https"));
    const ptrdiff_t colon = strict ? str_find_char(host, ':') : str_find_last_char(host, ':');
    if (colon >= 0 && !is_port(str_from_offset(host, (size_t)colon)))
        return false;
    return can_unescape(host, URL_HOST);
}

static bool is_userinfo(struct str s)
{
    static const struct str others = {"-._:~!$&'()*+,;=%@", 18};
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && str_find_char(others, s.p[i]) < 0)
            return false;
    return can_unescape(s, URL_PATH);
}

/* Takes "scheme:" off the front; false for ":..." alone. */
static bool take_scheme(struct str *rest, struct str *ret_scheme)
{
    for (size_t i = 0; i < rest->n; i++) {
        const char c = rest->p[i];
        if (is_alnum(c) && !is_digit(c))
            continue;
        if (c == ':') {
            *ret_scheme = str_sub(*rest, 0, i);
            *rest = str_from_offset(*rest, i + 1);
            return i > 0;
        }
        if (i == 0 || (!is_digit(c) && c != '+' && c != '-' && c != '.'))
            break;
    }
    return true;
}

static bool take_authority(struct str *rest, struct url *url)
{
    struct str authority = str_from_offset(*rest, 2);
    const ptrdiff_t slash = str_find_char(authority, '/');
    const size_t end = slash < 0 ? authority.n : (size_t)slash;
    *rest = str_from_offset(authority, end);
    authority = str_sub(authority, 0, end);
    const ptrdiff_t at = str_find_last_char(authority, '@');
    url->has_user = at >= 0;
    url->host = str_from_offset(authority, (size_t)(at + 1));
    return is_host(url->host, url->scheme) &&
           (at < 0 || is_userinfo(str_sub(authority, 0, (size_t)at)));
}

static void cut_at(struct str *rest, char c, struct str *ret_after)
{
    const ptrdiff_t at = str_find_char(*rest, c);
    if (at < 0)
        return;
    *ret_after = str_from_offset(*rest, (size_t)at + 1);
    *rest = str_sub(*rest, 0, (size_t)at);
}

bool url_parse(struct str text, bool request, struct url *ret_url)
{
    struct url url = {0};
    struct str rest = text;
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
            return false;
    if (request && text.n == 0)
        return false;
    if (!request)
        cut_at(&rest, '#', &url.fragment);
    *ret_url = url;
    if (str_is(rest, "*"))
        return true;
    if (!take_scheme(&rest, &url.scheme))
        return false;
    cut_at(&rest, '?', &url.query);
    *ret_url = url;
    if (!str_starts(rest, STR("/"))) {
        const ptrdiff_t slash = str_find_char(rest, '/');
        const struct str first = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
        return url.scheme.n > 0 || (!request && str_find_char(first, ':') < 0);
    }
    const bool authority = url.scheme.n > 0 || (!request && !str_starts(rest, STR("///")));
    if (authority && str_starts(rest, STR("//")) && !take_authority(&rest, &url))
        return false;
    *ret_url = url;
    return can_unescape(rest, URL_PATH) && can_unescape(url.fragment, URL_PATH);
}
