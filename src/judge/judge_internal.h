/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "admit/admit.h"
#include "admit/profile.h"
#include "judge/judge.h"
#include "policy/policy.h"
#include "policy/policy_rules.h"

/* Where policies come from: objects of a set, and of files besides. */
struct judge_sources {
    const struct object_set *policies, *library;
    struct policy_rules *rules; /* of the files */
};

/* Lists of rules: of packs, and of files that decide and that will. NULL: not made. */
struct judge_rules {
    struct policy_rules *packs, *deciding, *coming;
};

/* One set under judgement. */
struct judge_set {
    const struct selection_set *selection;
    struct object_set *objects;
    const struct object_set *cluster; /* of the snapshot, the same for all sets; NULL: none */
    const struct verdict_set *old;    /* same set at the base, or NULL */
    struct profile *profile;          /* of the set's cluster */
    struct schema_view *views;        /* one for each of the set's versions */
    uint32_t *bits;                   /* bit of each view's version in the run's list */
    size_t view_count;
    struct judge_sources deciding, coming;
    struct policy_rules *packs;
    struct judge_rules own;       /* of the lists those that no other set has */
    struct policy_set **policies; /* of each view, those that decide; NULL: there are none */
    struct policy_set **after;    /* those that will once it is merged; NULL: the same */
    const struct object *changed; /* one of them that differs, or NULL */
};

/* Fills in views: built-in types of each version, the set's own CRDs, then those of the other sets
 * and of --crd. -1 with a finding when a version is not supported. */
int judge_views(const struct judge_input *input, struct arena *arena, uint32_t set_index,
                struct diags *diags, struct judge_set *set) MUST_USE;
void judge_views_release(struct judge_set *set);

/* One object at all versions of its set. True when it has no schema at any of them. */
bool judge_object(const struct judge_input *input, const struct judge_set *set,
                  const struct object *object, struct diags *diags);

/* judge_cluster.c: the objects that a snapshot has in clear, with the scopes of a view; NULL
 * without one. */
const struct object_set *judge_cluster(const struct judge_input *input, struct arena *arena,
                                       const struct schema_view *view);
/* A kind that the cluster does not serve, and that nothing here brings. True when it was told. */
bool judge_served(const struct judge_input *input, const struct schema_view *view,
                  const struct object *object, struct diags *diags);
/* Who else owns fields of the object in the cluster. */
void judge_neighbours(const struct judge_input *input, const struct object *object,
                      struct diags *diags);

/* Webhooks of the cluster that see objects of the set. */
void judge_webhooks(const struct judge_input *input, const struct judge_set *set,
                    struct diags *diags);

/* judge_library.c: makes the policies of a set whose objects are known. */
void judge_make_policies(const struct judge_input *input, struct arena *arena,
                         struct judge_rules *shared, struct judge_set *set, struct diags *diags);
/* Bits of all versions of a set. */
uint32_t judge_all_bits(const struct judge_set *set);
void judge_release_policies(struct judge_set *set);
/* What the server would say of policies that are no part of the set, and what has no effect. */
void judge_library(const struct judge_input *input, const struct judge_set *set,
                   struct diags *diags);

/* judge_rules.c: finds the rules of packs of a set, before its policies are made. Lists that sets
 * share are made for the first that needs them. */
void judge_make_packs(const struct judge_input *input, struct arena *arena,
                      struct judge_rules *shared, struct judge_set *set, const struct diags *diags);
/* Those of files, which are shared when none is for one set alone. */
struct policy_rules *judge_file_rules(const struct judge_input *input, struct arena *arena,
                                      const struct judge_policy_files *files,
                                      struct policy_rules **shared, struct policy_rules **own,
                                      const struct judge_set *set, struct diags *diags);
void judge_release_rules(struct judge_rules *rules);

/* judge_policy.c: one object on its way. */
struct judged {
    const struct admitted *sent, *sent_old; /* as the manifests have it; sent_old: NULL is none */
    const struct admitted *now, *was;       /* as mutating policies made it */
    struct policy_mutated mutated, mutated_old;
    size_t first, end; /* what they had to say, among the findings */
};
/* The object before: it got in, so what is wrong with it is told nowhere. */
void judge_read_old(const struct admit_ctx *now, const struct object *object,
                    struct admitted *ret_admitted);
/* What the mutating policies of the set make of what was sent, created or updated. */
void judge_mutate(const struct admit_ctx *ctx, const struct judge_set *set, size_t version,
                  struct judged *judged);
/* After validation: what the policies of the set say of it, and which of them made what. */
void judge_policies(const struct admit_ctx *ctx, const struct judge_set *set, size_t version,
                    const struct judged *judged);
/* What the policies of the set say of objects that were in it at the base and are not any more. */
void judge_deleted(const struct judge_input *input, const struct judge_set *sets, size_t index,
                   struct diags *diags);

/* With client-side kubectl: whether the object fits into an annotation of itself. */
void judge_last_applied(const struct object *object, struct diags *diags);

/* Relations inside each set, and what the change deletes. */
void judge_check_sets(const struct judge_input *input, const struct judge_set *sets,
                      struct diags *diags);

/* judge_unknown.c: takes away what was said of values that are not known, and mendings of texts
 * that are filled in. */
void judge_forget_unknown(const struct judge_input *input, struct diags *diags);

/* Whether a file of the base can't be seen any more at the head; ctx is the judge_input. */
bool judge_is_lost(const void *ctx, struct str path);

/* "sha256:…" over all objects of a set, whatever files they are in: the same objects give the same
 * digest, however they were written. */
struct str judge_digest(struct arena *arena, const struct object_set *objects);
