/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A structural schema as a type of the expression language, with the sizes that the server
 * estimates costs from: SchemaDeclType of apiserver/pkg/cel/common/schemas.go.
 */
#include "admit/expr.h"

#include <stdio.h>
#include <stdlib.h>

/* apiserver/pkg/cel/limits.go: bytes of a request, and of values as JSON. */
enum {
    REQUEST_BYTES = 3 * 1024 * 1024,
    TIME_BYTES = 32,
    DATE_BYTES = 12,
    MIN_DURATION = 3,
    MIN_DATE_TIME = 21,
    MIN_STRING = 2,
    MIN_BOOL = 4,
    MIN_NUMBER = 1,
    MIN_CONTAINER = 2,
    RUNE_BYTES = 4,
};

struct builder {
    struct arena *arena;
};

static const struct expr_type *make(struct builder *builder, const struct structural *schema,
                                    bool root, struct str name);
static struct str child_name(struct builder *builder, struct str name, struct str child);

static const struct structural text_schema = {.type = STRUCTURAL_STRING,
                                              .min_length = -1,
                                              .max_length = -1,
                                              .min_items = -1,
                                              .max_items = -1,
                                              .min_properties = -1,
                                              .max_properties = -1};
static const struct structural_property meta_properties[] = {
    {{"generateName", 12}, &text_schema},
    {{"name", 4}, &text_schema},
};
static const struct structural meta_schema = {.type = STRUCTURAL_OBJECT,
                                              .min_length = -1,
                                              .max_length = -1,
                                              .min_items = -1,
                                              .max_items = -1,
                                              .min_properties = -1,
                                              .max_properties = -1,
                                              .properties = meta_properties,
                                              .property_count = ARRAY_LEN(meta_properties)};

const struct expr_type *expr_type_make(struct arena *arena, const struct structural *schema,
                                       bool root)
{
    struct builder builder = {arena};
    return make(&builder, schema, root, STR("selfType"));
}

static struct expr_type *new_type(struct builder *builder, const struct structural *schema,
                                  const struct cel_type *like)
{
    struct expr_type *type = ARENA_NEW(builder->arena, struct expr_type);
    type->cel = *like;
    type->schema = schema;
    if (schema->nullable)
        type->cel.flags |= CEL_NULLABLE;
    return type;
}

static uint64_t at_least_zero(int64_t n)
{
    return n < 0 ? 0 : (uint64_t)n;
}

/* ---- scalars ---- */

static uint64_t longest_choice(const struct structural *schema)
{
    uint64_t longest = 0;
    for (struct item it = list_first(schema->enumeration); it.value; it = list_next(it))
        if (node_kind(it.value) == NODE_STRING)
            longest = MAX_OF(longest, node_text(it.value).n);
    return longest;
}

/* A text's limit is in code points, sizes count bytes. */
static uint64_t max_text(const struct structural *schema)
{
    if (schema->max_length >= 0)
        return (uint64_t)schema->max_length * RUNE_BYTES;
    const bool choices = !schema->int_or_string && node_kind(schema->enumeration) == NODE_LIST &&
                         node_real(schema->enumeration)->n > 0;
    return choices ? longest_choice(schema) : REQUEST_BYTES - 2;
}

static const struct {
    const char *format;
    const struct cel_type *type;
    uint64_t min_size, max;
} text_formats[] = {
    {"byte", &cel_type_bytes, MIN_STRING, REQUEST_BYTES - 2},
    {"duration", &cel_type_duration, MIN_DURATION, TIME_BYTES},
    {"date", &cel_type_timestamp, DATE_BYTES, DATE_BYTES},
    {"date-time", &cel_type_timestamp, MIN_DATE_TIME, TIME_BYTES},
};

static const struct expr_type *make_text(struct builder *builder, const struct structural *schema)
{
    struct expr_type *type;
    for (size_t i = 0; i < ARRAY_LEN(text_formats); i++) {
        if (!str_is(schema->format, text_formats[i].format))
            continue;
        type = new_type(builder, schema, text_formats[i].type);
        type->min_size = text_formats[i].min_size;
        type->cel.max = text_formats[i].max;
        if (type->cel.kind == CEL_BYTES && schema->max_length >= 0)
            type->cel.max = at_least_zero(schema->max_length);
        return type;
    }
    type = new_type(builder, schema, &cel_type_string);
    type->min_size = MIN_STRING;
    type->cel.max = max_text(schema);
    return type;
}

