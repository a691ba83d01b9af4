/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the compiler share. */
#pragma once

#include "doc/doc.h"
#include "schema/schema_text.h"

struct compile {
    struct arena *arena;
    struct schema_text *text;
    const struct node *openapi;
    const struct node *definitions;
    const struct node *discovery[2];
    minor_set bit; /* the minor that is merged */
};

/* kinds.txt from the definitions' group-version-kinds, the paths, and discovery. */
void compile_kinds(struct compile *compile);
