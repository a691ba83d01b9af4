/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes of findings: kept as patches while stages work, made into text edits once at the end. */
#include "base/limits.h"
#include "edit/edit_internal.h"

void edit_fix(struct diags *diags, struct diag *diag, const struct node *root,
              const struct edit_patch *patch, struct str summary)
{
    if (!diag || !diag->source || !root || patch->n == 0)
        return;
    struct diag_fix *fix = ARENA_NEW(&diags->arena, struct diag_fix);
    fix->summary = str_dup(&diags->arena, summary);
    fix->patch = edit_patch_write(&diags->arena, patch);
    fix->root = root->start;
    fix->defaulted = patch->defaulted;
    diag->fix = fix;
}

const struct doc *edit_doc_at(const struct doc_list *docs, uint32_t at)
{
    size_t low = 0, high = docs->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (docs->items[middle].span.end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < docs->n && docs->items[low].span.start <= at ? &docs->items[low] : NULL;
}

/* The documents of the source that findings are about; the last one is remembered. */
struct reading {
    struct arena arena; /* owned */
    const struct source *of;
    struct doc_list docs;
    struct edit_alone alone;
    uint64_t bytes; /* read for proofs so far */
};

static void read_source(struct reading *reading, const struct source *source)
{
    if (reading->of == source)
        return;
    arena_release(&reading->arena);
    reading->of = source;
    reading->docs = (struct doc_list){0};
    reading->alone = (struct edit_alone){.arena = &reading->arena};
    reading->bytes += source->text.n;
    struct diags diags SCOPED(diags) = {0};
    struct source *again = source_new(&reading->arena, source->path, source->text);
    if (doc_read_file(&reading->arena, again, &diags, &reading->docs) < 0)
        reading->docs = (struct doc_list){0};
}

static void keep_edits(struct diags *diags, struct diag_fix *fix, const struct diag_edits *edits)
{
    for (size_t i = 0; i < edits->n; i++) {
        struct diag_edit edit = edits->items[i];
        edit.text = str_dup(&diags->arena, edit.text);
        VEC_PUSH(&diags->arena, &fix->edits, edit);
    }
}

static bool realize(struct reading *reading, struct diags *diags, struct diag *diag)
{
    struct arena arena SCOPED(arena) = {0};
    struct edit_patch patch = {.defaulted = diag->fix->defaulted};
    read_source(reading, diag->source);
    const struct doc *doc = edit_doc_at(&reading->docs, diag->fix->root);
    if (!doc || !doc->root)
        return false;
    reading->bytes += doc->span.end - doc->span.start;
    struct diag_edits edits = {0};
    struct str reason;
    edit_patch_read(&arena, diag->fix->patch, &patch);
    if (reading->bytes > LIMIT_EDIT_BYTES ||
        !edit_text_at(&arena, &reading->alone, doc, diag->fix->root, &patch, &edits, &reason) ||
        !edits.n)
        return false;
    keep_edits(diags, diag->fix, &edits);
    return true;
}

void edit_realize(struct diags *diags)
{
    struct reading reading = {0};
    for (size_t i = 0; i < diags->n; i++) {
        struct diag *diag = &diags->items[i];
        if (diag->fix && !diag->fix->edits.n &&
            (diag->state != DIAG_NEW || !realize(&reading, diags, diag)))
            diag->fix = NULL;
    }
    arena_release(&reading.arena);
}
