/* SPDX-License-Identifier: Apache-2.0 */
/* A rollback in the set's parent, changed with the resourceVersion that was read. */
#include "sync/rollback.h"

enum { TRIES = 5 };

static int read_parent(struct cluster *cluster, struct arena *arena, struct str namespace,
                       struct str set, struct inventory *inventory, struct str *why)
{
    struct cluster_call call = {.verb = CLUSTER_GET,
                                .resource = cluster_find(cluster, STR("v1"), STR("ConfigMap")),
                                .namespace = namespace,
                                .name = set_parent(arena, set),
                                .arena = arena};
    if (!call.resource) {
        *why = STR("the server serves no ConfigMaps, in which sets are recorded");
        return -1;
    }
    cluster_call(cluster, &call);
    if (call.answer.outcome == CLUSTER_NOT_FOUND) {
        *why = str_format(arena, "nothing is recorded of a set '%.*s' in namespace %.*s",
                          STR_FMT(set), STR_FMT(namespace));
        return -1;
    }
    if (call.answer.outcome != CLUSTER_OK) {
        *why = call.answer.error;
        return -1;
    }
    if (inventory_read(arena, call.answer.root, inventory, why) < 0)
        return -1;
    if (inventory->is_ours && str_eq(inventory->set, set))
        return 0;
    *why = str_format(arena, "the record %.*s is another tool's, or another set's",
                      STR_FMT(call.name));
    return -1;
}

static int change(struct arena *arena, const struct rollback_wish *wish, struct set_status *status,
                  struct str *why)
{
    if (!wish->resume)
        return rollback_pin(status, str_dup(arena, wish->to), str_dup(arena, wish->who), why);
    if (!status->pinned.n && !status->rejected.n) {
        *why = STR("this set is not rolled back");
        return -1;
    }
    rollback_resume(status);
    return 0;
}

static enum cluster_outcome write_parent(struct cluster *cluster, struct arena *arena,
                                         const struct inventory *inventory, struct str *why)
{
    struct cluster_call call = {.verb = CLUSTER_UPDATE,
                                .resource = cluster_find(cluster, STR("v1"), STR("ConfigMap")),
                                .namespace = inventory->namespace,
                                .name = inventory->parent,
                                .field_manager = STR("tidegate-applyset"),
                                .arena = arena};
    const struct node *tree;
    if (inventory_tree(arena, inventory, &tree, why) < 0)
        return CLUSTER_TOO_LARGE;
    call.object =
        cluster_with_preconditions(arena, tree, inventory->uid, inventory->resource_version);
    cluster_call(cluster, &call);
    *why = call.answer.error;
    return call.answer.outcome;
}

int rollback_write(struct cluster *cluster, struct arena *arena, struct str namespace,
                   const struct rollback_wish *wish, struct inventory *ret_inventory,
                   struct str *ret_why)
{
    enum cluster_outcome outcome = CLUSTER_STALE;
    for (unsigned i = 0; i < TRIES && outcome == CLUSTER_STALE; i++) {
        if (read_parent(cluster, arena, namespace, wish->set, ret_inventory, ret_why) < 0 ||
            change(arena, wish, &ret_inventory->status, ret_why) < 0)
            return -1;
        outcome = write_parent(cluster, arena, ret_inventory, ret_why);
    }
    return outcome == CLUSTER_OK ? 0 : -1;
}
