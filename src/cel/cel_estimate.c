/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an expression may cost, before it is run: checker/cost.go of cel-go over the checked tree,
 * with the API server's sizes of data (apiextensions-apiserver, schema/cel/compilation.go). CRDs
 * are refused by these numbers, so quirks are kept.
 */
#include "cel/cel_estimate.h"
#include "cel/cel_internal.h"

/* Sizes of a container's keys (or indexes) and values, when known. */
struct entry_sizes {
    bool known;
    bool is_list;
    struct cel_range key, value;
};

/* What is known of one expression. */
struct facts {
    const struct cel_path *path;
    bool sized;
    struct cel_range size;
    struct entry_sizes entries;
};

/* A variable of a comprehension, innermost first. */
struct local {
    const struct local *up;
    struct str name;
    const struct cel_path *path;
    bool sized;
    struct cel_range size;
    struct entry_sizes entries;
};

struct cel_estimator {
    struct arena *arena;
    const struct cel_type *root; /* of `self`: all paths start there, whatever their variable;
                                    NULL: nothing is known of data */
    struct facts *facts;         /* by an expression's id */
    const struct local *locals;
};

static const struct cel_range unknown_size = {0, UINT64_MAX};
static const struct cel_range one_unit = {1, 1};

static struct cel_range cost_of(struct cel_estimator *estimator, const struct cel_expr *expr);

static struct facts *facts_of(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    return &estimator->facts[expr->id];
}

static const struct local *find_local(const struct cel_estimator *estimator, struct str name)
{
    for (const struct local *local = estimator->locals; local; local = local->up)
        if (str_eq(local->name, name))
            return local;
    return NULL;
}

static const struct local *local_of(const struct cel_estimator *estimator,
                                    const struct cel_expr *expr)
{
    return expr->kind == EXPR_IDENT ? find_local(estimator, expr->ident.name) : NULL;
}

/* ---- paths ---- */

static const struct cel_path *step(struct cel_estimator *estimator, const struct cel_path *up,
                                   struct str name)
{
    struct cel_path *path = ARENA_NEW(estimator->arena, struct cel_path);
    *path = (struct cel_path){up, name};
    return path;
}

static const struct cel_path *path_of_expr(struct cel_estimator *estimator,
                                           const struct cel_expr *expr)
{
    const struct local *local = local_of(estimator, expr);
    return local ? local->path : facts_of(estimator, expr)->path;
}

/* The declared type at a path, NULL when it leads nowhere. Its first element is cut off: the API
 * server always starts at the rule's own schema. Expressions without `self` have no sizes. */
static const struct cel_type *type_at(const struct cel_estimator *estimator,
                                      const struct cel_path *path)
{
    if (!path->up)
        return estimator->root;
    const struct cel_type *type = type_at(estimator, path->up);
    if (!type)
        return NULL;
    bool item = str_is(path->name, "@items") || str_is(path->name, "@values");
    if (item)
        return type->kind == CEL_LIST  ? type->params[0]
               : type->kind == CEL_MAP ? type->params[1]
                                       : NULL;
    if (str_is(path->name, "@keys"))
        return type->kind == CEL_MAP ? type->params[0] : NULL;
    struct cel_field field;
    struct str escaped;
    if (type->kind != CEL_STRUCT || !type->object ||
        !type->object->field(type->object, path->name, &field))
        return NULL;
    /* `self.namespace` selects a field, but its size is looked up as `__namespace__`. */
    if (!cel_escape(estimator->arena, field.key, &escaped) || !str_eq(escaped, path->name))
        return NULL;
    return field.type;
}

static bool declared_size(const struct cel_estimator *estimator, const struct cel_path *path,
                          struct cel_range *ret_size)
{
    const struct cel_type *type = path ? type_at(estimator, path) : NULL;
    if (!type)
        return false;
    *ret_size = (struct cel_range){0, type->max};
    return true;
}

/* ---- sizes ---- */

