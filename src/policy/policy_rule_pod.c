/* SPDX-License-Identifier: Apache-2.0 */
/* What rules on workloads need not look for: the variables pod, podMetadata, containers,
 * allContainers and podPath. */
#include "policy/policy_rule.h"

const char *const policy_pod_names[POD_VARIABLES] = {
    [POD_SPEC] = "pod",
    [POD_METADATA] = "podMetadata",
    [POD_CONTAINERS] = "containers",
    [POD_ALL_CONTAINERS] = "allContainers",
    [POD_PATH] = "podPath",
};

static const struct cel_type *const types[POD_VARIABLES] = {
    [POD_SPEC] = &cel_type_dyn,
    [POD_METADATA] = &cel_type_dyn,
    [POD_CONTAINERS] = &cel_type_list_dyn,
    [POD_ALL_CONTAINERS] = &cel_type_list_dyn,
    [POD_PATH] = &cel_type_string,
};

enum policy_pod_variable policy_pod_find(struct str name)
{
    unsigned i = 0;
    while (i < POD_VARIABLES && !str_is(name, policy_pod_names[i]))
        i++;
    return (enum policy_pod_variable)i;
}

const struct cel_type *policy_pod_type(enum policy_pod_variable variable)
{
    return types[variable];
}

/* Where the Pod is, or what it is made from: a JSON Pointer. */
static struct str pod_path(const struct policy_subject *subject)
{
    const struct str kind = subject->kind->kind;
    if (str_is(kind, "Pod"))
        return STR("");
    if (str_is(kind, "PodTemplate"))
        return STR("/template");
    return str_is(kind, "CronJob") ? STR("/spec/jobTemplate/spec/template") : STR("/spec/template");
}

static const struct node *pod_node(const struct policy_subject *subject)
{
    const struct node *node = subject->value ? subject->value : subject->old;
    struct str rest = str_from_offset(pod_path(subject), 1);
    for (struct str part; str_split(&rest, '/', &part);)
        node = node_get(node, part);
    return node;
}

static struct cel_value map_of(struct cel_run *run, const struct node *node)
{
    return node_kind(node) == NODE_MAP ? cel_from_node(run, node, &cel_type_dyn)
                                       : cel_map_new(run, 0);
}

static struct cel_value all_containers(struct cel_run *run, const struct node *spec)
{
    static const char *const lists[] = {"initContainers", "containers", "ephemeralContainers"};
    struct cel_value all = cel_list_new(run, 4);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const struct node *list = node_get(spec, str_from(lists[i]));
        for (struct item it = list_first(list); it.value; it = list_next(it))
            all = cel_list_add(run, all, cel_from_node(run, it.value, &cel_type_dyn));
    }
    return all;
}

struct cel_value policy_pod_value(const struct policy_subject *subject,
                                  enum policy_pod_variable variable)
{
    struct cel_run run = {.arena = subject->arena};
    const struct node *pod = pod_node(subject);
    const struct node *spec = node_get(pod, STR("spec"));
    const struct node *containers = node_get(spec, STR("containers"));
    switch (variable) {
    case POD_SPEC:
        return map_of(&run, spec);
    case POD_METADATA:
        return map_of(&run, node_get(pod, STR("metadata")));
    case POD_CONTAINERS:
        return node_kind(containers) == NODE_LIST ? cel_from_node(&run, containers, &cel_type_dyn)
                                                  : cel_list_new(&run, 0);
    case POD_ALL_CONTAINERS:
        return all_containers(&run, spec);
    case POD_PATH:
        return cel_string(str_concat(subject->arena, pod_path(subject), STR("/spec")));
    case POD_VARIABLES:
        break;
    }
    BUG("variable %d of workloads", (int)variable);
}
