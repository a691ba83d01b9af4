/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of Jobs, and of those in CronJobs. */
#include "admit_case.h"

#define JOB                                                                                        \
    "apiVersion: batch/v1\n"                                                                       \
    "kind: Job\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  template:\n"                                                                                \
    "    metadata: {labels: {a: b}}\n"                                                             \
    "    spec: {restartPolicy: Never, containers: [{name: c, image: i}]}\n"
#define BARE_JOB                                                                                   \
    "apiVersion: batch/v1\n"                                                                       \
    "kind: Job\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"
#define INDEXED                                                                                    \
    "apiVersion: batch/v1\n"                                                                       \
    "kind: Job\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  template:\n"                                                                                \
    "    metadata: {labels: {a: b}}\n"                                                             \
    "    spec: {restartPolicy: Never, containers: [{name: c, image: i}]}\n"                        \
    "  completionMode: Indexed\n"
#define CRON_JOB                                                                                   \
    "apiVersion: batch/v1\n"                                                                       \
    "kind: CronJob\n"                                                                              \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  schedule: \"@daily\"\n"                                                                     \
    "  jobTemplate:\n"                                                                             \
    "    spec:\n"                                                                                  \
    "      template:\n"                                                                            \
    "        spec: {restartPolicy: Never, containers: [{name: c, image: i}]}\n"

