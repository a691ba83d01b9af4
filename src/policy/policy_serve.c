/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server writes into an object before validating policies see it: metadata
 * (FillObjectMetaSystemFields of k8s.io/apiserver, pkg/registry/rest), the first status (Strategy
 * of each kind in k8s.io/kubernetes, pkg/registry), and what admission plugins and allocators add.
 * What differs from server to server is there, with a value that says nothing.
 */
#include <string.h>

#include "policy/policy_internal.h"

#define SOME_UID  "00000000-0000-0000-0000-000000000000"
#define SOME_TIME "1970-01-01T00:00:00Z"
/* What the allocator gives in a dry run, in the default range. */
#define SOME_ADDRESS "10.0.0.0"

enum {
    NOT_READY_SECONDS = 300,
    SOME_NODE_PORT = 32767, /* the last of the default range */
};

struct served {
    struct arena *arena;
    const struct policy_subject *subject;
    struct node *root; /* its own copy */
};

/* ---- kinds ---- */

/* The status is words: path=0 is a number, path:text a text, path{} a map, path~ null. */
static const struct served_kind {
    const char *group, *kind;
    bool has_generation;
    const char *finalizer, *status; /* or NULL */
} kinds[] = {
    {"", "Namespace", false, NULL, "phase:Active"},
    {"", "Node", false, NULL,
     "daemonEndpoints.kubeletEndpoint.Port=0 nodeInfo.architecture: nodeInfo.bootID: "
     "nodeInfo.containerRuntimeVersion: nodeInfo.kernelVersion: nodeInfo.kubeProxyVersion: "
     "nodeInfo.kubeletVersion: nodeInfo.machineID: nodeInfo.operatingSystem: nodeInfo.osImage: "
     "nodeInfo.systemUUID:"},
    {"", "PersistentVolume", false, "kubernetes.io/pv-protection",
     "lastPhaseTransitionTime:" SOME_TIME " phase:Pending"},
    {"", "PersistentVolumeClaim", false, "kubernetes.io/pvc-protection", ""},
    {"", "Pod", true, NULL, "phase:Pending"},
    {"", "PodTemplate", true, NULL, NULL},
    {"", "ReplicationController", true, NULL, "replicas=0"},
    {"", "ResourceQuota", false, NULL, ""},
    {"", "Service", false, NULL, "loadBalancer{}"},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration", true, NULL, NULL},
    {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", true, NULL, NULL},
    {"apiextensions.k8s.io", "CustomResourceDefinition", true, NULL,
     "acceptedNames.kind: acceptedNames.plural: conditions~"},
    {"apiregistration.k8s.io", "APIService", false, NULL, ""},
    {"apps", "DaemonSet", true, NULL,
     "currentNumberScheduled=0 desiredNumberScheduled=0 numberMisscheduled=0 numberReady=0"},
    {"apps", "Deployment", true, NULL, ""},
    {"apps", "ReplicaSet", true, NULL, "replicas=0"},
    {"apps", "StatefulSet", true, NULL, "availableReplicas=0 replicas=0"},
    {"autoscaling", "HorizontalPodAutoscaler", false, NULL, "currentMetrics~ desiredReplicas=0"},
    {"batch", "CronJob", true, NULL, ""},
    {"batch", "Job", true, NULL, ""},
    {"certificates.k8s.io", "CertificateSigningRequest", false, NULL, ""},
    {"discovery.k8s.io", "EndpointSlice", true, NULL, NULL},
    {"flowcontrol.apiserver.k8s.io", "FlowSchema", true, NULL, ""},
    {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", true, NULL, ""},
    {"networking.k8s.io", "Ingress", true, NULL, "loadBalancer{}"},
    {"networking.k8s.io", "IngressClass", true, NULL, NULL},
    {"networking.k8s.io", "NetworkPolicy", true, NULL, NULL},
    {"networking.k8s.io", "ServiceCIDR", false, NULL, ""},
    {"policy", "PodDisruptionBudget", true, NULL,
     "currentHealthy=0 desiredHealthy=0 disruptionsAllowed=0 expectedPods=0"},
    {"resource.k8s.io", "DeviceClass", true, NULL, NULL},
    {"resource.k8s.io", "ResourceClaim", false, NULL, ""},
    {"resource.k8s.io", "ResourceSlice", true, NULL, NULL},
    {"scheduling.k8s.io", "PriorityClass", true, NULL, NULL},
    {"storage.k8s.io", "VolumeAttachment", false, NULL, "attached=0"},
    {"storage.k8s.io", "VolumeAttributesClass", false, "kubernetes.io/vac-protection", NULL},
};

static const struct served_kind *kind_of(const struct kind_info *info)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_is(info->group, kinds[i].group) && str_is(info->kind, kinds[i].kind))
            return &kinds[i];
    return NULL;
}

