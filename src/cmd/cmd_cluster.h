/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of `tidegate cluster` share. */
#pragma once

#include "cmd/cluster_export.h"

struct cluster_args {
    struct common_args common;
    /* setup-gate */
    struct str user, group, account;
    struct str_list namespaces, resources;
    bool secrets, rbac;
    struct export_args export;
};

/* Verbs; their own arguments count from call->rest.items[1]. */
int cluster_setup_gate(struct call *call);
int cluster_export(struct call *call);
