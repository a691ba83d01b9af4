/* SPDX-License-Identifier: Apache-2.0 */
/* ResourceQuotas: which resources and scopes go together. */
#include "admit/rule_resource.h"
#include "rule_calls.h"

void rule_quota_amounts(struct validating *v, const struct spot *spot)
{
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = each_key(&e);
        const struct str name = e.spot.path.name;
        check_resource_name(v, &key);
        if (str_find_char(name, '/') < 0 && !resource_is_standard_for_quota(name))
            say_invalid(v, &key, "must be a standard resource for quota");
        check_resource_amount(v, &e.spot);
    }
}

/* ---- scopes ---- */

static const char *const of_pods[] = {
    "pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"};
static const char *const of_claims[] = {"persistentvolumeclaims", "requests.storage"};

/* Which standard resources a scope can be about. */
struct scope {
    const char *name;
    const char *const *resources;
    size_t n;
    bool exists_only; /* the operator that goes with it */
};

static const struct scope scopes[] = {
    {"Terminating", of_pods, ARRAY_LEN(of_pods), true},
    {"NotTerminating", of_pods, ARRAY_LEN(of_pods), true},
    {"BestEffort", of_pods, 1, true},
    {"NotBestEffort", of_pods, ARRAY_LEN(of_pods), true},
    {"PriorityClass", of_pods, ARRAY_LEN(of_pods), false},
    {"CrossNamespacePodAffinity", of_pods, ARRAY_LEN(of_pods), true},
    {"VolumeAttributesClass", of_claims, ARRAY_LEN(of_claims), false},
};

static const struct scope *find_scope(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
        if (str_is(name, scopes[i].name))
            return &scopes[i];
    return NULL;
}

/* Whether the quota limits something that the scope has nothing to do with. */
static bool fits_resources(struct validating *v, const struct scope *scope, const struct spot *hard)
{
    for (struct each e = each_first(v, hard); e.spot.path.node; each_next(v, &e)) {
        const struct str name = e.spot.path.name;
        if (resource_is_standard_for_quota(name) &&
            !str_is_one_of(name, scope->resources, scope->n))
            return false;
    }
    return true;
}

/* The scopes of a list, of texts or of structs. */
static bool has_scope(struct validating *v, const struct spot *list, const char *name)
{
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e))
        if (spot_text_is(&e.spot, name) || child_text_is(&e.spot, "scopeName", name))
            return true;
    return false;
}

static void check_conflicts(struct validating *v, const struct spot *list)
{
    static const char *const pairs[][2] = {{"BestEffort", "NotBestEffort"},
                                           {"Terminating", "NotTerminating"}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (has_scope(v, list, pairs[i][0]) && has_scope(v, list, pairs[i][1]))
            say_invalid(v, list, "conflicting scopes");
}

/* All is said of the list as a whole. */
void rule_quota_scopes(struct validating *v, const struct spot *spot)
{
    const struct spot hard = spot_child(v, spot->up, "hard");
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct scope *scope = find_scope(spot_text(&e.spot));
        if (!scope)
            say_invalid(v, spot, "unsupported scope");
        else if (!fits_resources(v, scope, &hard))
            say_invalid(v, spot, "unsupported scope applied to resource");
    }
    check_conflicts(v, spot);
}

/* A field of an expression, which the server names without the index of the expression. */
static struct spot field_of_all(const struct validating *v, const struct spot *expression,
                                const struct spot *list, const char *name)
{
    struct spot spot = spot_child(v, expression, name);
    spot.path.up = &list->path;
    return spot;
}

static void check_operator(struct validating *v, const struct spot *expression,
                           const struct spot *list, const struct scope *scope)
{
    static const char *const with_values[] = {"In", "NotIn"};
    static const char *const without_values[] = {"Exists", "DoesNotExist"};
    const struct spot op = field_of_all(v, expression, list, "operator");
    const struct spot values = field_of_all(v, expression, list, "values");
    const struct str text = spot_text(&op);
    if (scope && scope->exists_only && !str_is(text, "Exists"))
        say_invalid(v, &op,
                    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, "
                    "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                    "ResourceQuotaScopeNotBestEffort or "
                    "ResourceQuotaScopeCrossNamespacePodAffinity");
    if (str_is_one_of(text, with_values, ARRAY_LEN(with_values))) {
        if (spot_count(&values) == 0)
            say_required(v, &values,
                         "must be at least one value when `operator` is 'In' or 'NotIn' for scope "
                         "selector");
    } else if (str_is_one_of(text, without_values, ARRAY_LEN(without_values))) {
        if (spot_count(&values) > 0)
            say_invalid(v, &values,
                        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope "
                        "selector");
    } else {
        say_invalid(v, &op, "not a valid selector operator");
    }
}

void rule_quota_selector(struct validating *v, const struct spot *spot)
{
    const struct spot hard = spot_child(v, spot->up, "hard");
    const struct spot list = spot_child(v, spot, "matchExpressions");
    for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e)) {
        const struct spot name = field_of_all(v, &e.spot, &list, "scopeName");
        const struct scope *scope = find_scope(spot_text(&name));
        if (!scope)
            say_invalid(v, &name, "unsupported scope");
        else if (!fits_resources(v, scope, &hard))
            say_invalid(v, &list, "unsupported scope applied to resource");
        check_operator(v, &e.spot, &list, scope);
    }
    check_conflicts(v, &list);
}

/* Which scopes there are can't change; their order and number can. */
void rule_quota_scopes_kept(struct validating *v, const struct spot *spot)
{
    const struct spot before = spot_before(spot);
    if (!v_is_update(v))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e))
        if (!has_scope(v, &before, str_to_c(v->ctx->arena, spot_text(&e.spot)))) {
            say_immutable(v, spot, NULL);
            return;
        }
    for (struct each e = each_first(v, &before); e.spot.path.node; each_next(v, &e))
        if (!has_scope(v, spot, str_to_c(v->ctx->arena, spot_text(&e.spot)))) {
            say_immutable(v, spot, NULL);
            return;
        }
}
