/* SPDX-License-Identifier: Apache-2.0 */
/* What one request and many have in common. */
#pragma once

#include "http/http.h"
#include "http/http_library.h"

enum {
    HTTP_CONNECT_MS = 10000,
    HTTP_STALL_MS = 15000,
    HTTP_TOTAL_MS = 30000,
};

/* Why libcurl has no answer; what it wrote about it tells some causes apart. */
enum http_failure http_failure_of(CURLcode code, const char *words);
/* Without the query, which may hold what nobody should read in a log. */
struct str http_shown_url(struct str url);
/* Adds the headers of the last answer, names in lower case. */
void http_read_headers(const struct http_library *curl, CURL *handle, struct arena *arena,
                       struct http_response *response);
