/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects of a set need which others of it: one function a rule. */
#include "apply/order_internal.h"

#include "pod/pod_uses.h"

enum { SERVERS_MAX = 64 }; /* workloads behind one Service */

struct drawing {
    struct ordering *ordering;
    struct map definitions; /* "group/kind" -> index of its CRD + 1 */
    struct map labelled;    /* "namespace key=value" -> struct indices * of workloads */
};

struct indices {
    VEC(uint32_t);
};

static void need(const struct drawing *drawing, uint32_t i, const char *group, const char *kind,
                 struct str namespace, struct str name, enum order_why why)
{
    if (!name.n)
        return;
    const uint32_t on =
        ordering_find(drawing->ordering, str_from(group), str_from(kind), namespace, name);
    ordering_add(drawing->ordering, i, on, ORDER_WRITTEN, why);
}

static const struct object *object_at(const struct drawing *drawing, uint32_t i)
{
    return drawing->ordering->objects[i].object;
}

static struct str namespace_at(const struct drawing *drawing, uint32_t i)
{
    return drawing->ordering->objects[i].namespace;
}

/* ---- Pods ---- */

static void draw_claim(const struct drawing *drawing, uint32_t i, const struct node *claim)
{
    const struct node *spec = node_get(claim, STR("spec"));
    need(drawing, i, "storage.k8s.io", "StorageClass", (struct str){0},
         node_get_text(spec, STR("storageClassName")), ORDER_CLASS);
    need(drawing, i, "", "PersistentVolume", (struct str){0},
         node_get_text(spec, STR("volumeName")), ORDER_CLAIM);
}

static void draw_uses(const struct drawing *drawing, uint32_t i, const struct pod *pod)
{
    static const char *const kinds[] = {
        [POD_USES_CONFIG_MAP] = "ConfigMap",
        [POD_USES_SECRET] = "Secret",
        [POD_USES_PULL_SECRET] = "Secret",
        [POD_USES_CLAIM] = "PersistentVolumeClaim",
    }; /* order: pod_use_kind */
    struct pod_uses uses;
    pod_uses_of(drawing->ordering->arena, pod, &uses);
    for (size_t u = 0; u < uses.n; u++)
        need(drawing, i, "", kinds[uses.items[u].kind], namespace_at(drawing, i),
             uses.items[u].name, uses.items[u].kind == POD_USES_CLAIM ? ORDER_CLAIM : ORDER_CONFIG);
}

static void draw_pod(const struct drawing *drawing, uint32_t i)
{
    const struct object *object = object_at(drawing, i);
    const struct str none = {0};
    struct pod pod;
    if (!pod_of(object, &pod))
        return;
    struct str account = node_get_text(pod.spec, STR("serviceAccountName"));
    if (!account.n)
        account = node_get_text(pod.spec, STR("serviceAccount"));
    need(drawing, i, "", "ServiceAccount", namespace_at(drawing, i),
         account.n ? account : STR("default"), ORDER_ACCOUNT);
    need(drawing, i, "scheduling.k8s.io", "PriorityClass", none,
         node_get_text(pod.spec, STR("priorityClassName")), ORDER_CLASS);
    need(drawing, i, "node.k8s.io", "RuntimeClass", none,
         node_get_text(pod.spec, STR("runtimeClassName")), ORDER_CLASS);
    draw_uses(drawing, i, &pod);
    const struct node *claims =
        node_get(node_get(object->root, STR("spec")), STR("volumeClaimTemplates"));
    for (struct item it = list_first(claims); it.value; it = list_next(it))
        draw_claim(drawing, i, it.value);
}

/* ---- who serves ---- */

static void label_pod(struct drawing *drawing, uint32_t i)
{
    struct pod pod;
    if (!pod_of(object_at(drawing, i), &pod))
        return;
    const struct str namespace = namespace_at(drawing, i);
    for (struct entry e = map_first(node_get(pod.metadata, STR("labels"))); e.key;
         e = map_next(e)) {
        const struct str label =
            str_format(drawing->ordering->arena, "%.*s %.*s=%.*s", STR_FMT(namespace),
                       STR_FMT(node_text(e.key)), STR_FMT(node_text(e.value)));
        void **slot = map_slot(&drawing->labelled, label);
        if (!*slot)
            *slot = ARENA_NEW(drawing->ordering->arena, struct indices);
        struct indices *indices = *slot;
        VEC_PUSH(drawing->ordering->arena, indices, i);
    }
}

static bool is_picked(const struct drawing *drawing, uint32_t i, const struct node *selector)
{
    struct pod pod;
    if (!pod_of(object_at(drawing, i), &pod))
        return false;
    const struct node *labels = node_get(pod.metadata, STR("labels"));
    for (struct entry e = map_first(selector); e.key; e = map_next(e))
        if (!str_eq(node_get_text(labels, node_text(e.key)), node_text(e.value)))
            return false;
    return true;
}

