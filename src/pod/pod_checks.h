/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the Pod Security Standards, and the words that they share. */
#pragma once

#include "pod/pod_security.h"

struct names {
    VEC(struct str);
};

/* One check at work on one Pod. */
struct looking {
    struct arena *arena;
    const struct pod *pod;
    unsigned minor;           /* of the standards */
    const struct node *place; /* first offender */
    struct names containers;  /* offenders, as the check meets them */
    struct names values;      /* what they may not have */
    bool pod_sets;            /* the Pod's own security context offends */
    struct str reason, detail;
};

/* True when the Pod breaks it; then place, reason and detail are there. */
typedef bool pod_check_fn(struct looking *l);

pod_check_fn pod_check_app_armor, pod_check_capabilities, pod_check_host_namespaces,
    pod_check_host_path, pod_check_host_ports, pod_check_host_probes, pod_check_privileged,
    pod_check_proc_mount, pod_check_proc_mount_always, pod_check_se_linux, pod_check_seccomp,
    pod_check_sysctls, pod_check_host_process;
pod_check_fn pod_check_all_capabilities, pod_check_escalation, pod_check_volumes,
    pod_check_non_root, pod_check_user, pod_check_seccomp_set;

/* securityContext of a Pod's spec or a container, and what is in it. */
const struct node *security_get(const struct node *holder, const char *name);
bool node_is_true(const struct node *node);
/* The Pod is in a user namespace of its own, which relaxes some checks. */
bool pod_has_own_users(const struct pod *pod);
bool pod_is_windows(const struct pod *pod);

/* Remembers an offender: its name and, of the first, its place. */
void look_add(struct looking *l, const struct container *container, const struct node *place);
void look_value(struct looking *l, struct str value);
void look_pod(struct looking *l, const struct node *place);
/* Says it; true when there is anything to say. */
bool look_say(struct looking *l, const char *reason, const char *fmt, ...) PRINTF(3, 4);

/* "a", "b" with quotes, in this order. */
struct str names_quoted(struct looking *l, const struct names *names);
/* The same sorted, each once. */
struct str values_quoted(struct looking *l);
void names_sort(struct names *names);
/* container "a", or containers "a", "b". */
struct str look_containers(struct looking *l);
/* pod and containers "a", "b". */
struct str look_setters(struct looking *l);
