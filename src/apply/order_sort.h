/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting of the graph of order.c. */
#pragma once

#include "apply/order_internal.h"

struct adjacent {
    uint32_t *items;   /* indices of edges */
    uint32_t *offsets; /* n + 1 */
};

struct sorted {
    uint32_t *items;
    uint32_t *places; /* of each object; UINT32_MAX: not in items */
    size_t n;
    size_t wanted; /* less are in items when there is a circle */
};

/* The edges of each object, of its own or (by_on) to it. */
struct adjacent adjacent_by(const struct ordering *ordering, bool declared_only, bool by_on);
/* All objects by phase, wave, kind, namespace and name. */
uint32_t *sorted_by_rank(const struct ordering *ordering);
/* What is waited for first; of what is free the one that sorted_by_rank() has first. */
struct sorted sort_topological(const struct ordering *ordering, bool declared_only);
void ordering_give_edges(struct ordering *ordering);
