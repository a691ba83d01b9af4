/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defaulting of built-in kinds: the object as the server would store it. The rows are in
 * schemas/defaults (see rule.h for the text); this is for functions that a row calls:
 *
 *   void fill_container_pull_policy(struct filling *f)
 *   {
 *       if (filling_is_zero(f, "imagePullPolicy"))
 *           filling_put_text(f, "imagePullPolicy", tag_is_latest ? "Always" : "IfNotPresent");
 *   }
 *
 * in default_<topic>.c, called by `. call container_pull_policy`. It sees the struct with the rows
 * above it filled in, and the structs above likewise; what is inside the struct is not filled in
 * yet, as in Go. Nothing is changed in place: the first put copies the struct's spine and the rest
 * of the tree is shared. Made nodes have style NODE_MADE and the place of the key of the struct
 * they are in. Nulls of structs that are copied are dropped; elsewhere every reader takes null for
 * absent.
 */
#pragma once

#include "admit/admit_internal.h"

struct filling {
    struct admit_ctx *ctx;
    const struct admitted *admitted;
    const struct filling *up; /* the struct that holds this one, itself or by a list or map */
    struct str holder;        /* name of the field there */
    const struct node *node;  /* the struct as it is now */
    struct node *copy;        /* its own spine, NULL while nothing changed */
    struct span place;        /* of its key: where made nodes stand */
    type_id type;
};

typedef void fill_fn(struct filling *f);

const struct node *filling_get(const struct filling *f, const char *name);
struct str filling_text(const struct filling *f, const char *name);
bool filling_is_zero(const struct filling *f, const char *name);
bool filling_is_set(const struct filling *f, const char *name);
void filling_put(struct filling *f, const char *name, struct node *value);
void filling_put_text(struct filling *f, const char *name, const char *text);
void filling_put_int(struct filling *f, const char *name, int64_t value);
void filling_remove(struct filling *f, const char *name);
/* A new empty map or list of this place, for filling_put. */
struct node *filling_new(struct filling *f, enum node_kind kind);

/* Called by admit_default for built-in kinds, one after the other. */
/* Null items and map values become what Go's decoder makes of them (default_null.c). */
void nulls_fill(struct admit_ctx *ctx, struct admitted *admitted);
void defaults_fill(struct admit_ctx *ctx, struct admitted *admitted);
