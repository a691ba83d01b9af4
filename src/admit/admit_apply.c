/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What server-side apply makes of an update. It takes away what the manifest before said and the
 * new one does not; what the server itself had filled in belongs to nobody and stays. So an update
 * that a PUT would pass can meet an old default that no longer fits: a Deployment that becomes
 * Recreate keeps its rollingUpdate. Follows the merge of structured-merge-diff: a field that the
 * old manifest had goes with all that is below it, when the new one does not name it. One that it
 * names as null is emptied of what the old manifest said there, and keeps the rest; unless its type
 * is atomic, or a scalar, which null takes away.
 */
#include "admit/admit_apply.h"

#include "admit/admit_internal.h"
#include "admit/default.h"
#include "admit/rule.h"
#include "base/limits.h"

struct merging {
    struct arena *arena;
    unsigned minor;
    unsigned depth;
};

/* One place in all four trees; written and filled are equal but for defaults. */
struct merge_step {
    const struct node *live;    /* before, with defaults */
    const struct node *before;  /* as the old manifest had it */
    const struct node *written; /* as the new one has it */
    const struct node *filled;  /* the same with defaults, for keys of list entries */
    struct span place;          /* of the key in the new manifest: where leftovers stand */
    const struct field *field;  /* NULL for entries and the root */
    type_id type;
};

static const struct node *merge(struct merging *m, const struct merge_step *step);

/* The trees are other documents' or shared: what stays is a copy at a place of the manifest. */
static void place_all(struct node *node, struct span place)
{
    node->style = NODE_MADE;
    node->start = place.start;
    node->len = place.end - place.start;
    if (node->kind == NODE_LIST || node->kind == NODE_MAP)
        for (struct node *child = node->first; child; child = child->next)
            place_all(child, place);
}

/* A link of its own to a tree that others have as well. */
static struct node *share(struct merging *m, const struct node *node)
{
    struct node *copy = arena_dup(m->arena, node, sizeof *node);
    copy->next = NULL;
    return copy;
}

/* What is replaced as a whole: x-kubernetes-map-type is atomic. */
static bool is_atomic(const struct field *field, const struct type *type)
{
    static const char *const structs[] = {
        "ConfigMapKeySelector",
        "CrossVersionObjectReference",
        "EndpointAddress",
        "EndpointPort",
        "FileKeySelector",
        "LabelSelector",
        "LocalObjectReference",
        "MatchResources",
        "NamedRuleWithOperations",
        "NodeSelector",
        "NodeSelectorTerm",
        "ObjectFieldSelector",
        "ObjectReference",
        "OwnerReference",
        "ParamKind",
        "ParamRef",
        "ResourceFieldSelector",
        "RoleRef",
        "ScopeSelector",
        "SecretKeySelector",
        "SecretReference",
        "ServiceBackendPort",
        "Subject",
        "TopologySelectorTerm",
        "TypedLocalObjectReference",
        "Variable",
    };
    static const char *const maps[] = {"nodeSelector", "selector"};
    if (type->kind == TYPE_STRUCT)
        return str_is_one_of(type_name(type), structs, ARRAY_LEN(structs));
    return type->kind == TYPE_MAP && field &&
           str_is_one_of(field_name(field), maps, ARRAY_LEN(maps));
}

static bool is_granular(const struct field *field, type_id id)
{
    const struct type *type = type_get(id);
    if (type->kind == TYPE_LIST)
        return field && field->list_type == LIST_MAP;
    return (type->kind == TYPE_STRUCT || type->kind == TYPE_MAP) && !is_atomic(field, type);
}

/* Null where there is something to merge with names the field and nothing in it. */
static const struct node *empty_for_null(struct merging *m, const struct merge_step *step)
{
    const bool is_list = type_get(step->type)->kind == TYPE_LIST;
    if (!node_is_null(step->written) || node_kind(step->live) < NODE_LIST ||
        node_real(step->live)->n == 0 || !is_granular(step->field, step->type))
        return step->written;
    struct node *empty = node_new(m->arena, is_list ? NODE_LIST : NODE_MAP);
    empty->start = step->place.start;
    empty->len = step->place.end - step->place.start;
    return empty;
}

