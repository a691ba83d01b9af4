/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the wait: what an object is (wait_judge.c), what else has to be asked for it
 * (wait_ask.c), which watch sees it (wait_group.c), and when all that is over (wait.c). */
#pragma once

#include "apply/wait.h"
#include "cluster/cluster_timer.h"

/* What an object's own state leaves open. */
enum wait_doubt {
    DOUBT_NONE,
    DOUBT_STATUS, /* it has no status yet: current when it has none after the grace */
    DOUBT_STALE,  /* a failure that was there before: one when it is there after a while */
    DOUBT_GONE,   /* somebody may make it anew */
    DOUBT_CLASS,  /* an unbound claim: its class says whether it is waited for */
    DOUBT_SERVED, /* an established definition: current when the kind is served */
};

/* ---- wait_judge.c: without a server, a clock or a memory ---- */

struct wait_verdict {
    struct health health;
    bool is_final;
    enum wait_doubt doubt;
};

struct wait_question {
    const struct cluster_resource *resource;
    const struct node *object; /* with its apiVersion and kind */
    const struct health_rules *rules;
    int64_t now_s;
    uint64_t mark; /* of the object when it was first seen */
};

void wait_judge(struct arena *arena, const struct wait_question *question,
                struct wait_verdict *ret_verdict);
/* Two of one object differ when its conditions have moved: reasons, or times. */
uint64_t wait_mark(const struct node *object);
/* Items of lists come without them. Shares the object's nodes. */
const struct node *wait_with_type(struct arena *arena, const struct cluster_resource *resource,
                                  const struct node *object);
/* Nothing happens to such objects once they are stored. */
bool wait_is_plain(const struct cluster_resource *resource);
/* Whether it goes away by itself when it has ended. */
bool wait_ends(const struct cluster_resource *resource, const struct node *object);
/* Why what is written asks for nothing to happen: "Suspended", or NULL. */
const char *wait_standstill(const struct cluster_resource *resource, const struct node *object);

/* ---- the objects of a wait ---- */

struct wait_entry {
    struct wait_seen *seen;
    enum wait_doubt doubt;
    uint64_t due; /* clock_ms(): when time decides the doubt; UINT64_MAX: time does not */
    uint64_t mark;
    bool is_listed; /* in the list that is being told */
    bool is_there;
    bool ends;                  /* it goes away by itself */
    bool has_waited;            /* for its first status, in vain */
    bool has_settled;           /* its old failure is one */
    struct wait_class *class;   /* DOUBT_CLASS */
    struct wait_served *served; /* DOUBT_SERVED */
};

/* One watch, and the range of wait.sorted that it sees. */
struct wait_group {
    struct wait *wait;
    struct cluster_watch watch;
    size_t first, n;
    struct wait_group *next;
};

struct wait {
    struct arena arena; /* owned; this struct is not in it */
    struct wait_options options;
    struct wait_result result;
    void (*done)(void *ctx, struct wait *wait);
    struct wait_entry *entries; /* order: result.objects */
    struct wait_entry **sorted; /* those that are watched: by kind, namespace, name */
    size_t sorted_n;
    struct wait_group *groups;
    struct wait_class *classes;
    struct wait_served *served;
    struct str selector;
    struct cluster_timer look; /* at the deadline, or when time decides something */
    struct cluster_timer end;
    uint64_t started_at, deadline;
    bool is_telling_list; /* what it has not told yet may be gone */
    bool is_over;         /* the outcome is known */
    bool is_done;         /* and was told */
};

/* wait.c */
void wait_set(struct wait *wait, struct wait_entry *entry, const struct health *health,
              bool is_final);
/* An object came, or changed. */
void wait_look_at(struct wait *wait, struct wait_entry *entry, const struct node *object);
void wait_is_gone(struct wait *wait, struct wait_entry *entry);
/* Ends it when there is nothing more to wait for. */
void wait_check(struct wait *wait);

/* wait_group.c */
void wait_groups_start(struct wait *wait);
void wait_groups_stop(struct wait *wait);
void wait_groups_release(struct wait *wait);
/* What the watch that should have seen an object says of its trouble. */
struct str wait_trouble(const struct wait *wait, const struct wait_entry *entry);

/* wait_ask.c */
void wait_ask_class(struct wait *wait, struct wait_entry *entry, const struct node *claim);
void wait_ask_served(struct wait *wait, struct wait_entry *entry, const struct node *definition);
void wait_ask_stop(struct wait *wait);
void wait_ask_release(struct wait *wait);
