/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods against the Pod Security labels of their namespace, where the repository has it. The server
 * refuses a Pod that breaks `enforce`. Of a workload it creates the object and warns; its Pods are
 * then refused one by one, so here it is a warning as well, also when `warn` says something milder.
 * Where a repository has several Namespaces of one name with other labels, nobody can tell which
 * one counts, and nothing is said.
 *
 * Who asks for the pack of a level has all Pods held against it, whatever their namespace says.
 */
#include "check/check_internal.h"
#include "pack/pack.h"
#include "pod/pod_security.h"

struct policies {
    struct pod_policy enforce, warn;
    struct pod_policy asked; /* by a pack */
    const struct object *namespace;
};

static const struct node *labels_of(const struct object *object)
{
    return node_get(node_get(object->root, STR("metadata")), STR("labels"));
}

/* A wrong level means the strictest one for enforce and none for the others; a wrong version the
 * latest. True when there is a level. */
static bool read_policy(const struct node *labels, const char *mode, enum pod_level wrong,
                        struct pod_policy *policy)
{
    struct arena arena SCOPED(arena) = {0};
    const struct node *level =
        node_get(labels, str_format(&arena, "pod-security.kubernetes.io/%s", mode));
    const struct node *version =
        node_get(labels, str_format(&arena, "pod-security.kubernetes.io/%s-version", mode));
    if (level && !pod_level_parse(node_text(level), &policy->level))
        policy->level = wrong;
    if (version && !pod_version_parse(node_text(version), &policy->minor))
        policy->minor = POD_LATEST;
    return level != NULL;
}

static struct policies policies_of(const struct object *namespace)
{
    struct policies policies = {.enforce.minor = POD_LATEST, .warn.minor = POD_LATEST};
    const struct node *labels = labels_of(namespace);
    policies.namespace = namespace;
    read_policy(labels, "enforce", POD_RESTRICTED, &policies.enforce);
    const bool has_warn = read_policy(labels, "warn", POD_PRIVILEGED, &policies.warn);
    if (!has_warn && policies.enforce.level > policies.warn.level) {
        policies.warn.level = policies.enforce.level;
        if (!node_get(labels, STR("pod-security.kubernetes.io/warn-version")))
            policies.warn.minor = policies.enforce.minor;
    }
    return policies;
}

static bool is_same_policy(const struct pod_policy *a, const struct pod_policy *b)
{
    return a->level == b->level && a->minor == b->minor;
}

static bool find_policies(const struct check_context *context, struct str namespace,
                          struct policies *ret_policies)
{
    const struct declarers *declarers =
        check_find(context, &(struct check_reference){TARGET_NAMESPACE, .name = namespace});
    if (!declarers)
        return false;
    const struct policies first = policies_of(declarers->items[0]);
    for (size_t i = 1; i < declarers->n; i++) {
        const struct policies other = policies_of(declarers->items[i]);
        if (!is_same_policy(&first.enforce, &other.enforce) ||
            !is_same_policy(&first.warn, &other.warn))
            return false;
    }
    *ret_policies = first;
    return first.enforce.level != POD_PRIVILEGED || first.warn.level != POD_PRIVILEGED;
}

struct checking {
    const struct pod *pod;
    const struct policies *policies;
    struct arena *arena;
    struct diags *diags;
    uint32_t told; /* bit of each rule that enforce spoke of */
};

static uint32_t bit_of(enum pack_id rule)
{
    return UINT32_C(1) << ((unsigned)rule - PACK_POD_SECURITY_BASELINE_APP_ARMOR);
}

static void say(struct checking *checking, const struct pod_policy *policy,
                const struct pod_violation *violation, bool refused)
{
    const struct object *namespace = checking->policies->namespace;
    struct str name = pod_policy_name(checking->arena, policy);
    const struct str message = str_format(checking->arena, "%s PodSecurity \"%.*s\": %.*s (%.*s)",
                                          refused ? "violates" : "would violate", STR_FMT(name),
                                          STR_FMT(violation->reason), STR_FMT(violation->detail));
    struct diag *diag = check_report_rule(checking->diags, &pack_rules[violation->rule].rule,
                                          checking->pod->object, violation->place, message);
    if (refused)
        check_make_error(diag);
    if (policy == &checking->policies->asked)
        return;
    const struct lookup labels = path_find(namespace->root, STR("metadata.labels"));
    diag_relate(checking->diags, diag, namespace->source, node_span(labels.value),
                "the namespace asks for it");
}

static void check_policy(struct checking *checking, const struct pod_policy *policy, unsigned minor,
                         bool enforced)
{
    struct pod_violations found = {0};
    pod_security_check(checking->arena, checking->pod, policy, minor, &found);
    for (size_t i = 0; i < found.n; i++) {
        const uint32_t bit = bit_of(found.items[i].rule);
        if (!(checking->told & bit))
            say(checking, policy, &found.items[i], enforced && !checking->pod->is_template);
        checking->told |= bit;
    }
}

/* At each version of the set; what is the same at several becomes one finding. */
static void check_pod(const struct check_context *context, const struct in_pod *in,
                      const struct policies *policies, struct diags *diags)
{
    struct diags all SCOPED(diags) = {.settings = diags->settings, .at = diags->at};
    for (size_t i = 0; i < context->input->version_count; i++) {
        const struct check_version *version = &context->input->versions[i];
        struct arena arena SCOPED(arena) = {0};
        struct diags one SCOPED(diags) = {.settings = diags->settings, .at = diags->at};
        one.at.versions = version->bit;
        struct checking checking = {
            .pod = &in->pod, .policies = policies, .arena = &arena, .diags = &one};
        check_policy(&checking, &policies->enforce, version->minor, true);
        check_policy(&checking, &policies->warn, version->minor, false);
        check_policy(&checking, &policies->asked, version->minor, false);
        diags_fold(&all, &one);
    }
    diags_merge(diags, &all);
}

static struct pod_policy asked_policy(const struct pack_choice *choice)
{
    struct pod_policy policy = {POD_PRIVILEGED, POD_LATEST};
    if (pack_is_asked(choice, STR("pod-security/restricted")))
        policy.level = POD_RESTRICTED;
    else if (pack_is_asked(choice, STR("pod-security/baseline")))
        policy.level = POD_BASELINE;
    return policy;
}

static void run(const struct check_context *context, struct diags *diags)
{
    const struct pod_policy asked = asked_policy(context->input->packs);
    const bool by_namespace = context->has_policies && !context->input->no_pod_security;
    if (!by_namespace && asked.level == POD_PRIVILEGED)
        return;
    for (size_t i = 0; i < context->pods.n; i++) {
        struct policies policies = {0};
        if (by_namespace && !find_policies(context, context->pods.items[i].namespace, &policies))
            policies = (struct policies){0};
        policies.asked = asked;
        check_pod(context, &context->pods.items[i], &policies, diags);
    }
}

const struct check check_pod_security = {.name = "pod-security", .run = run};
