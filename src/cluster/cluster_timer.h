/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Something that is to be done later by the thread that steps a cluster, with nothing sent: what
 * waits for answers and for the time to pass needs no loop of its own.
 *
 *   struct cluster_timer timer = {.done = on_time, .ctx = thing};
 *   cluster_timer_start(cluster, &timer, 500);    // once; to start it again moves it
 *   cluster_timer_stop(&timer);                   // also when it has not been started
 *
 * done() is called from within cluster_step, when answers have been dealt with, so it may do what
 * their done() may, and step as well. One that it starts with 0 is called by the next step.
 */
#pragma once

#include "cluster/cluster.h"

struct cluster_timer {
    void (*done)(struct cluster_timer *timer);
    void *ctx;
    /* Private. */
    struct cluster *cluster; /* NULL: it is not started */
    struct cluster_timer *next;
    uint64_t at; /* clock_ms() */
};

void cluster_timer_start(struct cluster *cluster, struct cluster_timer *timer, unsigned delay_ms);
void cluster_timer_stop(struct cluster_timer *timer);
