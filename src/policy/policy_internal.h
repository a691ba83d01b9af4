/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this room share:
 *
 *   policy_set.c       policies with their bindings, params and Namespaces out of a set
 *   policy_bindings.c  policies without bindings, and bindings without policies
 *   policy_type.c      the types of request, namespaceObject and variables
 *   policy_compile.c   expressions to programs
 *   policy_match.c     which requests a policy and a binding are about
 *   policy_params.c    the params of a binding for a request
 *   policy_place.c     an object as every policy sees it
 *   policy_go.c        as Go writes it
 *   policy_serve.c     with what the server writes into it
 *   policy_evaluate.c  one pass over expressions: variables, budgets
 *   policy_check.c     from values to decisions
 *   policy_mutate.c    mutating policies, in the order of the server
 *   policy_patch.c     one mutation
 *   policy_value.c     values of expressions as nodes (policy_value.h)
 *   policy_decode.c    what Go says of what does not decode afterwards
 *   policy_merge.c     merging what an ApplyConfiguration gives (policy_merge.h)
 *   policy_shape.c     how lists, maps and structs of a kind merge
 *   policy_report.c    from decisions to findings
 *   policy_typed.c     kinds as types (policy_typed.h)
 *   policy_typecheck.c policies against the kinds that they match
 *   policy_rule*.c     rules of tidegate as policies (policy_rule.h)
 */
#pragma once

#include "base/map.h"
#include "cel/cel.h"
#include "policy/policy.h"

/* ---- compiled policies ---- */

struct policy_expr {
    const struct node *node;     /* of its text; NULL: there is none */
    struct str source;           /* as it was written */
    struct cel_program *program; /* NULL: none, or `error` says why */
    struct str error;            /* "compilation failed: ERROR: ..." */
    struct cel_issue issue;      /* the first of them */
};

struct policy_variable {
    struct str name;
    struct policy_expr expr;
    const struct cel_type *type; /* as users of the variable see it */
};

/* The type of `variables`: its fields are those that are compiled already. */
struct policy_variables {
    struct cel_object object; /* first, so that the struct is found from it */
    struct cel_type type;
    struct policy_variable *items;
    uint32_t n;
    bool on_pods; /* and those of workloads (enum policy_pod_variable) */
};

/* order: policy_rule_pod.c */
enum policy_pod_variable {
    POD_SPEC,
    POD_METADATA,
    POD_CONTAINERS,
    POD_ALL_CONTAINERS,
    POD_PATH,
    POD_VARIABLES, /* none */
};

/* Or a mutation, which is an expression alone. */
struct policy_validation {
    struct policy_expr expr, message_expr;
    struct str message;
    bool merges; /* an ApplyConfiguration, no JSONPatch */
};

struct policy_exprs { /* match conditions, audit annotations */
    struct policy_expr *items;
    uint32_t n;
};

/* One operation of the fix of a rule. */
struct policy_fix {
    const struct node *op;    /* its map in the rule */
    struct policy_expr value; /* valueExpression */
    struct policy_expr list;  /* expression: a list of JSONPatch */
};

/* Variables of the environments, in this order; params only when the policy has a paramKind, and
 * written and objects only when it is a rule. */
enum policy_slot {
    SLOT_OBJECT,
    SLOT_OLD_OBJECT,
    SLOT_NAMESPACE,
    SLOT_REQUEST,
    SLOT_VARIABLES,
    SLOT_PARAMS,
    SLOT_COUNT = SLOT_PARAMS + 6, /* with written, objects, neighbours, authorizer and
                                     authorizer.requestResource */
};

struct policy_param {
    const struct object *object;
    const struct node *value; /* as the server would store it */
    struct str namespace;     /* "" of a cluster-scoped one */
};

enum policy_param_state {
    PARAMS_NONE,    /* no paramKind */
    PARAMS_UNKNOWN, /* a kind without a schema here */
    PARAMS_CLUSTER,
    PARAMS_NAMESPACED,
};

/* What is refused besides validations; each a rule of its own. */
enum policy_which { WHICH_CONDITIONS, WHICH_BINDING, WHICH_AUDIT, WHICH_BUDGET, WHICH_COUNT };

struct policy_binding {
    struct str name;
    const struct object *object;
    const struct node *match;     /* matchResources, or NULL */
    const struct node *param_ref; /* or NULL */
    enum severity severity;       /* the most severe of its validationActions */
    bool is_missing;              /* none names the policy, which was given by itself */
    struct rule *rules;           /* by validation, then by enum policy_which */
};

struct policy_rule;
struct policy_objects;

