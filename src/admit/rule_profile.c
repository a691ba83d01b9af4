/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What depends on how the API server was started: ranges of ports and addresses, privileged
 * containers, admission plugins that look at nothing but the object.
 */
#include "admit/rule_ip.h"
#include "admit/rule_service.h"
#include "rule_calls.h"

/* ---- privileged containers ---- */

void rule_privileged_allowed(struct validating *v, const struct spot *spot)
{
    if (v->ctx->profile && v->ctx->profile->no_privileged && spot_bool(spot))
        say_forbidden(v, spot, "disallowed by cluster policy");
}

/* ---- ports of Services; a dry run of the server does not look at their range ---- */

enum { PORT_MAX = 65535 };

/* Nobody said which range the cluster has: then any port that there is may be in it. */
static bool has_range(const struct profile *profile)
{
    return profile && profile->first_port > 0;
}

static bool is_out_of_range(const struct profile *profile, int64_t port)
{
    const int64_t first = has_range(profile) ? profile->first_port : 1;
    const int64_t last = has_range(profile) ? profile->last_port : PORT_MAX;
    return port != 0 && (port < first || port > last);
}

static bool had_node_port(const struct validating *v, const struct spot *ports, int64_t port)
{
    const struct spot before = spot_before(ports);
    for (struct each e = each_first(v, &before); e.spot.path.node; each_next(v, &e))
        if (child_int(&e.spot, "nodePort") == port)
            return true;
    return false;
}

static bool has_node_ports(const struct spot *spec)
{
    return service_type_is(spec, "NodePort") || service_type_is(spec, "LoadBalancer");
}

void rule_service_port_range(struct validating *v, const struct spot *spot)
{
    const struct profile *profile = v->ctx->profile;
    if (!has_node_ports(spot->up))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot port = spot_child(v, &e.spot, "nodePort");
        if (!is_out_of_range(profile, spot_int(&port)) || had_node_port(v, spot, spot_int(&port)))
            continue;
        say_invalid_fmt(v, &port,
                        "provided port is not in the valid range. The range of valid ports is "
                        "%u-%u",
                        has_range(profile) ? profile->first_port : 1,
                        has_range(profile) ? profile->last_port : PORT_MAX);
    }
}

void rule_service_health_port_range(struct validating *v, const struct spot *spot)
{
    const struct profile *profile = v->ctx->profile;
    const bool needed = service_type_is(spot->up, "LoadBalancer") &&
                        child_text_is(spot->up, "externalTrafficPolicy", "Local");
    if (!has_range(profile) || !needed || (v_is_update(v) && spot_is_unchanged(spot)) ||
        !is_out_of_range(profile, spot_int(spot)))
        return;
    say_invalid_fmt(v, spot,
                    "failed to allocate requested HealthCheck NodePort %" PRId64
                    ": provided port is not in the valid range. The range of valid ports is %u-%u",
                    spot_int(spot), profile->first_port, profile->last_port);
}

/* ---- addresses of Services ---- */

static bool has_bits(const struct ip *ip, const struct ip *network, unsigned first, unsigned last,
                     unsigned value)
{
    for (unsigned bit = first; bit < last; bit++) {
        const unsigned shift = 7 - bit % 8;
        const unsigned have = (unsigned)ip->bytes[bit / 8] >> shift & 1;
        const unsigned want = network ? (unsigned)network->bytes[bit / 8] >> shift & 1 : value;
        if (have != want)
            return false;
    }
    return true;
}

/* Neither the network's own address nor, of IPv4, the one to all of it (ipallocator). */
static bool can_allocate(const struct cidr *cidr, const struct ip *ip)
{
    enum { BITS = 128 };
    const unsigned prefix = BITS - cidr->width + cidr->prefix;
    return has_bits(ip, &cidr->network, 0, prefix, 0) && !has_bits(ip, NULL, prefix, BITS, 0) &&
           (cidr->width == BITS || !has_bits(ip, NULL, prefix, BITS, 1));
}

static const struct cidr *find_family(const struct profile *profile, bool v4)
{
    for (size_t i = 0; i < profile->service_cidr_count; i++)
        if ((profile->service_cidrs[i].width == 32) == v4)
            return &profile->service_cidrs[i];
    return NULL;
}

static bool is_in_range(const struct profile *profile, const struct ip *ip)
{
    for (size_t i = 0; i < profile->service_cidr_count; i++)
        if ((profile->service_cidrs[i].width == 32) == ip_is_v4(ip) &&
            can_allocate(&profile->service_cidrs[i], ip))
            return true;
    return false;
}

