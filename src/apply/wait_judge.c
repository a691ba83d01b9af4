/* SPDX-License-Identifier: Apache-2.0 */
/* What an object says of itself, and what that leaves open. */
#include "apply/health_internal.h"
#include "apply/wait_internal.h"
#include "schema/schema.h"

static bool is_kind(const struct cluster_resource *resource, const char *group, const char *kind)
{
    return str_is(resource->group, group) && str_is(resource->kind, kind);
}

/* By the generic rule they are current as soon as they are there: they have no conditions, no
 * observedGeneration and no rule of their own, or (Service) none that time changes. */
bool wait_is_plain(const struct cluster_resource *resource)
{
    static const struct {
        const char *group, *kind; /* NULL: all */
    } plain[] = {
        {"", "ConfigMap"},
        {"", "Secret"},
        {"", "Service"},
        {"", "ServiceAccount"},
        {"", "Endpoints"},
        {"", "LimitRange"},
        {"", "ResourceQuota"},
        {"", "PodTemplate"},
        {"", "Event"},
        {"batch", "CronJob"},
        {"networking.k8s.io", "NetworkPolicy"},
        {"networking.k8s.io", "Ingress"},
        {"networking.k8s.io", "IngressClass"},
        {"storage.k8s.io", "StorageClass"},
        {"storage.k8s.io", "CSIDriver"},
        {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"},
        {"admissionregistration.k8s.io", "MutatingWebhookConfiguration"},
        {"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"},
        {"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"},
        {"rbac.authorization.k8s.io", NULL},
        {"scheduling.k8s.io", NULL},
        {"node.k8s.io", NULL},
        {"coordination.k8s.io", NULL},
        {"discovery.k8s.io", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (str_is(resource->group, plain[i].group) &&
            (!plain[i].kind || str_is(resource->kind, plain[i].kind)))
            return true;
    return false;
}

bool wait_ends(const struct cluster_resource *resource, const struct node *object)
{
    return is_kind(resource, "batch", "Job") &&
           !node_is_null(health_field(object, "spec.ttlSecondsAfterFinished"));
}

const char *wait_standstill(const struct cluster_resource *resource, const struct node *object)
{
    static const struct {
        const char *group, *kind, *field, *reason;
    } rows[] = {
        {"apps", "Deployment", "spec.paused", "Paused"},
        {"batch", "Job", "spec.suspend", "Suspended"},
        {"batch", "CronJob", "spec.suspend", "Suspended"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (is_kind(resource, rows[i].group, rows[i].kind) &&
            node_bool(health_field(object, rows[i].field)))
            return rows[i].reason;
    return NULL;
}

static struct node *link_text(struct arena *arena, struct str text, struct node *next)
{
    struct node *node = node_new_text(arena, text);
    node->next = next;
    return node;
}

const struct node *wait_with_type(struct arena *arena, const struct cluster_resource *resource,
                                  const struct node *object)
{
    if (node_kind(object) != NODE_MAP || node_get(object, STR("kind")))
        return object;
    const struct str version =
        resource->group.n
            ? str_format(arena, "%.*s/%.*s", STR_FMT(resource->group), STR_FMT(resource->version))
            : resource->version;
    const struct node *real = node_real(object);
    struct node *typed = node_new(arena, NODE_MAP);
    struct node *kind =
        link_text(arena, STR("kind"), link_text(arena, resource->kind, real->first));
    typed->first = link_text(arena, STR("apiVersion"), link_text(arena, version, kind));
    typed->n = real->n + 2;
    return typed;
}

/* ---- whether a failure is an old one ---- */

/* FNV-1a, of texts that nobody has a reason to forge: a collision costs some seconds. */
static uint64_t mix(uint64_t mark, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        mark = (mark ^ (unsigned char)text.p[i]) * UINT64_C(0x100000001b3);
    return (mark ^ 0xff) * UINT64_C(0x100000001b3);
}

uint64_t wait_mark(const struct node *object)
{
    static const char *const fields[] = {"type", "status", "reason", "lastUpdateTime",
                                         "lastTransitionTime"};
    uint64_t mark = UINT64_C(0xcbf29ce484222325);
    const struct node *conditions = health_field(object, "status.conditions");
    for (struct item it = list_first(conditions); it.value; it = list_next(it))
        for (size_t i = 0; i < ARRAY_LEN(fields); i++)
            mark = mix(mark, node_get_text(it.value, str_from(fields[i])));
    return mark;
}

/* ---- the verdict ---- */

struct judging {
    struct arena *arena;
    const struct wait_question *question;
    struct wait_verdict *verdict;
};

static void say(struct judging *judging, enum health_state state, const char *reason,
                const char *message)
{
    judging->verdict->health = (struct health){state, str_from(reason), str_from(message)};
}

/* A finalizer may hold it for long, and nothing brings it back. */
static bool judge_deleted(struct judging *judging)
{
    if (!health_text(judging->question->object, "metadata.deletionTimestamp").n)
        return false;
    say(judging, HEALTH_TERMINATING, "Terminating", "it is being deleted, which nothing can undo");
    judging->verdict->is_final = true;
    return true;
}

static void judge_failure(struct judging *judging)
{
    const struct wait_question *question = judging->question;
    /* Of a first generation there is nothing older that could have failed. */
    if (is_kind(question->resource, "batch", "Job") ||
        health_number(question->object, "metadata.generation", 0) == 1 ||
        wait_mark(question->object) != question->mark)
        judging->verdict->is_final = true;
    else
        judging->verdict->doubt = DOUBT_STALE;
}

static bool judge_rule(struct judging *judging)
{
    const struct wait_question *question = judging->question;
    const struct health_rule *rule =
        health_rules_find(question->rules, node_get_text(question->object, STR("apiVersion")),
                          node_get_text(question->object, STR("kind")));
    if (!rule)
        return false;
    health_rule_of(rule, judging->arena, question->object, &judging->verdict->health);
    if (judging->verdict->health.state == HEALTH_FAILED)
        judge_failure(judging);
    return true;
}

static bool judge_standstill(struct judging *judging)
{
    const struct wait_question *question = judging->question;
    const char *reason = wait_standstill(question->resource, question->object);
    if (!reason)
        return false;
    say(judging, HEALTH_CURRENT, reason, "its author has it stand still, so it is not waited for");
    return true;
}

static bool is_unbound_claim(const struct wait_question *question)
{
    const struct node *object = question->object;
    return is_kind(question->resource, "", "PersistentVolumeClaim") &&
           str_is(health_text(object, "status.phase"), "Pending") &&
           health_text(object, "spec.storageClassName").n &&
           !health_text(object, "spec.volumeName").n;
}

static bool lacks_status(const struct wait_question *question)
{
    if (schema_group_is_builtin(question->resource->group))
        return false;
    for (size_t i = 0; i < question->resource->subresources.n; i++)
        if (str_is(question->resource->subresources.items[i].name, "status"))
            return node_is_zero(node_get(question->object, STR("status")));
    return false;
}

static void judge_health(struct judging *judging)
{
    const struct wait_question *question = judging->question;
    struct wait_verdict *verdict = judging->verdict;
    const struct health_options options = {.now_s = question->now_s, .waits_for_jobs = true};
    health_of(judging->arena, question->object, &options, &verdict->health);
    if (verdict->health.state == HEALTH_FAILED) {
        judge_failure(judging);
    } else if (is_unbound_claim(question)) {
        verdict->doubt = DOUBT_CLASS;
    } else if (verdict->health.state != HEALTH_CURRENT) {
        return;
    } else if (lacks_status(question)) {
        say(judging, HEALTH_IN_PROGRESS, "NoStatus", "its controller has not written a status yet");
        verdict->doubt = DOUBT_STATUS;
    } else if (is_kind(question->resource, "apiextensions.k8s.io", "CustomResourceDefinition")) {
        say(judging, HEALTH_IN_PROGRESS, "NotServed", "the server does not serve its kind yet");
        verdict->doubt = DOUBT_SERVED;
    }
}

void wait_judge(struct arena *arena, const struct wait_question *question,
                struct wait_verdict *ret_verdict)
{
    struct judging judging = {arena, question, ret_verdict};
    *ret_verdict = (struct wait_verdict){0};
    if (judge_deleted(&judging) || judge_rule(&judging) || judge_standstill(&judging))
        return;
    judge_health(&judging);
}
