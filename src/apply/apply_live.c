/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sets have in the cluster: one LIST a kind for all sets together, by the label that
 * members carry. Where a kind may not be listed everywhere, it is listed in each namespace.
 */
#include "apply/apply_plan_internal.h"

enum { GET_PATIENCE_MS = 20000 };

struct str plan_label(const struct node *root, const char *key)
{
    const struct node *labels = node_get(node_get(root, STR("metadata")), STR("labels"));
    return node_get_text(labels, str_from(key));
}

struct str plan_annotation(const struct node *root, const char *key)
{
    const struct node *notes = node_get(node_get(root, STR("metadata")), STR("annotations"));
    return node_get_text(notes, str_from(key));
}

const struct cluster_resource *plan_find_kind(const struct cluster *cluster, struct str group,
                                              struct str kind)
{
    const struct cluster_resources *all = cluster_resources(cluster);
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->items[i].group, group) && str_eq(all->items[i].kind, kind))
            return &all->items[i];
    return NULL;
}

static struct str api_version_of(struct arena *arena, const struct cluster_resource *resource)
{
    if (!resource->group.n)
        return resource->version;
    return str_format(arena, "%.*s/%.*s", STR_FMT(resource->group), STR_FMT(resource->version));
}

/* Items of lists come without their type. It goes in front of their entries, which are linked to
 * and not copied: there are as many of them as the sets have objects. */
static const struct node *with_type(struct planning *planning,
                                    const struct cluster_resource *resource,
                                    const struct node *item)
{
    if (node_get(item, STR("kind")))
        return item;
    struct node *kind = node_new_text(planning->arena, resource->kind);
    struct node *root = node_new(planning->arena, NODE_MAP);
    node_put(planning->arena, root, STR("apiVersion"),
             node_new_text(planning->arena, api_version_of(planning->arena, resource)));
    node_put(planning->arena, root, STR("kind"), kind);
    kind->next = item->first;
    root->n += item->n;
    return root;
}

static void add_live(struct planning *planning, const struct cluster_resource *resource,
                     const struct node *item)
{
    const struct node *metadata = node_get(item, STR("metadata"));
    struct live_object *live = ARENA_NEW(planning->arena, struct live_object);
    *live = (struct live_object){.root = with_type(planning, resource, item),
                                 .part_of = plan_label(item, APPLYSET_PART_OF)};
    const struct str identity =
        str_format(planning->arena, "%.*s/%.*s/%.*s/%.*s", STR_FMT(resource->group),
                   STR_FMT(resource->kind), STR_FMT(node_get_text(metadata, STR("namespace"))),
                   STR_FMT(node_get_text(metadata, STR("name"))));
    map_put(&planning->live, identity, live);
}

static struct cluster_list *start(struct planning *planning,
                                  const struct cluster_resource *resource, struct str namespace)
{
    struct cluster_list *list = ARENA_NEW(planning->arena, struct cluster_list);
    *list = (struct cluster_list){.arena = planning->arena,
                                  .resource = resource,
                                  .namespace = namespace,
                                  .label_selector = STR(APPLYSET_PART_OF)};
    cluster_list_start(planning->input->cluster, list);
    return list;
}

struct lists {
    VEC(struct cluster_list *);
};

static void finish(struct planning *planning, const struct lists *lists)
{
    for (size_t i = 0; i < lists->n; i++) {
        while (!lists->items[i]->is_done)
            (void)cluster_step(planning->input->cluster, 1000);
        planning->plans->requests += lists->items[i]->pages;
    }
}

/* Namespaces in which the sets have, or will have, objects of the kind. */
static void add_namespaces(struct planning *planning, const struct cluster_resource *resource,
                           struct map *namespaces)
{
    for (size_t s = 0; s < planning->n; s++) {
        const struct members *members = &planning->sets[s].inventory->members;
        for (size_t i = 0; i < members->n; i++)
            if (str_eq(members->items[i].group, resource->group) &&
                str_eq(members->items[i].kind, resource->kind) && members->items[i].namespace.n)
                (void)map_slot(namespaces, members->items[i].namespace);
    }
}

