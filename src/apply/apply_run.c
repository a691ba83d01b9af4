/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a set, as a machine that each answer moves on: widen, write, health, prune, record. All
 * of it is in run_go_on(), which is called after everything that happens.
 */
#include "apply/apply_run_internal.h"

#include "base/limits.h"

enum { UNDER_WAY_MAX = 32, WAIT_DEFAULT_MS = 300000 };

const struct plan_step *run_step(const struct run_item *item)
{
    return &item->run->plan->plan.steps.items[item->step];
}

const struct apply_step *run_write_of(const struct run_item *item)
{
    return &item->run->plan->steps.items[item->step];
}

struct cluster_call *run_call(struct run_item *item, enum cluster_verb verb,
                              void (*done)(struct cluster_call *call))
{
    struct cluster_call *call = ARENA_NEW(&item->arena, struct cluster_call);
    *call = (struct cluster_call){.verb = verb,
                                  .resource = item->resource,
                                  .namespace = run_step(item)->namespace,
                                  .name = run_step(item)->name,
                                  .arena = &item->arena,
                                  .done = done,
                                  .ctx = item};
    return call;
}

void run_spend(struct run_item *item)
{
    arena_release(&item->run->spent);
    item->run->spent = item->arena;
    item->arena = (struct arena){0};
}

void run_tell(const struct apply_run *run, ptrdiff_t step, const char *what, struct str why)
{
    if (run->how.tell)
        run->how.tell(run->how.tell_ctx, run->plan, step, what, why);
}

/* ---- failures ---- */

static void add_finding(struct apply_run *run, const struct run_item *item, struct str words)
{
    const struct plan_step *step = run_step(item);
    const struct object *object = step->object;
    struct diags *diags = run->plan->diags;
    const struct node *kind = node_get(object->root, STR("kind"));
    diags->at = (struct diag_at){.source = object->source,
                                 .set = run->plan->set->name,
                                 .object = {.api_version = step->api_version,
                                            .kind = step->gvk.kind,
                                            .namespace = step->namespace,
                                            .name = step->name},
                                 .versions = 1};
    diag_add(diags, RULE_SYNC_NOT_APPLIED, kind ? node_span(kind) : (struct span){0, 0},
             (struct str){0}, "the server refused this while it was written: %.*s", STR_FMT(words));
}

/* Nothing new is begun after it; what is on the wire is waited for. */
void run_fail(struct apply_run *run, struct run_item *item, const struct cluster_call *call)
{
    const struct str error = call ? call->answer.error : STR("the server has no such kind");
    const struct str words = dry_run_words(&run->arena, run_step(item)->object, error);
    item->state = ITEM_FAILED;
    run->under_way--;
    run->is_failed = true;
    run->result.counts.failed++;
    run->result.reason =
        str_format(&run->arena, "%.*s: %.*s", STR_FMT(plan_title(&run->arena, run_step(item))),
                   STR_FMT(words));
    run_tell(run, (ptrdiff_t)item->step, "failed", words);
    add_finding(run, item, words);
}

/* ---- health ---- */

static void on_waited(void *ctx, struct wait *wait)
{
    struct apply_run *run = ctx;
    const struct wait_result *result = wait_result(wait);
    run->under_way--;
    if (result->outcome != WAIT_READY && result->outcome != WAIT_CANCELLED) {
        run->result.state = SET_UNHEALTHY;
        run->result.reason = str_dup(&run->arena, result->reason);
    }
    run_go_on(run);
}

static unsigned wait_ms(const struct apply_run *run)
{
    const struct str wait = run->plan->set->settings->wait;
    unsigned ms = WAIT_DEFAULT_MS;
    if (run->how.no_wait || str_is(wait, "none"))
        return 0;
    if (run->how.wait_ms)
        return run->how.wait_ms;
    (void)config_wait_parse(wait, &ms);
    return ms;
}

