/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk of the rules: the defaulted object along its Go types. A field without rules at or below
 * it costs one look-up by name; fields with rules are visited whether they are there or not.
 */
#include "admit/rule_internal.h"

#include "base/limits.h"
#include "schema/schema_table.h"

/* One struct under the walk. */
struct stand {
    const struct spot *spot;
    const struct rule_type *rules;
    struct when_place place;
};

/* ---- rows ---- */

static void apply_to_parts(struct validating *v, const struct rule_row *row,
                           const struct spot *spot)
{
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = row->part == RULE_KEYS ? each_key(&e) : e.spot;
        row_apply(v, row, &key);
    }
}

/* False when the server does not look below: what is there has no rules. */
static bool run_rows(struct validating *v, const struct stand *stand, uint32_t first, uint32_t n,
                     const struct spot *spot)
{
    for (uint32_t i = first; i < first + n; i++) {
        const struct rule_row *row = &rule_rows[i];
        if (!rule_holds(&row->when, &stand->place))
            continue;
        if (row->verb == RULE_VERB_SKIP) {
            if (!(row->when.flags & RULE_WARNING))
                return false;
            v->only_warns = true;
            continue;
        }
        if (row->part == RULE_SELF)
            row_apply(v, row, spot);
        else
            apply_to_parts(v, row, spot);
        if (v->skip)
            return v->skip = false;
    }
    return true;
}

/* ---- structs ---- */

static struct spot field_spot(const struct spot *up, const struct field *field,
                              const struct entry *entry)
{
    const struct str name = node_text(entry->key);
    return (struct spot){
        .path = {.up = &up->path, .name = name, .node = entry->value},
        .written = entry->written,
        .key = node_span(entry->key),
        .old = spot_old_field(up, name),
        .up = up,
        .field = field,
        .type = field->type,
    };
}

/* Rows of fields that are not there: required, always, functions. */
static void run_absent(struct validating *v, const struct stand *stand, uint64_t seen)
{
    for (unsigned i = 0; i < stand->rules->slot_count; i++) {
        if (seen >> i & 1)
            continue;
        const struct rule_slot *slot = &rule_slots[stand->rules->first_slot + i];
        const struct str name = rule_str(slot->field);
        const struct field *field = type_field(type_get(stand->spot->type), name, v->minor);
        if (!field)
            continue;
        const struct spot *up = stand->spot;
        const struct spot spot = {
            .path = {.up = &up->path, .name = name},
            .key = up->key,
            .old = spot_old_field(up, name),
            .up = up,
            .field = field,
            .type = field->type,
        };
        const bool only_warns = v->only_warns;
        run_rows(v, stand, slot->first_row, slot->row_count, &spot);
        v->only_warns = only_warns;
    }
}

static void walk_struct(struct validating *v, const struct spot *spot)
{
    const struct type *type = type_get(spot->type);
    const struct stand stand = {
        .spot = spot,
        .rules = &rule_types[spot->type],
        .place = {.kind = v->admitted->kind.kind,
                  .holder = spot_holder(spot),
                  .node = spot->path.node,
                  .profile = v->ctx->profile,
                  .minor = v->minor,
                  .update = v_is_update(v)},
    };
    uint64_t seen = 0;
    if (!run_rows(v, &stand, stand.rules->first_row, stand.rules->row_count, spot))
        return;
    for (struct entry e = map_first(spot->path.node); e.key; e = map_next(e)) {
        const struct field *field = type_field(type, node_text(e.key), v->minor);
        if (!field || e.value->kind == NODE_NULL)
            continue;
        const uint8_t place = rule_fields[field - schema_fields];
        const bool only_warns = v->only_warns;
        bool below = rule_below[field->type] & RULES_BELOW;
        if (place == RULE_FIELD_SKIPPED || (place == 0 && !below))
            continue;
        const struct spot child = field_spot(spot, field, &e);
        if (place) {
            const struct rule_slot *slot = &rule_slots[stand.rules->first_slot + place - 1u];
            seen |= (uint64_t)1 << (place - 1);
            below &= run_rows(v, &stand, slot->first_row, slot->row_count, &child);
        }
        if (below)
            rules_walk(v, &child);
        v->only_warns = only_warns;
    }
    run_absent(v, &stand, seen);
}

static void walk_items(struct validating *v, const struct spot *spot)
{
    struct str keys[4];
    uint32_t n = 0;
    if (spot->field && spot->field->list_type == LIST_MAP)
        n = (uint32_t)field_map_keys(spot->field, keys, ARRAY_LEN(keys));
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        e.spot.path.keys = n ? keys : NULL;
        e.spot.path.key_count = n;
        rules_walk(v, &e.spot);
    }
}

void rules_walk(struct validating *v, const struct spot *spot)
{
    const enum type_kind kind = (enum type_kind)type_get(spot->type)->kind;
    const enum node_kind wanted = kind == TYPE_LIST ? NODE_LIST : NODE_MAP;
    if (!(rule_below[spot->type] & RULES_BELOW) || node_kind(spot->path.node) != wanted ||
        v->depth == LIMIT_DEPTH) /* reported by decoding */
        return;
    v->depth++;
    if (kind == TYPE_STRUCT)
        walk_struct(v, spot);
    else
        walk_items(v, spot);
    v->depth--;
}

bool rules_refuse(struct validating *v, const struct spot *spot)
{
    SCOPED(diags) struct diags found = {.at = v->ctx->diags->at};
    struct admit_ctx ctx = *v->ctx;
    struct validating probing = *v;
    ctx.diags = &found;
    probing.ctx = &ctx;
    rules_walk(&probing, spot);
    for (size_t i = 0; i < found.n; i++)
        if (found.items[i].rule != rule_get(RULE_SERVER_WARNING))
            return true;
    return false;
}

/* Where what is missing in the object is reported. */
static struct span root_place(const struct node *root)
{
    const struct entry kind = node_entry(root, STR("kind"));
    return node_span(kind.key ? kind.written : root);
}

void rules_validate(struct admit_ctx *ctx, const struct admitted *admitted,
                    const struct admitted *old)
{
    const bool same_kind = old && old->state == KIND_SERVED && !old->type_error &&
                           old->kind.type == admitted->kind.type;
    struct validating v = {
        .ctx = ctx,
        .admitted = admitted,
        .object = admitted->object,
        .root = admitted->value,
        .old = same_kind ? node_real(old->value) : NULL,
        .minor = ctx->view->minor,
    };
    const struct spot root = {
        .path = {.node = node_real(admitted->value)},
        .written = admitted->value,
        .key = root_place(admitted->value),
        .old = v.old,
        .type = admitted->kind.type,
    };
    rules_walk(&v, &root);
}
