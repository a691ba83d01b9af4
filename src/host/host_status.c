/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on a commit, in one line. */
#include "host/host_publish_internal.h"

/* order: host_kind */
static const struct {
    const char *root; /* of the repository's path */
    const char *name; /* key of the status' name */
    const char *good, *bad, *broken;
} forges[] = {
    [HOST_GITHUB] = {"repos", "context", "success", "failure", "error"},
    [HOST_GITEA] = {"repos", "context", "success", "failure", "error"},
    [HOST_GITLAB] = {"projects", "name", "success", "failed", "failed"},
};

struct host_sent host_publish_status(struct host_client *client, const struct report *report,
                                     const struct host_publish_options *options)
{
    struct arena *arena = host_client_arena(client);
    const struct host *host = host_client_host(client);
    const struct host_sent problem = host_publish_problem(client);
    if (problem.outcome != HOST_DONE)
        return problem;
    const char *state = report->exit_code == 0   ? forges[host->kind].good
                        : report->exit_code == 4 ? forges[host->kind].broken
                                                 : forges[host->kind].bad;
    SCOPED(buf) struct buf body;
    struct jsonw w = {.out = &body};
    buf_init(&body, SIZE_MAX - 1);
    jsonw_open_map(&w);
    jsonw_put_text(&w, "state", str_from(state));
    jsonw_put_text(&w, forges[host->kind].name, host_publish_status_name(options));
    jsonw_put_text(&w, "description", host_publish_line(arena, report));
    if (host->run_url.n)
        jsonw_put_text(&w, "target_url", host->run_url);
    jsonw_close_map(&w);
    struct host_answer answer;
    const struct str path = str_format(arena, "/%s/%.*s/statuses/%.*s", forges[host->kind].root,
                                       STR_FMT(host->repository), STR_FMT(host->head_sha));
    /* The newest of a name counts, so that sending it twice does no harm. */
    host_call(client,
              &(struct host_call){
                  .method = "POST", .path = path, .body = buf_str(&body), .is_read = true},
              &answer);
    return (struct host_sent){.outcome = answer.outcome,
                              .why = answer.why,
                              .url = node_get_text(answer.body, STR("target_url"))};
}
