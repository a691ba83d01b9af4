/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object: a Kubernetes object as a view on a node: which kind, which name, which set. Scope
 * (namespaced or not) comes from the schema, so identities are made after the CRDs are known.
 *
 *   struct object_set set = {.arena = &arena, .name = name, .default_namespace = ns};
 *   object_set_add_doc(&set, &view, doc, &diags);      // expands kind: List
 *   const struct object *o = object_set_find(&set, identity);
 *
 * Lifetime: objects point into their documents; the set's arena holds the rest.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "diag/diag.h"
#include "doc/doc.h"
#include "schema/schema.h"

struct gvk {
    struct str group; /* "" for the core group */
    struct str version;
    struct str kind;
};

/* "apps/v1" or "v1" into its parts; false when it is no group/version at all. */
bool api_version_split(struct str api_version, struct str *ret_group, struct str *ret_version);

struct object {
    const struct doc *doc;
    const struct node *root; /* the object itself; for an item of a List, the item */
    struct source *source;
    struct gvk gvk;
    struct str api_version; /* as written */
    struct str namespace;   /* as written; "" when it is not */
    struct str name;        /* "" when it is not there or no text */
    struct str generate_name;
    struct str identity; /* group/kind/namespace/name; "" when it has no name */
    int32_t list_index;  /* position in a kind: List, -1: not in one */
    bool namespaced;     /* scope is known and the kind is namespaced */
    bool scope_known;
    bool sops;     /* encrypted by SOPS: values that start with ENC[ are opaque */
    bool unknowns; /* some values of its document are not known: NODE_UNKNOWN */
};

struct object_set {
    struct arena *arena; /* borrowed */
    struct str name;
    struct str default_namespace; /* for namespaced objects that name none; "" : "default" */
    VEC(struct object);
    struct map by_identity; /* identity -> struct object_index * */
};

/* All objects with one identity, in order of appearance. */
struct object_index {
    VEC(uint32_t);
};

/* What a node says it is, without looking at its scope. False when it is no map or lacks apiVersion
 * or kind (as text); then ret_object has what could be read. */
bool object_read(const struct doc *doc, const struct node *root, struct object *ret_object);
/* Reads a document's object, or the items of a `kind: List` / `*List`, and adds them. Items that
 * are no objects are reported. Marks secret values in the source. */
void object_set_add_doc(struct object_set *set, const struct schema_view *view,
                        const struct doc *doc, struct diags *diags);
/* Indexes the identities; call it once all objects are in. */
void object_set_index(struct object_set *set);
const struct object_index *object_set_find(const struct object_set *set, struct str identity);

/* Whether nothing can be said of a value: what SOPS encrypted, and variables without a value. */
bool object_is_opaque(const struct object *object, const struct node *node);

/* The namespace that an object goes to: its scope is the schema's, which may not be there; then it
 * is what is written, or the set's. */
struct str object_target(const struct object *object, struct str default_namespace);

/* For diags: what a finding about this object says it is about. */
struct diag_object object_diag(const struct object *object);
/* "Deployment shop/web". */
struct str object_title(struct arena *arena, const struct object *object);
bool object_is(const struct object *object, const char *group, const char *kind);
bool object_is_crd(const struct object *object);

/* Masks values of Secrets (data, stringData, the last-applied annotation) and SOPS values in the
 * source, so no report quotes them. For text that does not parse and mentions a Secret, sets
 * no_excerpt. */
void object_mask_secrets(const struct object *object);
/* A copy to show, where those values are "(not shown)"; *ret_hidden says whether there are any. */
struct node *object_copy_masked(struct arena *arena, const struct object *object, bool *ret_hidden);
void source_mask_unparsed(struct source *source);
