/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic versions. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"isSemver('1.0.0')", "true", 1},
    {"isSemver('1.0')", "false", 1},
    {"isSemver('v1.0')", "false", 1},
    {"isSemver('v1.0', true)", "true", 1},
    {"isSemver('01.01', true)", "true", 1},
    {"isSemver('1.0.0-alpha.1+build')", "true", 2},
    {"isSemver('1.0.0-01')", "false", 1},
    {"semver('1.2.3').major()", "1", 2},
    {"semver('1.2.3').minor()", "2", 2},
    {"semver('1.2.3').patch()", "3", 2},
    {"semver('v1.2', true).patch()", "0", 2},
    {"semver('1.2.3').compareTo(semver('1.2.4'))", "-1", 3},
    {"semver('1.0.0-alpha').isLessThan(semver('1.0.0'))", "true", 4},
    {"semver('1.0.0-alpha.2').isLessThan(semver('1.0.0-alpha.10'))", "true", 5},
    {"semver('1.0.0-1').isLessThan(semver('1.0.0-a'))", "true", 3},
    {"semver('1.0.0+a') == semver('1.0.0+b')", "true", 3},
    {"semver('2.0.0').isGreaterThan(semver('1.9.9'))", "true", 3},
    {"semver(dyn('x'))", "error: No Major.Minor.Patch elements found", 0},
    {"semver(dyn('1.2.3.4'))", "error: Invalid character(s) found in patch number \"3.4\"", 0},
    {"type(semver('1.0.0'))", "type(kubernetes.Semver)", 2},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_semver(void);
int test_lib_semver(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
