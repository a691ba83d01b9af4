/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One object on its way: what is being deleted is waited for, what is replaced is deleted, what is
 * taken over loses its old managers, and then it is applied. Each arrow is one request.
 */
#include "apply/apply_run_internal.h"

#include "apply/health.h"
#include "apply/takeover.h"
#include "base/clock.h"
#include "base/failpoint.h"

enum { FIRST_POLL_MS = 50, MOST_POLL_MS = 2000, GONE_MS = 120000, READY_MS = 300000 };

static void on_answer(struct cluster_call *call);

/* Whether the answer that is waited for is one to a write. */
static bool is_write(enum item_doing doing)
{
    return doing == DOING_TAKE || doing == DOING_DELETE || doing == DOING_APPLY;
}

static void send(struct run_item *item, enum item_doing doing, struct cluster_call *call)
{
    item->doing = doing;
    if (is_write(doing))
        failpoint();
    cluster_send(item->run->cluster, call);
}

static void poll(struct run_item *item, enum item_doing doing)
{
    struct cluster_call *call = run_call(item, CLUSTER_GET, on_answer);
    if (item->doing != doing || !item->polls)
        item->since_ms = clock_ms();
    call->delay_ms =
        MIN_OF((unsigned)FIRST_POLL_MS << MIN_OF(item->polls, 6u), (unsigned)MOST_POLL_MS);
    item->polls++;
    send(item, doing, call);
}

static void apply(struct run_item *item)
{
    struct cluster_call *call = run_call(item, CLUSTER_APPLY, on_answer);
    const struct apply_step *write = run_write_of(item);
    call->object = write->body;
    call->force = write->force;
    call->field_manager = item->run->plan->set->inventory->parent;
    call->field_validation = STR("Strict");
    item->polls = 0;
    send(item, DOING_APPLY, call);
}

/* Of a kind that the set brings itself: the server's discovery has not told it yet. */
static bool find_kind(struct run_item *item)
{
    const struct plan_step *step = run_step(item);
    const struct apply_set *set = item->run->plan->set;
    item->resource = run_write_of(item)->resource;
    if (item->resource)
        return true;
    for (size_t i = 0; i < set->want_n; i++) {
        const struct node *spec = node_get(set->want[i].object->root, STR("spec"));
        const struct node *names = node_get(spec, STR("names"));
        if (!object_is_crd(set->want[i].object) ||
            !str_eq(node_get_text(spec, STR("group")), step->gvk.group) ||
            !str_eq(node_get_text(names, STR("kind")), step->gvk.kind))
            continue;
        item->made = (struct cluster_resource){
            .group = step->gvk.group,
            .version = step->gvk.version,
            .kind = step->gvk.kind,
            .plural = node_get_text(names, STR("plural")),
            .namespaced = str_is(node_get_text(spec, STR("scope")), "Namespaced")};
        item->resource = &item->made;
        return true;
    }
    return false;
}

void run_write(struct run_item *item)
{
    const struct plan_step *step = run_step(item);
    const struct apply_step *write = run_write_of(item);
    item->state = ITEM_GOING;
    item->run->under_way++;
    item->run->has_written = true;
    if (!find_kind(item)) {
        run_fail(item->run, item, NULL);
        return;
    }
    if (step->action == PLAN_REPLACE) {
        struct cluster_call *call = run_call(item, CLUSTER_DELETE, on_answer);
        call->uid = write->uid;
        call->propagation = STR("Background");
        send(item, DOING_DELETE, call);
        return;
    }
    if (step->is_going)
        poll(item, DOING_GONE);
    else if (write->is_taken)
        send(item, DOING_READ, run_call(item, CLUSTER_GET, on_answer));
    else
        apply(item);
}

/* ---- answers ---- */

