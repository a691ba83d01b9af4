/* SPDX-License-Identifier: Apache-2.0 */
/* The index: built in one pass over the set and those that it depends on. */
#include "check/check_join.h"

#include "base/file.h"
#include "base/glob.h"

static const struct str everywhere = {"*", 1};

/* ---- keys ---- */

/* Parts are labels, names and kinds, none of which has a NUL in it. */
static struct str key_of(struct arena *arena, struct str namespace, struct str a, struct str b)
{
    const size_t n = namespace.n + a.n + b.n + 2;
    char *text = arena_alloc_text(arena, n);
    char *at = text;
    const struct str parts[] = {namespace, {"", 1}, a, {"", 1}, b};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (parts[i].n)
            memcpy(at, parts[i].p, parts[i].n);
        at += parts[i].n;
    }
    return (struct str){text, n};
}

static void put_under(const struct join *join, struct map *map, struct str key, uint32_t index)
{
    void **slot = map_slot(map, key);
    if (!*slot)
        *slot = ARENA_NEW(join->arena, struct join_list);
    struct join_list *list = *slot;
    if (!list->n || list->items[list->n - 1] != index)
        VEC_PUSH(join->arena, list, index);
}

static void put(const struct join *join, struct map *map, struct str namespace, struct str a,
                struct str b, uint32_t index)
{
    put_under(join, map, key_of(join->arena, namespace, a, b), index);
    put_under(join, map, key_of(join->arena, everywhere, a, b), index);
}

struct join_walk join_walk_start(const struct join *join, const struct map *map,
                                 struct str namespace, struct str a, struct str b)
{
    struct arena scratch SCOPED(arena) = {0};
    const bool is_anywhere = namespace.n == 0;
    struct join_walk walk = {
        .lists = {map_get(map, key_of(&scratch, is_anywhere ? everywhere : namespace, a, b))}};
    if (!is_anywhere && !join->context->input->declared)
        walk.lists[1] = map_get(map, key_of(&scratch, (struct str){0}, a, b));
    return walk;
}

bool join_walk_next(struct join_walk *walk, uint32_t *ret_index)
{
    for (; walk->list < ARRAY_LEN(walk->lists); walk->list++, walk->next = 0) {
        const struct join_list *list = walk->lists[walk->list];
        if (!list || walk->next >= list->n)
            continue;
        *ret_index = list->items[walk->next++];
        return true;
    }
    return false;
}

/* ---- learning ---- */

static struct str kind_of(struct arena *arena, struct str group, struct str kind)
{
    return key_of(arena, group, kind, (struct str){0});
}

static void add_flag(struct join *join, struct str file, unsigned flag)
{
    void **slot = map_slot(&join->files, file);
    if (!*slot)
        *slot = ARENA_NEW(join->arena, unsigned);
    *(unsigned *)*slot |= flag;
}

struct str join_file_of(struct arena *arena, const struct object *object, struct str namespace)
{
    return str_format(arena, "%.*s %.*s", STR_FMT(object->source->path), STR_FMT(namespace));
}

static unsigned flag_of(const struct object *object)
{
    if (object_is(object, "", "Service"))
        return FILE_HAS_SERVICES;
    if (object_is(object, "", "ServiceAccount"))
        return FILE_HAS_ACCOUNTS;
    if (object_is(object, "rbac.authorization.k8s.io", "Role") ||
        object_is(object, "rbac.authorization.k8s.io", "ClusterRole"))
        return FILE_HAS_ROLES;
    return 0;
}

/* Rollouts, Knative Services and others keep a template where Deployments do. */
bool join_custom_pod_of(const struct object *object, struct pod *ret_pod)
{
    const struct node *template = join_get(object, "spec.template");
    const struct node *spec = node_get(template, STR("spec"));
    if (node_kind(node_get(spec, STR("containers"))) != NODE_LIST)
        return false;
    *ret_pod = (struct pod){.object = object,
                            .metadata = node_get(template, STR("metadata")),
                            .spec = spec,
                            .is_template = true};
    return true;
}

/* Groups whose objects never become Pods with labels of their own. */
static bool makes_nothing(const struct object *object)
{
    static const char *const groups[] = {
        "cert-manager.io",
        "gateway.networking.k8s.io",
        "networking.istio.io",
        "security.istio.io",
        "external-secrets.io",
        "bitnami.com",
        "traefik.io",
        "traefik.containo.us",
        "autoscaling.k8s.io",
        "keda.sh",
        "snapshot.storage.k8s.io",
        "projectcontour.io",
        "secrets-store.csi.x-k8s.io",
        "cilium.io",
        "crd.projectcalico.org",
        "networking.gke.io",
        "cloud.google.com",
        "gateway.networking.x-k8s.io",
        "kyverno.io",
        "constraints.gatekeeper.sh",
        "templates.gatekeeper.sh",
    };
    static const char *const kinds[] = {"ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe",
                                        "AppProject"};
    return str_is_one_of(object->gvk.group, groups, ARRAY_LEN(groups)) ||
           str_is_one_of(object->gvk.kind, kinds, ARRAY_LEN(kinds));
}

