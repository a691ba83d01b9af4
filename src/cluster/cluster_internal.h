/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster as its own files see it. */
#pragma once

#include "base/map.h"
#include "cluster/cluster.h"
#include "cluster/cluster_auth.h"
#include "cluster/cluster_request.h"

/* What discovery found. */
struct cluster_kinds {
    struct cluster_resources resources;
    struct cluster_unknowns unknowns;
    struct map by_kind; /* "group/version kind" -> struct cluster_resource */
};

struct cluster {
    struct arena *arena; /* borrowed */
    struct cluster_options options;
    struct http_pool *pool;
    struct cluster_auth auth;
    unsigned certificates;   /* those of auth that the pool has */
    struct str server;       /* without a slash at the end */
    struct str_list headers; /* of every request */
    struct cluster_version version;
    struct arena kinds_arena; /* owned */
    struct cluster_kinds kinds;
    struct cluster_timer *timers, *due; /* borrowed; `due` is of the step under way */
};

/* cluster_kinds.c: what an answer to /api, /apis or /apis/GROUP/VERSION says. */
enum cluster_listing { LISTING_NONE, LISTING_AGGREGATED, LISTING_VERSIONS, LISTING_GROUPS };
/* Which of them it is. */
enum cluster_listing cluster_listing_of(const struct node *root);
void cluster_kinds_add(struct arena *arena, const struct node *aggregated,
                       struct cluster_kinds *kinds);
void cluster_kinds_add_classic(struct arena *arena, struct str group, struct str version,
                               const struct node *resource_list, struct cluster_kinds *kinds);
void cluster_kinds_index(struct arena *arena, struct cluster_kinds *kinds);

/* cluster_cache.c: two answers of discovery with their tags. Anything wrong with a file, and there
 * is none. */
struct cluster_cached {
    struct str etag[2], body[2];
};
bool cluster_cache_read(struct arena *arena, struct str folder, struct str server,
                        struct str version, struct cluster_cached *ret_cached);
void cluster_cache_write(struct arena *arena, struct str folder, struct str server,
                         struct str version, const struct cluster_cached *cached);

/* cluster_discover.c */
int cluster_discover(struct cluster *cluster, struct str *ret_error) MUST_USE;
