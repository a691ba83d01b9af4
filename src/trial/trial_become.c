/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an object has all that a test tells of it. What the test does not tell may be anything:
 * the server adds defaults. */
#include "trial/trial_internal.h"

struct difference {
    struct arena *arena;
    struct str field;
    const struct node *wanted, *got;
};

static bool differs(struct difference *difference, const struct path *path,
                    const struct node *wanted, const struct node *got);

static bool found(struct difference *difference, const struct path *path, const struct node *wanted,
                  const struct node *got)
{
    difference->field = path_format(difference->arena, path);
    difference->wanted = wanted;
    difference->got = got;
    return true;
}

static bool map_differs(struct difference *difference, const struct path *path,
                        const struct node *wanted, const struct node *got)
{
    for (struct entry e = map_first(wanted); e.key; e = map_next(e)) {
        const struct path at = {.up = path, .name = node_text(e.key)};
        if (differs(difference, &at, e.value, node_get(got, node_text(e.key))))
            return true;
    }
    return false;
}

static bool list_differs(struct difference *difference, const struct path *path,
                         const struct node *wanted, const struct node *got)
{
    if (node_real(wanted)->n != node_real(got)->n)
        return found(difference, path, wanted, got);
    for (struct item it = list_first(wanted); it.value; it = list_next(it)) {
        const struct path at = {.up = path, .index = it.index};
        if (differs(difference, &at, it.value, node_at(got, it.index)))
            return true;
    }
    return false;
}

/* Nesting is bounded: no reader makes a tree deeper than LIMIT_DEPTH. */
static bool differs(struct difference *difference, const struct path *path,
                    const struct node *wanted, const struct node *got)
{
    const enum node_kind kind = node_kind(wanted);
    if (kind == NODE_MAP && node_kind(got) == NODE_MAP)
        return map_differs(difference, path, wanted, got);
    if (kind == NODE_LIST && node_kind(got) == NODE_LIST)
        return list_differs(difference, path, wanted, got);
    const bool is_same = got ? node_equal(wanted, got) : kind == NODE_NULL;
    return !is_same && found(difference, path, wanted, got);
}

bool trial_differs(struct arena *arena, const struct node *wanted, const struct node *got,
                   struct str *ret_field, const struct node **ret_wanted,
                   const struct node **ret_got)
{
    struct difference difference = {.arena = arena};
    const struct path root = {.node = got};
    if (!differs(&difference, &root, wanted, got))
        return false;
    *ret_field = difference.field;
    *ret_wanted = difference.wanted;
    *ret_got = difference.got;
    return true;
}
