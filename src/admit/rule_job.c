/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of Jobs, and of those in CronJobs: how many Pods, under which conditions. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "rule_calls.h"

#include "base/limits.h"

enum {
    COMPLETIONS_SOFT_LIMIT = 100000,
    PARALLELISM_MAX_INDEXED = 100000,
    PARALLELISM_MAX_HIGH_COMPLETIONS = 10000,
    FAILED_INDEXES_MAX = 100000,
    FAILED_INDEXES_MAX_HIGH_COMPLETIONS = 10000,
};

static bool is_indexed(const struct spot *spec)
{
    return child_text_is(spec, "completionMode", "Indexed");
}

/* ---- numbers ---- */

static void check_high_completions(struct validating *v, const struct spot *spec)
{
    const struct spot parallelism = spot_child(v, spec, "parallelism");
    const struct spot failed = spot_child(v, spec, "maxFailedIndexes");
    if (child_int(spec, "completions") <= COMPLETIONS_SOFT_LIMIT ||
        !child_is_set(spec, "backoffLimitPerIndex"))
        return;
    if (!spot_is_set(&failed))
        say_required(v, &failed, "must be specified when completions is above 100000");
    if (spot_int(&parallelism) > PARALLELISM_MAX_HIGH_COMPLETIONS)
        say_invalid(v, &parallelism,
                    "must be less than or equal to 10000 when completions are above 100000 and "
                    "used with backoff limit per index");
    if (spot_int(&failed) > FAILED_INDEXES_MAX_HIGH_COMPLETIONS)
        say_invalid(v, &failed,
                    "must be less than or equal to 10000 when completions are above 100000 and "
                    "used with backoff limit per index");
}

void rule_indexed_job(struct validating *v, const struct spot *spot)
{
    const struct spot completions = spot_child(v, spot, "completions");
    const struct spot parallelism = spot_child(v, spot, "parallelism");
    const struct spot failed = spot_child(v, spot, "maxFailedIndexes");
    if (!is_indexed(spot))
        return;
    if (!spot_is_set(&completions))
        say_required(v, &completions, "when completion mode is Indexed");
    if (spot_int(&parallelism) > PARALLELISM_MAX_INDEXED)
        say_invalid(v, &parallelism,
                    "must be less than or equal to 100000 when completion mode is Indexed");
    if (spot_is_set(&completions) && spot_int(&failed) > spot_int(&completions))
        say_invalid(v, &failed, "must be less than or equal to completions");
    if (spot_int(&failed) > FAILED_INDEXES_MAX)
        say_invalid(v, &failed, "must be less than or equal to 100000");
    check_high_completions(v, spot);
}

void rule_not_indexed_job(struct validating *v, const struct spot *spot)
{
    static const char *const fields[] = {"backoffLimitPerIndex", "maxFailedIndexes"};
    const struct spot mode = spot_child(v, spot, "completionMode");
    if (spot_is_set(&mode) && !spot_text_is(&mode, "NonIndexed"))
        return;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct spot field = spot_child(v, spot, fields[i]);
        if (spot_is_set(&field))
            say_invalid(v, &field, "requires indexed completion mode");
    }
}

void rule_indexed_job_warning(struct validating *v, const struct spot *spot)
{
    if (!is_indexed(spot) || child_int(spot, "completions") <= COMPLETIONS_SOFT_LIMIT ||
        child_int(spot, "parallelism") <= PARALLELISM_MAX_HIGH_COMPLETIONS)
        return;
    const struct str path = path_format(v->ctx->arena, &spot->path);
    say_warning(v, spot,
                str_to_c(v->ctx->arena,
                         str_format(v->ctx->arena,
                                    "%.*s: In Indexed Jobs with a number of completions higher "
                                    "than 10^5 and a parallelism higher than 10^4, Kubernetes "
                                    "might not be able to track completedIndexes when a big "
                                    "number of indexes fail",
                                    STR_FMT(path))));
}

/* ---- who runs it ---- */

/* The controller as a path below a domain: example.com/name. */
void rule_managed_by(struct validating *v, const struct spot *spot)
{
    if (spot_is_set(spot))
        rule_domain_prefixed_path(v, spot);
}

/* ---- Pods ---- */

void rule_job_restart_policy(struct validating *v, const struct spot *spot)
{
    static const char *const policies[] = {"OnFailure", "Never"};
    const struct spot template = spot_child(v, spot, "template");
    const struct spot pod = spot_child(v, &template, "spec");
    const struct spot policy = spot_child(v, &pod, "restartPolicy");
    const bool never = spot_text_is(&policy, "Never");
    if (spot_is_zero(&policy) || spot_text_is(&policy, "Always"))
        say_required(v, &policy, "valid values: \"OnFailure\", \"Never\"");
    else if (!never && !spot_text_is(&policy, "OnFailure"))
        say_unsupported(v, &policy, policies, ARRAY_LEN(policies));
    else if (!never && child_is_set(spot, "podFailurePolicy"))
        say_invalid(v, &policy, "only \"Never\" is supported when podFailurePolicy is specified");
}

/* ---- failure of Pods ---- */

void rule_fail_index(struct validating *v, const struct spot *spot)
{
    const struct spot *job = spot_above(spot, "JobSpec");
    if (spot_text_is(spot, "FailIndex") && job && !child_is_set(job, "backoffLimitPerIndex"))
        say_invalid(v, spot, "requires the backoffLimitPerIndex to be set");
}

void rule_failure_rule_on(struct validating *v, const struct spot *spot)
{
    const struct spot codes = spot_child(v, spot, "onExitCodes");
    const struct spot conditions = spot_child(v, spot, "onPodConditions");
    const bool has_codes = spot_is_set(&codes);
    const bool has_conditions = spot_count(&conditions) > 0;
    if (has_codes && has_conditions)
        say_invalid(v, spot, "specifying both OnExitCodes and OnPodConditions is not supported");
    if (!has_codes && !has_conditions)
        say_invalid(v, spot, "specifying one of OnExitCodes and OnPodConditions is required");
}

static bool has_container(struct validating *v, const struct spot *pod, const char *list,
                          struct str name)
{
    const struct spot containers = spot_child(v, pod, list);
    for (struct each e = each_first(v, &containers); e.spot.path.node; each_next(v, &e))
        if (str_eq(child_text(&e.spot, "name"), name))
            return true;
    return false;
}

void rule_failure_container(struct validating *v, const struct spot *spot)
{
    const struct spot *job = spot_above(spot, "JobSpec");
    if (!spot_is_set(spot) || !job)
        return;
    const struct spot template = spot_child(v, job, "template");
    const struct spot pod = spot_child(v, &template, "spec");
    if (!has_container(v, &pod, "containers", spot_text(spot)) &&
        !has_container(v, &pod, "initContainers", spot_text(spot)))
        say_invalid(v, spot,
                    "must be one of the container or initContainer names in the pod template");
}

void rule_exit_codes(struct validating *v, const struct spot *spot)
{
    const bool in = child_text_is(spot->up, "operator", "In");
    struct map seen = {.arena = v->ctx->arena};
    bool ordered = true;
    int64_t last = INT64_MIN;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const int64_t code = spot_int(&e.spot);
        const struct str key = str_format(v->ctx->arena, "%" PRId64, code);
        if (in && code == 0)
            say_invalid(v, &e.spot, "must not be 0 for the In operator");
        if (map_has(&seen, key))
            say_duplicate(v, &e.spot);
        else
            map_put(&seen, key, &seen);
        ordered &= code >= last;
        last = code;
    }
    if (!ordered)
        say_invalid(v, spot, "must be ordered");
}
