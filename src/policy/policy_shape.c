/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas as structured-merge-diff sees them: kube-openapi's schemaconv/openapi.go, applied to what
 * the server publishes of built-in kinds and of CRDs. */
#include "policy/policy_merge.h"
#include "schema/schema_table.h"

/* x-kubernetes-map-type: atomic, as published by 1.36. */
static const char *const atomic_types[] = {
    "admissionregistration.v1.MatchResources",
    "admissionregistration.v1.NamedRuleWithOperations",
    "admissionregistration.v1.ParamKind",
    "admissionregistration.v1.ParamRef",
    "admissionregistration.v1.Variable",
    "autoscaling.v1.CrossVersionObjectReference",
    "core.v1.ConfigMapKeySelector",
    "core.v1.EndpointAddress",
    "core.v1.EndpointPort",
    "core.v1.FileKeySelector",
    "core.v1.LocalObjectReference",
    "core.v1.NodeSelector",
    "core.v1.NodeSelectorTerm",
    "core.v1.ObjectFieldSelector",
    "core.v1.ObjectReference",
    "core.v1.ResourceFieldSelector",
    "core.v1.ScopeSelector",
    "core.v1.SecretKeySelector",
    "core.v1.SecretReference",
    "core.v1.TopologySelectorTerm",
    "core.v1.TypedLocalObjectReference",
    "discovery.v1.EndpointPort",
    "networking.v1.ServiceBackendPort",
    "rbac.v1.RoleRef",
    "rbac.v1.Subject",
    "meta.v1.LabelSelector",
    "meta.v1.OwnerReference",
};

/* Maps of text that are atomic: of Pods, RuntimeClasses, Services, ReplicationControllers. */
static const char *const atomic_maps[] = {"nodeSelector", "selector"};

struct shape shape_of_kind(const struct kind_info *kind, unsigned minor)
{
    struct shape shape = {.type = kind->type, .is_root = true, .minor = minor};
    if (!kind->custom)
        return shape;
    shape.world = kind->structural ? SHAPE_CUSTOM : SHAPE_DEDUCED;
    shape.schema = kind->structural;
    return shape;
}

/* ---- atoms ---- */

static struct shape_atoms builtin_atoms(const struct shape *shape)
{
    const struct type *type = type_get(shape->type);
    switch ((enum type_kind)type->kind) {
    case TYPE_BOOL:
        return (struct shape_atoms){.scalar = SCALAR_BOOLEAN};
    case TYPE_INT32:
    case TYPE_INT64:
    case TYPE_DOUBLE:
        return (struct shape_atoms){.scalar = SCALAR_NUMERIC};
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_DURATION:
        return (struct shape_atoms){.scalar = SCALAR_STRING};
    case TYPE_QUANTITY:
    case TYPE_TIME:
    case TYPE_MICRO_TIME:
        return (struct shape_atoms){.scalar = SCALAR_UNTYPED};
    case TYPE_LIST:
        return (struct shape_atoms){.is_list = true,
                                    .atomic_list =
                                        !shape->field || shape->field->list_type == LIST_ATOMIC};
    case TYPE_MAP:
        return (struct shape_atoms){
            .is_map = true,
            .atomic_map = shape->field && str_is_one_of(field_name(shape->field), atomic_maps,
                                                        ARRAY_LEN(atomic_maps))};
    case TYPE_STRUCT:
        return (struct shape_atoms){
            .is_map = true,
            .atomic_map =
                str_is_one_of(table_str(type->full_name), atomic_types, ARRAY_LEN(atomic_types))};
    case TYPE_OBJECT:
        return (struct shape_atoms){SCALAR_UNTYPED, true, true, true, true};
    case TYPE_ANY:
    case TYPE_INT_OR_STRING: /* published without a type */
    case TYPE_SCHEMA_OR_BOOL:
    case TYPE_SCHEMA_OR_LIST:
    case TYPE_SCHEMA_OR_STRINGS:
        break;
    }
    return (struct shape_atoms){SCALAR_UNTYPED, true, true, true, false};
}

static struct shape_atoms custom_atoms(const struct structural *schema)
{
    const bool plain = !schema->format.n || str_is(schema->format, "byte");
    switch (schema->type) {
    case STRUCTURAL_OBJECT:
        return (struct shape_atoms){.is_map = true, .atomic_map = schema->map_atomic};
    case STRUCTURAL_ARRAY:
        return (struct shape_atoms){.is_list = true,
                                    .atomic_list = schema->list_type == LIST_ATOMIC};
    case STRUCTURAL_STRING:
        return (struct shape_atoms){.scalar = plain ? SCALAR_STRING : SCALAR_UNTYPED};
    case STRUCTURAL_INTEGER:
    case STRUCTURAL_NUMBER:
        return (struct shape_atoms){.scalar = SCALAR_NUMERIC};
    case STRUCTURAL_BOOLEAN:
        return (struct shape_atoms){.scalar = SCALAR_BOOLEAN};
    case STRUCTURAL_NONE:
        break;
    }
    return (struct shape_atoms){SCALAR_UNTYPED, true, true, true, schema->map_atomic};
}

