/* SPDX-License-Identifier: Apache-2.0 */
/* Types and fields of the table. */
#include "schemagen.h"

struct scalar {
    const char *word;
    enum type_kind kind;
};

/* The words that schemas compile writes for types that are no structs. TYPE_ANY is type 0. */
static const struct scalar scalars[] = {
    {"any", TYPE_ANY},
    {"object", TYPE_OBJECT},
    {"bool", TYPE_BOOL},
    {"int32", TYPE_INT32},
    {"int64", TYPE_INT64},
    {"double", TYPE_DOUBLE},
    {"string", TYPE_STRING},
    {"bytes", TYPE_BYTES},
    {"quantity", TYPE_QUANTITY},
    {"int-or-string", TYPE_INT_OR_STRING},
    {"time", TYPE_TIME},
    {"micro-time", TYPE_MICRO_TIME},
    {"duration", TYPE_DURATION},
    {"schema-or-bool", TYPE_SCHEMA_OR_BOOL},
    {"schema-or-list", TYPE_SCHEMA_OR_LIST},
    {"schema-or-strings", TYPE_SCHEMA_OR_STRINGS},
};

/* A line of a block, its key taken apart. */
struct named_line {
    struct str name;
    struct str type;
    const struct fact_line *line;
};

int table_fail(struct str where, const char *what)
{
    fprintf(stderr, "%.*s: %s\n", STR_FMT(where), what);
    return -1;
}

/* ---- strings and lists ---- */

uint32_t table_string(struct table *table, struct str text)
{
    table->string_offsets.arena = table->arena;
    void **slot = map_slot(&table->string_offsets, str_dup(table->arena, text));
    if (!*slot) {
        size_t n = MIN_OF(text.n, (size_t)UINT16_MAX);
        buf_add_char(&table->strings, (char)(n & 255));
        buf_add_char(&table->strings, (char)(n >> 8));
        *slot = (void *)(table->strings.n + 1);
        buf_add(&table->strings, str_sub(text, 0, n));
    }
    return (uint32_t)((uintptr_t)*slot - 1);
}

struct str table_text(const struct table *table, uint32_t offset)
{
    const unsigned char *p = (const unsigned char *)table->strings.p + offset;
    return (struct str){(const char *)p, (size_t)(p[-2] | p[-1] << 8)};
}

/* Index of a list of texts, the same for the same texts. */
static uint16_t add_list(struct table *table, const struct str *texts, size_t n)
{
    struct str key = STR("");
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        key = str_format(table->arena, "%.*s%zu:%.*s", STR_FMT(key), texts[i].n, STR_FMT(texts[i]));
    table->list_indexes.arena = table->arena;
    void **slot = map_slot(&table->list_indexes, key);
    if (!*slot) {
        *slot = (void *)table->lists.n;
        VEC_PUSH(table->arena, &table->lists, (uint32_t)n);
        for (size_t i = 0; i < n; i++)
            VEC_PUSH(table->arena, &table->lists, table_string(table, texts[i]));
    }
    if (table->lists.n > LISTS_MAX)
        BUG("more lists of values than 16 bits can number: widen struct field");
    return (uint16_t)(uintptr_t)*slot;
}

/* ---- types ---- */

static type_id add_type(struct table *table, struct str key, struct type type)
{
    if (table->types.n > UINT16_MAX)
        BUG("more types than 16 bits can number: widen type_id");
    table->type_ids.arena = table->arena;
    VEC_PUSH(table->arena, &table->types, type);
    map_put(&table->type_ids, key, (void *)table->types.n);
    return (type_id)(table->types.n - 1);
}

static bool find_type(const struct table *table, struct str key, type_id *ret_id)
{
    uintptr_t place = (uintptr_t)map_get(&table->type_ids, key);
    if (place)
        *ret_id = (type_id)(place - 1);
    return place != 0;
}

bool table_type(struct table *table, struct str text, struct str package, type_id *ret_id)
{
    if (text.n > 2 && (text.p[0] == '[' || text.p[0] == '{')) {
        type_id element;
        bool list = text.p[0] == '[';
        if (!table_type(table, str_sub(text, 1, text.n - 1), package, &element))
            return false;
        struct str key = str_format(table->arena, list ? "[%u]" : "{%u}", element);
        if (!find_type(table, key, ret_id))
            *ret_id = add_type(table, key,
                               (struct type){.kind = list ? TYPE_LIST : TYPE_MAP,
                                             .element = element,
                                             .name = table_string(table, STR("")),
                                             .full_name = table_string(table, STR(""))});
        return true;
    }
    if (find_type(table, text, ret_id))
        return true;
    struct str full = str_format(table->arena, "%.*s.%.*s", STR_FMT(package), STR_FMT(text));
    return find_type(table, full, ret_id);
}

