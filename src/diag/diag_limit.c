/* SPDX-License-Identifier: Apache-2.0 */
/* One mistake that is made over and over in one object: enough is told. */
#include "diag/diag.h"

#include "base/map.h"

struct tally {
    size_t n;
    struct diag rest; /* the first of those over the limit */
};

/* In the order of their first findings. */
struct tallies {
    VEC(struct tally *);
};

/*
 * The rest as one finding about the object: an ignored line among them must not hide the others. A
 * number that differs makes another fingerprint, so a mistake more than at the base is new.
 */
static void add_rest(struct diags *diags, const struct tally *tally, size_t max, struct span object)
{
    struct diag rest = tally->rest;
    rest.span = object;
    rest.field = rest.hint = STR("");
    rest.related = (struct diag_relateds){0};
    rest.message = str_format(&diags->arena, "%zu more findings of %s in this object are left out",
                              tally->n - max, rest.rule->id);
    rest.identity = str_format(&diags->arena, "%zu more", tally->n - max);
    VEC_PUSH(&diags->arena, diags, rest);
}

void diags_limit_each_rule(struct diags *diags, size_t first, size_t max, struct span object)
{
    struct arena arena SCOPED(arena) = {0};
    struct map tallies = {.arena = &arena};
    struct tallies order = {0};
    size_t kept = first;
    if (diags->n - first <= max)
        return;
    for (size_t i = first; i < diags->n; i++) {
        void **slot = map_slot(&tallies, str_from(diags->items[i].rule->id));
        if (!*slot) {
            *slot = ARENA_NEW(&arena, struct tally);
            VEC_PUSH(&arena, &order, *slot);
        }
        struct tally *tally = *slot;
        if (tally->n++ < max)
            diags->items[kept++] = diags->items[i];
        else if (tally->n == max + 1)
            tally->rest = diags->items[i];
    }
    diags->n = kept;
    for (size_t i = 0; i < order.n; i++)
        if (order.items[i]->n > max)
            add_rest(diags, order.items[i], max, object);
}
