/* SPDX-License-Identifier: Apache-2.0 */
/* Types are made when an expression selects them: schemas are deep, and some contain themselves. */
#include "policy/policy_typed.h"

/* An object at one place. */
struct typed {
    struct cel_type cel;
    struct cel_object object;
    const struct typed_view *view;
    const struct typed *parent;      /* above it; NULL: the root */
    const struct type *type;         /* built in */
    const struct structural *schema; /* custom */
    bool is_resource;                /* which has apiVersion, kind and metadata */
};

static const struct cel_type *make_type(const struct typed_view *view, const struct typed *parent,
                                        type_id id, struct str name);
static const struct cel_type *make_custom(const struct typed *parent,
                                          const struct structural *schema, struct str name);

static const struct cel_type *unseen(const struct typed_view *view)
{
    return view->is_lenient ? &cel_type_dyn : NULL;
}

static const struct cel_type *list_of(const struct typed_view *view, const struct cel_type *item)
{
    return item ? cel_type_list(view->arena, item) : NULL;
}

static const struct cel_type *map_of(const struct typed_view *view, const struct cel_type *value)
{
    return value ? cel_type_map(view->arena, &cel_type_string, value) : NULL;
}

static struct str child_of(const struct typed_view *view, struct str name, const char *child)
{
    return str_format(view->arena, "%.*s.%s", STR_FMT(name), child);
}

/* What runs is the JSON of the object. */
static const struct cel_type *written_as_text(const struct typed_view *view,
                                              const struct cel_type *type)
{
    return view->is_lenient ? &cel_type_string : type;
}

/* ---- objects ---- */

static bool no_field(const struct cel_object *object, struct str name, struct cel_field *ret_field)
{
    (void)object;
    (void)name;
    (void)ret_field;
    return false;
}
static const struct cel_object no_fields = {no_field};

static const struct cel_type *empty_object(const struct typed_view *view, struct str name)
{
    return view->is_lenient ? &cel_type_dyn : cel_type_struct(view->arena, name, &no_fields);
}

static const struct cel_type *builtin_field(const struct typed *typed, struct str key,
                                            struct str name)
{
    const struct field *field = type_field(typed->type, key, typed->view->view->minor);
    /* it is published as an object, and the only one that the table has as anything */
    if (field && str_is(key, "fieldsV1"))
        return empty_object(typed->view, name);
    return field ? make_type(typed->view, typed, field->type, name) : NULL;
}

static const struct cel_type *custom_field(const struct typed *typed, struct str key,
                                           struct str name)
{
    const struct structural *schema = typed->schema;
    if (typed->is_resource && (str_is(key, "apiVersion") || str_is(key, "kind")))
        return &cel_type_string;
    if (typed->is_resource && str_is(key, "metadata"))
        return make_type(typed->view, typed, type_object_meta(), name);
    const struct structural *property = structural_property(schema, key);
    if (property)
        return make_custom(typed, property, name);
    return typed->view->is_lenient && (schema->preserve_unknown || schema->additional_any)
               ? &cel_type_dyn
               : NULL;
}

static bool find_field(const struct cel_object *object, struct str name,
                       struct cel_field *ret_field)
{
    const struct typed *typed =
        (const struct typed *)((const char *)object - offsetof(struct typed, object));
    struct arena *arena = typed->view->arena;
    struct str key;
    if (!cel_unescape(arena, name, &key))
        return false;
    const struct str path = str_format(arena, "%.*s.%.*s", STR_FMT(typed->cel.name), STR_FMT(name));
    const struct cel_type *type =
        typed->type ? builtin_field(typed, key, path) : custom_field(typed, key, path);
    if (!type)
        return false;
    *ret_field = (struct cel_field){type, key};
    return true;
}

static const struct cel_type *make_object(const struct typed *like, struct str name)
{
    struct typed *typed = arena_dup(like->view->arena, like, sizeof *like);
    typed->object.field = find_field;
    typed->cel = (struct cel_type){.kind = CEL_STRUCT, .name = name, .object = &typed->object};
    return &typed->cel;
}

