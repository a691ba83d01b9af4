/* SPDX-License-Identifier: Apache-2.0 */
/* The relations inside each set, with what the sets that it depends on declare. */
#include "check/check.h"
#include "judge/judge_internal.h"
#include "pack/pack.h"

struct depending {
    const struct judge_input *input;
    const struct judge_set *sets;
    const struct object_set **found;
    size_t n;
    bool *seen;
};

/* Sets that a set names, and those that they name, each once. */
static void follow(struct depending *depending, const struct selection_set *set)
{
    const struct selection *selection = depending->input->selection;
    for (size_t d = 0; d < set->depends_on.n; d++)
        for (size_t i = 0; i < selection->sets.n; i++) {
            if (depending->seen[i] ||
                !str_eq(selection->sets.items[i].name, set->depends_on.items[d]))
                continue;
            depending->seen[i] = true;
            depending->found[depending->n++] = depending->sets[i].objects;
            follow(depending, &selection->sets.items[i]);
        }
}

/* Those of the file and those of the set. */
static struct str_list packs_of(const struct judge_input *input, const struct judge_set *set,
                                struct arena *arena)
{
    struct str_list packs = {0};
    const struct config_set *config = set->selection->config;
    for (size_t i = 0; i < input->config->packs.n; i++)
        VEC_PUSH(arena, &packs, input->config->packs.items[i]);
    for (size_t i = 0; config && i < config->packs.n; i++)
        VEC_PUSH(arena, &packs, config->packs.items[i]);
    return packs;
}

static void check_set(const struct judge_input *input, const struct judge_set *sets, size_t index,
                      struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    const struct judge_set *set = &sets[index];
    const size_t n = input->selection->sets.n;
    struct depending depending = {.input = input,
                                  .sets = sets,
                                  .found = ARENA_ARRAY(&arena, const struct object_set *, n),
                                  .seen = ARENA_ARRAY(&arena, bool, n)};
    const struct object_set **all = ARENA_ARRAY(&arena, const struct object_set *, n);
    for (size_t i = 0; i < n; i++)
        all[i] = sets[i].objects;
    depending.seen[index] = true;
    follow(&depending, set->selection);
    struct check_version *versions = ARENA_ARRAY(&arena, struct check_version, set->view_count);
    uint32_t bits = 0;
    for (size_t v = 0; v < set->view_count; v++) {
        versions[v] = (struct check_version){set->views[v].minor, set->bits[v]};
        bits |= set->bits[v];
    }
    diags->at = (struct diag_at){.set = set->selection->name, .versions = bits};
    struct str_list namespaces = {0};
    for (size_t i = 0; i < input->config->sets.n; i++)
        if (input->config->sets.items[i].namespace.n)
            VEC_PUSH(&arena, &namespaces, input->config->sets.items[i].namespace);
    for (size_t i = 0; i < n; i++) {
        const struct selection_set *other = &input->selection->sets.items[i];
        if (other->pointer && other->namespace.n)
            VEC_PUSH(&arena, &namespaces, other->namespace);
    }
    const struct str_list packs = packs_of(input, set, &arena);
    const struct pack_choice choice = {&packs, diags->settings};
    const struct check_input check = {
        .objects = set->objects,
        .depends = depending.found,
        .depend_count = depending.n,
        .externals = &input->config->externals,
        .cluster = set->cluster,
        .snapshot = input->snapshot,
        .all = all,
        .all_count = n,
        .namespaces = &namespaces,
        .versions = versions,
        .version_count = set->view_count,
        .no_pod_security = !profile_has_plugin(set->profile, PLUGIN_POD_SECURITY),
        .no_limit_ranger = !profile_has_plugin(set->profile, PLUGIN_LIMIT_RANGER),
        .no_quota = !profile_has_plugin(set->profile, PLUGIN_RESOURCE_QUOTA),
        .declared = set->selection->config != NULL,
        .packs = &choice};
    check_run(&check, diags);
}

/* Whether a file of the base can't be seen any more at the head: there, but left out or broken. */
bool judge_is_lost(const void *ctx, struct str path)
{
    const struct judge_input *input = ctx;
    for (size_t i = 0; i < input->selection->manifests.n; i++) {
        const struct manifest *manifest = input->selection->manifests.items[i];
        if (!str_eq(manifest->path, path))
            continue;
        if (manifest->state != MANIFEST_READ)
            return true;
        for (size_t d = 0; d < manifest->docs.n; d++)
            if (manifest->docs.items[d].broken)
                return true;
    }
    return false;
}

static void check_deleted(const struct judge_input *input, const struct judge_set *sets,
                          struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    const size_t n = input->selection->sets.n;
    const struct object_set **all = ARENA_ARRAY(&arena, const struct object_set *, n);
    for (size_t i = 0; i < n; i++)
        all[i] = sets[i].objects;
    for (size_t i = 0; input->old && i < input->old->sets.n; i++) {
        const struct object_set *old = &input->old->sets.items[i].objects;
        uint32_t bits = 0;
        for (size_t v = 0; v < input->versions->n; v++)
            bits |= UINT32_C(1) << v;
        diags->at = (struct diag_at){.set = old->name, .versions = bits};
        check_deletions(&(struct check_sides){old, all, n, judge_is_lost, input}, diags);
    }
}

void judge_check_sets(const struct judge_input *input, const struct judge_set *sets,
                      struct diags *diags)
{
    for (size_t i = 0; i < input->selection->sets.n; i++)
        check_set(input, sets, i, diags);
    check_deleted(input, sets, diags);
    diags->at = (struct diag_at){0};
}
