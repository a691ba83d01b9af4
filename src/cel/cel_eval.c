/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluation: a walk over the checked tree. Values are plain structs; errors are values that calls
 * pass on and && and || absorb. Costs are counted as interpreter/runtimecost.go counts them, so
 * that a run ends where the API server's would.
 */
#include "cel/cel_eval.h"

bool cel_charge(struct cel_run *run, uint64_t cost)
{
    uint64_t limit = run->cost_limit ? run->cost_limit : CEL_COST_PER_CALL;
    if (__builtin_add_overflow(run->cost, cost, &run->cost))
        run->cost = UINT64_MAX;
    if (run->cost > limit)
        run->machine->out = true;
    return !run->machine->out;
}

/* ---- && and || ---- */

/* The operand that decides: false of &&, true of ||. Otherwise what is unknown, then the first
 * error, then the other truth. */
static struct cel_value eval_logic(struct cel_run *run, const struct cel_expr *expr)
{
    bool decisive = expr->op == OPERATOR_OR;
    struct cel_value problem = cel_null();
    const struct node *node = NULL;
    for (uint32_t i = 0; i < expr->call.n; i++) {
        struct cel_value value = cel_eval_expr(run, expr->call.args[i]);
        if (cel_is_out(run))
            return cel_fail_budget(run);
        if (value.kind == CEL_BOOL) {
            if (value.boolean == decisive)
                return value;
            node = node ? node : value.node;
            continue;
        }
        if (!cel_is_error(value))
            value = cel_fail_overload(run);
        if (problem.kind == CEL_NULL || (value.kind == CEL_UNKNOWN && problem.kind == CEL_ERROR))
            problem = value;
    }
    if (problem.kind != CEL_NULL)
        return problem;
    struct cel_value result = cel_bool(!decisive);
    result.node = node;
    return result;
}

/* ---- calls ---- */

static bool kind_fits(struct cel_run *run, const struct cel_type *type, struct cel_value value,
                      unsigned depth);

/* cel-go looks at the first element only. */
static bool content_fits(struct cel_run *run, const struct cel_type *type, struct cel_value value,
                         unsigned depth)
{
    struct cel_iter iter = {.of = value};
    struct cel_value key;
    struct cel_value item;
    if (depth == CEL_DEPTH || !cel_iter_next(run, &iter, &key, &item))
        return true;
    if (type->kind == CEL_LIST)
        return kind_fits(run, type->params[0], item, depth + 1);
    return kind_fits(run, type->params[0], key, depth + 1) &&
           kind_fits(run, type->params[1], item, depth + 1);
}

/* Whether a value may be passed for a parameter. */
static bool kind_fits(struct cel_run *run, const struct cel_type *type, struct cel_value value,
                      unsigned depth)
{
    if (type->kind == CEL_DYN || type->kind == CEL_ANY || type->kind == CEL_PARAM)
        return true;
    if (value.kind == CEL_OPAQUE || type->kind == CEL_OPAQUE || type->kind == CEL_STRUCT) {
        if (value.kind == CEL_MAP)
            return type->kind == CEL_STRUCT && value.of && !value.map;
        return value.kind == CEL_OPAQUE && str_eq(value.class->type->name, type->name);
    }
    if (type->kind != (enum cel_kind)value.kind)
        return false;
    if (type->kind != CEL_LIST && type->kind != CEL_MAP)
        return true;
    return content_fits(run, type, value, depth);
}

static bool row_takes(struct cel_run *run, const struct cel_function *row,
                      const struct cel_value *args, size_t n)
{
    if (row->n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!kind_fits(run, row->params[i], args[i], 0))
            return false;
    return true;
}

static struct cel_value no_overload(struct cel_run *run, const struct cel_expr *expr,
                                    const struct cel_value *args, size_t n)
{
    struct buf text;
    buf_init(&text, 1024);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_add_c(&text, ", ");
        buf_add(&text, cel_kind_name(args[i]));
    }
    struct cel_value error = cel_fail(run, "no such overload: %.*s(%.*s)",
                                      STR_FMT(expr->call.function), STR_FMT(buf_str(&text)));
    buf_release(&text);
    return error;
}

