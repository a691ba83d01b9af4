/* SPDX-License-Identifier: Apache-2.0 */
/* rulegen: schemas/rules and schemas/defaults as one C file of const arrays. */
#pragma once

#include "admit/rule_table.h"
#include "schemagen.h"

enum { RULE_WORDS_MAX = 96 };

/* A line of a text, cut into words; quotes still around them. */
struct gen_line {
    struct str file; /* below schemas/ */
    unsigned number;
    struct str *words;
    size_t n;
};

/* A type and its lines, in order. */
struct gen_block {
    struct str package;
    type_id type;
    struct str like; /* full name of the type whose rows are taken over, or "" */
    struct gen_line head;
    struct {
        VEC(struct gen_line);
    } lines;
};

struct gen_blocks {
    VEC(struct gen_block);
};

struct gen_functions {
    VEC(struct str); /* sorted, without rule_ or fill_ */
};

struct rulegen {
    struct arena *arena;
    struct table *types; /* as schemagen numbers them */
    struct table texts;  /* strings and lists of the rules */
    struct gen_blocks rules;
    struct gen_blocks defaults;
    struct gen_functions rule_functions;
    struct gen_functions fill_functions;
    struct {
        VEC(struct rule_gate);
    } gates;
    struct {
        VEC(struct rule_slot);
    } slots;
    struct {
        VEC(struct rule_row);
    } rows;
    struct {
        VEC(const struct gen_line *);
    } row_lines; /* order: rows */
    struct {
        VEC(struct fill_row);
    } fills;
    struct rule_type *by_type;
    uint8_t *below;
    uint8_t *field_slots;
};

/* All return 0, or -1 after one line on standard error. */
int gen_fail(const struct gen_line *line, const char *fmt, ...) PRINTF(2, 3);
int gen_read_blocks(struct rulegen *gen, const char *schemas, const char *folder,
                    struct gen_blocks *ret_blocks) MUST_USE;
int gen_read_gates(struct rulegen *gen, const char *schemas) MUST_USE;
/* Names of the functions that start with `void <prefix>` in the files <folder>/<prefix>*.c. */
int gen_read_functions(struct rulegen *gen, const char *folder, const char *file_prefix,
                       const char *prefix, struct gen_functions *ret_functions) MUST_USE;
int gen_rules(struct rulegen *gen) MUST_USE;
int gen_defaults(struct rulegen *gen) MUST_USE;
/* Which types have something at or below them. */
void gen_below(struct rulegen *gen);
void gen_emit(const struct rulegen *gen, struct buf *out);
/* rule_trace.h: where each row stands in the text. */
void gen_emit_trace(const struct rulegen *gen, struct buf *out);
void gen_emit_calls(const struct rulegen *gen, struct buf *out);

/* ---- shared by rules and defaults ---- */

/* Takes one attribute that both know; *ret_taken says whether it was one. */
/* "30-32,35-" as bits. */
int gen_minors(const struct gen_line *line, struct str text, uint64_t *ret_minors) MUST_USE;
int gen_when(struct rulegen *gen, const struct gen_line *line, const struct gen_block *block,
             struct str word, struct rule_when *when, bool *ret_taken) MUST_USE;
/* First variant of a field, or NULL. */
const struct field *gen_field(const struct rulegen *gen, type_id type, struct str name);
/* The struct in lists and maps of it. */
type_id gen_element(const struct rulegen *gen, type_id type);
uint32_t gen_list(struct rulegen *gen, const struct str *texts, size_t n);
bool gen_is_attribute(struct str word);
int gen_function(const struct gen_functions *functions, const struct gen_line *line,
                 struct str name, uint16_t *ret_index) MUST_USE;
