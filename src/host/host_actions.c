/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub Actions, and Gitea and Forgejo, which set the same variables. */
#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"
#include "diag/diag.h"
#include "host/host_internal.h"

static const struct {
    const char *name;
    enum host_event event;
} events[] = {
    {"pull_request", EVENT_PULL_REQUEST},
    {"pull_request_target", EVENT_PULL_REQUEST_TARGET},
    {"merge_group", EVENT_MERGE_GROUP},
    {"push", EVENT_PUSH},
};

/* The event's payload; NULL with a note when it can't be had. */
static const struct node *read_payload(const struct detecting *detecting)
{
    const struct str path = host_variable(detecting, "GITHUB_EVENT_PATH");
    struct str text;
    struct doc doc = {0};
    struct diags diags SCOPED(diags) = {0};
    if (!path.n)
        return NULL;
    const int error =
        file_read(detecting->arena, str_to_c(detecting->arena, path), LIMIT_EVENT_BYTES, &text);
    if (error < 0) {
        host_note(detecting, "GITHUB_EVENT_PATH can't be read: %s", strerror(-error));
        return NULL;
    }
    struct source *source = source_new(detecting->arena, STR("event"), text);
    diags.at.source = source;
    if (doc_read_json(detecting->arena, source, &diags, &doc) < 0 ||
        node_kind(doc.root) != NODE_MAP) {
        host_note(detecting, "GITHUB_EVENT_PATH is no JSON object");
        return NULL;
    }
    return doc.root;
}

static const struct node *at(const struct node *node, const char *key)
{
    return node_get(node, str_from(key));
}

static struct str text_at(const struct node *node, const char *key)
{
    return node_get_text(node, str_from(key));
}

/* refs/heads/main to main. */
static struct str branch_of(struct str ref)
{
    const struct str heads = STR("refs/heads/");
    return str_starts(ref, heads) ? str_from_offset(ref, heads.n) : ref;
}

/* The repository of a fork may be gone: then nobody can tell, and it is taken for one. */
static bool is_fork(const struct detecting *detecting, const struct node *pull)
{
    const struct str from = text_at(at(at(pull, "head"), "repo"), "full_name");
    const struct str to = text_at(at(at(pull, "base"), "repo"), "full_name");
    return pull && !str_eq_fold(from, to.n ? to : detecting->host->repository);
}

/* What an event of its kind always has. */
static struct str commit_of_event(const struct detecting *detecting, struct str text,
                                  const char *what)
{
    if (!text.n)
        host_note(detecting, "%s is not there", what);
    return host_commit(detecting, text, what);
}

static void read_pull_request(const struct detecting *detecting, const struct node *payload)
{
    struct host *host = detecting->host;
    const struct node *pull = at(payload, "pull_request");
    host->base_sha = host_commit(detecting, text_at(at(pull, "base"), "sha"),
                                 "pull_request.base.sha of the event");
    const struct str head = text_at(at(pull, "head"), "sha");
    host->head_sha = host_commit(detecting, head, "pull_request.head.sha of the event");
    if (payload && !head.n)
        host_note(detecting, "the event does not say which commit the pull request is about");
    if (number_parse_u64(node_text(at(payload, "number")), &host->number) < 0 &&
        number_parse_u64(node_text(at(pull, "number")), &host->number) < 0)
        host->number = 0;
    host->is_fork = is_fork(detecting, pull);
    host->is_merged = host->event == EVENT_PULL_REQUEST;
    if (!host->base_ref.n)
        host->base_ref = text_at(at(pull, "base"), "ref");
}

static void read_merge_group(const struct detecting *detecting, const struct node *payload)
{
    struct host *host = detecting->host;
    const struct node *group = at(payload, "merge_group");
    host->base_sha =
        commit_of_event(detecting, text_at(group, "base_sha"), "merge_group.base_sha of the event");
    const struct str head =
        commit_of_event(detecting, text_at(group, "head_sha"), "merge_group.head_sha of the event");
    host->head_sha = head.n ? head : host->head_sha;
    host->base_ref = branch_of(text_at(group, "base_ref"));
}

static void read_push(const struct detecting *detecting, const struct node *payload)
{
    struct host *host = detecting->host;
    const struct str before = text_at(payload, "before");
    host->before = host_is_commit(before) ? before : (struct str){0}; /* zeros: a new branch */
    host->is_forced = node_bool(at(payload, "forced"));
    host->branch = branch_of(text_at(payload, "ref"));
    host->main_branch = text_at(at(payload, "repository"), "default_branch");
    const struct str after = text_at(payload, "after");
    host->head_sha = host_is_commit(after) ? after : host->head_sha;
}

static void read_event(const struct detecting *detecting)
{
    struct host *host = detecting->host;
    host->event_name = host_variable(detecting, "GITHUB_EVENT_NAME");
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        if (str_is(host->event_name, events[i].name))
            host->event = events[i].event;
    const struct node *payload = read_payload(detecting);
    switch (host->event) {
    case EVENT_PULL_REQUEST:
    case EVENT_PULL_REQUEST_TARGET:
        read_pull_request(detecting, payload);
        break;
    case EVENT_MERGE_GROUP:
        read_merge_group(detecting, payload);
        break;
    case EVENT_PUSH:
        read_push(detecting, payload);
        break;
    case EVENT_NONE:
        break;
    }
}

/* owner/name; it becomes part of URLs. */
static bool is_repository(struct str text)
{
    size_t slashes = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        slashes += c == '/';
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '.' || c == '/'))
            return false;
    }
    return slashes == 1 && text.p[0] != '/' && text.p[text.n - 1] != '/' &&
           !str_has(text, STR(".."));
}

void host_detect_actions(const struct detecting *detecting)
{
    struct host *host = detecting->host;
    host->api_url = host_url(detecting, "GITHUB_API_URL");
    host->server_url = host_url(detecting, "GITHUB_SERVER_URL");
    host->kind = str_ends(host->api_url, STR("/api/v1")) ? HOST_GITEA : HOST_GITHUB;
    host->repository = host_variable(detecting, "GITHUB_REPOSITORY");
    if (host->repository.n && !is_repository(host->repository)) {
        host_note(detecting, "GITHUB_REPOSITORY is not of the form owner/name");
        host->repository = (struct str){0};
    }
    host->head_sha = host_commit(detecting, host_variable(detecting, "GITHUB_SHA"), "GITHUB_SHA");
    host->token = host_token(detecting, "GITHUB_TOKEN");
    host->outputs = host_variable(detecting, "GITHUB_OUTPUT");
    host->summary = host_variable(detecting, "GITHUB_STEP_SUMMARY");
    const struct str run = host_variable(detecting, "GITHUB_RUN_ID");
    if (run.n && host->server_url.n && host->repository.n)
        host->run_url =
            str_format(detecting->arena, "%.*s/%.*s/actions/runs/%.*s", STR_FMT(host->server_url),
                       STR_FMT(host->repository), STR_FMT(run));
    const struct str attempt = host_variable(detecting, "GITHUB_RUN_ATTEMPT");
    const struct str job = host_variable(detecting, "GITHUB_JOB");
    const struct str workflow = host_variable(detecting, "GITHUB_WORKFLOW");
    if (job.n)
        host->job = str_format(detecting->arena, "%.*s/%.*s", STR_FMT(workflow), STR_FMT(job));
    if (run.n)
        host->run_id = str_format(detecting->arena, "%.*s/%.*s/%.*s", STR_FMT(run),
                                  STR_FMT(attempt), STR_FMT(job));
    read_event(detecting);
}
