/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on where Pods go and what they find there: tolerations, affinity, spreading, DNS. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_podspec.h"
#include "rule_calls.h"

/* ---- tolerations ---- */

static const char *const operators[] = {"Equal", "Exists", "Lt", "Gt"};

/* Numeric operators are known, but off; before 1.35 they were not known. Messages list what is. */
static void check_numeric_operator(struct validating *v, const struct spot *spot)
{
    enum { KNOWS_NUMERIC = 35 };
    const bool numeric = spot_text_is(spot, "Lt") || spot_text_is(spot, "Gt");
    say_unsupported(v, spot, operators, numeric && v->minor >= KNOWS_NUMERIC ? 4 : 2);
}

static bool old_has_numeric_operator(const struct spot *list)
{
    for (struct item it = list_first(list->old); it.value; it = list_next(it)) {
        const struct str op = node_get_text(it.value, STR("operator"));
        if (str_is(op, "Lt") || str_is(op, "Gt"))
            return true;
    }
    return false;
}

void rule_toleration_operator(struct validating *v, const struct spot *spot)
{
    const struct spot *up = spot->up;
    const struct str op = spot_text(spot);
    const struct str value = child_text(up, "value");
    const struct str shown =
        str_format(v->ctx->arena, "\"%.*s\"", STR_FMT(diag_quote(v->ctx->arena, value)));
    if (child_text(up, "key").n == 0 && !str_is(op, "Exists"))
        say_invalid(v, spot,
                    "operator must be Exists when `key` is empty, which means \"match all values "
                    "and all keys\"");
    if (op.n == 0 || str_is(op, "Equal")) {
        const char *reason = format_label_value(value);
        if (reason)
            say_invalid_as(v, spot, shown, reason);
    } else if (str_is(op, "Exists")) {
        if (value.n)
            say_invalid_as(v, spot, shown, "value must be empty when `operator` is 'Exists'");
    } else if (!up->up || !old_has_numeric_operator(up->up)) {
        check_numeric_operator(v, spot);
    }
}

void rule_toleration_effect(struct validating *v, const struct spot *spot)
{
    if (child_is_set(spot->up, "tolerationSeconds") && !spot_text_is(spot, "NoExecute"))
        say_invalid(v, spot, "effect must be 'NoExecute' when `tolerationSeconds` is set");
}

/* ---- node affinity ---- */

void rule_node_selector_one_value(struct validating *v, const struct spot *spot)
{
    const struct str op = child_text(spot->up, "operator");
    const bool of_field = str_is(spot_holder(spot->up), "matchFields");
    if (spot_count(spot) == 1)
        return;
    if (of_field && (str_is(op, "In") || str_is(op, "NotIn")))
        say_required(v, spot,
                     "must be only one value when `operator` is 'In' or 'NotIn' for node field "
                     "selector");
    if (!of_field && (str_is(op, "Gt") || str_is(op, "Lt")))
        say_required(v, spot, "must be specified single value when `operator` is 'Lt' or 'Gt'");
}

/* Values that no node can have are allowed where nothing depends on them, and where they were. */
void rule_node_selector_label_values(struct validating *v, const struct spot *spot)
{
    if (spot_above(spot, "PreferredSchedulingTerm"))
        return;
    for (struct item it = list_first(spot->old); it.value; it = list_next(it))
        if (format_label_value(node_text(it.value)))
            return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const char *reason = format_label_value(spot_text(&e.spot));
        if (reason)
            say_invalid(v, &e.spot, reason);
    }
}

/* ---- affinity between Pods ---- */

/* The server names a field that isn't there, without an index. */
void rule_affinity_namespaces(struct validating *v, const struct spot *spot)
{
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot named = spot_named(&e.spot, spot->up, "namespace");
        const char *reason = format_dns1123_label(spot_text(&e.spot));
        if (reason)
            say_invalid(v, &named, reason);
    }
}

void rule_label_keys(struct validating *v, const struct spot *spot)
{
    if (spot_count(spot) == 0)
        return;
    if (!child_is_set(spot->up, "labelSelector")) {
        say_forbidden(v, spot, "must not be specified when labelSelector is not set");
        return;
    }
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const char *reason = format_qualified_name(spot_text(&e.spot));
        if (reason)
            say_invalid(v, &e.spot, reason);
    }
}

static size_t count_expressions(struct validating *v, const struct spot *selector, struct str key)
{
    size_t n = 0;
    const struct spot expressions = spot_child(v, selector, "matchExpressions");
    for (struct each e = each_first(v, &expressions); e.spot.path.node; each_next(v, &e))
        n += str_eq(child_text(&e.spot, "key"), key);
    return n;
}

static size_t count_texts(const struct node *list, struct str text)
{
    size_t n = 0;
    for (struct item it = list_first(list); it.value; it = list_next(it))
        n += str_eq(node_text(it.value), text);
    return n;
}

/*
 * On creation of a Pod the server adds a requirement for each of the keys that the Pod has as a
 * label, and then looks for keys that the selector has twice. It names the struct with the index of
 * the key.
 */
