/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_changes: which files a pull request changes, as GitHub says it. For where comments can
 * stand, and for clones that lack the base.
 *
 *   struct host_changes changes;
 *   struct host_sent sent = host_changes_list(client, &changes);
 *   if (sent.outcome == HOST_DONE && !changes.is_cut) ...
 *
 * Lifetime: texts live in the client's arena.
 *
 * Source: docs.github.com REST API, "List pull requests files".
 */
#pragma once

#include "host/host_publish.h"

struct host_change {
    struct str path;
    struct str old_path; /* of a file that was renamed; else "" */
    struct str status;   /* added, removed, modified, renamed, copied, changed, unchanged */
    struct str patch;    /* hunks; "" of binary, large and unchanged files */
};

struct host_changes {
    VEC(struct host_change);
    bool is_cut; /* the API lists 3000 files, and there may be more */
};

struct host_sent host_changes_list(struct host_client *client, struct host_changes *ret_changes);
/* The file's change, NULL when it has none. */
const struct host_change *host_changes_find(const struct host_changes *changes, struct str path);
/* Whether one hunk shows all of these lines, and as they are: a test merge may have others. */
bool host_change_shows(const struct host_change *change, uint32_t first, struct str lines);
