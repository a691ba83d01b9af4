/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects may be begun: counters over the edges and stages of order.h. */
#include "apply/apply_run_internal.h"

static void push(struct run_item *item)
{
    struct apply_run *run = item->run;
    VEC_PUSH(&run->arena, &run->queue, item);
}

static bool is_free(const struct apply_run *run, size_t want)
{
    return run->order.items[want].stage == run->stage && run->unmet[want] == 0 &&
           run->wants[want]->state == ITEM_PENDING;
}

static void open_stage(struct apply_run *run)
{
    for (size_t i = 0; i < run->order.sequence_n; i++) {
        const size_t want = run->order.sequence[i];
        if (is_free(run, want))
            push(run->wants[want]);
    }
}

/* Stages whose objects are all as their barriers say are behind us. */
static void advance(struct apply_run *run)
{
    while (run->stage + 1 < run->order.stages && run->stage_left[run->stage] == 0) {
        run->stage++;
        open_stage(run);
    }
}

static void meet(struct run_item *item, enum order_need need)
{
    struct apply_run *run = item->run;
    const size_t want = (size_t)item->want;
    for (uint32_t w = run->waiters.offsets[want]; w < run->waiters.offsets[want + 1]; w++) {
        const size_t other = run->waiters.items[w];
        const struct order_item *waiting = &run->order.items[other];
        for (size_t e = 0; e < waiting->n; e++)
            if (waiting->edges[e].on == want && waiting->edges[e].needs == need &&
                --run->unmet[other] == 0 && is_free(run, other))
                push(run->wants[other]);
    }
    if (run->order.items[want].barrier == need) {
        run->stage_left[run->order.items[want].stage]--;
        advance(run);
    }
}

void run_written(struct run_item *item)
{
    item->state = ITEM_WRITTEN;
    meet(item, ORDER_WRITTEN);
}

void run_ready(struct run_item *item)
{
    item->state = ITEM_READY;
    meet(item, ORDER_READY);
}

/* Whether anything waits for the object to be more than written. */
bool run_needs_ready(const struct run_item *item)
{
    const struct apply_run *run = item->run;
    const size_t want = (size_t)item->want;
    const struct order_item *self = &run->order.items[want];
    if (self->barrier == ORDER_READY && self->stage + 1 < run->order.stages)
        return true;
    for (uint32_t w = run->waiters.offsets[want]; w < run->waiters.offsets[want + 1]; w++) {
        const struct order_item *waiting = &run->order.items[run->waiters.items[w]];
        for (size_t e = 0; e < waiting->n; e++)
            if (waiting->edges[e].on == want && waiting->edges[e].needs == ORDER_READY)
                return true;
    }
    return false;
}

/* What stays as it is, and hooks that nobody asked for now, are met from the start. */
static bool is_settled(const struct run_item *item)
{
    return run_step(item)->action == PLAN_KEEP ||
           item->run->order.items[item->want].place == UINT32_MAX;
}

int run_order(struct apply_run *run, struct str *ret_why)
{
    const struct apply_set *set = run->plan->set;
    if (order_of(&run->arena, set->want, set->want_n, &run->order, ret_why) < 0)
        return -1;
    order_waiters(&run->arena, &run->order, &run->waiters);
    run->unmet = ARENA_ARRAY(&run->arena, uint32_t, set->want_n + 1);
    run->stage_left = ARENA_ARRAY(&run->arena, size_t, run->order.stages + 1);
    for (size_t i = 0; i < set->want_n; i++) {
        run->unmet[i] = (uint32_t)run->order.items[i].n;
        if (run->order.items[i].place != UINT32_MAX)
            run->stage_left[run->order.items[i].stage]++;
    }
    open_stage(run);
    for (size_t i = 0; i < set->want_n; i++) {
        struct run_item *item = run->wants[i];
        if (item->state != ITEM_PENDING || !is_settled(item))
            continue;
        run_written(item);
        run_ready(item);
    }
    advance(run);
    return 0;
}
