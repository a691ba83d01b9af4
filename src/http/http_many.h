/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many requests at once on few connections, to one server: HTTP/2 where the server speaks it, and
 * as many HTTP/1.1 connections as requests are under way where it does not. What http.h says of
 * safety holds here, with what a server of its own needs: its own certificate authority, a client
 * certificate, a name to expect in its certificate, a proxy. No redirect is followed.
 *
 *   struct http_pool *pool = http_pool_new(&options, &arena, &error);
 *   job->request = ...; job->arena = &arena; job->done = done; job->ctx = thing;
 *   http_pool_add(pool, job);
 *   while (http_pool_step(pool, 1000) > 0) ...           // calls done() as answers come
 *   http_pool_free(pool);
 *
 * How many are under way follows the server: it starts with `in_flight_start` (8), an answer 429 or
 * 503 halves it, a whole round of good answers adds one up to `in_flight_max`, and Retry-After is
 * waited for by all that are not sent yet. Streams (watches) don't count.
 *
 * done() says whether the job is sent again, and when: the pool knows transport, the caller knows
 * what an answer means. It may add jobs, this one too, and cancel others. A request on a connection
 * that the server closes without an answer is sent again by libcurl itself, unless the job says
 * `once`.
 *
 * Lifetime: a job and the texts of its request are the caller's and stay until done() has said
 * HTTP_JOB_DONE or the job is cancelled; an answer lives in the job's arena. One thread a pool.
 */
#pragma once

#include "http/http.h"

struct http_pool;
struct http_job;

enum { HTTP_JOB_DONE = -1 };

/* HTTP_JOB_DONE, or in how many milliseconds the job is sent again; its request may be changed. */
typedef int64_t http_done_fn(struct http_job *job);
/* Called right before each sending, to fill in what is only known then. False with
 * `response.failure` and `response.error` set: nothing is sent, done() is called. */
typedef bool http_start_fn(struct http_job *job);
/* Part of a good answer's body. False ends the job with HTTP_CUT. May add jobs and cancel others;
 * what it cancels keeps its texts until http_pool_step returns. */
typedef bool http_chunk_fn(struct http_job *job, struct str bytes);

struct http_pool_options {
    struct str user_agent;
    struct str ca_pem;          /* the only authorities trusted; "": as http.h */
    struct str certificate_pem; /* the client's, with key_pem; "": none */
    struct str key_pem;
    struct str server_name; /* expected in the certificate instead of the URL's host */
    struct str proxy;       /* URL; "": the environment's, and none to this machine */
    bool http1_only;
    unsigned in_flight_start;                /* 0: 8 */
    unsigned in_flight_max;                  /* 0: 8 */
    unsigned connect_ms, stall_ms, total_ms; /* as in http_options */
    size_t max_bytes;
};

struct http_job {
    struct http_request request; /* the token is sent to the server of the URL only */
    struct arena *arena;         /* borrowed: the answer's */
    http_start_fn *start;        /* NULL: none */
    http_done_fn *done;
    http_chunk_fn *chunk; /* NULL: the body is collected. A stream has no silence limit */
    void *ctx;
    unsigned delay_ms; /* before it is sent first */
    bool once;         /* what it asks for must not happen twice */
    /* The answer; a stream's body is empty when the status is good. */
    struct http_response response;
    unsigned attempt; /* of those made, from 1 */
    /* Private. */
    struct http_slot *slot;
    struct http_job *next;
    uint64_t not_before; /* clock_ms() */
    bool is_queued;
};

/* NULL with a reason in `ret_error`. Texts of the options are copied. */
struct http_pool *http_pool_new(const struct http_pool_options *options, struct arena *arena,
                                struct str *ret_error) MUST_USE;
void http_pool_free(struct http_pool *pool); /* accepts NULL; drops what is left without done() */
/* Takes a client certificate for connections from now on, "" for none. */
void http_pool_certificate(struct http_pool *pool, struct str certificate_pem, struct str key_pem);

void http_pool_add(struct http_pool *pool, struct http_job *job);
/* Forgets the job; its done() is not called. */
void http_pool_cancel(struct http_pool *pool, struct http_job *job);
/* Sends, receives and waits up to `max_wait_ms` for something to happen. Gives the number of jobs
 * that are left, streams included. */
size_t http_pool_step(struct http_pool *pool, unsigned max_wait_ms);

/* Waits that long, also without jobs, for something to arrive or for http_pool_wake. */
void http_pool_sleep(struct http_pool *pool, unsigned ms);
/* Has the step that waits, or the next one, come back at once. From any thread. */
void http_pool_wake(struct http_pool *pool);

struct http_pool_stats {
    size_t sent;           /* requests, repeated ones counted */
    size_t connections;    /* opened so far */
    uint64_t connected_at; /* clock_ms() of the latest answer that needed a new connection */
    unsigned in_flight;    /* now, without streams */
    unsigned in_flight_limit, in_flight_peak;
    size_t jobs, streams;  /* left */
    unsigned http_version; /* 1 or 2, of the latest answer; 0: none yet */
};
struct http_pool_stats http_pool_stats(const struct http_pool *pool);
