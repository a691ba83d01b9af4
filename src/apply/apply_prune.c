/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the inventory of a set has and the set no longer wants. Each is looked at as it is now, and
 * only what is beyond doubt the set's own is deleted; what is somebody else's by now is forgotten,
 * and what nobody can say anything about stays in the inventory.
 */
#include "apply/apply_plan_internal.h"

enum { COUNT_DEFAULT = 20, PERCENT_DEFAULT = 25, PERCENT_FROM = 6 };

/* Kinds whose deletion takes more along than themselves. */
static const struct {
    const char *group, *kind;
} precious[] = {
    {"", "Namespace"},
    {"", "PersistentVolumeClaim"},
    {"", "PersistentVolume"},
    {"apiextensions.k8s.io", "CustomResourceDefinition"},
};

/* ---- what is there ---- */

static bool has_controller(const struct node *root)
{
    const struct node *owners = node_get(node_get(root, STR("metadata")), STR("ownerReferences"));
    for (struct item it = list_first(owners); it.value; it = list_next(it))
        if (node_bool(node_get(it.value, STR("controller"))))
            return true;
    return false;
}

/* Why a live object is not the set's to delete any more, "" when it is. Its uid is no reason: what
 * was replaced right before the end of the program has one that was never recorded. Who made an
 * object anew by another way is no field manager of the set. */
static struct str not_ours(const struct inventory *inventory, const struct node *live)
{
    if (!str_eq(plan_label(live, APPLYSET_PART_OF), inventory->id))
        return STR("it no longer carries the label of the set, so it is left alone");
    if (!plan_is_applied_by(live, inventory->parent))
        return STR("the set's field manager never applied it, so it is left alone");
    if (has_controller(live))
        return STR("a controller owns it, so it is left alone");
    if (str_is(plan_annotation(live, "tidegate.dev/keep"), "true"))
        return STR("it is annotated with tidegate.dev/keep, so it is left alone");
    return (struct str){0};
}

static void stay(struct candidate *gone, enum plan_action action, bool leaves, struct str why)
{
    gone->step.action = action;
    gone->step.why = why;
    gone->write.leaves = leaves;
}

/* Why nothing of the set is deleted now, "" when it may be. */
static struct str off(const struct apply_set *set)
{
    if (set->is_partial)
        return STR("some of the set could not be read, so nothing of it is deleted");
    if (set->is_removed && set->settings->on_remove == SYNC_KEEP)
        return STR("the set is gone and its objects are kept (on-remove: keep)");
    if (!set->settings->prune)
        return STR("prunes are off (prune: false)");
    return (struct str){0};
}

static void look(struct planning *planning, const struct apply_set *set,
                 const struct member *member, struct candidate *gone)
{
    const struct cluster *cluster = planning->input->cluster;
    const struct str identity = member_identity(planning->arena, member);
    const struct live_object *found = map_get(&planning->live, identity);
    enum cluster_outcome outcome = CLUSTER_OK;
    gone->write.resource = plan_find_kind(cluster, member->group, member->kind);
    if (!gone->write.resource) {
        const bool may_be = cluster_unknowns(cluster)->n > 0;
        stay(gone, may_be ? PLAN_UNKNOWN : PLAN_KEEP, !may_be,
             may_be ? STR("the server can't say now whether it has this kind")
                    : STR("the server has no such kind any more"));
        return;
    }
    const struct node *live =
        found ? found->root
              : plan_get(planning, gone->write.resource, member->namespace, member->name, &outcome);
    if (!live) {
        const bool is_gone = outcome == CLUSTER_NOT_FOUND;
        stay(gone, is_gone ? PLAN_KEEP : PLAN_UNKNOWN, is_gone,
             is_gone ? STR("it is not there") : STR("it can't be read, so it is not deleted"));
        return;
    }
    static const struct doc none; /* it stands in no file */
    struct object *object = ARENA_NEW(planning->arena, struct object);
    (void)object_read(&none, live, object);
    gone->step.object = object;
    gone->step.have = live;
    gone->write.uid = node_get_text(node_get(live, STR("metadata")), STR("uid"));
    const struct str why = not_ours(set->inventory, live);
    if (why.n) {
        stay(gone, PLAN_KEEP, true, why);
        return;
    }
    const struct str is_off = off(set);
    if (is_off.n)
        stay(gone, PLAN_KEEP, false, is_off);
    else
        gone->step.action = PLAN_DELETE;
}

/* Until the other set's label is on it, which may take long where that set is refused, it stays in
 * the inventory: it is in one at any time. */
static void hand_over(struct planning *planning, const struct apply_set *set,
                      const struct apply_set *wants, struct candidate *gone)
{
    const struct str identity = member_identity(planning->arena, &gone->write.member);
    const struct live_object *found = map_get(&planning->live, identity);
    const bool has_moved = found && !str_eq(found->part_of, set->inventory->id);
    stay(gone, PLAN_KEEP, has_moved,
         str_format(planning->arena, "it goes over to the set '%.*s'", STR_FMT(wants->name)));
}

