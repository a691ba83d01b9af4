/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The custom resource as the server would store it: without unknown fields and without nulls that
 * are not allowed, with defaults. Nodes keep the place that they were written at; what a default
 * made stands at the key of the map that it is in.
 */
#include "admit/custom.h"

#include "base/limits.h"

struct copier {
    struct arena *arena;
    unsigned depth;
    bool keeps_nulls;  /* as server-side apply does */
    bool is_update;    /* of an object that is there */
    size_t null_count; /* that were kept or emptied */
};

/* What is copied and by which rules. */
struct copy_step {
    const struct structural *schema; /* NULL: none */
    struct span place;               /* of the key, for defaults */
    bool is_resource;                /* apiVersion, kind and metadata stay */
    bool keeps;                      /* unknown fields stay */
    bool is_root;
    bool drops_status;
    bool in_list;           /* nobody looks for the entry that was there */
    const struct node *old; /* what the manifest said here before, for kept nulls */
};

static struct node *copy_value(struct copier *copier, const struct node *written,
                               const struct copy_step *step);

/* Everything in a default stands where the default was filled in. */
static void place_all(struct node *node, struct span place)
{
    node->style = NODE_MADE;
    node->start = place.start;
    node->len = place.end - place.start;
    if (node->kind < NODE_LIST)
        return;
    for (struct node *child = node->first; child; child = child->next)
        place_all(child, place);
}

/* A default, with the defaults inside it filled in as well. */
static struct node *make_default(struct copier *copier, const struct structural *schema,
                                 struct span place)
{
    struct node *made = node_copy(copier->arena, schema->default_value);
    place_all(made, place);
    const struct copy_step step = {.schema = schema, .place = place, .keeps = true};
    return copy_value(copier, made, &step);
}

static bool is_bad_null(const struct node *value, const struct structural *schema)
{
    return schema && !schema->nullable && node_is_null(value);
}

/* Whether server-side apply merges what is in it: it is no list or map that is replaced as a whole.
 */
static bool is_granular(const struct structural *schema)
{
    if (schema->type == STRUCTURAL_ARRAY)
        return schema->list_type != LIST_ATOMIC;
    return schema->type == STRUCTURAL_OBJECT && !schema->map_atomic && !schema->preserve_unknown;
}

static bool is_empty(const struct node *node)
{
    return node_is_null(node) || (node_kind(node) >= NODE_LIST && node_real(node)->n == 0);
}

/* What becomes of a null that is not allowed and has no default; NULL: it is dropped. A create
 * drops it before it fills in defaults, an apply keeps it; but where there was something to merge
 * with, that is emptied. */
static const struct node *keep_null(struct copier *copier, const struct entry *entry,
                                    const struct copy_step *child)
{
    const bool merges = copier->is_update && is_granular(child->schema);
    if (!copier->keeps_nulls || (merges && child->in_list))
        return NULL;
    copier->null_count++;
    if (!merges || is_empty(child->old))
        return entry->written;
    struct node *empty =
        node_new(copier->arena, child->schema->type == STRUCTURAL_ARRAY ? NODE_LIST : NODE_MAP);
    empty->start = entry->written->start;
    empty->len = entry->written->len;
    return empty;
}

/* How the entry of a map goes on; false when it is dropped. */
static bool entry_step(struct copier *copier, const struct copy_step *step,
                       const struct entry *entry, struct copy_step *ret_child,
                       const struct node **ret_written)
{
    const struct structural *schema = step->schema;
    const struct str name = node_text(entry->key);
    const bool resource = step->is_resource || (schema && schema->embedded_resource);
    const bool meta = resource && is_meta_field(name);
    *ret_written = entry->written;
    *ret_child = (struct copy_step){.place = node_span(entry->key),
                                    .keeps = true,
                                    .in_list = step->in_list,
                                    .old = node_get(step->old, name)};
    if (step->drops_status && str_is(name, "status"))
        return false;
    if (!schema)
        return step->keeps || meta;
    const struct structural *property = structural_property(schema, name);
    ret_child->schema = property ? property : schema->additional;
    if (is_bad_null(entry->value, ret_child->schema) && !ret_child->schema->default_value &&
        !(step->is_root && meta)) {
        *ret_written = keep_null(copier, entry, ret_child);
        if (!*ret_written)
            return false;
    }
    /* the typed metadata has no nulls */
    if (step->is_root && meta)
        return !node_is_null(entry->value);
    if (property || schema_has_additional(schema))
        ret_child->keeps = meta;
    return meta || property || schema_has_additional(schema) || schema->preserve_unknown ||
           step->keeps;
}

