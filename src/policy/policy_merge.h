/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merging what an ApplyConfiguration gives into an object, as structured-merge-diff does it for
 * mutating admission policies (patch/smd.go): maps and structs by key, lists of type map and set by
 * their entries; what is atomic is refused, so that nothing goes by mistake.
 *
 *   policy_shape.c  what the schema says of a value
 *   policy_merge.c  checking and merging
 */
#pragma once

#include "doc/doc.h"
#include "schema/schema.h"

/* ---- shapes: schemas of both worlds as structured-merge-diff sees them ---- */

enum shape_world { SHAPE_BUILTIN, SHAPE_CUSTOM, SHAPE_DEDUCED, SHAPE_UNTYPED };

struct shape {
    enum shape_world world;
    type_id type;              /* built-in */
    const struct field *field; /* that has it; NULL: an entry, or the root */
    const struct structural *schema;
    bool is_root;
    bool preserves; /* custom, below x-kubernetes-preserve-unknown-fields */
    unsigned minor;
};

enum shape_scalar { SCALAR_NONE, SCALAR_NUMERIC, SCALAR_STRING, SCALAR_BOOLEAN, SCALAR_UNTYPED };

struct shape_atoms {
    enum shape_scalar scalar;
    bool is_list, is_map;
    bool atomic_list, atomic_map;
};

struct shape shape_of_kind(const struct kind_info *kind, unsigned minor);
struct shape_atoms shape_atoms(const struct shape *shape);
/* False when the schema has no such field; is_declared: a field, not just any key of a map. */
bool shape_below(const struct shape *shape, struct str name, struct shape *ret_below,
                 bool *ret_declared);
struct shape shape_item(const struct shape *shape);
/* Keys of a list of type map; 0: a set. */
size_t shape_keys(const struct shape *shape, struct str *out, size_t max);
/* What an entry has under a key that it leaves out, or NULL. */
const struct node *shape_key_default(struct arena *arena, const struct shape *list, struct str key);

/* ---- merging ---- */

struct merge_input {
    struct arena *arena;
    struct shape shape;
    const struct node *live, *patch;
    uint8_t origin; /* of what it makes (doc_patch.h) */
};

/* NULL with the server's words when it is refused. The live tree is not changed. */
const struct node *policy_merge(const struct merge_input *input, struct str *ret_error);
