/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pruning, as apiextensions-apiserver does it before anything else looks at a custom resource: what
 * the schema does not name is dropped, and strict field validation reports it.
 */
#include "admit/admit_fix.h"
#include "admit/custom.h"

#include "base/limits.h"

static void prune_map(struct prune *prune, const struct prune_step *step, bool is_resource);
static void prune_list(struct prune *prune, const struct prune_step *step);

bool is_meta_field(struct str name)
{
    return str_is(name, "apiVersion") || str_is(name, "kind") || str_is(name, "metadata");
}

bool schema_has_additional(const struct structural *schema)
{
    return schema->additional || schema->additional_any ||
           !node_is_null(node_get(schema->node, STR("additionalProperties")));
}

static bool go_deeper(struct prune *prune, const struct prune_step *step)
{
    if (prune->depth < LIMIT_DEPTH) {
        prune->depth++;
        return true;
    }
    if (!prune->quiet)
        diag_add_path(prune->ctx->diags, RULE_LIMIT_DEPTH, node_span(step->path.node), &step->path,
                      "nested more than %d levels deep, below is not checked", LIMIT_DEPTH);
    return false;
}

void prune_value(struct prune *prune, const struct prune_step *step, bool is_resource)
{
    const enum node_kind kind = node_kind(step->path.node);
    if ((kind != NODE_MAP && kind != NODE_LIST) || !go_deeper(prune, step))
        return;
    if (kind == NODE_MAP)
        prune_map(prune, step, is_resource);
    else
        prune_list(prune, step);
    prune->depth--;
}

static bool fits(const struct structural *schema, const struct node *value)
{
    const enum node_kind kind = node_kind(value);
    if (kind == NODE_LIST)
        return schema->type == STRUCTURAL_ARRAY;
    if (kind == NODE_MAP)
        return schema->type == STRUCTURAL_OBJECT;
    return kind != NODE_NULL && schema->type != STRUCTURAL_ARRAY &&
           schema->type != STRUCTURAL_OBJECT;
}

/* The one field that is a slip away, is not set, and takes such a value. */
static void offer_rename(struct prune *prune, const struct prune_step *step,
                         const struct path *path, struct diag *diag)
{
    struct near_names near = {.wanted = path->name};
    for (size_t i = 0; i < step->schema->property_count; i++)
        near_offer(&near, step->schema->properties[i].name);
    const struct structural *schema =
        near.n == 1 ? structural_property(step->schema, near.name) : NULL;
    if (schema && !node_get(step->path.node, near.name) && fits(schema, path->node))
        fix_key(prune->ctx, diag, prune->object->root, path, near.name);
}

static void report_unknown(struct prune *prune, const struct prune_step *step,
                           const struct node *key)
{
    struct admit_ctx *ctx = prune->ctx;
    const struct str name = node_text(key);
    if (prune->unknown++ == 0)
        prune->first = key;
    if (prune->quiet)
        return;
    const struct path path = {
        .up = &step->path, .name = name, .node = node_get(step->path.node, name)};
    const struct str fix = explain_unknown(ctx->arena, step, name);
    struct diag *diag = diag_add_path(
        ctx->diags, RULE_API_UNKNOWN_FIELD, node_span(key), &path,
        "%.*s is not a field of %.*s%s%.*s", STR_FMT(shown_path(ctx->arena, &path)),
        STR_FMT(diag_quote(ctx->arena, prune->kind)), fix.n ? "; " : "", STR_FMT(fix));
    if (str_starts(fix, STR("did you mean")))
        offer_rename(prune, step, &path, diag);
}

static void prune_entry(struct prune *prune, const struct prune_step *step,
                        const struct structural *schema, const struct entry *entry)
{
    const struct prune_step child = {
        .path = {.up = &step->path, .name = node_text(entry->key), .node = entry->value},
        .up = step,
        .schema = schema,
    };
    prune_value(prune, &child, false);
}

/* Encrypted manifests have a map of their own beside spec, which is gone before they are sent. */
static bool is_sops_map(const struct prune *prune, const struct prune_step *step, struct str name)
{
    return !step->up && prune->object->sops && str_is(name, "sops");
}

static bool keeps_unknown(const struct prune_step *step)
{
    return step->keeps || (step->schema && step->schema->preserve_unknown);
}

static void prune_map(struct prune *prune, const struct prune_step *step, bool is_resource)
{
    const struct structural *schema = step->schema;
    const bool resource = is_resource || (schema && schema->embedded_resource);
    for (struct entry e = map_first(step->path.node); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        if ((schema && resource && is_meta_field(name)) || is_sops_map(prune, step, name))
            continue;
        const struct structural *property = schema ? structural_property(schema, name) : NULL;
        if (property)
            prune_entry(prune, step, property, &e);
        else if (schema && schema_has_additional(schema))
            prune_entry(prune, step, schema->additional, &e);
        else if (!keeps_unknown(step))
            report_unknown(prune, step, e.key);
    }
}

/* x-kubernetes-preserve-unknown-fields of a list holds for its items as well, that of a map not. */
static void prune_list(struct prune *prune, const struct prune_step *step)
{
    const struct structural *items = step->schema ? step->schema->items : NULL;
    const bool keeps = keeps_unknown(step);
    if (keeps && !items)
        return;
    for (struct item it = list_first(step->path.node); it.value; it = list_next(it)) {
        const struct prune_step child = {
            .path = {.up = &step->path, .index = it.index, .node = it.value},
            .up = step,
            .schema = items,
            .keeps = keeps,
        };
        prune_value(prune, &child, false);
    }
}