static bool literal_size(const struct cel_expr *expr, struct cel_range *ret_size)
{
    uint64_t size = 1;
    if (expr->kind == EXPR_LITERAL) {
        struct cel_value value = expr->literal;
        if (value.kind == CEL_STRING)
            size = cel_runes(&value);
        else if (value.kind == CEL_BYTES)
            size = value.n;
    } else if (expr->kind == EXPR_LIST) {
        size = expr->list.n;
    } else if (expr->kind == EXPR_MAP) {
        size = expr->map.n;
    } else {
        return false;
    }
    *ret_size = cel_range_fixed(size);
    return true;
}

static bool is_scalar(const struct cel_type *type)
{
    if (type->kind == CEL_OPTIONAL)
        return is_scalar(type->params[0]);
    return type->kind == CEL_BOOL || type->kind == CEL_DOUBLE || type->kind == CEL_DURATION ||
           type->kind == CEL_INT || type->kind == CEL_TIMESTAMP || type->kind == CEL_UINT;
}

static bool size_of(struct cel_estimator *estimator, const struct cel_expr *expr,
                    struct cel_range *ret_size)
{
    struct facts *facts = facts_of(estimator, expr);
    *ret_size = facts->size;
    if (facts->sized || literal_size(expr, ret_size))
        return true;
    if (declared_size(estimator, path_of_expr(estimator, expr), ret_size)) {
        facts->sized = true;
        facts->size = *ret_size;
        return true;
    }
    *ret_size = one_unit;
    if (is_scalar(expr->type))
        return true;
    const struct local *local = local_of(estimator, expr);
    if (local && local->sized)
        *ret_size = local->size;
    return local && local->sized;
}

static struct cel_range size_or_unknown(struct cel_estimator *estimator,
                                        const struct cel_expr *expr)
{
    struct cel_range size;
    return size_of(estimator, expr, &size) ? size : unknown_size;
}

static struct entry_sizes entries_of(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    const struct facts *facts = facts_of(estimator, expr);
    const struct local *local = local_of(estimator, expr);
    if (!facts->entries.known && local)
        return local->entries;
    return facts->entries;
}

static struct entry_sizes entries_union(struct entry_sizes a, struct entry_sizes b)
{
    if (!a.known || !b.known)
        return (struct entry_sizes){0};
    a.key = cel_range_union(a.key, b.key);
    a.value = cel_range_union(a.value, b.value);
    return a;
}

static void set_size(struct cel_estimator *estimator, const struct cel_expr *expr, bool sized,
                     struct cel_range size)
{
    struct facts *facts = facts_of(estimator, expr);
    if (!sized)
        return;
    facts->sized = true;
    facts->size = size;
}

/* ---- what estimate functions ask ---- */

static struct cel_estimate_arg arg_of(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    struct cel_estimate_arg arg = {
        .expr = expr, .type = expr->type, .path = path_of_expr(estimator, expr)};
    const struct cel_path *first = arg.path;
    while (first && first->up)
        first = first->up;
    if (first && str_is(first->name, CEL_ACCU))
        arg.path = NULL;
    arg.sized = size_of(estimator, expr, &arg.size);
    return arg;
}

struct cel_range cel_estimate_size(struct cel_estimator *estimator,
                                   const struct cel_estimate_arg *arg)
{
    struct cel_range size;
    if (arg->sized)
        return arg->size;
    return declared_size(estimator, arg->path, &size) ? size : unknown_size;
}

struct cel_estimate_arg cel_estimate_item(struct cel_estimator *estimator,
                                          const struct cel_estimate_arg *list)
{
    struct cel_estimate_arg item = {0};
    if (list->type->n)
        item.type = list->type->params[0];
    if (list->path)
        item.path = step(estimator, list->path, STR("@items"));
    return item;
}

uint64_t cel_estimate_literal(const struct cel_estimate_arg *arg, uint64_t otherwise)
{
    if (!arg->expr || arg->expr->kind != EXPR_LITERAL || arg->expr->literal.kind != CEL_INT)
        return otherwise;
    int64_t value = arg->expr->literal.i64;
    return value < 0 ? 0 : (uint64_t)value;
}

/* ---- expressions ---- */

static struct cel_range cost_ident(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    const struct local *local = find_local(estimator, expr->ident.name);
    facts_of(estimator, expr)->path = local ? local->path : step(estimator, NULL, expr->ident.name);
    return one_unit;
}

