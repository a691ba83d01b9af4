/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "admit/admit.h"
#include "admit/profile.h"
#include "judge/judge.h"

/* One set under judgement. */
struct judge_set {
    const struct selection_set *selection;
    struct object_set *objects;
    const struct verdict_set *old; /* same set at the base, or NULL */
    struct profile *profile;       /* of the set's cluster */
    struct schema_view *views;     /* one for each of the set's versions */
    uint32_t *bits;                /* bit of each view's version in the run's list */
    size_t view_count;
};

/* Fills in views: built-in types of each version, the set's own CRDs, then those of the other sets
 * and of --crd. -1 with a finding when a version is not supported. */
int judge_views(const struct judge_input *input, struct arena *arena, uint32_t set_index,
                struct diags *diags, struct judge_set *set) MUST_USE;
void judge_views_release(struct judge_set *set);

/* One object at all versions of its set. True when it has no schema at any of them. */
bool judge_object(const struct judge_input *input, const struct judge_set *set,
                  const struct object *object, struct diags *diags);

/* With client-side kubectl: whether the object fits into an annotation of itself. */
void judge_last_applied(const struct object *object, struct diags *diags);

/* Relations inside each set, and what the change deletes. */
void judge_check_sets(const struct judge_input *input, const struct judge_set *sets,
                      struct diags *diags);

/* "sha256:…" over all objects of a set, whatever files they are in: the same objects give the same
 * digest, however they were written. */
struct str judge_digest(struct arena *arena, const struct object_set *objects);
