/* SPDX-License-Identifier: Apache-2.0 */
/* Values as a whole: whether one is the other as the server writes it. */
#include "admit/admit.h"
#include "apply/owned_internal.h"
#include "base/ascii.h"
#include "base/limits.h"

static enum owned_likeness whole(struct arena *arena, const struct shape *shape, unsigned depth,
                                 const struct node *want, const struct node *live);

/* Of quantities as people write them the server makes its own form; odd ones it may keep. */
static bool is_plain_quantity(struct str text)
{
    const bool is_fraction = text.n > 1 && text.p[0] == '0' && text.p[1] == '.';
    if (!text.n || (text.p[0] == '0' && text.n > 1 && !is_fraction))
        return false;
    return ascii_is_digit(text.p[0]) && str_find_char(text, 'e') < 0 &&
           str_find_char(text, 'E') < 0;
}

bool owned_same_scalar(struct arena *arena, const struct shape *shape, const struct node *want,
                       const struct node *live)
{
    struct quantity quantity;
    if (node_equal(want, live))
        return true;
    return shape && shape->world == SHAPE_BUILTIN && type_get(shape->type)->kind == TYPE_QUANTITY &&
           node_is_scalar(want) && node_kind(live) == NODE_STRING &&
           is_plain_quantity(node_text(want)) && !quantity_of(want, &quantity) &&
           str_eq(quantity_format(arena, &quantity), node_text(live));
}

static enum owned_likeness whole_map(struct arena *arena, const struct shape *shape, unsigned depth,
                                     const struct node *want, const struct node *live)
{
    enum owned_likeness likeness = ALIKE;
    size_t shared = 0;
    for (struct entry e = map_first(want); e.key; e = map_next(e)) {
        struct shape below;
        bool is_declared;
        const struct entry other = node_entry(live, node_text(e.key));
        const bool has_shape = shape && shape_below(shape, node_text(e.key), &below, &is_declared);
        shared += other.key != NULL;
        /* Go writes no zero, and who knows of which type this one is. */
        enum owned_likeness here = shape && !has_shape ? STRANGE : UNLIKE;
        if (other.key)
            here = whole(arena, has_shape ? &below : NULL, depth + 1, e.value, other.value);
        else if (here != STRANGE && node_is_zero(e.value))
            here = MORE;
        likeness = MAX_OF(likeness, here);
    }
    return node_real(live)->n > shared ? MAX_OF(likeness, MORE) : likeness;
}

static enum owned_likeness whole(struct arena *arena, const struct shape *shape, unsigned depth,
                                 const struct node *want, const struct node *live)
{
    const enum node_kind kind = node_kind(want);
    if (depth >= LIMIT_DEPTH)
        return MORE;
    if ((kind == NODE_MAP || kind == NODE_LIST) && node_kind(live) != kind)
        return UNLIKE;
    if (kind == NODE_MAP)
        return whole_map(arena, shape, depth, want, live);
    if (kind != NODE_LIST)
        return owned_same_scalar(arena, shape, want, live) ? ALIKE : UNLIKE;
    enum owned_likeness likeness = ALIKE;
    const struct shape item = shape ? shape_item(shape) : (struct shape){0};
    struct item other = list_first(live);
    if (node_real(want)->n != node_real(live)->n)
        return UNLIKE;
    for (struct item it = list_first(want); it.value; it = list_next(it)) {
        const enum owned_likeness here =
            whole(arena, shape ? &item : NULL, depth + 1, it.value, other.value);
        likeness = MAX_OF(likeness, here);
        other = list_next(other);
    }
    return likeness;
}

enum owned_likeness owned_whole(struct arena *arena, const struct shape *shape,
                                const struct node *want, const struct node *live)
{
    return whole(arena, shape, 0, want, live);
}

const struct node *owned_complete(struct arena *arena, const struct owned_input *input,
                                  const struct kind_info *kind)
{
    struct diags diags SCOPED(diags) = {0};
    const struct doc doc = {.root = input->want};
    struct object object;
    struct admit_ctx ctx = {.view = input->view, .arena = arena, .diags = &diags};
    (void)object_read(&doc, input->want, &object);
    struct admitted admitted = {
        .object = &object, .state = KIND_SERVED, .kind = *kind, .value = input->want};
    admit_default(&ctx, &admitted);
    return admitted.value;
}
