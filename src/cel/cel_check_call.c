/* SPDX-License-Identifier: Apache-2.0 */
/* Types of calls, by overload, and of comprehensions. */
#include "cel/cel_check.h"

struct found {
    VEC(const struct cel_function *);
};

/* "(int, string)", "string.(int)" */
static struct str signature(struct cel_checker *checker, const struct cel_type *const *types,
                            uint32_t n, bool member)
{
    struct buf text;
    buf_init(&text, 4096);
    uint32_t first = 0;
    if (member) {
        cel_type_format(&text, types[first++]);
        buf_add_char(&text, '.');
    }
    buf_add_char(&text, '(');
    for (uint32_t i = first; i < n; i++) {
        if (i > first)
            buf_add_c(&text, ", ");
        cel_type_format(&text, types[i]);
    }
    buf_add_char(&text, ')');
    struct str copy = str_dup(checker->arena, buf_str(&text));
    buf_release(&text);
    return copy;
}

/* Whether a row takes arguments of these types; gives its result type. */
static bool row_fits(struct cel_checker *checker, const struct cel_function *row,
                     const struct cel_type *const *types, uint32_t n,
                     const struct cel_type **ret_result)
{
    struct cel_renames names = {.n = 0};
    const struct cel_type *params[ARRAY_LEN(row->params)];
    if (row->n != n)
        return false;
    for (uint32_t i = 0; i < n; i++)
        params[i] = cel_infer_instantiate(&checker->infer, row->params[i], &names);
    const struct cel_type *result = cel_infer_instantiate(&checker->infer, row->result, &names);
    if (!cel_infer_assignable_list(&checker->infer, types, params, n))
        return false;
    *ret_result = cel_infer_substitute(&checker->infer, result, false);
    return true;
}

static bool is_row_on(const struct cel_checker *checker, const struct cel_function *row,
                      bool member)
{
    (void)checker;
    return ((row->flags & CEL_MEMBER) != 0) == member;
}

/* Which overloads of a name fit the arguments; the first says the type, unless they differ. */
static void resolve_overloads(struct cel_checker *checker, struct cel_expr *expr,
                              const struct cel_overloads *overloads, struct str name)
{
    bool member = expr->flags & EXPR_MEMBER;
    uint32_t n = expr->call.n;
    const struct cel_type **types = ARENA_ARRAY(checker->arena, const struct cel_type *, n + 1);
    for (uint32_t i = 0; i < n; i++)
        types[i] = expr->call.args[i]->type;
    struct found found = {0};
    const struct cel_type *result = NULL;
    for (size_t i = 0; i < overloads->n; i++) {
        const struct cel_function *row = overloads->items[i];
        const struct cel_type *type;
        if (!is_row_on(checker, row, member) || !row_fits(checker, row, types, n, &type))
            continue;
        VEC_PUSH(checker->arena, &found, row);
        if (!result)
            result = type;
        else if (result->kind != CEL_DYN && !cel_type_eq(type, result))
            result = &cel_type_dyn;
    }
    expr->call.candidates = found.items;
    expr->call.candidate_count = (uint32_t)found.n;
    cel_set_type(checker, expr, result ? result : &cel_type_error);
    if (result)
        return;
    for (uint32_t i = 0; i < n; i++)
        types[i] = cel_infer_substitute(&checker->infer, types[i], true);
    cel_check_issue(checker, expr->at, "found no matching overload for '%.*s' applied to '%.*s'",
                    STR_FMT(name), STR_FMT(signature(checker, types, n, member)));
}

/* && and || say which operand is no bool. */
static void check_logic(struct cel_checker *checker, struct cel_expr *expr)
{
    bool fits = true;
    for (uint32_t i = 0; i < expr->call.n; i++) {
        struct cel_expr *arg = expr->call.args[i];
        if (cel_infer_assignable(&checker->infer, arg->type, &cel_type_bool))
            continue;
        cel_check_mismatch(checker, arg->at, &cel_type_bool, arg->type);
        fits = false;
    }
    const struct cel_overloads *overloads = cel_env_functions(checker->env, expr->call.function);
    expr->call.candidates = overloads->items;
    expr->call.candidate_count = 1;
    cel_set_type(checker, expr, fits ? &cel_type_bool : &cel_type_error);
}

const struct cel_overloads *cel_find_functions(struct arena *arena, const struct cel_env *env,
                                               struct str name)
{
    struct cel_names names = {.container = env->options.container, .name = name};
    struct str candidate;
    while (cel_names_next(arena, &names, &candidate)) {
        const struct cel_overloads *overloads = cel_env_functions(env, candidate);
        if (overloads)
            return overloads;
    }
    return NULL;
}

const struct cel_overloads *cel_namespaced_function(struct arena *arena, const struct cel_env *env,
                                                    struct cel_expr *expr)
{
    struct str prefix;
    if (!(expr->flags & EXPR_MEMBER) ||
        !cel_qualified_name(arena, env, expr->call.args[0], &prefix) ||
        !cel_env_has_root(env, prefix))
        return NULL;
    struct str name = str_format(arena, "%.*s.%.*s", STR_FMT(prefix), STR_FMT(expr->call.function));
    const struct cel_overloads *overloads = cel_find_functions(arena, env, name);
    if (!overloads)
        return NULL;
    expr->call.function = name;
    expr->call.args++;
    expr->call.n--;
    expr->flags &= (uint8_t)~EXPR_MEMBER;
    return overloads;
}

