/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value against a structural schema, with the verdicts of kube-openapi's validator. Where that
 * one reports several errors for one mistake, this reports the first.
 */
#include "admit/custom.h"

#include <stdarg.h>

#include "base/limits.h"

enum {
    ALTERNATIVES_MAX = 3, /* of anyOf and oneOf that a hint names */
    PATH_SHOWN = 80,      /* bytes of a path in a message */
};

static bool check_type(struct values *values, const struct structural *schema,
                       const struct spot *spot);
static void check_junctors(struct values *values, const struct structural *schema,
                           const struct spot *here);
static void check_list(struct values *values, const struct structural *schema,
                       const struct spot *spot);
static void check_map(struct values *values, const struct structural *schema,
                      const struct spot *spot);

/* ---- spots and findings ---- */

struct str shown_path(struct arena *arena, const struct path *path)
{
    const struct str field = path_format(arena, path);
    if (field.n <= PATH_SHOWN)
        return field.n ? diag_quote(arena, field) : STR("the object");
    const struct str end = str_from_offset(field, field.n - (PATH_SHOWN - 8));
    const ptrdiff_t dot = str_find_char(end, '.');
    const struct str whole = dot < 0 ? field : str_from_offset(end, (size_t)dot + 1);
    return str_format(arena, "%s%.*s", dot < 0 ? "" : "...", STR_FMT(diag_quote(arena, whole)));
}

struct spot spot_entry(const struct spot *up, const struct entry *entry)
{
    const struct str name = node_text(entry->key);
    return (struct spot){
        .path = {.up = &up->path, .name = name, .node = entry->value},
        .written = entry->written,
        .key = node_span(entry->key),
        .old = up->old ? node_real(node_get(up->old, name)) : NULL,
    };
}

static bool same_keys(const struct structural *list, const struct node *a, const struct node *b)
{
    for (uint32_t i = 0; i < list->list_key_count; i++) {
        const struct node *key = node_get(a, list->list_keys[i]);
        if (node_is_null(key) || !node_is_scalar(key) ||
            !node_equal(key, node_get(b, list->list_keys[i])))
            return false;
    }
    return list->list_key_count > 0;
}

/* Only lists that are merged by key know which entry of before an entry is. */
static const struct node *old_item(const struct spot *up, const struct structural *list,
                                   const struct node *item)
{
    if (!up->old || list->list_type != LIST_MAP || node_kind(item) != NODE_MAP)
        return NULL;
    for (struct item it = list_first(up->old); it.value; it = list_next(it))
        if (node_kind(it.value) == NODE_MAP && same_keys(list, it.value, item))
            return it.value;
    return NULL;
}

struct spot spot_item(const struct spot *up, const struct structural *schema,
                      const struct item *item)
{
    const bool keyed = schema && schema->list_type == LIST_MAP && schema->list_key_count > 0;
    return (struct spot){
        .path = {.up = &up->path,
                 .index = item->index,
                 .node = item->value,
                 .keys = keyed ? schema->list_keys : NULL,
                 .key_count = keyed ? schema->list_key_count : 0},
        .written = item->written,
        .key = node_span(item->written),
        .old = schema ? old_item(up, schema, item->value) : NULL,
    };
}

struct diag *value_report(struct values *values, enum rule_id rule, const struct spot *spot,
                          const char *fmt, ...)
{
    char text[LIMIT_MESSAGE_BYTES];
    const bool first = values->errors++ == 0;
    if (values->quiet && !(values->capture && first))
        return NULL;
    va_list args;
    va_start(args, fmt);
    const struct str said = str_print(text, sizeof text, fmt, args);
    va_end(args);
    struct arena *arena = values->ctx->arena;
    const struct str name = shown_path(arena, &spot->path);
    if (values->quiet) {
        values->first = str_format(arena, "%.*s %.*s", STR_FMT(name), STR_FMT(said));
        return NULL;
    }
    const bool missing = rule == RULE_API_REQUIRED || !spot->written;
    return diag_add_path(values->ctx->diags, rule, missing ? spot->key : node_span(spot->written),
                         &spot->path, "%.*s %.*s", STR_FMT(name), STR_FMT(said));
}

