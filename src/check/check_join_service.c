/* SPDX-License-Identifier: Apache-2.0 */
/* Services and the Pods behind them, and what watches them. */
#include "check/check_join.h"

/* Services that have Pods by a selector. */
static bool takes_pods(const struct object *service, struct selector *ret_selector)
{
    const struct node *spec = node_get(service->root, STR("spec"));
    *ret_selector = selector_of_map(node_get(spec, STR("selector")));
    return !selector_is_empty(ret_selector) &&
           !str_is(node_get_text(spec, STR("type")), "ExternalName");
}

/* ---- no Pods ---- */

/* Components of the cluster's own are there without manifests. */
static bool is_of_the_cluster(const struct join_object *in)
{
    return str_is(in->namespace, "kube-system") || str_is(in->object->namespace, "kube-system");
}

static void check_pods(const struct join *join, const struct join_object *in)
{
    const struct object *service = in->object;
    struct selector selector;
    if (!takes_pods(service, &selector) || is_of_the_cluster(in) ||
        !selector_first(&selector).key.n || join_picks(join, in->namespace, &selector) ||
        !join_expects_pods(join, in, &selector) ||
        join_is_external(join, "Pod", in->namespace, service->name))
        return;
    const struct str shown = join_show_selector(join, &selector);
    struct diag *diag = join_report(join, PACK_NETWORKING_DANGLING_SERVICE, service,
                                    join_get(service, "spec.selector"),
                                    "no Pod has the labels %.*s", STR_FMT(shown));
    diag_hint(join->diags, diag,
              "make the selector fit the labels of a template, or if something else makes the "
              "Pods, say so: `external: [Pod/NAMESPACE/SERVICE]` in tidegate.yaml");
}

void joined_services(const struct join *join)
{
    const struct join_list *services = join_kind(join, "", "Service");
    for (size_t i = 0; services && i < services->n; i++)
        if (join->objects.items[services->items[i]].is_own)
            check_pods(join, &join->objects.items[services->items[i]]);
}

/* ---- ports ---- */

static struct str protocol_of(const struct node *port)
{
    const struct str protocol = node_get_text(port, STR("protocol"));
    return protocol.n ? protocol : STR("TCP");
}

static bool port_fits(const struct node *port, struct str protocol, struct str name, int64_t number)
{
    int64_t have = 0;
    if (!str_eq(protocol_of(port), protocol))
        return false;
    if (name.n)
        return str_eq(node_get_text(port, STR("name")), name);
    return node_i64(node_get(port, STR("containerPort")), &have) && have == number;
}

static bool pod_has_port(const struct pod *pod, struct str protocol, struct str name,
                         int64_t number)
{
    for (struct container c = container_first(pod); c.node; c = container_next(c)) {
        if (c.list == CONTAINERS_INIT && !container_is_sidecar(&c))
            continue;
        const struct node *ports = node_get(c.node, STR("ports"));
        for (struct item it = list_first(ports); it.value; it = list_next(it))
            if (port_fits(it.value, protocol, name, number))
                return true;
    }
    return false;
}

bool join_has_port(const struct join_picked *picked, struct str protocol, struct str name,
                   int64_t number)
{
    for (size_t i = 0; i < picked->n; i++)
        if (pod_has_port(&picked->items[i]->pod, protocol, name, number))
            return true;
    return picked->is_cut;
}

static void check_port(const struct join *join, const struct object *service,
                       const struct join_picked *picked, const struct node *port)
{
    const struct node *target = node_get(port, STR("targetPort"));
    const struct str protocol = protocol_of(port);
    const struct str shown = join_title(join, picked->items[0]->in->object);
    const struct node *number = node_is_null(target) ? node_get(port, STR("port")) : target;
    int64_t value = 0;
    struct diag *diag = NULL;
    if (node_kind(target) == NODE_STRING) {
        const struct str name = node_text(target);
        const struct str quoted = join_quote(join, name);
        if (name.n && !join_has_port(picked, protocol, name, 0))
            diag = join_report(join, PACK_NETWORKING_SERVICE_TARGET_PORT, service, target,
                               "no container of %.*s has a %.*s port named \"%.*s\"",
                               STR_FMT(shown), STR_FMT(protocol), STR_FMT(quoted));
    } else if (node_i64(number, &value) && value > 0 &&
               !join_has_port(picked, protocol, (struct str){0}, value)) {
        diag = join_report(join, PACK_NETWORKING_UNDECLARED_TARGET_PORT, service, number,
                           "no container of %.*s declares %.*s port %lld", STR_FMT(shown),
                           STR_FMT(protocol), (long long)value);
    }
    join_relate(join, diag, picked->items[0]->in->object, "the Pods behind the Service");
}

