/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that a set is held against: those of packs, and those of files. A list serves all sets
 * that ask for nothing of their own, so that a rule is read and compiled once. */
#include "judge/judge_internal.h"

static struct policy_rules *new_rules(const struct judge_input *input, struct arena *arena)
{
    struct policy_rules *rules = policy_rules_new(arena);
    policy_rules_set_params(rules, input->config->params);
    return rules;
}

/* ---- packs ---- */

static struct policy_rules *make_packs(const struct judge_input *input, struct arena *arena,
                                       const struct str_list *more, const struct diags *diags)
{
    struct str_list packs = {0};
    for (size_t i = 0; i < input->config->packs.n; i++)
        VEC_PUSH(arena, &packs, input->config->packs.items[i]);
    for (size_t i = 0; more && i < more->n; i++)
        VEC_PUSH(arena, &packs, more->items[i]);
    struct policy_rules *rules = new_rules(input, arena);
    policy_rules_add_packs(rules, &(struct pack_choice){&packs, diags->settings});
    return rules;
}

void judge_make_packs(const struct judge_input *input, struct arena *arena,
                      struct judge_rules *shared, struct judge_set *set, const struct diags *diags)
{
    const struct config_set *config = set->selection->config;
    const bool has_own = config && config->packs.n;
    struct policy_rules **slot = has_own ? &set->own.packs : &shared->packs;
    if (!*slot)
        *slot = make_packs(input, arena, has_own ? &config->packs : NULL, diags);
    set->packs = *slot;
}

/* ---- files ---- */

static bool is_for_all(const struct judge_policy_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        if (files->items[i].set)
            return false;
    return true;
}

/* What is no object is a rule. */
static struct policy_rules *read_rules(const struct judge_input *input, struct arena *arena,
                                       const struct judge_policy_files *files,
                                       const struct judge_set *set, struct diags *diags)
{
    struct policy_rules *rules = new_rules(input, arena);
    for (size_t i = 0; i < files->n; i++) {
        const struct manifest *manifest = files->items[i].manifest;
        if (manifest->state != MANIFEST_READ ||
            (files->items[i].set && files->items[i].set != set->selection->config))
            continue;
        for (size_t d = 0; d < manifest->docs.n; d++) {
            const struct doc *doc = &manifest->docs.items[d];
            struct object object;
            if (doc->root && !object_read(doc, doc->root, &object))
                (void)policy_rules_read(rules, doc, diags);
        }
    }
    return rules;
}

struct policy_rules *judge_file_rules(const struct judge_input *input, struct arena *arena,
                                      const struct judge_policy_files *files,
                                      struct policy_rules **shared, struct policy_rules **own,
                                      const struct judge_set *set, struct diags *diags)
{
    const bool is_shared = is_for_all(files);
    struct policy_rules **slot = is_shared ? shared : own;
    diags->at = (struct diag_at){.set = is_shared ? (struct str){0} : set->selection->name,
                                 .versions = judge_all_bits(set)};
    if (!*slot) {
        *slot = read_rules(input, arena, files, set, diags);
        /* between two commits the params are the base's, and the rules not always */
        if (!input->base_has_policies)
            policy_rules_check_params(*slot, input->config->source, is_shared, diags);
    }
    diags->at = (struct diag_at){0};
    return *slot;
}

void judge_release_rules(struct judge_rules *rules)
{
    policy_rules_free(rules->packs);
    policy_rules_free(rules->deciding);
    policy_rules_free(rules->coming);
    *rules = (struct judge_rules){0};
}