/* ---- the walk ---- */

/*
 * Whether a value is what was stored, so that its errors are tolerated (CachedDeepEqual of
 * apiserver's CorrelatedObject). A map with an entry that its schema does not name never is.
 */
static bool is_stored(const struct structural *schema, const struct node *old,
                      const struct node *node, unsigned depth)
{
    const enum node_kind kind = node_kind(node);
    if (depth == LIMIT_DEPTH || node_kind(old) != kind || (kind == NODE_LIST && old->n != node->n))
        return false;
    const bool keyed = schema->list_type == LIST_MAP && schema->items;
    if (kind != NODE_MAP && (kind != NODE_LIST || !keyed))
        return node_equal(old, node);
    if (old->n != node->n)
        return false;
    const struct spot list = {.old = old};
    for (struct item it = list_first(node); it.value; it = list_next(it)) {
        const struct node *before = old_item(&list, schema, it.value);
        if (!before || !is_stored(schema->items, before, it.value, depth + 1))
            return false;
    }
    for (struct entry e = map_first(node); e.key; e = map_next(e)) {
        const struct structural *property = structural_property(schema, node_text(e.key));
        const struct structural *named = property ? property : schema->additional;
        const struct entry before = node_entry(old, node_text(e.key));
        if (!named || !before.key || !is_stored(named, before.value, e.value, depth + 1))
            return false;
    }
    return true;
}

bool value_is_stored(const struct structural *schema, const struct node *old,
                     const struct node *node)
{
    return is_stored(schema, old, node, 0);
}

void value_check(struct values *values, const struct structural *schema, const struct spot *spot)
{
    const struct node *node = spot->path.node;
    if (!schema || object_is_opaque(values->object, node) || (values->quiet && values->errors > 0))
        return;
    if (spot->old && is_stored(schema, spot->old, node, 0))
        return;
    if (values->depth == LIMIT_DEPTH || !check_type(values, schema, spot)) /* reported before */
        return;
    values->depth++;
    const enum node_kind kind = node_kind(node);
    if (kind != NODE_NULL)
        check_junctors(values, schema, spot);
    if (kind == NODE_STRING)
        value_check_text(values, schema, spot);
    else if (kind == NODE_INT || kind == NODE_UINT || kind == NODE_FLOAT)
        value_check_number(values, schema, spot);
    else if (kind == NODE_LIST)
        check_list(values, schema, spot);
    else if (kind == NODE_MAP)
        check_map(values, schema, spot);
    if (schema->enumeration)
        value_check_enum(values, schema, spot);
    values->depth--;
}

/* ---- types ---- */

static bool is_integer(const struct node *node)
{
    int64_t integer;
    double value;
    if (node_kind(node) == NODE_UINT) /* the server reads it as a float */
        return node_double(node, &value) && is_json_integer(value);
    return node_i64(node, &integer) || (node_double(node, &value) && is_json_integer(value));
}

bool value_int_or_string(const struct values *values, const struct structural *schema)
{
    return schema->int_or_string && !values->of_default;
}

struct str value_format(const struct values *values, const struct structural *schema)
{
    return values->of_default ? schema->format : format_effective(schema, values->ctx->view->minor);
}

static bool type_allows(const struct values *values, const struct structural *schema,
                        const struct node *node)
{
    const enum node_kind kind = node_kind(node);
    const bool number = kind == NODE_INT || kind == NODE_UINT || kind == NODE_FLOAT;
    if (value_int_or_string(values, schema))
        return kind == NODE_STRING || (number && is_integer(node));
    switch (schema->type) {
    case STRUCTURAL_NONE:
        return true;
    case STRUCTURAL_OBJECT:
        return kind == NODE_MAP;
    case STRUCTURAL_ARRAY:
        return kind == NODE_LIST;
    case STRUCTURAL_STRING:
        return kind == NODE_STRING;
    case STRUCTURAL_INTEGER:
        return number && is_integer(node);
    case STRUCTURAL_NUMBER:
        return number;
    case STRUCTURAL_BOOLEAN:
        return kind == NODE_BOOL;
    }
    return true;
}

