/* SPDX-License-Identifier: Apache-2.0 */
/* Whether whoever asks can write. */
#include "plan/probe.h"

#include "cluster/cluster_request.h"

enum { PROBE_PATIENCE_MS = 10000 };

/* ---- requests ---- */

static void patch_nothing(struct cluster *cluster, bool dry_run, struct cluster_call *call)
{
    call->verb = CLUSTER_PATCH;
    call->path = STR("/api/v1/namespaces/default");
    call->text = STR("{}");
    call->content_type = STR("application/merge-patch+json");
    call->dry_run = dry_run;
    call->patience_ms = PROBE_PATIENCE_MS;
    cluster_call(cluster, call);
}

/* A review is answered and not stored. NULL: the server does not answer it. */
static const struct node *review(struct arena *arena, struct cluster *cluster, const char *path,
                                 const char *text)
{
    struct cluster_call call = {.verb = CLUSTER_CREATE,
                                .path = str_from(path),
                                .text = str_from(text),
                                .content_type = STR("application/json"),
                                .patience_ms = PROBE_PATIENCE_MS,
                                .arena = arena};
    cluster_call(cluster, &call);
    return call.answer.outcome == CLUSTER_OK ? call.answer.root : NULL;
}

static struct str ask_who(struct arena *arena, struct cluster *cluster)
{
    const struct node *root =
        review(arena, cluster, "/apis/authentication.k8s.io/v1/selfsubjectreviews",
               "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\"}");
    const struct node *status = node_get(root, STR("status"));
    return node_get_text(node_get(status, STR("userInfo")), STR("username"));
}

/* ---- ways around ---- */

/* Our own policy refuses tokens even in a dry run; others may not know that they are real ones. */
static const struct way {
    bool open_to_ours;
    const char *group;
    const char *verbs[5], *resources[4];
    const char *what;
} ways[] = {
    {true,
     "admissionregistration.k8s.io",
     {"create", "update", "patch", "delete", "deletecollection"},
     {"validatingadmissionpolicies", "validatingadmissionpolicybindings",
      "mutatingadmissionpolicies", "mutatingadmissionpolicybindings"},
     "change admission policies, which no policy refuses"},
    {true,
     "",
     {"impersonate"},
     {"users", "groups", "serviceaccounts"},
     "speak as somebody else, whom the policy is not about"},
    {false,
     "",
     {"create"},
     {"serviceaccounts/token", "*/token"},
     "ask for tokens of service accounts, which are real ones in a dry run, too"},
};

static bool has_any(const struct node *list, const char *const *wanted, size_t n)
{
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct str text = node_text(it.value);
        if (str_is(text, "*"))
            return true;
        for (size_t i = 0; i < n && wanted[i]; i++)
            if (str_is(text, wanted[i]))
                return true;
    }
    return false;
}

static bool allows(const struct node *rule, const struct way *way)
{
    return has_any(node_get(rule, STR("apiGroups")), &way->group, 1) &&
           has_any(node_get(rule, STR("verbs")), way->verbs, ARRAY_LEN(way->verbs)) &&
           has_any(node_get(rule, STR("resources")), way->resources, ARRAY_LEN(way->resources));
}

struct str probe_way_around(struct arena *arena, const struct node *root, bool is_ours)
{
    const struct node *status = node_get(root, STR("status"));
    const struct node *rules = node_get(status, STR("resourceRules"));
    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        for (struct item it = list_first(rules); it.value; it = list_next(it))
            if ((!is_ours || ways[i].open_to_ours) && allows(it.value, &ways[i]))
                return str_format(arena, "it may %s", ways[i].what);
    return STR("");
}

/* ---- the proof ---- */

/* As the server words refusals of its policies and of webhooks. */
static bool is_by_admission(const struct cluster_status *status)
{
    return str_has(status->message, STR("ValidatingAdmissionPolicy '")) ||
           (str_has(status->message, STR("admission webhook \"")) &&
            str_has(status->message, STR("denied the request")));
}

