/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"'abc 123'.find('[0-9]+')", "\"123\"", 2},
    {"'abc'.find('[0-9]+')", "\"\"", 2},
    {"'123 abc 456'.findAll('[0-9]+')", "[\"123\", \"456\"]", 4},
    {"'123 abc 456'.findAll('[0-9]+', 1)", "[\"123\"]", 4},
    {"'123 abc 456'.findAll('[0-9]+', 0)", "[]", 4},
    {"'123 abc 456'.findAll('[0-9]+', -1)", "[\"123\", \"456\"]", 4},
    {"'abc'.findAll('')", "[\"\", \"\", \"\", \"\"]", 0},
    {"'abc'.matches('b')", "true", 1},
    {"'abc'.matches('^b')", "false", 1},
    {"'aé☃'.matches('^a\\\\pL☃$')", "true", 2},
    {"'a\\nb'.matches('a.b')", "false", 1},
    {"'a\\nb'.matches('(?s)a.b')", "true", 2},
    {"'ABC'.matches('(?i)abc')", "true", 2},
    {"matches('abc', 'c$')", "true", 1},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_regex(void);
int test_lib_regex(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
