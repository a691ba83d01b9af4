/* SPDX-License-Identifier: Apache-2.0 */
/* The table of built-in rules. A rule without texts does not link. */
#include "diag/rule_text.h"

#define X(name, text_id, default_severity) const char rule_id_##name[] = text_id;
TIDEGATE_RULES(X)
#undef X

static const struct rule *const rules[RULE_COUNT] = {
#define X(name, text_id, default_severity) [RULE_##name] = &rule_text_##name,
    TIDEGATE_RULES(X)
#undef X
};

static const char *const severity_names[] = {
    [SEVERITY_OFF] = "off",
    [SEVERITY_INFO] = "info",
    [SEVERITY_WARNING] = "warning",
    [SEVERITY_ERROR] = "error",
};

const struct rule *rule_get(enum rule_id id)
{
    if ((unsigned)id >= RULE_COUNT)
        BUG("no rule %d", (int)id);
    return rules[id];
}

const struct rule *rule_find(struct str id)
{
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (str_is(id, rules[i]->id))
            return rules[i];
    return NULL;
}

bool rule_is_server(const struct rule *rule)
{
    struct str id = str_from(rule->id);

    return str_starts(id, STR("yaml/")) || str_starts(id, STR("api/"));
}

const char *severity_name(enum severity severity)
{
    return severity_names[severity];
}

bool severity_parse(struct str name, enum severity *ret_severity)
{
    for (size_t i = 0; i < ARRAY_LEN(severity_names); i++) {
        if (!str_is(name, severity_names[i]))
            continue;
        *ret_severity = (enum severity)i;
        return true;
    }
    if (!str_is(name, "warn"))
        return false;
    *ret_severity = SEVERITY_WARNING;
    return true;
}
