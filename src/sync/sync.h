/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync: after the merge, the cluster equals the commit. sync.c is the only file that knows the
 * order of a pass:
 *
 *   commit ──> judge ────────> know ─────────> plan ───────────> apply ──────> record
 *   read,      as the gate     parents of all  every set, with   set by set,
 *   rendered   did before      sets in the     one dry run of    as they
 *              the merge       cluster         everything        depend
 *
 *   struct sync_commit *commit = sync_judge(&judging);        // no cluster; any thread
 *   struct sync *sync = sync_start(&setting, commit);         // the thread of the cluster
 *   while (!sync_is_done(sync)) cluster_step(cluster, 1000);
 *   use(sync_result(sync));
 *   sync_free(sync);
 *   sync_commit_free(commit);
 *
 * A set that the rules of the gate refuse, or the server, is not written, nor are the sets that
 * depend on it; all others are. Everything that was refused is reported, at its place: refusing
 * stops nothing from being asked.
 *
 * A set that the commit has no more is kept or deleted as its last settings said. One whose state
 * pins another commit, or rejected this one, is left as it is; `pins` says which commits are wanted
 * instead, for passes of their own.
 *
 * What `tidegate sync` runs once and the engine (engine.h) for ever is this.
 */
#pragma once

#include "apply/apply.h"
#include "gate/gate.h"
#include "sync/gate_digest.h"

/* ---- a commit ---- */

struct sync_commit;

struct sync_judging {
    struct str folder;   /* of the repository; "": that the current folder is in */
    struct str revision; /* "WORK": the files as they lie there, with no commit */
    struct str config;   /* path; "": found at the top */
    struct str version;  /* of the cluster, as 1.36; "": as the configuration says */
    unsigned jobs;
    progress_fn progress;
    void *progress_ctx;
};

/* Reads, renders and judges all of a commit. What is wrong is among its findings. */
struct sync_commit *sync_judge(const struct sync_judging *judging) MUST_USE RETURNS_NONNULL;
void sync_commit_free(struct sync_commit *commit); /* accepts NULL */
/* Full id; "" of files that are no commit. */
struct str sync_commit_id(const struct sync_commit *commit);
const struct commit_info *sync_commit_info(const struct sync_commit *commit);
const struct gate_result *sync_commit_gate(const struct sync_commit *commit);
/* Whether it can't be said what the commit wants at all: bad configuration, unreadable files. */
bool sync_commit_is_broken(const struct sync_commit *commit);

/* ---- what is on record ---- */

struct sync_records {
    VEC(struct inventory); /* of all sets of a namespace, as the server lists them */
    size_t requests;
};

/* Reads the parents of a namespace, those that were released left out. -1 with a reason: they can't
 * be listed, or one of them is not to be trusted. */
int sync_read_records(struct arena *arena, struct cluster *cluster, struct str namespace,
                      struct sync_records *ret_records, struct str *ret_error) MUST_USE;

/* ---- a pass ---- */

struct sync;

/* What happens, for logs and feedback; set "": of the pass. */
struct sync_note {
    struct str set;
    const char *what; /* "plan", "apply", "step", "wait", "prune", "done", ... */
    struct str object, why;
    enum set_state state; /* with "done" */
};

struct sync_setting {
    struct cluster *cluster;    /* the engine's own, connected */
    struct str namespace;       /* of the parents */
    struct apply_limits limits; /* of the engine */
    struct str_list sets;       /* patterns of the sets that run here; empty: all */
    struct str trigger;         /* as in set_attempt */
    struct str who;
    const struct gate_digests *gate; /* what the gate said sets are; NULL: nobody asked */
    bool dry_run;                    /* plans are made and nothing is written */
    bool verify;                     /* every object is asked about, whatever looks unchanged */
    bool no_prune;                   /* what is no longer wanted stays, for this pass */
    bool no_wait;                    /* nobody waits for health */
    bool rewind;                     /* a commit need not come from the one that is applied */
    bool is_pin;                     /* the commit is what sets are pinned to */
    unsigned wait_ms;                /* 0: as the settings of each set say */
    /* Who writes the objects of a set; NULL, or giving NULL: `cluster`. */
    struct cluster *(*writer_of)(void *ctx, struct str set);
    void (*tell)(void *ctx, const struct sync_note *note);
    void *ctx;
};

/* One set of a pass. */
struct sync_set {
    struct str name;
    enum set_state state;
    struct str reason;                 /* one line; "" when all is well */
    const struct apply_plan *plan;     /* NULL: there is none */
    const struct apply_result *result; /* NULL: nothing was begun */
    const struct inventory *inventory; /* as it was read */
    bool is_removed;
    bool is_skipped; /* pinned to another commit, or this one is rejected */
};

struct sync_pin {
    struct str set, commit;
};

struct sync_result {
    struct {
        VEC(struct sync_set);
    } sets;
    struct {
        VEC(struct sync_pin);
    } pins;
    struct diags diags; /* of commit, plans and server, sorted when it is done */
    struct str error;   /* why nothing could be done at all; "" */
    size_t requests;    /* of planning */
};

/* Begins a pass; plans before it gives back, which sends requests. The commit is borrowed. */
struct sync *sync_start(const struct sync_setting *setting,
                        struct sync_commit *commit) MUST_USE RETURNS_NONNULL;
bool sync_is_done(const struct sync *sync);
/* A newer commit came, or the end: nothing more is begun. */
void sync_cancel(struct sync *sync);
const struct sync_result *sync_result(const struct sync *sync);
/* The worst of all sets; SET_READY when there are none. */
enum set_state sync_worst(const struct sync_result *result);
void sync_free(struct sync *sync); /* accepts NULL; of one that is done */
