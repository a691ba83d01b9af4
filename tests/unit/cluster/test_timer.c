/* SPDX-License-Identifier: Apache-2.0 */
/* Timers: their order, stopping them, and that a step waits for them and no longer. */
#include "unit/unit.h"

#include "base/clock.h"
#include "cluster/cluster_timer.h"

int test_timer(void);

struct record {
    struct cluster *cluster;
    struct cluster_timer timers[3];
    char order[16];
    size_t n;
    struct cluster_timer *stops; /* by whoever comes first */
};

static void note(struct cluster_timer *timer)
{
    struct record *record = timer->ctx;
    record->order[record->n++] = (char)('a' + (timer - record->timers));
    if (record->stops)
        cluster_timer_stop(TAKE(record->stops));
}

static void note_and_start_again(struct cluster_timer *timer)
{
    struct record *record = timer->ctx;
    note(timer);
    if (record->n < 3)
        cluster_timer_start(record->cluster, timer, 0);
}

static void with_cluster(void (*test)(struct record *record))
{
    SCOPED(arena) struct arena arena = {0};
    const struct kubeconfig config = {.server = STR("http://127.0.0.1:1")};
    struct str error;
    struct record record = {0};
    record.cluster = cluster_open(&arena, &(struct cluster_options){.config = &config}, &error);
    assert_non_null(record.cluster);
    for (size_t i = 0; i < ARRAY_LEN(record.timers); i++)
        record.timers[i] = (struct cluster_timer){.done = note, .ctx = &record};
    test(&record);
    cluster_close(record.cluster);
}

static void run_in_order(struct record *record)
{
    static const unsigned delays[] = {60, 20, 40};
    const uint64_t start = clock_ms();
    for (size_t i = 0; i < ARRAY_LEN(delays); i++)
        cluster_timer_start(record->cluster, &record->timers[i], delays[i]);
    while (cluster_step(record->cluster, 10000) > 0)
        ;
    assert_string_equal(record->order, "bca");
    assert_in_range(clock_ms() - start, 60, 5000);
}

static void run_stopped(struct record *record)
{
    cluster_timer_stop(&record->timers[0]); /* was never started */
    cluster_timer_start(record->cluster, &record->timers[0], 5);
    cluster_timer_start(record->cluster, &record->timers[1], 10000);
    cluster_timer_start(record->cluster, &record->timers[1], 5); /* moved */
    cluster_timer_start(record->cluster, &record->timers[2], 5);
    cluster_timer_stop(&record->timers[2]);
    while (cluster_step(record->cluster, 10000) > 0)
        ;
    assert_int_equal(record->n, 2);
    assert_null(strchr(record->order, 'c'));
}

/* Both are due in one step, and the first stops the second. */
static void run_stopped_by_another(struct record *record)
{
    record->stops = &record->timers[1];
    cluster_timer_start(record->cluster, &record->timers[0], 0);
    const uint64_t start = clock_ms();
    while (clock_ms() < start + 3)
        ;
    cluster_timer_start(record->cluster, &record->timers[1], 0);
    assert_int_equal(cluster_step(record->cluster, 10000), 0);
    assert_string_equal(record->order, "a");
}

static void run_again(struct record *record)
{
    record->timers[0].done = note_and_start_again;
    cluster_timer_start(record->cluster, &record->timers[0], 0);
    assert_int_equal(cluster_step(record->cluster, 10000), 1);
    assert_int_equal(record->n, 1);
    while (cluster_step(record->cluster, 10000) > 0)
        ;
    assert_string_equal(record->order, "aaa");
}

static void runs(void **state)
{
    (void)state;
    with_cluster(run_in_order);
    with_cluster(run_stopped);
    with_cluster(run_stopped_by_another);
    with_cluster(run_again);
}

int test_timer(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(runs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
