/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling in defaults, from the outside in. A tree is changed by copying the spine down to the
 * change: a copied node keeps its place and shares its children, so objects that need nothing cost
 * one walk.
 */
#include "admit/default.h"
#include "admit/default_chain.h"
#include "admit/rule_internal.h"

#include "base/limits.h"
#include "base/number.h"
#include "schema/schema_table.h"

struct filler {
    struct admit_ctx *ctx;
    const struct admitted *admitted;
    unsigned depth;
};

/* A value on the way down. */
struct fill_step {
    const struct filling *up; /* the struct around it */
    struct str holder;
    struct span place;
    type_id type;
};

static const struct node *fill_value(struct filler *filler, const struct node *written,
                                     const struct fill_step *step);

/* ---- nodes ---- */

static struct node *place_node(struct node *node, struct span place)
{
    node->start = place.start;
    node->len = place.end - place.start;
    return node;
}

/* A struct with its own chain of children, which share theirs, without its nulls. */
static struct node *copy_spine(struct arena *arena, const struct node *written)
{
    struct node *copy = node_share(arena, written);
    struct node **link = &copy->first;
    copy->n = 0;
    for (struct entry e = map_first(written); e.key; e = map_next(e)) {
        if (node_is_null(e.value))
            continue;
        *link = node_share(arena, e.key);
        (*link)->next = node_share(arena, e.written);
        link = &(*link)->next->next;
        copy->n++;
    }
    *link = NULL;
    return copy;
}

/* ---- what functions see ---- */

const struct node *filling_get(const struct filling *f, const char *name)
{
    const struct node *value = node_get(f->node, str_from(name));
    return node_is_null(value) ? NULL : value;
}

struct str filling_text(const struct filling *f, const char *name)
{
    return node_get_text(f->node, str_from(name));
}

bool filling_is_set(const struct filling *f, const char *name)
{
    return filling_get(f, name) != NULL;
}

static enum type_kind kind_of(const struct filling *f, struct str name)
{
    const struct field *field = type_field(type_get(f->type), name, f->ctx->view->minor);
    return field ? (enum type_kind)type_get(field->type)->kind : TYPE_ANY;
}

bool filling_is_zero(const struct filling *f, const char *name)
{
    const struct str text = str_from(name);
    return type_is_zero(kind_of(f, text), node_get(f->node, text));
}

/* The struct's own spine, made by the first change. */
static struct node *own_copy(struct filling *f)
{
    if (!f->copy) {
        f->copy = copy_spine(f->ctx->arena, f->node);
        f->node = f->copy;
    }
    return f->copy;
}

static void put(struct filling *f, struct str name, struct node *value)
{
    struct node *copy = own_copy(f);
    node_remove(copy, name);
    node_put(f->ctx->arena, copy, name, value);
    struct node *key = copy->first;
    while (key->next->next)
        key = key->next->next;
    place_node(key, f->place);
}

static void place_all(struct node *node, struct span place)
{
    place_node(node, place);
    if (node->kind < NODE_LIST || node->kind == NODE_ALIAS)
        return;
    for (struct node *child = node->first; child; child = child->next)
        if (child->style == NODE_MADE)
            place_all(child, place);
}

void filling_put(struct filling *f, const char *name, struct node *value)
{
    if (value->style == NODE_MADE)
        place_all(value, f->place);
    put(f, str_from(name), value);
}

void filling_put_text(struct filling *f, const char *name, const char *text)
{
    filling_put(f, name, node_new_text(f->ctx->arena, str_from(text)));
}

void filling_put_int(struct filling *f, const char *name, int64_t value)
{
    filling_put(f, name, node_new_i64(f->ctx->arena, value));
}

static void take_away(struct filling *f, struct str name)
{
    if (node_entry(f->node, name).key)
        node_remove(own_copy(f), name);
}

void filling_remove(struct filling *f, const char *name)
{
    take_away(f, str_from(name));
}

struct node *filling_new(struct filling *f, enum node_kind kind)
{
    return place_node(node_new(f->ctx->arena, kind), f->place);
}

/* ---- rows ---- */

static struct node *make_value(struct filling *f, const struct fill_row *row)
{
    int64_t number = 0;
    const struct str text = rule_str(row->value);
    struct node *node;
    if (row->kind == NODE_BOOL)
        node = node_new_bool(f->ctx->arena, str_is(text, "true"));
    else if (row->kind == NODE_INT && number_parse_i64(text, &number) == 0)
        node = node_new_i64(f->ctx->arena, number);
    else if (row->kind == NODE_STRING)
        node = node_new_text(f->ctx->arena, text);
    else
        node = node_new(f->ctx->arena, (enum node_kind)row->kind);
    return place_node(node, f->place);
}

