/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate check --fix` and `--diff`: what they do to files, and what they say. */
#include "cmd/cmd_internal.h"

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void tell_problem(struct fix_tally *tally, const struct gate_fix *fix)
{
    tally->problems++;
    output_say("%.*s stays as it is: %s", STR_FMT(fix->source->path), fix->problem);
}

/* made: "fixed", or "would fix" */
static void take(struct fix_tally *tally, const struct gate_fix *fix, const char *made, bool quiet)
{
    tally->made += fix->made;
    tally->left += fix->left;
    if (!quiet && fix->made)
        output_say("%s %zu finding%s in %.*s", made, fix->made, plural(fix->made),
                   STR_FMT(fix->source->path));
}

bool fix_files(struct gate_result *result, bool quiet, struct fix_tally *tally)
{
    struct gate_fixes fixes = {0};
    bool changed = false;
    tally->left = 0;
    gate_find_fixes(result, &fixes);
    for (size_t i = 0; i < fixes.n; i++) {
        struct gate_fix *fix = &fixes.items[i];
        if (gate_write_fix(result, fix) < 0) {
            tell_problem(tally, fix);
            continue;
        }
        take(tally, fix, "fixed", quiet);
        changed |= fix->made > 0;
    }
    return changed;
}

void fix_tell(const struct fix_tally *tally)
{
    if (!tally->made && !tally->left && !tally->problems)
        output_say("no finding has a fix");
    else if (tally->left)
        output_say("%zu more finding%s a fix: run again", tally->left,
                   tally->left == 1 ? " has" : "s have");
}

void fix_diff(struct gate_result *result, bool quiet, struct buf *out)
{
    struct gate_fixes fixes = {0};
    struct fix_tally tally = {0};
    gate_find_fixes(result, &fixes);
    for (size_t i = 0; i < fixes.n; i++) {
        if (gate_diff_fix(result, &fixes.items[i], out) < 0)
            tell_problem(&tally, &fixes.items[i]);
        else
            take(&tally, &fixes.items[i], "would fix", quiet);
    }
    if (!quiet)
        fix_tell(&tally);
}
