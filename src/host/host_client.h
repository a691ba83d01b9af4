/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_client: calls to the API of a forge, one after the other, with patience and an end.
 *
 *   struct host_client *client = host_client_new(&arena, &host, &options, &why);
 *   struct host_call call = {.method = "POST", .path = path, .body = json};
 *   struct host_answer answer;
 *   host_call(client, &call, &answer);
 *   if (answer.outcome == HOST_DENIED) ... the token may not; that is no verdict
 *
 * A call waits as it is asked to (Retry-After, rate limits), repeats what can be repeated, and
 * gives up when the client's whole time is over, so that a gate never hangs. Nothing is sent twice
 * that could be done twice: the caller looks first (HOST_UNSURE).
 *
 * The token goes to the API's own host only and is in no message.
 *
 * Lifetime: client and answers live in the arena; host_client_free closes connections.
 */
#pragma once

#include "doc/doc.h"
#include "host/host.h"
#include "http/http.h"

struct host_client;

struct host_client_options {
    struct str user_agent;
    unsigned total_ms;    /* of all calls together, waiting included; 0: 120 s */
    unsigned pace_ms;     /* between two writes when there are many; 0: 1 s */
    struct str ca_bundle; /* "": as the environment says */
    /* Whether there was a signal to end: nothing is waited for any more, and what is still to be
     * told has five seconds; or NULL */
    bool (*is_interrupted)(void);
};

/* NULL with a reason: no API, no token, no libcurl. */
struct host_client *host_client_new(struct arena *arena, const struct host *host,
                                    const struct host_client_options *options,
                                    struct str *ret_why) MUST_USE;
void host_client_free(struct host_client *client); /* accepts NULL */
/* Whether there was a signal to end. */
bool host_client_is_interrupted(const struct host_client *client);
const struct host *host_client_host(const struct host_client *client);
struct arena *host_client_arena(const struct host_client *client);

enum host_outcome {
    HOST_DONE,   /* 2xx */
    HOST_DENIED, /* 401, 403 without a limit, 404: the token may not, or does not see it */
    HOST_WRONG,  /* other 4xx: our request */
    HOST_UNSURE, /* no answer: it may have been done */
    HOST_FAILED, /* not reached, 5xx, out of time */
};

struct host_call {
    const char *method;
    struct str path; /* from the API's root on, "/repos/..."; or a whole URL below it */
    struct str body; /* JSON; "": none */
    bool is_read;    /* a GET, or what may be sent again whatever happened */
};

struct host_answer {
    enum host_outcome outcome;
    unsigned status;
    const struct node *body; /* JSON; NULL: none */
    struct str next;         /* URL of the next page */
    struct str why;          /* one line for people, with what to do; of what is not HOST_DONE */
};

void host_call(struct host_client *client, const struct host_call *call,
               struct host_answer *ret_answer);

/* Text as a part of a path: %XX. */
struct str host_path_part(struct arena *arena, struct str text);
