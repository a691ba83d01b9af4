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

/* What the deciding policies said: of changing the object, then of the changed one. */
struct said {
    size_t mutate_first, mutate_end, check_first, check_end;
};

static bool is_said(const struct said *said, const struct diags *diags, const struct diag *diag)
{
    return has_like(diags, said->mutate_first, said->mutate_end, diag) ||
           has_like(diags, said->check_first, said->check_end, diag);
}

static void tell_passing(struct diags *diags, size_t first, size_t end, const struct diags *after)
{
    for (size_t i = first; i < end; i++)
        if (!has_like(after, 0, after->n, &diags->items[i]))
            diag_hint(diags, &diags->items[i],
                      "the policies that this change edits would take it: merge them first, as "
                      "those of the base decide");
}

/* What only the coming policies object to is information; what only the deciding ones object to
 * says what would make it pass. */
static void tell_difference(struct diags *diags, const struct said *said, const struct diags *after)
{
    tell_passing(diags, said->mutate_first, said->mutate_end, after);
    tell_passing(diags, said->check_first, said->check_end, after);
    for (size_t i = 0; i < after->n; i++) {
        const struct diag *diag = &after->items[i];
        if (diag->severity < SEVERITY_WARNING || is_said(said, diags, diag))
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

/* An object before, or NULL, as the policies made it when it was created. */
static const struct admitted *mutate_old(const struct policy_set *policies,
                                         const struct admit_ctx *now, const struct admitted *old,
                                         struct policy_mutated *ret_mutated)
{
    struct diags dropped SCOPED(diags) = {.at = now->diags->at};
    struct admit_ctx ctx = *now;
    ctx.diags = &dropped;
    return old ? policy_mutate(policies, &ctx,
                               &(struct policy_request){.operation = POLICY_CREATE, .object = old},
                               ret_mutated)
               : NULL;
}

/* The coming policies change what is sent in their own way; the old object was in the hands of
 * those before. */
static void ask_coming(const struct judge_set *set, size_t version, const struct admit_ctx *ctx,
                       const struct policy_request *sent, const struct said *said)
{
    const struct policy_set *policies = set->after[version];
    struct diags after SCOPED(diags) = {.settings = ctx->diags->settings, .at = ctx->diags->at};
    struct policy_mutated mutated;
    struct admit_ctx coming = *ctx;
    struct policy_request request = *sent;
    if (!policies)
        return;
    coming.diags = &after;
    if (sent->object)
        request.object = policy_mutate(policies, &coming, &request, &mutated);
    ask(policies, ctx->arena, &request, &after);
    tell_difference(ctx->diags, said, &after);
}

void judge_read_old(const struct admit_ctx *now, const struct object *object,
                    struct admitted *ret_admitted)
{
    struct diags dropped SCOPED(diags) = {.at = {.source = object->source}};
    struct admit_ctx ctx = *now;
    ctx.diags = &dropped;
    admit_decode(&ctx, object, ret_admitted);
    admit_default(&ctx, ret_admitted);
}

void judge_mutate(const struct admit_ctx *ctx, const struct judge_set *set, size_t version,
                  struct judged *judged)
{
    const struct policy_set *policies = set->policies[version];
    judged->was = mutate_old(policies, ctx, judged->sent_old, &judged->mutated_old);
    judged->first = ctx->diags->n;
    judged->now = policy_mutate(
        policies, ctx,
        &(struct policy_request){.operation = judged->was ? POLICY_UPDATE : POLICY_CREATE,
                                 .object = judged->sent,
                                 .old = judged->was},
        &judged->mutated);
    judged->end = ctx->diags->n;
}

void judge_policies(const struct admit_ctx *ctx, const struct judge_set *set, size_t version,
                    const struct judged *judged)
{
    struct policy_request request = {.operation = judged->was ? POLICY_UPDATE : POLICY_CREATE,
                                     .object = judged->now,
                                     .old = judged->was};
    struct said said = {
        .mutate_first = judged->first, .mutate_end = judged->end, .check_first = ctx->diags->n};
    ask(set->policies[version], ctx->arena, &request, ctx->diags);
    said.check_end = ctx->diags->n;
    policy_tell_origins(&judged->mutated, ctx->diags, judged->end);
    request.object = judged->sent;
    ask_coming(set, version, ctx, &request, &said);
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
    struct admitted sent;
    struct policy_mutated mutated;
    struct policy_request request = {.operation = POLICY_DELETE, .old = &sent};
    judge_read_old(&ctx, object, &sent);
    request.old = mutate_old(set->policies[version], &ctx, &sent, &mutated);
    struct said said = {.check_first = diags->n};
    ask(set->policies[version], &arena, &request, diags);
    said.check_end = diags->n;
    ask_coming(set, version, &ctx, &request, &said);
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
