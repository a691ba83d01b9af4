/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing of addresses: the forked net.ParseIP of k8s.io/utils, IP.String of Go. */
#include "admit/rule_ip.h"

#include "base/ascii.h"
#include "base/limits.h"

enum { V4_AT = 12, BYTES = 16, GROUPS = 8, V4_BITS = 32, V6_BITS = 128 };

static const uint8_t v4_prefix[V4_AT] = {[10] = 0xff, [11] = 0xff};

/* ---- parts ---- */

/* The digits in front; false when there are none or the number is too large. */
static bool take_number(struct str *rest, int base, unsigned max, unsigned *ret_value)
{
    size_t n = 0;
    unsigned value = 0;
    for (; n < rest->n; n++) {
        const int digit = ascii_hex_value(rest->p[n]);
        if (digit < 0 || digit >= base)
            break;
        value = value * (unsigned)base + (unsigned)digit;
        if (value > max)
            return false;
    }
    if (n == 0)
        return false;
    *rest = str_from_offset(*rest, n);
    *ret_value = value;
    return true;
}

static bool parse_dotted(struct str s, uint8_t *ret_octets)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned value;
        if (i > 0 && (s.n == 0 || s.p[0] != '.'))
            return false;
        if (i > 0)
            s = str_from_offset(s, 1);
        if (!take_number(&s, 10, UINT8_MAX, &value))
            return false;
        ret_octets[i] = (uint8_t)value;
    }
    return s.n == 0;
}

/* While the groups of an IPv6 address are read. */
struct groups {
    uint8_t bytes[BYTES];
    unsigned n;   /* bytes so far */
    int ellipsis; /* where "::" stood, or -1 */
};

/* A group, or four octets at the end; false when there is neither. */
static bool take_group(struct groups *groups, struct str *rest)
{
    const struct str here = *rest;
    unsigned value;
    if (!take_number(rest, 16, UINT16_MAX, &value))
        return false;
    if (rest->n > 0 && rest->p[0] == '.') {
        if ((groups->ellipsis < 0 && groups->n != V4_AT) || groups->n > V4_AT ||
            !parse_dotted(here, groups->bytes + groups->n))
            return false;
        groups->n += 4;
        rest->n = 0;
        return true;
    }
    groups->bytes[groups->n++] = (uint8_t)(value >> 8);
    groups->bytes[groups->n++] = (uint8_t)value;
    return true;
}

/* What is between two groups. */
static bool take_colon(struct groups *groups, struct str *rest)
{
    if (rest->p[0] != ':' || rest->n == 1)
        return false;
    *rest = str_from_offset(*rest, 1);
    if (rest->p[0] != ':')
        return true;
    if (groups->ellipsis >= 0)
        return false;
    groups->ellipsis = (int)groups->n;
    *rest = str_from_offset(*rest, 1);
    return true;
}

/* Moves what follows "::" to the end. */
static bool expand(const struct groups *groups, struct ip *ret_ip)
{
    const unsigned gap = groups->ellipsis < 0 ? groups->n : (unsigned)groups->ellipsis;
    if (groups->ellipsis < 0 ? groups->n != BYTES : groups->n >= BYTES)
        return false;
    *ret_ip = (struct ip){0};
    memcpy(ret_ip->bytes, groups->bytes, gap);
    memcpy(ret_ip->bytes + BYTES - (groups->n - gap), groups->bytes + gap, groups->n - gap);
    return true;
}

static bool parse_colons(struct str s, struct ip *ret_ip)
{
    struct groups groups = {.ellipsis = -1};
    if (str_starts(s, STR("::"))) {
        groups.ellipsis = 0;
        s = str_from_offset(s, 2);
        if (s.n == 0)
            return expand(&groups, ret_ip);
    }
    while (groups.n < BYTES) {
        if (!take_group(&groups, &s))
            return false;
        if (s.n == 0)
            break;
        if (!take_colon(&groups, &s))
            return false;
        if (s.n == 0)
            break;
    }
    return s.n == 0 && expand(&groups, ret_ip);
}

static bool parse_v4(struct str s, struct ip *ret_ip)
{
    struct ip ip;
    memcpy(ip.bytes, v4_prefix, sizeof v4_prefix);
    if (!parse_dotted(s, ip.bytes + V4_AT))
        return false;
    *ret_ip = ip;
    return true;
}

/* ---- addresses ---- */

bool ip_parse(struct str text, struct ip *ret_ip)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '.')
            return parse_v4(text, ret_ip);
        if (text.p[i] == ':')
            return parse_colons(text, ret_ip);
    }
    return false;
}

