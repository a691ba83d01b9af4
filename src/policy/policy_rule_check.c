/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules are about a request. */
#include "admit/rule_selector.h"
#include "base/glob.h"
#include "policy/policy_rule.h"

/* Any of the patterns, and none of those with a `!`; with those alone, everything else. */
static bool is_in_namespaces(const struct node *patterns, struct str namespace)
{
    bool any_asked = false, is_in = false;
    for (struct item it = list_first(patterns); it.value; it = list_next(it)) {
        const struct str text = node_text(it.value);
        const bool is_not = str_starts(text, STR("!"));
        const struct str pattern = str_from_offset(text, is_not);
        const bool matches =
            str_is(pattern, "*") || (namespace.n && glob_match(pattern, namespace));
        if (is_not && matches)
            return false;
        any_asked |= !is_not;
        is_in |= matches;
    }
    return is_in || !any_asked;
}

static bool selects(const struct node *selector, const struct node *object)
{
    const struct label_set labels = {
        .map = node_get(node_get(object, STR("metadata")), STR("labels"))};
    return object && selector_match(selector, &labels) == SELECTION_MATCHES;
}

static bool takes(const struct rule_file *file, const struct policy_subject *subject)
{
    return (file->operations & 1U << subject->request->operation) &&
           (!file->namespaces || is_in_namespaces(file->namespaces, subject->namespace)) &&
           (!file->labels || selects(file->labels, subject->value) ||
            selects(file->labels, subject->old));
}

static void check_kind(const struct policy_subject *subject, struct policy_rules *rules,
                       struct str kind, struct diags *diags)
{
    const struct policy_kind *list = map_get(&rules->kinds, kind);
    const struct policy_rule *last = NULL; /* one may name a kind twice */
    for (size_t i = 0; list && i < list->n; i++) {
        const struct policy_kind_rule *entry = &list->items[i];
        if (entry->rule == last ||
            (!entry->any_group && !str_eq(entry->group, subject->kind->group)))
            continue;
        last = entry->rule;
        if (entry->rule->on_all && !str_is(kind, "*"))
            continue; /* it comes among those */
        const struct policy *policy =
            policy_rule_compiled(rules, entry->rule, subject->set->source.view->minor);
        if (takes(&entry->rule->file, subject))
            policy_check_own(subject, policy, diags);
    }
}

void policy_check_rules(const struct policy_subject *subject, struct policy_rules *rules,
                        struct diags *diags)
{
    if (policy_rules_count(rules) == 0)
        return;
    check_kind(subject, rules, subject->kind->kind, diags);
    check_kind(subject, rules, STR("*"), diags);
}
