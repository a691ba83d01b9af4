/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the openAPIV3Schema of a CRD version (apiextensions/v1 JSONSchemaProps) in one pass over
 * each schema's entries. What does not belong there is skipped; admit says what is wrong.
 */
#include "schema/schema_internal.h"

#include "base/limits.h"

struct reader {
    struct schema_reading *memory;
    struct map shared; /* bytes of a node's address -> struct structural *, for anchored nodes */
    unsigned depth;
    size_t count; /* schemas made */
};

enum keyword_kind {
    KEYWORD_BOOL,
    KEYWORD_COUNT,
    KEYWORD_NUMBER, /* its has_ flag stands at `flag` */
    KEYWORD_TEXT,
    KEYWORD_LIST,  /* a list, kept as it is */
    KEYWORD_VALUE, /* anything but null, kept as it is */
    KEYWORD_TEXTS, /* its count stands at `flag` */
    KEYWORD_SCHEMA,
    KEYWORD_SCHEMAS, /* its count stands at `flag` */
    KEYWORD_PROPERTIES,
    KEYWORD_ADDITIONAL,
    KEYWORD_TYPE,
    KEYWORD_LIST_TYPE,
    KEYWORD_MAP_TYPE,
};

struct keyword {
    struct str name;
    enum keyword_kind kind;
    uint16_t offset;
    uint16_t flag;
};

#define AT(member) (uint16_t) offsetof(struct structural, member)
#define NAME(text)                                                                                 \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

/* By length, so that a key is compared with those of its own length only. */
static const struct keyword keywords[] = {
    {NAME("not"), KEYWORD_SCHEMA, AT(not_schema), 0},
    {NAME("type"), KEYWORD_TYPE, 0, 0},
    {NAME("enum"), KEYWORD_LIST, AT(enumeration), 0},
    {NAME("items"), KEYWORD_SCHEMA, AT(items), 0},
    {NAME("allOf"), KEYWORD_SCHEMAS, AT(all_of), AT(all_of_count)},
    {NAME("anyOf"), KEYWORD_SCHEMAS, AT(any_of), AT(any_of_count)},
    {NAME("oneOf"), KEYWORD_SCHEMAS, AT(one_of), AT(one_of_count)},
    {NAME("format"), KEYWORD_TEXT, AT(format), 0},
    {NAME("pattern"), KEYWORD_TEXT, AT(pattern), 0},
    {NAME("default"), KEYWORD_VALUE, AT(default_value), 0},
    {NAME("minimum"), KEYWORD_NUMBER, AT(minimum), AT(has_minimum)},
    {NAME("maximum"), KEYWORD_NUMBER, AT(maximum), AT(has_maximum)},
    {NAME("required"), KEYWORD_TEXTS, AT(required), AT(required_count)},
    {NAME("nullable"), KEYWORD_BOOL, AT(nullable), 0},
    {NAME("minItems"), KEYWORD_COUNT, AT(min_items), 0},
    {NAME("maxItems"), KEYWORD_COUNT, AT(max_items), 0},
    {NAME("minLength"), KEYWORD_COUNT, AT(min_length), 0},
    {NAME("maxLength"), KEYWORD_COUNT, AT(max_length), 0},
    {NAME("properties"), KEYWORD_PROPERTIES, 0, 0},
    {NAME("multipleOf"), KEYWORD_NUMBER, AT(multiple_of), AT(has_multiple_of)},
    {NAME("uniqueItems"), KEYWORD_BOOL, AT(unique_items), 0},
    {NAME("minProperties"), KEYWORD_COUNT, AT(min_properties), 0},
    {NAME("maxProperties"), KEYWORD_COUNT, AT(max_properties), 0},
    {NAME("exclusiveMinimum"), KEYWORD_BOOL, AT(exclusive_minimum), 0},
    {NAME("exclusiveMaximum"), KEYWORD_BOOL, AT(exclusive_maximum), 0},
    {NAME("additionalProperties"), KEYWORD_ADDITIONAL, 0, 0},
    {NAME("x-kubernetes-map-type"), KEYWORD_MAP_TYPE, 0, 0},
    {NAME("x-kubernetes-list-type"), KEYWORD_LIST_TYPE, 0, 0},
    {NAME("x-kubernetes-validations"), KEYWORD_LIST, AT(validations), 0},
    {NAME("x-kubernetes-int-or-string"), KEYWORD_BOOL, AT(int_or_string), 0},
    {NAME("x-kubernetes-list-map-keys"), KEYWORD_TEXTS, AT(list_keys), AT(list_key_count)},
    {NAME("x-kubernetes-embedded-resource"), KEYWORD_BOOL, AT(embedded_resource), 0},
    {NAME("x-kubernetes-preserve-unknown-fields"), KEYWORD_BOOL, AT(preserve_unknown), 0},
};

