/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defaults in a CRD must be what the server would store: no unknown fields, valid embedded objects,
 * valid values (ValidateDefaults). Each is judged against the schema that it stands in.
 */
#include "admit/expr.h"

static bool is_pruned(struct crd *crd, const struct structural *schema, const struct path *path,
                      const struct node *value)
{
    struct prune prune = {.ctx = crd->ctx, .object = crd->admitted->object, .quiet = true};
    /* not the root of an object, whatever the path is */
    const struct prune_step above = {.path = *path};
    const struct prune_step step = {
        .path = {.up = path, .node = value}, .up = &above, .schema = schema};
    prune_value(&prune, &step, false);
    if (prune.unknown == 0)
        return true;
    crd->errors++;
    diag_add_path(crd->ctx->diags, RULE_API_CRD_SCHEMA, node_span(prune.first), path,
                  "the default has %.*s, which is no field of its schema",
                  STR_FMT(diag_quote(crd->ctx->arena, node_text(prune.first))));
    return false;
}

/* As an update that changes nothing, then as a new value. */
static void check_rules(struct crd *crd, const struct crd_step *step, struct values *values,
                        const struct structural *schema, const struct spot *spot)
{
    const bool root = step->level == CRD_ROOT || schema->embedded_resource;
    const struct expr_node *node =
        expr_node_make(crd->ctx->arena, crd->ctx->view->minor, schema, root);
    struct spot update = *spot;
    if (!node)
        return;
    update.old = spot->path.node;
    expr_check_default(values, node, &update);
    if (values->errors == 0)
        expr_check(values, node, spot);
    expr_node_release(node);
}

static void check_value(struct crd *crd, const struct crd_step *step,
                        const struct structural *schema, const struct spot *spot)
{
    struct values values = {.ctx = crd->ctx, .object = crd->admitted->object, .of_default = true};
    if (!step->inside_meta) {
        if (!is_pruned(crd, schema, &spot->path, spot->path.node))
            return;
        embedded_check(&values, schema, spot);
    }
    if (values.errors == 0)
        value_check(&values, schema, spot);
    if (values.errors == 0)
        check_rules(crd, step, &values, schema, spot);
    crd->errors += values.errors;
}

void crd_check_default(struct crd *crd, const struct crd_step *step,
                       const struct crd_schema *schema)
{
    const struct entry e = node_entry(schema->node, STR("default"));
    const struct spot spot = {
        .path = {.up = &step->path, .name = STR("default"), .node = e.value},
        .written = e.written,
        .key = node_span(e.key),
    };
    const struct structural *read = structural_read(&crd->view, schema->node);
    if (!read) {
        crd->errors++;
        diag_add_path(crd->ctx->diags, RULE_LIMIT_SIZE, spot.key, &spot.path,
                      "the schema of this default is too large, the default is not checked");
        return;
    }
    struct structural structural = *read;
    structural.embedded_resource = read->embedded_resource || step->level == CRD_ROOT;
    check_value(crd, step, &structural, &spot);
}
