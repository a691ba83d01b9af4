/* SPDX-License-Identifier: Apache-2.0 */
/* Short names for the tables of functions; included by cel_lib_*.c only, because they are short. */
#pragma once

#include "cel/cel_cost.h"
#include "cel/cel_library.h"

#define LIBRARY_ROWS(array) (array), sizeof(array) / sizeof(array)[0]
#define PARAMS(...)                                                                                \
    (sizeof((const struct cel_type *[]){__VA_ARGS__}) / sizeof(const struct cel_type *)),          \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define NO_PARAMS                                                                                  \
    0,                                                                                             \
    {                                                                                              \
        0                                                                                          \
    }

/* Types for rows. A and B are type parameters. */
#define DYN       &cel_type_dyn
#define NULL_TYPE &cel_type_null
#define BOOL      &cel_type_bool
#define INT       &cel_type_int
#define UINT      &cel_type_uint
#define DOUBLE    &cel_type_double
#define STRING    &cel_type_string
#define BYTES     &cel_type_bytes
#define TIMESTAMP &cel_type_timestamp
#define DURATION  &cel_type_duration
#define TYPE      &cel_type_type
#define A         &cel_type_a
#define B         &cel_type_b
#define LIST_A    &cel_type_list_a
#define MAP_AB    &cel_type_map_ab
#define OPT_A     &cel_type_optional_a
#define OPT_B     &cel_type_optional_b
/* A list of a fixed type, for a row: LIST_OF(list_int, INT) at file level, then &list_int. */
#define LIST_OF(variable, item)                                                                    \
    static const struct cel_type *const variable##_params[] = {item};                              \
    static const struct cel_type variable = {                                                      \
        .kind = CEL_LIST, .n = 1, .name = {"list", 4}, .params = variable##_params}
