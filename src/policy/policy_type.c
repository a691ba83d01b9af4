/* SPDX-License-Identifier: Apache-2.0 */
/* The types of request and namespaceObject (plugin/cel/compile.go) and of variables
 * (plugin/cel/composition.go). */
#include "policy/policy_internal.h"

struct fixed_field {
    const char *name;
    const struct cel_type *type;
};

struct fixed {
    struct cel_object object; /* first, so that the struct is found from it */
    const struct fixed_field *fields;
    size_t n;
};

/* A reserved word may be written either way. */
static struct str plain_name(struct str name)
{
    return str_is(name, "__namespace__") ? STR("namespace") : name;
}

static bool find_field(const struct cel_object *object, struct str name,
                       struct cel_field *ret_field)
{
    const struct fixed *fixed = (const struct fixed *)object;
    name = plain_name(name);
    for (size_t i = 0; i < fixed->n; i++) {
        if (!str_is(name, fixed->fields[i].name))
            continue;
        *ret_field = (struct cel_field){fixed->fields[i].type, name};
        return true;
    }
    return false;
}

#define OF(variable, kind_, name_, ...)                                                            \
    static const struct cel_type *const variable##_params[] = {__VA_ARGS__};                       \
    static const struct cel_type variable = {.kind = (kind_),                                      \
                                             .n = ARRAY_LEN(variable##_params),                    \
                                             .name = {(name_), sizeof(name_) - 1},                 \
                                             .params = variable##_params}

#define OBJECT(storage, variable, name_, ...)                                                      \
    static const struct fixed_field variable##_fields[] = {__VA_ARGS__};                           \
    static const struct fixed variable##_object = {                                                \
        {find_field}, variable##_fields, ARRAY_LEN(variable##_fields)};                            \
    storage const struct cel_type variable = {.kind = CEL_STRUCT,                                  \
                                              .name = {(name_), sizeof(name_) - 1},                \
                                              .object = &variable##_object.object}

#define TEXT &cel_type_string

OF(texts, CEL_LIST, "list", TEXT);
OF(text_map, CEL_MAP, "map", TEXT, TEXT);
OF(texts_map, CEL_MAP, "map", TEXT, &texts);

/* ---- request ---- */

OBJECT(static, kind_type, "kubernetes.GroupVersionKind", {"group", TEXT}, {"version", TEXT},
       {"kind", TEXT});
OBJECT(static, resource_type, "kubernetes.GroupVersionResource", {"group", TEXT}, {"version", TEXT},
       {"resource", TEXT});
OBJECT(static, user_type, "kubernetes.UserInfo", {"username", TEXT}, {"uid", TEXT},
       {"groups", &texts}, {"extra", &texts_map});
OBJECT(, policy_request_type, "kubernetes.AdmissionRequest", {"kind", &kind_type},
       {"resource", &resource_type}, {"subResource", TEXT}, {"requestKind", &kind_type},
       {"requestResource", &resource_type}, {"requestSubResource", TEXT}, {"name", TEXT},
       {"namespace", TEXT}, {"operation", TEXT}, {"userInfo", &user_type},
       {"dryRun", &cel_type_bool}, {"options", &cel_type_dyn});

/* ---- namespaceObject ---- */

OBJECT(static, namespace_spec, "kubernetes.NamespaceSpec", {"finalizers", &texts});
OBJECT(static, namespace_condition, "kubernetes.NamespaceCondition", {"status", TEXT},
       {"type", TEXT}, {"lastTransitionTime", &cel_type_timestamp}, {"message", TEXT},
       {"reason", TEXT});
OF(conditions, CEL_LIST, "list", &namespace_condition);
OBJECT(static, namespace_status, "kubernetes.NamespaceStatus", {"conditions", &conditions},
       {"phase", TEXT});
OBJECT(static, namespace_metadata, "kubernetes.NamespaceMetadata", {"name", TEXT},
       {"generateName", TEXT}, {"namespace", TEXT}, {"labels", &text_map},
       {"annotations", &text_map}, {"UID", TEXT}, {"creationTimestamp", &cel_type_timestamp},
       {"deletionGracePeriodSeconds", &cel_type_int}, {"deletionTimestamp", &cel_type_timestamp},
       {"generation", &cel_type_int}, {"resourceVersion", TEXT}, {"finalizers", &texts});
OBJECT(, policy_namespace_type, "kubernetes.Namespace", {"metadata", &namespace_metadata},
       {"spec", &namespace_spec}, {"status", &namespace_status});

/* ---- variables ---- */

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
    return false;
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

const struct cel_type *policy_declared_type(struct arena *arena, const struct cel_type *type)
{
    if (!type)
        return &cel_type_dyn;
    if (type->kind == CEL_LIST)
        return cel_type_list(arena, policy_declared_type(arena, type->params[0]));
    if (type->kind == CEL_MAP)
        return cel_type_map(arena, policy_declared_type(arena, type->params[0]),
                            policy_declared_type(arena, type->params[1]));
    const bool is_simple = type->kind <= CEL_DURATION && !(type->flags & CEL_WRAPPER);
    return is_simple || type->kind == CEL_ANY ? type : &cel_type_dyn;
}
