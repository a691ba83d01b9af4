/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which requests a policy and a binding are about: plugin/policy/matching/matching.go and
 * plugin/webhook/predicates. What hangs on labels of a Namespace that is not in the set is unknown,
 * but for the one label that every Namespace has.
 */
#include "admit/rule_selector.h"
#include "policy/policy_internal.h"

#define NAME_LABEL "kubernetes.io/metadata.name"

enum { EQUIVALENTS_MAX = 32 };

static bool is_empty(const struct node *selector)
{
    return node_is_null(selector) || (node_is_null(node_get(selector, STR("matchLabels"))) &&
                                      node_is_null(node_get(selector, STR("matchExpressions"))));
}

static const struct node *labels_of(const struct node *object)
{
    return node_get(node_get(object, STR("metadata")), STR("labels"));
}

static bool selects(const struct node *selector, const struct node *object)
{
    const struct label_set labels = {.map = labels_of(object)};
    return object && selector_match(selector, &labels) == SELECTION_MATCHES;
}

/* ---- selectors ---- */

static bool lists(const struct node *values, struct str text)
{
    for (struct item it = list_first(values); it.value; it = list_next(it))
        if (str_eq(node_text(it.value), text))
            return true;
    return false;
}

/* Only the Namespace's name is known. */
static enum policy_answer match_by_name(const struct node *selector, struct str name)
{
    enum policy_answer answer = ANSWER_YES;
    const struct node *map = node_get(selector, STR("matchLabels"));
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        if (!str_is(node_text(e.key), NAME_LABEL))
            answer = ANSWER_UNKNOWN;
        else if (!str_eq(node_text(e.value), name))
            return ANSWER_NO;
    }
    const struct node *expressions = node_get(selector, STR("matchExpressions"));
    for (struct item it = list_first(expressions); it.value; it = list_next(it)) {
        const struct str operator= node_get_text(it.value, STR("operator"));
        if (!str_is(node_get_text(it.value, STR("key")), NAME_LABEL)) {
            answer = ANSWER_UNKNOWN;
            continue;
        }
        const bool listed = lists(node_get(it.value, STR("values")), name);
        if ((str_is(operator, "In") && !listed) || (str_is(operator, "NotIn") && listed) ||
            str_is(operator, "DoesNotExist"))
            return ANSWER_NO;
    }
    return answer;
}

static enum policy_answer match_namespace(const struct policy_subject *subject,
                                          const struct node *selector, struct str *ret_why)
{
    if (subject->namespace.n == 0 && !subject->is_namespace)
        return ANSWER_YES;
    if (is_empty(selector))
        return ANSWER_YES;
    if (subject->is_namespace) {
        const struct node *value = subject->value ? subject->value : subject->old;
        return selects(selector, value) ? ANSWER_YES : ANSWER_NO;
    }
    if (subject->namespace_value)
        return selects(selector, subject->namespace_value) ? ANSWER_YES : ANSWER_NO;
    const enum policy_answer answer = match_by_name(selector, subject->namespace);
    if (answer == ANSWER_UNKNOWN)
        *ret_why = str_format(subject->arena,
                              "Namespace %.*s is not in the set, so its labels are "
                              "not known",
                              STR_FMT(subject->namespace));
    return answer;
}

static bool match_object(const struct policy_subject *subject, const struct node *selector)
{
    return is_empty(selector) || selects(selector, subject->value) ||
           selects(selector, subject->old);
}

/* ---- rules ---- */

static bool has_or_any(const struct node *list, struct str text)
{
    return lists(list, STR("*")) || lists(list, text);
}

static bool match_scope(const struct policy_subject *subject, struct str scope)
{
    if (scope.n == 0 || str_is(scope, "*"))
        return true;
    const bool is_cluster = subject->is_namespace || subject->namespace.n == 0;
    return str_is(scope, "Cluster") ? is_cluster : str_is(scope, "Namespaced") && !is_cluster;
}

static bool match_operation(const struct policy_subject *subject, const struct node *operations)
{
    static const char *const names[] = {"CREATE", "UPDATE", "DELETE"};
    return has_or_any(operations, str_from(names[subject->request->operation]));
}

