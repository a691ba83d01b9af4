/* SPDX-License-Identifier: Apache-2.0 */
/* The policies of a set, asked about creations, updates and deletions. */
#include "judge/judge_internal.h"

/* What holds only because of what the object was before is never at the base. */
static void ask(const struct policy_set *policies, struct arena *arena,
                const struct policy_request *request, struct diags *diags)
{
    const size_t first = diags->n;
    policy_check(policies, arena, request, diags);
    if (!request->old || diags->n == first)
        return;
    struct diags created SCOPED(diags) = {.settings = diags->settings, .at = diags->at};
    if (request->object)
        policy_check(
            policies, arena,
            &(struct policy_request){.operation = POLICY_CREATE, .object = request->object},
            &created);
    diags_mark_of_update(diags, first, &created);
}

static bool has_like(const struct diags *diags, size_t first, size_t end, const struct diag *diag)
{
    for (size_t i = first; i < end; i++)
        if (diag_is_like(&diags->items[i], diag))
            return true;
    return false;
}

/* What only the coming policies object to is information; what only the deciding ones object to
 * says what would make it pass. */
static void tell_difference(struct diags *diags, size_t first, const struct diags *after)
{
    const size_t end = diags->n;
    for (size_t i = first; i < end; i++)
        if (!has_like(after, 0, after->n, &diags->items[i]))
            diag_hint(diags, &diags->items[i],
                      "the policies that this change edits would take it: merge them first, as "
                      "those of the base decide");
    for (size_t i = 0; i < after->n; i++) {
        const struct diag *diag = &after->items[i];
        if (diag->severity < SEVERITY_WARNING || has_like(diags, first, end, diag))
            continue;
        struct diag *copy = diags_add_copy(diags, diag);
        if (!copy)
            return;
        copy->severity = SEVERITY_INFO;
        copy->of_update = true; /* the base had another policy */
        diag_hint(diags, copy,
                  "the policies that this change edits would refuse it once they are merged; those "
                  "of the base decide here");
    }
}

static void ask_both(const struct judge_set *set, size_t version, struct arena *arena,
                     const struct policy_request *request, struct diags *diags)
{
    const size_t first = diags->n;
    ask(set->policies[version], arena, request, diags);
    if (!set->after[version])
        return;
    struct diags after SCOPED(diags) = {.settings = diags->settings, .at = diags->at};
    ask(set->after[version], arena, request, &after);
    tell_difference(diags, first, &after);
}

const struct admitted *judge_old(const struct admit_ctx *now, const struct judge_set *set,
                                 size_t version, const struct object *object,
                                 struct judge_old *ret_old)
{
    struct diags dropped SCOPED(diags) = {.at = {.source = object->source}};
    struct admit_ctx ctx = *now;
    ctx.diags = &dropped;
    admit_decode(&ctx, object, &ret_old->admitted);
    admit_default(&ctx, &ret_old->admitted);
    return judge_mutate(&ctx, set, version, &ret_old->admitted, NULL, &ret_old->mutated);
}

const struct admitted *judge_mutate(const struct admit_ctx *ctx, const struct judge_set *set,
                                    size_t version, const struct admitted *now,
                                    const struct admitted *old, struct policy_mutated *ret_mutated)
{
    return policy_mutate(set->policies[version], ctx,
                         &(struct policy_request){.operation = old ? POLICY_UPDATE : POLICY_CREATE,
                                                  .object = now,
                                                  .old = old},
                         ret_mutated);
}

void judge_policies(const struct admit_ctx *ctx, const struct judge_set *set, size_t version,
                    const struct admitted *now, const struct admitted *old)
{
    ask_both(set, version, ctx->arena,
             &(struct policy_request){
                 .operation = old ? POLICY_UPDATE : POLICY_CREATE, .object = now, .old = old},
             ctx->diags);
}

static bool is_in(const struct judge_set *sets, size_t n, struct str identity)
{
    for (size_t i = 0; i < n; i++)
        if (object_set_find(sets[i].objects, identity))
            return true;
    return false;
}

static void judge_deletion(const struct judge_set *set, size_t version, const struct object *object,
                           struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    const struct admit_ctx ctx = {
        .view = &set->views[version], .arena = &arena, .diags = diags, .profile = set->profile};
    struct judge_old before;
    const struct admitted *old = judge_old(&ctx, set, version, object, &before);
    ask_both(set, version, &arena, &(struct policy_request){.operation = POLICY_DELETE, .old = old},
             diags);
}

void judge_deleted(const struct judge_input *input, const struct judge_set *sets, size_t index,
                   struct diags *diags)
{
    const struct judge_set *set = &sets[index];
    for (size_t v = 0; set->old && v < set->view_count; v++) {
        if (!set->policies[v] && !set->after[v])
            continue;
        for (size_t i = 0; i < set->old->objects.n; i++) {
            const struct object *object = &set->old->objects.items[i];
            if (!object->identity.n || is_in(sets, input->selection->sets.n, object->identity) ||
                judge_is_lost(input, object->source->path))
                continue;
            struct diags one SCOPED(diags) = {.settings = diags->settings};
            one.at = (struct diag_at){.source = object->source,
                                      .set = set->selection->name,
                                      .object = object_diag(object),
                                      .versions = set->bits[v]};
            judge_deletion(set, v, object, &one);
            diags_fold(diags, &one);
        }
    }
}
