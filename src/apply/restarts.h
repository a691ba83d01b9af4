/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restarts: which workloads get a new checksum of the configuration that their Pods take, so that
 * a change of it rolls them. Pure.
 *
 *   struct restarts restarts;
 *   restarts_of(&arena, set->want, set->want_n, key, &restarts);
 *   if (restarts.digests[i].n) restarts_put(&arena, tree_of_i, restarts.digests[i]);
 *
 * Of Deployments, StatefulSets and DaemonSets: env, envFrom, volumes and projected volumes of their
 * Pods that name ConfigMaps and Secrets of the same set. What is not in the set does not count, so
 * no workload changes because of an object that somebody else writes. Pods of a CronJob are made
 * anew anyhow, and the template of a Job can't be changed.
 *
 * The annotation tidegate.dev/config-digest on the Pod template is a digest of their data, not of
 * their metadata, under a key that only the cluster has (inventory.h): without it nobody can try
 * out short passwords against it, and the same values in another set look different.
 *
 * `tidegate.dev/restart: "off"` on the workload: nothing is set; on a ConfigMap or Secret: it does
 * not count.
 */
#pragma once

#include "apply/inventory.h"
#include "plan/plan.h"

struct restarts {
    struct str *digests; /* n: one for each object; "" : it gets none */
    size_t n;
};

void restarts_of(struct arena *arena, const struct plan_object *objects, size_t n,
                 const unsigned char key[INVENTORY_KEY_BYTES], struct restarts *ret_restarts);
/* Sets the annotation in a copy of a workload's tree. */
void restarts_put(struct arena *arena, struct node *workload, struct str digest);
