/* SPDX-License-Identifier: Apache-2.0 */
/* When a row holds. */
#include "admit/rule_internal.h"

bool list_has(uint32_t list, struct str text)
{
    for (size_t i = 0; i < list_count(list); i++)
        if (str_eq(list_text(list, i), text))
            return true;
    return false;
}

/* A scalar as if= compares it; zero is the empty text. */
static struct str value_text(const struct node *node)
{
    int64_t value;
    switch (node_kind(node)) {
    case NODE_BOOL:
        return node_bool(node) ? STR("true") : STR("");
    case NODE_INT:
        return node_i64(node, &value) && value == 0 ? STR("") : node_text(node);
    case NODE_UINT:
    case NODE_FLOAT:
    case NODE_STRING:
        return node_text(node);
    case NODE_NULL:
    case NODE_LIST:
    case NODE_MAP:
    case NODE_ALIAS:
        break;
    }
    return STR("");
}

/* Maps are structs here more often than not, so that {} is set. */
static bool is_set(const struct node *node)
{
    if (node_kind(node) == NODE_MAP)
        return true;
    if (node_kind(node) == NODE_LIST)
        return node_real(node)->n > 0;
    return value_text(node).n > 0;
}

static bool condition_holds(const uint32_t *condition, const struct node *node)
{
    const struct node *value = node_get(node, rule_str(condition[0]));
    switch ((enum rule_op)condition[1]) {
    case RULE_IS_SET:
        return is_set(value);
    case RULE_IS_NOT_SET:
        return !is_set(value);
    case RULE_IS:
        return list_has(condition[2], value_text(value));
    case RULE_IS_NOT:
        return !list_has(condition[2], value_text(value));
    }
    return false;
}

/* Gates that the cluster has in another way than a default server. */
static bool gates_hold(const struct rule_when *when, const struct when_place *place)
{
    for (size_t i = 0; i < list_count(when->gates); i++) {
        const uint32_t gate = rule_lists[when->gates + 1 + i];
        if (profile_gate_is_on(place->profile, gate / 2, place->minor) == (gate & 1))
            return false;
    }
    return when->minors_alone >> place->minor & 1;
}

bool rule_holds(const struct rule_when *when, const struct when_place *place)
{
    const bool own_gates = when->gates && place->profile && place->profile->gates;
    if (own_gates ? !gates_hold(when, place) : !(when->minors >> place->minor & 1))
        return false;
    if ((when->flags & RULE_UPDATE && !place->update) ||
        (when->flags & RULE_CREATE && place->update))
        return false;
    if (when->in && list_has(when->in, place->kind) == !!(when->flags & RULE_NOT_IN))
        return false;
    if (when->as && list_has(when->as, place->holder) == !!(when->flags & RULE_NOT_AS))
        return false;
    const size_t n = when->ifs ? rule_lists[when->ifs] : 0;
    for (size_t i = 0; i < n; i++)
        if (!condition_holds(rule_lists + when->ifs + 1 + i * 3, place->node))
            return false;
    return true;
}