static void take_over(struct run_item *item, const struct cluster_call *read)
{
    const struct apply_step *write = run_write_of(item);
    struct str patch;
    if (read->answer.outcome != CLUSTER_OK) {
        run_fail(item->run, item, read);
        return;
    }
    const struct takeover takeover = {.live = read->answer.root,
                                      .managers = &write->takes,
                                      .manager = item->run->plan->set->inventory->parent,
                                      .api_version = run_step(item)->api_version};
    if (!takeover_patch(&item->run->arena, &takeover, &patch)) {
        apply(item);
        return;
    }
    struct cluster_call *call = run_call(item, CLUSTER_PATCH, on_answer);
    call->text = patch;
    call->content_type = STR("application/json-patch+json");
    call->field_manager = item->run->plan->set->inventory->parent;
    send(item, DOING_TAKE, call);
}

static void counted(struct run_item *item, bool is_new)
{
    struct set_counts *counts = &item->run->result.counts;
    if (run_step(item)->action == PLAN_REPLACE)
        counts->replaced++;
    else if (is_new)
        counts->created++;
    else
        counts->updated++;
}

static void on_applied(struct run_item *item, const struct cluster_call *call)
{
    struct apply_run *run = item->run;
    struct member member = run_write_of(item)->member;
    if (call->answer.outcome != CLUSTER_OK) {
        run_fail(run, item, call);
        return;
    }
    const bool is_new = call->answer.status.code == 201 || !run_step(item)->have;
    member.uid = node_get_text(node_get(call->answer.root, STR("metadata")), STR("uid"));
    member.is_hook = run->order.items[item->want].is_hook;
    inventory_put(&run->arena, &run->result.inventory, &member);
    counted(item, is_new);
    run_tell(run, (ptrdiff_t)item->step, is_new ? "created" : "updated", (struct str){0});
    run_written(item);
    if (run_needs_ready(item)) {
        item->state = ITEM_GOING;
        poll(item, DOING_READY);
        return;
    }
    run->under_way--;
}

static void on_health(struct run_item *item, const struct cluster_call *call)
{
    struct apply_run *run = item->run;
    struct health health = {.state = HEALTH_IN_PROGRESS};
    const struct health_options options = {.now_s = clock_now(), .waits_for_jobs = true};
    if (call->answer.outcome == CLUSTER_OK)
        health_of(&run->arena, call->answer.root, &options, &health);
    if (health.state == HEALTH_CURRENT) {
        run->under_way--;
        run_ready(item);
        return;
    }
    const bool is_late = clock_ms() - item->since_ms > READY_MS;
    if (health.state == HEALTH_FAILED || is_late || run->is_cancelled) {
        item->state = ITEM_FAILED;
        run->under_way--;
        if (!run->is_cancelled) {
            run->is_failed = true;
            run->result.reason = str_format(
                &run->arena, "%.*s, which others wait for, is not ready: %.*s",
                STR_FMT(plan_title(&run->arena, run_step(item))), STR_FMT(health.message));
        }
        return;
    }
    poll(item, DOING_READY);
}

static void on_gone(struct run_item *item, const struct cluster_call *call)
{
    if (call->answer.outcome == CLUSTER_NOT_FOUND) {
        apply(item);
        return;
    }
    if (clock_ms() - item->since_ms > GONE_MS || item->run->is_cancelled) {
        run_fail(item->run, item, call);
        return;
    }
    poll(item, DOING_GONE);
}

static void on_answer(struct cluster_call *call)
{
    struct run_item *item = call->ctx;
    run_spend(item);
    const bool is_well = call->answer.outcome == CLUSTER_OK;
    if (is_write(item->doing))
        failpoint();
    switch (item->doing) {
    case DOING_READ:
        take_over(item, call);
        break;
    case DOING_TAKE:
        if (is_well)
            apply(item);
        else
            run_fail(item->run, item, call);
        break;
    case DOING_DELETE:
        item->polls = 0;
        if (is_well || call->answer.outcome == CLUSTER_NOT_FOUND)
            poll(item, DOING_GONE);
        else
            run_fail(item->run, item, call);
        break;
    case DOING_GONE:
        on_gone(item, call);
        break;
    case DOING_APPLY:
        on_applied(item, call);
        break;
    case DOING_READY:
        on_health(item, call);
        break;
    }
    run_go_on(item->run);
}
