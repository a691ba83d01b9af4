/* SPDX-License-Identifier: Apache-2.0 */
/* Threads around one counter. Started for one run and joined: nothing to shut down, no state. */
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

enum { WORKERS_MAX = 256 };

struct run {
    atomic_size_t next;
    size_t n;
    pool_fn fn;
    void *ctx; /* borrowed for the run */
};

struct worker {
    struct run *run;
    unsigned number;
    pthread_t thread;
};

static void work(struct run *run, unsigned number)
{
    size_t item;
    while ((item = atomic_fetch_add_explicit(&run->next, 1, memory_order_relaxed)) < run->n)
        run->fn(run->ctx, number, item);
}

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    work(worker->run, worker->number);
    return NULL;
}

/* Signals stay with the caller's thread, which knows what to do about them. A thread that cannot be
 * started is work for the others. */
static unsigned start(struct worker *workers, unsigned n, struct run *run)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    unsigned started = 0;
    while (started < n) {
        struct worker *worker = &workers[started];
        *worker = (struct worker){.run = run, .number = started + 1};
        if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0)
            break;
        started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

void pool_run(unsigned workers, size_t n, pool_fn fn, void *ctx)
{
    struct run run = {.n = n, .fn = fn, .ctx = ctx};
    struct worker others[WORKERS_MAX];
    unsigned wanted = MIN_OF(workers, (unsigned)WORKERS_MAX);
    if (wanted > n)
        wanted = (unsigned)n;
    unsigned started = wanted > 1 ? start(others, wanted - 1, &run) : 0;
    work(&run, 0);
    for (unsigned i = 0; i < started; i++)
        pthread_join(others[i].thread, NULL);
}

unsigned pool_default_workers(void)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    if (sched_getaffinity(0, sizeof cpus, &cpus) < 0)
        return 1;
    int n = CPU_COUNT(&cpus);
    return n > 1 ? (unsigned)n : 1;
}
