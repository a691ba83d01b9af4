/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for all requests of a pool is set once a handle; the handle is then used for one job
 * after the other. */
#include "http/http_slot.h"

#include "base/limits.h"

int http_wire_open(const struct http_pool_options *options, struct arena *arena,
                   struct http_wire *ret_wire, struct str *ret_error)
{
    const char *error;
    const struct http_library *curl = http_library_load(&error);
    CURLM *multi = curl ? curl->curl_multi_init() : NULL;
    if (!multi) {
        *ret_error = str_from(curl ? "libcurl gives no handle" : error);
        return -1;
    }
    (void)curl->curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    *ret_wire = (struct http_wire){.curl = curl, .multi = multi, .arena = arena};
    struct http_pool_options *own = &ret_wire->options;
    *own = *options;
    struct str *const texts[] = {&own->user_agent, &own->ca_pem, &own->certificate_pem,
                                 &own->key_pem,    &own->proxy,  &own->server_name};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = texts[i]->n ? str_dup(arena, *texts[i]) : (struct str){0};
    own->connect_ms = own->connect_ms ? own->connect_ms : HTTP_CONNECT_MS;
    own->stall_ms = own->stall_ms ? own->stall_ms : HTTP_STALL_MS;
    own->total_ms = own->total_ms ? own->total_ms : HTTP_TOTAL_MS;
    own->max_bytes = own->max_bytes ? own->max_bytes : LIMIT_ANSWER_BYTES;
    const struct str bundle = http_ca_bundle();
    ret_wire->ca_bundle = bundle.n ? str_to_c(arena, bundle) : NULL;
    return 0;
}

void http_wire_close(struct http_wire *wire)
{
    (void)wire->curl->curl_multi_cleanup(wire->multi);
}

void http_wire_certificate(struct http_wire *wire, struct str certificate_pem, struct str key_pem)
{
    wire->options.certificate_pem = str_dup(wire->arena, certificate_pem);
    wire->options.key_pem = str_dup(wire->arena, key_pem);
    wire->generation++;
}

/* ---- a handle ---- */

static size_t receive(char *bytes, size_t size, size_t n, void *ctx);
static int depart(void *ctx, char *to, char *from, int to_port, int from_port);

static void set_blob(const struct http_slot *slot, CURLoption option, struct str pem)
{
    struct curl_blob blob = {.len = pem.n, .flags = CURL_BLOB_COPY};
    blob.data = (void *)(uintptr_t)pem.p; /* read only, says curl_easy_setopt(3) */
    (void)slot->wire->curl->curl_easy_setopt(slot->handle, option, &blob);
}

