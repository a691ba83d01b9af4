/* SPDX-License-Identifier: Apache-2.0 */
/* NetworkPolicies: those that pick nobody, and Pods that none picks. */
#include "check/check_join.h"

static const char group[] = "networking.k8s.io";

/* ---- policies that pick nobody ---- */

static void say_dangling(const struct join *join, enum pack_id id, const struct join_object *in,
                         const struct node *place, struct str namespace)
{
    const struct selector selector = selector_of(place);
    if (!join_is_on(join, id) || !selector_first(&selector).key.n ||
        join_picks(join, namespace, &selector) || !join_expects_pods(join, in, &selector) ||
        join_is_external(join, "Pod", namespace, in->object->name))
        return;
    const struct str shown = join_show_selector(join, &selector);
    (void)join_report(join, id, in->object, place, "no Pod has the labels %.*s", STR_FMT(shown));
}

static void check_peers(const struct join *join, const struct join_object *in,
                        const struct node *peers)
{
    for (struct item it = list_first(peers); it.value; it = list_next(it)) {
        const bool is_anywhere = !node_is_null(node_get(it.value, STR("namespaceSelector")));
        say_dangling(join, PACK_NETWORKING_DANGLING_NETWORK_POLICY_PEER, in,
                     node_get(it.value, STR("podSelector")),
                     is_anywhere ? (struct str){0} : in->namespace);
    }
}

/* Names of ports mean those of the Pods that traffic goes to. */
static void check_ports(const struct join *join, const struct join_object *in,
                        const struct join_picked *picked, const struct node *ports)
{
    for (struct item it = list_first(ports); it.value; it = list_next(it)) {
        const struct node *port = node_get(it.value, STR("port"));
        const struct str written = node_get_text(it.value, STR("protocol"));
        const struct str protocol = written.n ? written : STR("TCP");
        if (node_kind(port) != NODE_STRING || join_has_port(picked, protocol, node_text(port), 0))
            continue;
        const struct str name = join_quote(join, node_text(port));
        const struct str shown = join_quote(join, protocol);
        const struct str title = join_title(join, picked->items[0]->in->object);
        struct diag *diag = join_report(join, PACK_NETWORKING_NETWORK_POLICY_PORT, in->object, port,
                                        "no container of %.*s has a %.*s port named \"%.*s\"",
                                        STR_FMT(title), STR_FMT(shown), STR_FMT(name));
        join_relate(join, diag, picked->items[0]->in->object, "Pods that it picks");
    }
}

static void check_policy(const struct join *join, const struct join_object *in)
{
    const struct node *spec = node_get(in->object->root, STR("spec"));
    const struct node *place = node_get(spec, STR("podSelector"));
    const struct selector selector = selector_of(place);
    say_dangling(join, PACK_NETWORKING_DANGLING_NETWORK_POLICY, in, place, in->namespace);
    struct join_picked picked = {0};
    if (selector_first(&selector).key.n)
        picked = join_pick(join, in, in->namespace, &selector);
    if (picked.n && !join_is_near(join, in->object, picked.items[0]->in->object))
        picked.n = 0;
    for (struct item it = list_first(node_get(spec, STR("ingress"))); it.value;
         it = list_next(it)) {
        check_peers(join, in, node_get(it.value, STR("from")));
        if (picked.n)
            check_ports(join, in, &picked, node_get(it.value, STR("ports")));
    }
    for (struct item it = list_first(node_get(spec, STR("egress"))); it.value; it = list_next(it))
        check_peers(join, in, node_get(it.value, STR("to")));
}

void joined_network_policies(const struct join *join)
{
    const struct join_list *policies = join_kind(join, group, "NetworkPolicy");
    for (size_t i = 0; policies && i < policies->n; i++)
        if (join->objects.items[policies->items[i]].is_own)
            check_policy(join, &join->objects.items[policies->items[i]]);
}

/* ---- Pods that no policy picks ---- */

enum direction { TO_PODS, FROM_PODS, DIRECTIONS };

struct covering {
    const struct join *join;
    bool *picked[DIRECTIONS];          /* by pod */
    struct map namespaces[DIRECTIONS]; /* that are covered whole */
};

static bool is_about(const struct node *spec, enum direction direction)
{
    static const char *const types[] = {[TO_PODS] = "Ingress", [FROM_PODS] = "Egress"};
    const struct node *written = node_get(spec, STR("policyTypes"));
    for (struct item it = list_first(written); it.value; it = list_next(it))
        if (str_is(node_text(it.value), types[direction]))
            return true;
    /* What the server fills in. */
    return !list_first(written).value &&
           (direction == TO_PODS || list_first(node_get(spec, STR("egress"))).value);
}

static void cover(struct covering *covering, const struct join_object *in, enum direction direction)
{
    const struct join *join = covering->join;
    const struct node *spec = node_get(in->object->root, STR("spec"));
    const struct selector selector = selector_of(node_get(spec, STR("podSelector")));
    uint32_t index;
    if (!is_about(spec, direction))
        return;
    if (selector_is_empty(&selector)) {
        map_put(&covering->namespaces[direction], in->namespace, covering);
        return;
    }
    struct join_walk walk = join_candidates(join, &join->labels, in->namespace, &selector);
    while (join_walk_next(&walk, &index))
        covering->picked[direction][index] |=
            selector_fits(&selector, join->pods.items[index].labels);
}

static bool is_covered(const struct covering *covering, size_t pod, enum direction direction)
{
    const struct str namespace = covering->join->pods.items[pod].in->namespace;
    const struct map *whole = &covering->namespaces[direction];
    if (covering->picked[direction][pod] || map_has(whole, namespace))
        return true;
    /* Unknown namespaces may be the same. */
    return !covering->join->context->input->declared &&
           (namespace.n ? map_has(whole, (struct str){0}) : whole->n > 0);
}

void joined_unprotected(const struct join *join)
{
    static const struct {
        enum pack_id rule;
        const char *what;
    } says[] = {
        [TO_PODS] = {PACK_NETWORKING_UNPROTECTED_INGRESS, "what may reach these Pods"},
        [FROM_PODS] = {PACK_NETWORKING_UNPROTECTED_EGRESS, "what these Pods may reach"},
    };
    const struct join_list *policies = join_kind(join, group, "NetworkPolicy");
    struct covering covering = {.join = join};
    for (enum direction d = 0; d < DIRECTIONS; d++) {
        covering.picked[d] = ARENA_ARRAY(join->arena, bool, join->pods.n + 1);
        covering.namespaces[d].arena = join->arena;
        for (size_t i = 0; policies && i < policies->n; i++)
            cover(&covering, &join->objects.items[policies->items[i]], d);
    }
    for (size_t i = 0; i < join->pods.n; i++) {
        const struct join_pod *pod = &join->pods.items[i];
        for (enum direction d = 0; d < DIRECTIONS; d++)
            if (pod->in->is_own && !node_bool(node_get(pod->pod.spec, STR("hostNetwork"))) &&
                !is_covered(&covering, i, d))
                (void)join_report(join, says[d].rule, pod->in->object,
                                  join_get(pod->in->object, "metadata.name"),
                                  "no NetworkPolicy says %s", says[d].what);
    }
}
