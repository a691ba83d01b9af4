/* SPDX-License-Identifier: Apache-2.0 */
/* Text to addresses and back: net/netip's ParseAddr, ParsePrefix and String. */
#include "cel/cel_ip.h"

#include "base/ascii.h"
#include "base/number.h"
#include "cel/cel_text.h"

enum { V4_BYTES = 4, V6_BYTES = 16, V4_BITS = 32, V6_BITS = 128 };

/* netip's parseAddrError; `at` may be empty. Always false. */
static bool refuse(struct buf *error, struct str in, const char *what, struct str at)
{
    buf_add_c(error, "ParseAddr(");
    cel_go_quote(error, in);
    buf_format(error, "): %s", what);
    if (at.n) {
        buf_add_c(error, " (at ");
        cel_go_quote(error, at);
        buf_add_char(error, ')');
    }
    return false;
}

/* Four fields of a dotted text; `in` is the whole of it, for messages. */
static bool parse_v4(struct str in, struct str text, uint8_t *ret_bytes, struct buf *error)
{
    const struct str none = {0};
    unsigned value = 0, field = 0, digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        const struct str rest = str_from_offset(text, i);
        if (ascii_is_digit(text.p[i])) {
            if (digits == 1 && value == 0)
                return refuse(error, in, "IPv4 field has octet with leading zero", none);
            value = value * 10 + (unsigned)(text.p[i] - '0');
            digits++;
            if (value > 255)
                return refuse(error, in, "IPv4 field has value >255", none);
        } else if (text.p[i] == '.') {
            if (i == 0 || i == text.n - 1 || text.p[i - 1] == '.')
                return refuse(error, in, "IPv4 field must have at least one digit", rest);
            if (field == 3)
                return refuse(error, in, "IPv4 address too long", none);
            ret_bytes[field++] = (uint8_t)value;
            value = digits = 0;
        } else {
            return refuse(error, in, "unexpected character", rest);
        }
    }
    if (field < 3)
        return refuse(error, in, "IPv4 address too short", none);
    ret_bytes[3] = (uint8_t)value;
    return true;
}

struct v6 {
    struct str in, rest;
    uint8_t *bytes;
    unsigned n;   /* bytes that are there */
    int ellipsis; /* where :: stands among them, or -1 */
    struct buf *error;
};

/* One hexadecimal group; the number of its digits, or 0 after a failure. */
static size_t parse_group(struct v6 *v6, uint32_t *ret_value)
{
    size_t n = 0;
    *ret_value = 0;
    for (; n < v6->rest.n && ascii_hex_value(v6->rest.p[n]) >= 0; n++) {
        *ret_value = *ret_value << 4 | (uint32_t)ascii_hex_value(v6->rest.p[n]);
        if (n > 3) {
            refuse(v6->error, v6->in, "each group must have 4 or less digits", v6->rest);
            return 0;
        }
    }
    if (n == 0)
        refuse(v6->error, v6->in, "each colon-separated field must have at least one digit",
               v6->rest);
    return n;
}

/* IPv4 at the end: it takes the last four bytes. */
static bool parse_tail(struct v6 *v6)
{
    if (v6->ellipsis < 0 && v6->n != V6_BYTES - V4_BYTES)
        return refuse(v6->error, v6->in,
                      "embedded IPv4 address must replace the final 2 fields of the address",
                      v6->rest);
    if (v6->n + V4_BYTES > V6_BYTES)
        return refuse(v6->error, v6->in,
                      "too many hex fields to fit an embedded IPv4 at the end of the address",
                      v6->rest);
    if (!parse_v4(v6->in, v6->rest, v6->bytes + v6->n, v6->error))
        return false;
    v6->rest = (struct str){0};
    v6->n += V4_BYTES;
    return true;
}

