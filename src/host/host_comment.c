/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One comment on a pull request, edited in place. It is known by a marker that no page shows; the
 * marker has the run's instance in it, so that two runs of one pull request keep their own. All
 * pages are looked through before anything is written; of several, left by a race, the oldest
 * stays.
 */
#include "host/host_publish_internal.h"

enum {
    COMMENT_BYTES = 65000,
    PAGES_MOST = 100,
    CONFIRMATIONS = 3, /* questions about what became of a request */
};

struct commenting {
    struct host_client *client;
    struct arena *arena;
    struct str list; /* path of the pull request's comments */
    struct str marker;
    struct str found; /* path of ours; "": there is none */
    struct str url;
    struct {
        VEC(struct str);
    } others;        /* paths of later ones */
    bool is_written; /* what is found has the body already */
    bool is_login_known;
    struct str login;
};

static struct str comment_path(const struct commenting *commenting, const struct node *comment)
{
    const struct host *host = host_client_host(commenting->client);
    return str_format(commenting->arena, "/repos/%.*s/issues/comments/%.*s",
                      STR_FMT(host->repository), STR_FMT(node_text(node_get(comment, STR("id")))));
}

/* Who writes with this token, as a person's or a machine's own is one; asked for once. A job's
 * token may not ask, and writes as a bot. */
static struct str own_login(struct commenting *commenting)
{
    struct host_answer answer;
    if (commenting->is_login_known)
        return commenting->login;
    host_call(commenting->client,
              &(struct host_call){.method = "GET", .path = STR("/user"), .is_read = true}, &answer);
    commenting->is_login_known = true;
    commenting->login = node_get_text(answer.body, STR("login"));
    return commenting->login;
}

/* Somebody who quotes us has the marker further down; somebody who imitates us, to have the report
 * in a comment that he may edit, is neither a bot nor we ourselves. Gitea does not say who is. */
static bool is_ours(struct commenting *commenting, const struct node *comment)
{
    const struct node *user = node_get(comment, STR("user"));
    if (!str_starts(node_get_text(comment, STR("body")), commenting->marker) ||
        !node_text(node_get(comment, STR("id"))).n)
        return false;
    if (host_client_host(commenting->client)->kind != HOST_GITHUB ||
        str_is(node_get_text(user, STR("type")), "Bot"))
        return true;
    const struct str author = node_get_text(user, STR("login"));
    return author.n && str_eq(author, own_login(commenting));
}

/* The pages have an end, also those of a host that links them in a circle. */
static void look(struct commenting *commenting, struct host_answer *answer)
{
    struct host_call call = {
        .method = "GET",
        .is_read = true,
        .path = str_format(commenting->arena, "%.*s?per_page=100", STR_FMT(commenting->list))};
    commenting->found = commenting->url = (struct str){0};
    commenting->others.n = 0;
    for (unsigned page = 0; call.path.n && page < PAGES_MOST; page++) {
        host_call(commenting->client, &call, answer);
        for (struct item it = list_first(answer->body); it.value; it = list_next(it)) {
            if (!is_ours(commenting, it.value))
                continue;
            const struct str path = comment_path(commenting, it.value);
            if (commenting->found.n) {
                VEC_PUSH(commenting->arena, &commenting->others, path);
                continue;
            }
            commenting->found = path;
            commenting->url = node_get_text(it.value, STR("html_url"));
        }
        call.path = answer->outcome == HOST_DONE ? answer->next : (struct str){0};
    }
}

static struct str body_of(const struct commenting *commenting, const struct report *report,
                          const struct host_publish_options *options)
{
    SCOPED(buf) struct buf body;
    struct jsonw w = {.out = &body};
    buf_init(&body, SIZE_MAX - 1);
    jsonw_open_map(&w);
    jsonw_put_text(
        &w, "body",
        str_format(commenting->arena, "%.*s\n%.*s", STR_FMT(commenting->marker),
                   STR_FMT(host_publish_page(commenting->arena, report, options, COMMENT_BYTES))));
    jsonw_close_map(&w);
    return str_dup(commenting->arena, buf_str(&body));
}

