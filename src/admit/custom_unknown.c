/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was meant by a field that a CRD does not have: a misspelt neighbour, or a field that belongs
 * one or two levels higher or lower.
 */
#include "admit/custom.h"

#include "base/suggest.h"

enum {
    QUEUE_MAX = 512, /* schemas that one search looks at */
    BELOW_MAX = 3,   /* levels below the map itself */
    BESIDE_MAX = 2,  /* levels below its parents */
    SHORT = 4,       /* name, type, key, ...: everywhere, and so no hint */
};

struct visit {
    const struct structural *schema;
    struct str name; /* of the property that led here, with [] for each list; "" for the start */
    uint16_t parent; /* index of the visit that led here */
    uint16_t depth;
};

struct search {
    struct arena *arena;
    struct visit visits[QUEUE_MAX];
    size_t n;
    struct str wanted;
};

/* The map inside lists; counts them. */
static const struct structural *inside_lists(const struct structural *schema, unsigned *ret_lists)
{
    unsigned lists = 0;
    for (; schema && schema->items && lists < BELOW_MAX; lists++)
        schema = schema->items;
    *ret_lists = lists;
    return schema;
}

static void visit_properties(struct search *search, size_t at)
{
    const struct visit from = search->visits[at];
    for (size_t i = 0; i < from.schema->property_count && search->n < QUEUE_MAX; i++) {
        const struct structural_property *property = &from.schema->properties[i];
        unsigned lists;
        const struct structural *inside = inside_lists(property->schema, &lists);
        if (!inside || inside->property_count == 0 || str_is(property->name, "status"))
            continue;
        struct str name = property->name;
        while (lists-- > 0)
            name = str_concat(search->arena, name, STR("[]"));
        search->visits[search->n++] =
            (struct visit){inside, name, (uint16_t)at, (uint16_t)(from.depth + 1)};
    }
}

/* Breadth first, so the nearest place wins. Index of the visit that has the field, or -1. */
static ptrdiff_t search_below(struct search *search, const struct structural *start,
                              unsigned levels)
{
    search->n = 0;
    search->visits[search->n++] = (struct visit){.schema = start};
    for (size_t at = 0; at < search->n; at++) {
        if (structural_property(search->visits[at].schema, search->wanted))
            return (ptrdiff_t)at;
        if (search->visits[at].depth < levels)
            visit_properties(search, at);
    }
    return -1;
}

static struct str place_text(const struct search *search, size_t at, const struct prune_step *start)
{
    struct str below = {0};
    for (; search->visits[at].name.n; at = search->visits[at].parent)
        below = str_format(search->arena, "%.*s%s%.*s", STR_FMT(search->visits[at].name),
                           below.n ? "." : "", STR_FMT(below));
    const struct str above = start->up ? path_format(search->arena, &start->path) : (struct str){0};
    return str_format(search->arena, "%.*s%s%.*s", STR_FMT(above), above.n && below.n ? "." : "",
                      STR_FMT(below));
}

static struct str explain_place(struct arena *arena, const struct prune_step *step, struct str name)
{
    static const char *const common[] = {"value", "values", "enabled", "items", "spec"};
    if (name.n <= SHORT || str_is_one_of(name, common, ARRAY_LEN(common)))
        return (struct str){0};
    struct search *search = ARENA_NEW(arena, struct search);
    search->arena = arena;
    search->wanted = name;
    for (const struct prune_step *start = step; start; start = start->up) {
        if (!start->schema || start->schema->property_count == 0)
            continue;
        const ptrdiff_t at =
            search_below(search, start->schema, start == step ? BELOW_MAX : BESIDE_MAX);
        if (at < 0)
            continue;
        const struct str place = place_text(search, (size_t)at, start);
        if (place.n == 0)
            return str_format(arena, "%.*s belongs at the top level, beside kind", STR_FMT(name));
        return str_format(arena, "%.*s belongs under %.*s", STR_FMT(name), STR_FMT(place));
    }
    return (struct str){0};
}

/* A slip of one letter is likelier than a misplaced field, a misplaced field likelier than two. */
struct str explain_unknown(struct arena *arena, const struct prune_step *step, struct str name)
{
    struct suggest nearest;
    suggest_init(&nearest, name);
    for (size_t i = 0; step->schema && i < step->schema->property_count; i++)
        suggest_offer(&nearest, step->schema->properties[i].name);
    if (nearest.best.n == 0 || nearest.distance > 1) {
        const struct str place = explain_place(arena, step, name);
        if (place.n)
            return place;
    }
    if (nearest.best.n)
        return str_format(arena, "did you mean '%.*s'?", STR_FMT(nearest.best));
    return (struct str){0};
}
