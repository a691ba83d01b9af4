/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host_client.h"

#include <time.h>

#include "base/clock.h"
#include "diag/diag.h"
#include "http/http_retry.h"

enum {
    TOTAL_MS = 120000,
    PACE_MS = 1000,
    FREE_WRITES = 5, /* that need no pause */
    ATTEMPTS = 5,
    CALL_MS = 30000,
    LAST_MS = 5000,      /* for everything after a signal; runners kill after ten seconds */
    LAST_CALL_MS = 2000, /* of it for one call */
    NAP_MS = 200,        /* a signal before a sleep does not end it */
    SHOWN_BYTES = 200,   /* of what the host says of a mistake */
};

struct host_client {
    struct arena *arena;
    const struct host *host;
    struct http *http;
    uint64_t deadline_ms;
    unsigned pace_ms;
    unsigned writes;
    uint64_t last_write_ms;
    bool (*is_interrupted)(void);
    bool is_ending; /* it was seen, and the deadline is nearer for it */
};

struct host_client *host_client_new(struct arena *arena, const struct host *host,
                                    const struct host_client_options *options, struct str *ret_why)
{
    if (!host->api_url.n || !host->repository.n) {
        *ret_why = STR("the environment names no API and repository to report to");
        return NULL;
    }
    if (!host->token.n) {
        *ret_why =
            STR("there is no token: give the step one in TIDEGATE_TOKEN, TIDEGATE_TOKEN_FILE or "
                "GITHUB_TOKEN");
        return NULL;
    }
    struct http *http = http_new(arena,
                                 &(struct http_options){.user_agent = options->user_agent,
                                                        .ca_bundle = options->ca_bundle,
                                                        .is_interrupted = options->is_interrupted},
                                 ret_why);
    if (!http)
        return NULL;
    struct host_client *client = ARENA_NEW(arena, struct host_client);
    *client = (struct host_client){
        .arena = arena,
        .host = host,
        .http = http,
        .deadline_ms = clock_ms() + (options->total_ms ? options->total_ms : TOTAL_MS),
        .pace_ms = options->pace_ms ? options->pace_ms : PACE_MS,
        .is_interrupted = options->is_interrupted,
    };
    return client;
}

void host_client_free(struct host_client *client)
{
    if (client)
        http_free(client->http);
}

const struct host *host_client_host(const struct host_client *client)
{
    return client->host;
}

struct arena *host_client_arena(const struct host_client *client)
{
    return client->arena;
}

/* ---- time ---- */

static uint64_t left_ms(const struct host_client *client)
{
    const uint64_t now = clock_ms();
    return now < client->deadline_ms ? client->deadline_ms - now : 0;
}

bool host_client_is_interrupted(const struct host_client *client)
{
    return client->is_interrupted && client->is_interrupted();
}

/* Whether there was a signal. The first time that it is seen leaves five seconds. */
static bool is_ending(struct host_client *client)
{
    if (host_client_is_interrupted(client) && !client->is_ending) {
        client->is_ending = true;
        client->deadline_ms = MIN_OF(client->deadline_ms, clock_ms() + LAST_MS);
    }
    return client->is_ending;
}

static void wait_ms(struct host_client *client, uint64_t ms)
{
    const uint64_t until = clock_ms() + ms;
    for (uint64_t now = clock_ms(); now < until && !is_ending(client); now = clock_ms()) {
        const uint64_t nap = MIN_OF(until - now, (uint64_t)NAP_MS);
        const struct timespec rest = {.tv_nsec = (long)nap * 1000000};
        (void)nanosleep(&rest, NULL);
    }
}

/* Forges want about a second between writes, but a few at once are fine. */
static void pace(struct host_client *client, const struct host_call *call)
{
    if (call->is_read)
        return;
    const uint64_t since = clock_ms() - client->last_write_ms;
    if (client->writes >= FREE_WRITES && since < client->pace_ms)
        wait_ms(client, MIN_OF(client->pace_ms - since, left_ms(client)));
    client->writes++;
    client->last_write_ms = clock_ms();
}

/* ---- a call ---- */

static struct http_request request_of(const struct host_client *client,
                                      const struct host_call *call)
{
    struct arena *arena = client->arena;
    struct http_request request = {.method = call->method,
                                   .url = call->path,
                                   .body = call->body,
                                   .token = client->host->token};
    if (str_starts(call->path, STR("/")))
        request.url = str_concat(arena, client->host->api_url, call->path);
    if (client->host->kind == HOST_GITHUB) {
        VEC_PUSH(arena, &request.headers, STR("Accept: application/vnd.github+json"));
        VEC_PUSH(arena, &request.headers, STR("X-GitHub-Api-Version: 2022-11-28"));
    } else {
        VEC_PUSH(arena, &request.headers, STR("Accept: application/json"));
    }
    if (call->body.n)
        VEC_PUSH(arena, &request.headers, STR("Content-Type: application/json"));
    return request;
}

