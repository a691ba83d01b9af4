/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/config/config_fixture.h"

#include "base/limits.h"

struct mistake {
    const char *text;
    unsigned line, column;
    const char *rule;
    const char *field;
    const char *message;
};

static const struct mistake mistakes[] = {
    /* keys */
    {"fail-onn: error\n", 1, 1, "config/unknown-key", "fail-onn",
     "fail-onn is not a setting; did you mean 'fail-on'?"},
    {"strict: true\nfailOn: error\n", 2, 1, "config/unknown-key", "failOn",
     "failOn is not a setting; did you mean 'fail-on'?"},
    {"ignore:\n- rule: api/required\n  reason: x\n  pth: a\n", 4, 3, "config/unknown-key",
     "ignore[0].pth", "ignore[0].pth is not a setting; did you mean 'path'?"},
    {"zebra: 1\n", 1, 1, "config/unknown-key", "zebra", "zebra is not a setting"},
    {"strict: true\nstrict: false\n", 2, 1, "config/syntax", NULL, NULL},
    /* types */
    {"fail-on: errors\n", 1, 10, "config/invalid-value", "fail-on",
     "fail-on must be one of error, warning, never, not 'errors'; did you mean 'error'?"},
    {"fail-on: off\n", 1, 10, "config/invalid-value", "fail-on",
     "fail-on must be one of error, warning, never, not 'off'; did you mean 'never'?"},
    {"fail-on:\n", 1, 9, "config/invalid-value", "fail-on",
     "fail-on must be one of error, warning, never, not nothing"},
    {"missing-schema: [warn]\n", 1, 17, "config/invalid-value", "missing-schema",
     "missing-schema must be one of error, warn, skip, not a list"},
    {"missing-schema: warning\n", 1, 17, "config/invalid-value", "missing-schema",
     "missing-schema must be one of error, warn, skip, not 'warning'; did you mean 'warn'?"},
    {"strict: \"true\"\n", 1, 9, "config/invalid-value", "strict",
     "strict must be true or false, not 'true'"},
    {"strict: 1\n", 1, 9, "config/invalid-value", "strict",
     "strict must be true or false, not the number 1"},
    {"include: apps\n", 1, 10, "config/invalid-value", "include",
     "include must be a list, not 'apps'"},
    {"include: [a, {}]\n", 1, 14, "config/invalid-value", "include[1]",
     "include[1] must be text, not a map"},
    {"rules: [a]\n", 1, 8, "config/invalid-value", "rules", "rules must be a map, not a list"},
    {"sets: {name: a}\n", 1, 7, "config/invalid-value", "sets", "sets must be a list, not a map"},
    {"sets: [a]\n", 1, 8, "config/invalid-value", "sets[0]", "sets[0] must be a map, not 'a'"},
    /* the cluster */
    {"cluster: a\n", 1, 10, "config/invalid-value", "cluster", "cluster must be a map, not 'a'"},
    {"cluster: {gates: {}}\n", 1, 11, "config/unknown-key", "cluster.gates",
     "cluster.gates is not a setting"},
    {"cluster: {feature-gates: [A]}\n", 1, 26, "config/invalid-value", "cluster.feature-gates",
     "cluster.feature-gates must be a map, not a list"},
    {"cluster: {feature-gates: {A: 1}}\n", 1, 30, "config/invalid-value",
     "cluster.feature-gates[A]",
     "cluster.feature-gates[A] must be true or false, not the number 1"},
    {"cluster: {service-node-port-range: 1-}\n", 1, 36, "config/invalid-value",
     "cluster.service-node-port-range",
     "'1-' in cluster.service-node-port-range must be a range of ports such as 30000-32767"},
    {"cluster: {service-node-port-range: 30000+99999}\n", 1, 36, "config/invalid-value",
     "cluster.service-node-port-range",
     "'30000+99999' in cluster.service-node-port-range must be a range of ports such as "
     "30000-32767"},
    {"cluster: {service-cidrs: [10.0.0.0/33]}\n", 1, 27, "config/invalid-value",
     "cluster.service-cidrs[0]",
     "'10.0.0.0/33' in cluster.service-cidrs[0] must be a range of addresses such as "
     "10.96.0.0/12"},
    {"cluster: {admission-plugins: {enable: [AlwaysPullImage]}}\n", 1, 40, "config/invalid-value",
     "cluster.admission-plugins.enable[0]",
     "'AlwaysPullImage' in cluster.admission-plugins.enable[0] must be the name of an admission "
     "plugin; did you mean 'AlwaysPullImages'?"},
    {"sets: [{name: a, path: a, cluster: {allow-privileged: no way}}]\n", 1, 55,
     "config/invalid-value", "sets[0].cluster.allow-privileged",
     "sets[0].cluster.allow-privileged must be true or false, not 'no way'"},
    /* versions */
    {"kubernetes-versions: [1.30]\n", 1, 23, "config/invalid-value", "kubernetes-versions[0]",
     "kubernetes-versions[0] must be text, not the number 1.30, which YAML reads as 1.3"},
    {"kubernetes-versions: [1.36]\n", 1, 23, "config/invalid-value", "kubernetes-versions[0]",
     "kubernetes-versions[0] must be text, not the number 1.36"},
    {"kubernetes-versions: [v1.36.2]\n", 1, 23, "config/invalid-value", "kubernetes-versions[0]",
     "'v1.36.2' in kubernetes-versions[0] must be a Kubernetes minor such as 1.36; did you mean "
     "'1.36'?"},
    {"kubernetes-versions: ['1.036']\n", 1, 23, "config/invalid-value", "kubernetes-versions[0]",
     "'1.036' in kubernetes-versions[0] must be a Kubernetes minor such as 1.36"},
    /* texts */
    {"include: ['a[']\n", 1, 11, "config/invalid-value", "include[0]", NULL},
    {"include: ['']\n", 1, 11, "config/invalid-value", "include[0]",
     "include[0] must not be empty"},
    {"include: [\"a\\0b\"]\n", 1, 11, "config/invalid-value", "include[0]",
     "include[0] must not have control characters"},
    {"exclude: [./apps]\n", 1, 11, "config/invalid-value", "exclude[0]",
     "'./apps' in exclude[0] must be a pattern from the repository's root; did you mean '/apps'?"},
    {"crds: [../other]\n", 1, 8, "config/invalid-value", "crds[0]",
     "'../other' in crds[0] must stay inside the repository, so '..' can't be in it"},
    {"crds: [/crds]\n", 1, 8, "config/invalid-value", "crds[0]",
     "'/crds' in crds[0] must be a path from the repository's root; did you mean 'crds'?"},
    {"external: [db]\n", 1, 12, "config/invalid-value", "external[0]",
     "'db' in external[0] must be Kind/name or Kind/namespace/name"},
    {"external: [secret/db]\n", 1, 12, "config/invalid-value", "external[0]",
     "'secret/db' in external[0] must begin with a kind as manifests write it; did you mean "
     "'Secret/db'?"},
    {"external: [Secret/a/]\n", 1, 12, "config/invalid-value", "external[0]", NULL},
    /* rules */
    {"rules:\n  api/unknwon-field: off\n", 2, 3, "config/invalid-value", "rules",
     "'api/unknwon-field' in rules must be the id of a rule, or a pattern with *; did you mean "
     "'api/unknown-field'?"},
    {"rules: {unknown-field: off}\n", 1, 9, "config/invalid-value", "rules",
     "'unknown-field' in rules must be the id of a rule, or a pattern with *; did you mean "
     "'api/unknown-field'?"},
    {"rules: {api/required: warn}\n", 1, 23, "config/invalid-value", "rules[api/required]",
     "rules[api/required] must be one of off, info, warning, error, not 'warn'; did you mean "
     "'warning'?"},
    {"rules: {api/required: no}\n", 1, 23, "config/invalid-value", "rules[api/required]",
     "rules[api/required] must be one of off, info, warning, error, not 'no'; did you mean 'off'?"},
    /* ignores */
    {"ignore: [{rule: api/required}]\n", 1, 11, "config/invalid-value", "ignore[0]",
     "ignore[0] has no reason"},
    {"ignore: [{}]\n", 1, 10, "config/invalid-value", "ignore[0]", "ignore[0] has no rule"},
    {"ignore: [{rule: io/git, reason: x}]\n", 1, 17, "config/invalid-value", "ignore[0].rule",
     "'io/git' in ignore[0].rule must be a rule about manifests: limit/, io/, config/ and ignore/ "
     "can't be ignored"},
    {"ignore: [{rule: api/*, reason: ' '}]\n", 1, 32, "config/invalid-value", "ignore[0].reason",
     "ignore[0].reason must not be empty"},
    {"ignore: [{rule: api/*, reason: x, expires: 2026-02-30}]\n", 1, 44, "config/invalid-value",
     "ignore[0].expires", "'2026-02-30' in ignore[0].expires must be a day written as YYYY-MM-DD"},
    {"ignore: [{rule: api/*, reason: x, field: .spec}]\n", 1, 42, "config/invalid-value",
     "ignore[0].field",
     "'.spec' in ignore[0].field must be a field path such as spec.containers[0].image; did you "
     "mean 'spec'?"},
    /* sets */
    {"sets: [{name: a}]\n", 1, 9, "config/invalid-value", "sets[0]", "sets[0] has no paths"},
    {"sets: [{name: a, paths: []}]\n", 1, 25, "config/invalid-value", "sets[0].paths",
     "sets[0].paths must not be empty"},
    {"sets: [{name: a, paths: [x], path: q}]\n", 1, 30, "config/invalid-value", "sets[0].path",
     "sets[0] has both paths and path"},
    {"sets: [{name: a, path: y}]\n", 1, 24, "config/invalid-value", "sets[0].path",
     "sets[0].path must be text, not the boolean y"},
    {"sets: [{name: a b, path: q}]\n", 1, 15, "config/invalid-value", "sets[0].name", NULL},
    {"sets: [{name: a, path: q, namespace: Shop}]\n", 1, 38, "config/invalid-value",
     "sets[0].namespace", NULL},
    {"sets:\n- {name: a, path: x}\n- {name: a, path: q}\n", 3, 10, "config/invalid-value",
     "sets[1].name", "there are two sets with the name 'a'"},
    {"sets: [{name: shop, path: x, depends-on: [shop]}]\n", 1, 43, "config/invalid-value",
     "sets[0].depends-on[0]", "the set 'shop' depends on itself"},
    {"sets:\n- {name: platform, path: x}\n- {name: b, path: q, depends-on: [platfrom]}\n", 3, 35,
     "config/invalid-value", "sets[1].depends-on[0]",
     "there is no set 'platfrom'; did you mean 'platform'?"},
    {"sets:\n- {name: a, path: x, depends-on: [b]}\n- {name: b, path: q, depends-on: [c]}\n"
     "- {name: c, path: z, depends-on: [b]}\n",
     4, 35, "config/invalid-value", "sets[2].depends-on[0]",
     "sets depend on each other in a circle: b -> c -> b"},
    /* the file */
    {"- a\n", 1, 1, "config/syntax", "", "the configuration must be a map, not a list"},
    {"word\n", 1, 1, "config/syntax", "", "the configuration must be a map, not a string"},
    {"strict: true\n---\nstrict: false\n", 3, 1, "config/syntax", "",
     "the configuration must be one YAML document, and this is the second of 2"},
    {"strict: [\n", 0, 0, "config/syntax", NULL, NULL},
    {"strict: *nowhere\n", 1, 9, "config/syntax", NULL, NULL},
    {"a\tb: {\n", 0, 0, "config/syntax", NULL, NULL},
};

