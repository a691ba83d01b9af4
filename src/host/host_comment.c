/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One comment on a pull request, edited in place. It is known by a marker that no page shows; the
 * marker has the run's instance in it, so that two runs of one pull request keep their own. All
 * pages are looked through before anything is written; of several, left by a race, the oldest
 * stays.
 */
#include "host/host_publish_internal.h"

enum { COMMENT_BYTES = 65000 };

struct commenting {
    struct host_client *client;
    struct arena *arena;
    struct str list; /* path of the pull request's comments */
    struct str marker;
    struct str found; /* path of ours; "": there is none */
    struct str url;
    struct {
        VEC(struct str);
    } others; /* paths of later ones */
};

static struct str comment_path(const struct commenting *commenting, const struct node *comment)
{
    const struct host *host = host_client_host(commenting->client);
    return str_format(commenting->arena, "/repos/%.*s/issues/comments/%.*s",
                      STR_FMT(host->repository), STR_FMT(node_text(node_get(comment, STR("id")))));
}

/* Somebody who quotes us has the marker further down; somebody who imitates us, to have the report
 * in a comment that he may edit, is no bot. Gitea does not say who is. */
static bool is_ours(const struct commenting *commenting, const struct node *comment)
{
    const struct str type = node_get_text(node_get(comment, STR("user")), STR("type"));
    if (host_client_host(commenting->client)->kind == HOST_GITHUB && !str_is(type, "Bot"))
        return false;
    return str_starts(node_get_text(comment, STR("body")), commenting->marker) &&
           node_text(node_get(comment, STR("id"))).n;
}

static struct host_answer look(struct commenting *commenting)
{
    struct host_answer answer;
    struct host_call call = {
        .method = "GET",
        .is_read = true,
        .path = str_format(commenting->arena, "%.*s?per_page=100", STR_FMT(commenting->list))};
    do {
        host_call(commenting->client, &call, &answer);
        for (struct item it = list_first(answer.body); it.value; it = list_next(it)) {
            if (!is_ours(commenting, it.value))
                continue;
            if (commenting->found.n) {
                VEC_PUSH(commenting->arena, &commenting->others,
                         comment_path(commenting, it.value));
                continue;
            }
            commenting->found = comment_path(commenting, it.value);
            commenting->url = node_get_text(it.value, STR("html_url"));
        }
        call.path = answer.next;
    } while (answer.outcome == HOST_DONE && call.path.n);
    return answer;
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

struct host_sent host_publish_comment(struct host_client *client, const struct report *report,
                                      const struct host_publish_options *options,
                                      enum host_comment_when when)
{
    struct arena *arena = host_client_arena(client);
    const struct host *host = host_client_host(client);
    if (!host->number)
        return (struct host_sent){.outcome = HOST_FAILED,
                                  .why = STR("there is no pull request to comment on")};
    const struct str instance = options->instance.n ? options->instance : STR("default");
    struct commenting commenting = {
        .client = client,
        .arena = arena,
        .list = str_format(arena, "/repos/%.*s/issues/%" PRIu64 "/comments",
                           STR_FMT(host->repository), host->number),
        .marker =
            str_format(arena, "<!-- tidegate:%.*s -->", STR_FMT(host_path_part(arena, instance))),
    };
    struct host_answer answer = look(&commenting);
    if (answer.outcome != HOST_DONE)
        return (struct host_sent){.outcome = answer.outcome, .why = answer.why};
    if (!commenting.found.n && when == COMMENT_ON_FAILURE && report->exit_code == 0)
        return (struct host_sent){.outcome = HOST_DONE};
    host_call(client,
              &(struct host_call){.method = commenting.found.n ? "PATCH" : "POST",
                                  .path = commenting.found.n ? commenting.found : commenting.list,
                                  .body = body_of(&commenting, report, options),
                                  .is_read = commenting.found.n > 0},
              &answer);
    if (answer.outcome == HOST_DONE)
        delete_others(&commenting);
    const struct str url = node_get_text(answer.body, STR("html_url"));
    return (struct host_sent){
        .outcome = answer.outcome, .why = answer.why, .url = url.n ? url : commenting.url};
}
