/* SPDX-License-Identifier: Apache-2.0 */
#include "cel/conformance.h"

#include <math.h>

#include "base/base64.h"
#include "base/number.h"

/* ---- types ---- */

static const struct {
    const char *name;
    const struct cel_type *type;
} simple_types[] = {
    {"dyn", &cel_type_dyn},
    {"null_type", &cel_type_null},
    {"bool", &cel_type_bool},
    {"int", &cel_type_int},
    {"uint", &cel_type_uint},
    {"double", &cel_type_double},
    {"string", &cel_type_string},
    {"bytes", &cel_type_bytes},
    {"timestamp", &cel_type_timestamp},
    {"duration", &cel_type_duration},
    {"any", &cel_type_any},
    {"type", &cel_type_type},
};

static const struct cel_type *read_type(struct arena *arena, struct str text, size_t *pos);

/* "(T, U)" at *pos */
static const struct cel_type *read_params(struct arena *arena, struct str name, struct str text,
                                          size_t *pos)
{
    const struct cel_type *params[8];
    uint32_t n = 0;
    do {
        (*pos)++;
        while (text.p[*pos] == ' ')
            (*pos)++;
        params[n++] = read_type(arena, text, pos);
    } while (text.p[*pos] == ',' && n < ARRAY_LEN(params));
    (*pos)++;
    if (str_is(name, "list"))
        return cel_type_list(arena, params[0]);
    if (str_is(name, "map"))
        return cel_type_map(arena, params[0], params[1]);
    if (str_is(name, "optional_type"))
        return cel_type_optional(arena, params[0]);
    struct cel_type *type = ARENA_NEW(arena, struct cel_type);
    if (str_is(name, "wrapper")) {
        *type = *params[0];
        type->flags |= CEL_WRAPPER;
        return type;
    }
    type->kind = str_is(name, "type") ? CEL_TYPE : CEL_OPAQUE;
    type->name = name;
    type->n = n;
    type->params = arena_dup(arena, params, n * sizeof params[0]);
    return type;
}

static const struct cel_type *read_type(struct arena *arena, struct str text, size_t *pos)
{
    size_t start = *pos;
    while (*pos < text.n && !strchr("(), ", text.p[*pos]))
        (*pos)++;
    struct str name = str_sub(text, start, *pos);
    if (*pos < text.n && text.p[*pos] == '(')
        return read_params(arena, name, text, pos);
    for (size_t i = 0; i < ARRAY_LEN(simple_types); i++)
        if (str_is(name, simple_types[i].name))
            return simple_types[i].type;
    struct cel_type *type = ARENA_NEW(arena, struct cel_type);
    bool param = name.n && name.p[0] == '$';
    type->kind = param ? CEL_PARAM : CEL_STRUCT;
    type->name = param ? str_from_offset(name, 1) : name;
    return type;
}

const struct cel_type *conformance_type(struct arena *arena, struct str text)
{
    size_t pos = 0;
    /* NUL-terminated, so that the reader may look one byte ahead. */
    return read_type(arena, str_dup(arena, text), &pos);
}

void conformance_functions(struct arena *arena, struct cel_env *env, const struct node *declaration)
{
    const struct node *overloads = node_get(declaration, STR("overloads"));
    const char *name = str_to_c(arena, node_get_text(declaration, STR("name")));
    for (struct item it = list_first(overloads); it.value; it = list_next(it)) {
        struct cel_function *row = ARENA_NEW(arena, struct cel_function);
        const struct node *params = node_get(it.value, STR("params"));
        row->name = name;
        row->id = str_to_c(arena, node_get_text(it.value, STR("id")));
        row->flags = node_bool(node_get(it.value, STR("member"))) ? CEL_MEMBER : 0;
        row->result = conformance_type(arena, node_get_text(it.value, STR("result")));
        for (struct item p = list_first(params); p.value && row->n < ARRAY_LEN(row->params);
             p = list_next(p))
            row->params[row->n++] = conformance_type(arena, node_text(p.value));
        cel_env_add_functions(env, row, 1);
    }
}

/* ---- values ---- */

