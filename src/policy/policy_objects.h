/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The variables `objects` and `neighbours` of rules: all objects of a set by kind, as the server
 * would store them, and those of them in the namespace of the object that the rule is about. A
 * kind's lists are made when they are asked for, by any thread.
 *
 *   struct policy_objects objects = {0};
 *   policy_objects_init(&objects, &source);               // source is borrowed
 *   slots[6] = policy_objects_value(&objects);            // of policy_objects_type
 *   policy_objects_release(&objects);                     // after all values
 */
#pragma once

#include <pthread.h>

#include "base/map.h"
#include "cel/cel.h"
#include "policy/policy.h"

struct policy_objects {
    pthread_mutex_t lock;
    const struct policy_source *source;
    struct arena arena;
    struct map kinds; /* kind -> its lists */
};

extern const struct cel_type policy_objects_type;
void policy_objects_init(struct policy_objects *objects, const struct policy_source *source);
void policy_objects_release(struct policy_objects *objects);
struct cel_value policy_objects_value(const struct policy_objects *objects);
struct cel_value policy_neighbours_value(const struct policy_objects *objects, struct arena *arena,
                                         struct str namespace);
