/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request to an API server and its answer.
 *
 *   struct cluster_call call = {
 *       .verb = CLUSTER_APPLY, .resource = kind, .namespace = STR("shop"), .name = STR("web"),
 *       .object = root, .field_manager = STR("tidegate"), .dry_run = true,
 *       .arena = &arena, .done = done, .ctx = thing};
 *   cluster_send(cluster, &call);          // done(&call) is called by some cluster_step
 *   if (call.answer.outcome == CLUSTER_OK) use(call.answer.root);
 *
 * What is tried again by itself, within the options' patience: what was not heeded (429, 503 with
 * Retry-After, no connection), and faults and lost answers of calls that can't do anything twice
 * (reading, dry runs, server-side apply, deletion of one uid). A 401 has the token read again,
 * once. A 403 on a fresh connection is asked for once more, as a server that has just started
 * refuses those who have the right. A create, update or patch whose answer is lost ends as
 * CLUSTER_UNSURE, also when an HTTP/2 server sent the client away (GOAWAY) without having read it:
 * libcurl does not say which.
 *
 * Traps that are dealt with here: a deletion says everything in its body, as the server ignores the
 * query when there is one; preconditions of the other verbs are fields of the object.
 */
#pragma once

#include "cluster/cluster.h"
#include "cluster/cluster_status.h"

enum cluster_verb {
    CLUSTER_GET,
    CLUSTER_LIST,  /* one page; cluster_list.h for all */
    CLUSTER_WATCH, /* one stream, never tried again; cluster_watch.h for what to do with it */
    CLUSTER_APPLY,
    CLUSTER_CREATE,
    CLUSTER_UPDATE,
    CLUSTER_PATCH,
    CLUSTER_DELETE,
    CLUSTER_DELETE_ALL, /* that the selectors choose */
};

struct cluster_answer {
    enum cluster_outcome outcome;
    struct cluster_status status;
    const struct node *root; /* NULL: none that can be read */
    struct str body;
    struct str_list warnings;
    struct str error; /* one line; "" when all is well */
    struct str etag;
    unsigned attempts;
};

struct cluster_call {
    enum cluster_verb verb;
    /* Where to: a resource, or a path below the server ("/version"). */
    const struct cluster_resource *resource;
    struct str namespace, name, subresource;
    struct str path;
    struct str accept; /* "": JSON */
    struct str etag;   /* the answer is 304 when it is still this */
    /* What: a tree, which is sent as JSON, or a text with its type. */
    const struct node *object;
    struct str text, content_type;
    /* How. */
    bool dry_run, force, metadata_only;
    struct str field_manager, field_validation;
    struct str uid, resource_version; /* preconditions; of lists and watches where they start */
    struct str propagation;           /* of a deletion */
    struct str label_selector, field_selector;
    int64_t limit; /* of a page; 0: none */
    struct str continue_token;
    unsigned watch_s;               /* how long the server keeps a watch open */
    unsigned delay_ms;              /* before it is sent */
    unsigned total_ms, patience_ms; /* 0: the options' */
    bool (*chunk)(struct cluster_call *call, struct str bytes); /* of a watch */

    void (*done)(struct cluster_call *call); /* NULL: none */
    void *ctx;
    struct arena *arena; /* of the answer and of the request's texts */
    struct cluster_answer answer;
    bool is_done;

    /* Private. */
    struct cluster *cluster;
    struct http_job job;
    uint64_t first_at, sent_at;
    bool asked_again_403, asked_again_401;
};

/* A copy of the object with preconditions in it. */
const struct node *cluster_with_preconditions(struct arena *arena, const struct node *object,
                                              struct str uid, struct str resource_version);
/* "patch deployments.apps shop/web", for messages. */
struct str cluster_call_name(struct arena *arena, const struct cluster_call *call);

/* ---- for tests ---- */

/* The path and query of a call. */
struct str cluster_call_target(struct arena *arena, const struct cluster_call *call);
/* Body of a call, "" for none. */
struct str cluster_call_body(struct arena *arena, const struct cluster_call *call);
/* In how many milliseconds a call with this answer is sent again; -1: not. */
int64_t cluster_retry_ms(const struct cluster_call *call, uint64_t now, uint64_t connected_at,
                         bool may_have_credentials, uint64_t patience_ms);
