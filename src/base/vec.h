/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable arrays: a struct with the members `items`, `n` and `cap`, on the heap or in an arena.
 *
 *   struct { struct span *items; size_t n, cap; } spans = {0};
 *   VEC_PUSH(&arena, &spans, ((struct span){0, 4}));   // in an arena: old arrays stay until its
 * end
 *
 * Growth doubles, so an arena array wastes at most as much as it holds.
 */
#pragma once

#include "base/arena.h"

/* Declares the members: struct spans { VEC(struct span); }; */
#define VEC(type)                                                                                  \
    type *items;                                                                                   \
    size_t n;                                                                                      \
    size_t cap

#define VEC_PUSH(arena, vec, ...)                                                                  \
    do {                                                                                           \
        if ((vec)->n == (vec)->cap)                                                                \
            (vec)->items = vec_grow((arena), (vec)->items, sizeof *(vec)->items, &(vec)->cap);     \
        (vec)->items[(vec)->n++] = (__VA_ARGS__);                                                  \
    } while (0)

/* The grown copy of an array of *cap items; *cap is doubled (8 at first). */
void *vec_grow(struct arena *arena, const void *items, size_t size,
               size_t *cap) MUST_USE RETURNS_NONNULL;
