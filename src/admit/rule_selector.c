/* SPDX-License-Identifier: Apache-2.0 */
/* Matching label selectors. */
#include "admit/rule_selector.h"
#include "admit/rule_format.h"
#include "rule_calls.h"

const char *const job_name_labels[2] = {"job-name", "batch.kubernetes.io/job-name"};
const char *const job_uid_labels[2] = {"controller-uid", "batch.kubernetes.io/controller-uid"};

enum requirement {
    REQUIRES_IN,
    REQUIRES_NOT_IN,
    REQUIRES_KEY,
    REQUIRES_NO_KEY,
    REQUIRES_NONSENSE,
};

static bool is_one_of(struct str key, const char *const names[2])
{
    return str_is(key, names[0]) || str_is(key, names[1]);
}

/* NULL when there is none. Of a uid nobody knows before the server has given it. */
static bool label_find(const struct label_set *labels, struct str key, struct str *ret_value)
{
    const struct entry entry = node_entry(labels->map, key);
    const bool has =
        entry.key ||
        (labels->job.p && (is_one_of(key, job_name_labels) || is_one_of(key, job_uid_labels)));
    if (!has)
        return false;
    if (entry.key)
        *ret_value = node_kind(entry.value) == NODE_STRING ? node_text(entry.value) : STR("");
    else
        *ret_value = is_one_of(key, job_name_labels) ? labels->job : STR("?");
    return true;
}

static bool is_label(struct str key, struct str value)
{
    return !format_qualified_name(key) && !format_label_value(value);
}

static bool has_label(const struct label_set *labels, struct str key, struct str value)
{
    struct str have;
    if (!label_find(labels, key, &have))
        return false;
    return str_eq(have, value) || (labels->any_uid && str_is(have, "?"));
}

static struct str text_of(const struct node *node)
{
    return node_kind(node) == NODE_STRING ? node_text(node) : STR("");
}

static enum selection match_label_map(const struct node *map, const struct label_set *labels)
{
    enum selection result = SELECTION_MATCHES;
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        const struct str key = node_text(e.key);
        if (!is_label(key, text_of(e.value)))
            return SELECTION_BROKEN;
        if (!has_label(labels, key, text_of(e.value)))
            result = SELECTION_DIFFERS;
    }
    return result;
}

static enum requirement requirement_of(const struct node *expression)
{
    static const char *const operators[] = {"In", "NotIn", "Exists", "DoesNotExist"};
    const struct str text = node_get_text(expression, STR("operator"));
    for (unsigned i = 0; i < ARRAY_LEN(operators); i++)
        if (str_is(text, operators[i]))
            return (enum requirement)i;
    return REQUIRES_NONSENSE;
}

static enum selection match_expression(const struct node *expression,
                                       const struct label_set *labels)
{
    const struct str key = node_get_text(expression, STR("key"));
    const struct node *values = node_get(expression, STR("values"));
    const enum requirement requirement = requirement_of(expression);
    const bool takes_values = requirement == REQUIRES_IN || requirement == REQUIRES_NOT_IN;
    bool listed = false;
    size_t n = 0;
    for (struct item it = list_first(values); it.value; it = list_next(it), n++) {
        if (format_label_value(text_of(it.value)))
            return SELECTION_BROKEN;
        listed |= has_label(labels, key, text_of(it.value));
    }
    if (requirement == REQUIRES_NONSENSE || format_qualified_name(key) || takes_values != (n > 0))
        return SELECTION_BROKEN;
    struct str have;
    const bool has = label_find(labels, key, &have);
    const bool holds[] = {[REQUIRES_IN] = listed,
                          [REQUIRES_NOT_IN] = !listed,
                          [REQUIRES_KEY] = has,
                          [REQUIRES_NO_KEY] = !has};
    return holds[requirement] ? SELECTION_MATCHES : SELECTION_DIFFERS;
}

enum selection selector_match(const struct node *selector, const struct label_set *labels)
{
    if (node_is_null(selector))
        return SELECTION_DIFFERS;
    enum selection result = match_label_map(node_get(selector, STR("matchLabels")), labels);
    const struct node *expressions = node_get(selector, STR("matchExpressions"));
    for (struct item it = list_first(expressions); it.value; it = list_next(it)) {
        const enum selection one = match_expression(it.value, labels);
        if (one > result)
            result = one;
    }
    return result;
}

bool selector_map_matches(const struct node *map, const struct node *labels)
{
    const struct label_set set = {.map = labels};
    for (struct entry e = map_first(map); e.key; e = map_next(e))
        if (!has_label(&set, node_text(e.key), text_of(e.value)))
            return false;
    return true;
}

/* Besides what is wrong inside, the server says that there is no selector. */
void rule_aggregated_roles(struct validating *v, const struct spot *spot)
{
    const struct label_set none = {0};
    if (selector_match(spot->path.node, &none) == SELECTION_BROKEN)
        say_invalid_as(v, spot, STR("null"), "invalid label selector.");
}
