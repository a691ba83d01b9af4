/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"
#include "unit/base/base_check.h"

int test_glob(void);

struct glob_case {
    const char *pattern;
    const char *yes[4];
    const char *no[4];
};

static const struct glob_case cases[] = {
    {"*.yaml", {"a.yaml", "x/a.yaml", "x.yaml/b"}, {"a.yml", "yaml"}},
    {"a.yaml", {"a.yaml", "x/a.yaml"}, {"xa.yaml", "a.yaml2"}},
    {"/a.yaml", {"a.yaml", "a.yaml/b"}, {"x/a.yaml"}},
    {"vendor", {"vendor", "vendor/x", "a/vendor/x/y"}, {"vendors/x"}},
    {"vendor/", {"vendor/x", "a/vendor/x"}, {"vendor", "a/vendor"}},
    {"/vendor/", {"vendor/x/y"}, {"vendor", "a/vendor/x"}},
    {"a/b", {"a/b"}, {"a/b/c", "x/a/b", "ab"}},
    {"a/b/", {"a/b/c", "a/b/c/d"}, {"a/b", "a/bc/d"}},
    {"a/*", {"a/b"}, {"a/b/c", "a"}},
    {"a/*/", {"a/b/c"}, {"a/b"}},
    {"a/**", {"a/b", "a/b/c"}, {"a", "ab/c"}},
    {"**", {"a", "a/b"}, {""}},
    {"**/b", {"b", "a/b", "x/y/b"}, {"ab", "b/c", "x/ab"}},
    {"a/**/b", {"a/b", "a/x/b", "a/x/y/b"}, {"ab", "a/xb", "a/b/c"}},
    {"a/**b", {"a/b", "a/x/yb"}, {"a/bc"}},
    {"?.yaml", {"a.yaml", "é.yaml"}, {"ab.yaml", ".yaml"}},
    {"a?b/c", {"axb/c"}, {"a/b/c"}},
    {"[a-c]x", {"ax", "cx"}, {"dx", "x"}},
    {"[!a-c]x", {"dx", "éx"}, {"ax"}},
    {"[^a-c]x", {"dx"}, {"bx"}},
    {"[]a]x", {"]x", "ax"}, {"bx"}},
    {"[a-]x", {"-x", "ax"}, {"bx"}},
    {"[é-ê]", {"é", "ê"}, {"e"}},
    {"{a,b}.yaml", {"a.yaml", "x/b.yaml"}, {"c.yaml", ".yaml"}},
    {"{a,b/c}/d", {"a/d", "b/c/d"}, {"b/d", "x/a/d"}},
    {"x{,y,{z,w}}", {"x", "xy", "xz", "xw"}, {"xv", "xzw"}},
    {"{a,[,]}{b}", {"ab", ",b"}, {"a"}},
    {"*{a,b}*c", {"xaxc", "bc"}, {"c", "xc"}},
    {"\\*", {"*"}, {"a"}},
    {"\\{a,b\\}", {"{a,b}"}, {"a"}},
    {"a,b", {"a,b"}, {"a"}},
    {"\xff", {"\xff"}, {"\xfe", "\xef\xbf\xbd"}},
    {"[", {NULL}, {"["}},
};

static void matches(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str pattern = str_from(cases[i].pattern);
        for (size_t k = 0; k < 4 && cases[i].yes[k]; k++)
            if (!glob_match(pattern, str_from(cases[i].yes[k])))
                fail_msg("'%s' misses '%s'", cases[i].pattern, cases[i].yes[k]);
        for (size_t k = 0; k < 4 && cases[i].no[k]; k++)
            if (*cases[i].no[k] != '\0' && glob_match(pattern, str_from(cases[i].no[k])))
                fail_msg("'%s' takes '%s'", cases[i].pattern, cases[i].no[k]);
    }
}

static void names_what_is_wrong(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "/",      "//",  "[a",    "{a",
                                      "a}", "{a,{b}", "a\\", "[a\\]", "{{{{{{{{{a}}}}}}}}}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_non_null(glob_error(str_from(bad[i])));
        assert_false(glob_match(str_from(bad[i]), STR("a")));
    }
    assert_null(glob_error(STR("{a,b}/**/[a-z]?*.y{,a}ml")));
    assert_non_null(glob_error(STR("a\0b")));
    char wide[513];
    memset(wide, 'a', sizeof wide);
    assert_null(glob_error((struct str){wide, 512}));
    assert_non_null(glob_error((struct str){wide, 513}));
}

/* Every way through these patterns fails; a matcher that backtracks would not return. */
static void is_not_exponential(void **state)
{
    (void)state;
    static const char *const hostile[] = {"*a", "{a,*}", "**/", "*{,a}", "{*,{*,a}}"};
    char path[2000];
    memset(path, 'a', sizeof path);
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        char pattern[512];
        size_t n = 0;
        for (size_t length = strlen(hostile[i]); n + length < sizeof pattern; n += length)
            memcpy(pattern + n, hostile[i], length);
        pattern[n++] = 'b';
        assert_false(glob_match((struct str){pattern, n}, (struct str){path, sizeof path}));
    }
}

static void commas_fit(void **state)
{
    (void)state;
    char pattern[512];
    memset(pattern, ',', sizeof pattern);
    pattern[0] = '{';
    pattern[511] = '}';
    assert_null(glob_error((struct str){pattern, sizeof pattern}));
    assert_false(glob_match((struct str){pattern, sizeof pattern}, STR("a")));
}

int test_glob(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(is_not_exponential),
        cmocka_unit_test(commas_fit),
    };
    return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
