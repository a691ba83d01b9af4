/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply: makes a cluster equal to sets of objects. First a plan of all sets, which writes nothing;
 * then each set that is not refused is written.
 *
 *   struct apply_plans plans;
 *   apply_plan(&arena, &input, sets, n, &plans, &error);  // asks, and writes nothing
 *   plan_write_text(&plans.items[0].plan, ...);
 *   struct apply_run *run = apply_start(&plans.items[0], &how, done, ctx);
 *   while (!apply_is_done(run)) cluster_step(cluster, 1000);
 *   apply_free(run);
 *
 * Planning a set:
 *   members as they are (a LIST a kind, for all sets together) ─> whose is each object ─> what
 *   provably stays as it is (owned.h) ─> a dry run of all the rest ─> what is left over ─> guards
 *
 * Every refusal is found, and one refusal is enough for nothing of the set to be written. What the
 * server refuses only because of what the same plan brings waits for that, and is asked about again
 * when it is there, before it is written.
 *
 * Writing a set:
 *   the inventory is widened ─> before-hooks ─> objects in order (order.h), as many at once as the
 *   server takes ─> health (wait.h) ─> after-hooks ─> prunes ─> the inventory is shrunk, with the
 *   record of the attempt
 *
 * Whatever happens in between, killing included, the inventory names all that was written.
 *
 * Whose an object is: it belongs to the set whose id it carries, or whose field manager applied it.
 * What belongs to another set or to nobody we know is not touched unless adoption was declared;
 * what moves from one set to another in the same commit goes over without being deleted.
 *
 * A prune deletes what is in the inventory, carries the set's id, was applied by the set's field
 * manager and has no controller above it: a precondition of the request holds it to the uid that
 * was looked at. What two sets want at once stays with the one that has it, and the other is
 * refused.
 *
 * One thread. Lifetime: plans are in the arena and borrow the objects; a run borrows its plan.
 */
#pragma once

#include "apply/inventory.h"
#include "config/config_sync.h"
#include "diag/diag.h"
#include "plan/plan.h"

struct apply_run;

/* Of the engine, which no repository can widen. */
struct apply_limits {
    unsigned prune_count;   /* more objects than these need an approval; 0: 20 */
    unsigned prune_percent; /* and so does more of the set, from six on; 0: 25 */
};

/* What a commit approves: lines of its message, "Tidegate-Prune: SET" or
 * "Tidegate-Prune: SET/Kind/[NAMESPACE/]NAME". */
struct apply_approvals {
    struct str_list prunes;
};
void apply_approvals_read(struct arena *arena, struct str message,
                          struct apply_approvals *ret_approvals);

struct apply_set {
    struct str name;
    const struct inventory *inventory; /* as it was read; of a new set as it was made */
    const struct plan_object *want;
    size_t want_n;
    const struct config_sync *settings;
    struct cluster *cluster; /* who writes its objects; NULL: the input's */
    bool is_partial;         /* something of it could not be read or rendered: nothing is pruned */
    bool is_removed;         /* the commit has no such set any more */
    struct str_list was;     /* names it had before */
};

struct apply_input {
    struct cluster *cluster; /* the engine's own */
    unsigned minor;
    struct apply_limits limits;
    const struct apply_approvals *approvals;
    const struct inventory *inventories; /* of all sets of this engine, wanted or not */
    size_t inventories_n;
    bool verify; /* nothing is taken as unchanged without a dry run */
    bool pods;   /* templates are sent as Pods, too: one more request each */
};

/* What writing an object takes besides what the plan's step says. order: plan.steps */
struct apply_step {
    const struct node *body; /* as it is sent: with the set's label, its checksums, and without
                                what others own; NULL: nothing is sent */
    const struct cluster_resource *resource; /* NULL: what brings its kind is not there yet */
    struct member member;
    bool is_taken; /* managers in `takes` lose their fields to the set's */
    struct str_list takes;
    bool force;   /* conflicts are settled for the set */
    bool leaves;  /* the inventory forgets it and it stays: kept, or another set's */
    bool is_held; /* a prune that wants an approval: it is not done */
    struct str uid, resource_version; /* of the live object; "" */
};

enum apply_verdict {
    APPLY_NOTHING, /* is as it should be */
    APPLY_GO,
    APPLY_HELD,    /* all but the prunes can be done: they need an approval */
    APPLY_REFUSED, /* nothing is written */
};

struct apply_plan {
    const struct apply_set *set;
    struct plan plan; /* for reading, and for plan_write_* */
    struct {
        VEC(struct apply_step);
    } steps;
    enum apply_verdict verdict;
    struct diags *diags; /* why: at the places of the manifests; rules sync/... and cluster/... */
    struct str reason;   /* one line for records; "" */
    size_t prunes;       /* that are to be done, or held */
};

struct apply_plans {
    VEC(struct apply_plan);
    size_t requests;
};

/* Plans all sets. Findings go to `diags`, which outlives the plans. -1 with a reason when nothing
 * can be said, as the server does not answer. */
int apply_plan(struct arena *arena, const struct apply_input *input, const struct apply_set *sets,
               size_t n, struct diags *diags, struct apply_plans *ret_plans,
               struct str *ret_error) MUST_USE;

/* ---- writing ---- */

struct apply_how {
    struct cluster *cluster;    /* the engine's own, which writes parents */
    struct set_attempt attempt; /* what is recorded; start, state and counts are filled in */
    int64_t (*now_s)(void);     /* NULL: the clock */
    unsigned wait_ms;           /* for health; 0: as the set's settings say */
    bool no_wait;
    bool no_prune;
    /* What happens, as it happens: for logs. `step` is an index, -1: of the set. NULL: none. */
    void (*tell)(void *ctx, const struct apply_plan *plan, ptrdiff_t step, const char *what,
                 struct str why);
    void *tell_ctx;
};

struct apply_result {
    enum set_state state;
    struct str reason;
    struct set_counts counts;
    struct inventory inventory; /* as the cluster has it now */
    struct diags *diags;        /* borrowed: the plan's; what was refused while writing is added */
};

/* Begins; goes on with each cluster_step. `done` is called once, from within one. */
struct apply_run *apply_start(const struct apply_plan *plan, const struct apply_how *how,
                              void (*done)(void *ctx, struct apply_run *run),
                              void *ctx) MUST_USE RETURNS_NONNULL;
bool apply_is_done(const struct apply_run *run);
/* Nothing more is begun, waits end at once; what is on the wire is waited for. */
void apply_cancel(struct apply_run *run);
const struct apply_result *apply_result(const struct apply_run *run);
void apply_free(struct apply_run *run); /* accepts NULL; of one that is done */
