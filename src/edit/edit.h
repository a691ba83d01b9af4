/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit: changes to a tree as changes of the text that it was read from. Comments, quotes,
 * indentation and line ends that a change is not about stay as they are.
 *
 * Flow: a stage that finds something gives the finding its mending, as a JSON Patch of the object;
 * once all findings are there, patches become text edits, and what can't be one is dropped.
 *
 *   struct edit_patch patch = {.defaulted = true};
 *   VEC_PUSH(&arena, &patch, (struct edit_op){EDIT_REPLACE, STR("/spec/replicas"), node});
 *   edit_fix(diags, diag, root, &patch, STR("raise spec.replicas"));       // cheap
 *   edit_realize(&all);                                 // diag->fix->edits, or no fix any more
 *
 * Soundness: a text edit is given only when the edited text, read again, is the tree that the patch
 * makes of the old tree. What would change more (the anchor behind an alias, a merged entry) is
 * refused with a reason.
 * A key that goes while another comes with the same value is renamed where it stands.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"
#include "diag/diag.h"
#include "doc/doc.h"

/* order: edit_kind_names */
enum edit_kind {
    EDIT_ADD,     /* to a map: sets the key; to a list: before the index, or at "-" */
    EDIT_REPLACE, /* what is there */
    EDIT_REMOVE,
    EDIT_TEST, /* the patch is refused when the value is another */
};

/* "add", "replace", "remove", "test"; false for anything else. */
bool edit_kind_parse(struct str name, enum edit_kind *ret_kind);

struct edit_op {
    enum edit_kind kind;
    struct str path;          /* a JSON Pointer (RFC 6901): /spec/template/metadata/labels/a~1b */
    const struct node *value; /* add, replace, test */
};

/* A JSON Patch (RFC 6902) without move and copy. Borrowed for the call everywhere. */
struct edit_patch {
    VEC(struct edit_op);
    /* It was written for the object with the server's defaults, which the file may leave out: maps
     * on the way to what is added are made (also in the place of null), and to replace what is not
     * there adds it. */
    bool defaulted;
};

/*
 * Gives a finding its mending. `root` is the object, as read or a copy (its start counts), in
 * diag->source; the list's arena keeps all that is needed. `summary` is one line: what is done.
 * diag may be NULL; an empty patch gives no fix.
 */
void edit_fix(struct diags *diags, struct diag *diag, const struct node *root,
              const struct edit_patch *patch, struct str summary);
/* Fills fix->edits of all new findings. A fix that can't be made loses its finding. One thread. */
void edit_realize(struct diags *diags);

/* A field path as a JSON Pointer. */
struct str edit_pointer(struct arena *arena, const struct path *path);

/* ---- one by one ---- */

/* The tree that the patch makes, in the arena; NULL with a reason when it does not apply. */
struct node *edit_tree(struct arena *arena, const struct node *root, const struct edit_patch *patch,
                       struct str *ret_reason);
/* What the patch makes of the text of a document, whose object `root` is (the document's root, or
 * an item of a List). Sorted, not overlapping. False with a reason when it can't be done. */
bool edit_text(struct arena *arena, const struct doc *doc, const struct node *root,
               const struct edit_patch *patch, struct diag_edits *ret_edits,
               struct str *ret_reason);
/* A text with edits made. */
struct str edit_apply(struct arena *arena, struct str text, const struct diag_edits *edits);

/* ---- files ---- */

/*
 * The fixes of many findings of one file, one after the other, each on the text as the fixes before
 * it left it. What touches the same values as a fix before it is left for another run.
 */
struct edit_file;

struct edit_file *edit_file_new(struct source *source) MUST_USE RETURNS_NONNULL;
/* Whether the fix was made, or was made before by an equal one. */
bool edit_file_add(struct edit_file *file, const struct diag_fix *fix);
/* The text with all of them, which lives as long as the file. False when the file as a whole would
 * not mean what it is meant to: then nothing may be changed. */
bool edit_file_text(struct edit_file *file, struct str *ret_text) MUST_USE;
void edit_file_free(struct edit_file *file);
