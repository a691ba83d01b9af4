/* SPDX-License-Identifier: Apache-2.0 */
/* The notation of the conformance tests: types and values. Mistakes in it end the program. */
#pragma once

#include "cel/cel_library.h"

/* "map(string, list($T))" */
const struct cel_type *conformance_type(struct arena *arena, struct str text);
/* {"int": "-5"}, {"list": [...]}, ... */
struct cel_value conformance_value(struct cel_run *run, const struct node *node);
/* Equal in kind and value; NaN equals NaN, maps in any order. */
bool conformance_same(struct cel_run *run, struct cel_value a, struct cel_value b);
/* Functions that a test declares, without implementation. */
void conformance_functions(struct arena *arena, struct cel_env *env,
                           const struct node *declaration);
