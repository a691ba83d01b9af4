/* SPDX-License-Identifier: Apache-2.0 */
/* Policies that nobody binds, and bindings of policies that nobody has: the server takes both, and
 * both decide nothing. */
#include "base/glob.h"
#include "policy/policy_internal.h"

static const char group[] = "admissionregistration.k8s.io";

struct policy_kind {
    const char *policy, *binding;
};

static const struct policy_kind kinds[] = {
    {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"},
    {"MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"},
};

static struct str policy_of(const struct object *binding)
{
    return node_get_text(node_get(binding->root, STR("spec")), STR("policyName"));
}

static bool is_external(const struct str_list *externals, const char *kind, struct str name)
{
    for (size_t i = 0; externals && i < externals->n; i++) {
        struct str rest = externals->items[i];
        struct str first;
        if (str_split(&rest, '/', &first) && glob_match(first, str_from(kind)) &&
            glob_match(rest, name))
            return true;
    }
    return false;
}

/* Whether there is an object of the kind whose name, or whose policy's, is this one. */
static bool has(const struct policy_source *source, const char *kind, struct str name)
{
    const struct object_set *sets[] = {source->policies, source->library, source->cluster};
    for (size_t s = 0; s < ARRAY_LEN(sets); s++)
        for (size_t i = 0; sets[s] && i < sets[s]->n; i++) {
            const struct object *object = &sets[s]->items[i];
            if (object_is(object, group, kind) &&
                (str_eq(object->name, name) || str_eq(policy_of(object), name)))
                return true;
        }
    return false;
}

static void check_policy(const struct policy_source *source, const struct policy_kind *kind,
                         const struct object *object, bool is_given, struct diags *diags)
{
    const struct lookup name = path_find(object->root, STR("metadata.name"));
    if (!object->name.n || has(source, kind->binding, object->name))
        return;
    const struct str quoted = diag_quote(&diags->arena, object->name);
    struct diag *diag =
        diag_add(diags, RULE_POLICY_UNBOUND, node_span(name.value), STR("metadata.name"),
                 is_given ? "no %s names '%.*s'; it is heeded here as if one that denies were there"
                          : "no %s names '%.*s', so that it decides nothing",
                 kind->binding, STR_FMT(quoted));
    diag_hint(diags, diag, "add a %s with `policyName: %.*s`, or give its file with --policy",
              kind->binding, STR_FMT(quoted));
}

static void check_binding(const struct policy_source *source, const struct str_list *externals,
                          const struct policy_kind *kind, const struct object *object,
                          struct diags *diags)
{
    const struct str name = policy_of(object);
    const struct lookup at = path_find(object->root, STR("spec.policyName"));
    if (!name.n || has(source, kind->policy, name) || is_external(externals, kind->policy, name))
        return;
    const struct str quoted = diag_quote(&diags->arena, name);
    struct diag *diag =
        diag_add(diags, RULE_POLICY_MISSING, node_span(at.value), STR("spec.policyName"),
                 "%s '%.*s' is not in the set, so what it refuses is not known", kind->policy,
                 STR_FMT(quoted));
    diag_hint(diags, diag,
              "keep the policy beside its binding, give it with --policy, or declare it with "
              "`external: [%s/%.*s]`",
              kind->policy, STR_FMT(quoted));
}

void policy_check_bindings(const struct policy_source *source, const struct str_list *externals,
                           struct diags *diags)
{
    const struct object_set *sets[] = {source->policies, source->library};
    const struct diag_at at = diags->at;
    for (size_t s = 0; s < ARRAY_LEN(sets); s++)
        for (size_t i = 0; sets[s] && i < sets[s]->n; i++) {
            const struct object *object = &sets[s]->items[i];
            diags->at.source = object->source;
            diags->at.object = object_diag(object);
            for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
                if (object_is(object, group, kinds[k].policy))
                    check_policy(source, &kinds[k], object, s > 0 && k == 0, diags);
                if (object_is(object, group, kinds[k].binding))
                    check_binding(source, externals, &kinds[k], object, diags);
            }
        }
    diags->at = at;
}
