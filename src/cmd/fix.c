/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate check --fix` and `--diff`: what they do to files, and what they say. */
#include <stdarg.h>

#include "cmd/cmd_internal.h"

struct tally {
    size_t files;
    size_t made;
    size_t left;
};

static void tell(const char *fmt, ...) PRINTF(1, 2);

static void tell(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("tidegate: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
}

static void count(struct tally *tally, const struct gate_fix *fix)
{
    tally->files += fix->made > 0;
    tally->made += fix->made;
    tally->left += fix->left;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void tell_problem(struct tally *tally, const struct gate_fix *fix)
{
    tally->left += fix->made + fix->left;
    tell("%.*s stays as it is: %s", STR_FMT(fix->source->path), fix->problem);
}

/* done: "fixed", or "would fix" */
static void tell_sum(const struct tally *tally, const char *done, bool quiet)
{
    if (quiet)
        return;
    if (!tally->made && !tally->left)
        tell("no finding has a fix");
    else
        tell("%s %zu finding%s in %zu file%s", done, tally->made, plural(tally->made), tally->files,
             plural(tally->files));
    if (tally->made && tally->left)
        tell("%zu more can be fixed: run again", tally->left);
}

bool fix_files(struct gate_result *result, bool quiet)
{
    struct gate_fixes fixes = {0};
    struct tally tally = {0};
    gate_find_fixes(result, &fixes);
    for (size_t i = 0; i < fixes.n; i++) {
        struct gate_fix *fix = &fixes.items[i];
        if (gate_write_fix(result, fix) < 0) {
            tell_problem(&tally, fix);
            continue;
        }
        count(&tally, fix);
        if (!quiet)
            tell("%.*s: fixed %zu finding%s", STR_FMT(fix->source->path), fix->made,
                 plural(fix->made));
    }
    tell_sum(&tally, "fixed", quiet);
    return tally.files > 0;
}

void fix_diff(struct gate_result *result, bool quiet, struct buf *out)
{
    struct gate_fixes fixes = {0};
    struct tally tally = {0};
    gate_find_fixes(result, &fixes);
    for (size_t i = 0; i < fixes.n; i++) {
        if (gate_diff_fix(result, &fixes.items[i], out) < 0)
            tell_problem(&tally, &fixes.items[i]);
        else
            count(&tally, &fixes.items[i]);
    }
    tell_sum(&tally, "would fix", quiet);
}