/* False: there is nothing to wait for. */
static bool begin_health(struct apply_run *run)
{
    const unsigned ms = wait_ms(run);
    const size_t n = run->plan->set->want_n;
    struct wait_object *objects = ARENA_ARRAY(&run->arena, struct wait_object, n + 1);
    size_t waited = 0;
    if (!ms || !run->has_written)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct run_item *item = run->wants[i];
        const struct plan_step *step = run_step(item);
        const struct cluster_resource *resource =
            item->resource ? item->resource : run_write_of(item)->resource;
        if (!resource || run->order.items[i].is_hook)
            continue;
        objects[waited++] =
            (struct wait_object){resource, step->namespace, step->name, run_write_of(item)->body};
    }
    const struct wait_options options = {.cluster = run->cluster,
                                         .part_of = run->plan->set->inventory->id,
                                         .timeout_ms = ms,
                                         .now_s = run->how.now_s,
                                         .ctx = run};
    run_tell(run, -1, "waiting for health", (struct str){0});
    run->under_way++;
    run->wait = wait_start(&options, objects, waited, on_waited);
    return true;
}

/* ---- the machine ---- */

static void begin_items(struct apply_run *run)
{
    while (run->next < run->queue.n && run->under_way < UNDER_WAY_MAX && !run->is_failed &&
           !run->is_cancelled) {
        struct run_item *item = run->queue.items[run->next++];
        if (item->state == ITEM_PENDING) /* and not as it should be already */
            run_write(item);
    }
}

/* Something was not begun though nothing stands in its way: what it waits for never came. */
static bool is_stuck(const struct apply_run *run)
{
    for (size_t i = 0; i < run->plan->set->want_n; i++)
        if (run->wants[i]->state == ITEM_PENDING && run->order.items[i].place != UINT32_MAX)
            return true;
    return false;
}

static void end_writing(struct apply_run *run)
{
    run->phase = RUN_HEALTH;
    if (run->is_cancelled) {
        run->result.state = SET_CANCELLED;
        run->result.reason = STR("a newer commit came, or the end");
        run->phase = RUN_RECORD;
    } else if (run->is_failed || is_stuck(run)) {
        run->result.state = SET_FAILED;
        run->phase = RUN_RECORD;
    } else {
        run->result.state = SET_READY;
        (void)begin_health(run);
    }
}

static void end_health(struct apply_run *run)
{
    wait_free(TAKE(run->wait));
    if (run->is_cancelled) {
        run->result.state = SET_CANCELLED;
        run->result.reason = STR("a newer commit came, or the end");
    }
    run->phase = run->result.state == SET_READY && !run->how.no_prune ? RUN_PRUNE : RUN_RECORD;
}

/* False: nothing is left to be deleted. */
static bool go_on_pruning(struct apply_run *run)
{
    if (run_prune(run))
        return true;
    if (run->result.counts.failed)
        run->result.state = SET_FAILED;
    else if (run->plan->verdict == APPLY_HELD) {
        run->result.state = SET_HELD;
        run->result.reason = run->plan->reason;
    }
    run->phase = RUN_RECORD;
    return false;
}

static void finish(struct apply_run *run)
{
    run->phase = RUN_DONE;
    if (run->done) {
        void (*done)(void *ctx, struct apply_run *run) = run->done;
        run->done = NULL;
        done(run->ctx, run);
    }
}

void run_go_on(struct apply_run *run)
{
    if (run->phase == RUN_WRITE) {
        begin_items(run);
        if (run->under_way)
            return;
        end_writing(run);
    }
    if (run->under_way)
        return;
    if (run->phase == RUN_HEALTH)
        end_health(run);
    if (run->phase == RUN_PRUNE && go_on_pruning(run))
        return;
    if (run->phase == RUN_RECORD) {
        run->phase = RUN_DONE; /* until the answer, which says so again */
        run_record(run);
        return;
    }
    if (run->phase == RUN_DONE)
        finish(run);
}

/* ---- the outside ---- */

static ptrdiff_t want_of(const struct apply_run *run, const struct object *object)
{
    const struct apply_set *set = run->plan->set;
    for (size_t i = 0; i < set->want_n; i++)
        if (set->want[i].object == object)
            return (ptrdiff_t)i;
    return -1;
}

