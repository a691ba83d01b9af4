/* SPDX-License-Identifier: Apache-2.0 */
/* What is applied together: documents become objects, lists are expanded as clients do it, and
 * identities are indexed. */
#include "object/object.h"

#include "base/limits.h"

enum {
    LIST_DEPTH = 8, /* lists inside lists; kubectl unfolds them all */
    KIND_VERSIONS = 8,
};

struct adding {
    struct object_set *set;
    const struct schema_view *view;
    const struct doc *doc;
    struct diags *diags;
};

static void add_list(const struct adding *adding, const struct object *list, unsigned depth);
static void add_object(const struct adding *adding, struct object *object);
static void report_not_an_object(const struct adding *adding, const struct node *node,
                                 const struct path *path);

/* A built-in or client-side list. `items` decides for what only ends with List: a custom kind such
 * as AllowList may be an object of its own. */
static bool is_list(const struct object *object)
{
    if (!str_ends(object->gvk.kind, STR("List")))
        return false;
    const struct node *items = node_get(object->root, STR("items"));
    return node_kind(items) == NODE_LIST || (node_is_null(items) && object_is(object, "", "List"));
}

void object_set_add_doc(struct object_set *set, const struct schema_view *view,
                        const struct doc *doc, struct diags *diags)
{
    if (!doc->root || node_kind(doc->root) == NODE_NULL)
        return; /* kubectl passes over `null` as over nothing */
    const struct diag_at before = diags->at;
    const struct adding adding = {set, view, doc, diags};
    diags->at.source = doc->source;
    diags->at.object = (struct diag_object){0};

    struct object object;
    object_read(doc, doc->root, &object);
    if (node_kind(doc->root) != NODE_MAP)
        report_not_an_object(&adding, doc->root, NULL);
    else if (is_list(&object))
        add_list(&adding, &object, 0);
    else
        add_object(&adding, &object);
    diags->at = before;
}

static void report_not_an_object(const struct adding *adding, const struct node *node,
                                 const struct path *path)
{
    const char *kind = node_kind_name(node_kind(node));
    if (path) {
        diag_add_path(adding->diags, RULE_API_NOT_AN_OBJECT, node_span(node), path,
                      "an item of a list must be an object with apiVersion and kind, not a %s",
                      kind);
        return;
    }
    diag_add(adding->diags, RULE_API_NOT_AN_OBJECT, node_span(node), (struct str){0},
             "a manifest must be a map with apiVersion and kind, not a %s", kind);
}

/* ---- lists ---- */

/* An item that says neither what it is nor of which version is what its list is a list of. */
static void inherit_type(const struct object *list, struct object *item)
{
    const struct str suffix = STR("List");
    if (node_get(item->root, STR("kind")) || node_get(item->root, STR("apiVersion")) ||
        list->gvk.kind.n == suffix.n)
        return;
    item->api_version = list->api_version;
    item->gvk = list->gvk;
    item->gvk.kind = str_sub(list->gvk.kind, 0, list->gvk.kind.n - suffix.n);
}

static void add_item(const struct adding *adding, const struct object *list,
                     const struct item *item, const struct path *items, unsigned depth)
{
    const struct path path = {.up = items, .index = item->index, .node = item->value};
    if (node_kind(item->value) != NODE_MAP) {
        report_not_an_object(adding, item->written, &path);
        return;
    }
    struct object object;
    object_read(adding->doc, item->value, &object);
    inherit_type(list, &object);
    object.list_index = (int32_t)item->index;
    if (is_list(&object))
        add_list(adding, &object, depth + 1);
    else
        add_object(adding, &object);
}

static void add_list(const struct adding *adding, const struct object *list, unsigned depth)
{
    const struct node *items = node_get(list->root, STR("items"));
    const struct path root = {.node = list->root};
    const struct path path = {.up = &root, .name = STR("items"), .node = items};
    const struct entry kind = node_entry(list->root, STR("kind"));
    const size_t n = node_kind(items) == NODE_LIST ? node_real(items)->n : 0;
    diag_add(adding->diags, RULE_OBJECT_LIST_KIND, node_span(kind.written), STR("kind"),
             "%.*s is no object of the API: clients unfold it, here into %zu object%s",
             STR_FMT(diag_quote(adding->set->arena, list->gvk.kind)), n, n == 1 ? "" : "s");
    if (depth >= LIST_DEPTH || n > LIMIT_LIST_ITEMS) {
        diag_add_path(adding->diags, depth >= LIST_DEPTH ? RULE_LIMIT_DEPTH : RULE_LIMIT_COUNT,
                      node_span(items), &path, "%s",
                      depth >= LIST_DEPTH ? "lists are nested too deeply to be unfolded"
                                          : "the list has too many items to be unfolded");
        return;
    }
    for (struct item item = list_first(items); item.value; item = list_next(item))
        add_item(adding, list, &item, &path, depth);
}

/* ---- objects ---- */

/* Whether the kind is namespaced. A version that is gone has the scope of those that took over. */
static void find_scope(const struct schema_view *view, struct object *object)
{
    struct kind_info kind = {0};
    const enum kind_state state =
        schema_peek_kind(view, object->gvk.group, object->gvk.version, object->gvk.kind, &kind);
    if (state == KIND_SERVED || state == KIND_NOT_SERVED || state == KIND_FUTURE) {
        object->scope_known = true;
        object->namespaced = kind.namespaced;
        return;
    }
    if (!schema_group_is_builtin(object->gvk.group))
        return;
    struct kind_info others[KIND_VERSIONS];
    const size_t n = schema_kind_versions(view, object->gvk.kind, others, ARRAY_LEN(others));
    if (n == 0 || others[0].custom)
        return;
    object->scope_known = true;
    object->namespaced = others[0].namespaced;
}

static struct str object_identity(const struct object_set *set, const struct object *object)
{
    if (object->name.n == 0)
        return (struct str){0};
    struct str namespace =
        object->scope_known && !object->namespaced ? (struct str){0} : object->namespace;
    if (object->namespaced && namespace.n == 0)
    namespace = set->default_namespace.n ? set->default_namespace : STR("default");
    return str_format(set->arena, "%.*s/%.*s/%.*s/%.*s", STR_FMT(object->gvk.group),
                      STR_FMT(object->gvk.kind), STR_FMT(namespace), STR_FMT(object->name));
}

static void add_object(const struct adding *adding, struct object *object)
{
    object_mask_secrets(object);
    find_scope(adding->view, object);
    object->identity = object_identity(adding->set, object);
    VEC_PUSH(adding->set->arena, adding->set, *object);
}

/* ---- the index ---- */

void object_set_index(struct object_set *set)
{
    set->by_identity = (struct map){.arena = set->arena};
    for (size_t i = 0; i < set->n; i++) {
        if (set->items[i].identity.n == 0)
            continue;
        void **slot = map_slot(&set->by_identity, set->items[i].identity);
        if (!*slot)
            *slot = ARENA_NEW(set->arena, struct object_index);
        struct object_index *index = *slot;
        VEC_PUSH(set->arena, index, (uint32_t)i);
    }
}

const struct object_index *object_set_find(const struct object_set *set, struct str identity)
{
    return map_get(&set->by_identity, identity);
}
