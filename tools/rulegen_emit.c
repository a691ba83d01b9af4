/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the tables of rules and defaults as C. */
#include "rulegen.h"

enum { PER_LINE = 20 };

static void emit_number(struct buf *out, size_t i, uint32_t value)
{
    buf_format(out, "%s%u,", i % PER_LINE == 0 ? "\n    " : " ", value);
}

static void emit_bytes(struct buf *out, const char *name, const uint8_t *bytes, size_t n)
{
    buf_format(out, "%s[] = {", name);
    for (size_t i = 0; i < n; i++)
        emit_number(out, i, bytes[i]);
    buf_add_c(out, " 0\n};\n\n");
}

static void emit_when(struct buf *out, const struct rule_when *when)
{
    buf_format(out, "{0x%" PRIx64 "u, 0x%" PRIx64 "u, %u, %u, %u, %u, %u}", when->minors,
               when->minors_alone, when->gates, when->ifs, when->in, when->as, when->flags);
}

/* INT64_MIN can't be written as one literal. */
static void emit_i64(struct buf *out, int64_t value)
{
    if (value == INT64_MIN)
        buf_add_c(out, "INT64_MIN, ");
    else
        buf_format(out, "%" PRId64 ", ", value);
}

static void emit_rows(const struct rulegen *gen, struct buf *out)
{
    buf_add_c(out, "const struct rule_row rule_rows[] = {\n");
    for (size_t i = 0; i < gen->rows.n; i++) {
        const struct rule_row *row = &gen->rows.items[i];
        buf_add_c(out, "    {");
        emit_when(out, &row->when);
        buf_add_c(out, ", ");
        emit_i64(out, row->min);
        emit_i64(out, row->max);
        buf_format(out, "%u, %u, %u, %u, %u, %u, %u},\n", row->says, row->values, row->function,
                   row->verb, row->part, row->error, row->at);
    }
    buf_add_c(out, "    {.says = 0},\n};\n\nconst struct fill_row fill_rows[] = {\n");
    for (size_t i = 0; i < gen->fills.n; i++) {
        const struct fill_row *row = &gen->fills.items[i];
        buf_add_c(out, "    {");
        emit_when(out, &row->when);
        buf_format(out, ", %u, %u, %u, %u},\n", row->field, row->value, row->function, row->kind);
    }
    buf_add_c(out, "    {.field = 0},\n};\n\n");
}

static void emit_types(const struct rulegen *gen, struct buf *out)
{
    buf_add_c(out, "const struct rule_slot rule_slots[] = {\n");
    for (size_t i = 0; i < gen->slots.n; i++) {
        const struct rule_slot *slot = &gen->slots.items[i];
        buf_format(out, "    {%u, %u, %u},\n", slot->field, slot->first_row, slot->row_count);
    }
    buf_add_c(out, "    {0, 0, 0},\n};\n\nconst struct rule_type rule_types[] = {\n");
    for (size_t i = 0; i < gen->types->types.n; i++) {
        const struct rule_type *t = &gen->by_type[i];
        buf_format(out, "    {%u, %u, %u, %u, %u, %u},\n", t->first_slot, t->first_row,
                   t->first_fill, t->row_count, t->fill_count, t->slot_count);
    }
    buf_add_c(out, "};\n\n");
    emit_bytes(out, "const uint8_t rule_below", gen->below, gen->types->types.n);
    emit_bytes(out, "const uint8_t rule_fields", gen->field_slots, gen->types->fields.n);
}

static void emit_gates(const struct rulegen *gen, struct buf *out)
{
    buf_add_c(out, "const struct rule_gate rule_gates[] = {\n");
    for (size_t i = 0; i < gen->gates.n; i++) {
        const struct rule_gate *gate = &gen->gates.items[i];
        buf_format(out, "    {%u, 0x%" PRIx64 "u, 0x%" PRIx64 "u, 0x%" PRIx64 "u},\n", gate->name,
                   gate->minors, gate->known, gate->locked);
    }
    buf_format(out, "    {0, 0, 0, 0},\n};\n\nconst uint32_t rule_gate_count = %zu;\n\n",
               gen->gates.n);
}

static void emit_functions(struct buf *out, const char *head, const char *prefix,
                           const struct gen_functions *functions)
{
    buf_format(out, "%s = {\n", head);
    for (size_t i = 0; i < functions->n; i++)
        buf_format(out, "    %s%.*s,\n", prefix, STR_FMT(functions->items[i]));
    buf_add_c(out, "    NULL,\n};\n\n");
}

void gen_emit(const struct rulegen *gen, struct buf *out)
{
    buf_add_c(out, "/* Written by tools/rulegen from schemas/rules and schemas/defaults. */\n"
                   "#include \"admit/rule_table.h\"\n#include \"admit/rule_trace.h\"\n"
                   "#include \"rule_calls.h\"\n\n");
    emit_bytes(out, "const unsigned char rule_strings", (const uint8_t *)gen->texts.strings.p,
               gen->texts.strings.n);
    buf_add_c(out, "const uint32_t rule_lists[] = {");
    for (size_t i = 0; i < gen->texts.lists.n; i++)
        emit_number(out, i, gen->texts.lists.items[i]);
    buf_add_c(out, "\n};\n\n");
    emit_rows(gen, out);
    emit_types(gen, out);
    emit_gates(gen, out);
    emit_functions(out, "void (*const rule_functions[])(struct validating *, const struct spot *)",
                   "rule_", &gen->rule_functions);
    emit_functions(out, "void (*const fill_functions[])(struct filling *)", "fill_",
                   &gen->fill_functions);
    gen_emit_trace(gen, out);
}

void gen_emit_trace(const struct rulegen *gen, struct buf *out)
{
    buf_add_c(out, "#ifdef TIDEGATE_RULE_TRACE\nconst char *const rule_sources[] = {\n");
    for (size_t i = 0; i < gen->row_lines.n; i++)
        buf_format(out, "    \"%.*s:%u\",\n", STR_FMT(gen->row_lines.items[i]->file),
                   gen->row_lines.items[i]->number);
    buf_format(out,
               "    NULL,\n};\n\natomic_uchar rule_seen[%zu];\nconst size_t rule_row_count = %zu;"
               "\n#endif\n",
               gen->rows.n + 1, gen->rows.n);
}

void gen_emit_calls(const struct rulegen *gen, struct buf *out)
{
    buf_add_c(out,
              "/* Written by tools/rulegen: the functions of src/admit that rows may call. */\n"
              "#pragma once\n\nstruct validating;\nstruct spot;\nstruct filling;\n\n");
    for (size_t i = 0; i < gen->rule_functions.n; i++)
        buf_format(out, "void rule_%.*s(struct validating *v, const struct spot *spot);\n",
                   STR_FMT(gen->rule_functions.items[i]));
    for (size_t i = 0; i < gen->fill_functions.n; i++)
        buf_format(out, "void fill_%.*s(struct filling *f);\n",
                   STR_FMT(gen->fill_functions.items[i]));
}
