/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamps and durations. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"timestamp('2023-02-03T04:05:06Z').getFullYear()", "2023", 1},
    {"timestamp('2023-02-03T04:05:06Z').getMonth()", "1", 1},
    {"timestamp('2023-02-03T04:05:06Z').getDate()", "3", 1},
    {"timestamp('2023-02-03T04:05:06Z').getDayOfMonth()", "2", 1},
    {"timestamp('2023-02-03T04:05:06Z').getDayOfWeek()", "5", 1},
    {"timestamp('2023-02-03T04:05:06Z').getDayOfYear()", "33", 1},
    {"timestamp('2024-12-31T23:59:59Z').getDayOfYear()", "365", 1},
    {"timestamp('2023-02-03T04:05:06Z').getHours()", "4", 1},
    {"timestamp('2023-02-03T04:05:06.789Z').getMilliseconds()", "789", 1},
    {"timestamp('2023-02-03T04:05:06Z').getHours('America/New_York')", "23", 1},
    {"timestamp('2023-07-03T04:05:06Z').getHours('Europe/Berlin')", "6", 1},
    {"timestamp('2023-07-03T04:05:06Z').getMinutes('Asia/Kathmandu')", "50", 1},
    {"timestamp('2023-07-03T04:05:06Z').getHours('+02:00')", "6", 1},
    {"timestamp('2023-07-03T04:05:06Z').getHours('-11:30')", "16", 1},
    {"timestamp('2023-07-03T04:05:06Z').getDate('Pacific/Auckland')", "3", 1},
    {"timestamp('2050-07-03T04:05:06Z').getHours('Europe/Berlin')", "6", 1},
    {"timestamp('1900-07-03T04:05:06Z').getMinutes('Europe/Berlin')", "5", 1},
    {"timestamp('2023-02-03T04:05:06Z').getHours('Nowhere/Land')",
     "error: unknown time zone Nowhere/Land", 0},
    {"timestamp('2023-02-03T04:05:06Z').getHours('25:99')", "6", 1},
    {"timestamp('2023-02-03T04:05:06+02:00') == timestamp('2023-02-03T02:05:06Z')", "true", 1},
    {"timestamp(dyn('2023-02-30T04:05:06Z'))", "refused", 0},
    {"timestamp(dyn('tomorrow'))", "refused", 0},
    {"timestamp(dyn('10000-01-01T00:00:00Z'))", "refused", 0},
    {"timestamp(60)", "timestamp(1970-01-01T00:01:00Z)", 0},
    {"timestamp('2023-02-03T04:05:06Z') + duration('1h')", "timestamp(2023-02-03T05:05:06Z)", 1},
    {"timestamp('2023-02-03T04:05:06Z') - duration('1h')", "timestamp(2023-02-03T03:05:06Z)", 1},
    {"timestamp('2023-02-03T04:05:06Z') - timestamp('2023-02-03T04:05:00Z')", "duration(6s)", 1},
    {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "error: timestamp overflow", 0},
    {"timestamp('2023-02-03T04:05:06Z') < timestamp('2023-02-03T04:05:07Z')", "true", 1},
    {"duration('1h30m').getMinutes()", "90", 1},
    {"duration('1h30m').getHours()", "1", 1},
    {"duration('90s').getSeconds()", "90", 1},
    {"duration('1.5s').getMilliseconds()", "1500", 1},
    {"duration('-1.5h')", "duration(-5400s)", 0},
    {"duration('1us')", "duration(0.000001s)", 0},
    {"duration('1µs') == duration('1us')", "true", 1},
    {"duration(dyn('1d'))", "refused", 0},
    {"duration(dyn(''))", "refused", 0},
    {"duration(dyn('1'))", "refused", 0},
    {"duration('0')", "duration(0s)", 0},
    {"duration('1h') + duration('30m')", "duration(5400s)", 1},
    {"duration('1h') - duration('2h')", "duration(-3600s)", 1},
    {"duration('1h') > duration('59m')", "true", 1},
    {"duration(dyn('9999999h'))", "refused", 0},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_time(void);
int test_lib_time(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
