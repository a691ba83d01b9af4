/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of access: builders that collect what is asked, and the decision. */
#include "base/dns.h"
#include "cel/cel_authorizer.h"
#include "cel/cel_rows.h"

#define NAMED(variable, text)                                                                      \
    const struct cel_type variable = {.kind = CEL_STRUCT, .name = {(text), sizeof(text) - 1}}

NAMED(cel_type_authorizer, "kubernetes.authorization.Authorizer");
NAMED(cel_type_resource_check, "kubernetes.authorization.ResourceCheck");
static NAMED(path_type, "kubernetes.authorization.PathCheck");
static NAMED(group_type, "kubernetes.authorization.GroupCheck");
static NAMED(decision_type, "kubernetes.authorization.Decision");

/* All stages of a question; selectors narrow it, and no authorizer of a cluster with RBAC looks at
 * them. */
struct question {
    const struct cel_authorizer *authorizer;
    struct cel_access access;
    struct str field_selector, label_selector;
};

static bool is_same_access(const struct cel_access *a, const struct cel_access *b)
{
    return str_eq(a->user, b->user) && str_eq(a->path, b->path) && str_eq(a->group, b->group) &&
           str_eq(a->resource, b->resource) && str_eq(a->subresource, b->subresource) &&
           str_eq(a->namespace, b->namespace) && str_eq(a->name, b->name) &&
           str_eq(a->verb, b->verb);
}

static bool equal_questions(const void *a, const void *b)
{
    const struct question *one = a;
    const struct question *other = b;
    return one->authorizer == other->authorizer && is_same_access(&one->access, &other->access) &&
           str_eq(one->field_selector, other->field_selector) &&
           str_eq(one->label_selector, other->label_selector);
}

static bool equal_decisions(const void *a, const void *b)
{
    const struct cel_grant *one = a;
    const struct cel_grant *other = b;
    return one->denied == other->denied && str_eq(one->reason, other->reason) &&
           str_eq(one->error, other->error);
}

static const struct cel_class authorizer_class = {.type = &cel_type_authorizer,
                                                  .equal = equal_questions};
static const struct cel_class resource_class = {.type = &cel_type_resource_check,
                                                .equal = equal_questions};
static const struct cel_class path_class = {.type = &path_type, .equal = equal_questions};
static const struct cel_class group_class = {.type = &group_type, .equal = equal_questions};
static const struct cel_class decision_class = {.type = &decision_type, .equal = equal_decisions};

/* ---- building ---- */

static struct cel_value make(struct cel_run *run, const struct cel_class *class,
                             const struct question *question)
{
    return cel_opaque(class, arena_dup(run->arena, question, sizeof *question));
}

struct cel_value cel_authorizer_value(struct cel_run *run, const struct cel_authorizer *authorizer)
{
    return make(run, &authorizer_class, &(struct question){.authorizer = authorizer});
}

struct cel_value cel_authorizer_of_resource(struct cel_run *run,
                                            const struct cel_authorizer *authorizer,
                                            const struct cel_access *access)
{
    return make(run, &resource_class,
                &(struct question){.authorizer = authorizer, .access = *access});
}

static struct question copy_of(const struct cel_value *args)
{
    return *(const struct question *)args[0].data;
}

static struct cel_value path(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct question question = copy_of(args);
    question.access.path = cel_text(args[1]);
    if (str_trim(question.access.path).n == 0)
        return cel_fail(run, "path must not be empty");
    return make(run, &path_class, &question);
}

static struct cel_value group(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct question question = copy_of(args);
    question.access.group = cel_text(args[1]);
    return make(run, &group_class, &question);
}

static struct cel_value service_account(struct cel_run *run, const struct cel_value *args, size_t n)
{
    enum { LABEL_MAX = 63, SUBDOMAIN_MAX = 253 };
    (void)n;
    struct question question = copy_of(args);
    const struct str namespace = cel_text(args[1]);
    const struct str name = cel_text(args[2]);
    if (name.n > SUBDOMAIN_MAX || !dns_is_subdomain(name))
        return cel_fail(run, "Invalid service account name");
    if (namespace.n > LABEL_MAX || !dns_is_label(namespace))
        return cel_fail(run, "Invalid service account namespace");
    question.access.user = str_format(run->arena, "system:serviceaccount:%.*s:%.*s",
                                      STR_FMT(namespace), STR_FMT(name));
    return make(run, &authorizer_class, &question);
}

static struct cel_value resource(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct question question = copy_of(args);
    question.access.resource = cel_text(args[1]);
    if (str_trim(question.access.resource).n == 0)
        return cel_fail(run, "resource must not be empty");
    return make(run, &resource_class, &question);
}

#define SETTER(function, member)                                                                   \
    static struct cel_value function(struct cel_run *run, const struct cel_value *args, size_t n)  \
    {                                                                                              \
        (void)n;                                                                                   \
        struct question question = copy_of(args);                                                  \
        question.member = cel_text(args[1]);                                                       \
        return make(run, &resource_class, &question);                                              \
    }
