/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done once, before anything is evaluated, as cel-go's optimizer does it (decorators.go):
 * lists, maps and conversions of constants become constants, which cost nothing from then on;
 * literal patterns are compiled. And what the API server checks of literals since 1.29
 * (cel/validator.go).
 */
#include "base/regex.h"
#include "cel/cel_internal.h"

struct planner {
    struct arena *arena;
    struct cel_program *program;
    struct cel_issues *issues;
    bool failed; /* a constant can't be computed */
};

static void plan(struct planner *planner, struct cel_expr *expr);

static bool is_constant(const struct cel_expr *expr)
{
    return expr->kind == EXPR_LITERAL || (expr->flags & EXPR_CONSTANT) ||
           (expr->kind == EXPR_IDENT && expr->ident.scope == SCOPE_TYPE);
}

static bool are_constant(struct cel_expr *const *exprs, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!is_constant(exprs[i]))
            return false;
    return true;
}

static bool are_entries_constant(const struct cel_expr *map)
{
    for (uint32_t i = 0; i < map->map.n; i++)
        if (!is_constant(map->map.entries[i].key) || !is_constant(map->map.entries[i].value))
            return false;
    return true;
}

/* overloads.IsTypeConversionFunction */
static bool is_conversion(struct str function)
{
    static const char *const names[] = {"bool", "bytes",  "double",    "duration", "dyn",
                                        "int",  "string", "timestamp", "type",     "uint"};
    return str_is_one_of(function, names, ARRAY_LEN(names));
}

/* Evaluates a constant expression and keeps its value. */
static void fold(struct planner *planner, struct cel_expr *expr)
{
    struct cel_run run = {.arena = planner->arena};
    struct cel_program part = *planner->program;
    part.root = expr;
    struct cel_value value = cel_eval(&run, &part, NULL);
    cel_run_release(&run);
    if (cel_is_error(value)) {
        cel_issue(planner->issues, planner->program->source, CEL_NO_PLACE, "%.*s",
                  STR_FMT(cel_error_text(value)));
        planner->failed = true;
        return;
    }
    expr->constant = arena_dup(planner->arena, &value, sizeof value);
    expr->flags |= EXPR_CONSTANT;
}

static void plan_all(struct planner *planner, struct cel_expr *const *exprs, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        plan(planner, exprs[i]);
}

/* ---- calls ---- */

/* Whether the overload is certain and the list has only what Go can look up: such lists become
 * sets, whose test is free, so it must not take time either. */
static bool is_literal_set(const struct cel_expr *expr)
{
    if (!str_is(expr->call.function, "@in") || expr->call.candidate_count != 1 ||
        strcmp(expr->call.candidates[0]->id, "in_list") ||
        !(expr->call.args[1]->flags & EXPR_CONSTANT))
        return false;
    const struct cel_expr *list = expr->call.args[1];
    if (list->kind != EXPR_LIST || list->constant->kind != CEL_LIST)
        return false;
    for (size_t i = 0; i < list->constant->list->n; i++) {
        uint8_t kind = list->constant->list->store->items[i].kind;
        if (kind != CEL_BOOL && kind != CEL_INT && kind != CEL_UINT && kind != CEL_DOUBLE &&
            kind != CEL_STRING)
            return false;
    }
    return true;
}

static void make_set(struct planner *planner, struct cel_expr *expr)
{
    struct cel_run run = {.arena = planner->arena};
    struct cel_value list = *expr->call.args[1]->constant;
    struct cel_value made = cel_map_new(&run, cel_size(&run, list));
    struct cel_map *map = arena_dup(planner->arena, made.map, sizeof *map);
    for (size_t i = 0; i < list.list->n; i++)
        cel_map_put(&run, map, list.list->store->items[i], cel_bool(true));
    made.map = map;
    expr->constant = arena_dup(planner->arena, &made, sizeof made);
    expr->flags |= EXPR_SET;
}

/* The argument that is a pattern; NULL when the function has none. */
static const struct cel_expr *pattern_of(const struct cel_expr *expr)
{
    static const char *const names[] = {"matches", "find", "findAll"};
    if (!str_is_one_of(expr->call.function, names, ARRAY_LEN(names)) || expr->call.n < 2)
        return NULL;
    const struct cel_expr *pattern = expr->call.args[1];
    return pattern->kind == EXPR_LITERAL && pattern->literal.kind == CEL_STRING ? pattern : NULL;
}

