/* SPDX-License-Identifier: Apache-2.0 */
/* Growth of arrays: in an arena as a copy, on the heap (no arena) as a realloc. */
#include "base/vec.h"

enum { VEC_FIRST = 8 };

void *vec_grow(struct arena *arena, const void *items, size_t size, size_t *cap)
{
    size_t old = *cap;
    *cap = old > 0 ? size_mul(old, 2) : VEC_FIRST;
    if (!arena) /* the heap array is owned by the vector, const only in passing */
        return xrealloc((void *)(uintptr_t)items, size_mul(*cap, size));
    void *grown = arena_alloc(arena, size_mul(*cap, size));
    if (old > 0)
        memcpy(grown, items, old * size);
    return grown;
}
