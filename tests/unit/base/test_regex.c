/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken and refused here is what Go's regexp.Compile takes and refuses. */
#include "base/limits.h"
#include "base/regex.h"
#include "unit/base/base_check.h"

int test_regex(void);

static void regex_scoped(struct regex **regex)
{
    regex_free(*regex);
}

static bool compiles(struct str pattern)
{
    SCOPED(arena) struct arena arena = {0};
    struct str error = {0};
    struct regex *regex = regex_compile(&arena, pattern, &error);
    bool compiled = regex != NULL;
    if (!compiled)
        assert_true(error.n > 0);
    regex_free(regex);
    return compiled;
}

static bool has(const char *pattern, struct str text)
{
    SCOPED(arena) struct arena arena = {0};
    struct str error = {0};
    SCOPED(regex) struct regex *regex = regex_compile(&arena, str_from(pattern), &error);
    if (!regex)
        fail_msg("%s: %.*s", pattern, STR_FMT(error));
    return regex_has(regex, text);
}

static void matches(void **state)
{
    (void)state;
    assert_true(has("^[a-z]+$", STR("abc")));
    assert_false(has("^[a-z]+$", STR("abc\n")));
    assert_true(has("b", STR("abc")));
    assert_true(has("", (struct str){0}));
    assert_true(has("^.$", STR("é")));
    assert_true(has("^\\pL$", STR("é")));
    assert_true(has("(?<word>a)b", STR("ab")));
    assert_true(has("[(?<a>]", STR("?")));
    assert_true(has("\\Q(?<a>\\E", STR("(?<a>")));
    assert_true(has("[[:alpha:](?<]x", STR("qx")));
    assert_true(has("\\(?<a>", STR("<a>")));
    assert_true(has("a\\x00b", STR("a\0b")));
    assert_true(has("^(?i)ABC$", STR("abc")));
}

static void takes_what_go_takes(void **state)
{
    (void)state;
    static const char *const good[] = {"a{1000}",
                                       "(?P<n>a)(?<m>b)",
                                       "(?<n>a)(?P<n>b)",
                                       "^*",
                                       "\\z",
                                       "a{,2}",
                                       "\\Qa",
                                       "[[:^word:]]",
                                       "\\_",
                                       "(?:a)",
                                       "x|",
                                       "[]a]"};
    static const char *const bad[] = {
        "\\C",  "a\\C",    "a{1001}", "(a{1000}){2}", "(?=a)",     "(?<=a)", "(?<!a)", "a**",
        "\\Z",  "(?<é>a)",

        "(?<n", "(?<n>a",  "[",       "[a",           "[[:foo:]]", "(",      ")",      "\\",
        "*",    "a{2,1}",  "(?<>a)",  "\xff",         "\\8",       "[b-a]",  "(?P=n)", "\\1",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (!compiles(str_from(good[i])))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (compiles(str_from(bad[i])))
            fail_msg("taken: %s", bad[i]);
}

static void meets_limits(void **state)
{
    (void)state;
    static char pattern[LIMIT_REGEX_BYTES + 1];
    memset(pattern, 'a', sizeof pattern);
    assert_true(compiles((struct str){pattern, LIMIT_REGEX_BYTES}));
    assert_false(compiles((struct str){pattern, LIMIT_REGEX_BYTES + 1}));
    memset(pattern, '(', 5000);
    memset(pattern + 5000, ')', 5000);
    assert_false(compiles((struct str){pattern, 10000}));
    assert_false(compiles(STR("((\\pL{100}){100}){100}")));
    regex_free(NULL);
}

int test_regex(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches),
        cmocka_unit_test(takes_what_go_takes),
        cmocka_unit_test(meets_limits),
    };
    return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
