/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of addresses and networks: apimachinery's validation/ip.go. */
#include "admit/rule_ip.h"
#include "rule_calls.h"

void texts_before(struct validating *v, const struct node *old_list, struct map *ret_texts)
{
    ret_texts->arena = v->ctx->arena;
    for (struct item it = list_first(old_list); it.value; it = list_next(it))
        map_put(ret_texts, str_trim(node_text(it.value)), ret_texts);
}

static struct str quoted(struct validating *v, struct str value)
{
    return str_format(v->ctx->arena, "\"%.*s\"", STR_FMT(diag_quote(v->ctx->arena, value)));
}

/* What the warnings say of values that strict parsing refuses. */
static const char *fate(const struct validating *v)
{
    enum { STRICT_SINCE = 36 };
    return v->minor >= STRICT_SINCE ? "is invalid"
                                    : "will be considered invalid in a future Kubernetes release";
}

/* ---- addresses ---- */

static const char *ip_error(struct str value, bool strict)
{
    struct ip ip;
    if (!ip_parse(value, &ip))
        return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    if (strict && !ip_is_strict(value))
        return "must not have leading 0s";
    if (strict && ip_is_mapped(value))
        return "must not be an IPv4-mapped IPv6 address";
    return NULL;
}

bool check_ip(struct validating *v, const struct spot *spot)
{
    const struct str value = spot_text(spot);
    const char *error = ip_error(value, v_gate(v, "StrictIPCIDRValidation"));
    if (error)
        say_invalid_as(v, spot, quoted(v, value), error);
    return !error;
}

/* An absent address is one that can't be read, as in Go. */
void rule_ip(struct validating *v, const struct spot *spot)
{
    check_ip(v, spot);
}

bool check_ip_canonical(struct validating *v, const struct spot *spot)
{
    struct ip ip;
    const struct str value = spot_text(spot);
    const char *error = ip_error(value, true);
    if (error) {
        say_invalid_as(v, spot, quoted(v, value), error);
        return false;
    }
    ip_parse(value, &ip);
    const struct str canonical = ip_format(v->ctx->arena, &ip);
    if (str_eq(value, canonical))
        return true;
    say_invalid_fmt(v, spot, "must be in canonical form (\"%.*s\")", STR_FMT(canonical));
    return false;
}

bool check_endpoint_ip(struct validating *v, const struct spot *spot)
{
    static const uint8_t zero[16] = {0};
    struct ip ip;
    const struct str value = spot_text(spot);
    if (!ip_parse(value, &ip)) {
        say_invalid(v, spot, "must be a valid IP address");
        return false;
    }
    const uint8_t *b = ip.bytes;
    const bool v4 = ip_is_v4(&ip);
    const char *error = NULL;
    if (memcmp(b + (v4 ? 12 : 0), zero, v4 ? 4 : 16) == 0) {
        say_invalid_fmt(v, spot, "may not be unspecified (%.*s)", STR_FMT(value));
        return false;
    }
    if (v4 ? b[12] == 127 : memcmp(b, zero, 15) == 0 && b[15] == 1)
        error = "may not be in the loopback range (127.0.0.0/8, ::1/128)";
    else if (v4 ? b[12] == 169 && b[13] == 254 : b[0] == 0xfe && (b[1] & 0xc0) == 0x80)
        error = "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
    else if (v4 ? b[12] == 224 && b[13] == 0 && b[14] == 0 : b[0] == 0xff && (b[1] & 0x0f) == 2)
        error = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
    if (error)
        say_invalid(v, spot, error);
    return !error;
}

void warn_ip(struct validating *v, const struct spot *spot)
{
    struct ip ip;
    struct arena *arena = v->ctx->arena;
    const struct str value = spot_text(spot);
    if (!ip_parse(value, &ip))
        return;
    const struct str canonical = ip_format(arena, &ip);
    const bool standard = ip_is_strict(value) && !ip_is_mapped(value);
    if (standard && (ip_is_v4(&ip) || str_eq(value, canonical)))
        return;
    const struct str field = path_format(arena, &spot->path);
    const struct str text =
        standard ? str_format(arena,
                              "%.*s: IPv6 address \"%.*s\" should be in RFC 5952 canonical format "
                              "(\"%.*s\")",
                              STR_FMT(field), STR_FMT(value), STR_FMT(canonical))
                 : str_format(arena, "%.*s: non-standard IP address \"%.*s\" %s: use \"%.*s\"",
                              STR_FMT(field), STR_FMT(value), fate(v), STR_FMT(canonical));
    say_warning(v, spot, str_to_c(arena, text));
}

