/* SPDX-License-Identifier: Apache-2.0 */
/* The formats for programs, whole and at their limits. */
#include "unit/report/report_fixture.h"

static size_t count(const struct buf *out, const char *words)
{
    struct str rest = buf_str(out);
    ptrdiff_t at;
    size_t n = 0;

    while ((at = str_find(rest, str_from(words))) >= 0) {
        rest = str_from_offset(rest, (size_t)at + 1);
        n++;
    }
    return n;
}

static void golden_of_each(void **state)
{
    static const struct {
        const char *format, *file;
    } goldens[] = {
        {"json", "report.json"},  {"sarif", "report.sarif"}, {"junit", "junit.xml"},
        {"github", "github.txt"}, {"gitlab", "gitlab.json"}, {"markdown", "report.md"},
    };
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    f.report.show_preexisting = true;
    for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
        write_as(&f, goldens[i].format, (struct report_options){0});
        check_golden(&f.out, goldens[i].file);
        assert_false(str_has(buf_str(&f.out), STR("hunter2")));
        assert_false(str_has(buf_str(&f.out), STR("swordfish")));
    }
}

/* Equal runs give equal bytes: neither time nor terminal reach a machine format. */
static void times_and_options_change_nothing(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    for (size_t i = 2; reporter_at(i); i++) {
        SCOPED(buf) struct buf first;
        buf_init(&first, 1 << 20);
        f.report.took_ms = 1;
        write_as(&f, reporter_at(i)->name, (struct report_options){0});
        buf_add(&first, buf_str(&f.out));
        f.report.took_ms = 2;
        write_as(&f, reporter_at(i)->name,
                 (struct report_options){.color = true, .unicode = true, .width = 40});
        assert_string_equal(first.p, f.out.p);
    }
}

static void older_findings_only_on_request(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    for (size_t i = 0; reporter_at(i); i++) {
        const char *name = reporter_at(i)->name;
        bool tells = strcmp(name, "json") == 0 || strcmp(name, "sarif") == 0;
        write_as(&f, name, (struct report_options){0});
        assert_int_equal(count(&f.out, "an older one"), 0);
        assert_int_equal(count(&f.out, "one that somebody accepted"), tells);
    }
}

static void schema_of_json(void **state)
{
    SCOPED(buf) struct buf out;

    (void)state;
    buf_init(&out, 1 << 20);
    report_json_schema(&out);
    check_golden(&out, "report.schema.json");
}

/* n findings of one rule on one line each, in a file of its own or in one. */
static void fill(struct fixture *f, const struct rule *rule, size_t n, bool one_file)
{
    struct source *source = NULL;

    for (size_t i = 0; i < n; i++) {
        if (!source || !one_file)
            source = source_new(&f->arena, str_format(&f->arena, "d/%05zu.yaml", i),
                                STR("a: 1\nb: 2\nc: 3\n"));
        f->diags.at = (struct diag_at){.source = source, .versions = 3};
        diag_add_rule(&f->diags, rule, (struct span){(uint32_t)(i % 3 * 5), 6}, STR("a"),
                      STR("it is wrong"));
    }
    diags_sort(&f->diags);
}

static void github_shows_ten_of_each_level(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_init(&f);
    fill(&f, &rule_tag, 25, false);
    fill(&f, &rule_field, 10, false);
    write_as(&f, "github", (struct report_options){0});
    assert_int_equal(count(&f.out, "::error "), 10);
    assert_int_equal(count(&f.out, "::warning "), 10);
    assert_true(str_starts(buf_str(&f.out), STR("::error ")));
    assert_true(str_ends(buf_str(&f.out),
                         STR("::warning title=tidegate::16 more warnings: see the job summary\n")));
}

static void github_merges_before_it_leaves_out(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_init(&f);
    fill(&f, &rule_tag, 12, true);
    write_as(&f, "github", (struct report_options){0});
    assert_int_equal(count(&f.out, "::warning "), 1);
    assert_true(str_has(buf_str(&f.out), STR("and 11 more like this in the same file, on line 1")));
}

static void github_names_only_paths_below_the_root(void **state)
{
    static const struct {
        const char *path, *want;
    } cases[] = {
        {"./a//b.yaml", "::warning file=a/b.yaml,line=1,"},
        {"a:1,b%.yaml", "::warning file=a%3A1%2Cb%25.yaml,line=1,"},
        {"../a.yaml", "::warning title="},
        {"/a.yaml", "::warning title="},
        {"<stdin>", "::warning title="},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        SCOPED(fixture) struct fixture f;
        fixture_init(&f);
        f.diags.at.source = source_new(&f.arena, str_from(cases[i].path), STR("a: 1\nb: 2\n"));
        diag_add_rule(&f.diags, &rule_tag, (struct span){0, 9}, STR(""), STR("100%\nsure: yes"));
        write_as(&f, "github", (struct report_options){0});
        assert_true(str_starts(buf_str(&f.out), str_from(cases[i].want)));
        assert_int_equal(count(&f.out, ",col="), 0); /* two lines: no columns */
        assert_true(str_ends(buf_str(&f.out), STR("::100%25\\nsure: yes\n")));
    }
}

