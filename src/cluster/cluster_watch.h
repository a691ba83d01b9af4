/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All objects of a kind, and what becomes of them, for as long as it is wanted: a list, then a
 * watch from its revision. A stream that ends goes on where it stopped, with growing pauses when it
 * ends at once; bookmarks keep that place fresh while nothing happens. When the server has
 * forgotten the place (410) everything is listed again.
 *
 *   struct cluster_watch watch = {.resource = kind, .event = on_event, .ctx = thing};
 *   cluster_watch_start(cluster, &watch);
 *   while (...) cluster_step(cluster, 1000);
 *   cluster_watch_stop(&watch);
 *
 * on_event is told CLUSTER_RESET, then each object that is there (CLUSTER_ADDED), then
 * CLUSTER_SYNCED: what was known before and did not come is gone. Then changes. CLUSTER_FAILED is
 * the last: the kind is gone, or may not be read; `outcome` and `error` say so.
 *
 * An object is valid during the call only. on_event may send calls and stop watches, not step; a
 * watch that it stops stays until cluster_step returns.
 */
#pragma once

#include "cluster/cluster_list.h"

enum cluster_event {
    CLUSTER_RESET,
    CLUSTER_ADDED,
    CLUSTER_SYNCED,
    CLUSTER_MODIFIED,
    CLUSTER_DELETED,
    CLUSTER_BOOKMARK,
    CLUSTER_FAILED,
};

const char *cluster_event_name(enum cluster_event event);

struct cluster_watch {
    const struct cluster_resource *resource;
    struct str namespace; /* "": all */
    struct str label_selector, field_selector;
    bool metadata_only;
    unsigned watch_s; /* how long one stream lasts; 0: 5 minutes */
    int64_t page;
    void (*event)(struct cluster_watch *watch, enum cluster_event event, const struct node *object);
    void *ctx;
    /* What it is like. */
    char resource_version[256]; /* where it goes on */
    unsigned lists, streams;    /* that were started */
    enum cluster_outcome outcome;
    struct str error; /* of the last trouble, in `arena` */
    bool is_stopped;
    /* Private. */
    struct cluster *cluster;
    struct cluster_list list;
    struct cluster_call call;
    struct arena arena; /* owned: of the list or stream under way */
    struct buf line;
    unsigned failures; /* one after the other */
    uint64_t started_at;
    bool must_list;
};

void cluster_watch_start(struct cluster *cluster, struct cluster_watch *watch);
void cluster_watch_stop(struct cluster_watch *watch);
/* Frees what it holds; stops it before. Not from within on_event. */
void cluster_watch_release(struct cluster_watch *watch);

/* ---- for tests ---- */

/* Bytes of a stream, however they are cut; false: the stream is to be ended. */
bool cluster_watch_feed(struct cluster_watch *watch, struct str bytes);
