/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes: a root and what is selected from it, a.b[c].?d, as interpreter/attributes.go. They
 * are evaluated as one thing because cel-go counts their cost so: 1 for the root, 1 for each
 * selection that is made, nothing for the root of what a ternary or an index chooses. An optional
 * selection makes all that follow optional too.
 */
#include "cel/cel_eval.h"

#include <math.h>

/* What has been selected so far. */
struct chain {
    struct cel_value value;
    bool started;  /* something was selected from the root */
    bool optional; /* the result is an optional */
    bool absent;   /* and has no value */
    bool ternary;  /* the root is one */
};

static bool is_selection(const struct cel_expr *expr)
{
    if (expr->kind == EXPR_SELECT)
        return true;
    return expr->kind == EXPR_CALL &&
           (expr->op == OPERATOR_INDEX || expr->op == OPERATOR_OPT_INDEX ||
            expr->op == OPERATOR_OPT_SELECT);
}

bool cel_is_attribute(const struct cel_expr *expr)
{
    if (expr->flags & EXPR_CONSTANT)
        return false;
    if (expr->kind == EXPR_IDENT)
        return expr->ident.scope != SCOPE_TYPE;
    return is_selection(expr) || (expr->kind == EXPR_CALL && expr->op == OPERATOR_IF);
}

/* ---- roots ---- */

static struct cel_value variable(struct cel_run *run, const struct cel_expr *expr)
{
    struct cel_machine *machine = run->machine;
    if (expr->ident.scope == SCOPE_LOCAL)
        return cel_eval_local(run, expr->ident.slot);
    if (expr->ident.scope == SCOPE_NONE)
        return cel_fail(run, "no such attribute(s): %.*s", STR_FMT(expr->ident.name));
    struct cel_value value = machine->slots[expr->ident.slot];
    if (value.kind != CEL_UNKNOWN || value.error)
        return value;
    if (!run->resolve)
        return cel_fail(run, "no such attribute(s): %.*s", STR_FMT(expr->ident.name));
    if (!machine->resolved[expr->ident.slot]) {
        struct cel_value *kept = ARENA_NEW(run->arena, struct cel_value);
        *kept = run->resolve(run, run->ctx, expr->ident.slot);
        machine->resolved[expr->ident.slot] = kept;
    }
    return *machine->resolved[expr->ident.slot];
}

static void resolve_chain(struct cel_run *run, const struct cel_expr *expr, struct chain *chain);

/* cond ? a : b: of the branch that is an attribute the root costs nothing. */
static void resolve_ternary(struct cel_run *run, const struct cel_expr *expr, struct chain *chain)
{
    struct cel_value condition = cel_eval_expr(run, expr->call.args[0]);
    chain->ternary = true;
    if (condition.kind != CEL_BOOL) {
        chain->value = cel_is_error(condition) ? condition : cel_fail_overload(run);
        return;
    }
    resolve_chain(run, expr->call.args[condition.boolean ? 1 : 2], chain);
    chain->ternary = true;
}

/* ---- selecting ---- */

bool cel_is_key(struct cel_value value)
{
    return value.kind == CEL_STRING || value.kind == CEL_INT || value.kind == CEL_UINT ||
           value.kind == CEL_BOOL || value.kind == CEL_DOUBLE;
}

const char *cel_go_type(struct cel_value value)
{
    static const char *const names[] = {
        [CEL_NULL] = "types.Null",
        [CEL_BOOL] = "types.Bool",
        [CEL_INT] = "types.Int",
        [CEL_UINT] = "types.Uint",
        [CEL_DOUBLE] = "types.Double",
        [CEL_STRING] = "types.String",
        [CEL_BYTES] = "types.Bytes",
        [CEL_TIMESTAMP] = "types.Timestamp",
        [CEL_DURATION] = "types.Duration",
        [CEL_LIST] = "*types.baseList",
        [CEL_MAP] = "*types.baseMap",
        [CEL_TYPE] = "*types.Type",
        [CEL_OPTIONAL] = "*types.Optional",
        [CEL_OPAQUE] = "cel.Value",
        [CEL_ERROR] = "*types.Err",
        [CEL_UNKNOWN] = "*types.Unknown",
    };
    return names[value.kind];
}

static struct cel_value missing(struct cel_run *run, const char *what, struct cel_value key,
                                struct cel_value of)
{
    struct buf text;
    buf_init(&text, 1024);
    cel_value_plain(&text, key);
    struct cel_value error = cel_fail(run, "%s: %.*s", what, STR_FMT(buf_str(&text)));
    buf_release(&text);
    error.node = of.node;
    return error;
}

/* An index is an integer, however it is written. */
static bool index_of(struct cel_value key, int64_t *ret_index)
{
    if (key.kind == CEL_INT) {
        *ret_index = key.i64;
        return true;
    }
    if (key.kind == CEL_UINT && key.u64 <= INT64_MAX) {
        *ret_index = (int64_t)key.u64;
        return true;
    }
    if (key.kind != CEL_DOUBLE || !(key.f64 >= -0x1p53 && key.f64 <= 0x1p53) ||
        key.f64 != trunc(key.f64))
        return false;
    *ret_index = (int64_t)key.f64;
    return true;
}

