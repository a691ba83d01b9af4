/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pointers: objects of Flux and Argo CD that say which folder of the repository is applied, and
 * how. Flux' Kustomization, its HelmRelease with a chart from git, and Argo CD's Application make a
 * set each of what they name, "NAME@FOLDER of their file", with the namespace, release, values and
 * variables that their engine would use. Without such files nothing changes; a set that is declared
 * in tidegate.yaml wins over a pointer to its folder.
 *
 *   struct pointers pointers;
 *   if (pointers_read(&reading, &pointers) < 0) ...        // files are read, and nothing else
 *   pointers_cover(&pointers, path, &covering);            // which of them a file belongs to
 *
 * They come from the change that is judged: a path is one of the tree or no path at all, and
 * numbers and sizes are limited. What they name in another repository is not looked at. Whether a
 * source is this repository is told by its paths: those that are there speak for it.
 *
 * Sources: fluxcd.io/flux/components (kustomize, helm, source), argo-cd.readthedocs.io (Application
 * specification).
 *
 * Lifetime: everything lives in the arena. Of one thread, but for the looking through files.
 */
#pragma once

#include "base/map.h"
#include "object/object.h"
#include "render/render.h"
#include "render/substitute.h"

struct overlays;

enum pointer_engine { POINTER_KUSTOMIZATION, POINTER_HELM_RELEASE, POINTER_APPLICATION };

struct pointer {
    enum pointer_engine engine;
    struct str set;                    /* its name */
    struct str file;                   /* that it stands in */
    struct source *source;             /* the same, as text */
    struct object object;              /* itself */
    const struct node *place;          /* of the path in it, or of what stands for it */
    struct str repository;             /* which source it is of, as a key */
    struct str written;                /* the path as it stands there */
    struct str dir;                    /* the same from the root of the tree */
    struct str namespace;              /* for objects that name none */
    bool moves;                        /* those that name one get it as well */
    bool is_flat;                      /* folders below are none of it */
    struct str include, exclude;       /* patterns below the folder, "": none */
    struct str release;                /* of a chart */
    struct str_list values;            /* files with values, from the root of the tree */
    struct str_list texts;             /* values as YAML, later than all files */
    struct str_list settings;          /* NAME=VALUE, later than those */
    bool lacks_values;                 /* some values are not to be told here */
    const struct variables *variables; /* NULL: nothing is filled in */
    struct str_list depends_on;        /* names of sets */
};

struct pointers {
    struct arena *arena;
    const struct overlays *overlays;
    struct {
        VEC(struct pointer *);
    } all;
    struct map by_dir; /* struct pointer_list * */
};

struct pointer_list {
    VEC(const struct pointer *);
};

struct pointer_input {
    struct arena *arena;
    const struct tree *tree;
    const struct config *config;
    const struct overlays *overlays;
    unsigned workers;
    struct map *looked;  /* as in render_input */
    struct diags *run;   /* files that can't be read at all */
    struct diags *diags; /* about pointers */
};

int pointers_read(const struct pointer_input *input, struct pointers *ret_pointers) MUST_USE;
/* Those that a file of the tree is applied by. */
void pointers_cover(const struct pointers *pointers, struct str path,
                    struct pointer_list *ret_covering);
/* Whether both make the same objects of the same files. NULL equals NULL only. */
bool pointer_is_same(const struct pointer *old, const struct pointer *new);
/* What a pointer changes in documents of its set that were read: variables, and namespaces. */
void pointer_fill(struct arena *arena, const struct pointer *pointer, struct doc_list *docs,
                  struct diags *diags);