static bool is_by_ours(const struct cluster_status *status)
{
    return str_has(status->message, STR("ValidatingAdmissionPolicy 'tidegate-gate"));
}

/* What no policy stops. */
static void look_around(struct arena *arena, struct cluster *cluster, bool is_ours,
                        struct probe *probe)
{
    const struct node *root =
        review(arena, cluster, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
               "{\"apiVersion\":\"authorization.k8s.io/v1\","
               "\"kind\":\"SelfSubjectRulesReview\",\"spec\":{\"namespace\":\"default\"}}");
    *probe = (struct probe){.why = probe_way_around(arena, root, is_ours)};
    probe->state = probe->why.n ? PROBE_CAN_WRITE : PROBE_PROVEN;
    if (!root) {
        probe->state = PROBE_UNPROVEN;
        probe->why = STR("the server does not say what rights it has");
    }
}

static void prove(struct arena *arena, struct cluster *cluster, struct probe *probe)
{
    struct cluster_call call = {.arena = arena}, dry = {.arena = arena};
    patch_nothing(cluster, false, &call);
    if (call.answer.outcome == CLUSTER_OK) {
        probe->state = PROBE_CAN_WRITE;
        probe->why = STR("a real change is not refused");
        return;
    }
    probe->state = PROBE_UNPROVEN;
    probe->why = str_format(arena, "the proof failed: %.*s", STR_FMT(call.answer.error));
    if (call.answer.outcome == CLUSTER_FORBIDDEN && !is_by_admission(&call.answer.status))
        probe->why = STR("it has no right to patch the namespace default, so no policy was asked");
    if (call.answer.outcome != CLUSTER_FORBIDDEN || !is_by_admission(&call.answer.status))
        return;
    patch_nothing(cluster, true, &dry);
    if (dry.answer.outcome == CLUSTER_OK)
        look_around(arena, cluster, is_by_ours(&call.answer.status), probe);
    else
        probe->why =
            STR("what refuses a real change of the namespace default refuses dry runs, too");
}

void probe_dry_run_only(struct arena *arena, struct cluster *cluster, struct probe *ret_probe)
{
    struct probe *probe = ret_probe;
    *probe = (struct probe){0};
    prove(arena, cluster, probe);
    probe->who = ask_who(arena, cluster);
}

/* ---- findings ---- */

int probe_tell(struct diags *diags, const struct probe *probe, bool required)
{
    const struct span nowhere = {0, 0};
    struct arena arena SCOPED(arena) = {0};
    const struct str quoted = diag_quote(&arena, probe->who);
    const struct str who = probe->who.n ? str_format(&arena, "'%.*s'", STR_FMT(quoted))
                                        : STR("the identity that asks");
    const bool can = probe->state == PROBE_CAN_WRITE;
    if (probe->state == PROBE_PROVEN)
        return 0;
    struct diag *diag;
    diags->at = (struct diag_at){0};
    if (required)
        diag = diag_add(diags, RULE_DRY_RUN_FAILED, nowhere, STR(""),
                        "nothing was asked, because %.*s %s: %.*s", STR_FMT(who),
                        can ? "can write" : "may be able to write", STR_FMT(probe->why));
    else if (can)
        diag = diag_add(diags, RULE_DRY_RUN_CAN_WRITE, nowhere, STR(""), "%.*s can write: %.*s",
                        STR_FMT(who), STR_FMT(probe->why));
    else
        diag = diag_add(diags, RULE_DRY_RUN_UNPROVEN, nowhere, STR(""),
                        "whether %.*s can write is not known: %.*s", STR_FMT(who),
                        STR_FMT(probe->why));
    diag_hint(diags, diag,
              "`tidegate cluster setup-gate` prints manifests of an identity that can't");
    return required ? -1 : 0;
}