/*
 * typeValidator of kube-openapi. A format stands in for the type where neither is a number: then
 * text and lists pass whatever the type says, and without a type nothing else does.
 */
static bool check_type(struct values *values, const struct structural *schema,
                       const struct spot *spot)
{
    const struct node *node = spot->path.node;
    const enum node_kind kind = node_kind(node);
    const bool mixed = value_int_or_string(values, schema);
    const bool typed = schema->type != STRUCTURAL_NONE || mixed;
    bool good = kind == NODE_NULL ? schema->nullable || !typed : type_allows(values, schema, node);
    if (schema->format.n && kind != NODE_NULL) {
        const struct str format = value_format(values, schema);
        const bool numeric =
            mixed || schema->type == STRUCTURAL_INTEGER || schema->type == STRUCTURAL_NUMBER;
        const bool text = kind == NODE_STRING || kind == NODE_LIST;
        if (format.n && !numeric && text)
            good = true;
        else if (format.n && !typed && !text)
            good = false;
    }
    if (!good)
        value_wrong_type(values, schema, spot);
    return good;
}

/* ---- allOf, anyOf, oneOf, not ---- */

static bool passes(const struct values *values, const struct structural *schema,
                   const struct spot *spot)
{
    struct values inner = *values;
    inner.quiet = true;
    inner.capture = false;
    inner.errors = 0;
    value_check(&inner, schema, spot);
    return inner.errors == 0;
}

/* Why each alternative does not hold. */
static struct str explain(const struct values *values, const struct structural *const *schemas,
                          size_t n, const struct spot *spot)
{
    struct str text = {0};
    for (size_t i = 0; i < n && i < ALTERNATIVES_MAX; i++) {
        struct values inner = *values;
        inner.quiet = inner.capture = true;
        inner.errors = 0;
        value_check(&inner, schemas[i], spot);
        text = str_format(values->ctx->arena, "%.*s%s%.*s", STR_FMT(text), i ? "; or else " : "",
                          STR_FMT(inner.first));
    }
    return text;
}

static void report_alternatives(struct values *values, const char *what,
                                const struct structural *const *schemas, size_t n,
                                const struct spot *spot)
{
    struct diag *diag = value_report(values, RULE_API_INVALID_VALUE, spot,
                                     "matches none of the %zu alternatives of %s", n, what);
    if (diag)
        diag_hint(values->ctx->diags, diag, "%.*s", STR_FMT(explain(values, schemas, n, spot)));
}

static void check_any_of(struct values *values, const struct structural *schema,
                         const struct spot *spot)
{
    if (schema->any_of_count == 1) { /* its own findings say more */
        value_check(values, schema->any_of[0], spot);
        return;
    }
    for (uint32_t i = 0; i < schema->any_of_count; i++)
        if (passes(values, schema->any_of[i], spot))
            return;
    report_alternatives(values, "anyOf", schema->any_of, schema->any_of_count, spot);
}

static void check_one_of(struct values *values, const struct structural *schema,
                         const struct spot *spot)
{
    unsigned passed = 0;
    if (schema->one_of_count == 1) {
        value_check(values, schema->one_of[0], spot);
        return;
    }
    for (uint32_t i = 0; i < schema->one_of_count; i++)
        passed += passes(values, schema->one_of[i], spot);
    if (passed > 1)
        value_report(values, RULE_API_INVALID_VALUE, spot,
                     "matches %u of the %u alternatives of oneOf, and must match exactly one",
                     passed, (unsigned)schema->one_of_count);
    else if (passed == 0)
        report_alternatives(values, "oneOf", schema->one_of, schema->one_of_count, spot);
}

/* Nothing is tolerated there. */
static void check_junctors(struct values *values, const struct structural *schema,
                           const struct spot *here)
{
    struct spot bare = *here;
    bare.old = NULL;
    const struct spot *spot = &bare;
    if (schema->any_of_count > 0)
        check_any_of(values, schema, spot);
    if (schema->one_of_count > 0)
        check_one_of(values, schema, spot);
    for (uint32_t i = 0; i < schema->all_of_count; i++)
        value_check(values, schema->all_of[i], spot);
    if (schema->not_schema && passes(values, schema->not_schema, spot))
        value_report(values, RULE_API_INVALID_VALUE, spot, "matches what `not` excludes");
}

