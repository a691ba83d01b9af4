/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: cel-go's extension and the API server's own functions. Answers and costs are those of API
 * server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"[1,2,3,4].slice(1, 3)", "[2, 3]", 13},
    {"[1,2,3,4].slice(0, 0)", "[]", 11},
    {"[1,2,3,4].slice(3, 1)",
     "error: cannot slice(3, 1), start index must be less than or equal to end index", 0},
    {"[1,2,3,4].slice(-1, 1)", "error: cannot slice(-1, 1), negative indexes not supported", 0},
    {"[1,2,3,4].slice(0, 9)", "error: cannot slice(0, 9), list is length 4", 0},
    {"[1,[2,[3]]].flatten()", "refused", 0},
    {"[[1,[2,[3]]]].flatten(2)", "refused", 0},
    {"[[1,[2,[3]]]].flatten(0)", "refused", 0},
    {"[[1]].flatten(-1)", "error: level must be non-negative", 0},
    {"[1,1,2,1.0,'a','a'].distinct()", "refused", 0},
    {"[].distinct()", "[]", 11},
    {"[3,1,2].sort()", "[1, 2, 3]", 29},
    {"['b','a'].sort()", "[\"a\", \"b\"]", 19},
    {"[dyn(1),'a'].sort()", "refused", 0},
    {"[[1],[2]].sort()", "refused", 0},
    {"[{'a':2},{'a':1}].sortBy(x, x.a).map(x, x.a)", "[1, 2]", 79},
    {"['bb','a','ccc'].sortBy(x, -size(x))", "[\"ccc\", \"bb\", \"a\"]", 77},
    {"lists.range(4)", "[0, 1, 2, 3]", 15},
    {"lists.range(0)", "[]", 11},
    {"lists.range(-1)", "[]", 11},
    {"[1,2,3].reverse()", "[3, 2, 1]", 14},
    {"[].reverse()", "[]", 11},
    {"[1,2,3].isSorted()", "true", 3},
    {"[2,1].isSorted()", "false", 2},
    {"['a','b'].isSorted()", "true", 0},
    {"[1,2,3].sum()", "6", 3},
    {"[1.5,2.5].sum()", "double(4)", 2},
    {"[].sum()", "0", 0},
    {"[duration('1s'), duration('2s')].sum()", "duration(3s)", 2},
    {"[1,3,2].max()", "3", 3},
    {"[1,3,2].min()", "1", 3},
    {"['b','a'].min()", "\"a\"", 0},
    {"[].max()", "error: max called on empty list", 0},
    {"[1,2,2].indexOf(2)", "1", 3},
    {"[1,2,2].lastIndexOf(2)", "2", 3},
    {"[1].indexOf(5)", "-1", 1},
    {"[1,2] + [3]", "[1, 2, 3]", 1},
    {"1 in [1,2]", "true", 0},
    {"'a' in {'a': 1}", "true", 1},
    {"[1,2,3].all(x, x > 0)", "true", 16},
    {"[1,2,3].exists(x, x > 2)", "true", 19},
    {"[1,2,3].exists_one(x, x > 2)", "true", 10},
    {"[1,2,3].map(x, x * 2)", "[2, 4, 6]", 43},
    {"[1,2,3].map(x, x > 1, x * 2)", "[4, 6]", 35},
    {"[1,2,3].filter(x, x != 2)", "[1, 3]", 33},
    {"[1,2].all(i, v, i < v)", "true", 13},
    {"[1,2].transformList(i, v, i + v)", "[1, 3]", 31},
    {"{'a': 1}.transformMap(k, v, v + 1)", "{\"a\": 2}", 6},
    {"{'a': 1}.transformMapEntry(k, v, {v: k})", "{1: \"a\"}", 35},
    {"[1,2,3][1]", "2", 2},
    {"[1,2,3][5]", "error: index out of bounds: 5", 0},
    {"size([1,2])", "2", 1},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_lists(void);
int test_lib_lists(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