/* has() is free, and says nothing of what it asks for. */
static struct cel_range cost_select(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    struct cel_range cost = cost_of(estimator, expr->select.operand);
    if (expr->flags & EXPR_TEST)
        return cost;
    enum cel_kind kind = expr->select.operand->type->kind;
    if (kind == CEL_MAP || kind == CEL_STRUCT || kind == CEL_PARAM)
        cost = cel_range_add(cost, one_unit);
    facts_of(estimator, expr)->path =
        step(estimator, path_of_expr(estimator, expr->select.operand), expr->select.field);
    return cost;
}

static struct cel_range cost_list(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    struct cel_range cost = cel_range_fixed(CEL_COST_LIST);
    struct cel_range item = {expr->list.n ? UINT64_MAX : 0, 0};
    for (uint32_t i = 0; i < expr->list.n; i++) {
        cost = cel_range_add(cost, cost_of(estimator, expr->list.items[i]));
        item = cel_range_union(item, size_or_unknown(estimator, expr->list.items[i]));
    }
    facts_of(estimator, expr)->entries = (struct entry_sizes){true, true, cel_range_fixed(1), item};
    return cost;
}

static struct cel_range cost_map(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    bool is_struct = expr->kind == EXPR_STRUCT;
    struct cel_range cost = cel_range_fixed(is_struct ? CEL_COST_STRUCT : CEL_COST_MAP);
    struct cel_range start = {expr->map.n ? UINT64_MAX : 0, 0};
    struct entry_sizes sizes = {true, false, start, start};
    for (uint32_t i = 0; i < expr->map.n; i++) {
        const struct cel_entry *entry = &expr->map.entries[i];
        if (entry->key) {
            cost = cel_range_add(cost, cost_of(estimator, entry->key));
            sizes.key = cel_range_union(sizes.key, size_or_unknown(estimator, entry->key));
        }
        cost = cel_range_add(cost, cost_of(estimator, entry->value));
        if (!is_struct)
            sizes.value = cel_range_union(sizes.value, size_or_unknown(estimator, entry->value));
    }
    if (!is_struct)
        facts_of(estimator, expr)->entries = sizes;
    return cost;
}

/* ---- calls ---- */

struct calls {
    const struct cel_expr *expr;
    struct cel_estimate_arg args[8];
    struct cel_range costs[8];
    uint32_t n;
};

/* Operators that are estimated by what they evaluate. */
static struct cel_range cost_branches(struct cel_estimator *estimator, const struct calls *calls)
{
    const struct cel_range *costs = calls->costs;
    if (calls->expr->op != OPERATOR_IF)
        return (struct cel_range){costs[0].min, cel_range_add(costs[0], costs[1]).max};
    struct facts *facts = facts_of(estimator, calls->expr);
    const struct cel_expr *yes = calls->expr->call.args[1];
    const struct cel_expr *no = calls->expr->call.args[2];
    struct entry_sizes entries =
        entries_union(entries_of(estimator, yes), entries_of(estimator, no));
    if (entries.known)
        facts->entries = entries;
    set_size(estimator, calls->expr, true,
             cel_range_union(size_or_unknown(estimator, yes), size_or_unknown(estimator, no)));
    return cel_range_add(costs[0], cel_range_union(costs[1], costs[2]));
}

/* Sizes that a call of an overload passes on beside what its shape says. */
static void pass_on(struct cel_estimator *estimator, const struct calls *calls,
                    const struct cel_function *row, struct cel_call_estimate *estimate)
{
    struct facts *facts = facts_of(estimator, calls->expr);
    const struct cel_expr *first = calls->n ? calls->expr->call.args[0] : NULL;
    bool list = !strcmp(row->id, "index_list");
    if (list || !strcmp(row->id, "index_map")) {
        struct entry_sizes entries = entries_of(estimator, first);
        estimate->sized = entries.known;
        estimate->size = entries.value;
        facts->path =
            step(estimator, path_of_expr(estimator, first), list ? STR("@items") : STR("@values"));
    }
    bool joins = row->cost == &cel_cost_add_text || row->cost == &cel_cost_add_list;
    if (!joins)
        return;
    struct entry_sizes entries = entries_union(entries_of(estimator, first),
                                               entries_of(estimator, calls->expr->call.args[1]));
    if (entries.known)
        facts->entries = entries;
}

