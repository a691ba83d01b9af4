/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of check_table.c, and what they share. */
#pragma once

#include "base/map.h"
#include "check/check.h"
#include "pod/pod_resources.h"

/* What one pass over the objects learns, for all checks. */
struct check_context {
    const struct check_input *input;
    struct arena *arena; /* of the run */
    struct map declared; /* "target namespace/name" -> struct declarers * */
    struct map any;      /* "target namespace" -> struct declarers * */
    struct map unnamed;  /* "target" -> struct declarers * whose names are not known */
    struct map limits;   /* namespace -> struct declarers * of LimitRanges */
    struct map quotas;   /* the same of ResourceQuotas */
    bool has_policies;   /* some Namespace has labels of Pod Security */
    struct {
        VEC(struct in_pod);
    } pods;
};

struct declarers {
    VEC(const struct object *);
};

/* Something that makes Pods, of the set itself. */
struct in_pod {
    struct pod pod;
    struct str namespace;
};

void check_context_init(struct check_context *context, const struct check_input *input,
                        struct arena *arena);
/* Who declares it; or NULL. */
const struct declarers *check_find(const struct check_context *context,
                                   const struct check_reference *reference);
/* Whether a variable stands in what it is called, so that it may be any object of its kind. */
bool check_is_unnamed(const struct object *object);
/* Whether the snapshot of the cluster has all of the kind, so that what is nowhere is missing. */
bool check_is_known(const struct check_context *context, enum check_target target);
/* Whether the set is to be believed about what it does not declare, see check.h. */
bool check_speaks(const struct check_context *context, const struct check_reference *reference,
                  const struct object *object);
/* What LimitRanges of a namespace give to containers that say nothing. */
struct resources check_defaults(const struct check_context *context, struct arena *arena,
                                struct str namespace);

/* A finding at a node of the object, with its field path; `at` is set to the object. */
struct diag *check_report(struct diags *diags, enum rule_id rule, const struct object *object,
                          const struct node *place, const char *fmt, ...) PRINTF(5, 6);
struct diag *check_report_rule(struct diags *diags, const struct rule *rule,
                               const struct object *object, const struct node *place,
                               struct str message);
/* An error where the rule's own severity was not set by the configuration. */
void check_make_error(struct diag *diag);

extern const struct check check_duplicate;
extern const struct check check_crd_conflict;
extern const struct check check_existence;
extern const struct check check_pod_security;
extern const struct check check_limits;
extern const struct check check_quota;
extern const struct check check_joins;