static void plan_pattern(struct planner *planner, struct cel_expr *expr)
{
    const struct cel_expr *pattern = pattern_of(expr);
    struct str reason = {0};
    if (pattern)
        expr->flags |= EXPR_PATTERN;
    if (!pattern)
        return;
    struct cel_patterns *patterns = &planner->program->patterns;
    const struct str text = cel_text(pattern->literal);
    if (planner->program->env->options.later) {
        cel_pattern_add_later(planner->arena, patterns, text);
        return;
    }
    if (cel_pattern_add(planner->arena, patterns, text, &reason))
        return;
    cel_issue(planner->issues, planner->program->source, CEL_NO_PLACE, "%.*s", STR_FMT(reason));
    planner->failed = true;
}

/* A constant that can be no key (interpreter/attributes.go, newQualifier). */
static void plan_index(struct planner *planner, const struct cel_expr *expr)
{
    const struct cel_expr *key = expr->call.args[1];
    if (!(key->flags & EXPR_CONSTANT) || cel_is_key(*key->constant))
        return;
    cel_issue(planner->issues, planner->program->source, CEL_NO_PLACE, "invalid qualifier type: %s",
              cel_go_type(*key->constant));
    planner->failed = true;
}

/* An unchecked call of a function that has no overload of so many arguments. */
static void plan_arity(struct planner *planner, const struct cel_expr *expr)
{
    for (uint32_t i = 0; i < expr->call.candidate_count; i++)
        if (expr->call.candidates[i]->n == expr->call.n)
            return;
    if (!expr->call.candidate_count)
        return;
    const char *args = expr->call.n == 1 ? "arg" : expr->call.n == 2 ? "lhs, rhs" : "...";
    cel_issue(planner->issues, planner->program->source, CEL_NO_PLACE, "no such overload: %.*s(%s)",
              STR_FMT(expr->call.function), args);
    planner->failed = true;
}

static void plan_call(struct planner *planner, struct cel_expr *expr)
{
    plan_all(planner, expr->call.args, expr->call.n);
    if (!planner->failed)
        plan_arity(planner, expr);
    if (planner->failed)
        return;
    if (expr->op == OPERATOR_INDEX || expr->op == OPERATOR_OPT_INDEX)
        plan_index(planner, expr);
    plan_pattern(planner, expr);
    if (is_literal_set(expr))
        make_set(planner, expr);
    if (expr->call.n == 1 && !(expr->flags & EXPR_MEMBER) && is_conversion(expr->call.function) &&
        is_constant(expr->call.args[0]))
        fold(planner, expr);
    /* `x in []` is false for all x. */
    if ((expr->flags & EXPR_SET) && cel_size(NULL, *expr->call.args[1]->constant) == 0) {
        struct cel_value no = cel_bool(false);
        expr->constant = arena_dup(planner->arena, &no, sizeof no);
        expr->flags |= EXPR_CONSTANT;
    }
}

static void plan(struct planner *planner, struct cel_expr *expr)
{
    if (planner->failed)
        return;
    switch ((enum cel_expr_kind)expr->kind) {
    case EXPR_LITERAL:
        expr->constant = &expr->literal;
        expr->flags |= EXPR_CONSTANT;
        return;
    case EXPR_IDENT:
        return;
    case EXPR_SELECT:
        plan(planner, expr->select.operand);
        return;
    case EXPR_CALL:
        plan_call(planner, expr);
        return;
    case EXPR_LIST:
        plan_all(planner, expr->list.items, expr->list.n);
        if (!planner->failed && are_constant(expr->list.items, expr->list.n))
            fold(planner, expr);
        return;
    case EXPR_MAP:
    case EXPR_STRUCT:
        for (uint32_t i = 0; i < expr->map.n; i++) {
            if (expr->map.entries[i].key)
                plan(planner, expr->map.entries[i].key);
            plan(planner, expr->map.entries[i].value);
        }
        if (!planner->failed && expr->kind == EXPR_MAP && are_entries_constant(expr))
            fold(planner, expr);
        return;
    case EXPR_FOLD:
        plan(planner, expr->fold.range);
        plan(planner, expr->fold.accu);
        plan(planner, expr->fold.condition);
        plan(planner, expr->fold.step);
        plan(planner, expr->fold.result);
        return;
    }
}

void cel_plan(struct arena *arena, struct cel_program *program, struct cel_issues *issues)
{
    struct planner planner = {.arena = arena, .program = program, .issues = issues};
    plan(&planner, program->root);
}
