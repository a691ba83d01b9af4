/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk: a value against its Go type, with the verdicts of sigs.k8s.io/json in strict mode. This
 * is the loop over all nodes, so frames live on the C stack and texts are made only for findings.
 *
 * Null is right for every type. In a struct it is the same as absent; a null list entry or map
 * value becomes the zero of its type (default_null.c).
 */
#include "admit/admit_internal.h"

#include "base/limits.h"

enum { MAP_KEYS_MAX = 4 };

static void decode_struct(struct decode *decode, const struct frame *frame,
                          const struct type *type);
static void decode_map(struct decode *decode, const struct frame *frame, const struct type *type);
static void decode_list(struct decode *decode, const struct frame *frame, const struct type *type);
static bool go_deeper(struct decode *decode, const struct frame *frame);

void decode_value(struct decode *decode, const struct frame *frame, const struct node *written)
{
    const struct node *node = frame->path.node;
    if (node->kind == NODE_NULL) {
        decode->null_entries |= !frame->field;
        return;
    }
    const struct type *type = type_get(frame->type);
    const bool is_collection =
        type->kind == TYPE_STRUCT || type->kind == TYPE_MAP || type->kind == TYPE_LIST;
    if (!is_collection) {
        if ((type->kind != TYPE_STRING || node->kind != NODE_STRING) &&
            !object_is_opaque(decode->object, node))
            decode_scalar(decode, frame, written);
        return;
    }
    const enum node_kind wanted = type->kind == TYPE_LIST ? NODE_LIST : NODE_MAP;
    if (node->kind != wanted) {
        if (!object_is_opaque(decode->object, node))
            decode_wrong_type(decode, frame, written);
        return;
    }
    if (node->n == 0 || !go_deeper(decode, frame))
        return;
    if (type->kind == TYPE_STRUCT)
        decode_struct(decode, frame, type);
    else if (type->kind == TYPE_MAP)
        decode_map(decode, frame, type);
    else
        decode_list(decode, frame, type);
    decode->depth--;
}

/*
 * A schema of a CRD at a place that takes another form as well. Their own decoders don't look for
 * unknown fields, so what is below is decoded without; the two with lists pass over scalars. Lists
 * of text are those of `dependencies`, which no CRD may have.
 */
void decode_schema_or(struct decode *decode, const struct frame *frame, const struct node *written)
{
    const enum type_kind kind = (enum type_kind)type_get(frame->type)->kind;
    const struct node *node = frame->path.node;
    struct frame inner = *frame;
    inner.type = type_get(frame->type)->element;
    decode->lenient++;
    if (node->kind == NODE_MAP) {
        decode_value(decode, &inner, written);
    } else if (kind == TYPE_SCHEMA_OR_BOOL) {
        if (node->kind != NODE_BOOL)
            decode_wrong_type(decode, frame, written);
    } else if (kind == TYPE_SCHEMA_OR_LIST) {
        for (struct item it = list_first(node); it.value; it = list_next(it)) {
            inner.path = (struct path){.up = &frame->path, .index = it.index, .node = it.value};
            inner.up = frame;
            decode_value(decode, &inner, it.written);
        }
    }
    decode->lenient--;
}

/* The built-in object whose fields stand for those of all: every kind has the same metadata. */
void decode_meta(struct decode *decode, const struct frame *root)
{
    const struct entry e = node_entry(root->path.node, STR("metadata"));
    struct kind_info config_map;
    if (!e.key || schema_find_kind(decode->ctx->view, (struct str){0}, STR("v1"), STR("ConfigMap"),
                                   &config_map) != KIND_SERVED)
        return;
    const struct field *field =
        type_field(type_get(config_map.type), STR("metadata"), decode->ctx->view->minor);
    const struct frame frame = {
        .path = {.up = &root->path, .name = STR("metadata"), .node = e.value},
        .up = root,
        .field = field,
        .type = field->type,
    };
    decode_value(decode, &frame, e.written);
}

static bool go_deeper(struct decode *decode, const struct frame *frame)
{
    if (decode->depth < LIMIT_DEPTH) {
        decode->depth++;
        return true;
    }
    if (!decode->too_deep)
        diag_add_path(decode->ctx->diags, RULE_LIMIT_DEPTH, node_span(frame->path.node),
                      &frame->path, "nested more than %d levels deep, below is not checked",
                      LIMIT_DEPTH);
    decode->too_deep = true;
    return false;
}

static void decode_struct(struct decode *decode, const struct frame *frame, const struct type *type)
{
    const unsigned minor = decode->ctx->view->minor;
    for (struct entry e = map_first(frame->path.node); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        const struct field *field = type_field(type, name, minor);
        if (!field) {
            if (!decode->lenient && (frame->up || !decode->object->sops || !str_is(name, "sops")))
                decode_unknown_field(decode, frame, &e);
            continue;
        }
        const struct frame child = {
            .path = {.up = &frame->path, .name = name, .node = e.value},
            .up = frame,
            .field = field,
            .type = field->type,
        };
        decode_value(decode, &child, e.written);
    }
}

static void decode_map(struct decode *decode, const struct frame *frame, const struct type *type)
{
    for (struct entry e = map_first(frame->path.node); e.key; e = map_next(e)) {
        const struct frame child = {
            .path = {.up = &frame->path, .name = node_text(e.key), .is_key = true, .node = e.value},
            .up = frame,
            .type = type->element,
        };
        decode_value(decode, &child, e.written);
    }
}

static void decode_list(struct decode *decode, const struct frame *frame, const struct type *type)
{
    struct str keys[MAP_KEYS_MAX];
    uint32_t key_count = 0;
    const uint8_t list_type = frame->field ? frame->field->list_type : LIST_ATOMIC;
    if (list_type == LIST_MAP)
        key_count = (uint32_t)field_map_keys(frame->field, keys, ARRAY_LEN(keys));
    for (struct item it = list_first(frame->path.node); it.value; it = list_next(it)) {
        const struct frame child = {
            .path = {.up = &frame->path,
                     .index = it.index,
                     .node = it.value,
                     .keys = key_count ? keys : NULL,
                     .key_count = key_count},
            .up = frame,
            .type = type->element,
        };
        decode_value(decode, &child, it.written);
    }
    if (list_type == LIST_ATOMIC)
        return;
    decode_keyless_entries(decode, frame);
    if (frame->path.node->n > 1)
        decode_duplicates(decode, frame);
}