static struct cel_range cost_overload(struct cel_estimator *estimator, const struct calls *calls,
                                      const struct cel_function *row,
                                      struct cel_call_estimate *estimate)
{
    *estimate = (struct cel_call_estimate){.cost = one_unit};
    if (row->cost && row->cost->estimate)
        row->cost->estimate(estimator, row, calls->args, calls->n, estimate);
    struct cel_range cost = estimate->cost;
    bool member = calls->expr->flags & EXPR_MEMBER;
    for (uint32_t i = member ? 1 : 0; i < calls->n; i++)
        cost = cel_range_add(cost, calls->costs[i]);
    pass_on(estimator, calls, row, estimate);
    return cost;
}

/* Covers all overloads that the call may turn out to be. */
static struct cel_range cost_overloads(struct cel_estimator *estimator, const struct calls *calls)
{
    const struct cel_expr *expr = calls->expr;
    struct cel_range cost = {UINT64_MAX, 0};
    bool sized = false;
    struct cel_range size = {0};
    for (uint32_t i = 0; i < expr->call.candidate_count; i++) {
        const struct cel_function *row = expr->call.candidates[i];
        struct cel_call_estimate estimate;
        cost = cel_range_union(cost, cost_overload(estimator, calls, row, &estimate));
        if (!strcmp(row->id, "index_list") || !strcmp(row->id, "index_map")) {
            sized = estimate.sized;
            size = estimate.size;
        } else if (estimate.sized) {
            size = sized ? cel_range_union(size, estimate.size) : estimate.size;
            sized = true;
        }
        if (!sized)
            sized = size_of(estimator, expr, &size);
    }
    set_size(estimator, expr, sized, size);
    if (expr->flags & EXPR_MEMBER)
        cost = cel_range_add(cost, calls->costs[0]);
    return cost;
}

static struct cel_range cost_call(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    struct calls calls = {.expr = expr, .n = expr->call.n};
    if (expr->op == OPERATOR_OPT_SELECT)
        calls.n = 2;
    if (calls.n > ARRAY_LEN(calls.args))
        return unknown_size;
    for (uint32_t i = 0; i < calls.n; i++) {
        calls.costs[i] = cost_of(estimator, expr->call.args[i]);
        calls.args[i] = arg_of(estimator, expr->call.args[i]);
    }
    /* dyn() hides a type, nothing else. */
    if (str_is(expr->call.function, "dyn") && calls.n == 1) {
        struct cel_range size;
        bool sized = size_of(estimator, expr->call.args[0], &size);
        set_size(estimator, expr, sized, size);
        facts_of(estimator, expr)->entries = entries_of(estimator, expr->call.args[0]);
        return cel_range_add(one_unit, calls.costs[0]);
    }
    if (expr->op == OPERATOR_AND || expr->op == OPERATOR_OR || expr->op == OPERATOR_IF)
        return cost_branches(estimator, &calls);
    if (expr->op == OPERATOR_OPT_SELECT)
        return cel_range_add(one_unit, cel_range_add(calls.costs[0], calls.costs[1]));
    return cost_overloads(estimator, &calls);
}

/* ---- comprehensions ---- */

static bool is_list_range(const struct cel_expr *range, struct entry_sizes entries)
{
    return entries.known ? entries.is_list : range->type->kind == CEL_LIST;
}

static struct local loop_variable(struct cel_estimator *estimator, const struct cel_expr *range,
                                  struct str name, bool second, bool two)
{
    struct entry_sizes entries = entries_of(estimator, range);
    bool list = is_list_range(range, entries);
    bool value = second || (!two && list);
    const char *kind = value ? (list ? "@items" : "@values") : (list ? "@indices" : "@keys");
    return (struct local){
        .up = estimator->locals,
        .name = name,
        .path = step(estimator, path_of_expr(estimator, range), str_from(kind)),
        .sized = entries.known,
        .size = value ? entries.value : entries.key,
    };
}

static struct local accumulator(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    const struct cel_expr *accu = expr->fold.accu;
    struct local local = {
        .up = estimator->locals,
        .name = expr->fold.accu_name,
        .path = path_of_expr(estimator, accu),
        .entries = entries_of(estimator, accu),
    };
    local.sized = size_of(estimator, accu, &local.size);
    return local;
}