/* After a group: a colon and more, perhaps the ellipsis. */
static bool parse_colon(struct v6 *v6)
{
    if (v6->rest.p[0] != ':')
        return refuse(v6->error, v6->in, "unexpected character, want colon", v6->rest);
    if (v6->rest.n == 1)
        return refuse(v6->error, v6->in, "colon must be followed by more characters", v6->rest);
    v6->rest = str_from_offset(v6->rest, 1);
    if (v6->rest.p[0] != ':')
        return true;
    if (v6->ellipsis >= 0)
        return refuse(v6->error, v6->in, "multiple :: in address", v6->rest);
    v6->ellipsis = (int)v6->n;
    v6->rest = str_from_offset(v6->rest, 1);
    return true;
}

static bool parse_groups(struct v6 *v6)
{
    while (v6->n < V6_BYTES && v6->rest.n) {
        uint32_t value;
        const size_t digits = parse_group(v6, &value);
        if (digits == 0)
            return false;
        if (digits < v6->rest.n && v6->rest.p[digits] == '.')
            return parse_tail(v6);
        v6->bytes[v6->n++] = (uint8_t)(value >> 8);
        v6->bytes[v6->n++] = (uint8_t)value;
        v6->rest = str_from_offset(v6->rest, digits);
        if (v6->rest.n && !parse_colon(v6))
            return false;
    }
    return true;
}

static bool expand(struct v6 *v6)
{
    const struct str none = {0};
    if (v6->rest.n)
        return refuse(v6->error, v6->in, "trailing garbage after address", v6->rest);
    if (v6->n == V6_BYTES)
        return v6->ellipsis < 0 ||
               refuse(v6->error, v6->in, "the :: must expand to at least one field of zeros", none);
    if (v6->ellipsis < 0)
        return refuse(v6->error, v6->in, "address string too short", none);
    const size_t at = (size_t)v6->ellipsis, missing = V6_BYTES - v6->n;
    memmove(v6->bytes + at + missing, v6->bytes + at, v6->n - at);
    memset(v6->bytes + at, 0, missing);
    return true;
}

static bool parse_v6(struct str text, struct cel_ip *ret_ip, struct str *ret_zone,
                     struct buf *error)
{
    struct v6 v6 = {
        .in = text, .rest = text, .bytes = ret_ip->bytes, .ellipsis = -1, .error = error};
    const ptrdiff_t percent = str_find_char(text, '%');
    if (percent >= 0) {
        *ret_zone = str_from_offset(text, (size_t)percent + 1);
        v6.rest = str_sub(text, 0, (size_t)percent);
        if (ret_zone->n == 0)
            return refuse(error, text, "zone must be a non-empty string", (struct str){0});
    }
    ret_ip->is_v6 = true;
    if (str_starts(v6.rest, STR("::"))) {
        v6.ellipsis = 0;
        v6.rest = str_from_offset(v6.rest, 2);
    } else if (v6.rest.n == 0) {
        return refuse(error, text, "each colon-separated field must have at least one digit",
                      v6.rest);
    }
    return parse_groups(&v6) && expand(&v6);
}

bool cel_ip_parse(struct str text, struct cel_ip *ret_ip, struct str *ret_zone, struct buf *error)
{
    *ret_ip = (struct cel_ip){0};
    *ret_zone = (struct str){0};
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '.')
            return parse_v4(text, text, ret_ip->bytes, error);
        if (text.p[i] == ':')
            return parse_v6(text, ret_ip, ret_zone, error);
        if (text.p[i] == '%')
            return refuse(error, text, "missing IPv6 address", (struct str){0});
    }
    return refuse(error, text, "unable to parse IP", (struct str){0});
}

bool cel_ip_is_mapped(const struct cel_ip *ip)
{
    static const uint8_t prefix[12] = {[10] = 0xFF, [11] = 0xFF};
    return ip->is_v6 && memcmp(ip->bytes, prefix, sizeof prefix) == 0;
}

static unsigned group(const struct cel_ip *ip, unsigned index)
{
    return (unsigned)(ip->bytes[index * 2] << 8 | ip->bytes[index * 2 + 1]);
}

