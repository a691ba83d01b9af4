/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults that depend on what else is there, or are lists. */
#include "admit/default.h"
#include "rule_calls.h"

/* A copy of the map under `name` with the entries of `from` that it has not. */
static void take_missing(struct filling *f, const char *name, const struct node *from)
{
    struct arena *arena = f->ctx->arena;
    const struct node *have = filling_get(f, name);
    struct node *made = NULL;
    for (struct entry e = map_first(from); e.key; e = map_next(e)) {
        if (node_entry(have, node_text(e.key)).key)
            continue;
        if (!made)
            made = have ? node_copy(arena, have) : filling_new(f, NODE_MAP);
        node_put(arena, made, node_text(e.key), node_copy(arena, e.value));
    }
    if (made)
        filling_put(f, name, made);
}

/* Limits from the maximum, requests from limits, else from the minimum. */
void fill_limit_range_item(struct filling *f)
{
    if (!str_is(filling_text(f, "type"), "Container"))
        return;
    take_missing(f, "default", filling_get(f, "max"));
    take_missing(f, "defaultRequest", filling_get(f, "default"));
    take_missing(f, "defaultRequest", filling_get(f, "min"));
}

/* The name as a label, by which selectors find it. */
void fill_namespace_label(struct filling *f)
{
    struct arena *arena = f->ctx->arena;
    const struct node *metadata = filling_get(f, "metadata");
    const struct str name = node_get_text(metadata, STR("name"));
    const struct node *labels = node_get(metadata, STR("labels"));
    const struct str key = STR("kubernetes.io/metadata.name");
    if (name.n == 0 || str_eq(node_get_text(labels, key), name))
        return;
    struct node *filled =
        node_kind(labels) == NODE_MAP ? node_copy(arena, labels) : filling_new(f, NODE_MAP);
    struct node *copy = node_copy(arena, metadata);
    struct node *value = node_new_text(arena, name);
    value->start = f->place.start;
    value->len = f->place.end - f->place.start;
    node_put(arena, filled, key, value);
    node_put(arena, copy, STR("labels"), filled);
    filling_put(f, "metadata", copy);
}

void fill_lifecycle_modes(struct filling *f)
{
    if (!filling_is_zero(f, "volumeLifecycleModes"))
        return;
    struct node *list = filling_new(f, NODE_LIST);
    node_add(list, node_new_text(f->ctx->arena, STR("Persistent")));
    filling_put(f, "volumeLifecycleModes", list);
}