static void make_items(struct apply_run *run)
{
    const struct apply_plan *plan = run->plan;
    run->items = ARENA_ARRAY(&run->arena, struct run_item, plan->steps.n + 1);
    run->wants = ARENA_ARRAY(&run->arena, struct run_item *, plan->set->want_n + 1);
    for (size_t i = 0; i < plan->steps.n; i++) {
        struct run_item *item = &run->items[i];
        *item = (struct run_item){.run = run, .step = i};
        item->want = want_of(run, plan->plan.steps.items[i].object);
        if (item->want >= 0)
            run->wants[item->want] = item;
        run->result.counts.unchanged +=
            item->want >= 0 && plan->plan.steps.items[i].action == PLAN_KEEP;
        run->result.counts.kept += item->want < 0 &&
                                   plan->plan.steps.items[i].action == PLAN_KEEP &&
                                   !plan->steps.items[i].leaves;
    }
}

/* Whether the record says something else than what is so. */
static bool is_news(const struct apply_run *run, enum set_state state)
{
    const struct inventory *inventory = run->plan->set->inventory;
    if (!inventory->exists)
        return true;
    if (inventory->status.attempt.state != state)
        return true;
    if (state == SET_REFUSED)
        return !str_eq(inventory->status.attempt.commit, run->attempt.commit) ||
               !str_eq(inventory->status.attempt.reason, run->plan->reason);
    for (size_t i = 0; i < inventory->members.n; i++)
        if (!inventory->members.items[i].uid.n)
            return true;
    return false;
}

/* What needs no writing of objects: only a record, if that. */
static void only_record(struct apply_run *run, enum set_state state)
{
    run->result.state = state;
    run->result.reason = run->plan->reason;
    run->phase = is_news(run, state) && run->plan->set->inventory->is_ours ? RUN_RECORD : RUN_DONE;
    for (size_t i = 0; state == SET_READY && i < run->plan->steps.n; i++) {
        struct member member = run->plan->steps.items[i].member;
        member.uid = run->plan->steps.items[i].uid;
        if (run->items[i].want >= 0)
            inventory_put(&run->arena, &run->result.inventory, &member);
    }
    run_go_on(run);
}

struct apply_run *apply_start(const struct apply_plan *plan, const struct apply_how *how,
                              void (*done)(void *ctx, struct apply_run *run), void *ctx)
{
    struct apply_run *run = xcalloc(1, sizeof *run);
    struct str why;
    run->plan = plan;
    run->how = *how;
    run->attempt = how->attempt;
    run->done = done;
    run->ctx = ctx;
    run->cluster = plan->set->cluster ? plan->set->cluster : how->cluster;
    run->result.diags = plan->diags;
    inventory_copy(&run->arena, plan->set->inventory, &run->result.inventory);
    make_items(run);
    if (plan->verdict == APPLY_REFUSED) {
        only_record(run, SET_REFUSED);
    } else if (plan->verdict == APPLY_NOTHING) {
        only_record(run, SET_READY);
    } else if (run_order(run, &why) < 0) {
        run->result.reason = why;
        run->result.state = SET_REFUSED;
        run->phase = RUN_RECORD;
        run_go_on(run);
    } else {
        run_widen(run);
    }
    return run;
}

bool apply_is_done(const struct apply_run *run)
{
    return run->phase == RUN_DONE && !run->done;
}

void apply_cancel(struct apply_run *run)
{
    if (apply_is_done(run))
        return;
    run->is_cancelled = true;
    if (run->wait)
        wait_cancel(run->wait);
}

const struct apply_result *apply_result(const struct apply_run *run)
{
    return &run->result;
}

void apply_free(struct apply_run *run)
{
    if (!run)
        return;
    wait_free(run->wait);
    for (size_t i = 0; i < run->plan->steps.n; i++)
        arena_release(&run->items[i].arena);
    arena_release(&run->spent);
    arena_release(&run->arena);
    free(run);
}