void cel_check_call(struct cel_checker *checker, struct cel_expr *expr)
{
    if (expr->op == OPERATOR_OPT_SELECT) {
        struct cel_expr *field = expr->call.args[1];
        const struct cel_type *type =
            cel_check_field(checker, expr, expr->call.args[0], cel_text(field->literal), true);
        cel_check_expr(checker, field);
        cel_set_type(checker, expr, cel_infer_substitute(&checker->infer, type, false));
        return;
    }
    bool member = expr->flags & EXPR_MEMBER;
    for (uint32_t i = member ? 1 : 0; i < expr->call.n; i++)
        cel_check_expr(checker, expr->call.args[i]);
    if (expr->op == OPERATOR_AND || expr->op == OPERATOR_OR) {
        check_logic(checker, expr);
        return;
    }
    /* a.b.c() may be the function a.b.c. */
    const struct cel_overloads *overloads =
        cel_namespaced_function(checker->arena, checker->env, expr);
    if (!overloads) {
        if (member)
            cel_check_expr(checker, expr->call.args[0]);
        overloads = cel_find_functions(checker->arena, checker->env, expr->call.function);
    }
    if (overloads) {
        resolve_overloads(checker, expr, overloads, expr->call.function);
        return;
    }
    cel_set_type(checker, expr, &cel_type_error);
    cel_check_undeclared(checker, expr->at, expr->call.function);
}

/* ---- comprehensions ---- */

/* Types of the loop's variables by that of its range; false after an issue. */
static void loop_types(struct cel_checker *checker, struct cel_expr *expr,
                       const struct cel_type **ret_first, const struct cel_type **ret_second)
{
    const struct cel_type *range =
        cel_infer_substitute(&checker->infer, expr->fold.range->type, false);
    bool two = expr->fold.var2.n > 0;
    if (range->kind == CEL_LIST) {
        *ret_first = two ? &cel_type_int : range->params[0];
        *ret_second = range->params[0];
        return;
    }
    if (range->kind == CEL_MAP) {
        *ret_first = range->params[0];
        *ret_second = range->params[1];
        return;
    }
    *ret_first = &cel_type_dyn;
    *ret_second = &cel_type_dyn;
    if (range->kind == CEL_DYN || range->kind == CEL_ERROR || range->kind == CEL_PARAM) {
        (void)cel_infer_assignable(&checker->infer, &cel_type_dyn, range);
        return;
    }
    cel_check_issue(checker, expr->fold.range->at,
                    "expression of type '%.*s' cannot be range of a comprehension (must be list, "
                    "map, or dynamic)",
                    STR_FMT(cel_type_text(checker->arena, range)));
    *ret_first = &cel_type_error;
    *ret_second = &cel_type_error;
}

static uint32_t enter(struct cel_checker *checker, struct cel_local *local, struct str name,
                      const struct cel_type *type)
{
    *local = (struct cel_local){checker->locals, name, type, checker->local_count++};
    checker->locals = local;
    checker->local_most = MAX_OF(checker->local_most, checker->local_count);
    return local->index;
}

static void assert_type(struct cel_checker *checker, const struct cel_expr *expr,
                        const struct cel_type *type)
{
    if (!cel_infer_assignable(&checker->infer, type, expr->type))
        cel_check_mismatch(checker, expr->at, type, expr->type);
}

void cel_check_fold(struct cel_checker *checker, struct cel_expr *expr)
{
    const struct cel_local *outer = checker->locals;
    const struct cel_type *first;
    const struct cel_type *second;
    struct cel_local accu;
    struct cel_local var;
    struct cel_local var2;
    cel_check_expr(checker, expr->fold.range);
    cel_check_expr(checker, expr->fold.accu);
    loop_types(checker, expr, &first, &second);

    const struct cel_type *accu_type = expr->fold.accu->type;
    expr->fold.accu_local = enter(checker, &accu, expr->fold.accu_name, accu_type);
    expr->fold.var_local = enter(checker, &var, expr->fold.var, first);
    if (expr->fold.var2.n)
        expr->fold.var2_local = enter(checker, &var2, expr->fold.var2, second);
    cel_check_expr(checker, expr->fold.condition);
    assert_type(checker, expr->fold.condition, &cel_type_bool);
    cel_check_expr(checker, expr->fold.step);
    assert_type(checker, expr->fold.step, accu_type);

    /* The result sees the accumulator alone; its slot stays taken, and those above are free. */
    checker->locals = &accu;
    cel_check_expr(checker, expr->fold.result);
    checker->locals = outer;
    checker->local_count = accu.index;
    cel_set_type(checker, expr,
                 cel_infer_substitute(&checker->infer, expr->fold.result->type, false));
}