static void add_scalars(struct table *table)
{
    for (size_t i = 0; i < ARRAY_LEN(scalars); i++) {
        struct str word = str_from(scalars[i].word);
        add_type(table, word,
                 (struct type){.kind = (uint8_t)scalars[i].kind,
                               .name = table_string(table, word),
                               .full_name = table_string(table, STR(""))});
    }
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Names of a map's keys, sorted. */
static struct str *sorted_keys(struct arena *arena, const struct map *map)
{
    struct str *keys = ARENA_ARRAY(arena, struct str, map->n);
    for (size_t i = 0; i < map->n; i++)
        keys[i] = map->entries[i].key;
    if (map->n)
        qsort(keys, map->n, sizeof *keys, by_text);
    return keys;
}

static void add_structs(struct table *table, struct str package, const struct facts *facts)
{
    const struct str *names = sorted_keys(table->arena, &facts->blocks);
    for (size_t i = 0; i < facts->blocks.n; i++) {
        struct str full =
            str_format(table->arena, "%.*s.%.*s", STR_FMT(package), STR_FMT(names[i]));
        add_type(table, full,
                 (struct type){.kind = TYPE_STRUCT,
                               .name = table_string(table, names[i]),
                               .full_name = table_string(table, full)});
    }
}

/* ---- fields ---- */

static bool attr_holds(const struct fact_line *line, const char *text, minor_set bit)
{
    for (size_t i = 0; i < line->attrs.n; i++) {
        if (str_is(line->attrs.items[i].text, text))
            return line->attrs.items[i].minors & bit;
    }
    return false;
}

/* Value of the attribute `name=value` at a minor, or "". */
static struct str attr_value(const struct fact_line *line, struct str prefix, minor_set bit)
{
    for (size_t i = 0; i < line->attrs.n; i++) {
        const struct fact_attr *attr = &line->attrs.items[i];
        if (attr->minors & bit && str_starts(attr->text, prefix))
            return str_from_offset(attr->text, prefix.n);
    }
    return STR("");
}

static uint16_t find_keys(struct table *table, const struct fact_line *line, minor_set bit)
{
    struct str texts[8];
    size_t n = 0;
    struct str rest = attr_value(line, STR("keys="), bit);
    if (rest.n == 0)
        rest = attr_value(line, STR("merge="), bit);
    while (n < ARRAY_LEN(texts) && str_split(&rest, ',', &texts[n]))
        n++;
    return add_list(table, texts, n);
}

static uint16_t find_enum(struct table *table, struct str key, minor_set bit)
{
    const struct fact_block *block = map_get(&table->text->enums.blocks, key);
    if (!block)
        return 0;
    if (!(block->minors & bit) && bit < table->enum_minor)
        bit = table->enum_minor;
    struct str *values = ARENA_ARRAY(table->arena, struct str, block->lines.n);
    size_t n = 0;
    for (size_t i = 0; i < block->lines.n; i++) {
        if (block->lines.items[i].minors & bit)
            values[n++] = fact_unquote(table->arena, block->lines.items[i].key);
    }
    if (n)
        qsort(values, n, sizeof *values, by_text);
    return add_list(table, values, n);
}

static enum list_type read_list_type(struct str word)
{
    if (str_is(word, "map"))
        return LIST_MAP;
    return str_is(word, "set") ? LIST_SET : LIST_ATOMIC;
}

static bool same_but_minors(const struct field *a, const struct field *b)
{
    return a->name == b->name && a->type == b->type && a->enumeration == b->enumeration &&
           a->map_keys == b->map_keys && a->list_type == b->list_type && a->required == b->required;
}

/* The line as it is at one minor: as a new variant, or as more of the one before. */
static int add_variant(struct table *table, struct str package, struct str block,
                       const struct named_line *line, unsigned minor, unsigned previous)
{
    minor_set bit = minor_bit(minor);
    type_id type;
    struct str key = str_format(table->arena, "%.*s.%.*s.%.*s", STR_FMT(package), STR_FMT(block),
                                STR_FMT(line->name));
    if (!table_type(table, line->type, package, &type))
        return table_fail(key, "its type is not defined");
    const struct field field = {
        .name = table_string(table, line->name),
        .type = type,
        .enumeration = find_enum(table, key, bit),
        .map_keys = find_keys(table, line->line, bit),
        .list_type = (uint8_t)read_list_type(attr_value(line->line, STR("list="), bit)),
        .required = attr_holds(line->line, "required", bit),
        .since = (uint8_t)minor,
        .until = (uint8_t)minor,
    };
    struct field *last = table->fields.n ? &table->fields.items[table->fields.n - 1] : NULL;
    if (last && previous && last->until == previous && same_but_minors(last, &field)) {
        last->until = (uint8_t)minor;
        return 0;
    }
    VEC_PUSH(table->arena, &table->fields, field);
    return 0;
}

static unsigned newest_minor(minor_set set)
{
    return 63U - (unsigned)__builtin_clzll(set);
}

/* All variants of the lines [0, n) that share a name. */
static int add_field(struct table *table, struct str package, struct str block,
                     const struct named_line *lines, size_t n)
{
    unsigned previous = 0;
    size_t first = table->fields.n;
    for (unsigned m = 1; m < MINOR_LIMIT; m++) {
        if (!(table->text->minors & minor_bit(m)))
            continue;
        for (size_t i = 0; i < n; i++) {
            if (!(lines[i].line->minors & minor_bit(m)))
                continue;
            unsigned before = table->fields.n > first ? previous : 0;
            if (add_variant(table, package, block, &lines[i], m, before) < 0)
                return -1;
            break;
        }
        previous = m;
    }
    for (size_t i = first; i < table->fields.n; i++) {
        if (table->fields.items[i].until == newest_minor(table->text->minors))
            table->fields.items[i].until = UINT8_MAX;
    }
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct named_line *)a)->name, ((const struct named_line *)b)->name);
}

