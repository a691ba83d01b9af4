/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Macros: calls that are something else, by name and number of arguments. What they become is what
 * cel-go makes of them (parser/macro.go, ext/comprehensions.go, cel/library.go, ext/lists.go),
 * because costs are counted on it.
 */
#include "cel/cel_macro.h"

/* Which library brings a macro; NULL: the language. */
struct macro {
    const char *name;
    uint8_t n; /* arguments, without the receiver */
    bool member;
    const struct cel_library *library;
    struct cel_expr *(*expand)(struct cel_maker *maker, struct cel_expr *call);
    enum cel_macro_kind kind;
};

static const struct macro macros[] = {
    {"has", 1, false, NULL, cel_expand_has, MACRO_PLAIN},
    {"all", 2, true, NULL, cel_expand_quantifier, MACRO_ALL},
    {"exists", 2, true, NULL, cel_expand_quantifier, MACRO_EXISTS},
    {"exists_one", 2, true, NULL, cel_expand_quantifier, MACRO_EXISTS_ONE},
    {"existsOne", 2, true, NULL, cel_expand_quantifier, MACRO_EXISTS_ONE},
    {"map", 2, true, NULL, cel_expand_map, MACRO_PLAIN},
    {"map", 3, true, NULL, cel_expand_map, MACRO_PLAIN},
    {"filter", 2, true, NULL, cel_expand_filter, MACRO_PLAIN},
    {"all", 3, true, &cel_lib_fold, cel_expand_quantifier, MACRO_ALL},
    {"exists", 3, true, &cel_lib_fold, cel_expand_quantifier, MACRO_EXISTS},
    {"existsOne", 3, true, &cel_lib_fold, cel_expand_quantifier, MACRO_EXISTS_ONE},
    {"exists_one", 3, true, &cel_lib_fold, cel_expand_quantifier, MACRO_EXISTS_ONE},
    {"transformList", 3, true, &cel_lib_fold, cel_expand_transform, MACRO_LIST},
    {"transformList", 4, true, &cel_lib_fold, cel_expand_transform, MACRO_LIST},
    {"transformMap", 3, true, &cel_lib_fold, cel_expand_transform, MACRO_MAP},
    {"transformMap", 4, true, &cel_lib_fold, cel_expand_transform, MACRO_MAP},
    {"transformMapEntry", 3, true, &cel_lib_fold, cel_expand_transform, MACRO_ENTRY},
    {"transformMapEntry", 4, true, &cel_lib_fold, cel_expand_transform, MACRO_ENTRY},
    {"optMap", 2, true, &cel_lib_optional, cel_expand_optional, MACRO_OPT_MAP},
    {"optFlatMap", 2, true, &cel_lib_optional, cel_expand_optional, MACRO_OPT_FLAT_MAP},
    {"sortBy", 2, true, &cel_lib_lists, cel_expand_sort, MACRO_PLAIN},
};

struct cel_expr *cel_expand(struct cel_parser *parser, struct cel_expr *call)
{
    bool member = call->flags & EXPR_MEMBER;
    if (parser->env->options.no_macros)
        return call;
    for (size_t i = 0; i < ARRAY_LEN(macros); i++) {
        const struct macro *macro = &macros[i];
        if (macro->member != member || call->call.n != macro->n + (member ? 1u : 0u) ||
            !str_is(call->call.function, macro->name))
            continue;
        if (macro->library && !cel_env_has_library(parser->env, macro->library))
            continue;
        struct cel_maker maker = {parser, call->at, macro->kind};
        struct cel_expr *expr = macro->expand(&maker, call);
        if (!expr)
            return call; /* reported; parsing goes on as cel-go's does */
        expr->start = call->start;
        expr->end = call->end;
        return expr;
    }
    return call;
}

/* ---- making ---- */

static struct cel_expr *new_expr(struct cel_maker *maker, enum cel_expr_kind kind)
{
    struct cel_expr *expr = cel_expr_new(maker->parser, kind, maker->at);
    expr->flags = EXPR_MACRO;
    return expr;
}

struct cel_expr *cel_make_ident(struct cel_maker *maker, struct str name)
{
    struct cel_expr *expr = new_expr(maker, EXPR_IDENT);
    expr->ident.name = name;
    return expr;
}