static struct node ***append(struct node ***link, struct node *key, struct node *value)
{
    **link = key;
    key->next = value;
    value->next = NULL;
    *link = &value->next;
    return link;
}

static struct node *copy_key(struct copier *copier, const struct node *key)
{
    struct node *copy = arena_dup(copier->arena, key, sizeof *copy);
    copy->next = NULL;
    return copy;
}

static struct node *make_key(struct copier *copier, struct str name, struct span place)
{
    struct node *key = node_new(copier->arena, NODE_STRING);
    key->text = name.p;
    key->n = (uint32_t)name.n;
    key->start = place.start;
    key->len = place.end - place.start;
    return key;
}

static void add_defaults(struct copier *copier, const struct node *map,
                         const struct copy_step *step, struct node *copy, struct node ***link)
{
    for (uint32_t i = 0; i < step->schema->property_count; i++) {
        const struct structural_property *property = &step->schema->properties[i];
        if (!property->schema->default_value || node_entry(map, property->name).key ||
            (step->drops_status && str_is(property->name, "status")))
            continue;
        append(link, make_key(copier, property->name, step->place),
               make_default(copier, property->schema, step->place));
        copy->n++;
    }
}

static void copy_map(struct copier *copier, const struct node *map, const struct copy_step *step,
                     struct node *copy)
{
    struct node **link = &copy->first;
    copy->n = 0;
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        struct copy_step child;
        const struct node *written;
        if (!entry_step(copier, step, &e, &child, &written))
            continue;
        const bool fills = is_bad_null(e.value, child.schema) && child.schema->default_value;
        struct node *value = fills ? make_default(copier, child.schema, child.place)
                                   : copy_value(copier, written, &child);
        append(&link, copy_key(copier, e.key), value);
        copy->n++;
    }
    *link = NULL;
    if (step->schema)
        add_defaults(copier, map, step, copy, &link);
}

static void copy_list(struct copier *copier, const struct node *list, const struct copy_step *step,
                      struct node *copy)
{
    struct node **link = &copy->first;
    const struct structural *items = step->schema ? step->schema->items : NULL;
    const bool keeps = step->keeps || (step->schema && step->schema->preserve_unknown);
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct copy_step child = {
            .schema = items, .place = node_span(it.written), .keeps = keeps, .in_list = true};
        const bool fills = is_bad_null(it.value, items) && items->default_value;
        *link = fills ? make_default(copier, items, child.place)
                      : copy_value(copier, it.written, &child);
        (*link)->next = NULL;
        link = &(*link)->next;
    }
    *link = NULL;
}

static struct node *copy_value(struct copier *copier, const struct node *written,
                               const struct copy_step *step)
{
    const struct node *node = node_real(written);
    struct node *copy = arena_dup(copier->arena, node, sizeof *copy);
    copy->next = NULL;
    copy->start = written->start;
    copy->len = written->len;
    if (node->kind < NODE_LIST)
        return copy;
    if (copier->depth == LIMIT_DEPTH) /* reported by pruning */
        return copy;
    copier->depth++;
    if (node->kind == NODE_MAP)
        copy_map(copier, node, step, copy);
    else
        copy_list(copier, node, step, copy);
    copier->depth--;
    return copy;
}

static const struct node *fill(struct copier *copier, const struct kind_info *kind,
                               const struct node *value, const struct node *old)
{
    const struct entry type = node_entry(value, STR("kind"));
    const struct copy_step root = {
        .schema = kind->structural,
        .place = node_span(type.key ? type.written : value),
        .is_resource = true,
        .is_root = true,
        .drops_status = custom_has_status(kind),
        .old = old,
    };
    return copy_value(copier, value, &root);
}

void custom_default(struct admit_ctx *ctx, struct admitted *admitted)
{
    struct copier copier = {.arena = ctx->arena};
    const struct kind_info *kind = &admitted->kind;
    if (kind->structural && node_kind(admitted->value) == NODE_MAP)
        admitted->value = fill(&copier, kind, admitted->value, NULL);
}

const struct node *custom_keep_nulls(struct admit_ctx *ctx, const struct admitted *admitted,
                                     const struct admitted *old)
{
    struct copier copier = {.arena = ctx->arena, .keeps_nulls = true, .is_update = old != NULL};
    const struct node *written = admitted->object->root;
    if (!admitted->kind.structural || node_kind(written) != NODE_MAP)
        return NULL;
    const struct node *value =
        fill(&copier, &admitted->kind, written, old ? old->object->root : NULL);
    return copier.null_count > 0 ? value : NULL;
}

bool custom_has_status(const struct kind_info *kind)
{
    const struct node *subresources = node_get(kind->crd_version, STR("subresources"));
    return !node_is_null(node_get(subresources, STR("status")));
}
