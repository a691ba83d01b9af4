/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in rules of rules/: which are asked for, and who decides them. */
#include "check/check_join.h"

enum { RULES_MAX = 6, NO_RULE = -1 };

static const struct joined {
    joined_fn *run;
    int rules[RULES_MAX]; /* of pack_id; ends with NO_RULE */
} table[] = {
    {joined_services, {PACK_NETWORKING_DANGLING_SERVICE, NO_RULE}},
    {joined_ports,
     {PACK_NETWORKING_SERVICE_TARGET_PORT, PACK_NETWORKING_UNDECLARED_TARGET_PORT, NO_RULE}},
    {joined_same_services, {PACK_NETWORKING_DUPLICATE_SERVICE_SELECTOR, NO_RULE}},
    {joined_monitors, {PACK_NETWORKING_DANGLING_MONITOR, NO_RULE}},
    {joined_ingresses,
     {PACK_NETWORKING_DANGLING_INGRESS, PACK_NETWORKING_DANGLING_INGRESS_SECRET, NO_RULE}},
    {joined_same_paths,
     {PACK_NETWORKING_DUPLICATE_INGRESS_PATH, PACK_NETWORKING_DUPLICATE_INGRESS_HOST, NO_RULE}},
    {joined_routes, {PACK_NETWORKING_DANGLING_ROUTE, NO_RULE}},
    {joined_network_policies,
     {PACK_NETWORKING_DANGLING_NETWORK_POLICY, PACK_NETWORKING_DANGLING_NETWORK_POLICY_PEER,
      PACK_NETWORKING_NETWORK_POLICY_PORT, NO_RULE}},
    {joined_unprotected,
     {PACK_NETWORKING_UNPROTECTED_INGRESS, PACK_NETWORKING_UNPROTECTED_EGRESS, NO_RULE}},
    {joined_autoscalers,
     {PACK_RELIABILITY_DANGLING_AUTOSCALER, PACK_RELIABILITY_AUTOSCALER_WITHOUT_REQUESTS,
      PACK_RELIABILITY_AUTOSCALER_AND_REPLICAS, NO_RULE}},
    {joined_same_autoscalers, {PACK_RELIABILITY_DUPLICATE_AUTOSCALER, NO_RULE}},
    {joined_budgets,
     {PACK_RELIABILITY_DANGLING_DISRUPTION_BUDGET, PACK_RELIABILITY_DISRUPTION_BUDGET_BLOCKS,
      PACK_RELIABILITY_OVERLAPPING_DISRUPTION_BUDGETS, NO_RULE}},
    {joined_missing_budgets, {PACK_RELIABILITY_MISSING_DISRUPTION_BUDGET, NO_RULE}},
    {joined_serving,
     {PACK_RELIABILITY_SERVICE_WITHOUT_READINESS, PACK_RELIABILITY_SERVICE_ON_RECREATE,
      PACK_RELIABILITY_SERVICE_ON_ONE_REPLICA, NO_RULE}},
    {joined_stateful_sets, {PACK_RELIABILITY_STATEFUL_SET_SERVICE, NO_RULE}},
    {joined_claims, {PACK_RELIABILITY_CLAIM_ACCESS_MODE, NO_RULE}},
    {joined_config_keys, {NO_RULE}}, /* of the program: ref/missing-config-key */
    {joined_dangling_config, {PACK_HYGIENE_DANGLING_CONFIG, NO_RULE}},
    {joined_unused_config, {PACK_HYGIENE_UNUSED_CONFIG, NO_RULE}},
    {joined_bindings, {PACK_RBAC_DANGLING_ROLE_BINDING, PACK_RBAC_DANGLING_SUBJECT, NO_RULE}},
    {joined_powers,
     {PACK_RBAC_BOUND_CLUSTER_ADMIN, PACK_RBAC_BOUND_WILDCARD, PACK_RBAC_BOUND_POD_EXEC,
      PACK_RBAC_BOUND_POD_CREATION, PACK_RBAC_BOUND_SECRETS, PACK_RBAC_BOUND_ESCALATION}},
};

static bool is_wanted(const struct join *join, const struct joined *joined)
{
    for (size_t i = 0; i < RULES_MAX && joined->rules[i] != NO_RULE; i++)
        if (join_is_on(join, (enum pack_id)joined->rules[i]))
            return true;
    return joined->rules[0] == NO_RULE;
}

static void run(const struct check_context *context, struct diags *diags)
{
    struct join join = {.context = context};
    bool wanted[ARRAY_LEN(table)];
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        any |= wanted[i] = is_wanted(&join, &table[i]);
    if (!any)
        return;
    join_init(&join, context, diags, context->arena);
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (wanted[i])
            table[i].run(&join);
}

const struct check check_joins = {.name = "joins", .run = run};
