/* SPDX-License-Identifier: Apache-2.0 */
/* schemagen: the text under schemas/ as one C file of const arrays. */
#pragma once

#include "schema/schema_table.h"
#include "schema/schema_text.h"

enum { LISTS_MAX = UINT16_MAX, SLOT_COUNT_MIN = 1024 };

/* The table under construction; all in one arena. */
struct table {
    struct arena *arena;
    const struct schema_text *text;
    minor_set enum_minor; /* the first minor whose document lists enum values */
    struct buf strings;
    struct map string_offsets; /* text -> offset + 1 */
    struct map type_ids;       /* full name, or [id] and {id} -> id + 1 */
    struct {
        VEC(struct type);
    } types;
    struct {
        VEC(struct field);
    } fields;
    struct {
        VEC(uint32_t);
    } lists;
    struct map list_indexes; /* joined text -> index */
    struct {
        VEC(struct table_kind);
    } kinds;
    struct {
        VEC(uint32_t);
    } groups;
    uint16_t *slots;
    uint32_t slot_count;
};

/* 0, or -1 after one line on standard error. */
int table_build(struct table *table) MUST_USE;
int table_build_kinds(struct table *table) MUST_USE; /* after the types */
void table_emit(const struct table *table, struct buf *out);

uint32_t table_string(struct table *table, struct str text);
struct str table_text(const struct table *table, uint32_t offset);
/* A type by its text in a file of the package ("Name", "core.v1.Name", "[int32]"); false when there
 * is none. */
bool table_type(struct table *table, struct str text, struct str package, type_id *ret_id);
int table_fail(struct str where, const char *what);
