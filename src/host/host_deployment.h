/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_deployment: what is live where, as GitHub shows it: a deployment of a commit to an
 * environment, and what became of it. The sync is the caller; nothing here decides anything.
 *
 *   struct host_deployment_wanted wanted = {.sha = commit, .environment = STR("prod"),
 *                                           .key = STR("shop")};
 *   struct host_deployment deployment;
 *   struct host_sent sent = host_deployment_open(client, &wanted, &deployment);
 *   if (sent.outcome == HOST_DONE)
 *       sent = host_deployment_tell(client, &deployment, &(struct host_deployment_status){
 *           .state = DEPLOYMENT_IN_PROGRESS, .log_url = page});
 *
 * A deployment is made once: one of the same commit, environment, task and key is looked for on all
 * pages before, and again after a request whose answer got lost. So a sync that starts anew goes on
 * with the deployment of the run before it.
 *
 * Commit statuses do not hold a deployment up (required_contexts is empty), and the target branch
 * is never merged into the commit (auto_merge is false): what is deployed was decided by the merge.
 *
 * Lifetime: texts live in the client's arena.
 *
 * Source: docs.github.com REST API, "Deployments" and "Deployment statuses".
 */
#pragma once

#include "host/host_publish.h"

struct host_deployment_wanted {
    struct str sha;         /* full commit id */
    struct str environment; /* 1 to 255 bytes */
    struct str task;        /* "": "deploy" */
    struct str key;         /* which of several of one commit and environment: the set's name */
    struct str description; /* cut to 140 code points */
    bool is_production;
    bool is_transient; /* it will go away, as that of a pull request does */
};

struct host_deployment {
    struct str path;    /* of the API */
    bool was_there;     /* made by an earlier run */
    struct str created; /* as GitHub says it */
};

/* order: host_deployment_state_name */
enum host_deployment_state {
    DEPLOYMENT_QUEUED,
    DEPLOYMENT_IN_PROGRESS,
    DEPLOYMENT_SUCCESS,
    DEPLOYMENT_FAILURE,  /* of what is deployed */
    DEPLOYMENT_ERROR,    /* of who deploys */
    DEPLOYMENT_INACTIVE, /* it is no longer there */
};
const char *host_deployment_state_name(enum host_deployment_state state); /* "in_progress" */

struct host_deployment_status {
    enum host_deployment_state state;
    struct str description;     /* cut to 140 code points */
    struct str log_url;         /* "": none */
    struct str environment_url; /* where it can be looked at; "": none */
    bool keep_older;            /* a success leaves older ones of the environment active */
};

/* HOST_DONE when there is one, whoever made it. */
struct host_sent host_deployment_open(struct host_client *client,
                                      const struct host_deployment_wanted *wanted,
                                      struct host_deployment *ret_deployment);
/* What is said already by the newest status is not said again after a lost answer. */
struct host_sent host_deployment_tell(struct host_client *client,
                                      const struct host_deployment *deployment,
                                      const struct host_deployment_status *status);
