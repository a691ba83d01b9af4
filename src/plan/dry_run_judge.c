/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer means for an object: whether it will be refused however often it is sent, whether
 * it waits for something that the same run brings, whether who asks may not, or nobody knows.
 */
#include "plan/dry_run_internal.h"

static const char *const state_names[] = {
    /* order: dry_run_state */
    "accepted", "refused", "waits", "not allowed", "not sent", "failed",
};

const char *dry_run_state_name(enum dry_run_state state)
{
    return state_names[state];
}

/* ---- what is missing ---- */

/* Kinds whose absence is told by a 404 about them. */
static const struct {
    const char *plural, *group, *kind;
    bool namespaced;
} missed[] = {
    {"namespaces", "", "Namespace", false},
    {"clusterroles", "rbac.authorization.k8s.io", "ClusterRole", false},
    {"roles", "rbac.authorization.k8s.io", "Role", true},
};

/* A binding to a missing role is told without details: `clusterroles... "x" not found`. */
static const struct object *missing_by_status(const struct judging *judging,
                                              const struct cluster_status *status)
{
    for (size_t i = 0; i < ARRAY_LEN(missed); i++) {
        const struct str namespace = missed[i].namespaced ? judging->namespace : STR("");
        if (!str_is(status->kind, missed[i].plural))
            continue;
        return brings_find(judging->brings, missed[i].group, missed[i].kind, namespace,
                           status->name);
    }
    return NULL;
}

static const struct object *missing_role(const struct judging *judging)
{
    const struct node *ref = node_get(judging->object->root, STR("roleRef"));
    const struct str kind = node_get_text(ref, STR("kind"));
    if (!str_is(judging->object->gvk.group, "rbac.authorization.k8s.io") || !ref)
        return NULL;
    return brings_find(
        judging->brings, "rbac.authorization.k8s.io", str_is(kind, "Role") ? "Role" : "ClusterRole",
        str_is(kind, "Role") ? judging->namespace : STR(""), node_get_text(ref, STR("name")));
}

static const struct object *missing_of_pod(const struct judging *judging, struct str words)
{
    struct str name;
    const struct pod_need *need = dry_run_need(words, &name);
    if (!need)
        return NULL;
    return brings_find(judging->brings, need->group, need->kind,
                       need->namespaced ? judging->namespace : STR(""), name);
}

static const struct object *missing(const struct judging *judging,
                                    const struct dry_run_answer *answer)
{
    const struct cluster_status *status = &answer->status;
    const struct object *found = NULL;
    if (answer->outcome == CLUSTER_NOT_FOUND) {
        found = missing_by_status(judging, status);
        if (!found && str_has(status->message, STR("not found")))
            found = missing_role(judging);
        if (!found && !status->reason.n && !judging->pod)
            found = brings_kind(judging->brings, judging->object->api_version,
                                judging->object->gvk.kind);
    }
    return answer->outcome == CLUSTER_FORBIDDEN ? missing_of_pod(judging, status->message) : found;
}

/* ---- states ---- */

/* RBAC's words. What is refused by admission is refused to all. */
static bool is_right(struct str words)
{
    return (str_has(words, STR(" is forbidden: User \"")) && str_has(words, STR("\" cannot "))) ||
           str_has(words, STR("attempting to grant RBAC permissions not currently held"));
}

static bool is_denied(struct str words)
{
    return str_starts(words, STR("admission webhook \"")) &&
           str_has(words, STR("\" denied the request"));
}

static enum dry_run_state state_of(const struct dry_run_answer *answer)
{
    const struct str words = answer->status.message;
    if (is_denied(words))
        return DRY_RUN_REFUSED;
    switch (answer->outcome) {
    case CLUSTER_OK:
    case CLUSTER_EXISTS: /* a creation is refused for it last, when all else is well */
        return DRY_RUN_ACCEPTED;
    case CLUSTER_FORBIDDEN:
        return is_right(words) ? DRY_RUN_NOT_ALLOWED : DRY_RUN_REFUSED;
    case CLUSTER_NOT_FOUND:
    case CLUSTER_CONTESTED:
    case CLUSTER_STALE:
    case CLUSTER_GONE:
    case CLUSTER_INVALID:
    case CLUSTER_MALFORMED:
        return DRY_RUN_REFUSED;
    case CLUSTER_TOO_LARGE:
    case CLUSTER_REFUSED:
        return answer->status.code >= 400 ? DRY_RUN_REFUSED : DRY_RUN_FAILED;
    case CLUSTER_UNREACHED:
    case CLUSTER_UNTRUSTED:
    case CLUSTER_UNSURE:
    case CLUSTER_BUSY:
    case CLUSTER_FAULT:
    case CLUSTER_UNAUTHORIZED:
    case CLUSTER_GARBLED:
        return DRY_RUN_FAILED;
    }
    return DRY_RUN_FAILED;
}

