/* SPDX-License-Identifier: Apache-2.0 */
/* From values to decisions: plugin/policy/validating/dispatcher.go and validator.go, in their
 * order. */
#include "policy/policy_rule.h"

enum {
    MESSAGE_MAX = 5 << 10, /* bytes of what a messageExpression gives */
    SHOWN_MAX = 512,
};

/* One policy, binding and param. */
struct checking {
    const struct policy_subject *subject;
    const struct policy *policy;
    const struct policy_binding *binding;
    const struct node *param;
    const struct policy_matched *matched;
    struct diags *diags;
};

static const struct rule *rule_of(const struct checking *checking, enum policy_which which)
{
    return policy_rule_of(checking->policy, checking->binding,
                          checking->policy->validation_count + which);
}

static void deny(const struct checking *checking, const struct rule *rule, struct str message)
{
    policy_deny(&(struct policy_denial){.subject = checking->subject,
                                        .policy = checking->policy,
                                        .binding = checking->binding,
                                        .rule = rule,
                                        .message = message},
                checking->diags);
}

static void undecided(const struct checking *checking, struct str why)
{
    policy_undecided(checking->subject, checking->policy, why, checking->diags);
}

static struct policy_activation activation_of(const struct checking *checking, uint64_t budget)
{
    return (struct policy_activation){.subject = checking->subject,
                                      .policy = checking->policy,
                                      .param = checking->param,
                                      .matched = checking->matched,
                                      .budget = budget};
}

/* ---- match conditions ---- */

/* As apimachinery joins errors: the same one once, several in brackets. */
static struct str join_errors(struct arena *arena, const struct policy_result *results, uint32_t n)
{
    struct str joined = {0};
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool is_known = results[i].outcome != OUTCOME_ERROR;
        for (uint32_t k = 0; k < i && !is_known; k++)
            is_known =
                results[k].outcome == OUTCOME_ERROR && str_eq(results[k].text, results[i].text);
        if (is_known)
            continue;
        joined = count++
                     ? str_format(arena, "%.*s, %.*s", STR_FMT(joined), STR_FMT(results[i].text))
                     : results[i].text;
    }
    return count > 1 ? str_format(arena, "[%.*s]", STR_FMT(joined)) : joined;
}

/* Whether validations are to be looked at. Any false condition wins, then what is unknown, then
 * errors. */
static bool match_conditions(const struct checking *checking)
{
    const struct policy_exprs *conditions = &checking->policy->conditions;
    struct arena *arena = checking->subject->arena;
    if (conditions->n == 0)
        return true;
    struct policy_activation activation = activation_of(checking, CEL_COST_MATCH_CONDITIONS);
    activation.no_namespace = true;
    struct policy_pass pass;
    policy_pass_begin(&pass, &activation);
    struct policy_result *results = ARENA_ARRAY(arena, struct policy_result, conditions->n);
    const struct policy_result *unknown = NULL;
    bool failed = false, differs = false;
    for (uint32_t i = 0; i < conditions->n; i++) {
        results[i] = policy_eval(&pass, &conditions->items[i]);
        if (pass.is_out) {
            if (checking->policy->fails)
                deny(checking, rule_of(checking, WHICH_BUDGET), results[i].text);
            return false;
        }
        unknown = results[i].outcome == OUTCOME_UNKNOWN ? &results[i] : unknown;
        failed |= results[i].outcome == OUTCOME_ERROR;
        differs |= results[i].outcome == OUTCOME_VALUE && !cel_is_true(results[i].value);
    }
    if (differs)
        return false;
    if (failed && !checking->policy->fails)
        return false;
    if (unknown)
        undecided(checking, unknown->text);
    else if (failed)
        deny(checking, rule_of(checking, WHICH_CONDITIONS),
             join_errors(arena, results, conditions->n));
    return !unknown && !failed;
}

bool policy_conditions_hold(const struct policy_invocation *invocation, struct diags *diags)
{
    const struct checking checking = {.subject = invocation->subject,
                                      .policy = invocation->policy,
                                      .binding = invocation->binding,
                                      .param = invocation->param,
                                      .matched = &invocation->matched,
                                      .diags = diags};
    return match_conditions(&checking);
}

/* ---- validations ---- */

/* messageExpression when it gives one line of text that is not too long, message, the expression.
 */
static struct str message_of(const struct checking *checking, struct policy_pass *messages,
                             const struct policy_validation *validation)
{
    struct arena *arena = checking->subject->arena;
    struct str message = {0};
    if (validation->message_expr.node && !messages->is_out && !checking->policy->sees_secrets) {
        const struct policy_result result = policy_eval(messages, &validation->message_expr);
        if (result.outcome == OUTCOME_VALUE && result.value.kind == CEL_STRING)
            message = str_trim(cel_text(result.value));
        if (message.n > MESSAGE_MAX || str_find_char(message, '\n') >= 0)
            message = (struct str){0};
    }
    if (message.n == 0)
        message = str_trim(validation->message);
    if (message.n == 0)
        message = str_format(arena, "failed expression: %.*s",
                             STR_FMT(str_trim(validation->expr.source)));
    return message;
}

