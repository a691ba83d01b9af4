/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/config/config_fixture.h"

struct cover {
    const char *rule, *path, *object, *field;
    bool covers;
};

static const struct cover covers[] = {
    {"api/unknown-field", "", "", "", true},
    {"api/*", "", "", "", true},
    {"*", "", "", "", true},
    {"api/unknown", "", "", "", false},
    {"yaml/*", "", "", "", false},
    /* paths */
    {"*", "apps/shop/web.yaml", "", "", true},
    {"*", "apps/**", "", "", true},
    {"*", "*.yaml", "", "", true},
    {"*", "vendor/**", "", "", false},
    /* objects */
    {"*", "", "Deployment/web", "", true},
    {"*", "", "Deployment/shop/web", "", true},
    {"*", "", "*/shop/*", "", true},
    {"*", "", "*/w*b", "", true},
    {"*", "", "*/w*b*", "", true},
    {"*", "", "Deploy*/s*p/*e*", "", true},
    {"*", "", "deployment/web", "", false},
    {"*", "", "Deployment/shop", "", false},
    {"*", "", "Deployment/other/web", "", false},
    {"*", "", "Deployment/we", "", false},
    {"*", "", "*/w*x", "", false},
    /* fields */
    {"*", "", "", "spec", true},
    {"*", "", "", "spec.containers", true},
    {"*", "", "", "spec.containers[0]", true},
    {"*", "", "", "spec.containers[0].image", true},
    {"*", "", "", "spec.containers[name=web]", true},
    {"*", "", "", "spec.containers[name=web].image", true},
    {"*", "", "", "spec.contain", false},
    {"*", "", "", "spec.containers[0].image.tag", false},
    {"*", "", "", "metadata", false},
    /* all that is named must fit */
    {"api/*", "apps/**", "Deployment/web", "spec", true},
    {"api/*", "apps/**", "Deployment/web", "status", false},
    {"api/*", "apps/**", "Service/web", "spec", false},
};

static bool covers_diag(const struct cover *cover, const struct diag *diag)
{
    const struct config_ignore ignore = {.rule = str_from(cover->rule),
                                         .path = str_from(cover->path),
                                         .object = str_from(cover->object),
                                         .field = str_from(cover->field)};
    return config_ignore_covers(&ignore, diag);
}

static void covers_what_fits(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    unsigned failed = 0;
    (void)state;
    const struct diag diag = {
        .rule = rule_get(RULE_API_UNKNOWN_FIELD),
        .source = source_new(&arena, STR("apps/shop/web.yaml"), STR("")),
        .object = {STR("apps/v1"), STR("Deployment"), STR("shop"), STR("web")},
        .field = STR("spec.containers[0].image"),
        .identity = STR("spec.containers[name=web].image"),
    };
    for (size_t i = 0; i < ARRAY_LEN(covers); i++) {
        if (covers_diag(&covers[i], &diag) == covers[i].covers)
            continue;
        failed++;
        print_error("case %zu\n", i);
    }
    assert_int_equal(failed, 0);
}

static void never_covers_what_was_not_evaluated(void **state)
{
    static const enum rule_id fixed[] = {
        RULE_LIMIT_SIZE,    RULE_LIMIT_COUNT,  RULE_GIT_HISTORY,   RULE_FILE_UNREADABLE,
        RULE_CONFIG_SYNTAX, RULE_CONFIG_VALUE, RULE_IGNORE_UNUSED, RULE_IGNORE_NEW};
    const struct cover any = {"**", "", "", "", false};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        const struct diag diag = {.rule = rule_get(fixed[i])};
        assert_false(covers_diag(&any, &diag));
    }
}

/* Findings about the run as a whole have no file, object or field. */
static void unknown_fits_only_any(void **state)
{
    static const struct cover cases[] = {
        {"*", "", "", "", true},
        {"*", "**", "", "", false},
        {"*", "", "*/*", "", false},
        {"*", "", "", "spec", false},
    };
    const struct diag diag = {.rule = rule_get(RULE_YAML_SYNTAX)};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(covers_diag(&cases[i], &diag), cases[i].covers);
}

int test_config_ignore(void);

int test_config_ignore(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(covers_what_fits),
        cmocka_unit_test(never_covers_what_was_not_evaluated),
        cmocka_unit_test(unknown_fits_only_any),
    };
    return cmocka_run_group_tests_name("config_ignore", tests, NULL, NULL);
}
