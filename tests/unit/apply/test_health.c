/* SPDX-License-Identifier: Apache-2.0 */
/* One object a row, written as JSON, and what it is. tests/health holds the rules to kstatus
 * itself; this is the table for people, and for sanitizers. */
#include "unit/unit.h"

#include "apply/health.h"

int test_health(void);

enum { NOW_S = 1700000000 }; /* 2023-11-14T22:13:20Z */

#define DEPLOYMENT(spec, status)                                                                   \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"spec\":{" spec "},\"status\":{" status  \
    "}}"
#define GOOD      "\"replicas\":1,\"updatedReplicas\":1,\"readyReplicas\":1,\"availableReplicas\":1"
#define AVAILABLE "{\"type\":\"Available\",\"status\":\"True\"}"
#define NEW_SET                                                                                    \
    "{\"type\":\"Progressing\",\"status\":\"True\",\"reason\":\"NewReplicaSetAvailable\"}"
#define POD(meta, status)                                                                          \
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{" meta "},\"status\":{" status "}}"
#define STATEFUL(spec, status)                                                                     \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"spec\":{" spec "},\"status\":{" status \
    "}}"
#define OTHER(meta, status)                                                                        \
    "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Mug\",\"metadata\":{" meta "},\"status\":"      \
    "{" status "}}"
#define CONDITION(type, status, reason)                                                            \
    "\"conditions\":[{\"type\":\"" type "\",\"status\":\"" status "\",\"reason\":\"" reason "\"}]"
#define JOB(status) "{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"status\":{" status "}}"
#define CRD(status)                                                                                \
    "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\","           \
    "\"status\":{" status "}}"