/* What a call costs: of the overload, when it is certain which one it is. */
static void charge_call(struct cel_run *run, const struct cel_expr *expr,
                        const struct cel_function *row, const struct cel_value *args, size_t n,
                        struct cel_value result)
{
    const struct cel_cost *cost = row ? row->cost : NULL;
    bool certain = expr->call.candidate_count == 1 || expr->op == OPERATOR_EQUAL ||
                   expr->op == OPERATOR_NOT_EQUAL;
    bool counts = cost && cost->run && (certain || cost->by_name);
    if (counts && cost->of_list && cel_is_error(args[cost->of_list - 1])) {
        cel_abort(run, "internal error: interface conversion: *types.Err is not traits.Lister: "
                       "missing method Add");
        return;
    }
    (void)cel_charge(run, counts ? cost->run(run, args, n, result) : 1);
}

static struct cel_value cel_call(struct cel_run *run, const struct cel_expr *expr,
                                 const struct cel_value *args, size_t n)
{
    const struct cel_function *row = NULL;
    struct cel_value result = cel_null();
    for (size_t i = 0; i < n && !cel_is_error(result); i++)
        if (cel_is_error(args[i]))
            result = args[i];
    for (uint32_t i = 0; i < expr->call.candidate_count && !row; i++) {
        const struct cel_function *candidate = expr->call.candidates[i];
        if ((candidate->flags & CEL_UNGUARDED) || row_takes(run, candidate, args, n))
            row = candidate;
    }
    if (!cel_is_error(result))
        result = row && row->eval ? row->eval(run, args, n) : no_overload(run, expr, args, n);
    if (!row && expr->call.candidate_count)
        row = expr->call.candidates[0];
    charge_call(run, expr, row, args, n, result);
    return cel_is_out(run) ? cel_fail_budget(run) : result;
}

/* or and orValue look at their argument only when they need it, and cost nothing. */
static bool is_optional_or(const struct cel_expr *expr)
{
    return (expr->flags & EXPR_MEMBER) && expr->call.n == 2 && expr->call.candidate_count == 1 &&
           (!strcmp(expr->call.candidates[0]->id, "optional_or_optional") ||
            !strcmp(expr->call.candidates[0]->id, "optional_orValue_value"));
}

static struct cel_value eval_optional_or(struct cel_run *run, const struct cel_expr *expr)
{
    struct cel_value left = cel_eval_expr(run, expr->call.args[0]);
    if (left.kind != CEL_OPTIONAL)
        return left;
    if (!left.inner)
        return cel_eval_expr(run, expr->call.args[1]);
    return str_is(expr->call.function, "or") ? left : *left.inner;
}

/*
 * cel-go evaluates both of two arguments and then looks for errors, but calls of three, of several
 * possible overloads, or with a literal pattern stop at the first one; and a call whose arguments
 * were not all evaluated costs nothing.
 */
static bool stops_at_error(const struct cel_expr *expr)
{
    if (expr->call.n > 2 || (expr->flags & EXPR_PATTERN))
        return true;
    if (expr->call.candidate_count && (expr->call.candidates[0]->flags & CEL_VARIADIC))
        return true;
    return expr->call.candidate_count > 1 && !(expr->call.candidates[0]->flags & CEL_UNGUARDED);
}

enum { ARGS = 8 };

static struct cel_value eval_call(struct cel_run *run, const struct cel_expr *expr)
{
    struct cel_value few[ARGS];
    struct cel_value *args = few;
    uint32_t n = expr->call.n;
    if (expr->op == OPERATOR_AND || expr->op == OPERATOR_OR)
        return eval_logic(run, expr);
    if (expr->op == OPERATOR_NOT_FALSE) {
        struct cel_value value = cel_eval_expr(run, expr->call.args[0]);
        (void)cel_charge(run, 1);
        return value.kind == CEL_BOOL ? value : cel_bool(true);
    }
    if (is_optional_or(expr))
        return eval_optional_or(run, expr);
    if (n > ARGS)
        args = ARENA_ARRAY(run->arena, struct cel_value, n);
    for (uint32_t i = 0; i < n; i++) {
        args[i] = cel_eval_expr(run, expr->call.args[i]);
        if (cel_is_out(run))
            return cel_fail_budget(run);
        if (i + 1 < n && cel_is_error(args[i]) && stops_at_error(expr))
            return args[i];
    }
    run->machine->now = expr;
    if (expr->flags & EXPR_SET) {
        struct cel_value there;
        return cel_is_error(args[0]) ? args[0]
                                     : cel_bool(cel_map_get(run, *expr->constant, args[0], &there));
    }
    return cel_call(run, expr, args, n);
}

/* ---- lists, maps, structs ---- */

