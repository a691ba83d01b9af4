/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order: in which order the objects of a set are written, and deleted. Pure: it looks at the
 * manifests only.
 *
 *   struct order order;
 *   if (order_of(&arena, set->want, set->want_n, &order, &error) < 0) refuse(error);
 *   for (size_t i = 0; i < order.n; i++) begin_when_unblocked(order.sequence[i]);
 *
 * A writer with many requests at once needs no more than counters. An object i may be written when
 *
 *   - everything of lower stages is as its `barrier` says, and
 *   - each of its edges holds: items[i].edges[k].on is written, or ready, as `needs` says.
 *
 * So: unmet[i] = the number of its edges; when something is written or gets ready, count down at
 * those that wait for it (order_waiters()); and one counter a stage, of its objects whose barrier
 * is not met. `sequence` has an order that keeps all of this, and is the one to go through for what
 * is free at the same time. It is the same on every run.
 *
 * READY of a CRD is Established, of a Namespace Active, of a Job that it has ended well, of all
 * others what health.h says is current. WRITTEN: the server took it, or it is there already.
 *
 * Stages are phases and, in each, waves: hooks before (AUTHOR_BEFORE), the rest, hooks after. A set
 * in which nobody says anything about waves is one stage. Deletion of hooks is the writer's, as
 * `deletes` says; so is `on_first` and `on_later`, by whether the set was there before: what is not
 * written then counts as ready.
 *
 * Edges by rule are precise: what is named, in this set. What is needed by an object of an earlier
 * stage (its Namespace, CRD, ServiceAccount, class, ConfigMap, Secret, claim) moves to that stage.
 * A rule that would make a circle, or that goes against the waves, is dropped with a note. What an
 * author declares (waves, depends-on) is never dropped: where it contradicts itself, there is no
 * order.
 *
 * Lifetime: everything is in the arena, and borrows the objects.
 */
#pragma once

#include "object/author.h"
#include "plan/plan.h"

enum order_need {
    ORDER_WRITTEN,
    ORDER_READY,
    ORDER_GONE, /* of deletions only */
};

enum order_why {
    ORDER_NAMESPACE,
    ORDER_DEFINITION, /* CRD of a custom resource */
    ORDER_ACCOUNT,    /* ServiceAccount */
    ORDER_ROLE,       /* of a binding */
    ORDER_CLASS,      /* PriorityClass, RuntimeClass, StorageClass, IngressClass, GatewayClass */
    ORDER_CONFIG,     /* ConfigMap or Secret that a Pod takes something of */
    ORDER_CLAIM,      /* PersistentVolumeClaim, PersistentVolume */
    ORDER_POLICY,     /* policy and parameters of a binding */
    ORDER_SERVED,     /* Service and workload behind a webhook or an APIService */
    ORDER_DECLARED,   /* depends-on */
};

struct order_edge {
    uint32_t on; /* index of the object that is waited for */
    enum order_need needs;
    enum order_why why;
};

struct order_item {
    const struct order_edge *edges; /* at most one to each object */
    size_t n;
    uint32_t stage;
    uint32_t place;          /* in the sequence; UINT32_MAX: not in it, phase is AUTHOR_NEVER */
    enum order_need barrier; /* of it, for higher stages: WRITTEN for claims, which are bound only
                                when a Pod of a later stage comes */
    enum author_phase phase; /* as its stage has it */
    int32_t wave;            /* the same */
    bool is_hook, on_first, on_later;
    unsigned deletes; /* of hooks: enum author_delete */
};

struct order {
    struct order_item *items; /* n: one for each object, by its index */
    uint32_t *sequence;       /* sequence_n indices */
    size_t n, sequence_n;
    uint32_t stages;       /* how many; numbers are 0 to stages - 1 */
    struct str_list notes; /* rules that were dropped, and what is waited for and is not here */
};

enum {
    ORDER_EDGES_MAX = 4 << 20, /* of one set; rules beyond them are dropped with a note */
    ORDER_NOTES_MAX = 100,
};

/* -1 with a reason when what is declared contradicts itself. */
int order_of(struct arena *arena, const struct plan_object *objects, size_t n,
             struct order *ret_order, struct str *ret_error) MUST_USE;

/*
 * The order in which objects go: dependants first (edges need ORDER_GONE). Four stages, each to be
 * gone before the next: custom resources and what stands in the way of requests (webhooks,
 * policies), as finalizers need their controllers; the rest; CRDs; Namespaces. What is declared
 * counts where it makes no circle: a deletion is never refused for its order.
 */
void order_deletions(struct arena *arena, const struct plan_object *objects, size_t n,
                     struct order *ret_order);

/* Who waits for whom, the other way round: of each object the indices of those with an edge to it.
 * items[i] has offsets[i] to offsets[i + 1]. */
struct order_waiters {
    uint32_t *items;
    uint32_t *offsets; /* n + 1 */
};
void order_waiters(struct arena *arena, const struct order *order,
                   struct order_waiters *ret_waiters);

const char *order_why_name(enum order_why why); /* "its namespace" */
