/* SPDX-License-Identifier: Apache-2.0 */
/* The versions of a CRD as kinds of a view. */
#include "schema/schema.h"

#include "base/limits.h"

void schema_view_release(struct schema_view *view)
{
    for (size_t i = 0; i < view->patterns.n; i++)
        regex_free(view->patterns.entries[i].value);
    view->patterns = (struct map){0};
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

static struct custom *find_same_kind(const struct schema_view *view, const struct kind_info *info)
{
    for (struct custom *c = map_get(&view->by_kind, info->kind); c; c = c->next) {
        if (str_eq(c->info.group, info->group))
            return c;
    }
    return NULL;
}

static bool is_true(const struct node *map, struct str key)
{
    const struct node *value = node_get(map, key);
    return node_kind(value) == NODE_BOOL && node_bool(value);
}

/* Adds one version to the end of its kind's chain, so that the order of the CRD is kept. */
static void add_version(struct schema_view *view, const struct kind_info *info,
                        const struct node *version, const struct node *written)
{
    struct custom *custom = ARENA_NEW(view->arena, struct custom);
    const struct node *schema = node_get(node_get(version, STR("schema")), STR("openAPIV3Schema"));
    custom->info = *info;
    custom->info.version = node_get_text(version, STR("name"));
    custom->info.deprecated = is_true(version, STR("deprecated"));
    custom->info.deprecation_warning = node_get_text(version, STR("deprecationWarning"));
    custom->info.span = node_span(written);
    custom->served = is_true(version, STR("served"));
    custom->info.structural = structural_read(view, schema);
    custom->info.crd_version = version;

    struct custom *last = map_get(&view->by_kind, info->kind);
    while (last && last->next)
        last = last->next;
    if (last)
        last->next = custom;
    else
        map_put(&view->by_kind, custom->info.kind, custom);
    VEC_PUSH(view->arena, &view->customs, custom);
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
    if (info.group.n == 0 || info.kind.n == 0)
        return true;
    if (find_same_kind(view, &info))
        return false;
    const struct node *versions = node_get(spec, STR("versions"));
    for (struct item it = list_first(versions); it.value; it = list_next(it)) {
        if (it.index < LIMIT_CRD_VERSIONS && node_get_text(it.value, STR("name")).n)
            add_version(view, &info, it.value, it.written);
    }
    return true;
}
