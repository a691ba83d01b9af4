/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules that come with the program are asked for. */
#include "pack/pack.h"

#include "base/glob.h"

const struct pack_rule *pack_find(struct str id)
{
    for (size_t i = 0; i < PACK_COUNT; i++)
        if (str_is(id, pack_rules[i].rule.id))
            return &pack_rules[i];
    return NULL;
}

/* pod-security has the rules of pod-security/baseline too. */
static bool is_in(struct str id, struct str pack)
{
    return pack.n && id.n > pack.n && str_starts(id, pack) && id.p[pack.n] == '/';
}

bool pack_exists(struct str name)
{
    for (size_t i = 0; i < PACK_COUNT; i++)
        if (is_in(str_from(pack_rules[i].rule.id), name))
            return true;
    return false;
}

bool pack_names_others(struct str expression)
{
    return str_has(expression, STR("objects.")) || str_has(expression, STR("neighbours."));
}

bool pack_sees_others(const struct pack_rule *rule)
{
    return pack_names_others(rule->body);
}

bool pack_is_asked(const struct pack_choice *choice, struct str name)
{
    for (size_t i = 0; choice && choice->packs && i < choice->packs->n; i++)
        if (str_eq(choice->packs->items[i], name) || is_in(name, choice->packs->items[i]))
            return true;
    return false;
}

bool pack_is_on(const struct pack_choice *choice, const struct pack_rule *rule)
{
    const struct str id = str_from(rule->rule.id);
    bool is_on = rule->is_default, is_first = true;
    for (size_t i = 0; choice->packs && i < choice->packs->n; i++)
        is_on |= is_in(id, choice->packs->items[i]);
    for (size_t i = 0; choice->settings && i < choice->settings->n; i++) {
        const struct rule_setting *setting = &choice->settings->items[i];
        const bool is_exact = str_eq(setting->pattern, id);
        if (!is_exact && !glob_match(setting->pattern, id))
            continue;
        if (is_first && setting->severity == SEVERITY_OFF)
            return false;
        is_first = false;
        is_on |= is_exact && setting->severity != SEVERITY_OFF;
    }
    return is_on;
}