static void keep(struct merging *m, struct node *map, struct str name, const struct node *live,
                 struct span place)
{
    struct node *copy = node_copy(m->arena, live);
    place_all(copy, place);
    node_put(m->arena, map, name, copy);
    struct node *key = map->first;
    while (key->next->next)
        key = key->next->next;
    place_all(key, place);
}

static type_id type_below(const struct merging *m, const struct merge_step *step, struct str name,
                          const struct field **ret_field)
{
    const struct type *type = type_get(step->type);
    *ret_field = NULL;
    if (type->kind != TYPE_STRUCT)
        return type->element;
    *ret_field = type_field(type, name, m->minor);
    return *ret_field ? (*ret_field)->type : 0;
}

/* Structs and maps alike. */
static const struct node *merge_map(struct merging *m, const struct merge_step *step)
{
    struct node *map = share(m, node_real(step->written));
    map->first = NULL;
    map->n = 0;
    for (struct entry e = map_first(step->written); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        const struct node *live = node_get(step->live, name);
        struct merge_step below = {.live = live,
                                   .before = node_get(step->before, name),
                                   .written = e.written,
                                   .filled = node_get(step->filled, name),
                                   .place = node_span(e.key)};
        below.type = type_below(m, step, name, &below.field);
        below.written = empty_for_null(m, &below);
        const struct node *value = merge(m, &below);
        if (node_is_null(e.value) && node_kind(value) >= NODE_LIST && node_real(value)->n == 0)
            value = e.written; /* nothing is left in it */
        struct node **link = &map->first;
        while (*link)
            link = &(*link)->next;
        *link = share(m, e.key);
        (*link)->next = share(m, value);
        map->n++;
    }
    for (struct entry e = map_first(step->live); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        const bool is_named = node_entry(step->written, name).key != NULL;
        /* Who names a field owns it, also as null. */
        if (is_named || node_is_null(e.value) || node_entry(step->before, name).key)
            continue;
        keep(m, map, name, e.value, step->place);
    }
    return map;
}

/* The entry with the same keys; manifests that were filled in have all of them. */
static bool has_keys(const struct node *a, const struct node *b, const struct str *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct node *x = node_get(a, keys[i]);
        const struct node *y = node_get(b, keys[i]);
        if (node_is_null(x) != node_is_null(y) || (!node_is_null(x) && !node_equal(x, y)))
            return false;
    }
    return true;
}

/* Entries come of manifests: one that the new one does not have is gone with all that is in it. */
static const struct node *merge_list(struct merging *m, const struct merge_step *step)
{
    struct str keys[4];
    const size_t n = field_map_keys(step->field, keys, ARRAY_LEN(keys));
    struct node *list = share(m, node_real(step->written));
    struct node **link = &list->first;
    struct item filled = list_first(step->filled);
    for (struct item it = list_first(step->written); it.value; it = list_next(it)) {
        struct merge_step below = {.written = it.written,
                                   .filled = filled.value,
                                   .place = node_span(it.written),
                                   .type = type_get(step->type)->element};
        struct item before = list_first(step->before);
        for (struct item live = list_first(step->live); live.value; live = list_next(live)) {
            if (!below.live && has_keys(live.value, filled.value, keys, n)) {
                below.live = live.value;
                below.before = before.value;
            }
            before = before.value ? list_next(before) : before;
        }
        *link = share(m, below.live ? merge(m, &below) : it.written);
        link = &(*link)->next;
        filled = filled.value ? list_next(filled) : filled;
    }
    *link = NULL;
    return list;
}

static const struct node *merge(struct merging *m, const struct merge_step *step)
{
    const enum type_kind kind = (enum type_kind)type_get(step->type)->kind;
    const enum node_kind wanted = kind == TYPE_LIST ? NODE_LIST : NODE_MAP;
    if (!is_granular(step->field, step->type) || node_kind(step->written) != wanted ||
        node_kind(step->live) != wanted || m->depth == LIMIT_DEPTH)
        return step->written;
    m->depth++;
    const struct node *merged = kind == TYPE_LIST ? merge_list(m, step) : merge_map(m, step);
    m->depth--;
    return merged;
}

