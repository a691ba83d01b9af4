/* SPDX-License-Identifier: Apache-2.0 */
/* The pool: which jobs wait, which are under way, and how many may be. The handles that carry them
 * are http_slot.c's. */
#include "http/http_many.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/number.h"
#include "http/http_slot.h"

enum {
    IN_FLIGHT = 8,
    RETRY_AFTER_MAX_S = 60, /* a longer wish is heeded this far, then asked again */
    ASK_AGAIN_MS = 10,      /* see wait_ms() */
};

struct queue {
    struct http_job *first, *last;
};

struct http_pool {
    struct http_wire wire;
    struct queue ready; /* in the order that they were added, streams in front */
    struct queue later; /* that are sent again when their time has come */
    struct http_slot *busy;
    struct http_slot *idle;
    size_t jobs, streams;
    unsigned in_flight, in_flight_peak;
    unsigned window; /* how many may be under way */
    unsigned window_max;
    unsigned good;        /* answers since the window changed */
    uint64_t halved_at;   /* answers to what was sent before don't halve it again */
    uint64_t quiet_until; /* the server asked for it */
    uint64_t connected_at;
    size_t sent, connections;
    unsigned http_version;
    bool is_performing; /* inside libcurl, which must not be called again */
};

struct http_pool *http_pool_new(const struct http_pool_options *options, struct arena *arena,
                                struct str *ret_error)
{
    struct http_wire wire;
    if (http_wire_open(options, arena, &wire, ret_error) < 0)
        return NULL;
    struct http_pool *pool = ARENA_NEW(arena, struct http_pool);
    *pool = (struct http_pool){.wire = wire};
    pool->window_max = options->in_flight_max ? options->in_flight_max : IN_FLIGHT;
    pool->window = options->in_flight_start ? options->in_flight_start : IN_FLIGHT;
    pool->window = MIN_OF(pool->window, pool->window_max);
    return pool;
}

static void free_slots(struct http_pool *pool, struct http_slot *slot)
{
    while (slot) {
        struct http_slot *next = slot->next;
        http_slot_free(&pool->wire, slot);
        slot = next;
    }
}

void http_pool_free(struct http_pool *pool)
{
    if (!pool)
        return;
    for (struct http_slot *slot = pool->busy; slot; slot = slot->next)
        http_slot_end(&pool->wire, slot);
    free_slots(pool, pool->busy);
    free_slots(pool, pool->idle);
    http_wire_close(&pool->wire);
}

void http_pool_certificate(struct http_pool *pool, struct str certificate_pem, struct str key_pem)
{
    http_wire_certificate(&pool->wire, certificate_pem, key_pem);
    free_slots(pool, TAKE(pool->idle)); /* they were made for the old one */
}

/* ---- the queue ---- */

static bool is_stream(const struct http_job *job)
{
    return job->chunk != NULL;
}

static void queue_add(struct queue *queue, struct http_job *job)
{
    job->next = NULL;
    job->is_queued = true;
    if (queue->last)
        queue->last->next = job;
    else
        queue->first = job;
    queue->last = job;
}

static void queue_add_first(struct queue *queue, struct http_job *job)
{
    job->next = queue->first;
    job->is_queued = true;
    queue->first = job;
    queue->last = queue->last ? queue->last : job;
}

static void queue_remove(struct queue *queue, struct http_job *job)
{
    struct http_job *before = NULL;
    struct http_job *each = queue->first;
    while (each && each != job) {
        before = each;
        each = each->next;
    }
    if (!each)
        return;
    if (before)
        before->next = job->next;
    else
        queue->first = job->next;
    if (queue->last == job)
        queue->last = before;
    job->is_queued = false;
}

static void enqueue(struct http_pool *pool, struct http_job *job, uint64_t now)
{
    if (job->not_before > now)
        queue_add(&pool->later, job);
    else if (is_stream(job))
        queue_add_first(&pool->ready, job);
    else
        queue_add(&pool->ready, job);
}

void http_pool_add(struct http_pool *pool, struct http_job *job)
{
    job->slot = NULL;
    job->attempt = 0;
    job->not_before = clock_ms() + job->delay_ms;
    pool->jobs++;
    pool->streams += is_stream(job);
    enqueue(pool, job, job->not_before - job->delay_ms);
}

