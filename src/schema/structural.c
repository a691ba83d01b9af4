/* SPDX-License-Identifier: Apache-2.0 */
/* The versions of a CRD as kinds of a view. */
#include "schema/schema_internal.h"

#include "base/limits.h"

void schema_view_release(struct schema_view *view)
{
    struct schema_reading *reading = TAKE(view->reading);
    if (!reading)
        return;
    for (size_t i = 0; i < reading->patterns.n; i++)
        regex_free(reading->patterns.entries[i].value);
    for (size_t i = 0; i < reading->kept.n; i++) {
        const struct kept_thing *kept = reading->kept.entries[i].value;
        kept->maker->release(kept->made);
    }
    arena_release(&reading->arena);
}

/* The view's, made on first use. */
static struct schema_reading *view_reading(struct schema_view *view)
{
    if (view->reading)
        return view->reading;
    view->reading = ARENA_NEW(view->arena, struct schema_reading);
    view->reading->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    view->reading->patterns.arena = &view->reading->arena;
    view->reading->kept.arena = &view->reading->arena;
    return view->reading;
}

const struct structural *structural_read(struct schema_view *view, const struct node *schema)
{
    return reading_schema(view_reading(view), schema);
}

const void *schema_view_keep(const struct schema_view *view, const struct structural *schema,
                             const struct schema_maker *maker)
{
    struct schema_reading *reading = view->reading;
    const struct str address = {(const char *)&schema, sizeof schema};
    pthread_mutex_lock(&reading->lock);
    struct kept_thing *kept = map_get(&reading->kept, address);
    if (!kept) {
        kept = ARENA_NEW(&reading->arena, struct kept_thing);
        *kept =
            (struct kept_thing){schema, maker, maker->make(&reading->arena, schema, view->minor)};
        map_put(&reading->kept, (struct str){(const char *)&kept->schema, sizeof schema}, kept);
    }
    pthread_mutex_unlock(&reading->lock);
    return kept->made;
}

void custom_read(const struct schema_view *view, struct custom *custom)
{
    if (atomic_load_explicit(&custom->is_read, memory_order_acquire))
        return;
    pthread_mutex_lock(&view->reading->lock);
    if (!custom->is_read) {
        custom->structural = reading_schema(view->reading, custom->schema);
        custom->schema_too_large = !custom->structural && node_kind(custom->schema) == NODE_MAP;
        atomic_store_explicit(&custom->is_read, true, memory_order_release);
    }
    pthread_mutex_unlock(&view->reading->lock);
}

struct str custom_name(char *out, struct str group, struct str kind)
{
    if (group.n + kind.n >= CUSTOM_NAME_MAX || kind.n == 0)
        return (struct str){0};
    memcpy(out, kind.p, kind.n);
    out[kind.n] = '.';
    if (group.n)
        memcpy(out + kind.n + 1, group.p, group.n);
    return (struct str){out, kind.n + 1 + group.n};
}

const struct structural *structural_property(const struct structural *schema, struct str name)
{
    size_t low = 0;
    size_t high = schema->property_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(schema->properties[middle].name, name);
        if (order == 0)
            return schema->properties[middle].schema;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool is_true(const struct node *map, struct str key)
{
    const struct node *value = node_get(map, key);
    return node_kind(value) == NODE_BOOL && node_bool(value);
}

/* At the end, so that kinds are offered in the order of the CRDs. */
static void chain_kind(struct schema_view *view, struct custom *custom)
{
    void **slot = map_slot(&view->by_kind, custom->info.kind);
    if (!*slot)
        *slot = ARENA_NEW(view->arena, struct custom_chain);
    struct custom_chain *chain = *slot;
    if (chain->last)
        chain->last->next_of_kind = custom;
    else
        chain->first = custom;
    chain->last = custom;
}

static struct custom *add_version(struct schema_view *view, const struct kind_info *info,
                                  const struct item *version)
{
    struct custom *custom = ARENA_NEW(view->arena, struct custom);
    custom->schema = node_get(node_get(version->value, STR("schema")), STR("openAPIV3Schema"));
    custom->info = *info;
    custom->info.version = node_get_text(version->value, STR("name"));
    custom->info.deprecated = is_true(version->value, STR("deprecated"));
    custom->info.deprecation_warning = node_get_text(version->value, STR("deprecationWarning"));
    custom->info.span = node_span(version->written);
    custom->info.crd_version = version->value;
    custom->served = is_true(version->value, STR("served"));
    if (custom->served)
        chain_kind(view, custom);
    VEC_PUSH(view->arena, &view->customs, custom);
    return custom;
}

bool schema_view_add_crd(struct schema_view *view, const struct node *crd, struct source *source)
{
    const struct node *spec = node_get(crd, STR("spec"));
    const struct node *names = node_get(spec, STR("names"));
    const struct kind_info info = {
        .group = node_get_text(spec, STR("group")),
        .kind = node_get_text(names, STR("kind")),
        .plural = node_get_text(names, STR("plural")),
        .namespaced = !str_is(node_get_text(spec, STR("scope")), "Cluster"),
        .creatable = true,
        .custom = true,
        .source = source,
    };
    char name[CUSTOM_NAME_MAX];
    struct str key = custom_name(name, info.group, info.kind);
    if (info.group.n == 0 || info.kind.n == 0 || key.n == 0)
        return true;
    if (map_has(&view->by_name, key))
        return false;
    (void)view_reading(view);
    struct custom *last = NULL;
    const struct node *versions = node_get(spec, STR("versions"));
    for (struct item it = list_first(versions); it.value; it = list_next(it)) {
        if (it.index >= LIMIT_CRD_VERSIONS || node_get_text(it.value, STR("name")).n == 0)
            continue;
        struct custom *custom = add_version(view, &info, &it);
        if (last)
            last->next = custom;
        else
            map_put(&view->by_name, str_dup(view->arena, key), custom);
        last = custom;
    }
    return true;
}
