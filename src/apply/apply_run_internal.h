/* SPDX-License-Identifier: Apache-2.0 */
/* A set that is being written: what the files of apply_run share. */
#pragma once

#include "apply/apply.h"
#include "apply/order.h"
#include "apply/wait.h"

enum run_phase { RUN_WIDEN, RUN_WRITE, RUN_HEALTH, RUN_PRUNE, RUN_RECORD, RUN_DONE };

enum item_state { ITEM_PENDING, ITEM_GOING, ITEM_WRITTEN, ITEM_READY, ITEM_FAILED };

/* What an object waits an answer for. */
enum item_doing { DOING_READ, DOING_TAKE, DOING_DELETE, DOING_GONE, DOING_APPLY, DOING_READY };

struct apply_run;

/* One step of the plan on its way. order: plan.steps */
struct run_item {
    struct apply_run *run;
    size_t step;
    ptrdiff_t want; /* index in the set's objects; -1: it goes away */
    enum item_state state;
    enum item_doing doing;
    struct cluster_resource made; /* of a kind that the set itself brings */
    const struct cluster_resource *resource;
    unsigned polls;
    uint64_t since_ms;
    struct arena arena; /* owned: of the call under way and its answer */
};

struct apply_run {
    struct arena arena;
    const struct apply_plan *plan;
    struct apply_how how;
    void (*done)(void *ctx, struct apply_run *run);
    void *ctx;
    struct cluster *cluster; /* who writes objects */
    enum run_phase phase;
    struct apply_result result;
    struct set_attempt attempt;
    struct run_item *items;  /* n: plan.steps.n */
    struct run_item **wants; /* by index in the set's objects */
    struct order order;
    struct order_waiters waiters;
    uint32_t *unmet;
    size_t *stage_left; /* objects of each stage whose barrier is not met */
    uint32_t stage;
    struct {
        VEC(struct run_item *);
    } queue; /* may be begun */
    size_t next, under_way;
    size_t prune_wave;
    struct wait *wait;
    struct arena spent; /* owned: of the last answer, which its sender may still look at */
    bool is_cancelled, is_failed, has_written;
};

/* apply_run.c */
void run_go_on(struct apply_run *run);
void run_tell(const struct apply_run *run, ptrdiff_t step, const char *what, struct str why);
/* Gives up what the item's last call had; first thing that is done with an answer. */
void run_spend(struct run_item *item);
void run_fail(struct apply_run *run, struct run_item *item, const struct cluster_call *call);
const struct plan_step *run_step(const struct run_item *item);
const struct apply_step *run_write_of(const struct run_item *item);
/* A call about the item's object, which comes back to `done`. It and its answer live until another
 * answer was dealt with. */
struct cluster_call *run_call(struct run_item *item, enum cluster_verb verb,
                              void (*done)(struct cluster_call *call));

/* apply_run_write.c: one object from what it is to what is wanted. */
void run_write(struct run_item *item);
/* apply_run_order.c: which objects may be begun. */
int run_order(struct apply_run *run, struct str *ret_why) MUST_USE;
void run_written(struct run_item *item);
void run_ready(struct run_item *item);
bool run_needs_ready(const struct run_item *item);
/* apply_run_prune.c: what is no longer wanted, one group after the other. True: something was
 * begun. */
bool run_prune(struct apply_run *run);
/* apply_run_parent.c */
void run_widen(struct apply_run *run);
void run_record(struct apply_run *run);
