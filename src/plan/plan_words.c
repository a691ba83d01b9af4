/* SPDX-License-Identifier: Apache-2.0 */
/* What all formats for people say of a plan. */
#include "plan/plan_internal.h"

static const struct {
    char symbol;
    const char *words;
} actions[] = {
    /* order: plan_action */
    {'+', "to create"}, {'~', "to update"}, {'!', "to replace"}, {'-', "to delete"},
    {'+', "waiting"},   {'x', "refused"},   {'?', "not known"},  {' ', "unchanged"},
};

char plan_symbol(enum plan_action action)
{
    return actions[action].symbol;
}

struct str plan_title(struct arena *arena, const struct plan_step *step)
{
    if (!step->namespace.n)
        return str_format(arena, "%.*s %.*s", STR_FMT(step->gvk.kind), STR_FMT(step->name));
    return str_format(arena, "%.*s %.*s/%.*s", STR_FMT(step->gvk.kind), STR_FMT(step->namespace),
                      STR_FMT(step->name));
}

struct str plan_place(struct arena *arena, const struct plan_step *step)
{
    struct source *source = step->object->source;
    if (!source)
        return (struct str){0};
    return str_format(arena, "%.*s:%" PRIu32, STR_FMT(source->path),
                      source_place(source, step->object->root->start).line);
}

/* What nobody may expect of a deletion. */
static const char *taken_along(const struct plan_step *step)
{
    if (object_is(step->object, "", "Namespace"))
        return "with everything in it";
    if (object_is_crd(step->object))
        return "with all objects of its kind";
    if (object_is(step->object, "", "PersistentVolumeClaim"))
        return "with its data, unless its volume is to be kept";
    return "";
}

static struct str join(struct arena *arena, struct str a, struct str b)
{
    if (!a.n || !b.n)
        return a.n ? a : b;
    return str_format(arena, "%.*s; %.*s", STR_FMT(a), STR_FMT(b));
}

struct str plan_remark(struct arena *arena, const struct plan_step *step)
{
    struct str remark = step->why;
    if (step->action == PLAN_DELETE)
        remark = join(arena, remark, str_from(taken_along(step)));
    if (step->action == PLAN_REPLACE && step->changes.n)
        remark =
            join(arena, STR("can't be changed, so it has to be deleted and made anew"), remark);
    if (step->is_going)
        remark = join(arena, remark, STR("the one that is there is being deleted"));
    return remark;
}

void plan_summary(const struct plan *plan, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < PLAN_ACTIONS; i++) {
        if (!plan->counts[i])
            continue;
        buf_format(out, "%s%zu %s", any ? ", " : "", plan->counts[i], actions[i].words);
        any = true;
    }
    if (!any)
        buf_add_c(out, "no objects to compare");
    if (plan->conflicts)
        buf_format(out, "; %zu with conflicts", plan->conflicts);
}

void plan_scope(const struct plan *plan, struct buf *out)
{
    if (plan->is_live)
        buf_format(out, "from the cluster (%.*s) to %.*s", STR_FMT(plan->server),
                   STR_FMT(plan->to));
    else
        buf_format(out, "from %.*s to %.*s, with no cluster asked", STR_FMT(plan->from),
                   STR_FMT(plan->to));
    if (plan->untouched)
        buf_format(out, "; %zu objects are alike since %.*s and were not asked about",
                   plan->untouched, STR_FMT(plan->from));
    if (!plan->knows_prunes && plan->from.n)
        buf_add_c(out, "; what else is in the cluster and no longer wanted is not known");
    else if (!plan->knows_prunes)
        buf_add_c(out, "; what is in the cluster and no longer wanted is not known, as there is no "
                       "record of what was applied");
}
