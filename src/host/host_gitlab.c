/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab CI. */
#include "base/number.h"
#include "host/host_internal.h"

static void read_merge_request(const struct detecting *detecting)
{
    struct host *host = detecting->host;
    const struct str kind = host_variable(detecting, "CI_MERGE_REQUEST_EVENT_TYPE");
    const struct str source = host_variable(detecting, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA");
    host->event = EVENT_PULL_REQUEST;
    host->event_name = STR("merge_request");
    /* In a pipeline for merged results the commit at hand is a merge, and the source's is another.
     */
    host->is_merged = str_is(kind, "merged_result") || str_is(kind, "merge_train");
    if (host_is_commit(source))
        host->head_sha = source;
    host->base_sha =
        host_commit(detecting, host_variable(detecting, "CI_MERGE_REQUEST_DIFF_BASE_SHA"),
                    "CI_MERGE_REQUEST_DIFF_BASE_SHA");
    host->base_ref = host_variable(detecting, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
    const struct str from = host_variable(detecting, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
    host->is_fork = from.n && !str_eq(from, host->repository);
}

void host_detect_gitlab(const struct detecting *detecting)
{
    struct host *host = detecting->host;
    uint64_t project;
    host->kind = HOST_GITLAB;
    host->api_url = host_url(detecting, "CI_API_V4_URL");
    host->server_url = host_url(detecting, "CI_SERVER_URL");
    host->repository = host_variable(detecting, "CI_PROJECT_ID");
    if (host->repository.n && number_parse_u64(host->repository, &project) < 0) {
        host_note(detecting, "CI_PROJECT_ID is no number");
        host->repository = (struct str){0};
    }
    host->run_url = host_url(detecting, "CI_JOB_URL");
    host->run_id = host_variable(detecting, "CI_JOB_ID");
    host->head_sha =
        host_commit(detecting, host_variable(detecting, "CI_COMMIT_SHA"), "CI_COMMIT_SHA");
    host->token = host_token(detecting, NULL);
    host->event_name = host_variable(detecting, "CI_PIPELINE_SOURCE");
    if (number_parse_u64(host_variable(detecting, "CI_MERGE_REQUEST_IID"), &host->number) == 0) {
        read_merge_request(detecting);
        return;
    }
    host->number = 0;
    if (!str_is(host->event_name, "push"))
        return;
    const struct str before = host_variable(detecting, "CI_COMMIT_BEFORE_SHA");
    host->event = EVENT_PUSH;
    host->before = host_is_commit(before) ? before : (struct str){0};
    host->branch = host_variable(detecting, "CI_COMMIT_BRANCH");
    host->main_branch = host_variable(detecting, "CI_DEFAULT_BRANCH");
}