/* ---- words ---- */

/* The Pod's field as one of the object whose template it is of. */
static struct str field_of(const struct judging *judging, struct str field)
{
    struct arena *arena = judging->arena;
    const struct node *root = judging->object->root;
    if (str_is(field, "<nil>") || str_is(field, "[]"))
        return (struct str){0};
    if (!judging->pod)
        return dry_run_field(arena, NULL, root, field);
    const struct str way = dry_run_template(judging->object);
    const struct node *template = path_find(root, way).value;
    if (!str_starts(field, STR("spec")) && !str_starts(field, STR("metadata.labels")) &&
        !str_starts(field, STR("metadata.annotations")))
        return way;
    const struct str below = dry_run_field(arena, judging->pod, template, field);
    return str_format(arena, "%.*s.%.*s", STR_FMT(way), STR_FMT(below));
}

/* `deployments.apps "web" is forbidden: ` says what the finding is about anyhow; of a Pod it has a
 * name that is made up anew each time. */
static struct str without_name(struct str words)
{
    static const char *const ends[] = {"\" is forbidden: ", "\" is invalid: "};
    const ptrdiff_t quote = str_find_char(words, '"');
    const ptrdiff_t blank = str_find_char(words, ' ');
    for (size_t i = 0; i < ARRAY_LEN(ends) && quote > 0 && blank == quote - 1; i++) {
        const ptrdiff_t end = str_find(words, str_from(ends[i]));
        if (end > quote)
            return str_from_offset(words, (size_t)end + str_from(ends[i]).n);
    }
    return words;
}

static void clean(const struct judging *judging, struct cluster_status *status)
{
    struct arena *arena = judging->arena;
    for (size_t i = 0; i < status->causes.n; i++) {
        struct cluster_cause *cause = &status->causes.items[i];
        cause->field = field_of(judging, cause->field);
        cause->message = dry_run_words(arena, judging->object, cause->message);
    }
    status->message = dry_run_words(arena, judging->object, without_name(status->message));
}

/* One cause of many, and the number of the rest. */
static struct str why_refused(const struct judging *judging, const struct cluster_status *status)
{
    struct arena *arena = judging->arena;
    const struct cluster_cause *first = status->causes.items;
    if (!status->causes.n || !first->message.n || !first->field.n)
        return status->message.n ? status->message
                                 : dry_run_words(arena, judging->object, judging->error);
    const struct str more = status->causes.n > 1
                                ? str_format(arena, " (and %zu more)", status->causes.n - 1)
                                : (struct str){0};
    return str_format(arena, "%.*s: %.*s%.*s", STR_FMT(first->field), STR_FMT(first->message),
                      STR_FMT(more));
}

static struct str why(const struct judging *judging, const struct dry_run_answer *answer)
{
    struct arena *arena = judging->arena;
    switch (answer->state) {
    case DRY_RUN_ACCEPTED:
        return (struct str){0};
    case DRY_RUN_WAITS:
        return str_format(arena, "%.*s is not there yet",
                          STR_FMT(object_title(arena, answer->waits_for)));
    case DRY_RUN_REFUSED:
    case DRY_RUN_NOT_ALLOWED:
        return why_refused(judging, &answer->status);
    case DRY_RUN_FAILED:
    case DRY_RUN_NOT_SENT:
        break;
    }
    return dry_run_words(arena, judging->object, judging->error);
}

void dry_run_judge(const struct judging *judging, struct dry_run_answer *answer)
{
    const struct object *waits_for = missing(judging, answer);
    answer->state = waits_for ? DRY_RUN_WAITS : state_of(answer);
    if (waits_for)
        answer->waits_for = waits_for;
    answer->is_withheld = answer->status.is_withheld;
    answer->is_webhook = answer->state == DRY_RUN_FAILED && answer->status.is_webhook;
    if (answer->outcome == CLUSTER_MALFORMED)
        dry_run_causes(judging->arena, &answer->status);
    clean(judging, &answer->status);
    answer->why = why(judging, answer);
}
