/* SPDX-License-Identifier: Apache-2.0 */
/* Optional values. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"optional.of(1).hasValue()", "true", 2},
    {"optional.none().hasValue()", "false", 2},
    {"optional.of(1).value()", "1", 2},
    {"optional.none().value()", "error: optional.none() dereference", 0},
    {"optional.ofNonZeroValue('').hasValue()", "false", 2},
    {"optional.ofNonZeroValue(0).hasValue()", "false", 2},
    {"optional.ofNonZeroValue([]).hasValue()", "false", 2},
    {"optional.ofNonZeroValue({'a':1}).value()", "{\"a\": 1}", 2},
    {"optional.none().orValue(5)", "5", 1},
    {"optional.of(4).orValue(5)", "4", 1},
    {"optional.none().or(optional.of(1)).value()", "1", 3},
    {"{'a': {'b': 1}}.?a.?b", "optional(1)", 3},
    {"{'a': {'b': 1}}.?a.?c", "none", 2},
    {"{'a': {'b': 1}}.?x.?c.orValue(7)", "7", 1},
    {"{'a': 1}[?'a']", "optional(1)", 2},
    {"[1,2][?5]", "none", 1},
    {"[1,2][?1]", "optional(2)", 2},
    {"{?'a': optional.none(), ?'b': optional.of(2)}", "{\"b\": 2}", 32},
    {"[?optional.none(), ?optional.of(2)]", "[2]", 12},
    {"{'a': 1}.?a.optMap(x, x + 1)", "optional(2)", 9},
    {"{'a': 1}.?b.optMap(x, x + 1)", "none", 3},
    {"{'a': 1}.?a.optFlatMap(x, optional.of(x + 2))", "optional(3)", 9},
    {"has({'a': {'b': 1}}.?a.b)", "true", 2},
    {"optional.of(1) == optional.of(1)", "true", 3},
    {"optional.of(1) == optional.none()", "false", 3},
    {"[1,2].first()", "optional(1)", 1},
    {"[].first()", "none", 1},
    {"[1,2].last()", "optional(2)", 1},
    {"optional.unwrap([optional.of(1), optional.none()])", "[1]", 13},
    {"[optional.of(1), optional.none()].unwrapOpt()", "[1]", 13},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_optional(void);
int test_lib_optional(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
