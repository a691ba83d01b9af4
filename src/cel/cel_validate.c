/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the API server checks of literals (environment/base.go): lists and maps are of one type,
 * except within format(); since 1.29 times, durations and patterns are well-formed too.
 */
#include "cel/cel_check.h"

struct validator {
    struct arena *arena;
    struct str source;
    struct cel_issues *issues;
    struct cel_patterns *patterns; /* of the program, which needs them compiled as well */
    bool exempt;                   /* format() is there */
};

static bool converts(struct arena *arena, struct cel_value value, enum cel_kind kind)
{
    struct cel_run run = {.arena = arena};
    return !cel_is_error(cel_convert(&run, value, kind));
}

static bool is_duration(const struct validator *validator, struct cel_value value)
{
    return converts(validator->arena, value, CEL_DURATION);
}

static bool is_timestamp(const struct validator *validator, struct cel_value value)
{
    return converts(validator->arena, value, CEL_TIMESTAMP);
}

static bool is_pattern(const struct validator *validator, struct cel_value value)
{
    struct str reason;
    return cel_pattern_add(validator->arena, validator->patterns, cel_text(value), &reason);
}

static const struct {
    const char *function;
    bool (*is_valid)(const struct validator *validator, struct cel_value value);
} literals[] = {{"duration", is_duration}, {"timestamp", is_timestamp}, {"matches", is_pattern}};

static void check_literal(struct validator *validator, const struct cel_expr *expr)
{
    uint32_t first = expr->flags & EXPR_MEMBER ? 1 : 0;
    if (expr->call.n <= first || expr->call.args[first]->kind != EXPR_LITERAL)
        return;
    const struct cel_expr *arg = expr->call.args[first];
    for (size_t i = 0; i < ARRAY_LEN(literals); i++)
        if (str_is(expr->call.function, literals[i].function) &&
            !literals[i].is_valid(validator, arg->literal))
            cel_issue(validator->issues, validator->source, arg->at, "invalid %s argument",
                      literals[i].function);
}

/* The type that an element adds: of an optional one what it holds. */
static const struct cel_type *added_type(const struct cel_expr *expr, bool optional)
{
    return optional && expr->type->n ? expr->type->params[0] : expr->type;
}

static bool is_same(struct validator *validator, const struct cel_expr *expr,
                    const struct cel_type *first, const struct cel_type *type)
{
    if (cel_type_eq(first, type))
        return true;
    cel_issue(validator->issues, validator->source, expr->at,
              "expected type '%.*s' but found '%.*s'",
              STR_FMT(cel_type_text(validator->arena, first)),
              STR_FMT(cel_type_text(validator->arena, type)));
    return false;
}

static void check_list(struct validator *validator, const struct cel_expr *expr)
{
    const struct cel_type *first = NULL;
    for (uint32_t i = 0; i < expr->list.n; i++) {
        const struct cel_expr *item = expr->list.items[i];
        const struct cel_type *type =
            added_type(item, expr->list.optional && expr->list.optional[i]);
        if (first && !is_same(validator, item, first, type))
            return;
        first = first ? first : type;
    }
}

static void check_map(struct validator *validator, const struct cel_expr *expr)
{
    const struct cel_type *key = NULL;
    const struct cel_type *value = NULL;
    for (uint32_t i = 0; i < expr->map.n; i++) {
        const struct cel_entry *entry = &expr->map.entries[i];
        const struct cel_type *type = added_type(entry->value, entry->optional);
        if (!key) {
            key = entry->key->type;
            value = type;
            continue;
        }
        (void)is_same(validator, entry->key, key, entry->key->type);
        (void)is_same(validator, entry->value, value, type);
    }
}

static void visit_literal(struct cel_expr *expr, void *ctx)
{
    if (expr->kind == EXPR_CALL)
        check_literal(ctx, expr);
}

static void visit_format(struct cel_expr *expr, void *ctx)
{
    struct validator *validator = ctx;
    if (expr->kind == EXPR_CALL)
        cel_validate_format(validator->issues, validator->source, expr);
}

/* Arguments of format() may be of any types, at any depth. */
static bool visit_container(struct cel_expr *expr, void *ctx)
{
    struct validator *validator = ctx;
    if (expr->kind == EXPR_CALL)
        return !validator->exempt || !str_is(expr->call.function, "format");
    if (expr->kind == EXPR_LIST)
        check_list(validator, expr);
    else if (expr->kind == EXPR_MAP)
        check_map(validator, expr);
    return true;
}

void cel_validate(struct arena *arena, struct cel_program *program, struct cel_issues *issues)
{
    enum { VALIDATORS_SINCE = 29 };
    bool newer = cel_env_minor(program->env) >= VALIDATORS_SINCE;
    struct cel_expr *root = program->root;
    struct validator validator = {arena, program->source, issues, &program->patterns, newer};
    cel_walk_while(root, visit_container, &validator);
    if (!newer)
        return;
    cel_walk(root, visit_literal, &validator);
    cel_walk(root, visit_format, &validator);
}
