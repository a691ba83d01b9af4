/* SPDX-License-Identifier: Apache-2.0 */
/* Merges the definitions of a published OpenAPI v2 document into the text under schemas/. */
#include "schema/schema_compile.h"
#include "schema/schema.h"

struct compile_names {
    const char *suffix; /* how the definition's name ends */
    const char *word;
};

/*
 * Definitions whose Go types read JSON by themselves: what the document says about their shape is
 * not what the decoder takes (IntOrString is published as a string, FieldsV1 as an object).
 */
static const struct compile_names own_decoders[] = {
    {".apimachinery.pkg.api.resource.Quantity", "quantity"},
    {".apimachinery.pkg.util.intstr.IntOrString", "int-or-string"},
    {".apimachinery.pkg.runtime.RawExtension", "object"},
    {".apimachinery.pkg.apis.meta.v1.FieldsV1", "any"},
    {".apimachinery.pkg.apis.meta.v1.Time", "time"},
    {".apimachinery.pkg.apis.meta.v1.MicroTime", "micro-time"},
    {".apimachinery.pkg.apis.meta.v1.Duration", "duration"},
    {".apiextensions.v1.JSON", "any"},
    {".apiextensions.v1.JSONSchemaPropsOrBool", "schema-or-bool"},
    {".apiextensions.v1.JSONSchemaPropsOrArray", "schema-or-list"},
    {".apiextensions.v1.JSONSchemaPropsOrStringArray", "schema-or-strings"},
};

struct compile_scalar {
    const char *type;
    const char *format; /* NULL: any other */
    const char *word;
};

/* kube-openapi writes Go's int and int32 as int32, []byte as byte; an integer without a format does
 * not occur, and int64 accepts the most. First match wins. */
static const struct compile_scalar scalars[] = {
    {"string", "byte", "bytes"},
    {"string", "date-time", "time"},
    {"string", "int-or-string", "int-or-string"},
    {"string", NULL, "string"},
    {"integer", "int32", "int32"},
    {"integer", NULL, "int64"},
    {"number", NULL, "double"},
    {"boolean", NULL, "bool"},
};

enum { MAX_NESTING = 8 }; /* lists in maps in lists */

static const char *own_decoder(struct str definition)
{
    for (size_t i = 0; i < ARRAY_LEN(own_decoders); i++) {
        if (str_ends(definition, str_from(own_decoders[i].suffix)))
            return own_decoders[i].word;
    }
    return NULL;
}

/* "io.k8s.api.apps.v1" and "DeploymentSpec". */
static bool split_definition(struct str definition, struct str *ret_package, struct str *ret_name)
{
    ptrdiff_t dot = str_find_last_char(definition, '.');
    if (dot <= 0 || (size_t)dot + 1 == definition.n)
        return false;
    *ret_package = str_sub(definition, 0, (size_t)dot);
    *ret_name = str_from_offset(definition, (size_t)dot + 1);
    return true;
}

static bool is_struct(const struct node *schema)
{
    struct str type = node_get_text(schema, STR("type"));
    return node_get(schema, STR("properties")) || str_is(type, "object");
}

static struct str scalar_word(const struct node *schema)
{
    struct str type = node_get_text(schema, STR("type"));
    struct str format = node_get_text(schema, STR("format"));
    for (size_t i = 0; i < ARRAY_LEN(scalars); i++) {
        if (str_is(type, scalars[i].type) &&
            (!scalars[i].format || str_is(format, scalars[i].format)))
            return str_from(scalars[i].word);
    }
    return str_is(type, "object") ? STR("object") : STR("any");
}

/* A reference as text: the plain name inside the package, else with the package's short name. */
static struct str reference_word(const struct compile *compile, struct str definition,
                                 struct str package)
{
    struct str other;
    struct str name;
    const char *own = own_decoder(definition);
    if (own)
        return str_from(own);
    const struct node *schema = node_get(compile->definitions, definition);
    if (schema && !is_struct(schema))
        return scalar_word(schema);
    if (!schema || !split_definition(definition, &other, &name))
        return STR("any");
    if (str_eq(other, package))
        return name;
    return str_format(compile->arena, "%.*s.%.*s", STR_FMT(package_short(other)), STR_FMT(name));
}

/* The schema as one word: [T] is a list, {T} a map. */
static struct str type_word(const struct compile *compile, const struct node *schema,
                            struct str package, unsigned depth)
{
    static const struct str prefix = {"#/definitions/", 14};
    struct str ref = node_get_text(schema, STR("$ref"));
    if (str_starts(ref, prefix))
        return reference_word(compile, str_from_offset(ref, prefix.n), package);
    const struct node *values = node_get(schema, STR("additionalProperties"));
    bool list = str_is(node_get_text(schema, STR("type")), "array");
    if (depth == MAX_NESTING || (!list && node_kind(values) != NODE_MAP))
        return scalar_word(schema);
    const struct node *element = list ? node_get(schema, STR("items")) : values;
    struct str inner = type_word(compile, element, package, depth + 1);
    return str_format(compile->arena, list ? "[%.*s]" : "{%.*s}", STR_FMT(inner));
}

static void add_attr(const struct compile *compile, struct fact_line *line, const char *name,
                     struct str value)
{
    if (value.n)
        fact_attr_add(compile->arena, line,
                      str_format(compile->arena, "%s=%.*s", name, STR_FMT(value)), compile->bit);
}

static struct str join_texts(struct arena *arena, const struct node *list)
{
    struct str joined = {0};
    for (struct item it = list_first(list); it.value; it = list_next(it))
        joined = joined.n
                     ? str_format(arena, "%.*s,%.*s", STR_FMT(joined), STR_FMT(node_text(it.value)))
                     : node_text(it.value);
    return joined;
}

