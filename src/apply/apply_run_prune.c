/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deleting what is no longer wanted: many at once, in groups of which each is gone before the next
 * begins. A member leaves the inventory when its deletion is proven: by the answer, or by looking
 * until it is not there, or there as another object.
 */
#include "apply/apply_run_internal.h"

#include "base/clock.h"
#include "base/failpoint.h"

enum { GROUPS = 4, FIRST_POLL_MS = 50, MOST_POLL_MS = 2000, GONE_MS = 90000 };

/* Custom resources need their controllers, those their definitions, and all of them namespaces. */
static size_t group_of(const struct plan_step *step)
{
    static const struct {
        const char *group, *kind;
        size_t at;
    } late[] = {
        {"apiextensions.k8s.io", "CustomResourceDefinition", 2},
        {"", "Namespace", 3},
    };
    for (size_t i = 0; i < ARRAY_LEN(late); i++)
        if (str_is(step->gvk.group, late[i].group) && str_is(step->gvk.kind, late[i].kind))
            return late[i].at;
    return str_has(step->gvk.group, STR(".")) && !str_ends(step->gvk.group, STR(".k8s.io")) ? 0 : 1;
}

static void on_answer(struct cluster_call *call);

static void poll(struct run_item *item)
{
    struct cluster_call *call = run_call(item, CLUSTER_GET, on_answer);
    call->metadata_only = true;
    call->delay_ms =
        MIN_OF((unsigned)FIRST_POLL_MS << MIN_OF(item->polls, 6u), (unsigned)MOST_POLL_MS);
    item->polls++;
    item->doing = DOING_GONE;
    cluster_send(item->run->cluster, call);
}

static void begin(struct run_item *item)
{
    struct cluster_call *call = run_call(item, CLUSTER_DELETE, on_answer);
    item->state = ITEM_GOING;
    item->doing = DOING_DELETE;
    item->since_ms = clock_ms();
    item->run->under_way++;
    item->run->has_written = true;
    call->uid = run_write_of(item)->uid;
    call->propagation = STR("Background");
    failpoint();
    cluster_send(item->run->cluster, call);
}

static void gone(struct run_item *item)
{
    struct apply_run *run = item->run;
    item->state = ITEM_READY;
    run->under_way--;
    run->result.counts.pruned++;
    inventory_drop(&run->result.inventory, &run_write_of(item)->member);
    run_tell(run, (ptrdiff_t)item->step, "pruned", (struct str){0});
}

/* It stays in the inventory, and the next pass looks again. */
static void still_there(struct run_item *item, const char *why, struct str words)
{
    struct apply_run *run = item->run;
    item->state = ITEM_FAILED;
    run->under_way--;
    run->result.counts.failed++;
    run->result.reason =
        str_format(&run->arena, "%.*s %s%s%.*s", STR_FMT(plan_title(&run->arena, run_step(item))),
                   why, words.n ? ": " : "", STR_FMT(words));
    run_tell(run, (ptrdiff_t)item->step, "not pruned", run->result.reason);
}

static bool is_another(const struct run_item *item, const struct node *root)
{
    const struct str uid = node_get_text(node_get(root, STR("metadata")), STR("uid"));
    return uid.n && !str_eq(uid, run_write_of(item)->uid);
}

static void on_deleted(struct run_item *item, const struct cluster_call *call)
{
    const enum cluster_outcome outcome = call->answer.outcome;
    const bool is_status = str_is(node_get_text(call->answer.root, STR("kind")), "Status");
    if (outcome == CLUSTER_NOT_FOUND || (outcome == CLUSTER_OK && is_status))
        gone(item);
    else if (outcome == CLUSTER_OK || outcome == CLUSTER_STALE || outcome == CLUSTER_UNSURE)
        poll(item);
    else
        still_there(item, "can't be deleted", call->answer.error);
}

static void on_looked(struct run_item *item, const struct cluster_call *call)
{
    const enum cluster_outcome outcome = call->answer.outcome;
    if (outcome == CLUSTER_NOT_FOUND ||
        (outcome == CLUSTER_OK && is_another(item, call->answer.root)))
        gone(item);
    else if (clock_ms() - item->since_ms > GONE_MS || item->run->is_cancelled)
        still_there(item, "is still being deleted", (struct str){0});
    else
        poll(item);
}

static void on_answer(struct cluster_call *call)
{
    struct run_item *item = call->ctx;
    run_spend(item);
    if (item->doing == DOING_DELETE)
        failpoint();
    if (item->doing == DOING_DELETE)
        on_deleted(item, call);
    else
        on_looked(item, call);
    run_go_on(item->run);
}

bool run_prune(struct apply_run *run)
{
    bool any = false;
    while (!any && run->prune_wave < GROUPS && !run->is_cancelled) {
        for (size_t i = 0; i < run->plan->steps.n; i++) {
            struct run_item *item = &run->items[i];
            const bool is_due = run_step(item)->action == PLAN_DELETE &&
                                !run_write_of(item)->is_held && item->state == ITEM_PENDING;
            if (!is_due || group_of(run_step(item)) != run->prune_wave)
                continue;
            item->resource = run_write_of(item)->resource;
            begin(item);
            any = true;
        }
        run->prune_wave++;
    }
    return any;
}
