/* SPDX-License-Identifier: Apache-2.0 */
/* What the cluster knows of the sets: one LIST of their parents. */
#include "base/glob.h"
#include "sync/sync_pass.h"

bool sync_is_ours(const struct sync_setting *setting, struct str set)
{
    for (size_t i = 0; i < setting->sets.n; i++) {
        const struct str pattern = setting->sets.items[i];
        if (str_eq(pattern, set) || glob_match(pattern, set))
            return true;
    }
    return setting->sets.n == 0;
}

/* A parent that can't be trusted stops the pass: what it lists can't be guarded any more. */
static int add_parent(struct sync *sync, const struct node *node)
{
    struct inventory inventory;
    struct str why;
    const struct str name = node_get_text(node_get(node, STR("metadata")), STR("name"));
    const struct node *data = node_get(node, STR("data"));
    if (!node_get(data, STR(INVENTORY_SET)))
        return 0; /* of another tool, or released */
    if (inventory_read(&sync->arena, node, &inventory, &why) < 0) {
        sync->result.error =
            str_format(&sync->arena, "the record %.*s/%.*s can't be trusted: %.*s",
                       STR_FMT(sync->setting->namespace), STR_FMT(name), STR_FMT(why));
        return -1;
    }
    VEC_PUSH(&sync->arena, &sync->known, inventory);
    return 0;
}

int sync_know(struct sync *sync)
{
    struct cluster *cluster = sync->setting->cluster;
    struct cluster_list list = {.arena = &sync->arena,
                                .resource = cluster_find(cluster, STR("v1"), STR("ConfigMap")),
                                .namespace = sync->setting->namespace,
                                .label_selector = STR(APPLYSET_ID)};
    if (!list.resource) {
        sync->result.error = STR("the server serves no ConfigMaps, in which sets are recorded");
        return -1;
    }
    cluster_list_all(cluster, &list);
    sync->result.requests += list.pages;
    if (list.outcome != CLUSTER_OK) {
        sync->result.error = str_format(
            &sync->arena, "the records of the sets in namespace %.*s can't be read: %.*s",
            STR_FMT(sync->setting->namespace), STR_FMT(list.error));
        return -1;
    }
    for (size_t i = 0; i < list.items.n; i++)
        if (add_parent(sync, list.items.items[i]) < 0)
            return -1;
    return 0;
}
