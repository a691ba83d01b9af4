/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this room share:
 *
 *   trial.c          files, counts and failures
 *   trial_read.c     a file of tests to structs, with what may stand in it
 *   trial_world.c    the cluster of one test or example
 *   trial_test.c     what comes out of a test
 *   trial_become.c   what mutating policies make of an object
 *   trial_example.c  the examples of a rule
 */
#pragma once

#include "admit/admit.h"
#include "cel/cel_authorizer.h"
#include "object/object.h"
#include "pack/rule_file.h"
#include "policy/policy.h"
#include "policy/policy_rules.h"
#include "trial/trial.h"

struct trial_docs {
    VEC(struct doc);
};

struct trial_rules {
    VEC(struct rule_file);
};

enum trial_verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_SKIP, VERDICT_UNDECIDED };

/* An object that a test gives: a manifest as text, or a map of the test's file. */
struct trial_object {
    struct trial_docs docs; /* empty: there is none */
    uint32_t first_line;    /* of the source; lines of a test count from it */
};

struct trial_grants {
    VEC(struct cel_grant);
};

struct trial_test {
    struct str name;
    struct span span;
    struct trial_object object, old;
    struct trial_object becomes; /* what mutating policies make of it, as far as it is told */
    enum policy_operation operation;
    const struct node *user; /* or NULL */
    bool has_access;
    struct trial_grants access;
    const struct node *namespace; /* a map, or NULL */
    const struct node *params;    /* a map, or NULL */
    struct trial_docs objects;
    enum trial_verdict expect;
    struct str message;
    int64_t line; /* 0: any */
};

struct trial_tests {
    VEC(struct trial_test);
    struct trial_docs policies; /* Kubernetes objects of the files that are named */
    struct trial_rules rules;
};

/* A file of tests, and the files that it names. -1 with findings. */
int trial_read(struct trial *trial, const struct doc *doc, struct diags *diags,
               struct trial_tests *ret_tests) MUST_USE;
/* All documents of a source; -1 with findings when one can't be read. */
int trial_read_docs(struct arena *arena, struct source *source, struct diags *diags,
                    struct trial_docs *ret_docs) MUST_USE;

void trial_run_test(struct trial *trial, struct source *source, const struct trial_tests *tests,
                    const struct trial_test *test);
/* `pack` is NULL for a rule of a repository. */
void trial_run_examples(struct trial *trial, const struct rule_file *rule,
                        const struct pack_rule *pack);

/* ---- the cluster of one test or example ---- */

struct trial_world {
    struct arena arena;
    struct schema_view view;
    struct object_set objects; /* what is checked, first, and what is beside it */
    struct object_set olds;    /* what it was before */
    struct object_set library; /* policies */
    struct policy_rules *rules;
    struct policy_set *policies;
    struct diags dropped; /* of objects that are only there */
};

void trial_world_init(struct trial_world *world, unsigned minor);
/* Types first: CRDs among the documents. */
void trial_world_add_types(struct trial_world *world, const struct trial_docs *docs);
void trial_world_add(struct trial_world *world, struct object_set *set,
                     const struct trial_docs *docs);
/* Once all is added: policies and rules. */
void trial_world_finish(struct trial_world *world);
void trial_world_release(struct trial_world *world);
/* As the server would store it. False with a text when it does not decode. */
bool trial_world_admit(struct trial_world *world, const struct object *object,
                       struct admitted *ret_admitted, struct str *ret_text);

/* The field path of what `wanted` has and `got` has not, or has otherwise; false when there is
 * nothing. ret_got is what is there, or NULL. */
bool trial_differs(struct arena *arena, const struct node *wanted, const struct node *got,
                   struct str *ret_field, const struct node **ret_wanted,
                   const struct node **ret_got);

void trial_fail(struct trial *trial, struct source *source, struct span span, struct str name,
                const char *fmt, ...) PRINTF(5, 6);
