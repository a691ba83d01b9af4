/* SPDX-License-Identifier: Apache-2.0 */
/* Steps, their order, and what is known of their kinds. */
#include "plan/plan_internal.h"

/* What others need comes first; the rest follows in the order of the alphabet. */
static const char *const kinds_first[] = {
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "StorageClass",
    "RuntimeClass",
    "IngressClass",
    "ResourceQuota",
    "LimitRange",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "ConfigMap",
    "Secret",
    "PersistentVolume",
    "PersistentVolumeClaim",
};

static const char *const action_names[] = {
    /* order: plan_action */
    "create", "update", "replace", "delete", "wait", "refused", "unknown", "keep",
};

const char *plan_action_name(enum plan_action action)
{
    return action_names[action];
}

bool plan_differs(const struct plan *plan)
{
    return plan->counts[PLAN_KEEP] < plan->steps.n;
}

bool plan_is_refused(const struct plan *plan)
{
    return plan->counts[PLAN_REFUSED] > 0;
}

/* ---- steps ---- */

struct plan_step plan_step_of(struct arena *arena, const struct plan_object *given)
{
    const struct object *object = given->object;
    const bool is_named = object->name.n > 0;
    return (struct plan_step){.set = given->set,
                              .gvk = object->gvk,
                              .api_version = object->api_version,
                              .namespace = given->namespace,
                              .name = is_named ? object->name
                                               : str_concat(arena, object->generate_name, STR("*")),
                              .object = object,
                              .want = object->root,
                              .is_secret = plan_is_secret(object->root, object->gvk.kind)};
}

static size_t rank(const struct plan_step *step)
{
    size_t i = 0;
    while (i < ARRAY_LEN(kinds_first) && !str_is(step->gvk.kind, kinds_first[i]))
        i++;
    return i;
}

static int step_cmp(const void *a, const void *b)
{
    const struct plan_step *left = a, *right = b;
    const size_t left_rank = rank(left), right_rank = rank(right);
    int order = str_cmp(left->set, right->set);
    if (!order && left_rank != right_rank)
        return left_rank < right_rank ? -1 : 1;
    const struct str keys[][2] = {{left->gvk.kind, right->gvk.kind},
                                  {left->gvk.group, right->gvk.group},
                                  {left->namespace, right->namespace},
                                  {left->name, right->name}};
    for (size_t i = 0; i < ARRAY_LEN(keys) && !order; i++)
        order = str_cmp(keys[i][0], keys[i][1]);
    /* Copies of one object: a sort that is not stable must not decide. */
    if (!order && left->object->source && right->object->source)
        order = str_cmp(left->object->source->path, right->object->source->path);
    if (!order)
        order = (left->object->root->start > right->object->root->start) -
                (left->object->root->start < right->object->root->start);
    return order;
}

void plan_finish(struct plan *plan)
{
    if (plan->steps.n)
        qsort(plan->steps.items, plan->steps.n, sizeof *plan->steps.items, step_cmp);
    for (size_t i = 0; i < plan->steps.n; i++) {
        plan->counts[plan->steps.items[i].action]++;
        plan->conflicts += plan->steps.items[i].conflicts.n > 0;
    }
}

/* ---- kinds ---- */

static void add_definitions(struct plan_types *types, const struct plan_object *objects, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (object_is_crd(objects[i].object))
            (void)schema_view_add_crd(&types->view, objects[i].object->root,
                                      objects[i].object->source);
}

void plan_types_init(struct arena *arena, const struct plan_input *input, unsigned minor,
                     struct plan_types *ret_types)
{
    minor = MAX_OF(minor, schema_minor_min());
    ret_types->minor = MIN_OF(minor, schema_minor_max());
    schema_view_init(&ret_types->view, arena, ret_types->minor);
    add_definitions(ret_types, input->want, input->want_n);
    add_definitions(ret_types, input->was, input->was_n);
}

void plan_types_release(struct plan_types *types)
{
    schema_view_release(&types->view);
}

struct plan_compare plan_compare_of(const struct plan_types *types, const struct plan_step *step,
                                    struct kind_info *kind)
{
    const bool is_known = schema_find_kind(&types->view, step->gvk.group, step->gvk.version,
                                           step->gvk.kind, kind) == KIND_SERVED;
    return (struct plan_compare){.kind = is_known ? kind : NULL,
                                 .minor = types->minor,
                                 .is_secret = step->is_secret,
                                 .sops = step->object->sops};
}
