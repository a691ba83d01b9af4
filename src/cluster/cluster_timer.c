/* SPDX-License-Identifier: Apache-2.0 */
/* One step of everything that a cluster has under way: requests, then timers. */
#include "cluster/cluster_timer.h"

#include "base/clock.h"
#include "cluster/cluster_internal.h"

/* ---- lists of timers, few at any time ---- */

static bool take_out(struct cluster_timer **list, const struct cluster_timer *timer)
{
    while (*list && *list != timer)
        list = &(*list)->next;
    if (!*list)
        return false;
    *list = timer->next;
    return true;
}

void cluster_timer_stop(struct cluster_timer *timer)
{
    struct cluster *cluster = TAKE(timer->cluster);
    if (cluster && !take_out(&cluster->timers, timer))
        (void)take_out(&cluster->due, timer);
}

void cluster_timer_start(struct cluster *cluster, struct cluster_timer *timer, unsigned delay_ms)
{
    cluster_timer_stop(timer);
    timer->cluster = cluster;
    timer->at = clock_ms() + delay_ms;
    timer->next = cluster->timers;
    cluster->timers = timer;
}

static size_t count(const struct cluster_timer *timer)
{
    size_t n = 0;
    for (; timer; timer = timer->next)
        n++;
    return n;
}

/* ---- a step ---- */

static unsigned wait_ms(const struct cluster *cluster, unsigned max_wait_ms)
{
    const uint64_t now = clock_ms();
    uint64_t wait = max_wait_ms;
    for (const struct cluster_timer *timer = cluster->timers; timer; timer = timer->next)
        wait = MIN_OF(wait, timer->at > now ? timer->at - now : 0);
    return (unsigned)wait;
}

/* Those that become due meanwhile wait for the next step, so one that starts itself again does not
 * hold up the requests. In the order of their times. */
static void run_due(struct cluster *cluster)
{
    const uint64_t now = clock_ms();
    struct cluster_timer **place = &cluster->timers;
    while (*place) {
        struct cluster_timer *timer = *place;
        if (timer->at > now) {
            place = &timer->next;
            continue;
        }
        *place = timer->next;
        struct cluster_timer **after = &cluster->due;
        while (*after && (*after)->at <= timer->at)
            after = &(*after)->next;
        timer->next = *after;
        *after = timer;
    }
    while (cluster->due) {
        struct cluster_timer *timer = cluster->due;
        cluster->due = timer->next;
        timer->cluster = NULL;
        timer->done(timer);
    }
}

size_t cluster_step(struct cluster *cluster, unsigned max_wait_ms)
{
    const unsigned wait = wait_ms(cluster, max_wait_ms);
    /* Without requests the pool has nothing to wait for and returns at once. */
    if (!http_pool_stats(cluster->pool).jobs && cluster->timers)
        http_pool_sleep(cluster->pool, wait);
    (void)http_pool_step(cluster->pool, wait);
    run_due(cluster);
    return http_pool_stats(cluster->pool).jobs + count(cluster->timers);
}
