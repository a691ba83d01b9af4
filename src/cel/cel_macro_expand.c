/* SPDX-License-Identifier: Apache-2.0 */
/* What each macro becomes. args[0] of a call is its receiver. */
#include "cel/cel_macro.h"

static struct cel_expr *refuse(struct cel_maker *maker, const struct cel_expr *arg,
                               const char *message)
{
    cel_issue(maker->parser->issues, maker->parser->source, arg->at, "%s", message);
    return NULL;
}

/* The name that an argument declares, or false after an issue. */
static bool declared_name(struct cel_maker *maker, const struct cel_expr *arg, const char *message,
                          struct str *ret_name)
{
    if (arg->kind != EXPR_IDENT) {
        (void)refuse(maker, arg, message);
        return false;
    }
    *ret_name = arg->ident.name;
    if (!str_is(*ret_name, "__result__"))
        return true;
    (void)refuse(maker, arg, "iteration variable overwrites accumulator variable");
    return false;
}

static const char not_simple[] = "argument must be a simple name";
static const char not_ident[] = "argument is not an identifier";

struct cel_expr *cel_expand_has(struct cel_maker *maker, struct cel_expr *call)
{
    struct cel_expr *arg = call->call.args[0];
    if (arg->kind != EXPR_SELECT)
        return refuse(maker, arg, "invalid argument to has() macro");
    struct cel_expr *test = ARENA_NEW(maker->parser->arena, struct cel_expr);
    *test = *arg;
    test->id = ++maker->parser->ids;
    test->at = maker->at;
    test->flags |= EXPR_TEST;
    return test;
}

/* One or two variables, which stand before the last argument(s). */
static bool loop_variables(struct cel_maker *maker, struct cel_expr *call, bool two,
                           struct cel_fold *fold)
{
    struct cel_expr *first = call->call.args[1];
    fold->range = call->call.args[0];
    if (!two)
        return declared_name(maker, first, not_simple, &fold->var);
    struct cel_expr *second = call->call.args[2];
    if (!declared_name(maker, first, not_simple, &fold->var) ||
        !declared_name(maker, second, not_simple, &fold->var2))
        return false;
    if (!str_eq(fold->var, fold->var2))
        return true;
    cel_issue(maker->parser->issues, maker->parser->source, second->at,
              "duplicate variable name: %.*s", STR_FMT(fold->var));
    return false;
}

static void fill_all(struct cel_maker *maker, struct cel_expr *test, struct cel_fold *fold)
{
    fold->accu = cel_make_literal(maker, cel_bool(true));
    fold->condition = cel_make_call(maker, "@not_strictly_false", cel_make_accu(maker), NULL, NULL);
    fold->step = cel_make_call(maker, "_&&_", cel_make_accu(maker), test, NULL);
    fold->result = cel_make_accu(maker);
}

static void fill_exists(struct cel_maker *maker, struct cel_expr *test, struct cel_fold *fold)
{
    struct cel_expr *no = cel_make_call(maker, "!_", cel_make_accu(maker), NULL, NULL);
    fold->accu = cel_make_literal(maker, cel_bool(false));
    fold->condition = cel_make_call(maker, "@not_strictly_false", no, NULL, NULL);
    fold->step = cel_make_call(maker, "_||_", cel_make_accu(maker), test, NULL);
    fold->result = cel_make_accu(maker);
}

static void fill_exists_one(struct cel_maker *maker, struct cel_expr *test, struct cel_fold *fold)
{
    struct cel_expr *more = cel_make_call(maker, "_+_", cel_make_accu(maker),
                                          cel_make_literal(maker, cel_int(1)), NULL);
    fold->accu = cel_make_literal(maker, cel_int(0));
    fold->condition = cel_make_literal(maker, cel_bool(true));
    fold->step = cel_make_call(maker, "_?_:_", test, more, cel_make_accu(maker));
    fold->result = cel_make_call(maker, "_==_", cel_make_accu(maker),
                                 cel_make_literal(maker, cel_int(1)), NULL);
}

struct cel_expr *cel_expand_quantifier(struct cel_maker *maker, struct cel_expr *call)
{
    struct cel_fold fold = {0};
    if (!loop_variables(maker, call, call->call.n == 4, &fold))
        return NULL;
    struct cel_expr *test = call->call.args[call->call.n - 1];
    if (maker->kind == MACRO_ALL)
        fill_all(maker, test, &fold);
    else if (maker->kind == MACRO_EXISTS)
        fill_exists(maker, test, &fold);
    else
        fill_exists_one(maker, test, &fold);
    return cel_make_fold(maker, fold);
}

/* A fold that adds: accu = filter ? step : accu, always to the end. */
static struct cel_expr *gather(struct cel_maker *maker, struct cel_fold fold,
                               struct cel_expr *start, struct cel_expr *filter,
                               struct cel_expr *step)
{
    if (filter)
        step = cel_make_call(maker, "_?_:_", filter, step, cel_make_accu(maker));
    fold.accu = start;
    fold.condition = cel_make_literal(maker, cel_bool(true));
    fold.step = step;
    fold.result = cel_make_accu(maker);
    return cel_make_fold(maker, fold);
}

