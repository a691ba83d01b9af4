/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why an expression is false, or fails: it is evaluated once more, each sub-expression's last value
 * is kept, and the operands that made it so are followed down to a value of the manifest. A
 * comprehension that stopped leaves the values of the element where it stopped.
 */
#include "cel/cel_internal.h"

enum { SHOWN_BYTES = 80 };

struct recorder {
    struct cel_value *values; /* by an expression's id */
    bool *seen;
    struct cel_value (*resolve)(struct cel_run *run, void *ctx, uint32_t slot);
    void *ctx;
    const struct node *const *blamed; /* of the run */
};

static void record(void *ctx, const struct cel_expr *expr, struct cel_value value)
{
    struct recorder *recorder = ctx;
    recorder->values[expr->id] = value;
    recorder->seen[expr->id] = true;
}

static struct cel_value pass_resolve(struct cel_run *run, void *ctx, uint32_t slot)
{
    struct recorder *recorder = ctx;
    return recorder->resolve(run, recorder->ctx, slot);
}

static const struct node *blame(const struct recorder *recorder, const struct cel_expr *expr);

static bool is_seen(const struct recorder *recorder, const struct cel_expr *expr)
{
    return recorder->seen[expr->id];
}

static bool is_false(struct cel_value value)
{
    return cel_is_error(value) || (value.kind == CEL_BOOL && !value.boolean);
}

/* ---- following ---- */

static bool holds(const struct node *root, const struct node *node)
{
    bool found = root == node;
    for (struct entry e = map_first(root); !found && e.key; e = map_next(e))
        found = holds(e.value, node);
    for (struct item it = list_first(root); !found && it.value; it = list_next(it))
        found = holds(it.value, node);
    return found;
}

/* NULL when the node is not of what may be blamed. Trees are at most LIMIT_DEPTH deep. */
static const struct node *may_blame(const struct recorder *recorder, const struct node *node)
{
    const struct node *const *roots = recorder->blamed;
    const bool any = !roots[0] && !roots[1];
    return node && (any || (roots[0] && holds(roots[0], node)) ||
                    (roots[1] && holds(roots[1], node)))
               ? node
               : NULL;
}

static const struct node *blame_first(const struct recorder *recorder,
                                      struct cel_expr *const *exprs, uint32_t n)
{
    const struct node *node = NULL;
    for (uint32_t i = 0; i < n && !node; i++)
        node = blame(recorder, exprs[i]);
    return node;
}

/* The operands that are false are why && is; all of them are why || is. Behind a ! it is those that
 * are true. */
static const struct node *blame_logic(const struct recorder *recorder, const struct cel_expr *expr)
{
    const bool wanted = is_false(recorder->values[expr->id]);
    for (uint32_t i = 0; i < expr->call.n; i++) {
        const struct cel_expr *arg = expr->call.args[i];
        if (!is_seen(recorder, arg) || is_false(recorder->values[arg->id]) != wanted)
            continue;
        const struct node *node = blame(recorder, arg);
        if (node)
            return node;
    }
    return NULL;
}

static const struct node *blame_call(const struct recorder *recorder, const struct cel_expr *expr)
{
    if (expr->op == OPERATOR_AND || expr->op == OPERATOR_OR)
        return blame_logic(recorder, expr);
    if (expr->op != OPERATOR_IF)
        return blame_first(recorder, expr->call.args, expr->call.n);
    /* The branch that was taken says more than the condition. */
    const struct node *node = blame_first(recorder, expr->call.args + 1, 2);
    return node ? node : blame(recorder, expr->call.args[0]);
}

/* What is missing is shown where it would be: in the deepest thing that is there. */
static const struct node *blame_select(const struct recorder *recorder, const struct cel_expr *expr,
                                       const struct cel_expr *operand)
{
    const struct node *node =
        is_seen(recorder, expr) ? may_blame(recorder, recorder->values[expr->id].node) : NULL;
    return node ? node : blame(recorder, operand);
}

