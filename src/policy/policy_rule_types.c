/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions of rules against the kinds that they are about, when all of these are known. */
#include "policy/policy_rule.h"
#include "policy/policy_typed.h"

enum { VERSIONS_MAX = 32 };

/* False when one is not known, or when there is no end of them. */
static bool add_kind(struct typecheck *check, struct str kind, const struct policy_kind_rule *entry)
{
    const struct schema_view *view = check->views[AS_CHECKED].view;
    struct kind_info infos[VERSIONS_MAX];
    const size_t n =
        MIN_OF(schema_kind_versions(view, kind, infos, VERSIONS_MAX), (size_t)VERSIONS_MAX);
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        struct typed_candidate candidate = {0};
        if ((!entry->any_group && !str_eq(infos[i].group, entry->group)) ||
            schema_find_kind(view, infos[i].group, infos[i].version, kind, &candidate.info) !=
                KIND_SERVED)
            continue;
        VEC_PUSH(check->arena, &check->kinds, candidate);
        any = true;
    }
    return any;
}

static bool add_kinds(struct typecheck *check, const struct policy_rules *rules,
                      const struct policy_rule *rule)
{
    for (size_t i = 0; i < rules->kinds.n; i++) {
        const struct policy_kind *list = rules->kinds.entries[i].value;
        for (size_t k = 0; k < list->n; k++)
            if (list->items[k].rule == rule &&
                !add_kind(check, rules->kinds.entries[i].key, &list->items[k]))
                return false;
    }
    return true;
}

static void check_rule(const struct schema_view *view, const struct policy_rules *rules,
                       const struct policy_rule *rule, struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    const struct rule_file *file = &rule->file;
    diags->at.source = file->source;
    struct typecheck check = typecheck_make(&arena, view, file->root, diags);
    if (!add_kinds(&check, rules, rule))
        return;
    check.base = typecheck_env(&arena, view);
    check.variables = file->variables;
    check.is_rule = true;
    check.on_pods = policy_rule_is_on_pods(file->kinds);
    check.has_params = file->params != NULL;
    typecheck_validations(&check, file->validations);
}

void policy_check_rule_types(const struct schema_view *view, const struct policy_rules *rules,
                             struct diags *diags)
{
    const struct diag_at at = diags->at;
    diags->at.object = (struct diag_object){0};
    for (size_t i = 0; i < policy_rules_count(rules); i++)
        if (rules->items[i]->file.root) /* of a pack: when it was needed */
            check_rule(view, rules, rules->items[i], diags);
    diags->at = at;
}