void plan_prunes(struct planning *planning, size_t index, struct candidates *ret_gone)
{
    const struct apply_set *set = &planning->sets[index];
    for (size_t i = 0; i < set->inventory->members.n; i++) {
        const struct member *member = &set->inventory->members.items[i];
        const struct str identity = member_identity(planning->arena, member);
        const struct apply_set *wants = plan_wanted_by_other(planning, identity, index);
        struct candidate gone = {.set = index, .asked = -1};
        if (plan_wants(planning, identity, index))
            continue;
        gone.write.member = *member;
        gone.step = (struct plan_step){.set = set->name,
                                       .gvk = {member->group, (struct str){0}, member->kind},
                                       .namespace = member->namespace,
                                       .name = member->name,
                                       .is_secret = str_is(member->kind, "Secret")};
        if (member->is_hook)
            stay(&gone, PLAN_KEEP, true, STR("it was a hook"));
        else if (wants)
            hand_over(planning, set, wants, &gone);
        else
            look(planning, set, member, &gone);
        VEC_PUSH(planning->arena, ret_gone, gone);
    }
}

/* ---- guards ---- */

static bool is_precious(struct planning *planning, const struct candidate *gone)
{
    bool is = false;
    for (size_t i = 0; i < ARRAY_LEN(precious); i++)
        is |= str_is(gone->step.gvk.group, precious[i].group) &&
              str_is(gone->step.gvk.kind, precious[i].kind);
    if (!is || !str_is(gone->step.gvk.kind, "CustomResourceDefinition"))
        return is;
    /* A definition without objects takes nothing along. */
    const struct node *spec = node_get(gone->step.have, STR("spec"));
    const struct cluster_resource *kind =
        plan_find_kind(planning->input->cluster, node_get_text(spec, STR("group")),
                       node_get_text(node_get(spec, STR("names")), STR("kind")));
    if (!kind)
        return true;
    struct cluster_call call = {.verb = CLUSTER_LIST,
                                .resource = kind,
                                .limit = 1,
                                .metadata_only = true,
                                .arena = planning->arena};
    cluster_call(planning->input->cluster, &call);
    planning->plans->requests++;
    return call.answer.outcome != CLUSTER_OK ||
           list_first(node_get(call.answer.root, STR("items"))).value;
}

static void hold(struct planning *planning, struct candidate *gone, const char *why)
{
    const struct apply_set *set = &planning->sets[gone->set];
    gone->write.is_held = true;
    gone->step.why = str_from(why);
    planning->diags->at = (struct diag_at){.set = set->name,
                                           .object = {.kind = gone->step.gvk.kind,
                                                      .namespace = gone->step.namespace,
                                                      .name = gone->step.name},
                                           .versions = 1};
    struct diag *diag = diag_add(planning->diags, RULE_SYNC_PRUNE_HELD, (struct span){0, 0},
                                 (struct str){0}, "it is not deleted: %s", why);
    diag_hint(planning->diags, diag,
              "approve it in the message of the commit with a line Tidegate-Prune: %.*s",
              STR_FMT(plan_set_word(set)));
}

static void limits_of(const struct planning *planning, const struct apply_set *set,
                      unsigned *ret_count, unsigned *ret_percent)
{
    const struct apply_limits *limits = &planning->input->limits;
    *ret_count = limits->prune_count ? limits->prune_count : COUNT_DEFAULT;
    *ret_percent = limits->prune_percent ? limits->prune_percent : PERCENT_DEFAULT;
    for (size_t i = 0; i < set->settings->prune_limits.n; i++) {
        unsigned count, percent;
        if (!config_limit_parse(set->settings->prune_limits.items[i], &count, &percent))
            continue;
        *ret_count = count ? MIN_OF(count, *ret_count) : *ret_count;
        *ret_percent = percent ? MIN_OF(percent, *ret_percent) : *ret_percent;
    }
}

void plan_guard(struct planning *planning, size_t index, struct candidates *gone)
{
    const struct apply_set *set = &planning->sets[index];
    unsigned count, percent;
    size_t n = 0;
    limits_of(planning, set, &count, &percent);
    for (size_t i = 0; i < gone->n; i++)
        n += gone->items[i].step.action == PLAN_DELETE &&
             !plan_approves(planning, set, &gone->items[i].step);
    const bool is_many =
        n > count || (n >= PERCENT_FROM && n * 100 > (size_t)percent * set->inventory->members.n);
    for (size_t i = 0; i < gone->n; i++) {
        struct candidate *each = &gone->items[i];
        if (each->step.action != PLAN_DELETE)
            continue;
        if (str_is(each->step.gvk.kind, "Namespace") && !each->step.gvk.group.n &&
            map_has(&planning->crowded, each->step.name))
            hold(planning, each, "objects that are wanted are in this namespace");
        else if (plan_approves(planning, set, &each->step))
            continue;
        else if (is_many)
            hold(planning, each, "more would go than may without an approval");
        else if (is_precious(planning, each))
            hold(planning, each, "its deletion takes other things along");
    }
}