struct type_word {
    const char *word;
    enum structural_type type;
};

static const struct type_word type_words[] = {
    {"object", STRUCTURAL_OBJECT},   {"array", STRUCTURAL_ARRAY},   {"string", STRUCTURAL_STRING},
    {"integer", STRUCTURAL_INTEGER}, {"number", STRUCTURAL_NUMBER}, {"boolean", STRUCTURAL_BOOLEAN},
};

static const struct structural blank = {.min_length = -1,
                                        .max_length = -1,
                                        .min_items = -1,
                                        .max_items = -1,
                                        .min_properties = -1,
                                        .max_properties = -1};

static const struct structural *read_schema(struct reader *reader, const struct node *schema);

const struct structural *reading_schema(struct schema_reading *reading, const struct node *schema)
{
    struct reader reader = {.memory = reading, .shared = {.arena = &reading->arena}};
    const struct structural *made = read_schema(&reader, schema);
    return reader.count > LIMIT_SCHEMA_NODES ? NULL : made;
}

static const struct keyword *find_keyword(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(keywords) && keywords[i].name.n <= name.n; i++) {
        if (keywords[i].name.n == name.n && memcmp(keywords[i].name.p, name.p, name.n) == 0)
            return &keywords[i];
    }
    return NULL;
}

static void read_type(struct structural *schema, struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(type_words); i++) {
        if (str_is(word, type_words[i].word))
            schema->type = type_words[i].type;
    }
}

static enum list_type read_list_type(struct str word)
{
    if (str_is(word, "map"))
        return LIST_MAP;
    return str_is(word, "set") ? LIST_SET : LIST_ATOMIC;
}

static const struct str *read_texts(struct reader *reader, const struct node *list,
                                    uint32_t *ret_count)
{
    if (node_kind(list) != NODE_LIST)
        return NULL;
    struct str *texts = ARENA_ARRAY(&reader->memory->arena, struct str, node_real(list)->n);
    uint32_t n = 0;
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        if (node_kind(it.value) == NODE_STRING)
            texts[n++] = node_text(it.value);
    }
    *ret_count = n;
    return texts;
}

static const struct structural *const *read_schemas(struct reader *reader, const struct node *list,
                                                    uint32_t *ret_count)
{
    if (node_kind(list) != NODE_LIST)
        return NULL;
    const struct structural **schemas =
        ARENA_ARRAY(&reader->memory->arena, const struct structural *, node_real(list)->n);
    uint32_t n = 0;
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct structural *schema = read_schema(reader, it.value);
        if (schema)
            schemas[n++] = schema;
    }
    *ret_count = n;
    return schemas;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct structural_property *)a)->name,
                   ((const struct structural_property *)b)->name);
}

static void read_properties(struct reader *reader, struct structural *schema,
                            const struct node *map)
{
    if (node_kind(map) != NODE_MAP)
        return;
    struct structural_property *properties =
        ARENA_ARRAY(&reader->memory->arena, struct structural_property, node_real(map)->n);
    uint32_t n = 0;
    bool sorted = true; /* generated CRDs are */
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        const struct structural *property = read_schema(reader, e.value);
        if (!property)
            continue;
        properties[n] = (struct structural_property){node_text(e.key), property};
        sorted = sorted && (n == 0 || str_cmp(properties[n - 1].name, properties[n].name) < 0);
        n++;
    }
    if (!sorted)
        qsort(properties, n, sizeof *properties, by_name);
    schema->properties = properties;
    schema->property_count = n;
}

