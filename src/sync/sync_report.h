/* SPDX-License-Identifier: Apache-2.0 */
/* A pass in words. */
#pragma once

#include "sync/sync.h"

/* What stands against the commit: of the gate what fails it, and all that planning and writing
 * found. Sorted; the list is the caller's. */
void sync_findings(const struct sync_commit *commit, const struct sync_result *result,
                   struct diags *ret_diags);
/* "3 created, 1 pruned, 12 unchanged"; "nothing to do". */
struct str sync_counts_text(struct arena *arena, const struct set_counts *counts);
/* With `plans` what would be done to each object, too. */
void sync_write_text(const struct sync_commit *commit, const struct sync_result *result, bool plans,
                     const struct report_options *options, struct buf *out);
/* Version 1, additive changes only; the findings are those of check's report. */
void sync_write_json(const struct sync_commit *commit, const struct sync_result *result,
                     struct buf *out);
