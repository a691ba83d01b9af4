/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules on a custom resource after its metadata, in the server's order: the OpenAPI schema, the
 * scale subresource, embedded objects, list sets and maps (customResourceStrategy.Validate).
 */
#include "admit/expr.h"

enum { REPLICAS_MAX = INT32_MAX };

static void check_scale(struct values *values, const struct admitted *admitted);
static void check_status(struct admit_ctx *ctx, const struct admitted *admitted);

static struct spot root_spot(const struct node *value, const struct admitted *old)
{
    const struct entry kind = node_entry(value, STR("kind"));
    return (struct spot){
        .path = {.node = node_real(value)},
        .written = value,
        .key = node_span(kind.key ? kind.written : value),
        .old = old ? node_real(old->value) : NULL,
    };
}

/* Entries that occur twice are tolerated when the stored object has some. */
static bool had_duplicates(struct admit_ctx *ctx, const struct admitted *admitted,
                           const struct admitted *old)
{
    struct values values = {.ctx = ctx, .object = admitted->object, .quiet = true};
    if (!old)
        return false;
    const struct spot root = root_spot(old->value, NULL);
    lists_check(&values, admitted->kind.structural, &root);
    return values.errors > 0;
}

/* Errors that keep the server from looking at rules (hasBlockingErr). */
static bool is_blocked(const struct admit_ctx *ctx, size_t first)
{
    static const enum rule_id blocking[] = {RULE_API_UNSUPPORTED_VALUE, RULE_API_REQUIRED,
                                            RULE_API_TOO_LONG, RULE_API_TOO_MANY,
                                            RULE_API_WRONG_TYPE};
    for (size_t i = first; i < ctx->diags->n; i++)
        for (size_t j = 0; j < ARRAY_LEN(blocking); j++)
            if (ctx->diags->items[i].rule == rule_get(blocking[j]))
                return true;
    return false;
}

void custom_validate(struct admit_ctx *ctx, const struct admitted *admitted,
                     const struct admitted *old)
{
    const struct structural *schema = admitted->kind.structural;
    struct values values = {.ctx = ctx, .object = admitted->object};
    if (!schema || node_kind(admitted->value) != NODE_MAP)
        return;
    const struct spot root = root_spot(admitted->value, old);
    const size_t first = ctx->diags->n;
    struct structural bare = *schema;
    bare.embedded_resource = false; /* the object itself is judged elsewhere */
    value_check(&values, schema, &root);
    check_scale(&values, admitted);
    embedded_check(&values, &bare, &root);
    if (!had_duplicates(ctx, admitted, old))
        lists_check(&values, schema, &root);
    if (!is_blocked(ctx, first))
        expr_check_object(&values, schema, &root);
    check_status(ctx, admitted);
}

static void check_status(struct admit_ctx *ctx, const struct admitted *admitted)
{
    const struct entry status = node_entry(admitted->object->root, STR("status"));
    if (node_kind(status.value) != NODE_MAP || node_real(status.value)->n == 0 ||
        !custom_has_status(&admitted->kind))
        return;
    diag_add(ctx->diags, RULE_OBJECT_STATUS, node_span(status.key), STR("status"),
             "the server ignores status in a manifest; leave it out");
}

/* ---- scale ---- */

/* What a path like .spec.replicas leads to; false when a step on the way is no map. */
static bool scale_find(const struct node *root, struct str path, const struct node **ret_node,
                       const struct node **ret_written)
{
    struct str name;
    const struct node *node = root;
    *ret_node = *ret_written = NULL;
    if (str_starts(path, STR(".")))
        path = str_from_offset(path, 1);
    while (str_split(&path, '.', &name)) {
        if (node_kind(node) != NODE_MAP)
            return false;
        const struct entry e = node_entry(node, name);
        if (!e.key)
            return true;
        node = e.value;
        *ret_written = e.written;
    }
    *ret_node = node;
    return true;
}

static void report_scale(struct values *values, struct str path, const struct node *written,
                         struct span place, const char *text)
{
    const struct path step = {.up = &(struct path){0}, .name = path};
    values->errors++;
    diag_add_path(values->ctx->diags, RULE_API_INVALID_VALUE, written ? node_span(written) : place,
                  &step, "%.*s %s: the scale subresource counts it",
                  STR_FMT(diag_quote(values->ctx->arena, str_from_offset(path, 1))), text);
}

static void check_replicas(struct values *values, const struct admitted *admitted, struct str path)
{
    const struct node *node;
    const struct node *written;
    int64_t n = 0;
    const struct span place = root_spot(admitted->value, NULL).key;
    if (path.n < 2)
        return;
    if (!scale_find(admitted->value, path, &node, &written)) {
        report_scale(values, path, written, place, "must stand in a map");
        return;
    }
    if (!node)
        return;
    if (!node_i64(node, &n) && values->errors == 0) /* else its type is wrong as well */
        report_scale(values, path, written, place, "must be an integer");
    else if (node_i64(node, &n) && n < 0)
        report_scale(values, path, written, place, "must not be negative");
    else if (n > REPLICAS_MAX)
        report_scale(values, path, written, place, "must be at most 2147483647");
}

/* Status stands there only when no status subresource has cleared it. */
static void check_scale(struct values *values, const struct admitted *admitted)
{
    const struct node *scale =
        node_get(node_get(admitted->kind.crd_version, STR("subresources")), STR("scale"));
    const struct str selector = node_get_text(scale, STR("labelSelectorPath"));
    const struct node *node;
    const struct node *written;
    if (node_kind(scale) != NODE_MAP)
        return;
    check_replicas(values, admitted, node_get_text(scale, STR("specReplicasPath")));
    check_replicas(values, admitted, node_get_text(scale, STR("statusReplicasPath")));
    if (selector.n < 2)
        return;
    const bool found = scale_find(admitted->value, selector, &node, &written);
    if (!found || (node && node_kind(node) != NODE_STRING))
        report_scale(values, selector, written, root_spot(admitted->value, NULL).key,
                     "must be a string");
}
