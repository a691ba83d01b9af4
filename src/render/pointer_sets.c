/* SPDX-License-Identifier: Apache-2.0 */
/* Which files a pointer takes, and what it does to their objects. */
#include "base/file.h"
#include "base/glob.h"
#include "render/pointer_internal.h"

/* What lies on the way from a file up to a pointer's folder. */
struct way {
    struct str path;
    const struct kustomization *kustomization; /* the highest one so far */
    bool in_chart;                             /* somewhere below */
    unsigned folders;                          /* gone up */
};

static bool is_yaml(struct str path)
{
    return str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml"));
}

/* {a,b} of Argo CD's patterns is glob.h's as well. */
static bool is_chosen(const struct pointer *pointer, struct str path)
{
    const struct str below = str_from_offset(path, pointer->dir.n ? pointer->dir.n + 1 : 0);
    return (!pointer->include.n || glob_match(pointer->include, below)) &&
           (!pointer->exclude.n || !glob_match(pointer->exclude, below));
}

/* Argo CD reads a folder's files, Flux builds a kustomization of all that is below it, where a
 * folder with a kustomization of its own counts as that. */
static bool takes_plain(const struct pointer *pointer, const struct way *way)
{
    if (pointer->engine == POINTER_HELM_RELEASE)
        return false;
    if (pointer->engine == POINTER_APPLICATION)
        return !way->in_chart && !way->kustomization && (!pointer->is_flat || !way->folders) &&
               path_is_manifest_like(way->path) && is_chosen(pointer, way->path);
    if (way->kustomization)
        return !way->kustomization->is_component && str_eq(way->kustomization->path, way->path);
    return !way->in_chart && is_yaml(way->path);
}

static bool takes(const struct pointers *pointers, const struct pointer *pointer,
                  const struct way *way)
{
    const struct kustomization *kustomization =
        map_get(&pointers->overlays->kustomizations, pointer->dir);
    const struct tree_entry *chart = map_get(&pointers->overlays->charts, pointer->dir);
    if (chart && pointer->engine != POINTER_KUSTOMIZATION)
        return str_eq(chart->path, way->path);
    if (kustomization && pointer->engine != POINTER_HELM_RELEASE)
        return str_eq(kustomization->path, way->path);
    return takes_plain(pointer, way);
}

void pointers_cover(const struct pointers *pointers, struct str path,
                    struct pointer_list *ret_covering)
{
    struct way way = {.path = path};
    *ret_covering = (struct pointer_list){0};
    for (struct str dir = path_dir(path); pointers->by_dir.n; dir = path_dir(dir)) {
        const struct pointer_list *list = map_get(&pointers->by_dir, dir);
        const struct kustomization *here = map_get(&pointers->overlays->kustomizations, dir);
        for (size_t i = 0; list && i < list->n; i++)
            if (takes(pointers, list->items[i], &way))
                VEC_PUSH(pointers->arena, ret_covering, list->items[i]);
        if (!dir.n)
            return;
        way.kustomization = here ? here : way.kustomization;
        way.in_chart |= map_has(&pointers->overlays->charts, dir);
        way.folders++;
    }
}

static bool lists_eq(const struct str_list *a, const struct str_list *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!str_eq(a->items[i], b->items[i]))
            return false;
    return true;
}

bool pointer_is_same(const struct pointer *old, const struct pointer *new)
{
    if (!old || !new)
        return old == new;
    return old->engine == new->engine && old->moves == new->moves &&str_eq(old->set, new->set) &&
           str_eq(old->dir, new->dir) && str_eq(old->namespace, new->namespace) &&
           str_eq(old->release, new->release) && lists_eq(&old->values, &new->values) &&
           lists_eq(&old->texts, &new->texts) && lists_eq(&old->settings, &new->settings) &&
           old->lacks_values == new->lacks_values &&variables_eq(old->variables, new->variables);
}

/* ---- objects ---- */

static struct node *child_of(const struct node *map, struct str name)
{
    for (struct node *key = map && map->kind == NODE_MAP ? map->first : NULL; key;
         key = key->next->next)
        if (str_eq((struct str){key->text, key->n}, name))
            return key->next;
    return NULL;
}

static bool move(struct node *object, struct str namespace)
{
    struct node *written = child_of(child_of(object, STR("metadata")), STR("namespace"));
    if (!written || written->kind != NODE_STRING ||
        str_eq((struct str){written->text, written->n}, namespace))
        return false;
    written->text = namespace.p;
    written->n = (uint32_t) namespace.n;
    written->flags &= (uint16_t)~NODE_UNKNOWN;
    return true;
}

/* What names no namespace gets it as the default of the set. */
static void move_doc(struct arena *arena, const struct pointer *pointer, struct doc *doc)
{
    struct node *root = node_copy(arena, doc->root);
    bool is_moved = move(root, pointer->namespace);
    struct node *items = child_of(root, STR("items"));
    for (struct node *item = items && items->kind == NODE_LIST ? items->first : NULL; item;
         item = item->next)
        is_moved |= move(item, pointer->namespace);
    if (!is_moved)
        return;
    doc->root = root;
    doc->filled = true;
}

void pointer_fill(struct arena *arena, const struct pointer *pointer, struct doc_list *docs,
                  struct diags *diags)
{
    if (!pointer)
        return;
    for (size_t i = 0; pointer->moves && i < docs->n; i++)
        if (docs->items[i].root)
            move_doc(arena, pointer, &docs->items[i]);
    substitute_docs(arena, pointer->variables, docs, diags);
}
