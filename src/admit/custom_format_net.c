/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses and URLs as Go reads them: net.ParseIP, the lenient IPv4 parser of k8s.io/utils (zeros
 * may stand in front), net.ParseMAC, net/url.
 */
#include "admit/custom.h"
#include "base/ascii.h"
#include "base/limits.h"
#include "cel/cel_url.h"

/* ---- IP addresses ---- */

/* Digits at the start, up to max; false when there are none. */
static bool take_number(struct str *rest, unsigned base, unsigned max, size_t digits,
                        unsigned *ret_value)
{
    size_t n = 0;
    unsigned value = 0;
    while (n < rest->n && (base == 16 ? ascii_is_hex(rest->p[n]) : ascii_is_digit(rest->p[n]))) {
        value = value * base + (unsigned)ascii_hex_value(rest->p[n++]);
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
        if (strict && s.n > 1 && s.p[0] == '0' && ascii_is_digit(s.p[1]))
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
        if (!ascii_is_hex(s.p[i]))
            return false;
        digits++;
    }
    if (separator && (s.n + 1) % (width + 1) != 0)
        return false;
    return digits == 12 || digits == 16 || digits == 40;
}

/* ---- URLs ---- */

bool url_parse(struct arena *arena, struct str text, bool request, struct cel_url *ret_url)
{
    SCOPED(buf) struct buf error;
    buf_init(&error, LIMIT_MESSAGE_BYTES);
    return request ? cel_url_parse_request(arena, text, ret_url, &error)
                   : cel_url_parse(arena, text, ret_url, &error);
}
