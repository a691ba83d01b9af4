/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks grow from 4 KiB to 8 MiB, so a small document costs one page and a large one few calls of
 * malloc. Large blocks ask for huge pages: most of the time that a plain page costs goes into
 * faulting it in. What is large against the next block gets a block of its own behind the head, so
 * that the rest of the head is not lost. With TIDEGATE_ARENA_MALLOC every block holds one
 * allocation.
 */
#include "base/arena.h"

#include <sys/mman.h>

enum {
    BLOCK_FIRST = 4 << 10,
    BLOCK_GROWTH = 4,
    BLOCK_LAST = 8 << 20,
    BLOCK_SHARE = 4,     /* more than this part of a block is too large for it */
    HUGE_PAGE = 2 << 20, /* on x86-64, and on arm64 with pages of 4 KiB */
    ALIGNMENT = _Alignof(max_align_t),
};

struct arena_block {
    struct arena_block *next; /* owned */
    size_t size;              /* of the memory behind this header */
    _Alignas(max_align_t) char memory[];
};

#ifdef TIDEGATE_ARENA_MALLOC

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = xmalloc(size_add(sizeof *block, size));
    block->next = NULL;
    block->size = size;
    return block;
}

static char *allocate(struct arena *arena, size_t n)
{
    struct arena_block *block = block_new(n);
    block->next = arena->head;
    arena->head = block;
    arena->used += n;
    return block->memory;
}

void *arena_alloc(struct arena *arena, size_t n)
{
    char *p = allocate(arena, n);
    memset(p, 0, n);
    return p;
}

char *arena_alloc_text(struct arena *arena, size_t n)
{
    return allocate(arena, n);
}

#else

/* Aligned, because only whole huge pages count. Where there are none, the advice is for nothing. */
static struct arena_block *huge_new(size_t size)
{
    struct arena_block *block = aligned_alloc(HUGE_PAGE, size);
    if (!block)
        memory_exhausted(size);
    madvise(block, size, MADV_HUGEPAGE);
    return block;
}

static struct arena_block *block_new(size_t size)
{
    size_t whole = size_add(sizeof(struct arena_block), size);
    bool huge = whole >= HUGE_PAGE / 2;
    if (huge)
        whole = size_add(whole, -whole & (HUGE_PAGE - 1));
    struct arena_block *block = huge ? huge_new(whole) : xmalloc(whole);
    block->next = NULL;
    block->size = whole - sizeof *block;
    return block;
}

/* Size of the next common block. What is large brings large blocks, so that it needs none of its
 * own unless it is larger than most documents. */
static size_t next_size(const struct arena *arena, size_t n)
{
    const size_t max = BLOCK_LAST - sizeof(struct arena_block);
    size_t size = arena->head ? arena->head->size : BLOCK_FIRST / BLOCK_GROWTH;
    do
        size *= BLOCK_GROWTH;
    while (size < max && n > size / BLOCK_SHARE);
    return MIN_OF(size, max);
}

/* A block of its own goes behind the head; a common block becomes the head. */
static char *allocate_slow(struct arena *arena, size_t n)
{
    size_t size = next_size(arena, n);
    bool alone = n > size / BLOCK_SHARE;
    arena->used += n;
    if (alone && arena->head) {
        struct arena_block *own = block_new(n);
        own->next = arena->head->next;
        arena->head->next = own;
        return own->memory;
    }
    struct arena_block *block = block_new(alone ? size_add(n, size) : size);
    block->next = arena->head;
    arena->head = block;
    arena->next = block->memory + n;
    arena->left = block->size - n;
    return block->memory;
}

/* Nothing takes a byte, so that its address is nobody else's. */
void *arena_alloc(struct arena *arena, size_t n)
{
    size_t skip = -(uintptr_t)arena->next & (ALIGNMENT - 1);
    n += n == 0;
    if (__builtin_expect(arena->left < skip || arena->left - skip < n, 0))
        return memset(allocate_slow(arena, n), 0, n);
    char *p = arena->next + skip;
    arena->next = p + n;
    arena->left -= skip + n;
    arena->used += n;
    return memset(p, 0, n);
}

char *arena_alloc_text(struct arena *arena, size_t n)
{
    n += n == 0;
    if (__builtin_expect(arena->left < n, 0))
        return allocate_slow(arena, n);
    char *p = arena->next;
    arena->next = p + n;
    arena->left -= n;
    arena->used += n;
    return p;
}

#endif

void *arena_dup(struct arena *arena, const void *p, size_t n)
{
    void *copy = arena_alloc(arena, n);
    if (n > 0)
        memcpy(copy, p, n);
    return copy;
}

void arena_release(struct arena *arena)
{
    struct arena_block *block = arena->head;
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct arena){0};
}

void arena_take(struct arena *dst, struct arena *src)
{
    if (!src->head || dst == src)
        return;
    size_t used = dst->used + src->used;
    struct arena_block *tail = src->head;
    while (tail->next)
        tail = tail->next;
    if (!dst->head || src->left > dst->left) { /* the roomier head stays in front */
        tail->next = dst->head;
        *dst = *src;
    } else {
        tail->next = dst->head->next;
        dst->head->next = src->head;
    }
    dst->used = used;
    *src = (struct arena){0};
}
