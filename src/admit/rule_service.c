/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of Services but for cluster addresses: ports, traffic policies, load balancers. Fields that
 * a new type has no use for are dropped by an update when they are as they were
 * (dropTypeDependentFields in pkg/registry/core/service), so that rules ask what was there before.
 */
#include "admit/rule_service.h"
#include "admit/rule_format.h"
#include "admit/rule_ip.h"
#include "rule_calls.h"

enum { PORT_MAX = 65535, ALLOCATED_MAX = 1024 };

static const char only_load_balancer[] = "may only be used when `type` is 'LoadBalancer'";

struct str service_type(const struct spot *spec)
{
    return child_text(spec, "type");
}

struct str service_type_before(const struct spot *spec)
{
    return node_get_text(spec->old, STR("type"));
}

bool service_type_is(const struct spot *spec, const char *type)
{
    return str_is(service_type(spec), type);
}

bool service_was(const struct spot *spec, const char *type)
{
    return str_is(service_type_before(spec), type);
}

void annotation_read(const struct validating *v, const struct spot *object, const char *key,
                     struct annotation *ret_annotation)
{
    ret_annotation->metadata = spot_child(v, object, "metadata");
    ret_annotation->annotations = spot_child(v, &ret_annotation->metadata, "annotations");
    ret_annotation->value = spot_child(v, &ret_annotation->annotations, key);
    ret_annotation->value.path.is_key = true;
}

static bool type_has_node_ports(struct str type)
{
    return str_is(type, "NodePort") || str_is(type, "LoadBalancer");
}

/* ---- ports ---- */

void rule_service_ports(struct validating *v, const struct spot *spot)
{
    struct addresses addresses;
    const size_t n = spot_count(spot);
    addresses_read(v, spot->up, &addresses);
    if (n == 0 && !addresses_are_none(&addresses) && !service_type_is(spot->up, "ExternalName"))
        say_required(v, spot, NULL);
    for (struct each e = each_first(v, spot); n > 1 && e.spot.path.node; each_next(v, &e)) {
        const struct spot name = spot_child(v, &e.spot, "name");
        if (spot_is_zero(&name))
            say_required(v, &name, NULL);
    }
}

static struct str number_text(struct validating *v, int64_t number)
{
    return str_format(v->ctx->arena, "%" PRId64, number);
}

/* Node ports of a type that has none are dropped when there is no new one. */
static bool drops_node_ports(struct validating *v, const struct spot *ports)
{
    struct map before = {.arena = v->ctx->arena};
    int64_t value;
    if (!type_has_node_ports(service_type_before(ports->up)) ||
        type_has_node_ports(service_type(ports->up)))
        return false;
    for (struct item it = list_first(ports->old); it.value; it = list_next(it))
        if (node_i64(node_get(it.value, STR("nodePort")), &value))
            map_put(&before, number_text(v, value), &before);
    for (struct each e = each_first(v, ports); e.spot.path.node; each_next(v, &e)) {
        value = child_int(&e.spot, "nodePort");
        if (value != 0 && !map_has(&before, number_text(v, value)))
            return false;
    }
    return true;
}

/* A port as the allocator goes through them. */
struct allocation {
    int64_t port;
    int64_t node_port; /* 0: any, or none */
    bool asked;        /* for this value, of the range */
};

struct allocations {
    struct allocation *items;
    size_t n;
};

static bool gets_node_ports(const struct spot *spec)
{
    return service_type_is(spec, "NodePort") || (service_type_is(spec, "LoadBalancer") &&
                                                 child_bool(spec, "allocateLoadBalancerNodePorts"));
}

/* The node port of the first port of that number before `end` that has one. */
static int64_t node_port_of(const struct allocations *ports, size_t end, int64_t port)
{
    for (size_t i = 0; i < end; i++)
        if (ports->items[i].port == port && ports->items[i].node_port)
            return ports->items[i].node_port;
    return 0;
}

static bool was_asked(const struct allocations *ports, size_t end, int64_t node_port)
{
    for (size_t i = 0; i < end; i++)
        if (ports->items[i].asked && ports->items[i].node_port == node_port)
            return true;
    return false;
}

/* initNodePorts on creation: ports of one number share a node port, and of two numbers none. The
 * range that they are from is known to the cluster only, and a dry run does not look at it. */