/* ---- building ---- */

/* The map under a key, as one that may be changed. */
static struct node *own_map(struct arena *arena, struct node *map, struct str key)
{
    const struct node *now = node_get(map, key);
    struct node *own =
        node_kind(now) == NODE_MAP ? policy_shallow(arena, now) : node_new(arena, NODE_MAP);
    node_put(arena, map, key, own);
    return own;
}

static void put_text(struct arena *arena, struct node *map, const char *key, const char *text)
{
    if (node_is_null(node_get(map, str_from(key))))
        node_put(arena, map, str_from(key), node_new_text(arena, str_from(text)));
}

static struct node *list_with(struct arena *arena, struct node *item)
{
    struct node *list = node_new(arena, NODE_LIST);
    node_add(list, item);
    return list;
}

static struct node *own_list(struct arena *arena, struct node *map, struct str key)
{
    const struct node *now = node_get(map, key);
    struct node *own =
        node_kind(now) == NODE_LIST ? policy_shallow(arena, now) : node_new(arena, NODE_LIST);
    node_put(arena, map, key, own);
    return own;
}

/* ---- status ---- */

static void put_word(struct arena *arena, struct node *map, struct str word)
{
    size_t end = 0;
    while (end < word.n && !memchr("=:{~.", word.p[end], 5))
        end++;
    const struct str name = str_sub(word, 0, end), rest = str_from_offset(word, end);
    const char sign = rest.n ? rest.p[0] : '~';
    if (sign == '.') {
        put_word(arena, own_map(arena, map, name), str_from_offset(rest, 1));
        return;
    }
    struct node *value = node_new(arena, sign == '{' ? NODE_MAP : NODE_NULL);
    if (sign == '=')
        value = node_new_i64(arena, 0);
    if (sign == ':')
        value = node_new_text(arena, str_from_offset(rest, 1));
    node_put(arena, map, name, value);
}

static void put_status(struct served *served, const char *words)
{
    struct node *status = node_new(served->arena, NODE_MAP);
    for (const char *word = words; *word;) {
        const size_t n = strcspn(word, " ");
        put_word(served->arena, status, (struct str){word, n});
        word += n + (word[n] == ' ');
    }
    node_put(served->arena, served->root, STR("status"), status);
}

/* Of autoscaling/v1 the status is another struct, and of an attachment a bool. */
static void mend_status(struct served *served)
{
    const struct kind_info *info = served->subject->kind;
    struct node *status = own_map(served->arena, served->root, STR("status"));
    if (str_is(info->group, "autoscaling") && str_is(info->version, "v1")) {
        (void)node_remove(status, STR("currentMetrics"));
        node_put(served->arena, status, STR("currentReplicas"), node_new_i64(served->arena, 0));
    }
    if (str_is(info->kind, "VolumeAttachment"))
        node_put(served->arena, status, STR("attached"), node_new_bool(served->arena, false));
}

/* ---- metadata ---- */

static struct node *managed_field(struct served *served)
{
    struct arena *arena = served->arena;
    const struct kind_info *info = served->subject->kind;
    struct node *field = node_new(arena, NODE_MAP);
    put_text(arena, field, "operation", "Update");
    put_text(arena, field, "time", SOME_TIME);
    put_text(arena, field, "fieldsType", "FieldsV1");
    const struct str version =
        info->group.n ? str_format(arena, "%.*s/%.*s", STR_FMT(info->group), STR_FMT(info->version))
                      : info->version;
    node_put(arena, field, STR("apiVersion"), node_new_text(arena, version));
    node_put(arena, field, STR("fieldsV1"), node_new(arena, NODE_MAP));
    return field;
}

