/* SPDX-License-Identifier: Apache-2.0 */
/* One mistake, one finding: an entry that server-side apply refuses and the server tells of. */
#include "judge/judge_entry.h"

static bool is_at_or_below(struct str field, struct str above)
{
    return str_starts(field, above) &&
           (field.n == above.n || field.p[above.n] == '.' || field.p[above.n] == '[');
}

static bool is_entry(const struct diag *diag)
{
    return diag->rule == rule_get(RULE_APPLY_DUPLICATE_ENTRY) ||
           diag->rule == rule_get(RULE_APPLY_MISSING_KEY);
}

/* Whether server and server-side apply say it of one entry: apply then adds to a warning, and
 * nothing to a refusal. */
static void join_entry(struct diags *diags, struct diag *entry, struct diag *other)
{
    const bool is_warning = other->rule == rule_get(RULE_SERVER_WARNING);
    const bool is_refusal = rule_is_server(other->rule) && other->severity == SEVERITY_ERROR;
    const struct str refused = STR("; server-side apply refuses it");
    if (!is_at_or_below(other->field, entry->field) || str_ends(entry->message, refused))
        return;
    if (is_refusal)
        entry->severity = SEVERITY_OFF;
    if (!is_warning || entry->severity == SEVERITY_OFF)
        return;
    other->severity = SEVERITY_OFF;
    entry->message =
        str_format(&diags->arena, "%.*s; server-side apply refuses it", STR_FMT(other->message));
}

void judge_join_entries(struct diags *diags, size_t first)
{
    for (size_t i = first; i < diags->n; i++)
        for (size_t j = first; is_entry(&diags->items[i]) && j < diags->n; j++)
            if (diags->items[j].severity != SEVERITY_OFF)
                join_entry(diags, &diags->items[i], &diags->items[j]);
    size_t n = first;
    for (size_t i = first; i < diags->n; i++)
        if (diags->items[i].severity != SEVERITY_OFF)
            diags->items[n++] = diags->items[i];
    diags->n = n;
}