static void sarif_keeps_the_most_severe(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_init(&f);
    fill(&f, &rule_tag, 4990, true);
    fill(&f, &rule_field, 20, false);
    buf_init(&f.out, 64 << 20);
    write_as(&f, "sarif", (struct report_options){0});
    assert_int_equal(count(&f.out, "\"ruleId\": \"api/unknown-field\""), 20);
    assert_int_equal(count(&f.out, "\"ruleId\": \"image/no-tag\""), 4980);
    assert_int_equal(count(&f.out, "10 more results are left out"), 1);
}

static void equal_fingerprints_are_numbered(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_init(&f);
    fill(&f, &rule_tag, 2, true);
    write_as(&f, "sarif", (struct report_options){0});
    assert_int_equal(count(&f.out, ":1\"\n"), 1);
    assert_int_equal(count(&f.out, ":2\"\n"), 1);
    write_as(&f, "gitlab", (struct report_options){0});
    assert_int_equal(count(&f.out, "-2\","), 1);
}

static void sarif_encodes_paths_and_texts(void **state)
{
    static const struct {
        const char *path, *want;
    } cases[] = {
        {"./a b/c#d?.yaml", "\"uri\": \"a%20b/c%23d%3F.yaml\",\n"},
        {"\xC3\xBC\xFF:.yaml", "\"uri\": \"%C3%BC%FF%3A.yaml\",\n"},
        {"/etc/x", "\"uri\": \"file:///etc/x\"\n"},
        {"../x", "\"uri\": \"../x\"\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        SCOPED(fixture) struct fixture f;
        fixture_init(&f);
        f.diags.at.source = source_new(&f.arena, str_from(cases[i].path), STR("a: 1\n"));
        diag_add_rule(&f.diags, &rule_tag, (struct span){0, 1}, STR(""), STR("see [this](1)"));
        write_as(&f, "sarif", (struct report_options){0});
        assert_int_equal(count(&f.out, cases[i].want), 1);
        assert_int_equal(count(&f.out, "see [this] (1)"), 1);
    }
}

static void sarif_cuts_long_texts(void **state)
{
    char text[4000];
    const struct rule rule = {
        .id = "policy/long", .severity = SEVERITY_WARNING, .summary = text, .why = text};
    SCOPED(fixture) struct fixture f;

    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    fixture_init(&f);
    fill(&f, &rule, 1, true);
    write_as(&f, "sarif", (struct report_options){0});
    memset(text + 1023, '\0', 1);
    assert_int_equal(count(&f.out, text) > 0, 1);
    assert_int_equal(count(&f.out, "xxx…\""), 2);
}

/* How long a secret is would be told by the end of its place. */
static void length_of_secrets_is_not_told(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    write_as(&f, "github", (struct report_options){0});
    assert_int_equal(count(&f.out, "db.yaml,line=5,endLine=5,col=13,endColumn=13,"), 1);
}

static void sarif_rules_are_never_without_text(void **state)
{
    const struct rule rule = {.id = "policy/bare", .severity = SEVERITY_ERROR, .summary = ""};
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_init(&f);
    fill(&f, &rule, 1, true);
    write_as(&f, "sarif", (struct report_options){0});
    assert_int_equal(count(&f.out, "\"text\": \"policy/bare\""), 3);
}

static void junit_follows_fail_on(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_fill(&f);
    f.report.fail_on = SEVERITY_OFF;
    write_as(&f, "junit", (struct report_options){0});
    assert_int_equal(count(&f.out, "<failure"), 0);
    assert_int_equal(count(&f.out, "<error"), 1);
    f.report.fail_on = SEVERITY_WARNING;
    write_as(&f, "junit", (struct report_options){0});
    assert_int_equal(count(&f.out, "<failure"), 4);
}

static void clean_runs_have_a_report_too(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_init(&f);
    write_as(&f, "github", (struct report_options){0});
    assert_int_equal(f.out.n, 0);
    write_as(&f, "gitlab", (struct report_options){0});
    assert_string_equal(f.out.p, "[]\n");
    write_as(&f, "junit", (struct report_options){0});
    assert_int_equal(count(&f.out, "<testcase "), 1 + 3);
    assert_int_equal(count(&f.out, "tests=\"218\""), 2);
    write_as(&f, "sarif", (struct report_options){0});
    assert_int_equal(count(&f.out, "\"results\": []"), 1);
}

int test_machines(void);
int test_machines(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_of_each),
        cmocka_unit_test(times_and_options_change_nothing),
        cmocka_unit_test(older_findings_only_on_request),
        cmocka_unit_test(schema_of_json),
        cmocka_unit_test(github_shows_ten_of_each_level),
        cmocka_unit_test(github_merges_before_it_leaves_out),
        cmocka_unit_test(github_names_only_paths_below_the_root),
        cmocka_unit_test(sarif_keeps_the_most_severe),
        cmocka_unit_test(equal_fingerprints_are_numbered),
        cmocka_unit_test(sarif_encodes_paths_and_texts),
        cmocka_unit_test(sarif_cuts_long_texts),
        cmocka_unit_test(sarif_rules_are_never_without_text),
        cmocka_unit_test(length_of_secrets_is_not_told),
        cmocka_unit_test(junit_follows_fail_on),
        cmocka_unit_test(clean_runs_have_a_report_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