/* The values of an enum, of the field itself or of its elements. */
static const struct node *find_enum(const struct node *schema)
{
    static const struct str inner[] = {{"items", 5}, {"additionalProperties", 20}};
    const struct node *values = node_get(schema, STR("enum"));
    for (size_t i = 0; !values && i < ARRAY_LEN(inner); i++)
        values = node_get(node_get(schema, inner[i]), STR("enum"));
    return values;
}

static void merge_enum(struct compile *compile, struct str key, const struct node *schema)
{
    const struct node *values = find_enum(schema);
    if (!values)
        return;
    struct fact_block *block = fact_block_add(compile->arena, &compile->text->enums, key);
    block->minors |= compile->bit;
    for (struct item it = list_first(values); it.value; it = list_next(it)) {
        struct str word = fact_quote(compile->arena, node_text(it.value));
        fact_line_add(compile->arena, block, word)->minors |= compile->bit;
    }
}

static bool list_has_text(const struct node *list, struct str text)
{
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        if (str_eq(node_text(it.value), text))
            return true;
    }
    return false;
}

static void merge_field(struct compile *compile, struct fact_block *block, struct str package,
                        struct str name, const struct node *schema, bool required)
{
    struct arena *arena = compile->arena;
    struct str type = type_word(compile, schema, package, 0);
    struct str key = str_format(arena, "%.*s %.*s", STR_FMT(name), STR_FMT(type));
    struct fact_line *line = fact_line_add(arena, block, key);
    line->minors |= compile->bit;
    if (required)
        fact_attr_add(arena, line, STR("required"), compile->bit);
    add_attr(compile, line, "list", node_get_text(schema, STR("x-kubernetes-list-type")));
    add_attr(compile, line, "keys",
             join_texts(arena, node_get(schema, STR("x-kubernetes-list-map-keys"))));
    add_attr(compile, line, "merge", node_get_text(schema, STR("x-kubernetes-patch-merge-key")));
    merge_enum(compile,
               str_format(arena, "%.*s.%.*s.%.*s", STR_FMT(package_short(package)),
                          STR_FMT(block->key), STR_FMT(name)),
               schema);
}

/* A name becomes a word of a line, so it may not hold what separates words. */
static bool is_word(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        if ((unsigned char)name.p[i] <= ' ' || strchr("\"#", name.p[i]))
            return false;
    }
    return name.n > 0 && name.p[0] != '@';
}

static void merge_definition(struct compile *compile, struct str definition,
                             const struct node *schema)
{
    struct str package;
    struct str name;
    if (own_decoder(definition) || !is_struct(schema) || !is_word(definition) ||
        !split_definition(definition, &package, &name))
        return;
    struct facts *facts = schema_text_types(compile->text, package);
    struct fact_block *block = fact_block_add(compile->arena, facts, name);
    const struct node *required = node_get(schema, STR("required"));
    const struct node *properties = node_get(schema, STR("properties"));
    block->minors |= compile->bit;
    for (struct entry e = map_first(properties); e.key; e = map_next(e)) {
        struct str field = node_text(e.key);
        if (is_word(field))
            merge_field(compile, block, package, field, e.value, list_has_text(required, field));
    }
}

static int report(struct diags *diags, const struct schema_input *input, const char *what)
{
    diags->at.source = input->source;
    diag_add(diags, RULE_CONFIG_SYNTAX,
             input->openapi ? node_span(input->openapi) : (struct span){0}, STR(""), "%s", what);
    return -1;
}

static int check_input(const struct schema_input *input, struct diags *diags)
{
    if (input->minor == 0 || input->minor >= MINOR_LIMIT)
        return report(diags, input, "the Kubernetes version is out of range: name one like 1.36");
    if (!str_is(node_get_text(input->openapi, STR("swagger")), "2.0"))
        return report(diags, input,
                      "this is no OpenAPI v2 document: take the answer of a server to /openapi/v2");
    if (!map_first(node_get(input->openapi, STR("definitions"))).key ||
        !map_first(node_get(input->openapi, STR("paths"))).key)
        return report(diags, input, "the document lacks definitions or paths: take a whole one");
    for (size_t i = 0; i < ARRAY_LEN(input->discovery); i++) {
        struct str kind = node_get_text(input->discovery[i], STR("kind"));
        if (input->discovery[i] && !str_is(kind, "APIGroupDiscoveryList"))
            return report(diags, input,
                          "the discovery is no APIGroupDiscoveryList: ask /api and /apis for one");
    }
    return 0;
}

static void forget_minor(struct schema_text *text, minor_set bit)
{
    for (size_t i = 0; i < text->types.n; i++)
        facts_forget(text->types.entries[i].value, bit);
    facts_forget(&text->enums, bit);
    facts_forget(&text->kinds, bit);
    text->minors |= bit;
}

int schema_compile(struct arena *arena, const struct schema_input *input, const char *folder,
                   struct diags *diags)
{
    struct schema_text text = {.arena = arena};
    if (check_input(input, diags) < 0 || schema_text_read(&text, folder, diags) < 0)
        return -1;
    struct compile compile = {
        .arena = arena,
        .text = &text,
        .openapi = input->openapi,
        .definitions = node_get(input->openapi, STR("definitions")),
        .discovery = {input->discovery[0], input->discovery[1]},
        .bit = minor_bit(input->minor),
    };
    forget_minor(&text, compile.bit);
    for (struct entry e = map_first(compile.definitions); e.key; e = map_next(e))
        merge_definition(&compile, node_text(e.key), e.value);
    compile_kinds(&compile);
    return schema_text_write(&text, folder, diags);
}
