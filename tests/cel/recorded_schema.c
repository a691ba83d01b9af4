/* SPDX-License-Identifier: Apache-2.0 */
#include "cel/recorded.h"

enum { REQUEST_BYTES = 3 << 20, RUNE_BYTES = 4 };

struct object {
    struct cel_object object; /* first: the way back from it */
    struct arena *arena;
    const struct node *properties;
    struct str name;
};

static bool find_field(const struct cel_object *base, struct str name, struct cel_field *ret_field)
{
    const struct object *object = (const struct object *)base;
    if (!cel_unescape(object->arena, name, &ret_field->key))
        return false;
    const struct node *property = node_get(object->properties, ret_field->key);
    if (!property)
        return false;
    struct str path = str_format(object->arena, "%.*s.%.*s", STR_FMT(object->name), STR_FMT(name));
    ret_field->type = recorded_type(object->arena, property, path);
    return true;
}

static struct str text(const struct node *schema, const char *key)
{
    return node_get_text(schema, str_from(key));
}

static bool flag(const struct node *schema, const char *key)
{
    return node_bool(node_get(schema, str_from(key)));
}

static const struct node *values_of(const struct node *schema)
{
    const struct node *values = node_get(schema, STR("additionalProperties"));
    return node_kind(values) == NODE_MAP ? values : NULL;
}

static const struct {
    const char *type, *format;
    const struct cel_type *as;
    int64_t least, most; /* bytes of JSON; most 0: not limited by its format */
} scalars[] = {
    {"string", "date-time", &cel_type_timestamp, 21, 32},
    {"string", "date", &cel_type_timestamp, 12, 12},
    {"string", "duration", &cel_type_duration, 3, 32},
    {"string", "byte", &cel_type_bytes, 2, 0},
    {"string", NULL, &cel_type_string, 2, 0},
    {"integer", NULL, &cel_type_int, 1, 0},
    {"number", NULL, &cel_type_double, 1, 0},
    {"boolean", NULL, &cel_type_bool, 4, 0},
};

static size_t scalar_of(const struct node *schema)
{
    size_t i = 0;
    for (; i < ARRAY_LEN(scalars); i++)
        if (str_is(text(schema, "type"), scalars[i].type) &&
            (!scalars[i].format || str_is(text(schema, "format"), scalars[i].format)))
            break;
    return i;
}

static bool is_required(const struct node *schema, struct str name)
{
    const struct node *required = node_get(schema, STR("required"));
    for (struct item it = list_first(required); it.value; it = list_next(it))
        if (str_eq(node_text(it.value), name))
            return true;
    return false;
}

static int64_t least_bytes(const struct node *schema)
{
    int64_t bytes = 2;
    if (flag(schema, "x-kubernetes-int-or-string"))
        return 1;
    if (scalar_of(schema) < ARRAY_LEN(scalars))
        return scalars[scalar_of(schema)].least;
    if (!str_is(text(schema, "type"), "object") || values_of(schema))
        return bytes;
    const struct node *properties = node_get(schema, STR("properties"));
    for (struct entry e = map_first(properties); e.key; e = map_next(e))
        if (is_required(schema, node_text(e.key)) && !node_get(e.value, STR("default")))
            bytes += (int64_t)node_text(e.key).n + least_bytes(e.value) + 4;
    return bytes;
}

static int64_t longest(const struct node *texts)
{
    size_t most = 0;
    for (struct item it = list_first(texts); it.value; it = list_next(it))
        most = MAX_OF(most, node_text(it.value).n);
    return (int64_t)most;
}

static int64_t most_of_text(const struct node *schema)
{
    int64_t most = 0;
    const struct node *texts = node_get(schema, STR("enum"));
    bool bytes = str_is(text(schema, "format"), "byte");
    if (node_i64(node_get(schema, STR("maxLength")), &most))
        return bytes ? most : most * RUNE_BYTES;
    return texts && !bytes ? longest(texts) : REQUEST_BYTES - 2;
}

static int64_t most_elements(const struct node *schema)
{
    int64_t most = 0;
    size_t scalar = scalar_of(schema);
    if (flag(schema, "x-kubernetes-int-or-string"))
        return most_of_text(schema);
    if (str_is(text(schema, "type"), "array")) {
        if (node_i64(node_get(schema, STR("maxItems")), &most))
            return most;
        return (REQUEST_BYTES - 2) / (least_bytes(node_get(schema, STR("items"))) + 1);
    }
    if (values_of(schema)) {
        if (node_i64(node_get(schema, STR("maxProperties")), &most))
            return most;
        return (REQUEST_BYTES - 2) / (least_bytes(values_of(schema)) + 6);
    }
    if (!str_is(text(schema, "type"), "string"))
        return 0;
    return scalars[scalar].most ? scalars[scalar].most : most_of_text(schema);
}

static void make_list(struct arena *arena, const struct node *schema, struct str name,
                      struct cel_type *type)
{
    const struct node *items = node_get(schema, STR("items"));
    const struct node *keys = node_get(schema, STR("x-kubernetes-list-map-keys"));
    struct str item = str_format(arena, "%.*s.@idx", STR_FMT(name));
    *type = *cel_type_list(arena, recorded_type(arena, items, item));
    struct str kind = text(schema, "x-kubernetes-list-type");
    if (str_is(kind, "set"))
        type->flags |= CEL_LIST_SET;
    if (!str_is(kind, "map"))
        return;
    type->flags |= CEL_LIST_KEYED;
    struct str *names = ARENA_ARRAY(arena, struct str, keys ? keys->n : 0);
    for (struct item it = list_first(keys); it.value; it = list_next(it))
        names[type->key_count++] = node_text(it.value);
    type->keys = names;
}

static void make_object(struct arena *arena, const struct node *schema, struct str name,
                        struct cel_type *type)
{
    if (values_of(schema)) {
        struct str value = str_format(arena, "%.*s.@elem", STR_FMT(name));
        *type =
            *cel_type_map(arena, &cel_type_string, recorded_type(arena, values_of(schema), value));
        return;
    }
    struct object *object = ARENA_NEW(arena, struct object);
    *object = (struct object){{find_field}, arena, node_get(schema, STR("properties")), name};
    *type = *cel_type_struct(arena, name, &object->object);
}

const struct cel_type *recorded_type(struct arena *arena, const struct node *schema,
                                     struct str name)
{
    struct cel_type *type = ARENA_NEW(arena, struct cel_type);
    *type = cel_type_dyn;
    if (flag(schema, "x-kubernetes-int-or-string"))
        type->flags |= CEL_INT_OR_STRING;
    else if (scalar_of(schema) < ARRAY_LEN(scalars))
        *type = *scalars[scalar_of(schema)].as;
    else if (str_is(text(schema, "type"), "array"))
        make_list(arena, schema, name, type);
    else if (str_is(text(schema, "type"), "object"))
        make_object(arena, schema, name, type);
    if (flag(schema, "nullable"))
        type->flags |= CEL_NULLABLE;
    type->max = (uint64_t)most_elements(schema);
    return type;
}
