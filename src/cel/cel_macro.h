/* SPDX-License-Identifier: Apache-2.0 */
/* Between the table of macros and their expansions. */
#pragma once

#include "cel/cel_internal.h"

enum cel_macro_kind {
    MACRO_PLAIN,
    MACRO_ALL,
    MACRO_EXISTS,
    MACRO_EXISTS_ONE,
    MACRO_LIST,
    MACRO_MAP,
    MACRO_ENTRY,
    MACRO_OPT_MAP,
    MACRO_OPT_FLAT_MAP,
};

/* Makes expressions that stand where the macro's parenthesis is. */
struct cel_maker {
    struct cel_parser *parser;
    uint32_t at;
    enum cel_macro_kind kind;
};

struct cel_expr *cel_make_ident(struct cel_maker *maker, struct str name);
struct cel_expr *cel_make_accu(struct cel_maker *maker);
struct cel_expr *cel_make_literal(struct cel_maker *maker, struct cel_value value);
struct cel_expr *cel_make_list(struct cel_maker *maker, struct cel_expr *item); /* or NULL */
/* A call with as many arguments as are not NULL. */
struct cel_expr *cel_make_call(struct cel_maker *maker, const char *function,
                               struct cel_expr *first, struct cel_expr *second,
                               struct cel_expr *third);
struct cel_fold {
    struct str var, var2, accu_name; /* accu_name empty: CEL_ACCU */
    struct cel_expr *range, *accu, *condition, *step, *result;
};
struct cel_expr *cel_make_fold(struct cel_maker *maker, struct cel_fold fold);
/* Deep, with numbers of its own. */
struct cel_expr *cel_make_copy(struct cel_maker *maker, const struct cel_expr *expr);

/* Expansions; NULL after an issue. */
struct cel_expr *cel_expand_has(struct cel_maker *maker, struct cel_expr *call);
struct cel_expr *cel_expand_quantifier(struct cel_maker *maker, struct cel_expr *call);
struct cel_expr *cel_expand_map(struct cel_maker *maker, struct cel_expr *call);
struct cel_expr *cel_expand_filter(struct cel_maker *maker, struct cel_expr *call);
struct cel_expr *cel_expand_transform(struct cel_maker *maker, struct cel_expr *call);
struct cel_expr *cel_expand_optional(struct cel_maker *maker, struct cel_expr *call);
struct cel_expr *cel_expand_sort(struct cel_maker *maker, struct cel_expr *call);
