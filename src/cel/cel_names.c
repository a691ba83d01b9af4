/* SPDX-License-Identifier: Apache-2.0 */
/* The names that an expression takes from outside. */
#include "cel/cel_internal.h"

/* The variables of the macros around an expression. */
struct bound {
    const struct bound *up;
    const struct cel_expr *fold;
    bool inside; /* of what sees the loop's variables too, not the result only */
};

struct naming {
    struct arena *arena;
    struct str_list *names;
};

static bool binds(const struct bound *bound, struct str name)
{
    if (str_eq(bound->fold->fold.accu_name, name))
        return true;
    return bound->inside &&
           (str_eq(bound->fold->fold.var, name) || str_eq(bound->fold->fold.var2, name));
}

static void add(const struct naming *naming, const struct bound *bound, struct str name)
{
    for (; bound; bound = bound->up)
        if (binds(bound, name))
            return;
    for (size_t i = 0; i < naming->names->n; i++)
        if (str_eq(naming->names->items[i], name))
            return;
    VEC_PUSH(naming->arena, naming->names, name);
}

static void collect(const struct naming *naming, const struct bound *bound,
                    const struct cel_expr *expr);

static void collect_fold(const struct naming *naming, const struct bound *bound,
                         const struct cel_expr *expr)
{
    const struct bound inside = {.up = bound, .fold = expr, .inside = true};
    const struct bound result = {.up = bound, .fold = expr};
    collect(naming, bound, expr->fold.range);
    collect(naming, bound, expr->fold.accu);
    collect(naming, &inside, expr->fold.condition);
    collect(naming, &inside, expr->fold.step);
    collect(naming, &result, expr->fold.result);
}

/* As deep as the expression, which the parser limits (CEL_DEPTH). */
static void collect(const struct naming *naming, const struct bound *bound,
                    const struct cel_expr *expr)
{
    switch ((enum cel_expr_kind)expr->kind) {
    case EXPR_LITERAL:
        return;
    case EXPR_IDENT:
        add(naming, bound, expr->ident.name);
        return;
    case EXPR_SELECT:
        collect(naming, bound, expr->select.operand);
        return;
    case EXPR_CALL:
        for (uint32_t i = 0; i < expr->call.n; i++)
            collect(naming, bound, expr->call.args[i]);
        return;
    case EXPR_LIST:
        for (uint32_t i = 0; i < expr->list.n; i++)
            collect(naming, bound, expr->list.items[i]);
        return;
    case EXPR_MAP:
    case EXPR_STRUCT:
        for (uint32_t i = 0; i < expr->map.n; i++) {
            if (expr->map.entries[i].key)
                collect(naming, bound, expr->map.entries[i].key);
            collect(naming, bound, expr->map.entries[i].value);
        }
        return;
    case EXPR_FOLD:
        collect_fold(naming, bound, expr);
        return;
    }
}

void cel_names(struct arena *arena, const struct cel_expr *expr, struct str_list *names)
{
    collect(&(struct naming){.arena = arena, .names = names}, NULL, expr);
}
