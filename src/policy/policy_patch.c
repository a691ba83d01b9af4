/* SPDX-License-Identifier: Apache-2.0 */
/* One mutation: plugin/policy/mutating/patch/json_patch.go and smd.go, and how values of the
 * language become JSON (pkg/cel/mutation). */
#include "base/limits.h"
#include "cel/cel_library.h"
#include "doc/doc_patch.h"
#include "policy/policy_internal.h"
#include "policy/policy_merge.h"

enum {
    VALUE_NODES = 1 << 18,
    SAFE_BITS = 53,     /* integers above are text in JSON of protocol buffers */
    TYPE_NAME_MAX = 64, /* parts of the name of a type */
};

struct patching {
    const struct policy_invocation *invocation;
    struct arena *arena;
    struct cel_run *run;
    bool is_json; /* a value of a JSONPatch */
    bool panics;  /* the server does, at an Object in a list or map of such a value */
    size_t nodes;
    unsigned depth;
    struct str error;
};

/* ---- values ---- */

/* What converts the value: elements of a field's list or map are taken as they are, so that one
 * which the expression built itself is of no type that is known there. */
enum inside { INSIDE_NOTHING, INSIDE_OBJECT, INSIDE_FIELD };

static struct node *to_node(struct patching *p, struct cel_value value, enum inside inside);

static bool is_object(struct cel_value value)
{
    return value.kind == CEL_MAP && value.map && value.of && value.of->kind == CEL_STRUCT;
}

/* What a structured merge does not know the type of: null of the language, and what it builds
 * inside a field. */
static struct node *strange(struct patching *p)
{
    struct node *node = node_new(p->arena, NODE_NULL);
    node->flags |= NODE_TAGGED;
    return node;
}

static struct node *refuse(struct patching *p, const char *type)
{
    if (!p->error.n)
        p->error = str_format(p->arena, "invalid type: %s", type);
    return node_new(p->arena, NODE_NULL);
}

static struct node *number(struct patching *p, enum node_kind kind, struct str text)
{
    struct node *node = node_new_text(p->arena, text);
    node->kind = (uint8_t)kind;
    return node;
}

static struct node *integer(struct patching *p, struct cel_value value)
{
    const bool is_unsigned = value.kind == CEL_UINT;
    const struct str text = is_unsigned ? str_format(p->arena, "%" PRIu64, value.u64)
                                        : str_format(p->arena, "%" PRId64, value.i64);
    const uint64_t size =
        is_unsigned || value.i64 >= 0 ? value.u64 : (uint64_t) - (value.i64 + 1) + 1;
    if (p->is_json && size >> SAFE_BITS && size != (uint64_t)1 << SAFE_BITS)
        return node_new_text(p->arena, text);
    return number(p, is_unsigned && value.u64 > INT64_MAX ? NODE_UINT : NODE_INT, text);
}

static struct node *fraction(struct patching *p, double value)
{
    if (value - value != 0) /* infinite, or no number */
        return refuse(p, "float64");
    if (value >= -1e15 && value <= 1e15 && (double)(int64_t)value == value)
        return node_new_i64(p->arena, (int64_t)value);
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, LIMIT_MESSAGE_BYTES);
    cel_double_format(&text, value);
    return number(p, NODE_FLOAT, buf_str(&text));
}

static struct node *list_node(struct patching *p, struct cel_value value, enum inside inside)
{
    struct node *list = node_new(p->arena, NODE_LIST);
    struct node **link = &list->first;
    struct cel_value key, item;
    if (inside == INSIDE_FIELD && value.list)
        return p->is_json ? refuse(p, "[]ref.Val") : strange(p);
    const enum inside below = inside == INSIDE_OBJECT ? INSIDE_FIELD : inside;
    for (struct cel_iter it = {.of = value}; cel_iter_next(p->run, &it, &key, &item);) {
        *link = to_node(p, item, below);
        link = &(*link)->next;
        list->n++;
    }
    return list;
}

static struct node *map_node(struct patching *p, struct cel_value value, enum inside inside)
{
    struct node *map = node_new(p->arena, NODE_MAP);
    struct node **link = &map->first;
    struct cel_value key, item;
    if (inside == INSIDE_FIELD && value.map && !is_object(value))
        return p->is_json ? refuse(p, "map[ref.Val]ref.Val") : strange(p);
    if (p->is_json && inside == INSIDE_NOTHING && p->depth > 1 && is_object(value))
        p->panics = true;
    enum inside below = inside == INSIDE_OBJECT ? INSIDE_FIELD : inside;
    if (is_object(value))
        below = INSIDE_OBJECT;
    for (struct cel_iter it = {.of = value}; cel_iter_next(p->run, &it, &key, &item);) {
        if (key.kind != CEL_STRING)
            return refuse(p, "map key");
        *link = node_new_text(p->arena, cel_text(key));
        (*link)->next = to_node(p, item, below);
        link = &(*link)->next->next;
        map->n++;
    }
    return map;
}

