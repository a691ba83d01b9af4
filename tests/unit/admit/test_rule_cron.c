/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of CronJobs: schedules and time zones. */
#include "admit_case.h"

#define CRON_JOB                                                                                   \
    "apiVersion: batch/v1\n"                                                                       \
    "kind: CronJob\n"                                                                              \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  jobTemplate:\n"                                                                             \
    "    spec:\n"                                                                                  \
    "      template:\n"                                                                            \
    "        spec: {restartPolicy: Never, containers: [{name: c, image: i}]}\n"

static void test_schedule_taken(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CRON_JOB "  schedule: \"* * * * *\"\n", .want = ""},
        {.manifest = CRON_JOB "  schedule: \"? ? ? ? ?\"\n", .want = ""},
        {.manifest = CRON_JOB "  schedule: \"@hourly\"\n", .want = ""},
        {.manifest = CRON_JOB "  schedule: \"@every -1h\"\n", .want = ""},
        {.manifest = CRON_JOB "  schedule: \"* * * JAN-mar sun\"\n", .want = ""},
        {.manifest = CRON_JOB "  schedule: \"*/70 1-5/2 */2 5/3 *-9\"\n", .want = ""},
        {.manifest = CRON_JOB "  schedule: \", 1,,2 * * *\"\n", .want = ""},
        {.manifest = CRON_JOB "  schedule: \" +5  0\\t* * *\"\n", .want = ""},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_schedule_refused(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CRON_JOB "  schedule: \"0 0 * *\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"0 0 * *\": "
                 "expected exactly 5 fields, found 4: [0 0 * *]\n"},
        {.manifest = CRON_JOB "  schedule: \"0 0 * * 7\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"0 0 * * "
                 "7\": end of range (7) above maximum (6): 7\n"},
        {.manifest = CRON_JOB "  schedule: \"* * 0 * *\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"* * 0 * "
                 "*\": beginning of range (0) below minimum (1): 0\n"},
        {.manifest = CRON_JOB "  schedule: \"5-1 * * * *\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"5-1 * * * "
                 "*\": beginning of range (5) beyond end of range (1): 5-1\n"},
        {.manifest = CRON_JOB "  schedule: \"*/0 * * * *\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"*/0 * * * "
                 "*\": step of range should be a positive number: */0\n"},
        {.manifest = CRON_JOB "  schedule: \"1-2-3 * * * *\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"1-2-3 * * "
                 "* *\": too many hyphens: 1-2-3\n"},
        {.manifest = CRON_JOB "  schedule: \"1/2/3 * * * *\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"1/2/3 * * "
                 "* *\": too many slashes: 1/2/3\n"},
        {.manifest = CRON_JOB "  schedule: \"a * * * *\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"a * * * "
                 "*\": failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax\n"},
        {.manifest = CRON_JOB "  schedule: \"*/-5 * * * *\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"*/-5 * * * "
                 "*\": negative number (-5) not allowed: -5\n"},
        {.manifest = CRON_JOB "  schedule: \"99999999999999999999 * * * *\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: "
                 "\"99999999999999999999 * * * *\": failed to parse int from 99999999999999999999: "
                 "strconv.Atoi: parsing \"99999999999999999999\": value out of range\n"},
        {.manifest = CRON_JOB "  schedule: \"@noon\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"@noon\": "
                 "unrecognized descriptor: @noon\n"},
        {.manifest = CRON_JOB "  schedule: \"@every x\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"@every "
                 "x\": failed to parse duration @every x: must be numbers with units (h, m, s, ms, "
                 "us, ns), as in 1h30m\n"},
        {.manifest = CRON_JOB "  schedule: \"@hourly x\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"@hourly "
                 "x\": unrecognized descriptor: @hourly x\n"},
        {.manifest = CRON_JOB "  schedule: \"TZ=UTC 0 0 * * *\"\n",
         .want = "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"TZ=UTC 0 0 "
                 "* * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead\n"},
        {.manifest = CRON_JOB "  schedule: \"\"\n",
         .want = "9:13 api/required spec.schedule: spec.schedule: Required value\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_schedule_update(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = CRON_JOB "  schedule: TZ=UTC 0 1 * * *\n",
         .old = CRON_JOB "  schedule: TZ=UTC 0 0 * * *\n",
         .want = "9:13 server/warning spec.schedule: cannot use TZ or CRON_TZ in "
                 "spec.spec.schedule, use timeZone instead\n"},
        {.manifest = CRON_JOB "  schedule: TZ=Nowhere/X 0 1 * * *\n",
         .old = CRON_JOB "  schedule: TZ=UTC 0 0 * * *\n",
         .want =
             "9:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"TZ=Nowhere/X 0 "
             "1 * * *\": provided bad location Nowhere/X: unknown time zone Nowhere/X\n"
             "9:13 server/warning spec.schedule: cannot use TZ or CRON_TZ in "
             "spec.spec.schedule, use timeZone instead\n"},
        {.manifest = CRON_JOB "  timeZone: UTC\n"
                              "  schedule: CRON_TZ=UTC 0 1 * * *\n",
         .old = CRON_JOB "  schedule: TZ=UTC 0 0 * * *\n",
         .want =
             "10:13 api/invalid-value spec.schedule: spec.schedule: Invalid value: \"CRON_TZ=UTC 0 "
             "1 * * *\": cannot use both timeZone field and TZ or CRON_TZ in schedule\n"},
        {.manifest = CRON_JOB "  timeZone: Nowhere/City\n"
                              "  schedule: 0 1 * * *\n",
         .old = CRON_JOB "  timeZone: Nowhere/City\n"
                         "  schedule: 0 0 * * *\n",
         .want = ""},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

