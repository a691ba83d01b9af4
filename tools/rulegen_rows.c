/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of rules: verbs and their arguments. */
#include "rulegen.h"

#include "admit/rule_format.h"
#include "base/number.h"

enum verb_args {
    ARGS_NONE,
    ARGS_VALUES,
    ARGS_RANGE,
    ARGS_MINIMUM,
    ARGS_MAXIMUM,
    ARGS_FORMAT,
    ARGS_KEYS,
    ARGS_FIELDS,
    ARGS_FUNCTION,
};

struct verb {
    const char *word;
    enum verb_args args;
};

static const struct verb verbs[] = {
#define X(name, word, args) {word, ARGS_##args},
    RULE_VERBS(X)
#undef X
};

static const char *const errors[] = {"",
#define X(name, word) word,
                                     RULE_ERRORS(X)
#undef X
};

static const char *const formats[] = {
#define X(name, function) name,
    RULE_FORMATS(X)
#undef X
};

/* A row while it is read. */
struct row_reader {
    struct rulegen *gen;
    const struct gen_block *block;
    const struct gen_line *line;
    type_id type; /* of what the verb looks at */
    struct rule_row row;
};

static int find_word(struct str word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(word, words[i]))
            return (int)i;
    return -1;
}

/* ---- the field ---- */

static int read_part(struct row_reader *r, struct str suffix)
{
    const struct type *type = &r->gen->types->types.items[r->type];
    if (suffix.n == 0)
        return 0;
    if (str_is(suffix, "[]") && type->kind == TYPE_LIST)
        r->row.part = RULE_ITEMS;
    else if (str_is(suffix, "{}") && type->kind == TYPE_MAP)
        r->row.part = RULE_KEYS;
    else if (str_is(suffix, "{*}") && type->kind == TYPE_MAP)
        r->row.part = RULE_MAP_VALUES;
    else
        return gen_fail(r->line, "write [] behind a list, {} (keys) or {*} (values) behind a map");
    r->type = r->row.part == RULE_KEYS ? 0 : type->element;
    return 0;
}

static int read_field(struct row_reader *r, struct str *ret_name)
{
    struct str name = r->line->words[0];
    struct str suffix = STR("");
    r->type = r->block->type;
    *ret_name = STR(".");
    if (str_is(name, "."))
        return 0;
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] != '[' && name.p[i] != '{')
            continue;
        suffix = str_from_offset(name, i);
        name = str_sub(name, 0, i);
    }
    const struct field *field = gen_field(r->gen, r->block->type, name);
    if (!field)
        return gen_fail(r->line, "%.*s is no field of %.*s", STR_FMT(name),
                        STR_FMT(r->block->head.words[0]));
    r->type = field->type;
    *ret_name = name;
    return read_part(r, suffix);
}

/* ---- arguments ---- */

static int read_number(struct row_reader *r, struct str word, int64_t open, int64_t *ret_value)
{
    if (str_is(word, "-"))
        return *ret_value = open, 0;
    if (number_parse_i64(word, ret_value) < 0)
        return gen_fail(r->line, "%.*s is no number", STR_FMT(word));
    return 0;
}

static int read_numbers(struct row_reader *r, enum verb_args args, const struct str *words,
                        size_t n)
{
    if (n != (args == ARGS_RANGE ? 2 : 1))
        return gen_fail(r->line, "range has two numbers, min and max have one");
    r->row.min = INT64_MIN;
    r->row.max = INT64_MAX;
    if (args != ARGS_MAXIMUM && read_number(r, words[0], INT64_MIN, &r->row.min) < 0)
        return -1;
    return args == ARGS_MINIMUM ? 0 : read_number(r, words[n - 1], INT64_MAX, &r->row.max);
}

static int read_fields(struct row_reader *r, type_id type, const struct str *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!gen_field(r->gen, type, words[i]))
            return gen_fail(r->line, "there is no field %.*s", STR_FMT(words[i]));
    r->row.values = gen_list(r->gen, words, n);
    return 0;
}

static int read_args(struct row_reader *r, enum verb_args args, const struct str *words, size_t n)
{
    switch (args) {
    case ARGS_NONE:
        return n == 0 ? 0 : gen_fail(r->line, "%.*s is no attribute", STR_FMT(words[0]));
    case ARGS_VALUES:
        r->row.values = gen_list(r->gen, words, n);
        return n > 0 ? 0 : gen_fail(r->line, "the verb lacks its values");
    case ARGS_RANGE:
    case ARGS_MINIMUM:
    case ARGS_MAXIMUM:
        return read_numbers(r, args, words, n);
    case ARGS_FORMAT: {
        const int format = n == 1 ? find_word(words[0], formats, ARRAY_LEN(formats)) : -1;
        r->row.function = (uint16_t)format;
        return format >= 0 ? 0 : gen_fail(r->line, "format has one of the names of rule_format.h");
    }
    case ARGS_KEYS:
        return read_fields(r, gen_element(r->gen, r->type), words, n);
    case ARGS_FIELDS:
        if (n == 0)
            return gen_fail(r->line, "the verb lacks its fields");
        return read_fields(r, r->block->type, words, n);
    case ARGS_FUNCTION:
        if (n != 1)
            return gen_fail(r->line, "call has the name of one function");
        return gen_function(&r->gen->rule_functions, r->line, words[0], &r->row.function);
    }
    return -1;
}

/* ---- attributes ---- */

