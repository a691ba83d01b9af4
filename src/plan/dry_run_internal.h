/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of dry_run share. */
#pragma once

#include "plan/dry_run.h"

/* dry_run_brings.c: what there will be once the run is applied. */
struct brings {
    struct map by_identity; /* "group/kind/namespace/name" -> const struct object */
    struct map by_kind;     /* "group/version/kind" -> the CRD, const struct object */
};

/* Of results that have their object and namespace. */
void brings_index(struct arena *arena, const struct dry_run_results *results,
                  struct brings *ret_brings);
/* NULL: the run brings none. */
const struct object *brings_find(const struct brings *brings, const char *group, const char *kind,
                                 struct str namespace, struct str name);
const struct object *brings_kind(const struct brings *brings, struct str api_version,
                                 struct str kind);

/* dry_run_body.c: the object as it is sent. False: it is not, and `ret_why` says why. */
bool dry_run_body(const struct object *object, enum dry_run_way way, struct cluster_call *call,
                  struct str *ret_why);

/* dry_run_pod.c: a Pod as the controller of `root` makes it; NULL when it makes none. `root` is an
 * object of the kind of `object`, as it was sent or answered. */
struct node *dry_run_pod(struct arena *arena, const struct object *object, const struct node *root);
/* What a Pod refers to and can be taken out, so that the server looks at the rest. */
struct pod_need {
    const char *group, *kind;
    bool namespaced;
    const char *before, *after; /* the name, in the words of the refusal */
    const char *fields[3];      /* of the spec */
};
/* Which of them the words miss, with its name; NULL: none. */
const struct pod_need *dry_run_need(struct str words, struct str *ret_name);
/* The one for its service account. */
const struct pod_need *dry_run_need_account(void);
/* The Pod without it. */
struct node *dry_run_without(struct arena *arena, const struct node *pod,
                             const struct pod_need *need);

/* dry_run_judge.c: what an answer means. Reads outcome, status and root of the answer. */
struct judging {
    struct arena *arena;
    const struct brings *brings;
    const struct object *object;
    struct str namespace;
    const struct node *pod; /* as it was sent, when it is about the Pod of a template; else NULL */
    struct str error;       /* of the call */
};
void dry_run_judge(const struct judging *judging, struct dry_run_answer *answer);

/* dry_run_quota.c */
void dry_run_quotas(struct arena *arena, struct cluster *cluster, struct dry_run_results *results);

/* dry_run_causes.c: gives refusals that have no causes those that their words tell. */
void dry_run_causes(struct arena *arena, struct cluster_status *status);
/* A field as the server writes it, below `from` (its lists), to one of `to`: entries are found by
 * their names and keys. What is not there is cut; a name that is none stays. */
struct str dry_run_field(struct arena *arena, const struct node *from, const struct node *to,
                         struct str field);
