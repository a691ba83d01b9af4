/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of two revisions, as the server would complete them. */
#include "plan/plan_internal.h"

#include "admit/admit.h"

/* With defaults; findings are a check's. */
static const struct node *completed(struct arena *arena, const struct plan_types *types,
                                    const struct object *object)
{
    struct diags diags SCOPED(diags) = {0};
    struct admit_ctx ctx = {.view = &types->view, .arena = arena, .diags = &diags};
    struct admitted admitted;
    diags.at.source = object->source;
    admit_decode(&ctx, object, &admitted);
    admit_default(&ctx, &admitted);
    return admitted.value ? admitted.value : object->root;
}

/* What is new is shown as it is written, without the defaults that come with it. */
static void show_as_written(const struct node *want, const struct node *have,
                            struct plan_change *change)
{
    if (change->is_secret)
        return;
    const struct node *written = path_find(want, change->field).value;
    if (change->kind == PLAN_ADD && written && node_kind(written) == node_kind(change->to))
        change->to = node_real(written);
    written = change->kind == PLAN_REMOVE ? path_find(have, change->field).value : NULL;
    if (written && node_kind(written) == node_kind(change->from))
        change->from = node_real(written);
}

static bool is_below(struct str field, struct str top)
{
    return str_starts(field, top) &&
           (field.n == top.n || field.p[top.n] == '.' || field.p[top.n] == '[');
}

static bool mark_immutable(const struct str_list *fields, struct plan_change *change)
{
    for (size_t i = 0; i < fields->n && !change->is_immutable; i++)
        change->is_immutable =
            is_below(change->field, fields->items[i]) || is_below(fields->items[i], change->field);
    return change->is_immutable;
}

static void compare_step(struct arena *arena, const struct plan_types *types,
                         const struct plan_object *want, const struct plan_object *was,
                         struct plan_step *step)
{
    struct kind_info kind;
    step->have = was->object->root;
    step->is_secret |= plan_is_secret(was->object->root, was->object->gvk.kind);
    struct plan_compare how = plan_compare_of(types, step, &kind);
    how.sops |= was->object->sops;
    step->become = completed(arena, types, want->object);
    plan_compare(arena, &how, completed(arena, types, was->object), step->become, &step->changes);
    step->action = step->changes.n ? PLAN_UPDATE : PLAN_KEEP;
    for (size_t i = 0; i < step->changes.n; i++) {
        show_as_written(step->want, step->have, &step->changes.items[i]);
        if (mark_immutable(&want->immutable, &step->changes.items[i]))
            step->action = PLAN_REPLACE;
    }
    if (step->changes.n && how.sops)
        step->why = STR("encrypted by SOPS, so equal values may look changed");
}

void plan_offline(struct arena *arena, const struct plan_input *input, struct plan *ret_plan)
{
    struct plan_matches matches;
    struct plan_types types;
    *ret_plan = (struct plan){
        .from = input->from, .to = input->to, .notes = input->notes, .knows_prunes = true};
    memcpy(ret_plan->key, input->key, sizeof ret_plan->key);
    plan_types_init(arena, input, input->minor, &types);
    plan_match(arena, input, &matches);
    for (size_t i = 0; i < input->want_n; i++) {
        struct plan_step step = plan_step_of(arena, &input->want[i]);
        step.action = PLAN_CREATE;
        step.become = step.want;
        if (matches.was_of[i] != PLAN_NONE)
            compare_step(arena, &types, &input->want[i], &input->was[matches.was_of[i]], &step);
        VEC_PUSH(arena, &ret_plan->steps, step);
    }
    for (size_t i = 0; i < input->was_n; i++) {
        if (!matches.is_gone[i])
            continue;
        struct plan_step step = plan_step_of(arena, &input->was[i]);
        step.action = PLAN_DELETE;
        step.have = step.want;
        step.want = NULL;
        VEC_PUSH(arena, &ret_plan->steps, step);
    }
    plan_types_release(&types);
    plan_finish(ret_plan);
}