/* ---- lists ---- */

static void check_unique(struct values *values, const struct spot *spot)
{
    struct item item;
    if (list_repeats(values, spot->path.node, &item))
        value_report(values, RULE_API_INVALID_VALUE, spot,
                     "must not have two equal items, and item %u repeats another",
                     (unsigned)item.index);
}

static void check_list(struct values *values, const struct structural *schema,
                       const struct spot *spot)
{
    const int64_t n = node_real(spot->path.node)->n;
    if (schema->items)
        for (struct item it = list_first(spot->path.node); it.value; it = list_next(it)) {
            const struct spot child = spot_item(spot, schema, &it);
            value_check(values, schema->items, &child);
        }
    if (schema->min_items >= 0 && n < schema->min_items)
        value_report(values, RULE_API_INVALID_VALUE, spot,
                     "must have at least %" PRId64 " item%s, not %" PRId64, schema->min_items,
                     schema->min_items == 1 ? "" : "s", n);
    if (schema->max_items >= 0 && n > schema->max_items)
        value_report(values, RULE_API_TOO_MANY, spot,
                     "must have at most %" PRId64 " item%s, not %" PRId64, schema->max_items,
                     schema->max_items == 1 ? "" : "s", n);
    if (schema->unique_items)
        check_unique(values, spot);
}

/* ---- maps ---- */

/* additionalProperties: false; entries beyond the properties are an error then. */
static bool is_closed(const struct structural *schema)
{
    const struct node *node = node_get(schema->node, STR("additionalProperties"));
    return node_kind(node) == NODE_BOOL && !node_bool(node);
}

static void check_required(struct values *values, const struct structural *schema,
                           const struct spot *spot)
{
    struct arena *arena = values->ctx->arena;
    for (uint32_t i = 0; i < schema->required_count; i++) {
        const struct str name = schema->required[i];
        if (node_entry(spot->path.node, name).key)
            continue;
        const struct structural *wanted = structural_property(schema, name);
        const struct spot missing = {.path = {.up = &spot->path, .name = name}, .key = spot->key};
        struct diag *diag = value_report(values, RULE_API_REQUIRED, &missing, "is required");
        if (!diag)
            continue;
        if (wanted && wanted->enumeration)
            diag_hint(values->ctx->diags, diag, "add %.*s: %.*s", STR_FMT(diag_quote(arena, name)),
                      STR_FMT(schema_enum_text(arena, wanted->enumeration)));
        else if (wanted)
            diag_hint(values->ctx->diags, diag, "add %.*s, %s", STR_FMT(diag_quote(arena, name)),
                      schema_type_name(wanted));
    }
}

static void check_map(struct values *values, const struct structural *schema,
                      const struct spot *spot)
{
    const int64_t n = node_real(spot->path.node)->n;
    const bool closed = !schema->additional && !schema->additional_any && is_closed(schema);
    if (schema->min_properties >= 0 && n < schema->min_properties)
        value_report(values, RULE_API_INVALID_VALUE, spot,
                     "must have at least %" PRId64 " entr%s, not %" PRId64, schema->min_properties,
                     schema->min_properties == 1 ? "y" : "ies", n);
    if (schema->max_properties >= 0 && n > schema->max_properties)
        value_report(values, RULE_API_TOO_MANY, spot,
                     "must have at most %" PRId64 " entr%s, not %" PRId64, schema->max_properties,
                     schema->max_properties == 1 ? "y" : "ies", n);
    for (struct entry e = map_first(spot->path.node); e.key; e = map_next(e)) {
        const struct structural *property = structural_property(schema, node_text(e.key));
        const struct spot child = spot_entry(spot, &e);
        if (property || schema->additional)
            value_check(values, property ? property : schema->additional, &child);
        else if (closed)
            value_report(values, RULE_API_INVALID_VALUE, spot, "must not have the entry %.*s",
                         STR_FMT(diag_quote(values->ctx->arena, node_text(e.key))));
    }
    check_required(values, schema, spot);
}