struct policy {
    struct str name;
    const struct object *object;   /* NULL: a rule of tidegate */
    const struct policy_rule *own; /* it; NULL: none */
    bool sees_secrets;             /* of other objects: no values of expressions are told */
    const struct node *match;
    bool fails;     /* failurePolicy: Fail */
    bool mutates;   /* a MutatingAdmissionPolicy */
    bool reinvokes; /* reinvocationPolicy: IfNeeded */
    struct gvk param_kind;
    enum policy_param_state param_state;
    struct {
        VEC(struct policy_param);
    } params;              /* all objects of paramKind in the set */
    uint32_t written_slot; /* of rules: written, then objects and neighbours */
    uint32_t authorizer_slot;
    struct policy_variables variables;
    struct policy_validation *validations;
    uint32_t validation_count;
    struct policy_exprs conditions, audits;
    struct {
        struct policy_fix *items;
        uint32_t n;
    } fixes; /* of a rule */
    struct {
        VEC(struct policy_binding);
    } bindings;
};

struct policy_set {
    struct arena *arena;
    struct policy_source source;
    struct {
        VEC(const struct object *);
    } sources;                 /* policies, bindings and params are among them */
    size_t own_sources;        /* of the set, first; then the library's, then the cluster's */
    size_t given_sources;      /* where the cluster's begin */
    const struct cel_env *env; /* libraries, as stored expressions have them */
    struct map namespaces;     /* name -> const struct node *, as the server would store it */
    struct {
        VEC(struct policy *);
    } policies;
    struct policy_objects *objects; /* what rules see; NULL: there are none */
};

/* An object as the server would store it; NULL when it would not get in. */
const struct node *policy_stored(const struct policy_source *source, struct arena *arena,
                                 const struct object *object);
/* The value as policies see it, without what the server makes up (policy_served). */
const struct node *policy_place(const struct policy_source *source, struct arena *arena,
                                const struct admitted *admitted);
/* A Secret with its values made unreadable; accepts NULL. */
const struct node *policy_masked(struct arena *arena, const struct node *secret);
/* A built-in value as Go writes it, or the same one. */
const struct node *policy_as_go(struct arena *arena, unsigned minor, const struct node *value,
                                type_id type);
/* A list or map of its own with the same values. */
struct node *policy_shallow(struct arena *arena, const struct node *node);
/* The namespace that an object of the set is in. */
struct str policy_namespace(const struct policy_source *source, const struct object *object);

void policy_compile(struct policy_set *set, struct policy *policy, const struct node *spec);
/* The same of a rule, which has variables, validations and fix. */
void policy_compile_in(struct arena *arena, const struct cel_env *env, struct policy *policy,
                       const struct node *spec);
void policy_release(struct policy *policy);
/* Where the first issue of an expression is. */
struct span policy_issue_span(const struct source *source, const struct policy_expr *expr);

/* ---- types ---- */

void policy_variables_init(struct policy_variables *variables, struct policy_variable *items);
extern const struct cel_type policy_objects_type;
enum policy_pod_variable policy_pod_find(struct str name);
const struct cel_type *policy_pod_type(enum policy_pod_variable variable);

/* ---- requests ---- */

struct policy_subject {
    const struct policy_set *set;
    const struct policy_request *request;
    const struct kind_info *kind;
    const struct object *object;        /* what findings are about */
    const struct node *value, *old;     /* NULL: none */
    struct str name, namespace;         /* as the request has them; of a Namespace both */
    const struct node *namespace_value; /* NULL: not in the set, or there is none */
    bool is_namespace;
    struct arena *arena;
};

/* The object or the old one as validating policies see it: with what the server writes into it. */
const struct node *policy_served(const struct policy_subject *subject, const struct node *value);

enum policy_answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/* The resource as which a policy sees the object. */
struct policy_matched {
    struct str group, version;
};
/* Whether a MatchResources takes the request; `ret_why` says what is unknown. */
enum policy_answer policy_match(const struct policy_subject *subject, const struct node *resources,
                                struct policy_matched *ret_matched, struct str *ret_why);

/* False for what policies never see. */
bool policy_subject_make(const struct policy_set *set, struct arena *arena,
                         const struct policy_request *request, struct policy_subject *ret_subject);
/* Whether policies that are objects apply to a kind. */
bool policy_sees_kind(const struct kind_info *kind);

/* ---- params ---- */

struct policy_params {
    VEC(const struct node *); /* one NULL: evaluated once, with null */
    struct str error;         /* of the configuration, in the server's words */
    struct str unknown;       /* why nobody knows */
};
void policy_params_of(const struct policy_subject *subject, const struct policy *policy,
                      const struct policy_binding *binding, struct policy_params *ret_params);