SETTER(subresource, access.subresource)
SETTER(namespace, access.namespace)
SETTER(name, access.name)
SETTER(field_selector, field_selector)
SETTER(label_selector, label_selector)

/* ---- deciding ---- */

static bool covers(struct str granted, struct str asked)
{
    return str_is(granted, "*") || str_eq(granted, asked);
}

static bool is_granted(const struct cel_access *grant, const struct cel_access *access)
{
    return covers(grant->user, access->user) && covers(grant->path, access->path) &&
           covers(grant->group, access->group) && covers(grant->resource, access->resource) &&
           covers(grant->subresource, access->subresource) &&
           covers(grant->namespace, access->namespace) && covers(grant->name, access->name) &&
           covers(grant->verb, access->verb);
}

static struct cel_value check(struct cel_run *run, const struct cel_value *args, size_t n)
{
    static const struct cel_grant nothing = {.denied = true};
    (void)n;
    struct question question = copy_of(args);
    question.access.verb = cel_text(args[1]);
    const struct cel_authorizer *authorizer = question.authorizer;
    if (!authorizer->is_declared)
        return cel_unknown(
            run, "who may %.*s %.*s is not known offline", STR_FMT(question.access.verb),
            STR_FMT(question.access.path.n ? question.access.path : question.access.resource));
    for (size_t i = 0; i < authorizer->n; i++)
        if (is_granted(&authorizer->grants[i].access, &question.access))
            return cel_opaque(&decision_class, &authorizer->grants[i]);
    return cel_opaque(&decision_class, &nothing);
}

static struct cel_value allowed(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    const struct cel_grant *decision = args[0].data;
    return cel_bool(!decision->denied && decision->error.n == 0);
}

static struct cel_value reason(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    const struct cel_grant *decision = args[0].data;
    return cel_string(decision->reason);
}

static struct cel_value errored(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    const struct cel_grant *decision = args[0].data;
    return cel_bool(decision->error.n > 0);
}

static struct cel_value error(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    const struct cel_grant *decision = args[0].data;
    return cel_string(decision->error);
}

#define AUTHORIZER &cel_type_authorizer
#define RESOURCE   &cel_type_resource_check
#define PATH       &path_type
#define GROUP      &group_type
#define DECISION   &decision_type
#define CHEAP      .cost = &cel_cost_one

static const struct cel_function rows[] = {
    {"path", "authorizer_path", CEL_MEMBER, PARAMS(AUTHORIZER, STRING), PATH, path, CHEAP},
    {"group", "authorizer_group", CEL_MEMBER, PARAMS(AUTHORIZER, STRING), GROUP, group, CHEAP},
    {"serviceAccount", "authorizer_serviceaccount", CEL_MEMBER, PARAMS(AUTHORIZER, STRING, STRING),
     AUTHORIZER, service_account, CHEAP},
    {"resource", "groupcheck_resource", CEL_MEMBER, PARAMS(GROUP, STRING), RESOURCE, resource,
     CHEAP},
    {"subresource", "resourcecheck_subresource", CEL_MEMBER, PARAMS(RESOURCE, STRING), RESOURCE,
     subresource, CHEAP},
    {"namespace", "resourcecheck_namespace", CEL_MEMBER, PARAMS(RESOURCE, STRING), RESOURCE,
     namespace, CHEAP},
    {"name", "resourcecheck_name", CEL_MEMBER, PARAMS(RESOURCE, STRING), RESOURCE, name, CHEAP},
    {"check", "pathcheck_check", CEL_MEMBER, PARAMS(PATH, STRING), DECISION, check,
     .cost = &cel_cost_authorize},
    {"check", "resourcecheck_check", CEL_MEMBER, PARAMS(RESOURCE, STRING), DECISION, check,
     .cost = &cel_cost_authorize},
    {"errored", "decision_errored", CEL_MEMBER, PARAMS(DECISION), BOOL, errored, CHEAP},
    {"error", "decision_error", CEL_MEMBER, PARAMS(DECISION), STRING, error, CHEAP},
    {"allowed", "decision_allowed", CEL_MEMBER, PARAMS(DECISION), BOOL, allowed, CHEAP},
    {"reason", "decision_reason", CEL_MEMBER, PARAMS(DECISION), STRING, reason, CHEAP},
};

static const struct cel_type *const types[] = {AUTHORIZER, RESOURCE, PATH, GROUP, DECISION, NULL};

const struct cel_library cel_lib_authorizer = {"kubernetes.authz", 27, 0, LIBRARY_ROWS(rows),
                                               types};

static const struct cel_function selector_rows[] = {
    {"fieldSelector", "authorizer_fieldselector", CEL_MEMBER, PARAMS(RESOURCE, STRING), RESOURCE,
     field_selector, .cost = &cel_cost_selector},
    {"labelSelector", "authorizer_labelselector", CEL_MEMBER, PARAMS(RESOURCE, STRING), RESOURCE,
     label_selector, .cost = &cel_cost_selector},
};

const struct cel_library cel_lib_authorizer_selectors = {"kubernetes.authzSelectors", 31, 0,
                                                         LIBRARY_ROWS(selector_rows), NULL};
