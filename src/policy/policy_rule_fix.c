/* SPDX-License-Identifier: Apache-2.0 */
/* What mends a denied object: the operations of a rule's fix, for this object. */
#include "edit/edit.h"
#include "policy/policy_rule.h"
#include "policy/policy_value.h"

enum { FIX_OPERATIONS = 256 };

struct fixing {
    struct arena *arena;
    struct cel_run *run;
    struct edit_patch *patch;
    struct policy_value values;
    bool failed;
};

/* What JSON can't say fails. */
static const struct node *to_node(struct fixing *fixing, struct cel_value value)
{
    const struct node *node = policy_value_node(&fixing->values, value);
    fixing->failed |= fixing->values.error.n > 0;
    return node;
}

/* ---- operations ---- */

static void add_op(struct fixing *fixing, struct str kind, struct str path,
                   const struct node *value)
{
    struct edit_op op = {.path = str_dup(fixing->arena, path), .value = value};
    fixing->failed |= !edit_kind_parse(kind, &op.kind) || fixing->patch->n == FIX_OPERATIONS ||
                      (op.kind != EDIT_REMOVE && !value);
    if (!fixing->failed)
        VEC_PUSH(fixing->arena, fixing->patch, op);
}

static struct cel_value field(struct fixing *fixing, struct cel_value map, struct str name)
{
    struct cel_value value = {.kind = CEL_ERROR};
    return cel_map_get(fixing->run, map, cel_string(name), &value)
               ? value
               : (struct cel_value){.kind = CEL_ERROR};
}

static void add_list(struct fixing *fixing, struct cel_value list)
{
    struct cel_value key, item;
    for (struct cel_iter it = {.of = list};
         !fixing->failed && cel_iter_next(fixing->run, &it, &key, &item);) {
        const struct cel_value value = field(fixing, item, STR("value"));
        add_op(fixing, cel_text(field(fixing, item, STR("op"))),
               cel_text(field(fixing, item, STR("path"))),
               value.kind == CEL_ERROR ? NULL : to_node(fixing, value));
    }
}

/* CEL_ERROR when it can't be said. */
static struct cel_value evaluate(struct fixing *fixing, struct policy_pass *pass,
                                 const struct policy_expr *expr)
{
    struct cel_value value = {.kind = CEL_ERROR};
    if (expr->program)
        value = cel_eval(fixing->run, expr->program, pass->slots);
    fixing->failed |= cel_is_error(value);
    return value;
}

static void add_fix(struct fixing *fixing, struct policy_pass *pass, const struct policy_fix *fix)
{
    const struct node *value = node_get(fix->op, STR("value"));
    if (fix->list.node) {
        const struct cel_value list = evaluate(fixing, pass, &fix->list);
        if (!fixing->failed)
            add_list(fixing, list);
        return;
    }
    if (fix->value.node) {
        const struct cel_value computed = evaluate(fixing, pass, &fix->value);
        value = fixing->failed ? NULL : to_node(fixing, computed);
    }
    if (!fixing->failed)
        add_op(fixing, node_get_text(fix->op, STR("op")), node_get_text(fix->op, STR("path")),
               value);
}

void policy_rule_fix(const struct policy_denial *denial, struct diags *diags, struct diag *diag)
{
    const struct policy_subject *subject = denial->subject;
    const struct policy *policy = denial->policy;
    const struct policy_matched matched = {subject->kind->group, subject->kind->version};
    if (policy->fixes.n == 0 || !subject->value)
        return;
    struct policy_pass pass;
    policy_pass_begin(&pass, &(struct policy_activation){.subject = subject,
                                                         .policy = policy,
                                                         .param = denial->param,
                                                         .matched = &matched,
                                                         .budget = CEL_COST_PER_BINDING});
    struct cel_run run = {.arena = subject->arena};
    struct edit_patch patch = {.defaulted = true};
    struct fixing fixing = {.arena = subject->arena,
                            .run = &run,
                            .patch = &patch,
                            .values = {.arena = subject->arena, .run = &run, .use = VALUE_OF_FIX}};
    for (uint32_t i = 0; i < policy->fixes.n && !fixing.failed; i++)
        add_fix(&fixing, &pass, &policy->fixes.items[i]);
    if (!fixing.failed)
        edit_fix(diags, diag, subject->object->root, &patch, str_from(denial->rule->fix));
    cel_run_release(&run);
}
