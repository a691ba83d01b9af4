/* SPDX-License-Identifier: Apache-2.0 */
/* Which items of two lists are the same: the longest common subsequence of the part between an
 * equal start and an equal end. */
#include "edit/edit_internal.h"

enum { CELLS_MAX = 1 << 20 }; /* above that, what is between is compared by position */

struct align {
    struct arena *arena;
    const struct node **old, **new;
    uint32_t old_n, new_n;
    struct edit_steps *steps;
};

static const struct node **items_of(struct arena *arena, const struct node *list)
{
    const struct node **items = ARENA_ARRAY(arena, const struct node *, (size_t)list->n + 1);
    for (struct item it = list_first(list); it.value; it = list_next(it))
        items[it.index] = it.value;
    return items;
}

static void step(struct align *a, enum edit_step_kind kind, uint32_t old, uint32_t new)
{
    VEC_PUSH(a->arena, a->steps,
             ((struct edit_step){kind, old, kind == STEP_REMOVE ? NULL : a->new[new]}));
}

/* Items of which none is the same: by position, and what one side has more. */
static void gap(struct align *a, uint32_t old, uint32_t old_end, uint32_t new, uint32_t new_end)
{
    while (old < old_end && new < new_end)
        step(a, STEP_CHANGE, old++, new ++);
    while (old < old_end)
        step(a, STEP_REMOVE, old++, 0);
    while (new < new_end)
        step(a, STEP_INSERT, 0, new ++);
}

/* table[i][j]: how many are common from old[i] and new[j] on. */
static uint32_t *common_table(struct align *a, uint32_t start, uint32_t rows, uint32_t columns)
{
    const size_t width = (size_t)columns + 1;
    uint32_t *table = ARENA_ARRAY(a->arena, uint32_t, size_mul((size_t)rows + 1, width));
    for (uint32_t i = rows; i-- > 0;)
        for (uint32_t j = columns; j-- > 0;) {
            const bool same = node_equal(a->old[start + i], a->new[start + j]);
            const uint32_t *below = &table[(i + 1) * width];
            uint32_t *row = &table[i * width];
            row[j] = same ? below[j + 1] + 1 : MAX_OF(below[j], row[j + 1]);
        }
    return table;
}

static void middle(struct align *a, uint32_t start, uint32_t old_end, uint32_t new_end)
{
    const uint32_t rows = old_end - start, columns = new_end - start;
    if (!rows || !columns || (uint64_t)rows * columns > CELLS_MAX) {
        gap(a, start, old_end, start, new_end);
        return;
    }
    const size_t width = (size_t)columns + 1;
    const uint32_t *table = common_table(a, start, rows, columns);
    uint32_t i = 0, j = 0, old = 0, new = 0; /* old and new: where the gap began */
    while (i < rows && j < columns) {
        if (node_equal(a->old[start + i], a->new[start + j])) {
            gap(a, start + old, start + i, start + new, start + j);
            step(a, STEP_KEEP, start + i++, start + j++);
            old = i;
            new = j;
        } else if (table[(i + 1) * width + j] >= table[i * width + j + 1]) {
            i++;
        } else {
            j++;
        }
    }
    gap(a, start + old, old_end, start + new, new_end);
}

void edit_align(struct arena *arena, const struct node *old, const struct node *new,
                struct edit_steps *ret_steps)
{
    struct align a = {.arena = arena,
                      .old = items_of(arena, old),
                      .new = items_of(arena, new),
                      .old_n = old->n,
                      .new_n = new->n,
                      .steps = ret_steps};
    uint32_t start = 0, end = 0;
    while (start < a.old_n && start < a.new_n && node_equal(a.old[start], a.new[start])) {
        step(&a, STEP_KEEP, start, start);
        start++;
    }
    while (end < a.old_n - start && end < a.new_n - start &&
           node_equal(a.old[a.old_n - 1 - end], a.new[a.new_n - 1 - end]))
        end++;
    middle(&a, start, a.old_n - end, a.new_n - end);
    for (; end > 0; end--)
        step(&a, STEP_KEEP, a.old_n - end, a.new_n - end);
}
