/* SPDX-License-Identifier: Apache-2.0 */
/* What of an object may be told in clear: tables of fields, and nothing else. */
#include "snapshot/snapshot_clear.h"

#include "snapshot/snapshot_write.h"

enum { KEPT_MAX = 8 };

/* Annotations whose values say how the cluster behaves. */
static const char *const annotations[] = {
    "storageclass.kubernetes.io/is-default-class",
    "ingressclass.kubernetes.io/is-default-class",
    "api-approved.kubernetes.io",
};

/* Below the metadata, which is the same for all: name, namespace, labels, these annotations. */
static const struct clear {
    const char *group, *kind;
    bool has_labels;
    const char *kept[KEPT_MAX]; /* paths; "*" is all but metadata and status */
} clear[] = {
    {"", "Namespace", true, {"status.phase"}},
    {"", "ServiceAccount", false, {NULL}},
    {"", "ResourceQuota", false, {"spec"}},
    {"", "LimitRange", false, {"spec"}},
    {"scheduling.k8s.io", "PriorityClass", false, {"value", "globalDefault", "preemptionPolicy"}},
    {"node.k8s.io", "RuntimeClass", false, {"handler", "overhead", "scheduling"}},
    {"storage.k8s.io",
     "StorageClass",
     false,
     {"provisioner", "reclaimPolicy", "volumeBindingMode", "allowVolumeExpansion"}},
    {"networking.k8s.io", "IngressClass", false, {"spec.controller"}},
    {"rbac.authorization.k8s.io", "ClusterRole", false, {NULL}},
    {"apiextensions.k8s.io",
     "CustomResourceDefinition",
     false,
     {"spec.group", "spec.names", "spec.scope", "spec.preserveUnknownFields", "spec.versions",
      "spec.conversion.strategy"}},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicy", true, {"spec"}},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", true, {"spec"}},
    {"admissionregistration.k8s.io", "MutatingAdmissionPolicy", true, {"spec"}},
    {"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding", true, {"spec"}},
    {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", false, {"webhooks"}},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration", false, {"webhooks"}},
};

static const struct clear any_param = {"", "", true, {"*"}};

static const struct clear *find(struct str group, struct str kind)
{
    for (size_t i = 0; i < ARRAY_LEN(clear); i++)
        if (str_is(group, clear[i].group) && str_is(kind, clear[i].kind))
            return &clear[i];
    return NULL;
}

bool snapshot_is_clear(struct str group, struct str kind)
{
    return find(group, kind) != NULL;
}

static void put_copy(struct arena *arena, struct node *to, struct str key, const struct node *value)
{
    if (value)
        node_put(arena, to, key, node_copy(arena, value));
}

/* ---- parts that are cut down further ---- */

/* Who calls, and how, stays out. */
static struct node *webhooks_of(struct arena *arena, const struct node *webhooks)
{
    static const char *const kept[] = {"name",          "rules",       "matchPolicy",
                                       "failurePolicy", "sideEffects", "namespaceSelector",
                                       "objectSelector"};
    struct node *list = node_new(arena, NODE_LIST);
    for (struct item it = list_first(webhooks); it.value; it = list_next(it)) {
        struct node *webhook = node_new(arena, NODE_MAP);
        for (size_t i = 0; i < ARRAY_LEN(kept); i++)
            put_copy(arena, webhook, str_from(kept[i]), node_get(it.value, str_from(kept[i])));
        node_add(list, webhook);
    }
    return list;
}

static struct node *schema_of(struct arena *arena, const struct node *schema);

static struct node *schemas_in(struct arena *arena, const struct node *map)
{
    struct node *copy = node_new(arena, NODE_MAP);
    struct node **link = &copy->first;
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        *link = node_new_text(arena, node_text(e.key));
        (*link)->next = schema_of(arena, e.value);
        link = &(*link)->next->next;
        copy->n++;
    }
    return copy;
}

static struct node *schemas_of(struct arena *arena, const struct node *list)
{
    struct node *copy = node_new(arena, NODE_LIST);
    for (struct item it = list_first(list); it.value; it = list_next(it))
        node_add(copy, schema_of(arena, it.value));
    return copy;
}

/* Words for people are most of a CRD. Nesting is bounded: no reader makes a tree deeper than
 * LIMIT_DEPTH. */
static struct node *schema_of(struct arena *arena, const struct node *schema)
{
    static const char *const words[] = {"description", "title", "example", "externalDocs"};
    static const char *const maps[] = {"properties", "patternProperties", "definitions"};
    static const char *const inner[] = {"items", "additionalProperties", "not", "allOf", "anyOf",
                                        "oneOf"};
    struct node *copy = node_new(arena, NODE_MAP);
    if (node_kind(schema) != NODE_MAP)
        return node_copy(arena, schema);
    for (struct entry e = map_first(schema); e.key; e = map_next(e)) {
        const struct str key = node_text(e.key);
        if (str_is_one_of(key, words, ARRAY_LEN(words)))
            continue;
        if (str_is_one_of(key, maps, ARRAY_LEN(maps)) && node_kind(e.value) == NODE_MAP)
            node_put(arena, copy, key, schemas_in(arena, e.value));
        else if (str_is_one_of(key, inner, ARRAY_LEN(inner)))
            node_put(arena, copy, key,
                     node_kind(e.value) == NODE_LIST ? schemas_of(arena, e.value)
                                                     : schema_of(arena, e.value));
        else
            node_put(arena, copy, key, node_copy(arena, e.value));
    }
    return copy;
}

