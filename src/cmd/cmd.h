/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd: the command line, one file per subcommand and one row in the table of cmd.c. Help pages,
 * shell completion and the man page are printed from the same tables that parse, so they can't be
 * out of step. Findings go to standard output, everything else to standard error.
 */
#pragma once

#include "base/arena.h"
#include "base/opt.h"
#include "base/str.h"

/* Options that every command takes; the first member of each command's own struct. */
struct common_args {
    bool help;
    bool quiet;
    struct str color; /* auto, always, never */
};

#define COMMON_OPTIONS                                                                             \
    {.name = "color",                                                                              \
     .kind = OPT_CHOICE,                                                                           \
     .arg = "WHEN",                                                                                \
     .choices = "auto|always|never",                                                               \
     .help = "colour the output; auto means on a terminal",                                        \
     .offset = offsetof(struct common_args, color)},                                               \
        {.name = "quiet",                                                                          \
         .letter = 'q',                                                                            \
         .kind = OPT_FLAG,                                                                         \
         .help = "print findings only",                                                            \
         .offset = offsetof(struct common_args, quiet)},                                           \
        {.name = "help",                                                                           \
         .letter = 'h',                                                                            \
         .kind = OPT_FLAG,                                                                         \
         .help = "show this page",                                                                 \
         .offset = offsetof(struct common_args, help)},                                            \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* One use of a command. `args` is its own struct, zeroed and then filled by its options. */
struct call {
    struct arena *arena;
    const struct command *command;
    void *args;
    struct str_list rest; /* positional arguments */
};

struct command {
    const char *name;
    const char *summary;   /* one line for the list of commands */
    const char *arguments; /* "[PATH…]" */
    const char *about;     /* paragraphs of the help page */
    const char *examples;  /* lines of the help page */
    const struct opt *options;
    size_t args_size;
    bool hidden;
    int (*run)(struct call *call); /* exit code */
};

int cmd_main(int argc, const char *const *argv);

/* The table, for help, completion and the man page. NULL past the end. */
const struct command *command_at(size_t i);
const struct command *command_find(struct str name);
