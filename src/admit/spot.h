/* SPDX-License-Identifier: Apache-2.0 */
/* A value on the way down a walk, on the walker's stack. Both halves of the room have it. */
#pragma once

#include "doc/doc.h"
#include "schema/schema.h"

struct spot {
    struct path path;           /* path.node: the value, looked through aliases; NULL: absent */
    const struct node *written; /* the value as it stands there */
    struct span key;            /* of its key: where what is missing in it is reported */
    const struct node *old;     /* the same place before an update, or NULL */
    /* built-in types only: */
    const struct spot *up;     /* the struct, list or map that it is in */
    const struct field *field; /* how the struct above declares it; NULL for entries and the root */
    type_id type;
};
