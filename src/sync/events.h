/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events: what people see with `kubectl describe` and `kubectl events`: Kubernetes Events about
 * sets (their parent) and about objects (drift, failed health, prunes).
 *
 *   struct events *events = events_new(&(struct events_options){.cluster = cluster, ...});
 *   events_tell(events, &(struct event){.regarding = {...}, .is_warning = true,
 *                                       .reason = "Drifted", .action = "Heal", .note = why});
 *   ... cluster_step(cluster, ...) sends them ...
 *   events_free(events);
 *
 * They are sent by the cluster's own steps, never waited for, and none makes a sync fail. There is
 * one of each object and reason in five minutes: what comes again is counted, and after that told
 * as a series of the same Event. All of them together are rationed, warnings apart from the rest,
 * so that a first sync of a hundred sets makes five, not a hundred. What is held back is counted.
 *
 * Texts of the caller's, which have no secret in them, are cut to what an Event may have.
 *
 * One thread: the cluster's. Source: kubernetes.io, "Event" of events.k8s.io/v1.
 */
#pragma once

#include "cluster/cluster_request.h"

struct events;

struct events_options {
    struct cluster *cluster; /* borrowed, connected; closed after events_free */
    struct str instance;     /* who says it: the replica's name */
    int64_t (*now_s)(void);  /* NULL: the clock */
};

struct event_regarding {
    struct str api_version, kind, namespace, name, uid;
};

struct event {
    struct event_regarding regarding; /* of what has no namespace, the Event is in "default" */
    bool is_warning;
    const char *reason; /* CamelCase: "Drifted" */
    const char *action; /* what was done: "Heal" */
    struct str note;    /* one line */
};

struct events *events_new(const struct events_options *options) MUST_USE RETURNS_NONNULL;
/* Drops what is on its way. Accepts NULL, as events_tell does. */
void events_free(struct events *events);
void events_tell(struct events *events, const struct event *event);

struct events_stats {
    size_t sent, held_back, failed, under_way;
};
struct events_stats events_stats(const struct events *events);
