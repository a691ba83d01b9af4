/* SPDX-License-Identifier: Apache-2.0 */
/* The policies of a set, asked about creations, updates and deletions. */
#include "judge/judge_internal.h"

void judge_policies(const struct admit_ctx *ctx, const struct policy_set *policies,
                    const struct admitted *now, const struct admitted *old)
{
    const size_t first = ctx->diags->n;
    policy_check(policies, ctx->arena,
                 &(struct policy_request){old ? POLICY_UPDATE : POLICY_CREATE, now, old},
                 ctx->diags);
    if (!old || ctx->diags->n == first)
        return;
    struct diags created SCOPED(diags) = {.settings = ctx->diags->settings, .at = ctx->diags->at};
    policy_check(policies, ctx->arena, &(struct policy_request){POLICY_CREATE, now, NULL},
                 &created);
    diags_mark_of_update(ctx->diags, first, &created);
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
    const struct diags created = {0};
    struct admitted old;
    judge_admit_old(&ctx, object, &old);
    policy_check(set->policies[version], &arena,
                 &(struct policy_request){POLICY_DELETE, NULL, &old}, diags);
    diags_mark_of_update(diags, 0, &created);
}

void judge_deleted(const struct judge_input *input, const struct judge_set *sets, size_t index,
                   struct diags *diags)
{
    const struct judge_set *set = &sets[index];
    for (size_t v = 0; set->old && v < set->view_count; v++) {
        if (!set->policies[v])
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
