/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields of which kinds name an object that must exist. */
#include "base/glob.h"
#include "check/check.h"
#include "pod/pod.h"

enum { FIELDS_MAX = 4, BUILTINS_MAX = 24 };

/*
 * Names that a cluster has without anybody declaring them. Those of classes are what managed
 * clusters and local ones come with: a set that adds one of its own goes on using them.
 */
static const struct target {
    const char *group, *kind;
    const char *fields[FIELDS_MAX];
    const char *builtins[BUILTINS_MAX];
} targets[] = {
    [TARGET_NAMESPACE] = {.group = "",
                          .kind = "Namespace",
                          .fields = {"namespace"},
                          .builtins = {"default", "kube-system", "kube-public", "kube-node-lease"}},
    [TARGET_SERVICE_ACCOUNT] = {.group = "",
                                .kind = "ServiceAccount",
                                .fields = {"serviceAccountName", "serviceAccount"},
                                .builtins = {"default"}},
    [TARGET_PRIORITY_CLASS] = {.group = "scheduling.k8s.io",
                               .kind = "PriorityClass",
                               .fields = {"priorityClassName"},
                               .builtins = {"system-cluster-critical", "system-node-critical"}},
    [TARGET_RUNTIME_CLASS] = {.group = "node.k8s.io",
                              .kind = "RuntimeClass",
                              .fields = {"runtimeClassName"},
                              .builtins = {"gvisor", "kata-mshv-vm-isolation",
                                           "kata-vm-isolation"}},
    [TARGET_STORAGE_CLASS] = {.group = "storage.k8s.io",
                              .kind = "StorageClass",
                              .fields = {"storageClassName"},
                              .builtins = {"standard",
                                           "standard-rwo",
                                           "standard-rwx",
                                           "premium-rwo",
                                           "premium-rwx",
                                           "enterprise-rwx",
                                           "enterprise-multishare-rwx",
                                           "gp2",
                                           "gp3",
                                           "default",
                                           "managed",
                                           "managed-csi",
                                           "managed-csi-premium",
                                           "managed-premium",
                                           "azurefile",
                                           "azurefile-csi",
                                           "azurefile-premium",
                                           "azurefile-csi-premium",
                                           "azureblob-fuse-premium",
                                           "do-block-storage",
                                           "linode-block-storage",
                                           "oci-bv",
                                           "local-path",
                                           "hostpath"}},
    [TARGET_INGRESS_CLASS] = {.group = "networking.k8s.io",
                              .kind = "IngressClass",
                              .fields = {"ingressClassName"},
                              .builtins = {"traefik", "azure-application-gateway",
                                           "webapprouting.kubernetes.azure.com",
                                           "openshift-default"}},
};

const char *check_target_kind(enum check_target target)
{
    return targets[target].kind;
}

const char *check_target_group(enum check_target target)
{
    return targets[target].group;
}

const char *const *check_target_fields(enum check_target target)
{
    return targets[target].fields;
}

struct str check_namespace(const struct object *object, struct str default_namespace)
{
    if (object->namespace.n)
        return object->namespace;
    return default_namespace.n ? default_namespace : STR("default");
}

/* ---- references ---- */

struct finding {
    struct arena *arena;
    struct check_references *references;
    struct str namespace;
};

static bool is_builtin(const struct check_reference *reference)
{
    const struct target *target = &targets[reference->target];
    for (size_t i = 0; i < BUILTINS_MAX && target->builtins[i]; i++)
        if (str_is(reference->name, target->builtins[i]))
            return true;
    /* Those of the controllers, which make them themselves. */
    return reference->target == TARGET_SERVICE_ACCOUNT &&
           str_is(reference->namespace, "kube-system");
}

static void add(const struct finding *finding, enum check_target target, const struct node *place)
{
    struct check_reference reference = {.target = target, .place = place};
    if (node_kind(place) == NODE_STRING)
        reference.name = node_text(place);
    if (target == TARGET_SERVICE_ACCOUNT)
        reference.namespace = finding->namespace;
    if (reference.name.n && !is_builtin(&reference))
        VEC_PUSH(finding->arena, finding->references, reference);
}

