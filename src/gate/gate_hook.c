/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hook names files, and only what is found in them is told. So the named files are the change, as
 * if they had just been added, and gate_affected.c reads what their findings depend on. The verdict
 * on them is that of a full run; a file that has nothing to do with them is not read, and what
 * could not be evaluated in it closes no gate.
 */
#include "gate/gate_internal.h"

/* Only in a repository: blob ids say which files the cache knows, and make looking cheap. */
bool gate_is_narrow(const struct gate_run *run)
{
    return run->options->hook && !run->sides->has_base && run->sides->head.tree.objects.n;
}

static bool is_named(const struct gate_run *run, const struct manifest *manifest)
{
    for (size_t i = 0; i < run->paths.n; i++)
        if (str_eq(run->paths.items[i], manifest->path))
            return true;
    return false;
}

/* The tree before: the same files and the same manifests, without those that were named. */
static void show_before(struct gate_run *run, struct gate_side *ret_before)
{
    struct arena *arena = &run->sides->arena;
    const struct gate_side *head = &run->sides->head;
    struct gate_side before = {.tree = {.kind = TREE_COMMIT, .objects = head->tree.objects},
                               .crds_given = head->crds_given};
    before.selection.sets.items = head->selection.sets.items;
    before.selection.sets.n = head->selection.sets.n;
    for (size_t i = 0; i < head->selection.manifests.n; i++)
        if (!is_named(run, head->selection.manifests.items[i]))
            VEC_PUSH(arena, &before.selection.manifests, head->selection.manifests.items[i]);
    for (size_t i = 0; i < head->crds.n; i++)
        if (i < head->crds_given || !is_named(run, head->crds.items[i]))
            VEC_PUSH(arena, &before.crds, head->crds.items[i]);
    for (size_t i = 0; i < head->policies.n; i++)
        if (!is_named(run, head->policies.items[i].manifest))
            VEC_PUSH(arena, &before.policies, head->policies.items[i]);
    *ret_before = before;
}

struct unknown {
    VEC(struct manifest *);
};

static void add_unknown(struct arena *arena, struct unknown *unknown, struct manifest *manifest)
{
    if (manifest->state == MANIFEST_UNREAD && !blob_id_is_known(&manifest->entry->id))
        VEC_PUSH(arena, unknown, manifest);
}

/* Nobody remembers files that git has no blob of, so they are read: there are few of them. */
static int read_unknown(struct gate_run *run, const struct gate_side *before)
{
    struct arena arena SCOPED(arena) = {0};
    struct unknown unknown = {0};
    for (size_t i = 0; i < before->selection.manifests.n; i++)
        add_unknown(&arena, &unknown, before->selection.manifests.items[i]);
    for (size_t i = before->crds_given; i < before->crds.n; i++)
        add_unknown(&arena, &unknown, before->crds.items[i]);
    return gate_read_manifests(run, &run->sides->head, unknown.items, unknown.n);
}

int gate_read_named(struct gate_run *run)
{
    struct gate_side *before = &run->sides->base;
    show_before(run, before);
    int result = read_unknown(run, before);
    if (result == 0)
        result = gate_read_affected(run);
    /* It served its purpose: there is no base to judge. */
    *before = (struct gate_side){0};
    return result;
}
