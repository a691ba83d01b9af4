/* SPDX-License-Identifier: Apache-2.0 */
/* Kahn's algorithm with a heap, so that the sequence is the same on every run. */
#include "apply/order_sort.h"

/* In which order kinds are written when nothing else decides. */
static const char *const tiers[] = {
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "IngressClass",
    "GatewayClass",
    "ResourceQuota",
    "LimitRange",
    "NetworkPolicy",
    "ServiceAccount",
    "ClusterRole",
    "Role",
    "ClusterRoleBinding",
    "RoleBinding",
    "Secret",
    "ConfigMap",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Service",
    "PodDisruptionBudget",
};

struct sort_key {
    int64_t rank;
    size_t tier;
    struct str namespace, name, kind;
    uint32_t index;
};

static int compare_keys(const void *a, const void *b)
{
    const struct sort_key *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->tier != y->tier)
        return x->tier < y->tier ? -1 : 1;
    int order = str_cmp(x->namespace, y->namespace);
    if (!order)
        order = str_cmp(x->name, y->name);
    if (!order)
        order = str_cmp(x->kind, y->kind);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

uint32_t *sorted_by_rank(const struct ordering *ordering)
{
    struct arena arena SCOPED(arena) = {0};
    struct sort_key *keys = ARENA_ARRAY(&arena, struct sort_key, ordering->n + 1);
    for (uint32_t i = 0; i < ordering->n; i++) {
        const struct order_item *item = &ordering->order->items[i];
        const struct object *object = ordering->objects[i].object;
        size_t tier = 0;
        while (tier < ARRAY_LEN(tiers) && !str_is(object->gvk.kind, tiers[tier]))
            tier++;
        if (str_is(object->gvk.group, "admissionregistration.k8s.io") ||
            str_is(object->gvk.group, "apiregistration.k8s.io"))
            tier++;
        keys[i] = (struct sort_key){((int64_t)item->phase << 33) + item->wave,
                                    tier,
                                    ordering->objects[i].namespace,
                                    object->name,
                                    object->gvk.kind,
                                    i};
    }
    qsort(keys, ordering->n, sizeof *keys, compare_keys);
    uint32_t *sorted = ARENA_ARRAY(ordering->arena, uint32_t, ordering->n + 1);
    for (size_t t = 0; t < ordering->n; t++)
        sorted[t] = keys[t].index;
    return sorted;
}

struct adjacent adjacent_by(const struct ordering *ordering, bool declared_only, bool by_on)
{
    struct adjacent adjacent = {ARENA_ARRAY(ordering->arena, uint32_t, ordering->edges.n + 1),
                                ARENA_ARRAY(ordering->arena, uint32_t, ordering->n + 2)};
    for (unsigned round = 0; round < 2; round++) { /* counts, then places */
        for (size_t e = ordering->edges.n; e-- > 0;) {
            const struct edge *edge = &ordering->edges.items[e];
            const uint32_t i = by_on ? edge->on : edge->from;
            if (declared_only && edge->why != ORDER_DECLARED)
                continue;
            if (round)
                adjacent.items[--adjacent.offsets[i]] = (uint32_t)e;
            else
                adjacent.offsets[i]++;
        }
        for (size_t i = 0; !round && i < ordering->n; i++)
            adjacent.offsets[i + 1] += adjacent.offsets[i];
    }
    return adjacent;
}

/* ---- heap of ranks ---- */

struct heap {
    uint32_t *items;
    size_t n;
};

static void heap_add(struct heap *heap, uint32_t item)
{
    size_t at = heap->n++;
    for (; at && heap->items[(at - 1) / 2] > item; at = (at - 1) / 2)
        heap->items[at] = heap->items[(at - 1) / 2];
    heap->items[at] = item;
}

static uint32_t heap_take(struct heap *heap)
{
    const uint32_t top = heap->items[0];
    const uint32_t last = heap->items[--heap->n];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < heap->n; at = child) {
        if (child + 1 < heap->n && heap->items[child + 1] < heap->items[child])
            child++;
        if (heap->items[child] >= last)
            break;
        heap->items[at] = heap->items[child];
    }
    heap->items[at] = last;
    return top;
}