/* ---- built-in types ---- */

static const struct cel_type *make_struct(const struct typed_view *view, const struct typed *parent,
                                          const struct type *type, struct str name)
{
    for (const struct typed *above = parent; above; above = above->parent)
        if (above->type == type)
            return empty_object(view, name);
    return make_object(&(struct typed){.view = view, .parent = parent, .type = type},
                       view->is_lenient ? type_name(type) : name);
}

static const struct cel_type *make_type(const struct typed_view *view, const struct typed *parent,
                                        type_id id, struct str name)
{
    const struct type *type = type_get(id);
    switch ((enum type_kind)type->kind) {
    case TYPE_OBJECT:
        return empty_object(view, name);
    case TYPE_BOOL:
        return &cel_type_bool;
    case TYPE_INT32:
    case TYPE_INT64:
        return &cel_type_int;
    case TYPE_DOUBLE:
        return &cel_type_double;
    case TYPE_STRING:
    case TYPE_DURATION:
        return &cel_type_string;
    case TYPE_BYTES:
        return written_as_text(view, &cel_type_bytes);
    case TYPE_INT_OR_STRING:
        return &cel_type_dyn;
    case TYPE_TIME:
    case TYPE_MICRO_TIME:
        return written_as_text(view, &cel_type_timestamp);
    case TYPE_LIST:
        return list_of(view, make_type(view, parent, type->element, child_of(view, name, "@idx")));
    case TYPE_MAP:
        return map_of(view, make_type(view, parent, type->element, child_of(view, name, "@elem")));
    case TYPE_STRUCT:
        return make_struct(view, parent, type, name);
    case TYPE_ANY:
    case TYPE_QUANTITY:
    case TYPE_SCHEMA_OR_BOOL:
    case TYPE_SCHEMA_OR_LIST:
    case TYPE_SCHEMA_OR_STRINGS:
        return unseen(view);
    }
    return NULL;
}

/* ---- schemas of CRDs ---- */

static const struct cel_type *make_text(const struct structural *schema)
{
    static const struct {
        const char *format;
        const struct cel_type *type;
    } formats[] = {
        {"byte", &cel_type_bytes},
        {"duration", &cel_type_duration},
        {"date", &cel_type_timestamp},
        {"date-time", &cel_type_timestamp},
    };
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (str_is(schema->format, formats[i].format))
            return formats[i].type;
    return &cel_type_string;
}

/* A schema is no deeper than the document that it stands in, so lists of lists end. */
static const struct cel_type *make_custom(const struct typed *parent,
                                          const struct structural *schema, struct str name)
{
    const struct typed_view *view = parent->view;
    if (schema->int_or_string)
        return &cel_type_dyn;
    switch (schema->type) {
    case STRUCTURAL_NONE:
        return unseen(view);
    case STRUCTURAL_OBJECT:
        if (schema->additional)
            return map_of(view,
                          make_custom(parent, schema->additional, child_of(view, name, "@elem")));
        return make_object(&(struct typed){.view = view,
                                           .parent = parent,
                                           .schema = schema,
                                           .is_resource = schema->embedded_resource},
                           name);
    case STRUCTURAL_ARRAY:
        return schema->items
                   ? list_of(view, make_custom(parent, schema->items, child_of(view, name, "@idx")))
                   : NULL;
    case STRUCTURAL_STRING:
        return written_as_text(view, make_text(schema));
    case STRUCTURAL_INTEGER:
        return &cel_type_int;
    case STRUCTURAL_NUMBER:
        return &cel_type_double;
    case STRUCTURAL_BOOLEAN:
        return &cel_type_bool;
    }
    return NULL;
}

/* The server's name of a type ends with a number that is another one each time. */
const struct cel_type *typed_kind(const struct typed_view *view, const struct kind_info *kind)
{
    if (!kind->custom)
        return make_type(view, NULL, kind->type, kind->kind);
    if (!kind->structural)
        return NULL;
    return make_object(
        &(struct typed){.view = view, .schema = kind->structural, .is_resource = true}, kind->kind);
}
