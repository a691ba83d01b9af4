/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods as the controllers make them of templates, as far as somebody can refuse them for it: labels
 * and owner, the generated name, the volumes of a StatefulSet's claims.
 *
 * Sources: kubernetes pkg/controller/controller_utils.go (GetPodFromTemplate),
 * pkg/controller/statefulset/stateful_set_utils.go (newStatefulSetPod, updateStorage).
 */
#include "plan/dry_run_internal.h"

#include "pod/pod.h"

/* No object has it; the server looks at nobody's owner. */
#define OWNER_UID "00000000-0000-4000-8000-000000000000"

enum { PREFIX_MAX = 200 }; /* of a generated name: the server adds five, and cuts by itself */

static const struct maker {
    const char *group, *kind;
    const char *owner_version, *owner_kind; /* what makes the Pods */
    const char *suffix;                     /* of the owner's name, behind the object's */
    const char *template;
    const char *labels[3]; /* that the controller adds; values don't matter */
} makers[] = {
    {"", "ReplicationController", "v1", "ReplicationController", "", "spec.template", {NULL}},
    {"apps", "ReplicaSet", "apps/v1", "ReplicaSet", "", "spec.template", {NULL}},
    {"apps",
     "Deployment",
     "apps/v1",
     "ReplicaSet",
     "-5d4f8c7b9d",
     "spec.template",
     {"pod-template-hash"}},
    {"apps",
     "DaemonSet",
     "apps/v1",
     "DaemonSet",
     "",
     "spec.template",
     {"controller-revision-hash", "pod-template-generation"}},
    {"apps",
     "StatefulSet",
     "apps/v1",
     "StatefulSet",
     "",
     "spec.template",
     {"controller-revision-hash", "statefulset.kubernetes.io/pod-name",
      "apps.kubernetes.io/pod-index"}},
    {"batch",
     "Job",
     "batch/v1",
     "Job",
     "",
     "spec.template",
     {"batch.kubernetes.io/job-name", "job-name"}},
    {"batch",
     "CronJob",
     "batch/v1",
     "Job",
     "-29000000",
     "spec.jobTemplate.spec.template",
     {"batch.kubernetes.io/job-name", "job-name"}},
};

static const struct maker *maker_of(const struct object *object)
{
    for (size_t i = 0; i < ARRAY_LEN(makers); i++)
        if (object_is(object, makers[i].group, makers[i].kind))
            return &makers[i];
    return NULL;
}

struct str dry_run_template(const struct object *object)
{
    const struct maker *maker = maker_of(object);
    return maker ? str_from(maker->template) : (struct str){0};
}

static struct node *copy_map(struct arena *arena, const struct node *map)
{
    return node_kind(map) == NODE_MAP ? node_copy(arena, map) : node_new(arena, NODE_MAP);
}

static struct node *owners(struct arena *arena, const struct maker *maker, struct str name)
{
    struct node *list = node_new(arena, NODE_LIST);
    struct node *owner = node_new(arena, NODE_MAP);
    node_put(arena, owner, STR("apiVersion"), node_new_text(arena, str_from(maker->owner_version)));
    node_put(arena, owner, STR("kind"), node_new_text(arena, str_from(maker->owner_kind)));
    node_put(arena, owner, STR("name"), node_new_text(arena, name));
    node_put(arena, owner, STR("uid"), node_new_text(arena, STR(OWNER_UID)));
    node_put(arena, owner, STR("controller"), node_new_bool(arena, true));
    node_add(list, owner);
    return list;
}

static void add_labels(struct arena *arena, const struct maker *maker, struct str name,
                       struct node *metadata)
{
    struct node *labels = copy_map(arena, node_get(metadata, STR("labels")));
    for (size_t i = 0; i < ARRAY_LEN(maker->labels) && maker->labels[i]; i++) {
        const struct str label = str_from(maker->labels[i]);
        const bool is_job = str_ends(label, STR("job-name"));
        node_put(arena, labels, label,
                 node_new_text(arena, is_job ? str_sub(name, 0, 63) : STR("0")));
    }
    node_put(arena, metadata, STR("labels"), labels);
}

/* What is written there is all that Pods have of the metadata. */
static struct node *metadata_of(struct arena *arena, const struct maker *maker,
                                const struct pod *pod, struct str name)
{
    static const char *const kept[] = {"labels", "annotations", "finalizers"};
    struct node *metadata = node_new(arena, NODE_MAP);
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        const struct node *value = node_get(pod->metadata, str_from(kept[i]));
        if (!node_is_null(value))
            node_put(arena, metadata, str_from(kept[i]), node_copy(arena, value));
    }
    const struct str owner = str_format(arena, "%.*s%s", STR_FMT(name), maker->suffix);
    node_put(
        arena, metadata, STR("generateName"),
        node_new_text(arena, str_format(arena, "%.*s-", STR_FMT(str_sub(owner, 0, PREFIX_MAX)))));
    node_put(arena, metadata, STR("ownerReferences"), owners(arena, maker, owner));
    add_labels(arena, maker, name, metadata);
    return metadata;
}

