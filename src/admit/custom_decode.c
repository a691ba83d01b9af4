/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First stage of a custom resource, in the server's order: typed metadata, pruning, typed metadata
 * of embedded resources (unstructuredSchemaCoercer in apiextensions-apiserver).
 */
#include "admit/custom.h"

#include "base/limits.h"

/* A value on the way to embedded resources. */
struct coerce {
    struct decode *decode;
    unsigned depth;
};

static void coerce_value(struct coerce *coerce, const struct frame *frame,
                         const struct structural *schema);

static void report_too_large(struct admit_ctx *ctx, const struct admitted *admitted)
{
    const struct entry kind = node_entry(admitted->value, STR("kind"));
    if (admitted->kind.schema_too_large)
        diag_add(ctx->diags, RULE_LIMIT_SIZE, node_span(kind.written), STR("kind"),
                 "the schema of %.*s in its CRD is too large, the object is not checked",
                 STR_FMT(diag_quote(ctx->arena, admitted->kind.kind)));
}

void custom_decode(struct admit_ctx *ctx, struct admitted *admitted)
{
    struct decode decode = {.ctx = ctx, .object = admitted->object};
    struct prune prune = {.ctx = ctx, .object = admitted->object, .kind = admitted->kind.kind};
    const struct frame root = {.path = {.node = admitted->value}};
    const struct prune_step top = {.path = root.path, .schema = admitted->kind.structural};
    struct coerce coerce = {.decode = &decode};
    decode_meta(&decode, &root);
    if (admitted->kind.structural) {
        prune_value(&prune, &top, true);
        coerce_value(&coerce, &root, admitted->kind.structural);
    } else {
        admitted->no_schema = true;
        report_too_large(ctx, admitted);
    }
    admitted->type_error = decode.type_error;
    admitted->strict_error = decode.strict_error || prune.unknown > 0;
}

/* ---- embedded resources ---- */

/* apiVersion and kind of an embedded resource: what is no text can't be decoded. */
static void coerce_type(struct coerce *coerce, const struct frame *frame)
{
    static const char *const names[] = {"apiVersion", "kind"};
    struct admit_ctx *ctx = coerce->decode->ctx;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct entry e = node_entry(frame->path.node, str_from(names[i]));
        if (!e.key || node_kind(e.value) == NODE_STRING)
            continue;
        const struct path path = {.up = &frame->path, .name = str_from(names[i]), .node = e.value};
        coerce->decode->type_error = true;
        diag_add_path(ctx->diags, RULE_API_WRONG_TYPE, node_span(e.written), &path,
                      "%.*s must be a string, not %.*s", STR_FMT(shown_path(ctx->arena, &path)),
                      STR_FMT(describe_value(ctx, coerce->decode->object, e.written)));
    }
}

static void coerce_map(struct coerce *coerce, const struct frame *frame,
                       const struct structural *schema)
{
    if (schema->embedded_resource && frame->up) {
        coerce_type(coerce, frame);
        decode_meta(coerce->decode, frame);
    }
    for (struct entry e = map_first(frame->path.node); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        const struct structural *property = structural_property(schema, name);
        const struct frame child = {
            .path = {.up = &frame->path, .name = name, .is_key = !property, .node = e.value},
            .up = frame};
        coerce_value(coerce, &child, property ? property : schema->additional);
    }
}

static void coerce_value(struct coerce *coerce, const struct frame *frame,
                         const struct structural *schema)
{
    const struct node *node = frame->path.node;
    if (!schema || coerce->depth == LIMIT_DEPTH)
        return;
    coerce->depth++;
    if (node_kind(node) == NODE_MAP)
        coerce_map(coerce, frame, schema);
    for (struct item it = list_first(node); it.value; it = list_next(it)) {
        const struct frame child = {
            .path = {.up = &frame->path, .index = it.index, .node = it.value}, .up = frame};
        coerce_value(coerce, &child, schema->items);
    }
    coerce->depth--;
}
