/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Pod Security Standards, as the PodSecurity admission plugin (k8s.io/pod-security-admission)
 * holds Pods against them: the levels baseline and restricted, in each of their versions.
 *
 *   struct pod_policy policy = {POD_RESTRICTED, POD_LATEST};
 *   struct pod_violations found = {0};
 *   pod_security_check(&arena, &pod, &policy, 36, &found);
 *
 * Each check is one row of the table in pod_security.c and one rule of rules/pod-security; the
 * words of a violation are the plugin's.
 */
#pragma once

#include "pack/pack.h"
#include "pod/pod.h"

enum pod_level { POD_PRIVILEGED, POD_BASELINE, POD_RESTRICTED };

enum { POD_LATEST = 9999 }; /* as a minor */

struct pod_policy {
    enum pod_level level;
    unsigned minor; /* version of the standards: 28 for v1.28, or POD_LATEST */
};

struct pod_violation {
    enum pack_id rule;
    const struct node *place; /* first of what breaks it, or what lacks something */
    struct str reason;        /* "hostPort" */
    struct str detail;        /* "container \"web\" uses hostPort 80" */
};

struct pod_violations {
    VEC(struct pod_violation);
};

/* A level by its name ("baseline"), a version by its text ("latest", "v1.28"). */
bool pod_level_parse(struct str text, enum pod_level *ret_level);
bool pod_version_parse(struct str text, unsigned *ret_minor);
/* "restricted:v1.28" */
struct str pod_policy_name(struct arena *arena, const struct pod_policy *policy);

/* All that a cluster of this minor would say, in the plugin's order. */
void pod_security_check(struct arena *arena, const struct pod *pod, const struct pod_policy *policy,
                        unsigned cluster_minor, struct pod_violations *violations);