struct shape_atoms shape_atoms(const struct shape *shape)
{
    if (shape->world == SHAPE_BUILTIN)
        return builtin_atoms(shape);
    if (shape->world == SHAPE_CUSTOM)
        return custom_atoms(shape->schema);
    return (struct shape_atoms){SCALAR_UNTYPED, true, true, true, shape->world == SHAPE_UNTYPED};
}

/* ---- below ---- */

static bool below_builtin(const struct shape *shape, struct str name, struct shape *ret_below,
                          bool *ret_declared)
{
    const struct type *type = type_get(shape->type);
    *ret_below = (struct shape){.minor = shape->minor};
    if (type->kind == TYPE_STRUCT) {
        const struct field *field = type_field(type, name, shape->minor);
        ret_below->field = field;
        ret_below->type = field ? field->type : 0;
        *ret_declared = field != NULL;
        return field != NULL;
    }
    if (type->kind == TYPE_MAP)
        ret_below->type = type->element;
    else
        ret_below->world = type->kind == TYPE_OBJECT ? SHAPE_UNTYPED : SHAPE_DEDUCED;
    return true;
}

static bool below_custom(const struct shape *shape, struct str name, struct shape *ret_below,
                         bool *ret_declared)
{
    const struct structural *schema = shape->schema;
    const struct structural *property = structural_property(schema, name);
    const bool is_text = str_is(name, "apiVersion") || str_is(name, "kind");
    *ret_below = (struct shape){.minor = shape->minor};
    if (shape->is_root && (is_text || str_is(name, "metadata"))) {
        ret_below->type = is_text ? 0 : type_object_meta();
        ret_below->world = is_text ? SHAPE_DEDUCED : SHAPE_BUILTIN;
        *ret_declared = true;
        return true;
    }
    const bool preserves = shape->preserves || schema->preserve_unknown;
    *ret_declared = property != NULL;
    ret_below->schema = property ? property : schema->additional;
    ret_below->world = ret_below->schema ? SHAPE_CUSTOM : SHAPE_DEDUCED;
    ret_below->preserves = preserves;
    return ret_below->schema || schema->additional_any || preserves || schema->property_count == 0;
}

bool shape_below(const struct shape *shape, struct str name, struct shape *ret_below,
                 bool *ret_declared)
{
    *ret_declared = false;
    if (shape->world == SHAPE_BUILTIN)
        return below_builtin(shape, name, ret_below, ret_declared);
    if (shape->world == SHAPE_CUSTOM)
        return below_custom(shape, name, ret_below, ret_declared);
    *ret_below = *shape;
    return true;
}

struct shape shape_item(const struct shape *shape)
{
    struct shape item = {.minor = shape->minor, .world = SHAPE_UNTYPED};
    if (shape->world == SHAPE_BUILTIN && type_get(shape->type)->kind == TYPE_LIST) {
        item.world = SHAPE_BUILTIN;
        item.type = type_get(shape->type)->element;
    } else if (shape->world == SHAPE_CUSTOM && shape->schema->items) {
        item.world = SHAPE_CUSTOM;
        item.schema = shape->schema->items;
        item.preserves = shape->preserves;
    }
    return item;
}

/* ---- lists of type map ---- */

size_t shape_keys(const struct shape *shape, struct str *out, size_t max)
{
    if (shape->world == SHAPE_BUILTIN)
        return shape->field && shape->field->list_type == LIST_MAP
                   ? field_map_keys(shape->field, out, max)
                   : 0;
    const struct structural *schema = shape->schema;
    const size_t n = schema && schema->list_type == LIST_MAP ? schema->list_key_count : 0;
    for (size_t i = 0; i < MIN_OF(n, max); i++)
        out[i] = schema->list_keys[i];
    return MIN_OF(n, max);
}

/* Published defaults: Go's zero of what is no pointer; of all keys only protocol has another. */
const struct node *shape_key_default(struct arena *arena, const struct shape *list, struct str key)
{
    const struct shape item = shape_item(list);
    struct shape below;
    bool is_declared;
    if (!shape_below(&item, key, &below, &is_declared))
        return NULL;
    if (below.world == SHAPE_CUSTOM)
        return below.schema->default_value;
    if (below.world != SHAPE_BUILTIN || str_is(key, "shareID"))
        return NULL;
    if (shape_atoms(&below).scalar == SCALAR_NUMERIC)
        return node_new_i64(arena, 0);
    return node_new_text(arena, str_is(key, "protocol") ? STR("TCP") : STR(""));
}
