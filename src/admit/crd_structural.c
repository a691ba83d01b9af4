/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on single schemas of a CRD: those that hold everywhere (specStandardValidatorV3 and
 * ValidateCustomResourceDefinitionOpenAPISchema), and those of structural schemas outside of allOf
 * and the like (validateStructuralInvariants).
 */
#include "admit/crd.h"

#include "base/limits.h"
#include "base/regex.h"
#include "base/suggest.h"

enum { MINOR_META_DOCS = 36 }; /* metadata may not have example and externalDocs since */

static void check_forbidden(struct crd *crd, const struct crd_step *step,
                            const struct crd_schema *schema);
static void check_type(struct crd *crd, const struct crd_step *step,
                       const struct crd_schema *schema);
static void check_resource(struct crd *crd, const struct crd_step *step,
                           const struct crd_schema *schema);
static void check_metadata(struct crd *crd, const struct crd_step *step,
                           const struct crd_schema *schema);

/* ---- every schema ---- */

static void check_type_word(struct crd *crd, const struct crd_step *step,
                            const struct crd_schema *schema)
{
    static const char *const types[] = {"array",  "boolean", "integer",
                                        "number", "object",  "string"};
    struct suggest nearest;
    if (schema->type.n == 0 || str_is_one_of(schema->type, types, ARRAY_LEN(types)))
        return;
    if (str_is(schema->type, "null")) {
        crd_schema_report(crd, step, KW_TYPE, "type must not be null; set nullable: true instead");
        return;
    }
    struct diag *diag = crd_schema_report(
        crd, step, KW_TYPE,
        "type must be array, boolean, integer, number, object or string, not \"%.*s\"",
        STR_FMT(diag_quote(crd->ctx->arena, schema->type)));
    suggest_init(&nearest, schema->type);
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        suggest_offer(&nearest, str_from(types[i]));
    if (nearest.best.n)
        diag_hint(crd->ctx->diags, diag, "did you mean %.*s?", STR_FMT(nearest.best));
}

static void check_additional(struct crd *crd, const struct crd_step *step,
                             const struct crd_schema *schema)
{
    const struct node *additional = schema->at[KW_ADDITIONAL_PROPERTIES];
    const struct node *properties = schema->at[KW_PROPERTIES];
    if (!additional || node_kind(properties) != NODE_MAP || properties->n == 0)
        return;
    if (node_kind(additional) != NODE_BOOL || !node_bool(additional))
        crd_schema_report(crd, step, KW_ADDITIONAL_PROPERTIES,
                          "properties and additionalProperties exclude each other");
}

void crd_check_any(struct crd *crd, const struct crd_step *step, const struct crd_schema *schema)
{
    const struct node *preserve = schema->at[KW_X_PRESERVE_UNKNOWN_FIELDS];
    check_type_word(crd, step, schema);
    check_forbidden(crd, step, schema);
    check_additional(crd, step, schema);
    if (preserve && node_kind(preserve) == NODE_BOOL && !node_bool(preserve))
        crd_schema_report(crd, step, KW_X_PRESERVE_UNKNOWN_FIELDS,
                          "x-kubernetes-preserve-unknown-fields must be true, or be left out");
    if (schema->at[KW_X_MAP_TYPE] || schema->at[KW_X_LIST_TYPE] || schema->at[KW_X_LIST_MAP_KEYS])
        crd_check_lists(crd, step, schema);
    if (schema->at[KW_X_VALIDATIONS])
        crd_check_rules(crd, step, schema);
}

struct forbidden {
    enum crd_keyword keyword;
    const char *text;
    bool even_empty; /* a pointer in the server: being there is enough */
};

