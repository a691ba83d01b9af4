/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_rules: rules of tidegate (rules/README.md): those of packs, which come with the program,
 * and those of files of a repository. A policy set takes them in beside its
 * ValidatingAdmissionPolicies and evaluates them in the same way.
 *
 *   struct policy_rules *rules = policy_rules_new(&arena);
 *   policy_rules_set_params(rules, config->params);
 *   policy_rules_add_packs(rules, &choice);
 *   policy_rules_read(rules, &doc, &diags);              // of a repository
 *   source.rules = rules;                                // of as many policy sets as you like
 *   ...
 *   policy_rules_free(rules);                            // after the sets
 *
 * A denial is a finding of the rule's own id, with its severity. What can't be decided, an error of
 * an expression included, is policy/undecided.
 *
 * Rules are compiled for a minor when the first object comes that they are about; any number of
 * threads may check.
 *
 * Lifetime: findings point at the rules of the arena, so it outlives them; the lists own what is
 * compiled.
 */
#pragma once

#include "pack/pack.h"
#include "pack/rule_file.h"

struct policy_rules;
struct schema_view;

struct policy_rules *policy_rules_new(struct arena *arena) MUST_USE RETURNS_NONNULL;
/* Values of params in the place of their defaults, by rule: of those that are added from now on.
 * Borrowed; may be NULL. */
void policy_rules_set_params(struct policy_rules *rules, const struct node *by_id);
/* Those of packs that are on. */
void policy_rules_add_packs(struct policy_rules *rules, const struct pack_choice *choice);
void policy_rules_add_pack(struct policy_rules *rules, const struct pack_rule *rule);
/* A rule that was read. False with findings policy/invalid-rule when its expressions don't compile,
 * or another rule has its id. */
bool policy_rules_add(struct policy_rules *rules, const struct rule_file *file,
                      struct diags *diags);
/* Reads a rule of a repository and adds it; false with findings. Sets diags->at.source. */
bool policy_rules_read(struct policy_rules *rules, const struct doc *doc, struct diags *diags);
/* Findings config/invalid-value about given params that no rule has; about rules that are not in
 * the list only when it has all of the repository. `source` is of the params. */
void policy_rules_check_params(const struct policy_rules *rules, struct source *source,
                               bool has_all, struct diags *diags);
size_t policy_rules_count(const struct policy_rules *rules); /* of NULL: 0 */
/* Rules whose expressions fit none of their kinds; not of packs that nothing needed. */
void policy_check_rule_types(const struct schema_view *view, const struct policy_rules *rules,
                             struct diags *diags);
/* Whether one of them looks at other objects of the set. */
bool policy_rules_see_objects(const struct policy_rules *rules);
/* Whether two lists decide alike; NULL is the empty list. */
bool policy_rules_eq(const struct policy_rules *a, const struct policy_rules *b);
void policy_rules_free(struct policy_rules *rules); /* accepts NULL */
