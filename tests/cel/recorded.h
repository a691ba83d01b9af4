/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cel/cel_library.h"

/* The type of a structural schema, as SchemaDeclType of the API server makes it: for rules of
 * CRDs, with the sizes that estimates use. Lives in the arena, and borrows the schema. */
const struct cel_type *recorded_type(struct arena *arena, const struct node *schema,
                                     struct str name);
