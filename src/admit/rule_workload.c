/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that workloads and disruption budgets share: selectors, counts or percentages. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "rule_calls.h"

#include "base/number.h"

void rule_match_labels(struct validating *v, const struct spot *spot)
{
    if (spot_is_set(spot))
        validate_labels(v->ctx, &spot->path);
}

/* Selects everything, which would take over the Pods of others. */
void rule_selector_of_deployment(struct validating *v, const struct spot *spot)
{
    const struct spot labels = spot_child(v, spot, "matchLabels");
    const struct spot expressions = spot_child(v, spot, "matchExpressions");
    if (spot_is_set(spot) && spot_count(&labels) + spot_count(&expressions) == 0)
        say_invalid(v, spot, "empty selector is invalid for deployment");
}

void rule_progress_deadline(struct validating *v, const struct spot *spot)
{
    if (spot_is_set(spot) && spot_int(spot) <= child_int(spot->up, "minReadySeconds"))
        say_invalid(v, spot, "must be greater than minReadySeconds");
}

/* ---- counts or percentages ---- */

void rule_count_or_percent(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot))
        return;
    if (!spot_is_text(spot)) {
        if (spot_int(spot) < 0)
            say_invalid(v, spot, "must be greater than or equal to 0");
        return;
    }
    const char *reason = format_percent(spot_text(spot));
    if (reason)
        say_invalid(v, spot, reason);
}

/* Number of a count or a percentage; anything else is 0, as it is in Go. */
static int64_t plain_number(const struct spot *spot)
{
    int64_t number;
    struct str text = spot_text(spot);
    if (!spot_is_text(spot))
        return spot_int(spot);
    if (!format_percent(text))
        text = str_sub(text, 0, text.n - 1);
    return number_parse_i64(text, &number) == 0 ? number : 0;
}

void rule_percent_at_most_100(struct validating *v, const struct spot *spot)
{
    enum { PERCENT_MAX = 100 };
    rule_count_or_percent(v, spot);
    if (!spot_is_text(spot) || format_percent(spot_text(spot)))
        return;
    struct str digits = str_sub(spot_text(spot), 0, spot_text(spot).n - 1);
    while (digits.n > 1 && digits.p[0] == '0')
        digits = str_from_offset(digits, 1);
    /* Go reads what does not fit into an int as the largest one */
    if (digits.n > 3 || plain_number(spot) > PERCENT_MAX)
        say_invalid(v, spot, "must not be greater than 100%");
}

void rule_rolling_update_moves(struct validating *v, const struct spot *spot)
{
    const struct spot unavailable = spot_child(v, spot, "maxUnavailable");
    const struct spot surge = spot_child(v, spot, "maxSurge");
    if (plain_number(&unavailable) == 0 && plain_number(&surge) == 0)
        say_invalid(v, &unavailable, "may not be 0 when `maxSurge` is 0");
}
