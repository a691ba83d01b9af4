/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster from the command line. */
#include "cmd/connect.h"

#include "base/file.h"

int connect_try(struct arena *arena, const struct connect_args *args, struct cluster **ret_cluster,
                struct str *ret_error)
{
    struct kubeconfig *config = arena_alloc(arena, sizeof *config);
    const struct str repository = gate_repository(arena);
    const struct kubeconfig_options how = {.path = args->kubeconfig,
                                           .context = args->context,
                                           .repository = repository,
                                           .allow_exec = args->allow_exec};
    if (kubeconfig_load(arena, &how, config, ret_error) < 0)
        return -1;
    const struct str cache = cache_dir(arena);
    const struct cluster_options options = {
        .config = config,
        .repository = repository,
        .cache_folder = cache.n ? path_join(arena, cache, STR("discovery")) : cache};
    *ret_cluster = cluster_open(arena, &options, ret_error);
    if (!*ret_cluster)
        return -1;
    if (cluster_connect(*ret_cluster, ret_error) == 0)
        return 0;
    cluster_close(*ret_cluster);
    *ret_cluster = NULL;
    return -1;
}

int connect_open(struct arena *arena, const struct connect_args *args, struct cluster **ret_cluster)
{
    struct str error;
    if (connect_try(arena, args, ret_cluster, &error) == 0)
        return 0;
    output_say("%.*s", STR_FMT(error));
    return -1;
}
