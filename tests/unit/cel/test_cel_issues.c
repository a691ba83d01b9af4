/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of expressions that are no good: place and first words as API server 1.36 says. */
#include "unit/unit.h"

#include "cel/cel.h"

#define START                                                                                      \
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, "       \
    "STRING, BYTES, IDENTIFIER}"

static const struct {
    const char *source;
    const char *first; /* line:column: message */
} refused[] = {
    {"1 +", "1:4: Syntax error: mismatched input '<EOF>' expecting " START},
    {"1 + + 2", "1:5: Syntax error: extraneous input '+' expecting " START},
    {"(1", "1:3: Syntax error: missing ')' at '<EOF>'"},
    {"1)", "1:2: Syntax error: extraneous input ')' expecting <EOF>"},
    {"[1", "1:3: Syntax error: mismatched input '<EOF>' expecting {']', ','}"},
    {"{1", "1:3: Syntax error: mismatched input '<EOF>' expecting ':'"},
    {"a.", "1:3: Syntax error: no viable alternative at input '.'"},
    {"a.true", "1:3: Syntax error: mismatched input 'true' expecting IDENTIFIER"},
    {"a b", "1:3: Syntax error: extraneous input 'b' expecting <EOF>"},
    {"\"abc", "1:1: Syntax error: token recognition error at: '\"abc'"},
    {"'\\q'", "1:1: Syntax error: token recognition error at: ''\\q'"},
    {"a | b", "1:3: Syntax error: token recognition error at: '| '"},
    {"f(1 2)", "1:5: Syntax error: extraneous input '2' expecting ')'"},
    {"a ? b c", "1:7: Syntax error: missing ':' at 'c'"},
    {"for", "1:1: reserved identifier: for"},
    {"", "1:0: Syntax error: mismatched input '<EOF>' expecting " START},
    {"99999999999999999999", "1:1: invalid int literal"},
    {"a.`b-c`", "1:3: unsupported syntax: '`'"},
    {"b'\\u00e9'", "1:1: unable to unescape string"},
    {"has(a)", "1:5: invalid argument to has() macro"},
    {"[1].map(1, 2)", "1:9: argument is not an identifier"},
    {"[1].all(x.y, true)", "1:10: argument must be a simple name"},
    {"nope", "1:1: undeclared reference to 'nope' (in container '')"},
    {"1 + 'a'", "1:3: found no matching overload for '_+_' applied to '(int, string)'"},
    {"'a'.size(1)", "1:9: found no matching overload for 'size' applied to 'string.(int)'"},
    {"1 && true", "1:1: expected type 'bool' but found 'int'"},
    {"1.all(x, x)",
     "1:1: expression of type 'int' cannot be range of a comprehension (must be list, "
     "map, or dynamic)"},
    {"true.x", "1:5: type 'bool' does not support field selection"},
    {"[1, 'a']", "1:5: expected type 'int' but found 'string'"},
    {"duration('x')", "1:10: invalid duration argument"},
    {"'a'.matches('(')", "1:13: invalid matches argument"},
    {"'%d'.format(['a'])", "1:14: error during formatting: decimal clause can only be used on "
                           "integers, was given string"},
    {"\n\n  nope", "3:3: undeclared reference to 'nope' (in container '')"},
    {"'\xC3\xA9\xE2\x82\xAC' + 1",
     "1:6: found no matching overload for '_+_' applied to '(string, int)'"},
};

static void test_first_issue(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct arena arena = {0};
        struct cel_env *env = cel_env_new(&arena, (struct cel_env_options){.minor = 36});
        (void)cel_env_add_variable(env, STR("a"), &cel_type_dyn);
        (void)cel_env_add_variable(env, STR("b"), &cel_type_dyn);
        (void)cel_env_add_variable(env, STR("c"), &cel_type_dyn);
        struct cel_issues issues = {.arena = &arena};
        assert_null(cel_compile(&arena, env, str_from(refused[i].source), &issues));
        assert_true(issues.n > 0);
        const struct cel_issue *issue = &issues.items[0];
        struct str text =
            str_format(&arena, "%u:%u: %.*s", issue->line, issue->column, STR_FMT(issue->message));
        assert_string_equal(str_to_c(&arena, text), refused[i].first);
        arena_release(&arena);
    }
}

static void test_format(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf out;
    buf_init(&out, 4096);
    struct cel_env *env = cel_env_new(&arena, (struct cel_env_options){.minor = 36});
    struct cel_issues issues = {.arena = &arena};
    struct str source = STR("'\xC3\xA9' +\nx + y");
    assert_null(cel_compile(&arena, env, source, &issues));
    cel_issues_format(&out, source, &issues);
    assert_string_equal(out.p, "ERROR: <input>:2:1: undeclared reference to 'x' (in container '')\n"
                               " | x + y\n | ^\n"
                               "ERROR: <input>:2:5: undeclared reference to 'y' (in container '')\n"
                               " | x + y\n | ....^");
    buf_release(&out);
    arena_release(&arena);
}

/* Sources that would be too deep for us are too deep for the server. */
static void test_limits(void **state)
{
    (void)state;
    static const struct {
        const char *open, *middle, *close;
        size_t n;
        bool fits;
    } deep[] = {
        {"(", "1", ")", 249, true},    {"(", "1", ")", 250, false},
        {"[", "", "]", 250, true},     {"[", "", "]", 251, false},
        {"1+", "1", "", 250, true},    {"1+", "1", "", 251, false},
        {"!", "true", "", 501, true},  {"true&&", "true", "", 5000, true},
        {"(", "1", "", 100000, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(deep); i++) {
        struct arena arena = {0};
        struct buf source;
        buf_init(&source, 1 << 20);
        for (size_t k = 0; k < deep[i].n; k++)
            buf_add_c(&source, deep[i].open);
        buf_add_c(&source, deep[i].middle);
        for (size_t k = 0; k < deep[i].n; k++)
            buf_add_c(&source, deep[i].close);
        struct cel_env *env = cel_env_new(&arena, (struct cel_env_options){.minor = 36});
        struct cel_issues issues = {.arena = &arena};
        struct cel_program *program = cel_compile(&arena, env, buf_str(&source), &issues);
        assert_int_equal(program != NULL, deep[i].fits);
        cel_program_release(program);
        buf_release(&source);
        arena_release(&arena);
    }
}

int test_cel_issues(void);
int test_cel_issues(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_issue),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("cel_issues", tests, NULL, NULL);
}
