/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the workloads of apps, but for Deployments, and of ReplicationControllers. */
#include "admit_case.h"

#define REPLICA_SET                                                                                \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: ReplicaSet\n"                                                                           \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  template:\n"                                                                                \
    "    metadata: {labels: {a: b}}\n"                                                             \
    "    spec: {containers: [{name: c, image: i}]}\n"
#define STATEFUL_SET                                                                               \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: StatefulSet\n"                                                                          \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  template:\n"                                                                                \
    "    metadata: {labels: {a: b}}\n"                                                             \
    "    spec: {containers: [{name: c, image: i}]}\n"
#define DAEMON_SET                                                                                 \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: DaemonSet\n"                                                                            \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  template:\n"                                                                                \
    "    metadata: {labels: {a: b}}\n"                                                             \
    "    spec: {containers: [{name: c, image: i}]}\n"
#define CONTROLLER                                                                                 \
    "apiVersion: v1\n"                                                                             \
    "kind: ReplicationController\n"                                                                \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  template:\n"                                                                                \
    "    metadata: {labels: {a: b}}\n"                                                             \
    "    spec: {containers: [{name: c, image: i}]}\n"
#define REVISION                                                                                   \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: ControllerRevision\n"                                                                   \
    "metadata: {name: a}\n"                                                                        \
    "revision: 1\n"
#define ENDING_STATEFUL_SET                                                                        \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: StatefulSet\n"                                                                          \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  selector: {matchLabels: {a: b}}\n"                                                          \
    "  template:\n"                                                                                \
    "    metadata: {labels: {a: b}}\n"                                                             \
    "    spec: {restartPolicy: Never, activeDeadlineSeconds: 1, containers: [{name: c, image: "    \
    "i}]}\n"
#define ENDING_DEPLOYMENT                                                                          \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: Deployment\n"                                                                           \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  selector: {matchLabels: {a: b}}\n"                                                          \
    "  template:\n"                                                                                \
    "    metadata: {labels: {a: b}}\n"                                                             \
    "    spec: {restartPolicy: Never, activeDeadlineSeconds: 1, containers: [{name: c, image: "    \
    "i}]}\n"