static void add_finalizer(struct served *served, struct node *metadata, const char *name)
{
    struct node *list = own_list(served->arena, metadata, STR("finalizers"));
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (str_is(node_text(it.value), name))
            return;
    node_add(list, node_new_text(served->arena, str_from(name)));
}

/* The server counts changes of anything but metadata and status. */
static bool is_next(const struct policy_subject *subject, const struct node *value)
{
    return subject->old && value == subject->value &&
           !node_equal(node_get(subject->old, STR("spec")), node_get(value, STR("spec")));
}

static void put_metadata(struct served *served, const struct node *value,
                         const struct served_kind *kind)
{
    struct arena *arena = served->arena;
    const struct policy_subject *subject = served->subject;
    struct node *metadata = own_map(arena, served->root, STR("metadata"));
    const bool is_custom = subject->kind->type == 0;
    (void)node_remove(metadata, STR("selfLink"));
    node_put(arena, metadata, STR("uid"), node_new_text(arena, STR(SOME_UID)));
    node_put(arena, metadata, STR("creationTimestamp"), node_new_text(arena, STR(SOME_TIME)));
    node_put(arena, metadata, STR("managedFields"), list_with(arena, managed_field(served)));
    (void)node_remove(metadata, STR("generation"));
    if (is_custom || (kind && kind->has_generation))
        node_put(arena, metadata, STR("generation"),
                 node_new_i64(arena, is_next(subject, value) ? 2 : 1));
    if (subject->old)
        put_text(arena, metadata, "resourceVersion", "1");
    const struct str prefix = node_get_text(metadata, STR("generateName"));
    if (prefix.n && !node_get_text(metadata, STR("name")).n)
        node_put(arena, metadata, STR("name"),
                 node_new_text(arena, str_format(arena, "%.*s00000", STR_FMT(prefix))));
    if (kind && kind->finalizer)
        add_finalizer(served, metadata, kind->finalizer);
}

/* ---- Pods ---- */

static bool is_tolerated(const struct node *tolerations, const char *taint)
{
    for (struct item it = list_first(tolerations); it.value; it = list_next(it)) {
        const struct str key = node_get_text(it.value, STR("key"));
        const struct str effect = node_get_text(it.value, STR("effect"));
        if ((!key.n || str_is(key, taint)) && (!effect.n || str_is(effect, "NoExecute")))
            return true;
    }
    return false;
}

/* DefaultTolerationSeconds. */
static void add_tolerations(struct served *served, struct node *spec)
{
    static const char *const taints[] = {"node.kubernetes.io/not-ready",
                                         "node.kubernetes.io/unreachable"};
    struct arena *arena = served->arena;
    const struct node *written = node_get(spec, STR("tolerations"));
    for (size_t i = 0; i < ARRAY_LEN(taints); i++) {
        if (is_tolerated(written, taints[i]))
            continue;
        struct node *toleration = node_new(arena, NODE_MAP);
        put_text(arena, toleration, "effect", "NoExecute");
        put_text(arena, toleration, "key", taints[i]);
        put_text(arena, toleration, "operator", "Exists");
        node_put(arena, toleration, STR("tolerationSeconds"),
                 node_new_i64(arena, NOT_READY_SECONDS));
        node_add(own_list(arena, spec, STR("tolerations")), toleration);
    }
}

static const struct node *priority_class(const struct served *served, struct str name)
{
    const struct object_set *objects = served->subject->set->source.objects;
    for (size_t i = 0; objects && i < objects->n; i++) {
        const struct object *object = &objects->items[i];
        if (!object_is(object, "scheduling.k8s.io", "PriorityClass"))
            continue;
        const struct node *is_default = node_get(object->root, STR("globalDefault"));
        if (name.n ? str_eq(object->name, name) : node_bool(is_default))
            return object->root;
    }
    return NULL;
}

