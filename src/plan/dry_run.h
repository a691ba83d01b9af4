/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dry_run: what a live API server says to objects, with nothing written. Everything is sent at
 * once, as many requests as the server takes, and every answer is kept: no refusal hides another.
 *
 *   struct dry_run_options options = {.cluster = cluster, .pods = true};
 *   struct dry_run_results results = {0};
 *   dry_run(&arena, &options, objects, n, &results, &error);
 *
 * It is sent what the sync will send: server-side apply with one field manager, without force. When
 * other managers own fields, that is told, and the object is sent again with force, as the answer
 * to the first says nothing else. A whole document goes as the text that it is, so the server reads
 * what is in git; items of lists and rendered objects that were changed go as JSON.
 *
 * A template of Pods goes a second time as a Pod, because what only Pods are refused for shows
 * after the merge, as an event of a ReplicaSet: PodSecurity, LimitRange, quota, service accounts,
 * priority and runtime classes.
 *
 * What is refused only because something is not there that the same run brings (its namespace, its
 * CRD, a role, an account, a class) waits for that; it is no refusal, and the offline verdict
 * stands for it.
 *
 * Lifetime: results are in the arena, objects are borrowed.
 */
#pragma once

#include "cluster/cluster_request.h"
#include "object/object.h"

enum dry_run_way { DRY_RUN_NONE, DRY_RUN_APPLY, DRY_RUN_CREATE };

struct dry_run_object {
    const struct object *object;
    struct str namespace;     /* that it is sent to; "" for kinds without */
    struct str field_manager; /* "": that of the options */
};

struct dry_run_options {
    struct cluster *cluster; /* borrowed; cluster_connect() was called */
    enum dry_run_way way;
    struct str field_manager; /* "": tidegate */
    bool pods;                /* templates are sent as Pods, too */
    bool quotas;              /* sums are held against quotas: one LIST a namespace with new Pods */
    bool live;                /* objects are read as they are, before: one more request each */
    void (*progress)(void *ctx, size_t done, size_t total);
    void *progress_ctx;
};

enum dry_run_state {
    DRY_RUN_ACCEPTED,
    DRY_RUN_REFUSED,     /* and will be however often it is sent */
    DRY_RUN_WAITS,       /* for `waits_for` */
    DRY_RUN_NOT_ALLOWED, /* whoever asks has no right to */
    DRY_RUN_NOT_SENT,    /* what can't be: `why` */
    DRY_RUN_FAILED,      /* nobody knows: no answer, or the server's own trouble */
};

/*
 * The words of `status` are those that may be told: without quoted values that do not stand in the
 * manifest, and without differences. Its causes are there for every refusal whose words name a
 * field, those of schemas too; `field` is a path of the manifest (path_find() knows it) wherever
 * the place could be found, "" when it could not.
 */
struct dry_run_answer {
    enum dry_run_state state;
    enum cluster_outcome outcome;
    struct cluster_status status;
    const struct node *root; /* the object as it would be; NULL without one */
    struct str_list warnings;
    struct str why;                 /* one line; "" when it was accepted */
    const struct object *waits_for; /* that the same run brings; NULL: none */
    bool is_withheld;               /* the server said more, which may quote a Secret */
    bool is_webhook;                /* failed, because a webhook did */
};

struct dry_run_result {
    const struct object *object;
    struct str namespace;
    const struct cluster_resource *resource; /* NULL: the server has no such kind */
    struct dry_run_answer answer;
    struct cluster_causes conflicts; /* fields that other managers own, as paths of the manifest */
    const struct object *definition; /* of its kind, that the same run brings; NULL: none */
    bool is_going;                   /* the live one is being deleted, and takes this along */
    const struct node *live;         /* as it is now; NULL: it is not there, or was not asked for */
    enum cluster_outcome live_outcome;
    bool has_pod;
    struct dry_run_answer pod; /* what a Pod of its template is told; fields are the object's */
    int64_t pods;              /* how many of them there will be at the same time */
    size_t requests;
};

/* What the new Pods of the run ask for together is more than a quota leaves. */
struct dry_run_over {
    size_t result; /* of the workload with which it is too much */
    struct str quota, resource;
    struct str left, asked; /* quantities */
};

struct dry_run_results {
    VEC(struct dry_run_result); /* in the order of the objects */
    struct {
        VEC(struct dry_run_over);
    } overs;                   /* with `quotas` */
    size_t requests;           /* that were asked, without what was sent again for a bad answer */
    size_t objects, templates; /* that the server was asked about */
};

/* Where the template of a workload stands: "spec.template"; "" for what has none. */
struct str dry_run_template(const struct object *object);
/* One line of a server's words, without values that do not stand in the manifest. */
struct str dry_run_words(struct arena *arena, const struct object *object, struct str words);
/* "accepted", "refused", ... */
const char *dry_run_state_name(enum dry_run_state state);

/* -1 with a reason when the server can't be asked at all. */
int dry_run(struct arena *arena, const struct dry_run_options *options,
            const struct dry_run_object *objects, size_t n, struct dry_run_results *ret_results,
            struct str *ret_error) MUST_USE;
