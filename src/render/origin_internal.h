/* SPDX-License-Identifier: Apache-2.0 */
/* What the files origin*.c share. */
#pragma once

#include "object/object.h"
#include "render/origin.h"
#include "render/render_internal.h"

/* ---- origin_path.c: the way to a place in one tree, gone in another ---- */

enum { STEPS_MAX = 64 };

/* A key of a map, or an item of a list. */
struct origin_step {
    struct str key;          /* of a map */
    const struct node *item; /* of a list; NULL: a key */
    uint32_t index;
};

struct origin_path {
    struct origin_step steps[STEPS_MAX];
    size_t n;
    bool is_key;              /* the place is the last key, not its value */
    const struct node *value; /* under it */
};

/* The way to a span of a document; false when it is in none of its nodes. */
bool origin_path_to(const struct node *root, struct span span, struct origin_path *ret_path);

/* How far the same way leads in another tree. */
struct origin_end {
    size_t steps;            /* gone */
    const struct node *key;  /* last key, or NULL */
    const struct node *node; /* arrived at */
    bool is_equal;           /* all the way, and a scalar there is the same */
};
struct origin_end origin_follow(const struct node *root, const struct origin_path *path);
/* The same for a path of JSON6902, "/spec/replicas". */
bool origin_is_pointer(const struct origin_path *path, struct str pointer);

/* ---- places ---- */

struct origin_place {
    struct source *source; /* NULL: not known */
    struct span span;
};

/* What a finding is about. */
struct origin_target {
    const struct object *object;
    const struct origin_path *path;
};

struct origins {
    struct arena *arena;
    struct origin_files *files;
    const struct manifest *manifest;
    struct {
        VEC(struct origin_layer *);
    } layers; /* kustomizations, the last to act first */
    bool is_read;
};

/* NULL when there is no such file. Values of Secrets are masked. */
struct manifest *origin_file(struct origins *origins, struct str path);

/* ---- origin_kustomize.c ---- */

struct origin_place origin_in_overlay(struct origins *origins, const struct origin_target *target);

/* ---- origin_helm.c ---- */

/* `ret_values` is the place of the value that the line takes, when that is known. */
struct origin_place origin_in_chart(struct origins *origins, const struct origin_target *target,
                                    struct origin_place *ret_values);
