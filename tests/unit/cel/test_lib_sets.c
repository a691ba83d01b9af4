/* SPDX-License-Identifier: Apache-2.0 */
/* Sets. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"sets.contains([1,2,3],[2,3])", "true", 7},    {"sets.contains([1],[])", "true", 1},
    {"sets.contains([],[1])", "false", 1},          {"sets.contains([1,2],[2.0])", "refused", 0},
    {"sets.equivalent([1,2],[2,1,1])", "true", 13}, {"sets.equivalent([],[])", "true", 1},
    {"sets.equivalent([1],[1,2])", "false", 5},     {"sets.intersects([1,2],[2,3])", "true", 5},
    {"sets.intersects([1],[2])", "false", 2},       {"sets.intersects([],[])", "false", 1},
    {"sets.contains(['a','b'],['a'])", "true", 3},  {"sets.intersects([[1]],[[1],[2]])", "true", 3},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_sets(void);
int test_lib_sets(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
