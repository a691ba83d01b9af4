/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rollback_driver KUBECONFIG NAMESPACE SET VERB [COMMIT [COMMIT]]
 *
 *   make APPLIED [GOOD]   a record of the set, as after a sync
 *   pin [COMMIT]          takes it back
 *   resume                ends that
 *
 * Prints "PINNED REJECTED", "-" for none; or the reason, with exit code 1.
 */
#include <stdio.h>
#include <string.h>

#include "sync/rollback.h"

static int make(struct cluster *cluster, struct arena *arena, struct str namespace, struct str set,
                char **args, struct str *why)
{
    struct inventory inventory;
    const struct node *tree;
    inventory_init(arena, namespace, set, &inventory);
    inventory.status.attempt = (struct set_attempt){.commit = str_from(args[0]),
                                                    .digest = STR("sha256:b"),
                                                    .trigger = STR("commit"),
                                                    .state = SET_UNHEALTHY};
    inventory.status.good = str_from(args[1]);
    inventory_record(arena, &inventory, &inventory.status.attempt);
    inventory_put(arena, &inventory,
                  &(struct member){.kind = STR("ConfigMap"),
                                   .namespace = namespace,
                                   .name = STR("web"),
                                   .uid = STR("1-2-3")});
    if (inventory_tree(arena, &inventory, &tree, why) < 0)
        return -1;
    struct cluster_call call = {.verb = CLUSTER_CREATE,
                                .resource = cluster_find(cluster, STR("v1"), STR("ConfigMap")),
                                .namespace = namespace,
                                .object = tree,
                                .arena = arena};
    cluster_call(cluster, &call);
    *why = call.answer.error;
    return call.answer.outcome == CLUSTER_OK ? 0 : -1;
}

static int change(struct cluster *cluster, struct arena *arena, struct str namespace,
                  struct str set, char **args, struct str *why)
{
    struct inventory inventory;
    const bool resume = strcmp(args[0], "resume") == 0;
    const struct rollback_wish wish = {
        .set = set, .to = str_from(args[1]), .who = STR("ann"), .resume = resume};
    if (rollback_write(cluster, arena, namespace, &wish, &inventory, why) < 0)
        return -1;
    const struct set_status *status = &inventory.status;
    printf("%.*s %.*s\n", STR_FMT(status->pinned.n ? status->pinned : STR("-")),
           STR_FMT(status->rejected.n ? status->rejected : STR("-")));
    return 0;
}

int main(int argc, char **argv)
{
    struct arena arena SCOPED(arena) = {0};
    struct kubeconfig config;
    struct str why = {0};
    if (argc < 5)
        return 2;
    const struct kubeconfig_options options = {.path = str_from(argv[1])};
    if (kubeconfig_load(&arena, &options, &config, &why) < 0)
        return 2;
    struct cluster *cluster =
        cluster_open(&arena, &(struct cluster_options){.config = &config}, &why);
    if (!cluster || cluster_connect(cluster, &why) < 0)
        return 2;
    const struct str namespace = str_from(argv[2]);
    const struct str set = str_from(argv[3]);
    const int result = strcmp(argv[4], "make") == 0
                           ? make(cluster, &arena, namespace, set, argv + 5, &why)
                           : change(cluster, &arena, namespace, set, argv + 4, &why);
    if (result < 0)
        printf("%.*s\n", STR_FMT(why));
    cluster_close(cluster);
    return result < 0;
}