static struct cel_expr *append(struct cel_maker *maker, struct cel_expr *item)
{
    return cel_make_call(maker, "_+_", cel_make_accu(maker), cel_make_list(maker, item), NULL);
}

struct cel_expr *cel_expand_map(struct cel_maker *maker, struct cel_expr *call)
{
    struct cel_fold fold = {.range = call->call.args[0]};
    if (!declared_name(maker, call->call.args[1], not_ident, &fold.var))
        return NULL;
    struct cel_expr *filter = call->call.n == 4 ? call->call.args[2] : NULL;
    struct cel_expr *transform = call->call.args[call->call.n - 1];
    return gather(maker, fold, cel_make_list(maker, NULL), filter, append(maker, transform));
}

struct cel_expr *cel_expand_filter(struct cel_maker *maker, struct cel_expr *call)
{
    struct cel_fold fold = {.range = call->call.args[0]};
    if (!declared_name(maker, call->call.args[1], not_ident, &fold.var))
        return NULL;
    return gather(maker, fold, cel_make_list(maker, NULL), call->call.args[2],
                  append(maker, call->call.args[1]));
}

struct cel_expr *cel_expand_transform(struct cel_maker *maker, struct cel_expr *call)
{
    struct cel_fold fold = {0};
    if (!loop_variables(maker, call, true, &fold))
        return NULL;
    struct cel_expr *filter = call->call.n == 5 ? call->call.args[3] : NULL;
    struct cel_expr *transform = call->call.args[call->call.n - 1];
    if (maker->kind == MACRO_LIST)
        return gather(maker, fold, cel_make_list(maker, NULL), filter, append(maker, transform));
    struct cel_expr *start = cel_expr_new(maker->parser, EXPR_MAP, maker->at);
    struct cel_expr *key = maker->kind == MACRO_MAP ? cel_make_ident(maker, fold.var) : transform;
    struct cel_expr *step = cel_make_call(maker, "cel.@mapInsert", cel_make_accu(maker), key,
                                          maker->kind == MACRO_MAP ? transform : NULL);
    return gather(maker, fold, start, filter, step);
}

/* A fold over nothing whose accumulator is a local variable: `name` is `value` in `body`. */
static struct cel_expr *bind(struct cel_maker *maker, struct str name, struct cel_expr *value,
                             struct cel_expr *body)
{
    return cel_make_fold(maker, (struct cel_fold){
                                    .var = STR("#unused"),
                                    .accu_name = name,
                                    .range = cel_make_list(maker, NULL),
                                    .accu = value,
                                    .condition = cel_make_literal(maker, cel_bool(false)),
                                    .step = cel_make_ident(maker, name),
                                    .result = body,
                                });
}

static struct cel_expr *member(struct cel_expr *call)
{
    call->flags |= EXPR_MEMBER;
    return call;
}

struct cel_expr *cel_expand_optional(struct cel_maker *maker, struct cel_expr *call)
{
    bool flat = maker->kind == MACRO_OPT_FLAT_MAP;
    struct cel_expr *receiver = call->call.args[0];
    struct cel_expr *name = call->call.args[1];
    if (name->kind != EXPR_IDENT)
        return refuse(maker, name,
                      flat ? "optFlatMap() variable name must be a simple identifier"
                           : "optMap() variable name must be a simple identifier");
    struct cel_expr *test = member(cel_make_call(maker, "hasValue", receiver, NULL, NULL));
    struct cel_expr *value =
        member(cel_make_call(maker, "value", cel_make_copy(maker, receiver), NULL, NULL));
    struct cel_expr *body = bind(maker, name->ident.name, value, call->call.args[2]);
    if (!flat)
        body = cel_make_call(maker, "optional.of", body, NULL, NULL);
    return cel_make_call(maker, "_?_:_", test, body,
                         cel_make_call(maker, "optional.none", NULL, NULL, NULL));
}

struct cel_expr *cel_expand_sort(struct cel_maker *maker, struct cel_expr *call)
{
    struct str input = STR("@__sortBy_input__");
    struct cel_expr *receiver = call->call.args[0];
    if (receiver->kind == EXPR_LITERAL || receiver->kind == EXPR_MAP ||
        receiver->kind == EXPR_STRUCT)
        return refuse(maker, receiver,
                      "sortBy can only be applied to a list, identifier, comprehension, call or "
                      "select expression");
    struct cel_fold fold = {.range = cel_make_ident(maker, input)};
    if (!declared_name(maker, call->call.args[1], not_ident, &fold.var))
        return NULL;
    struct cel_expr *keys =
        gather(maker, fold, cel_make_list(maker, NULL), NULL, append(maker, call->call.args[2]));
    struct cel_expr *sorted = member(
        cel_make_call(maker, "@sortByAssociatedKeys", cel_make_ident(maker, input), keys, NULL));
    return bind(maker, input, receiver, sorted);
}