/* Of all() the element that failed; of others the list that has no fitting element, or what the
 * elements were held against when the list is not of a manifest. */
static const struct node *blame_fold(const struct recorder *recorder, const struct cel_expr *expr)
{
    const struct cel_expr *accu = expr->fold.accu;
    bool is_all = accu->kind == EXPR_LITERAL && cel_is_true(accu->literal);
    const struct cel_expr *first = is_all ? expr->fold.step : expr->fold.range;
    const struct cel_expr *second = is_all ? expr->fold.range : expr->fold.step;
    const struct node *node = blame(recorder, first);
    return node ? node : blame(recorder, second);
}

static const struct node *blame(const struct recorder *recorder, const struct cel_expr *expr)
{
    bool index =
        expr->kind == EXPR_CALL && (expr->op == OPERATOR_INDEX || expr->op == OPERATOR_OPT_INDEX ||
                                    expr->op == OPERATOR_OPT_SELECT);
    if (!is_seen(recorder, expr))
        return NULL;
    if (index)
        return blame_select(recorder, expr, expr->call.args[0]);
    switch ((enum cel_expr_kind)expr->kind) {
    case EXPR_IDENT:
        return may_blame(recorder, recorder->values[expr->id].node);
    case EXPR_SELECT:
        return blame_select(recorder, expr, expr->select.operand);
    case EXPR_CALL:
        return blame_call(recorder, expr);
    case EXPR_LIST:
        return blame_first(recorder, expr->list.items, expr->list.n);
    case EXPR_FOLD:
        return blame_fold(recorder, expr);
    case EXPR_LITERAL:
    case EXPR_MAP:
    case EXPR_STRUCT:
        break;
    }
    return NULL;
}

/* ---- showing ---- */

struct shower {
    const struct recorder *recorder;
    const struct cel_program *program;
    struct cel_run *run;
    struct buf *out;
};

static bool is_worth_showing(const struct shower *shower, const struct cel_expr *expr)
{
    return is_seen(shower->recorder, expr) && expr->kind != EXPR_LITERAL &&
           !(expr->flags & (EXPR_MACRO | EXPR_CONSTANT)) && expr->end > expr->start &&
           !(expr->kind == EXPR_IDENT && expr->ident.scope == SCOPE_TYPE);
}

static bool show(struct cel_expr *expr, void *ctx)
{
    struct shower *shower = ctx;
    if (!is_worth_showing(shower, expr))
        return true;
    struct str text = str_sub(shower->program->source, expr->start, expr->end);
    buf_add(shower->out, str_trim(text));
    buf_add_c(shower->out, " = ");
    cel_value_format(shower->out, shower->run, shower->recorder->values[expr->id], SHOWN_BYTES);
    buf_add_char(shower->out, '\n');
    /* What a selection selects from is seen by what it gives. */
    return expr->kind != EXPR_SELECT || cel_is_error(shower->recorder->values[expr->id]);
}

const struct node *cel_explain(struct cel_run *run, const struct cel_program *program,
                               const struct cel_value *slots, struct buf *lines)
{
    program = cel_program_read(program);
    size_t n = size_add(program->ids, 1);
    struct recorder recorder = {
        .values = ARENA_ARRAY(run->arena, struct cel_value, n),
        .seen = ARENA_ARRAY(run->arena, bool, n),
        .resolve = run->resolve,
        .ctx = run->ctx,
        .blamed = run->blamed,
    };
    struct cel_run again = {
        .arena = run->arena,
        .cost_limit = run->cost_limit,
        .resolve = run->resolve ? pass_resolve : NULL,
        .trace = record,
        .ctx = &recorder,
    };
    struct cel_value value = cel_eval(&again, program, slots);
    (void)value;
    if (lines) {
        struct shower shower = {&recorder, program, &again, lines};
        cel_walk_while(program->root, show, &shower);
    }
    cel_run_release(&again);
    return blame(&recorder, program->root);
}
