/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of an OpenAPI document: type, scope, plural and whether one can create it come from the
 * paths, whether it is served from discovery or, without, from the version's stability.
 */
#include "schema/schema_compile.h"

/* What the paths say about a kind. */
struct resource {
    struct str plural; /* "": it has no collection, as Scale */
    bool namespaced;
    bool create;
};

struct kinds {
    struct compile *compile;
    struct map resources; /* "apps/v1 Deployment" -> struct resource * */
    struct map served;    /* "apps/v1" and "apps/v1 Deployment" that discovery knows */
    bool discovered;
};

static struct str join_version(struct arena *arena, struct str group, struct str version)
{
    return group.n ? str_format(arena, "%.*s/%.*s", STR_FMT(group), STR_FMT(version)) : version;
}

static struct str gvk_key(struct arena *arena, const struct node *gvk)
{
    struct str version =
        join_version(arena, node_get_text(gvk, STR("group")), node_get_text(gvk, STR("version")));
    return str_format(arena, "%.*s %.*s", STR_FMT(version),
                      STR_FMT(node_get_text(gvk, STR("kind"))));
}

/* ---- paths ---- */

static struct resource *resource_add(struct kinds *kinds, struct str key)
{
    void **slot = map_slot(&kinds->resources, key);
    if (!*slot)
        *slot = ARENA_NEW(kinds->compile->arena, struct resource);
    return *slot;
}

static void read_operation(struct kinds *kinds, struct str path, struct str method,
                           const struct node *operation)
{
    const struct node *gvk = node_get(operation, STR("x-kubernetes-group-version-kind"));
    if (!gvk)
        return;
    struct resource *resource = resource_add(kinds, gvk_key(kinds->compile->arena, gvk));
    if (str_has(path, STR("/{namespace}/")))
        resource->namespaced = true;
    if (str_has(path, STR("{name}")))
        return;
    ptrdiff_t slash = str_find_last_char(path, '/');
    resource->plural = str_from_offset(path, (size_t)(slash + 1));
    if (str_is(method, "post"))
        resource->create = true;
}

static void read_paths(struct kinds *kinds)
{
    const struct node *paths = node_get(kinds->compile->openapi, STR("paths"));
    for (struct entry path = map_first(paths); path.key; path = map_next(path)) {
        if (str_has(node_text(path.key), STR("/watch/")))
            continue;
        for (struct entry e = map_first(path.value); e.key; e = map_next(e))
            read_operation(kinds, node_text(path.key), node_text(e.key), e.value);
    }
}

/* ---- discovery ---- */

static void read_discovered(struct kinds *kinds, struct str version, const struct node *resources)
{
    struct arena *arena = kinds->compile->arena;
    for (struct item it = list_first(resources); it.value; it = list_next(it)) {
        const struct node *kind = node_get(it.value, STR("responseKind"));
        struct str key = str_format(arena, "%.*s %.*s", STR_FMT(version),
                                    STR_FMT(node_get_text(kind, STR("kind"))));
        map_put(&kinds->served, key, kinds);
    }
}

static void read_discovery(struct kinds *kinds, const struct node *document)
{
    struct arena *arena = kinds->compile->arena;
    const struct node *groups = node_get(document, STR("items"));
    for (struct item group = list_first(groups); group.value; group = list_next(group)) {
        struct str name = node_get_text(node_get(group.value, STR("metadata")), STR("name"));
        const struct node *versions = node_get(group.value, STR("versions"));
        for (struct item it = list_first(versions); it.value; it = list_next(it)) {
            struct str version = join_version(arena, name, node_get_text(it.value, STR("version")));
            map_put(&kinds->served, version, kinds);
            read_discovered(kinds, version, node_get(it.value, STR("resources")));
            kinds->discovered = true;
        }
    }
}

/* ---- kinds ---- */

static bool version_is_on(const struct kinds *kinds, struct str version)
{
    const struct lifecycles *lifecycles = &kinds->compile->text->lifecycles;
    ptrdiff_t slash = str_find_char(version, '/');
    if (version_is_stable(str_from_offset(version, (size_t)(slash + 1))))
        return true;
    for (size_t i = 0; i < lifecycles->on_by_default.n; i++) {
        if (str_eq(lifecycles->on_by_default.items[i], version))
            return true;
    }
    return false;
}

