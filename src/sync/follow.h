/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follow: where commits come from, on a thread of its own. It asks the remote when it is time
 * (remote_pace.h) or when a webhook hints, fetches what is new, sees that the commit comes from
 * what was applied and who signed it, has it judged, and lays it ready for the loop:
 *
 *   struct follow *follow = follow_start(&options, &why);
 *   ...
 *   if (follow_take(follow, &ready)) {        // the loop was woken by options.wake
 *       pass over ready.commit
 *       options.drop(ready.commit);           // the taker's now
 *   }
 *   follow_hint(follow);                      // a webhook came; from any thread
 *   follow_applied(follow, id);               // later commits must come from this one
 *   follow_stop(follow, 3000);
 *
 * A commit that nobody took is replaced by a newer one, so there is at most one ready, and one more
 * that was asked for (follow_want: for going back, whatever branch it is of).
 *
 * A commit that is not taken over stops nothing: what is applied stays applied, the reason is in
 * the status, and the head is looked at again with each poll. git runs with deadlines, so the
 * thread is never stuck for longer than these; the loop is never at all.
 *
 * A repository on this machine is a remote, too, by a file URL: the same checks hold.
 */
#pragma once

#include "base/opt.h"
#include "remote/remote.h"
#include "remote/remote_pace.h"

struct follow;
struct sync_commit;

enum { FOLLOW_ID = 72, FOLLOW_WHY = 512, FOLLOW_WHO = 128, FOLLOW_ANCHORS = 16 };

/* order: follow_state_name */
enum follow_state {
    FOLLOW_STARTING, /* nothing was asked yet */
    FOLLOW_WELL,
    FOLLOW_FAILED,   /* the remote, or git: `failure` says in what way */
    FOLLOW_DIVERGED, /* the head does not come from what is applied */
    FOLLOW_UNSIGNED, /* it isn't signed by who must: `signature` says in what way */
    FOLLOW_BROKEN,   /* it can't be said what the commit wants */
};
const char *follow_state_name(enum follow_state state); /* "well", "diverged", ... */

/* What the thread is told; all stays until follow_stop. */
struct follow_options {
    struct remote_options remote;
    struct remote_pace pace;
    uint64_t seed;        /* another one in each process */
    struct str_list from; /* full ids that a head must come from, one a shard; at most
                             FOLLOW_ANCHORS count */
    bool any_history;     /* a head need not come from anything */
    bool must_be_signed;
    struct remote_signers signers;
    /* On the thread: reads and judges a commit of a repository's folder. NULL with a
     * reason in `why`: not even its refusals can be told. */
    struct sync_commit *(*judge)(void *ctx, const char *folder, struct str id, struct str *ret_why);
    /* On the thread: frees one that nobody took. */
    void (*drop)(struct sync_commit *commit);
    /* From the thread: something is ready, or the state is another. May be NULL. */
    void (*wake)(void *ctx);
    void *ctx;
};

struct follow_ready {
    struct sync_commit *commit; /* the taker's to free */
    char id[FOLLOW_ID];
    char signer[FOLLOW_WHO]; /* "": nobody was asked for */
    bool is_wanted;          /* by follow_want, and not the head */
    uint64_t seen_ms;        /* clock_ms() of the poll that saw it */
};

struct follow_status {
    enum follow_state state;
    enum remote_failure failure;
    enum remote_signature signature;
    char head[FOLLOW_ID];      /* what the remote has, as far as known; "" */
    char ready[FOLLOW_ID];     /* the latest that was laid ready; "" */
    char why[FOLLOW_WHY];      /* one line, "" when all is well */
    char want_why[FOLLOW_WHY]; /* why the commit that was wanted last could not be had; "" */
    uint64_t since_ms;         /* clock_ms() of the state's beginning */
    uint64_t answered_ms;      /* of the last answer of the remote; 0: none yet */
    uint64_t busy_ms;          /* of the poll that is under way; 0: none is */
    uint64_t polls, failed_polls, fetches, hints, commits, refused;
};

/* NULL with a reason. Texts of options are borrowed until follow_stop. */
struct follow *follow_start(const struct follow_options *options, struct arena *arena,
                            struct str *ret_why) MUST_USE;
/* Ends the thread and drops what is ready. False when git did not end within `wait_ms`: the thread
 * is left alone and its memory with it, and dies with the process, as git does then. */
bool follow_stop(struct follow *follow, unsigned wait_ms);

/* Whether a commit is ready. The head before one that was wanted. */
bool follow_take(struct follow *follow, struct follow_ready *ret_ready) MUST_USE;
void follow_hint(struct follow *follow);
/* Have this commit (a full id) fetched, checked for its signature, and judged. */
void follow_want(struct follow *follow, struct str id);
/* The next head must come from this one, in the place of all that was said before. */
void follow_applied(struct follow *follow, struct str id);
/* Have the head judged once more, though it is the same: what it met has changed. */
void follow_again(struct follow *follow);
void follow_status(struct follow *follow, struct follow_status *ret_status);
/* The URL as it may be shown. */
struct str follow_url(const struct follow *follow);
