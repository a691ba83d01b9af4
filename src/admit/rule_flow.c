/* SPDX-License-Identifier: Apache-2.0 */
/* Flow schemas and priority levels of the API server. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_same.h"
#include "rule_calls.h"

static struct str object_name(const struct validating *v)
{
    return node_get_text(node_get(v->root, STR("metadata")), STR("name"));
}

void rule_only_exempt_first(struct validating *v, const struct spot *spot)
{
    if (spot_int(spot) == 1 && !str_is(object_name(v), "exempt"))
        say_invalid(v, spot, "only the schema named 'exempt' may have matchingPrecedence 1");
}

void rule_only_exempt_is_exempt(struct validating *v, const struct spot *spot)
{
    if (str_is(object_name(v), "exempt") != spot_text_is(spot, "Exempt"))
        say_invalid(v, spot, "must be 'Exempt' if and only if `name` is 'exempt'");
}

void rule_flow_rules(struct validating *v, const struct spot *spot)
{
    const struct spot resources = spot_child(v, spot, "resourceRules");
    const struct spot others = spot_child(v, spot, "nonResourceRules");
    if (spot_count(&resources) + spot_count(&others) == 0)
        say_required(v, spot,
                     "at least one of resourceRules and nonResourceRules has to be non-empty");
}

void rule_flow_account(struct validating *v, const struct spot *spot)
{
    const struct str name = spot_text(spot);
    const char *reason = name.n && !str_is(name, "*") ? format_dns1123_subdomain(name) : NULL;
    if (reason)
        say_invalid(v, spot, reason);
}

/* ---- rules ---- */

static bool has_wildcard(struct validating *v, const struct spot *list)
{
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e))
        if (spot_text_is(&e.spot, "*"))
            return true;
    return false;
}

/* False when there is a wildcard, so that single items don't matter. */
static bool check_wildcard(struct validating *v, const struct spot *list, const char *what)
{
    if (!has_wildcard(v, list))
        return true;
    if (spot_count(list) > 1)
        say_invalid_fmt(v, list, "if '*' is present, must not specify other %s", what);
    return false;
}

void rule_flow_verbs(struct validating *v, const struct spot *spot)
{
    static const char *const verbs[] = {"create", "delete", "deletecollection", "get",  "list",
                                        "patch",  "proxy",  "update",           "watch"};
    if (!check_wildcard(v, spot, "verbs"))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e))
        if (!str_is_one_of(spot_text(&e.spot), verbs, ARRAY_LEN(verbs))) {
            say_unsupported(v, spot, verbs, ARRAY_LEN(verbs));
            return;
        }
}

void rule_flow_groups(struct validating *v, const struct spot *spot)
{
    check_wildcard(v, spot, "api groups");
}

void rule_flow_resources(struct validating *v, const struct spot *spot)
{
    check_wildcard(v, spot, "resources");
}

void rule_flow_namespaces(struct validating *v, const struct spot *spot)
{
    if (!check_wildcard(v, spot, "namespaces"))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const char *reason = format_dns1123_label(spot_text(&e.spot));
        if (reason)
            say_invalid_fmt(v, &e.spot,
                            "each member of this list must be '*' or a DNS-1123 label; %s", reason);
    }
}

/* A wildcard stands at the end only, as a part of its own. */
static const char *wrong_url(struct str path)
{
    size_t wildcards = 0;
    for (size_t i = 0; i < path.n; i++)
        wildcards += path.p[i] == '*';
    if (path.n == 0)
        return "must not be empty";
    if (str_is(path, "/"))
        return NULL;
    if (path.p[0] != '/')
        return "must start with slash";
    if (str_find_char(path, ' ') >= 0)
        return "must not contain white-space";
    if (str_has(path, STR("//")))
        return "must not contain double slash";
    if (wildcards > 1 || (wildcards == 1 && !str_ends(path, STR("/*"))))
        return "wildcard can only do suffix matching";
    return NULL;
}

void rule_flow_urls(struct validating *v, const struct spot *spot)
{
    if (!check_wildcard(v, spot, "non-resource URLs"))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const char *reason = wrong_url(spot_text(&e.spot));
        if (reason)
            say_invalid(v, &e.spot, reason);
    }
}