static void check_address(struct validating *v, const struct addresses *addresses, size_t i)
{
    struct arena *arena = v->ctx->arena;
    const struct str text = spot_text(&addresses->items[i]);
    struct ip ip;
    if (!ip_parse(text, &ip) || is_in_range(v->ctx->profile, &ip))
        return;
    const struct cidr *range = find_family(v->ctx->profile, ip_is_v4(&ip));
    if (!range) {
        const struct str says = str_format(arena, "%s is not configured on this cluster",
                                           ip_is_v4(&ip) ? "IPv4" : "IPv6");
        say_invalid_as(v, &addresses->items[i], addresses_shown(v, addresses),
                       str_to_c(arena, says));
        return;
    }
    const struct str shown = cidr_format(arena, range);
    const struct str says = str_format(arena,
                                       "failed to allocate IP %.*s: the provided IP (%.*s) is not "
                                       "in the valid range. The range of valid IPs is %.*s",
                                       STR_FMT(text), STR_FMT(text), STR_FMT(shown));
    say_invalid_as(v, &addresses->list, addresses_shown(v, addresses), str_to_c(arena, says));
}

/* Of an update only a second address can be new. */
static void check_new_addresses(struct validating *v, const struct addresses *addresses)
{
    struct addresses before;
    const struct spot *spec = &addresses->spec;
    addresses_read_before(v, spec, &before);
    const bool allocated = v_is_update(v) && !service_was(spec, "ExternalName");
    for (size_t i = allocated ? MAX_OF(before.n, 1) : 0; i < addresses->n; i++)
        check_address(v, addresses, i);
}

static void check_families(struct validating *v, const struct spot *spec)
{
    const struct profile *profile = v->ctx->profile;
    const struct spot families = spot_child(v, spec, "ipFamilies");
    const struct spot policy = spot_child(v, spec, "ipFamilyPolicy");
    if (v_is_update(v) && spot_is_unchanged(&families) && spot_is_unchanged(&policy))
        return;
    const bool both = find_family(profile, true) && find_family(profile, false);
    if (spot_text_is(&policy, "RequireDualStack") && !both)
        say_invalid(v, &policy, "this cluster is not configured for dual-stack services");
    for (struct each e = each_first(v, &families); e.spot.path.node; each_next(v, &e)) {
        const bool v4 = spot_text_is(&e.spot, "IPv4");
        if ((v4 || spot_text_is(&e.spot, "IPv6")) && !find_family(profile, v4))
            say_invalid(v, &e.spot, "not configured on this cluster");
    }
}

void rule_service_address_range(struct validating *v, const struct spot *spot)
{
    struct addresses addresses;
    const struct profile *profile = v->ctx->profile;
    if (!profile || profile->service_cidr_count == 0 || service_type_is(spot, "ExternalName"))
        return;
    addresses_read(v, spot, &addresses);
    const bool none = addresses_are_none(&addresses);
    const struct spot selector = spot_child(v, spot, "selector");
    /* who answers for such a Service may have any addresses */
    if (none && spot_count(&selector) == 0)
        return;
    if (!none && !addresses.kept)
        check_new_addresses(v, &addresses);
    check_families(v, spot);
}

/* ---- admission plugins that are off by default ---- */

void rule_no_external_ips(struct validating *v, const struct spot *spot)
{
    if (!v_plugin(v, PLUGIN_DENY_SERVICE_EXTERNAL_IPS))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        bool was = false;
        for (struct item it = list_first(spot->old); it.value && !was; it = list_next(it))
            was = str_eq(node_text(it.value), spot_text(&e.spot));
        if (was)
            continue;
        say_forbidden(v, spot, "Use of external IPs is denied by admission control");
        return;
    }
}

void rule_hard_anti_affinity(struct validating *v, const struct spot *spot)
{
    static const char host[] = "kubernetes.io/hostname";
    if (!v_plugin(v, PLUGIN_LIMIT_POD_HARD_ANTI_AFFINITY_TOPOLOGY) || !v_kind_is(v, "Pod"))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = spot_child(v, &e.spot, "topologyKey");
        if (spot_text_is(&key, host))
            continue;
        const struct str says = str_format(
            v->ctx->arena,
            "affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey %.*s but only key "
            "%s is allowed",
            STR_FMT(diag_quote(v->ctx->arena, spot_text(&key))), host);
        say_forbidden(v, &key, str_to_c(v->ctx->arena, says));
        return;
    }
}
