/* SPDX-License-Identifier: Apache-2.0 */
/* Findings about what was rendered are told where it is from. */
#include "gate/gate_internal.h"

/* The overlays of one side whose output was judged. */
struct rendered {
    struct manifest **items;
    struct origins **origins; /* made when a finding needs them */
    size_t n;
};

static size_t index_of(const struct rendered *rendered, const struct source *source)
{
    size_t i = 0;
    while (i < rendered->n && rendered->items[i]->source != source)
        i++;
    return i;
}

static int move(struct gate_sides *sides, struct gate_side *side, struct diags *moved,
                struct diags *failures)
{
    struct arena *arena = &sides->arena;
    const struct selection *selection = &side->selection;
    struct rendered rendered = {
        .items = ARENA_ARRAY(arena, struct manifest *, selection->manifests.n + 1),
        .origins = ARENA_ARRAY(arena, struct origins *, selection->manifests.n + 1)};
    for (size_t i = 0; i < selection->manifests.n; i++)
        if (selection->manifests.items[i]->overlay &&
            selection->manifests.items[i]->state == MANIFEST_READ)
            rendered.items[rendered.n++] = selection->manifests.items[i];
    if (!rendered.n)
        return 0;
    struct origin_files *files = &side->origins;
    const size_t known = files->n;
    files->arena = arena;
    files->tree = &side->tree;
    files->reader = tree_reader_open(files->tree, failures);
    if (!files->reader)
        return -1;
    for (size_t i = 0; i < moved->n; i++) {
        struct diag *diag = &moved->items[i];
        const size_t at = index_of(&rendered, diag->source);
        if (at == rendered.n)
            continue;
        if (!rendered.origins[at])
            rendered.origins[at] = origins_open(files, rendered.items[at]);
        origins_move(rendered.origins[at], moved, diag);
    }
    tree_reader_close(files->reader);
    files->reader = NULL;
    for (size_t i = known; i < files->n; i++)
        VEC_PUSH(arena, &sides->owned, files->items[i]);
    return 0;
}

int gate_move_to_origins(struct gate_run *run, struct gate_side *side)
{
    return move(run->sides, side, &side->diags, run->diags);
}

int gate_find_origins(struct gate_result *result, struct diags *diags)
{
    return move(result->sides, &result->sides->head, diags, &result->diags);
}