static void deny_validation(const struct checking *checking, struct policy_pass *pass, uint32_t i,
                            struct str message)
{
    const struct policy_validation *validation = &checking->policy->validations[i];
    SCOPED(buf) struct buf lines;
    buf_init(&lines, SHOWN_MAX);
    struct policy_denial denial = {.subject = checking->subject,
                                   .policy = checking->policy,
                                   .binding = checking->binding,
                                   .rule = policy_rule_of(checking->policy, checking->binding, i),
                                   .expr = &validation->expr,
                                   .message = message,
                                   .param = checking->param};
    denial.node = policy_blame(pass, &validation->expr, &lines);
    denial.shown = buf_str(&lines);
    policy_deny(&denial, checking->diags);
}

static void report_validations(const struct checking *checking, struct policy_pass *pass,
                               const struct policy_result *results)
{
    const struct policy *policy = checking->policy;
    struct policy_activation activation = activation_of(checking, pass->budget);
    struct policy_pass messages;
    /* What is said of a Secret must not tell what is in it. */
    struct policy_subject masked = *checking->subject;
    if (object_is(masked.object, "", "Secret")) {
        masked.value = policy_masked(masked.arena, masked.value);
        masked.old = policy_masked(masked.arena, masked.old);
        activation.subject = &masked;
    }
    activation.no_authorizer = true;
    policy_pass_begin(&messages, &activation);
    for (uint32_t i = 0; i < policy->validation_count; i++) {
        const bool is_error = results[i].outcome == OUTCOME_ERROR;
        if (results[i].outcome == OUTCOME_UNKNOWN || (is_error && policy->own))
            undecided(checking, results[i].text);
        else if (is_error && policy->fails)
            deny_validation(checking, pass, i, results[i].text);
        else if (results[i].outcome == OUTCOME_VALUE && !cel_is_true(results[i].value))
            deny_validation(checking, pass, i,
                            message_of(checking, &messages, &policy->validations[i]));
    }
}

