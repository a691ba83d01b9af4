/* SPDX-License-Identifier: Apache-2.0 */
/* Two sorted lists become the list of what differs. */
#include "repo/repo.h"

static bool is_same(const struct tree_entry *a, const struct tree_entry *b, bool same_place)
{
    if (a->kind != b->kind)
        return false;
    if (same_place)
        return true;
    return blob_id_is_known(&a->id) && blob_id_eq(&a->id, &b->id);
}

/* Whether both trees show the same files on disk, so that equal paths are one file. */
static bool is_same_place(const struct tree *a, const struct tree *b)
{
    return a->kind == b->kind && (a->kind == TREE_WORK || a->kind == TREE_FOLDER) &&
           str_eq(a->root, b->root);
}

void tree_diff(struct arena *arena, const struct tree *old, const struct tree *new,
               struct tree_changes *ret_changes)
{
    struct tree_changes changes = {0};
    bool same_place = is_same_place(old, new);
    size_t i = 0;
    size_t j = 0;
    while (i < old->n || j < new->n) {
        const struct tree_entry *a = i < old->n ? &old->entries[i] : NULL;
        const struct tree_entry *b = j < new->n ? &new->entries[j] : NULL;
        int order = !a ? 1 : !b ? -1 : str_cmp(a->path, b->path);
        i += order <= 0;
        j += order >= 0;
        if (order == 0 && is_same(a, b, same_place))
            continue;
        struct tree_change change = {order <= 0 ? a : NULL, order >= 0 ? b : NULL};
        VEC_PUSH(arena, &changes, change);
    }
    *ret_changes = changes;
}
