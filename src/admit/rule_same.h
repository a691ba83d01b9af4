/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether two values are the same to the server, as apimachinery's Semantic.DeepEqual has it:
 * quantities by value, absent and empty as one. But a struct or number behind a pointer is not the
 * same when it is empty as when there is none. The published schema does not say which are, so
 * rule_same.c has their names.
 */
#pragma once

#include "doc/doc.h"
#include "schema/schema.h"

/* A field of a type, by their names, that is not compared. */
struct same_but {
    const char *type;
    const char *field;
};

/* Either may be NULL. `but` ends with a NULL type, or is NULL. */
bool same_value(type_id type, const struct node *a, const struct node *b,
                const struct same_but *but);