static void test_numbers(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = JOB "  parallelism: 0\n"
                         "  completions: 0\n"
                         "  ttlSecondsAfterFinished: 0\n",
         .want = ""},
        {.manifest = JOB "  parallelism: -1\n"
                         "  completions: -1\n"
                         "  backoffLimit: -1\n"
                         "  activeDeadlineSeconds: -1\n"
                         "  ttlSecondsAfterFinished: -1\n",
         .want =
             "8:16 api/invalid-value spec.parallelism: spec.parallelism: Invalid value: -1: must "
             "be greater than or equal to 0\n"
             "9:16 api/invalid-value spec.completions: spec.completions: Invalid value: -1: must "
             "be greater than or equal to 0\n"
             "10:17 api/invalid-value spec.backoffLimit: spec.backoffLimit: Invalid value: -1: "
             "must be greater than or equal to 0\n"
             "11:26 api/invalid-value spec.activeDeadlineSeconds: spec.activeDeadlineSeconds: "
             "Invalid value: -1: must be greater than or equal to 0\n"
             "12:28 api/invalid-value spec.ttlSecondsAfterFinished: spec.ttlSecondsAfterFinished: "
             "Invalid value: -1: must be greater than or equal to 0\n"},
        {.manifest = JOB "  completionMode: indexed\n",
         .want = "8:19 api/unsupported-value spec.completionMode: spec.completionMode: Unsupported "
                 "value: \"indexed\": supported values: \"NonIndexed\", \"Indexed\"\n"},
        {.manifest = JOB "  backoffLimitPerIndex: 1\n",
         .want = "8:25 api/invalid-value spec.backoffLimitPerIndex: spec.backoffLimitPerIndex: "
                 "Invalid value: 1: requires indexed completion mode\n"},
        {.manifest = JOB "  maxFailedIndexes: 1\n",
         .want = "4:1 api/required spec.backoffLimitPerIndex: spec.backoffLimitPerIndex: Required "
                 "value: when maxFailedIndexes is specified\n"
                 "8:21 api/invalid-value spec.maxFailedIndexes: spec.maxFailedIndexes: Invalid "
                 "value: 1: requires indexed completion mode\n"},
        {.manifest = INDEXED "  completions: 3\n"
                             "  backoffLimitPerIndex: 1\n"
                             "  maxFailedIndexes: 3\n",
         .want = ""},
        {.manifest = INDEXED "  parallelism: 100001\n",
         .want = "4:1 api/required spec.completions: spec.completions: Required value: when "
                 "completion mode is Indexed\n"
                 "9:16 api/invalid-value spec.parallelism: spec.parallelism: Invalid value: "
                 "100001: must be less than or equal to 100000 when completion mode is Indexed\n"},
        {.manifest = INDEXED "  completions: 3\n"
                             "  backoffLimitPerIndex: 1\n"
                             "  maxFailedIndexes: 4\n",
         .want = "11:21 api/invalid-value spec.maxFailedIndexes: spec.maxFailedIndexes: Invalid "
                 "value: 4: must be less than or equal to completions\n"},
        {.manifest = INDEXED "  completions: 100001\n"
                             "  backoffLimitPerIndex: 1\n",
         .want = "4:1 api/required spec.maxFailedIndexes: spec.maxFailedIndexes: Required value: "
                 "must be specified when completions is above 100000\n"},
        {.manifest = INDEXED "  completions: 300000\n"
                             "  parallelism: 10001\n"
                             "  backoffLimitPerIndex: 1\n"
                             "  maxFailedIndexes: 100001\n",
         .want = "5:3 server/warning spec: spec: In Indexed Jobs with a number of completions "
                 "higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be "
                 "able to track completedIndexes when a big number of indexes fail\n"
                 "10:16 api/invalid-value spec.parallelism: spec.parallelism: Invalid value: "
                 "10001: must be less than or equal to 10000 when completions are above 100000 and "
                 "used with backoff limit per index\n"
                 "12:21 api/invalid-value spec.maxFailedIndexes: spec.maxFailedIndexes: Invalid "
                 "value: 100001: must be less than or equal to 10000 when completions are above "
                 "100000 and used with backoff limit per index\n"
                 "12:21 api/invalid-value spec.maxFailedIndexes: spec.maxFailedIndexes: Invalid "
                 "value: 100001: must be less than or equal to 100000\n"},
        {.manifest = JOB "  managedBy: example.com/name\n", .want = ""},
        {.manifest = JOB "  managedBy: name\n",
         .want = "8:14 api/invalid-value spec.managedBy: spec.managedBy: Invalid value: \"name\": "
                 "must be a domain-prefixed path (such as \"acme.io/foo\")\n"},
        {.manifest = JOB "  managedBy: \"\"\n",
         .want = "8:14 api/required spec.managedBy: spec.managedBy: Required value\n"},
        {.manifest = JOB "  managedBy: Example/a b\n",
         .want = "8:14 api/invalid-value spec.managedBy: spec.managedBy: Invalid value: "
                 "\"Example/a b\": Invalid path: must consist of letters, digits and "
                 "/-._~%!$&'()*+,;=:\n"
                 "8:14 api/invalid-value spec.managedBy: spec.managedBy: Invalid value: "
                 "\"Example/a b\": must consist of lower-case letters, digits, '-' and '.', and "
                 "each part between dots must start and end with a letter or digit\n"},
        {.manifest = JOB "  podReplacementPolicy: Always\n",
         .want = "8:25 api/unsupported-value spec.podReplacementPolicy: spec.podReplacementPolicy: "
                 "Unsupported value: \"Always\": supported values: \"Failed\", "
                 "\"TerminatingOrFailed\"\n"},
        {.manifest = BARE_JOB "  template:\n"
                              "    spec: {containers: [{name: c, image: i}]}\n",
         .want =
             "6:5 api/required spec.template.spec.restartPolicy: spec.template.spec.restartPolicy: "
             "Required value: valid values: \"OnFailure\", \"Never\"\n"},
        {.manifest = CRON_JOB "      completionMode: Indexed\n",
         .want = "7:5 api/required spec.jobTemplate.spec.completions: "
                 "spec.jobTemplate.spec.completions: Required value: when completion mode is "
                 "Indexed\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_pod_failure(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = JOB "  podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: "
                         "In, values: [1]}}]}\n",
         .want = ""},
        {.manifest = JOB "  podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: "
                         "In, values: [1]}}]}\n"
                         "  podReplacementPolicy: TerminatingOrFailed\n",
         .want = "9:25 api/unsupported-value spec.podReplacementPolicy: spec.podReplacementPolicy: "
                 "Unsupported value: \"TerminatingOrFailed\": supported values: \"Failed\"\n"},
        {.manifest =
             JOB "  podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: A}]}]}\n",
         .want = ""},
        {.manifest = JOB "  podFailurePolicy: {rules: [{action: FailJob}]}\n",
         .want = "8:30 api/invalid-value spec.podFailurePolicy.rules[0]: "
                 "spec.podFailurePolicy.rules[0]: Invalid value: {\"action\":\"FailJob\"}: "
                 "specifying one of OnExitCodes and OnPodConditions is required\n"},
        {.manifest = JOB "  podFailurePolicy: {rules: [{action: Fail, onPodConditions: [{type: a "
                         "b, status: \"true\"}], onExitCodes: {operator: in, values: []}}]}\n",
         .want =
             "8:30 api/invalid-value spec.podFailurePolicy.rules[0]: "
             "spec.podFailurePolicy.rules[0]: Invalid value: "
             "{\"action\":\"Fail\",\"onPodConditions\":[{\"type\":\"a "
             "b\",\"status\":\"true\"}],\"onExitCodes…: specifying both OnExitCodes and "
             "OnPodConditions is not supported\n"
             "8:39 api/unsupported-value spec.podFailurePolicy.rules[0].action: "
             "spec.podFailurePolicy.rules[0].action: Unsupported value: \"Fail\": supported "
             "values: \"Count\", \"FailIndex\", \"FailJob\", \"Ignore\"\n"
             "8:70 api/invalid-value spec.podFailurePolicy.rules[0].onPodConditions[0].type: "
             "spec.podFailurePolicy.rules[0].onPodConditions[0].type: Invalid value: \"a b\": must "
             "consist of letters, digits, '-', '_' and '.', and start and end with a letter or "
             "digit\n"
             "8:83 api/unsupported-value spec.podFailurePolicy.rules[0].onPodConditions[0].status: "
             "spec.podFailurePolicy.rules[0].onPodConditions[0].status: Unsupported value: "
             "\"true\": supported values: \"False\", \"True\", \"Unknown\"\n"
             "8:117 api/unsupported-value spec.podFailurePolicy.rules[0].onExitCodes.operator: "
             "spec.podFailurePolicy.rules[0].onExitCodes.operator: Unsupported value: \"in\": "
             "supported values: \"In\", \"NotIn\"\n"
             "8:129 api/invalid-value spec.podFailurePolicy.rules[0].onExitCodes.values: "
             "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []: at least one "
             "value is required\n"},
        {.manifest = JOB "  podFailurePolicy: {rules: [{action: FailIndex, onExitCodes: {operator: "
                         "In, values: [2, 0, 2], containerName: d}}]}\n",
         .want =
             "8:39 api/invalid-value spec.podFailurePolicy.rules[0].action: "
             "spec.podFailurePolicy.rules[0].action: Invalid value: \"FailIndex\": requires the "
             "backoffLimitPerIndex to be set\n"
             "8:86 api/invalid-value spec.podFailurePolicy.rules[0].onExitCodes.values: "
             "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,0,2]: must be "
             "ordered\n"
             "8:90 api/invalid-value spec.podFailurePolicy.rules[0].onExitCodes.values[1]: "
             "spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be "
             "0 for the In operator\n"
             "8:93 api/duplicate-value spec.podFailurePolicy.rules[0].onExitCodes.values[2]: "
             "spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 2\n"
             "8:112 api/invalid-value spec.podFailurePolicy.rules[0].onExitCodes.containerName: "
             "spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: \"d\": must "
             "be one of the container or initContainer names in the pod template\n"},
        {.manifest = JOB "  podFailurePolicy: {rules: [{onExitCodes: {values: [1]}}]}\n",
         .want = "8:30 api/required spec.podFailurePolicy.rules[0].action: "
                 "spec.podFailurePolicy.rules[0].action: Required value: valid values: [\"Count\" "
                 "\"FailIndex\" \"FailJob\" \"Ignore\"]\n"
                 "8:31 api/required spec.podFailurePolicy.rules[0].onExitCodes.operator: "
                 "spec.podFailurePolicy.rules[0].onExitCodes.operator: Required value: valid "
                 "values: [\"In\" \"NotIn\"]\n"},
        {.manifest = BARE_JOB
         "  template: {spec: {restartPolicy: OnFailure, containers: [{name: c, image: i}]}}\n"
         "  podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: "
         "[1]}}]}\n",
         .want = "5:36 api/invalid-value spec.template.spec.restartPolicy: "
                 "spec.template.spec.restartPolicy: Invalid value: \"OnFailure\": only \"Never\" "
                 "is supported when podFailurePolicy is specified\n"},
        {.manifest = CRON_JOB
         "      podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: A}]}]}\n",
         .want = ""},
        {.manifest = CRON_JOB
         "      podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: A}]}]}\n",
         .minor = 33,
         .want = "10:69 api/required "
                 "spec.jobTemplate.spec.podFailurePolicy.rules[0].onPodConditions[0].status: "
                 "spec.jobTemplate.spec.podFailurePolicy.rules[0].onPodConditions[0].status: "
                 "Required value: valid values: [\"False\" \"True\" \"Unknown\"]\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_success(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = INDEXED
         "  completions: 5\n"
         "  successPolicy: {rules: [{succeededIndexes: \"0,2-4\", succeededCount: 4}]}\n",
         .want = ""},
        {.manifest = INDEXED "  completions: 5\n"
                             "  successPolicy: {rules: []}\n",
         .want =
             "10:26 api/required spec.successPolicy.rules: spec.successPolicy.rules: Required "
             "value: at least one rules must be specified when the successPolicy is specified\n"},
        {.manifest = INDEXED "  completions: 5\n"
                             "  successPolicy: {rules: [{}]}\n",
         .want = "10:27 api/required spec.successPolicy.rules[0]: spec.successPolicy.rules[0]: "
                 "Required value: at least one of succeededCount or succeededIndexes must be "
                 "specified\n"},
        {.manifest = INDEXED "  completions: 5\n"
                             "  successPolicy: {rules: [{succeededCount: 6}]}\n",
         .want = "10:44 api/invalid-value spec.successPolicy.rules[0].succeededCount: "
                 "spec.successPolicy.rules[0].succeededCount: Invalid value: 6: must be less than "
                 "or equal to 5 (the number of specified completions)\n"},
        {.manifest = INDEXED "  completions: 5\n"
                             "  successPolicy: {rules: [{succeededCount: -1}]}\n",
         .want = "10:44 api/invalid-value spec.successPolicy.rules[0].succeededCount: "
                 "spec.successPolicy.rules[0].succeededCount: Invalid value: -1: must be greater "
                 "than or equal to 0\n"},
        {.manifest = INDEXED "  completions: 5\n"
                             "  successPolicy: {rules: [{succeededIndexes: \"0-5\"}]}\n",
         .want = "10:46 api/invalid-value spec.successPolicy.rules[0].succeededIndexes: "
                 "spec.successPolicy.rules[0].succeededIndexes: Invalid value: \"0-5\": error "
                 "parsing succeededIndexes: too large index: \"5\"\n"},
        {.manifest = INDEXED "  completions: 5\n"
                             "  successPolicy: {rules: [{succeededIndexes: \"2,1\"}]}\n",
         .want = "10:46 api/invalid-value spec.successPolicy.rules[0].succeededIndexes: "
                 "spec.successPolicy.rules[0].succeededIndexes: Invalid value: \"2,1\": error "
                 "parsing succeededIndexes: non-increasing order, previous: 2, current: 1\n"},
        {.manifest = INDEXED "  completions: 5\n"
                             "  successPolicy: {rules: [{succeededIndexes: 1-2-3}]}\n",
         .want = "10:46 api/invalid-value spec.successPolicy.rules[0].succeededIndexes: "
                 "spec.successPolicy.rules[0].succeededIndexes: Invalid value: \"1-2-3\": error "
                 "parsing succeededIndexes: the fragment \"1-2-3\" violates the requirement that "
                 "an index interval can have at most two parts separated by '-'\n"},
        {.manifest = INDEXED "  completions: 5\n"
                             "  successPolicy: {rules: [{succeededIndexes: \"1,\"}]}\n",
         .want = "10:46 api/invalid-value spec.successPolicy.rules[0].succeededIndexes: "
                 "spec.successPolicy.rules[0].succeededIndexes: Invalid value: \"1,\": error "
                 "parsing succeededIndexes: cannot convert string to integer for index: \"\"\n"},
        {.manifest =
             INDEXED "  completions: 5\n"
                     "  successPolicy: {rules: [{succeededIndexes: \"0,1\", succeededCount: 3}]}\n",
         .want = "10:69 api/invalid-value spec.successPolicy.rules[0].succeededCount: "
                 "spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than "
                 "or equal to 2 (the number of indexes in the specified succeededIndexes field)\n"},
        {.manifest = INDEXED "  parallelism: 1\n"
                             "  successPolicy: {rules: [{succeededIndexes: \"0\"}]}\n",
         .want = "4:1 api/required spec.completions: spec.completions: Required value: when "
                 "completion mode is Indexed\n"},
        {.manifest = JOB "  successPolicy: {rules: []}\n",
         .want = "8:18 api/invalid-value spec.successPolicy: spec.successPolicy: Invalid value: "
                 "{\"rules\":[]}: requires indexed completion mode\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_selector(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = JOB "  selector: {matchLabels: {a: b}}\n",
         .want = "8:13 api/invalid-value spec.selector: spec.selector: Invalid value: "
                 "{\"matchLabels\":{\"a\":\"b\"}}: `selector` not auto-generated\n"},
        {.manifest = JOB "  manualSelector: true\n"
                         "  selector: {matchLabels: {a: b}}\n",
         .want = ""},
        {.manifest = JOB "  manualSelector: true\n",
         .want =
             "4:1 api/required spec.selector: spec.selector: Required value\n"
             "6:24 api/invalid-value spec.template.metadata.labels: spec.template.metadata.labels: "
             "Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`\n"},
        {.manifest = JOB "  manualSelector: true\n"
                         "  selector: {matchLabels: {a: c}}\n",
         .want =
             "6:24 api/invalid-value spec.template.metadata.labels: spec.template.metadata.labels: "
             "Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`\n"},
        {.manifest =
             JOB "  selector: {matchExpressions: [{key: job-name, operator: In, values: [a]}]}\n",
         .want = ""},
        {.manifest =
             BARE_JOB "  template:\n"
                      "    metadata: {labels: {job-name: b}}\n"
                      "    spec: {restartPolicy: Never, containers: [{name: c, image: i}]}\n",
         .want = "6:35 api/invalid-value spec.template.metadata.labels[job-name]: "
                 "spec.template.metadata.labels[job-name]: Invalid value: \"b\": must be 'a'\n"},
        {.manifest =
             BARE_JOB "  template:\n"
                      "    metadata: {labels: {batch.kubernetes.io/controller-uid: b}}\n"
                      "    spec: {restartPolicy: Never, containers: [{name: c, image: i}]}\n",
         .want =
             "6:24 api/invalid-value spec.template.metadata.labels: spec.template.metadata.labels: "
             "Invalid value: {\"batch.kubernetes.io/controller-uid\":\"b\"}: `selector` does not "
             "match template `labels`\n"
             "6:61 api/invalid-value "
             "spec.template.metadata.labels[batch.kubernetes.io/controller-uid]: "
             "spec.template.metadata.labels[batch.kubernetes.io/controller-uid]: Invalid value: "
             "\"b\": must be the uid that the server gives the Job; leave it out\n"},
        {.manifest = CRON_JOB "      selector: {matchExpressions: [{operator: odd}]}\n"
                              "      manualSelector: true\n",
         .want =
             "10:17 api/invalid-value spec.jobTemplate.spec.selector: "
             "spec.jobTemplate.spec.selector: Invalid value: "
             "{\"matchExpressions\":[{\"operator\":\"odd\"}]}: `selector` will be auto-generated\n"
             "11:23 api/unsupported-value spec.jobTemplate.spec.manualSelector: "
             "spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "
             "\"nil\", \"false\"\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_updates(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = JOB "  suspend: true\n"
                         "  parallelism: 3\n"
                         "  backoffLimit: 2\n",
         .old = JOB,
         .want = ""},
        {.manifest = JOB "  completions: 2\n",
         .old = JOB,
         .want = "8:16 api/immutable-field spec.completions: spec.completions: Invalid value: 2: "
                 "field is immutable\n"},
        {.manifest = JOB "  managedBy: a.b/c\n",
         .old = JOB,
         .want = "8:14 api/immutable-field spec.managedBy: spec.managedBy: Invalid value: "
                 "\"a.b/c\": field is immutable\n"},
        {.manifest = INDEXED "  completions: 4\n"
                             "  parallelism: 4\n",
         .old = INDEXED "  completions: 3\n",
         .want = ""},
        {.manifest = INDEXED "  completions: 4\n",
         .old = INDEXED "  completions: 3\n",
         .want = "9:16 api/invalid-value spec.completions: spec.completions: Invalid value: 4: can "
                 "only be modified in tandem with spec.parallelism\n"},
        {.manifest = BARE_JOB
         "  template: {metadata: {annotations: {note: "
         "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxx\"}}, spec: {restartPolicy: Never, containers: [{name: c, image: j}]}}\n",
         .old = BARE_JOB
         "  template: {metadata: {annotations: {note: "
         "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxx\"}}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}\n",
         .want = "5:13 api/immutable-field spec.template: spec.template: Invalid value: "
                 "{\"metadata\":{\"annotations\":{\"note\":"
                 "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…: field is immutable\n"},
        {.manifest =
             BARE_JOB "  suspend: true\n"
                      "  template: {metadata: {annotations: {note: "
                      "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                      "xxxxxxxxxxxxxxxx\"}}, spec: {nodeSelector: {a: b}, restartPolicy: Never, "
                      "containers: [{name: c, image: i, resources: {limits: {cpu: 1}}}]}}\n",
         .old = BARE_JOB
         "  suspend: true\n"
         "  template: {metadata: {annotations: {note: "
         "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxx\"}}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}\n",
         .want = ""},
        {.manifest =
             BARE_JOB "  suspend: true\n"
                      "  template: {metadata: {annotations: {note: "
                      "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                      "xxxxxxxxxxxxxxxx\"}}, spec: {restartPolicy: Never, containers: [{name: c, "
                      "image: i, resources: {limits: {cpu: 1}}}]}}\n",
         .minor = 35,
         .old = BARE_JOB
         "  suspend: true\n"
         "  template: {metadata: {annotations: {note: "
         "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxx\"}}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}\n",
         .want = "6:13 api/immutable-field spec.template: spec.template: Invalid value: "
                 "{\"metadata\":{\"annotations\":{\"note\":"
                 "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…: field is immutable\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

int test_rule_job(void);
int test_rule_job(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_pod_failure),
        cmocka_unit_test(test_success), cmocka_unit_test(test_selector),
        cmocka_unit_test(test_updates),
    };
    return cmocka_run_group_tests_name("admit rules of Jobs", tests, NULL, NULL);
}
