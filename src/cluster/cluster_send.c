/* SPDX-License-Identifier: Apache-2.0 */
/* From a call to a job of the pool, and from its answer back. */
#include "cluster/cluster_send.h"
#include "base/clock.h"
#include "base/limits.h"
#include "cluster/cluster_internal.h"

enum {
    MOST_ATTEMPTS = 12,
    FIRST_WAIT_MS = 100,
    LONGEST_WAIT_MS = 5000,
    FORBIDDEN_WAIT_MS = 500, /* measured: a server that starts refuses for 0.3 s */
    FRESH_MS = 2000,
    WEBHOOK_ATTEMPTS = 2,   /* each may take the webhook's own timeout, of every object */
    WATCH_SPARE_MS = 30000, /* what a watch may last longer than the server was told */
};

#define JSON_ACCEPT "application/json"
#define METADATA_ACCEPT                                                                            \
    "application/json;as=PartialObjectMetadata%s;g=meta.k8s.io;v=v1,application/json"

/* ---- what is sent again ---- */

/* Repeating it can't do anything twice, and says the same. */
static bool is_safe(const struct cluster_call *call)
{
    switch (call->verb) {
    case CLUSTER_GET:
    case CLUSTER_LIST:
        return true;
    case CLUSTER_APPLY: /* its own success would make a resourceVersion stale */
        return call->dry_run || !call->resource_version.n;
    case CLUSTER_DELETE:
        return call->dry_run || call->uid.n > 0;
    case CLUSTER_CREATE:
    case CLUSTER_UPDATE:
    case CLUSTER_PATCH:
    case CLUSTER_DELETE_ALL:
        return call->dry_run;
    case CLUSTER_WATCH: /* what it told is told: it goes on from there, not from its start */
        return false;
    }
    return false;
}

static bool is_worth_it(const struct cluster_call *call)
{
    switch (call->answer.outcome) {
    case CLUSTER_BUSY:
    case CLUSTER_UNREACHED:
        return true;
    case CLUSTER_UNSURE:
    case CLUSTER_FAULT:
        return is_safe(call);
    case CLUSTER_OK:
    case CLUSTER_UNTRUSTED:
    case CLUSTER_UNAUTHORIZED:
    case CLUSTER_FORBIDDEN:
    case CLUSTER_NOT_FOUND:
    case CLUSTER_EXISTS:
    case CLUSTER_CONTESTED:
    case CLUSTER_STALE:
    case CLUSTER_GONE:
    case CLUSTER_INVALID:
    case CLUSTER_MALFORMED:
    case CLUSTER_TOO_LARGE:
    case CLUSTER_REFUSED:
    case CLUSTER_GARBLED:
        return false;
    }
    return false;
}

int64_t cluster_retry_ms(const struct cluster_call *call, uint64_t now, uint64_t connected_at,
                         bool may_have_credentials, uint64_t patience_ms)
{
    const struct cluster_status *status = &call->answer.status;
    const unsigned attempt = call->job.attempt;
    if (call->answer.outcome == CLUSTER_UNAUTHORIZED)
        return may_have_credentials && !call->asked_again_401 ? 0 : -1;
    if (call->answer.outcome == CLUSTER_FORBIDDEN)
        return connected_at && now - connected_at < FRESH_MS && !call->asked_again_403
                   ? FORBIDDEN_WAIT_MS
                   : -1;
    if (!is_worth_it(call) ||
        attempt >= (status->is_webhook ? (unsigned)WEBHOOK_ATTEMPTS : (unsigned)MOST_ATTEMPTS))
        return -1;
    int64_t wait =
        MIN_OF((int64_t)FIRST_WAIT_MS << MIN_OF(attempt - 1, 10u), (int64_t)LONGEST_WAIT_MS);
    if (status->retry_after_s >= 0)
        wait = MAX_OF(MIN_OF(status->retry_after_s, INT64_C(3600)) * 1000, INT64_C(10));
    return now - call->first_at + (uint64_t)wait < patience_ms ? wait : -1;
}

/* ---- the answer ---- */

static bool is_secret(const struct cluster_call *call)
{
    return call->resource && !call->resource->group.n && str_is(call->resource->plural, "secrets");
}

/* The reader's findings would quote; that it can't be read is enough. */
static const struct node *read_tree(const struct cluster_call *call, struct str body)
{
    SCOPED(diags) struct diags diags = {0};
    struct doc doc = {0};
    if (!body.n || (body.p[0] != '{' && body.p[0] != '['))
        return NULL;
    struct source *source = source_new(call->arena, STR("answer"), body);
    source->no_excerpt = true;
    if (doc_read_json(call->arena, source, &diags, &doc) < 0 || doc.broken)
        return NULL;
    return doc.root;
}

static void describe(struct cluster_call *call)
{
    struct cluster_answer *answer = &call->answer;
    const struct http_response *response = &call->job.response;
    const struct str name = cluster_call_name(call->arena, call);
    if (answer->outcome == CLUSTER_OK)
        return;
    if (response->failure != HTTP_ANSWERED)
        answer->error =
            str_format(call->arena, "%.*s: %.*s", STR_FMT(name), STR_FMT(response->error));
    else if (answer->outcome == CLUSTER_GARBLED)
        answer->error = str_format(call->arena, "%.*s: the answer is no JSON", STR_FMT(name));
    else
        answer->error = str_format(call->arena, "%.*s: %.*s", STR_FMT(name),
                                   STR_FMT(cluster_status_format(call->arena, &answer->status)));
}

