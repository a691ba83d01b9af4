/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files policy_rule*.c share with the others of this room:
 *
 *   policy_rules.c         lists of rules
 *   policy_rule_compile.c  from a rule to a policy
 *   policy_rule_check.c    which objects a rule is about
 *   policy_rule_fix.c      what mends it
 *   policy_rule_objects.c  the variable `objects`
 *   policy_rule_pod.c      the variables of workloads
 *   policy_rule_types.c    whether expressions fit the kinds
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "cel/cel_library.h"
#include "policy/policy_internal.h"
#include "policy/policy_objects.h"
#include "policy/policy_rules.h"

enum { RULE_MINORS = 32 }; /* from schema_minor_min() on */

struct policy_rule {
    const struct rule *rule;      /* of findings */
    const struct pack_rule *pack; /* NULL: of a repository */
    struct rule_file file;        /* of a pack: what its body says, once that is read */
    const struct node *params;    /* with those of the configuration; NULL: none */
    const struct node *given;     /* params of the configuration, or NULL */
    bool is_read;
    bool on_pods; /* all kinds are workloads */
    bool on_all;  /* a kind is `*` */
    _Atomic(struct policy *) compiled[RULE_MINORS];
};

/* Rules about a kind. */
struct policy_kind {
    VEC(struct policy_kind_rule {
        struct str group;
        bool any_group;
        struct policy_rule *rule;
    });
};

struct policy_rules {
    struct arena *arena;
    struct map ids;            /* id -> struct policy_rule * */
    struct map kinds;          /* kind or "*" -> struct policy_kind * */
    const struct node *params; /* given, by id */
    VEC(struct policy_rule *);
    pthread_mutex_t lock; /* of what follows, and of compiling */
    struct arena lazy;
    struct cel_later later; /* both */
    const struct cel_env *envs[RULE_MINORS];
    const struct cel_env *pack_env;
};

/* The rule as a policy, compiled on first use. */
const struct policy *policy_rule_compiled(struct policy_rules *rules, struct policy_rule *rule,
                                          unsigned minor);
/* Compiles for the newest minor into the arena, to say what is wrong. */
bool policy_rule_compiles(struct arena *arena, const struct rule_file *file, struct diags *diags);
bool policy_rule_is_on_pods(const struct node *kinds);

/* What the rules say of a request. */
void policy_check_rules(const struct policy_subject *subject, struct policy_rules *rules,
                        struct diags *diags);

/* Gives the finding what mends it, when the rule knows. */
void policy_rule_fix(const struct policy_denial *denial, struct diags *diags, struct diag *diag);
