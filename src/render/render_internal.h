/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "render/render.h"

/* What overlays and charts say about files, by path. Filled before any manifest is read. */
struct overlays {
    struct arena *arena;   /* borrowed */
    struct map charts;     /* folder of a Chart.yaml -> itself */
    struct map kustomized; /* file that a kustomization uses -> the kustomization */
};

/* Reads the tree's kustomization files and finds its charts. */
int overlays_read(struct arena *arena, const struct tree *tree, struct diags *diags,
                  struct overlays *ret_overlays) MUST_USE;

/* Why a path is left out before it is read, SKIP_NONE when it is not. */
enum skip_reason skip_by_path(const struct overlays *overlays, const struct config *config,
                              const struct tree_entry *entry);
bool path_is_manifest_like(struct str path); /* .yaml, .yml, .json */
bool path_is_kustomization(struct str path);

/* Why a file that was read is no manifest, SKIP_NONE when it is one. */
enum skip_reason skip_by_content(const struct manifest *manifest);
