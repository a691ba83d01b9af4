/* SPDX-License-Identifier: Apache-2.0 */
/* Autoscalers and the workloads that they scale. */
#include "check/check_join.h"

static bool is_horizontal(const struct object *object)
{
    return object_is(object, "autoscaling", "HorizontalPodAutoscaler");
}

static const struct node *target_of(const struct object *scaler)
{
    return join_get(scaler, is_horizontal(scaler) ? "spec.scaleTargetRef" : "spec.targetRef");
}

/* Kinds that everybody knows; a custom one may come from anywhere. */
static const char *group_of(struct str kind)
{
    static const char *const apps[] = {"Deployment", "StatefulSet", "ReplicaSet", "DaemonSet"};
    if (str_is_one_of(kind, apps, ARRAY_LEN(apps)))
        return "apps";
    return str_is(kind, "ReplicationController") ? "" : NULL;
}

/* ---- no workload ---- */

static void say_dangling(const struct join *join, const struct join_object *in,
                         const struct node *target)
{
    const struct node *name = node_get(target, STR("name"));
    const struct str kind = node_get_text(target, STR("kind"));
    struct arena scratch SCOPED(arena) = {0};
    if (!node_text(name).n || !join_expects(join, in, FILE_HAS_PODS, node_text(name)) ||
        join_is_external(join, str_to_c(&scratch, kind), in->namespace, node_text(name)))
        return;
    const struct str quoted = join_quote(join, node_text(name));
    (void)join_report(join, PACK_RELIABILITY_DANGLING_AUTOSCALER, in->object, name,
                      "no %.*s \"%.*s\" is declared in its namespace", STR_FMT(kind),
                      STR_FMT(quoted));
}

/* ---- requests ---- */

/* The resource whose utilization a metric is about, and of which container; none of others. */
static struct str utilized(const struct node *metric, struct str *ret_container)
{
    const bool is_resource = str_is(node_get_text(metric, STR("type")), "Resource");
    if (!is_resource && !str_is(node_get_text(metric, STR("type")), "ContainerResource"))
        return (struct str){0};
    const struct node *source =
        node_get(metric, is_resource ? STR("resource") : STR("containerResource"));
    *ret_container = node_get_text(source, STR("container"));
    const struct node *target = node_get(source, STR("target"));
    const bool is_utilization = str_is(node_get_text(target, STR("type")), "Utilization") ||
                                !node_is_null(node_get(source, STR("targetAverageUtilization")));
    return is_utilization ? node_get_text(source, STR("name")) : (struct str){0};
}

static bool lacks(const struct join *join, const struct join_pod *pod,
                  const struct container *container, struct str resource, struct str only)
{
    const struct resources defaults = check_defaults(
        join->context, join->arena,
        check_namespace(pod->in->object, join->context->input->objects->default_namespace));
    const struct resources own = container_resources(join->arena, container, &defaults);
    return container->list == CONTAINERS_MAIN && (!only.n || str_eq(only, container->name)) &&
           !amounts_get(&own.requests, resource);
}

static void check_requests(const struct join *join, const struct object *scaler,
                           const struct join_pod *pod, struct str resource, struct str only)
{
    struct amounts of_pod = {0};
    amounts_read(join->arena, node_get(pod_level_resources(&pod->pod), STR("requests")), &of_pod);
    if (!resource.n || amounts_get(&of_pod, resource))
        return;
    for (struct container c = container_first(&pod->pod); c.node; c = container_next(c)) {
        if (!lacks(join, pod, &c, resource, only))
            continue;
        const struct str title = join_title(join, scaler);
        const struct str name = join_quote(join, c.name);
        const struct str shown = join_quote(join, resource);
        struct diag *diag =
            join_report(join, PACK_RELIABILITY_AUTOSCALER_WITHOUT_REQUESTS, pod->in->object, c.node,
                        "container \"%.*s\" requests no %.*s, and %.*s scales by its utilization",
                        STR_FMT(name), STR_FMT(shown), STR_FMT(title));
        join_relate(join, diag, scaler, "the autoscaler");
    }
}

static void check_metrics(const struct join *join, const struct object *scaler,
                          const struct join_pod *pod)
{
    const struct node *spec = node_get(scaler->root, STR("spec"));
    const struct node *metrics = node_get(spec, STR("metrics"));
    const bool is_old = str_is(scaler->gvk.version, "v1");
    struct str only = {0};
    /* What the server fills in. */
    if (is_old || !list_first(metrics).value) {
        check_requests(join, scaler, pod, STR("cpu"), only);
        return;
    }
    for (struct item it = list_first(metrics); it.value; it = list_next(it)) {
        const struct str resource = utilized(it.value, &only);
        check_requests(join, scaler, pod, resource, only);
        only = (struct str){0};
    }
}

/* ---- replicas ---- */

