/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which object of one revision is which of the other. Repositories keep variants of one identity
 * side by side: the very same one is meant first, then the one in the same file, then any. What
 * moved to another set is still there.
 */
#include "base/map.h"
#include "plan/plan_internal.h"

enum { VARIANTS_MAX = 64 }; /* of one identity, to be compared each with each */

enum how { SAME_VALUE, SAME_FILE, SAME_IDENTITY, OTHER_SET_VALUE, OTHER_SET, HOWS };

struct indexes {
    VEC(size_t);
};

static struct str key_of(struct arena *arena, const struct plan_object *given, bool with_set)
{
    const struct object *object = given->object;
    return str_format(arena, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s%s",
                      STR_FMT(with_set ? given->set : STR("*")), STR_FMT(object->gvk.group),
                      STR_FMT(object->gvk.kind), STR_FMT(given->namespace),
                      STR_FMT(object->name.n ? object->name : object->generate_name),
                      object->name.n ? "" : "\n*");
}

static struct map index_of(struct arena *arena, const struct plan_input *input, bool with_set)
{
    struct map map = {.arena = arena};
    for (size_t i = 0; i < input->was_n; i++) {
        void **slot = map_slot(&map, key_of(arena, &input->was[i], with_set));
        if (!*slot)
            *slot = ARENA_NEW(arena, struct indexes);
        struct indexes *indexes = *slot;
        if (indexes->n < VARIANTS_MAX)
            VEC_PUSH(arena, indexes, i);
    }
    return map;
}

static bool is_match(const struct object *was, const struct object *want, enum how how)
{
    if (how == SAME_VALUE || how == OTHER_SET_VALUE)
        return node_equal(was->root, want->root);
    if (how == SAME_FILE)
        return was->source && want->source && str_eq(was->source->path, want->source->path);
    return true;
}

static void match_all(const struct plan_input *input, const struct map *index, enum how how,
                      struct arena *arena, struct plan_matches *matches)
{
    for (size_t i = 0; i < input->want_n; i++) {
        if (matches->was_of[i] != PLAN_NONE)
            continue;
        const struct indexes *found =
            map_get(index, key_of(arena, &input->want[i], how <= SAME_IDENTITY));
        for (size_t k = 0; found && k < found->n; k++) {
            const size_t was = found->items[k];
            if (!matches->is_gone[was] ||
                !is_match(input->was[was].object, input->want[i].object, how))
                continue;
            matches->is_gone[was] = false;
            matches->was_of[i] = (ptrdiff_t)was;
            break;
        }
    }
}

void plan_match(struct arena *arena, const struct plan_input *input,
                struct plan_matches *ret_matches)
{
    ret_matches->was_of = ARENA_ARRAY(arena, ptrdiff_t, input->want_n + 1);
    ret_matches->is_gone = ARENA_ARRAY(arena, bool, input->was_n + 1);
    for (size_t i = 0; i < input->want_n; i++)
        ret_matches->was_of[i] = PLAN_NONE;
    for (size_t i = 0; i < input->was_n; i++)
        ret_matches->is_gone[i] = true;
    const struct map in_set = index_of(arena, input, true);
    const struct map anywhere = index_of(arena, input, false);
    for (enum how how = SAME_VALUE; how < HOWS; how++)
        match_all(input, how <= SAME_IDENTITY ? &in_set : &anywhere, how, arena, ret_matches);
}
