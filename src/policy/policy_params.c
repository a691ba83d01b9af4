/* SPDX-License-Identifier: Apache-2.0 */
/* The params of a binding for a request: CollectParams of plugin/policy/generic. A param that is
 * not in the set may be in the cluster. */
#include "admit/rule_selector.h"
#include "policy/policy_internal.h"

static bool is_selected(const struct policy_param *param, const struct node *selector)
{
    const struct label_set labels = {
        .map = node_get(node_get(param->value, STR("metadata")), STR("labels"))};
    return selector_match(selector, &labels) == SELECTION_MATCHES;
}

static void add_found(const struct policy_subject *subject, const struct policy *policy,
                      const struct node *ref, struct str namespace, struct policy_params *params)
{
    const struct str name = node_get_text(ref, STR("name"));
    const struct node *selector = node_get(ref, STR("selector"));
    for (size_t i = 0; i < policy->params.n; i++) {
        const struct policy_param *param = &policy->params.items[i];
        if (!str_eq(param->namespace, namespace))
            continue;
        if (name.n ? str_eq(param->object->name, name) : is_selected(param, selector))
            VEC_PUSH(subject->arena, params, param->value);
        if (name.n && params->n)
            return;
    }
}

static struct str not_found(const struct policy_subject *subject, const struct policy *policy,
                            const struct node *ref, struct str namespace)
{
    const struct str name = node_get_text(ref, STR("name"));
    const struct str kind = policy->param_kind.kind;
    if (!name.n)
        return str_format(subject->arena, "no %.*s in the set is selected as a param",
                          STR_FMT(kind));
    return str_format(subject->arena, "the param %.*s %.*s%s%.*s is not in the set", STR_FMT(kind),
                      STR_FMT(namespace), namespace.n ? "/" : "", STR_FMT(name));
}

void policy_params_of(const struct policy_subject *subject, const struct policy *policy,
                      const struct policy_binding *binding, struct policy_params *ret_params)
{
    const struct node *ref = binding->param_ref;
    struct str namespace = {0};
    *ret_params = (struct policy_params){0};
    if (policy->param_state != PARAMS_NONE && binding->is_missing) {
        ret_params->unknown = STR("no binding says which params it has");
        return;
    }
    if (policy->param_state == PARAMS_NONE || node_is_null(ref)) {
        VEC_PUSH(subject->arena, ret_params, NULL);
        return;
    }
    if (policy->param_state == PARAMS_UNKNOWN) {
        ret_params->unknown = str_format(subject->arena, "there is no schema for its params, %.*s",
                                         STR_FMT(policy->param_kind.kind));
        return;
    }
    const struct str given = node_get_text(ref, STR("namespace"));
    if (policy->param_state == PARAMS_NAMESPACED) {
        namespace = given.n ? given : subject->namespace;
        if (!namespace.n) {
            ret_params->error = STR("cannot use namespaced paramRef in policy binding that matches "
                                    "cluster-scoped resources");
            return;
        }
    } else if (given.n) {
        ret_params->error =
            STR("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
        return;
    }
    add_found(subject, policy, ref, namespace, ret_params);
    if (!ret_params->n)
        ret_params->unknown = not_found(subject, policy, ref, namespace);
}
