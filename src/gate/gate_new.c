/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New findings = findings(head) - findings(base), counted: two of a kind at the base excuse two at
 * the head. Equality is the fingerprint (set, rule, object, field by list keys), never path or
 * line.
 */
#include "base/map.h"
#include "gate/gate_internal.h"

static struct str fingerprint(struct arena *arena, const struct diag *diag)
{
    char hex[33];
    diag_fingerprint(diag, hex);
    return str_dup(arena, str_from(hex));
}

void gate_mark_preexisting(struct gate_run *run)
{
    struct arena arena SCOPED(arena) = {0};
    struct map counts = {.arena = &arena};
    struct diags *base = &run->sides->base.diags;
    struct diags *head = &run->sides->head.diags;
    for (size_t i = 0; i < base->n; i++) {
        void **slot = map_slot(&counts, fingerprint(&arena, &base->items[i]));
        if (!*slot)
            *slot = ARENA_NEW(&arena, size_t);
        ++*(size_t *)*slot;
    }
    /* In a stable order, so that of several equals always the same one counts as new. */
    diags_sort(head);
    for (size_t i = 0; i < head->n; i++) {
        size_t *count = map_get(&counts, fingerprint(&arena, &head->items[i]));
        if (!count || !*count)
            continue;
        --*count;
        if (head->items[i].state == DIAG_NEW)
            head->items[i].state = DIAG_PREEXISTING;
    }
}
