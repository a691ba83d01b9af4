/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A field that does not exist, and what was meant: a misspelt neighbour, a field of another
 * Kubernetes version, an old name, or, most often in practice, a field one level too high or low.
 */
#include "admit/admit_fix.h"
#include "admit/admit_internal.h"

#include "base/suggest.h"

enum {
    QUEUE_MAX = 256, /* struct types that one search looks at */
    BELOW_MAX = 4,   /* levels below the struct itself, as from a CronJob's spec to its pod's */
    BESIDE_MAX = 3,  /* levels below its parents */
};

static struct str explain(struct decode *decode, const struct frame *frame, struct str name);
static void offer_rename(struct decode *decode, const struct frame *frame, const struct path *path,
                         struct diag *diag);
static struct str explain_rename(const struct type *type, struct str name);
static struct str explain_minor(struct decode *decode, const struct type *type, struct str name);
static struct str explain_place(struct decode *decode, const struct frame *frame, struct str name);

/* The value is the entry's own: looking it up again would take an hour in a map of a million. */
void decode_unknown_field(struct decode *decode, const struct frame *frame,
                          const struct entry *entry)
{
    struct admit_ctx *ctx = decode->ctx;
    const struct str name = node_text(entry->key);
    const struct path path = {.up = &frame->path, .name = name, .node = entry->value};
    const struct str fix = explain(decode, frame, name);
    decode->strict_error = true;
    const struct str above = frame->up ? path_format(ctx->arena, &frame->path) : (struct str){0};
    struct diag *diag = diag_add_path(
        ctx->diags, RULE_API_UNKNOWN_FIELD, node_span(entry->key), &path,
        "%.*s%s%.*s is not a field of %.*s%s%.*s", STR_FMT(above), above.n ? "." : "",
        STR_FMT(diag_quote(ctx->arena, name)),
        STR_FMT(diag_quote(ctx->arena, decode->object->gvk.kind)), fix.n ? "; " : "", STR_FMT(fix));
    if (str_starts(fix, STR("did you mean")))
        offer_rename(decode, frame, &path, diag);
}

/* Whether a value may be one of the type: a map for a struct, a list for a list. */
static bool fits(const struct type *type, const struct node *value)
{
    const enum node_kind kind = node_kind(value);
    if (type->kind == TYPE_LIST)
        return kind == NODE_LIST;
    if (type->kind == TYPE_STRUCT || type->kind == TYPE_MAP)
        return kind == NODE_MAP;
    return kind != NODE_LIST && kind != NODE_MAP && kind != NODE_NULL;
}

/* The one field that is a slip away, is not set, and takes such a value. */
static void offer_rename(struct decode *decode, const struct frame *frame, const struct path *path,
                         struct diag *diag)
{
    const unsigned minor = decode->ctx->view->minor;
    const struct type *type = type_get(frame->type);
    struct near_names near = {.wanted = path->name};
    const struct field *field;
    for (size_t i = 0; (field = type_field_at(type, i)); i++)
        if (field_is_in(field, minor))
            near_offer(&near, field_name(field));
    field = near.n == 1 ? type_field(type, near.name, minor) : NULL;
    if (field && !node_get(frame->path.node, near.name) && fits(type_get(field->type), path->node))
        fix_key(decode->ctx, diag, decode->object->root, path, near.name);
}

static void nearest_field(const struct type *type, struct suggest *nearest, unsigned minor)
{
    const struct field *field;
    for (size_t i = 0; (field = type_field_at(type, i)); i++)
        if (field_is_in(field, minor))
            suggest_offer(nearest, field_name(field));
}

/* What to do about it, or "". A slip of one letter is likelier than a misplaced field, a misplaced
 * field likelier than two slips. */
static struct str explain(struct decode *decode, const struct frame *frame, struct str name)
{
    struct arena *arena = decode->ctx->arena;
    const struct type *type = type_get(frame->type);
    const struct str renamed = explain_rename(type, name);
    if (renamed.n)
        return renamed;
    const struct str other_minor = explain_minor(decode, type, name);
    if (other_minor.n)
        return other_minor;
    struct suggest nearest;
    suggest_init(&nearest, name);
    nearest_field(type, &nearest, decode->ctx->view->minor);
    if (nearest.best.n == 0 || nearest.distance > 1) {
        const struct str place = explain_place(decode, frame, name);
        if (place.n)
            return place;
    }
    if (nearest.best.n)
        return str_format(arena, "did you mean '%.*s'?", STR_FMT(nearest.best));
    return (struct str){0};
}

/* ---- names of older API versions ---- */

static struct str explain_rename(const struct type *type, struct str name)
{
    static const struct {
        const char *type;
        const char *name;
        const char *fix;
    } renames[] = {
        {"IngressSpec", "backend", "it is called defaultBackend"},
        {"IngressBackend", "serviceName", "write service.name"},
        {"IngressBackend", "servicePort", "write service.port.number or service.port.name"},
        {"ResourceMetricSource", "targetAverageUtilization",
         "write target.averageUtilization, with target.type Utilization"},
        {"ResourceMetricSource", "targetAverageValue",
         "write target.averageValue, with target.type AverageValue"},
        {"CustomResourceDefinitionSpec", "validation", "write versions[].schema"},
        {"ServiceSpec", "topologyKeys", "use trafficDistribution"},
    };
    const struct str type_text = type_name(type);
    for (size_t i = 0; i < ARRAY_LEN(renames); i++)
        if (str_is(name, renames[i].name) && str_is(type_text, renames[i].type))
            return str_from(renames[i].fix);
    return (struct str){0};
}