static void leave(struct http_pool *pool, bool was_stream)
{
    pool->jobs--;
    pool->streams -= was_stream;
}

/* Out of the list of those under way; a cut transfer closes its connection or its HTTP/2 stream. */
static void retire(struct http_pool *pool, struct http_slot *slot)
{
    http_slot_end(&pool->wire, slot);
    struct http_slot **place = &pool->busy;
    while (*place != slot)
        place = &(*place)->next;
    *place = slot->next;
    pool->in_flight -= !slot->is_stream;
    if (slot->generation != pool->wire.generation) {
        http_slot_free(&pool->wire, slot);
        return;
    }
    slot->next = pool->idle;
    pool->idle = slot;
}

void http_pool_cancel(struct http_pool *pool, struct http_job *job)
{
    if (!job->is_queued && !job->slot)
        return;
    leave(pool, is_stream(job));
    struct http_slot *slot = job->slot;
    job->slot = NULL;
    if (!slot) {
        queue_remove(&pool->ready, job);
        queue_remove(&pool->later, job);
        return;
    }
    slot->job = NULL; /* its callbacks end the transfer */
    if (!pool->is_performing)
        retire(pool, slot);
}

/* ---- the window ---- */

static int64_t retry_after_ms(const struct http_response *response)
{
    int64_t seconds;
    if (number_parse_i64(http_header(response, "retry-after"), &seconds) < 0 || seconds < 0)
        return 0;
    return MIN_OF(seconds, (int64_t)RETRY_AFTER_MAX_S) * 1000;
}

/* As TCP does it: one step back for all that was under way when the server had enough, one step
 * forward for each round of good answers. */
static void adapt(struct http_pool *pool, const struct http_slot *slot, uint64_t now)
{
    const struct http_response *response = &slot->job->response;
    if (response->status == 429 || response->status == 503) {
        pool->quiet_until = MAX_OF(pool->quiet_until, now + (uint64_t)retry_after_ms(response));
        pool->good = 0;
        if (slot->started_at < pool->halved_at)
            return;
        pool->window = MAX_OF(pool->window / 2, 1u);
        pool->halved_at = now;
        return;
    }
    if (response->failure != HTTP_ANSWERED || response->status >= 500)
        return;
    if (++pool->good >= pool->window && pool->window < pool->window_max) {
        pool->window++;
        pool->good = 0;
    }
}

/* ---- one step ---- */

static struct http_slot *slot_get(struct http_pool *pool)
{
    struct http_slot *slot = pool->idle;
    if (slot)
        pool->idle = slot->next;
    return slot ? slot : http_slot_new(&pool->wire);
}

/* The caller has an answer, or none, and says what comes next. */
static void answered(struct http_pool *pool, struct http_job *job, uint64_t now)
{
    const bool was_stream = is_stream(job);
    const int64_t again = job->done(job);
    if (again < 0) { /* the job may be gone by now */
        leave(pool, was_stream);
        return;
    }
    job->not_before = now + (uint64_t)MAX_OF(again, INT64_C(1));
    enqueue(pool, job, now);
}

static void start(struct http_pool *pool, struct http_job *job, uint64_t now)
{
    queue_remove(&pool->ready, job);
    job->attempt++;
    job->response = (struct http_response){.failure = HTTP_ANSWERED};
    if (job->start && !job->start(job)) {
        answered(pool, job, now);
        return;
    }
    struct http_slot *slot = slot_get(pool);
    job->slot = slot;
    slot->started_at = now;
    slot->is_stream = is_stream(job);
    slot->next = pool->busy;
    pool->busy = slot;
    pool->sent++;
    pool->in_flight += !slot->is_stream;
    pool->in_flight_peak = MAX_OF(pool->in_flight_peak, pool->in_flight);
    http_slot_start(&pool->wire, slot, job);
}

