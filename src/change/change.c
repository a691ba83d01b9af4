/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs two sides: by identity, and objects without one by their content. */
#include "change/change.h"

struct pairing {
    const struct object_set *old;
    const struct object_set *new;
    bool *old_used;
};

static const struct object *find_same(struct pairing *pairing, const struct object *object);

void change_pair(struct arena *arena, const struct object_set *old, const struct object_set *new,
                 struct change_set *ret_changes)
{
    struct change_set changes = {0};
    struct pairing pairing = {old, new, ARENA_ARRAY(arena, bool, old->n + 1)};
    for (size_t i = 0; i < new->n; i++) {
        const struct object *object = &new->items[i];
        struct change change = {.old = find_same(&pairing, object), .new = object};
        if (change.old)
            change.same = node_equal(change.old->root, object->root);
        VEC_PUSH(arena, &changes, change);
    }
    for (size_t i = 0; i < old->n; i++)
        if (!pairing.old_used[i])
            VEC_PUSH(arena, &changes, ((struct change){.old = &old->items[i]}));
    *ret_changes = changes;
}

/* Objects without a name are generated anew at each apply, so only an equal one is "the same". */
static const struct object *find_unnamed(struct pairing *pairing, const struct object *object)
{
    for (size_t i = 0; i < pairing->old->n; i++) {
        const struct object *candidate = &pairing->old->items[i];
        if (pairing->old_used[i] || candidate->identity.n ||
            !str_eq(candidate->gvk.kind, object->gvk.kind) ||
            !node_equal(candidate->root, object->root))
            continue;
        pairing->old_used[i] = true;
        return candidate;
    }
    return NULL;
}

/* Several objects of one identity pair in order of appearance; what is left over stays alone. */
static const struct object *find_same(struct pairing *pairing, const struct object *object)
{
    if (!object->identity.n)
        return find_unnamed(pairing, object);
    const struct object_index *index = object_set_find(pairing->old, object->identity);
    for (size_t i = 0; index && i < index->n; i++) {
        if (pairing->old_used[index->items[i]])
            continue;
        pairing->old_used[index->items[i]] = true;
        return &pairing->old->items[index->items[i]];
    }
    return NULL;
}