void join_index_labels(const struct join *join, struct map *map, struct str namespace,
                       const struct node *labels, uint32_t index)
{
    put(join, map, namespace, (struct str){0}, (struct str){0}, index);
    for (struct entry e = map_first(labels); e.key; e = map_next(e))
        if (node_kind(e.value) == NODE_STRING)
            put(join, map, namespace, node_text(e.key), node_text(e.value), index);
}

static void learn_pods(struct join *join, uint32_t index)
{
    const struct object *object = join->objects.items[index].object;
    const bool is_custom = !schema_group_is_builtin(object->gvk.group);
    struct join_pod pod = {.in = &join->objects.items[index], .is_custom = is_custom};
    if (is_custom ? !join_custom_pod_of(object, &pod.pod) : !pod_of(object, &pod.pod))
        return;
    pod.labels = node_get(pod.pod.metadata, STR("labels"));
    for (struct entry e = map_first(pod.labels); e.key && object->unknowns; e = map_next(e))
        join->is_blurred |= object_is_opaque(object, e.value);
    VEC_PUSH(join->arena, &join->pods, pod);
    const uint32_t at = (uint32_t)join->pods.n - 1;
    const struct str namespace = pod.in->namespace;
    const struct str nothing = {0};
    join_index_labels(join, &join->labels, namespace, pod.labels, at);
    put(join, &join->workloads, namespace, nothing, object->name, at);
    add_flag(join, object->source->path, FILE_HAS_PODS);
}

static void learn_target(struct join *join, uint32_t index)
{
    const struct join_object *in = &join->objects.items[index];
    const bool is_vertical = object_is(in->object, "autoscaling.k8s.io", "VerticalPodAutoscaler");
    if (!is_vertical && !object_is(in->object, "autoscaling", "HorizontalPodAutoscaler"))
        return;
    const struct node *target =
        join_get(in->object, is_vertical ? "spec.targetRef" : "spec.scaleTargetRef");
    put(join, &join->targets, in->namespace, node_get_text(target, STR("kind")),
        node_get_text(target, STR("name")), index);
}

static void learn(struct join *join, const struct object_set *set, const struct object *object,
                  bool is_own)
{
    struct join_object in = {.object = object, .namespace = object->namespace, .is_own = is_own};
    if (object->scope_known && !object->namespaced)
        in.namespace = (struct str){0};
    else if (join->context->input->declared)
        in.namespace = check_namespace(object, set->default_namespace);
    join->is_blurred |= check_is_unnamed(object);
    VEC_PUSH(join->arena, &join->objects, in);
    const uint32_t index = (uint32_t)join->objects.n - 1;
    const struct str kind = kind_of(join->arena, object->gvk.group, object->gvk.kind);
    put_under(join, &join->kinds, kind, index);
    if (object->name.n)
        put(join, &join->names, in.namespace, kind, object->name, index);
    if (flag_of(object) == FILE_HAS_ACCOUNTS)
        add_flag(join, join_file_of(join->arena, object, in.namespace), FILE_HAS_ACCOUNTS);
    else if (flag_of(object))
        add_flag(join, object->source->path, flag_of(object));
    if (!schema_group_is_builtin(object->gvk.group) && !makes_nothing(object)) {
        put(join, &join->makers, in.namespace, (struct str){0}, object->name, index);
        join_index_labels(join, &join->makers, in.namespace, labels_of(object), index);
    }
}

static void learn_set(struct join *join, const struct object_set *set, bool is_own)
{
    for (size_t i = 0; i < set->n; i++)
        learn(join, set, &set->items[i], is_own);
}

void join_init(struct join *join, const struct check_context *context, struct diags *diags,
               struct arena *arena)
{
    const struct check_input *input = context->input;
    *join = (struct join){.context = context, .diags = diags, .arena = arena};
    struct map *const maps[] = {&join->kinds,  &join->names,     &join->labels,
                                &join->makers, &join->workloads, &join->targets,
                                &join->files,  &join->words,     &join->custom_words};
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        maps[i]->arena = arena;
    learn_set(join, input->objects, true);
    for (size_t i = 0; i < input->depend_count; i++)
        learn_set(join, input->depends[i], false);
    /* From here on objects stay where they are. */
    for (uint32_t i = 0; i < join->objects.n; i++) {
        learn_pods(join, i);
        learn_target(join, i);
    }
    join_read_words(join);
}

const struct join_list *join_kind(const struct join *join, const char *group, const char *kind)
{
    struct arena scratch SCOPED(arena) = {0};
    return map_get(&join->kinds, kind_of(&scratch, str_from(group), str_from(kind)));
}

struct join_found join_find(const struct join *join, const struct join_object *from,
                            const char *group, const char *kind, struct str namespace,
                            struct str name)
{
    struct arena scratch SCOPED(arena) = {0};
    struct join_walk walk = join_walk_start(
        join, &join->names, namespace, kind_of(&scratch, str_from(group), str_from(kind)), name);
    return join_collect(join, from, &walk);
}