/* A fold over nothing that only names a value. */
static bool is_bind(const struct cel_expr *expr)
{
    return expr->fold.range->kind == EXPR_LIST && expr->fold.range->list.n == 0 &&
           expr->fold.condition->kind == EXPR_LITERAL &&
           expr->fold.condition->literal.kind == CEL_BOOL && !expr->fold.condition->literal.boolean;
}

static struct cel_range cost_bind(struct cel_estimator *estimator, const struct cel_expr *expr,
                                  struct cel_range cost)
{
    struct cel_range size;
    struct local local = accumulator(estimator, expr);
    estimator->locals = &local;
    cost = cel_range_add(cost, cost_of(estimator, expr->fold.result));
    estimator->locals = local.up;
    bool sized = size_of(estimator, expr->fold.result, &size);
    set_size(estimator, expr, sized, size);
    facts_of(estimator, expr)->entries = entries_of(estimator, expr->fold.result);
    return cost;
}

/* What the loop makes: as many as it sees when it gathers, one otherwise. */
static void fold_size(struct cel_estimator *estimator, const struct cel_expr *expr,
                      struct cel_range count)
{
    struct cel_range size;
    const struct cel_expr *accu = expr->fold.accu;
    if (accu->kind == EXPR_LITERAL) {
        bool sized = size_of(estimator, accu, &size);
        set_size(estimator, expr, sized, size);
    } else if (accu->kind == EXPR_LIST || accu->kind == EXPR_MAP) {
        set_size(estimator, expr, true, count);
        struct entry_sizes entries = entries_of(estimator, expr->fold.step);
        if (entries.known)
            facts_of(estimator, expr)->entries = entries;
    }
}

static struct cel_range cost_fold(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    struct cel_range cost = cost_of(estimator, expr->fold.range);
    cost = cel_range_add(cost, cost_of(estimator, expr->fold.accu));
    if (is_bind(expr))
        return cost_bind(estimator, expr, cost);
    const struct local *outer = estimator->locals;
    bool two = expr->fold.var2.n > 0;
    struct local accu = accumulator(estimator, expr);
    estimator->locals = &accu;
    struct local var = loop_variable(estimator, expr->fold.range, expr->fold.var, false, two);
    estimator->locals = &var;
    struct local var2 = loop_variable(estimator, expr->fold.range, expr->fold.var2, true, two);
    if (two)
        estimator->locals = &var2;
    struct cel_range turn = cost_of(estimator, expr->fold.condition);
    turn = cel_range_add(cost_of(estimator, expr->fold.step), turn);
    estimator->locals = &accu;
    cost = cel_range_add(cost, cost_of(estimator, expr->fold.result));
    estimator->locals = outer;
    struct cel_range count = size_or_unknown(estimator, expr->fold.range);
    fold_size(estimator, expr, count);
    return cel_range_add(cost, cel_range_multiply(count, turn));
}

static struct cel_range cost_of(struct cel_estimator *estimator, const struct cel_expr *expr)
{
    switch ((enum cel_expr_kind)expr->kind) {
    case EXPR_LITERAL:
        return cel_range_fixed(0);
    case EXPR_IDENT:
        return cost_ident(estimator, expr);
    case EXPR_SELECT:
        return cost_select(estimator, expr);
    case EXPR_CALL:
        return cost_call(estimator, expr);
    case EXPR_LIST:
        return cost_list(estimator, expr);
    case EXPR_MAP:
    case EXPR_STRUCT:
        return cost_map(estimator, expr);
    case EXPR_FOLD:
        return cost_fold(estimator, expr);
    }
    return unknown_size;
}

struct cel_range cel_estimate(struct arena *arena, const struct cel_program *program)
{
    const struct cel_variable *self = cel_env_variable(program->env, STR("self"));
    struct cel_estimator estimator = {
        .arena = arena,
        .root = self ? self->type : NULL,
        .facts = ARENA_ARRAY(arena, struct facts, size_add(program->ids, 1)),
    };
    return cost_of(&estimator, program->root);
}
