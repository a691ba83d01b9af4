/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of NetworkPolicies and ServiceCIDRs: pkg/apis/networking/validation. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_ip.h"
#include "rule_calls.h"

enum { PORT_MAX = 65535 };

static const char port_range[] = "must be between 1 and 65535, inclusive";

void rule_policy_types(struct validating *v, const struct spot *spot)
{
    static const char *const types[] = {"Ingress", "Egress"};
    if (spot_count(spot) > ARRAY_LEN(types)) {
        say_invalid(v, spot, "may not specify more than two policyTypes");
        return;
    }
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e))
        if (!str_is_one_of(spot_text(&e.spot), types, ARRAY_LEN(types)))
            say_unsupported(v, &e.spot, types, ARRAY_LEN(types));
}

/* ---- ports ---- */

static void check_end(struct validating *v, const struct spot *end, const struct spot *port)
{
    if (spot_int(end) < spot_int(port)) /* the value shown is that of the port */
        say_invalid_as(v, end, str_format(v->ctx->arena, "%" PRId64, spot_int(port)),
                       "must be greater than or equal to `port`");
    if (spot_int(end) < 1 || spot_int(end) > PORT_MAX)
        say_invalid(v, end, port_range);
}

void rule_policy_port(struct validating *v, const struct spot *spot)
{
    const struct spot port = spot_child(v, spot, "port");
    const struct spot end = spot_child(v, spot, "endPort");
    const bool ends = spot_is_set(&end);
    if (!spot_is_set(&port)) {
        if (ends)
            say_invalid(v, &end, "may not be specified when `port` is not specified");
        return;
    }
    if (spot_is_text(&port)) {
        const char *error = format_port_name(spot_text(&port));
        if (ends)
            say_invalid(v, &end, "may not be specified when `port` is non-numeric");
        if (error)
            say_invalid(v, &port, error);
        return;
    }
    if (spot_int(&port) < 1 || spot_int(&port) > PORT_MAX)
        say_invalid(v, &port, port_range);
    if (ends)
        check_end(v, &end, &port);
}

/* ---- peers ---- */

void rule_policy_peer(struct validating *v, const struct spot *spot)
{
    const size_t selectors =
        (size_t)child_is_set(spot, "podSelector") + child_is_set(spot, "namespaceSelector");
    const bool block = child_is_set(spot, "ipBlock");
    if (selectors == 0 && !block)
        say_required(v, spot, "must specify a peer");
    else if (selectors > 0 && block)
        say_forbidden(v, spot, "may not specify both ipBlock and another peer");
}

static void add_blocks(const struct node *rules, struct str peers, struct map *cidrs)
{
    for (struct item rule = list_first(rules); rule.value; rule = list_next(rule)) {
        const struct node *list = node_get(rule.value, peers);
        for (struct item peer = list_first(list); peer.value; peer = list_next(peer)) {
            const struct node *block = node_get(peer.value, STR("ipBlock"));
            const struct node *except = node_get(block, STR("except"));
            if (node_is_null(block))
                continue;
            map_put(cidrs, node_get_text(block, STR("cidr")), cidrs);
            for (struct item it = list_first(except); it.value; it = list_next(it))
                map_put(cidrs, node_text(it.value), cidrs);
        }
    }
}

/* True when the value can be read. */
static bool check_block_cidr(struct validating *v, const struct map *before,
                             const struct spot *spot, struct cidr *ret_cidr)
{
    const struct str text = spot_text(spot);
    warn_cidr(v, spot);
    if (!map_has(before, text))
        check_cidr(v, spot, text);
    return cidr_parse(text, ret_cidr);
}

static void check_block(struct validating *v, const struct map *before, const struct spot *block)
{
    struct cidr outer;
    struct cidr inner;
    const struct spot cidr = spot_child(v, block, "cidr");
    const struct spot except = spot_child(v, block, "except");
    if (spot_is_zero(&cidr)) {
        say_required(v, &cidr, NULL);
        return;
    }
    if (!check_block_cidr(v, before, &cidr, &outer))
        return;
    for (struct each e = each_first(v, &except); e.spot.path.node; each_next(v, &e))
        if (check_block_cidr(v, before, &e.spot, &inner) && !cidr_has_strictly(&outer, &inner))
            say_invalid(v, &e.spot, "must be a strict subset of `cidr`");
}

static void check_blocks(struct validating *v, const struct map *before, const struct spot *rules,
                         const char *peers)
{
    for (struct each r = each_first(v, rules); r.spot.path.node; each_next(v, &r)) {
        const struct spot list = spot_child(v, &r.spot, peers);
        for (struct each p = each_first(v, &list); p.spot.path.node; each_next(v, &p)) {
            const struct spot block = spot_child(v, &p.spot, "ipBlock");
            if (spot_is_set(&block))
                check_block(v, before, &block);
        }
    }
}

/* What the policy had anywhere is not looked at again (ValidateNetworkPolicyUpdate). Before strict
 * parsing updates were looked at as creations are, too. */
void rule_policy_blocks(struct validating *v, const struct spot *spot)
{
    struct map before = {.arena = v->ctx->arena};
    const struct spot ingress = spot_child(v, spot, "ingress");
    const struct spot egress = spot_child(v, spot, "egress");
    if (v_gate(v, "StrictIPCIDRValidation")) {
        add_blocks(ingress.old, STR("from"), &before);
        add_blocks(egress.old, STR("to"), &before);
    }
    check_blocks(v, &before, &ingress, "from");
    check_blocks(v, &before, &egress, "to");
}

/* ---- ServiceCIDR ---- */

static void check_cidrs(struct validating *v, const struct spot *list)
{
    size_t v4 = 0;
    size_t v6 = 0;
    if (spot_count(list) == 0) {
        say_required(v, list, "at least one CIDR required");
        return;
    }
    if (spot_count(list) > 2) {
        say_invalid(v, list, "may only hold up to 2 values");
        return;
    }
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e)) {
        struct cidr cidr;
        check_cidr_canonical(v, &e.spot);
        if (!cidr_parse(spot_text(&e.spot), &cidr))
            continue;
        v4 += ip_is_v4(&cidr.network);
        v6 += !ip_is_v4(&cidr.network);
    }
    if (v4 == 2 || v6 == 2)
        say_invalid(v, list,
                    "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and "
                    "2001:db8::/64");
}

/* What is there stays; a second family may be added to the first. */
static void check_cidrs_change(struct validating *v, const struct spot *list)
{
    const struct spot before = spot_before(list);
    const size_t n = spot_count(list);
    const size_t old_n = spot_count(&before);
    if (n != old_n && !(old_n == 1 && n == 2)) {
        say_immutable(v, list, NULL);
        return;
    }
    struct item old = list_first(list->old);
    for (struct each e = each_first(v, list); e.spot.path.node && old.value; each_next(v, &e)) {
        if (!str_eq(spot_text(&e.spot), node_text(old.value)))
            say_immutable(v, &e.spot, NULL);
        old = list_next(old);
    }
    if (n != old_n)
        check_cidrs(v, list);
}

void rule_service_cidrs(struct validating *v, const struct spot *spot)
{
    if (v_is_update(v))
        check_cidrs_change(v, spot);
    else
        check_cidrs(v, spot);
}
