/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_value: values of the language as nodes of a tree, as the server (pkg/cel/mutation) makes
 * JSON of them, or the values of a structured merge; and those of a rule's fix.
 *
 *   struct policy_value v = {.arena = arena, .run = &run, .use = VALUE_OF_PATCH};
 *   struct node *node = policy_value_node(&v, value);
 *   if (v.error.n) ... what the server says of a value that it can't take
 *
 * Nodes live in the arena, with copies of their texts.
 */
#pragma once

#include "cel/cel_library.h"

enum value_use {
    VALUE_OF_PATCH, /* JSON of protocol buffers: large integers are text */
    VALUE_OF_MERGE, /* only values that a structured merge knows */
    VALUE_OF_FIX,   /* what stands in a file is kept as it is written */
};

struct policy_value {
    struct arena *arena;
    struct cel_run *run;
    enum value_use use;
    struct str error; /* empty: none */
    bool panics;      /* the server does, at an Object in a list or map of a patch */
    size_t nodes;
    unsigned depth;
};

/* Never NULL; a null when it can't be said. */
struct node *policy_value_node(struct policy_value *v, struct cel_value value);
/* Whether it is an Object{} of the expression. */
bool policy_value_is_object(struct cel_value value);
