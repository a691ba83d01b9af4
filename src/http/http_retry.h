/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to send a request again, and after how long. As GitHub asks for it, and others do the same:
 * Retry-After first, then a rate limit that is used up and says when it is full again, then what is
 * a fault of the server. A 403 that says none of that is no permission: asking again is no use.
 *
 * Sources: GitHub's "Best practices for using the REST API" and "Rate limits for the REST API".
 */
#pragma once

#include "http/http.h"

struct http_patience {
    uint64_t now_s;   /* wall clock, seconds since 1970 */
    unsigned attempt; /* of those made, from 1 */
    unsigned max_attempts;
    uint64_t left_ms; /* of all the time that the caller gives */
    bool is_safe;     /* repeating can't do anything twice: GET, PUT, PATCH, DELETE */
};

/* Whether it is a limit that was reached, which a 403 can be as well as a want of permission. */
bool http_is_limit(const struct http_response *response);
/* Milliseconds to wait before the request is sent again; -1: do not. */
int64_t http_retry_after_ms(const struct http_response *response,
                            const struct http_patience *patience);