static void check_forbidden(struct crd *crd, const struct crd_step *step,
                            const struct crd_schema *schema)
{
    static const struct forbidden forbidden[] = {
        {KW_ID, "id is not supported", false},
        {KW_SCHEMA, "$schema is not supported", false},
        {KW_REF, "$ref is not supported; write the schema out", true},
        {KW_ADDITIONAL_ITEMS, "additionalItems is not supported", true},
        {KW_PATTERN_PROPERTIES, "patternProperties is not supported; use additionalProperties",
         false},
        {KW_DEFINITIONS, "definitions is not supported", false},
        {KW_DEPENDENCIES, "dependencies is not supported", true},
        {KW_UNIQUE_ITEMS, "uniqueItems must not be true; use x-kubernetes-list-type: set", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
        const struct node *value = schema->at[forbidden[i].keyword];
        if (value && (forbidden[i].even_empty || !crd_is_zero(value)))
            crd_schema_report(crd, step, forbidden[i].keyword, "%s", forbidden[i].text);
    }
    if (node_kind(schema->at[KW_ITEMS]) == NODE_LIST && schema->at[KW_ITEMS]->n > 0)
        crd_schema_report(crd, step, KW_ITEMS, "items must be one schema, not a list of them");
    if (schema->at[KW_DEFAULT] && step->no_defaults)
        crd_schema_report(crd, step, KW_DEFAULT, "default must not be set %s", step->no_defaults);
    if (step->inside_meta && schema->embedded)
        crd_schema_report(crd, step, KW_X_EMBEDDED_RESOURCE,
                          "x-kubernetes-embedded-resource must not be used inside of metadata");
}

/* ---- patterns ---- */

/* NULL when it compiles. The same few patterns stand in a CRD again and again. */
static const struct str *pattern_error(struct crd *crd, struct str pattern)
{
    if (map_has(&crd->patterns, pattern))
        return map_get(&crd->patterns, pattern);
    struct str error = {0};
    struct regex *regex = regex_compile(crd->ctx->arena, pattern, &error);
    struct str *stored = NULL;
    if (!regex)
        stored = arena_dup(crd->ctx->arena, &error, sizeof error);
    regex_free(regex);
    map_put(&crd->patterns, pattern, stored);
    return stored;
}

void crd_check_pattern(struct crd *crd, const struct crd_step *step,
                       const struct crd_schema *schema)
{
    const struct str pattern = node_text(schema->at[KW_PATTERN]);
    if (node_kind(schema->at[KW_PATTERN]) != NODE_STRING || pattern.n == 0)
        return;
    if (pattern.n > LIMIT_REGEX_BYTES) {
        diag_add_path(crd->ctx->diags, RULE_LIMIT_SIZE, step->key, &step->path,
                      "the pattern has more than %d bytes and is not checked", LIMIT_REGEX_BYTES);
        return;
    }
    const struct str *error = pattern_error(crd, pattern);
    if (error)
        crd_schema_report(crd, step, KW_PATTERN, "pattern is no valid regular expression: %.*s",
                          STR_FMT(diag_quote(crd->ctx->arena, *error)));
}

/* ---- outside of allOf and the like ---- */

void crd_check_structural(struct crd *crd, const struct crd_step *step,
                          const struct crd_schema *schema)
{
    if (str_is(schema->type, "array") && !schema->at[KW_ITEMS])
        crd_schema_report(crd, step, KW_ITEMS,
                          "an array needs items with the schema of its entries");
    if (schema->at[KW_ADDITIONAL_PROPERTIES] && step->level == CRD_ROOT)
        crd_schema_report(crd, step, KW_ADDITIONAL_PROPERTIES,
                          "additionalProperties must not be used at the root");
    if (schema->int_or_string && schema->preserve)
        crd_schema_report(crd, step, KW_X_PRESERVE_UNKNOWN_FIELDS,
                          "x-kubernetes-preserve-unknown-fields and x-kubernetes-int-or-string "
                          "exclude each other");
    if (schema->int_or_string && schema->embedded)
        crd_schema_report(crd, step, KW_X_EMBEDDED_RESOURCE,
                          "x-kubernetes-embedded-resource and x-kubernetes-int-or-string exclude "
                          "each other");
    crd_check_pattern(crd, step, schema);
    check_type(crd, step, schema);
    if (step->level == CRD_ROOT || schema->embedded)
        check_resource(crd, step, schema);
}

static void check_type(struct crd *crd, const struct crd_step *step,
                       const struct crd_schema *schema)
{
    static const char *const what[] = {
        [CRD_ROOT] = "the root of a schema",
        [CRD_ITEM] = "the items of an array",
        [CRD_FIELD] = "a field",
    };
    if (schema->embedded && !str_is(schema->type, "object"))
        crd_schema_report(crd, step, KW_TYPE,
                          "type must be object where x-kubernetes-embedded-resource is true");
    else if (schema->type.n == 0 && !schema->int_or_string && !schema->preserve)
        crd_schema_report(crd, step, KW_TYPE, "%s needs a type", what[step->level]);
    if (schema->type.n > 0 && step->level == CRD_ROOT && !str_is(schema->type, "object"))
        crd_schema_report(crd, step, KW_TYPE, "type must be object at the root");
}

/* ---- whole resources ---- */

static void check_property_type(struct crd *crd, const struct crd_step *step,
                                const struct crd_schema *schema, const char *name, const char *type)
{
    const struct entry e = node_entry(schema->at[KW_PROPERTIES], str_from(name));
    const struct path map = {.up = &step->path, .name = STR("properties")};
    const struct path path = {.up = &map, .name = str_from(name), .is_key = true, .node = e.value};
    const struct crd_step property = {.path = path, .key = e.key ? node_span(e.key) : step->key};
    if (e.key && !str_is(node_get_text(e.value, STR("type")), type))
        crd_schema_report(crd, &property, KW_TYPE, "type of %s must be %s", name, type);
}

static void check_resource(struct crd *crd, const struct crd_step *step,
                           const struct crd_schema *schema)
{
    const struct node *properties = schema->at[KW_PROPERTIES];
    check_property_type(crd, step, schema, "kind", "string");
    check_property_type(crd, step, schema, "apiVersion", "string");
    check_property_type(crd, step, schema, "metadata", "object");
    if (step->level == CRD_ROOT)
        check_metadata(crd, step, schema);
    if (!schema->embedded)
        return;
    if (schema->at[KW_ADDITIONAL_PROPERTIES])
        crd_schema_report(crd, step, KW_ADDITIONAL_PROPERTIES,
                          "additionalProperties must not be used with "
                          "x-kubernetes-embedded-resource");
    if (!schema->preserve && crd_is_zero(properties))
        crd_schema_report(crd, step, KW_PROPERTIES,
                          "x-kubernetes-embedded-resource needs properties, or "
                          "x-kubernetes-preserve-unknown-fields: true");
}

static bool is_name_only(const struct node *properties)
{
    for (struct entry e = map_first(properties); e.key; e = map_next(e))
        if (!str_is(node_text(e.key), "name") && !str_is(node_text(e.key), "generateName"))
            return false;
    return true;
}

/* Scalars behind pointers in Go: there even when they are zero. */
static bool is_pointer(enum crd_keyword keyword)
{
    static const bool pointers[KW_COUNT] = {
        [KW_REF] = true,
        [KW_EXAMPLE] = true,
        [KW_ADDITIONAL_ITEMS] = true,
        [KW_ADDITIONAL_PROPERTIES] = true,
        [KW_X_MAP_TYPE] = true,
        [KW_X_LIST_TYPE] = true,
        [KW_X_PRESERVE_UNKNOWN_FIELDS] = true,
    };
    return pointers[keyword];
}

static bool is_unset(enum crd_keyword keyword, const struct node *value)
{
    if (node_is_null(value))
        return true;
    const enum node_kind kind = node_kind(value);
    const bool may_be_zero = kind == NODE_STRING || kind == NODE_BOOL;
    return may_be_zero && !is_pointer(keyword) && crd_is_zero(value);
}

/* Metadata of the object itself is typed: only its names may be restricted. */
static void check_metadata(struct crd *crd, const struct crd_step *step,
                           const struct crd_schema *schema)
{
    const struct entry e = node_entry(schema->at[KW_PROPERTIES], STR("metadata"));
    struct crd_schema metadata;
    if (!e.key || !crd_schema_read(e.value, &metadata))
        return;
    const bool docs = crd->ctx->view->minor < MINOR_META_DOCS;
    for (unsigned i = 0; i < KW_COUNT; i++) {
        const struct node *value = metadata.at[i];
        const bool is_default = i == KW_TYPE || i == KW_DEFAULT;
        const bool is_doc = docs && (i == KW_EXAMPLE || i == KW_EXTERNAL_DOCS);
        if (is_default || is_doc || is_unset((enum crd_keyword)i, value) ||
            (i == KW_PROPERTIES && is_name_only(value)))
            continue;
        const struct path map = {.up = &step->path, .name = STR("properties")};
        const struct path path = {
            .up = &map, .name = STR("metadata"), .is_key = true, .node = e.value};
        crd->errors++;
        diag_add_path(
            crd->ctx->diags, RULE_API_CRD_SCHEMA,
            node_span(node_entry(e.value, str_from(crd_keyword_name((enum crd_keyword)i))).key),
            &path, "the schema of metadata may only restrict name and generateName");
        return;
    }
}