/* Priority: of a class that only the cluster has nothing is known. */
static void put_priority(struct served *served, struct node *spec)
{
    struct arena *arena = served->arena;
    const struct str name = node_get_text(spec, STR("priorityClassName"));
    const struct node *class = priority_class(served, name);
    int64_t priority = 0;
    if (str_is(name, "system-cluster-critical"))
        priority = 2000000000;
    else if (str_is(name, "system-node-critical"))
        priority = 2000001000;
    else if (class)
        (void)node_i64(node_get(class, STR("value")), &priority);
    else if (name.n)
        return;
    const struct str policy = node_get_text(class, STR("preemptionPolicy"));
    if (node_is_null(node_get(spec, STR("priority"))))
        node_put(arena, spec, STR("priority"), node_new_i64(arena, priority));
    if (!node_get_text(spec, STR("preemptionPolicy")).n)
        node_put(arena, spec, STR("preemptionPolicy"),
                 node_new_text(arena, policy.n ? policy : STR("PreemptLowerPriority")));
    if (!name.n && class)
        node_put(
            arena, spec, STR("priorityClassName"),
            node_new_text(arena, node_get_text(node_get(class, STR("metadata")), STR("name"))));
}

/* Whether requests or limits name a resource that counts; and whether they are the same. */
static bool has_resources(const struct node *containers, bool *ret_guaranteed)
{
    static const char *const counted[] = {"cpu", "memory"};
    bool any = false;
    for (struct item it = list_first(containers); it.value; it = list_next(it)) {
        const struct node *resources = node_get(it.value, STR("resources"));
        for (size_t i = 0; i < ARRAY_LEN(counted); i++) {
            const struct str name = str_from(counted[i]);
            const struct node *limit = node_get(node_get(resources, STR("limits")), name);
            const struct node *request = node_get(node_get(resources, STR("requests")), name);
            any |= limit || request;
            *ret_guaranteed &= limit && node_equal(limit, request);
        }
    }
    return any;
}

static void serve_pod(struct served *served)
{
    struct node *spec = own_map(served->arena, served->root, STR("spec"));
    add_tolerations(served, spec);
    put_priority(served, spec);
    bool guaranteed = true;
    bool any = has_resources(node_get(spec, STR("containers")), &guaranteed);
    any |= has_resources(node_get(spec, STR("initContainers")), &guaranteed);
    put_text(served->arena, own_map(served->arena, served->root, STR("status")), "qosClass",
             !any         ? "BestEffort"
             : guaranteed ? "Guaranteed"
                          : "Burstable");
}

/* ---- other kinds ---- */

static void put_port(struct served *served, struct node *map, const char *key)
{
    int64_t port;
    if (!node_i64(node_get(map, str_from(key)), &port) || !port)
        node_put(served->arena, map, str_from(key), node_new_i64(served->arena, SOME_NODE_PORT));
}

static void serve_node_ports(struct served *served, struct node *spec)
{
    const bool is_balancer = str_is(node_get_text(spec, STR("type")), "LoadBalancer");
    const struct node *wanted = node_get(spec, STR("allocateLoadBalancerNodePorts"));
    if (is_balancer && str_is(node_get_text(spec, STR("externalTrafficPolicy")), "Local"))
        put_port(served, spec, "healthCheckNodePort");
    if (!(is_balancer && (!wanted || node_bool(wanted))) &&
        !str_is(node_get_text(spec, STR("type")), "NodePort"))
        return;
    const struct node *ports = node_get(spec, STR("ports"));
    struct node *own = node_new(served->arena, NODE_LIST);
    for (struct item it = list_first(ports); it.value; it = list_next(it)) {
        struct node *port = policy_shallow(served->arena, it.value);
        if (port->kind == NODE_MAP)
            put_port(served, port, "nodePort");
        node_add(own, port);
    }
    if (own->n)
        node_put(served->arena, spec, STR("ports"), own);
}

