/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share. */
#pragma once

#include <stdarg.h>

#include "base/buf.h"
#include "cmd/cmd.h"
#include "gate/gate.h"
#include "report/report.h"

extern const struct command command_render;
extern const struct command command_check;
extern const struct command command_sync;
extern const struct command command_rollback;
extern const struct command command_status;
extern const struct command command_history;
extern const struct command command_diff;
extern const struct command command_baseline;
extern const struct command command_explain;
extern const struct command command_rules;
extern const struct command command_init;
extern const struct command command_install_hook;
extern const struct command command_doctor;
extern const struct command command_config;
extern const struct command command_schemas;
extern const struct command command_cluster;
extern const struct command command_completion;
extern const struct command command_man;
extern const struct command command_version;
extern const struct command command_help;

/* "tidegate: text" on standard error, on one line whatever is in it; or the text alone. */
void output_say(const char *fmt, ...) PRINTF(1, 2);
void output_tell(const char *fmt, ...) PRINTF(1, 2);
/* The same, and the exit code for a mistake in the call. */
int usage_error(const char *fmt, ...) PRINTF(1, 2);
int world_error(const char *fmt, ...) PRINTF(1, 2);

/* output.c */
struct report_options output_options(const struct common_args *args);
/* All of it to standard output; quiet when the reader has gone. 0 or -1. */
int output_write(struct str text) MUST_USE;
/* The same, and -1 when the text was cut at its maximum. */
int output_buf(const struct buf *out) MUST_USE;
/* The same for a patch or a file, which can't be escaped: a runner is told not to obey it. */
int output_verbatim(const struct buf *out) MUST_USE;
void output_say_args(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));
void output_findings(const struct diags *diags, const struct common_args *args);

/* cmd_config.c: the configuration of a file, or of this folder; no file at all is the default one.
 * EXIT_OK, or an exit code with findings. */
struct config;
int config_load(struct call *call, struct str file, struct diags *diags,
                struct config *ret_config) MUST_USE;

/* cache_dir.c: "" when nobody says where, or TIDEGATE_CACHE_DIR is empty. */
struct str cache_dir(struct arena *arena);

/* fix.c: what --fix and --diff do. */
struct fix_tally {
    size_t made;
    size_t left;     /* that the last round could not make */
    size_t problems; /* files that have to stay as they are */
};
/* One round, whether a file was changed: then the findings are out of date. */
bool fix_files(struct gate_result *result, bool quiet, struct fix_tally *tally);
void fix_tell(const struct fix_tally *tally);
/* A patch of what a round would do. */
void fix_diff(struct gate_result *result, bool quiet, struct buf *out);

/* progress.c: a line on a terminal once a run takes over a second. */
struct progress {
    uint64_t start_ms;
    uint64_t shown_ms;
    bool is_terminal;
    bool shown;
};
void progress_init(struct progress *progress, bool quiet);
void progress_show(void *progress, size_t done, size_t total);
void progress_end(struct progress *progress);

/* The help page of one command, and the list of commands. */
void help_command(const struct command *command, struct buf *out);
void help_overview(struct buf *out);
