/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on a commit, in one line. */
#include "host/host_publish_internal.h"

enum { STATES = COMMIT_ERROR + 1 };

/* order: host_kind. GitLab's pending waits for a runner, so what goes on is running there. */
static const struct {
    const char *root; /* of the repository's path */
    const char *name; /* key of the status' name */
    const char *states[STATES];
} forges[] = {
    [HOST_GITHUB] = {"repos", "context", {"pending", "success", "failure", "error"}},
    [HOST_GITEA] = {"repos", "context", {"pending", "success", "failure", "error"}},
    [HOST_GITLAB] = {"projects", "name", {"running", "success", "failed", "failed"}},
};

/* GitLab refuses to be told what it knows: "Cannot transition status via :run from :running". */
static bool is_known_already(const struct host *host, const struct host_answer *answer)
{
    return host->kind == HOST_GITLAB && answer->status == 400 &&
           str_has(answer->why, STR("Cannot transition status"));
}

struct host_sent host_tell_status(struct host_client *client,
                                  const struct host_commit_status *status)
{
    struct arena *arena = host_client_arena(client);
    const struct host *host = host_client_host(client);
    if (host->kind == HOST_PLAIN)
        return (struct host_sent){.outcome = HOST_WRONG,
                                  .why = STR("this host has no statuses of commits")};
    SCOPED(buf) struct buf body;
    struct jsonw w = {.out = &body};
    buf_init(&body, SIZE_MAX - 1);
    jsonw_open_map(&w);
    jsonw_put_text(&w, "state", str_from(forges[host->kind].states[status->state]));
    jsonw_put_text(&w, forges[host->kind].name, status->context);
    jsonw_put_text(&w, "description", host_publish_cut(arena, status->description));
    if (status->url.n)
        jsonw_put_text(&w, "target_url", status->url);
    jsonw_close_map(&w);
    struct host_answer answer;
    const struct str path = str_format(arena, "/%s/%.*s/statuses/%.*s", forges[host->kind].root,
                                       STR_FMT(host->repository), STR_FMT(status->sha));
    /* The newest of a name counts, so that sending it twice does no harm. */
    host_call(client,
              &(struct host_call){
                  .method = "POST", .path = path, .body = buf_str(&body), .is_read = true},
              &answer);
    if (is_known_already(host, &answer))
        return (struct host_sent){.outcome = HOST_DONE};
    return (struct host_sent){.outcome = answer.outcome,
                              .why = answer.why,
                              .url = node_get_text(answer.body, STR("target_url"))};
}

struct host_sent host_publish_status(struct host_client *client, const struct report *report,
                                     const struct host_publish_options *options)
{
    const struct host *host = host_client_host(client);
    const struct host_sent problem = host_publish_problem(client);
    if (problem.outcome != HOST_DONE)
        return problem;
    const struct host_commit_status status = {
        .sha = host->head_sha,
        .context = host_publish_status_name(options),
        .state = report->exit_code == 0   ? COMMIT_SUCCESS
                 : report->exit_code == 4 ? COMMIT_ERROR
                                          : COMMIT_FAILURE,
        .description = host_publish_line(host_client_arena(client), report),
        .url = host->run_url,
    };
    return host_tell_status(client, &status);
}
