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

static bool block_has(const struct node *block, struct str cidr)
{
    if (str_eq(node_get_text(block, STR("cidr")), cidr))
        return true;
    const struct node *except = node_get(block, STR("except"));
    for (struct item it = list_first(except); it.value; it = list_next(it))
        if (str_eq(node_text(it.value), cidr))
            return true;
    return false;
}

static bool rules_have(const struct node *rules, struct str peers, struct str cidr)
{
    for (struct item rule = list_first(rules); rule.value; rule = list_next(rule)) {
        const struct node *list = node_get(rule.value, peers);
        for (struct item peer = list_first(list); peer.value; peer = list_next(peer))
            if (block_has(node_get(peer.value, STR("ipBlock")), cidr))
                return true;
    }
    return false;
}

/* Whether the policy had the value anywhere: ValidateNetworkPolicyUpdate. Before strict parsing
 * updates were looked at as creations are, too. */
static bool policy_had(const struct validating *v, struct str cidr)
{
    const struct node *spec = node_get(v->old, STR("spec"));
    return v_gate(v, "StrictIPCIDRValidation") &&
           (rules_have(node_get(spec, STR("ingress")), STR("from"), cidr) ||
            rules_have(node_get(spec, STR("egress")), STR("to"), cidr));
}

/* True when the value can be read. */
static bool check_block_cidr(struct validating *v, const struct spot *spot, struct cidr *ret_cidr)
{
    const struct str text = spot_text(spot);
    warn_cidr(v, spot);
    if (!policy_had(v, text))
        check_cidr(v, spot, text);
    return cidr_parse(text, ret_cidr);
}

void rule_ip_block(struct validating *v, const struct spot *spot)
{
    struct cidr outer;
    struct cidr inner;
    const struct spot cidr = spot_child(v, spot, "cidr");
    const struct spot except = spot_child(v, spot, "except");
    if (spot_is_zero(&cidr)) {
        say_required(v, &cidr, NULL);
        return;
    }
    if (!check_block_cidr(v, &cidr, &outer))
        return;
    for (struct each e = each_first(v, &except); e.spot.path.node; each_next(v, &e))
        if (check_block_cidr(v, &e.spot, &inner) && !cidr_has_strictly(&outer, &inner))
            say_invalid(v, &e.spot, "must be a strict subset of `cidr`");
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
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e)) {
        const struct node *old = node_at(list->old, e.spot.path.index);
        if (e.spot.path.index < old_n && !str_eq(spot_text(&e.spot), node_text(old)))
            say_immutable(v, &e.spot, NULL);
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
