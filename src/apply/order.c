/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces before what is in them, definitions before what is of them. */
#include "apply/order.h"

static bool is_needed(const struct plan_object *by, const struct plan_object *one)
{
    const struct node *spec = node_get(one->object->root, STR("spec"));
    const struct str kind = node_get_text(node_get(spec, STR("names")), STR("kind"));
    if (object_is(one->object, "", "Namespace"))
        return str_eq(one->object->name, by->namespace);
    return object_is_crd(one->object) && str_eq(kind, by->object->gvk.kind) &&
           str_eq(node_get_text(spec, STR("group")), by->object->gvk.group);
}

int order_of(struct arena *arena, const struct plan_object *objects, size_t n,
             struct order *ret_order, struct str *ret_error)
{
    struct order order = {.n = n, .sequence_n = n, .stages = 1};
    (void)ret_error;
    order.items = ARENA_ARRAY(arena, struct order_item, n + 1);
    order.sequence = ARENA_ARRAY(arena, uint32_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct {
            VEC(struct order_edge);
        } edges = {0};
        for (size_t k = 0; k < n; k++)
            if (k != i && is_needed(&objects[i], &objects[k]))
                VEC_PUSH(arena, &edges,
                         ((struct order_edge){.on = (uint32_t)k, .needs = ORDER_READY}));
        order.sequence[i] = (uint32_t)i;
        order.items[i] = (struct order_item){
            .edges = edges.items, .n = edges.n, .place = (uint32_t)i, .barrier = ORDER_WRITTEN};
    }
    *ret_order = order;
    return 0;
}

void order_waiters(struct arena *arena, const struct order *order,
                   struct order_waiters *ret_waiters)
{
    size_t total = 0, at = 0;
    for (size_t i = 0; i < order->n; i++)
        total += order->items[i].n;
    ret_waiters->items = ARENA_ARRAY(arena, uint32_t, total + 1);
    ret_waiters->offsets = ARENA_ARRAY(arena, uint32_t, order->n + 1);
    for (size_t k = 0; k < order->n; k++) {
        ret_waiters->offsets[k] = (uint32_t)at;
        for (size_t i = 0; i < order->n; i++)
            for (size_t e = 0; e < order->items[i].n; e++)
                if (order->items[i].edges[e].on == k)
                    ret_waiters->items[at++] = (uint32_t)i;
    }
    ret_waiters->offsets[order->n] = (uint32_t)at;
}
