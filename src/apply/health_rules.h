/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Health of kinds as their authors describe it: expressions over the object, for what no built-in
 * rule knows. An object that a rule is about is judged by it alone.
 *
 *   struct health_rules *rules = health_rules_new(&arena, settings, n, &errors);
 *   const struct health_rule *rule = health_rules_find(rules, STR("example.com/v1"), STR("Mug"));
 *   if (rule) health_rule_of(rule, &arena, object, &health);
 *   health_rules_free(rules);
 *
 * In this order: being deleted; a generation that its controller has not seen (where
 * status.observedGeneration is a number); inProgress, failed, current, the first that is true; none
 * is: in progress. `current` is needed. An expression that can't be evaluated is told, as state
 * HEALTH_UNKNOWN with the error as message; so is an object whose rule could not be compiled.
 *
 * Variables are the fields at the top of the object: metadata, spec, status, data, and whatever
 * else the kind has. A status that is not there yet is an empty one, so that has(status.phase) can
 * ask for it; any other field that is not there is an error.
 *
 * An expression may cost what the API server lets one of a policy cost (CEL_COST_PER_CALL).
 *
 * One thread, as patterns are kept from one evaluation to the next. Source: Flux RFC 0009.
 */
#pragma once

#include "apply/health.h"
#include "config/config_sync.h"

struct health_rules;
struct health_rule;

/* What is wrong with a setting. */
struct health_error {
    const struct config_health *setting;
    const char *field; /* "current", "inProgress", "failed" */
    struct str message;
};

struct health_errors {
    VEC(struct health_error);
};

/* The settings are borrowed. Rules that have errors stay: their objects are then HEALTH_UNKNOWN. */
struct health_rules *health_rules_new(struct arena *arena, const struct config_health *settings,
                                      size_t n, struct health_errors *errors) RETURNS_NONNULL;
void health_rules_free(struct health_rules *rules); /* accepts NULL */

/* The first that names the kind, else the first for all kinds of the version; NULL: none. `rules`
 * may be NULL. */
const struct health_rule *health_rules_find(const struct health_rules *rules,
                                            struct str api_version, struct str kind);
void health_rule_of(const struct health_rule *rule, struct arena *arena, const struct node *object,
                    struct health *ret_health);
