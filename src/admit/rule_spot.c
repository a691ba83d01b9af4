/* SPDX-License-Identifier: Apache-2.0 */
/* Reading for rules: fields, items and values of the defaulted object, absent ones as Go's zero. */
#include "admit/rule.h"
#include "admit/rule_same.h"
#include "admit/rule_table.h"

#include "base/limits.h"

/* ---- where ---- */

bool v_is_update(const struct validating *v)
{
    return v->old != NULL;
}

bool v_kind_is(const struct validating *v, const char *kind)
{
    return str_is(v->admitted->kind.kind, kind);
}

bool v_gate(const struct validating *v, const char *name)
{
    size_t gate;
    if (!gate_find(str_from(name), &gate))
        BUG("there is no feature gate %s in schemas/gates.txt", name);
    return profile_gate_is_on(v->ctx->profile, gate, v->minor);
}

bool v_plugin(const struct validating *v, enum plugin plugin)
{
    return profile_has_plugin(v->ctx->profile, plugin);
}

static bool is_struct(const struct spot *spot)
{
    return type_get(spot->type)->kind == TYPE_STRUCT;
}

const struct spot *spot_above(const struct spot *spot, const char *type)
{
    for (; spot; spot = spot->up)
        if (is_struct(spot) && str_is(type_name(type_get(spot->type)), type))
            return spot;
    return NULL;
}

struct str spot_holder(const struct spot *spot)
{
    while (spot && !spot->field)
        spot = spot->up;
    return spot ? field_name(spot->field) : STR("");
}

/* ---- values ---- */

bool spot_is_set(const struct spot *spot)
{
    return !node_is_null(spot->path.node);
}

bool spot_is_zero(const struct spot *spot)
{
    return type_is_zero((enum type_kind)type_get(spot->type)->kind, spot->path.node);
}

struct str spot_text(const struct spot *spot)
{
    return node_kind(spot->path.node) == NODE_STRING ? node_text(spot->path.node) : STR("");
}

int64_t spot_int(const struct spot *spot)
{
    int64_t value;
    return node_i64(spot->path.node, &value) ? value : 0;
}

bool spot_bool(const struct spot *spot)
{
    return node_kind(spot->path.node) == NODE_BOOL && node_bool(spot->path.node);
}

bool spot_text_is(const struct spot *spot, const char *text)
{
    return str_is(spot_text(spot), text);
}

size_t spot_count(const struct spot *spot)
{
    const struct node *node = node_real(spot->path.node);
    return node && (node->kind == NODE_LIST || node->kind == NODE_MAP) ? node->n : 0;
}

bool spot_quantity(const struct spot *spot, struct quantity *ret_quantity)
{
    const struct node *node = spot->path.node;
    return !quantity_of(node, ret_quantity);
}

bool spot_is_text(const struct spot *spot)
{
    return node_kind(spot->path.node) == NODE_STRING;
}

bool spot_is_unchanged(const struct spot *spot)
{
    const struct spot before = spot_before(spot);
    if (spot_is_zero(spot) || spot_is_zero(&before))
        return spot_is_zero(spot) && spot_is_zero(&before);
    return same_value(spot->type, spot->path.node, spot->old, NULL);
}

struct spot spot_before(const struct spot *spot)
{
    struct spot before = *spot;
    before.path.node = spot->old;
    before.written = spot->old;
    before.old = NULL;
    return before;
}

/* ---- fields ---- */

const struct node *spot_old_field(const struct spot *up, struct str name)
{
    const struct node *old = up->old ? node_real(node_get(up->old, name)) : NULL;
    return node_is_null(old) ? NULL : old;
}

struct spot spot_child(const struct validating *v, const struct spot *up, const char *name)
{
    const struct str text = str_from(name);
    const struct type *type = type_get(up->type);
    const struct field *field = type->kind == TYPE_STRUCT ? type_field(type, text, v->minor) : NULL;
    const struct entry entry = node_entry(up->path.node, text);
    return (struct spot){
        .path = {.up = &up->path, .name = text, .node = entry.value},
        .written = entry.written,
        .key = entry.key ? node_span(entry.key) : up->key,
        .old = spot_old_field(up, text),
        .up = up,
        .field = field,
        .type = field ? field->type : 0,
    };
}

