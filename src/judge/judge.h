/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge: the one sequence decode, default, validate, check for all sets of one side. What the gate
 * accepted and what the sync applies go through here, so their verdicts are the same by build.
 *
 *   struct judge_input input = {.selection = &selection, .config = &config, .workers = 2};
 *   struct verdict verdict = {0};
 *   judge_run(&input, &diags, &verdict);
 *
 * A finding says on which of the run's Kubernetes versions it holds: an object is judged once a
 * version, and equal findings are folded.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "diag/diag.h"
#include "object/object.h"
#include "render/render.h"
#include "snapshot/snapshot.h"

struct verdict;

/* A file with policies, bindings, params or rules that is no part of what is judged. */
struct judge_policy_file {
    const struct manifest *manifest;
    const struct config_set *set; /* that it is for; NULL: all */
};

struct judge_input {
    const struct selection *selection;
    const struct config *config;
    const struct str_list *versions; /* all versions of the run; findings' bits count in it */
    const struct verdict *old;       /* the base's, for updates; NULL: everything is created */
    struct manifest *const *crd_manifests; /* CRDs used as schemas only; read already */
    size_t crd_count;
    struct judge_policy_files {
        const struct judge_policy_file *items;
        size_t n;
    } policies, after; /* besides those of the sets: that decide, and that will once it is merged */
    bool base_has_policies;          /* those of the base's sets decide too, see judge_library.c */
    const struct snapshot *snapshot; /* of the cluster; NULL: nothing is known of it */
    unsigned workers;
    bool digests; /* compute a digest for each set */
    progress_fn progress;
    void *progress_ctx;
};

struct verdict_set {
    struct object_set objects;
    struct str digest; /* "sha256:…", "" when it was not asked for or the set was not read whole */
};

struct verdict {
    struct arena arena;
    struct {
        VEC(struct verdict_set);
    } sets; /* order: selection.sets */
    size_t documents;
    size_t objects;
    size_t no_schema;
};

/* Findings of all stages go to `diags`, unsorted. -1 when a target version is not supported. */
int judge_run(const struct judge_input *input, struct diags *diags,
              struct verdict *ret_verdict) MUST_USE;
void verdict_release(struct verdict *verdict);
