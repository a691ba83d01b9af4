/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a commit comes from another, with as little of the history as says it. Going back behind
 * what was applied (a forced push, an old commit that somebody offers as new) is what it is for.
 */
#include "base/clock.h"
#include "base/file.h"
#include "remote/remote_internal.h"
#include "repo/repo.h"

enum { DEPTH_STEP = 64, DEPTH_FACTOR = 4, SHALLOW_BYTES = 4 << 20 };

static bool is_ancestor(struct remote *remote, struct arena *arena, const char *ancestor,
                        const char *commit)
{
    const struct remote_command ask = {.words = {"merge-base", "--is-ancestor", ancestor, commit},
                                       .deadline = clock_ms() + remote->options.poll_ms,
                                       .is_local = true};
    struct remote_run run;
    struct str id;
    return remote_find_commit(remote, arena, NULL, str_from(ancestor), &id) &&
           remote_run(remote, arena, &ask, &run) == 0;
}

/* Whether no line of the history ends at a commit whose parents were not fetched, which git takes
 * for one without parents. */
static bool is_whole(struct remote *remote, struct arena *arena, const char *commit)
{
    const struct remote_command roots = {.words = {"rev-list", "--max-parents=0", commit},
                                         .deadline = clock_ms() + remote->options.poll_ms,
                                         .is_local = true};
    const char *path = str_to_c(arena, path_join(arena, str_from(remote->folder), STR("shallow")));
    struct remote_run run;
    struct str ends, root;
    const int error = file_read(arena, path, SHALLOW_BYTES, &ends);
    if (error < 0 && error != -ENOENT)
        return false;
    if (remote_run(remote, arena, &roots, &run) < 0)
        return false;
    for (struct str rest = run.out; error == 0 && str_split(&rest, '\n', &root);)
        if (str_has(ends, root))
            return false;
    return true;
}

static int deepen(struct remote *remote, struct arena *arena, const char *commit, unsigned by,
                  uint64_t deadline, struct str *ret_why)
{
    const char *how = str_to_c(arena, str_format(arena, "--deepen=%u", by));
    struct remote_command fetch = {
        .words = {"fetch", "--quiet", how, "--no-tags", "--no-recurse-submodules",
                  "--no-write-fetch-head", "--refmap=", "--"},
        .deadline = deadline,
    };
    struct remote_answer answer;
    VEC_PUSH(arena, &fetch.more, remote->address.clean);
    VEC_PUSH(arena, &fetch.more, str_from(commit));
    if (remote_run_fetch(remote, arena, &fetch, &answer) == 0)
        return 0;
    *ret_why = answer.why;
    return -1;
}

enum remote_descent remote_descends(struct remote *remote, struct arena *arena, struct str ancestor,
                                    struct str commit, struct str *ret_why)
{
    const uint64_t deadline = clock_ms() + remote->options.fetch_ms;
    const char *from = str_to_c(arena, ancestor);
    const char *to = str_to_c(arena, commit);
    struct str id;
    *ret_why = STR("these are no commits that were fetched");
    if (!repo_is_id(ancestor) || !repo_is_id(commit) ||
        !remote_find_commit(remote, arena, NULL, commit, &id))
        return REMOTE_UNTOLD;
    unsigned step = DEPTH_STEP;
    for (unsigned depth = 0;; depth += step, step *= DEPTH_FACTOR) {
        if (is_ancestor(remote, arena, from, to))
            return REMOTE_DESCENDS;
        if (is_whole(remote, arena, to))
            return REMOTE_DIVERGED;
        if (depth >= remote->options.max_depth)
            break;
        step = MIN_OF(step, remote->options.max_depth - depth);
        if (deepen(remote, arena, to, step, deadline, ret_why) < 0)
            return REMOTE_UNTOLD;
    }
    *ret_why = str_format(arena, "not found among the last %u commits, and there are older ones",
                          remote->options.max_depth);
    return REMOTE_UNTOLD;
}
