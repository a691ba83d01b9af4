/* SPDX-License-Identifier: Apache-2.0 */
/* What the objects of a run bring that others of them need. */
#include "plan/dry_run_internal.h"

static struct str key_of(struct arena *arena, struct str group, struct str kind,
                         struct str namespace, struct str name)
{
    return str_format(arena, "%.*s/%.*s/%.*s/%.*s", STR_FMT(group), STR_FMT(kind),
                      STR_FMT(namespace), STR_FMT(name));
}

/* The versions that a CRD makes the server serve. */
static void add_kinds(struct arena *arena, const struct object *crd, struct brings *brings)
{
    const struct node *spec = node_get(crd->root, STR("spec"));
    const struct str group = node_get_text(spec, STR("group"));
    const struct str kind = node_get_text(node_get(spec, STR("names")), STR("kind"));
    for (struct item it = list_first(node_get(spec, STR("versions"))); it.value;
         it = list_next(it)) {
        const struct node *served = node_get(it.value, STR("served"));
        if (served && !node_bool(served))
            continue;
        const struct str version = node_get_text(it.value, STR("name"));
        map_put(
            &brings->by_kind,
            str_format(arena, "%.*s/%.*s/%.*s", STR_FMT(group), STR_FMT(version), STR_FMT(kind)),
            (void *)(uintptr_t)crd);
    }
}

void brings_index(struct arena *arena, const struct dry_run_results *results,
                  struct brings *ret_brings)
{
    *ret_brings = (struct brings){.by_identity = {.arena = arena}, .by_kind = {.arena = arena}};
    for (size_t i = 0; i < results->n; i++) {
        const struct dry_run_result *result = &results->items[i];
        const struct object *object = result->object;
        map_put(&ret_brings->by_identity,
                key_of(arena, object->gvk.group, object->gvk.kind, result->namespace, object->name),
                (void *)(uintptr_t)object);
        if (object_is_crd(object))
            add_kinds(arena, object, ret_brings);
    }
}

const struct object *brings_find(const struct brings *brings, const char *group, const char *kind,
                                 struct str namespace, struct str name)
{
    struct arena arena SCOPED(arena) = {0};
    return name.n ? map_get(&brings->by_identity,
                            key_of(&arena, str_from(group), str_from(kind), namespace, name))
                  : NULL;
}

const struct object *brings_kind(const struct brings *brings, struct str api_version,
                                 struct str kind)
{
    struct arena arena SCOPED(arena) = {0};
    return map_get(&brings->by_kind,
                   str_format(&arena, "%.*s/%.*s", STR_FMT(api_version), STR_FMT(kind)));
}