void joined_ports(const struct join *join)
{
    const struct join_list *services = join_kind(join, "", "Service");
    for (size_t i = 0; services && i < services->n; i++) {
        const struct join_object *in = &join->objects.items[services->items[i]];
        struct selector selector;
        if (!in->is_own || !takes_pods(in->object, &selector) || !selector_first(&selector).key.n)
            continue;
        const struct join_picked picked = join_pick(join, in, in->namespace, &selector);
        if (!picked.n || !join_is_near(join, in->object, picked.items[0]->in->object))
            continue;
        const struct node *ports = join_get(in->object, "spec.ports");
        for (struct item it = list_first(ports); it.value; it = list_next(it))
            check_port(join, in->object, &picked, it.value);
    }
}

/* ---- the same selector twice ---- */

static struct str selector_key(const struct join *join, const struct join_object *in,
                               const struct selector *selector)
{
    struct {
        VEC(struct str);
    } pairs = {0};
    for (struct entry e = map_first(selector->labels); e.key; e = map_next(e))
        VEC_PUSH(join->arena, &pairs,
                 str_format(join->arena, "%.*s=%.*s", STR_FMT(node_text(e.key)),
                            STR_FMT(node_text(e.value))));
    if (pairs.n)
        qsort(pairs.items, pairs.n, sizeof *pairs.items, str_cmp_qsort);
    struct str key = in->namespace;
    for (size_t i = 0; i < pairs.n; i++)
        key = str_format(join->arena, "%.*s %.*s", STR_FMT(key), STR_FMT(pairs.items[i]));
    return key;
}

/* The one of two that is the set's own is told about, the later one when both are. */
static void say_same(const struct join *join, const struct join_object *first,
                     const struct join_object *in)
{
    const struct join_object *own = in->is_own ? in : first;
    const struct object *other = in->is_own ? first->object : in->object;
    if (!own->is_own || !join_is_together(join, other, own->object) ||
        str_eq(other->name, own->object->name))
        return;
    const struct str title = join_title(join, other);
    struct diag *diag = join_report(join, PACK_NETWORKING_DUPLICATE_SERVICE_SELECTOR, own->object,
                                    join_get(own->object, "spec.selector"),
                                    "%.*s has the same selector", STR_FMT(title));
    join_relate(join, diag, other, "the other Service with this selector");
}

void joined_same_services(const struct join *join)
{
    struct map seen = {.arena = join->arena};
    const struct join_list *services = join_kind(join, "", "Service");
    for (size_t i = 0; services && i < services->n; i++) {
        const struct join_object *in = &join->objects.items[services->items[i]];
        struct selector selector;
        if (!takes_pods(in->object, &selector) || !selector_first(&selector).key.n ||
            !join_picks(join, in->namespace, &selector))
            continue;
        void **slot = map_slot(&seen, selector_key(join, in, &selector));
        if (*slot)
            say_same(join, *slot, in);
        else
            *slot = arena_dup(join->arena, in, sizeof *in);
    }
}

/* ---- monitors ---- */

static bool has_service(const struct join *join, const struct map *labels, struct str namespace,
                        const struct selector *selector)
{
    struct join_walk walk = join_candidates(join, labels, namespace, selector);
    uint32_t index;
    while (join_walk_next(&walk, &index))
        if (selector_fits(selector, labels_of(join->objects.items[index].object)))
            return true;
    return false;
}

/* NULL labels: of Pods. */
static void check_monitor(const struct join *join, const struct join_object *in,
                          const struct map *labels)
{
    const struct node *place = join_get(in->object, "spec.selector");
    const struct selector selector = selector_of(place);
    const bool is_anywhere = map_first(join_get(in->object, "spec.namespaceSelector")).key != NULL;
    const struct str namespace = is_anywhere ? (struct str){0} : in->namespace;
    if (!in->is_own || selector_is_empty(&selector) ||
        (labels ? has_service(join, labels, namespace, &selector)
                : join_picks(join, namespace, &selector)))
        return;
    const struct str shown = join_show_selector(join, &selector);
    (void)join_report(join, PACK_NETWORKING_DANGLING_MONITOR, in->object, place,
                      "no %s has the labels %.*s", labels ? "Service" : "Pod", STR_FMT(shown));
}

void joined_monitors(const struct join *join)
{
    struct map labels = {.arena = join->arena};
    const struct join_list *services = join_kind(join, "", "Service");
    for (size_t i = 0; services && i < services->n; i++) {
        const struct join_object *in = &join->objects.items[services->items[i]];
        join_index_labels(join, &labels, in->namespace, labels_of(in->object), services->items[i]);
    }
    const struct join_list *monitors = join_kind(join, "monitoring.coreos.com", "ServiceMonitor");
    for (size_t i = 0; monitors && i < monitors->n; i++)
        check_monitor(join, &join->objects.items[monitors->items[i]], &labels);
    monitors = join_kind(join, "monitoring.coreos.com", "PodMonitor");
    for (size_t i = 0; monitors && i < monitors->n; i++)
        check_monitor(join, &join->objects.items[monitors->items[i]], NULL);
}
