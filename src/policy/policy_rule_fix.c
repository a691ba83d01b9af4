/* SPDX-License-Identifier: Apache-2.0 */
/* What mends a denied object: the operations of a rule's fix, for this object. */
#include "edit/edit.h"
#include "policy/policy_rule.h"

enum {
    FIX_DEPTH = 64, /* of a value that an expression makes */
    FIX_NODES = 10000,
    FIX_OPERATIONS = 256,
};

struct fixing {
    struct arena *arena;
    struct cel_run *run;
    struct edit_patch *patch;
    unsigned nodes;
    bool failed;
};

/* ---- values to nodes ---- */

static struct node *to_node(struct fixing *fixing, struct cel_value value, unsigned depth);

static struct node *number(struct fixing *fixing, enum node_kind kind, struct str text)
{
    struct node *node = node_new(fixing->arena, kind);
    node->text = text.p;
    node->n = (uint32_t)text.n;
    return node;
}

static struct node *list_node(struct fixing *fixing, struct cel_value value, unsigned depth)
{
    struct node *list = node_new(fixing->arena, NODE_LIST);
    struct cel_value key, item;
    for (struct cel_iter it = {.of = value}; cel_iter_next(fixing->run, &it, &key, &item);)
        node_add(list, to_node(fixing, item, depth + 1));
    return list;
}

static struct node *map_node(struct fixing *fixing, struct cel_value value, unsigned depth)
{
    struct node *map = node_new(fixing->arena, NODE_MAP);
    struct cel_value key, item;
    for (struct cel_iter it = {.of = value}; cel_iter_next(fixing->run, &it, &key, &item);) {
        fixing->failed |= key.kind != CEL_STRING;
        node_put(fixing->arena, map, str_dup(fixing->arena, cel_text(key)),
                 to_node(fixing, item, depth + 1));
    }
    return map;
}

/* Texts of numbers are kept by their nodes. What JSON can't say fails. */
static struct node *to_node(struct fixing *fixing, struct cel_value value, unsigned depth)
{
    struct arena *arena = fixing->arena;
    fixing->failed |= depth > FIX_DEPTH || ++fixing->nodes > FIX_NODES;
    if (fixing->failed)
        return node_new(arena, NODE_NULL);
    if (value.node && value.kind != CEL_LIST && value.kind != CEL_MAP && node_is_scalar(value.node))
        return node_copy(arena, value.node);
    if ((value.kind == CEL_LIST && !value.list) || (value.kind == CEL_MAP && !value.map))
        return node_copy(arena, value.node);
    switch ((enum cel_kind)value.kind) {
    case CEL_NULL:
        return node_new(arena, NODE_NULL);
    case CEL_BOOL:
        return node_new_bool(arena, value.boolean);
    case CEL_INT:
        return node_new_i64(arena, value.i64);
    case CEL_UINT:
        return number(fixing, NODE_UINT, str_format(arena, "%" PRIu64, value.u64));
    case CEL_STRING:
        return node_new_text(arena, str_dup(arena, cel_text(value)));
    case CEL_LIST:
        return list_node(fixing, value, depth);
    case CEL_MAP:
        return map_node(fixing, value, depth);
    case CEL_DOUBLE:
    case CEL_BYTES:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_TYPE:
    case CEL_OPTIONAL:
    case CEL_OPAQUE:
    case CEL_ERROR:
    case CEL_UNKNOWN:
    case CEL_DYN:
    case CEL_ANY:
    case CEL_STRUCT:
    case CEL_PARAM:
        break;
    }
    fixing->failed = true;
    return node_new(arena, NODE_NULL);
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
               value.kind == CEL_ERROR ? NULL : to_node(fixing, value, 0));
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
        value = fixing->failed ? NULL : to_node(fixing, computed, 0);
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
    struct fixing fixing = {.arena = subject->arena, .run = &run, .patch = &patch};
    for (uint32_t i = 0; i < policy->fixes.n && !fixing.failed; i++)
        add_fix(&fixing, &pass, &policy->fixes.items[i]);
    if (!fixing.failed)
        edit_fix(diags, diag, subject->object->root, &patch, str_from(denial->rule->fix));
    cel_run_release(&run);
}