static void read_body(const struct host_client *client, const struct http_response *response,
                      struct host_answer *answer)
{
    struct diags dropped SCOPED(diags) = {0};
    struct doc doc = {0};
    if (!response->body.n)
        return;
    struct source *source = source_new(client->arena, STR("answer"), response->body);
    dropped.at.source = source;
    if (doc_read_json(client->arena, source, &dropped, &doc) == 0)
        answer->body = doc.root;
}

static enum host_outcome outcome_of(const struct http_response *response)
{
    const unsigned status = response->status;
    if (response->failure == HTTP_TIMEOUT || response->failure == HTTP_CUT ||
        response->failure == HTTP_TOO_LARGE)
        return HOST_UNSURE;
    if (status >= 200 && status < 300)
        return HOST_DONE;
    if (http_is_limit(response))
        return HOST_FAILED;
    if (status == 401 || status == 403 || status == 404)
        return HOST_DENIED;
    return status >= 400 && status < 500 ? HOST_WRONG : HOST_FAILED;
}

/* What the host says in its own words is foreign text. */
static struct str why_of(const struct host_client *client, const struct host_call *call,
                         const struct http_response *response, const struct node *body)
{
    struct arena *arena = client->arena;
    if (response->failure != HTTP_ANSWERED)
        return diag_escape(arena, response->error);
    struct str says = node_get_text(body, STR("message"));
    if (str_has(says, client->host->token)) /* an echo of it is no reason to print it */
        says = STR("(what it says has the token in it)");
    says = diag_quote(arena, str_sub(says, 0, MIN_OF(says.n, (size_t)SHOWN_BYTES)));
    return str_format(arena, "%s %.*s was answered with %u%s%.*s", call->method,
                      STR_FMT(call->path), response->status, says.n ? ": " : "", STR_FMT(says));
}

static bool goes_elsewhere(const struct host_client *client, const struct http_request *request)
{
    return !str_eq(http_origin(request->url), http_origin(client->host->api_url));
}

/* Until there is an answer that asking again would not change. False: there is no time left. */
static bool send(struct host_client *client, const struct host_call *call,
                 struct http_request *request, struct http_response *response)
{
    for (unsigned attempt = 1;; attempt++) {
        pace(client, call);
        const bool is_last = is_ending(client);
        const uint64_t left = left_ms(client);
        if (!left)
            return false;
        request->total_ms = (unsigned)MIN_OF(left, (uint64_t)(is_last ? LAST_CALL_MS : CALL_MS));
        const int sent = http_send(client->http, client->arena, request, response);
        (void)sent; /* no answer is an answer: its failure says why */
        const struct http_patience patience = {.now_s = (uint64_t)time(NULL),
                                               .attempt = attempt,
                                               .max_attempts = ATTEMPTS,
                                               .left_ms = left_ms(client),
                                               .is_safe = call->is_read};
        const int64_t wait = http_retry_after_ms(response, &patience);
        if (wait >= 0)
            wait_ms(client, (uint64_t)wait);
        if (wait < 0 || is_ending(client))
            return true;
    }
}

void host_call(struct host_client *client, const struct host_call *call,
               struct host_answer *ret_answer)
{
    struct http_request request = request_of(client, call);
    struct http_response response = {0};
    *ret_answer = (struct host_answer){.outcome = HOST_FAILED};
    if (goes_elsewhere(client, &request)) {
        ret_answer->why = STR("the API names a page on another host, to which no token is sent");
        return;
    }
    if (!send(client, call, &request, &response)) {
        ret_answer->why = STR("there is no time left to report; the verdict stands");
        return;
    }
    read_body(client, &response, ret_answer);
    ret_answer->outcome = outcome_of(&response);
    ret_answer->status = response.status;
    ret_answer->next = http_link(&response, "next");
    if (ret_answer->outcome == HOST_DONE)
        return;
    client->writes = MAX_OF(client->writes, (unsigned)FREE_WRITES); /* no haste after a mistake */
    ret_answer->why = why_of(client, call, &response, ret_answer->body);
}

struct str host_path_part(struct arena *arena, struct str text)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, text.n * 3 + 1);
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (is_plain)
            buf_add_char(&out, c);
        else
            buf_format(&out, "%%%02X", (unsigned)(unsigned char)c);
    }
    return str_dup(arena, buf_str(&out));
}
