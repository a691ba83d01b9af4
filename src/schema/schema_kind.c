/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds: built-in ones from the table, custom ones from the view's CRDs. */
#include "base/suggest.h"
#include "schema/schema_internal.h"
#include "schema/schema_table.h"

enum { NEAREST_CUSTOMS = 1024 }; /* custom kinds that are tried for "did you mean" */

struct kind_key {
    struct str kind;
    struct str group;
    struct str version;
};

void schema_view_init(struct schema_view *view, struct arena *arena, unsigned minor)
{
    *view = (struct schema_view){
        .minor = minor, .arena = arena, .by_name = {.arena = arena}, .by_kind = {.arena = arena}};
}

static bool holds(uint64_t minors, unsigned minor)
{
    return minor < 64 && minors >> minor & 1;
}

/* ---- the table ---- */

static int compare(const struct table_kind *row, const struct kind_key *key)
{
    int order = str_cmp(table_str(row->kind), key->kind);
    if (order == 0)
        order = str_cmp(table_str(row->group), key->group);
    return order ? order : str_cmp(table_str(row->version), key->version);
}

/* First row that is not before the key. */
static size_t lower_bound(const struct kind_key *key)
{
    size_t low = 0;
    size_t high = schema_info.kind_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare(&schema_kinds[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What is published for a kind changes now and then; the row of this minor, else any. */
static const struct table_kind *find_row(const struct kind_key *key, unsigned minor)
{
    const struct table_kind *found = NULL;
    for (size_t i = lower_bound(key); i < schema_info.kind_count; i++) {
        const struct table_kind *row = &schema_kinds[i];
        if (compare(row, key) != 0)
            break;
        if (!found || holds(row->published, minor))
            found = row;
    }
    return found;
}

static unsigned newest(uint64_t minors)
{
    return minors ? 63U - (unsigned)__builtin_clzll(minors) : 0;
}

/* Where the published API dropped a kind before the minor that its tag names, the former holds. */
static uint8_t removed_in(const struct table_kind *row)
{
    unsigned last = newest(row->published);
    if (row->published && last < schema_info.minor_max)
        return (uint8_t)(last + 1);
    return row->removed;
}

static void fill_info(const struct table_kind *row, struct kind_info *ret_info)
{
    *ret_info = (struct kind_info){
        .group = table_str(row->group),
        .version = table_str(row->version),
        .kind = table_str(row->kind),
        .plural = table_str(row->plural),
        .namespaced = row->flags & TABLE_NAMESPACED,
        .is_list = row->flags & TABLE_LIST,
        .creatable = row->flags & TABLE_CREATE,
        .type = row->type,
        .lifecycle =
            {
                .introduced = row->introduced,
                .deprecated = row->deprecated,
                .removed = removed_in(row),
                .replacement = table_str(row->replacement),
                .note = table_str(row->note),
            },
    };
}

static enum kind_state row_state(const struct table_kind *row, unsigned minor)
{
    if (holds(row->published, minor))
        return holds(row->served, minor) ? KIND_SERVED : KIND_NOT_SERVED;
    /* Not in this minor's API: older than what is compiled, between, or still to come. */
    bool later = row->published >> minor > 1;
    if (row->published)
        return later ? KIND_FUTURE : KIND_REMOVED;
    return row->introduced > minor ? KIND_FUTURE : KIND_REMOVED;
}

bool schema_group_is_builtin(struct str group)
{
    size_t low = 0;
    size_t high = schema_info.group_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(table_str(schema_groups[middle]), group);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* ---- both ---- */

static struct custom *find_custom(const struct schema_view *view, const struct kind_key *key)
{
    char name[CUSTOM_NAME_MAX];
    struct str text = custom_name(name, key->group, key->kind);
    for (struct custom *c = map_get(&view->by_name, text); c; c = c->next) {
        if (str_eq(c->info.version, key->version))
            return c;
    }
    return NULL;
}

/* *ret_custom is untouched when the kind is built in or unknown. */
static enum kind_state find_kind(const struct schema_view *view, const struct kind_key *key,
                                 struct kind_info *ret_info, struct custom **ret_custom)
{
    const struct table_kind *row = find_row(key, view->minor);
    if (row) {
        fill_info(row, ret_info);
        return row_state(row, view->minor);
    }
    struct custom *custom = find_custom(view, key);
    if (!custom)
        return schema_group_is_builtin(key->group) ? KIND_NOT_IN_GROUP : KIND_UNKNOWN;
    *ret_info = custom->info;
    *ret_custom = custom;
    return custom->served ? KIND_SERVED : KIND_NOT_SERVED;
}

enum kind_state schema_find_kind(const struct schema_view *view, struct str group,
                                 struct str version, struct str kind, struct kind_info *ret_info)
{
    struct custom *custom = NULL;
    const enum kind_state state =
        find_kind(view, &(struct kind_key){kind, group, version}, ret_info, &custom);
    if (!custom)
        return state;
    custom_read(view, custom);
    ret_info->structural = custom->structural;
    ret_info->schema_too_large = custom->schema_too_large;
    return state;
}

enum kind_state schema_peek_kind(const struct schema_view *view, struct str group,
                                 struct str version, struct str kind, struct kind_info *ret_info)
{
    struct custom *custom = NULL;
    return find_kind(view, &(struct kind_key){kind, group, version}, ret_info, &custom);
}

size_t schema_kind_versions(const struct schema_view *view, struct str kind, struct kind_info *out,
                            size_t max)
{
    size_t n = 0;
    const struct kind_key first = {.kind = kind};
    for (size_t i = lower_bound(&first); i < schema_info.kind_count && n < max; i++) {
        const struct table_kind *row = &schema_kinds[i];
        if (!str_eq(table_str(row->kind), kind))
            break;
        if (holds(row->served, view->minor))
            fill_info(row, &out[n++]);
    }
    const struct custom_chain *chain = map_get(&view->by_kind, kind);
    for (const struct custom *c = chain ? chain->first : NULL; c && n < max; c = c->next_of_kind)
        out[n++] = c->info;
    return n;
}

struct str schema_nearest_kind(const struct schema_view *view, struct str kind)
{
    struct suggest suggest;
    suggest_init(&suggest, kind);
    for (size_t i = 0; i < schema_info.kind_count; i++) {
        const struct table_kind *row = &schema_kinds[i];
        if (holds(row->served, view->minor) && row->flags & TABLE_CREATE)
            suggest_offer(&suggest, table_str(row->kind));
    }
    for (size_t i = 0; i < view->by_kind.n && i < NEAREST_CUSTOMS; i++)
        suggest_offer(&suggest, view->by_kind.entries[i].key);
    return suggest.best;
}