/* Objects as they are written, whose spec and the like are merged; the server has its own metadata
 * and status. */
static const struct node *merge_object(struct admit_ctx *ctx, const struct admitted *now,
                                       const struct admitted *old)
{
    static const char *const own[] = {"apiVersion", "kind", "metadata", "status"};
    struct merging m = {.arena = ctx->arena, .minor = ctx->view->minor};
    struct node *live = node_copy(ctx->arena, node_real(old->value));
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        node_remove(live, str_from(own[i]));
    const struct entry kind = node_entry(now->object->root, STR("kind"));
    return merge_map(&m, &(struct merge_step){
                             .live = live,
                             .before = old->object->root,
                             .written = now->object->root,
                             .filled = now->value,
                             .place = node_span(kind.key ? kind.written : now->object->root),
                             .type = now->kind.type,
                         });
}

/* Whether a finding of the same rule and field is among those from `first` on. */
static bool is_told(const struct diags *diags, size_t first, const struct diag *diag)
{
    for (size_t i = first; i < diags->n; i++)
        if (diags->items[i].rule == diag->rule && str_eq(diags->items[i].field, diag->field))
            return true;
    return false;
}

void admit_apply(struct admit_ctx *ctx, const struct admitted *admitted, const struct admitted *old,
                 size_t first)
{
    if (admitted->state != KIND_SERVED || admitted->kind.custom || admitted->type_error ||
        old->state != KIND_SERVED || old->type_error || old->kind.type != admitted->kind.type)
        return;
    struct diags found SCOPED(diags) = {.at = ctx->diags->at};
    struct admit_ctx apply = *ctx;
    struct admitted merged = *admitted;
    apply.diags = &found;
    merged.value = merge_object(ctx, admitted, old);
    admit_default(&apply, &merged);
    if (node_equal(merged.value, admitted->value))
        return;
    rules_validate(&apply, &merged, old);
    const size_t start = ctx->diags->n;
    for (size_t i = 0; i < found.n; i++) {
        const struct diag *each = &found.items[i];
        if (each->severity != SEVERITY_ERROR || is_told(ctx->diags, first, each))
            continue;
        struct diag *diag = diag_add(ctx->diags, RULE_APPLY_LEFTOVER, each->span, each->field,
                                     "%.*s", STR_FMT(each->message));
        if (diag)
            diag->identity = str_dup(&ctx->diags->arena, each->identity);
        diag_hint(ctx->diags, diag,
                  "server-side apply keeps what the server filled in before: name the leftover "
                  "field in one apply and leave it out in the next, or replace the object");
    }
    diags_mark_of_update(ctx->diags, start, &(struct diags){0});
}

void admit_apply_nulls(struct admit_ctx *ctx, const struct admitted *admitted,
                       const struct admitted *old, size_t first)
{
    struct diags found SCOPED(diags) = {.at = ctx->diags->at};
    struct admit_ctx apply = *ctx;
    struct admitted kept = *admitted;
    if (admitted->state != KIND_SERVED || !admitted->kind.custom || admitted->type_error)
        return;
    if (old && (old->state != KIND_SERVED || old->type_error))
        old = NULL;
    kept.value = custom_keep_nulls(ctx, admitted, old);
    if (!kept.value)
        return;
    apply.diags = &found;
    custom_validate(&apply, &kept, old);
    for (size_t i = 0; i < found.n; i++) {
        const struct diag *each = &found.items[i];
        if (each->severity != SEVERITY_ERROR || is_told(ctx->diags, first, each))
            continue;
        struct diag *diag = diag_add(ctx->diags, RULE_APPLY_NULL, each->span, each->field,
                                     "%.*s: server-side apply keeps a null, which a create drops",
                                     STR_FMT(each->message));
        if (diag)
            diag->identity = str_dup(&ctx->diags->arena, each->identity);
        diag_hint(ctx->diags, diag, "leave the field out, or give it a value");
    }
}
