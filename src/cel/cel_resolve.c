/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of expressions that are evaluated unchecked, as cel-go's planner finds them. Kubernetes
 * checks everything; conformance tests don't.
 */
#include "cel/cel_check.h"

struct resolver {
    struct arena *arena;
    const struct cel_env *env;
    const struct cel_local *locals;
    uint32_t local_count;
    uint32_t local_most;
};

static void resolve(struct resolver *resolver, struct cel_expr *expr);

/* The longest dotted name that is known wins. */
static bool resolve_name(struct resolver *resolver, struct cel_expr *expr)
{
    struct str name;
    const struct cel_type *type;
    return cel_qualified_name(resolver->arena, resolver->env, expr, &name) &&
           cel_resolve_name(resolver->arena, resolver->env, resolver->locals, name, expr, &type);
}

static void resolve_call(struct resolver *resolver, struct cel_expr *expr)
{
    const struct cel_overloads *overloads =
        cel_namespaced_function(resolver->arena, resolver->env, expr);
    if (!overloads)
        overloads = cel_find_functions(resolver->arena, resolver->env, expr->call.function);
    for (uint32_t i = 0; i < expr->call.n; i++)
        resolve(resolver, expr->call.args[i]);
    if (!overloads)
        return;
    bool member = expr->flags & EXPR_MEMBER;
    struct cel_overloads fitting = {0};
    for (size_t i = 0; i < overloads->n; i++)
        if (((overloads->items[i]->flags & CEL_MEMBER) != 0) == member)
            VEC_PUSH(resolver->arena, &fitting, overloads->items[i]);
    expr->call.candidates = fitting.items;
    expr->call.candidate_count = (uint32_t)fitting.n;
}

static uint32_t enter(struct resolver *resolver, struct cel_local *local, struct str name)
{
    *local = (struct cel_local){resolver->locals, name, &cel_type_dyn, resolver->local_count++};
    resolver->locals = local;
    resolver->local_most = MAX_OF(resolver->local_most, resolver->local_count);
    return local->index;
}

static void resolve_fold(struct resolver *resolver, struct cel_expr *expr)
{
    const struct cel_local *outer = resolver->locals;
    struct cel_local accu;
    struct cel_local var;
    struct cel_local var2;
    resolve(resolver, expr->fold.range);
    resolve(resolver, expr->fold.accu);
    expr->fold.accu_local = enter(resolver, &accu, expr->fold.accu_name);
    expr->fold.var_local = enter(resolver, &var, expr->fold.var);
    if (expr->fold.var2.n)
        expr->fold.var2_local = enter(resolver, &var2, expr->fold.var2);
    resolve(resolver, expr->fold.condition);
    resolve(resolver, expr->fold.step);
    resolver->locals = &accu;
    resolve(resolver, expr->fold.result);
    resolver->locals = outer;
    resolver->local_count = accu.index;
}

static void resolve(struct resolver *resolver, struct cel_expr *expr)
{
    switch ((enum cel_expr_kind)expr->kind) {
    case EXPR_LITERAL:
        return;
    case EXPR_IDENT:
        (void)resolve_name(resolver, expr);
        return;
    case EXPR_SELECT:
        if (!resolve_name(resolver, expr))
            resolve(resolver, expr->select.operand);
        return;
    case EXPR_CALL:
        resolve_call(resolver, expr);
        return;
    case EXPR_LIST:
        for (uint32_t i = 0; i < expr->list.n; i++)
            resolve(resolver, expr->list.items[i]);
        return;
    case EXPR_MAP:
    case EXPR_STRUCT:
        for (uint32_t i = 0; i < expr->map.n; i++) {
            if (expr->map.entries[i].key)
                resolve(resolver, expr->map.entries[i].key);
            resolve(resolver, expr->map.entries[i].value);
        }
        return;
    case EXPR_FOLD:
        resolve_fold(resolver, expr);
        return;
    }
}

uint32_t cel_resolve(struct arena *arena, const struct cel_env *env, struct cel_expr *root)
{
    struct resolver resolver = {.arena = arena, .env = env};
    resolve(&resolver, root);
    return resolver.local_most;
}
