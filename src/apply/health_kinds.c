/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds with a rule of their own, whatever their version. */
#include "apply/health_internal.h"
#include "cluster/cluster_auth.h"
#include "object/object.h"

enum { UNSCHEDULED_S = 15, DEADLINE_NONE = INT32_MAX };

/* ---- counts of replicas ---- */

struct count {
    const char *path;
    int64_t otherwise; /* when it is not there */
};

static const struct count wanted = {"spec.replicas", 1};
static const struct count replicas = {"status.replicas", 0};
static const struct count updated = {"status.updatedReplicas", 0};
static const struct count ready = {"status.readyReplicas", 0};
static const struct count available = {"status.availableReplicas", 0};
static const struct count current = {"status.currentReplicas", 0};
static const struct count labeled = {"status.fullyLabeledReplicas", 0};
static const struct count scheduled = {"status.desiredNumberScheduled", -1};
static const struct count daemons = {"status.currentNumberScheduled", 0};
static const struct count updated_daemons = {"status.updatedNumberScheduled", 0};
static const struct count available_daemons = {"status.numberAvailable", 0};
static const struct count ready_daemons = {"status.numberReady", 0};

/* The one must not be more than the other. */
struct comparison {
    const struct count *more, *less;
    const char *reason, *what;
};

static int64_t count_of(const struct checkup *checkup, const struct count *count)
{
    return health_number(checkup->object, count->path, count->otherwise);
}

static bool compare(struct checkup *checkup, const struct comparison *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const int64_t more = count_of(checkup, rows[i].more);
        const int64_t less = count_of(checkup, rows[i].less);
        if (more > less)
            return health_is(checkup, HEALTH_IN_PROGRESS, rows[i].reason, "%s: %lld of %lld",
                             rows[i].what, (long long)less, (long long)more);
    }
    return false;
}

static bool deployment(struct checkup *checkup)
{
    static const struct comparison rows[] = {
        {&wanted, &replicas, "LessReplicas", "replicas made"},
        {&wanted, &updated, "LessUpdated", "replicas updated"},
        {&replicas, &wanted, "ExtraPods", "replicas wanted, the others have to end"},
        {&updated, &available, "LessAvailable", "updated replicas available"},
        {&wanted, &ready, "LessReady", "replicas ready"},
    };
    /* Without a deadline the controller sets no condition Progressing. */
    bool is_progressing = health_number(checkup->object, "spec.progressDeadlineSeconds",
                                        DEADLINE_NONE) == DEADLINE_NONE;
    bool is_available = false;
    for (struct item it = list_first(checkup->conditions); it.value; it = list_next(it)) {
        const struct condition condition = health_condition(it.value);
        if (str_is(condition.type, "Progressing") &&
            str_is(condition.reason, "ProgressDeadlineExceeded"))
            return health_is(checkup, HEALTH_FAILED, "ProgressDeadlineExceeded",
                             "it made no progress before its deadline");
        is_progressing |= condition_is(&condition, "Progressing", "True") &&
                          str_is(condition.reason, "NewReplicaSetAvailable");
        is_available |= condition_is(&condition, "Available", "True");
    }
    if (compare(checkup, rows, ARRAY_LEN(rows)))
        return true;
    if (!is_progressing)
        return health_is(checkup, HEALTH_IN_PROGRESS, "ReplicaSetNotAvailable",
                         "its new ReplicaSet is not available yet");
    if (!is_available)
        return health_is(checkup, HEALTH_IN_PROGRESS, "DeploymentNotAvailable",
                         "it does not have its minimum of available replicas");
    return health_is_current(checkup);
}

static bool replica_set(struct checkup *checkup)
{
    static const struct comparison rows[] = {
        {&wanted, &labeled, "LessLabelled", "replicas labelled"},
        {&wanted, &available, "LessAvailable", "replicas available"},
        {&wanted, &ready, "LessReady", "replicas ready"},
        {&replicas, &wanted, "ExtraPods", "replicas wanted, the others have to end"},
    };
    for (struct item it = list_first(checkup->conditions); it.value; it = list_next(it)) {
        const struct condition condition = health_condition(it.value);
        if (condition_is(&condition, "ReplicaFailure", "True"))
            return health_is(checkup, HEALTH_IN_PROGRESS, "ReplicaFailure",
                             "its Pods can't be made or deleted");
    }
    return compare(checkup, rows, ARRAY_LEN(rows)) || health_is_current(checkup);
}

