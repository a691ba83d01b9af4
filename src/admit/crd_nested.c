/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schemas under allOf, anyOf, oneOf and not: they may restrict values, and say nothing about
 * structure (validateNestedValueValidation, validateStructuralCompleteness).
 */
#include "admit/crd.h"

#include "base/limits.h"

/* Whether the server's form of a keyword is its zero value. */
static bool says_nothing(struct str keyword, const struct node *value)
{
    static const char *const lists[] = {"enum", "allOf", "anyOf", "oneOf"};
    static const char *const pointers[] = {"default", "example", "x-kubernetes-list-type",
                                           "x-kubernetes-map-type"};
    const enum node_kind kind = node_kind(value);
    if (kind == NODE_NULL)
        return true;
    if (str_is_one_of(keyword, pointers, ARRAY_LEN(pointers)))
        return false;
    if (kind == NODE_LIST || kind == NODE_MAP)
        return str_is_one_of(keyword, lists, ARRAY_LEN(lists)) && crd_is_zero(value);
    return crd_is_zero(value);
}

bool crd_is_int_or_string(const struct node *any_of)
{
    static const char *const types[] = {"integer", "string"};
    if (node_kind(any_of) != NODE_LIST || node_real(any_of)->n != ARRAY_LEN(types))
        return false;
    for (struct item it = list_first(any_of); it.value; it = list_next(it)) {
        if (!str_is(node_get_text(it.value, STR("type")), types[it.index]))
            return false;
        for (struct entry e = map_first(it.value); e.key; e = map_next(e))
            if (!str_is(node_text(e.key), "type") && !says_nothing(node_text(e.key), e.value))
                return false;
    }
    return true;
}

void crd_check_nested(struct crd *crd, const struct crd_step *step, const struct crd_schema *schema)
{
    static const enum crd_keyword forbidden[] = {
        KW_TYPE,
        KW_DEFAULT,
        KW_TITLE,
        KW_DESCRIPTION,
        KW_NULLABLE,
        KW_X_PRESERVE_UNKNOWN_FIELDS,
        KW_X_EMBEDDED_RESOURCE,
        KW_X_INT_OR_STRING,
        KW_X_LIST_MAP_KEYS,
        KW_X_LIST_TYPE,
        KW_X_MAP_TYPE,
        KW_X_VALIDATIONS,
        KW_ADDITIONAL_PROPERTIES,
    };
    crd_check_pattern(crd, step, schema);
    if (step->int_or_string_type)
        return;
    for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
        const struct node *value = schema->at[forbidden[i]];
        const bool pointer = forbidden[i] == KW_DEFAULT || forbidden[i] == KW_X_LIST_TYPE ||
                             forbidden[i] == KW_X_MAP_TYPE;
        const bool is_schema =
            forbidden[i] == KW_ADDITIONAL_PROPERTIES && node_kind(value) == NODE_MAP;
        if (value && (pointer || is_schema || !crd_is_zero(value)))
            crd_schema_report(crd, step, forbidden[i],
                              "%s must not stand under allOf, anyOf, oneOf or not",
                              crd_keyword_name(forbidden[i]));
    }
    const struct entry e = node_entry(schema->at[KW_PROPERTIES], STR("metadata"));
    if (!e.key)
        return;
    const struct path map = {.up = &step->path, .name = STR("properties")};
    const struct path path = {.up = &map, .name = STR("metadata"), .is_key = true, .node = e.value};
    crd->errors++;
    diag_add_path(crd->ctx->diags, RULE_API_CRD_SCHEMA, node_span(e.key), &path,
                  "metadata must not stand under allOf, anyOf, oneOf or not");
}

/* ---- completeness ---- */

/* A schema under allOf and the like, beside the one that it restricts. */
struct pair {
    const struct node *nested;
    const struct node *plain; /* NULL is reported where it should be */
    const struct path *path;  /* of plain */
    struct span key;          /* where `nested` mentions it */
    unsigned depth;
};

static void complete_value(struct crd *crd, const struct pair *pair);

static void report_absent(struct crd *crd, const struct path *path, struct span key)
{
    crd->errors++;
    diag_add_path(crd->ctx->diags, RULE_API_CRD_SCHEMA, key, path,
                  "what allOf, anyOf, oneOf or not restrict must be declared outside as well: add "
                  "%.*s",
                  STR_FMT(shown_path(crd->ctx->arena, path)));
}

static void complete_nested(struct crd *crd, const struct pair *pair)
{
    if (pair->depth == LIMIT_DEPTH)
        return;
    const struct entry items = node_entry(pair->nested, STR("items"));
    const struct node *plain_items = node_get(pair->plain, STR("items"));
    const struct path items_path = {.up = pair->path, .name = STR("items"), .node = plain_items};
    const struct path map = {.up = pair->path, .name = STR("properties")};
    complete_value(crd, pair);
    if (node_kind(items.value) == NODE_MAP) {
        const struct pair child = {items.value, plain_items, &items_path, node_span(items.key),
                                   pair->depth + 1};
        if (node_kind(plain_items) == NODE_MAP)
            complete_nested(crd, &child);
        else
            report_absent(crd, &items_path, node_span(items.key));
    }
    const struct node *declared = node_get(pair->plain, STR("properties"));
    const struct node *named = node_get(pair->nested, STR("properties"));
    for (struct entry e = map_first(named); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        const struct node *plain = node_get(declared, name);
        const struct path path = {.up = &map, .name = name, .is_key = true, .node = plain};
        const struct pair child = {e.value, plain, &path, node_span(e.key), pair->depth + 1};
        if (node_kind(plain) == NODE_MAP)
            complete_nested(crd, &child);
        else
            report_absent(crd, &path, node_span(e.key));
    }
}

static void complete_value(struct crd *crd, const struct pair *pair)
{
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
    struct pair child = *pair;
    child.depth++;
    child.nested = node_get(pair->nested, STR("not"));
    if (child.nested)
        complete_nested(crd, &child);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const struct node *list = node_get(pair->nested, str_from(lists[i]));
        for (struct item it = list_first(list); it.value; it = list_next(it)) {
            child.nested = it.value;
            complete_nested(crd, &child);
        }
    }
}

/* The server asks this of the root only, not of the schemas below it. */
void crd_check_complete(struct crd *crd, const struct crd_step *root,
                        const struct crd_schema *schema)
{
    const struct pair pair = {schema->node, schema->node, &root->path, root->key, 0};
    if (schema->at[KW_NOT] || schema->at[KW_ALL_OF] || schema->at[KW_ANY_OF] ||
        schema->at[KW_ONE_OF])
        complete_value(crd, &pair);
}
