/* SPDX-License-Identifier: Apache-2.0 */
/* An object in its namespace: the server writes that of the request into it before any policy sees
 * it (EnsureObjectNamespaceMatchesRequestNamespace of k8s.io/apiserver, pkg/registry/rest). */
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

const struct node *policy_place(const struct policy_source *source, struct arena *arena,
                                const struct object *object, const struct node *value)
{
    const struct node *metadata = node_get(value, STR("metadata"));
    const struct str namespace = policy_namespace(source, object);
    if (!namespace.n || node_kind(metadata) != NODE_MAP ||
        node_get_text(metadata, STR("namespace")).n)
        return value;
    struct node *placed = shallow(arena, value);
    struct node *own = shallow(arena, metadata);
    node_put(arena, own, STR("namespace"), node_new_text(arena, namespace));
    node_put(arena, placed, STR("metadata"), own);
    return placed;
}
