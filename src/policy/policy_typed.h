/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds as types of the expression language, as the type checker of policies sees them:
 * SchemaDeclType of apiserver/pkg/cel/common/schemas.go over published schemas.
 *
 * What a schema gives no single type (quantities, free-form JSON) it does not see at all. It sees
 * one type at two places as two types, below itself a type as an object without fields, and times
 * and bytes where expressions get their text. So there is a second way to see a kind, as it is at
 * runtime: `is_lenient`.
 */
#pragma once

#include "policy/policy_internal.h"

struct typed_view {
    struct arena *arena; /* borrowed */
    const struct schema_view *view;
    bool is_lenient; /* what the checker does not see may be anything */
};

/* The type of a kind that was found with schema_find_kind(); NULL when it has no schema. */
const struct cel_type *typed_kind(const struct typed_view *view, const struct kind_info *kind);

/* ---- checking (policy_typecheck.c) ---- */

/* Ways to see a kind. */
enum typed_as { AS_CHECKED, AS_RUN, AS_ANYTHING, TYPED_VIEWS };

struct typed_candidate {
    struct kind_info info;
    const struct cel_env *envs[TYPED_VIEWS]; /* made on first use */
};

struct typecheck {
    struct arena *arena;
    const struct node *root; /* of the policy or rule */
    const struct source *text;
    const struct node *variables, *param_kind;
    const struct cel_env *base;
    struct typed_view views[TYPED_VIEWS];
    struct {
        VEC(struct typed_candidate);
    } kinds;
    /* A rule of tidegate is wrong only where it fits none of its kinds. */
    bool is_rule, on_pods, has_params;
    struct diags *diags;
};

struct typecheck typecheck_make(struct arena *arena, const struct schema_view *view,
                                const struct node *root, struct diags *diags);
const struct cel_env *typecheck_env(struct arena *arena, const struct schema_view *view);
/* A list of validations. */
void typecheck_validations(const struct typecheck *check, const struct node *validations);