/* A resource with a subresource is none of ours. */
static bool match_resource(const struct node *resources, struct str plural)
{
    for (struct item it = list_first(resources); it.value; it = list_next(it)) {
        const struct str text = node_text(it.value);
        const ptrdiff_t slash = str_find_char(text, '/');
        const struct str resource = slash < 0 ? text : str_sub(text, 0, (size_t)slash);
        const bool is_main = slash < 0 || str_is(str_from_offset(text, (size_t)slash + 1), "*") ||
                             text.n == (size_t)slash + 1;
        if (is_main && (str_is(resource, "*") || str_eq(resource, plural)))
            return true;
    }
    return false;
}

static bool match_rule(const struct policy_subject *subject, const struct node *rule,
                       const struct policy_matched *as)
{
    const struct node *names = node_get(rule, STR("resourceNames"));
    const bool has_names = node_kind(names) == NODE_LIST && node_real(names)->n > 0;
    return match_resource(node_get(rule, STR("resources")), subject->kind->plural) &&
           match_scope(subject, node_get_text(rule, STR("scope"))) &&
           match_operation(subject, node_get(rule, STR("operations"))) &&
           has_or_any(node_get(rule, STR("apiGroups")), as->group) &&
           has_or_any(node_get(rule, STR("apiVersions")), as->version) &&
           (!has_names || lists(names, subject->name));
}

static bool match_rules_as(const struct policy_subject *subject, const struct node *rules,
                           const struct policy_matched *as)
{
    for (struct item it = list_first(rules); it.value; it = list_next(it))
        if (match_rule(subject, it.value, as))
            return true;
    return false;
}

/* Most rules are about other resources, in whatever version. */
static bool names_resource(const struct policy_subject *subject, const struct node *rules)
{
    for (struct item it = list_first(rules); it.value; it = list_next(it))
        if (match_resource(node_get(it.value, STR("resources")), subject->kind->plural))
            return true;
    return false;
}

/* Other versions that the server serves of the same resource. Events are in two groups. */
static size_t equivalents(const struct policy_subject *subject, struct policy_matched *out)
{
    struct kind_info infos[EQUIVALENTS_MAX];
    const struct kind_info *kind = subject->kind;
    const size_t n =
        schema_kind_versions(subject->set->source.view, kind->kind, infos, EQUIVALENTS_MAX);
    const bool is_event =
        str_is(kind->kind, "Event") && (kind->group.n == 0 || str_is(kind->group, "events.k8s.io"));
    size_t count = 0;
    for (size_t i = 0; i < MIN_OF(n, (size_t)EQUIVALENTS_MAX); i++) {
        const bool same_group = str_eq(infos[i].group, kind->group);
        const bool other_event =
            is_event && (infos[i].group.n == 0 || str_is(infos[i].group, "events.k8s.io"));
        if ((!same_group && !other_event) ||
            (same_group && str_eq(infos[i].version, kind->version)))
            continue;
        out[count++] = (struct policy_matched){infos[i].group, infos[i].version};
    }
    return count;
}

static bool match_rules(const struct policy_subject *subject, const struct node *rules,
                        bool equivalent, struct policy_matched *ret_matched)
{
    struct policy_matched others[EQUIVALENTS_MAX];
    *ret_matched = (struct policy_matched){subject->kind->group, subject->kind->version};
    if (!names_resource(subject, rules))
        return false;
    if (match_rules_as(subject, rules, ret_matched))
        return true;
    const size_t n = equivalent ? equivalents(subject, others) : 0;
    for (size_t i = 0; i < n; i++) {
        if (!match_rules_as(subject, rules, &others[i]))
            continue;
        *ret_matched = others[i];
        return true;
    }
    return false;
}

enum policy_answer policy_match(const struct policy_subject *subject, const struct node *resources,
                                struct policy_matched *ret_matched, struct str *ret_why)
{
    const bool equivalent = !str_is(node_get_text(resources, STR("matchPolicy")), "Exact");
    const struct node *rules = node_get(resources, STR("resourceRules"));
    struct policy_matched excluded;
    /* what rejects most comes first */
    *ret_matched = (struct policy_matched){subject->kind->group, subject->kind->version};
    if (node_kind(rules) == NODE_LIST && node_real(rules)->n > 0 &&
        !match_rules(subject, rules, equivalent, ret_matched))
        return ANSWER_NO;
    const enum policy_answer in_namespace =
        match_namespace(subject, node_get(resources, STR("namespaceSelector")), ret_why);
    if (in_namespace == ANSWER_NO ||
        !match_object(subject, node_get(resources, STR("objectSelector"))) ||
        match_rules(subject, node_get(resources, STR("excludeResourceRules")), equivalent,
                    &excluded))
        return ANSWER_NO;
    return in_namespace;
}
