/* SPDX-License-Identifier: Apache-2.0 */
/* A kustomization that was read to find origins: what origin_kustomize.c and origin_replace.c
 * share. */
#pragma once

#include "render/origin_internal.h"

/* A patch: a file's document, or text in the kustomization. */
struct origin_patch {
    struct source *source; /* that it is read from: the file, or the text alone */
    const struct node *root;
    const struct node *selector; /* target, or NULL: what the patch itself names */
    const struct node *text;     /* of the kustomization, when it stands there */
};

struct origin_layer {
    struct str dir;
    struct source *source;
    const struct node *root;
    struct {
        VEC(struct origin_patch);
    } patches;
    struct {
        VEC(struct manifest *);
    } resources;
};

struct origin_place origin_place_at(struct source *source, const struct node *node);
/* A file by its path from a folder; NULL when there is none. */
struct manifest *origin_beside(struct origins *origins, struct str dir, struct str path);

/* ---- origin_replace.c ---- */

/* The field path by which a replacement sets the target; ret_also is what it is taken from. */
struct origin_place origin_from_replacements(struct origins *origins,
                                             const struct origin_layer *layer,
                                             const struct origin_target *target,
                                             struct origin_also *ret_also);
/* The part of a generator that makes it. */
struct origin_place origin_from_generators(const struct origin_layer *layer,
                                           const struct origin_target *target);
