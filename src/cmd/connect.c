/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster from the command line. */
#include "cmd/connect.h"

#include "base/file.h"

static int refuse(struct str why)
{
    output_say("%.*s", STR_FMT(why));
    return -1;
}

int connect_open(struct arena *arena, const struct connect_args *args, struct cluster **ret_cluster)
{
    struct kubeconfig *config = arena_alloc(arena, sizeof *config);
    const struct str repository = gate_repository(arena);
    const struct kubeconfig_options how = {.path = args->kubeconfig,
                                           .context = args->context,
                                           .repository = repository,
                                           .allow_exec = args->allow_exec};
    struct str error;
    if (kubeconfig_load(arena, &how, config, &error) < 0)
        return refuse(error);
    const struct str cache = cache_dir(arena);
    const struct cluster_options options = {
        .config = config,
        .repository = repository,
        .cache_folder = cache.n ? path_join(arena, cache, STR("discovery")) : cache};
    struct cluster *cluster = cluster_open(arena, &options, &error);
    if (!cluster)
        return refuse(error);
    if (cluster_connect(cluster, &error) == 0) {
        *ret_cluster = cluster;
        return 0;
    }
    cluster_close(cluster);
    return refuse(error);
}
