/* SPDX-License-Identifier: Apache-2.0 */
/* What the files substitute*.c share. */
#pragma once

#include "render/substitute.h"

/* A value on its way through the functions of ${…}. */
struct piece {
    struct str text;
    bool is_known;
};

/* substitute_function.c: what stands behind the name, as ":=" or "##", with its arguments. */
struct function_call {
    struct str name; /* "": the value itself */
    bool is_length;  /* ${#VAR} */
    struct piece args[2];
    unsigned n;
};
struct piece function_apply(struct arena *arena, const struct function_call *call,
                            struct piece value);
