/* SPDX-License-Identifier: Apache-2.0 */
/* The formats for people: full, concise, and the lines that sum up. */
#include "unit/report/report_fixture.h"

static void full_in_ascii(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    write_as(&f, "full", (struct report_options){0});
    check_golden(&f.out, "full_ascii.txt");
}

static void full_in_unicode_with_older_findings(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    f.report.show_preexisting = true;
    write_as(&f, "full", (struct report_options){.unicode = true});
    check_golden(&f.out, "full_unicode.txt");
}

static void full_in_color_with_links(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    write_as(&f, "full",
             (struct report_options){.color = true,
                                     .links = true,
                                     .link_base = STR("https://git.example/shop/blob/main/")});
    check_golden(&f.out, "full_color.txt");
}

/* Colour repeats what words say: without it the text is the same. */
static void color_adds_only_escapes(void **state)
{
    SCOPED(fixture) struct fixture f;
    SCOPED(buf) struct buf plain;

    (void)state;
    fixture_fill(&f);
    write_as(&f, "full", (struct report_options){.color = true});
    buf_init(&plain, 1 << 20);
    for (size_t i = 0; i < f.out.n; i++) {
        if (f.out.p[i] != '\x1b')
            buf_add_char(&plain, f.out.p[i]);
        else
            while (f.out.p[i] != 'm')
                i++;
    }
    write_as(&f, "full", (struct report_options){0});
    assert_string_equal(plain.p, f.out.p);
}

static void repeats_are_capped_in_each_file(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    write_as(&f, "full", (struct report_options){.max_same = 1});
    assert_true(str_has(buf_str(&f.out), STR("and 1 more like this in the same file")));
    assert_true(str_has(buf_str(&f.out), STR("spec.replcas is not")));
    assert_false(str_has(buf_str(&f.out), STR("imagee is not a field")));
    assert_true(str_has(buf_str(&f.out), STR("spec.portz is not")));
}

static void sets_are_named_when_there_are_several(void **state)
{
    struct report_set sets[] = {{STR("prod"), 1, STR("")}, {STR("test"), 1, STR("")}};
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    f.report.sets.items = sets;
    f.report.sets.n = 2;
    write_as(&f, "full", (struct report_options){.quiet = true});
    assert_true(str_has(buf_str(&f.out), STR("web.yaml:7:3   Deployment shop/web, set prod\n")));
}

static void concise_is_one_line_each(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    f.report.show_preexisting = true;
    write_as(&f, "concise", (struct report_options){0});
    check_golden(&f.out, "concise.txt");
}

static void clean_run_is_one_line(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_init(&f);
    f.report.skips.n = f.report.no_schema = 0;
    f.report.scope.base = STR("main");
    write_as(&f, "full", (struct report_options){0});
    assert_string_equal(f.out.p, "ok  214 files, 388 objects, Kubernetes 1.35, 1.36, no new "
                                 "findings since main in 41 ms\n");
    write_as(&f, "full", (struct report_options){.quiet = true});
    assert_int_equal(f.out.n, 0);
    f.report.exit_code = 3;
    write_as(&f, "full", (struct report_options){0});
    assert_true(str_ends(buf_str(&f.out), STR("FAIL  nothing to check\n")));
}

static void clean_run_counts_what_it_hides(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_init(&f);
    f.diags.at.source = f.web;
    finding(&f, &rule_tag, "name", "", "old")->state = DIAG_PREEXISTING;
    finding(&f, &rule_tag, "name", "", "accepted")->state = DIAG_SUPPRESSED;
    f.report.scope.mode = "all";
    f.report.scope.base = STR("");
    f.report.took_ms = 0;
    write_as(&f, "full", (struct report_options){0});
    assert_string_equal(f.out.p,
                        "ok  214 files, 388 objects, Kubernetes 1.35, 1.36, no findings (1 older "
                        "finding not shown, 1 suppressed), 3 files not checked (2 helm-template, 1 "
                        "values-file), 1 custom resource without a schema\n");
}

static void summary_is_one_line(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    report_summary_line(&f.report, &f.out);
    assert_string_equal(f.out.p, "7 errors, 3 warnings in 4 of 214 files, 388 objects");
}

static void formats_are_a_table(void **state)
{
    size_t n = 0;

    (void)state;
    while (reporter_at(n))
        n++;
    assert_int_equal(n, 8);
    assert_ptr_equal(reporter_find(STR("full")), reporter_at(0));
    assert_null(reporter_find(STR("html")));
}

int test_people(void);
int test_people(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_in_ascii),
        cmocka_unit_test(full_in_unicode_with_older_findings),
        cmocka_unit_test(full_in_color_with_links),
        cmocka_unit_test(color_adds_only_escapes),
        cmocka_unit_test(repeats_are_capped_in_each_file),
        cmocka_unit_test(sets_are_named_when_there_are_several),
        cmocka_unit_test(concise_is_one_line_each),
        cmocka_unit_test(clean_run_is_one_line),
        cmocka_unit_test(clean_run_counts_what_it_hides),
        cmocka_unit_test(summary_is_one_line),
        cmocka_unit_test(formats_are_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