static struct cel_value bad_index(struct cel_run *run, struct cel_value key)
{
    if (key.kind != CEL_DOUBLE && key.kind != CEL_UINT)
        return cel_fail(run, "unsupported index type '%.*s' in list", STR_FMT(cel_kind_name(key)));
    struct buf text;
    buf_init(&text, 64);
    cel_value_plain(&text, key);
    struct cel_value error =
        cel_fail(run, "unsupported index value %.*s in list", STR_FMT(buf_str(&text)));
    buf_release(&text);
    return error;
}

/* value[key]: true when it is there; an error value otherwise, unless absence is no error. */
static bool select_one(struct cel_run *run, struct cel_value of, struct cel_value key,
                       bool may_miss, struct cel_value *ret_value)
{
    int64_t index;
    *ret_value = cel_null();
    if (of.kind == CEL_MAP) {
        bool typed = !of.map && of.of && of.of->kind != CEL_DYN;
        if (typed && key.kind != CEL_STRING) {
            *ret_value = cel_fail_overload(run);
            return false;
        }
        if (cel_map_get(run, of, key, ret_value))
            return true;
    } else if (of.kind == CEL_LIST) {
        if (!index_of(key, &index)) {
            *ret_value = bad_index(run, key);
            return false;
        }
        if (index >= 0 && (uint64_t)index < cel_size(run, of)) {
            *ret_value = cel_list_at(run, of, (size_t)index);
            return true;
        }
        if (!may_miss)
            *ret_value = missing(run, "index out of bounds", key, of);
        return false;
    } else if (of.kind == CEL_OPAQUE && of.class->field && key.kind == CEL_STRING) {
        if (of.class->field(run, of.data, cel_text(key), ret_value))
            return true;
    }
    if (!may_miss)
        *ret_value = missing(run, "no such key", key, of);
    return false;
}

/* The key of a selection, and whether it is optional by itself. */
static struct cel_value selection_key(struct cel_run *run, const struct cel_expr *expr)
{
    if (expr->kind == EXPR_SELECT)
        return cel_string(expr->select.field);
    const struct cel_expr *index = expr->call.args[1];
    if (index->flags & EXPR_CONSTANT)
        return *index->constant;
    if (!cel_is_attribute(index))
        return cel_eval_expr(run, index);
    struct chain chain = {0};
    resolve_chain(run, index, &chain);
    if (chain.optional && !cel_is_error(chain.value))
        return chain.absent ? cel_none() : cel_optional(run, chain.value);
    return chain.value;
}

/* The root's optional is opened, and closed again at the end. */
static void start(struct chain *chain)
{
    if (chain->started || chain->value.kind != CEL_OPTIONAL) {
        chain->started = true;
        return;
    }
    chain->started = true;
    chain->optional = true;
    chain->absent = !chain->value.inner;
    if (chain->value.inner)
        chain->value = *chain->value.inner;
}

static void apply(struct cel_run *run, const struct cel_expr *expr, struct chain *chain)
{
    start(chain);
    if (chain->absent || cel_is_error(chain->value))
        return;
    struct cel_value key = selection_key(run, expr);
    if (cel_is_error(key)) {
        chain->value = key;
        return;
    }
    if (!cel_is_key(key)) {
        chain->value = cel_fail(run, "invalid qualifier type: %s", cel_go_type(key));
        return;
    }
    bool test = expr->flags & EXPR_TEST;
    chain->optional |= expr->op == OPERATOR_OPT_INDEX || expr->op == OPERATOR_OPT_SELECT;
    struct cel_value value;
    bool found = select_one(run, chain->value, key, chain->optional || test, &value);
    bool failed = cel_is_error(value) && !found;
    if (found || !chain->optional)
        (void)cel_charge(run, 1);
    if (failed) {
        chain->value = value;
        return;
    }
    if (found && cel_is_error(value) && !test) {
        chain->value = value;
        return;
    }
    if (!found && chain->optional)
        chain->absent = true;
    chain->value = test && !chain->optional ? cel_bool(found) : value;
    if (test)
        chain->value.node = value.node;
}

static void resolve_chain(struct cel_run *run, const struct cel_expr *expr, struct chain *chain)
{
    if (is_selection(expr)) {
        const struct cel_expr *operand =
            expr->kind == EXPR_SELECT ? expr->select.operand : expr->call.args[0];
        if (cel_is_attribute(operand))
            resolve_chain(run, operand, chain);
        else
            chain->value = cel_eval_expr(run, operand);
        if (cel_is_out(run)) {
            chain->value = cel_fail_budget(run);
            return;
        }
        run->machine->now = expr;
        apply(run, expr, chain);
    } else if (expr->kind == EXPR_IDENT && expr->ident.scope != SCOPE_TYPE) {
        run->machine->now = expr;
        chain->value = variable(run, expr);
    } else if (cel_is_attribute(expr)) {
        resolve_ternary(run, expr, chain);
    } else {
        chain->value = cel_eval_expr(run, expr);
    }
    if (run->trace)
        run->trace(run->ctx, expr, chain->value);
}

struct cel_value cel_eval_attribute(struct cel_run *run, const struct cel_expr *expr)
{
    struct chain chain = {0};
    resolve_chain(run, expr, &chain);
    bool test = expr->kind == EXPR_SELECT && (expr->flags & EXPR_TEST);
    /* has() is free, as Kubernetes has it: what the root costs is taken back. */
    if (!chain.ternary && !test)
        (void)cel_charge(run, 1);
    if (!chain.optional || cel_is_error(chain.value))
        return chain.value;
    if (test)
        return cel_bool(!chain.absent);
    return chain.absent ? cel_none() : cel_optional(run, chain.value);
}
