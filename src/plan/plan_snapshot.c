/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan from a snapshot of a cluster, which has hashes of values and no values. So what differs is
 * known, and not what it was; and of a field that nobody owns, such as a default, nobody can say
 * whether writing it changes anything.
 */
#include "plan/plan_internal.h"

#include "snapshot/snapshot.h"

struct planning {
    struct arena *arena;
    const struct plan_input *input;
    const struct snapshot *snapshot;
    struct str manager;
    struct plan *plan;
    struct map wanted; /* "group/kind/namespace/name" of all objects that are wanted */
};

static struct str key_of(struct arena *arena, struct str group, struct str kind,
                         struct str namespace, struct str name)
{
    return str_format(arena, "%.*s/%.*s/%.*s/%.*s", STR_FMT(group), STR_FMT(kind),
                      STR_FMT(namespace), STR_FMT(name));
}

/* ---- one object ---- */

static enum plan_change_kind kind_of(enum snapshot_what what)
{
    if (what == SNAPSHOT_ADDS)
        return PLAN_ADD;
    return what == SNAPSHOT_REMOVES ? PLAN_REMOVE : PLAN_SET;
}

static void take_changes(const struct planning *planning, const struct snapshot_answer *answer,
                         struct plan_step *step)
{
    for (size_t i = 0; i < answer->changes.n; i++) {
        const struct snapshot_change *change = &answer->changes.items[i];
        VEC_PUSH(planning->arena, &step->changes,
                 ((struct plan_change){.kind = kind_of(change->what),
                                       .path = change->field,
                                       .field = change->field,
                                       .to = change->place,
                                       .is_secret = step->is_secret}));
        if (change->owners.n)
            VEC_PUSH(planning->arena, &step->conflicts,
                     ((struct plan_conflict){.manager = change->owners, .field = change->field}));
    }
}

/* Of a kind that the server does not serve there can't be anything yet. */
static bool is_new_kind(const struct planning *planning, const struct gvk *gvk)
{
    return !snapshot_kind(planning->snapshot, gvk->group, gvk->version, gvk->kind) &&
           !snapshot_is_unknown(planning->snapshot, gvk->group, gvk->version);
}

static void decide(const struct planning *planning, const struct object *object,
                   struct plan_step *step)
{
    const struct snapshot_question question = {.group = step->gvk.group,
                                               .kind = step->gvk.kind,
                                               .namespace = step->namespace,
                                               .name = step->name,
                                               .root = step->want,
                                               .manager = planning->manager};
    struct snapshot_answer answer;
    step->action = PLAN_CREATE;
    step->become = step->want;
    if (!object->name.n || is_new_kind(planning, &step->gvk))
        return;
    snapshot_compare(planning->arena, planning->snapshot, &question, &answer);
    if (answer.presence == SNAPSHOT_ABSENT)
        return;
    step->become = NULL;
    step->action = answer.presence == SNAPSHOT_EQUAL     ? PLAN_KEEP
                   : answer.presence == SNAPSHOT_DIFFERS ? PLAN_UPDATE
                                                         : PLAN_UNKNOWN;
    if (answer.presence == SNAPSHOT_NOT_KNOWN)
        step->why = STR("the snapshot does not know the objects of this kind");
    if (answer.presence == SNAPSHOT_THERE)
        step->why = STR("it is there, and the snapshot does not know its fields");
    take_changes(planning, &answer, step);
}

static void add_wanted(struct planning *planning, size_t index, const struct plan_matches *matches)
{
    const struct plan_input *input = planning->input;
    const struct plan_object *want = &input->want[index];
    struct plan_step step = plan_step_of(planning->arena, want);
    map_put(&planning->wanted,
            key_of(planning->arena, step.gvk.group, step.gvk.kind, step.namespace, step.name),
            planning);
    if (input->was && matches->was_of[index] != PLAN_NONE &&
        node_equal(want->object->root, input->was[matches->was_of[index]].object->root)) {
        planning->plan->untouched++;
        return;
    }
    decide(planning, want->object, &step);
    VEC_PUSH(planning->arena, &planning->plan->steps, step);
}

/* ---- what goes away ---- */

static void add_deletion(struct planning *planning, struct plan_step step)
{
    step.action = PLAN_DELETE;
    step.have = step.want;
    step.want = NULL;
    VEC_PUSH(planning->arena, &planning->plan->steps, step);
}

/* With a base: what the change takes out, and the cluster has. */
static void add_gone(struct planning *planning, const struct plan_matches *matches)
{
    const struct plan_input *input = planning->input;
    for (size_t i = 0; input->was && i < input->was_n; i++) {
        if (!matches->is_gone[i])
            continue;
        struct plan_step step = plan_step_of(planning->arena, &input->was[i]);
        struct snapshot_answer answer;
        const struct snapshot_question question = {.group = step.gvk.group,
                                                   .kind = step.gvk.kind,
                                                   .namespace = step.namespace,
                                                   .name = step.name,
                                                   .root = step.want,
                                                   .manager = planning->manager};
        snapshot_compare(planning->arena, planning->snapshot, &question, &answer);
        if (answer.presence != SNAPSHOT_ABSENT)
            add_deletion(planning, step);
    }
}

/* Without one: what the manager applied, and is not among the manifests. Only names are known. */
static void add_left(struct planning *planning)
{
    struct arena *arena = planning->arena;
    struct snapshot_owneds owned = {0};
    snapshot_owned_by(arena, planning->snapshot, planning->manager, &owned);
    for (size_t i = 0; i < owned.n; i++) {
        const struct snapshot_owned *left = &owned.items[i];
        if (map_has(&planning->wanted,
                    key_of(arena, left->group, left->kind, left->namespace, left->name)))
            continue;
        struct object *object = ARENA_NEW(arena, struct object);
        *object = (struct object){.root = node_new(arena, NODE_MAP),
                                  .gvk = {.group = left->group, .kind = left->kind},
                                  .namespace = left->namespace,
                                  .name = left->name,
                                  .list_index = -1};
        struct plan_step step = plan_step_of(
            arena, &(struct plan_object){.object = object, .namespace = left->namespace});
        step.why = str_format(arena, "%.*s applied it, and no manifest has it",
                              STR_FMT(diag_quote(arena, planning->manager)));
        add_deletion(planning, step);
    }
}

void plan_snapshot(struct arena *arena, const struct plan_input *input,
                   const struct snapshot *snapshot, struct plan *ret_plan)
{
    struct plan_matches matches = {0};
    *ret_plan = (struct plan){.from = input->from,
                              .to = input->to,
                              .notes = input->notes,
                              .knows_prunes = input->was || !input->is_part};
    memcpy(ret_plan->key, input->key, sizeof ret_plan->key);
    struct planning planning = {.arena = arena,
                                .input = input,
                                .snapshot = snapshot,
                                .manager =
                                    input->field_manager.n ? input->field_manager : STR("tidegate"),
                                .plan = ret_plan,
                                .wanted = {.arena = arena}};
    if (input->was)
        plan_match(arena, input, &matches);
    for (size_t i = 0; i < input->want_n; i++)
        add_wanted(&planning, i, &matches);
    if (input->was)
        add_gone(&planning, &matches);
    else if (!input->is_part)
        add_left(&planning);
    plan_finish(ret_plan);
}
