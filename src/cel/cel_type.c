/* SPDX-License-Identifier: Apache-2.0 */
/* Types: the fixed ones, making others, comparing and printing them. */
#include "cel/cel_internal.h"

#define SIMPLE(kind_, name_)                                                                       \
    {                                                                                              \
        .kind = (kind_), .name = {(name_), sizeof(name_) - 1 }                                     \
    }

const struct cel_type cel_type_dyn = SIMPLE(CEL_DYN, "dyn");
const struct cel_type cel_type_any = SIMPLE(CEL_ANY, "any");
const struct cel_type cel_type_null = SIMPLE(CEL_NULL, "null_type");
const struct cel_type cel_type_bool = SIMPLE(CEL_BOOL, "bool");
const struct cel_type cel_type_int = SIMPLE(CEL_INT, "int");
const struct cel_type cel_type_uint = SIMPLE(CEL_UINT, "uint");
const struct cel_type cel_type_double = SIMPLE(CEL_DOUBLE, "double");
const struct cel_type cel_type_string = SIMPLE(CEL_STRING, "string");
const struct cel_type cel_type_bytes = SIMPLE(CEL_BYTES, "bytes");
const struct cel_type cel_type_timestamp = SIMPLE(CEL_TIMESTAMP, "google.protobuf.Timestamp");
const struct cel_type cel_type_duration = SIMPLE(CEL_DURATION, "google.protobuf.Duration");
const struct cel_type cel_type_type = SIMPLE(CEL_TYPE, "type");
const struct cel_type cel_type_error = SIMPLE(CEL_ERROR, "!error!");
const struct cel_type cel_type_a = SIMPLE(CEL_PARAM, "A");
const struct cel_type cel_type_b = SIMPLE(CEL_PARAM, "B");

static const struct cel_type *const params_a[] = {&cel_type_a};
static const struct cel_type *const params_b[] = {&cel_type_b};
static const struct cel_type *const params_ab[] = {&cel_type_a, &cel_type_b};
static const struct cel_type *const params_dyn[] = {&cel_type_dyn};
static const struct cel_type *const params_string_dyn[] = {&cel_type_string, &cel_type_dyn};

#define MADE(kind_, name_, n_, params_)                                                            \
    {                                                                                              \
        .kind = (kind_), .n = (n_), .name = {(name_), sizeof(name_) - 1}, .params = (params_)      \
    }

const struct cel_type cel_type_list_a = MADE(CEL_LIST, "list", 1, params_a);
const struct cel_type cel_type_map_ab = MADE(CEL_MAP, "map", 2, params_ab);
const struct cel_type cel_type_optional_a = MADE(CEL_OPTIONAL, "optional_type", 1, params_a);
const struct cel_type cel_type_optional_b = MADE(CEL_OPTIONAL, "optional_type", 1, params_b);
const struct cel_type cel_type_type_a = MADE(CEL_TYPE, "type", 1, params_a);
const struct cel_type cel_type_list_dyn = MADE(CEL_LIST, "list", 1, params_dyn);
const struct cel_type cel_type_map_string_dyn = MADE(CEL_MAP, "map", 2, params_string_dyn);

const struct cel_type *cel_type_with(struct arena *arena, const struct cel_type *like,
                                     const struct cel_type *const *params)
{
    struct cel_type *type = ARENA_NEW(arena, struct cel_type);
    *type = *like;
    type->params = arena_dup(arena, params, like->n * sizeof *params);
    return type;
}

const struct cel_type *cel_type_list(struct arena *arena, const struct cel_type *item)
{
    return cel_type_with(arena, &cel_type_list_a, &item);
}

const struct cel_type *cel_type_map(struct arena *arena, const struct cel_type *key,
                                    const struct cel_type *value)
{
    const struct cel_type *params[] = {key, value};
    return cel_type_with(arena, &cel_type_map_ab, params);
}

const struct cel_type *cel_type_optional(struct arena *arena, const struct cel_type *of)
{
    return cel_type_with(arena, &cel_type_optional_a, &of);
}

const struct cel_type *cel_type_of_type(struct arena *arena, const struct cel_type *of)
{
    return cel_type_with(arena, &cel_type_type_a, &of);
}

const struct cel_type *cel_type_struct(struct arena *arena, struct str name,
                                       const struct cel_object *object)
{
    struct cel_type *type = ARENA_NEW(arena, struct cel_type);
    type->kind = CEL_STRUCT;
    type->name = name;
    type->object = object;
    return type;
}

bool cel_type_eq(const struct cel_type *a, const struct cel_type *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind || a->n != b->n || !str_eq(a->name, b->name))
        return false;
    /* wrapper(int) is not int. */
    if ((a->flags ^ b->flags) & CEL_WRAPPER)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!cel_type_eq(a->params[i], b->params[i]))
            return false;
    return true;
}

/* checker/format.go's names where they differ from type(x)'s. */
static const struct {
    enum cel_kind kind;
    const char *name;
} printed[] = {{CEL_NULL, "null"}, {CEL_TIMESTAMP, "timestamp"}, {CEL_DURATION, "duration"}};

void cel_type_format(struct buf *out, const struct cel_type *type)
{
    for (size_t i = 0; i < ARRAY_LEN(printed); i++) {
        if (type->kind != printed[i].kind)
            continue;
        buf_add_c(out, printed[i].name);
        return;
    }
    if (type->flags & CEL_WRAPPER)
        buf_add_c(out, "wrapper(");
    buf_add(out, type->name);
    if (type->flags & CEL_WRAPPER)
        buf_add_char(out, ')');
    if (type->n == 0)
        return;
    buf_add_char(out, '(');
    for (uint32_t i = 0; i < type->n; i++) {
        if (i)
            buf_add_c(out, ", ");
        cel_type_format(out, type->params[i]);
    }
    buf_add_char(out, ')');
}