static void check_replicas(const struct join *join, const struct object *scaler,
                           const struct join_pod *pod)
{
    const struct node *replicas = join_get(pod->in->object, "spec.replicas");
    int64_t n = 0;
    /* None at all switches the autoscaler off. */
    if (!node_i64(replicas, &n) || n == 0)
        return;
    const struct str title = join_title(join, scaler);
    struct diag *diag =
        join_report(join, PACK_RELIABILITY_AUTOSCALER_AND_REPLICAS, pod->in->object, replicas,
                    "replicas are set here, and %.*s sets them too", STR_FMT(title));
    join_relate(join, diag, scaler, "the autoscaler");
}

static const struct join_pod *pod_named(const struct join *join, const struct join_object *in)
{
    struct join_walk walk =
        join_walk_start(join, &join->workloads, in->namespace, (struct str){0}, in->object->name);
    uint32_t index;
    while (join_walk_next(&walk, &index))
        if (join->pods.items[index].in == in)
            return &join->pods.items[index];
    return NULL;
}

static void check_scaler(const struct join *join, const struct join_object *in)
{
    const struct node *target = target_of(in->object);
    const char *group = group_of(node_get_text(target, STR("kind")));
    struct arena scratch SCOPED(arena) = {0};
    if (!group)
        return;
    const struct join_found found =
        join_find(join, in, group, str_to_c(&scratch, node_get_text(target, STR("kind"))),
                  in->namespace, node_get_text(target, STR("name")));
    if (!found.n)
        say_dangling(join, in, target);
    for (size_t i = 0; i < found.n && is_horizontal(in->object); i++) {
        const struct join_pod *pod = pod_named(join, found.items[i]);
        if (!pod || !pod->in->is_own || !join_is_near(join, in->object, pod->in->object))
            continue;
        check_metrics(join, in->object, pod);
        /* Of several, one is enough. */
        if (join_autoscalers(join, pod->in).items[0] == in)
            check_replicas(join, in->object, pod);
    }
}

static void each_scaler(const struct join *join,
                        void (*fn)(const struct join *join, const struct join_object *in))
{
    const struct join_list *lists[] = {
        join_kind(join, "autoscaling", "HorizontalPodAutoscaler"),
        join_kind(join, "autoscaling.k8s.io", "VerticalPodAutoscaler"),
    };
    for (size_t l = 0; l < ARRAY_LEN(lists); l++)
        for (size_t i = 0; lists[l] && i < lists[l]->n; i++)
            if (join->objects.items[lists[l]->items[i]].is_own)
                fn(join, &join->objects.items[lists[l]->items[i]]);
}

void joined_autoscalers(const struct join *join)
{
    each_scaler(join, check_scaler);
}

/* ---- two autoscalers ---- */

static bool is_about_resources(const struct object *scaler)
{
    const struct node *metrics = join_get(scaler, "spec.metrics");
    struct str only = {0};
    if (str_is(scaler->gvk.version, "v1") || !list_first(metrics).value)
        return true;
    for (struct item it = list_first(metrics); it.value; it = list_next(it))
        if (utilized(it.value, &only).n)
            return true;
    return false;
}

static bool is_passive(const struct object *scaler)
{
    if (is_horizontal(scaler))
        return false;
    return str_is(node_get_text(join_get(scaler, "spec.updatePolicy"), STR("updateMode")), "Off");
}

/* Two of one sort always fight; a vertical one fights with a horizontal one over resources. */
static bool fights(const struct object *one, const struct object *other)
{
    if (str_eq(one->gvk.kind, other->gvk.kind))
        return !str_eq(one->name, other->name);
    return is_about_resources(is_horizontal(one) ? one : other);
}

static void check_same(const struct join *join, const struct join_object *in)
{
    const struct node *target = target_of(in->object);
    struct join_walk walk =
        join_walk_start(join, &join->targets, in->namespace, node_get_text(target, STR("kind")),
                        node_get_text(target, STR("name")));
    uint32_t index;
    if (is_passive(in->object) || !node_get_text(target, STR("name")).n)
        return;
    /* Each is told about the first before it. */
    while (join_walk_next(&walk, &index) && &join->objects.items[index] != in) {
        const struct object *first = join->objects.items[index].object;
        if (is_passive(first) || !str_eq(join->objects.items[index].namespace, in->namespace) ||
            !join_is_together(join, first, in->object) || !fights(first, in->object))
            continue;
        const struct str title = join_title(join, first);
        struct diag *diag = join_report(join, PACK_RELIABILITY_DUPLICATE_AUTOSCALER, in->object,
                                        target, "%.*s scales the same workload", STR_FMT(title));
        join_relate(join, diag, first, "the first autoscaler of this workload");
        return;
    }
}

void joined_same_autoscalers(const struct join *join)
{
    each_scaler(join, check_same);
}
