/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of planning share. */
#pragma once

#include "apply/apply.h"
#include "apply/owned.h"
#include "apply/restarts.h"
#include "base/map.h"
#include "cluster/cluster_list.h"

/* An object that is in the cluster and carries the label of some set. */
struct live_object {
    const struct node *root; /* whole, with apiVersion and kind */
    struct str part_of;
};

/* The sets that want one identity: indexes, ascending. One is as it should be. */
struct wanting {
    VEC(size_t);
};

struct planning {
    struct arena *arena;
    const struct apply_input *input;
    const struct apply_set *sets;
    size_t n;
    struct diags *diags;
    struct apply_plans *plans;
    struct schema_view view;
    struct map live;    /* "group/kind/namespace/name" -> struct live_object */
    struct map wanted;  /* the same -> struct wanting */
    struct map crowded; /* namespaces that something wanted, or not known to be unwanted, is in */
    struct str error;
};

/* One wanted object on its way. */
struct candidate {
    size_t set;
    const struct plan_object *given;
    struct str digest;  /* of the configuration that its Pods read; "" : none */
    struct object sent; /* the same with what is sent as its root */
    struct plan_step step;
    struct apply_step write;
    const struct live_object *live;
    struct owned owned;
    ptrdiff_t asked; /* index among those that were asked about, or -1 */
};

struct candidates {
    VEC(struct candidate);
};

/* apply_owner.c: whether the set wants it, and another set that does; NULL: none. */
bool plan_wants(const struct planning *planning, struct str identity, size_t set);
const struct apply_set *plan_wanted_by_other(const struct planning *planning, struct str identity,
                                             size_t set);

/* apply_live.c: all members of the sets as they are. -1: planning->error. */
int plan_read_live(struct planning *planning) MUST_USE;
/* By group and kind, whatever version; NULL: none. */
const struct cluster_resource *plan_find_kind(const struct cluster *cluster, struct str group,
                                              struct str kind);
/* One object; NULL when it is not there, or can't be read: `ret_outcome`. */
const struct node *plan_get(struct planning *planning, const struct cluster_resource *resource,
                            struct str namespace, struct str name,
                            enum cluster_outcome *ret_outcome);
struct str plan_label(const struct node *root, const char *key);
struct str plan_annotation(const struct node *root, const char *key);

/* apply_owner.c: whose an existing object is, and whether the set may have it. False: `ret_why`,
 * one line, says why not and what to do. */
bool plan_may_take(struct planning *planning, struct candidate *candidate, const struct node *live,
                   struct str *ret_why);
/* Whether a field manager applied the object. */
bool plan_is_applied_by(const struct node *root, struct str manager);

/* apply_body.c: who has a field, of the words: conflict with "hpa" using apps/v1. */
struct str plan_conflict_manager(struct str words);
/* The first rule of the settings that is about a conflict; NULL: none. */
const struct config_conflict *plan_conflict_rule(const struct planning *planning,
                                                 const struct candidate *candidate,
                                                 const struct cluster_cause *cause);
/* Whether a pattern of the settings names an object. */
bool apply_names(struct str pattern, const struct plan_step *step);
/* The object as it is sent. */
/* Digests of the configuration that workloads of a set read; none when that is off. */
struct restarts plan_restarts(const struct planning *planning, const struct apply_set *set);
const struct node *plan_body(struct planning *planning, const struct candidate *candidate);

/* apply_prune.c: what the inventory has and the set no longer wants, and the guards. */
void plan_prunes(struct planning *planning, size_t set, struct candidates *ret_gone);
void plan_guard(struct planning *planning, size_t set, struct candidates *gone);

/* apply_approve.c: whether the commit approves that the set loses all, or that object. */
bool plan_approves(const struct planning *planning, const struct apply_set *set,
                   const struct plan_step *step);
/* How approvals name the set. */
struct str plan_set_word(const struct apply_set *set);

/* apply_tell.c: findings at the places of manifests. */
void plan_tell_refused(struct planning *planning, const struct candidate *candidate,
                       const struct dry_run_result *result);
void plan_tell(struct planning *planning, const struct candidate *candidate, enum rule_id rule,
               struct str field, const char *hint, struct str words);