static void add_storage_class(const struct finding *finding, const struct node *claim)
{
    add(finding, TARGET_STORAGE_CLASS,
        node_get(node_get(claim, STR("spec")), STR("storageClassName")));
}

static void add_of_pod(const struct finding *finding, const struct pod *pod)
{
    /* The older name of the field is only looked at when the new one is empty. */
    const struct node *account = node_get(pod->spec, STR("serviceAccountName"));
    if (node_is_null(account) || !node_text(account).n)
        account = node_get(pod->spec, STR("serviceAccount"));
    add(finding, TARGET_SERVICE_ACCOUNT, account);
    add(finding, TARGET_PRIORITY_CLASS, node_get(pod->spec, STR("priorityClassName")));
    add(finding, TARGET_RUNTIME_CLASS, node_get(pod->spec, STR("runtimeClassName")));
    const struct node *volumes = node_get(pod->spec, STR("volumes"));
    for (struct item it = list_first(volumes); it.value; it = list_next(it))
        add_storage_class(
            finding, node_get(node_get(it.value, STR("ephemeral")), STR("volumeClaimTemplate")));
}

void check_references_of(struct arena *arena, const struct object *object,
                         struct str default_namespace, struct check_references *references)
{
    const struct finding finding = {arena, references, check_namespace(object, default_namespace)};
    const struct node *spec = node_get(object->root, STR("spec"));
    struct pod pod;
    if ((object->namespaced || !object->scope_known) && object->namespace.n)
        add(&finding, TARGET_NAMESPACE,
            node_get(node_get(object->root, STR("metadata")), STR("namespace")));
    if (pod_of(object, &pod))
        add_of_pod(&finding, &pod);
    if (object_is(object, "", "PersistentVolumeClaim"))
        add_storage_class(&finding, object->root);
    if (object_is(object, "networking.k8s.io", "Ingress"))
        add(&finding, TARGET_INGRESS_CLASS, node_get(spec, STR("ingressClassName")));
    if (!object_is(object, "apps", "StatefulSet"))
        return;
    const struct node *claims = node_get(spec, STR("volumeClaimTemplates"));
    for (struct item it = list_first(claims); it.value; it = list_next(it))
        add_storage_class(&finding, it.value);
}

bool check_declares(const struct object *object, struct str default_namespace,
                    struct check_reference *ret_declared)
{
    if (object_is(object, "", "PersistentVolume")) {
        const struct node *class =
            node_get(node_get(object->root, STR("spec")), STR("storageClassName"));
        *ret_declared = (struct check_reference){
            .target = TARGET_STORAGE_CLASS, .name = node_text(class), .place = class};
        return ret_declared->name.n > 0;
    }
    for (enum check_target target = 0; object->name.n && target < TARGET_COUNT; target++) {
        if (!object_is(object, targets[target].group, targets[target].kind))
            continue;
        *ret_declared = (struct check_reference){.target = target, .name = object->name};
        if (target == TARGET_SERVICE_ACCOUNT)
            ret_declared->namespace = check_namespace(object, default_namespace);
        return true;
    }
    return false;
}

/* ---- externals ---- */

/* Cuts what stands before the next slash off. */
static struct str next_part(struct str *rest)
{
    const ptrdiff_t slash = str_find_char(*rest, '/');
    struct str part = slash < 0 ? *rest : str_sub(*rest, 0, (size_t)slash);
    *rest = slash < 0 ? (struct str){0} : str_from_offset(*rest, (size_t)slash + 1);
    return part;
}

bool check_is_external(const struct str_list *externals, const struct check_reference *reference)
{
    return check_is_named_external(externals, str_from(targets[reference->target].kind),
                                   reference->namespace, reference->name);
}

bool check_is_named_external(const struct str_list *externals, struct str kind,
                             struct str namespace, struct str name)
{
    for (size_t i = 0; externals && i < externals->n; i++) {
        struct str rest = externals->items[i];
        const struct str kind_pattern = next_part(&rest);
        const struct str first = next_part(&rest);
        const struct str name_pattern = rest.n ? rest : first;
        if (glob_match(kind_pattern, kind) &&
            (!rest.n || !first.n || glob_match(first, namespace)) && glob_match(name_pattern, name))
            return true;
    }
    return false;
}