static void test_time_zone(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CRON_JOB "  timeZone: Europe/Paris\n"
                              "  schedule: \"@daily\"\n",
         .want = ""},
        {.manifest = CRON_JOB "  timeZone: UTC\n"
                              "  schedule: \"@daily\"\n",
         .want = ""},
        {.manifest = CRON_JOB "  timeZone: Etc/GMT+5\n"
                              "  schedule: \"@daily\"\n",
         .want = ""},
        {.manifest = CRON_JOB "  timeZone: US/Pacific\n"
                              "  schedule: \"@daily\"\n",
         .want = ""},
        {.manifest = CRON_JOB "  timeZone: America/Argentina/ComodRivadavia\n"
                              "  schedule: \"@daily\"\n",
         .want = ""},
        {.manifest = CRON_JOB "  timeZone: posix/UTC\n"
                              "  schedule: \"@daily\"\n",
         .want = ""},
        {.manifest = CRON_JOB "  timeZone: Europe/paris\n"
                              "  schedule: \"@daily\"\n",
         .want = "9:13 api/invalid-value spec.timeZone: spec.timeZone: Invalid value: "
                 "\"Europe/paris\": unknown time zone Europe/paris\n"},
        {.manifest = CRON_JOB "  timeZone: Local\n"
                              "  schedule: \"@daily\"\n",
         .want =
             "9:13 api/invalid-value spec.timeZone: spec.timeZone: Invalid value: \"Local\": "
             "timeZone must be an explicit time zone as defined in the IANA time zone database\n"},
        {.manifest = CRON_JOB "  timeZone: \"\"\n"
                              "  schedule: \"@daily\"\n",
         .want = "9:13 api/invalid-value spec.timeZone: spec.timeZone: Invalid value: \"\": "
                 "timeZone must be nil or non-empty string\n"},
        {.manifest = CRON_JOB "  timeZone: ../UTC\n"
                              "  schedule: \"@daily\"\n",
         .want = "9:13 api/invalid-value spec.timeZone: spec.timeZone: Invalid value: \"../UTC\": "
                 "unknown time zone ../UTC\n"},
        {.manifest = CRON_JOB "  timeZone: Nowhere/City\n"
                              "  schedule: \"@daily\"\n",
         .want = "9:13 api/invalid-value spec.timeZone: spec.timeZone: Invalid value: "
                 "\"Nowhere/City\": unknown time zone Nowhere/City\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_spec(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CRON_JOB "  schedule: \"@daily\"\n"
                              "  concurrencyPolicy: Replace\n"
                              "  startingDeadlineSeconds: 0\n",
         .want = ""},
        {.manifest = CRON_JOB "  schedule: \"@daily\"\n"
                              "  concurrencyPolicy: replace\n"
                              "  startingDeadlineSeconds: -1\n"
                              "  successfulJobsHistoryLimit: -1\n"
                              "  failedJobsHistoryLimit: -1\n",
         .want =
             "10:22 api/unsupported-value spec.concurrencyPolicy: spec.concurrencyPolicy: "
             "Unsupported value: \"replace\": supported values: \"Allow\", \"Forbid\", "
             "\"Replace\"\n"
             "11:28 api/invalid-value spec.startingDeadlineSeconds: spec.startingDeadlineSeconds: "
             "Invalid value: -1: must be greater than or equal to 0\n"
             "12:31 api/invalid-value spec.successfulJobsHistoryLimit: "
             "spec.successfulJobsHistoryLimit: Invalid value: -1: must be greater than or equal to "
             "0\n"
             "13:27 api/invalid-value spec.failedJobsHistoryLimit: spec.failedJobsHistoryLimit: "
             "Invalid value: -1: must be greater than or equal to 0\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

int test_rule_cron(void);
int test_rule_cron(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedule_taken),
        cmocka_unit_test(test_schedule_refused),
        cmocka_unit_test(test_schedule_update),
        cmocka_unit_test(test_time_zone),
        cmocka_unit_test(test_spec),
    };
    return cmocka_run_group_tests_name("admit rules of CronJobs", tests, NULL, NULL);
}
