/* SPDX-License-Identifier: Apache-2.0 */
/* A report to the CI job that it was made in, and to the forge behind it. */
#pragma once

#include "cmd/cmd_internal.h"
#include "host/host_changes.h"

struct publish_options {
    struct str_list where; /* check-run, status, comment, comment-on-failure, review */
    struct str name;       /* of the check or status */
    unsigned timeout_s;    /* for all of it; 0: two minutes */
    bool required;         /* what can't be sent is exit code 5 */
    bool no_annotations, no_summary;
    bool format_is_given; /* standard output is somebody else's: no workflow commands there */
};

/* What is wrong with an option, or NULL. */
const char *publish_problem(const struct publish_options *options);
/* The job's own surfaces, which need no permission, and what was asked for. 0, or -1 when a report
 * that is required could not be sent. */
int publish_report(struct arena *arena, const struct host *host,
                   const struct publish_options *options, const struct report *report) MUST_USE;
/* What the gate asks the forge for with --allow-api. */
struct asking {
    struct arena *arena;
    const struct host *host;
};
int ask_touched(void *ctx, struct host_changes *ret_changes, struct str *ret_why);
/* First line of a job's log: which change this is about, and what it was compared with. */
void publish_log(const struct host *host, const struct report *report);
