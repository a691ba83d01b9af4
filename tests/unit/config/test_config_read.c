/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/config/config_fixture.h"

#define assert_reads(f)                                                                            \
    do {                                                                                           \
        print_findings(f);                                                                         \
        assert_int_equal((f)->result, 0);                                                          \
        assert_int_equal((f)->diags.n, 0);                                                         \
    } while (0)

static const char full[] = "kubernetes-versions: [\"1.36\", '1.30']\n"
                           "include: [apps/**]\n"
                           "exclude:\n- vendor/\n- \"**/té/*\"\n"
                           "crds: [schemas/crds]\n"
                           "external: [Secret/shop/db, StorageClass/fast]\n"
                           "rules:\n  version/deprecated: error\n  object/*: off\n"
                           "  policy/ours/x: info\n  pod-security/baseline/host-path: warning\n"
                           "ignore:\n"
                           "- rule: api/unknown-field\n"
                           "  path: legacy/**\n"
                           "  object: Deployment/shop/*\n"
                           "  field: spec.template\n"
                           "  reason: |\n    two\n    lines\n"
                           "  expires: 2026-12-31\n"
                           "- {rule: 'schema/*', reason: \"null\"}\n"
                           "require-ignore-reason: true\n"
                           "fail-on: warning\n"
                           "missing-schema: skip\n"
                           "strict: yes\n"
                           "sets:\n"
                           "- name: platform\n  path: platform\n"
                           "- name: shop\n  paths: [apps/shop, apps/shared]\n"
                           "  namespace: shop\n  kubernetes-versions: ['1.35']\n"
                           "  depends-on: [platform]\n";

static void fills_every_member(void **state)
{
    struct fixture f SCOPED(fixture);
    (void)state;
    read_text(&f, str_from(full));
    assert_reads(&f);
    const struct config *config = &f.config;
    assert_ptr_equal(config->source, f.source);
    assert_int_equal(config->versions.n, 2);
    assert_str(config->versions.items[1], "1.30");
    assert_int_equal(config->include.n, 1);
    assert_str(config->exclude.items[1], "**/té/*");
    assert_str(config->crds.items[0], "schemas/crds");
    assert_str(config->externals.items[1], "StorageClass/fast");
    assert_int_equal(config->rules.n, 4);
    assert_str(config->rules.items[0].pattern, "version/deprecated");
    assert_int_equal(config->rules.items[0].severity, SEVERITY_ERROR);
    assert_int_equal(config->rules.items[1].severity, SEVERITY_OFF);
    assert_int_equal(config->rules.items[2].severity, SEVERITY_INFO);
    assert_true(config->require_ignore_reason && config->strict);
    assert_int_equal(config->fail_on, SEVERITY_WARNING);
    assert_int_equal(config->missing_schema, MISSING_SKIP);
}

static void fills_entries(void **state)
{
    struct fixture f SCOPED(fixture);
    (void)state;
    read_text(&f, str_from(full));
    assert_reads(&f);
    assert_int_equal(f.config.ignores.n, 2);
    const struct config_ignore *ignore = f.config.ignores.items;
    assert_str(ignore->rule, "api/unknown-field");
    assert_str(ignore->path, "legacy/**");
    assert_str(ignore->object, "Deployment/shop/*");
    assert_str(ignore->field, "spec.template");
    assert_str(ignore->reason, "two\nlines\n");
    assert_str(ignore->expires, "2026-12-31");
    assert_int_equal(ignore->expires_day, 20818);
    assert_int_equal(source_place(f.source, ignore->span.start).line, 14);
    assert_str(ignore[1].reason, "null");
    assert_int_equal(ignore[1].path.n, 0);
    assert_true(ignore[1].expires_day == INT64_MAX);
    assert_int_equal(source_place(f.source, ignore[1].span.start).line, 22);
    assert_int_equal(f.config.sets.n, 2);
    const struct config_set *set = f.config.sets.items;
    assert_str(set->name, "platform");
    assert_int_equal(set->paths.n, 1);
    assert_str(set->paths.items[0], "platform");
    assert_str(set[1].paths.items[1], "apps/shared");
    assert_str(set[1].namespace, "shop");
    assert_str(set[1].versions.items[0], "1.35");
    assert_str(set[1].depends_on.items[0], "platform");
    assert_int_equal(source_place(f.source, set[1].span.start).line, 30);
}

