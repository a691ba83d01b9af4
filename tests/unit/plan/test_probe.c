/* SPDX-License-Identifier: Apache-2.0 */
/* Which rights get around a policy that refuses all but dry runs. */
#include "plan/probe.h"

#include "unit/unit.h"

#define RULE(verbs, groups, resources)                                                             \
    "{\"verbs\":[" verbs "],\"apiGroups\":[" groups "],\"resources\":[" resources "]}"
#define HARMLESS                                                                                   \
    RULE("\"create\",\"patch\",\"get\"", "\"\"", "\"serviceaccounts\",\"namespaces\"")             \
    "," RULE("\"get\",\"list\"", "\"admissionregistration.k8s.io\"", "\"*\"") "," RULE(            \
        "\"escalate\",\"bind\"", "\"rbac.authorization.k8s.io\"", "\"roles\",\"clusterroles\"")

static bool has_way(const char *rules, bool is_ours, const char *words)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc doc = {0};
    const struct str text = str_format(&arena, "{\"status\":{\"resourceRules\":[%s]}}", rules);
    assert_int_equal(doc_read_json(&arena, source_new(&arena, STR("review"), text), &diags, &doc),
                     0);
    const struct str way = probe_way_around(&arena, doc.root, is_ours);
    return words ? str_has(way, str_from(words)) : way.n > 0;
}

static void finds_ways_around(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *words;
    } cases[] = {
        {HARMLESS "," RULE("\"*\"", "\"*\"", "\"*\""), "change admission policies"},
        {RULE("\"delete\"", "\"admissionregistration.k8s.io\"",
              "\"validatingadmissionpolicybindings\""),
         "change admission policies"},
        {RULE("\"create\"", "\"admissionregistration.k8s.io\"", "\"mutatingadmissionpolicies\""),
         "change admission policies"},
        {RULE("\"patch\"", "\"*\"", "\"validatingadmissionpolicies\""),
         "change admission policies"},
        {RULE("\"impersonate\"", "\"\"", "\"serviceaccounts\""), "speak as somebody else"},
        {HARMLESS "," RULE("\"impersonate\"", "\"\"", "\"users\""), "speak as somebody else"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(has_way(cases[i].rules, true, cases[i].words));
        assert_true(has_way(cases[i].rules, false, cases[i].words));
    }
}

static void knows_that_our_policy_refuses_tokens(void **state)
{
    (void)state;
    static const char *const rules[] = {RULE("\"create\"", "\"\"", "\"serviceaccounts/token\""),
                                        RULE("\"*\"", "\"\"", "\"*/token\"")};
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        assert_true(has_way(rules[i], false, "tokens"));
        assert_false(has_way(rules[i], true, NULL));
    }
}

static void finds_none(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        HARMLESS,
        RULE("\"delete\"", "\"admissionregistration.k8s.io\"",
             "\"validatingwebhookconfigurations\""),
        RULE("\"create\"", "\"apps\"", "\"*\""),
        RULE("\"impersonate\"", "\"example.com\"", "\"users\""),
        "17,\"text\",null,{},{\"verbs\":{},\"apiGroups\":1}",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_false(has_way(cases[i], false, NULL));
    struct arena arena SCOPED(arena) = {0};
    assert_int_equal(probe_way_around(&arena, NULL, false).n, 0);
}

int test_probe(void);
int test_probe(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_ways_around),
        cmocka_unit_test(knows_that_our_policy_refuses_tokens),
        cmocka_unit_test(finds_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