static void add_base64(struct buf *out, struct str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.n; i += 3) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < bytes.n ? (uint8_t)bytes.p[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_add_char(out, i + k > bytes.n ? '=' : digits[bits >> (18 - 6 * k) & 63]);
    }
}

/* What JSON has no word for; the structured merge knows no value of these types. */
static struct node *text_node(struct patching *p, struct cel_value value)
{
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, LIMIT_FILE_BYTES);
    if (!p->is_json)
        return refuse(p, "time");
    if (value.kind == CEL_BYTES)
        add_base64(&text, cel_text(value));
    else if (value.kind == CEL_TIMESTAMP)
        cel_timestamp_format(&text, value.i64, value.nanos);
    else
        cel_duration_format(&text, value.i64);
    return node_new_text(p->arena, buf_str(&text));
}

static struct node *any_node(struct patching *p, struct cel_value value, enum inside inside)
{
    switch ((enum cel_kind)value.kind) {
    case CEL_NULL:
        return p->is_json ? node_new(p->arena, NODE_NULL) : strange(p);
    case CEL_BOOL:
        return node_new_bool(p->arena, value.boolean);
    case CEL_INT:
    case CEL_UINT:
        return integer(p, value);
    case CEL_DOUBLE:
        return fraction(p, value.f64);
    case CEL_STRING:
        return node_new_text(p->arena, cel_text(value));
    case CEL_LIST:
        return list_node(p, value, inside);
    case CEL_MAP:
        return map_node(p, value, inside);
    case CEL_BYTES:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        return text_node(p, value);
    case CEL_OPTIONAL:
        if (inside != INSIDE_NOTHING)
            return value.inner ? to_node(p, *value.inner, inside) : node_new(p->arena, NODE_NULL);
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
    return refuse(p, str_to_c(p->arena, name));
}

static struct node *to_node(struct patching *p, struct cel_value value, enum inside inside)
{
    if (++p->nodes > VALUE_NODES || p->depth == LIMIT_DEPTH)
        return refuse(p, "more than is made here");
    p->depth++;
    struct node *node = any_node(p, value, inside);
    p->depth--;
    return node;
}

/* ---- names of types ---- */

struct type_path {
    struct str parts[TYPE_NAME_MAX];
    size_t n;
};

static struct str path_text(struct arena *arena, const struct type_path *path)
{
    struct str text = path->parts[0];
    for (size_t i = 1; i < path->n; i++)
        text = str_format(arena, "%.*s.%.*s", STR_FMT(text), STR_FMT(path->parts[i]));
    return text;
}

/* Object.spec may only stand in the field spec of an Object. */
static void check_types(struct patching *p, struct cel_value value, struct type_path *path)
{
    struct cel_value key, item;
    const bool made = is_object(value);
    if (path->n == TYPE_NAME_MAX || (value.kind != CEL_LIST && value.kind != CEL_MAP) ||
        (value.kind == CEL_LIST ? !value.list : !value.map))
        return;
    if (made) {
        const struct str want = path_text(p->arena, path);
        if (!str_eq(value.of->name, want))
            p->error = str_format(
                p->arena,
                "%.*s%sunexpected type name \"%.*s\", expected \"%.*s\", which matches field name "
                "path from root Object type",
                STR_FMT(p->error), p->error.n ? "\n" : "", STR_FMT(value.of->name), STR_FMT(want));
    }
    for (struct cel_iter it = {.of = value}; cel_iter_next(p->run, &it, &key, &item);) {
        if (made)
            path->parts[path->n++] = cel_text(key);
        check_types(p, item, path);
        path->n -= made;
    }
}

static bool types_fit(struct patching *p, struct cel_value value)
{
    struct type_path path = {.n = 1};
    if (!is_object(value))
        return true;
    path.parts[0] = value.of->name;
    check_types(p, value, &path);
    if (p->error.n)
        p->error = str_format(p->arena, "type mismatch: %.*s", STR_FMT(p->error));
    return !p->error.n;
}

/* ---- JSONPatch ---- */

static bool read_text(struct patching *p, struct cel_value op, const char *name,
                      struct str *ret_text)
{
    struct cel_value value;
    *ret_text = (struct str){0};
    if (!cel_map_get(p->run, op, cel_string(str_from(name)), &value))
        return true;
    if (value.kind != CEL_STRING) {
        p->error = str_format(p->arena, "unexpected type for JSONPatchType '%s' field", name);
        return false;
    }
    *ret_text = str_dup(p->arena, cel_text(value));
    return true;
}

static bool read_op(struct patching *p, struct cel_value from, struct patch_op *op)
{
    struct cel_value value;
    if (!read_text(p, from, "op", &op->op) || !read_text(p, from, "path", &op->path) ||
        !read_text(p, from, "from", &op->from))
        return false;
    if (!cel_map_get(p->run, from, cel_string(STR("value")), &value))
        return true;
    if (!types_fit(p, value))
        return false;
    op->value = to_node(p, value, INSIDE_NOTHING);
    if (p->panics) {
        p->error = STR("an API server panics at an Object inside a list or map of a JSONPatch's "
                       "value; write it as a map");
        return false;
    }
    if (p->error.n)
        p->error = str_format(p->arena,
                              "JSONPath valueExpression evaluated to a type that could not marshal "
                              "to JSON: proto: %.*s",
                              STR_FMT(p->error));
    return !p->error.n;
}

/* Go writes an empty status, too. */
static const struct node *with_status(struct patching *p)
{
    const struct policy_subject *subject = p->invocation->subject;
    const struct field *field = subject->kind->custom
                                    ? NULL
                                    : type_field(type_get(subject->kind->type), STR("status"),
                                                 subject->set->source.view->minor);
    if (!field || node_entry(subject->value, STR("status")).key)
        return subject->value;
    struct node *copy = node_copy(p->arena, subject->value);
    node_put(p->arena, copy, STR("status"), node_new(p->arena, NODE_MAP));
    return copy;
}

static bool apply_json(struct patching *p, struct cel_value list, uint8_t origin,
                       const struct node **ret_root)
{
    struct cel_value key, item;
    const size_t n = cel_size(p->run, list);
    struct patch_op *ops = ARENA_ARRAY(p->arena, struct patch_op, n + 1);
    struct patch patch = {.ops = ops, .origin = origin};
    p->is_json = true;
    for (struct cel_iter it = {.of = list}; patch.n < n && cel_iter_next(p->run, &it, &key, &item);)
        if (!read_op(p, item, &ops[patch.n++]))
            return false;
    struct str error = {0};
    const enum patch_outcome outcome =
        doc_patch(p->arena, with_status(p), &patch, ret_root, &error);
    if (outcome == PATCH_TEST_FAILED)
        *ret_root = p->invocation->subject->value;
    if (outcome != PATCH_FAILED)
        return true;
    p->error = str_format(p->arena, "JSON Patch: %.*s", STR_FMT(error));
    return false;
}

/* ---- ApplyConfiguration ---- */

static bool apply_merge(struct patching *p, struct cel_value value, uint8_t origin,
                        const struct node **ret_root)
{
    const struct policy_subject *subject = p->invocation->subject;
    if (!types_fit(p, value))
        return false;
    const struct node *patch = to_node(p, value, INSIDE_NOTHING);
    struct str error = {0};
    if (p->error.n) {
        p->error = str_format(p->arena,
                              "error applying patch: failed to convert patch object to typed "
                              "object: %.*s",
                              STR_FMT(p->error));
        return false;
    }
    *ret_root =
        policy_merge(&(struct merge_input){.arena = p->arena,
                                           .shape = shape_of_kind(subject->kind,
                                                                  subject->set->source.view->minor),
                                           .live = subject->value,
                                           .patch = patch,
                                           .origin = origin},
                     &error);
    if (!*ret_root)
        p->error = str_format(p->arena, "error applying patch: %.*s", STR_FMT(error));
    return *ret_root != NULL;
}

/* ---- all ---- */

static enum policy_change change(struct patching *p, struct policy_pass *pass,
                                 const struct policy_validation *mutation, uint8_t origin,
                                 const struct node **ret_root, struct str *ret_text)
{
    struct cel_value value;
    const struct policy_result result = policy_eval_in(pass, &mutation->expr, p->run, &value);
    *ret_text = result.text;
    if (result.outcome == OUTCOME_UNKNOWN)
        return CHANGE_UNKNOWN;
    if (result.outcome == OUTCOME_ERROR)
        return CHANGE_FAILED;
    if (mutation->merges ? apply_merge(p, value, origin, ret_root)
                         : apply_json(p, value, origin, ret_root))
        return CHANGE_MADE;
    *ret_text = p->error;
    return CHANGE_FAILED;
}

enum policy_change policy_patch(const struct policy_invocation *invocation, uint32_t mutation,
                                uint8_t origin, const struct node **ret_root, struct str *ret_text)
{
    const struct policy_subject *subject = invocation->subject;
    struct arena scratch SCOPED(arena) = {0};
    struct cel_run run = {.arena = &scratch};
    struct patching patching = {.invocation = invocation, .arena = subject->arena, .run = &run};
    struct policy_pass pass;
    policy_pass_begin(&pass, &(struct policy_activation){.subject = subject,
                                                         .policy = invocation->policy,
                                                         .param = invocation->param,
                                                         .matched = &invocation->matched,
                                                         .budget = CEL_COST_PER_BINDING});
    const enum policy_change made = change(
        &patching, &pass, &invocation->policy->validations[mutation], origin, ret_root, ret_text);
    cel_run_release(&run);
    return made;
}
