/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the checker. */
#pragma once

#include "cel/cel_internal.h"

/* A variable of a comprehension, innermost first. */
struct cel_local {
    const struct cel_local *up;
    struct str name;
    const struct cel_type *type;
    uint32_t index;
};

struct cel_checker {
    struct arena *arena;
    const struct cel_env *env;
    struct str source;
    struct cel_issues *issues;
    struct cel_infer infer;
    const struct cel_local *locals;
    uint32_t local_count; /* in scope */
    uint32_t local_most;  /* at any time */
    struct {
        VEC(struct cel_expr *);
    } typed; /* all, for the last substitution */
};

void cel_check_expr(struct cel_checker *checker, struct cel_expr *expr);
void cel_check_call(struct cel_checker *checker, struct cel_expr *expr);
void cel_check_fold(struct cel_checker *checker, struct cel_expr *expr);
/* The type of operand.field, optional when the operand is or when the selection says so. */
const struct cel_type *cel_check_field(struct cel_checker *checker, struct cel_expr *expr,
                                       struct cel_expr *operand, struct str field, bool optional);
void cel_set_type(struct cel_checker *checker, struct cel_expr *expr, const struct cel_type *type);
void cel_check_issue(struct cel_checker *checker, uint32_t at, const char *fmt, ...) PRINTF(3, 4);
/* "expected type 'a' but found 'b'" */
void cel_check_mismatch(struct cel_checker *checker, uint32_t at, const struct cel_type *expected,
                        const struct cel_type *actual);
/* "undeclared reference to 'x' (in container '')" */
void cel_check_undeclared(struct cel_checker *checker, uint32_t at, struct str name);
/* A type as text, in the checker's arena. */
struct str cel_type_text(struct arena *arena, const struct cel_type *type);
/* `a.b.c` of identifiers and selections as one name; false when it is something else, or when no
 * name of several parts begins so. */
bool cel_qualified_name(struct arena *arena, const struct cel_env *env, const struct cel_expr *expr,
                        struct str *ret_name);
/* The variable or type that a name stands for; fills the identifier. */
bool cel_resolve_name(struct arena *arena, const struct cel_env *env,
                      const struct cel_local *locals, struct str name, struct cel_expr *ident,
                      const struct cel_type **ret_type);
