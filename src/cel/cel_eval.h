/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the evaluator. */
#pragma once

#include "cel/cel_internal.h"

/* The value of an expression, with its cost counted. */
struct cel_value cel_eval_expr(struct cel_run *run, const struct cel_expr *expr);
/* Variables, selections, indexes and ternaries: what cel-go calls attributes. */
bool cel_is_attribute(const struct cel_expr *expr);
struct cel_value cel_eval_attribute(struct cel_run *run, const struct cel_expr *expr);
struct cel_value cel_eval_fold(struct cel_run *run, const struct cel_expr *expr);
/* A variable of a comprehension, whose accumulator is made when it is first asked for. */
struct cel_value cel_eval_local(struct cel_run *run, uint32_t local);
/* Whether nothing may go on. */
static inline bool cel_is_out(const struct cel_run *run)
{
    return run->machine->out;
}
