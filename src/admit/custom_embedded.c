/* SPDX-License-Identifier: Apache-2.0 */
/* Objects inside of custom resources (x-kubernetes-embedded-resource): their type and metadata. */
#include "admit/custom.h"

#include "base/limits.h"

static void report_missing(struct values *values, const struct spot *object, const char *name)
{
    const struct spot missing = {.path = {.up = &object->path, .name = str_from(name)},
                                 .key = object->key};
    value_report(values, RULE_API_REQUIRED, &missing, "is required in an embedded object");
}

static void check_api_version(struct values *values, const struct spot *spot)
{
    struct str group = {0};
    struct str version = {0};
    const struct str text = node_text(spot->path.node);
    if (node_kind(spot->path.node) != NODE_STRING) /* decoding has said so */
        return;
    if (text.n == 0)
        value_report(values, RULE_API_INVALID_VALUE, spot, "must not be empty");
    else if (!api_version_split(text, &group, &version))
        value_report(values, RULE_API_INVALID_VALUE, spot,
                     "must be a version, or a group and a version like apps/v1");
}

static void check_kind(struct values *values, const struct spot *spot)
{
    struct arena *arena = values->ctx->arena;
    const struct str text = node_text(spot->path.node);
    if (node_kind(spot->path.node) != NODE_STRING)
        return;
    const char *error = format_dns1035_label(str_lower(arena, text));
    if (text.n == 0)
        value_report(values, RULE_API_INVALID_VALUE, spot, "must not be empty");
    else if (error)
        value_report(values, RULE_API_INVALID_VALUE, spot, "\"%.*s\" in lower case %s",
                     STR_FMT(diag_quote(arena, text)), error);
}

static void check_metadata_name(struct values *values, const struct spot *metadata,
                                const char *name, enum rule_id rule,
                                const char *(*check)(struct str s))
{
    const struct entry e = node_entry(metadata->path.node, str_from(name));
    const struct str text = node_text(e.value);
    const char *error = node_kind(e.value) == NODE_STRING && text.n ? check(text) : NULL;
    if (!error)
        return;
    const struct spot spot = spot_entry(metadata, &e);
    value_report(values, rule, &spot, "\"%.*s\" %s", STR_FMT(diag_quote(values->ctx->arena, text)),
                 error);
}

static void check_metadata(struct values *values, const struct spot *metadata)
{
    if (node_kind(metadata->path.node) != NODE_MAP)
        return;
    check_metadata_name(values, metadata, "name", RULE_API_INVALID_NAME, format_path_segment);
    check_metadata_name(values, metadata, "namespace", RULE_API_INVALID_NAMESPACE,
                        format_dns1123_label);
    if (values->quiet)
        return;
    metadata_validate_embedded(values->ctx, &metadata->path);
}

static void check_object(struct values *values, const struct spot *object)
{
    const struct node *map = object->path.node;
    const struct entry version = node_entry(map, STR("apiVersion"));
    const struct entry kind = node_entry(map, STR("kind"));
    const struct entry metadata = node_entry(map, STR("metadata"));
    const struct spot version_spot = spot_entry(object, &version);
    const struct spot kind_spot = spot_entry(object, &kind);
    const struct spot metadata_spot = spot_entry(object, &metadata);
    if (version.key)
        check_api_version(values, &version_spot);
    else
        report_missing(values, object, "apiVersion");
    if (kind.key)
        check_kind(values, &kind_spot);
    else
        report_missing(values, object, "kind");
    if (metadata.key)
        check_metadata(values, &metadata_spot);
}

void embedded_check(struct values *values, const struct structural *schema, const struct spot *spot)
{
    const struct node *node = spot->path.node;
    if (!schema || values->depth == LIMIT_DEPTH)
        return;
    values->depth++;
    if (schema->embedded_resource && node_kind(node) == NODE_MAP)
        check_object(values, spot);
    for (struct entry e = map_first(node); e.key; e = map_next(e)) {
        const struct structural *property = structural_property(schema, node_text(e.key));
        struct spot child = spot_entry(spot, &e);
        child.path.is_key = !property;
        embedded_check(values, property ? property : schema->additional, &child);
    }
    for (struct item it = list_first(node); it.value; it = list_next(it)) {
        const struct spot child = spot_item(spot, schema, &it);
        embedded_check(values, schema->items, &child);
    }
    values->depth--;
}
