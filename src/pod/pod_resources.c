/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of requests and limits. */
#include "pod/pod_resources.h"

static void put(struct arena *arena, struct amounts *amounts, struct str name,
                const struct quantity *value,
                void (*merge)(struct quantity *, const struct quantity *))
{
    for (size_t i = 0; i < amounts->n; i++) {
        if (!str_eq(amounts->items[i].name, name))
            continue;
        merge(&amounts->items[i].value, value);
        return;
    }
    VEC_PUSH(arena, amounts, ((struct amount){name, *value}));
}

static void keep(struct quantity *have, const struct quantity *more)
{
    (void)have;
    (void)more;
}

static void take_sum(struct quantity *have, const struct quantity *more)
{
    __extension__ __int128 sum;
    if (!__builtin_add_overflow(have->nano, more->nano, &sum))
        have->nano = sum;
}

static void take_max(struct quantity *have, const struct quantity *more)
{
    if (quantity_cmp(have, more) < 0)
        *have = *more;
}

static void take_new(struct quantity *have, const struct quantity *more)
{
    *have = *more;
}

void amounts_read(struct arena *arena, const struct node *map, struct amounts *amounts)
{
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        struct quantity value;
        if (!quantity_of(e.value, &value))
            put(arena, amounts, node_text(e.key), &value, take_new);
    }
}

const struct quantity *amounts_get(const struct amounts *amounts, struct str name)
{
    for (size_t i = 0; i < amounts->n; i++)
        if (str_eq(amounts->items[i].name, name))
            return &amounts->items[i].value;
    return NULL;
}

static void merge_all(struct arena *arena, struct amounts *amounts, const struct amounts *more,
                      void (*merge)(struct quantity *, const struct quantity *))
{
    for (size_t i = 0; i < more->n; i++)
        put(arena, amounts, more->items[i].name, &more->items[i].value, merge);
}

void amounts_default(struct arena *arena, struct amounts *amounts, const struct amounts *more)
{
    merge_all(arena, amounts, more, keep);
}

void amounts_add(struct arena *arena, struct amounts *amounts, const struct amounts *more)
{
    merge_all(arena, amounts, more, take_sum);
}

static void amounts_max(struct arena *arena, struct amounts *amounts, const struct amounts *more)
{
    merge_all(arena, amounts, more, take_max);
}

struct quantity quantity_times(struct quantity value, int64_t n)
{
    __extension__ __int128 product;
    if (!__builtin_mul_overflow(value.nano, n, &product))
        value.nano = product;
    return value;
}

static struct resources read_resources(struct arena *arena, const struct node *node)
{
    struct resources resources = {0};
    amounts_read(arena, node_get(node, STR("requests")), &resources.requests);
    amounts_read(arena, node_get(node, STR("limits")), &resources.limits);
    return resources;
}

struct resources container_resources(struct arena *arena, const struct container *container,
                                     const struct resources *defaults)
{
    struct resources resources = read_resources(arena, node_get(container->node, STR("resources")));
    amounts_default(arena, &resources.requests, &resources.limits);
    if (defaults) {
        amounts_default(arena, &resources.limits, &defaults->limits);
        amounts_default(arena, &resources.requests, &defaults->requests);
    }
    return resources;
}

const struct node *pod_level_resources(const struct pod *pod)
{
    const struct node *resources = node_get(pod->spec, STR("resources"));
    return node_kind(resources) == NODE_MAP ? resources : NULL;
}

static void add_both(struct arena *arena, struct resources *sum, const struct resources *more)
{
    amounts_add(arena, &sum->requests, &more->requests);
    amounts_add(arena, &sum->limits, &more->limits);
}

static void add_init(struct arena *arena, const struct container *c, const struct resources *own,
                     struct resources *sum, struct resources *sidecars, struct resources *most)
{
    struct resources beside = {0};
    if (container_is_sidecar(c)) {
        add_both(arena, sum, own);
        add_both(arena, sidecars, own);
    } else {
        add_both(arena, &beside, own);
    }
    add_both(arena, &beside, sidecars);
    amounts_max(arena, &most->requests, &beside.requests);
    amounts_max(arena, &most->limits, &beside.limits);
}

struct resources pod_resources(struct arena *arena, const struct pod *pod,
                               const struct resources *defaults)
{
    struct resources sum = {0}, sidecars = {0}, most = {0};
    for (struct container c = container_first(pod); c.node; c = container_next(c)) {
        const struct resources own = container_resources(arena, &c, defaults);
        if (c.list == CONTAINERS_INIT)
            add_init(arena, &c, &own, &sum, &sidecars, &most);
        else if (c.list == CONTAINERS_MAIN)
            add_both(arena, &sum, &own);
    }
    amounts_max(arena, &sum.requests, &most.requests);
    amounts_max(arena, &sum.limits, &most.limits);
    const struct resources of_pod = read_resources(arena, pod_level_resources(pod));
    merge_all(arena, &sum.requests, &of_pod.requests, take_new);
    merge_all(arena, &sum.limits, &of_pod.limits, take_new);
    return sum;
}
