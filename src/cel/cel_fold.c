/* SPDX-License-Identifier: Apache-2.0 */
/* Comprehensions: what all macros over lists and maps have become. */
#include "cel/cel_eval.h"

/* The accumulator's first value is computed when something asks for it, as in cel-go: a local
 * variable that is never used costs nothing. */
struct cel_value cel_eval_local(struct cel_run *run, uint32_t local)
{
    struct cel_slot *slot = &run->machine->locals[local];
    if (slot->later) {
        const struct cel_expr *accu = slot->later;
        slot->later = NULL;
        struct cel_value value = cel_eval_expr(run, accu);
        run->machine->locals[local].value = value;
    }
    return run->machine->locals[local].value;
}

static struct cel_value not_iterable(struct cel_run *run, struct cel_value range, bool two)
{
    if (two)
        return cel_fail(run, "unsupported comprehension range type: %s", cel_go_type(range));
    return cel_fail(run, "got '%s', expected iterable type", cel_go_type(range));
}

struct cel_value cel_eval_fold(struct cel_run *run, const struct cel_expr *expr)
{
    struct cel_slot *locals = run->machine->locals;
    bool two = expr->fold.var2.n > 0;
    struct cel_value range = cel_eval_expr(run, expr->fold.range);
    if (cel_is_error(range))
        return range;
    if (range.kind != CEL_LIST && range.kind != CEL_MAP)
        return not_iterable(run, range, two);

    bool keys = two || range.kind == CEL_MAP;
    struct cel_iter iter = {.of = range};
    struct cel_value key;
    struct cel_value item;
    locals[expr->fold.accu_local] = (struct cel_slot){.later = expr->fold.accu};
    while (cel_iter_next(run, &iter, &key, &item)) {
        locals[expr->fold.var_local] = (struct cel_slot){.value = keys ? key : item};
        if (two)
            locals[expr->fold.var2_local] = (struct cel_slot){.value = item};
        struct cel_value condition = cel_eval_expr(run, expr->fold.condition);
        if (condition.kind == CEL_BOOL && !condition.boolean)
            break;
        struct cel_value next = cel_eval_expr(run, expr->fold.step);
        locals[expr->fold.accu_local] = (struct cel_slot){.value = next};
        if (cel_is_out(run))
            return cel_fail_budget(run);
    }
    return cel_eval_expr(run, expr->fold.result);
}
