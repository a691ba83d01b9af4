/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds as types of the expression language, as the type checker of policies sees them:
 * SchemaDeclType of apiserver/pkg/cel/common/schemas.go over published schemas.
 *
 * What a schema gives no single type (quantities, free-form JSON) it does not see at all. It sees
 * one type at two places as two types, and below itself a type as an object without fields. At
 * runtime all of that works, so there is a second way to see a kind: `is_lenient`.
 */
#pragma once

#include "cel/cel.h"
#include "schema/schema.h"

struct typed_view {
    struct arena *arena; /* borrowed */
    const struct schema_view *view;
    bool is_lenient; /* what the checker does not see may be anything */
};

/* The type of a kind that was found with schema_find_kind(); NULL when it has no schema. */
const struct cel_type *typed_kind(const struct typed_view *view, const struct kind_info *kind);
