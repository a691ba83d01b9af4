/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pod: what objects that make Pods have in common. Pods themselves and the templates of workloads
 * are one view, so that whoever looks at containers needs no list of kinds:
 *
 *   struct pod pod;
 *   if (pod_of(object, &pod))
 *       for (struct container c = container_first(&pod); c.node; c = container_next(c))
 *           look_at(c.name, c.node);
 *
 * pod_security.h holds such a view against the Pod Security Standards, pod_resources.h adds up what
 * it asks for.
 *
 * Views are of objects as they are written, without defaults. They borrow from the object.
 */
#pragma once

#include "object/object.h"

struct pod {
    const struct object *object;
    const struct node *metadata; /* of the Pod or the template; may be NULL */
    const struct node *spec;     /* a map */
    bool is_template;
};

/* Pod, PodTemplate, ReplicationController, and the workloads of apps and batch, at any version.
 * False for everything else, and where no map stands at the place of the spec. */
bool pod_of(const struct object *object, struct pod *ret_pod);
/* How many Pods there will be at the same time, at least: replicas, parallelism; 1 for a DaemonSet
 * and 0 for what only runs now and then or never. */
int64_t pod_count(const struct pod *pod);

enum container_list { CONTAINERS_INIT, CONTAINERS_MAIN, CONTAINERS_EPHEMERAL, CONTAINERS_END };

struct container {
    const struct node *node; /* NULL at the end */
    struct str name;
    enum container_list list;
    struct item item; /* where it is in its list */
    const struct node *spec;
};

/* Init containers first, then containers, then ephemeral ones, as the server looks at them. */
struct container container_first(const struct pod *pod);
struct container container_next(struct container container);
/* An init container that keeps running beside the others. */
bool container_is_sidecar(const struct container *container);
