/* SPDX-License-Identifier: Apache-2.0 */
/* The handles of libcurl that a pool's jobs travel on. Used by http_many.c only. */
#pragma once

#include "base/buf.h"
#include "http/http_internal.h"
#include "http/http_many.h"

/* What all handles of a pool have in common. */
struct http_wire {
    const struct http_library *curl;
    CURLM *multi; /* owned */
    struct arena *arena;
    struct http_pool_options options; /* filled in; texts are the arena's */
    const char *ca_bundle;            /* file; NULL: the system's, or ca_pem */
    unsigned generation;              /* of the client certificate */
};

struct http_slot {
    CURL *handle;         /* owned */
    struct http_job *job; /* NULL: cancelled */
    struct http_slot *next;
    const struct http_wire *wire;
    struct curl_slist *headers, *connect_to; /* owned */
    struct buf body;
    uint64_t started_at;
    unsigned generation;
    unsigned departures; /* of the request under way; libcurl may send it more than once */
    bool is_stream, is_too_large;
    char error[CURL_ERROR_SIZE];
};

struct http_trip {
    unsigned connections; /* that were opened for it */
    unsigned version;     /* of HTTP; 0: no answer */
};

int http_wire_open(const struct http_pool_options *options, struct arena *arena,
                   struct http_wire *ret_wire, struct str *ret_error) MUST_USE;
void http_wire_close(struct http_wire *wire);
void http_wire_certificate(struct http_wire *wire, struct str certificate_pem, struct str key_pem);

/* Never NULL. */
struct http_slot *http_slot_new(const struct http_wire *wire) RETURNS_NONNULL;
void http_slot_free(const struct http_wire *wire, struct http_slot *slot);
void http_slot_start(const struct http_wire *wire, struct http_slot *slot, struct http_job *job);
/* Fills in the job's answer. */
struct http_trip http_slot_finish(const struct http_wire *wire, struct http_slot *slot,
                                  CURLcode code);
/* The transfer is over, or is ended here. */
void http_slot_end(const struct http_wire *wire, struct http_slot *slot);