static void allocate(struct validating *v, const struct spot *list, struct allocations *ports)
{
    const bool automatic = gets_node_ports(list->up);
    size_t i = 0;
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e), i++) {
        struct allocation *port = &ports->items[i];
        if (port->node_port == 0 && !automatic)
            continue;
        const int64_t before = node_port_of(ports, i, port->port);
        const int64_t wanted = before ? before : node_port_of(ports, ports->n, port->port);
        if (port->node_port == 0)
            port->node_port = wanted;
        if (wanted == 0 || before == port->node_port)
            continue;
        const struct spot node_port = spot_child(v, &e.spot, "nodePort");
        if (was_asked(ports, i, port->node_port))
            say_invalid_as(v, &node_port, str_format(v->ctx->arena, "%" PRId64, port->node_port),
                           "provided port is already allocated");
        port->asked = true;
    }
}

static void check_duplicates(struct validating *v, const struct spot *list,
                             const struct allocations *ports)
{
    struct map seen = {.arena = v->ctx->arena};
    size_t i = 0;
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e), i++) {
        const struct spot port = spot_child(v, &e.spot, "nodePort");
        if (ports->items[i].node_port == 0)
            continue;
        const struct str key =
            str_format(v->ctx->arena, "%" PRId64 "/%.*s", ports->items[i].node_port,
                       STR_FMT(child_text(&e.spot, "protocol")));
        if (map_has(&seen, key))
            say_duplicate(v, &port);
        map_put(&seen, key, &seen);
    }
}

void rule_service_node_ports(struct validating *v, const struct spot *spot)
{
    struct allocations ports = {0};
    if (spot_count(spot) == 0 || drops_node_ports(v, spot))
        return;
    ports.items = ARENA_ARRAY(v->ctx->arena, struct allocation, spot_count(spot));
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot port = spot_child(v, &e.spot, "nodePort");
        ports.items[ports.n++] =
            (struct allocation){.port = child_int(&e.spot, "port"), .node_port = spot_int(&port)};
        if (spot_int(&port) != 0 && service_type_is(spot->up, "ClusterIP"))
            say_forbidden(v, &port, "may not be used when `type` is 'ClusterIP'");
    }
    if (!v_is_update(v) && type_has_node_ports(service_type(spot->up)) && ports.n <= ALLOCATED_MAX)
        allocate(v, spot, &ports);
    check_duplicates(v, spot, &ports);
}

/* ---- affinity, traffic policies ---- */

void rule_service_affinity(struct validating *v, const struct spot *spot)
{
    enum { TIMEOUT_MAX = 86400 };
    const struct spot config = spot_child(v, spot, "sessionAffinityConfig");
    const struct spot client = spot_child(v, &config, "clientIP");
    const struct spot timeout = spot_child(v, &client, "timeoutSeconds");
    if (child_text_is(spot, "sessionAffinity", "ClientIP") && spot_is_set(&timeout) &&
        (spot_int(&timeout) <= 0 || spot_int(&timeout) > TIMEOUT_MAX))
        say_invalid(v, &timeout, "must be greater than 0 and less than 86400");
}

static bool is_accessible(struct str type, const struct node *spec)
{
    const struct node *ips = node_real(node_get(spec, STR("externalIPs")));
    return type_has_node_ports(type) ||
           (str_is(type, "ClusterIP") && node_kind(ips) == NODE_LIST && ips->n > 0);
}

void rule_service_external_policy(struct validating *v, const struct spot *spot)
{
    static const char *const policies[] = {"Cluster", "Local"};
    const struct spot *spec = spot->up;
    if (spot_is_zero(spot))
        return;
    if (is_accessible(service_type(spec), spec->path.node)) {
        if (!str_is_one_of(spot_text(spot), policies, ARRAY_LEN(policies)))
            say_unsupported(v, spot, policies, ARRAY_LEN(policies));
        return;
    }
    if (is_accessible(service_type_before(spec), spec->old) && spot_is_unchanged(spot))
        return;
    say_invalid(v, spot, "may only be set for externally-accessible services");
}

/* It is allocated behind those of the ports. */
static void check_health_port_is_free(struct validating *v, const struct spot *spot)
{
    const struct spot ports = spot_child(v, spot->up, "ports");
    for (struct each e = each_first(v, &ports); e.spot.path.node; each_next(v, &e)) {
        if (child_int(&e.spot, "nodePort") != spot_int(spot))
            continue;
        say_invalid_fmt(v, spot,
                        "failed to allocate requested HealthCheck NodePort %" PRId64
                        ": provided port is already allocated",
                        spot_int(spot));
        return;
    }
}

