/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of packs that a set is held against. One list serves all sets that ask for nothing
 * more than the file does, so that a rule is compiled once. */
#include "judge/judge_internal.h"

static struct policy_rules *make_packs(const struct judge_input *input, struct arena *arena,
                                       const struct str_list *more, const struct diags *diags)
{
    struct str_list packs = {0};
    for (size_t i = 0; i < input->config->packs.n; i++)
        VEC_PUSH(arena, &packs, input->config->packs.items[i]);
    for (size_t i = 0; more && i < more->n; i++)
        VEC_PUSH(arena, &packs, more->items[i]);
    struct policy_rules *rules = policy_rules_new(arena);
    policy_rules_set_params(rules, input->config->params);
    policy_rules_add_packs(rules, &(struct pack_choice){&packs, diags->settings});
    return rules;
}

void judge_make_packs(const struct judge_input *input, struct arena *arena,
                      struct policy_rules **shared, struct judge_set *set,
                      const struct diags *diags)
{
    const struct config_set *config = set->selection->config;
    set->has_own_packs = config && config->packs.n;
    if (set->has_own_packs)
        set->packs = make_packs(input, arena, &config->packs, diags);
    else if (!*shared)
        *shared = make_packs(input, arena, NULL, diags);
    if (!set->has_own_packs)
        set->packs = *shared;
}
