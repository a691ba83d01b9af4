/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host_deployment_internal.h"
#include "host/host_publish_internal.h"

enum {
    CONFIRMATIONS = 3,     /* questions about what became of a request */
    ENVIRONMENT_MOST = 255 /* bytes */
};

/* order: host_deployment_state */
static const char *const states[] = {"queued",  "in_progress", "success",
                                     "failure", "error",       "inactive"};

const char *host_deployment_state_name(enum host_deployment_state state)
{
    return states[state];
}

/* ---- data ---- */

static struct str task_of(const struct host_deployment_wanted *wanted)
{
    return wanted->task.n ? wanted->task : STR("deploy");
}

const char *host_deployment_problem(const struct host_deployment_wanted *wanted)
{
    if (!host_is_commit(wanted->sha))
        return "a deployment is of a commit, named by its full id";
    if (!wanted->environment.n || wanted->environment.n > ENVIRONMENT_MOST)
        return "the name of an environment has 1 to 255 bytes";
    return NULL;
}

struct str host_deployment_body(struct arena *arena, const struct host_deployment_wanted *wanted)
{
    SCOPED(buf) struct buf body;
    struct jsonw w = {.out = &body};
    buf_init(&body, SIZE_MAX - 1);
    jsonw_open_map(&w);
    jsonw_put_text(&w, "ref", wanted->sha);
    jsonw_put_text(&w, "environment", wanted->environment);
    jsonw_put_text(&w, "task", task_of(wanted));
    jsonw_put_text(&w, "description", host_publish_cut(arena, wanted->description));
    jsonw_key(&w, "auto_merge");
    jsonw_bool(&w, false);
    jsonw_key(&w, "required_contexts");
    jsonw_open_list(&w);
    jsonw_close_list(&w);
    jsonw_key(&w, "payload");
    jsonw_open_map(&w);
    jsonw_put_text(&w, "tidegate", wanted->key);
    jsonw_close_map(&w);
    jsonw_key(&w, "production_environment");
    jsonw_bool(&w, wanted->is_production);
    jsonw_key(&w, "transient_environment");
    jsonw_bool(&w, wanted->is_transient);
    jsonw_close_map(&w);
    return str_dup(arena, buf_str(&body));
}

static void put_unless_empty(struct jsonw *w, const char *key, struct str text)
{
    if (text.n)
        jsonw_put_text(w, key, text);
}

struct str host_deployment_status_body(struct arena *arena,
                                       const struct host_deployment_status *status)
{
    SCOPED(buf) struct buf body;
    struct jsonw w = {.out = &body};
    buf_init(&body, SIZE_MAX - 1);
    jsonw_open_map(&w);
    jsonw_put_text(&w, "state", str_from(states[status->state]));
    jsonw_put_text(&w, "description", host_publish_cut(arena, status->description));
    put_unless_empty(&w, "log_url", status->log_url);
    put_unless_empty(&w, "environment_url", status->environment_url);
    jsonw_key(&w, "auto_inactive");
    jsonw_bool(&w, !status->keep_older);
    jsonw_close_map(&w);
    return str_dup(arena, buf_str(&body));
}

/* The query asked for most of it already; a forge that heeds no query is not believed. */
bool host_deployment_is(const struct node *listed, const struct host_deployment_wanted *wanted)
{
    const struct node *payload = node_get(listed, STR("payload"));
    const struct node *key = node_get(payload, STR("tidegate"));
    return key && str_eq(node_text(key), wanted->key) &&
           str_eq(node_get_text(listed, STR("sha")), wanted->sha) &&
           str_eq(node_get_text(listed, STR("environment")), wanted->environment) &&
           str_eq(node_get_text(listed, STR("task")), task_of(wanted));
}

bool host_deployment_says(struct arena *arena, const struct node *listed,
                          const struct host_deployment_status *status)
{
    return str_is(node_get_text(listed, STR("state")), states[status->state]) &&
           str_eq(node_get_text(listed, STR("description")),
                  host_publish_cut(arena, status->description)) &&
           str_eq(node_get_text(listed, STR("log_url")), status->log_url) &&
           str_eq(node_get_text(listed, STR("environment_url")), status->environment_url);
}

/* ---- requests ---- */

static struct host_sent sent_of(const struct host_answer *answer)
{
    return (struct host_sent){.outcome = answer->outcome, .why = answer->why};
}

/* Whether it may have been done all the same. */
static bool is_unsure(const struct host_answer *answer)
{
    return answer->outcome == HOST_UNSURE || answer->status >= 500;
}

