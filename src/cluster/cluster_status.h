/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an API server says when it says no, and what it warns of. A Status is read into a struct,
 * and every answer, or the lack of one, gets an outcome that tells the caller what to do next.
 *
 * Text of a server about a Secret may quote the Secret. It is withheld unless it is of a kind that
 * can't; reasons, fields and codes stay.
 *
 * Sources: apimachinery meta/v1 Status; RFC 7234 section 5.5; answers recorded from real servers.
 */
#pragma once

#include "base/opt.h"
#include "base/vec.h"
#include "doc/doc.h"
#include "http/http.h"

struct cluster_cause {
    struct str reason, message, field;
};

struct cluster_status {
    unsigned code;              /* of HTTP, 0 without an answer */
    struct str reason, message; /* "" when there is none */
    struct str group, kind, name, uid;
    int64_t retry_after_s; /* -1: none */
    struct cluster_causes {
        VEC(struct cluster_cause);
    } causes;
    bool is_withheld; /* words were taken out */
    bool is_webhook;  /* a webhook could not be asked */
};

enum cluster_outcome {
    CLUSTER_OK,
    CLUSTER_UNREACHED,    /* nothing was sent: name, connection, proxy */
    CLUSTER_UNTRUSTED,    /* TLS */
    CLUSTER_UNSURE,       /* sent, and the answer got lost: nobody knows whether it was heeded */
    CLUSTER_BUSY,         /* 429, and 503 with Retry-After */
    CLUSTER_FAULT,        /* the server's own trouble, which may pass */
    CLUSTER_UNAUTHORIZED, /* 401 */
    CLUSTER_FORBIDDEN,    /* 403: RBAC, admission */
    CLUSTER_NOT_FOUND,    /* 404: the object, its namespace, or its kind */
    CLUSTER_EXISTS,       /* 409: what is to be created is there */
    CLUSTER_CONTESTED,    /* 409: other field managers own it; the causes say which */
    CLUSTER_STALE,        /* 409: it changed meanwhile, or is another object by now */
    CLUSTER_GONE,         /* 410: the resourceVersion or continue token is too old */
    CLUSTER_INVALID,      /* 422 */
    CLUSTER_MALFORMED,    /* 400, and 500 of a schema error in server-side apply */
    CLUSTER_TOO_LARGE,    /* the request, or the answer */
    CLUSTER_REFUSED, /* any other no; also what can't be sent, without credentials for example */
    CLUSTER_GARBLED, /* the answer can't be read */
};

const char *cluster_outcome_name(enum cluster_outcome outcome);
/* Sending the same again later may succeed. */
bool cluster_outcome_is_transient(enum cluster_outcome outcome);

/* `root` is the answer as a tree, NULL when it is none. */
void cluster_status_read(struct arena *arena, const struct http_response *response,
                         const struct node *root, struct cluster_status *ret_status);
enum cluster_outcome cluster_status_outcome(const struct http_response *response,
                                            const struct cluster_status *status);
/* Takes out what may quote a Secret. */
void cluster_status_withhold(struct cluster_status *status);
/* "409 Conflict: Apply failed ...", at most some hundred bytes, on one line. */
struct str cluster_status_format(struct arena *arena, const struct cluster_status *status);

/* Adds the texts of all Warning headers with code 299. */
void cluster_warnings_read(struct arena *arena, const struct http_response *response,
                           struct str_list *warnings);
/* All that may quote a Secret, which a webhook's and a policy's may. */
void cluster_warnings_withhold(struct str_list *warnings);
