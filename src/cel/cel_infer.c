/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which type may stand where another is wanted, with type parameters: checker/types.go of cel-go.
 * A fresh parameter is a CEL_PARAM type whose `max` is its number; substitutions are kept by number
 * and undone by a trail when a match fails.
 */
#include "cel/cel_internal.h"

const struct cel_type *cel_infer_fresh(struct cel_infer *infer)
{
    struct cel_type *type = ARENA_NEW(infer->arena, struct cel_type);
    type->kind = CEL_PARAM;
    type->name = str_format(infer->arena, "_var%zu", infer->n);
    type->max = infer->n;
    VEC_PUSH(infer->arena, infer, NULL);
    return type;
}

/* Whether a parameter is one of ours, not a declared variable of type $T. */
static bool is_variable(const struct cel_infer *infer, const struct cel_type *type)
{
    return type->kind == CEL_PARAM && type->max < infer->n && str_starts(type->name, STR("_var"));
}

static const struct cel_type *find(const struct cel_infer *infer, const struct cel_type *type)
{
    return is_variable(infer, type) ? infer->items[type->max] : NULL;
}

static void bind(struct cel_infer *infer, const struct cel_type *param, const struct cel_type *to)
{
    if (!is_variable(infer, param))
        return;
    VEC_PUSH(infer->arena, &infer->trail,
             ((struct cel_undo){(uint32_t)param->max, infer->items[param->max]}));
    infer->items[param->max] = to;
}

static bool is_dyn(const struct cel_type *type)
{
    return type->kind == CEL_DYN || type->kind == CEL_ANY;
}

static bool is_dyn_or_error(const struct cel_type *type)
{
    return is_dyn(type) || type->kind == CEL_ERROR;
}

/* Whether the first says no more than the second. */
static bool is_general(const struct cel_type *a, const struct cel_type *b)
{
    if (is_dyn(a) || a->kind == CEL_PARAM)
        return true;
    if (is_dyn(b) || b->kind == CEL_PARAM || a->kind != b->kind)
        return false;
    if (a->kind == CEL_TYPE)
        return true;
    bool made = a->kind == CEL_LIST || a->kind == CEL_MAP || a->kind == CEL_OPTIONAL ||
                a->kind == CEL_OPAQUE;
    if (!made)
        return cel_type_eq(a, b);
    if (a->n != b->n || !str_eq(a->name, b->name))
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!is_general(a->params[i], b->params[i]))
            return false;
    return true;
}

const struct cel_type *cel_infer_general(const struct cel_type *a, const struct cel_type *b)
{
    return is_general(a, b) ? a : b;
}

/* The occurs check: the parameter is nowhere in the type. */
static bool is_free_of(const struct cel_infer *infer, const struct cel_type *param,
                       const struct cel_type *type)
{
    if (cel_type_eq(param, type))
        return false;
    if (type->kind == CEL_PARAM) {
        const struct cel_type *to = find(infer, type);
        return !to || is_free_of(infer, param, to);
    }
    for (uint32_t i = 0; i < type->n; i++)
        if (!is_free_of(infer, param, type->params[i]))
            return false;
    return true;
}

static bool assignable(struct cel_infer *infer, const struct cel_type *a, const struct cel_type *b);

/* Whether `type` may stand for the parameter; *ret_bound when it stands for something already. */
static bool substitutes(struct cel_infer *infer, const struct cel_type *type,
                        const struct cel_type *param, bool *ret_bound)
{
    *ret_bound = true;
    if (type->kind == param->kind && cel_type_eq(type, param))
        return true;
    const struct cel_type *bound = find(infer, param);
    if (bound) {
        if (type->kind == bound->kind && cel_type_eq(type, bound))
            return true;
        if (!assignable(infer, type, bound))
            return false;
        const struct cel_type *general = cel_infer_general(type, bound);
        if (is_free_of(infer, param, general))
            bind(infer, param, general);
        return true;
    }
    *ret_bound = false;
    if (!is_free_of(infer, param, type))
        return false;
    bind(infer, param, type);
    return true;
}

