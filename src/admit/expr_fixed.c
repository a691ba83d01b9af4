/* SPDX-License-Identifier: Apache-2.0 */
/* Types of what expressions of policies, webhooks and device selectors see, whose fields never
 * change. */
#include "admit/expr.h"

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

/* ---- request (plugin/cel/compile.go) ---- */

OBJECT(static, kind_type, "kubernetes.GroupVersionKind", {"group", TEXT}, {"version", TEXT},
       {"kind", TEXT});
OBJECT(static, resource_type, "kubernetes.GroupVersionResource", {"group", TEXT}, {"version", TEXT},
       {"resource", TEXT});
OBJECT(static, user_type, "kubernetes.UserInfo", {"username", TEXT}, {"uid", TEXT},
       {"groups", &texts}, {"extra", &texts_map});
OBJECT(, expr_request_type, "kubernetes.AdmissionRequest", {"kind", &kind_type},
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
OBJECT(, expr_namespace_type, "kubernetes.Namespace", {"metadata", &namespace_metadata},
       {"spec", &namespace_spec}, {"status", &namespace_status});

/* ---- device, of device selectors (k8s.io/dynamic-resource-allocation/cel) ---- */

static const struct cel_type quantity = {.kind = CEL_STRUCT, .name = {"kubernetes.Quantity", 19}};
OF(attributes, CEL_MAP, "map", TEXT, &cel_type_any);
OF(attribute_domains, CEL_MAP, "map", TEXT, &attributes);
OF(capacities, CEL_MAP, "map", TEXT, &quantity);
OF(capacity_domains, CEL_MAP, "map", TEXT, &capacities);
OBJECT(, expr_device_type, "kubernetes.DRADevice", {"driver", TEXT},
       {"attributes", &attribute_domains}, {"capacity", &capacity_domains});
OBJECT(, expr_shared_device_type, "kubernetes.DRADevice", {"driver", TEXT},
       {"attributes", &attribute_domains}, {"capacity", &capacity_domains},
       {"allowMultipleAllocations", &cel_type_bool});

/* ---- what mutations are made of ---- */

OBJECT(, expr_patch_type, "JSONPatch", {"op", TEXT}, {"from", TEXT}, {"path", TEXT},
       {"value", &cel_type_dyn});
OF(patch_list, CEL_LIST, "list", &expr_patch_type);
const struct cel_type *const expr_patches = &patch_list;