static bool stateful_set(struct checkup *checkup)
{
    static const struct comparison rows[] = {
        {&wanted, &replicas, "LessReplicas", "replicas made"},
        {&wanted, &ready, "LessReady", "replicas ready"},
        {&replicas, &wanted, "ExtraPods", "replicas wanted, the others have to end"},
    };
    static const struct comparison last = {&wanted, &current, "LessCurrent", "replicas current"};
    const int64_t partition =
        health_number(checkup->object, "spec.updateStrategy.rollingUpdate.partition", -1);
    if (str_is(health_text(checkup->object, "spec.updateStrategy.type"), "OnDelete"))
        return health_is_current(checkup);
    if (compare(checkup, rows, ARRAY_LEN(rows)))
        return true;
    if (partition != -1) {
        const int64_t due = count_of(checkup, &wanted) - partition;
        const int64_t done = count_of(checkup, &updated);
        if (done >= due)
            return health_is_current(checkup);
        return health_is(checkup, HEALTH_IN_PROGRESS, "PartitionRollout",
                         "replicas updated: %lld of %lld", (long long)done, (long long)due);
    }
    if (compare(checkup, &last, 1))
        return true;
    if (!str_eq(health_text(checkup->object, "status.currentRevision"),
                health_text(checkup->object, "status.updateRevision")))
        return health_is(checkup, HEALTH_IN_PROGRESS, "RevisionMismatch",
                         "replicas of the old revision are left");
    return health_is_current(checkup);
}

static bool daemon_set(struct checkup *checkup)
{
    static const struct comparison rows[] = {
        {&scheduled, &daemons, "LessCurrent", "Pods on nodes"},
        {&scheduled, &updated_daemons, "LessUpdated", "Pods updated"},
        {&scheduled, &available_daemons, "LessAvailable", "Pods available"},
        {&scheduled, &ready_daemons, "LessReady", "Pods ready"},
    };
    static const struct {
        const char *path, *reason;
    } needed[] = {
        {"metadata.generation", "NoGeneration"},
        {"status.observedGeneration", "NoObservedGeneration"},
        {"status.desiredNumberScheduled", "NoDesiredNumber"},
    };
    for (size_t i = 0; i < ARRAY_LEN(needed); i++)
        if (node_kind(health_field(checkup->object, needed[i].path)) != NODE_INT)
            return health_is(checkup, HEALTH_IN_PROGRESS, needed[i].reason,
                             "its controller has not set %s yet", needed[i].path);
    return compare(checkup, rows, ARRAY_LEN(rows)) || health_is_current(checkup);
}

/* ---- others ---- */

static bool job(struct checkup *checkup)
{
    for (struct item it = list_first(checkup->conditions); it.value; it = list_next(it)) {
        const struct condition condition = health_condition(it.value);
        if (condition_is(&condition, "Complete", "True") ||
            (condition_is(&condition, "Suspended", "True") &&
             node_bool(health_field(checkup->object, "spec.suspend"))))
            return health_is_current(checkup);
        if (condition_is(&condition, "Failed", "True"))
            return health_is(checkup, HEALTH_FAILED, "JobFailed", "the Job has failed: %.*s",
                             STR_FMT(condition.message));
    }
    if (!health_text(checkup->object, "status.startTime").n)
        return health_is(checkup, HEALTH_IN_PROGRESS, "JobNotStarted",
                         "the Job has not started yet");
    if (checkup->options->waits_for_jobs)
        return health_is(checkup, HEALTH_IN_PROGRESS, "JobRunning", "the Job runs");
    return health_is_current(checkup);
}

static bool is_crash_looping(const struct node *object, struct str *ret_container)
{
    const struct node *statuses = health_field(object, "status.containerStatuses");
    for (struct item it = list_first(statuses); it.value; it = list_next(it)) {
        if (!str_is(health_text(it.value, "state.waiting.reason"), "CrashLoopBackOff"))
            continue;
        *ret_container = node_get_text(it.value, STR("name"));
        return true;
    }
    return false;
}

static bool pod_running(struct checkup *checkup)
{
    struct str container;
    for (struct item it = list_first(checkup->conditions); it.value; it = list_next(it)) {
        const struct condition condition = health_condition(it.value);
        if (condition_is(&condition, "Ready", "True"))
            return health_is_current(checkup);
    }
    if (is_crash_looping(checkup->object, &container))
        return health_is(checkup, HEALTH_FAILED, "ContainerCrashLooping",
                         "the container %.*s ends again and again", STR_FMT(container));
    return health_is(checkup, HEALTH_IN_PROGRESS, "PodRunningNotReady", "it runs and is not ready");
}