/* The original checker lets null stand for whatever may be absent in a message. */
static bool takes_null(const struct cel_type *type)
{
    return type->kind == CEL_OPAQUE || type->kind == CEL_OPTIONAL || type->kind == CEL_STRUCT ||
           type->kind == CEL_ANY || type->kind == CEL_DURATION || type->kind == CEL_TIMESTAMP ||
           type->kind == CEL_NULL || (type->flags & CEL_WRAPPER);
}

static bool assignable_params(struct cel_infer *infer, const struct cel_type *a,
                              const struct cel_type *b)
{
    if (a->kind != b->kind || a->n != b->n || !str_eq(a->name, b->name))
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!assignable(infer, a->params[i], b->params[i]))
            return false;
    return true;
}

static bool assignable(struct cel_infer *infer, const struct cel_type *a, const struct cel_type *b)
{
    bool bound;
    if (b->kind == CEL_PARAM) {
        if (substitutes(infer, a, b, &bound))
            return true;
        if (bound)
            return false;
    }
    if (a->kind == CEL_PARAM)
        return substitutes(infer, b, a, &bound);
    if (is_dyn_or_error(a) || is_dyn_or_error(b))
        return true;
    if (a->kind == CEL_NULL)
        return takes_null(b);
    if (b->kind == CEL_NULL)
        return takes_null(a);
    if (a->kind == CEL_TYPE)
        return b->kind == CEL_TYPE;
    if (a->kind == CEL_LIST || a->kind == CEL_MAP || a->kind == CEL_OPAQUE ||
        a->kind == CEL_OPTIONAL)
        return assignable_params(infer, a, b);
    return a->kind == b->kind && str_eq(a->name, b->name);
}

static void undo(struct cel_infer *infer, size_t mark)
{
    while (infer->trail.n > mark) {
        struct cel_undo last = infer->trail.items[--infer->trail.n];
        infer->items[last.param] = last.was;
    }
}

bool cel_infer_assignable(struct cel_infer *infer, const struct cel_type *a,
                          const struct cel_type *b)
{
    return cel_infer_assignable_list(infer, &a, &b, 1);
}

bool cel_infer_assignable_list(struct cel_infer *infer, const struct cel_type *const *a,
                               const struct cel_type *const *b, size_t n)
{
    size_t mark = infer->trail.n;
    for (size_t i = 0; i < n; i++) {
        if (assignable(infer, a[i], b[i]))
            continue;
        undo(infer, mark);
        return false;
    }
    return true;
}

const struct cel_type *cel_infer_substitute(struct cel_infer *infer, const struct cel_type *type,
                                            bool params_to_dyn)
{
    const struct cel_type *to = find(infer, type);
    if (to)
        return cel_infer_substitute(infer, to, params_to_dyn);
    if (type->kind == CEL_PARAM)
        return params_to_dyn ? &cel_type_dyn : type;
    if (type->n == 0)
        return type;
    const struct cel_type **params = ARENA_ARRAY(infer->arena, const struct cel_type *, type->n);
    bool same = true;
    for (uint32_t i = 0; i < type->n; i++) {
        params[i] = cel_infer_substitute(infer, type->params[i], params_to_dyn);
        same &= params[i] == type->params[i];
    }
    return same ? type : cel_type_with(infer->arena, type, params);
}

/* The type with the row's parameters replaced by fresh ones; `names` has what was replaced. */
const struct cel_type *cel_infer_instantiate(struct cel_infer *infer, const struct cel_type *type,
                                             struct cel_renames *names)
{
    if (type->kind == CEL_PARAM) {
        for (size_t i = 0; i < names->n; i++)
            if (str_eq(names->from[i], type->name))
                return names->to[i];
        if (names->n == ARRAY_LEN(names->from))
            return &cel_type_dyn;
        names->from[names->n] = type->name;
        names->to[names->n] = cel_infer_fresh(infer);
        return names->to[names->n++];
    }
    if (type->n == 0)
        return type;
    const struct cel_type **params = ARENA_ARRAY(infer->arena, const struct cel_type *, type->n);
    bool same = true;
    for (uint32_t i = 0; i < type->n; i++) {
        params[i] = cel_infer_instantiate(infer, type->params[i], names);
        same &= params[i] == type->params[i];
    }
    return same ? type : cel_type_with(infer->arena, type, params);
}
