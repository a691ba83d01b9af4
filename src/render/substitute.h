/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ${VAR} in manifests, as Flux fills them in once a set is built (postBuild): the text of each
 * object with the functions of its fork of envsubst, then read again.
 *
 *   struct variables variables = {.by_name.arena = &arena};
 *   variables_put(&variables, STR("zone"), STR("eu-1"), true);
 *   substitute_docs(&arena, &variables, &docs, &diags);
 *
 * A variable without a value and without a default, or with a value that can't be told here (of a
 * Secret, or of an object that is not in the tree), makes the field unknown (NODE_UNKNOWN): nothing
 * is said about it. What is filled in keeps the place of the text that asked for it.
 *
 * Sources: fluxcd.io/flux/components/kustomize/kustomizations (post build variable substitution),
 * and the behaviour of fluxcd/pkg's envsubst and kustomize packages.
 *
 * Lifetime: new nodes and texts live in the arena. Of one thread; variables are only read.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "diag/diag.h"
#include "doc/doc.h"

struct variable {
    struct str value;
    bool is_known; /* false: there is one, but not to be told */
};

struct variables {
    struct map by_name; /* struct variable * */
    bool is_open;       /* there may be more, of objects that are not in the tree */
};

/* Replaces what has the name. Ends of lines are taken out of values, as Flux does. */
void variables_put(struct variables *variables, struct str name, struct str value, bool is_known);
/* Whether Flux takes it: letters, digits and _, no digit first. */
bool variable_is_name(struct str name);
/* NULL equals NULL only: without variables nothing is filled in. */
bool variables_eq(const struct variables *a, const struct variables *b);

enum substitute_result {
    SUBSTITUTE_DONE,
    SUBSTITUTE_UNKNOWN,
    SUBSTITUTE_BAD, /* Flux fails at it, and builds nothing */
};

/* One text. `ret_problem` says why it is bad; the text is not to be quoted with it. */
enum substitute_result substitute_text(struct arena *arena, const struct variables *variables,
                                       struct str text, struct str *ret_text,
                                       const char **ret_problem);

/* All documents of a file. What Flux would fail at is a finding, and stays as it is. */
void substitute_docs(struct arena *arena, const struct variables *variables, struct doc_list *docs,
                     struct diags *diags);