static void check_validations(const struct checking *checking)
{
    const struct policy *policy = checking->policy;
    const uint32_t n = policy->validation_count;
    const struct policy_activation activation = activation_of(checking, CEL_COST_PER_BINDING);
    struct policy_pass pass;
    policy_pass_begin(&pass, &activation);
    struct policy_result *results =
        ARENA_ARRAY(checking->subject->arena, struct policy_result, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        results[i] = policy_eval(&pass, &policy->validations[i].expr);
        if (!pass.is_out)
            continue;
        if (policy->own)
            undecided(checking, results[i].text);
        if (policy->fails)
            deny(checking, rule_of(checking, WHICH_BUDGET), results[i].text);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        if (results[i].outcome != OUTCOME_VALUE || !cel_is_true(results[i].value)) {
            report_validations(checking, &pass, results);
            return;
        }
}

/* ---- audit annotations ---- */

/* Only what fails is told: an annotation that is written is for the log of the server. */
static void check_audits(const struct checking *checking)
{
    const struct policy_exprs *audits = &checking->policy->audits;
    if (audits->n == 0 || !checking->policy->fails)
        return;
    const struct policy_activation activation = activation_of(checking, CEL_COST_PER_BINDING);
    struct policy_pass pass;
    policy_pass_begin(&pass, &activation);
    for (uint32_t i = 0; i < audits->n && !pass.is_out; i++) {
        const struct policy_result result = policy_eval(&pass, &audits->items[i]);
        if (result.outcome == OUTCOME_UNKNOWN)
            undecided(checking, result.text);
        if (result.outcome != OUTCOME_ERROR)
            continue;
        policy_deny(&(struct policy_denial){.subject = checking->subject,
                                            .policy = checking->policy,
                                            .binding = checking->binding,
                                            .rule = rule_of(checking, pass.is_out ? WHICH_BUDGET
                                                                                  : WHICH_AUDIT),
                                            .expr = &audits->items[i],
                                            .message = result.text,
                                            .always_denies = !pass.is_out},
                    checking->diags);
    }
}

/* What did not decode is none; of a new object nothing was asked then. */
static const struct node *placed(const struct policy_set *set, struct arena *arena,
                                 const struct admitted *admitted)
{
    return admitted && !admitted->type_error ? policy_place(&set->source, arena, admitted) : NULL;
}

/* ---- policies ---- */

static void check_binding(struct checking *checking)
{
    const struct policy_subject *subject = checking->subject;
    struct policy_matched matched;
    struct str why = {0};
    const enum policy_answer answer =
        policy_match(subject, checking->binding->match, &matched, &why);
    if (answer == ANSWER_NO)
        return;
    if (answer == ANSWER_UNKNOWN) {
        undecided(checking, why);
        return;
    }
    struct policy_params params;
    policy_params_of(subject, checking->policy, checking->binding, &params);
    if (params.unknown.n)
        undecided(checking, params.unknown);
    if (params.error.n && checking->policy->fails)
        policy_deny(&(struct policy_denial){.subject = subject,
                                            .policy = checking->policy,
                                            .binding = checking->binding,
                                            .rule = rule_of(checking, WHICH_BINDING),
                                            .message = str_format(subject->arena,
                                                                  "failed to configure binding: "
                                                                  "%.*s",
                                                                  STR_FMT(params.error)),
                                            .always_denies = true},
                    checking->diags);
    for (size_t i = 0; i < params.n; i++) {
        checking->param = params.items[i];
        if (!match_conditions(checking))
            continue;
        if (subject->request->taken)
            (*subject->request->taken)++;
        check_validations(checking);
        check_audits(checking);
    }
}

static void check_policy(const struct policy_subject *subject, const struct policy *policy,
                         struct diags *diags)
{
    struct policy_matched matched;
    struct str why = {0};
    const enum policy_answer answer = policy_match(subject, policy->match, &matched, &why);
    if (answer == ANSWER_NO)
        return;
    const bool is_converted = !str_eq(matched.version, subject->kind->version) ||
                              !str_eq(matched.group, subject->kind->group);
    if (answer == ANSWER_YES && is_converted)
        why = str_format(subject->arena,
                         "it sees the object as version %.*s, to which only a "
                         "server converts",
                         STR_FMT(matched.version));
    if (why.n) {
        policy_undecided(subject, policy, why, diags);
        return;
    }
    for (size_t i = 0; i < policy->bindings.n; i++) {
        struct checking checking = {.subject = subject,
                                    .policy = policy,
                                    .binding = &policy->bindings.items[i],
                                    .matched = &matched,
                                    .diags = diags};
        check_binding(&checking);
    }
}

void policy_check_own(const struct policy_subject *subject, const struct policy *policy,
                      struct diags *diags)
{
    const struct policy_matched matched = {subject->kind->group, subject->kind->version};
    const struct checking checking = {.subject = subject,
                                      .policy = policy,
                                      .binding = &policy->bindings.items[0],
                                      .param = policy_rule_params(policy->own),
                                      .matched = &matched,
                                      .diags = diags};
    if (subject->request->taken)
        ++*subject->request->taken;
    check_validations(&checking);
}

/* The server keeps policies from locking themselves in, and out of reviews, which it does not
 * store. */
bool policy_sees_kind(const struct kind_info *kind)
{
    static const char *const policies[] = {
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding"};
    return !(str_is(kind->group, "admissionregistration.k8s.io") &&
             str_is_one_of(kind->kind, policies, ARRAY_LEN(policies))) &&
           !str_is(kind->group, "authentication.k8s.io") &&
           !str_is(kind->group, "authorization.k8s.io");
}

static const struct kind_info *written_kind(struct arena *arena, const struct object *object)
{
    struct kind_info *kind = ARENA_NEW(arena, struct kind_info);
    *kind = (struct kind_info){.group = object->gvk.group,
                               .version = object->gvk.version,
                               .kind = object->gvk.kind,
                               .namespaced = object->namespaced};
    return kind;
}

bool policy_subject_make(const struct policy_set *set, struct arena *arena,
                         const struct policy_request *request, struct policy_subject *ret_subject)
{
    const struct admitted *what = request->object ? request->object : request->old;
    if (!set || what->type_error || (what->state != KIND_SERVED && !what->no_schema))
        return false;
    const struct object *object = what->object;
    *ret_subject = (struct policy_subject){
        .set = set,
        .request = request,
        .kind = what->state == KIND_SERVED ? &what->kind : written_kind(arena, object),
        .object = object,
        .value = placed(set, arena, request->object),
        .old = placed(set, arena, request->old),
        .name = object->name,
        .namespace =
            object->scope_known ? policy_namespace(&set->source, object) : object->namespace,
        .is_namespace = object_is(object, "", "Namespace"),
        .arena = arena,
    };
    if (ret_subject->is_namespace)
        ret_subject->namespace = object->name;
    else
        ret_subject->namespace_value = map_get(&set->namespaces, ret_subject->namespace);
    return true;
}

/* Rules see what is in the repository, policies what is in the cluster. */
static void check_policies(const struct policy_subject *written, struct diags *diags)
{
    struct policy_subject subject = *written;
    subject.value = policy_served(written, written->value);
    subject.old = policy_served(written, written->old);
    if (!subject.name.n) /* made of generateName */
        subject.name = node_get_text(node_get(subject.value, STR("metadata")), STR("name"));
    for (size_t i = 0; i < subject.set->policies.n; i++)
        if (!subject.set->policies.items[i]->mutates)
            check_policy(&subject, subject.set->policies.items[i], diags);
}

void policy_check(const struct policy_set *set, struct arena *scratch,
                  const struct policy_request *request, struct diags *diags)
{
    struct policy_subject subject;
    if (!policy_subject_make(set, scratch, request, &subject))
        return;
    /* rules of a repository are also about kinds that only a cluster knows */
    const struct admitted *what = request->object ? request->object : request->old;
    const bool is_asked = what->state == KIND_SERVED && policy_sees_kind(&what->kind);
    if (is_asked && set->policies.n)
        check_policies(&subject, diags);
    policy_check_rules(&subject, set->source.rules, diags);
    policy_check_rules(&subject, set->source.packs, diags);
}
