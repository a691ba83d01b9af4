/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/vec.h"
#include "http/http_internal.h"

enum {
    GRACE_MS = 2000, /* of a request, once there is a signal */
    REDIRECTS = 5,
};

struct http {
    const struct http_library *curl;
    CURL *handle;
    struct http_options options; /* filled in; texts are the arena's */
    const char *user_agent, *ca_bundle;
};

struct http *http_new(struct arena *arena, const struct http_options *options,
                      struct str *ret_error)
{
    const char *error;
    const struct http_library *curl = http_library_load(&error);
    CURL *handle = curl ? curl->curl_easy_init() : NULL;
    if (!handle) {
        *ret_error = str_from(curl ? "libcurl gives no handle" : error);
        return NULL;
    }
    struct http *http = ARENA_NEW(arena, struct http);
    *http = (struct http){.curl = curl, .handle = handle, .options = *options};
    struct http_options *own = &http->options;
    own->connect_ms = own->connect_ms ? own->connect_ms : HTTP_CONNECT_MS;
    own->stall_ms = own->stall_ms ? own->stall_ms : HTTP_STALL_MS;
    own->total_ms = own->total_ms ? own->total_ms : HTTP_TOTAL_MS;
    own->max_bytes = own->max_bytes ? own->max_bytes : LIMIT_ANSWER_BYTES;
    http->user_agent = str_to_c(arena, own->user_agent);
    const struct str bundle = own->ca_bundle.n ? own->ca_bundle : http_ca_bundle();
    http->ca_bundle = bundle.n ? str_to_c(arena, bundle) : NULL;
    return http;
}

void http_free(struct http *http)
{
    if (http)
        http->curl->curl_easy_cleanup(http->handle);
}

/* ---- one request ---- */

struct exchange {
    struct http *http;
    struct arena *arena;
    const struct http_request *request;
    struct curl_slist *headers;
    struct buf body;
    bool is_too_large;
    bool is_new;           /* begun after the signal: it has its own limit */
    uint64_t signalled_ms; /* when the signal was seen; 0: there is none */
    char error[CURL_ERROR_SIZE];
};

static size_t receive(char *bytes, size_t size, size_t n, void *ctx)
{
    struct exchange *exchange = ctx;
    if (exchange->body.n + size * n > exchange->http->options.max_bytes) {
        exchange->is_too_large = true;
        return 0;
    }
    buf_add(&exchange->body, (struct str){bytes, size * n});
    return size * n;
}

static bool is_interrupted(const struct http *http)
{
    return http->options.is_interrupted && http->options.is_interrupted();
}

/* Called by libcurl about every second, and whenever something moves. Not 0 ends the request. */
static int watch(void *ctx, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                 curl_off_t up)
{
    struct exchange *exchange = ctx;
    (void)down_total, (void)down, (void)up_total, (void)up;
    if (exchange->is_new || !is_interrupted(exchange->http))
        return 0;
    if (!exchange->signalled_ms)
        exchange->signalled_ms = clock_ms();
    return clock_ms() - exchange->signalled_ms >= GRACE_MS;
}

static void add_header(struct exchange *exchange, struct str header)
{
    struct curl_slist *longer = exchange->http->curl->curl_slist_append(
        exchange->headers, str_to_c(exchange->arena, header));
    if (longer)
        exchange->headers = longer;
}

