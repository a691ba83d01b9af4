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

/* A parent that can't be trusted stops all: what it lists can't be guarded any more. */
static int add_parent(struct arena *arena, const struct node *node, struct sync_records *records,
                      struct str *ret_error)
{
    struct inventory inventory;
    struct str why;
    const struct node *metadata = node_get(node, STR("metadata"));
    if (!node_get(node_get(node, STR("data")), STR(INVENTORY_SET)))
        return 0; /* of another tool, or released */
    if (inventory_read(arena, node, &inventory, &why) < 0) {
        *ret_error = str_format(arena, "the record %.*s/%.*s can't be trusted: %.*s",
                                STR_FMT(node_get_text(metadata, STR("namespace"))),
                                STR_FMT(node_get_text(metadata, STR("name"))), STR_FMT(why));
        return -1;
    }
    VEC_PUSH(arena, records, inventory);
    return 0;
}

int sync_read_records(struct arena *arena, struct cluster *cluster, struct str namespace,
                      struct sync_records *ret_records, struct str *ret_error)
{
    struct sync_records records = {0};
    struct cluster_list list = {.arena = arena,
                                .resource = cluster_find(cluster, STR("v1"), STR("ConfigMap")),
                                .namespace = namespace,
                                .label_selector = STR(APPLYSET_ID)};
    if (!list.resource) {
        *ret_error = STR("the server serves no ConfigMaps, in which sets are recorded");
        return -1;
    }
    cluster_list_all(cluster, &list);
    records.requests = list.pages;
    if (list.outcome != CLUSTER_OK) {
        *ret_error =
            str_format(arena, "the records of the sets in namespace %.*s can't be read: %.*s",
                       STR_FMT(namespace), STR_FMT(list.error));
        return -1;
    }
    for (size_t i = 0; i < list.items.n; i++)
        if (add_parent(arena, list.items.items[i], &records, ret_error) < 0)
            return -1;
    *ret_records = records;
    return 0;
}

int sync_know(struct sync *sync)
{
    if (sync_read_records(&sync->arena, sync->setting->cluster, sync->setting->namespace,
                          &sync->known, &sync->result.error) < 0)
        return -1;
    sync->result.requests += sync->known.requests;
    return 0;
}
