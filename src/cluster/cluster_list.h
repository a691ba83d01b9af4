/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All objects of a kind, page by page, as they were at one moment: the server goes on from the
 * revision of the first page. When it has forgotten that one by now (410), the list starts again,
 * with what it had dropped, so the result is never of two moments; the third time it asks for all
 * at once. A page that is larger than an answer may be is asked for in smaller ones.
 *
 *   struct cluster_list list = {.arena = &arena, .resource = kind, .done = done};
 *   cluster_list_start(cluster, &list);
 *   ...                                        // in done(): list.outcome, list.items
 */
#pragma once

#include "cluster/cluster_request.h"

struct cluster_list {
    const struct cluster_resource *resource;
    struct str namespace; /* "": all */
    struct str label_selector, field_selector;
    bool metadata_only;
    int64_t page; /* objects of one; 0: 500 */
    unsigned delay_ms;
    void (*done)(struct cluster_list *list); /* NULL: none */
    void *ctx;
    struct arena *arena;
    /* The result. */
    enum cluster_outcome outcome;
    struct str error;
    struct cluster_items {
        VEC(const struct node *);
    } items; /* without apiVersion and kind, as servers list them */
    struct str resource_version;
    struct str_list warnings; /* of the first page */
    unsigned pages, restarts;
    bool is_done;
    /* Private. */
    struct cluster *cluster;
    struct cluster_call call;
};

void cluster_list_start(struct cluster *cluster, struct cluster_list *list);
/* Starts it and waits for it. */
void cluster_list_all(struct cluster *cluster, struct cluster_list *list);
/* Forgets it, done() is not called. */
void cluster_list_cancel(struct cluster_list *list);

/* ---- for tests ---- */

/* What comes after a page: 1 another call is to be sent, 0 the list is whole, -1 it failed. */
int cluster_list_next(struct cluster_list *list, const struct cluster_answer *answer);
