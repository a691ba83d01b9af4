/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk over a CRD's openAPIV3Schema: each schema's keywords are read once into a table, and all
 * rules look there.
 */
#include "admit/crd.h"

#include <stdarg.h>

#include "base/limits.h"

enum {
    IN_ROOT = 1 << 0, /* may stand at the root beside a status subresource */
};

#define NAME(text)                                                                                 \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

/* By length, so that a key is compared with those of its own length only. order: crd_keyword */
static const struct {
    struct str name;
    unsigned flags;
} crd_keywords[KW_COUNT] = {
    [KW_ID] = {NAME("id"), 0},
    [KW_NOT] = {NAME("not"), 0},
    [KW_REF] = {NAME("$ref"), 0},
    [KW_TYPE] = {NAME("type"), IN_ROOT},
    [KW_ENUM] = {NAME("enum"), 0},
    [KW_ITEMS] = {NAME("items"), IN_ROOT},
    [KW_TITLE] = {NAME("title"), IN_ROOT},
    [KW_ALL_OF] = {NAME("allOf"), 0},
    [KW_ANY_OF] = {NAME("anyOf"), 0},
    [KW_ONE_OF] = {NAME("oneOf"), 0},
    [KW_FORMAT] = {NAME("format"), IN_ROOT},
    [KW_SCHEMA] = {NAME("$schema"), 0},
    [KW_DEFAULT] = {NAME("default"), 0},
    [KW_MAXIMUM] = {NAME("maximum"), IN_ROOT},
    [KW_MINIMUM] = {NAME("minimum"), IN_ROOT},
    [KW_PATTERN] = {NAME("pattern"), IN_ROOT},
    [KW_EXAMPLE] = {NAME("example"), IN_ROOT},
    [KW_REQUIRED] = {NAME("required"), IN_ROOT},
    [KW_MAX_ITEMS] = {NAME("maxItems"), IN_ROOT},
    [KW_MIN_ITEMS] = {NAME("minItems"), IN_ROOT},
    [KW_NULLABLE] = {NAME("nullable"), 0},
    [KW_MAX_LENGTH] = {NAME("maxLength"), IN_ROOT},
    [KW_MIN_LENGTH] = {NAME("minLength"), IN_ROOT},
    [KW_MULTIPLE_OF] = {NAME("multipleOf"), IN_ROOT},
    [KW_PROPERTIES] = {NAME("properties"), IN_ROOT},
    [KW_DESCRIPTION] = {NAME("description"), IN_ROOT},
    [KW_UNIQUE_ITEMS] = {NAME("uniqueItems"), IN_ROOT},
    [KW_DEFINITIONS] = {NAME("definitions"), 0},
    [KW_DEPENDENCIES] = {NAME("dependencies"), 0},
    [KW_EXTERNAL_DOCS] = {NAME("externalDocs"), IN_ROOT},
    [KW_MAX_PROPERTIES] = {NAME("maxProperties"), 0},
    [KW_MIN_PROPERTIES] = {NAME("minProperties"), 0},
    [KW_ADDITIONAL_ITEMS] = {NAME("additionalItems"), 0},
    [KW_EXCLUSIVE_MAXIMUM] = {NAME("exclusiveMaximum"), IN_ROOT},
    [KW_EXCLUSIVE_MINIMUM] = {NAME("exclusiveMinimum"), IN_ROOT},
    [KW_PATTERN_PROPERTIES] = {NAME("patternProperties"), 0},
    [KW_ADDITIONAL_PROPERTIES] = {NAME("additionalProperties"), 0},
    [KW_X_MAP_TYPE] = {NAME("x-kubernetes-map-type"), 0},
    [KW_X_LIST_TYPE] = {NAME("x-kubernetes-list-type"), 0},
    [KW_X_VALIDATIONS] = {NAME("x-kubernetes-validations"), IN_ROOT},
    [KW_X_INT_OR_STRING] = {NAME("x-kubernetes-int-or-string"), 0},
    [KW_X_LIST_MAP_KEYS] = {NAME("x-kubernetes-list-map-keys"), 0},
    [KW_X_EMBEDDED_RESOURCE] = {NAME("x-kubernetes-embedded-resource"), 0},
    [KW_X_PRESERVE_UNKNOWN_FIELDS] = {NAME("x-kubernetes-preserve-unknown-fields"), IN_ROOT},
};

/* ---- reading ---- */

const char *crd_keyword_name(enum crd_keyword keyword)
{
    return crd_keywords[keyword].name.p;
}

static size_t find_keyword(struct str name)
{
    for (size_t i = 0; i < KW_COUNT && crd_keywords[i].name.n <= name.n; i++)
        if (crd_keywords[i].name.n == name.n && memcmp(crd_keywords[i].name.p, name.p, name.n) == 0)
            return i;
    return KW_COUNT;
}