struct cel_expr *cel_make_accu(struct cel_maker *maker)
{
    return cel_make_ident(maker, STR(CEL_ACCU));
}

struct cel_expr *cel_make_literal(struct cel_maker *maker, struct cel_value value)
{
    struct cel_expr *expr = new_expr(maker, EXPR_LITERAL);
    expr->literal = value;
    return expr;
}

/* A list of one item, or of none. */
struct cel_expr *cel_make_list(struct cel_maker *maker, struct cel_expr *item)
{
    struct cel_expr *expr = new_expr(maker, EXPR_LIST);
    if (!item)
        return expr;
    expr->list.items = (struct cel_expr **)arena_dup(maker->parser->arena, &item, sizeof item);
    expr->list.n = 1;
    expr->height = item->height;
    return expr;
}

struct cel_expr *cel_make_call(struct cel_maker *maker, const char *function,
                               struct cel_expr *first, struct cel_expr *second,
                               struct cel_expr *third)
{
    struct cel_expr *args[] = {first, second, third};
    uint32_t n = third ? 3 : second ? 2 : first ? 1 : 0;
    struct cel_expr *call = cel_expr_call(maker->parser, maker->at, function, args, n);
    call->flags |= EXPR_MACRO;
    return call;
}

struct cel_expr *cel_make_fold(struct cel_maker *maker, struct cel_fold fold)
{
    struct cel_expr *expr = new_expr(maker, EXPR_FOLD);
    expr->fold.var = fold.var;
    expr->fold.var2 = fold.var2;
    expr->fold.accu_name = fold.accu_name.n ? fold.accu_name : STR(CEL_ACCU);
    expr->fold.range = fold.range;
    expr->fold.accu = fold.accu;
    expr->fold.condition = fold.condition;
    expr->fold.step = fold.step;
    expr->fold.result = fold.result;
    struct cel_expr *const parts[] = {fold.range, fold.accu, fold.condition, fold.step,
                                      fold.result};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        expr->height = MAX_OF(expr->height, parts[i]->height);
    return expr;
}

/* ---- copies: a receiver that an expansion needs twice ---- */

static struct cel_expr **copy_all(struct cel_maker *maker, struct cel_expr *const *exprs,
                                  uint32_t n)
{
    struct cel_expr **copies = ARENA_ARRAY(maker->parser->arena, struct cel_expr *, n);
    for (uint32_t i = 0; i < n; i++)
        copies[i] = cel_make_copy(maker, exprs[i]);
    return copies;
}

static struct cel_entry *copy_entries(struct cel_maker *maker, const struct cel_expr *expr)
{
    struct cel_entry *entries = ARENA_ARRAY(maker->parser->arena, struct cel_entry, expr->map.n);
    for (uint32_t i = 0; i < expr->map.n; i++) {
        entries[i] = expr->map.entries[i];
        if (entries[i].key)
            entries[i].key = cel_make_copy(maker, entries[i].key);
        entries[i].value = cel_make_copy(maker, entries[i].value);
    }
    return entries;
}

struct cel_expr *cel_make_copy(struct cel_maker *maker, const struct cel_expr *expr)
{
    struct cel_expr *copy = ARENA_NEW(maker->parser->arena, struct cel_expr);
    *copy = *expr;
    copy->id = ++maker->parser->ids;
    switch ((enum cel_expr_kind)expr->kind) {
    case EXPR_LITERAL:
    case EXPR_IDENT:
        break;
    case EXPR_SELECT:
        copy->select.operand = cel_make_copy(maker, expr->select.operand);
        break;
    case EXPR_CALL:
        copy->call.args = copy_all(maker, expr->call.args, expr->call.n);
        break;
    case EXPR_LIST:
        copy->list.items = copy_all(maker, expr->list.items, expr->list.n);
        break;
    case EXPR_MAP:
    case EXPR_STRUCT:
        copy->map.entries = copy_entries(maker, expr);
        break;
    case EXPR_FOLD:
        copy->fold.range = cel_make_copy(maker, expr->fold.range);
        copy->fold.accu = cel_make_copy(maker, expr->fold.accu);
        copy->fold.condition = cel_make_copy(maker, expr->fold.condition);
        copy->fold.step = cel_make_copy(maker, expr->fold.step);
        copy->fold.result = cel_make_copy(maker, expr->fold.result);
        break;
    }
    return copy;
}
