/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object as policies see it. The server writes the namespace of the request into it before any
 * policy does (EnsureObjectNamespaceMatchesRequestNamespace of k8s.io/apiserver,
 * pkg/registry/rest), and the stringData of a Secret into its data
 * (Convert_v1_Secret_To_core_Secret).
 */
#include "base/base64.h"
#include "policy/policy_internal.h"

static const struct node *in_namespace(struct arena *arena, const struct node *value,
                                       struct str namespace)
{
    const struct node *metadata = node_get(value, STR("metadata"));
    if (!namespace.n || node_kind(metadata) != NODE_MAP ||
        node_get_text(metadata, STR("namespace")).n)
        return value;
    struct node *placed = policy_shallow(arena, value);
    struct node *own = policy_shallow(arena, metadata);
    node_put(arena, own, STR("namespace"), node_new_text(arena, namespace));
    node_put(arena, placed, STR("metadata"), own);
    return placed;
}

/* Each value keeps the place of its text. */
static const struct node *with_data(struct arena *arena, const struct node *value)
{
    const struct node *strings = node_get(value, STR("stringData"));
    const struct node *data = node_get(value, STR("data"));
    if (!strings)
        return value;
    struct node *placed = policy_shallow(arena, value);
    struct node *own =
        node_kind(data) == NODE_MAP ? policy_shallow(arena, data) : node_new(arena, NODE_MAP);
    for (struct entry e = map_first(strings); e.key; e = map_next(e)) {
        struct node *encoded = node_new_text(arena, base64_encode(arena, node_text(e.value)));
        encoded->start = e.written->start;
        encoded->len = e.written->len;
        node_put(arena, own, node_text(e.key), encoded);
    }
    node_remove(placed, STR("stringData"));
    if (own->n)
        node_put(arena, placed, STR("data"), own);
    return placed;
}

static void mask_values(struct arena *arena, struct node *map, const char *key)
{
    const struct node *values = node_get(map, str_from(key));
    if (node_kind(values) != NODE_MAP)
        return;
    struct node *masked = node_new(arena, NODE_MAP);
    for (struct entry e = map_first(values); e.key; e = map_next(e))
        node_put(arena, masked, node_text(e.key), node_new_text(arena, STR("***")));
    node_put(arena, map, str_from(key), masked);
}

/* Annotations may hold the whole object, as kubectl leaves it there. */
const struct node *policy_masked(struct arena *arena, const struct node *secret)
{
    static const char applied[] = "kubectl.kubernetes.io/last-applied-configuration";
    if (node_kind(secret) != NODE_MAP)
        return secret;
    struct node *masked = policy_shallow(arena, secret);
    mask_values(arena, masked, "data");
    mask_values(arena, masked, "stringData");
    const struct node *metadata = node_get(secret, STR("metadata"));
    const struct node *annotations = node_get(metadata, STR("annotations"));
    if (node_get(annotations, str_from(applied))) {
        struct node *own = policy_shallow(arena, metadata);
        struct node *told = policy_shallow(arena, annotations);
        node_put(arena, told, str_from(applied), node_new_text(arena, STR("***")));
        node_put(arena, own, STR("annotations"), told);
        node_put(arena, masked, STR("metadata"), own);
    }
    return masked;
}

/* Of custom resources only the metadata goes through a struct. */
static const struct node *as_go(const struct policy_source *source, struct arena *arena,
                                const struct admitted *admitted)
{
    const struct node *value = admitted->value;
    const unsigned minor = source->view->minor;
    if (admitted->state != KIND_SERVED)
        return value;
    if (admitted->kind.type)
        return policy_as_go(arena, minor, value, admitted->kind.type);
    const struct node *metadata = node_get(value, STR("metadata"));
    const struct node *now = policy_as_go(arena, minor, metadata, type_object_meta());
    if (now == metadata)
        return value;
    struct node *placed = policy_shallow(arena, value);
    node_put(arena, placed, STR("metadata"), policy_shallow(arena, now));
    return placed;
}

const struct node *policy_place(const struct policy_source *source, struct arena *arena,
                                const struct admitted *admitted)
{
    if (node_kind(admitted->value) != NODE_MAP)
        return admitted->value;
    const struct object *object = admitted->object;
    const struct node *placed =
        in_namespace(arena, as_go(source, arena, admitted), policy_namespace(source, object));
    return object_is(object, "", "Secret") ? with_data(arena, placed) : placed;
}