static bool check_mistake(const struct mistake *want, struct fixture *f)
{
    const struct diag *diag = f->diags.items;
    if (f->result != -1 || f->diags.n == 0 || !str_is(str_from(diag->rule->id), want->rule))
        return false;
    const struct place at = source_place(f->source, diag->span.start);
    if (want->line && (at.line != want->line || at.column != want->column))
        return false;
    if (want->field && !str_is(diag->field, want->field))
        return false;
    return diag->source == f->source && (!want->message || str_is(diag->message, want->message));
}

static void says_what_and_where(void **state)
{
    unsigned failed = 0;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        struct fixture f SCOPED(fixture);
        read_text(&f, str_from(mistakes[i].text));
        if (check_mistake(&mistakes[i], &f))
            continue;
        failed++;
        print_error("case %zu, result %d:\n%s", i, f.result, mistakes[i].text);
        print_findings(&f);
    }
    assert_int_equal(failed, 0);
}

static void leaves_the_result_alone(void **state)
{
    struct fixture f SCOPED(fixture);
    struct config before;
    (void)state;
    read_text(&f, STR("fail-on: warning\n"));
    before = f.config;
    struct source *other = source_new(&f.arena, STR("b"), STR("strict: true\nx: 1\n"));
    assert_int_equal(config_read(&f.arena, other, &f.diags, &f.config), -1);
    assert_memory_equal(&before, &f.config, sizeof before);
    assert_null(f.diags.at.source);
}