/* The longest run of two or more zero groups is written as ::, the first one of several. */
static void format_v6(struct buf *out, const struct cel_ip *ip)
{
    unsigned from = 8, to = 8;
    for (unsigned i = 0; i < 8; i++) {
        unsigned end = i;
        while (end < 8 && group(ip, end) == 0)
            end++;
        if (end - i >= 2 && end - i > to - from) {
            from = i;
            to = end;
        }
    }
    for (unsigned i = 0; i < 8; i++) {
        if (i == from) {
            buf_add_c(out, "::");
            i = to;
            if (i >= 8)
                break;
        } else if (i > 0) {
            buf_add_char(out, ':');
        }
        buf_format(out, "%x", group(ip, i));
    }
}

void cel_ip_format(struct buf *out, const struct cel_ip *ip)
{
    const uint8_t *b = ip->bytes;
    if (!ip->is_v6) {
        buf_format(out, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
    } else if (cel_ip_is_mapped(ip)) {
        buf_format(out, "::ffff:%u.%u.%u.%u", b[12], b[13], b[14], b[15]);
    } else {
        format_v6(out, ip);
    }
}

static bool refuse_prefix(struct buf *error, struct str in, struct str what)
{
    buf_add_c(error, "netip.ParsePrefix(");
    cel_go_quote(error, in);
    buf_format(error, "): %.*s", STR_FMT(what));
    return false;
}

static bool parse_bits(struct str text, struct str bits, struct cel_cidr *ret_cidr,
                       struct buf *error)
{
    int64_t value = 0;
    const bool odd = bits.n > 1 && (bits.p[0] < '1' || bits.p[0] > '9');
    if (odd || number_parse_i64(bits, &value) < 0) {
        SCOPED(buf) struct buf what;
        buf_init(&what, CEL_IP_ERROR);
        buf_add_c(&what, "bad bits after slash: ");
        cel_go_quote(&what, bits);
        return refuse_prefix(error, text, buf_str(&what));
    }
    if (value < 0 || value > (ret_cidr->ip.is_v6 ? V6_BITS : V4_BITS))
        return refuse_prefix(error, text, STR("prefix length out of range"));
    ret_cidr->bits = (unsigned)value;
    return true;
}

bool cel_cidr_parse(struct str text, struct cel_cidr *ret_cidr, struct buf *error)
{
    struct str zone;
    size_t slash = text.n;
    while (slash > 0 && text.p[slash - 1] != '/')
        slash--;
    *ret_cidr = (struct cel_cidr){0};
    if (slash == 0)
        return refuse_prefix(error, text, STR("no '/'"));
    SCOPED(buf) struct buf inner;
    buf_init(&inner, CEL_IP_ERROR);
    if (!cel_ip_parse(str_sub(text, 0, slash - 1), &ret_cidr->ip, &zone, &inner))
        return refuse_prefix(error, text, buf_str(&inner));
    if (zone.n)
        return refuse_prefix(error, text, STR("IPv6 zones cannot be present in a prefix"));
    return parse_bits(text, str_from_offset(text, slash), ret_cidr, error);
}

bool cel_ip_shares(const struct cel_ip *a, const struct cel_ip *b, unsigned bits)
{
    if (a->is_v6 != b->is_v6)
        return false;
    const unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(a->bytes, b->bytes, whole) != 0)
        return false;
    return rest == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}

struct cel_ip cel_cidr_masked(const struct cel_cidr *cidr)
{
    struct cel_ip ip = cidr->ip;
    const unsigned n = ip.is_v6 ? V6_BYTES : V4_BYTES;
    for (unsigned i = 0; i < n; i++) {
        const unsigned kept = cidr->bits > i * 8 ? MIN_OF(cidr->bits - i * 8, 8u) : 0;
        ip.bytes[i] &= (uint8_t)(0xFF00 >> kept);
    }
    return ip;
}