/* ---- networks ---- */

static bool prefix_has_zeros(struct str value)
{
    const struct str prefix = str_from_offset(value, (size_t)str_find_char(value, '/') + 1);
    return prefix.n > 1 && prefix.p[0] == '0';
}

static bool is_strict_cidr(struct str value)
{
    return ip_is_strict(str_sub(value, 0, (size_t)str_find_char(value, '/'))) &&
           !prefix_has_zeros(value);
}

static bool is_mapped_cidr(struct str value)
{
    return ip_is_mapped(str_sub(value, 0, (size_t)str_find_char(value, '/')));
}

static const char *cidr_error(struct str value, bool strict)
{
    struct cidr cidr;
    if (!cidr_parse(value, &cidr))
        return "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    if (!strict)
        return NULL;
    if (!is_strict_cidr(value))
        return "must not have leading 0s in IP or prefix length";
    if (is_mapped_cidr(value))
        return "must not have an IPv4-mapped IPv6 address";
    if (memcmp(&cidr.address, &cidr.network, sizeof cidr.address) != 0)
        return "must not have bits set beyond the prefix length";
    return NULL;
}

bool check_cidr(struct validating *v, const struct spot *spot, struct str value)
{
    const char *error = cidr_error(value, v_gate(v, "StrictIPCIDRValidation"));
    if (error)
        say_invalid_as(v, spot, quoted(v, value), error);
    return !error;
}

bool check_cidr_canonical(struct validating *v, const struct spot *spot)
{
    struct cidr cidr;
    const struct str value = spot_text(spot);
    const char *error = cidr_error(value, true);
    if (error) {
        say_invalid_as(v, spot, quoted(v, value), error);
        return false;
    }
    cidr_parse(value, &cidr);
    const struct str canonical = cidr_format(v->ctx->arena, &cidr);
    if (str_eq(value, canonical))
        return true;
    say_invalid_fmt(v, spot, "must be in canonical form (\"%.*s\")", STR_FMT(canonical));
    return false;
}

static void warn_of_cidr(struct validating *v, const struct spot *spot, struct str text)
{
    struct arena *arena = v->ctx->arena;
    const struct str field = path_format(arena, &spot->path);
    say_warning(v, spot,
                str_to_c(arena, str_format(arena, "%.*s: %.*s", STR_FMT(field), STR_FMT(text))));
}

void warn_cidr(struct validating *v, const struct spot *spot)
{
    struct cidr cidr;
    struct arena *arena = v->ctx->arena;
    const struct str value = spot_text(spot);
    if (!cidr_parse(value, &cidr))
        return;
    const struct str canonical = cidr_format(arena, &cidr);
    const bool extra_bits = memcmp(&cidr.address, &cidr.network, sizeof cidr.address) != 0;
    const bool standard = is_strict_cidr(value) && !is_mapped_cidr(value);
    if (extra_bits)
        warn_of_cidr(v, spot,
                     str_format(arena,
                                "CIDR value \"%.*s\" is ambiguous in this context (should be "
                                "\"%.*s\" or \"%.*s/%u\"?)",
                                STR_FMT(value), STR_FMT(canonical),
                                STR_FMT(ip_format(arena, &cidr.address)), cidr.width));
    if (!standard)
        warn_of_cidr(v, spot,
                     str_format(arena, "non-standard CIDR value \"%.*s\" %s: use \"%.*s\"",
                                STR_FMT(value), fate(v), STR_FMT(canonical)));
    else if (!extra_bits && !ip_is_v4(&cidr.address) && !str_eq(value, canonical))
        warn_of_cidr(v, spot,
                     str_format(arena,
                                "IPv6 CIDR value \"%.*s\" should be in RFC 5952 canonical format "
                                "(\"%.*s\")",
                                STR_FMT(value), STR_FMT(canonical)));
}
