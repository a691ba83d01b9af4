/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of Services and NetworkPolicies that a row can't say. */
#include "admit/default.h"
#include "rule_calls.h"

/* Without affinity there is no configuration of it; a ClientIP one is replaced as a whole when its
 * timeout is missing at any level. */
void fill_session_affinity(struct filling *f)
{
    enum { TIMEOUT_SECONDS = 10800 };
    struct arena *arena = f->ctx->arena;
    const struct node *config = filling_get(f, "sessionAffinityConfig");
    if (str_is(filling_text(f, "sessionAffinity"), "None")) {
        filling_remove(f, "sessionAffinityConfig");
        return;
    }
    const struct node *client = node_get(config, STR("clientIP"));
    if (!str_is(filling_text(f, "sessionAffinity"), "ClientIP") ||
        !node_is_null(node_get(client, STR("timeoutSeconds"))))
        return;
    struct node *made = filling_new(f, NODE_MAP);
    struct node *made_client = filling_new(f, NODE_MAP);
    node_put(arena, made_client, STR("timeoutSeconds"), node_new_i64(arena, TIMEOUT_SECONDS));
    node_put(arena, made, STR("clientIP"), made_client);
    filling_put(f, "sessionAffinityConfig", made);
}

/* The port itself when there is no target, which 0 and "" are as well. */
void fill_target_port(struct filling *f)
{
    int64_t number;
    const struct node *target = filling_get(f, "targetPort");
    if (target && node_kind(target) == NODE_STRING && node_text(target).n > 0)
        return;
    if (target && node_i64(target, &number) && number != 0)
        return;
    if (!node_i64(filling_get(f, "port"), &number))
        number = 0;
    filling_put_int(f, "targetPort", number);
}

void fill_policy_types(struct filling *f)
{
    struct arena *arena = f->ctx->arena;
    if (!filling_is_zero(f, "policyTypes"))
        return;
    struct node *types = filling_new(f, NODE_LIST);
    node_add(types, node_new_text(arena, STR("Ingress")));
    if (!filling_is_zero(f, "egress"))
        node_add(types, node_new_text(arena, STR("Egress")));
    filling_put(f, "policyTypes", types);
}
