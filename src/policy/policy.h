/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy: the admission policies of a set, with the outcome of the API server, offline.
 * Policies, bindings and params are objects of the checked set, and apply to its objects as they
 * would in the cluster; or of its base, or of files besides.
 *
 *   struct policy_set *policies = policy_set_new(&arena, &source);   // NULL: the set has none
 *   struct policy_request request = {.operation = POLICY_UPDATE, .object = &now, .old = &before};
 *   request.object = policy_mutate(policies, &ctx, &request, &mutated);
 *   policy_check(policies, &scratch, &request, &diags);
 *   policy_set_free(policies);
 *
 * MutatingAdmissionPolicies run first, with everything that the server does again for them
 * (reinvocationPolicy, decoding, defaults). One that fails is a finding policy/NAME/mutation-N,
 * when its failurePolicy is Fail. What they make has no place in a file: it stands where what it
 * replaces stood, else at the key of what holds it, and policy_tell_origins() says who made it.
 *
 * A denial is a finding policy/NAME/WHICH at what made the expression false: an error when the
 * binding says Deny, a warning with Warn, an info with Audit. WHICH is the place of the validation,
 * from 0; `match-conditions`, `binding` or `audit-annotations` where it is not a validation that
 * failed. What can't be decided without a cluster is policy/undecided, never passed in silence:
 * who sends the request, what somebody may do, a param or a Namespace that is not in the set.
 *
 * Lifetime: the set's arena holds everything, rules of findings too, so it outlives them; what it
 * was made of (objects, view) is borrowed. Once made it is const: any number of threads may check,
 * each with a scratch arena and a list of its own.
 *
 * Sources: k8s.io/apiserver, pkg/admission/plugin/policy and pkg/admission/plugin/cel.
 */
#pragma once

#include "admit/admit.h"
#include "base/opt.h"
#include "object/object.h"

struct cel_authorizer;
struct policy;
struct policy_rules;
struct profile;

struct policy_source {
    const struct object_set *objects;  /* Namespaces are among them */
    const struct object_set *policies; /* policies, bindings and params are among them; or NULL */
    const struct object_set *library; /* the same, of no set: what a set has as well counts there */
    const struct object_set *cluster; /* the same, of a cluster: what the others lack; or NULL */
    const struct schema_view *view;   /* also the minor whose language is spoken */
    const struct profile *profile;    /* NULL: a default server */
    bool is_strict;                   /* what is undecided is an error, not a warning */
    struct policy_rules *rules, *packs; /* policy_rules.h; they outlive the set; or NULL */
};

struct policy_set;

/* NULL when there is no policy that the server would run. A policy of a set without a binding is
 * none; one of the library without one is meant to be heeded, so it denies whatever it is about. */
struct policy_set *policy_set_new(struct arena *arena, const struct policy_source *source);
/* Whether two sets decide alike: the same policies, bindings and params. NULL is the empty set.
 * `ret_what` is a policy that differs, of b where it is there, and may be NULL. */
bool policy_set_eq(const struct policy_set *a, const struct policy_set *b,
                   const struct object **ret_what);
void policy_set_free(struct policy_set *set); /* compiled patterns; accepts NULL */

/* Policies without a binding, and bindings without a policy that is here or external. */
void policy_check_bindings(const struct policy_source *source, const struct str_list *externals,
                           struct diags *diags);

/* Policies whose expressions do not fit the types of the kinds that they match. */
void policy_check_types(const struct policy_source *source, struct diags *diags);

enum policy_operation { POLICY_CREATE, POLICY_UPDATE, POLICY_DELETE };

struct policy_request {
    enum policy_operation operation;
    const struct admitted *object; /* NULL: deleted */
    const struct admitted *old;    /* NULL: created */
    /* What only a test knows; NULL: it is as in the set, or unknown. */
    const struct node *user;                 /* request.userInfo */
    const struct cel_authorizer *authorizer; /* what users may do */
    size_t *taken; /* counts how often validations were looked at; NULL: nobody asks */
};

/* What all policies say of a request; diags->at is the caller's, about the object. `set` may be
 * NULL. Scratch memory is the caller's to release afterwards. */
void policy_check(const struct policy_set *set, struct arena *scratch,
                  const struct policy_request *request, struct diags *diags);

/* ---- mutating policies ---- */

enum { POLICY_ORIGINS = 255 };

/* What changed an object: a policy and the place of its mutation. */
struct policy_origin {
    const struct policy *policy;
    uint32_t mutation;
};

/* An object as policies made it, in the arena that it was made in. */
struct policy_mutated {
    struct admitted admitted;
    struct object object; /* with the tree as it would be sent to be like this */
    struct policy_origin origins[POLICY_ORIGINS];
    size_t origin_count;
};

/* What the MutatingAdmissionPolicies make of the object of a creation or an update; the object that
 * was given when there are none for it. Mutations that fail are findings. Everything is in
 * ctx->arena, and ret_mutated is needed as long as the object is. `set` may be NULL. */
const struct admitted *policy_mutate(const struct policy_set *set, const struct admit_ctx *ctx,
                                     const struct policy_request *request,
                                     struct policy_mutated *ret_mutated);
/* Says of findings from `first` on, which are about that object, what policy made the value. */
void policy_tell_origins(const struct policy_mutated *mutated, struct diags *diags, size_t first);