static int add_fields(struct table *table, struct str package, const struct fact_block *block)
{
    type_id id;
    size_t n = block->lines.n;
    struct named_line *lines = ARENA_ARRAY(table->arena, struct named_line, n);
    struct str full = str_format(table->arena, "%.*s.%.*s", STR_FMT(package), STR_FMT(block->key));
    if (!find_type(table, full, &id))
        return table_fail(full, "the type was not added");
    for (size_t i = 0; i < n; i++) {
        struct str type = block->lines.items[i].key;
        lines[i].line = &block->lines.items[i];
        str_split(&type, ' ', &lines[i].name);
        lines[i].type = str_trim(type);
    }
    if (n)
        qsort(lines, n, sizeof *lines, by_name);
    size_t first = table->fields.n;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && str_eq(lines[end].name, lines[i].name);)
            end++;
        if (add_field(table, package, block->key, &lines[i], end - i) < 0)
            return -1;
    }
    if (table->fields.n >= UINT16_MAX)
        BUG("more fields than 16 bits can number: widen struct type");
    table->types.items[id].first_field = (uint16_t)first;
    table->types.items[id].field_count = (uint16_t)(table->fields.n - first);
    return 0;
}

static int add_all_fields(struct table *table, struct str package, const struct facts *facts)
{
    const struct str *names = sorted_keys(table->arena, &facts->blocks);
    for (size_t i = 0; i < facts->blocks.n; i++) {
        if (add_fields(table, package, map_get(&facts->blocks, names[i])) < 0)
            return -1;
    }
    return 0;
}

/* ---- all ---- */

static void fill_slots(struct table *table)
{
    table->slot_count = SLOT_COUNT_MIN;
    while (table->slot_count < table->fields.n * 2)
        table->slot_count *= 2;
    table->slots = ARENA_ARRAY(table->arena, uint16_t, table->slot_count);
    for (size_t t = 0; t < table->types.n; t++) {
        const struct type *type = &table->types.items[t];
        uint32_t previous = 0;
        for (size_t i = 0; i < type->field_count; i++) {
            size_t index = type->first_field + i;
            uint32_t name = table->fields.items[index].name;
            if (name == previous)
                continue;
            previous = name;
            uint32_t slot = field_hash((type_id)t, table_text(table, name));
            while (table->slots[slot & (table->slot_count - 1)])
                slot++;
            table->slots[slot & (table->slot_count - 1)] = (uint16_t)(index + 1);
        }
    }
}

static minor_set first_enum_minor(const struct schema_text *text)
{
    minor_set all = 0;
    for (size_t i = 0; i < text->enums.blocks.n; i++)
        all |= ((const struct fact_block *)text->enums.blocks.entries[i].value)->minors;
    return all & (~all + 1);
}

/* The forms that hold a schema point at it. */
static void link_schemas(struct table *table)
{
    type_id schema = 0;
    if (!find_type(table, STR("apiextensions.v1.JSONSchemaProps"), &schema))
        return;
    for (size_t i = 0; i < ARRAY_LEN(scalars); i++) {
        if (scalars[i].kind >= TYPE_SCHEMA_OR_BOOL)
            table->types.items[i].element = schema;
    }
}

int table_build(struct table *table)
{
    const struct map *types = &table->text->types;
    const struct str *packages = sorted_keys(table->arena, types);
    if (!table->text->minors)
        return table_fail(STR("minors.txt"), "no minor is compiled yet");
    table_string(table, STR(""));
    VEC_PUSH(table->arena, &table->lists, 0);
    table->enum_minor = first_enum_minor(table->text);
    add_scalars(table);
    for (size_t i = 0; i < types->n; i++)
        add_structs(table, packages[i], map_get(types, packages[i]));
    link_schemas(table);
    for (size_t i = 0; i < types->n; i++) {
        if (add_all_fields(table, packages[i], map_get(types, packages[i])) < 0)
            return -1;
    }
    fill_slots(table);
    return table_build_kinds(table);
}