/* Later ones are of a race between two runs. */
static void delete_others(struct commenting *commenting)
{
    for (size_t i = 0; i < commenting->others.n; i++) {
        struct host_answer answer;
        host_call(commenting->client,
                  &(struct host_call){
                      .method = "DELETE", .path = commenting->others.items[i], .is_read = true},
                  &answer);
    }
}

/* A name that is given tells instances apart; else the jobs of a run do. */
static struct str marker_of(struct arena *arena, const struct host *host,
                            const struct host_publish_options *options)
{
    struct str instance = options->instance.n ? options->instance : options->name;
    if (!instance.n)
        instance = host->job.n ? host->job : STR("default");
    return str_format(arena, "<!-- tidegate:%.*s -->", STR_FMT(host_path_part(arena, instance)));
}

/* Looks afterwards: the request that had no answer may have been heeded, and another run may have
 * made one at the same time. */
static void make(struct commenting *commenting, struct str body, struct host_answer *answer)
{
    for (unsigned i = 0; i < CONFIRMATIONS; i++) {
        struct host_answer looked;
        host_call(commenting->client,
                  &(struct host_call){.method = "POST", .path = commenting->list, .body = body},
                  answer);
        if (answer->outcome != HOST_DONE && answer->outcome != HOST_UNSURE && answer->status < 500)
            return;
        look(commenting, &looked);
        if (answer->outcome == HOST_DONE) {
            /* It need not be in the list yet. */
            commenting->is_written = looked.outcome != HOST_DONE || !commenting->others.n;
            commenting->url = node_get_text(answer->body, STR("html_url"));
            return;
        }
        if (looked.outcome != HOST_DONE)
            return;
        if (commenting->found.n) {
            *answer = looked;
            return;
        }
    }
}

static void edit(const struct commenting *commenting, struct str body, struct host_answer *answer)
{
    host_call(commenting->client,
              &(struct host_call){
                  .method = "PATCH", .path = commenting->found, .body = body, .is_read = true},
              answer);
}

struct host_sent host_publish_comment(struct host_client *client, const struct report *report,
                                      const struct host_publish_options *options,
                                      enum host_comment_when when)
{
    struct arena *arena = host_client_arena(client);
    const struct host *host = host_client_host(client);
    if (host->kind == HOST_GITLAB)
        return (struct host_sent){
            .outcome = HOST_FAILED,
            .why = STR("there are no comments for GitLab; status is what it takes")};
    if (!host->number)
        return (struct host_sent){.outcome = HOST_FAILED,
                                  .why = STR("there is no pull request to comment on")};
    struct commenting commenting = {
        .client = client,
        .arena = arena,
        .list = str_format(arena, "/repos/%.*s/issues/%" PRIu64 "/comments",
                           STR_FMT(host->repository), host->number),
        .marker = marker_of(arena, host, options),
    };
    struct host_answer answer;
    look(&commenting, &answer);
    if (answer.outcome != HOST_DONE)
        return (struct host_sent){.outcome = answer.outcome, .why = answer.why};
    if (!commenting.found.n && when == COMMENT_ON_FAILURE && report->exit_code == 0)
        return (struct host_sent){.outcome = HOST_DONE};
    const struct str body = body_of(&commenting, report, options);
    if (!commenting.found.n)
        make(&commenting, body, &answer);
    /* Of several of a race the oldest is the one that stays. */
    if (answer.outcome == HOST_DONE && !commenting.is_written)
        edit(&commenting, body, &answer);
    if (answer.outcome == HOST_DONE)
        delete_others(&commenting);
    return (struct host_sent){.outcome = answer.outcome, .why = answer.why, .url = commenting.url};
}
