/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New findings = findings(head) - findings(base), counted: two of a kind at the base excuse two at
 * the head. Equality is the fingerprint (set, rule, object, field by list keys), never path or
 * line. Only of several equals the one in the same file, and with the same words, is excused first:
 * so what is told is about the file that changed, whatever else was read. What an update may not
 * change has no equal at the base, where nothing was updated.
 */
#include "base/map.h"
#include "gate/gate_internal.h"

enum level { SAME_WORDS, SAME_FILE, SAME_FINGERPRINT, LEVELS };

struct finding {
    struct diag *diag; /* borrowed */
    struct str fingerprint;
    bool paired;
};

struct findings {
    struct finding *items;
    size_t n;
};

/* Findings of the base that have one key. */
struct equals {
    VEC(struct finding *);
    size_t taken;
};

static struct findings collect(struct arena *arena, struct diags *diags)
{
    struct findings findings = {.items = ARENA_ARRAY(arena, struct finding, diags->n)};
    for (size_t i = 0; i < diags->n; i++) {
        char hex[33];
        diag_fingerprint(&diags->items[i], hex);
        findings.items[findings.n++] = (struct finding){
            .diag = &diags->items[i], .fingerprint = str_dup(arena, str_from(hex))};
    }
    return findings;
}

static struct str key_of(struct arena *arena, const struct finding *finding, enum level level)
{
    if (level == SAME_FINGERPRINT)
        return finding->fingerprint;
    const struct source *source = finding->diag->source;
    struct str path = source ? source->path : (struct str){0};
    struct str words = level == SAME_WORDS ? finding->diag->message : (struct str){0};
    return str_format(arena, "%.*s %.*s\n%.*s", STR_FMT(finding->fingerprint), STR_FMT(path),
                      STR_FMT(words));
}

static void pair(struct arena *arena, struct findings *base, struct findings *head,
                 enum level level)
{
    struct map known = {.arena = arena};
    for (size_t i = 0; i < base->n; i++) {
        if (base->items[i].paired)
            continue;
        void **slot = map_slot(&known, key_of(arena, &base->items[i], level));
        if (!*slot)
            *slot = ARENA_NEW(arena, struct equals);
        struct equals *equals = *slot;
        VEC_PUSH(arena, equals, &base->items[i]);
    }
    for (size_t i = 0; known.n && i < head->n; i++) {
        if (head->items[i].paired || head->items[i].diag->of_update)
            continue;
        struct equals *equals = map_get(&known, key_of(arena, &head->items[i], level));
        if (!equals || equals->taken == equals->n)
            continue;
        equals->items[equals->taken++]->paired = true;
        head->items[i].paired = true;
        head->items[i].diag->state = DIAG_PREEXISTING;
    }
}

/* What is not known to be equal differs. */
static bool differs(const struct gate_sides *sides, struct str path)
{
    const struct tree_entry *old = tree_find(&sides->base.tree, path);
    const struct tree_entry *new = tree_find(&sides->head.tree, path);
    return !old || !new || old->kind != new->kind || !blob_id_is_known(&old->id) ||
           !blob_id_eq(&old->id, &new->id);
}

/* Who touches a file is asked for all that is wrong in it; what is new elsewhere counts as well. */
static void renew_in_changed_files(const struct gate_sides *sides, struct diags *diags)
{
    for (size_t i = 0; i < diags->n; i++) {
        struct diag *diag = &diags->items[i];
        if (diag->state == DIAG_PREEXISTING && diag->source && differs(sides, diag->source->path))
            diag->state = DIAG_NEW;
    }
}

void gate_mark_preexisting(struct gate_run *run)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags *head_diags = &run->sides->head.diags;
    /* In a stable order, so that of several equals always the same one counts as new. */
    diags_sort(head_diags);
    struct findings base = collect(&arena, &run->sides->base.diags);
    struct findings head = collect(&arena, head_diags);
    for (enum level level = 0; base.n && level < LEVELS; level++)
        pair(&arena, &base, &head, level);
    if (run->options->changed_files)
        renew_in_changed_files(run->sides, head_diags);
}