static struct node *versions_of(struct arena *arena, const struct node *versions)
{
    static const char *const schema_path = "schema";
    struct node *list = node_new(arena, NODE_LIST);
    for (struct item it = list_first(versions); it.value; it = list_next(it)) {
        struct node *version = node_copy(arena, it.value);
        const struct node *root =
            node_get(node_get(it.value, str_from(schema_path)), STR("openAPIV3Schema"));
        if (root) {
            struct node *schema = node_new(arena, NODE_MAP);
            node_put(arena, schema, STR("openAPIV3Schema"), schema_of(arena, root));
            node_put(arena, version, str_from(schema_path), schema);
        }
        node_add(list, version);
    }
    return list;
}

static struct node *part_of(struct arena *arena, struct str path, const struct node *value)
{
    if (str_is(path, "webhooks"))
        return webhooks_of(arena, value);
    if (str_is(path, "spec.versions"))
        return versions_of(arena, value);
    return node_copy(arena, value);
}

/* ---- the whole ---- */

static struct node *metadata_of(struct arena *arena, const struct clear *how,
                                const struct node *object)
{
    const struct node *metadata = node_get(object, STR("metadata"));
    const struct node *all = node_get(metadata, STR("annotations"));
    struct node *copy = node_new(arena, NODE_MAP);
    struct node *told = node_new(arena, NODE_MAP);
    put_copy(arena, copy, STR("name"), node_get(metadata, STR("name")));
    put_copy(arena, copy, STR("namespace"), node_get(metadata, STR("namespace")));
    if (how->has_labels)
        put_copy(arena, copy, STR("labels"), node_get(metadata, STR("labels")));
    for (size_t i = 0; i < ARRAY_LEN(annotations); i++)
        put_copy(arena, told, str_from(annotations[i]), node_get(all, str_from(annotations[i])));
    if (told->n)
        node_put(arena, copy, STR("annotations"), told);
    return copy;
}

static void keep_path(struct arena *arena, struct node *to, const struct node *from,
                      struct str path)
{
    const ptrdiff_t dot = str_find_last_char(path, '.');
    const struct str name = dot < 0 ? path : str_from_offset(path, (size_t)dot + 1);
    const struct node *parent = from;
    struct str above = dot < 0 ? (struct str){0} : str_sub(path, 0, (size_t)dot);
    struct str part;
    for (struct str rest = above; str_split(&rest, '.', &part);)
        parent = node_get(parent, part);
    const struct node *value = node_get(parent, name);
    if (!value)
        return;
    while (str_split(&above, '.', &part)) {
        const struct node *there = node_get(to, part);
        struct node *next = there ? node_copy(arena, there) : node_new(arena, NODE_MAP);
        node_put(arena, to, part, next);
        to = next;
    }
    node_put(arena, to, name, part_of(arena, path, value));
}

static void keep_all(struct arena *arena, struct node *to, const struct node *from)
{
    static const char *const dropped[] = {"apiVersion", "kind", "metadata", "status"};
    for (struct entry e = map_first(from); e.key; e = map_next(e))
        if (!str_is_one_of(node_text(e.key), dropped, ARRAY_LEN(dropped)))
            put_copy(arena, to, node_text(e.key), e.value);
}

static const struct node *kept(struct arena *arena, const struct clear *how, const struct gvk *gvk,
                               const struct node *object)
{
    struct node *copy = node_new(arena, NODE_MAP);
    const struct str api_version = str_format(arena, "%.*s%s%.*s", STR_FMT(gvk->group),
                                              gvk->group.n ? "/" : "", STR_FMT(gvk->version));
    node_put(arena, copy, STR("apiVersion"), node_new_text(arena, api_version));
    node_put(arena, copy, STR("kind"), node_new_text(arena, gvk->kind));
    node_put(arena, copy, STR("metadata"), metadata_of(arena, how, object));
    for (size_t i = 0; i < KEPT_MAX && how->kept[i]; i++) {
        if (strcmp(how->kept[i], "*") == 0)
            keep_all(arena, copy, object);
        else
            keep_path(arena, copy, object, str_from(how->kept[i]));
    }
    return copy;
}

const struct node *snapshot_clear(struct arena *arena, const struct gvk *gvk,
                                  const struct node *object)
{
    const struct clear *how = find(gvk->group, gvk->kind);
    return how ? kept(arena, how, gvk, object) : NULL;
}

const struct node *snapshot_clear_param(struct arena *arena, const struct gvk *gvk,
                                        const struct node *object)
{
    const bool is_secret = !gvk->group.n && str_is(gvk->kind, "Secret");
    return is_secret ? NULL : kept(arena, &any_param, gvk, object);
}
