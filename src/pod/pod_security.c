/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the Pod Security Standards, and which of its rows a level and version mean. */
#include "pod/pod_security.h"

#include "pod/pod_checks.h"

enum { SINCE_EVER = 0 };

/*
 * In the plugin's order: baseline, then restricted, each sorted by the plugin's own ids. A check of
 * restricted that looks at the same thing more strictly takes the place of the one of baseline.
 */
static const struct row {
    enum pack_id rule;
    enum pod_level level;
    unsigned since;          /* version of the standards */
    unsigned replaced_since; /* in restricted: by a stricter one; 0: never */
    pod_check_fn *check;
} rows[] = {
    {PACK_POD_SECURITY_BASELINE_APP_ARMOR, POD_BASELINE, SINCE_EVER, 0, pod_check_app_armor},
    {PACK_POD_SECURITY_BASELINE_CAPABILITIES, POD_BASELINE, SINCE_EVER, 22, pod_check_capabilities},
    {PACK_POD_SECURITY_BASELINE_HOST_NAMESPACES, POD_BASELINE, SINCE_EVER, 0,
     pod_check_host_namespaces},
    {PACK_POD_SECURITY_BASELINE_HOST_PATH, POD_BASELINE, SINCE_EVER, 1, pod_check_host_path},
    {PACK_POD_SECURITY_BASELINE_HOST_PORTS, POD_BASELINE, SINCE_EVER, 0, pod_check_host_ports},
    {PACK_POD_SECURITY_BASELINE_HOST_PROBES, POD_BASELINE, 34, 0, pod_check_host_probes},
    {PACK_POD_SECURITY_BASELINE_PRIVILEGED, POD_BASELINE, SINCE_EVER, 0, pod_check_privileged},
    {PACK_POD_SECURITY_BASELINE_PROC_MOUNT, POD_BASELINE, SINCE_EVER, 35, pod_check_proc_mount},
    {PACK_POD_SECURITY_BASELINE_SE_LINUX, POD_BASELINE, SINCE_EVER, 0, pod_check_se_linux},
    {PACK_POD_SECURITY_BASELINE_SECCOMP, POD_BASELINE, SINCE_EVER, 19, pod_check_seccomp},
    {PACK_POD_SECURITY_BASELINE_SYSCTLS, POD_BASELINE, SINCE_EVER, 0, pod_check_sysctls},
    {PACK_POD_SECURITY_BASELINE_WINDOWS_HOST_PROCESS, POD_BASELINE, SINCE_EVER, 0,
     pod_check_host_process},
    {PACK_POD_SECURITY_RESTRICTED_PRIVILEGE_ESCALATION, POD_RESTRICTED, 8, 0, pod_check_escalation},
    {PACK_POD_SECURITY_RESTRICTED_CAPABILITIES, POD_RESTRICTED, 22, 0, pod_check_all_capabilities},
    {PACK_POD_SECURITY_RESTRICTED_PROC_MOUNT, POD_RESTRICTED, 35, 0, pod_check_proc_mount_always},
    {PACK_POD_SECURITY_RESTRICTED_VOLUME_TYPES, POD_RESTRICTED, SINCE_EVER, 0, pod_check_volumes},
    {PACK_POD_SECURITY_RESTRICTED_RUN_AS_NON_ROOT, POD_RESTRICTED, SINCE_EVER, 0,
     pod_check_non_root},
    {PACK_POD_SECURITY_RESTRICTED_RUN_AS_USER, POD_RESTRICTED, 23, 0, pod_check_user},
    {PACK_POD_SECURITY_RESTRICTED_SECCOMP, POD_RESTRICTED, 19, 0, pod_check_seccomp_set},
};

static const char *const levels[] = {"privileged", "baseline", "restricted"}; /* order: pod_level */

bool pod_level_parse(struct str text, enum pod_level *ret_level)
{
    for (enum pod_level level = POD_PRIVILEGED; level <= POD_RESTRICTED; level++) {
        if (!str_is(text, levels[level]))
            continue;
        *ret_level = level;
        return true;
    }
    return false;
}

bool pod_version_parse(struct str text, unsigned *ret_minor)
{
    if (str_is(text, "latest")) {
        *ret_minor = POD_LATEST;
        return true;
    }
    if (!str_starts(text, STR("v1.")) || text.n < 4 || text.n > 6 ||
        (text.p[3] == '0' && text.n > 4))
        return false;
    unsigned minor = 0;
    for (size_t i = 3; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        minor = minor * 10 + (unsigned)(text.p[i] - '0');
    }
    *ret_minor = minor;
    return true;
}

struct str pod_policy_name(struct arena *arena, const struct pod_policy *policy)
{
    if (policy->minor == POD_LATEST)
        return str_format(arena, "%s:latest", levels[policy->level]);
    return str_format(arena, "%s:v1.%u", levels[policy->level], policy->minor);
}

static bool applies(const struct row *row, enum pod_level level, unsigned minor)
{
    if (row->level > level || minor < row->since)
        return false;
    return level != POD_RESTRICTED || !row->replaced_since || minor < row->replaced_since;
}

void pod_security_check(struct arena *arena, const struct pod *pod, const struct pod_policy *policy,
                        unsigned cluster_minor, struct pod_violations *violations)
{
    if (policy->level == POD_PRIVILEGED)
        return;
    /* A cluster knows no newer standards than its own. */
    const unsigned minor = MIN_OF(policy->minor, cluster_minor);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct looking l = {.arena = arena, .pod = pod, .minor = minor};
        if (!applies(&rows[i], policy->level, minor) || !rows[i].check(&l))
            continue;
        VEC_PUSH(arena, violations,
                 ((struct pod_violation){rows[i].rule, l.place, l.reason, l.detail}));
    }
}
