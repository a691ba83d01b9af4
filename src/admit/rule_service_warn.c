/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings of Services: GetWarningsForService in pkg/api/service, of each minor its own. */
#include "admit/rule_ip.h"
#include "admit/rule_service.h"
#include "rule_calls.h"

enum { HEADLESS_SINCE = 34, PREFER_CLOSE_SINCE = 35, EXTERNAL_IPS_SINCE = 36 };

void rule_service_ip_warning(struct validating *v, const struct spot *spot)
{
    if (!spot_is_zero(spot))
        warn_ip(v, spot);
}

void rule_service_cidr_warning(struct validating *v, const struct spot *spot)
{
    warn_cidr(v, spot);
}

static void warn_of_headless(struct validating *v, const struct spot *spec)
{
    const struct spot load_balancer = spot_child(v, spec, "loadBalancerIP");
    const struct spot external = spot_child(v, spec, "externalIPs");
    const struct spot affinity = spot_child(v, spec, "sessionAffinity");
    if (!spot_is_zero(&load_balancer))
        say_warning(v, &load_balancer, "spec.loadBalancerIP is ignored for headless services");
    if (spot_count(&external) > 0)
        say_warning(v, &external, "spec.externalIPs is ignored for headless services");
    if (!spot_text_is(&affinity, "None"))
        say_warning(v, &affinity, "spec.SessionAffinity is ignored for headless services");
}

static void warn_of_names(struct validating *v, const struct spot *spec)
{
    const struct spot external = spot_child(v, spec, "externalIPs");
    const struct spot name = spot_child(v, spec, "externalName");
    const bool is_name = service_type_is(spec, "ExternalName");
    if (is_name && spot_count(&external) > 0)
        say_warning(v, &external, "spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    if (!is_name && !spot_is_zero(&name))
        say_warning(v, &name,
                    "spec.externalName is ignored when spec.type is not \"ExternalName\"");
}

void rule_service_warnings(struct validating *v, const struct spot *spot)
{
    struct addresses addresses;
    const struct spot external = spot_child(v, spot, "externalIPs");
    const struct spot distribution = spot_child(v, spot, "trafficDistribution");
    addresses_read(v, spot, &addresses);
    const bool headless = service_type_is(spot, "ClusterIP") && addresses_are_none(&addresses);
    if (headless && v->minor >= HEADLESS_SINCE)
        warn_of_headless(v, spot);
    if (spot_count(&external) > 0 && !headless && v->minor >= EXTERNAL_IPS_SINCE &&
        !service_type_is(spot, "ExternalName"))
        say_warning(v, &external,
                    "spec.externalIPs is deprecated and may no longer be implemented in some "
                    "clusters");
    warn_of_names(v, spot);
    if (spot_text_is(&distribution, "PreferClose") && v->minor >= PREFER_CLOSE_SINCE)
        say_warning(v, &distribution,
                    "spec.trafficDistribution: \"PreferClose\" is deprecated; use "
                    "\"PreferSameZone\"");
    for (size_t i = 0; i < addresses.n && !addresses.kept; i++)
        warn_ip(v, &addresses.items[i]);
}
