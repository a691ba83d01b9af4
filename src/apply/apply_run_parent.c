/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two writes of the parent: with all that may come to be before anything is written, and with
 * what there is at the end. Each holds only for the parent as it was read, so that of two writers
 * the second stops.
 */
#include "apply/apply_run_internal.h"

#include "base/clock.h"
#include "base/failpoint.h"

static int64_t now_of(const struct apply_run *run)
{
    return run->how.now_s ? run->how.now_s() : clock_now();
}

/* False after run->result says why. */
static bool send(struct apply_run *run, void (*done)(struct cluster_call *call))
{
    struct inventory *inventory = &run->result.inventory;
    const struct node *tree;
    struct str why;
    if (inventory_tree(&run->arena, inventory, &tree, &why) < 0) {
        run->result.state = SET_REFUSED;
        run->result.reason = why;
        return false;
    }
    struct cluster_call *call = ARENA_NEW(&run->arena, struct cluster_call);
    *call = (struct cluster_call){
        .verb = inventory->exists ? CLUSTER_APPLY : CLUSTER_CREATE,
        .resource = cluster_find(run->how.cluster, STR("v1"), STR("ConfigMap")),
        .namespace = inventory->namespace,
        .name = inventory->exists ? inventory->parent : (struct str){0},
        .object = inventory->exists ? cluster_with_preconditions(&run->arena, tree, inventory->uid,
                                                                 inventory->resource_version)
                                    : tree,
        .force = inventory->exists,
        .field_manager = STR("tidegate-applyset"),
        .field_validation = STR("Strict"),
        .arena = &run->arena,
        .done = done,
        .ctx = run};
    run->under_way++;
    failpoint();
    cluster_send(run->how.cluster, call);
    return true;
}

static bool take(struct apply_run *run, const struct cluster_call *call)
{
    const struct node *metadata = node_get(call->answer.root, STR("metadata"));
    struct inventory *inventory = &run->result.inventory;
    run->under_way--;
    failpoint();
    if (call->answer.outcome != CLUSTER_OK) {
        const bool is_other = call->answer.outcome == CLUSTER_STALE ||
                              call->answer.outcome == CLUSTER_EXISTS ||
                              call->answer.outcome == CLUSTER_CONTESTED;
        run->result.reason =
            str_format(&run->arena, "the record of the set can't be written: %.*s%s",
                       STR_FMT(call->answer.error), is_other ? "; somebody else writes it" : "");
        return false;
    }
    inventory->exists = true;
    inventory->uid = node_get_text(metadata, STR("uid"));
    inventory->resource_version = node_get_text(metadata, STR("resourceVersion"));
    return true;
}

/* ---- before ---- */

static void on_widened(struct cluster_call *call)
{
    struct apply_run *run = call->ctx;
    if (take(run, call)) {
        run->phase = RUN_WRITE;
    } else {
        run->result.state = SET_FAILED;
        run->phase = RUN_DONE;
    }
    run_go_on(run);
}

void run_widen(struct apply_run *run)
{
    struct inventory *inventory = &run->result.inventory;
    run->attempt.start_s = now_of(run);
    run->attempt.state = SET_PLANNED;
    for (size_t i = 0; i < run->plan->steps.n; i++)
        if (run->items[i].want >= 0)
            inventory_put(&run->arena, inventory, &run->plan->steps.items[i].member);
    inventory->status.attempt = run->attempt;
    inventory->status.on_remove =
        run->plan->set->settings->on_remove == SYNC_DELETE ? STR("delete") : STR("keep");
    inventory_record(&run->arena, inventory, &run->attempt);
    if (!send(run, on_widened)) {
        run->phase = RUN_DONE;
        run_go_on(run);
    }
}

/* ---- after ---- */

static void on_recorded(struct cluster_call *call)
{
    struct apply_run *run = call->ctx;
    if (!take(run, call) && run->result.state == SET_READY)
        run->result.state = SET_FAILED;
    run->phase = RUN_DONE;
    run_go_on(run);
}

/* What the plan found to be no member any more; of wanted objects each is one. */
static void forget(struct apply_run *run)
{
    for (size_t i = 0; i < run->plan->steps.n; i++)
        if (run->plan->steps.items[i].leaves)
            inventory_drop(&run->result.inventory, &run->plan->steps.items[i].member);
}

/* A set that is gone, with all that it had, needs no record any more. */
static void delete_parent(struct apply_run *run)
{
    const struct inventory *inventory = &run->result.inventory;
    struct cluster_call *call = ARENA_NEW(&run->arena, struct cluster_call);
    *call = (struct cluster_call){.verb = CLUSTER_DELETE,
                                  .resource =
                                      cluster_find(run->how.cluster, STR("v1"), STR("ConfigMap")),
                                  .namespace = inventory->namespace,
                                  .name = inventory->parent,
                                  .uid = inventory->uid,
                                  .resource_version = inventory->resource_version,
                                  .arena = &run->arena,
                                  .done = on_recorded,
                                  .ctx = run};
    run->under_way++;
    failpoint();
    cluster_send(run->how.cluster, call);
}

void run_record(struct apply_run *run)
{
    struct inventory *inventory = &run->result.inventory;
    struct set_status *status = &inventory->status;
    forget(run);
    if (run->plan->set->is_removed && !inventory->members.n && inventory->exists) {
        delete_parent(run);
        return;
    }
    run->attempt.state = run->result.state;
    run->attempt.reason = run->result.reason;
    run->attempt.counts = run->result.counts;
    run->attempt.end_s = now_of(run);
    if (!run->attempt.start_s)
        run->attempt.start_s = run->attempt.end_s;
    status->attempt = run->attempt;
    if (run->result.state == SET_READY || run->result.state == SET_HELD ||
        run->result.state == SET_UNHEALTHY)
        status->applied = run->attempt.commit;
    if (run->result.state == SET_READY || run->result.state == SET_HELD)
        status->good = run->attempt.commit;
    inventory_record(&run->arena, inventory, &run->attempt);
    if (!send(run, on_recorded)) {
        run->phase = RUN_DONE;
        run_go_on(run);
    }
}