static void serve_service(struct served *served)
{
    struct arena *arena = served->arena;
    struct node *spec = own_map(arena, served->root, STR("spec"));
    if (str_is(node_get_text(spec, STR("type")), "ExternalName"))
        return;
    put_text(arena, spec, "clusterIP", SOME_ADDRESS);
    const struct str address = node_get_text(spec, STR("clusterIP"));
    const bool is_6 = str_find_char(address, ':') >= 0;
    if (node_is_null(node_get(spec, STR("clusterIPs"))))
        node_put(arena, spec, STR("clusterIPs"), list_with(arena, node_new_text(arena, address)));
    if (node_is_null(node_get(spec, STR("ipFamilies"))))
        node_put(arena, spec, STR("ipFamilies"),
                 list_with(arena, node_new_text(arena, is_6 ? STR("IPv6") : STR("IPv4"))));
    put_text(arena, spec, "ipFamilyPolicy", "SingleStack");
    serve_node_ports(served, spec);
}

static void label_template(struct served *served, struct node *spec)
{
    static const char *const uid_labels[] = {"batch.kubernetes.io/controller-uid",
                                             "controller-uid"};
    static const char *const name_labels[] = {"batch.kubernetes.io/job-name", "job-name"};
    struct arena *arena = served->arena;
    struct node *labels =
        own_map(arena, own_map(arena, own_map(arena, spec, STR("template")), STR("metadata")),
                STR("labels"));
    for (size_t i = 0; i < ARRAY_LEN(uid_labels); i++) {
        put_text(arena, labels, uid_labels[i], SOME_UID);
        node_put(arena, labels, str_from(name_labels[i]),
                 node_new_text(arena, served->subject->name));
    }
}

static void serve_job(struct served *served)
{
    struct arena *arena = served->arena;
    struct node *spec = own_map(arena, served->root, STR("spec"));
    if (node_bool(node_get(spec, STR("manualSelector"))) || node_get(spec, STR("selector")))
        return;
    put_text(arena, own_map(arena, own_map(arena, spec, STR("selector")), STR("matchLabels")),
             "batch.kubernetes.io/controller-uid", SOME_UID);
    label_template(served, spec);
}

/* TaintNodesByCondition. */
static void serve_node(struct served *served)
{
    struct arena *arena = served->arena;
    struct node *spec = own_map(arena, served->root, STR("spec"));
    struct node *taint = node_new(arena, NODE_MAP);
    put_text(arena, taint, "effect", "NoSchedule");
    put_text(arena, taint, "key", "node.kubernetes.io/not-ready");
    node_add(own_list(arena, spec, STR("taints")), taint);
}

static void serve_namespace(struct served *served)
{
    struct node *spec = own_map(served->arena, served->root, STR("spec"));
    if (node_is_null(node_get(spec, STR("finalizers"))))
        node_put(served->arena, spec, STR("finalizers"),
                 list_with(served->arena, node_new_text(served->arena, STR("kubernetes"))));
}

/* Read from the storage it is filled in once more. */
static void serve_claim(struct served *served)
{
    if (served->subject->old)
        put_text(served->arena, own_map(served->arena, served->root, STR("status")), "phase",
                 "Pending");
}

static void serve_daemon_set(struct served *served)
{
    struct node *metadata = own_map(served->arena, served->root, STR("metadata"));
    put_text(served->arena, own_map(served->arena, metadata, STR("annotations")),
             "deprecated.daemonset.template.generation", "1");
}

const struct node *policy_served(const struct policy_subject *subject, const struct node *value)
{
    static const struct {
        const char *group, *kind;
        void (*serve)(struct served *served);
    } table[] = {{"", "Pod", serve_pod},
                 {"", "Service", serve_service},
                 {"", "Node", serve_node},
                 {"", "Namespace", serve_namespace},
                 {"", "PersistentVolumeClaim", serve_claim},
                 {"apps", "DaemonSet", serve_daemon_set},
                 {"batch", "Job", serve_job}};
    if (node_kind(value) != NODE_MAP)
        return value;
    const struct kind_info *info = subject->kind;
    struct served served = {subject->arena, subject, policy_shallow(subject->arena, value)};
    const struct served_kind *kind = kind_of(info);
    put_metadata(&served, value, kind);
    if (kind && kind->status) {
        put_status(&served, kind->status);
        mend_status(&served);
    }
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(info->group, table[i].group) && str_is(info->kind, table[i].kind))
            table[i].serve(&served);
    return served.root;
}