/* Compiled once a view: generated CRDs repeat few patterns many times. */
static const struct regex *compile_pattern(struct reader *reader, struct str pattern)
{
    struct schema_reading *memory = reader->memory;
    struct str error;
    if (pattern.n == 0 || pattern.n > LIMIT_REGEX_BYTES)
        return NULL;
    if (map_has(&memory->patterns, pattern))
        return map_get(&memory->patterns, pattern);
    struct regex *regex = regex_compile(&memory->arena, pattern, &error);
    map_put(&memory->patterns, pattern, regex);
    return regex;
}

static void *member(struct structural *schema, uint16_t offset)
{
    return (char *)schema + offset;
}

static void read_keyword(struct reader *reader, struct structural *schema,
                         const struct keyword *keyword, const struct node *value)
{
    void *target = member(schema, keyword->offset);
    switch (keyword->kind) {
    case KEYWORD_BOOL:
        *(bool *)target = node_kind(value) == NODE_BOOL && node_bool(value);
        break;
    case KEYWORD_COUNT:
        if (!node_i64(value, target))
            *(int64_t *)target = -1;
        break;
    case KEYWORD_NUMBER:
        *(bool *)member(schema, keyword->flag) = node_double(value, target);
        break;
    case KEYWORD_TEXT:
        if (node_kind(value) == NODE_STRING)
            *(struct str *)target = node_text(value);
        break;
    case KEYWORD_LIST:
        *(const struct node **)target = node_kind(value) == NODE_LIST ? value : NULL;
        break;
    case KEYWORD_VALUE:
        *(const struct node **)target = node_is_null(value) ? NULL : value;
        break;
    case KEYWORD_TEXTS:
        *(const struct str **)target = read_texts(reader, value, member(schema, keyword->flag));
        break;
    case KEYWORD_SCHEMA:
        *(const struct structural **)target = read_schema(reader, value);
        break;
    case KEYWORD_SCHEMAS:
        *(const struct structural *const **)target =
            read_schemas(reader, value, member(schema, keyword->flag));
        break;
    case KEYWORD_PROPERTIES:
        read_properties(reader, schema, value);
        break;
    case KEYWORD_ADDITIONAL:
        schema->additional_any = node_kind(value) == NODE_BOOL && node_bool(value);
        schema->additional = read_schema(reader, value);
        break;
    case KEYWORD_TYPE:
        read_type(schema, node_text(value));
        break;
    case KEYWORD_LIST_TYPE:
        schema->list_type = read_list_type(node_text(value));
        break;
    case KEYWORD_MAP_TYPE:
        schema->map_atomic = str_is(node_text(value), "atomic");
        break;
    }
}

static void read_entries(struct reader *reader, struct structural *schema, const struct node *map)
{
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        const struct keyword *keyword = find_keyword(node_text(e.key));
        if (keyword)
            read_keyword(reader, schema, keyword, e.value);
    }
    schema->regex = compile_pattern(reader, schema->pattern);
}

/* Anchored nodes are read once, so aliases can't make the tree larger than the text. */
static const struct structural *read_schema(struct reader *reader, const struct node *schema)
{
    struct arena *arena = &reader->memory->arena;
    if (node_kind(schema) != NODE_MAP || reader->depth == LIMIT_DEPTH)
        return NULL;
    schema = node_real(schema);
    bool shared = schema->flags & NODE_ANCHORED;
    struct str address = {(const char *)&schema, sizeof schema};
    if (shared && map_has(&reader->shared, address))
        return map_get(&reader->shared, address);
    if (++reader->count > LIMIT_SCHEMA_NODES)
        return NULL;
    struct structural *made = arena_dup(arena, &blank, sizeof blank);
    made->node = schema;
    if (shared)
        map_put(&reader->shared, str_dup(arena, address), made);
    reader->depth++;
    read_entries(reader, made, schema);
    reader->depth--;
    return made;
}
