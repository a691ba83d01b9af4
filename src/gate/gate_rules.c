/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that look at other objects of their set: what they say of a file may hang on any other, so
 * with one of them everything is read. */
#include "check/check_links.h"
#include "gate/gate_internal.h"
#include "pack/rule_file.h"
#include "policy/policy_rules.h"

static bool pack_sees_objects(const struct config *config, const struct str_list *packs)
{
    const struct pack_choice choice = {packs, &config->rules};
    if (check_links_miss(&choice))
        return true;
    for (size_t i = 0; i < PACK_COUNT; i++)
        if (pack_sees_others(&pack_rules[i]) && pack_is_on(&choice, &pack_rules[i]))
            return true;
    return false;
}

/* A word that is not meant so costs time only. */
static bool file_sees_objects(const struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->docs.n; i++)
        if (rule_file_is(manifest->docs.items[i].root) && pack_names_others(manifest->source->text))
            return true;
    return false;
}

bool gate_rules_see_objects(const struct gate_run *run)
{
    const struct gate_sides *sides = run->sides;
    const struct config *config = &sides->config;
    if (pack_sees_objects(config, &config->packs))
        return true;
    for (size_t i = 0; i < config->sets.n; i++)
        if (config->sets.items[i].packs.n &&
            pack_sees_objects(config, &config->sets.items[i].packs))
            return true;
    for (size_t i = 0; i < sides->head.policies.n; i++)
        if (file_sees_objects(sides->head.policies.items[i].manifest))
            return true;
    for (size_t i = 0; i < sides->base.policies.n; i++)
        if (file_sees_objects(sides->base.policies.items[i].manifest))
            return true;
    return false;
}
