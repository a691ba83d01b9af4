/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Pods of a whole run ask for, against what the quotas of their namespaces leave. A dry
 * run is charged to no quota, so each Pod fits alone; that all of them do is nobody's answer.
 *
 * Counted are the Pods that there will be more of than now. Quotas of a priority class and of best
 * effort are left out, as is what is deleted meanwhile: what is told is a warning.
 */
#include "cluster/cluster_list.h"
#include "plan/dry_run_internal.h"
#include "pod/pod_resources.h"

struct counting {
    struct arena *arena;
    struct cluster *cluster;
    struct dry_run_results *results;
    struct map spaces; /* namespace -> struct space */
};

struct space {
    struct str namespace;
    struct {
        VEC(struct more);
    } more;
};

/* Pods that are new. */
struct more {
    size_t result;
    int64_t pods;
    struct pod pod;
    struct resources each;
};

/* ---- how many ---- */

static bool is_new(const struct dry_run_result *result)
{
    const struct node *metadata = node_get(result->answer.root, STR("metadata"));
    return !node_get_text(metadata, STR("resourceVersion")).n;
}

/* What a daemon's nodes are is unknown, and a finished Job's Pods are not there any more. */
static int64_t count_more(const struct dry_run_result *result)
{
    static const char *const counted[] = {"Deployment", "StatefulSet", "ReplicaSet",
                                          "ReplicationController"};
    const struct object *object = result->object;
    int64_t now = 0;
    if (result->answer.state != DRY_RUN_ACCEPTED || !result->answer.root)
        return 0;
    if (object_is(object, "", "Pod"))
        return is_new(result);
    if (result->pod.state != DRY_RUN_ACCEPTED || !result->pod.root)
        return 0;
    if (object_is(object, "batch", "Job"))
        return is_new(result) ? result->pods : 0;
    if (!str_is_one_of(object->gvk.kind, counted, ARRAY_LEN(counted)))
        return 0;
    (void)node_i64(node_get(node_get(result->answer.root, STR("status")), STR("replicas")), &now);
    return MAX_OF(result->pods - MAX_OF(now, INT64_C(0)), INT64_C(0));
}

static void add_more(struct counting *counting, size_t index)
{
    const struct dry_run_result *result = &counting->results->items[index];
    const int64_t pods = count_more(result);
    static const struct object pod_kind = {.gvk = {.version = {"v1", 2}, .kind = {"Pod", 3}}};
    if (pods <= 0)
        return;
    struct object *seen = ARENA_NEW(counting->arena, struct object);
    *seen = pod_kind;
    seen->root = result->has_pod ? result->pod.root : result->answer.root;
    struct more more = {.result = index, .pods = pods};
    if (!pod_of(seen, &more.pod))
        return;
    more.each = pod_resources(counting->arena, &more.pod, NULL);
    void **slot = map_slot(&counting->spaces, result->namespace);
    if (!*slot)
        *slot = ARENA_NEW(counting->arena, struct space);
    struct space *space = *slot;
    space->namespace = result->namespace;
    VEC_PUSH(counting->arena, &space->more, more);
}

/* ---- against a quota ---- */

/* Names of quotas: "pods", and amounts with "requests." or "limits." before them; without it is a
 * request. */
static struct quantity asked_of(const struct more *more, struct str resource)
{
    static const struct quantity one = {.nano = 1000000000};
    const struct str requests = STR("requests."), limits = STR("limits.");
    if (str_is(resource, "pods") || str_is(resource, "count/pods"))
        return quantity_times(one, more->pods);
    const bool is_limit = str_starts(resource, limits);
    if (is_limit)
        resource = str_from_offset(resource, limits.n);
    else if (str_starts(resource, requests))
        resource = str_from_offset(resource, requests.n);
    const struct quantity *each =
        amounts_get(is_limit ? &more->each.limits : &more->each.requests, resource);
    return each ? quantity_times(*each, more->pods) : (struct quantity){0};
}

static bool covers(const struct node *quota, const struct more *more)
{
    const struct node *spec = node_get(quota, STR("spec"));
    const bool ends = !node_is_null(node_get(more->pod.spec, STR("activeDeadlineSeconds")));
    if (!node_is_null(node_get(spec, STR("scopeSelector"))))
        return false;
    for (struct item it = list_first(node_get(spec, STR("scopes"))); it.value; it = list_next(it))
        if (!str_is(node_text(it.value), ends ? "Terminating" : "NotTerminating"))
            return false;
    return true;
}

/* `resource` of the quota, where `left` of it is free. */
static void sum(struct counting *counting, const struct space *space, const struct node *quota,
                struct str resource, struct quantity left)
{
    struct quantity asked = {.format = left.format};
    const struct more *first = NULL;
    for (size_t i = 0; i < space->more.n; i++) {
        const struct more *more = &space->more.items[i];
        const struct quantity own = asked_of(more, resource);
        if (!own.nano || !covers(quota, more))
            continue;
        asked.nano += own.nano;
        if (!first && quantity_cmp(&asked, &left) > 0)
            first = more;
    }
    if (!first)
        return;
    const struct dry_run_over over = {
        .result = first->result,
        .quota = node_get_text(node_get(quota, STR("metadata")), STR("name")),
        .resource = resource,
        .left = quantity_format(counting->arena, &left),
        .asked = quantity_format(counting->arena, &asked)};
    VEC_PUSH(counting->arena, &counting->results->overs, over);
}

static void hold(struct counting *counting, const struct space *space, const struct node *quota)
{
    const struct node *status = node_get(quota, STR("status"));
    const struct node *used = node_get(status, STR("used"));
    for (struct entry e = map_first(node_get(status, STR("hard"))); e.key; e = map_next(e)) {
        struct quantity hard, taken = {0};
        if (quantity_parse(node_text(e.value), &hard))
            continue;
        const struct node *now = node_get(used, node_text(e.key));
        if (now && quantity_parse(node_text(now), &taken))
            continue;
        hard.nano = MAX_OF(hard.nano - taken.nano, 0);
        sum(counting, space, quota, node_text(e.key), hard);
    }
}

void dry_run_quotas(struct arena *arena, struct cluster *cluster, struct dry_run_results *results)
{
    struct counting counting = {
        .arena = arena, .cluster = cluster, .results = results, .spaces = {.arena = arena}};
    const struct cluster_resource *resource =
        cluster_find(cluster, STR("v1"), STR("ResourceQuota"));
    for (size_t i = 0; i < results->n && resource; i++)
        add_more(&counting, i);
    for (size_t i = 0; i < counting.spaces.n; i++) {
        const struct space *space = counting.spaces.entries[i].value;
        struct cluster_list list = {
            .resource = resource, .namespace = space->namespace, .arena = arena};
        cluster_list_all(cluster, &list);
        results->requests += MAX_OF(list.pages, 1u);
        /* Who may not read them is not told about them. */
        for (size_t q = 0; list.outcome == CLUSTER_OK && q < list.items.n; q++)
            hold(&counting, space, list.items.items[q]);
    }
}
