/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster: the Kubernetes API as a client. One struct is one server with one identity; everything
 * that is sent is a call (cluster_request.h), many of which are under way at once:
 *
 *   struct kubeconfig config;
 *   kubeconfig_load(&arena, &options, &config, &error);
 *   struct cluster *cluster = cluster_open(&arena, &(struct cluster_options){.config = &config},
 *                                          &error);
 *   cluster_connect(cluster, &error);                    // version and kinds, three requests
 *   const struct cluster_resource *kind = cluster_find(cluster, STR("apps/v1"), STR("Deployment"));
 *   cluster_send(cluster, &call);                        // cluster_request.h
 *   while (cluster_step(cluster, 1000) > 0) ...          // calls call.done as answers come
 *   cluster_close(cluster);
 *
 * cluster_request.h is one request and its answer, cluster_list.h all objects of a kind page by
 * page, cluster_watch.h all objects of a kind and what becomes of them. How many requests are under
 * way follows the server's answers (http_many.h); there is no rate limit of our own.
 *
 * Nothing prints. Errors are one line; none of them holds a token, a key, or words of the server
 * that may quote a Secret (cluster_status.h). One thread a cluster.
 *
 * Lifetime: what a call answers is in the call's arena, kinds are the cluster's.
 */
#pragma once

#include "cluster/kubeconfig.h"
#include "http/http_many.h"

struct cluster;
struct cluster_call;

/* Whom requests are to be judged as, in the place of who sends them (and of the kubeconfig's). */
struct cluster_account {
    struct str user; /* system:serviceaccount:NAMESPACE:NAME; "": nobody else */
    struct str_list groups;
};

struct cluster_options {
    const struct kubeconfig *config; /* borrowed */
    struct cluster_account impersonate;
    /* Asked right before each request that may change something is sent, again for each attempt:
     * false, and it is refused unsent. NULL: nobody is asked. */
    bool (*may_write)(void *ctx);
    void *may_write_ctx;
    struct str user_agent;
    struct str cache_folder; /* of discovery; "": none */
    struct str repository;   /* see kubeconfig_options */
    unsigned in_flight_max;  /* 0: 8 */
    unsigned total_ms;       /* of one request; 0: 65 s, as the server gives up after 60 */
    unsigned stall_ms;       /* 0: 65 s; a dry run with webhooks is silent for long */
    unsigned patience_ms;    /* how long a call is tried again; 0: 30 s */
    bool http1_only;
};

/* NULL with a reason. Sends nothing yet. */
struct cluster *cluster_open(struct arena *arena, const struct cluster_options *options,
                             struct str *ret_error) MUST_USE;
void cluster_close(struct cluster *cluster); /* accepts NULL; drops calls without done() */

/* Queues a call; its texts stay until done(). */
void cluster_send(struct cluster *cluster, struct cluster_call *call);
void cluster_cancel(struct cluster *cluster, struct cluster_call *call);
/* Waits up to `max_wait_ms` for something to happen; gives the calls that are left, watches and
 * timers (cluster_timer.h) too. */
size_t cluster_step(struct cluster *cluster, unsigned max_wait_ms);
/* Has the cluster_step that waits, or the next one, come back at once. From any thread. */
void cluster_wake(struct cluster *cluster);
/* Sends one and waits for it, with all others going on. */
void cluster_call(struct cluster *cluster, struct cluster_call *call);
struct http_pool_stats cluster_stats(const struct cluster *cluster);
const struct kubeconfig *cluster_config(const struct cluster *cluster);

/* ---- what the server has ---- */

struct cluster_version {
    struct str git_version; /* v1.36.3 */
    unsigned major, minor;
};

struct cluster_subresource {
    struct str name; /* status, scale */
    struct str_list verbs;
};

/* A kind as the server serves it. */
struct cluster_resource {
    struct str group, version, kind, plural, singular;
    bool namespaced;
    struct str_list verbs;
    struct cluster_subresources {
        VEC(struct cluster_subresource);
    } subresources;
};

struct cluster_resources {
    VEC(struct cluster_resource);
};

/* A group and version that the server lists and can't say the kinds of just now. */
struct cluster_unknown {
    struct str group, version;
};

struct cluster_unknowns {
    VEC(struct cluster_unknown);
};

/* Asks for the version and the kinds; the kinds come from the cache when the server says that they
 * are still the same. -1 with a reason. May be called again, after a CRD was made. */
int cluster_connect(struct cluster *cluster, struct str *ret_error) MUST_USE;
const struct cluster_version *cluster_version(const struct cluster *cluster);
const struct cluster_resources *cluster_resources(const struct cluster *cluster);
const struct cluster_unknowns *cluster_unknowns(const struct cluster *cluster);
/* NULL: the server has none, or cluster_is_unknown. */
const struct cluster_resource *cluster_find(const struct cluster *cluster, struct str api_version,
                                            struct str kind);
/* Whether kinds of this group and version may be there that nobody could name. */
bool cluster_is_unknown(const struct cluster *cluster, struct str api_version);
bool cluster_resource_can(const struct cluster_resource *resource, const char *verb);
