/* SPDX-License-Identifier: Apache-2.0 */
/* The strings extension, formats included. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"'tacocat'.charAt(3)", "\"o\"", 1},
    {"'tacocat'.charAt(7)", "\"\"", 1},
    {"'tacocat'.charAt(8)", "error: index out of range: 8", 0},
    {"'tacocat'.charAt(-1)", "error: index out of range: -1", 0},
    {"'héllo☃'.charAt(5)", "\"☃\"", 1},
    {"'tacocat'.indexOf('a')", "1", 0},
    {"'tacocat'.indexOf('a', 2)", "5", 0},
    {"'tacocat'.indexOf('')", "0", 0},
    {"'tacocat'.indexOf('', 7)", "7", 0},
    {"'tacocat'.indexOf('none')", "-1", 0},
    {"'tacocat'.indexOf('a', 40)", "-1", 0},
    {"'ta©o©αT'.indexOf('©', 3)", "4", 1},
    {"'tacocat'.lastIndexOf('a')", "5", 0},
    {"'tacocat'.lastIndexOf('a', 3)", "1", 0},
    {"'tacocat'.lastIndexOf('a', -1)", "error: index out of range: -1", 0},
    {"'ta©o©αT'.lastIndexOf('©')", "4", 1},
    {"'TacoCat'.lowerAscii()", "\"tacocat\"", 1},
    {"'TacoCÆt Xii'.lowerAscii()", "\"tacocÆt xii\"", 2},
    {"'TacoCÆt Xii'.upperAscii()", "\"TACOCÆT XII\"", 2},
    {"'hello hello'.replace('he', 'we')", "\"wello wello\"", 3},
    {"'hello hello'.replace('he', 'we', 1)", "\"wello hello\"", 3},
    {"'hello hello'.replace('he', 'we', 0)", "\"hello hello\"", 3},
    {"'hello hello'.replace('', '_')", "\"_h_e_l_l_o_ _h_e_l_l_o_\"", 3},
    {"'hello hello'.replace('he', 'we', -1)", "\"wello wello\"", 3},
    {"'a,b,c'.split(',')", "[\"a\", \"b\", \"c\"]", 1},
    {"'a,b,c'.split(',', 2)", "[\"a\", \"b,c\"]", 1},
    {"'a,b,c'.split(',', 0)", "[]", 1},
    {"'a,b,c'.split(',', 1)", "[\"a,b,c\"]", 1},
    {"'héy'.split('')", "[\"h\", \"é\", \"y\"]", 1},
    {"''.split(',')", "[\"\"]", 0},
    {"'tacocat'.substring(4)", "\"cat\"", 1},
    {"'tacocat'.substring(0, 4)", "\"taco\"", 1},
    {"'ta©o©αT'.substring(2, 6)", "\"©o©α\"", 1},
    {"'tacocat'.substring(40)", "error: index out of range: 40", 0},
    {"'tacocat'.substring(4, 3)", "error: invalid substring range. start: 4, end: 3", 0},
    {"'tacocat'.substring(-1)", "error: index out of range: -1", 0},
    {"'  \\ttrim\\n    '.trim()", "\"trim\"", 2},
    {"'\\u0085\\u00a0\\u1680text\\u2028\\u202F\\u3000'.trim()", "\"text\"", 1},
    {"['a','b'].join()", "\"ab\"", 1},
    {"['a','b'].join('-')", "\"a-b\"", 1},
    {"[].join('-')", "\"\"", 0},
    {"strings.quote('a\\n\"b\"\\t\\\\')", "\"\\\"a\\\\n\\\\\\\"b\\\\\\\"\\\\t\\\\\\\\\\\"\"", 1},
    {"strings.quote('\\u0001é☃')", "\"\\\"\\u0001é☃\\\"\"", 1},
    {"'%s %d'.format(['a', 1])", "\"a 1\"", 1},
    {"'%s'.format([1.5])", "\"1.5\"", 1},
    {"'%s'.format([[1, 2]])", "\"[1, 2]\"", 1},
    {"'%s'.format([{'b': 1, 'a': 2}])", "\"{\\\"a\\\":2, \\\"b\\\":1}\"", 1},
    {"'%s'.format([duration('90s')])", "\"90s\"", 1},
    {"'%s'.format([timestamp('2020-01-02T03:04:05Z')])", "\"2020-01-02T03:04:05Z\"", 1},
    {"'%s'.format([type(1)])", "\"int\"", 1},
    {"'%s'.format([null])", "\"null\"", 1},
    {"'%.3f'.format([1.2345])", "\"1.234\"", 1},
    {"'%f'.format([2])", "refused", 0},
    {"'%e'.format([1234.5])", "\"1.234500×10⁰³\"", 1},
    {"'%.1e'.format([0.000123])", "\"1.230000×10⁻⁰⁴\"", 1},
    {"'%x'.format([255])", "\"ff\"", 1},
    {"'%X'.format(['abcÿ'])", "\"616263C3BF\"", 1},
    {"'%x'.format([b'ab'])", "\"6162\"", 1},
    {"'%o'.format([8])", "\"10\"", 1},
    {"'%b'.format([5])", "\"101\"", 1},
    {"'%b'.format([true])", "\"1\"", 1},
    {"'%d'.format([-7])", "\"-7\"", 1},
    {"'%d'.format([7u])", "\"7\"", 1},
    {"'100%%'.format([])", "\"100%\"", 1},
    {"'%s'.format([dyn('x')]) + '!'", "\"x!\"", 2},
    {"dyn(['%d'])[0].format(['x'])",
     "error: error during formatting: decimal clause can only be used on integers, was given "
     "string",
     0},
    {"dyn(['%s %s'])[0].format(['x'])", "error: index 1 out of range", 0},
    {"dyn(['%z'])[0].format(['x'])",
     "error: could not parse formatting clause: unrecognized formatting clause \"z\"", 0},
    {"'abc'.contains('b')", "true", 1},
    {"'abc'.startsWith('ab')", "true", 1},
    {"'abc'.endsWith('bc')", "true", 1},
    {"'abc'.matches('^a.c$')", "true", 2},
    {"size('héllo')", "5", 1},
    {"'a' + 'b'", "\"ab\"", 1},
    {"'abc' < 'abd'", "true", 1},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_strings(void);
int test_lib_strings(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
