/* SPDX-License-Identifier: Apache-2.0 */
/* PodDisruptionBudgets, and what they keep from being disrupted. */
#include "check/check_join.h"

#include "base/number.h"

struct budgets {
    const struct join *join;
    const struct join_object **first; /* by pod: the budget that picks it */
};

static bool is_whole(const struct object *budget, const struct selector *selector)
{
    return selector_is_empty(selector) && str_is(budget->gvk.version, "v1") &&
           join_get(budget, "spec.selector");
}

/* ---- what it leaves ---- */

/* "50%" of a number, rounded up as the controller does; or the number itself. */
static bool scaled(const struct node *value, int64_t of, int64_t *ret_n)
{
    const struct str text = node_text(value);
    uint64_t percent = 0;
    if (node_i64(value, ret_n))
        return true;
    if (!str_ends(text, STR("%")) ||
        number_parse_u64(str_sub(text, 0, text.n - 1), &percent) != 0 || percent > 100 ||
        of > INT32_MAX)
        return false;
    *ret_n = ((int64_t)percent * of + 99) / 100;
    return true;
}

/* How many Pods of workloads there are at least; false when nobody can say. */
static bool count_all(const struct join *join, const struct join_picked *picked, int64_t *ret_n)
{
    int64_t sum = 0;
    for (size_t i = 0; i < picked->n; i++) {
        int64_t n = 0;
        if (!join_count(join, picked->items[i], &n))
            return false;
        sum += MIN_OF(n, (int64_t)INT32_MAX);
    }
    *ret_n = sum;
    return picked->n > 0 && !picked->is_cut && sum > 0;
}

static void check_blocks(const struct join *join, const struct join_object *in,
                         const struct join_picked *picked)
{
    const struct node *spec = node_get(in->object->root, STR("spec"));
    const struct node *max = node_get(spec, STR("maxUnavailable"));
    const struct node *min = node_get(spec, STR("minAvailable"));
    const struct str written = join_quote(join, node_text(node_is_null(max) ? min : max));
    int64_t n = 0;
    int64_t least = 0;
    if (!node_is_null(max) && scaled(max, 1, &n) && n == 0) {
        (void)join_report(join, PACK_RELIABILITY_DISRUPTION_BUDGET_BLOCKS, in->object, max,
                          "maxUnavailable %.*s lets no Pod be evicted", STR_FMT(written));
        return;
    }
    if (node_is_null(min))
        return;
    if (str_is(node_text(min), "100%")) {
        (void)join_report(join, PACK_RELIABILITY_DISRUPTION_BUDGET_BLOCKS, in->object, min,
                          "minAvailable 100%% lets no Pod be evicted");
        return;
    }
    if (!count_all(join, picked, &n) || !scaled(min, n, &least) || least < n)
        return;
    const struct str workload = join_title(join, picked->items[0]->in->object);
    struct diag *diag = join_report(join, PACK_RELIABILITY_DISRUPTION_BUDGET_BLOCKS, in->object,
                                    min, "minAvailable %.*s lets no Pod be evicted: %.*s has %lld",
                                    STR_FMT(written), STR_FMT(workload), (long long)n);
    join_relate(join, diag, picked->items[0]->in->object, "the workload");
}

/* ---- one budget ---- */

static void check_overlap(struct budgets *budgets, const struct join_object *in,
                          const struct join_picked *picked)
{
    const struct join *join = budgets->join;
    bool is_told = false;
    for (size_t i = 0; i < picked->n; i++) {
        const struct join_object **first =
            &budgets->first[(size_t)(picked->items[i] - join->pods.items)];
        if (!*first)
            *first = in;
        if (*first == in || is_told || !in->is_own ||
            str_eq((*first)->object->identity, in->object->identity) ||
            !str_eq((*first)->namespace, in->namespace) ||
            !join_is_together(join, (*first)->object, in->object))
            continue;
        const struct str title = join_title(join, (*first)->object);
        const struct str workload = join_title(join, picked->items[i]->in->object);
        struct diag *diag =
            join_report(join, PACK_RELIABILITY_OVERLAPPING_DISRUPTION_BUDGETS, in->object,
                        join_get(in->object, "spec.selector"), "%.*s is in %.*s already",
                        STR_FMT(workload), STR_FMT(title));
        join_relate(join, diag, (*first)->object, "the other budget");
        is_told = true;
    }
}

static void check_budget(struct budgets *budgets, const struct join_object *in)
{
    const struct join *join = budgets->join;
    const struct node *place = join_get(in->object, "spec.selector");
    const struct selector selector = selector_of(place);
    struct join_picked picked = {0};
    /* One that names no label is about all of a namespace; what that is nobody can say for sure. */
    if (selector_first(&selector).key.n)
        picked = join_pick(join, in, in->namespace, &selector);
    if (picked.n && !join_is_near(join, in->object, picked.items[0]->in->object))
        picked.n = 0;
    check_overlap(budgets, in, &picked);
    if (!in->is_own)
        return;
    check_blocks(join, in, &picked);
    if (picked.n || !selector_first(&selector).key.n ||
        join_picks(join, in->namespace, &selector) || !join_expects_pods(join, in, &selector) ||
        join_is_external(join, "Pod", in->namespace, in->object->name))
        return;
    const struct str shown = join_show_selector(join, &selector);
    (void)join_report(join, PACK_RELIABILITY_DANGLING_DISRUPTION_BUDGET, in->object, place,
                      "no Pod has the labels %.*s", STR_FMT(shown));
}

static struct budgets budgets_of(const struct join *join)
{
    return (struct budgets){join,
                            ARENA_ARRAY(join->arena, const struct join_object *, join->pods.n + 1)};
}

void joined_budgets(const struct join *join)
{
    struct budgets budgets = budgets_of(join);
    const struct join_list *list = join_kind(join, "policy", "PodDisruptionBudget");
    for (size_t i = 0; list && i < list->n; i++)
        check_budget(&budgets, &join->objects.items[list->items[i]]);
}

/* ---- workloads without one ---- */

void joined_missing_budgets(const struct join *join)
{
    struct budgets budgets = budgets_of(join);
    const struct join_list *list = join_kind(join, "policy", "PodDisruptionBudget");
    for (size_t i = 0; list && i < list->n; i++) {
        const struct join_object *in = &join->objects.items[list->items[i]];
        const struct selector selector = selector_of(join_get(in->object, "spec.selector"));
        if (selector_is_empty(&selector) && !is_whole(in->object, &selector))
            continue;
        struct join_walk walk = join_candidates(join, &join->labels, in->namespace, &selector);
        uint32_t index;
        while (join_walk_next(&walk, &index))
            if (!budgets.first[index] && selector_fits(&selector, join->pods.items[index].labels))
                budgets.first[index] = in;
    }
    for (size_t i = 0; i < join->pods.n; i++) {
        const struct join_pod *pod = &join->pods.items[i];
        int64_t n = 0;
        if (!pod->in->is_own || budgets.first[i] || pod->is_custom ||
            str_is(pod->in->object->gvk.group, "batch") || !join_count(join, pod, &n) || n < 2)
            continue;
        (void)join_report(join, PACK_RELIABILITY_MISSING_DISRUPTION_BUDGET, pod->in->object,
                          join_get(pod->in->object, "metadata.name"),
                          "has %lld replicas, and no PodDisruptionBudget is about them",
                          (long long)n);
    }
}
