/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors, as they are matched with labels of templates. What is malformed in them is told
 * by the rules of the API; here it fits nothing. */
#include "check/check_join.h"

static struct str text_of(const struct node *node)
{
    return node_kind(node) == NODE_STRING ? node_text(node) : (struct str){0};
}

struct selector selector_of(const struct node *selector)
{
    return (struct selector){node_get(selector, STR("matchLabels")),
                             node_get(selector, STR("matchExpressions"))};
}

struct selector selector_of_map(const struct node *labels)
{
    return (struct selector){labels, NULL};
}

bool selector_is_empty(const struct selector *selector)
{
    return !map_first(selector->labels).key && !list_first(selector->expressions).value;
}

/* Whether only controllers give the label. */
static bool selector_is_given(struct str key)
{
    static const char *const given[] = {"statefulset.kubernetes.io/pod-name",
                                        "apps.kubernetes.io/pod-index",
                                        "pod-template-hash",
                                        "controller-revision-hash",
                                        "pod-template-generation",
                                        "job-name",
                                        "controller-uid",
                                        "batch.kubernetes.io/job-name",
                                        "batch.kubernetes.io/controller-uid",
                                        "batch.kubernetes.io/job-completion-index"};
    return str_is_one_of(key, given, ARRAY_LEN(given));
}

bool selector_is_common(struct str key)
{
    static const char *const common[] = {"app.kubernetes.io/version",
                                         "app.kubernetes.io/component",
                                         "component",
                                         "tier",
                                         "role",
                                         "env",
                                         "environment",
                                         "stage",
                                         "version",
                                         "team"};
    return str_is_one_of(key, common, ARRAY_LEN(common));
}

bool selector_is_broad(struct str key)
{
    static const char *const broad[] = {"app.kubernetes.io/part-of", "app.kubernetes.io/managed-by",
                                        "helm.sh/chart"};
    return str_is_one_of(key, broad, ARRAY_LEN(broad));
}

static bool is_listed(const struct node *values, struct str text)
{
    for (struct item it = list_first(values); it.value; it = list_next(it))
        if (str_eq(text_of(it.value), text))
            return true;
    return false;
}

static bool expression_fits(const struct node *expression, const struct node *labels)
{
    const struct str key = node_get_text(expression, STR("key"));
    const struct str operator= node_get_text(expression, STR("operator"));
    const struct node *values = node_get(expression, STR("values"));
    const struct entry label = node_entry(labels, key);
    if (selector_is_given(key))
        return true;
    if (str_is(operator, "In"))
        return label.key && is_listed(values, text_of(label.value));
    if (str_is(operator, "NotIn"))
        return !label.key || !is_listed(values, text_of(label.value));
    if (str_is(operator, "Exists"))
        return label.key != NULL;
    return str_is(operator, "DoesNotExist") && !label.key;
}

bool selector_fits(const struct selector *selector, const struct node *labels)
{
    for (struct entry e = map_first(selector->labels); e.key; e = map_next(e)) {
        const struct entry label = node_entry(labels, node_text(e.key));
        if (!selector_is_given(node_text(e.key)) &&
            (!label.key || !str_eq(text_of(label.value), text_of(e.value))))
            return false;
    }
    for (struct item it = list_first(selector->expressions); it.value; it = list_next(it))
        if (!expression_fits(it.value, labels))
            return false;
    return true;
}

/* ---- pairs ---- */

static bool names_nothing(struct str key)
{
    return selector_is_given(key) || selector_is_broad(key);
}

/* The labels come first, then expressions that allow one value only. */
static struct selector_pair pair_at(const struct selector *selector, uint32_t wanted)
{
    uint32_t i = 0;
    for (struct entry e = map_first(selector->labels); e.key; e = map_next(e), i++)
        if (i >= wanted && !names_nothing(node_text(e.key)))
            return (struct selector_pair){node_text(e.key), text_of(e.value), i + 1};
    for (struct item it = list_first(selector->expressions); it.value; it = list_next(it), i++) {
        const struct node *values = node_get(it.value, STR("values"));
        const struct str key = node_get_text(it.value, STR("key"));
        if (i >= wanted && key.n && str_is(node_get_text(it.value, STR("operator")), "In") &&
            node_kind(values) == NODE_LIST && node_real(values)->n == 1 && !names_nothing(key))
            return (struct selector_pair){key, text_of(list_first(values).value), i + 1};
    }
    return (struct selector_pair){0};
}

struct selector_pair selector_first(const struct selector *selector)
{
    return pair_at(selector, 0);
}

struct selector_pair selector_next(const struct selector *selector, struct selector_pair pair)
{
    return pair_at(selector, pair.next);
}