static const struct indices *candidates(const struct drawing *drawing, struct str namespace,
                                        const struct node *selector)
{
    const struct indices *best = NULL;
    for (struct entry e = map_first(selector); e.key; e = map_next(e)) {
        const struct indices *found =
            map_get(&drawing->labelled,
                    str_format(drawing->ordering->arena, "%.*s %.*s=%.*s", STR_FMT(namespace),
                               STR_FMT(node_text(e.key)), STR_FMT(node_text(e.value))));
        if (!found)
            return NULL;
        if (!best || found->n < best->n)
            best = found;
    }
    return best;
}

/* What is sent to a Service needs it, and who answers behind it. */
static void draw_served(const struct drawing *drawing, uint32_t i, const struct node *service)
{
    const struct str namespace = node_get_text(service, STR("namespace"));
    const uint32_t on = ordering_find(drawing->ordering, (struct str){0}, STR("Service"), namespace,
                                      node_get_text(service, STR("name")));
    if (!on)
        return;
    ordering_add(drawing->ordering, i, on, ORDER_WRITTEN, ORDER_SERVED);
    const struct node *selector =
        node_get(node_get(object_at(drawing, on - 1)->root, STR("spec")), STR("selector"));
    const struct indices *indices = candidates(drawing, namespace, selector);
    for (size_t k = 0; indices && k < indices->n && k < SERVERS_MAX; k++)
        if (is_picked(drawing, indices->items[k], selector))
            ordering_add(drawing->ordering, i, indices->items[k] + 1, ORDER_READY, ORDER_SERVED);
}

static void draw_webhooks(const struct drawing *drawing, uint32_t i)
{
    const struct node *webhooks = node_get(object_at(drawing, i)->root, STR("webhooks"));
    for (struct item it = list_first(webhooks); it.value; it = list_next(it))
        draw_served(drawing, i, node_get(node_get(it.value, STR("clientConfig")), STR("service")));
}

static void draw_api_service(const struct drawing *drawing, uint32_t i)
{
    const struct node *spec = node_get(object_at(drawing, i)->root, STR("spec"));
    draw_served(drawing, i, node_get(spec, STR("service")));
}

/* ---- other kinds ---- */

static void draw_binding(const struct drawing *drawing, uint32_t i)
{
    const struct node *root = object_at(drawing, i)->root;
    const struct node *role = node_get(root, STR("roleRef"));
    const bool is_cluster = str_is(node_get_text(role, STR("kind")), "ClusterRole");
    need(drawing, i, "rbac.authorization.k8s.io", is_cluster ? "ClusterRole" : "Role",
         is_cluster ? (struct str){0} : namespace_at(drawing, i), node_get_text(role, STR("name")),
         ORDER_ROLE);
    for (struct item it = list_first(node_get(root, STR("subjects"))); it.value;
         it = list_next(it)) {
        const struct str namespace = node_get_text(it.value, STR("namespace"));
        if (str_is(node_get_text(it.value, STR("kind")), "ServiceAccount"))
            need(drawing, i, "", "ServiceAccount",
                 namespace.n ? namespace : namespace_at(drawing, i),
                 node_get_text(it.value, STR("name")), ORDER_ACCOUNT);
    }
}

static void draw_own_claim(const struct drawing *drawing, uint32_t i)
{
    draw_claim(drawing, i, object_at(drawing, i)->root);
}

static void draw_ingress(const struct drawing *drawing, uint32_t i)
{
    const struct node *spec = node_get(object_at(drawing, i)->root, STR("spec"));
    need(drawing, i, "networking.k8s.io", "IngressClass", (struct str){0},
         node_get_text(spec, STR("ingressClassName")), ORDER_CLASS);
}

static void draw_gateway(const struct drawing *drawing, uint32_t i)
{
    const struct node *spec = node_get(object_at(drawing, i)->root, STR("spec"));
    need(drawing, i, "gateway.networking.k8s.io", "GatewayClass", (struct str){0},
         node_get_text(spec, STR("gatewayClassName")), ORDER_CLASS);
}

/* The server deletes a token whose account is not there. */
static void draw_token(const struct drawing *drawing, uint32_t i)
{
    need(drawing, i, "", "ServiceAccount", namespace_at(drawing, i),
         author_says(object_at(drawing, i), "kubernetes.io/service-account.name"), ORDER_ACCOUNT);
}

