/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reviewable text under schemas/: facts about the published API, each with the minors it holds
 * at. Used by `schemas compile`, which adds a minor, and by tools/schemagen, which makes the table.
 *
 *   minors.txt           28 29 30
 *   types/apps.v1.txt    a block a definition, a line a field: name, type, attributes
 *   enums.txt            a block a field, a line a value
 *   kinds.txt            a block a group-version, a line a kind: name, type, attributes
 *   lifecycle.txt        kept by hand: when APIs came and go, and what to use instead
 *
 * A fact may be followed by `@` and the minors it holds at: `@30-32,35-`. Without it the fact holds
 * wherever the fact above it holds (attribute < line < block < all minors). An open end reaches to
 * the newest or oldest compiled minor, so a new minor changes only the lines that it changes.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "diag/diag.h"

/* Bit m: 1.m. */
typedef uint64_t minor_set;

enum { MINOR_LIMIT = 64 };

static inline minor_set minor_bit(unsigned minor)
{
    return (minor_set)1 << minor;
}

struct fact_attr {
    struct str text;
    minor_set minors;
};

struct fact_line {
    struct str key; /* words with one blank between; a word with blanks is in double quotes */
    minor_set minors;
    struct fact_attrs {
        VEC(struct fact_attr);
    } attrs;
};

struct fact_block {
    struct str key; /* one word */
    minor_set minors;
    struct fact_lines {
        VEC(struct fact_line);
    } lines;
};

/* One file. */
struct facts {
    struct str package; /* types/...: the definitions' common prefix, without the last dot */
    struct map blocks;  /* key -> struct fact_block * */
};

struct lifecycle_row {
    struct str version; /* "apps/v1" */
    struct str kind;
    unsigned introduced, deprecated, removed; /* 0: unknown or not yet */
    struct str replacement;
    struct str note;
    bool namespaced; /* matters for kinds that no compiled minor has */
};

struct lifecycles {
    VEC(struct lifecycle_row);
    struct {
        VEC(struct str);
    } on_by_default; /* group-versions that are no stable ones and are served nevertheless */
};

/* All of schemas/. */
struct schema_text {
    struct arena *arena; /* borrowed */
    minor_set minors;
    struct map types; /* "apps.v1" -> struct facts * */
    struct facts enums;
    struct facts kinds;
    struct lifecycles lifecycles;
};

/* Words that a line's key has in each kind of file. */
enum { TYPE_LINE_WORDS = 2, ENUM_LINE_WORDS = 1, KIND_LINE_WORDS = 2 };

struct fact_block *fact_block_add(struct arena *arena, struct facts *facts,
                                  struct str key) RETURNS_NONNULL;
struct fact_line *fact_line_add(struct arena *arena, struct fact_block *block,
                                struct str key) RETURNS_NONNULL;
/* The attribute holds at these minors as well. */
void fact_attr_add(struct arena *arena, struct fact_line *line, struct str text, minor_set minors);
/* Nothing holds at a minor any more. */
void facts_forget(struct facts *facts, minor_set minor);
/* The file for a package, added when absent. */
struct facts *schema_text_types(struct schema_text *text, struct str package) RETURNS_NONNULL;
/* "apps.v1" of "io.k8s.api.apps.v1": the last part, with the one before it when it is a version. */
struct str package_short(struct str package);
bool version_is_stable(struct str version); /* v1, v2 */

/* A value as one word of a line, quoted when it needs it, and back. */
struct str fact_quote(struct arena *arena, struct str value);
struct str fact_unquote(struct arena *arena, struct str word);

/* An absent folder is an empty text. Results live in text->arena. */
int schema_text_read(struct schema_text *text, const char *folder, struct diags *diags) MUST_USE;
/* Writes what differs from the files that are there, and removes files of types that are gone.
 * lifecycle.txt is never written. */
int schema_text_write(const struct schema_text *text, const char *folder,
                      struct diags *diags) MUST_USE;
/* One file (schema_text_read.c), of any of the three kinds. */
int facts_read(struct arena *arena, struct source *source, size_t line_words, minor_set all,
               struct diags *diags, struct facts *ret_facts) MUST_USE;
void facts_write(struct buf *out, struct arena *arena, const struct facts *facts, minor_set all);
int lifecycles_read(struct arena *arena, struct source *source, struct diags *diags,
                    struct lifecycles *ret_lifecycles) MUST_USE;
