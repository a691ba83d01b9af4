/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: requests over libcurl, one after the other on connections that stay open. What is sent
 * where, and what an answer means, is the caller's (host, cluster); here are transport, limits and
 * safety:
 *
 *   - https only, and http to this machine. A redirect never goes from one to the other
 *   - a token goes to the host of the URL only, never along with a redirect to another
 *   - certificates are always verified, by the bundle that is given, or the system's
 *   - every request has a time limit, for connecting, for silence and as a whole; every answer has
 * a size limit
 *   - proxies come from the environment, as libcurl reads it: http_proxy, https_proxy, no_proxy
 *
 *   struct http *http = http_new(&(struct http_options){.user_agent = STR("tidegate/1.0")});
 *   struct http_request request = {.method = "POST", .url = url, .token = token, .body = json};
 *   struct http_response response;
 *   if (http_send(http, &arena, &request, &response) < 0) ... response.error says why
 *   http_free(http);
 *
 * Nothing here reports findings: not reaching a host is no finding about a manifest. libcurl is
 * loaded by the first http_new, as it would double the time that the program takes to start.
 *
 * Lifetime: an answer lives in the arena. A struct http is of one thread.
 */
#pragma once

#include "base/arena.h"
#include "base/opt.h"
#include "base/str.h"

struct http;

struct http_options {
    struct str user_agent;
    struct str ca_bundle; /* file; "": http_ca_bundle() */
    unsigned connect_ms;  /* 0: 10 s */
    unsigned stall_ms;    /* without a byte; 0: 15 s */
    unsigned total_ms;    /* of one request; 0: 30 s */
    size_t max_bytes;     /* of one answer; 0: 32 MiB */
    /* Whether there was a signal to end: then the request under way has two more seconds; or NULL
     */
    bool (*is_interrupted)(void);
};

/* NULL with a reason in `ret_error` when libcurl can't be loaded. */
struct http *http_new(struct arena *arena, const struct http_options *options,
                      struct str *ret_error) MUST_USE;
void http_free(struct http *http); /* accepts NULL */

struct http_request {
    const char *method;
    struct str url;
    struct str token;        /* sent as a bearer; "": none */
    struct str_list headers; /* "Name: value" */
    struct str body;         /* sent when there is one */
    unsigned total_ms;       /* 0: that of the options */
};

/* Why there is no answer. */
enum http_failure {
    HTTP_ANSWERED,
    HTTP_BAD_URL,   /* no URL, or one that is not safe to send to */
    HTTP_UNREACHED, /* name, connection or proxy */
    HTTP_UNTRUSTED, /* TLS */
    HTTP_TIMEOUT,   /* nobody knows whether the request was heeded */
    HTTP_CUT,       /* the answer ended in the middle, or a signal came; nobody knows either */
    HTTP_TOO_LARGE, /* the answer is larger than the limit */
};

struct http_response {
    enum http_failure failure;
    unsigned status;         /* 0 without an answer */
    struct str_list headers; /* of the last answer, "name: value" with the name in lower case */
    struct str body;
    struct str error; /* one line, without the token and the query of the URL */
};

/* 0 when there is an answer, whatever its status; -1 when there is none. */
int http_send(struct http *http, struct arena *arena, const struct http_request *request,
              struct http_response *ret_response) MUST_USE;

/* Value of a header, its name in lower case; "" when there is none. */
struct str http_header(const struct http_response *response, const char *name);
/* The URL with this relation in the Link header, "" when there is none. */
struct str http_link(const struct http_response *response, const char *relation);

/* The file of certificates that the environment names: TIDEGATE_CA_BUNDLE, SSL_CERT_FILE,
 * CURL_CA_BUNDLE, in this order; "" when none does. */
struct str http_ca_bundle(void);
/* Whether a token may be sent to it: https, or http to this machine. */
bool http_is_safe_url(struct str url);
/* Whether it leads to this machine by its name or its usual addresses. */
bool http_is_local_url(struct str url);
/* "https://host:port" of a URL, "" when it is none. */
struct str http_origin(struct str url);
