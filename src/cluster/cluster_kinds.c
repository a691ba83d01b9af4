/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of discovery to one table of kinds: the aggregated form (apidiscovery.k8s.io/v2, and its
 * v2beta1), and the classic one, a request a group and version. */
#include "base/limits.h"
#include "cluster/cluster_internal.h"

enum { MOST_KINDS = 1 << 17 };

enum cluster_listing cluster_listing_of(const struct node *root)
{
    const struct str kind = node_get_text(root, STR("kind"));
    if (str_is(kind, "APIGroupDiscoveryList"))
        return LISTING_AGGREGATED;
    if (str_is(kind, "APIVersions"))
        return LISTING_VERSIONS;
    return str_is(kind, "APIGroupList") ? LISTING_GROUPS : LISTING_NONE;
}

static void read_texts(struct arena *arena, const struct node *list, struct str_list *texts)
{
    for (struct item it = list_first(list); it.value; it = list_next(it))
        VEC_PUSH(arena, texts, str_dup(arena, node_text(it.value)));
}

static struct str text_of(struct arena *arena, const struct node *map, const char *key)
{
    return str_dup(arena, node_get_text(map, str_from(key)));
}

/* What may stand in a path: else the table would lead to other objects than it says. */
static bool is_usable(const struct cluster_resource *resource)
{
    return resource->kind.n && resource->plural.n && resource->version.n &&
           str_find_char(resource->plural, '/') < 0;
}

static void add_resource(struct arena *arena, struct cluster_kinds *kinds,
                         const struct cluster_resource *resource)
{
    if (is_usable(resource) && kinds->resources.n < MOST_KINDS)
        VEC_PUSH(arena, &kinds->resources, *resource);
}

static void add_unknown(struct arena *arena, struct cluster_kinds *kinds, struct str group,
                        struct str version)
{
    if (kinds->unknowns.n < MOST_KINDS)
        VEC_PUSH(arena, &kinds->unknowns,
                 ((struct cluster_unknown){str_dup(arena, group), str_dup(arena, version)}));
}

/* ---- aggregated ---- */

static void read_resource(struct arena *arena, struct str group, struct str version,
                          const struct node *node, struct cluster_kinds *kinds)
{
    struct cluster_resource resource = {
        .group = str_dup(arena, group),
        .version = str_dup(arena, version),
        .kind = text_of(arena, node_get(node, STR("responseKind")), "kind"),
        .plural = text_of(arena, node, "resource"),
        .singular = text_of(arena, node, "singularResource"),
        .namespaced = str_is(node_get_text(node, STR("scope")), "Namespaced"),
    };
    read_texts(arena, node_get(node, STR("verbs")), &resource.verbs);
    for (struct item it = list_first(node_get(node, STR("subresources"))); it.value;
         it = list_next(it)) {
        struct cluster_subresource sub = {.name = text_of(arena, it.value, "subresource")};
        read_texts(arena, node_get(it.value, STR("verbs")), &sub.verbs);
        VEC_PUSH(arena, &resource.subresources, sub);
    }
    add_resource(arena, kinds, &resource);
}

static void read_version(struct arena *arena, struct str group, const struct node *node,
                         struct cluster_kinds *kinds)
{
    const struct str version = node_get_text(node, STR("version"));
    /* Of an aggregated API server that doesn't answer the last that it said, or nothing. */
    if (str_is(node_get_text(node, STR("freshness")), "Stale"))
        add_unknown(arena, kinds, group, version);
    for (struct item it = list_first(node_get(node, STR("resources"))); it.value;
         it = list_next(it))
        read_resource(arena, group, version, it.value, kinds);
}

void cluster_kinds_add(struct arena *arena, const struct node *aggregated,
                       struct cluster_kinds *kinds)
{
    for (struct item it = list_first(node_get(aggregated, STR("items"))); it.value;
         it = list_next(it)) {
        const struct str group = node_get_text(node_get(it.value, STR("metadata")), STR("name"));
        const struct node *versions = node_get(it.value, STR("versions"));
        for (struct item each = list_first(versions); each.value; each = list_next(each))
            read_version(arena, group, each.value, kinds);
    }
}

/* ---- classic ---- */

static struct cluster_resource *find_plural(struct cluster_kinds *kinds, size_t from,
                                            struct str plural)
{
    for (size_t i = from; i < kinds->resources.n; i++)
        if (str_eq(kinds->resources.items[i].plural, plural))
            return &kinds->resources.items[i];
    return NULL;
}

static void add_sub(struct arena *arena, struct cluster_kinds *kinds, size_t from,
                    const struct node *node, struct str name, size_t slash)
{
    struct cluster_resource *of = find_plural(kinds, from, str_sub(name, 0, slash));
    struct cluster_subresource sub = {.name = str_dup(arena, str_from_offset(name, slash + 1))};
    if (!of)
        return;
    read_texts(arena, node_get(node, STR("verbs")), &sub.verbs);
    VEC_PUSH(arena, &of->subresources, sub);
}

void cluster_kinds_add_classic(struct arena *arena, struct str group, struct str version,
                               const struct node *resource_list, struct cluster_kinds *kinds)
{
    const size_t from = kinds->resources.n;
    if (!str_is(node_get_text(resource_list, STR("kind")), "APIResourceList")) {
        add_unknown(arena, kinds, group, version);
        return;
    }
    for (struct item it = list_first(node_get(resource_list, STR("resources"))); it.value;
         it = list_next(it)) {
        const struct str name = node_get_text(it.value, STR("name"));
        const ptrdiff_t slash = str_find_char(name, '/');
        if (slash >= 0) {
            add_sub(arena, kinds, from, it.value, name, (size_t)slash);
            continue;
        }
        struct cluster_resource resource = {
            .group = str_dup(arena, group),
            .version = str_dup(arena, version),
            .kind = text_of(arena, it.value, "kind"),
            .plural = str_dup(arena, name),
            .singular = text_of(arena, it.value, "singularName"),
            .namespaced = node_bool(node_get(it.value, STR("namespaced"))),
        };
        read_texts(arena, node_get(it.value, STR("verbs")), &resource.verbs);
        add_resource(arena, kinds, &resource);
    }
}

void cluster_kinds_index(struct arena *arena, struct cluster_kinds *kinds)
{
    kinds->by_kind = (struct map){.arena = arena};
    for (size_t i = 0; i < kinds->resources.n; i++) {
        struct cluster_resource *each = &kinds->resources.items[i];
        const struct str key =
            str_format(arena, "%.*s%s%.*s %.*s", STR_FMT(each->group), each->group.n ? "/" : "",
                       STR_FMT(each->version), STR_FMT(each->kind));
        if (!map_has(&kinds->by_kind, key))
            (void)map_put(&kinds->by_kind, key, each);
    }
}