static void assert_defaults(const struct config *config)
{
    assert_int_equal(config->versions.n, 1);
    assert_int_equal(config->include.n + config->exclude.n + config->crds.n, 0);
    assert_int_equal(config->externals.n + config->rules.n, 0);
    assert_int_equal(config->ignores.n + config->sets.n, 0);
    assert_int_equal(config->fail_on, SEVERITY_ERROR);
    assert_int_equal(config->missing_schema, MISSING_WARN);
    assert_false(config->strict || config->require_ignore_reason);
}

static void nothing_means_defaults(void **state)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        "# only a comment\n",
                                        "---\n",
                                        "--- {}\n",
                                        "{}",
                                        "null\n",
                                        "exclude:\n",
                                        "include: []\nrules:\nignore:\nsets: ~\n",
                                        "\xEF\xBB\xBF",
                                        "---\n# a\n...\n"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct fixture f SCOPED(fixture);
        read_text(&f, str_from(texts[i]));
        assert_reads(&f);
        assert_defaults(&f.config);
        assert_ptr_equal(f.config.source, f.source);
    }
}

static void off_needs_no_quotes(void **state)
{
    struct fixture f SCOPED(fixture);
    (void)state;
    read_text(&f, STR("rules:\n  yaml/*: off\n  api/*: OFF\n  ref/*: \"off\"\nfail-on: never\n"));
    assert_reads(&f);
    for (size_t i = 0; i < f.config.rules.n; i++)
        assert_int_equal(f.config.rules.items[i].severity, SEVERITY_OFF);
    assert_int_equal(f.config.fail_on, SEVERITY_OFF);
}

static void resolves_before_libcyaml_sees_it(void **state)
{
    struct fixture f SCOPED(fixture);
    (void)state;
    read_text(&f, STR("include: &a [x/**, !!str y]\nexclude: *a\n"
                      "ignore:\n- &i {rule: api/required, reason: &r 'as *it* is: # no'}\n"
                      "- <<: *i\n  path: b\n- {rule: yaml/syntax, reason: *r}\n"));
    assert_reads(&f);
    assert_int_equal(f.config.exclude.n, 2);
    assert_str(f.config.exclude.items[1], "y");
    assert_int_equal(f.config.ignores.n, 3);
    assert_str(f.config.ignores.items[1].rule, "api/required");
    assert_str(f.config.ignores.items[1].path, "b");
    assert_str(f.config.ignores.items[2].reason, "as *it* is: # no");
}

static void reads_utf16_and_json(void **state)
{
    static const char utf16[] = "\xFF\xFEs\0t\0r\0i\0c\0t\0:\0 \0t\0r\0u\0e\0\n\0";
    struct fixture f SCOPED(fixture), g SCOPED(fixture);
    (void)state;
    read_text(&f, (struct str){utf16, sizeof utf16 - 1});
    assert_reads(&f);
    assert_true(f.config.strict);
    read_text(&g, STR("{\"fail-on\": \"never\", \"rules\": {\"io/git\": \"off\"}}\n"));
    assert_reads(&g);
    assert_int_equal(g.config.fail_on, SEVERITY_OFF);
}

static void outlives_the_source_text(void **state)
{
    struct fixture f SCOPED(fixture);
    char text[] = "include: [apps]\nrules: {api/required: info}\n";
    (void)state;
    read_text(&f, str_from(text));
    assert_reads(&f);
    memset(text, 'x', sizeof text - 1);
    assert_str(f.config.include.items[0], "apps");
    assert_str(f.config.rules.items[0].pattern, "api/required");
}

int test_config_read(void);

int test_config_read(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_every_member),
        cmocka_unit_test(fills_entries),
        cmocka_unit_test(nothing_means_defaults),
        cmocka_unit_test(off_needs_no_quotes),
        cmocka_unit_test(resolves_before_libcyaml_sees_it),
        cmocka_unit_test(reads_utf16_and_json),
        cmocka_unit_test(outlives_the_source_text),
    };
    return cmocka_run_group_tests_name("config_read", tests, NULL, NULL);
}