/* ---- queues ---- */

/* Whether queues to the power of hand is more than fits into 60 bits (shufflesharding). */
static bool needs_too_many_bits(int64_t queues, int64_t hand)
{
    static const int64_t most = (int64_t)1 << 60;
    int64_t hands = 1;
    for (int64_t i = 0; queues > 1 && i < hand; i++) {
        if (hands > most / queues)
            return true;
        hands *= queues;
    }
    return false;
}

void rule_hand_size(struct validating *v, const struct spot *spot)
{
    const int64_t hand = spot_int(spot);
    const int64_t queues = child_int(spot->up, "queues");
    if (hand <= 0)
        say_invalid(v, spot, "must be positive");
    else if (hand > queues)
        say_invalid_fmt(v, spot, "should not be greater than queues (%" PRId64 ")", queues);
    else if (needs_too_many_bits(queues, hand))
        say_invalid_fmt(v, spot,
                        "required entropy bits of deckSize %" PRId64 " and handSize %" PRId64
                        " should not be greater than 60",
                        queues, hand);
}

/* ---- the objects that every server has, and that must stay as they are ---- */

#define EVERYTHING                                                                                 \
    "\"resourceRules\":[{\"verbs\":[\"*\"],\"apiGroups\":[\"*\"],\"resources\":[\"*\"],"           \
    "\"clusterScope\":true,\"namespaces\":[\"*\"]}],"                                              \
    "\"nonResourceRules\":[{\"verbs\":[\"*\"],\"nonResourceURLs\":[\"*\"]}]"

struct mandatory {
    const char *kind;
    const char *name;
    const char *spec;
    const char *error;
};

static const struct mandatory mandatory[] = {
    {"FlowSchema", "exempt",
     "{\"matchingPrecedence\":1,\"priorityLevelConfiguration\":{\"name\":\"exempt\"},\"rules\":[{"
     "\"subjects\":[{\"kind\":\"Group\",\"group\":{\"name\":\"system:masters\"}}]," EVERYTHING
     "}]}",
     "spec of 'exempt' must equal the fixed value"},
    {"FlowSchema", "catch-all",
     "{\"matchingPrecedence\":10000,\"priorityLevelConfiguration\":{\"name\":\"catch-all\"},"
     "\"distinguisherMethod\":{\"type\":\"ByUser\"},\"rules\":[{\"subjects\":["
     "{\"kind\":\"Group\",\"group\":{\"name\":\"system:unauthenticated\"}},"
     "{\"kind\":\"Group\",\"group\":{\"name\":\"system:authenticated\"}}]," EVERYTHING "}]}",
     "spec of 'catch-all' must equal the fixed value"},
    {"PriorityLevelConfiguration", "exempt", "{\"type\":\"Exempt\"}",
     "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value"},
    {"PriorityLevelConfiguration", "catch-all",
     "{\"type\":\"Limited\",\"limited\":{\"nominalConcurrencyShares\":5,\"lendablePercent\":0,"
     "\"limitResponse\":{\"type\":\"Reject\"}}}",
     "spec of 'catch-all' must equal the fixed value"},
};

static const struct node *fixed_spec(struct validating *v, const char *text)
{
    struct diags diags = {0};
    struct doc doc = {0};
    diags.at.source = source_new(v->ctx->arena, STR("fixed"), str_from(text));
    if (doc_read_json(v->ctx->arena, diags.at.source, &diags, &doc) || doc.broken)
        BUG("the spec of a mandatory object is no JSON");
    diags_release(&diags);
    return doc.root;
}

void rule_flow_fixed(struct validating *v, const struct spot *spot)
{
    static const struct same_but but[] = {{"PriorityLevelConfigurationSpec", "exempt"}, {0}};
    for (size_t i = 0; i < ARRAY_LEN(mandatory); i++) {
        const struct mandatory *m = &mandatory[i];
        const bool open = str_is(object_name(v), "exempt");
        if (v_kind_is(v, m->kind) && str_is(object_name(v), m->name) &&
            !same_value(spot->type, spot->path.node, fixed_spec(v, m->spec), open ? but : NULL))
            say_invalid(v, spot, m->error);
    }
}