static void set_safety(const struct exchange *exchange)
{
    const struct http *http = exchange->http;
    CURL *handle = http->handle;
    __typeof__(http->curl->curl_easy_setopt) set = http->curl->curl_easy_setopt;
    /* To this machine may be http; from there on a redirect must not lead to any other host in it,
     * so that one is not followed at all. */
    const bool is_https = str_starts(exchange->request->url, STR("https:"));
    set(handle, CURLOPT_PROTOCOLS_STR, is_https ? "https" : "http");
    set(handle, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    set(handle, CURLOPT_FOLLOWLOCATION, 1L);
    set(handle, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    set(handle, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL);
    set(handle, CURLOPT_UNRESTRICTED_AUTH, 0L);
    set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!is_https) /* a token in clear must not leave this machine by a proxy */
        set(handle, CURLOPT_PROXY, "");
    if (http->ca_bundle)
        set(handle, CURLOPT_CAINFO, http->ca_bundle);
    if (exchange->request->token.n) {
        set(handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        set(handle, CURLOPT_XOAUTH2_BEARER, str_to_c(exchange->arena, exchange->request->token));
    }
}

static void set_limits(struct exchange *exchange)
{
    const struct http *http = exchange->http;
    const struct http_options *options = &http->options;
    const unsigned total =
        exchange->request->total_ms ? exchange->request->total_ms : options->total_ms;
    __typeof__(http->curl->curl_easy_setopt) set = http->curl->curl_easy_setopt;
    set(http->handle, CURLOPT_CONNECTTIMEOUT_MS, (long)MIN_OF(options->connect_ms, total));
    set(http->handle, CURLOPT_TIMEOUT_MS, (long)total);
    set(http->handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(http->handle, CURLOPT_LOW_SPEED_TIME, (long)MAX_OF(options->stall_ms / 1000, 1u));
    set(http->handle, CURLOPT_NOSIGNAL, 1L);
    exchange->is_new = is_interrupted(http);
    set(http->handle, CURLOPT_NOPROGRESS, 0L);
    set(http->handle, CURLOPT_XFERINFOFUNCTION, watch);
    set(http->handle, CURLOPT_XFERINFODATA, exchange);
}

static void set_request(struct exchange *exchange)
{
    const struct http *http = exchange->http;
    const struct http_request *request = exchange->request;
    __typeof__(http->curl->curl_easy_setopt) set = http->curl->curl_easy_setopt;
    CURL *handle = http->handle;
    set(handle, CURLOPT_URL, str_to_c(exchange->arena, request->url));
    set(handle, CURLOPT_USERAGENT, http->user_agent);
    set(handle, CURLOPT_CUSTOMREQUEST, request->method);
    if (request->body.n) {
        set(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
        set(handle, CURLOPT_POSTFIELDS, request->body.p);
        /* libcurl would wait a second for a host that does not answer "100 Continue". */
        add_header(exchange, STR("Expect:"));
    }
    for (size_t i = 0; i < request->headers.n; i++)
        add_header(exchange, request->headers.items[i]);
    set(handle, CURLOPT_HTTPHEADER, exchange->headers);
    set(handle, CURLOPT_ACCEPT_ENCODING, "");
    set(handle, CURLOPT_ERRORBUFFER, exchange->error);
    set(handle, CURLOPT_WRITEFUNCTION, receive);
    set(handle, CURLOPT_WRITEDATA, exchange);
}

/* ---- the answer ---- */

static int finish(const struct exchange *exchange, CURLcode code, struct http_response *response)
{
    const struct http *http = exchange->http;
    const struct str url = http_shown_url(exchange->request->url);
    long status = 0;
    if (code == CURLE_OK) {
        (void)http->curl->curl_easy_getinfo(http->handle, CURLINFO_RESPONSE_CODE, &status);
        response->status = (unsigned)status;
        response->body = str_dup(exchange->arena, buf_str(&exchange->body));
        http_read_headers(http->curl, http->handle, exchange->arena, response);
        return 0;
    }
    response->failure =
        exchange->is_too_large ? HTTP_TOO_LARGE : http_failure_of(code, exchange->error);
    const char *why = exchange->is_too_large       ? "the answer is too large"
                      : exchange->signalled_ms     ? "there was a signal to end"
                      : exchange->error[0] != '\0' ? exchange->error
                                                   : http->curl->curl_easy_strerror(code);
    response->error =
        str_format(exchange->arena, "%s %.*s: %s", exchange->request->method, STR_FMT(url), why);
    return -1;
}

int http_send(struct http *http, struct arena *arena, const struct http_request *request,
              struct http_response *ret_response)
{
    *ret_response = (struct http_response){.failure = HTTP_ANSWERED};
    if (!http_is_safe_url(request->url)) {
        ret_response->failure = HTTP_BAD_URL;
        ret_response->error =
            str_format(arena, "%.*s is no https URL (http is for this machine only)",
                       STR_FMT(http_shown_url(request->url)));
        return -1;
    }
    struct exchange exchange = {.http = http, .arena = arena, .request = request};
    buf_init(&exchange.body, http->options.max_bytes + 1);
    http->curl->curl_easy_reset(http->handle);
    set_safety(&exchange);
    set_limits(&exchange);
    set_request(&exchange);
    const CURLcode code = http->curl->curl_easy_perform(http->handle);
    const int result = finish(&exchange, code, ret_response);
    http->curl->curl_slist_free_all(exchange.headers);
    buf_release(&exchange.body);
    return result;
}

/* ---- headers ---- */

struct str http_header(const struct http_response *response, const char *name)
{
    const struct str wanted = str_from(name);
    for (size_t i = 0; i < response->headers.n; i++) {
        const struct str header = response->headers.items[i];
        if (str_starts(header, wanted) && header.n > wanted.n && header.p[wanted.n] == ':')
            return str_trim(str_from_offset(header, wanted.n + 1));
    }
    return (struct str){0};
}

/* Whether the attributes behind a link, up to the next one, name this relation. RFC 8288: the value
 * is in quotes or not, and may name several. */
static bool has_relation(struct str attributes, const char *relation)
{
    struct str part;
    while (str_split(&attributes, ';', &part)) {
        part = str_trim(part);
        if (!str_starts(part, STR("rel=")))
            continue;
        struct str names = str_from_offset(part, 4), name;
        if (str_starts(names, STR("\"")))
            names = str_sub(names, 1, names.n - (names.n > 1 && names.p[names.n - 1] == '"'));
        while (str_split(&names, ' ', &name))
            if (str_is(name, relation))
                return true;
    }
    return false;
}

/* <https://...>; rel="next", <...>; rel="last" */
struct str http_link(const struct http_response *response, const char *relation)
{
    struct str rest = http_header(response, "link");
    for (;;) {
        const ptrdiff_t open = str_find_char(rest, '<');
        const ptrdiff_t close = str_find_char(rest, '>');
        if (open < 0 || close < open)
            return (struct str){0};
        const struct str url = str_sub(rest, (size_t)open + 1, (size_t)close);
        rest = str_from_offset(rest, (size_t)close + 1);
        const ptrdiff_t next = str_find_char(rest, '<'); /* URLs may have commas, and no angles */
        struct str attributes = str_sub(rest, 0, next < 0 ? rest.n : (size_t)next);
        attributes = str_trim(attributes);
        if (str_ends(attributes, STR(",")))
            attributes.n--;
        if (has_relation(attributes, relation))
            return url;
    }
}
