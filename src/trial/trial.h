/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial: whether rules and policies say what their examples and tests want. rules/README.md is the
 * manual of the files.
 *
 *   struct trial trial;
 *   trial_init(&trial, &arena, 36);
 *   trial_pack_rule(&trial, rule);              // the examples of a rule of the program
 *   trial_file(&trial, source, &diags);         // a rule with its examples, or a file of tests
 *   for (size_t i = 0; i < trial.n; i++)
 *       print(&trial.items[i]);
 *
 * An example that fails must give a finding of its rule, the first one at the line that it names;
 * one that passes must give none. A test must come out as it expects; one that no policy was about
 * comes out as `skip`. What can't be decided comes out as nothing that a test can expect: a test
 * says who asks and what is there.
 *
 * Lifetime: failures live in the arena; so does what files are read to. One thread.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "diag/diag.h"

struct pack_rule;

struct trial_failure {
    struct source *source; /* of the rule or the test */
    struct span span;      /* of the example or the test */
    struct str name;       /* of the test; the rule and which of its examples */
    struct str text;       /* what was wanted and what came */
};

struct trial {
    struct arena *arena; /* borrowed */
    unsigned minor;      /* of the server that is played */
    size_t rules;        /* with examples, or that tests are about; and policies */
    size_t examples;
    size_t tests;
    VEC(struct trial_failure);
};

void trial_init(struct trial *trial, struct arena *arena, unsigned minor);
void trial_pack_rule(struct trial *trial, const struct pack_rule *rule);
/* Whether a path is a file of tests by its name. */
bool trial_is_test(struct str path);
/* A rule or a file of tests, of text that is at hand. What is wrong with the file itself goes to
 * `diags`; a file with policies alone is fine and has nothing to try. -1 when a file that tests
 * name can't be read, or is wrong. */
int trial_file(struct trial *trial, struct source *source, struct diags *diags) MUST_USE;
