/* SPDX-License-Identifier: Apache-2.0 */
/* IP addresses. Those with a zone and IPv4 in IPv6 are none to Kubernetes. */
#include "cel/cel_ip.h"
#include "cel/cel_rows.h"
#include "cel/cel_text.h"

const struct cel_type cel_type_ip = {.kind = CEL_OPAQUE, .name = {"net.IP", 6}};

static bool equal(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct cel_ip)) == 0;
}

static uint64_t bytes(const void *data)
{
    const struct cel_ip *ip = data;
    return ip->is_v6 ? 16 : 4;
}

static void format(struct buf *out, const void *data)
{
    cel_ip_format(out, data);
}

const struct cel_class cel_class_ip = {
    .type = &cel_type_ip, .equal = equal, .size = bytes, .format = format, .text = true};

struct cel_value cel_ip_value(struct cel_run *run, const struct cel_ip *ip)
{
    return cel_opaque(&cel_class_ip, arena_dup(run->arena, ip, sizeof *ip));
}

/* False with the message of the API server. */
static bool parse(struct str text, struct cel_ip *ret_ip, struct buf *error)
{
    struct str zone;
    SCOPED(buf) struct buf inner;
    buf_init(&inner, CEL_IP_ERROR);
    buf_add_c(error, "IP Address ");
    if (!cel_ip_parse(text, ret_ip, &zone, &inner)) {
        cel_go_quote(error, text);
        buf_format(error, " parse error during conversion from string: %.*s",
                   STR_FMT(buf_str(&inner)));
        return false;
    }
    buf_clear(error);
    if (!zone.n && !cel_ip_is_mapped(ret_ip))
        return true;
    buf_add_c(error, zone.n ? "IP address " : "IPv4-mapped IPv6 address ");
    cel_go_quote(error, text);
    buf_add_c(error, zone.n ? " with zone value is not allowed" : " is not allowed");
    return false;
}

struct cel_value cel_ip_of(struct cel_run *run, struct str text)
{
    struct cel_ip ip;
    SCOPED(buf) struct buf error;
    buf_init(&error, CEL_IP_ERROR);
    return parse(text, &ip, &error) ? cel_ip_value(run, &ip)
                                    : cel_fail(run, "%.*s", STR_FMT(buf_str(&error)));
}

static struct cel_value ip(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return cel_ip_of(run, cel_text(args[0]));
}

static struct cel_value is_ip(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return cel_bool(!cel_is_error(cel_ip_of(run, cel_text(args[0]))));
}

static struct cel_value is_canonical(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const struct cel_value value = cel_ip_of(run, cel_text(args[0]));
    if (cel_is_error(value))
        return value;
    SCOPED(buf) struct buf text;
    buf_init(&text, CEL_IP_ERROR);
    cel_ip_format(&text, value.data);
    return cel_bool(str_eq(buf_str(&text), cel_text(args[0])));
}

static struct cel_value family(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    const struct cel_ip *address = args[0].data;
    return cel_int(address->is_v6 ? 6 : 4);
}

static struct cel_value to_string(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct buf text;
    buf_init(&text, CEL_IP_ERROR);
    cel_ip_format(&text, args[0].data);
    return cel_string_take(run, &text);
}

/* ---- kinds of addresses, as netip tells them ---- */

static bool is_zero_up_to(const struct cel_ip *ip, size_t n)
{
    static const uint8_t zeros[16];
    return memcmp(ip->bytes, zeros, n) == 0;
}

static bool is_unspecified(const struct cel_ip *ip)
{
    return is_zero_up_to(ip, sizeof ip->bytes);
}

static bool is_loopback(const struct cel_ip *ip)
{
    return ip->is_v6 ? is_zero_up_to(ip, 15) && ip->bytes[15] == 1 : ip->bytes[0] == 127;
}

static bool is_multicast(const struct cel_ip *ip)
{
    return ip->is_v6 ? ip->bytes[0] == 0xFF : (ip->bytes[0] & 0xF0) == 0xE0;
}

static bool is_link_local_multicast(const struct cel_ip *ip)
{
    if (ip->is_v6)
        return ip->bytes[0] == 0xFF && (ip->bytes[1] & 0x0F) == 0x02;
    return ip->bytes[0] == 224 && ip->bytes[1] == 0 && ip->bytes[2] == 0;
}

static bool is_link_local_unicast(const struct cel_ip *ip)
{
    return ip->is_v6 ? ip->bytes[0] == 0xFE && (ip->bytes[1] & 0xC0) == 0x80
                     : ip->bytes[0] == 169 && ip->bytes[1] == 254;
}

static bool is_global_unicast(const struct cel_ip *ip)
{
    static const uint8_t broadcast[] = {255, 255, 255, 255};
    const bool all_ones = !ip->is_v6 && memcmp(ip->bytes, broadcast, sizeof broadcast) == 0;
    return !all_ones && !is_unspecified(ip) && !is_loopback(ip) && !is_multicast(ip) &&
           !is_link_local_unicast(ip);
}

/* Makes a function of the language from one of the above. */
#define TEST(name)                                                                                 \
    static struct cel_value test_##name(struct cel_run *run, const struct cel_value *args,         \
                                        size_t n)                                                  \
    {                                                                                              \
        (void)run;                                                                                 \
        (void)n;                                                                                   \
        return cel_bool(name(args[0].data));                                                       \
    }

TEST(is_unspecified)
TEST(is_loopback)
TEST(is_link_local_multicast)
TEST(is_link_local_unicast)
TEST(is_global_unicast)

#define IP &cel_type_ip
#define TEST_ROW(name, id, c)                                                                      \
    {                                                                                              \
        name, id, CEL_MEMBER, PARAMS(IP), BOOL, test_##c, .cost = &cel_cost_one                    \
    }

static const struct cel_function rows[] = {
    {"ip", "string_to_ip", 0, PARAMS(STRING), IP, ip, .cost = &cel_cost_string},
    {"isIP", "is_ip", 0, PARAMS(STRING), BOOL, is_ip, .cost = &cel_cost_string},
    {"ip.isCanonical", "ip_is_canonical", 0, PARAMS(STRING), BOOL, is_canonical,
     .cost = &cel_cost_string_twice},
    {"family", "ip_family", CEL_MEMBER, PARAMS(IP), INT, family, .cost = &cel_cost_one},
    TEST_ROW("isUnspecified", "ip_is_unspecified", is_unspecified),
    TEST_ROW("isLoopback", "ip_is_loopback", is_loopback),
    TEST_ROW("isLinkLocalMulticast", "ip_is_link_local_multicast", is_link_local_multicast),
    TEST_ROW("isLinkLocalUnicast", "ip_is_link_local_unicast", is_link_local_unicast),
    TEST_ROW("isGlobalUnicast", "ip_is_global_unicast", is_global_unicast),
    {"string", "ip_to_string", 0, PARAMS(IP), STRING, to_string, .cost = NULL},
};

static const struct cel_type *const types[] = {IP, NULL};

const struct cel_library cel_lib_ip = {"kubernetes.net.ip", 30, 0, LIBRARY_ROWS(rows), types};