static bool is_true(const struct node *node)
{
    return node_kind(node) == NODE_BOOL && node_bool(node);
}

bool crd_is_zero(const struct node *value)
{
    const enum node_kind kind = node_kind(value);
    if (kind == NODE_BOOL)
        return !node_bool(value);
    if (kind == NODE_STRING || kind == NODE_LIST || kind == NODE_MAP)
        return node_real(value)->n == 0;
    return kind == NODE_NULL;
}

/* Go's reader makes nothing of `items` that are neither a schema nor a list. */
static bool is_dropped(size_t keyword, const struct node *value)
{
    const enum node_kind kind = node_kind(value);
    return kind == NODE_NULL || (keyword == KW_ITEMS && kind != NODE_MAP && kind != NODE_LIST);
}

bool crd_schema_read(const struct node *node, struct crd_schema *ret_schema)
{
    struct crd_schema schema = {.node = node_real(node)};
    const bool is_empty = node && node_kind(node) == NODE_NULL;
    if (node_kind(node) != NODE_MAP && !is_empty)
        return false;
    for (struct entry e = map_first(node); e.key; e = map_next(e)) {
        const size_t keyword = find_keyword(node_text(e.key));
        if (keyword < KW_COUNT && !is_dropped(keyword, e.value))
            schema.at[keyword] = e.value;
    }
    if (node_kind(schema.at[KW_TYPE]) == NODE_STRING)
        schema.type = node_text(schema.at[KW_TYPE]);
    schema.nullable = is_true(schema.at[KW_NULLABLE]);
    schema.int_or_string = is_true(schema.at[KW_X_INT_OR_STRING]);
    schema.embedded = is_true(schema.at[KW_X_EMBEDDED_RESOURCE]);
    schema.preserve = is_true(schema.at[KW_X_PRESERVE_UNKNOWN_FIELDS]);
    *ret_schema = schema;
    return true;
}

struct diag *crd_schema_report(struct crd *crd, const struct crd_step *step,
                               enum crd_keyword keyword, const char *fmt, ...)
{
    char text[LIMIT_MESSAGE_BYTES];
    va_list args;
    va_start(args, fmt);
    const struct str said = str_print(text, sizeof text, fmt, args);
    va_end(args);
    const struct str name = crd_keywords[keyword].name;
    const struct entry e = node_entry(step->path.node, name);
    const struct path path = {.up = &step->path, .name = name, .node = e.value};
    crd->errors++;
    return diag_add_path(crd->ctx->diags, RULE_API_CRD_SCHEMA, e.key ? node_span(e.key) : step->key,
                         &path, "%.*s", STR_FMT(said));
}

/* ---- the walk ---- */

static bool go_deeper(struct crd *crd, const struct crd_step *step)
{
    if (crd->depth < LIMIT_DEPTH) {
        crd->depth++;
        return true;
    }
    if (!crd->too_deep)
        diag_add_path(crd->ctx->diags, RULE_LIMIT_DEPTH, step->key, &step->path,
                      "schemas nested more than %d levels deep, below is not checked", LIMIT_DEPTH);
    crd->too_deep = true;
    return false;
}

static struct crd_step child_step(const struct crd_step *step, const struct path *path,
                                  const struct node *key, enum crd_level level)
{
    return (struct crd_step){
        .path = *path,
        .key = node_span(key),
        .level = level,
        .nested = step->nested,
        .inside_meta = step->inside_meta,
        .in_additional = step->in_additional,
        .no_defaults = step->no_defaults,
    };
}

static void walk_properties(struct crd *crd, const struct crd_step *step,
                            const struct crd_schema *schema)
{
    const struct path map = {
        .up = &step->path, .name = STR("properties"), .node = schema->at[KW_PROPERTIES]};
    const bool root = step->level == CRD_ROOT && !step->nested;
    for (struct entry e = map_first(map.node); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        const struct path path = {.up = &map, .name = name, .is_key = true, .node = e.value};
        struct crd_step child = child_step(step, &path, e.key, CRD_FIELD);
        if ((root || schema->embedded) && is_meta_field(name)) {
            child.inside_meta = true;
            if (root)
                child.no_defaults = "in apiVersion, kind and metadata of the object itself";
        }
        crd_walk(crd, &child);
    }
}