/* ---- evaluating ---- */

/* One policy, binding and param, about an object. */
struct policy_invocation {
    const struct policy_subject *subject;
    const struct policy *policy;
    const struct policy_binding *binding;
    const struct node *param; /* NULL: null */
    struct policy_matched matched;
};

enum policy_outcome { OUTCOME_VALUE, OUTCOME_ERROR, OUTCOME_UNKNOWN };

struct policy_result {
    enum policy_outcome outcome;
    struct cel_value value;
    struct str text; /* of an error, or why it is unknown */
};

/* One activation: variables are computed once in it. */
struct policy_pass {
    const struct policy_subject *subject;
    const struct policy *policy;
    const struct policy_matched *matched;
    bool no_namespace;
    const struct node *request; /* made when an expression asks for it */
    struct cel_value slots[SLOT_COUNT];
    struct cel_value *values; /* of variables, then those of workloads */
    bool *is_known;
    uint64_t variable_cost; /* since the last expression */
    unsigned depth;         /* of variables that use variables */
    uint64_t budget;
    bool is_out;
};

struct policy_activation {
    const struct policy_subject *subject;
    const struct policy *policy;
    const struct node *param; /* NULL: null */
    const struct policy_matched *matched;
    bool no_namespace;  /* namespaceObject is null: match conditions */
    bool no_authorizer; /* messages */
    uint64_t budget;
};
void policy_pass_begin(struct policy_pass *pass, const struct policy_activation *activation);
/* All objects of the set, and what makes Pods, as rules see them. */
struct cel_value policy_objects_value(const struct policy_objects *objects);
struct cel_value policy_pod_value(const struct policy_subject *subject,
                                  enum policy_pod_variable variable);
/* The value of an expression; sets is_out when the budget of the pass is used up. */
struct policy_result policy_eval(struct policy_pass *pass, const struct policy_expr *expr);
/* The same, any value, which lives in the run's arena; nothing but the outcome and its text is in
 * the result. */
struct policy_result policy_eval_in(struct policy_pass *pass, const struct policy_expr *expr,
                                    struct cel_run *run, struct cel_value *ret_value);
/* What is to blame for a validation's being false or an error: a node of the object, or NULL.
 * `lines` gets the sub-expressions with their values. */
const struct node *policy_blame(struct policy_pass *pass, const struct policy_expr *expr,
                                struct buf *lines);

/* Whether all match conditions are true; what is not decided, or fails, is reported. */
bool policy_conditions_hold(const struct policy_invocation *invocation, struct diags *diags);

/* ---- mutating ---- */

enum policy_change { CHANGE_MADE, CHANGE_FAILED, CHANGE_UNKNOWN };

/* What Go says of an object that does not decode: read as JSON, or converted from a merge. */
struct str policy_decode_error(struct arena *arena, const struct admitted *admitted,
                               const struct diags *found, unsigned minor, bool merges);
/* The same of its apiVersion and kind; "" when they can be read. */
struct str policy_kind_error(struct arena *arena, const struct node *root);
/* What one mutation makes of the subject's value, before it is decoded and defaulted. */
enum policy_change policy_patch(const struct policy_invocation *invocation, uint32_t mutation,
                                uint8_t origin, const struct node **ret_root, struct str *ret_text);

/* ---- findings ---- */

struct policy_denial {
    const struct policy_subject *subject;
    const struct policy *policy;
    const struct policy_binding *binding;
    const struct rule *rule;
    const struct policy_expr *expr; /* NULL: none */
    const struct node *node;        /* to blame, or NULL */
    struct str message;             /* in the server's words */
    struct str shown;               /* sub-expressions with their values */
    bool always_denies;             /* whatever the binding's actions are */
    const struct node *param;       /* that the expression saw */
};
void policy_deny(const struct policy_denial *denial, struct diags *diags);
void policy_undecided(const struct policy_subject *subject, const struct policy *policy,
                      struct str why, struct diags *diags);
/* The rule of a validation, or behind those of enum policy_which. */
const struct rule *policy_rule_of(const struct policy *policy, const struct policy_binding *binding,
                                  uint32_t index);
const struct node *policy_rule_params(const struct policy_rule *rule);
/* All validations of a rule that is about the object. */
void policy_check_own(const struct policy_subject *subject, const struct policy *policy,
                      struct diags *diags);
/* Rules of a binding. */
void policy_make_rules(struct arena *arena, const struct policy *policy,
                       struct policy_binding *binding);
