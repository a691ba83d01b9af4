/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types: every expression gets one, every name its meaning. A port of the rules of cel-go's
 * checker/checker.go with its messages; gradual, so that `dyn` fits everywhere.
 */
#include "cel/cel_check.h"

#include <stdarg.h>

struct str cel_type_text(struct arena *arena, const struct cel_type *type)
{
    struct buf text;
    buf_init(&text, 4096);
    cel_type_format(&text, type);
    struct str copy = str_dup(arena, buf_str(&text));
    buf_release(&text);
    return copy;
}

void cel_check_issue(struct cel_checker *checker, uint32_t at, const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, fmt);
    int n = vasprintf(&text, fmt, args);
    va_end(args);
    if (n < 0)
        memory_exhausted(0);
    cel_issue(checker->issues, checker->source, at, "%s", text);
    free(text);
}

void cel_check_mismatch(struct cel_checker *checker, uint32_t at, const struct cel_type *expected,
                        const struct cel_type *actual)
{
    cel_check_issue(checker, at, "expected type '%.*s' but found '%.*s'",
                    STR_FMT(cel_type_text(checker->arena, expected)),
                    STR_FMT(cel_type_text(checker->arena, actual)));
}

void cel_check_undeclared(struct cel_checker *checker, uint32_t at, struct str name)
{
    cel_check_issue(checker, at, "undeclared reference to '%.*s' (in container '%.*s')",
                    STR_FMT(name), STR_FMT(checker->env->options.container));
}

void cel_set_type(struct cel_checker *checker, struct cel_expr *expr, const struct cel_type *type)
{
    expr->type = type;
    VEC_PUSH(checker->arena, &checker->typed, expr);
}

/* ---- names ---- */

bool cel_qualified_name(struct arena *arena, const struct cel_env *env, const struct cel_expr *expr,
                        struct str *ret_name)
{
    const struct cel_expr *root = expr;
    size_t n = 0;
    for (; root->kind == EXPR_SELECT && !(root->flags & EXPR_TEST); root = root->select.operand)
        n += 1 + root->select.field.n;
    if (root->kind != EXPR_IDENT)
        return false;
    *ret_name = root->ident.name;
    if (root == expr)
        return true;
    if (!cel_env_has_root(env, root->ident.name))
        return false;
    n += root->ident.name.n;
    char *text = arena_alloc_text(arena, n);
    *ret_name = (struct str){text, n};
    for (; expr != root; expr = expr->select.operand) { /* from its end */
        const struct str field = expr->select.field;
        n -= field.n + 1;
        text[n] = '.';
        memcpy(text + n + 1, field.p, field.n);
    }
    memcpy(text, root->ident.name.p, root->ident.name.n);
    return true;
}

static bool resolve_candidate(struct arena *arena, const struct cel_env *env,
                              const struct cel_local *locals, struct str name,
                              struct cel_expr *ident, const struct cel_type **ret_type)
{
    for (; locals; locals = locals->up) {
        if (!str_eq(locals->name, name))
            continue;
        ident->ident.scope = SCOPE_LOCAL;
        ident->ident.slot = locals->index;
        *ret_type = locals->type;
        return true;
    }
    const struct cel_variable *variable = cel_env_variable(env, name);
    if (variable) {
        ident->ident.scope = SCOPE_SLOT;
        ident->ident.slot = variable->slot;
        *ret_type = variable->type;
        return true;
    }
    const struct cel_type *type = cel_env_type(env, name);
    if (!type)
        return false;
    ident->ident.scope = SCOPE_TYPE;
    ident->ident.named = type;
    *ret_type = cel_type_of_type(arena, type);
    return true;
}

bool cel_resolve_name(struct arena *arena, const struct cel_env *env,
                      const struct cel_local *locals, struct str name, struct cel_expr *ident,
                      const struct cel_type **ret_type)
{
    struct cel_names names = {.container = env->options.container, .name = name};
    struct str candidate;
    struct cel_expr found = {.kind = EXPR_IDENT};
    while (cel_names_next(arena, &names, &candidate)) {
        found.ident.name = candidate;
        if (!resolve_candidate(arena, env, locals, candidate, &found, ret_type))
            continue;
        ident->kind = EXPR_IDENT;
        ident->ident = found.ident;
        return true;
    }
    return false;
}

