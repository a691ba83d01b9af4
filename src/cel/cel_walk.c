/* SPDX-License-Identifier: Apache-2.0 */
/* Every expression of a tree, outer ones first. */
#include "cel/cel_internal.h"

static void walk_all(struct cel_expr *const *exprs, uint32_t n, cel_visit_while *visit, void *ctx)
{
    for (uint32_t i = 0; i < n; i++)
        cel_walk_while(exprs[i], visit, ctx);
}

struct always {
    cel_visit *visit;
    void *ctx;
};

static bool visit_always(struct cel_expr *expr, void *ctx)
{
    struct always *always = ctx;
    always->visit(expr, always->ctx);
    return true;
}

void cel_walk(struct cel_expr *expr, cel_visit *visit, void *ctx)
{
    struct always always = {visit, ctx};
    cel_walk_while(expr, visit_always, &always);
}

void cel_walk_while(struct cel_expr *expr, cel_visit_while *visit, void *ctx)
{
    if (!visit(expr, ctx))
        return;
    switch ((enum cel_expr_kind)expr->kind) {
    case EXPR_LITERAL:
    case EXPR_IDENT:
        return;
    case EXPR_SELECT:
        cel_walk_while(expr->select.operand, visit, ctx);
        return;
    case EXPR_CALL:
        walk_all(expr->call.args, expr->call.n, visit, ctx);
        return;
    case EXPR_LIST:
        walk_all(expr->list.items, expr->list.n, visit, ctx);
        return;
    case EXPR_MAP:
    case EXPR_STRUCT:
        for (uint32_t i = 0; i < expr->map.n; i++) {
            if (expr->map.entries[i].key)
                cel_walk_while(expr->map.entries[i].key, visit, ctx);
            cel_walk_while(expr->map.entries[i].value, visit, ctx);
        }
        return;
    case EXPR_FOLD:
        cel_walk_while(expr->fold.range, visit, ctx);
        cel_walk_while(expr->fold.accu, visit, ctx);
        cel_walk_while(expr->fold.condition, visit, ctx);
        cel_walk_while(expr->fold.step, visit, ctx);
        cel_walk_while(expr->fold.result, visit, ctx);
        return;
    }
}
