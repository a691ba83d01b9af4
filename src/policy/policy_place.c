/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object as policies see it. The server writes the namespace of the request into it before any
 * policy does (EnsureObjectNamespaceMatchesRequestNamespace of k8s.io/apiserver,
 * pkg/registry/rest), and the stringData of a Secret into its data
 * (Convert_v1_Secret_To_core_Secret).
 */
#include "base/base64.h"
#include "policy/policy_internal.h"

/* A map of its own with the same values. */
static struct node *shallow(struct arena *arena, const struct node *map)
{
    struct node *copy = arena_dup(arena, node_real(map), sizeof *map);
    struct node **link = &copy->first;
    for (const struct node *child = node_real(map)->first; child; child = child->next) {
        *link = arena_dup(arena, child, sizeof *child);
        link = &(*link)->next;
    }
    copy->next = NULL;
    *link = NULL;
    return copy;
}

static const struct node *in_namespace(struct arena *arena, const struct node *value,
                                       struct str namespace)
{
    const struct node *metadata = node_get(value, STR("metadata"));
    if (!namespace.n || node_kind(metadata) != NODE_MAP ||
        node_get_text(metadata, STR("namespace")).n)
        return value;
    struct node *placed = shallow(arena, value);
    struct node *own = shallow(arena, metadata);
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
    struct node *placed = shallow(arena, value);
    struct node *own =
        node_kind(data) == NODE_MAP ? shallow(arena, data) : node_new(arena, NODE_MAP);
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

const struct node *policy_place(const struct policy_source *source, struct arena *arena,
                                const struct object *object, const struct node *value)
{
    if (node_kind(value) != NODE_MAP)
        return value;
    const struct node *placed = in_namespace(arena, value, policy_namespace(source, object));
    return object_is(object, "", "Secret") ? with_data(arena, placed) : placed;
}