static void test_selectors(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = REPLICA_SET "  selector: {matchLabels: {a: b}}\n", .want = ""},
        {.manifest = REPLICA_SET "  selector: {matchExpressions: [{key: a, operator: In, values: "
                                 "[c, b]}, {key: z, operator: NotIn, values: [b]}, {key: a, "
                                 "operator: Exists}, {key: z, operator: DoesNotExist}]}\n",
         .want = ""},
        {.manifest = REPLICA_SET,
         .want =
             "4:1 api/required spec.selector: spec.selector: Required value\n"
             "6:24 api/invalid-value spec.template.metadata.labels: spec.template.metadata.labels: "
             "Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`\n"},
        {.manifest = REPLICA_SET "  selector: {}\n",
         .want = "8:13 api/invalid-value spec.selector: spec.selector: Invalid value: {}: empty "
                 "selector is invalid for deployment\n"},
        {.manifest = REPLICA_SET
         "  selector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}\n",
         .want =
             "6:24 api/invalid-value spec.template.metadata.labels: spec.template.metadata.labels: "
             "Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`\n"},
        {.manifest = REPLICA_SET "  selector: {matchExpressions: [{key: a, operator: is}]}\n",
         .want = "8:13 api/invalid-value spec.selector: spec.selector: Invalid value: "
                 "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"is\"}]}: invalid label "
                 "selector\n"
                 "8:52 api/invalid-value spec.selector.matchExpressions[0].operator: "
                 "spec.selector.matchExpressions[0].operator: Invalid value: \"is\": not a valid "
                 "selector operator\n"},
        {.manifest = STATEFUL_SET "  selector: {matchExpressions: [{key: a, operator: is}]}\n",
         .want = "8:13 api/invalid-value spec.selector: spec.selector: Invalid value: "
                 "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"is\"}]}\n"
                 "8:52 api/invalid-value spec.selector.matchExpressions[0].operator: "
                 "spec.selector.matchExpressions[0].operator: Invalid value: \"is\": not a valid "
                 "selector operator\n"},
        {.manifest = STATEFUL_SET "  selector: {}\n",
         .want = "8:13 api/invalid-value spec.selector: spec.selector: Invalid value: {}: empty "
                 "selector is invalid for statefulset\n"},
        {.manifest = DAEMON_SET "  selector: {matchExpressions: [{key: a, operator: is}]}\n",
         .want = "8:52 api/invalid-value spec.selector.matchExpressions[0].operator: "
                 "spec.selector.matchExpressions[0].operator: Invalid value: \"is\": not a valid "
                 "selector operator\n"},
        {.manifest = DAEMON_SET,
         .want =
             "6:24 api/invalid-value spec.template.metadata.labels: spec.template.metadata.labels: "
             "Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`\n"},
        {.manifest = DAEMON_SET "  selector: {}\n",
         .want = "8:13 api/invalid-value spec.selector: spec.selector: Invalid value: {}: empty "
                 "selector is invalid for daemonset\n"},
        {.manifest = CONTROLLER "  selector: {a: c}\n",
         .want =
             "6:24 api/invalid-value spec.template.metadata.labels: spec.template.metadata.labels: "
             "Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`\n"},
        {.manifest = CONTROLLER "  replicas: -1\n",
         .want = "8:13 api/invalid-value spec.replicas: spec.replicas: Invalid value: -1: must be "
                 "greater than or equal to 0\n"},
        {.manifest = REPLICA_SET "  selector: {matchLabels: {a: b, c: d}}\n",
         .old = REPLICA_SET "  selector: {matchLabels: {a: b}}\n",
         .want =
             "6:24 api/invalid-value spec.template.metadata.labels: spec.template.metadata.labels: "
             "Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`\n"
             "8:13 api/immutable-field spec.selector: spec.selector: Invalid value: "
             "{\"matchLabels\":{\"a\":\"b\",\"c\":\"d\"}}: field is immutable\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

static void test_stateful_set(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = STATEFUL_SET "  selector: {matchLabels: {a: b}}\n"
                                  "  serviceName: a\n"
                                  "  podManagementPolicy: Parallel\n"
                                  "  updateStrategy: {type: OnDelete}\n",
         .want = ""},
        {.manifest = STATEFUL_SET "  selector: {matchLabels: {a: b}}\n"
                                  "  serviceName: A\n"
                                  "  podManagementPolicy: parallel\n"
                                  "  revisionHistoryLimit: -1\n"
                                  "  ordinals: {start: -1}\n",
         .want = "9:16 api/invalid-value spec.serviceName: spec.serviceName: Invalid value: \"A\": "
                 "must consist of lower-case letters, digits and '-', and start and end with a "
                 "letter or digit\n"
                 "10:24 api/invalid-value spec.podManagementPolicy: spec.podManagementPolicy: "
                 "Invalid value: \"parallel\": must be 'OrderedReady' or 'Parallel'\n"
                 "11:25 server/warning spec.revisionHistoryLimit: spec.revisionHistoryLimit: a "
                 "negative value retains all historical revisions; a value >= 0 is recommended\n"
                 "12:21 api/invalid-value spec.ordinals.start: spec.ordinals.start: Invalid value: "
                 "-1: must be greater than or equal to 0\n"},
        {.manifest = STATEFUL_SET "  selector: {matchLabels: {a: b}}\n"
                                  "  updateStrategy: {type: Recreate}\n",
         .want = "9:26 api/invalid-value spec.updateStrategy: spec.updateStrategy: Invalid value: "
                 "\"Recreate\": must be 'RollingUpdate' or 'OnDelete'\n"},
        {.manifest =
             STATEFUL_SET "  selector: {matchLabels: {a: b}}\n"
                          "  updateStrategy: {type: OnDelete, rollingUpdate: {partition: -1}}\n",
         .want = "9:51 api/invalid-value spec.updateStrategy.rollingUpdate: "
                 "spec.updateStrategy.rollingUpdate: Invalid value: {\"partition\":-1}: only "
                 "allowed for updateStrategy 'RollingUpdate'\n"},
        {.manifest =
             STATEFUL_SET "  selector: {matchLabels: {a: b}}\n"
                          "  updateStrategy: {rollingUpdate: {partition: -1, maxUnavailable: 0}}\n",
         .want = "9:47 api/invalid-value spec.updateStrategy.rollingUpdate.partition: "
                 "spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater "
                 "than or equal to 0\n"},
        {.manifest = STATEFUL_SET "  selector: {matchLabels: {a: b}}\n"
                                  "  persistentVolumeClaimRetentionPolicy: {whenDeleted: retain}\n",
         .want =
             "9:55 api/unsupported-value spec.persistentVolumeClaimRetentionPolicy.whenDeleted: "
             "spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "
             "\"retain\": supported values: \"Retain\", \"Delete\"\n"},
        {.manifest = STATEFUL_SET "  selector: {matchLabels: {a: b}}\n"
                                  "  serviceName: a\n"
                                  "  replicas: 2\n"
                                  "  ordinals: {start: 1}\n"
                                  "  minReadySeconds: 3\n",
         .old = STATEFUL_SET "  selector: {matchLabels: {a: b}}\n"
                             "  serviceName: a\n",
         .want = ""},
        {.manifest = STATEFUL_SET "  selector: {matchLabels: {a: b}}\n"
                                  "  serviceName: b\n",
         .old = STATEFUL_SET "  selector: {matchLabels: {a: b}}\n"
                             "  serviceName: a\n",
         .want = "5:3 api/forbidden spec: spec: Forbidden: updates to statefulset spec for fields "
                 "other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                 "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                 "'minReadySeconds' are forbidden\n"},
        {.manifest = ENDING_STATEFUL_SET,
         .want = "8:27 api/unsupported-value spec.template.spec.restartPolicy: "
                 "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported "
                 "values: \"Always\"\n"
                 "8:57 api/forbidden spec.template.spec.activeDeadlineSeconds: "
                 "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in "
                 "StatefulSet is not Supported\n"},
        {.manifest = ENDING_STATEFUL_SET,
         .minor = 33,
         .want = "8:27 api/unsupported-value spec.template.spec.restartPolicy: "
                 "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported "
                 "values: \"Always\"\n"
                 "8:57 api/forbidden spec.template.spec.activeDeadlineSeconds: "
                 "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in "
                 "StatefulSet is not Supported\n"},
        {.manifest = ENDING_DEPLOYMENT,
         .want = "8:27 api/unsupported-value spec.template.spec.restartPolicy: "
                 "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported "
                 "values: \"Always\"\n"
                 "8:57 api/forbidden spec.template.spec.activeDeadlineSeconds: "
                 "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in "
                 "ReplicaSet is not Supported\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

static void test_daemon_set(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest =
             DAEMON_SET "  selector: {matchLabels: {a: b}}\n"
                        "  updateStrategy: {rollingUpdate: {maxSurge: 10%, maxUnavailable: 0}}\n",
         .want = ""},
        {.manifest = DAEMON_SET "  selector: {matchLabels: {a: b}}\n"
                                "  updateStrategy: {rollingUpdate: {maxSurge: 1}}\n",
         .want = "9:46 api/invalid-value spec.updateStrategy.rollingUpdate.maxSurge: "
                 "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set "
                 "when maxUnavailable is non-zero\n"},
        {.manifest = DAEMON_SET "  selector: {matchLabels: {a: b}}\n"
                                "  updateStrategy: {rollingUpdate: {maxUnavailable: 0%}}\n",
         .want = "9:52 api/required spec.updateStrategy.rollingUpdate.maxUnavailable: "
                 "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 "
                 "when maxSurge is 0\n"},
        {.manifest = DAEMON_SET "  selector: {matchLabels: {a: b}}\n"
                                "  updateStrategy: {rollingUpdate: {maxUnavailable: 101%}}\n",
         .want = "9:52 api/invalid-value spec.updateStrategy.rollingUpdate.maxUnavailable: "
                 "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must "
                 "not be greater than 100%\n"},
        {.manifest =
             DAEMON_SET "  selector: {matchLabels: {a: b}}\n"
                        "  updateStrategy: {type: OnDelete, rollingUpdate: {maxUnavailable: 0}}\n",
         .want = ""},
        {.manifest = DAEMON_SET "  selector: {matchLabels: {a: b}}\n"
                                "  updateStrategy: {type: Recreate}\n"
                                "  minReadySeconds: -1\n",
         .want = "9:26 api/unsupported-value spec.updateStrategy: spec.updateStrategy: Unsupported "
                 "value: \"Recreate\": supported values: \"RollingUpdate\", \"OnDelete\"\n"
                 "10:20 api/invalid-value spec.minReadySeconds: spec.minReadySeconds: Invalid "
                 "value: -1: must be greater than or equal to 0\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_revision(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = REVISION "data: {a: b}\n", .want = ""},
        {.manifest = REVISION,
         .want = "2:7 api/required data: data: Required value: data is mandatory\n"},
        {.manifest = REVISION "data: [a]\n",
         .want = "5:7 api/required data: data: Required value: data must be a valid JSON object\n"},
        {.manifest = REVISION "data: {a: c}\n",
         .old = REVISION "data: {a: b}\n",
         .want = "5:7 api/immutable-field data: data: Invalid value: {\"a\":\"c\"}: field is "
                 "immutable\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

int test_rule_apps(void);
int test_rule_apps(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selectors),
        cmocka_unit_test(test_stateful_set),
        cmocka_unit_test(test_daemon_set),
        cmocka_unit_test(test_revision),
    };
    return cmocka_run_group_tests_name("admit rules of apps", tests, NULL, NULL);
}
