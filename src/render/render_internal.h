/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "render/render.h"

/* A kustomization file, and all that it names, files and folders of the tree. */
struct kustomization {
    struct str path, dir;
    bool is_component; /* of no use alone */
    struct str_list names;
};

/* What overlays and charts say about files, by path. Filled before any manifest is read. */
struct overlays {
    struct arena *arena;       /* borrowed */
    struct map charts;         /* folder of a Chart.yaml -> struct tree_entry * */
    struct map kustomizations; /* folder -> struct kustomization * */
    struct map kustomized;     /* file or folder that a kustomization uses -> the kustomization */
};

/* The first entry below a folder, or where it would be. */
size_t tree_below(struct arena *arena, const struct tree *tree, struct str dir);
bool path_is_below(struct str path, struct str dir);

/* overlay_sets.c: the overlays and charts that are sets, as manifests in the place of the files
 * that were left out as their kustomization.yaml or Chart.yaml. */
void overlays_add(const struct overlays *overlays, const struct render_input *input,
                  struct selection *selection);

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
