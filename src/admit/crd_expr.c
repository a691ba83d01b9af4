/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a CRD: they compile, cost no more than the server allows, and use oldSelf only where
 * an old value can be found (apiextensions' validation.go and cel_validation.go). Looked at when
 * nothing else is wrong with the schema, as the server does.
 */
#include "admit/expr.h"

#include "base/limits.h"

enum {
    REQUEST_BYTES = 3 * 1024 * 1024,
    EXPENSIVE_MAX = 4, /* rules that are named when all together cost too much */
};

struct expensive {
    struct path path;
    struct span span;
    uint64_t cost;
};

/* A pass over a version's schema. */
struct exprs {
    struct crd *crd;
    struct expr_compiler compiler;
    bool unchanged; /* the schema is as before the update: single rules may cost too much */
    uint64_t total;
    struct expensive expensive[EXPENSIVE_MAX]; /* dearest first */
    size_t expensive_count;
};

/* A schema on the way down. */
struct expr_scope {
    const struct structural *schema;
    const struct path *path;
    const struct expr_type *type; /* NULL: no rule here or above, or nothing expressions can see */
    bool root;
    bool in_rules;                    /* a rule is here or above */
    bool bounded;                     /* every list and map above says how much it holds at most */
    uint64_t count;                   /* then: how often a value of this schema can be there */
    const struct structural *culprit; /* nearest list or map above without bound */
    const struct path *no_old;        /* nearest list above whose items have no old value */
};

static void check_scope(struct exprs *exprs, const struct expr_scope *scope);

/* Paths outlive the walk only in `expensive`. */
static const struct path *keep_path(struct arena *arena, const struct path *path)
{
    struct path *copy = arena_dup(arena, path, sizeof *path);
    if (path->up)
        copy->up = keep_path(arena, path->up);
    return copy;
}

/* ---- costs ---- */

static uint64_t multiplied(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static uint64_t rule_cost(const struct expr_scope *scope, const struct cel_program *program,
                          struct arena *arena)
{
    if (!program)
        return 0;
    const uint64_t once = cel_estimate(arena, program).max;
    return multiplied(once,
                      scope->bounded ? scope->count : REQUEST_BYTES / (scope->type->min_size + 1));
}

static struct str cost_factor(struct arena *arena, uint64_t cost, uint64_t limit)
{
    const double factor = (double)cost / (double)limit;
    if (factor > 100)
        return STR("more than 100x");
    return factor < 1.5 ? str_format(arena, "%fx", factor) : str_format(arena, "%.1fx", factor);
}

static void remember(struct exprs *exprs, const struct path *path, struct span span, uint64_t cost)
{
    size_t at = exprs->expensive_count;
    if (__builtin_add_overflow(exprs->total, cost, &exprs->total))
        exprs->total = UINT64_MAX;
    if (cost < CEL_ESTIMATE_PER_CRD / 100)
        return;
    while (at > 0 && exprs->expensive[at - 1].cost < cost)
        at--;
    if (at == EXPENSIVE_MAX)
        return;
    exprs->expensive_count = MIN_OF(exprs->expensive_count + 1, (size_t)EXPENSIVE_MAX);
    for (size_t i = exprs->expensive_count - 1; i > at; i--)
        exprs->expensive[i] = exprs->expensive[i - 1];
    exprs->expensive[at] = (struct expensive){*keep_path(exprs->crd->ctx->arena, path), span, cost};
}

/* What would bring the cost down first: a bound of what repeats the rule, or of what it reads. */
static void hint_bound(struct exprs *exprs, const struct expr_scope *scope, struct diag *diag)
{
    const struct structural *schema = scope->culprit ? scope->culprit : scope->schema;
    const bool list = schema->type == STRUCTURAL_ARRAY;
    const bool map = schema->type == STRUCTURAL_OBJECT && schema->additional;
    const char *bound = list ? "maxItems" : map ? "maxProperties" : "maxLength";
    if (!diag)
        return;
    if (scope->culprit || (list && schema->max_items < 0) || (map && schema->max_properties < 0) ||
        (schema->type == STRUCTURAL_STRING && schema->max_length < 0)) {
        const struct span span = node_span(schema->node);
        diag_hint(exprs->crd->ctx->diags, diag, "set %s on the %s that %s", bound,
                  list  ? "list"
                  : map ? "map"
                        : "string",
                  scope->culprit ? "the rule is under" : "the rule reads");
        diag_relate(exprs->crd->ctx->diags, diag, exprs->crd->ctx->diags->at.source, span,
                    "has no %s", bound);
    } else {
        diag_hint(exprs->crd->ctx->diags, diag,
                  "set maxItems, maxProperties and maxLength on the lists, maps and strings that "
                  "the rule reads");
    }
}

/* A rule or a messageExpression. */
struct subject {
    const struct path *list; /* the entry of x-kubernetes-validations */
    const struct node *node;
    const char *name;
    const char *cost_name;
    uint64_t cost;
};

static void check_cost(struct exprs *exprs, const struct expr_scope *scope,
                       const struct subject *subject)
{
    struct arena *arena = exprs->crd->ctx->arena;
    const struct entry e = node_entry(subject->node, str_from(subject->name));
    const struct path path = {
        .up = subject->list, .name = str_from(subject->name), .node = e.value};
    const struct span span = node_span(e.key ? e.written : subject->node);
    if (subject->cost > CEL_ESTIMATE_PER_RULE && !exprs->unchanged) {
        struct diag *diag =
            diag_add_path(exprs->crd->ctx->diags, RULE_API_CRD_SCHEMA, span, &path,
                          "%s exceeds budget by factor of %.*s", subject->cost_name,
                          STR_FMT(cost_factor(arena, subject->cost, CEL_ESTIMATE_PER_RULE)));
        hint_bound(exprs, scope, diag);
    }
    remember(exprs, &path, span, subject->cost);
}

static void check_total(struct exprs *exprs, const struct path *root, struct span key)
{
    struct diags *diags = exprs->crd->ctx->diags;
    if (exprs->total <= CEL_ESTIMATE_PER_CRD)
        return;
    for (size_t i = 0; i < exprs->expensive_count; i++)
        diag_add_path(diags, RULE_API_CRD_SCHEMA, exprs->expensive[i].span,
                      &exprs->expensive[i].path,
                      "contributed to estimated rule cost total exceeding cost limit for entire "
                      "OpenAPIv3 schema");
    struct diag *diag = diag_add_path(
        diags, RULE_API_CRD_SCHEMA, key, root,
        "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds "
        "budget by factor of %.*s",
        STR_FMT(cost_factor(exprs->crd->ctx->arena, exprs->total, CEL_ESTIMATE_PER_CRD)));
    if (diag)
        diag_hint(diags, diag,
                  "set maxItems, maxProperties and maxLength where the dearest rules "
                  "read lists, maps and strings");
}

/* ---- rules ---- */

static void report(struct exprs *exprs, const struct path *list, const struct node *rule,
                   const char *name, struct str text)
{
    const struct entry e = node_entry(rule, str_from(name));
    const struct path path = {.up = list, .name = str_from(name), .node = e.value};
    diag_add_path(exprs->crd->ctx->diags, RULE_API_CRD_SCHEMA, node_span(e.key ? e.written : rule),
                  &path, "%.*s", STR_FMT(diag_escape(exprs->crd->ctx->arena, text)));
}

static void check_old(struct exprs *exprs, const struct expr_scope *scope, const struct path *path,
                      const struct expr_rule *rule)
{
    struct arena *arena = exprs->crd->ctx->arena;
    if (rule->uses_old && scope->no_old)
        report(exprs, path, rule->node, "rule",
               str_format(arena,
                          "oldSelf cannot be used on the uncorrelatable portion of the schema "
                          "within %.*s",
                          STR_FMT(path_format(arena, scope->no_old))));
    if (!rule->uses_old && !node_is_null(node_get(rule->node, STR("optionalOldSelf"))))
        report(exprs, path, rule->node, "optionalOldSelf",
               STR("may not be set if oldSelf is not used in rule"));
}

static void check_one(struct exprs *exprs, const struct expr_scope *scope, const struct path *path,
                      const struct expr_rule *rule)
{
    struct arena *arena = exprs->crd->ctx->arena;
    const struct subject subject = {path, rule->node, "rule", "estimated rule cost",
                                    rule_cost(scope, rule->program, arena)};
    check_cost(exprs, scope, &subject);
    if (rule->error.n)
        report(exprs, path, rule->node, "rule", rule->error);
    if (rule->message_error.n) {
        report(exprs, path, rule->node, "messageExpression", rule->message_error);
    } else if (rule->message) {
        const struct subject message = {path, rule->node, "messageExpression",
                                        "estimated messageExpression cost",
                                        cel_estimate(arena, rule->message).max};
        check_cost(exprs, scope, &message);
    }
    check_old(exprs, scope, path, rule);
}

static void check_rules(struct exprs *exprs, const struct expr_scope *scope)
{
    const struct node *validations = scope->schema->validations;
    const struct path list = {
        .up = scope->path, .name = STR("x-kubernetes-validations"), .node = validations};
    uint32_t n;
    if (node_kind(validations) != NODE_LIST || node_real(validations)->n == 0)
        return;
    if (!scope->type) {
        diag_add_path(exprs->crd->ctx->diags, RULE_API_CRD_SCHEMA, node_span(validations), &list,
                      "rules can't be here: expressions don't see a value without a type");
        return;
    }
    struct expr_rule *rules =
        expr_compile(&exprs->compiler, validations, scope->schema, scope->type, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct path path = {.up = &list, .index = i, .node = rules[i].node};
        check_one(exprs, scope, &path, &rules[i]);
    }
    expr_release(rules, n);
}

/* ---- the walk ---- */

/* How often the values below can be there for each one of this schema. */
static void add_bound(struct expr_scope *child, const struct expr_scope *scope)
{
    const struct structural *schema = scope->schema;
    const bool list = schema->type == STRUCTURAL_ARRAY;
    const bool map =
        schema->type == STRUCTURAL_OBJECT && (schema->additional || schema->additional_any);
    const int64_t max = list ? schema->max_items : map ? schema->max_properties : 1;
    child->bounded = scope->bounded && max >= 0;
    child->culprit = max < 0 ? schema : scope->culprit;
    child->count = child->bounded ? multiplied(scope->count, (uint64_t)max) : 0;
}

static void check_child(struct exprs *exprs, const struct expr_scope *scope,
                        const struct structural *schema, const struct path *path,
                        const struct expr_type *type)
{
    struct expr_scope child = *scope;
    child.schema = schema;
    child.path = path;
    child.type = type;
    child.root = schema->embedded_resource;
    if (scope->schema->type == STRUCTURAL_ARRAY && scope->schema->list_type != LIST_MAP)
        child.no_old = scope->path;
    add_bound(&child, scope);
    check_scope(exprs, &child);
}

static void check_properties(struct exprs *exprs, const struct expr_scope *scope)
{
    const struct structural *schema = scope->schema;
    const struct path map = {.up = scope->path, .name = STR("properties")};
    for (uint32_t i = 0; i < schema->property_count; i++) {
        const struct structural_property *property = &schema->properties[i];
        const struct path path = {
            .up = &map, .name = property->name, .is_key = true, .node = property->schema->node};
        check_child(exprs, scope, property->schema, &path,
                    expr_type_property(exprs->crd->ctx->arena, scope->type, property->name));
    }
}

static void check_scope(struct exprs *exprs, const struct expr_scope *scope)
{
    const struct structural *schema = scope->schema;
    struct expr_scope here = *scope;
    const bool has_rules =
        node_kind(schema->validations) == NODE_LIST && node_real(schema->validations)->n > 0;
    here.in_rules |= has_rules;
    if (here.in_rules && !here.type)
        here.type = expr_type_make(exprs->crd->ctx->arena, schema, here.root);
    check_rules(exprs, &here);
    const struct expr_type *element = here.type ? here.type->element : NULL;
    const struct path items = {.up = here.path, .name = STR("items")};
    const struct path additional = {.up = here.path, .name = STR("additionalProperties")};
    if (schema->items)
        check_child(exprs, &here, schema->items, &items, element);
    if (schema->additional)
        check_child(exprs, &here, schema->additional, &additional, element);
    check_properties(exprs, &here);
}

/* ---- what was there before ---- */

static void collect_known(struct crd *crd, const struct node *node, unsigned depth)
{
    if (depth == LIMIT_DEPTH)
        return;
    for (struct item it = list_first(node_get(node, STR("x-kubernetes-validations"))); it.value;
         it = list_next(it)) {
        map_put(&crd->known, node_get_text(it.value, STR("rule")), crd);
        map_put(&crd->known_messages, node_get_text(it.value, STR("messageExpression")), crd);
    }
    if (node_kind(node) == NODE_MAP)
        for (struct entry e = map_first(node); e.key; e = map_next(e))
            collect_known(crd, e.value, depth + 1);
}

/* Of the version as it was; also collects the expressions of all versions. */
static const struct node *read_old(struct crd *crd)
{
    const struct node *found = NULL;
    for (struct item it = list_first(node_get(crd->old, STR("versions"))); it.value;
         it = list_next(it)) {
        const struct node *schema =
            node_get(node_get(it.value, STR("schema")), STR("openAPIV3Schema"));
        collect_known(crd, schema, 0);
        if (str_eq(node_get_text(it.value, STR("name")), crd->version))
            found = schema;
    }
    return found;
}

void crd_check_expressions(struct crd *crd, const struct path *path, struct span key)
{
    const struct structural *schema = structural_read(&crd->view, path->node);
    struct exprs exprs = {
        .crd = crd,
        .compiler = {.arena = crd->ctx->arena,
                     .minor = crd->ctx->view->minor,
                     .is_new = true,
                     .known = &crd->known,
                     .known_messages = &crd->known_messages},
    };
    if (!schema || !expr_has_rules(schema))
        return;
    const struct node *old = read_old(crd);
    exprs.unchanged = old && node_equal(old, path->node);
    const struct expr_scope root = {
        .schema = schema, .path = path, .root = true, .bounded = true, .count = 1};
    check_scope(&exprs, &root);
    check_total(&exprs, path, key);
}
