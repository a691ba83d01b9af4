/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "base/buf.h"
#include "edit/edit.h"

/* ---- edit_patch.c: patches as JSON, the form in which findings keep them ---- */

struct str edit_patch_write(struct arena *arena, const struct edit_patch *patch);
/* Of text that edit_patch_write made. */
void edit_patch_read(struct arena *arena, struct str json, struct edit_patch *ret_patch);

/* ---- edit_style.c: how a document is written ---- */

struct edit_style {
    struct str newline;
    uint32_t map_step;  /* columns of a map below its key */
    uint32_t list_step; /* columns of a list below its key */
    uint32_t dash_step; /* columns from a dash to what follows it */
    bool single_quotes; /* rather than double ones */
    bool json;
    bool tabs;        /* of collections in brackets on several lines */
    bool colon_blank; /* a blank behind colons and commas of flow collections */
};

struct edit_style edit_style_of(const struct doc *doc);

/* ---- edit_render.c: values as text in that style ---- */

/* Whether the value fits behind its key on one line, whatever it is. */
bool edit_is_inline(const struct node *value);
/* Such a value; quoted as what stood there, of style `like`, when both are text. */
void edit_render_inline(struct buf *out, const struct edit_style *style, const struct node *value,
                        enum node_style like);
/* A map or list that is not empty, or text of several lines; it begins in this column, where the
 * caller is already. */
void edit_render_block(struct buf *out, const struct edit_style *style, const struct node *value,
                       uint32_t column);
/* One entry of a map whose keys are in this column. */
void edit_render_entry(struct buf *out, const struct edit_style *style, const struct node *key,
                       const struct node *value, uint32_t column);
/* A text of several lines as a literal block: its header, and its lines, each after a line break.
 * False when it can't be one. */
bool edit_render_literal(struct arena *arena, const struct edit_style *style, struct str text,
                         uint32_t column, struct str *ret_header, struct str *ret_lines);
/* Inside of brackets: on one line, or with `indent` (blanks of the line of the collection) on as
 * many as it needs. */
void edit_render_flow(struct buf *out, const struct edit_style *style, const struct node *value,
                      const struct str *indent);
void edit_render_flow_key(struct buf *out, const struct edit_style *style, const struct node *key);

/* ---- edit_align.c: which items of two lists are the same ---- */

enum edit_step_kind {
    STEP_KEEP,
    STEP_CHANGE, /* the old item becomes the new one */
    STEP_REMOVE,
    STEP_INSERT,
};

struct edit_step {
    enum edit_step_kind kind;
    uint32_t old;            /* index; of an insert: of nothing */
    const struct node *item; /* new */
};

struct edit_steps {
    VEC(struct edit_step);
};

/* From an old list to a new one, in order. */
void edit_align(struct arena *arena, const struct node *old, const struct node *new,
                struct edit_steps *ret_steps);

/* ---- edit_text.c: from one tree to another as edits ---- */

struct editor {
    struct arena *arena;
    const struct edit_style *style;
    struct str text;
    struct diag_edits *edits;
    struct str reason; /* not empty: it can't be done */
};

/* Where a value stands. */
struct slot {
    uint32_t after;  /* byte behind the ':' or '-', where the value may begin */
    uint32_t column; /* of the key or the dash */
    bool in_list;
    bool in_flow;
};

void edit_refuse(struct editor *ed, const char *why);
void edit_put(struct editor *ed, uint32_t start, uint32_t end, struct str text);
void edit_change(struct editor *ed, struct slot slot, const struct node *old,
                 const struct node *new);
/* The new key that a key which goes is renamed to, because it alone comes with the same value. */
const struct node *edit_renamed(const struct node *old, const struct node *new, struct entry gone);
/* edit_flow.c: of collections in brackets that stay what they are. */
void edit_change_flow(struct editor *ed, const struct node *old, const struct node *new);
/* edit_replace.c: one value by another, whatever both are. */
void edit_replace_value(struct editor *ed, struct slot slot, const struct node *old,
                        const struct node *new);

/* ---- edit_place.c: finding one's way in the text ---- */

uint32_t edit_line_start(struct str text, uint32_t at);
uint32_t edit_column(struct str text, uint32_t at);
/* The end of the line without its break. */
uint32_t edit_line_end(struct str text, uint32_t at);
/* The start of the next line, or the end of the text. */
uint32_t edit_next_line(struct str text, uint32_t at);
/* Whether only blanks stand before the byte in its line. */
bool edit_is_first(struct str text, uint32_t at);
/* Behind blanks, within the line. */
uint32_t edit_skip_blanks(struct str text, uint32_t at);
/* Behind blanks, line breaks and, unless it is JSON, comments. */
uint32_t edit_skip_nothing(struct str text, uint32_t at);
/* The byte behind the colon of a key, or 0 when it is not where it is expected. */
uint32_t edit_after_colon(struct str text, const struct node *key);
uint32_t edit_end_of(const struct node *value, uint32_t after);
/* Where the next entry would begin: behind the line in which a value ends, and behind the empty
 * lines that a block scalar with "+" has at its end. */
uint32_t edit_line_behind(struct str text, const struct node *value, uint32_t after);

/* ---- edit_prove.c ---- */

/* What proofs compare with: the document read by itself, once for all fixes of it. Zero with an
 * arena that lives as long is valid. */
struct edit_alone {
    struct arena *arena;
    const struct doc *of;
    struct str text;
    bool is_same; /* it means alone what it means in its file */
    size_t findings;
};
/* As edit_text, of the object that starts at a byte. */
bool edit_text_at(struct arena *arena, struct edit_alone *alone, const struct doc *doc,
                  uint32_t start, const struct edit_patch *patch, struct diag_edits *ret_edits,
                  struct str *ret_reason);
/* The document that has the byte, NULL when none has. */
const struct doc *edit_doc_at(const struct doc_list *docs, uint32_t at);
/* The text of one document alone; false when it does not mean the same alone. */
bool edit_read_alone(struct arena *arena, struct str text, struct doc *ret_doc,
                     size_t *ret_findings);
/* The path of an object in its document: "" or "/items/3". False when it is none of it. */
bool edit_find_object(struct arena *arena, const struct node *doc_root, uint32_t start,
                      struct str *ret_path);
/* The patch of an object as one of its document. */
struct edit_patch edit_patch_below(struct arena *arena, const struct edit_patch *patch,
                                   struct str path);
