/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health: whether a live object is what its author asked for, on its way there, or stuck. A pure
 * function of the object and the time; nothing is asked of the server.
 *
 *   struct health health;
 *   health_of(&arena, object, now_s, &health);
 *   if (health.state != HEALTH_CURRENT) tell(health.reason, health.message);
 *
 * The rules are those of kstatus, in its order: being deleted, a generation that its controller has
 * not seen, the conditions Reconciling and Stalled, the kind's own rule, the condition Ready; an
 * object that shows none of these is current. One thing differs, on request: a Job that runs is
 * under way, and current only when it has ended well, as Jobs before others are waited for.
 *
 * Source: sigs.k8s.io/cli-utils, pkg/kstatus.
 */
#pragma once

#include "doc/doc.h"

enum health_state {
    HEALTH_CURRENT,
    HEALTH_IN_PROGRESS,
    HEALTH_FAILED,
    HEALTH_TERMINATING,
    HEALTH_UNKNOWN,   /* its status is not what that of its kind looks like */
    HEALTH_NOT_FOUND, /* said by who looked for it */
};

struct health {
    enum health_state state;
    struct str reason;  /* one word, LessReplicas; "" when it is current */
    struct str message; /* one line; "" when there is nothing to say */
};

struct health_options {
    int64_t now_s;       /* seconds since 1970 */
    bool waits_for_jobs; /* a Job that runs is in progress */
};

const char *health_state_name(enum health_state state); /* "Current", "InProgress", ... */
void health_of(struct arena *arena, const struct node *object, const struct health_options *options,
               struct health *ret_health);
