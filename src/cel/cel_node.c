/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a node of a manifest is as a value. With a declared type as UnstructuredToVal of
 * apiserver/pkg/cel/common/valuesunstructured.go, otherwise as JSON.
 */
#include "cel/cel_internal.h"

#include <math.h>

#include "base/base64.h"
#include "cel/cel_time.h"

static struct cel_value scalar(const struct node *node)
{
    double number = 0;
    switch (node_kind(node)) {
    case NODE_BOOL:
        return cel_bool(node_bool(node));
    case NODE_INT: {
        int64_t value = 0;
        return node_i64(node, &value) ? cel_int(value) : cel_null();
    }
    case NODE_UINT:
    case NODE_FLOAT:
        /* The server's decoder makes a double of what int64 doesn't hold. */
        return node_double(node, &number) ? cel_double(number) : cel_null();
    case NODE_STRING:
        return cel_string(node_text(node));
    case NODE_LIST:
        return (struct cel_value){.kind = CEL_LIST};
    case NODE_MAP:
        return (struct cel_value){.kind = CEL_MAP};
    case NODE_NULL:
    case NODE_ALIAS:
        break;
    }
    return cel_null();
}

static const char *go_name(const struct node *node)
{
    static const char *const names[] = {
        [NODE_NULL] = "<nil>",          [NODE_BOOL] = "bool",
        [NODE_INT] = "int64",           [NODE_UINT] = "float64",
        [NODE_FLOAT] = "float64",       [NODE_STRING] = "string",
        [NODE_LIST] = "[]interface {}", [NODE_MAP] = "map[string]interface {}",
        [NODE_ALIAS] = "<nil>",
    };
    return names[node_kind(node)];
}

static struct cel_value not_a(struct cel_run *run, const char *wanted, const struct node *node)
{
    return cel_fail(run, "invalid data, expected %s, got %s", wanted, go_name(node));
}

/* A date alone is a timestamp too, at midnight. */
static bool parse_time(struct cel_run *run, struct str text, int64_t *seconds, uint32_t *nanos)
{
    if (cel_timestamp_parse(text, seconds, nanos))
        return true;
    return text.n == 10 &&
           cel_timestamp_parse(str_concat(run->arena, text, STR("T00:00:00Z")), seconds, nanos);
}

static struct cel_value typed_text(struct cel_run *run, const struct node *node, enum cel_kind kind)
{
    struct str text = node_text(node);
    int64_t number = 0;
    uint32_t nanos = 0;
    if (node_kind(node) != NODE_STRING)
        return not_a(run, "string", node);
    if (kind == CEL_TIMESTAMP) {
        if (parse_time(run, text, &number, &nanos))
            return cel_timestamp(number, nanos);
        return cel_fail(run, "Invalid date-time formatted string %.*s", STR_FMT(text));
    }
    if (kind == CEL_DURATION) {
        if (cel_period_parse(text, &number))
            return cel_duration(number);
        return cel_fail(run, "Invalid duration %.*s", STR_FMT(text));
    }
    struct str bytes;
    if (base64_decode(run->arena, text, &bytes))
        return cel_fail(run, "Invalid byte formatted string %.*s", STR_FMT(text));
    return cel_bytes(bytes);
}

/* 13.0 in YAML reaches the server as 13. */
static bool whole_number(const struct node *node, struct cel_value *ret_value)
{
    double number = 0;
    if (node_kind(node) == NODE_INT) {
        *ret_value = scalar(node);
        return true;
    }
    if (node_kind(node) != NODE_FLOAT || !node_double(node, &number) ||
        !(number >= -0x1p63 && number < 0x1p63) || number < trunc(number) || number > trunc(number))
        return false;
    *ret_value = cel_int((int64_t)number);
    return true;
}

static struct cel_value typed(struct cel_run *run, const struct node *node,
                              const struct cel_type *type)
{
    enum node_kind have = node_kind(node);
    struct cel_value whole;
    double number = 0;
    switch (type->kind) {
    case CEL_BOOL:
        return have == NODE_BOOL ? scalar(node) : not_a(run, "bool", node);
    case CEL_INT:
    case CEL_UINT:
        return whole_number(node, &whole) ? whole : not_a(run, "int", node);
    case CEL_DOUBLE:
        return node_double(node, &number) ? cel_double(number) : not_a(run, "float", node);
    case CEL_STRING:
        return have == NODE_STRING ? scalar(node) : not_a(run, "string", node);
    case CEL_BYTES:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        return typed_text(run, node, type->kind);
    case CEL_LIST:
        if (have != NODE_LIST)
            return cel_fail(run, "invalid data, expected an array for the provided schema with "
                                 "type=array");
        return (struct cel_value){.kind = CEL_LIST, .of = type};
    case CEL_MAP:
    case CEL_STRUCT:
        if (have != NODE_MAP)
            return cel_fail(run, "invalid data, expected a map for the provided schema with "
                                 "type=object");
        return (struct cel_value){.kind = CEL_MAP, .of = type};
    case CEL_DYN:
        if ((type->flags & CEL_INT_OR_STRING) && whole_number(node, &whole))
            return whole;
        if ((type->flags & CEL_INT_OR_STRING) && have != NODE_STRING)
            return cel_fail(run, "invalid data, expected XIntOrString value to be either a string "
                                 "or integer");
        return scalar(node);
    case CEL_NULL:
    case CEL_TYPE:
    case CEL_OPTIONAL:
    case CEL_OPAQUE:
    case CEL_ERROR:
    case CEL_UNKNOWN:
    case CEL_ANY:
    case CEL_PARAM:
        break;
    }
    return scalar(node);
}

struct cel_value cel_from_node(struct cel_run *run, const struct node *node,
                               const struct cel_type *type)
{
    struct cel_value value;
    node = node_real(node);
    if (!type || (type->kind == CEL_DYN && !type->flags))
        value = scalar(node);
    else if (!node_is_null(node))
        value = typed(run, node, type);
    else if (type->flags & CEL_NULLABLE)
        value = cel_null();
    else
        value = cel_fail(run, "invalid data, got null for schema with nullable=false");
    value.node = node;
    return value;
}