static bool take(const struct host_client *client, const struct node *listed, bool was_there,
                 struct host_deployment *ret_deployment)
{
    uint64_t id;
    struct arena *arena = host_client_arena(client);
    if (number_parse_u64(node_text(node_get(listed, STR("id"))), &id) < 0)
        return false;
    *ret_deployment = (struct host_deployment){
        .path = str_format(arena, "/repos/%.*s/deployments/%" PRIu64,
                           STR_FMT(host_client_host(client)->repository), id),
        .was_there = was_there,
        .created = node_get_text(listed, STR("created_at"))};
    return true;
}

/* The newest that is ours: the API lists them so. False with HOST_DONE: there is none. */
static bool find(struct host_client *client, const struct host_deployment_wanted *wanted,
                 struct host_deployment *ret_deployment, struct host_answer *answer)
{
    struct arena *arena = host_client_arena(client);
    struct host_call call = {
        .method = "GET",
        .is_read = true,
        .path = str_format(arena,
                           "/repos/%.*s/deployments?per_page=100&sha=%.*s&environment=%.*s&task="
                           "%.*s",
                           STR_FMT(host_client_host(client)->repository), STR_FMT(wanted->sha),
                           STR_FMT(host_path_part(arena, wanted->environment)),
                           STR_FMT(host_path_part(arena, task_of(wanted))))};
    do {
        host_call(client, &call, answer);
        for (struct item it = list_first(answer->body); it.value; it = list_next(it))
            if (host_deployment_is(it.value, wanted) &&
                take(client, it.value, true, ret_deployment))
                return true;
        call.path = answer->next;
    } while (answer->outcome == HOST_DONE && call.path.n);
    return false;
}

static struct host_sent create(struct host_client *client,
                               const struct host_deployment_wanted *wanted,
                               struct host_deployment *ret_deployment)
{
    struct arena *arena = host_client_arena(client);
    const struct host_call call = {.method = "POST",
                                   .path =
                                       str_format(arena, "/repos/%.*s/deployments",
                                                  STR_FMT(host_client_host(client)->repository)),
                                   .body = host_deployment_body(arena, wanted)};
    struct host_answer answer = {0};
    for (unsigned i = 0; i < CONFIRMATIONS; i++) {
        host_call(client, &call, &answer);
        if (answer.outcome == HOST_DONE && !take(client, answer.body, false, ret_deployment))
            return (struct host_sent){.outcome = HOST_FAILED,
                                      .why = STR("the API made a deployment without an id")};
        if (!is_unsure(&answer))
            return sent_of(&answer);
        struct host_answer listed;
        if (find(client, wanted, ret_deployment, &listed))
            return (struct host_sent){.outcome = HOST_DONE};
        if (listed.outcome != HOST_DONE)
            return sent_of(&listed);
    }
    return sent_of(&answer);
}

struct host_sent host_deployment_open(struct host_client *client,
                                      const struct host_deployment_wanted *wanted,
                                      struct host_deployment *ret_deployment)
{
    struct host_answer answer;
    const char *problem = host_deployment_problem(wanted);
    *ret_deployment = (struct host_deployment){0};
    if (host_client_host(client)->kind != HOST_GITHUB)
        problem = "this forge has no deployments as GitHub's";
    if (problem)
        return (struct host_sent){.outcome = HOST_WRONG, .why = str_from(problem)};
    if (find(client, wanted, ret_deployment, &answer) || answer.outcome != HOST_DONE)
        return sent_of(&answer);
    return create(client, wanted, ret_deployment);
}

/* Whether the newest status is the one that was sent: then it arrived. */
static bool arrived(struct host_client *client, struct str path,
                    const struct host_deployment_status *status, struct host_answer *answer)
{
    host_call(client, &(struct host_call){.method = "GET", .path = path, .is_read = true}, answer);
    const struct node *newest = list_first(answer->body).value;
    return newest && host_deployment_says(host_client_arena(client), newest, status);
}

struct host_sent host_deployment_tell(struct host_client *client,
                                      const struct host_deployment *deployment,
                                      const struct host_deployment_status *status)
{
    struct arena *arena = host_client_arena(client);
    const struct str path = str_concat(arena, deployment->path, STR("/statuses"));
    const struct host_call call = {
        .method = "POST", .path = path, .body = host_deployment_status_body(arena, status)};
    struct host_answer answer = {0};
    for (unsigned i = 0; i < CONFIRMATIONS; i++) {
        host_call(client, &call, &answer);
        if (!is_unsure(&answer))
            return sent_of(&answer);
        struct host_answer listed;
        if (arrived(client, path, status, &listed))
            return (struct host_sent){.outcome = HOST_DONE};
        if (listed.outcome != HOST_DONE)
            return sent_of(&listed);
    }
    return sent_of(&answer);
}
