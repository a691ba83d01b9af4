/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose an object is that is there already. What belongs to somebody else is not taken unless that
 * was declared, by the settings of the set or by the object itself.
 */
#include "apply/apply_plan_internal.h"

/* How tools mark what is theirs. The first that fits names the owner. */
static const struct {
    const char *key;
    bool is_label;
    const char *tool;  /* as the setting adopt says it */
    const char *words; /* for people */
} marks[] = {
    {"kustomize.toolkit.fluxcd.io/name", true, "flux", "Flux"},
    {"helm.toolkit.fluxcd.io/name", true, "flux", "Flux"},
    {"argocd.argoproj.io/tracking-id", false, "argocd", "Argo CD"},
    {"argocd.argoproj.io/instance", true, "argocd", "Argo CD"},
    {"meta.helm.sh/release-name", false, "helm", "a Helm release"},
    {"kubectl.kubernetes.io/last-applied-configuration", false, "kubectl", "kubectl apply"},
};

/* Field managers whose fields go over with the object. */
static const struct {
    const char *tool, *manager;
} managers[] = {
    {"kubectl", "kubectl*"},          {"kubectl", "before-first-apply"},
    {"flux", "kustomize-controller"}, {"flux", "helm-controller"},
    {"argocd", "argocd-*"},           {"helm", "helm"},
};

static const struct inventory *set_of(const struct planning *planning, struct str part_of)
{
    for (size_t i = 0; i < planning->input->inventories_n; i++)
        if (str_eq(planning->input->inventories[i].id, part_of))
            return &planning->input->inventories[i];
    return NULL;
}

bool plan_is_applied_by(const struct node *root, struct str manager)
{
    const struct node *list = node_get(node_get(root, STR("metadata")), STR("managedFields"));
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (str_eq(node_get_text(it.value, STR("manager")), manager) &&
            str_is(node_get_text(it.value, STR("operation")), "Apply"))
            return true;
    return false;
}

static bool has_controller(const struct node *root)
{
    const struct node *owners = node_get(node_get(root, STR("metadata")), STR("ownerReferences"));
    for (struct item it = list_first(owners); it.value; it = list_next(it))
        if (node_bool(node_get(it.value, STR("controller"))))
            return true;
    return false;
}

static bool has(const struct str_list *list, const char *word)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_is(list->items[i], word))
            return true;
    return false;
}

bool plan_wants(const struct planning *planning, struct str identity, size_t set)
{
    const struct wanting *wanting = map_get(&planning->wanted, identity);
    for (size_t i = 0; wanting && i < wanting->n; i++)
        if (wanting->items[i] == set)
            return true;
    return false;
}

const struct apply_set *plan_wanted_by_other(const struct planning *planning, struct str identity,
                                             size_t set)
{
    const struct wanting *wanting = map_get(&planning->wanted, identity);
    for (size_t i = 0; wanting && i < wanting->n; i++)
        if (wanting->items[i] != set)
            return &planning->sets[wanting->items[i]];
    return NULL;
}

/* A set that no longer wants an object in this very commit lets go of it. */
static bool lets_go(const struct planning *planning, const struct candidate *candidate,
                    const struct inventory *other)
{
    const struct apply_set *set = &planning->sets[candidate->set];
    for (size_t i = 0; i < planning->n; i++)
        if (str_eq(planning->sets[i].name, other->set))
            return !planning->sets[i].is_partial &&
                   !plan_wants(planning, candidate->sent.identity, i);
    for (size_t i = 0; i < set->was.n; i++)
        if (str_eq(set->was.items[i], other->set))
            return true;
    return false;
}

static bool take_from_set(struct planning *planning, struct candidate *candidate,
                          const struct inventory *other, struct str *ret_why)
{
    struct arena *arena = planning->arena;
    if (!lets_go(planning, candidate, other)) {
        *ret_why = str_format(arena,
                              "it belongs to the set '%.*s'; take it out of that one in the same "
                              "commit, or leave it there",
                              STR_FMT(other->set));
        return false;
    }
    VEC_PUSH(arena, &candidate->write.takes, other->parent);
    candidate->write.is_taken = true;
    return true;
}

static void take_managers(struct planning *planning, struct candidate *candidate, const char *tool)
{
    for (size_t i = 0; i < ARRAY_LEN(managers); i++)
        if (strcmp(managers[i].tool, tool) == 0 || strcmp(tool, "any") == 0)
            VEC_PUSH(planning->arena, &candidate->write.takes, str_from(managers[i].manager));
    candidate->write.is_taken = true;
}

bool plan_may_take(struct planning *planning, struct candidate *candidate, const struct node *live,
                   struct str *ret_why)
{
    struct arena *arena = planning->arena;
    const struct apply_set *set = &planning->sets[candidate->set];
    const struct str part_of = plan_label(live, APPLYSET_PART_OF);
    const char *tool = "any", *words = "nobody that is known here";
    if (str_eq(part_of, set->inventory->id) || plan_is_applied_by(live, set->inventory->parent))
        return true;
    const struct inventory *other = part_of.n ? set_of(planning, part_of) : NULL;
    if (other)
        return take_from_set(planning, candidate, other, ret_why);
    if (has_controller(live)) {
        *ret_why = STR("it is made by a controller, which would make it anew; rename it here");
        return false;
    }
    for (size_t i = ARRAY_LEN(marks); i-- > 0;)
        if ((marks[i].is_label ? plan_label(live, marks[i].key)
                               : plan_annotation(live, marks[i].key))
                .n) {
            tool = marks[i].tool;
            words = marks[i].words;
        }
    if (part_of.n && !other) {
        tool = "any";
        words = "another ApplySet";
    }
    const bool is_declared =
        str_is(plan_annotation(candidate->given->object->root, "tidegate.dev/adopt"), "true");
    if (!is_declared && !has(&set->settings->adopt, tool) && !has(&set->settings->adopt, "any")) {
        *ret_why = str_format(arena,
                              "it is there already and belongs to %s; to take it over, say adopt: "
                              "[%s] in the settings of the set, or annotate it with "
                              "tidegate.dev/adopt: \"true\"",
                              words, tool);
        return false;
    }
    take_managers(planning, candidate, is_declared ? "any" : tool);
    return true;
}
