/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of Endpoints and EndpointSlices. What an update leaves as it was is not looked at again. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_ip.h"
#include "rule_calls.h"

enum { PORT_MAX = 65535 };

static const char *const protocols[] = {"SCTP", "TCP", "UDP"};

static void check_format(struct validating *v, const struct spot *spot,
                         const char *(*format)(struct str s))
{
    const char *error = format(spot_text(spot));
    if (error)
        say_invalid(v, spot, error);
}

static void check_field(struct validating *v, const struct spot *up, const char *name,
                        const char *(*format)(struct str s))
{
    const struct spot field = spot_child(v, up, name);
    if (spot_is_set(&field))
        check_format(v, &field, format);
}

static void check_protocol(struct validating *v, const struct spot *port)
{
    const struct spot protocol = spot_child(v, port, "protocol");
    if (!str_is_one_of(spot_text(&protocol), protocols, ARRAY_LEN(protocols)))
        say_unsupported(v, &protocol, protocols, ARRAY_LEN(protocols));
}

/* The update left the list as it was. */
static bool is_old_list(const struct spot *list)
{
    return list->old && node_equal(list->path.node, list->old);
}

/* ---- Endpoints ---- */

/* Endpoints that the controllers write have been looked at by them. */
static bool is_managed_by(const struct validating *v, const char *manager, const char *label)
{
    const struct node *labels = node_get(node_get(v->root, STR("metadata")), STR("labels"));
    return str_is(node_get_text(labels, str_from(label)), manager);
}

static void check_addresses(struct validating *v, const struct spot *subset, const char *name,
                            bool old)
{
    const struct spot list = spot_child(v, subset, name);
    const bool managed =
        is_managed_by(v, "endpoint-controller", "endpoints.kubernetes.io/managed-by");
    for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e)) {
        const struct spot ip = spot_child(v, &e.spot, "ip");
        const struct spot hostname = spot_child(v, &e.spot, "hostname");
        if (!managed)
            warn_ip(v, &ip);
        if (old)
            continue;
        check_ip(v, &ip);
        check_endpoint_ip(v, &ip);
        if (!spot_is_zero(&hostname))
            check_format(v, &hostname, format_dns1123_label);
        check_field(v, &e.spot, "nodeName", format_dns1123_subdomain);
    }
}

static void check_port(struct validating *v, const struct spot *port, bool named)
{
    const struct spot name = spot_child(v, port, "name");
    const struct spot number = spot_child(v, port, "port");
    if (!spot_is_zero(&name))
        check_format(v, &name, format_dns1123_label);
    else if (named)
        say_required(v, &name, NULL);
    if (spot_int(&number) < 1 || spot_int(&number) > PORT_MAX)
        say_invalid(v, &number, "must be between 1 and 65535, inclusive");
    check_protocol(v, port);
    check_field(v, port, "appProtocol", format_qualified_name);
}

void rule_endpoint_subsets(struct validating *v, const struct spot *spot)
{
    const bool old = is_old_list(spot);
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot ready = spot_child(v, &e.spot, "addresses");
        const struct spot others = spot_child(v, &e.spot, "notReadyAddresses");
        const struct spot ports = spot_child(v, &e.spot, "ports");
        check_addresses(v, &e.spot, "addresses", old);
        check_addresses(v, &e.spot, "notReadyAddresses", old);
        if (old)
            continue;
        if (spot_count(&ready) + spot_count(&others) == 0)
            say_required(v, &e.spot, "must specify `addresses` or `notReadyAddresses`");
        for (struct each p = each_first(v, &ports); p.spot.path.node; each_next(v, &p))
            check_port(v, &p.spot, spot_count(&ports) > 1);
    }
}

/* ---- EndpointSlices ---- */

void rule_slice_ports(struct validating *v, const struct spot *spot)
{
    enum { PORTS_MAX = 20000 };
    struct map seen = {.arena = v->ctx->arena};
    if (spot_count(spot) > PORTS_MAX) {
        say_too_many(v, spot, PORTS_MAX);
        return;
    }
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot name = spot_child(v, &e.spot, "name");
        if (!spot_is_zero(&name))
            check_format(v, &name, format_dns1123_label);
        if (map_has(&seen, spot_text(&name)))
            say_duplicate(v, &name);
        map_put(&seen, spot_text(&name), &seen);
        check_protocol(v, &e.spot);
        check_field(v, &e.spot, "appProtocol", format_qualified_name);
    }
}