static int read_attribute(struct row_reader *r, struct str word)
{
    bool taken;
    struct rule_row *row = &r->row;
    if (gen_when(r->gen, r->line, r->block, word, &row->when, &taken) < 0)
        return -1;
    if (taken)
        return 0;
    if (str_starts(word, STR("says="))) {
        const struct str text = fact_unquote(r->gen->arena, str_from_offset(word, 5));
        row->says = table_string(&r->gen->texts, text);
        return 0;
    }
    if (str_starts(word, STR("error="))) {
        const int error = find_word(str_from_offset(word, 6), errors, ARRAY_LEN(errors));
        row->error = (uint8_t)error;
        return error > 0 ? 0 : gen_fail(r->line, "there is no such error type");
    }
    if (str_is(word, "at=parent"))
        return row->at = RULE_AT_PARENT, 0;
    if (str_is(word, "at=list"))
        return row->at = RULE_AT_LIST, 0;
    return gen_fail(r->line, "%.*s is no attribute", STR_FMT(word));
}

static int check_row(const struct row_reader *r, bool self)
{
    const struct rule_row *row = &r->row;
    const bool of_struct = row->verb == RULE_VERB_ONE_OF || row->verb == RULE_VERB_AT_MOST_ONE_OF;
    if (of_struct && !self)
        return gen_fail(r->line,
                        "one-of and at-most-one-of are of the struct: write . as the field");
    if (row->verb == RULE_VERB_FORBIDDEN && !row->says)
        return gen_fail(r->line, "forbidden needs says=");
    if (row->when.flags & RULE_WARNING && row->verb != RULE_VERB_SKIP && !row->says)
        return gen_fail(r->line, "a warning needs says=");
    return 0;
}

static int read_row(struct row_reader *r, struct str *ret_field)
{
    const struct gen_line *line = r->line;
    r->row = (struct rule_row){.when = {.minors = r->gen->types->text->minors,
                                        .minors_alone = r->gen->types->text->minors}};
    if (line->n < 2)
        return gen_fail(line, "a row has a field and a verb");
    if (read_field(r, ret_field) < 0)
        return -1;
    size_t verb = 0;
    while (verb < ARRAY_LEN(verbs) && !str_is(line->words[1], verbs[verb].word))
        verb++;
    if (verb == ARRAY_LEN(verbs))
        return gen_fail(line, "%.*s is no verb", STR_FMT(line->words[1]));
    r->row.verb = (uint8_t)verb;
    size_t end = 2;
    while (end < line->n && !gen_is_attribute(line->words[end]))
        end++;
    if (read_args(r, verbs[verb].args, line->words + 2, end - 2) < 0)
        return -1;
    for (size_t i = end; i < line->n; i++)
        if (read_attribute(r, line->words[i]) < 0)
            return -1;
    if (r->row.verb == RULE_VERB_IMMUTABLE)
        r->row.when.flags |= RULE_UPDATE;
    return check_row(r, str_is(*ret_field, "."));
}

/* ---- blocks ---- */

struct named_row {
    struct str field;
    struct rule_row row;
    const struct gen_line *line;
};

struct named_rows {
    VEC(struct named_row);
};

static void add_slot(struct rulegen *gen, type_id id, struct str name,
                     const struct named_rows *rows)
{
    const struct type *type = &gen->types->types.items[id];
    struct rule_type *target = &gen->by_type[id];
    struct rule_slot slot = {.field = table_string(&gen->texts, name),
                             .first_row = (uint32_t)gen->rows.n};
    for (size_t i = 0; i < rows->n; i++)
        if (str_eq(rows->items[i].field, name)) {
            VEC_PUSH(gen->arena, &gen->rows, rows->items[i].row);
            VEC_PUSH(gen->arena, &gen->row_lines, rows->items[i].line);
        }
    slot.row_count = (uint32_t)gen->rows.n - slot.first_row;
    if (str_is(name, ".")) {
        target->first_row = slot.first_row;
        target->row_count = (uint16_t)slot.row_count;
        return;
    }
    VEC_PUSH(gen->arena, &gen->slots, slot);
    target->slot_count++;
    for (size_t i = 0; i < type->field_count; i++)
        if (str_eq(table_text(gen->types, gen->types->fields.items[type->first_field + i].name),
                   name))
            gen->field_slots[type->first_field + i] = target->slot_count;
}

static int add_block(struct rulegen *gen, const struct gen_block *block)
{
    struct named_rows rows = {0};
    struct row_reader r = {.gen = gen, .block = block};
    for (size_t i = 0; i < block->lines.n; i++) {
        struct named_row row;
        r.line = &block->lines.items[i];
        if (read_row(&r, &row.field) < 0)
            return -1;
        row.row = r.row;
        row.line = r.line;
        VEC_PUSH(gen->arena, &rows, row);
    }
    gen->by_type[block->type].first_slot = (uint32_t)gen->slots.n;
    for (size_t i = 0; i < rows.n; i++) {
        bool known = false;
        for (size_t k = 0; k < i && !known; k++)
            known = str_eq(rows.items[k].field, rows.items[i].field);
        if (!known)
            add_slot(gen, block->type, rows.items[i].field, &rows);
    }
    if (gen->by_type[block->type].slot_count > RULE_SLOTS_MAX)
        return gen_fail(&block->head, "more fields have rules than RULE_SLOTS_MAX");
    return 0;
}

/* The registry keeps its own status: nothing below it is looked at. */
static void skip_status(struct rulegen *gen)
{
    for (size_t k = 0; k < gen->types->kinds.n; k++) {
        const struct type *type = &gen->types->types.items[gen->types->kinds.items[k].type];
        for (size_t i = 0; i < type->field_count; i++)
            if (str_is(table_text(gen->types, gen->types->fields.items[type->first_field + i].name),
                       "status"))
                gen->field_slots[type->first_field + i] = RULE_FIELD_SKIPPED;
    }
}

int gen_rules(struct rulegen *gen)
{
    for (size_t i = 0; i < gen->rules.n; i++)
        if (add_block(gen, &gen->rules.items[i]) < 0)
            return -1;
    skip_status(gen);
    return 0;
}