static const struct expr_type *make_simple(struct builder *builder, const struct structural *schema,
                                           const struct cel_type *like, uint64_t min_size)
{
    struct expr_type *type = new_type(builder, schema, like);
    type->min_size = min_size;
    return type;
}

static const struct expr_type *make_int_or_string(struct builder *builder,
                                                  const struct structural *schema)
{
    struct expr_type *type = new_type(builder, schema, &cel_type_dyn);
    type->cel.flags |= CEL_INT_OR_STRING;
    type->cel.max = max_text(schema);
    type->min_size = MIN_NUMBER;
    return type;
}

/* ---- lists and maps ---- */

static const struct expr_type *make_list(struct builder *builder, const struct structural *schema,
                                         struct str name)
{
    const struct expr_type *item = NULL;
    if (schema->items)
        item = make(builder, schema->items, schema->items->embedded_resource,
                    child_name(builder, name, STR("@idx")));
    if (!item)
        return NULL;
    struct expr_type *type = new_type(builder, schema, &cel_type_list_dyn);
    type->element = item;
    type->params[0] = &item->cel;
    type->cel.params = type->params;
    type->cel.max = schema->max_items >= 0 ? (uint64_t)schema->max_items
                                           : (REQUEST_BYTES - 2) / (item->min_size + 1);
    type->min_size = MIN_CONTAINER;
    if (schema->list_type == LIST_SET)
        type->cel.flags |= CEL_LIST_SET;
    if (schema->list_type == LIST_MAP) {
        type->cel.flags |= CEL_LIST_KEYED;
        type->cel.keys = schema->list_keys;
        type->cel.key_count = schema->list_key_count;
    }
    return type;
}

/* A pair has two quotes around its key, a colon, a comma, and a key that is not empty. */
enum { PAIR_BYTES = 6 };

static const struct expr_type *make_map(struct builder *builder, const struct structural *schema,
                                        struct str name)
{
    const struct expr_type *value =
        make(builder, schema->additional, schema->additional->embedded_resource,
             child_name(builder, name, STR("@elem")));
    if (!value)
        return NULL;
    struct expr_type *type = new_type(builder, schema, &cel_type_map_string_dyn);
    type->element = value;
    type->params[0] = &cel_type_string;
    type->params[1] = &value->cel;
    type->cel.params = type->params;
    type->cel.max = schema->max_properties >= 0
                        ? (uint64_t)schema->max_properties
                        : (REQUEST_BYTES - 2) / (value->min_size + PAIR_BYTES);
    type->min_size = MIN_CONTAINER;
    return type;
}

/* ---- objects ---- */

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct expr_field *)a)->name, ((const struct expr_field *)b)->name);
}

static const struct expr_field *find_field(const struct expr_type *type, struct str name)
{
    const struct expr_field wanted = {.name = name};
    return type->field_count
               ? bsearch(&wanted, type->fields, type->field_count, sizeof wanted, by_name)
               : NULL;
}

static bool object_field(const struct cel_object *object, struct str name,
                         struct cel_field *ret_field)
{
    const struct expr_type *type =
        (const struct expr_type *)((const char *)object - offsetof(struct expr_type, object));
    const struct expr_field *field = find_field(type, name);
    char escaped[64];
    if (!field && name.n + 5 < sizeof escaped) { /* a reserved word may be written as it is */
        const int n = snprintf(escaped, sizeof escaped, "__%.*s__", STR_FMT(name));
        field = find_field(type, (struct str){escaped, (size_t)n});
    }
    if (field)
        *ret_field = (struct cel_field){&field->type->cel, field->key};
    return field != NULL;
}

static bool is_required(const struct structural *schema, struct str name)
{
    for (uint32_t i = 0; i < schema->required_count; i++)
        if (str_eq(schema->required[i], name))
            return true;
    return false;
}