/* Labels between dots, two at least, perhaps with a dot at the end. */
static void check_domain(struct validating *v, const struct spot *spot)
{
    struct str name = spot_text(spot);
    if (name.n == 0) {
        say_required(v, spot, NULL);
        return;
    }
    if (str_ends(name, STR(".")))
        name.n--;
    const char *error = format_dns1123_subdomain(name);
    if (!error && str_find_char(name, '.') < 0)
        error = "should be a domain with at least two segments separated by dots";
    struct str label;
    while (!error && str_split(&name, '.', &label))
        error = format_dns1123_label(label);
    if (error)
        say_invalid(v, spot, error);
}

static void check_address(struct validating *v, const struct spot *spot, struct str type)
{
    struct ip ip;
    if (str_is(type, "FQDN")) {
        check_domain(v, spot);
        return;
    }
    const bool v4 = str_is(type, "IPv4");
    if (!v4 && !str_is(type, "IPv6"))
        return;
    if (v4 ? !check_ip(v, spot) : !check_ip_canonical(v, spot))
        return;
    if (ip_parse(spot_text(spot), &ip) && ip_is_v4(&ip) != v4) {
        /* the server names the list */
        struct spot list = *spot;
        list.path = spot->up->path;
        say_invalid_as(v, &list, str_format(v->ctx->arena, "\"%.*s\"", STR_FMT(spot_text(spot))),
                       v4 ? "must be an IPv4 address" : "must be an IPv6 address");
    }
    check_endpoint_ip(v, spot);
}

/* One list of hints; false when it is too long, which ends the look at the others. */
static bool check_hints(struct validating *v, const struct spot *list,
                        const char *(*format)(struct str s))
{
    enum { HINTS_MAX = 8 };
    struct map seen = {.arena = v->ctx->arena};
    if (spot_count(list) > HINTS_MAX) {
        say_too_many(v, list, HINTS_MAX);
        return false;
    }
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e)) {
        const struct spot name = spot_child(v, &e.spot, "name");
        if (map_has(&seen, spot_text(&name)))
            say_duplicate(v, &name);
        map_put(&seen, spot_text(&name), &seen);
        check_format(v, &name, format);
    }
    return true;
}

static void check_endpoint(struct validating *v, const struct spot *endpoint, struct str type)
{
    enum { ADDRESSES_MAX = 100 };
    const struct spot addresses = spot_child(v, endpoint, "addresses");
    const struct spot hints = spot_child(v, endpoint, "hints");
    const struct spot zones = spot_child(v, &hints, "forZones");
    const struct spot nodes = spot_child(v, &hints, "forNodes");
    if (spot_count(&addresses) == 0)
        say_required(v, &addresses, "must contain at least 1 address");
    else if (spot_count(&addresses) > ADDRESSES_MAX)
        say_too_many(v, &addresses, ADDRESSES_MAX);
    for (struct each e = each_first(v, &addresses); e.spot.path.node; each_next(v, &e))
        check_address(v, &e.spot, type);
    check_field(v, endpoint, "nodeName", format_dns1123_subdomain);
    check_field(v, endpoint, "hostname", format_dns1123_label);
    /* hints for nodes are dropped where the gate is off */
    if (check_hints(v, &zones, format_label_value) && v_gate(v, "PreferSameTrafficDistribution"))
        check_hints(v, &nodes, format_dns1123_subdomain);
}

void rule_slice_endpoints(struct validating *v, const struct spot *spot)
{
    enum { ENDPOINTS_MAX = 1000 };
    const struct str type = child_text(spot->up, "addressType");
    if (is_old_list(spot))
        return;
    if (spot_count(spot) > ENDPOINTS_MAX) {
        say_too_many(v, spot, ENDPOINTS_MAX);
        return;
    }
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e))
        check_endpoint(v, &e.spot, type);
}

void rule_slice_warnings(struct validating *v, const struct spot *spot)
{
    static const char label[] = "endpointslice.kubernetes.io/managed-by";
    const struct spot type = spot_child(v, spot, "addressType");
    const struct spot endpoints = spot_child(v, spot, "endpoints");
    if (spot_text_is(&type, "FQDN") && !v_is_update(v))
        say_warning(v, &type, "spec.addressType: FQDN endpoints are deprecated");
    if (is_managed_by(v, "endpointslice-controller.k8s.io", label) ||
        is_managed_by(v, "endpointslicemirroring-controller.k8s.io", label))
        return;
    for (struct each e = each_first(v, &endpoints); e.spot.path.node; each_next(v, &e)) {
        const struct spot addresses = spot_child(v, &e.spot, "addresses");
        for (struct each a = each_first(v, &addresses); a.spot.path.node; each_next(v, &a))
            warn_ip(v, &a.spot);
    }
}