static struct cel_value read_list(struct cel_run *run, const struct node *node)
{
    struct cel_value list = cel_list_new(run, node->n);
    for (struct item it = list_first(node); it.value; it = list_next(it))
        list = cel_list_add(run, list, conformance_value(run, it.value));
    return list;
}

static struct cel_value read_map(struct cel_run *run, const struct node *node)
{
    struct cel_value map = cel_map_new(run, node->n);
    for (struct item it = list_first(node); it.value; it = list_next(it))
        map = cel_map_add(run, map, conformance_value(run, node_at(it.value, 0)),
                          conformance_value(run, node_at(it.value, 1)));
    return map;
}

static double read_double(struct str text)
{
    double value = 0;
    if (str_is(text, "NaN"))
        return NAN;
    if (str_is(text, "Infinity") || str_is(text, "-Infinity"))
        return text.p[0] == '-' ? -INFINITY : INFINITY;
    if (number_parse_double(text, &value))
        BUG("not a double: %.*s", STR_FMT(text));
    return value;
}

static struct cel_value read_bytes(struct cel_run *run, struct str text)
{
    struct str bytes;
    if (base64_decode(run->arena, text, &bytes))
        BUG("not base64: %.*s", STR_FMT(text));
    return cel_bytes(bytes);
}

static struct cel_value read_time(struct str text, bool duration)
{
    int64_t number = 0;
    uint32_t nanos = 0;
    if (duration ? !cel_duration_parse(text, &number) : !cel_timestamp_parse(text, &number, &nanos))
        BUG("not a time: %.*s", STR_FMT(text));
    return duration ? cel_duration(number) : cel_timestamp(number, nanos);
}

struct cel_value conformance_value(struct cel_run *run, const struct node *node)
{
    struct entry entry = map_first(node);
    struct str tag = node_text(entry.key);
    struct str text = node_text(entry.value);
    int64_t number = 0;
    uint64_t natural = 0;
    if (str_is(tag, "null"))
        return cel_null();
    if (str_is(tag, "bool"))
        return cel_bool(node_bool(entry.value));
    if (str_is(tag, "int") && !number_parse_i64(text, &number))
        return cel_int(number);
    if (str_is(tag, "uint") && !number_parse_u64(text, &natural))
        return cel_uint(natural);
    if (str_is(tag, "double"))
        return cel_double(read_double(text));
    if (str_is(tag, "string"))
        return cel_string(text);
    if (str_is(tag, "bytes"))
        return read_bytes(run, text);
    if (str_is(tag, "list"))
        return read_list(run, entry.value);
    if (str_is(tag, "map"))
        return read_map(run, entry.value);
    if (str_is(tag, "type")) {
        struct cel_type *type = ARENA_NEW(run->arena, struct cel_type);
        type->name = text;
        return cel_type_value(type);
    }
    if (str_is(tag, "timestamp") || str_is(tag, "duration"))
        return read_time(text, str_is(tag, "duration"));
    BUG("unknown tag %.*s", STR_FMT(tag));
}

static bool same_maps(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    struct cel_iter iter = {.of = a};
    struct cel_value key;
    struct cel_value x;
    struct cel_value y;
    while (cel_iter_next(run, &iter, &key, &x))
        if (!cel_map_get(run, b, key, &y) || !conformance_same(run, x, y))
            return false;
    return true;
}

bool conformance_same(struct cel_run *run, struct cel_value a, struct cel_value b)
{
    if (a.kind != b.kind)
        return false;
    if (a.kind == CEL_DOUBLE && isnan(a.f64))
        return isnan(b.f64);
    if (a.kind != CEL_LIST && a.kind != CEL_MAP)
        return cel_is_true(cel_equal(run, a, b));
    if (cel_size(run, a) != cel_size(run, b))
        return false;
    if (a.kind == CEL_MAP)
        return same_maps(run, a, b);
    for (size_t i = 0; i < cel_size(run, a); i++)
        if (!conformance_same(run, cel_list_at(run, a, i), cel_list_at(run, b, i)))
            return false;
    return true;
}
