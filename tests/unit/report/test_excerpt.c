/* SPDX-License-Identifier: Apache-2.0 */
/* Excerpts: the mark stands under what it means, whatever the line holds. */
#include "unit/report/report_fixture.h"

/* What is written between the place and the notes, for a mark on `words`. */
static void check_with(const char *text, const char *words, const char *mask, unsigned width,
                       const char *want)
{
    SCOPED(fixture) struct fixture f;
    struct source *source;
    ptrdiff_t from;
    struct str got;

    fixture_init(&f);
    source = source_new(&f.arena, STR("a.yaml"), str_from(text));
    if (mask)
        source_mask(source, span_of(source, mask, 1));
    f.diags.at.source = source;
    diag_add_rule(&f.diags, &rule_tag, span_of(source, words, 1), STR(""), STR("m"));
    write_as(&f, "full", (struct report_options){.width = width, .quiet = true});
    from = str_find(buf_str(&f.out), STR("   |\n"));
    assert_true(from >= 0);
    got = str_from_offset(buf_str(&f.out), (size_t)from + 5);
    from = str_find(got, STR("   |\n"));
    assert_true(from >= 0);
    got = str_sub(got, 0, (size_t)from);
    if (!str_is(got, want))
        fail_msg("want\n%sgot\n%.*s", want, STR_FMT(got));
}

static void check(const char *text, const char *words, const char *want)
{
    check_with(text, words, NULL, 0, want);
}

static void mark_stands_under_the_span(void **state)
{
    (void)state;
    check("a: b\n", "a", " 1 | a: b\n   | ^\n");
    check("a: b\r\nc: d\r\n", "d", " 1 | a: b\n 2 | c: d\n   |    ^\n");
    check("\xEF\xBB\xBF"
          "a: b\n",
          "b", " 1 | a: b\n   |    ^\n");
}

static void tabs_and_wide_characters_dont_shift_it(void **state)
{
    (void)state;
    check("\ta:\tbc\n", "bc", " 1 |     a:  bc\n   |         ^^\n");
    check("名前: bc\n", "bc", " 1 | 名前: bc\n   |       ^^\n");
    check("a: 名前\n", "名前", " 1 | a: 名前\n   |    ^^^^\n");
    check("e\xCC\x81: bc\n", "bc", " 1 | e\xCC\x81: bc\n   |    ^^\n");
}

static void hostile_bytes_are_shown_in_place(void **state)
{
    (void)state;
    check("a: \x1b[2J\xE2\x80\xAE\xFF bc\n", "bc",
          " 1 | a: \\x1b[2J\\u{202E}\\xff bc\n   |                        ^^\n");
    check("a: ##[x] bc\n", "bc", " 1 | a: ##\\[x] bc\n   |           ^^\n");
    check("::error::a: b\n", "b", " 1 | ::error::a: b\n   |             ^\n");
}

static void lines_before_belong_to_the_document(void **state)
{
    (void)state;
    check("a: 1\nb: 2\nc: 3\nd: 4\n", "4", " 2 | b: 2\n 3 | c: 3\n 4 | d: 4\n   |    ^\n");
    check("a: 1\n---\nd: 4\n", "4", " 3 | d: 4\n   |    ^\n");
    check("a: 1\n\nd: 4\n", "4", " 3 | d: 4\n   |    ^\n");
}

static void only_the_first_of_many_lines_is_marked(void **state)
{
    (void)state;
    check("a:\n  - b\n  - c\n", "a:\n  - b\n", " 1 | a:\n   | ^^\n");
}

static void masked_bytes_never_appear(void **state)
{
    (void)state;
    check_with("p: hunter2 x\n", "x", "hunter2", 0, " 1 | p: *** x\n   |        ^\n");
    check_with("p: hunter2 x\n", "hunter2", "hunter2", 0, " 1 | p: *** x\n   |    ^^^\n");
    check_with("p: hunter2 x\n", "ter", "hunter2", 0, " 1 | p: *** x\n   |    ^^^\n");
    check_with("p: hunter2 x\n", "p: h", "hunter2", 0, " 1 | p: *** x\n   | ^^^^^^\n");
    check_with("p: |\n  hun\n  ter\nq: x\n", "x", "hun\n  ter", 0,
               " 2 |   ***\n 3 | ***\n 4 | q: x\n   |    ^\n");
}

static void long_lines_are_cut_around_the_mark(void **state)
{
    char text[3001];

    (void)state;
    memset(text, '.', sizeof text);
    memcpy(text + 1500, "needle", 6);
    text[sizeof text - 1] = '\0';
    check_with(text, "needle", NULL, 40,
               " 1 | ..............needle...............\n   |               ^^^^^^\n");
    memset(text, 'a', sizeof text - 1);
    memcpy(text + 1500, "needle", 6);
    check_with(text, "needle", NULL, 40,
               " 1 | ...aaaaaaaaaaaneedleaaaaaaaaaaaa...\n   |               ^^^^^^\n");
    check_with(text, "aaaneedle", NULL, 40,
               " 1 | ...aaaaaaaaaaaaaaneedleaaaaaaaaa...\n   |               ^^^^^^^^^\n");
}

/* A file of one line is looked at only around the mark. */
static void endless_lines_cost_nothing(void **state)
{
    size_t n = 32 << 20;
    SCOPED(fixture) struct fixture f;
    char *text = xmalloc(n);
    struct source *source;

    (void)state;
    memset(text, 'a', n);
    fixture_init(&f);
    source = source_new(&f.arena, STR("a.json"), (struct str){text, n});
    f.diags.at.source = source;
    for (uint32_t i = 0; i < 1000; i++)
        diag_add_rule(&f.diags, &rule_tag, (struct span){(uint32_t)n - 1000 + i, (uint32_t)n},
                      STR(""), STR("m"));
    write_as(&f, "full", (struct report_options){0});
    assert_true(f.out.n < (1 << 20));
    free(text);
}

static void points_and_ends_have_a_mark(void **state)
{
    static const struct {
        struct span span;
        const char *want;
    } cases[] = {
        {{3, 3}, " 1 | a: b\n   |    ^\n"},
        {{4, 4}, " 1 | a: b\n   |     ^\n"},
        {{5, 5}, " 2 |\n   | ^\n"},
        {{99, 120}, " 2 |\n   | ^\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        SCOPED(fixture) struct fixture f;
        fixture_init(&f);
        f.diags.at.source = source_new(&f.arena, STR("a.yaml"), STR("a: b\n"));
        diag_add_rule(&f.diags, &rule_tag, cases[i].span, STR(""), STR("m"));
        write_as(&f, "full", (struct report_options){0});
        if (!str_has(buf_str(&f.out), str_from(cases[i].want)))
            fail_msg("want\n%sgot\n%s", cases[i].want, f.out.p);
    }
}

int test_excerpt(void);
int test_excerpt(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mark_stands_under_the_span),
        cmocka_unit_test(tabs_and_wide_characters_dont_shift_it),
        cmocka_unit_test(hostile_bytes_are_shown_in_place),
        cmocka_unit_test(lines_before_belong_to_the_document),
        cmocka_unit_test(only_the_first_of_many_lines_is_marked),
        cmocka_unit_test(masked_bytes_never_appear),
        cmocka_unit_test(long_lines_are_cut_around_the_mark),
        cmocka_unit_test(endless_lines_cost_nothing),
        cmocka_unit_test(points_and_ends_have_a_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