static void run_fill(struct filling *f, const struct fill_row *row)
{
    const struct when_place place = {
        .kind = f->admitted->kind.kind,
        .holder = f->holder,
        .node = f->node,
        .profile = f->ctx->profile,
        .minor = f->ctx->view->minor,
    };
    if (row->field == 0) {
        if (rule_holds(&row->when, &place))
            fill_functions[row->function](f);
        return;
    }
    const struct str name = rule_str(row->field);
    const struct field *field = type_field(type_get(f->type), name, f->ctx->view->minor);
    if (!field)
        return;
    const struct node *value = node_get(f->node, name);
    if (row->kind == NODE_NULL) {
        if (!node_is_null(value) && rule_holds(&row->when, &place))
            take_away(f, name);
        return;
    }
    const bool absent = row->when.flags & RULE_POINTER
                            ? node_is_null(value)
                            : type_is_zero((enum type_kind)type_get(field->type)->kind, value);
    if (absent && rule_holds(&row->when, &place))
        put(f, name, make_value(f, row));
}

/* ---- the walk ---- */

/* Puts a changed value where the n-th entry of the struct is. */
static void replace(struct filling *f, struct str name, const struct node *value)
{
    struct node *copy = own_copy(f);
    for (struct node *key = copy->first; key; key = key->next->next) {
        if (!str_eq(node_text(key), name))
            continue;
        struct node *made = node_share(f->ctx->arena, value);
        made->next = key->next->next;
        key->next = made;
        return;
    }
}

static const struct node *fill_struct(struct filler *filler, const struct node *written,
                                      const struct fill_step *step)
{
    const struct rule_type *rules = &rule_types[step->type];
    const struct type *type = type_get(step->type);
    const unsigned minor = filler->ctx->view->minor;
    struct filling f = {.ctx = filler->ctx,
                        .admitted = filler->admitted,
                        .up = step->up,
                        .holder = step->holder,
                        .node = node_real(written),
                        .place = step->place,
                        .type = step->type};
    for (uint32_t i = 0; i < rules->fill_count; i++)
        run_fill(&f, &fill_rows[rules->first_fill + i]);
    /* a changed child starts a copy; the iteration stays on the chain that it began with */
    const struct node *chain = f.node;
    for (struct entry e = map_first(chain); e.key; e = map_next(e)) {
        const struct field *field = type_field(type, node_text(e.key), minor);
        if (!field || !(rule_below[field->type] & FILLS_BELOW) || e.value->kind == NODE_NULL ||
            rule_fields[field - schema_fields] == RULE_FIELD_SKIPPED)
            continue;
        const struct fill_step child = {
            .up = &f, .holder = field_name(field), .place = node_span(e.key), .type = field->type};
        const struct node *filled = fill_value(filler, e.written, &child);
        if (filled != e.written)
            replace(&f, node_text(e.key), filled);
    }
    return f.copy ? f.copy : written;
}

/* Items of a list, values of a map. */
static const struct node *fill_items(struct filler *filler, const struct node *written,
                                     const struct fill_step *step)
{
    const bool is_map = node_kind(written) == NODE_MAP;
    struct fill_step child = *step;
    child.type = type_get(step->type)->element;
    struct chain chain = chain_first(filler->ctx->arena, written);
    for (; chain.node; chain_next(&chain)) {
        const bool is_key = is_map && chain.index % 2 == 0;
        if (is_key || !is_map)
            child.place = node_span(chain.node);
        if (!is_key)
            chain_put(&chain, fill_value(filler, chain.node, &child));
    }
    return chain_result(&chain);
}

static const struct node *fill_value(struct filler *filler, const struct node *written,
                                     const struct fill_step *step)
{
    const enum type_kind kind = (enum type_kind)type_get(step->type)->kind;
    const enum node_kind wanted = kind == TYPE_LIST ? NODE_LIST : NODE_MAP;
    if (!(rule_below[step->type] & FILLS_BELOW) || node_kind(written) != wanted ||
        filler->depth == LIMIT_DEPTH)
        return written;
    filler->depth++;
    const struct node *filled = kind == TYPE_STRUCT ? fill_struct(filler, written, step)
                                                    : fill_items(filler, written, step);
    filler->depth--;
    return filled;
}

void defaults_fill(struct admit_ctx *ctx, struct admitted *admitted)
{
    struct filler filler = {.ctx = ctx, .admitted = admitted};
    const struct entry kind = node_entry(admitted->value, STR("kind"));
    const struct fill_step root = {
        .place = node_span(kind.key ? kind.written : admitted->value),
        .type = admitted->kind.type,
    };
    admitted->value = fill_value(&filler, admitted->value, &root);
}
