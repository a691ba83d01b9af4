/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wait: until objects are as they were asked for, one of them can't be any more, or the time is up.
 * By watches, nothing is polled, and nothing is written.
 *
 *   struct wait *wait = wait_start(&options, objects, n, done, ctx);
 *   while (!wait_is_done(wait)) cluster_step(cluster, 1000);    // calls done(), once
 *   if (wait_result(wait)->outcome != WAIT_READY) wait_write(wait, &out);
 *   wait_free(wait);
 *
 * Start it when the objects have been written: what it lists then is at least as new.
 *
 * What is watched: the kinds and namespaces of the objects, one list and one stream for each, of
 * more than a few namespaces one for all (and when that is forbidden, each again), with the label
 * of the set. Kinds that nothing happens to once they are stored (ConfigMap, Secret, Role, Service)
 * are current at once and not watched. Of an object its state, reason and message are kept.
 *
 * What an object is, is health_of() with a Job that runs as in progress, or the health rule of its
 * kind (health_rules.h), and:
 *
 * - A custom resource whose kind has a status, and that has none yet, is in progress for up to
 *   `grace_ms`: its controller has not seen it. A rule for the kind makes this needless.
 * - A failure that was there before is not one of what was just written: it has to stay for
 *   `settle_ms`. (A Deployment that goes back to its last good template has, for a moment, seen the
 *   new generation and the old ProgressDeadlineExceeded.) One that comes later counts at once, and
 *   so does one of a first generation, and that of a Job, as Jobs don't get well.
 * - What is being deleted can't become current: that is a failure. An object that is gone is one
 *   when it does not come back within a few seconds; a Job with ttlSecondsAfterFinished that is
 * gone has ended.
 * - A CustomResourceDefinition is current when it is established and its kind is among those that
 *   the server serves. After it `brings_kinds` says that discovery is to be read again.
 * - A claim whose class binds when a Pod needs it (WaitForFirstConsumer) is current with that
 *   reason: it is those Pods that are waited for. Where the class can't be read it counts as such.
 * - A paused Deployment, a suspended Job or CronJob is current with the reason Paused or Suspended:
 *   its author asked for it to stand still, and waiting can't change that. tell() says so.
 * - What may not be watched is HEALTH_UNKNOWN, and that is a failure: nobody can say. A kind that
 *   the server can't watch at all is current, with the reason NotWatched.
 *
 * A stream that breaks goes on, one whose place is forgotten starts again with a list
 * (cluster_watch.h); an object that is missing then is gone.
 *
 * It ends when all are current (WAIT_READY), when one has failed, or with `goes_on` when each is
 * current or has failed (WAIT_FAILED), when the time is up (WAIT_TIMED_OUT), or by wait_cancel().
 *
 * One thread. done() and tell() are called from within cluster_step, tell() from wait_start too of
 * what stands still; done() may step, and may free the wait. Options, but not `rules` and
 * `cluster`, and objects are copied.
 */
#pragma once

#include "apply/health_rules.h"
#include "cluster/cluster_watch.h"

struct wait;

struct wait_object {
    const struct cluster_resource *resource;
    struct str namespace, name;
    const struct node *object; /* as it was written; NULL: nobody knows */
};

enum { WAIT_REASON_BYTES = 64, WAIT_MESSAGE_BYTES = 320 };

/* An object as it was last seen. */
struct wait_seen {
    const struct cluster_resource *resource; /* the wait's own copy: kinds may be read again */
    struct str namespace, name;
    enum health_state state; /* HEALTH_UNKNOWN and "NotSeen" before it was */
    bool is_final;           /* it can't become current any more */
    char reason[WAIT_REASON_BYTES];
    char message[WAIT_MESSAGE_BYTES]; /* one line */
};

struct wait_options {
    struct cluster *cluster;          /* borrowed */
    struct str part_of;               /* value of APPLYSET_PART_OF on all of them; "": any */
    const struct health_rules *rules; /* borrowed; NULL: none */
    unsigned timeout_ms;              /* 0: 5 minutes */
    unsigned grace_ms, settle_ms;     /* 0: 10 seconds */
    bool goes_on;                     /* after a failure */
    int64_t (*now_s)(void);           /* NULL: the clock */
    /* Each change of an object's state, reason or message. NULL: none. */
    void (*tell)(void *ctx, const struct wait_seen *seen);
    void *ctx; /* of tell and done */
};

enum wait_outcome { WAIT_READY, WAIT_FAILED, WAIT_TIMED_OUT, WAIT_CANCELLED };

struct wait_result {
    enum wait_outcome outcome;
    const struct wait_seen *objects; /* order: as they were handed in */
    size_t n, current, failed;
    bool brings_kinds;
    struct str reason; /* one line that names some of those that are not current; "" when all are */
    uint64_t took_ms;
    unsigned watches, lists, streams; /* that were started */
};

struct wait *wait_start(const struct wait_options *options, const struct wait_object *objects,
                        size_t n,
                        void (*done)(void *ctx, struct wait *wait)) MUST_USE RETURNS_NONNULL;
bool wait_is_done(const struct wait *wait);
/* Ends it now: nothing more is asked or told. done() is called by the next step. */
void wait_cancel(struct wait *wait);
/* While it goes on too: how far it is. */
const struct wait_result *wait_result(const struct wait *wait);
/* A line for each object that is not current: "Deployment shop/web: InProgress LessReady: ...". */
void wait_write(const struct wait *wait, struct buf *out);
void wait_free(struct wait *wait); /* accepts NULL; one that goes on is cancelled without done() */

const char *wait_outcome_name(enum wait_outcome outcome); /* "ready", "failed", ... */
