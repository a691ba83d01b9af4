/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is freed at once: one arena per document, per findings list, per request. Nothing
 * inside an arena is freed alone. Zero is a valid empty arena. Debug builds (TIDEGATE_ARENA_MALLOC)
 * give each allocation a malloc of its own, so that sanitizers see every overrun.
 *
 *   struct arena a = {0};
 *   struct thing *t = ARENA_NEW(&a, struct thing);
 *   arena_release(&a);
 *
 * An arena belongs to one thread at a time.
 */
#pragma once

#include "base/base.h"

struct arena_block;

struct arena {
    struct arena_block *head; /* owned */
    char *next;               /* first free byte of the head block */
    size_t left;
    size_t used; /* bytes handed out, for limits and statistics */
};

/* Zeroed memory, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t n) MUST_USE RETURNS_NONNULL;
/* Uninitialised memory with alignment 1, for text. */
char *arena_alloc_text(struct arena *arena, size_t n) MUST_USE RETURNS_NONNULL;
void *arena_dup(struct arena *arena, const void *p, size_t n) MUST_USE RETURNS_NONNULL;
/* Frees everything; the arena is empty and usable again. */
void arena_release(struct arena *arena);
/* Moves everything that src owns to dst; src is empty afterwards. */
void arena_take(struct arena *dst, struct arena *src);

#define ARENA_NEW(arena, type)      ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), size_mul(sizeof(type), (n))))

static inline void arena_scoped(struct arena *arena)
{
    arena_release(arena);
}
