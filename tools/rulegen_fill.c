/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of defaults, and which types have something below them. */
#include "rulegen.h"

#include "base/ascii.h"
#include "doc/doc.h"

/* How a value is kept, by the type of its field. */
static int value_kind(const struct gen_line *line, enum type_kind type, struct str word,
                      enum node_kind *ret_kind)
{
    const bool digits = word.p[0] == '-' || ascii_is_digit(word.p[0]);
    switch (type) {
    case TYPE_BOOL:
        *ret_kind = NODE_BOOL;
        return str_is(word, "true") || str_is(word, "false")
                   ? 0
                   : gen_fail(line, "a bool is true or false");
    case TYPE_INT32:
    case TYPE_INT64:
        *ret_kind = NODE_INT;
        return digits ? 0 : gen_fail(line, "the field takes a number");
    case TYPE_INT_OR_STRING:
        *ret_kind = digits ? NODE_INT : NODE_STRING;
        return 0;
    case TYPE_STRING:
    case TYPE_QUANTITY:
    case TYPE_DURATION:
        *ret_kind = NODE_STRING;
        return 0;
    case TYPE_LIST:
        *ret_kind = NODE_LIST;
        return str_is(word, "[]") ? 0 : gen_fail(line, "only an empty list fits into a row");
    case TYPE_STRUCT:
    case TYPE_MAP:
        *ret_kind = NODE_MAP;
        return str_is(word, "{}") ? 0 : gen_fail(line, "only an empty {} fits into a row");
    case TYPE_ANY:
    case TYPE_OBJECT:
    case TYPE_DOUBLE:
    case TYPE_BYTES:
    case TYPE_TIME:
    case TYPE_MICRO_TIME:
    case TYPE_SCHEMA_OR_BOOL:
    case TYPE_SCHEMA_OR_LIST:
    case TYPE_SCHEMA_OR_STRINGS:
        break;
    }
    return gen_fail(line, "fields of this type have no default: use a function");
}

static int read_value(struct rulegen *gen, const struct gen_block *block,
                      const struct gen_line *line, struct fill_row *row)
{
    enum node_kind kind = NODE_NULL; /* of what is dropped */
    const struct field *field = gen_field(gen, block->type, line->words[0]);
    if (!field)
        return gen_fail(line, "%.*s is no field of %.*s", STR_FMT(line->words[0]),
                        STR_FMT(block->head.words[0]));
    const enum type_kind type = (enum type_kind)gen->types->types.items[field->type].kind;
    if (!str_is(line->words[1], "drop") && value_kind(line, type, line->words[1], &kind) < 0)
        return -1;
    row->kind = (uint8_t)kind;
    row->field = table_string(&gen->texts, line->words[0]);
    row->value = table_string(&gen->texts, fact_unquote(gen->arena, line->words[1]));
    return 0;
}

static int read_fill(struct rulegen *gen, const struct gen_block *block,
                     const struct gen_line *line, struct fill_row *row)
{
    const bool self = str_is(line->words[0], ".");
    size_t i = self ? 3 : 2;
    *row = (struct fill_row){
        .when = {.minors = gen->types->text->minors, .minors_alone = gen->types->text->minors}};
    if (line->n < i || (self && !str_is(line->words[1], "call")))
        return gen_fail(line, "a row is FIELD VALUE, or `. call FUNCTION`");
    const int error = self
                          ? gen_function(&gen->fill_functions, line, line->words[2], &row->function)
                          : read_value(gen, block, line, row);
    if (error < 0)
        return -1;
    for (; i < line->n; i++) {
        bool taken = false;
        if (gen_is_attribute(line->words[i]) &&
            gen_when(gen, line, block, line->words[i], &row->when, &taken) < 0)
            return -1;
        if (!taken)
            return gen_fail(line, "%.*s is no attribute of a default", STR_FMT(line->words[i]));
    }
    return 0;
}

int gen_defaults(struct rulegen *gen)
{
    for (size_t b = 0; b < gen->defaults.n; b++) {
        const struct gen_block *block = &gen->defaults.items[b];
        gen->by_type[block->type].first_fill = (uint32_t)gen->fills.n;
        gen->by_type[block->type].fill_count = (uint16_t)block->lines.n;
        for (size_t i = 0; i < block->lines.n; i++) {
            struct fill_row row;
            if (read_fill(gen, block, &block->lines.items[i], &row) < 0)
                return -1;
            VEC_PUSH(gen->arena, &gen->fills, row);
        }
    }
    return 0;
}

static uint8_t below_now(const struct rulegen *gen, size_t id)
{
    const struct type *type = &gen->types->types.items[id];
    const struct rule_type *own = &gen->by_type[id];
    uint8_t below = gen->below[id];
    if (own->row_count || own->slot_count)
        below |= RULES_BELOW;
    if (own->fill_count)
        below |= FILLS_BELOW;
    if (type->kind == TYPE_LIST || type->kind == TYPE_MAP)
        below |= gen->below[type->element];
    for (size_t i = 0; type->kind == TYPE_STRUCT && i < type->field_count; i++) {
        const size_t index = (size_t)type->first_field + i;
        if (gen->field_slots[index] != RULE_FIELD_SKIPPED)
            below |= gen->below[gen->types->fields.items[index].type];
    }
    return below;
}

void gen_below(struct rulegen *gen)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (size_t id = 0; id < gen->types->types.n; id++) {
            const uint8_t below = below_now(gen, id);
            changed |= below != gen->below[id];
            gen->below[id] = below;
        }
    }
}
