/* SPDX-License-Identifier: Apache-2.0 */
/* The long form of rules. */
#include "unit/report/report_fixture.h"

#include "base/utf8.h"

static void explain(struct fixture *f, const struct rule *rule, struct report_options options)
{
    fixture_init(f);
    report_explain(rule, &options, &f->out);
}

static void rule_of_the_server(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    explain(&f, &rule_field, (struct report_options){0});
    check_golden(&f.out, "explain_server.txt");
}

static void rule_of_ours_in_color(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    explain(&f, &rule_tag, (struct report_options){.color = true, .unicode = true});
    check_golden(&f.out, "explain_color.txt");
}

static void what_closes_the_gate_cannot_be_silenced(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    explain(&f, &rule_read, (struct report_options){0});
    assert_true(str_ends(buf_str(&f.out), STR("  cannot be ignored: it is about the check itself, "
                                              "not about a manifest\n")));
}

/* Prose is wrapped; examples are left as they are. */
static void built_in_rules_fit_the_page(void **state)
{
    (void)state;
    for (enum rule_id id = 0; id < RULE_COUNT; id++) {
        SCOPED(fixture) struct fixture f;
        struct str rest, line;
        explain(&f, rule_get(id), (struct report_options){0});
        rest = buf_str(&f.out);
        while (str_split(&rest, '\n', &line))
            if (utf8_count(line) > 80 && !str_has(line, STR(" | ")))
                fail_msg("%s: %.*s", rule_get(id)->id, STR_FMT(line));
    }
}

int test_explain(void);
int test_explain(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule_of_the_server),
        cmocka_unit_test(rule_of_ours_in_color),
        cmocka_unit_test(what_closes_the_gate_cannot_be_silenced),
        cmocka_unit_test(built_in_rules_fit_the_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
