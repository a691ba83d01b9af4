/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Pods ask for: requests and limits of containers, and of a Pod as a whole, as the server's
 * LimitRanger and ResourceQuota plugins count them.
 *
 *   struct amounts requests = {0};
 *   amounts_read(&arena, node, &requests);          // a map of resource names to quantities
 *   const struct quantity *cpu = amounts_get(&requests, STR("cpu"));
 */
#pragma once

#include "pod/pod.h"

struct amount {
    struct str name; /* "cpu" */
    struct quantity value;
};

struct amounts {
    VEC(struct amount);
};

struct resources {
    struct amounts requests, limits;
};

/* Entries that are no quantities are left out: decoding has refused them. */
void amounts_read(struct arena *arena, const struct node *map, struct amounts *amounts);
const struct quantity *amounts_get(const struct amounts *amounts, struct str name);
/* Adds a value unless there is one. */
void amounts_default(struct arena *arena, struct amounts *amounts, const struct amounts *more);
void amounts_add(struct arena *arena, struct amounts *amounts, const struct amounts *more);
/* value * n, at most the largest there is. */
struct quantity quantity_times(struct quantity value, int64_t n);

/* A container's, where a limit without a request is a request as well, then with what the
 * namespace gives to those that say nothing (NULL: nothing). */
struct resources container_resources(struct arena *arena, const struct container *container,
                                     const struct resources *defaults);
/* A Pod's: the sum of its containers and sidecars, or what one of its init containers needs if that
 * is more; what the Pod says of itself stands above both. */
struct resources pod_resources(struct arena *arena, const struct pod *pod,
                               const struct resources *defaults);
/* spec.resources, or NULL. */
const struct node *pod_level_resources(const struct pod *pod);
