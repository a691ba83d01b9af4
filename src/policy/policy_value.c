/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy_value.h"
#include "base/base64.h"
#include "base/limits.h"

enum {
    VALUE_NODES = 1 << 18,
    SAFE_BITS = 53, /* integers above are text in JSON of protocol buffers */
};

/* What converts the value: elements of a field's list or map are taken as they are, so that one
 * which the expression built itself is of no type that is known there. */
enum inside { INSIDE_NOTHING, INSIDE_OBJECT, INSIDE_FIELD };

static struct node *to_node(struct policy_value *v, struct cel_value value, enum inside inside);

struct node *policy_value_node(struct policy_value *v, struct cel_value value)
{
    return to_node(v, value, INSIDE_NOTHING);
}

bool policy_value_is_object(struct cel_value value)
{
    return value.kind == CEL_MAP && value.map && value.of && value.of->kind == CEL_STRUCT;
}

/* What a structured merge does not know the type of: null of the language, and what it builds
 * inside a field. */
static struct node *strange(struct policy_value *v)
{
    struct node *node = node_new(v->arena, NODE_NULL);
    node->flags |= NODE_TAGGED;
    return node;
}

static struct node *refuse(struct policy_value *v, const char *type)
{
    if (!v->error.n)
        v->error = str_format(v->arena, "invalid type: %s", type);
    return node_new(v->arena, NODE_NULL);
}

static struct node *number(struct policy_value *v, enum node_kind kind, struct str text)
{
    struct node *node = node_new_text(v->arena, text);
    node->kind = (uint8_t)kind;
    return node;
}

static struct node *integer(struct policy_value *v, struct cel_value value)
{
    const bool is_unsigned = value.kind == CEL_UINT;
    const struct str text = is_unsigned ? str_format(v->arena, "%" PRIu64, value.u64)
                                        : str_format(v->arena, "%" PRId64, value.i64);
    const uint64_t size =
        is_unsigned || value.i64 >= 0 ? value.u64 : (uint64_t) - (value.i64 + 1) + 1;
    if (v->use == VALUE_OF_PATCH && size >> SAFE_BITS && size != (uint64_t)1 << SAFE_BITS)
        return node_new_text(v->arena, text);
    return number(v, is_unsigned && value.u64 > INT64_MAX ? NODE_UINT : NODE_INT, text);
}

static struct node *fraction(struct policy_value *v, double value)
{
    if (value - value != 0) /* infinite, or no number */
        return refuse(v, "float64");
    if (value >= -1e15 && value <= 1e15 && (double)(int64_t)value == value)
        return node_new_i64(v->arena, (int64_t)value);
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, LIMIT_MESSAGE_BYTES);
    cel_double_format(&text, value);
    return number(v, NODE_FLOAT, buf_str(&text));
}

static struct node *list_node(struct policy_value *v, struct cel_value value, enum inside inside)
{
    struct node *list = node_new(v->arena, NODE_LIST);
    struct node **link = &list->first;
    struct cel_value key, item;
    if (inside == INSIDE_FIELD && value.list)
        return v->use == VALUE_OF_MERGE ? strange(v) : refuse(v, "[]ref.Val");
    const enum inside below = inside == INSIDE_OBJECT ? INSIDE_FIELD : inside;
    for (struct cel_iter it = {.of = value}; cel_iter_next(v->run, &it, &key, &item);) {
        *link = to_node(v, item, below);
        link = &(*link)->next;
        list->n++;
    }
    return list;
}

static struct node *map_node(struct policy_value *v, struct cel_value value, enum inside inside)
{
    struct node *map = node_new(v->arena, NODE_MAP);
    struct node **link = &map->first;
    struct cel_value key, item;
    if (inside == INSIDE_FIELD && value.map && !policy_value_is_object(value))
        return v->use == VALUE_OF_MERGE ? strange(v) : refuse(v, "map[ref.Val]ref.Val");
    if (v->use == VALUE_OF_PATCH && inside == INSIDE_NOTHING && v->depth > 1 &&
        policy_value_is_object(value))
        v->panics = true;
    enum inside below = inside == INSIDE_OBJECT ? INSIDE_FIELD : inside;
    if (v->use != VALUE_OF_FIX && policy_value_is_object(value))
        below = INSIDE_OBJECT;
    for (struct cel_iter it = {.of = value}; cel_iter_next(v->run, &it, &key, &item);) {
        if (key.kind != CEL_STRING)
            return refuse(v, "map key");
        *link = node_new_text(v->arena, cel_text(key));
        (*link)->next = to_node(v, item, below);
        link = &(*link)->next->next;
        map->n++;
    }
    return map;
}

/* What JSON has no word for; the structured merge knows no value of these types. */
static struct node *text_node(struct policy_value *v, struct cel_value value)
{
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, LIMIT_MESSAGE_BYTES);
    if (v->use == VALUE_OF_MERGE)
        return refuse(v, "time");
    if (value.kind == CEL_BYTES)
        return node_new_text(v->arena, base64_encode(v->arena, cel_text(value)));
    if (value.kind == CEL_TIMESTAMP)
        cel_timestamp_format(&text, value.i64, value.nanos);
    else
        cel_duration_format(&text, value.i64);
    return node_new_text(v->arena, buf_str(&text));
}

static struct node *any_node(struct policy_value *v, struct cel_value value, enum inside inside)
{
    switch ((enum cel_kind)value.kind) {
    case CEL_NULL:
        return v->use == VALUE_OF_MERGE ? strange(v) : node_new(v->arena, NODE_NULL);
    case CEL_BOOL:
        return node_new_bool(v->arena, value.boolean);
    case CEL_INT:
    case CEL_UINT:
        return integer(v, value);
    case CEL_DOUBLE:
        return fraction(v, value.f64);
    case CEL_STRING:
        return node_new_text(v->arena, cel_text(value));
    case CEL_LIST:
        return list_node(v, value, inside);
    case CEL_MAP:
        return map_node(v, value, inside);
    case CEL_BYTES:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        return text_node(v, value);
    case CEL_OPTIONAL:
        if (inside != INSIDE_NOTHING)
            return value.inner ? to_node(v, *value.inner, inside) : node_new(v->arena, NODE_NULL);
        break;
    case CEL_TYPE:
    case CEL_OPAQUE:
    case CEL_ERROR:
    case CEL_UNKNOWN:
    case CEL_DYN:
    case CEL_ANY:
    case CEL_STRUCT:
    case CEL_PARAM:
        break;
    }
    const struct str name = cel_kind_name(value);
    return refuse(v, str_to_c(v->arena, name));
}

/* Whether the whole of it is a node of the manifest, with the text of a number and its style. */
static bool is_written(struct cel_value value)
{
    if (value.kind == CEL_LIST || value.kind == CEL_MAP)
        return value.kind == CEL_LIST ? !value.list : !value.map;
    return value.node && node_is_scalar(value.node);
}

static struct node *to_node(struct policy_value *v, struct cel_value value, enum inside inside)
{
    if (v->use == VALUE_OF_FIX && is_written(value))
        return node_copy(v->arena, value.node);
    if (++v->nodes > VALUE_NODES || v->depth == LIMIT_DEPTH)
        return refuse(v, "more than is made here");
    v->depth++;
    struct node *node = any_node(v, value, inside);
    v->depth--;
    return node;
}