static void check_ident(struct cel_checker *checker, struct cel_expr *expr)
{
    const struct cel_type *type;
    struct str name = expr->ident.name;
    if (cel_resolve_name(checker->arena, checker->env, checker->locals, name, expr, &type)) {
        cel_set_type(checker, expr, type);
        return;
    }
    cel_set_type(checker, expr, &cel_type_error);
    cel_check_undeclared(checker, expr->at, name);
}

/* ---- selections ---- */

const struct cel_type *cel_check_field(struct cel_checker *checker, struct cel_expr *expr,
                                       struct cel_expr *operand, struct str field, bool optional)
{
    cel_check_expr(checker, operand);
    const struct cel_type *target = cel_infer_substitute(&checker->infer, operand->type, false);
    if (target->kind == CEL_OPTIONAL) {
        optional = true;
        target = target->params[0];
    }
    const struct cel_type *result = &cel_type_error;
    struct cel_field found;
    if (target->kind == CEL_MAP) {
        result = target->params[1];
    } else if (target->kind == CEL_STRUCT) {
        if (target->object && target->object->field(target->object, field, &found))
            result = found.type;
        else if (target->object)
            cel_check_issue(checker, expr->at, "undefined field '%.*s'", STR_FMT(field));
        else
            cel_check_issue(checker, expr->at, "unexpected failed resolution of '%.*s'",
                            STR_FMT(target->name));
    } else {
        bool open = target->kind == CEL_DYN || target->kind == CEL_ANY ||
                    target->kind == CEL_ERROR || target->kind == CEL_PARAM;
        if (target->kind == CEL_PARAM)
            (void)cel_infer_assignable(&checker->infer, &cel_type_dyn, target);
        if (!open)
            cel_check_issue(checker, expr->at, "type '%.*s' does not support field selection",
                            STR_FMT(cel_type_text(checker->arena, target)));
        result = &cel_type_dyn;
    }
    return optional ? cel_type_optional(checker->arena, result) : result;
}

static void check_select(struct cel_checker *checker, struct cel_expr *expr)
{
    struct str name;
    const struct cel_type *type;
    if (cel_qualified_name(checker->arena, checker->env, expr, &name) &&
        cel_resolve_name(checker->arena, checker->env, checker->locals, name, expr, &type)) {
        cel_set_type(checker, expr, type);
        return;
    }
    type = cel_check_field(checker, expr, expr->select.operand, expr->select.field, false);
    if (expr->flags & EXPR_TEST)
        type = &cel_type_bool;
    cel_set_type(checker, expr, cel_infer_substitute(&checker->infer, type, false));
}

/* ---- lists, maps, structs ---- */

/* Elements of several types are dyn; that Kubernetes refuses most of those is cel_validate.c's. */
static const struct cel_type *join(struct cel_checker *checker, const struct cel_type *before,
                                   const struct cel_type *type)
{
    if (!before)
        return type;
    if (cel_infer_assignable(&checker->infer, before, type))
        return cel_infer_general(before, type);
    return &cel_type_dyn;
}

/* What an optional element contributes. */
static const struct cel_type *unwrap(struct cel_checker *checker, const struct cel_expr *expr,
                                     const struct cel_type *type)
{
    if (type->kind == CEL_OPTIONAL)
        return type->params[0];
    if (type->kind != CEL_DYN && type->kind != CEL_ANY)
        cel_check_mismatch(checker, expr->at, cel_type_optional(checker->arena, type), type);
    return type;
}

static void check_list(struct cel_checker *checker, struct cel_expr *expr)
{
    const struct cel_type *item_type = NULL;
    for (uint32_t i = 0; i < expr->list.n; i++) {
        struct cel_expr *item = expr->list.items[i];
        cel_check_expr(checker, item);
        const struct cel_type *type = item->type;
        if (expr->list.optional && expr->list.optional[i])
            type = unwrap(checker, item, type);
        item_type = join(checker, item_type, type);
    }
    if (!item_type)
        item_type = cel_infer_fresh(&checker->infer);
    cel_set_type(checker, expr, cel_type_list(checker->arena, item_type));
}