void rule_service_health_port(struct validating *v, const struct spot *spot)
{
    const struct spot *spec = spot->up;
    const int64_t value = spot_int(spot);
    const struct spot before = spot_before(spot);
    const bool needed = service_was(spec, "LoadBalancer") &&
                        str_is(node_get_text(spec->old, STR("externalTrafficPolicy")), "Local");
    if (value == 0)
        return;
    if (!service_type_is(spec, "LoadBalancer") ||
        !child_text_is(spec, "externalTrafficPolicy", "Local")) {
        if (!needed || spot_int(&before) != value)
            say_invalid(v, spot,
                        "may only be set when `type` is 'LoadBalancer' and "
                        "`externalTrafficPolicy` is 'Local'");
        return;
    }
    if (needed && spot_int(&before) != 0) {
        if (spot_int(&before) != value)
            say_forbidden(v, spot, "field is immutable");
        return;
    }
    if (value < 1 || value > PORT_MAX)
        say_invalid(v, spot, "must be between 1 and 65535, inclusive");
    else
        check_health_port_is_free(v, spot);
}

/* ---- load balancers ---- */

void rule_service_allocate(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot) || service_type_is(spot->up, "LoadBalancer") ||
        (service_was(spot->up, "LoadBalancer") && node_equal(spot->path.node, spot->old)))
        return;
    say_forbidden(v, spot, only_load_balancer);
}

static bool is_same_text(const struct node *a, const struct node *b)
{
    if (node_is_null(a) || node_is_null(b))
        return node_is_null(a) && node_is_null(b);
    return str_eq(node_text(a), node_text(b));
}

void rule_service_class(struct validating *v, const struct spot *spot)
{
    const bool was = service_was(spot->up, "LoadBalancer");
    const bool same = is_same_text(spot->path.node, spot->old);
    if (!service_type_is(spot->up, "LoadBalancer")) {
        if (spot_is_set(spot) && !(was && same))
            say_forbidden(v, spot, only_load_balancer);
        return;
    }
    if (was && !same && spot_is_set(spot))
        say_invalid(v, spot, "may not change once set");
    else if (was && !same)
        say_invalid_as(v, spot, STR("null"), "may not change once set");
    const char *error = spot_is_set(spot) ? format_qualified_name(spot_text(spot)) : NULL;
    if (error)
        say_invalid(v, spot, error);
}

void rule_service_source_ranges(struct validating *v, const struct spot *spot)
{
    struct map before = {0};
    struct spot list = *spot;
    /* the server writes the field as Go does */
    list.path.name = STR("LoadBalancerSourceRanges");
    if (spot_count(spot) == 0)
        return;
    if (!service_type_is(spot->up, "LoadBalancer"))
        say_forbidden(v, &list, only_load_balancer);
    texts_before(v, spot->old, &before);
    for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e)) {
        const struct str range = str_trim(spot_text(&e.spot));
        if (!map_has(&before, range))
            check_cidr(v, &e.spot, range);
    }
}

/* The annotation counts when the field is empty. */
void rule_service_source_ranges_annotation(struct validating *v, const struct spot *spot)
{
    struct annotation ranges;
    struct str part;
    const struct spot spec = spot_child(v, spot, "spec");
    const struct spot list = spot_child(v, &spec, "loadBalancerSourceRanges");
    annotation_read(v, spot, "service.beta.kubernetes.io/load-balancer-source-ranges", &ranges);
    if (!spot_is_set(&ranges.value) || spot_count(&list) > 0)
        return;
    if (!service_type_is(&spec, "LoadBalancer"))
        say_forbidden(v, &ranges.value, only_load_balancer);
    struct str rest = str_trim(spot_text(&ranges.value));
    if (rest.n == 0 || (ranges.value.old && spot_is_unchanged(&ranges.value)))
        return;
    if (str_ends(rest, STR(",")))
        check_cidr(v, &ranges.value, STR(""));
    while (str_split(&rest, ',', &part))
        check_cidr(v, &ranges.value, str_trim(part));
}

void rule_service_external_ips(struct validating *v, const struct spot *spot)
{
    struct map before = {0};
    texts_before(v, spot->old, &before);
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e))
        if (map_has(&before, spot_text(&e.spot)) || check_ip(v, &e.spot))
            check_endpoint_ip(v, &e.spot);
}

void rule_service_annotations(struct validating *v, const struct spot *spot)
{
    struct annotation hints;
    struct annotation mode;
    annotation_read(v, spot, "service.kubernetes.io/topology-aware-hints", &hints);
    annotation_read(v, spot, "service.kubernetes.io/topology-mode", &mode);
    if (!spot_is_set(&hints.value))
        return;
    if (spot_is_set(&mode.value) && !str_eq(spot_text(&mode.value), spot_text(&hints.value)))
        say_invalid(v, &mode.value,
                    "must match annotations[service.kubernetes.io/topology-aware-hints] when both "
                    "are specified");
    say_warning(v, &hints.value,
                "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use "
                "service.kubernetes.io/topology-mode instead");
}
