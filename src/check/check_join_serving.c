/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads that Services lead to, the Services of StatefulSets, and the claims of many Pods. */
#include "check/check_join.h"

/* ---- behind a Service ---- */

static bool is_ready_known(const struct pod *pod)
{
    for (struct container c = container_first(pod); c.node; c = container_next(c))
        if (c.list != CONTAINERS_EPHEMERAL &&
            !node_is_null(node_get(c.node, STR("readinessProbe"))))
            return true;
    return false;
}

static void check_serving(const struct join *join, const struct join_pod *pod,
                          const struct object *service)
{
    const struct object *workload = pod->in->object;
    const struct node *spec = node_get(workload->root, STR("spec"));
    const struct str title = join_title(join, service);
    const struct node *strategy = node_way(spec, "strategy.type");
    struct container first = container_first(&pod->pod);
    int64_t n = 1;
    while (first.node && first.list != CONTAINERS_MAIN)
        first = container_next(first);
    struct diag *diag = NULL;
    if (first.node && !is_ready_known(&pod->pod))
        diag =
            join_report(join, PACK_RELIABILITY_SERVICE_WITHOUT_READINESS, workload, first.node,
                        "no container has a readiness probe, and %.*s leads here", STR_FMT(title));
    join_relate(join, diag, service, "the Service");
    diag = NULL;
    if (str_is(node_text(strategy), "Recreate"))
        diag =
            join_report(join, PACK_RELIABILITY_SERVICE_ON_RECREATE, workload, strategy,
                        "all Pods are stopped at each change, and %.*s leads here", STR_FMT(title));
    join_relate(join, diag, service, "the Service");
    diag = NULL;
    const bool is_scaled =
        object_is(workload, "apps", "Deployment") || object_is(workload, "apps", "StatefulSet");
    (void)join_count(join, pod, &n);
    if (is_scaled && n == 1) {
        const struct node *replicas = node_get(spec, STR("replicas"));
        diag = join_report(join, PACK_RELIABILITY_SERVICE_ON_ONE_REPLICA, workload,
                           node_is_null(replicas) ? spec : replicas,
                           "there is one Pod only, and %.*s leads here", STR_FMT(title));
    }
    join_relate(join, diag, service, "the Service");
}

void joined_serving(const struct join *join)
{
    const struct join_list *services = join_kind(join, "", "Service");
    bool *seen = ARENA_ARRAY(join->arena, bool, join->pods.n + 1);
    for (size_t i = 0; services && i < services->n; i++) {
        const struct join_object *in = &join->objects.items[services->items[i]];
        const struct selector selector = selector_of_map(join_get(in->object, "spec.selector"));
        if (!selector_first(&selector).key.n)
            continue;
        const struct join_picked picked = join_pick(join, in, in->namespace, &selector);
        for (size_t p = 0; p < picked.n; p++) {
            bool *is_seen = &seen[(size_t)(picked.items[p] - join->pods.items)];
            if (*is_seen || !picked.items[p]->in->is_own || picked.items[p]->is_custom ||
                str_is(picked.items[p]->in->object->gvk.group, "batch") ||
                !join_is_near(join, in->object, picked.items[p]->in->object))
                continue;
            *is_seen = true;
            check_serving(join, picked.items[p], in->object);
        }
    }
}

/* ---- StatefulSets ---- */

static void check_stateful_set(const struct join *join, const struct join_object *in)
{
    const struct node *name = join_get(in->object, "spec.serviceName");
    int64_t n = 1;
    const struct str quoted = join_quote(join, node_text(name));
    if (!node_text(name).n)
        return;
    const struct join_found found =
        join_find(join, in, "", "Service", in->namespace, node_text(name));
    if (!found.n) {
        if (join_expects(join, in, FILE_HAS_SERVICES, (struct str){0}) &&
            !join_is_external(join, "Service", in->namespace, node_text(name)))
            (void)join_report(join, PACK_RELIABILITY_STATEFUL_SET_SERVICE, in->object, name,
                              "no Service \"%.*s\" is declared in its namespace", STR_FMT(quoted));
        return;
    }
    /* A single Pod is found by the Service's own name as well. */
    (void)node_i64(join_get(in->object, "spec.replicas"), &n);
    for (size_t i = 0; i < found.n; i++)
        if (n < 2 ||
            str_is(node_get_text(join_get(found.items[i]->object, "spec"), STR("clusterIP")),
                   "None") ||
            !join_is_near(join, in->object, found.items[i]->object))
            return;
    struct diag *diag =
        join_report(join, PACK_RELIABILITY_STATEFUL_SET_SERVICE, in->object, name,
                    "Service \"%.*s\" is not headless, so the Pods have no names of their own",
                    STR_FMT(quoted));
    join_relate(join, diag, found.items[0]->object, "the Service");
    diag_hint(join->diags, diag, "name a Service with `clusterIP: None`");
}

void joined_stateful_sets(const struct join *join)
{
    const struct join_list *sets = join_kind(join, "apps", "StatefulSet");
    for (size_t i = 0; sets && i < sets->n; i++)
        if (join->objects.items[sets->items[i]].is_own)
            check_stateful_set(join, &join->objects.items[sets->items[i]]);
}

/* ---- claims ---- */

/* The modes of one claim say that one node, or one Pod, may use it. */
static bool is_single(const struct object *claim)
{
    const struct node *modes = join_get(claim, "spec.accessModes");
    for (struct item it = list_first(modes); it.value; it = list_next(it))
        if (!str_starts(node_text(it.value), STR("ReadWriteOnce")))
            return false;
    return list_first(modes).value != NULL;
}

static void check_claim(const struct join *join, const struct join_pod *pod,
                        const struct node *name, int64_t n)
{
    const struct join_found found =
        join_find(join, pod->in, "", "PersistentVolumeClaim", pod->in->namespace, node_text(name));
    for (size_t i = 0; i < found.n; i++)
        if (!is_single(found.items[i]->object) ||
            !join_is_near(join, pod->in->object, found.items[i]->object))
            return;
    if (!found.n)
        return;
    const struct str quoted = join_quote(join, node_text(name));
    struct diag *diag =
        join_report(join, PACK_RELIABILITY_CLAIM_ACCESS_MODE, pod->in->object, name,
                    "claim \"%.*s\" can be used by one node only, and there are %lld replicas",
                    STR_FMT(quoted), (long long)n);
    join_relate(join, diag, found.items[0]->object, "the claim");
}

void joined_claims(const struct join *join)
{
    for (size_t i = 0; i < join->pods.n; i++) {
        const struct join_pod *pod = &join->pods.items[i];
        int64_t n = 0;
        if (!pod->in->is_own || !join_count(join, pod, &n) || n < 2)
            continue;
        const struct node *volumes = node_get(pod->pod.spec, STR("volumes"));
        for (struct item it = list_first(volumes); it.value; it = list_next(it)) {
            const struct node *claim = node_get(it.value, STR("persistentVolumeClaim"));
            const struct node *name = node_get(claim, STR("claimName"));
            if (node_text(name).n && !node_bool(node_get(claim, STR("readOnly"))))
                check_claim(join, pod, name, n);
        }
    }
}