static void finds_all_mistakes_at_once(void **state)
{
    struct fixture f SCOPED(fixture);
    (void)state;
    read_text(&f, STR("x1: 1\nstrict: 3\nignore: [{}, {rule: a}]\nfail-on: b\n"));
    assert_int_equal(f.diags.n, 7);
}

static void stops_after_a_hundred(void **state)
{
    struct fixture f SCOPED(fixture);
    SCOPED(buf) struct buf text;
    (void)state;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    for (unsigned i = 0; i < 5000; i++)
        buf_format(&text, "key%u: 1\n", i);
    read_text(&f, buf_str(&text));
    assert_int_equal(f.result, -1);
    assert_int_equal(f.diags.n, 101);
    assert_str(f.diags.items[100].message,
               "more than 100 mistakes in the configuration, the rest is left out");
}

/* Each alias is a short text in the file and a long one behind it. */
static void refuses_an_alias_bomb(void **state)
{
    struct fixture f SCOPED(fixture);
    SCOPED(buf) struct buf text;
    (void)state;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    buf_add_c(&text, "include:\n- &a ");
    buf_add_n(&text, 'x', 500);
    for (unsigned i = 0; i < 40000; i++)
        buf_add_c(&text, "\n- *a");
    read_text(&f, buf_str(&text));
    assert_int_equal(f.result, -1);
    assert_true(f.diags.limit_hit);
    assert_string_equal(f.diags.items[0].rule->id, "limit/size");
}

/* A chain as long as the file allows must not need a stack as deep. */
static void follows_long_chains(void **state)
{
    struct fixture f SCOPED(fixture);
    SCOPED(buf) struct buf text;
    (void)state;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    buf_add_c(&text, "sets:\n- {name: s0, path: a, depends-on: [s2999]}\n");
    for (unsigned i = 1; i < 3000; i++)
        buf_format(&text, "- {name: s%u, path: a, depends-on: [s%u]}\n", i, i - 1);
    read_text(&f, buf_str(&text));
    assert_int_equal(f.diags.n, 1);
    assert_true(str_has(f.diags.items[0].message, STR("... -> ")));
}

int test_config_mistakes(void);

int test_config_mistakes(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_and_where),        cmocka_unit_test(leaves_the_result_alone),
        cmocka_unit_test(finds_all_mistakes_at_once), cmocka_unit_test(stops_after_a_hundred),
        cmocka_unit_test(refuses_an_alias_bomb),      cmocka_unit_test(follows_long_chains),
    };
    return cmocka_run_group_tests_name("config_mistakes", tests, NULL, NULL);
}
