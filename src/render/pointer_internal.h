/* SPDX-License-Identifier: Apache-2.0 */
/* What the files pointer*.c share. */
#pragma once

#include "render/pointer.h"
#include "render/render_internal.h"

/* A file that may have something to do with pointers. */
struct pointer_file {
    const struct tree_entry *entry;
    bool points;    /* has the name of a group of Flux or Argo CD in it */
    bool offers;    /* may have a ConfigMap or a Secret in it */
    bool is_looked; /* both of them are known */
    bool is_read;
    struct source *source;
    struct doc_list docs;
};

struct pointing {
    struct pointer_input in;
    struct tree_reader *reader;
    struct {
        VEC(struct pointer_file);
    } files;
    struct map declared; /* sources of Flux that are in the tree: their keys */
    struct pointers *out;
};

/* pointer_files.c: finds files by their words, and reads them. */
int pointer_files_find(struct pointing *pointing) MUST_USE;
/* False when it is no YAML: whoever reads it as a manifest says why. */
bool pointer_file_read(struct pointing *pointing, struct pointer_file *file);
/* data of the ConfigMap or Secret (an object with `kind`) of that name: the one in the folder that
 * is nearest to the pointer's. NULL: none, or several that can't be told apart. */
const struct node *pointer_data(struct pointing *pointing, const struct pointer *pointer,
                                const char *kind, struct str name);

/* pointer_flux.c, pointer_argo.c: an object as pointers, when it is one. */
void pointer_add_flux(struct pointing *pointing, struct pointer_file *file,
                      const struct object *object);
void pointer_add_argo(struct pointing *pointing, struct pointer_file *file,
                      const struct object *object);

/* pointer.c */
struct pointer *pointer_new(struct pointing *pointing, const struct pointer_file *file,
                            const struct object *object, enum pointer_engine engine);
void pointer_add(struct pointing *pointing, struct pointer *pointer);
struct diag *pointer_report(struct pointing *pointing, const struct pointer *pointer,
                            const struct node *place, enum severity severity, const char *fmt, ...)
    PRINTF(5, 6);
/* Fields that change what is built in a way that is not followed here. */
void pointer_tell_ignored(struct pointing *pointing, const struct pointer *pointer,
                          const struct node *map, const char *const *fields, size_t n);
/* A path of the tree, whatever it starts with; false when it leads out of it. */
bool pointer_path(struct pointing *pointing, struct str dir, struct str written,
                  struct str *ret_path);
struct str pointer_yaml(struct arena *arena, const struct node *node);
bool pointer_folder_exists(const struct pointing *pointing, struct str dir);