static void draw_policy_binding(const struct drawing *drawing, uint32_t i)
{
    const struct object *object = object_at(drawing, i);
    const bool mutates = str_is(object->gvk.kind, "MutatingAdmissionPolicyBinding");
    need(drawing, i, "admissionregistration.k8s.io",
         mutates ? "MutatingAdmissionPolicy" : "ValidatingAdmissionPolicy", (struct str){0},
         node_get_text(node_get(object->root, STR("spec")), STR("policyName")), ORDER_POLICY);
}

static void draw_policy(const struct drawing *drawing, uint32_t i)
{
    const struct node *kind =
        node_get(node_get(object_at(drawing, i)->root, STR("spec")), STR("paramKind"));
    struct str group, version;
    if (!api_version_split(node_get_text(kind, STR("apiVersion")), &group, &version))
        return;
    const uintptr_t crd = (uintptr_t)map_get(
        &drawing->definitions, str_format(drawing->ordering->arena, "%.*s/%.*s", STR_FMT(group),
                                          STR_FMT(node_get_text(kind, STR("kind")))));
    ordering_add(drawing->ordering, i, (uint32_t)crd, ORDER_READY, ORDER_DEFINITION);
}

static const struct {
    const char *group, *kind;
    void (*draw)(const struct drawing *drawing, uint32_t i);
} rules[] = {
    {"rbac.authorization.k8s.io", "RoleBinding", draw_binding},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", draw_binding},
    {"", "PersistentVolumeClaim", draw_own_claim},
    {"", "Secret", draw_token},
    {"networking.k8s.io", "Ingress", draw_ingress},
    {"gateway.networking.k8s.io", "Gateway", draw_gateway},
    {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", draw_webhooks},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration", draw_webhooks},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicy", draw_policy},
    {"admissionregistration.k8s.io", "MutatingAdmissionPolicy", draw_policy},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", draw_policy_binding},
    {"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding", draw_policy_binding},
    {"apiregistration.k8s.io", "APIService", draw_api_service},
};

/* ---- all kinds ---- */

static void draw_declared(const struct drawing *drawing, uint32_t i)
{
    const struct author *author = &drawing->ordering->authors[i];
    for (size_t k = 0; k < author->depends.n; k++) {
        const struct author_dependency *it = &author->depends.items[k];
        const uint32_t on =
            ordering_find(drawing->ordering, it->group, it->kind, it->namespace, it->name);
        if (!on)
            ordering_note(drawing->ordering,
                          str_format(drawing->ordering->arena,
                                     "%.*s %.*s, which another object depends on, is not in the "
                                     "set: nothing waits for it",
                                     STR_FMT(it->kind), STR_FMT(it->name)));
        ordering_add(drawing->ordering, i, on, ORDER_READY, ORDER_DECLARED);
    }
}

static void draw_kind(const struct drawing *drawing, uint32_t i)
{
    struct ordering *ordering = drawing->ordering;
    const struct object *object = object_at(drawing, i);
    const struct str namespace = namespace_at(drawing, i);
    if (namespace.n)
        ordering_add(
            ordering, i,
            ordering_find(ordering, (struct str){0}, STR("Namespace"), (struct str){0}, namespace),
            ORDER_READY, ORDER_NAMESPACE);
    const uintptr_t crd = (uintptr_t)map_get(
        &drawing->definitions, str_format(ordering->arena, "%.*s/%.*s", STR_FMT(object->gvk.group),
                                          STR_FMT(object->gvk.kind)));
    ordering_add(ordering, i, (uint32_t)crd, ORDER_READY, ORDER_DEFINITION);
    for (size_t r = 0; r < ARRAY_LEN(rules); r++)
        if (object_is(object, rules[r].group, rules[r].kind))
            rules[r].draw(drawing, i);
    draw_pod(drawing, i);
}

static void define(struct drawing *drawing, uint32_t i)
{
    const struct object *object = object_at(drawing, i);
    if (!object_is_crd(object))
        return;
    const struct node *spec = node_get(object->root, STR("spec"));
    map_put(&drawing->definitions,
            str_format(drawing->ordering->arena, "%.*s/%.*s",
                       STR_FMT(node_get_text(spec, STR("group"))),
                       STR_FMT(node_get_text(node_get(spec, STR("names")), STR("kind")))),
            (void *)(uintptr_t)(i + 1));
}

void ordering_draw(struct ordering *ordering)
{
    struct drawing drawing = {.ordering = ordering,
                              .definitions = {.arena = ordering->arena},
                              .labelled = {.arena = ordering->arena}};
    for (uint32_t i = 0; i < ordering->n; i++) {
        define(&drawing, i);
        label_pod(&drawing, i);
    }
    /* What is declared first: it is never left out for want of room. */
    for (uint32_t i = 0; i < ordering->n; i++)
        draw_declared(&drawing, i);
    for (uint32_t i = 0; i < ordering->n; i++)
        draw_kind(&drawing, i);
}