struct sorted sort_topological(const struct ordering *ordering, bool declared_only)
{
    struct arena *arena = ordering->arena;
    const size_t n = ordering->n;
    struct sorted sorted = {.items = ARENA_ARRAY(arena, uint32_t, n + 1),
                            .places = ARENA_ARRAY(arena, uint32_t, n + 1)};
    const uint32_t *by_rank = sorted_by_rank(ordering);
    const struct adjacent by_on = adjacent_by(ordering, declared_only, true);
    const struct adjacent by_from = adjacent_by(ordering, declared_only, false);
    uint32_t *ranks = ARENA_ARRAY(arena, uint32_t, n + 1);
    uint32_t *unmet = ARENA_ARRAY(arena, uint32_t, n + 1);
    struct heap heap = {.items = ARENA_ARRAY(arena, uint32_t, n + 1)};
    for (uint32_t t = 0; t < n; t++) {
        const uint32_t i = by_rank[t];
        ranks[i] = t;
        sorted.places[i] = UINT32_MAX;
        unmet[i] = by_from.offsets[i + 1] - by_from.offsets[i];
        if (ordering->order->items[i].phase == AUTHOR_NEVER)
            continue;
        sorted.wanted++;
        if (!unmet[i])
            heap_add(&heap, t);
    }
    while (heap.n) {
        const uint32_t i = by_rank[heap_take(&heap)];
        sorted.places[i] = (uint32_t)sorted.n;
        sorted.items[sorted.n++] = i;
        for (uint32_t k = by_on.offsets[i]; k < by_on.offsets[i + 1]; k++) {
            const uint32_t from = ordering->edges.items[by_on.items[k]].from;
            if (--unmet[from] == 0)
                heap_add(&heap, ranks[from]);
        }
    }
    return sorted;
}

/* ---- results ---- */

/* By who waits, for what; of two the one that asks for more is first. */
static int compare_edges(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->on != y->on)
        return x->on < y->on ? -1 : 1;
    if (x->needs != y->needs)
        return x->needs > y->needs ? -1 : 1;
    return (x->why > y->why) - (x->why < y->why);
}

void ordering_give_edges(struct ordering *ordering)
{
    struct edge *edges = ordering->edges.items;
    struct order_edge *given =
        ARENA_ARRAY(ordering->arena, struct order_edge, ordering->edges.n + 1);
    size_t n = 0;
    if (ordering->edges.n)
        qsort(edges, ordering->edges.n, sizeof *edges, compare_edges);
    for (size_t e = 0; e < ordering->edges.n; e++) {
        if (e && edges[e].from == edges[e - 1].from && edges[e].on == edges[e - 1].on)
            continue;
        struct order_item *item = &ordering->order->items[edges[e].from];
        if (!item->n)
            item->edges = &given[n];
        item->n++;
        given[n++] = (struct order_edge){edges[e].on, edges[e].needs, edges[e].why};
    }
}

void order_waiters(struct arena *arena, const struct order *order,
                   struct order_waiters *ret_waiters)
{
    size_t total = 0;
    for (size_t i = 0; i < order->n; i++)
        total += order->items[i].n;
    *ret_waiters = (struct order_waiters){ARENA_ARRAY(arena, uint32_t, total + 1),
                                          ARENA_ARRAY(arena, uint32_t, order->n + 2)};
    uint32_t *offsets = ret_waiters->offsets;
    for (size_t i = 0; i < order->n; i++)
        for (size_t k = 0; k < order->items[i].n; k++)
            offsets[order->items[i].edges[k].on]++;
    for (size_t i = 0; i < order->n; i++)
        offsets[i + 1] += offsets[i];
    for (size_t i = order->n; i-- > 0;)
        for (size_t k = order->items[i].n; k-- > 0;)
            ret_waiters->items[--offsets[order->items[i].edges[k].on]] = (uint32_t)i;
}
