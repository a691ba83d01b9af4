/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds, lifecycles and groups of the table. */
#include "schemagen.h"

struct attr_flag {
    const char *word;
    enum table_flag flag;
};

static const struct attr_flag attr_flags[] = {
    {"namespaced", TABLE_NAMESPACED},
    {"list", TABLE_LIST},
    {"create", TABLE_CREATE},
};

/* Group and version of "apps/v1" or "v1". */
static void set_version(struct table *table, struct table_kind *kind, struct str text)
{
    ptrdiff_t slash = str_find_char(text, '/');
    kind->group = table_string(table, str_sub(text, 0, slash < 0 ? 0 : (size_t)slash));
    kind->version = table_string(table, str_from_offset(text, (size_t)(slash + 1)));
}

static void read_attr(struct table *table, struct table_kind *kind, const struct fact_attr *attr)
{
    if (str_is(attr->text, "served"))
        kind->served = attr->minors;
    if (str_starts(attr->text, STR("plural=")))
        kind->plural = table_string(table, str_from_offset(attr->text, 7));
    for (size_t i = 0; i < ARRAY_LEN(attr_flags); i++) {
        if (str_is(attr->text, attr_flags[i].word))
            kind->flags |= (uint8_t)attr_flags[i].flag;
    }
}

static int add_kind(struct table *table, struct str version, const struct fact_line *line)
{
    uint32_t empty = table_string(table, STR(""));
    struct str type = line->key;
    struct str name;
    if (!str_split(&type, ' ', &name))
        return table_fail(line->key, "a kind needs a name");
    struct table_kind kind = {.kind = table_string(table, name),
                              .plural = empty,
                              .replacement = empty,
                              .note = empty,
                              .published = line->minors};
    if (!table_type(table, str_trim(type), STR(""), &kind.type))
        return table_fail(line->key, "its type is not defined");
    set_version(table, &kind, version);
    for (size_t i = 0; i < line->attrs.n; i++)
        read_attr(table, &kind, &line->attrs.items[i]);
    unsigned first = (unsigned)__builtin_ctzll(line->minors);
    if (line->minors && first != (unsigned)__builtin_ctzll(table->text->minors))
        kind.introduced = (uint8_t)first;
    VEC_PUSH(table->arena, &table->kinds, kind);
    return 0;
}

static void set_lifecycle(struct table *table, struct table_kind *kind,
                          const struct lifecycle_row *row)
{
    if (row->introduced)
        kind->introduced = (uint8_t)row->introduced;
    kind->deprecated = (uint8_t)row->deprecated;
    kind->removed = (uint8_t)row->removed;
    kind->replacement = table_string(table, row->replacement);
    kind->note = table_string(table, row->note);
}

static bool is_of(const struct table *table, const struct table_kind *kind,
                  const struct lifecycle_row *row)
{
    struct str group = table_text(table, kind->group);
    struct str version = table_text(table, kind->version);
    struct str rest = row->version;
    if (!str_eq(table_text(table, kind->kind), row->kind))
        return false;
    if (group.n == 0)
        return str_eq(rest, version);
    return str_starts(rest, group) && rest.n == group.n + 1 + version.n && rest.p[group.n] == '/' &&
           str_ends(rest, version);
}

/* Onto the kinds that have been published, else as a kind of its own. */
static void add_lifecycle(struct table *table, const struct lifecycle_row *row)
{
    bool found = false;
    for (size_t i = 0; i < table->kinds.n; i++) {
        if (!is_of(table, &table->kinds.items[i], row))
            continue;
        set_lifecycle(table, &table->kinds.items[i], row);
        found = true;
    }
    if (found)
        return;
    struct table_kind kind = {.kind = table_string(table, row->kind),
                              .plural = table_string(table, STR("")),
                              .flags =
                                  row->namespaced ? TABLE_NAMESPACED | TABLE_CREATE : TABLE_CREATE};
    set_version(table, &kind, row->version);
    set_lifecycle(table, &kind, row);
    VEC_PUSH(table->arena, &table->kinds, kind);
}

static int by_kind(const void *a, const void *b, void *ctx)
{
    const struct table *table = ctx;
    const struct table_kind *x = a;
    const struct table_kind *y = b;
    const uint32_t pairs[][2] = {
        {x->kind, y->kind}, {x->group, y->group}, {x->version, y->version}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        int order = str_cmp(table_text(table, pairs[i][0]), table_text(table, pairs[i][1]));
        if (order)
            return order;
    }
    return x->published < y->published ? -1 : x->published > y->published;
}

static int by_string(const void *a, const void *b, void *ctx)
{
    const struct table *table = ctx;
    return str_cmp(table_text(table, *(const uint32_t *)a),
                   table_text(table, *(const uint32_t *)b));
}

static void add_groups(struct table *table)
{
    for (size_t i = 0; i < table->kinds.n; i++) {
        uint32_t group = table->kinds.items[i].group;
        bool known = false;
        for (size_t g = 0; g < table->groups.n && !known; g++)
            known = table->groups.items[g] == group;
        if (!known)
            VEC_PUSH(table->arena, &table->groups, group);
    }
    qsort_r(table->groups.items, table->groups.n, sizeof(uint32_t), by_string, table);
}

int table_build_kinds(struct table *table)
{
    const struct map *blocks = &table->text->kinds.blocks;
    for (size_t i = 0; i < blocks->n; i++) {
        const struct fact_block *block = blocks->entries[i].value;
        for (size_t l = 0; l < block->lines.n; l++) {
            if (add_kind(table, block->key, &block->lines.items[l]) < 0)
                return -1;
        }
    }
    for (size_t i = 0; i < table->text->lifecycles.n; i++)
        add_lifecycle(table, &table->text->lifecycles.items[i]);
    if (table->kinds.n == 0)
        return table_fail(STR("kinds.txt"), "there are no kinds");
    qsort_r(table->kinds.items, table->kinds.n, sizeof *table->kinds.items, by_kind, table);
    add_groups(table);
    return 0;
}