static struct cel_value make_list(struct cel_run *run, const struct cel_expr *expr)
{
    struct cel_value list = cel_list_new(run, expr->list.n);
    for (uint32_t i = 0; i < expr->list.n; i++) {
        struct cel_value item = cel_eval_expr(run, expr->list.items[i]);
        if (cel_is_error(item))
            return item;
        if (expr->list.optional && expr->list.optional[i]) {
            if (item.kind != CEL_OPTIONAL)
                return cel_fail(run, "cannot initialize optional list element from non-optional "
                                     "value");
            if (!item.inner)
                continue;
            item = *item.inner;
        }
        list = cel_list_add(run, list, item);
    }
    return list;
}

/* What fails to be made costs as much. */
static struct cel_value eval_list(struct cel_run *run, const struct cel_expr *expr)
{
    struct cel_value list = make_list(run, expr);
    (void)cel_charge(run, CEL_COST_LIST);
    return list;
}

/* A map, or a struct as a map of its fields. */
static struct cel_value make_map(struct cel_run *run, const struct cel_expr *expr)
{
    struct cel_value made = cel_map_new(run, expr->map.n);
    struct cel_map *map = arena_dup(run->arena, made.map, sizeof *map);
    for (uint32_t i = 0; i < expr->map.n; i++) {
        const struct cel_entry *entry = &expr->map.entries[i];
        struct cel_value key =
            entry->key ? cel_eval_expr(run, entry->key) : cel_string(entry->field);
        if (cel_is_error(key))
            return key;
        struct cel_value value = cel_eval_expr(run, entry->value);
        if (cel_is_error(value))
            return value;
        if (entry->optional) {
            if (value.kind != CEL_OPTIONAL)
                return cel_fail(run, "cannot initialize optional entry from non-optional value");
            if (!value.inner)
                continue;
            value = *value.inner;
        }
        cel_map_put(run, map, key, value);
    }
    return (struct cel_value){.kind = CEL_MAP, .map = map};
}

static struct cel_value eval_map(struct cel_run *run, const struct cel_expr *expr)
{
    struct cel_value map = make_map(run, expr);
    if (map.kind == CEL_MAP && expr->kind == EXPR_STRUCT)
        map.of = expr->type;
    (void)cel_charge(run, expr->kind == EXPR_MAP ? CEL_COST_MAP : CEL_COST_STRUCT);
    return map;
}

static struct cel_value eval_any(struct cel_run *run, const struct cel_expr *expr)
{
    if (expr->flags & EXPR_CONSTANT)
        return *expr->constant;
    switch ((enum cel_expr_kind)expr->kind) {
    case EXPR_LITERAL:
        return expr->literal;
    case EXPR_IDENT:
        if (expr->ident.scope == SCOPE_TYPE)
            return cel_type_value(expr->ident.named);
        return cel_eval_attribute(run, expr);
    case EXPR_SELECT:
        return cel_eval_attribute(run, expr);
    case EXPR_CALL:
        return cel_is_attribute(expr) ? cel_eval_attribute(run, expr) : eval_call(run, expr);
    case EXPR_LIST:
        return eval_list(run, expr);
    case EXPR_MAP:
    case EXPR_STRUCT:
        return eval_map(run, expr);
    case EXPR_FOLD:
        return cel_eval_fold(run, expr);
    }
    return cel_null();
}

struct cel_value cel_eval_expr(struct cel_run *run, const struct cel_expr *expr)
{
    if (cel_is_out(run))
        return cel_fail_budget(run);
    struct cel_value value = eval_any(run, expr);
    if (!cel_tick(run, 1))
        return cel_fail_budget(run);
    if (run->trace)
        run->trace(run->ctx, expr, value);
    return value;
}

/* ---- runs ---- */

struct cel_value cel_eval(struct cel_run *run, const struct cel_program *program,
                          const struct cel_value *slots)
{
    struct cel_machine *outer = run->machine;
    program = cel_program_read(program);
    struct cel_machine machine = {
        .program = program, .slots = slots, .arena_start = run->arena->used};
    uint64_t outer_cost = run->cost;
    if (outer)
        machine.arena_start = outer->arena_start;
    if (program->locals > 0)
        machine.locals = ARENA_ARRAY(run->arena, struct cel_slot, program->locals);
    if (run->resolve)
        machine.resolved = ARENA_ARRAY(run->arena, const struct cel_value *, program->env->slots);
    run->machine = &machine;
    run->cost = 0;
    struct cel_value value = cel_eval_expr(run, program->root);
    if (machine.out)
        value = cel_fail_budget(run);
    run->total += run->cost;
    run->machine = outer;
    if (outer)
        run->cost = outer_cost;
    return value;
}
