/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions between types, and arithmetic at the ends of its range. Answers and costs are those
 * of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"int('42')", "42", 0},
    {"int('x')", "refused", 0},
    {"int(' 1')", "refused", 0},
    {"int(1.9)", "1", 0},
    {"int(-1.9)", "-1", 0},
    {"int(9223372036854775807.0)", "refused", 0},
    {"int(1e19)", "refused", 0},
    {"int(18446744073709551615u)", "refused", 0},
    {"int(timestamp('1970-01-01T00:01:00Z'))", "60", 0},
    {"uint(5)", "5u", 0},
    {"uint(-1)", "refused", 0},
    {"uint('7')", "7u", 0},
    {"uint(3.7)", "3u", 0},
    {"double('1.5') == 1.5", "true", 1},
    {"double('nan') == double('nan')", "false", 1},
    {"double('x')", "refused", 0},
    {"string(1)", "\"1\"", 0},
    {"string(1u)", "\"1\"", 0},
    {"string(1.0)", "\"1\"", 0},
    {"string(1000000.0)", "\"1e+06\"", 0},
    {"string(100000.0)", "\"100000\"", 0},
    {"string(0.0001)", "\"0.0001\"", 0},
    {"string(0.00001)", "\"1e-05\"", 0},
    {"string(1e100)", "\"1e+100\"", 0},
    {"string(-0.0)", "\"-0\"", 0},
    {"string(true)", "\"true\"", 0},
    {"string(b'abc')", "\"abc\"", 0},
    {"string(b'\\xff')", "refused", 0},
    {"string(duration('1h30m'))", "\"5400s\"", 0},
    {"string(duration('1500ms'))", "\"1.5s\"", 0},
    {"string(timestamp('2020-01-02T03:04:05.120Z'))", "\"2020-01-02T03:04:05.12Z\"", 0},
    {"bytes('é') == b'\\xc3\\xa9'", "true", 1},
    {"bool('true')", "true", 0},
    {"bool('T')", "true", 0},
    {"bool('yes')", "refused", 0},
    {"type(1)", "type(int)", 0},
    {"type([1])", "type(list)", 0},
    {"type(type(1))", "type(type)", 0},
    {"dyn(1) == 1.0", "true", 1},
    {"1 == dyn(1u)", "true", 1},
    {"9223372036854775807 + 1", "error: integer overflow", 0},
    {"-9223372036854775808 - 1", "error: integer overflow", 0},
    {"9223372036854775807 * 2", "error: integer overflow", 0},
    {"-(-9223372036854775807 - 1)", "error: integer overflow", 0},
    {"5 / 0", "error: division by zero", 0},
    {"5 % 0", "error: modulus by zero", 0},
    {"-5 / 2", "-2", 1},
    {"-5 % 3", "-2", 1},
    {"5.0 / 0.0 > 1.0", "true", 2},
    {"1u - 2u", "error: unsigned integer overflow", 0},
    {"dyn(1) < 1.5", "true", 1},
    {"dyn(1) < 'a'", "error: no such overload", 0},
    {"1 < dyn(2u)", "true", 1},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_convert(void);
int test_lib_convert(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
