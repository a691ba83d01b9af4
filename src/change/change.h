/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change: pairs the objects of two sides by identity, never by path: a moved file is no change, a
 * rename is a delete and a create. Objects with generateName have no identity and pair by equality
 * of their content only.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "object/object.h"

struct change {
    const struct object *old; /* NULL: created */
    const struct object *new; /* NULL: deleted */
    bool same;                /* both there, and equal as JSON */
};

struct change_set {
    VEC(struct change); /* new side in its order, then what was deleted, in the old side's order */
};

void change_pair(struct arena *arena, const struct object_set *old, const struct object_set *new,
                 struct change_set *ret_changes);
