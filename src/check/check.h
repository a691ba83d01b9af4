/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: relations between the objects of one set. Each check is a const struct in its own file and
 * a row in check_table.c; it sees the whole set and adds findings. Findings here are never the API
 * server's verdict on a manifest: that sees one object at a time, and these see what the repository
 * says about the rest of the cluster.
 *
 * When a check of names speaks. A declared set that has one object of a kind is taken to have all
 * of that kind that it uses (service accounts: all of their namespace). One that has none says
 * nothing about them, so what comes from elsewhere makes no noise: StorageClasses in a repository
 * of applications, for example. Where no sets are declared, all plain files are one set that may
 * hold much that does not belong together; there an object of the kind speaks for the files in its
 * own folder and below.
 *
 * What exists is what the set and the sets that it depends on have, wherever it stands, what
 * `external:` names, and what every cluster has.
 *
 * With a snapshot of the cluster, what is there exists as well, and of the kinds that it knows all
 * of, what is neither there nor in any set is missing, whoever declares what.
 */
#pragma once

#include "base/opt.h"
#include "diag/diag.h"
#include "object/object.h"

struct snapshot;

struct check_version {
    unsigned minor;
    uint32_t bit; /* of findings at it */
};

struct check_input {
    const struct object_set *objects;
    const struct object_set *const *depends; /* sets that it depends on, directly or not */
    size_t depend_count;
    const struct snapshot *snapshot;     /* of the cluster; NULL: nothing is known of it */
    const struct object_set *cluster;    /* what it has in clear; NULL with no snapshot */
    const struct object_set *const *all; /* sets of the run, which may be on their way there */
    size_t all_count;
    const struct str_list *externals; /* KIND/[NS/]NAME with patterns; or NULL */
    const struct str_list
        *namespaces; /* that the configuration gives to sets: they exist; or NULL */
    const struct check_version *versions;
    size_t version_count;
    bool no_pod_security, no_limit_ranger, no_quota; /* the cluster has the plugin switched off */
    bool declared; /* the set is declared or rendered: applied together for sure */
    const struct pack_choice *packs; /* rules of packs that are on; NULL: those by default */
};

struct check_context;
struct pack_choice;

struct check {
    const char *name;
    void (*run)(const struct check_context *context, struct diags *diags);
};

/* Runs all checks of the table. diags->at.set and at.versions are the caller's. */
void check_run(const struct check_input *input, struct diags *diags);

/* ---- deletions ---- */

struct check_sides {
    const struct object_set *old;        /* a set at the base */
    const struct object_set *const *new; /* all sets of the head: what moved is not deleted */
    size_t new_count;
    /* What the head does not read any more, or can't: nothing is said about its objects. */
    bool (*is_lost)(const void *ctx, struct str path);
    const void *ctx;
};

/* What goes away together with a Namespace, claim or CRD that is deleted. */
void check_deletions(const struct check_sides *sides, struct diags *diags);

/* ---- what refers to what ---- */

/* Kinds that others name and that must exist for them. */
enum check_target {
    TARGET_NAMESPACE,
    TARGET_SERVICE_ACCOUNT,
    TARGET_PRIORITY_CLASS,
    TARGET_RUNTIME_CLASS,
    TARGET_STORAGE_CLASS,
    TARGET_INGRESS_CLASS,
    TARGET_COUNT,
};

/* "Namespace" */
const char *check_target_kind(enum check_target target);
const char *check_target_group(enum check_target target);
/* Field names that references to it stand under; NULL ends the list. */
const char *const *check_target_fields(enum check_target target);

struct check_reference {
    enum check_target target;
    struct str namespace; /* of a service account; else "" */
    struct str name;
    const struct node *place;
};

struct check_references {
    VEC(struct check_reference);
};

/* The namespace that an object is in, "default" when nobody says; also of objects whose scope is
 * not known. */
struct str check_namespace(const struct object *object, struct str default_namespace);
/* All that an object refers to by name. What it leaves out, and what every cluster has, is no
 * reference. */
void check_references_of(struct arena *arena, const struct object *object,
                         struct str default_namespace, struct check_references *references);
/* What an object declares, false for most. A volume declares the storage class that it names: a
 * claim finds it without there being one. */
bool check_declares(const struct object *object, struct str default_namespace,
                    struct check_reference *ret_declared);
/* Whether a pattern of `external:` names it. */
bool check_is_external(const struct str_list *externals, const struct check_reference *reference);
bool check_is_named_external(const struct str_list *externals, struct str kind,
                             struct str namespace, struct str name);
