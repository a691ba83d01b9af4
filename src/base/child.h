/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Child processes with deadlines and limits. No shell: argv goes to the program as it is. The
 * child gets its own process group, which is killed as a whole when the deadline or an output
 * limit is reached.
 */
#pragma once

#include "base/arena.h"
#include "base/child_sandbox.h"
#include "base/str.h"

struct child_options {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
    const char *const *env;  /* NULL-terminated, or NULL: inherit */
    const char *dir;         /* working directory, or NULL */
    struct str input;        /* standard input; empty: /dev/null */
    unsigned timeout_ms;     /* 0: none */
    size_t max_output;       /* for each of stdout and stderr */
    uint64_t max_memory;     /* address space in bytes, 0: inherit */
    uint64_t max_data;       /* memory that it can write to, 0: inherit */
    uint64_t max_file;       /* bytes of a file that it writes, 0: inherit */
    int keep; /* a descriptor above 2 that it and its children have as well; 0: none */
    const struct child_cage *cage; /* entered before the program starts; NULL: none */
};

struct child_result {
    int exit_code; /* -1 when killed by a signal */
    int signal;
    bool timed_out;
    bool output_cut; /* max_output was reached: killed */
    struct str out;  /* in the arena */
    struct str err;
};

/* 0 when the child ran, however it ended; -ENOENT when there is no such program. */
int child_run(struct arena *arena, const struct child_options *options,
              struct child_result *ret_result) MUST_USE;
/* The absolute path of a program, "" when there is none. Found as exec does, but never in a folder
 * of PATH that depends on where the caller is: that may be a checkout. */
struct str child_find(struct arena *arena, const char *program);
