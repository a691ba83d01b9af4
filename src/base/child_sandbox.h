/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a child process may do besides computing, for programs that read what nobody has reviewed:
 * it reads and writes below given folders only, starts no other process, signals and sees none, and
 * reaches no network. The limits are the kernel's, so that neither a plugin nor a mistake of the
 * program gets around them; they hold for all that it starts.
 *
 *   struct child_sandbox sandbox = {.program = path, .readable = {tree}, .writable = {scratch}};
 *   struct child_cage cage;
 *   if (child_cage_open(&sandbox, &cage) < 0) ...
 *   ... child_run(arena, &(struct child_options){.argv = argv, .cage = &cage}, &result);
 *   child_cage_close(&cage);
 *
 * Files are Landlock's (Linux 5.13; where it is missing, is_confined is false and the caller says
 * so), everything else is a seccomp filter, without which nothing is run.
 *
 * Sources: kernel documentation, userspace-api/landlock and userspace-api/seccomp_filter.
 */
#pragma once

#include "base/base.h"

enum { SANDBOX_FOLDERS = 8 };

/* Folders and files that don't exist are left out. */
struct child_sandbox {
    const char *program; /* the one that may run, an absolute path */
    const char *readable[SANDBOX_FOLDERS];
    const char *writable[SANDBOX_FOLDERS]; /* and readable */
};

/* The sandbox as the kernel takes it: made before the fork, entered behind it. */
struct child_cage {
    int rules; /* owned: a Landlock ruleset; -1: none */
    bool is_confined;
};

/* 0 or a negative errno. */
int child_cage_open(const struct child_sandbox *sandbox, struct child_cage *ret_cage) MUST_USE;
void child_cage_close(struct child_cage *cage);
/* In the child, before exec: makes only async-signal-safe calls. -1 with errno. */
int child_cage_enter(const struct child_cage *cage) MUST_USE;