/* A resource is served when discovery lists it; what has no resource of its own (lists,
 * sub-resource bodies, Status) goes with its group-version. */
static bool is_served(const struct kinds *kinds, struct str version, struct str key,
                      const struct resource *resource)
{
    if (!kinds->discovered)
        return version_is_on(kinds, version);
    return map_has(&kinds->served, resource && resource->plural.n ? key : version);
}

static bool is_list(const struct node *schema)
{
    const struct node *properties = node_get(schema, STR("properties"));
    struct str meta = node_get_text(node_get(properties, STR("metadata")), STR("$ref"));
    return node_get(properties, STR("items")) && str_ends(meta, STR(".ListMeta"));
}

static void add_kind(struct kinds *kinds, const struct node *gvk, struct str type,
                     const struct node *schema)
{
    struct compile *compile = kinds->compile;
    struct arena *arena = compile->arena;
    struct str version =
        join_version(arena, node_get_text(gvk, STR("group")), node_get_text(gvk, STR("version")));
    struct str kind = node_get_text(gvk, STR("kind"));
    struct str key = gvk_key(arena, gvk);
    const struct resource *resource = map_get(&kinds->resources, key);
    struct fact_block *block = fact_block_add(arena, &compile->text->kinds, version);
    struct fact_line *line =
        fact_line_add(arena, block, str_format(arena, "%.*s %.*s", STR_FMT(kind), STR_FMT(type)));
    const struct {
        bool holds;
        struct str word;
    } attrs[] = {
        {resource && resource->plural.n,
         str_format(arena, "plural=%.*s", STR_FMT(resource ? resource->plural : STR("")))},
        {resource && resource->namespaced, STR("namespaced")},
        {resource && resource->create, STR("create")},
        {is_list(schema), STR("list")},
        {is_served(kinds, version, key, resource), STR("served")},
    };
    block->minors |= compile->bit;
    line->minors |= compile->bit;
    for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
        if (attrs[i].holds)
            fact_attr_add(arena, line, attrs[i].word, compile->bit);
    }
}

/* DeleteOptions and WatchEvent are registered in every group-version; only those of v1 are kept,
 * since no manifest holds them anyway. */
static bool is_kept(const struct node *gvks, const struct node *gvk)
{
    bool core = node_get_text(gvk, STR("group")).n == 0;
    return !list_next(list_first(gvks)).value ||
           (core && str_is(node_get_text(gvk, STR("version")), "v1"));
}

static void add_kinds(struct kinds *kinds, struct str definition, const struct node *schema)
{
    struct arena *arena = kinds->compile->arena;
    const struct node *gvks = node_get(schema, STR("x-kubernetes-group-version-kind"));
    ptrdiff_t dot = str_find_last_char(definition, '.');
    if (!list_first(gvks).value || dot <= 0)
        return;
    struct str type =
        str_format(arena, "%.*s.%.*s", STR_FMT(package_short(str_sub(definition, 0, (size_t)dot))),
                   STR_FMT(str_from_offset(definition, (size_t)dot + 1)));
    for (struct item it = list_first(gvks); it.value; it = list_next(it)) {
        if (is_kept(gvks, it.value))
            add_kind(kinds, it.value, type, schema);
    }
}

/* `kind: List` of v1 is known to every client and to no server, so no document has it. */
static void add_list(struct compile *compile)
{
    struct fact_block *block = fact_block_add(compile->arena, &compile->text->kinds, STR("v1"));
    struct fact_line *line = fact_line_add(compile->arena, block, STR("List any"));
    line->minors |= compile->bit;
    fact_attr_add(compile->arena, line, STR("list"), compile->bit);
    fact_attr_add(compile->arena, line, STR("served"), compile->bit);
    block->minors |= compile->bit;
}

void compile_kinds(struct compile *compile)
{
    struct kinds kinds = {.compile = compile,
                          .resources = {.arena = compile->arena},
                          .served = {.arena = compile->arena}};
    read_paths(&kinds);
    for (size_t i = 0; i < ARRAY_LEN(compile->discovery); i++)
        read_discovery(&kinds, compile->discovery[i]);
    for (struct entry e = map_first(compile->definitions); e.key; e = map_next(e))
        add_kinds(&kinds, node_text(e.key), e.value);
    add_list(compile);
}