/* ---- other Kubernetes versions ---- */

static struct str explain_minor(struct decode *decode, const struct type *type, struct str name)
{
    const unsigned minor = decode->ctx->view->minor;
    struct arena *arena = decode->ctx->arena;
    const struct field *field;
    for (size_t i = 0; (field = type_field_at(type, i)); i++) {
        if (!str_eq(field_name(field), name))
            continue;
        if (field->since > minor)
            return str_format(arena, "it comes with Kubernetes 1.%u", field->since);
        if (field->until < minor)
            return str_format(arena, "Kubernetes 1.%u was the last to have it", field->until);
    }
    return (struct str){0};
}

/* ---- other places ---- */

struct visit {
    type_id type;
    uint16_t parent;           /* index of the visit that led here */
    const struct field *field; /* NULL for the start */
    unsigned depth;
};

struct search {
    struct visit visits[QUEUE_MAX];
    size_t n;
    unsigned minor;
    struct str name;
    const struct node *written; /* of the start, when only what is there already is searched */
};

/* The struct inside lists and maps, or type 0. */
static type_id struct_inside(type_id id)
{
    for (;;) {
        const struct type *type = type_get(id);
        if (type->kind == TYPE_STRUCT)
            return id;
        if (type->kind != TYPE_LIST && type->kind != TYPE_MAP)
            return 0;
        id = type->element;
    }
}

static bool was_visited(const struct search *search, type_id type)
{
    for (size_t i = 0; i < search->n; i++)
        if (search->visits[i].type == type)
            return true;
    return false;
}

/* Beside the start only parts that the manifest has are likely: not the other volume types. */
static bool is_elsewhere(const struct search *search, size_t at, const struct field *field)
{
    return at == 0 && search->written && !node_get(search->written, field_name(field));
}

static void visit_fields(struct search *search, size_t at)
{
    const struct visit from = search->visits[at];
    const struct type *type = type_get(from.type);
    const struct field *field;
    for (size_t i = 0; (field = type_field_at(type, i)); i++) {
        const type_id inside = struct_inside(field->type);
        /* nobody writes a status, and managed fields are not for people */
        if (!inside || search->n == QUEUE_MAX || !field_is_in(field, search->minor) ||
            str_is(field_name(field), "status") || str_is(field_name(field), "managedFields") ||
            was_visited(search, inside) || is_elsewhere(search, at, field))
            continue;
        search->visits[search->n++] = (struct visit){
            .type = inside, .parent = (uint16_t)at, .field = field, .depth = from.depth + 1};
    }
}

static bool has_field(const struct search *search, size_t at)
{
    return type_field(type_get(search->visits[at].type), search->name, search->minor) != NULL;
}

/* Breadth first, so the nearest place wins. Index of the visit that has the field, or -1 when there
 * is none, or two that are equally near. */
static ptrdiff_t search_below(struct search *search, type_id start, unsigned levels)
{
    search->n = 0;
    search->visits[search->n++] = (struct visit){.type = start};
    for (size_t at = 0; at < search->n; at++) {
        if (!has_field(search, at)) {
            if (search->visits[at].depth < levels)
                visit_fields(search, at);
            continue;
        }
        const unsigned depth = search->visits[at].depth;
        for (size_t i = at + 1; i < search->n && search->visits[i].depth == depth; i++)
            if (has_field(search, i))
                return -1;
        return (ptrdiff_t)at;
    }
    return -1;
}

static struct str place_text(struct arena *arena, const struct search *search, size_t at,
                             const struct frame *start)
{
    struct str below = {0};
    for (; search->visits[at].field; at = search->visits[at].parent) {
        const struct field *field = search->visits[at].field;
        const bool list = type_get(field->type)->kind == TYPE_LIST;
        below = str_format(arena, "%.*s%s%s%.*s", STR_FMT(field_name(field)), list ? "[]" : "",
                           below.n ? "." : "", STR_FMT(below));
    }
    const struct str above = start->up ? path_format(arena, &start->path) : (struct str){0};
    return str_format(arena, "%.*s%s%.*s", STR_FMT(above), above.n && below.n ? "." : "",
                      STR_FMT(below));
}

static struct str explain_place(struct decode *decode, const struct frame *frame, struct str name)
{
    enum { SHORT = 5 }; /* name, type, key, ... are everywhere */
    static const char *const common[] = {"value", "values", "enabled", "items"};
    struct arena *arena = decode->ctx->arena;
    if (name.n < SHORT || str_is_one_of(name, common, ARRAY_LEN(common)))
        return (struct str){0};
    struct search *search = ARENA_NEW(arena, struct search);
    search->minor = decode->ctx->view->minor;
    search->name = name;
    for (const struct frame *start = frame; start; start = start->up) {
        if (type_get(start->type)->kind != TYPE_STRUCT)
            continue;
        search->written = start == frame ? NULL : start->path.node;
        const ptrdiff_t at =
            search_below(search, start->type, start == frame ? BELOW_MAX : BESIDE_MAX);
        if (at < 0)
            continue;
        const struct str place = place_text(arena, search, (size_t)at, start);
        if (place.n == 0)
            return str_format(arena, "%.*s belongs at the top level, beside kind", STR_FMT(name));
        return str_format(arena, "%.*s belongs under %.*s", STR_FMT(name), STR_FMT(place));
    }
    return (struct str){0};
}
