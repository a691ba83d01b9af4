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
/* Whether two items of lists stand for the same thing. */
bool origin_is_same_item(const struct node *a, const struct node *b);

/* ---- places ---- */

struct origin_place {
    struct source *source; /* NULL: not known */
    struct span span;
    bool is_near; /* it is in there; what set it was not found */
};

/* A second place that has to do with a value. */
struct origin_also {
    struct origin_place place;
    const char *says; /* what it has to do with it */
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

struct origin_place origin_in_overlay(struct origins *origins, const struct origin_target *target,
                                      struct origin_also *ret_also);

/* ---- origin_helm.c ---- */

struct origin_place origin_in_chart(struct origins *origins, const struct origin_target *target,
                                    struct origin_also *ret_also);

/* ---- origin_values.c ---- */

/* A line of a template, or a part of one. */
struct origin_line {
    const struct manifest *file;
    uint32_t number;
    struct str text;
    const struct origin_target *target;
    size_t keys; /* of the target's path that lead to it; 0: not known */
};

/* Where the value that it takes stands in a file with values; no source when that is not known. */
struct origin_place origin_values(struct origins *origins, const struct origin_line *line);