/* The schemas of allOf, anyOf and oneOf. */
static void walk_list(struct crd *crd, const struct crd_step *step, const struct crd_schema *schema,
                      enum crd_keyword keyword)
{
    const struct path list = {
        .up = &step->path, .name = crd_keywords[keyword].name, .node = schema->at[keyword]};
    const bool is_any = keyword == KW_ANY_OF;
    for (struct item it = list_first(list.node); it.value; it = list_next(it)) {
        const struct path path = {.up = &list, .index = it.index, .node = it.value};
        struct crd_step child = child_step(step, &path, it.written, step->level);
        child.nested = true;
        child.int_or_string_any = keyword == KW_ALL_OF && it.index == 0 && !step->nested &&
                                  crd_is_int_or_string(node_get(it.value, STR("anyOf")));
        child.int_or_string_type = is_any && step->int_or_string_any;
        crd_walk(crd, &child);
    }
}

static void walk_one(struct crd *crd, const struct crd_step *step, const struct crd_schema *schema,
                     enum crd_keyword keyword, enum crd_level level)
{
    if (node_kind(schema->at[keyword]) != NODE_MAP)
        return;
    const struct path path = {
        .up = &step->path, .name = crd_keywords[keyword].name, .node = schema->at[keyword]};
    const struct entry e = node_entry(schema->node, crd_keywords[keyword].name);
    struct crd_step child = child_step(step, &path, e.key, level);
    child.nested = step->nested || keyword == KW_NOT;
    child.in_additional = step->in_additional || keyword == KW_ADDITIONAL_PROPERTIES;
    if (keyword == KW_ADDITIONAL_PROPERTIES && step->inside_meta)
        child.no_defaults = "in additionalProperties of metadata";
    crd_walk(crd, &child);
}

void crd_walk(struct crd *crd, const struct crd_step *step)
{
    struct crd_schema schema;
    if (!crd_schema_read(step->path.node, &schema) || !go_deeper(crd, step))
        return;
    struct crd_step here = *step;
    if (!step->nested)
        here.int_or_string_any = crd_is_int_or_string(schema.at[KW_ANY_OF]);
    crd_check_any(crd, &here, &schema);
    if (here.nested)
        crd_check_nested(crd, &here, &schema);
    else
        crd_check_structural(crd, &here, &schema);
    if (schema.at[KW_PROPERTIES])
        walk_properties(crd, &here, &schema);
    walk_one(crd, &here, &schema, KW_ITEMS, CRD_ITEM);
    walk_one(crd, &here, &schema, KW_ADDITIONAL_PROPERTIES, CRD_FIELD);
    walk_one(crd, &here, &schema, KW_NOT, here.level);
    for (enum crd_keyword i = KW_ALL_OF; i <= KW_ONE_OF; i++)
        if (schema.at[i])
            walk_list(crd, &here, &schema, i);
    if (schema.at[KW_DEFAULT] && !here.nested && !here.in_additional && crd->errors == 0)
        crd_check_default(crd, &here, &schema);
    crd->depth--;
}

/* Left out in the server: an empty list or map, or what is a pointer there, is not. */
static bool is_left_out(const struct crd_schema *schema, enum crd_keyword keyword)
{
    const struct node *value = schema->at[keyword];
    const bool pointer = keyword == KW_REF || keyword == KW_X_LIST_TYPE ||
                         keyword == KW_X_MAP_TYPE || keyword == KW_ADDITIONAL_PROPERTIES ||
                         keyword == KW_ADDITIONAL_ITEMS;
    const bool scalar = node_kind(value) == NODE_BOOL || node_kind(value) == NODE_STRING;
    return !value || (!pointer && scalar && crd_is_zero(value));
}

/* What the status schema is cut out of must not say more about the whole. */
static void check_status_root(struct crd *crd, const struct crd_step *root,
                              const struct crd_schema *schema)
{
    for (unsigned i = 0; i < KW_COUNT; i++) {
        if ((crd_keywords[i].flags & IN_ROOT) || is_left_out(schema, (enum crd_keyword)i))
            continue;
        crd_schema_report(crd, root, (enum crd_keyword)i,
                          "%.*s must not stand at the root of a schema with a status subresource",
                          STR_FMT(crd_keywords[i].name));
    }
}

void crd_check_schema(struct crd *crd, const struct path *up, const struct node *node,
                      struct span key, bool has_status)
{
    const struct path path = {.up = up, .name = STR("openAPIV3Schema"), .node = node};
    const struct crd_step root = {.path = path, .key = key, .level = CRD_ROOT};
    struct crd_schema schema;
    crd->errors = 0;
    if (!crd_schema_read(node, &schema))
        return;
    if (has_status)
        check_status_root(crd, &root, &schema);
    if (schema.nullable)
        crd_schema_report(crd, &root, KW_NULLABLE, "nullable must not be true at the root");
    crd_walk(crd, &root);
    crd_check_complete(crd, &root, &schema);
    if (crd->errors == 0)
        crd_check_expressions(crd, &path, key);
}