static void start_all(struct http_pool *pool, uint64_t now)
{
    struct http_job *next;
    for (struct http_job *job = pool->later.first; job; job = next) {
        next = job->next;
        if (job->not_before > now)
            continue;
        queue_remove(&pool->later, job);
        enqueue(pool, job, now);
    }
    if (now < pool->quiet_until)
        return;
    while (pool->ready.first) {
        if (!is_stream(pool->ready.first) && pool->in_flight >= pool->window)
            return;
        start(pool, pool->ready.first, now);
    }
}

/* When something will be sent without anything arriving before. An answer over HTTP/2 that libcurl
 * 7.88 has read whole may be told only when it is asked again, though nothing more arrives: while
 * answers are due it is asked soon. */
static unsigned wait_ms(const struct http_pool *pool, uint64_t now, unsigned max_wait_ms)
{
    uint64_t wait = pool->in_flight ? MIN_OF(max_wait_ms, ASK_AGAIN_MS) : max_wait_ms;
    if (pool->ready.first && pool->quiet_until > now)
        wait = MIN_OF(wait, pool->quiet_until - now);
    for (const struct http_job *job = pool->later.first; job; job = job->next)
        wait = MIN_OF(wait, job->not_before > now ? job->not_before - now : 0);
    return (unsigned)wait;
}

static void finish(struct http_pool *pool, struct http_slot *slot, CURLcode code, uint64_t now)
{
    struct http_job *job = slot->job;
    if (!job) {
        retire(pool, slot);
        return;
    }
    const struct http_trip trip = http_slot_finish(&pool->wire, slot, code);
    if (trip.connections)
        pool->connected_at = now;
    pool->connections += trip.connections;
    pool->http_version = trip.version ? trip.version : pool->http_version;
    adapt(pool, slot, now);
    job->slot = NULL;
    retire(pool, slot);
    answered(pool, job, now);
}

static void finish_all(struct http_pool *pool)
{
    CURLMsg *message;
    int left;
    while ((message = pool->wire.curl->curl_multi_info_read(pool->wire.multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        const CURLcode code = message->data.result;
        struct http_slot *slot = pool->busy;
        while (slot && slot->handle != message->easy_handle)
            slot = slot->next;
        if (slot)
            finish(pool, slot, code, clock_ms());
    }
}

static void retire_cancelled(struct http_pool *pool)
{
    struct http_slot *next;
    for (struct http_slot *slot = pool->busy; slot; slot = next) {
        next = slot->next;
        if (!slot->job)
            retire(pool, slot);
    }
}

static void perform(struct http_pool *pool)
{
    int running;
    pool->is_performing = true;
    (void)pool->wire.curl->curl_multi_perform(pool->wire.multi, &running);
    pool->is_performing = false;
    retire_cancelled(pool);
    finish_all(pool);
}

size_t http_pool_step(struct http_pool *pool, unsigned max_wait_ms)
{
    const uint64_t now = clock_ms();
    const size_t before = pool->jobs;
    start_all(pool, now);
    perform(pool);
    if (!pool->jobs || pool->jobs != before)
        return pool->jobs; /* something happened: the caller may want to act on it */
    start_all(pool, clock_ms());
    (void)pool->wire.curl->curl_multi_poll(pool->wire.multi, NULL, 0,
                                           (int)wait_ms(pool, clock_ms(), max_wait_ms), NULL);
    perform(pool);
    return pool->jobs;
}

void http_pool_sleep(struct http_pool *pool, unsigned ms)
{
    (void)pool->wire.curl->curl_multi_poll(pool->wire.multi, NULL, 0, (int)MIN_OF(ms, 1u << 30),
                                           NULL);
}

void http_pool_wake(struct http_pool *pool)
{
    (void)pool->wire.curl->curl_multi_wakeup(pool->wire.multi);
}

struct http_pool_stats http_pool_stats(const struct http_pool *pool)
{
    return (struct http_pool_stats){
        .sent = pool->sent,
        .connections = pool->connections,
        .connected_at = pool->connected_at,
        .in_flight = pool->in_flight,
        .in_flight_limit = pool->window,
        .in_flight_peak = pool->in_flight_peak,
        .jobs = pool->jobs,
        .streams = pool->streams,
        .http_version = pool->http_version,
    };
}