static void check_map(struct cel_checker *checker, struct cel_expr *expr)
{
    const struct cel_type *key_type = NULL;
    const struct cel_type *value_type = NULL;
    for (uint32_t i = 0; i < expr->map.n; i++) {
        const struct cel_entry *entry = &expr->map.entries[i];
        cel_check_expr(checker, entry->key);
        key_type = join(checker, key_type, entry->key->type);
        cel_check_expr(checker, entry->value);
        const struct cel_type *type = entry->value->type;
        if (entry->optional)
            type = unwrap(checker, entry->value, type);
        value_type = join(checker, value_type, type);
    }
    if (!key_type) {
        key_type = cel_infer_fresh(&checker->infer);
        value_type = cel_infer_fresh(&checker->infer);
    }
    cel_set_type(checker, expr, cel_type_map(checker->arena, key_type, value_type));
}

/* The type that a struct's name stands for, or NULL after an issue. */
static const struct cel_type *struct_type(struct cel_checker *checker, struct cel_expr *expr)
{
    struct cel_expr ident = {.kind = EXPR_IDENT};
    const struct cel_type *type;
    struct str name = expr->map.type_name;
    if (!cel_resolve_name(checker->arena, checker->env, checker->locals, name, &ident, &type)) {
        cel_check_undeclared(checker, expr->at, name);
        return NULL;
    }
    if (type->kind != CEL_TYPE || type->n == 0) {
        cel_check_issue(checker, expr->at, "'%.*s' is not a type", STR_FMT(type->name));
        return NULL;
    }
    if (type->params[0]->kind == CEL_STRUCT)
        return type->params[0];
    cel_check_issue(checker, expr->at, "'%.*s' is not a message type",
                    STR_FMT(type->params[0]->name));
    return NULL;
}

static void check_struct(struct cel_checker *checker, struct cel_expr *expr)
{
    const struct cel_type *type = struct_type(checker, expr);
    cel_set_type(checker, expr, type ? type : &cel_type_error);
    for (uint32_t i = 0; i < expr->map.n; i++) {
        const struct cel_entry *entry = &expr->map.entries[i];
        cel_check_expr(checker, entry->value);
        struct cel_field field = {.type = &cel_type_error};
        if (type && (!type->object || !type->object->field(type->object, entry->field, &field)))
            cel_check_issue(checker, entry->offset, "undefined field '%.*s'",
                            STR_FMT(entry->field));
        const struct cel_type *given = entry->value->type;
        if (entry->optional)
            given = unwrap(checker, entry->value, given);
        if (!cel_infer_assignable(&checker->infer, field.type, given))
            cel_check_issue(checker, entry->offset,
                            "expected type of field '%.*s' is '%.*s' but provided type is '%.*s'",
                            STR_FMT(entry->field),
                            STR_FMT(cel_type_text(checker->arena, field.type)),
                            STR_FMT(cel_type_text(checker->arena, given)));
    }
}

/* ---- all ---- */

static const struct cel_type *literal_type(enum cel_kind kind)
{
    static const struct cel_type *const types[] = {
        [CEL_NULL] = &cel_type_null,     [CEL_BOOL] = &cel_type_bool,
        [CEL_INT] = &cel_type_int,       [CEL_UINT] = &cel_type_uint,
        [CEL_DOUBLE] = &cel_type_double, [CEL_STRING] = &cel_type_string,
        [CEL_BYTES] = &cel_type_bytes,
    };
    return types[kind];
}

void cel_check_expr(struct cel_checker *checker, struct cel_expr *expr)
{
    switch ((enum cel_expr_kind)expr->kind) {
    case EXPR_LITERAL:
        cel_set_type(checker, expr, literal_type((enum cel_kind)expr->literal.kind));
        return;
    case EXPR_IDENT:
        check_ident(checker, expr);
        return;
    case EXPR_SELECT:
        check_select(checker, expr);
        return;
    case EXPR_CALL:
        cel_check_call(checker, expr);
        return;
    case EXPR_LIST:
        check_list(checker, expr);
        return;
    case EXPR_MAP:
        check_map(checker, expr);
        return;
    case EXPR_STRUCT:
        check_struct(checker, expr);
        return;
    case EXPR_FOLD:
        cel_check_fold(checker, expr);
        return;
    }
}

uint32_t cel_check(struct arena *arena, const struct cel_env *env, struct str source,
                   struct cel_expr *root, struct cel_issues *issues)
{
    struct cel_checker checker = {
        .arena = arena, .env = env, .source = source, .issues = issues, .infer.arena = arena};
    cel_check_expr(&checker, root);
    for (size_t i = 0; i < checker.typed.n; i++) {
        struct cel_expr *expr = checker.typed.items[i];
        expr->type = cel_infer_substitute(&checker.infer, expr->type, true);
    }
    return checker.local_most;
}
