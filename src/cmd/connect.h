/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of every command that talks to a cluster, and opening it as they say.
 *
 *   struct args { struct common_args common; struct connect_args connect; ... };
 *   static const struct opt options[] = { ..., CONNECT_OPTIONS(struct args, connect), COMMON... };
 *   struct cluster *cluster;
 *   if (connect_open(call->arena, &args->connect, &cluster) < 0) return EXIT_NOT_EVALUATED;
 */
#pragma once

#include "cluster/cluster.h"
#include "cmd/cmd_internal.h"

struct connect_args {
    struct str kubeconfig, context;
    bool allow_exec;
};

#define CONNECT_OPTIONS(type, member)                                                              \
    {.name = "kubeconfig",                                                                         \
     .kind = OPT_TEXT,                                                                             \
     .arg = "FILE",                                                                                \
     .help = "which cluster, and who asks; as KUBECONFIG says by default, else ~/.kube/config",    \
     .offset = offsetof(type, member.kubeconfig)},                                                 \
        {.name = "context",                                                                        \
         .kind = OPT_TEXT,                                                                         \
         .arg = "NAME",                                                                            \
         .help = "context of the kubeconfig; its current one by default",                          \
         .offset = offsetof(type, member.context)},                                                \
    {                                                                                              \
        .name = "allow-exec", .kind = OPT_FLAG,                                                    \
        .help = "let the kubeconfig run a program that prints credentials",                        \
        .offset = offsetof(type, member.allow_exec)                                                \
    }

/* Opens and connects; the arena outlives the cluster. 0, or -1 with a reason. */
int connect_try(struct arena *arena, const struct connect_args *args, struct cluster **ret_cluster,
                struct str *ret_error) MUST_USE;
/* The same, and the reason is said. */
int connect_open(struct arena *arena, const struct connect_args *args,
                 struct cluster **ret_cluster) MUST_USE;