static void read_answer(struct cluster_call *call)
{
    struct cluster_answer *answer = &call->answer;
    const struct http_response *response = &call->job.response;
    *answer = (struct cluster_answer){.attempts = call->job.attempt};
    answer->body = response->body;
    answer->root = read_tree(call, response->body);
    answer->etag = http_header(response, "etag");
    cluster_status_read(call->arena, response, answer->root, &answer->status);
    answer->outcome = cluster_status_outcome(response, &answer->status);
    if (response->status == 304 && call->etag.n)
        answer->outcome = CLUSTER_OK;
    else if (answer->outcome == CLUSTER_OK && !answer->root && call->verb != CLUSTER_WATCH)
        answer->outcome = CLUSTER_GARBLED;
    cluster_warnings_read(call->arena, response, &answer->warnings);
    if (is_secret(call)) {
        cluster_status_withhold(&answer->status);
        cluster_warnings_withhold(&answer->warnings);
    }
    describe(call);
}

static int64_t on_done(struct http_job *job)
{
    struct cluster_call *call = job->ctx;
    struct cluster *cluster = call->cluster;
    const uint64_t patience = call->patience_ms ? call->patience_ms : cluster->options.patience_ms;
    read_answer(call);
    const enum cluster_outcome outcome = call->answer.outcome;
    const bool may_have_credentials =
        outcome == CLUSTER_UNAUTHORIZED && cluster_auth_refused(&cluster->auth, call->sent_at);
    const int64_t wait =
        cluster_retry_ms(call, clock_ms(), http_pool_stats(cluster->pool).connected_at,
                         may_have_credentials, patience);
    if (wait >= 0) {
        call->asked_again_401 |= outcome == CLUSTER_UNAUTHORIZED;
        call->asked_again_403 |= outcome == CLUSTER_FORBIDDEN;
        return wait;
    }
    call->is_done = true;
    if (call->done)
        call->done(call);
    return HTTP_JOB_DONE;
}

static bool on_chunk(struct http_job *job, struct str bytes)
{
    struct cluster_call *call = job->ctx;
    return call->chunk(call, bytes);
}

/* ---- the request ---- */

static bool is_write(const struct cluster_call *call)
{
    return !call->dry_run && call->verb > CLUSTER_WATCH; /* order: cluster_verb */
}

static bool on_start(struct http_job *job)
{
    struct cluster_call *call = job->ctx;
    struct cluster *cluster = call->cluster;
    const struct cluster_options *options = &cluster->options;
    struct str error = {0};
    call->sent_at = clock_ms();
    if (is_write(call) && options->may_write && !options->may_write(options->may_write_ctx)) {
        job->response.failure = HTTP_BAD_URL;
        job->response.error = STR("not sent: the right to write was lost");
        return false;
    }
    if (cluster_auth_refresh(&cluster->auth, call->arena, &error) < 0) {
        job->response.failure = HTTP_BAD_URL;
        job->response.error = error;
        return false;
    }
    if (cluster->certificates != cluster->auth.certificates) {
        cluster->certificates = cluster->auth.certificates;
        http_pool_certificate(cluster->pool, cluster->auth.certificate_pem, cluster->auth.key_pem);
    }
    job->request.token = cluster->auth.token;
    return true;
}

static void add_headers(struct cluster_call *call, struct str_list *headers)
{
    struct arena *arena = call->arena;
    const struct str_list *common = &call->cluster->headers;
    for (size_t i = 0; i < common->n; i++)
        VEC_PUSH(arena, headers, common->items[i]);
    struct str accept = call->accept.n ? call->accept : STR(JSON_ACCEPT);
    if (call->metadata_only)
        accept = str_format(arena, METADATA_ACCEPT, call->verb == CLUSTER_LIST ? "List" : "");
    VEC_PUSH(arena, headers, str_format(arena, "Accept: %.*s", STR_FMT(accept)));
    if (call->etag.n)
        VEC_PUSH(arena, headers, str_format(arena, "If-None-Match: %.*s", STR_FMT(call->etag)));
}

void cluster_send(struct cluster *cluster, struct cluster_call *call)
{
    struct arena *arena = call->arena;
    struct http_request request = {.method = cluster_verb_method(call->verb)};
    call->cluster = cluster;
    call->is_done = false;
    call->asked_again_401 = call->asked_again_403 = false;
    call->first_at = clock_ms();
    call->answer = (struct cluster_answer){0};
    request.url = str_concat(arena, cluster->server, cluster_call_target(arena, call));
    request.body = cluster_call_body(arena, call);
    request.total_ms = call->total_ms ? call->total_ms : cluster->options.total_ms;
    if (call->verb == CLUSTER_WATCH)
        request.total_ms = call->watch_s * 1000 + WATCH_SPARE_MS;
    add_headers(call, &request.headers);
    if (request.body.n)
        VEC_PUSH(arena, &request.headers,
                 str_format(arena, "Content-Type: %.*s", STR_FMT(cluster_call_type(call))));
    call->job = (struct http_job){
        .request = request,
        .arena = arena,
        .start = on_start,
        .done = on_done,
        .chunk = call->chunk ? on_chunk : NULL,
        .delay_ms = call->delay_ms,
        .once = !is_safe(call),
        .ctx = call,
    };
    http_pool_add(cluster->pool, &call->job);
}
