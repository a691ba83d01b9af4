/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in its sources something rendered comes from: findings about what kustomize or helm wrote
 * are told where somebody can mend them.
 *
 *   struct origin_files files = {.arena = &arena, .tree = &tree, .reader = reader};
 *   struct origins *origins = origins_open(&files, manifest);
 *   origins_move(origins, &diags, diag);      // each finding whose source is the manifest's
 *
 * Of an overlay, what set the value last is looked for first: images, replicas, namespace and
 * labels of each kustomization, its patches, then the files with objects. Of a chart it is the
 * template that helm names, the line in it with the same keys, and the values that this line takes.
 * What was not found stays a finding about the overlay, and says so. Nothing is rendered again:
 * sources are read and compared.
 *
 * Lifetime: sources live in the arena, and files outlives origins. All are of one thread.
 */
#pragma once

#include "render/overlay.h"

/* Sources that were read, once for all that is rendered from a tree. */
struct origin_files {
    struct arena *arena;
    const struct tree *tree;
    struct tree_reader *reader;
    struct map by_path;
    VEC(struct manifest *); /* owned by whoever has the struct: manifest_free() */
};

struct origins;

/* Of a manifest with an overlay. Never fails: what can't be read is no origin of anything. */
struct origins *origins_open(struct origin_files *files,
                             const struct manifest *manifest) MUST_USE RETURNS_NONNULL;
/* Gives the finding its place, and a second one in the overlay that renders it. */
void origins_move(struct origins *origins, struct diags *diags, struct diag *diag);
