/* SPDX-License-Identifier: Apache-2.0 */
/* Where the kinds keep their Pods. */
#include "pod/pod.h"

enum { STEPS_MAX = 4 };

static const struct holder {
    const char *group, *kind;
    const char *way[STEPS_MAX]; /* from the object to the template; none: it is the Pod */
    const char *count;          /* field of spec that says how many there are */
    bool is_rare;               /* runs now and then, or is never run by itself */
} holders[] = {
    {.group = "", .kind = "Pod"},
    {.group = "", .kind = "PodTemplate", .way = {"template"}, .is_rare = true},
    {.group = "",
     .kind = "ReplicationController",
     .way = {"spec", "template"},
     .count = "replicas"},
    {.group = "apps", .kind = "DaemonSet", .way = {"spec", "template"}},
    {.group = "apps", .kind = "Deployment", .way = {"spec", "template"}, .count = "replicas"},
    {.group = "apps", .kind = "ReplicaSet", .way = {"spec", "template"}, .count = "replicas"},
    {.group = "apps", .kind = "StatefulSet", .way = {"spec", "template"}, .count = "replicas"},
    {.group = "batch",
     .kind = "CronJob",
     .way = {"spec", "jobTemplate", "spec", "template"},
     .is_rare = true},
    {.group = "batch", .kind = "Job", .way = {"spec", "template"}, .count = "parallelism"},
};

static const char *const lists[] = {
    [CONTAINERS_INIT] = "initContainers",
    [CONTAINERS_MAIN] = "containers",
    [CONTAINERS_EPHEMERAL] = "ephemeralContainers",
}; /* order: container_list */

static const struct holder *holder_of(const struct object *object)
{
    for (size_t i = 0; i < ARRAY_LEN(holders); i++)
        if (object_is(object, holders[i].group, holders[i].kind))
            return &holders[i];
    return NULL;
}

bool pod_of(const struct object *object, struct pod *ret_pod)
{
    const struct holder *holder = holder_of(object);
    if (!holder)
        return false;
    const struct node *node = object->root;
    for (size_t i = 0; i < STEPS_MAX && holder->way[i]; i++)
        node = node_get(node, str_from(holder->way[i]));
    const struct node *spec = node_get(node, STR("spec"));
    if (node_kind(spec) != NODE_MAP)
        return false;
    *ret_pod = (struct pod){.object = object,
                            .metadata = node_get(node, STR("metadata")),
                            .spec = spec,
                            .is_template = node != object->root};
    return true;
}

int64_t pod_count(const struct pod *pod)
{
    const struct holder *holder = holder_of(pod->object);
    if (!holder || holder->is_rare)
        return 0;
    const struct node *spec = node_get(pod->object->root, STR("spec"));
    int64_t n = 1;
    if (holder->count)
        (void)node_i64(node_get(spec, str_from(holder->count)), &n);
    if (str_is(pod->object->gvk.kind, "Job") && node_bool(node_get(spec, STR("suspend"))))
        return 0;
    return MAX_OF(n, INT64_C(0));
}

static struct container container_in(const struct node *spec, enum container_list list)
{
    for (; list < CONTAINERS_END; list++) {
        struct item item = list_first(node_get(spec, str_from(lists[list])));
        if (item.value)
            return (struct container){item.value, node_get_text(item.value, STR("name")), list,
                                      item, spec};
    }
    return (struct container){.list = CONTAINERS_END};
}

struct container container_first(const struct pod *pod)
{
    return container_in(pod->spec, CONTAINERS_INIT);
}

struct container container_next(struct container container)
{
    container.item = list_next(container.item);
    if (!container.item.value)
        return container_in(container.spec, container.list + 1);
    container.node = container.item.value;
    container.name = node_get_text(container.node, STR("name"));
    return container;
}

bool container_is_sidecar(const struct container *container)
{
    return container->list == CONTAINERS_INIT &&
           str_is(node_get_text(container->node, STR("restartPolicy")), "Always");
}
