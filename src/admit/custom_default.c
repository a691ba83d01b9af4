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
};

/* What is copied and by which rules. */
struct copy_step {
    const struct structural *schema; /* NULL: none */
    struct span place;               /* of the key, for defaults */
    bool is_resource;                /* apiVersion, kind and metadata stay */
    bool keeps;                      /* unknown fields stay */
    bool is_root;
    bool drops_status;
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

/* How the entry of a map goes on; false when it is dropped. */
static bool entry_step(const struct copy_step *step, const struct entry *entry,
                       struct copy_step *ret_child)
{
    const struct structural *schema = step->schema;
    const struct str name = node_text(entry->key);
    const bool resource = step->is_resource || (schema && schema->embedded_resource);
    const bool meta = resource && is_meta_field(name);
    struct copy_step child = {.place = node_span(entry->key), .keeps = true};
    *ret_child = child;
    if (step->drops_status && str_is(name, "status"))
        return false;
    if (!schema)
        return step->keeps || meta;
    const struct structural *property = structural_property(schema, name);
    ret_child->schema = property ? property : schema->additional;
    if (is_bad_null(entry->value, ret_child->schema) && !ret_child->schema->default_value)
        return false;
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
        if (!entry_step(step, &e, &child))
            continue;
        const bool fill = is_bad_null(e.value, child.schema) && child.schema->default_value;
        struct node *value = fill ? make_default(copier, child.schema, child.place)
                                  : copy_value(copier, e.written, &child);
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
            .schema = items, .place = node_span(it.written), .keeps = keeps};
        const bool fill = is_bad_null(it.value, items) && items->default_value;
        *link = fill ? make_default(copier, items, child.place)
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

void custom_default(struct admit_ctx *ctx, struct admitted *admitted)
{
    struct copier copier = {.arena = ctx->arena};
    const struct kind_info *kind = &admitted->kind;
    if (!kind->structural || node_kind(admitted->value) != NODE_MAP)
        return;
    const struct entry type = node_entry(admitted->value, STR("kind"));
    const struct copy_step root = {
        .schema = kind->structural,
        .place = node_span(type.key ? type.written : admitted->value),
        .is_resource = true,
        .is_root = true,
        .drops_status = custom_has_status(kind),
    };
    admitted->value = copy_value(&copier, admitted->value, &root);
}

bool custom_has_status(const struct kind_info *kind)
{
    const struct node *subresources = node_get(kind->crd_version, STR("subresources"));
    return !node_is_null(node_get(subresources, STR("status")));
}