struct object_fields {
    struct expr_type *type;
    struct expr_field *fields;
    uint32_t n;
};

static void add_field(struct builder *builder, struct object_fields *into, struct str key,
                      const struct structural *schema, struct str name)
{
    struct str escaped;
    const bool can_write = cel_escape(builder->arena, key, &escaped);
    const struct expr_type *type = make(builder, schema, schema->embedded_resource,
                                        child_name(builder, name, can_write ? escaped : key));
    if (!type)
        return;
    if (can_write)
        into->fields[into->n++] = (struct expr_field){escaped, key, type};
    if (is_required(into->type->schema, key) && !schema->default_value)
        into->type->min_size += key.n + type->min_size + 4;
}

static bool is_text(const struct structural *schema)
{
    return schema && schema->type == STRUCTURAL_STRING;
}

/* Whether the schema itself says all that is known of every resource. */
static bool has_meta(const struct structural *schema)
{
    const struct structural *meta = structural_property(schema, STR("metadata"));
    return is_text(structural_property(schema, STR("kind"))) &&
           is_text(structural_property(schema, STR("apiVersion"))) && meta &&
           meta->type == STRUCTURAL_OBJECT && is_text(structural_property(meta, STR("name"))) &&
           is_text(structural_property(meta, STR("generateName")));
}

static const struct expr_type *make_object(struct builder *builder, const struct structural *schema,
                                           bool root, struct str name)
{
    static const struct structural_property resource[] = {
        {{"apiVersion", 10}, &text_schema},
        {{"kind", 4}, &text_schema},
        {{"metadata", 8}, &meta_schema},
    };
    const bool add_meta = root && !has_meta(schema);
    const size_t room = schema->property_count + ARRAY_LEN(resource);
    struct object_fields object = {
        .type = new_type(builder, schema, cel_type_struct(builder->arena, name, NULL)),
        .fields = ARENA_ARRAY(builder->arena, struct expr_field, room),
    };
    struct expr_type *type = object.type;
    type->min_size = MIN_CONTAINER;
    for (uint32_t i = 0; i < schema->property_count; i++) {
        const struct structural_property *property = &schema->properties[i];
        if (!add_meta || !is_meta_field(property->name))
            add_field(builder, &object, property->name, property->schema, name);
    }
    for (size_t i = 0; add_meta && i < ARRAY_LEN(resource); i++)
        add_field(builder, &object, resource[i].name, resource[i].schema, name);
    qsort(object.fields, object.n, sizeof *object.fields, by_name);
    type->fields = object.fields;
    type->field_count = object.n;
    type->object.field = object_field;
    type->cel.object = &type->object;
    return type;
}

static struct str child_name(struct builder *builder, struct str name, struct str child)
{
    return str_format(builder->arena, "%.*s.%.*s", STR_FMT(name), STR_FMT(child));
}

/* A schema is no deeper than the document that it stands in, so this ends. */
static const struct expr_type *make(struct builder *builder, const struct structural *schema,
                                    bool root, struct str name)
{
    if (schema->int_or_string)
        return make_int_or_string(builder, schema);
    switch (schema->type) {
    case STRUCTURAL_NONE:
        return NULL;
    case STRUCTURAL_OBJECT:
        return schema->additional ? make_map(builder, schema, name)
                                  : make_object(builder, schema, root, name);
    case STRUCTURAL_ARRAY:
        return make_list(builder, schema, name);
    case STRUCTURAL_STRING:
        return make_text(builder, schema);
    case STRUCTURAL_INTEGER:
        return make_simple(builder, schema, &cel_type_int, MIN_NUMBER);
    case STRUCTURAL_NUMBER:
        return make_simple(builder, schema, &cel_type_double, MIN_NUMBER);
    case STRUCTURAL_BOOLEAN:
        return make_simple(builder, schema, &cel_type_bool, MIN_BOOL);
    }
    return NULL;
}

const struct expr_type *expr_type_property(struct arena *arena, const struct expr_type *type,
                                           struct str key)
{
    struct str escaped;
    if (!type || !cel_escape(arena, key, &escaped))
        return NULL;
    const struct expr_field *field = find_field(type, escaped);
    return field ? field->type : NULL;
}
