/* SPDX-License-Identifier: Apache-2.0 */
/* The type of variables (plugin/cel/composition.go). */
#include "policy/policy_internal.h"

static bool find_variable(const struct cel_object *object, struct str name,
                          struct cel_field *ret_field)
{
    const struct policy_variables *variables = (const struct policy_variables *)object;
    for (uint32_t i = variables->n; i-- > 0;) {
        if (!str_eq(variables->items[i].name, name))
            continue;
        *ret_field = (struct cel_field){variables->items[i].type, name};
        return true;
    }
    const enum policy_pod_variable pod = variables->on_pods ? policy_pod_find(name) : POD_VARIABLES;
    if (pod == POD_VARIABLES)
        return false;
    *ret_field = (struct cel_field){policy_pod_type(pod), name};
    return true;
}

void policy_variables_init(struct policy_variables *variables, struct policy_variable *items)
{
    *variables = (struct policy_variables){
        .object = {find_variable},
        .type = {.kind = CEL_STRUCT, .name = STR("kubernetes.variables")},
        .items = items,
    };
    variables->type.object = &variables->object;
}
