/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `tidegate sync` share. */
#pragma once

#include "cmd/connect.h"
#include "sync/sync.h"

struct sync_args {
    struct common_args common;
    struct str revision, config, namespace, format, wait, gate_report;
    struct str_list sets;
    bool dry_run, verify, no_prune, no_wait, rewind;
    int64_t prune_count, prune_percent, jobs;
    struct connect_args connect;
};
