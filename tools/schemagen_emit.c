/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the table as C. */
#include "schemagen.h"

enum { PER_LINE = 20 };

static void emit_number(struct buf *out, size_t i, uint32_t value)
{
    buf_format(out, "%s%u,", i % PER_LINE == 0 ? "\n    " : " ", value);
}

static void emit_strings(const struct table *table, struct buf *out)
{
    buf_add_c(out, "const unsigned char schema_strings[] = {");
    for (size_t i = 0; i < table->strings.n; i++)
        emit_number(out, i, (unsigned char)table->strings.p[i]);
    buf_add_c(out, "\n};\n\n");
}

static void emit_types(const struct table *table, struct buf *out)
{
    buf_add_c(out, "const struct type schema_types[] = {\n");
    for (size_t i = 0; i < table->types.n; i++) {
        const struct type *t = &table->types.items[i];
        buf_format(out, "    {%u, %u, %u, %u, %u, %u, 0},\n", t->name, t->full_name, t->first_field,
                   t->field_count, t->element, t->kind);
    }
    buf_add_c(out, "};\n\n");
}

static void emit_fields(const struct table *table, struct buf *out)
{
    buf_add_c(out, "const struct field schema_fields[] = {\n");
    for (size_t i = 0; i < table->fields.n; i++) {
        const struct field *f = &table->fields.items[i];
        buf_format(out, "    {%u, %u, %u, %u, %u, %u, %u, %u},\n", f->name, f->type, f->enumeration,
                   f->map_keys, f->since, f->until, f->list_type, f->required);
    }
    buf_add_c(out, "};\n\n");
}

static void emit_kinds(const struct table *table, struct buf *out)
{
    buf_add_c(out, "const struct table_kind schema_kinds[] = {\n");
    for (size_t i = 0; i < table->kinds.n; i++) {
        const struct table_kind *k = &table->kinds.items[i];
        buf_format(
            out,
            "    {0x%" PRIx64 ", 0x%" PRIx64 ", %u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u},\n",
            k->published, k->served, k->group, k->version, k->kind, k->plural, k->replacement,
            k->note, k->type, k->flags, k->introduced, k->deprecated, k->removed);
    }
    buf_add_c(out, "};\n\n");
}

static void emit_numbers(struct buf *out, const char *name, const uint32_t *items, size_t n)
{
    buf_format(out, "const uint32_t %s[] = {", name);
    for (size_t i = 0; i < n; i++)
        emit_number(out, i, items[i]);
    buf_add_c(out, "\n};\n\n");
}

static void emit_info(const struct table *table, struct buf *out)
{
    minor_set minors = table->text->minors;
    uintptr_t meta = (uintptr_t)map_get(&table->type_ids, STR("meta.v1.ObjectMeta"));
    buf_format(out,
               "const struct table_info schema_info = {\n"
               "    .minors = 0x%" PRIx64 ",\n    .type_count = %zu,\n    .kind_count = %zu,\n"
               "    .group_count = %zu,\n    .slot_mask = %u,\n    .object_meta = %zu,\n"
               "    .minor_min = %d,\n    .minor_max = %d,\n};\n",
               minors, table->types.n, table->kinds.n, table->groups.n, table->slot_count - 1,
               meta ? (size_t)meta - 1 : 0, __builtin_ctzll(minors), 63 - __builtin_clzll(minors));
}

void table_emit(const struct table *table, struct buf *out)
{
    buf_add_c(out, "/* Written by tools/schemagen from schemas/. */\n"
                   "#include \"schema/schema_table.h\"\n\n");
    emit_strings(table, out);
    emit_types(table, out);
    emit_fields(table, out);
    emit_kinds(table, out);
    emit_numbers(out, "schema_lists", table->lists.items, table->lists.n);
    emit_numbers(out, "schema_groups", table->groups.items, table->groups.n);
    buf_add_c(out, "const uint16_t schema_slots[] = {");
    for (size_t i = 0; i < table->slot_count; i++)
        emit_number(out, i, table->slots[i]);
    buf_add_c(out, "\n};\n\n");
    emit_info(table, out);
}