static const struct {
    const char *object, *want; /* state and reason */
} rows[] = {
    /* Every kind. */
    {OTHER("\"deletionTimestamp\":\"2023-01-01T00:00:00Z\"", ""), "Terminating Terminating"},
    {OTHER("\"generation\":2", "\"observedGeneration\":1"),
     "InProgress LatestGenerationNotObserved"},
    {OTHER("\"generation\":2", ""), "Current "},
    {OTHER("", CONDITION("Reconciling", "True", "Busy")), "InProgress Busy"},
    {OTHER("", CONDITION("Stalled", "True", "Stuck")), "Failed Stuck"},
    {OTHER("", CONDITION("Stalled", "False", "")), "Current "},
    {OTHER("", CONDITION("Ready", "False", "NotYet")), "InProgress NotYet"},
    {OTHER("", CONDITION("Ready", "Unknown", "NoIdea")), "InProgress NoIdea"},
    {OTHER("", CONDITION("Ready", "True", "Fine")), "Current "},
    {OTHER("", "\"conditions\":\"none\""), "Unknown UnreadableConditions"},
    {OTHER("", "\"conditions\":[{\"type\":1}]"), "Unknown UnreadableConditions"},
    {"{\"kind\":\"Mug\"}", "Current "},
    {"[]", "Current "},
    /* Deployments. */
    {DEPLOYMENT("\"replicas\":2", "\"replicas\":1"), "InProgress LessReplicas"},
    {DEPLOYMENT("", ""), "InProgress LessReplicas"},
    {DEPLOYMENT("", "\"replicas\":1"), "InProgress LessUpdated"},
    {DEPLOYMENT("", "\"replicas\":2,\"updatedReplicas\":1"), "InProgress ExtraPods"},
    {DEPLOYMENT("", "\"replicas\":1,\"updatedReplicas\":1"), "InProgress LessAvailable"},
    {DEPLOYMENT("", "\"replicas\":1,\"updatedReplicas\":1,\"availableReplicas\":1"),
     "InProgress LessReady"},
    {DEPLOYMENT("\"progressDeadlineSeconds\":600", GOOD), "InProgress ReplicaSetNotAvailable"},
    {DEPLOYMENT("", GOOD), "InProgress DeploymentNotAvailable"},
    {DEPLOYMENT("", GOOD ",\"conditions\":[" AVAILABLE "]"), "Current "},
    {DEPLOYMENT("\"progressDeadlineSeconds\":600",
                GOOD ",\"conditions\":[" AVAILABLE "," NEW_SET "]"),
     "Current "},
    {DEPLOYMENT("", GOOD "," CONDITION("Progressing", "False", "ProgressDeadlineExceeded")),
     "Failed ProgressDeadlineExceeded"},
    {DEPLOYMENT("\"replicas\":\"2\"", GOOD ",\"conditions\":[" AVAILABLE "]"), "Current "},
    {DEPLOYMENT("\"replicas\":0", "\"conditions\":[" AVAILABLE "]"), "Current "},
    /* StatefulSets. */
    {STATEFUL("\"updateStrategy\":{\"type\":\"OnDelete\"}", ""), "Current "},
    {STATEFUL("", "\"replicas\":1"), "InProgress LessReady"},
    {STATEFUL("", "\"replicas\":2,\"readyReplicas\":2"), "InProgress ExtraPods"},
    {STATEFUL("", "\"replicas\":1,\"readyReplicas\":1"), "InProgress LessCurrent"},
    {STATEFUL("", "\"replicas\":1,\"readyReplicas\":1,\"currentReplicas\":1,"
                  "\"currentRevision\":\"a\",\"updateRevision\":\"b\""),
     "InProgress RevisionMismatch"},
    {STATEFUL("\"replicas\":3,\"updateStrategy\":{\"rollingUpdate\":{\"partition\":1}}",
              "\"replicas\":3,\"readyReplicas\":3,\"updatedReplicas\":1"),
     "InProgress PartitionRollout"},
    {STATEFUL("\"replicas\":3,\"updateStrategy\":{\"rollingUpdate\":{\"partition\":1}}",
              "\"replicas\":3,\"readyReplicas\":3,\"updatedReplicas\":2"),
     "Current "},
    /* DaemonSets. */
    {"{\"apiVersion\":\"apps/v1\",\"kind\":\"DaemonSet\"}", "InProgress NoGeneration"},
    {"{\"apiVersion\":\"apps/v1\",\"kind\":\"DaemonSet\",\"metadata\":{\"generation\":1},"
     "\"status\":{\"observedGeneration\":1,\"desiredNumberScheduled\":0}}",
     "Current "},
    {"{\"apiVersion\":\"apps/v1\",\"kind\":\"DaemonSet\",\"metadata\":{\"generation\":1},"
     "\"status\":{\"observedGeneration\":1,\"desiredNumberScheduled\":2,"
     "\"currentNumberScheduled\":2,\"updatedNumberScheduled\":1}}",
     "InProgress LessUpdated"},
    /* ReplicaSets. */
    {"{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"status\":{" CONDITION(
         "ReplicaFailure", "True", "FailedCreate") "}}",
     "InProgress ReplicaFailure"},
    {"{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\"}", "InProgress LessLabelled"},
    /* Jobs. */
    {JOB(""), "InProgress JobNotStarted"},
    {JOB("\"startTime\":\"2023-01-01T00:00:00Z\""), "Current "},
    {JOB(CONDITION("Failed", "True", "BackoffLimitExceeded")), "Failed JobFailed"},
    {JOB(CONDITION("Suspended", "True", "")), "InProgress JobNotStarted"},
    {"{\"kind\":\"Job\",\"apiVersion\":\"batch/v1\",\"spec\":{\"suspend\":true},"
     "\"status\":{" CONDITION("Suspended", "True", "") "}}",
     "Current "},
    {JOB(CONDITION("Complete", "True", "")), "Current "},
    /* Pods. */
    {POD("", ""), "InProgress PodNotObserved"},
    {POD("", "\"phase\":\"Failed\""), "Current "},
    {POD("", "\"phase\":\"Running\""), "InProgress PodRunningNotReady"},
    {POD("", "\"phase\":\"Running\"," CONDITION("Ready", "True", "")), "Current "},
    {POD("", "\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"waiting\":"
             "{\"reason\":\"CrashLoopBackOff\"}}}]"),
     "Failed ContainerCrashLooping"},
    {POD("", "\"phase\":\"Pending\""), "InProgress PodPending"},
    {POD("\"creationTimestamp\":\"2023-11-14T22:13:10Z\"",
         "\"phase\":\"Pending\"," CONDITION("PodScheduled", "False", "Unschedulable")),
     "InProgress PodNotScheduled"},
    {POD("\"creationTimestamp\":\"2023-11-14T22:13:00Z\"",
         "\"phase\":\"Pending\"," CONDITION("PodScheduled", "False", "Unschedulable")),
     "Failed PodUnschedulable"},
    {POD("", "\"phase\":\"Odd\""), "Unknown UnknownPhase"},
    /* Others. */
    {"{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolumeClaim\"}", "InProgress NotBound"},
    {"{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolumeClaim\",\"status\":{\"phase\":\"Bound\"}}",
     "Current "},
    {"{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"spec\":{\"type\":\"LoadBalancer\"}}",
     "InProgress NoIPAssigned"},
    {"{\"apiVersion\":\"v1\",\"kind\":\"Service\"}", "Current "},
    {CRD(""), "InProgress Installing"},
    {CRD(CONDITION("Established", "False", "Installing")), "InProgress Installing"},
    {CRD(CONDITION("Established", "False", "Broken")), "Failed Broken"},
    {CRD(CONDITION("NamesAccepted", "False", "MultipleNamesNotAllowed")),
     "Failed MultipleNamesNotAllowed"},
    {CRD(CONDITION("Established", "True", "")), "Current "},
};

static struct str state_of(struct arena *arena, const char *text, bool waits_for_jobs)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc doc = {0};
    struct health health;
    struct source *source = source_new(arena, STR("object"), str_from(text));
    assert_int_equal(doc_read_json(arena, source, &diags, &doc), 0);
    assert_false(doc.broken);
    health_of(arena, doc.root, &(struct health_options){NOW_S, waits_for_jobs}, &health);
    return str_format(arena, "%s %.*s", health_state_name(health.state), STR_FMT(health.reason));
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena SCOPED(arena) = {0};
        struct str got = state_of(&arena, rows[i].object, false);
        if (!str_is(got, rows[i].want))
            fail_msg("%s\nis %.*s, not %s", rows[i].object, STR_FMT(got), rows[i].want);
    }
}

static void test_waiting_for_jobs(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    (void)state;
    assert_true(str_is(state_of(&arena, JOB("\"startTime\":\"2023-01-01T00:00:00Z\""), true),
                       "InProgress JobRunning"));
    assert_true(str_is(state_of(&arena, JOB(CONDITION("Complete", "True", "")), true), "Current "));
}

int test_health(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_waiting_for_jobs)};
    return cmocka_run_group_tests_name("sync: health", tests, NULL, NULL);
}
