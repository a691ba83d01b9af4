/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line from a table: one array of options parses, prints help, and feeds completion
 * and the man page. `--name value`, `--name=value`, `-n value`, `-nvalue`, grouped short flags,
 * `--` ends options, `-` is a positional argument.
 *
 *   static const struct opt options[] = {
 *       {.name = "color", .letter = 0, .kind = OPT_CHOICE, .arg = "WHEN",
 *        .choices = "auto|always|never", .help = "...", .offset = offsetof(struct args, color)},
 *       {0}};
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum opt_kind {
    OPT_FLAG,   /* bool at offset becomes true; `--no-NAME` makes it false */
    OPT_TEXT,   /* struct str at offset; the last one wins */
    OPT_LIST,   /* struct str_list at offset; each use adds one */
    OPT_NUMBER, /* int64_t at offset, base 10 */
    OPT_CHOICE, /* struct str at offset, one of `choices` */
    OPT_MAYBE,  /* the same, the first of them without a value; only `=value` is one */
};

struct str_list {
    struct str *items;
    size_t n;
    size_t cap;
};

struct opt {
    const char *name; /* without dashes; NULL ends the table */
    char letter;      /* 0: none */
    enum opt_kind kind;
    const char *arg;     /* name of the value in the help, in capitals */
    const char *choices; /* a|b|c; for OPT_LIST and OPT_TEXT only completion candidates, or NULL */
    const char *help;    /* one sentence, lower case, no full stop */
    size_t offset;
    int64_t min, max; /* OPT_NUMBER, both inclusive; both 0: any */
    bool hidden;      /* parsed, not shown */
};

/* Parses argv[0..argc) into `target`. Positional arguments are appended to ret_rest. 0, or -EINVAL
 * with a sentence in the arena that says what is wrong and, for a misspelt name, what was meant. */
int opt_parse(struct arena *arena, const struct opt *table, int argc, const char *const *argv,
              void *target, struct str_list *ret_rest, struct str *ret_error) MUST_USE;
/* The options' part of a help page, wrapped at 80 columns. */
void opt_help(const struct opt *table, struct buf *out);
