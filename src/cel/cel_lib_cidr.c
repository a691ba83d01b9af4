/* SPDX-License-Identifier: Apache-2.0 */
/* IP networks. */
#include "cel/cel_ip.h"
#include "cel/cel_rows.h"
#include "cel/cel_text.h"

static const struct cel_type cidr_type = {.kind = CEL_OPAQUE, .name = {"net.CIDR", 8}};

static bool equal(const void *a, const void *b)
{
    const struct cel_cidr *x = a, *y = b;
    return x->bits == y->bits && memcmp(&x->ip, &y->ip, sizeof x->ip) == 0;
}

static uint64_t bytes(const void *data)
{
    const struct cel_cidr *cidr = data;
    return (cidr->bits + 7) / 8;
}

static void format(struct buf *out, const void *data)
{
    const struct cel_cidr *cidr = data;
    cel_ip_format(out, &cidr->ip);
    buf_format(out, "/%u", cidr->bits);
}

static const struct cel_class class = {
    .type = &cidr_type, .equal = equal, .size = bytes, .format = format, .text = true};

static struct cel_value make(struct cel_run *run, const struct cel_cidr *cidr)
{
    return cel_opaque(&class, arena_dup(run->arena, cidr, sizeof *cidr));
}

/* False with the message of the API server, which says the same twice. */
static bool parse(struct str text, struct cel_cidr *ret_cidr, struct buf *error)
{
    SCOPED(buf) struct buf inner;
    buf_init(&inner, CEL_IP_ERROR);
    if (!cel_cidr_parse(text, ret_cidr, &inner)) {
        buf_format(error, "network address parse error during conversion from string: %.*s",
                   STR_FMT(buf_str(&inner)));
        return false;
    }
    if (!cel_ip_is_mapped(&ret_cidr->ip))
        return true;
    buf_add_c(error, "IPv4-mapped IPv6 address ");
    cel_go_quote(error, text);
    buf_add_c(error, " is not allowed");
    return false;
}

static struct cel_value of_text(struct cel_run *run, struct str text)
{
    struct cel_cidr network;
    SCOPED(buf) struct buf error;
    buf_init(&error, CEL_IP_ERROR);
    if (parse(text, &network, &error))
        return make(run, &network);
    return cel_fail(run, "network address parse error during conversion from string: %.*s",
                    STR_FMT(buf_str(&error)));
}

static struct cel_value cidr(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return of_text(run, cel_text(args[0]));
}

static struct cel_value is_cidr(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    struct cel_cidr network;
    SCOPED(buf) struct buf error;
    buf_init(&error, CEL_IP_ERROR);
    return cel_bool(parse(cel_text(args[0]), &network, &error));
}

/* The argument is an address or its text. */
static struct cel_value contains_ip(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const struct cel_cidr *network = args[0].data;
    const struct cel_value address =
        args[1].kind == CEL_STRING ? cel_ip_of(run, cel_text(args[1])) : args[1];
    if (cel_is_error(address))
        return cel_fail_overload(run);
    return cel_bool(cel_ip_shares(&network->ip, address.data, network->bits));
}

static struct cel_value contains_cidr(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const struct cel_cidr *network = args[0].data;
    const struct cel_value other =
        args[1].kind == CEL_STRING ? of_text(run, cel_text(args[1])) : args[1];
    if (cel_is_error(other))
        return other;
    const struct cel_cidr *inner = other.data;
    return cel_bool(network->bits <= inner->bits &&
                    cel_ip_shares(&network->ip, &inner->ip, network->bits));
}

static struct cel_value ip(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const struct cel_cidr *network = args[0].data;
    return cel_ip_value(run, &network->ip);
}

static struct cel_value prefix_length(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    const struct cel_cidr *network = args[0].data;
    return cel_int(network->bits);
}

static struct cel_value masked(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_cidr network = *(const struct cel_cidr *)args[0].data;
    network.ip = cel_cidr_masked(&network);
    return make(run, &network);
}

static struct cel_value to_string(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct buf text;
    buf_init(&text, CEL_IP_ERROR);
    format(&text, args[0].data);
    return cel_string_take(run, &text);
}

#define IP   &cel_type_ip
#define CIDR &cidr_type

static const struct cel_function rows[] = {
    {"cidr", "string_to_cidr", 0, PARAMS(STRING), CIDR, cidr, .cost = &cel_cost_string},
    {"isCIDR", "is_cidr", 0, PARAMS(STRING), BOOL, is_cidr, .cost = &cel_cost_string},
    {"containsIP", "cidr_contains_ip_string", CEL_MEMBER, PARAMS(CIDR, STRING), BOOL, contains_ip,
     .cost = &cel_cost_contains_ip},
    {"containsIP", "cidr_contains_ip_ip", CEL_MEMBER, PARAMS(CIDR, IP), BOOL, contains_ip,
     .cost = &cel_cost_contains_ip},
    {"containsCIDR", "cidr_contains_cidr_string", CEL_MEMBER, PARAMS(CIDR, STRING), BOOL,
     contains_cidr, .cost = &cel_cost_contains_cidr},
    {"containsCIDR", "cidr_contains_cidr", CEL_MEMBER, PARAMS(CIDR, CIDR), BOOL, contains_cidr,
     .cost = &cel_cost_contains_cidr},
    {"ip", "cidr_ip", CEL_MEMBER, PARAMS(CIDR), IP, ip, .cost = &cel_cost_one},
    {"prefixLength", "cidr_prefix_length", CEL_MEMBER, PARAMS(CIDR), INT, prefix_length,
     .cost = &cel_cost_one},
    {"masked", "cidr_masked", CEL_MEMBER, PARAMS(CIDR), CIDR, masked, .cost = &cel_cost_one},
    {"string", "cidr_to_string", 0, PARAMS(CIDR), STRING, to_string, .cost = NULL},
};

static const struct cel_type *const types[] = {CIDR, IP, NULL};

const struct cel_library cel_lib_cidr = {"kubernetes.net.cidr", 30, 0, LIBRARY_ROWS(rows), types};
