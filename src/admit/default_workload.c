/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of Jobs and HorizontalPodAutoscalers that depend on more than one field. */
#include "admit/default.h"
#include "rule_calls.h"

/* Without both numbers one Pod runs once; parallelism alone leaves completions open. */
void fill_job(struct filling *f)
{
    enum { BACKOFF_LIMIT = 6 };
    if (!filling_is_set(f, "parallelism")) {
        if (!filling_is_set(f, "completions"))
            filling_put_int(f, "completions", 1);
        filling_put_int(f, "parallelism", 1);
    }
    if (!filling_is_set(f, "backoffLimit"))
        filling_put_int(f, "backoffLimit",
                        filling_is_set(f, "backoffLimitPerIndex") ? INT32_MAX : BACKOFF_LIMIT);
}

/* A Job without labels has those of its Pods. */
void fill_job_labels(struct filling *f)
{
    struct arena *arena = f->ctx->arena;
    const struct node *metadata = filling_get(f, "metadata");
    const struct node *template = node_get(filling_get(f, "spec"), STR("template"));
    const struct node *labels = node_get(node_get(template, STR("metadata")), STR("labels"));
    const struct node *own = node_get(metadata, STR("labels"));
    if (!metadata || node_is_null(labels) || (!node_is_null(own) && node_real(own)->n > 0))
        return;
    struct node *copy = node_copy(arena, metadata);
    node_put(arena, copy, STR("labels"), node_copy(arena, labels));
    filling_put(f, "metadata", copy);
}

static struct node *put_map(struct filling *f, struct node *map, const char *name)
{
    struct node *made = filling_new(f, NODE_MAP);
    node_put(f->ctx->arena, map, str_from(name), made);
    return made;
}

static void put_text(struct filling *f, struct node *map, const char *name, const char *text)
{
    struct arena *arena = f->ctx->arena;
    node_put(arena, map, str_from(name), node_new_text(arena, str_from(text)));
}

static void put_int(struct filling *f, struct node *map, const char *name, int64_t value)
{
    struct arena *arena = f->ctx->arena;
    node_put(arena, map, str_from(name), node_new_i64(arena, value));
}

/* Most of what the Pods ask for of CPU time. */
void fill_cpu_metric(struct filling *f)
{
    enum { CPU_UTILIZATION = 80 };
    if (!filling_is_zero(f, "metrics"))
        return;
    struct node *metrics = filling_new(f, NODE_LIST);
    struct node *metric = filling_new(f, NODE_MAP);
    put_text(f, metric, "type", "Resource");
    struct node *resource = put_map(f, metric, "resource");
    put_text(f, resource, "name", "cpu");
    struct node *target = put_map(f, resource, "target");
    put_text(f, target, "type", "Utilization");
    put_int(f, target, "averageUtilization", CPU_UTILIZATION);
    node_add(metrics, metric);
    filling_put(f, "metrics", metrics);
}

static void add_policy(struct filling *f, struct node *policies, const char *type, int64_t value)
{
    enum { PERIOD_SECONDS = 15 };
    struct node *policy = filling_new(f, NODE_MAP);
    put_text(f, policy, "type", type);
    put_int(f, policy, "value", value);
    put_int(f, policy, "periodSeconds", PERIOD_SECONDS);
    node_add(policies, policy);
}

/* Up: four Pods or twice as many; down: all at once. An empty list that is written stays. */
void fill_scaling_policies(struct filling *f)
{
    enum { PODS = 4, PERCENT = 100 };
    if (filling_is_set(f, "policies"))
        return;
    struct node *policies = filling_new(f, NODE_LIST);
    if (str_is(f->holder, "scaleUp"))
        add_policy(f, policies, "Pods", PODS);
    add_policy(f, policies, "Percent", PERCENT);
    filling_put(f, "policies", policies);
}