struct str child_text(const struct spot *up, const char *name)
{
    return node_get_text(up->path.node, str_from(name));
}

int64_t child_int(const struct spot *up, const char *name)
{
    int64_t value;
    return node_i64(node_get(up->path.node, str_from(name)), &value) ? value : 0;
}

bool child_bool(const struct spot *up, const char *name)
{
    const struct node *node = node_get(up->path.node, str_from(name));
    return node_kind(node) == NODE_BOOL && node_bool(node);
}

bool child_is_set(const struct spot *up, const char *name)
{
    return !node_is_null(node_get(up->path.node, str_from(name)));
}

bool child_text_is(const struct spot *up, const char *name, const char *text)
{
    return str_is(child_text(up, name), text);
}

/* ---- items ---- */

/* Fields by which entries of a list are told apart, when it says so. */
static size_t list_keys(const struct spot *list, struct str *keys, size_t max)
{
    return list->field ? field_map_keys(list->field, keys, max) : 0;
}

static bool has_same_keys(const struct node *a, const struct node *b, const struct str *keys,
                          size_t n)
{
    size_t same = 0;
    while (same < n && node_equal(node_get(a, keys[same]), node_get(b, keys[same])))
        same++;
    return same == n;
}

/* The old entry at the same place is looked at first: long lists seldom change their order. */
static const struct node *old_item(const struct each *each)
{
    enum { KEYS_MAX = 4 };
    struct str keys[KEYS_MAX];
    const struct node *value = each->item.value;
    const size_t n = list_keys(each->up, keys, KEYS_MAX);
    if (n == 0 || node_kind(value) != NODE_MAP ||
        (each->old.value && has_same_keys(each->old.value, value, keys, n)))
        return each->old.value;
    for (struct item it = list_first(each->up->old); it.value; it = list_next(it))
        if (has_same_keys(it.value, value, keys, n))
            return it.value;
    return NULL;
}

/* The spot of where the iteration stands. */
static void set_spot(struct each *each)
{
    const struct spot *up = each->up;
    each->spot = (struct spot){
        .path = {.up = &up->path},
        .up = up,
        .type = type_get(up->type)->element,
    };
    if (each->entry.key) {
        each->spot.path.name = node_text(each->entry.key);
        each->spot.path.is_key = true;
        each->spot.path.node = each->entry.value;
        each->spot.written = each->entry.written;
        each->spot.key = node_span(each->entry.key);
        each->spot.old = up->old ? node_real(node_get(up->old, each->spot.path.name)) : NULL;
    } else if (each->item.value) {
        each->spot.path.index = each->item.index;
        each->spot.path.node = each->item.value;
        each->spot.written = each->item.written;
        each->spot.key = node_span(each->item.written);
        each->spot.old = node_kind(up->old) == NODE_LIST ? old_item(each) : NULL;
    }
}

static void next_item(struct each *each)
{
    each->item = list_next(each->item);
    if (each->old.value)
        each->old = list_next(each->old);
}

/* Nulls that no zero value took the place of. */
static void skip_nulls(struct each *each)
{
    while (each->item.value && node_is_null(each->item.value))
        next_item(each);
}

struct each each_first(const struct validating *v, const struct spot *up)
{
    (void)v;
    struct each each = {.up = up};
    if (node_kind(up->path.node) == NODE_MAP)
        each.entry = map_first(up->path.node);
    else
        each.item = list_first(up->path.node);
    if (node_kind(up->old) == NODE_LIST)
        each.old = list_first(up->old);
    skip_nulls(&each);
    set_spot(&each);
    return each;
}

void each_next(const struct validating *v, struct each *each)
{
    (void)v;
    if (each->entry.key) {
        each->entry = map_next(each->entry);
    } else {
        next_item(each);
        skip_nulls(each);
    }
    set_spot(each);
}

struct spot each_key(const struct each *each)
{
    return (struct spot){
        .path = {.up = &each->up->path,
                 .name = each->spot.path.name,
                 .is_key = true,
                 .node = each->entry.key},
        .written = each->entry.key,
        .key = each->spot.key,
        .up = each->up,
    };
}