static bool pod_pending(struct checkup *checkup)
{
    int64_t made;
    for (struct item it = list_first(checkup->conditions); it.value; it = list_next(it)) {
        const struct condition condition = health_condition(it.value);
        if (!condition_is(&condition, "PodScheduled", "False"))
            continue;
        if (!str_is(condition.reason, "Unschedulable"))
            break;
        if (cluster_time_read(health_text(checkup->object, "metadata.creationTimestamp"), &made) &&
            checkup->options->now_s - UNSCHEDULED_S < made)
            return health_is(checkup, HEALTH_IN_PROGRESS, "PodNotScheduled",
                             "no node has been found for it yet");
        return health_is(checkup, HEALTH_FAILED, "PodUnschedulable", "no node can take it: %.*s",
                         STR_FMT(condition.message));
    }
    return health_is(checkup, HEALTH_IN_PROGRESS, "PodPending", "it has not started yet");
}

static bool pod(struct checkup *checkup)
{
    static const struct {
        const char *phase;
        bool (*rule)(struct checkup *);
    } phases[] = {
        {"Succeeded", health_is_current},
        {"Failed", health_is_current},
        {"Running", pod_running},
        {"Pending", pod_pending},
    };
    const struct str phase = health_text(checkup->object, "status.phase");
    for (size_t i = 0; i < ARRAY_LEN(phases); i++)
        if (str_is(phase, phases[i].phase))
            return phases[i].rule(checkup);
    if (!phase.n)
        return health_is(checkup, HEALTH_IN_PROGRESS, "PodNotObserved", "it has no phase yet");
    return health_is(checkup, HEALTH_UNKNOWN, "UnknownPhase", "its phase is %.*s", STR_FMT(phase));
}

static bool claim(struct checkup *checkup)
{
    const struct str phase = health_text(checkup->object, "status.phase");
    if (str_is(phase, "Bound"))
        return health_is_current(checkup);
    return health_is(checkup, HEALTH_IN_PROGRESS, "NotBound", "no volume is bound to it (%.*s)",
                     STR_FMT(phase.n ? phase : STR("no phase")));
}

static bool service(struct checkup *checkup)
{
    if (str_is(health_text(checkup->object, "spec.type"), "LoadBalancer") &&
        !health_text(checkup->object, "spec.clusterIP").n)
        return health_is(checkup, HEALTH_IN_PROGRESS, "NoIPAssigned", "it has no cluster IP yet");
    return health_is_current(checkup);
}

static bool crd(struct checkup *checkup)
{
    for (struct item it = list_first(checkup->conditions); it.value; it = list_next(it)) {
        const struct condition condition = health_condition(it.value);
        if (condition_is(&condition, "NamesAccepted", "False") ||
            (condition_is(&condition, "Established", "False") &&
             !str_is(condition.reason, "Installing")))
            return health_is_condition(checkup, HEALTH_FAILED, &condition);
        if (condition_is(&condition, "Established", "True"))
            return health_is_current(checkup);
    }
    return health_is(checkup, HEALTH_IN_PROGRESS, "Installing", "it is not established yet");
}

static const struct {
    const char *group, *kind;
    bool (*rule)(struct checkup *);
} kinds[] = {
    {"", "Service", service},
    {"", "Pod", pod},
    {"", "Secret", health_is_current},
    {"", "ConfigMap", health_is_current},
    {"", "PersistentVolumeClaim", claim},
    {"apps", "StatefulSet", stateful_set},
    {"apps", "DaemonSet", daemon_set},
    {"extensions", "DaemonSet", daemon_set},
    {"apps", "Deployment", deployment},
    {"extensions", "Deployment", deployment},
    {"apps", "ReplicaSet", replica_set},
    {"extensions", "ReplicaSet", replica_set},
    {"policy", "PodDisruptionBudget", health_is_current},
    {"batch", "CronJob", health_is_current},
    {"batch", "Job", job},
    {"apiextensions.k8s.io", "CustomResourceDefinition", crd},
};

bool health_of_kind(struct checkup *checkup)
{
    const struct str kind = node_get_text(checkup->object, STR("kind"));
    struct str group, version;
    if (!api_version_split(node_get_text(checkup->object, STR("apiVersion")), &group, &version))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_is(group, kinds[i].group) && str_is(kind, kinds[i].kind))
            return kinds[i].rule(checkup);
    return false;
}