static void set_trust(const struct http_slot *slot)
{
    const struct http_wire *wire = slot->wire;
    __typeof__(wire->curl->curl_easy_setopt) set = wire->curl->curl_easy_setopt;
    set(slot->handle, CURLOPT_SSL_VERIFYPEER, 1L);
    set(slot->handle, CURLOPT_SSL_VERIFYHOST, 2L);
    set(slot->handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (wire->options.ca_pem.n) {
        /* Only these: those of the system would be added. */
        set(slot->handle, CURLOPT_CAINFO, NULL);
        set(slot->handle, CURLOPT_CAPATH, NULL);
        set_blob(slot, CURLOPT_CAINFO_BLOB, wire->options.ca_pem);
    } else if (wire->ca_bundle) {
        set(slot->handle, CURLOPT_CAINFO, wire->ca_bundle);
    }
    if (wire->options.certificate_pem.n) {
        set(slot->handle, CURLOPT_SSLCERTTYPE, "PEM");
        set(slot->handle, CURLOPT_SSLKEYTYPE, "PEM");
        set_blob(slot, CURLOPT_SSLCERT_BLOB, wire->options.certificate_pem);
        set_blob(slot, CURLOPT_SSLKEY_BLOB, wire->options.key_pem);
    }
}

static void set_transport(struct http_slot *slot)
{
    const struct http_wire *wire = slot->wire;
    __typeof__(wire->curl->curl_easy_setopt) set = wire->curl->curl_easy_setopt;
    CURL *handle = slot->handle;
    set(handle, CURLOPT_HTTP_VERSION,
        (long)(wire->options.http1_only ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
    /* The second request waits for what the first one's handshake says about HTTP/2. */
    set(handle, CURLOPT_PIPEWAIT, wire->options.http1_only ? 0L : 1L);
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    set(handle, CURLOPT_TCP_KEEPIDLE, 15L);
    set(handle, CURLOPT_TCP_KEEPINTVL, 15L);
    set(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
    set(handle, CURLOPT_ERRORBUFFER, slot->error);
    set(handle, CURLOPT_WRITEFUNCTION, receive);
    set(handle, CURLOPT_WRITEDATA, slot);
    set(handle, CURLOPT_PREREQFUNCTION, depart);
    set(handle, CURLOPT_PREREQDATA, slot);
    if (wire->options.user_agent.n)
        set(handle, CURLOPT_USERAGENT, wire->options.user_agent.p);
    if (wire->options.proxy.n) {
        set(handle, CURLOPT_PROXY, wire->options.proxy.p);
        set(handle, CURLOPT_NOPROXY, "");
    }
}

struct http_slot *http_slot_new(const struct http_wire *wire)
{
    struct http_slot *slot = xcalloc(1, sizeof *slot);
    slot->wire = wire;
    slot->generation = wire->generation;
    slot->handle = wire->curl->curl_easy_init();
    if (!slot->handle)
        memory_exhausted(sizeof *slot);
    buf_init(&slot->body, wire->options.max_bytes);
    set_trust(slot);
    set_transport(slot);
    return slot;
}

void http_slot_free(const struct http_wire *wire, struct http_slot *slot)
{
    wire->curl->curl_easy_cleanup(slot->handle);
    buf_release(&slot->body);
    free(slot);
}

/* ---- one job ---- */

static bool is_good(const struct http_slot *slot)
{
    long status = 0;
    (void)slot->wire->curl->curl_easy_getinfo(slot->handle, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status < 300;
}

static size_t receive(char *bytes, size_t size, size_t n, void *ctx)
{
    struct http_slot *slot = ctx;
    struct http_job *job = slot->job;
    const struct str part = {bytes, size * n};
    if (!job)
        return CURL_WRITEFUNC_ERROR;
    if (job->chunk && is_good(slot))
        return job->chunk(job, part) ? part.n : CURL_WRITEFUNC_ERROR;
    buf_add(&slot->body, part);
    slot->is_too_large = slot->body.full;
    return slot->is_too_large ? CURL_WRITEFUNC_ERROR : part.n;
}

/* Called before each sending, also before those that libcurl decides on by itself when a connection
 * that was used before ends without an answer: the server may have heeded the first. */
static int depart(void *ctx, char *to, char *from, int to_port, int from_port)
{
    struct http_slot *slot = ctx;
    (void)to;
    (void)from;
    (void)to_port;
    (void)from_port;
    const bool is_once = slot->job && slot->job->once;
    return slot->departures++ && is_once ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void add_header(struct http_slot *slot, struct str header)
{
    struct curl_slist *longer =
        slot->wire->curl->curl_slist_append(slot->headers, str_to_c(slot->job->arena, header));
    if (!longer)
        memory_exhausted(header.n);
    slot->headers = longer;
}

/* The URL with the expected name for its host, connected to where the host is: libcurl takes the
 * name for the handshake from the URL. */
static struct str name_server(struct http_slot *slot, struct str url)
{
    struct arena *arena = slot->job->arena;
    const struct str name = slot->wire->options.server_name;
    const struct str origin = http_origin(url);
    const ptrdiff_t scheme = str_find(origin, STR("://"));
    if (!name.n || scheme < 0)
        return url;
    const struct str authority = str_from_offset(origin, (size_t)scheme + 3);
    const ptrdiff_t colon = str_find_last_char(authority, ':');
    const bool has_port = colon > str_find_last_char(authority, ']');
    const struct str host = has_port ? str_sub(authority, 0, (size_t)colon) : authority;
    const struct str port = has_port ? str_from_offset(authority, (size_t)colon + 1) : STR("443");
    slot->connect_to = slot->wire->curl->curl_slist_append(
        NULL, str_format(arena, "::%.*s:%.*s", STR_FMT(host), STR_FMT(port)).p);
    if (!slot->connect_to)
        memory_exhausted(host.n);
    add_header(slot, str_format(arena, "Host: %.*s", STR_FMT(authority)));
    return str_format(arena, "%.*s://%.*s:%.*s%.*s", (int)scheme, origin.p, STR_FMT(name),
                      STR_FMT(port), STR_FMT(str_from_offset(url, origin.n)));
}

static void set_limits(const struct http_slot *slot)
{
    const struct http_wire *wire = slot->wire;
    const struct http_pool_options *options = &wire->options;
    const struct http_request *request = &slot->job->request;
    const unsigned total = request->total_ms ? request->total_ms : options->total_ms;
    __typeof__(wire->curl->curl_easy_setopt) set = wire->curl->curl_easy_setopt;
    set(slot->handle, CURLOPT_CONNECTTIMEOUT_MS, (long)MIN_OF(options->connect_ms, total));
    set(slot->handle, CURLOPT_TIMEOUT_MS, (long)total);
    /* A watch is silent as long as nothing changes. */
    set(slot->handle, CURLOPT_LOW_SPEED_LIMIT, slot->is_stream ? 0L : 1L);
    set(slot->handle, CURLOPT_LOW_SPEED_TIME,
        slot->is_stream ? 0L : (long)((options->stall_ms + 999) / 1000));
}

static void set_request(struct http_slot *slot)
{
    const struct http_request *request = &slot->job->request;
    const struct http_wire *wire = slot->wire;
    struct arena *arena = slot->job->arena;
    __typeof__(wire->curl->curl_easy_setopt) set = wire->curl->curl_easy_setopt;
    CURL *handle = slot->handle;
    const bool is_https = str_starts(request->url, STR("https:"));
    const struct str url = is_https ? name_server(slot, request->url) : request->url;
    set(handle, CURLOPT_URL, str_to_c(arena, url));
    set(handle, CURLOPT_CONNECT_TO, slot->connect_to);
    const bool is_local = http_is_local_url(request->url);
    set(handle, CURLOPT_PROTOCOLS_STR, is_local && !is_https ? "http" : "https");
    if (!wire->options.proxy.n) /* as Go does: never a proxy to this machine */
        set(handle, CURLOPT_PROXY, is_local ? "" : NULL);
    set(handle, CURLOPT_HTTPGET, 1L);
    if (request->body.n) {
        set(handle, CURLOPT_POST, 1L);
        set(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
        set(handle, CURLOPT_POSTFIELDS, request->body.p);
        /* libcurl would wait a second for a host that does not answer "100 Continue". */
        add_header(slot, STR("Expect:"));
    }
    set(handle, CURLOPT_CUSTOMREQUEST, request->method);
    if (request->token.n)
        add_header(slot, str_format(arena, "Authorization: Bearer %.*s", STR_FMT(request->token)));
    for (size_t i = 0; i < request->headers.n; i++)
        add_header(slot, request->headers.items[i]);
    set(handle, CURLOPT_HTTPHEADER, slot->headers);
}

void http_slot_start(const struct http_wire *wire, struct http_slot *slot, struct http_job *job)
{
    slot->job = job;
    slot->error[0] = '\0';
    slot->is_too_large = false;
    slot->departures = 0;
    buf_clear(&slot->body);
    set_limits(slot);
    set_request(slot);
    (void)wire->curl->curl_multi_add_handle(wire->multi, slot->handle);
}

void http_slot_end(const struct http_wire *wire, struct http_slot *slot)
{
    (void)wire->curl->curl_multi_remove_handle(wire->multi, slot->handle);
    (void)wire->curl->curl_easy_setopt(slot->handle, CURLOPT_HTTPHEADER, NULL);
    (void)wire->curl->curl_easy_setopt(slot->handle, CURLOPT_CONNECT_TO, NULL);
    wire->curl->curl_slist_free_all(slot->headers);
    wire->curl->curl_slist_free_all(slot->connect_to);
    slot->headers = NULL;
    slot->connect_to = NULL;
}

/* ---- the answer ---- */

static struct http_trip trip_of(const struct http_slot *slot)
{
    long connections = 0;
    long version = 0;
    (void)slot->wire->curl->curl_easy_getinfo(slot->handle, CURLINFO_NUM_CONNECTS, &connections);
    (void)slot->wire->curl->curl_easy_getinfo(slot->handle, CURLINFO_HTTP_VERSION, &version);
    const bool is_two = version == CURL_HTTP_VERSION_2_0;
    return (struct http_trip){
        .connections = (unsigned)connections,
        .version = is_two    ? 2u
                   : version ? 1u
                             : 0u,
    };
}

struct http_trip http_slot_finish(const struct http_wire *wire, struct http_slot *slot,
                                  CURLcode code)
{
    struct http_job *job = slot->job;
    struct http_response *response = &job->response;
    long status = 0;
    (void)wire->curl->curl_easy_getinfo(slot->handle, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK) {
        response->status = (unsigned)status;
        response->body = str_dup(job->arena, buf_str(&slot->body));
        http_read_headers(wire->curl, slot->handle, job->arena, response);
        return trip_of(slot);
    }
    response->failure = slot->is_too_large ? HTTP_TOO_LARGE : http_failure_of(code, slot->error);
    const bool is_held = job->once && slot->departures > 1;
    const char *why = slot->is_too_large       ? "the answer is too large"
                      : is_held                ? "the connection ended without an answer"
                      : slot->error[0] != '\0' ? slot->error
                                               : wire->curl->curl_easy_strerror(code);
    response->error = str_format(job->arena, "%s %.*s: %s", job->request.method,
                                 STR_FMT(http_shown_url(job->request.url)), why);
    return trip_of(slot);
}
