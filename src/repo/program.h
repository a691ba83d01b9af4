/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The git that is installed, as a child with a deadline: what libgit2 can't do, or not safely, goes
 * through it. It never runs a hook, a monitor of the work tree or its own housekeeping, and no
 * remote helper beyond git's own; what else it may do is in the environment and the configuration
 * that the caller gives it.
 */
#pragma once

#include "base/child.h"
#include "base/opt.h"

struct program_options {
    const char *folder;                /* the git folder, in which it runs */
    const struct str_list *first_args; /* the command and its options */
    const struct str_list *more_args;  /* or NULL */
    const char *const *env;            /* NULL-terminated */
    unsigned timeout_ms;
    size_t max_output; /* of each stream; 0: 64 KiB */
    uint64_t max_data; /* its memory; 0: inherit */
    uint64_t max_file; /* bytes of one file that it writes, 0: inherit */
    int keep;          /* see child.h */
};

/* 0 when git ran to an end of its own, whatever its exit code. -1 with a reason in one line: there
 * is none, it can't be started, or it had no end in time (then ret_result->timed_out). */
int program_run(struct arena *arena, const struct program_options *options,
                struct child_result *ret_result, struct str *ret_why) MUST_USE;
/* Of what git said the line that begins with what went wrong, else the last; "" when it said
 * nothing. Without passwords of URLs, and fit to be shown. */
struct str program_said(struct arena *arena, struct str said);
