/* SPDX-License-Identifier: Apache-2.0 */
/* An object as it is sent: as it is in git, with the mark of its set, and without what others
 * own. */
#include "apply/apply_plan_internal.h"

#include "base/glob.h"

static struct node *inner(struct arena *arena, struct node *map, const char *key)
{
    /* The copy is ours to change. */
    struct node *value = (struct node *)(uintptr_t)node_get(map, str_from(key));
    if (value && node_kind(value) == NODE_MAP)
        return value;
    value = node_new(arena, NODE_MAP);
    node_put(arena, map, str_from(key), value);
    return value;
}

static bool is_scaled(const struct planning *planning, const struct candidate *candidate)
{
    const struct apply_set *set = &planning->sets[candidate->set];
    for (size_t i = 0; i < set->want_n; i++)
        if (object_is(set->want[i].object, "autoscaling", "HorizontalPodAutoscaler") &&
            str_eq(set->want[i].namespace, candidate->given->namespace) &&
            owned_is_scaled_by(candidate->given->object->root, set->want[i].object->root))
            return true;
    return false;
}

/* "Kind/name" or "Kind/namespace/name", parts may be *. */
bool apply_names(struct str pattern, const struct plan_step *step)
{
    struct str kind, rest = pattern, first;
    if (!pattern.n)
        return true;
    if (!str_split(&rest, '/', &kind) || (!str_is(kind, "*") && !str_eq(kind, step->gvk.kind)))
        return false;
    if (!str_split(&rest, '/', &first))
        return false;
    const struct str name = rest.n ? rest : first;
    const struct str namespace = rest.n ? first : STR("*");
    return (str_is(namespace, "*") || str_eq(namespace, step->namespace)) &&
           (str_is(name, "*") || str_eq(name, step->name));
}

struct str plan_conflict_manager(struct str words)
{
    struct str before, name;
    return str_split(&words, '"', &before) && str_split(&words, '"', &name) ? name
                                                                            : (struct str){0};
}

const struct config_conflict *plan_conflict_rule(const struct planning *planning,
                                                 const struct candidate *candidate,
                                                 const struct cluster_cause *cause)
{
    const struct config_sync *settings = planning->sets[candidate->set].settings;
    for (size_t i = 0; i < settings->conflicts.n; i++) {
        const struct config_conflict *rule = &settings->conflicts.items[i];
        if (apply_names(rule->object, &candidate->step) &&
            (!rule->field.n || str_starts(cause->field, rule->field)) &&
            (!rule->manager.n || glob_match(rule->manager, plan_conflict_manager(cause->message))))
            return rule;
    }
    return NULL;
}

static struct owned_rules rules_of(struct planning *planning, const struct candidate *candidate)
{
    const struct config_sync *settings = planning->sets[candidate->set].settings;
    struct owned_rules rules = {.is_scaled = is_scaled(planning, candidate)};
    owned_rules_add(planning->arena, candidate->given->object->root, &rules);
    for (size_t i = 0; i < settings->conflicts.n; i++) {
        const struct config_conflict *conflict = &settings->conflicts.items[i];
        if (conflict->then == SYNC_LEAVE && conflict->field.n &&
            apply_names(conflict->object, &candidate->step))
            VEC_PUSH(planning->arena, &rules.paths, conflict->field);
    }
    return rules;
}

struct restarts plan_restarts(const struct planning *planning, const struct apply_set *set)
{
    struct restarts restarts = {0};
    if (set->settings->restart)
        restarts_of(planning->arena, set->want, set->want_n, set->inventory->key, &restarts);
    return restarts;
}

const struct node *plan_body(struct planning *planning, const struct candidate *candidate)
{
    struct arena *arena = planning->arena;
    const struct apply_set *set = &planning->sets[candidate->set];
    struct node *root = node_copy(arena, candidate->given->object->root);
    struct node *metadata = inner(arena, root, "metadata");
    struct node *labels = inner(arena, metadata, "labels");
    node_put(arena, labels, STR(APPLYSET_PART_OF), node_new_text(arena, set->inventory->id));
    if (candidate->step.namespace.n)
        node_put(arena, metadata, STR("namespace"),
                 node_new_text(arena, candidate->step.namespace));
    if (candidate->digest.n)
        restarts_put(arena, root, candidate->digest);
    const struct owned_input input = {.live = candidate->live ? candidate->live->root : NULL,
                                      .want = root,
                                      .manager = set->inventory->parent,
                                      .view = &planning->view};
    const struct owned_rules rules = rules_of(planning, candidate);
    return owned_leave_out(arena, &input, &rules);
}
