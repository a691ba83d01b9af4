/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster into a snapshot (snapshot/snapshot_write.h): what is read of it, and what of that is
 * told. */
#pragma once

#include "cmd/connect.h"
#include "snapshot/snapshot_write.h"

struct export_args {
    struct connect_args connect;
    struct str name, output;
    bool all, no_secret_names, with_params;
};

#define EXPORT_OPTIONS(type, member)                                                               \
    {.name = "name",                                                                               \
     .kind = OPT_TEXT,                                                                             \
     .arg = "NAME",                                                                                \
     .help = "export: what the cluster is called in reports; as in the kubeconfig by default",     \
     .offset = offsetof(type, member.name)},                                                       \
        {.name = "output",                                                                         \
         .letter = 'o',                                                                            \
         .kind = OPT_TEXT,                                                                         \
         .arg = "FILE",                                                                            \
         .help = "export: file to write; standard output by default",                              \
         .offset = offsetof(type, member.output)},                                                 \
        {.name = "all",                                                                            \
         .kind = OPT_FLAG,                                                                         \
         .help = "export: names and managers of all objects, not only of those that somebody "     \
                 "applied",                                                                        \
         .offset = offsetof(type, member.all)},                                                    \
        {.name = "no-secret-names",                                                                \
         .kind = OPT_FLAG,                                                                         \
         .help = "export: not even the names of Secrets",                                          \
         .offset = offsetof(type, member.no_secret_names)},                                        \
    {                                                                                              \
        .name = "with-params", .kind = OPT_FLAG,                                                   \
        .help = "export: what admission policies have as params, in clear, ConfigMaps too",        \
        .offset = offsetof(type, member.with_params)                                               \
    }

/* What was read, and what was not. */
struct export_tally {
    size_t kinds, objects;
    struct str_list refused; /* kinds that may not be listed */
};

/* Asks for everything at once, as many requests as the server takes. -1 with a reason when some
 * kind could not be read for another reason than that it may not be. */
int export_collect(struct arena *arena, struct cluster *cluster, const struct export_args *args,
                   struct snapshot_contents *contents, struct export_tally *ret_tally,
                   struct str *ret_error) MUST_USE;