bool ip_is_v4(const struct ip *ip)
{
    return memcmp(ip->bytes, v4_prefix, sizeof v4_prefix) == 0;
}

bool ip_is_mapped(struct str text)
{
    struct ip ip;
    return str_find_char(text, ':') >= 0 && ip_parse(text, &ip) && ip_is_v4(&ip);
}

/* Zeros in front of octets, and groups of more than four digits, are all that the lenient parser
 * takes beyond the strict one. */
bool ip_is_strict(struct str text)
{
    size_t digits = 0;
    const bool colons = str_find_char(text, ':') >= 0;
    const ptrdiff_t last_colon = str_find_last_char(text, ':');
    for (size_t i = 0; i < text.n; i++) {
        if (ascii_hex_value(text.p[i]) < 0) {
            digits = 0;
            continue;
        }
        digits++;
        const bool octet = !colons || (str_find_char(text, '.') >= 0 && (ptrdiff_t)i > last_colon);
        if (octet && digits == 2 && text.p[i - 1] == '0')
            return false;
        if (digits > 4)
            return false;
    }
    return true;
}

/* The longest run of two or more groups of zero, the first of equals: RFC 5952, 4.2. */
static void longest_gap(const struct ip *ip, unsigned *ret_from, unsigned *ret_to)
{
    *ret_from = *ret_to = GROUPS + 1;
    unsigned best = 1;
    for (unsigned i = 0; i < GROUPS; i++) {
        unsigned end = i;
        while (end < GROUPS && ip->bytes[end * 2] == 0 && ip->bytes[end * 2 + 1] == 0)
            end++;
        if (end - i > best) {
            best = end - i;
            *ret_from = i;
            *ret_to = end;
        }
    }
}

struct str ip_format(struct arena *arena, const struct ip *ip)
{
    const uint8_t *b = ip->bytes;
    unsigned from;
    unsigned to;
    if (ip_is_v4(ip))
        return str_format(arena, "%u.%u.%u.%u", b[12], b[13], b[14], b[15]);
    longest_gap(ip, &from, &to);
    struct str text = STR("");
    for (unsigned i = 0; i < GROUPS; i++) {
        if (i == from) {
            text = str_concat(arena, text, STR("::"));
            i = to;
            if (i >= GROUPS)
                break;
        } else if (i > 0) {
            text = str_concat(arena, text, STR(":"));
        }
        text = str_format(arena, "%.*s%x", STR_FMT(text), (unsigned)(b[i * 2] << 8 | b[i * 2 + 1]));
    }
    return text;
}

/* ---- networks ---- */

static void clear_after(struct ip *ip, unsigned bits)
{
    for (unsigned i = bits; i < V6_BITS; i++)
        ip->bytes[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
}

bool cidr_parse(struct str text, struct cidr *ret_cidr)
{
    const ptrdiff_t slash = str_find_char(text, '/');
    if (slash < 0)
        return false;
    struct cidr cidr = {.width = V4_BITS};
    const struct str address = str_sub(text, 0, (size_t)slash);
    struct str bits = str_from_offset(text, (size_t)slash + 1);
    if (!parse_v4(address, &cidr.address)) {
        cidr.width = V6_BITS;
        if (!parse_colons(address, &cidr.address))
            return false;
    }
    if (!take_number(&bits, 10, cidr.width, &cidr.prefix) || bits.n > 0)
        return false;
    cidr.network = cidr.address;
    clear_after(&cidr.network, cidr.prefix + V6_BITS - cidr.width);
    *ret_cidr = cidr;
    return true;
}

/* Bits of the prefix in the form that the network is written in. */
static unsigned shown_prefix(const struct cidr *cidr)
{
    if (cidr->width == V6_BITS && ip_is_v4(&cidr->network))
        return cidr->prefix - (V6_BITS - V4_BITS);
    return cidr->prefix;
}

struct str cidr_format(struct arena *arena, const struct cidr *cidr)
{
    return str_format(arena, "%.*s/%u", STR_FMT(ip_format(arena, &cidr->network)),
                      shown_prefix(cidr));
}

bool cidr_has_strictly(const struct cidr *outer, const struct cidr *inner)
{
    struct ip masked = inner->network;
    if (ip_is_v4(&outer->network) != ip_is_v4(&inner->network))
        return false;
    clear_after(&masked, outer->prefix + V6_BITS - outer->width);
    return memcmp(&masked, &outer->network, sizeof masked) == 0 && outer->prefix < inner->prefix;
}