/* A claim's volume takes the place of one with its name. */
static void add_claim(struct arena *arena, struct node *volumes, struct str claim, struct str name)
{
    struct node *source = node_new(arena, NODE_MAP);
    struct node *volume = node_new(arena, NODE_MAP);
    node_put(arena, source, STR("claimName"),
             node_new_text(arena, str_format(arena, "%.*s-%.*s-0", STR_FMT(claim), STR_FMT(name))));
    node_put(arena, volume, STR("name"), node_new_text(arena, claim));
    node_put(arena, volume, STR("persistentVolumeClaim"), source);
    node_add(volumes, volume);
}

static bool is_claimed(const struct node *claims, struct str name)
{
    for (struct item it = list_first(claims); it.value; it = list_next(it))
        if (str_eq(node_get_text(node_get(it.value, STR("metadata")), STR("name")), name))
            return true;
    return false;
}

static void be_stateful(struct arena *arena, const struct node *set, struct str name,
                        struct node *spec)
{
    const struct node *claims = node_get(set, STR("volumeClaimTemplates"));
    const struct str service = node_get_text(set, STR("serviceName"));
    struct node *volumes = node_new(arena, NODE_LIST);
    for (struct item it = list_first(node_get(spec, STR("volumes"))); it.value; it = list_next(it))
        if (!is_claimed(claims, node_get_text(it.value, STR("name"))))
            node_add(volumes, node_copy(arena, it.value));
    for (struct item it = list_first(claims); it.value; it = list_next(it))
        add_claim(arena, volumes, node_get_text(node_get(it.value, STR("metadata")), STR("name")),
                  name);
    node_put(arena, spec, STR("volumes"), volumes);
    node_put(arena, spec, STR("hostname"),
             node_new_text(arena, str_format(arena, "%.*s-0", STR_FMT(name))));
    if (service.n)
        node_put(arena, spec, STR("subdomain"), node_new_text(arena, service));
}

struct node *dry_run_pod(struct arena *arena, const struct object *object, const struct node *root)
{
    const struct maker *maker = maker_of(object);
    struct object seen = *object;
    struct pod view;
    seen.root = root;
    if (!maker || !pod_of(&seen, &view))
        return NULL;
    const struct str name = object->name.n ? object->name : object->generate_name;
    struct node *pod = node_new(arena, NODE_MAP);
    struct node *spec = node_copy(arena, view.spec);
    node_put(arena, pod, STR("apiVersion"), node_new_text(arena, STR("v1")));
    node_put(arena, pod, STR("kind"), node_new_text(arena, STR("Pod")));
    node_put(arena, pod, STR("metadata"), metadata_of(arena, maker, &view, name));
    if (object_is(object, "apps", "StatefulSet"))
        be_stateful(arena, node_get(root, STR("spec")), name, spec);
    node_put(arena, pod, STR("spec"), spec);
    return pod;
}

/* ---- what is not there yet ---- */

/* Admission of Pods, as recorded; see the plugins serviceaccount, priority and runtimeclass. */
static const struct pod_need needs[] = {
    {"",
     "ServiceAccount",
     true,
     "serviceaccount \"",
     "\" not found",
     {"serviceAccountName", "serviceAccount", NULL}},
    {"scheduling.k8s.io",
     "PriorityClass",
     false,
     "no PriorityClass with name ",
     " was found",
     {"priorityClassName", "priority", "preemptionPolicy"}},
    {"node.k8s.io",
     "RuntimeClass",
     false,
     "RuntimeClass \"",
     "\" not found",
     {"runtimeClassName", "overhead", NULL}},
};

const struct pod_need *dry_run_need(struct str words, struct str *ret_name)
{
    for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
        const ptrdiff_t at = str_find(words, str_from(needs[i].before));
        if (at < 0)
            continue;
        const struct str rest = str_from_offset(words, (size_t)at + str_from(needs[i].before).n);
        const ptrdiff_t end = str_find(rest, str_from(needs[i].after));
        if (end <= 0)
            continue;
        *ret_name = str_sub(rest, 0, (size_t)end);
        return &needs[i];
    }
    return NULL;
}

const struct pod_need *dry_run_need_account(void)
{
    return &needs[0];
}

struct node *dry_run_without(struct arena *arena, const struct node *pod,
                             const struct pod_need *need)
{
    struct node *copy = node_copy(arena, pod);
    struct node *spec = copy_map(arena, node_get(copy, STR("spec")));
    for (size_t i = 0; i < ARRAY_LEN(need->fields) && need->fields[i]; i++)
        (void)node_remove(spec, str_from(need->fields[i]));
    node_put(arena, copy, STR("spec"), spec);
    return copy;
}