static void check_selector_key(struct validating *v, const struct spot *key,
                               const struct spot *selector)
{
    const struct str text = spot_text(key);
    const struct spot labels = spot_child(v, selector, "matchLabels");
    const struct node *metadata = node_get(v->root, STR("metadata"));
    const struct spot mismatch = spot_child(v, selector->up, "mismatchLabelKeys");
    size_t added = 0;
    if (v_kind_is(v, "Pod") && node_get(node_get(metadata, STR("labels")), text))
        added = count_texts(key->up->path.node, text) + count_texts(mismatch.path.node, text);
    const size_t n =
        (node_get(labels.path.node, text) != NULL) + count_expressions(v, selector, text) + added;
    struct spot named = *key;
    named.path.up = &selector->up->path;
    for (size_t i = 1; i < n; i++)
        say_invalid(v, &named, "exists in both matchLabelKeys and labelSelector");
}

void rule_affinity_label_keys(struct validating *v, const struct spot *spot)
{
    const struct spot selector = spot_child(v, spot->up, "labelSelector");
    const struct spot mismatch = spot_child(v, spot->up, "mismatchLabelKeys");
    rule_label_keys(v, spot);
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        if (spot_is_set(&selector))
            check_selector_key(v, &e.spot, &selector);
        if (count_texts(mismatch.path.node, spot_text(&e.spot)))
            say_invalid(v, &e.spot, "exists in both matchLabelKeys and mismatchLabelKeys");
    }
}

/* ---- spreading ---- */

/* Before 1.34: keys were not added to the selector, so it must not have them. */
void rule_spread_label_keys(struct validating *v, const struct spot *spot)
{
    const struct spot selector = spot_child(v, spot->up, "labelSelector");
    const struct spot labels = spot_child(v, &selector, "matchLabels");
    rule_label_keys(v, spot);
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e))
        if (node_get(labels.path.node, spot_text(&e.spot)) ||
            count_expressions(v, &selector, spot_text(&e.spot)))
            say_invalid(v, &e.spot, "exists in both matchLabelKeys and labelSelector");
}

void rule_spread_min_domains(struct validating *v, const struct spot *spot)
{
    const struct str action = child_text(spot->up, "whenUnsatisfiable");
    if (spot_is_set(spot) && !str_is(action, "DoNotSchedule"))
        say_invalid_fmt(v, spot,
                        "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not %.*s",
                        STR_FMT(diag_quote(v->ctx->arena, action)));
}

/* Of two constraints of one kind the server names the first. */
void rule_spread_not_repeated(struct validating *v, const struct spot *spot)
{
    static const char field[] = "{topologyKey, whenUnsatisfiable}";
    struct arena *arena = v->ctx->arena;
    struct map seen = {.arena = arena};
    if (spot_count(spot) < 2)
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct str value =
            str_format(arena, "{%.*s, %.*s}", STR_FMT(child_text(&e.spot, "topologyKey")),
                       STR_FMT(child_text(&e.spot, "whenUnsatisfiable")));
        const struct spot *first = map_get(&seen, value);
        if (first) {
            const struct spot named = {.path = {.up = &first->path,
                                                .name = STR(field),
                                                .node = node_new_text(arena, value)},
                                       .written = first->written,
                                       .key = first->key,
                                       .up = first};
            say_duplicate(v, &named);
        }
        map_put(&seen, value, arena_dup(arena, &e.spot, sizeof e.spot));
    }
}

/* ---- DNS ---- */

void rule_dns_nameservers(struct validating *v, const struct spot *spot)
{
    const struct spot *spec = spot_above(spot, "PodSpec");
    if (spec && child_text_is(spec, "dnsPolicy", "None") && spot_count(spot) == 0)
        say_required(v, spot, "must provide at least one DNS nameserver when `dnsPolicy` is None");
}

/* _?[a-z0-9]([-_a-z0-9]*[a-z0-9])? between dots */
static bool is_search_domain(struct str domain)
{
    enum { SUBDOMAIN_MAX = 253 };
    char text[SUBDOMAIN_MAX];
    if (domain.n > SUBDOMAIN_MAX)
        return false;
    bool first = true;
    for (size_t i = 0; i < domain.n; i++) {
        const char c = domain.p[i];
        /* a letter stands for an underscore where one is allowed */
        const bool last = i + 1 == domain.n || domain.p[i + 1] == '.';
        text[i] = c == '_' && !last ? 'a' : c;
        if (c == '_' && first && !last && (domain.p[i + 1] == '-' || domain.p[i + 1] == '_'))
            return false;
        first = c == '.';
    }
    return format_dns1123_subdomain((struct str){text, domain.n}) == NULL;
}

static void check_search(struct validating *v, const struct spot *spot)
{
    struct str domain = spot_text(spot);
    const bool relaxed = v_gate(v, "RelaxedDNSSearchValidation");
    if (relaxed && str_is(domain, "."))
        return;
    if (str_ends(domain, STR(".")))
        domain = str_sub(domain, 0, domain.n - 1);
    if (relaxed ? !is_search_domain(domain) : format_dns1123_subdomain(domain) != NULL)
        say_invalid(v, spot,
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                    "characters, '_', '-' or '.', and must start and end with an alphanumeric "
                    "character");
}

void rule_dns_searches(struct validating *v, const struct spot *spot)
{
    enum { SEARCHES_MAX = 2048 };
    size_t total = 0;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        total = size_add(total, spot_text(&e.spot).n + 1);
        check_search(v, &e.spot);
    }
    if (total > SEARCHES_MAX + 1)
        say_invalid(v, spot,
                    "must not have more than 2048 characters (including spaces) in the search "
                    "list");
}
