/* SPDX-License-Identifier: Apache-2.0 */
/* The graph that order.c sorts and order_edges.c draws. */
#pragma once

#include "apply/order.h"
#include "base/map.h"

struct edge {
    uint32_t from; /* waits */
    uint32_t on;
    enum order_need needs;
    enum order_why why;
};

struct ordering {
    struct arena *arena;
    const struct plan_object *objects;
    size_t n;
    struct order *order;
    struct author *authors; /* n */
    struct {
        VEC(struct edge);
    } edges;
    struct map by_name; /* see ordering_find() */
    bool is_full;
};

/* Index of an object of the set plus 1, or 0. */
uint32_t ordering_find(const struct ordering *ordering, struct str group, struct str kind,
                       struct str namespace, struct str name);
void ordering_add(struct ordering *ordering, uint32_t from, uint32_t on_plus_1,
                  enum order_need needs, enum order_why why);
void ordering_note(struct ordering *ordering, struct str note);
/* All edges of what is declared, and of all rules. */
void ordering_draw(struct ordering *ordering);