/* Without an answer nothing can be said of anything. What the server alone does not list, as a
 * webhook of the kind fails or the kind just went away, is looked at object by object: one kind
 * must not stop all sets. */
static bool is_server_gone(enum cluster_outcome outcome)
{
    return outcome == CLUSTER_UNREACHED || outcome == CLUSTER_UNTRUSTED ||
           outcome == CLUSTER_UNSURE || outcome == CLUSTER_UNAUTHORIZED;
}

static int take(struct planning *planning, const struct cluster_list *list)
{
    if (list->outcome == CLUSTER_OK) {
        for (size_t i = 0; i < list->items.n; i++)
            add_live(planning, list->resource, list->items.items[i]);
        return 0;
    }
    if (!is_server_gone(list->outcome))
        return 0;
    planning->error = str_format(planning->arena, "what is there of %.*s can't be listed: %.*s",
                                 STR_FMT(list->resource->plural), STR_FMT(list->error));
    return -1;
}

static int list_each_namespace(struct planning *planning, const struct cluster_resource *resource)
{
    struct map namespaces = {.arena = planning->arena};
    struct lists lists = {0};
    add_namespaces(planning, resource, &namespaces);
    for (size_t i = 0; i < namespaces.n; i++)
        VEC_PUSH(planning->arena, &lists, start(planning, resource, namespaces.entries[i].key));
    finish(planning, &lists);
    for (size_t i = 0; i < lists.n; i++)
        if (take(planning, lists.items[i]) < 0)
            return -1;
    return 0;
}

/* Wanted objects are read at the version that they are wanted in. */
static void gather_kinds(struct planning *planning, struct map *kinds)
{
    const struct cluster *cluster = planning->input->cluster;
    struct map members = {.arena = planning->arena};
    for (size_t s = 0; s < planning->n; s++) {
        const struct apply_set *set = &planning->sets[s];
        for (size_t i = 0; i < set->inventory->members.n; i++) {
            const struct member *member = &set->inventory->members.items[i];
            const struct str key = str_format(planning->arena, "%.*s/%.*s", STR_FMT(member->group),
                                              STR_FMT(member->kind));
            if (!map_has(&members, key))
                map_put(&members, key,
                        (void *)(uintptr_t)plan_find_kind(cluster, member->group, member->kind));
        }
    }
    for (size_t s = 0; s < planning->n; s++)
        for (size_t i = 0; i < planning->sets[s].want_n; i++) {
            const struct object *object = planning->sets[s].want[i].object;
            const struct str key =
                str_format(planning->arena, "%.*s/%.*s", STR_FMT(object->gvk.group),
                           STR_FMT(object->gvk.kind));
            if (map_has(&members, key))
                map_put(&members, key,
                        (void *)(uintptr_t)cluster_find(cluster, object->api_version,
                                                        object->gvk.kind));
        }
    *kinds = members;
}

int plan_read_live(struct planning *planning)
{
    struct map kinds = {0};
    struct lists lists = {0};
    planning->live.arena = planning->arena;
    gather_kinds(planning, &kinds);
    for (size_t i = 0; i < kinds.n; i++)
        if (kinds.entries[i].value)
            VEC_PUSH(planning->arena, &lists,
                     start(planning, kinds.entries[i].value, (struct str){0}));
    finish(planning, &lists);
    for (size_t i = 0; i < lists.n; i++) {
        const struct cluster_list *list = lists.items[i];
        const bool is_near = list->outcome == CLUSTER_FORBIDDEN && list->resource->namespaced;
        if ((is_near ? list_each_namespace(planning, list->resource) : take(planning, list)) < 0)
            return -1;
    }
    return 0;
}

const struct node *plan_get(struct planning *planning, const struct cluster_resource *resource,
                            struct str namespace, struct str name,
                            enum cluster_outcome *ret_outcome)
{
    struct cluster_call call = {.verb = CLUSTER_GET,
                                .resource = resource,
                                .namespace = namespace,
                                .name = name,
                                .patience_ms = GET_PATIENCE_MS,
                                .arena = planning->arena};
    cluster_call(planning->input->cluster, &call);
    planning->plans->requests++;
    *ret_outcome = call.answer.outcome;
    return call.answer.outcome == CLUSTER_OK ? call.answer.root : NULL;
}
