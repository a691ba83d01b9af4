/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commits that a shallow clone lacks, fetched by the git that is installed: libgit2 before 1.7 can
 * neither fetch a part of history nor deepen. Only objects come in: no reference, index or file of
 * the work tree is written.
 *
 * git runs in its own folder, where a change can put no file, so that nothing of the checkout is
 * found by a relative path; hooks (core.hooksPath may name a folder of the checkout) and the
 * monitor of the work tree are off, submodules are not looked at. The rest of the repository's
 * configuration holds: it is the owner's, and has the credentials.
 */
#include <unistd.h>

#include "base/child.h"
#include "base/limits.h"
#include "repo/repo_internal.h"

enum { OUTPUT_MOST = 64 << 10 };

/* What names another repository, index or object store than the one at hand, and our own token. */
static const char *const not_for_git[] = {
    "GIT_DIR=",
    "GIT_WORK_TREE=",
    "GIT_INDEX_FILE=",
    "GIT_OBJECT_DIRECTORY=",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES=",
    "GIT_COMMON_DIR=",
    "GIT_NAMESPACE=",
    "GIT_SHALLOW_FILE=",
    "GIT_TERMINAL_PROMPT=",
    "TIDEGATE_TOKEN=",
    "TIDEGATE_TOKEN_FILE=",
};

struct text_list {
    VEC(const char *);
};

static bool is_for_git(const char *variable)
{
    for (size_t i = 0; i < ARRAY_LEN(not_for_git); i++)
        if (str_starts(str_from(variable), str_from(not_for_git[i])))
            return false;
    return true;
}

static const char *const *git_environment(struct arena *arena)
{
    struct text_list list = {0};
    for (char **variable = environ; *variable; variable++)
        if (is_for_git(*variable))
            VEC_PUSH(arena, &list, *variable);
    VEC_PUSH(arena, &list, "GIT_TERMINAL_PROMPT=0");
    VEC_PUSH(arena, &list, NULL);
    return list.items;
}

static const char *const *git_arguments(struct arena *arena, struct str git, const char *folder,
                                        const struct str_list *ids)
{
    static const char *const fetch[] = {"-c",
                                        "core.hooksPath=/dev/null",
                                        "-c",
                                        "core.fsmonitor=false",
                                        "-c",
                                        "gc.auto=0",
                                        "-c",
                                        "maintenance.auto=false",
                                        "-c",
                                        "protocol.ext.allow=never",
                                        "fetch",
                                        "--quiet",
                                        "--depth=1",
                                        "--no-tags",
                                        "--no-recurse-submodules",
                                        "--no-write-fetch-head",
                                        "--refmap=",
                                        "--",
                                        "origin"};
    struct text_list list = {0};
    VEC_PUSH(arena, &list, str_to_c(arena, git));
    VEC_PUSH(arena, &list, str_to_c(arena, str_format(arena, "--git-dir=%s", folder)));
    for (size_t i = 0; i < ARRAY_LEN(fetch); i++)
        VEC_PUSH(arena, &list, fetch[i]);
    for (size_t i = 0; i < ids->n; i++)
        VEC_PUSH(arena, &list, str_to_c(arena, ids->items[i]));
    VEC_PUSH(arena, &list, NULL);
    return list.items;
}

/* A URL may have a password in it: what stands between :// and @ is not shown. */
static struct str without_passwords(struct arena *arena, struct str text)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_NOTE_BYTES);
    for (size_t i = 0; i < text.n;) {
        struct str rest = str_from_offset(text, i);
        size_t end = 0;
        if (!str_starts(rest, STR("://"))) {
            buf_add_char(&out, text.p[i++]);
            continue;
        }
        while (end < rest.n && !strchr(" '\"@", rest.p[end]))
            end++;
        bool has_user = end < rest.n && rest.p[end] == '@';
        buf_add(&out, STR("://"));
        i += has_user ? end + 1 : 3;
    }
    return str_dup(arena, buf_str(&out));
}

/* Of what git said the line that begins with what went wrong, else the last. */
static struct str reason(struct arena *arena, struct str said)
{
    struct str line, found = STR("git fetch failed");
    for (struct str rest = said; str_split(&rest, '\n', &line);) {
        line = str_trim(line);
        if (!line.n)
            continue;
        found = line;
        if (str_starts(line, STR("fatal: ")) || str_starts(line, STR("error: ")))
            break;
    }
    struct str shown = diag_escape(arena, without_passwords(arena, found));
    return str_format(arena,
                      "%.*s (a private repository needs the credentials that actions/checkout "
                      "keeps with persist-credentials: true)",
                      STR_FMT(shown));
}

int repo_fetch(struct repo *repo, struct arena *arena, const struct str_list *ids,
               unsigned timeout_ms, struct str *ret_why)
{
    const char *folder = str_to_c(arena, repo_common_dir(repo));
    struct child_result result;
    git_odb *odb = NULL;
    if (!repo->shallow) {
        *ret_why = STR("the clone is not shallow, and a fetch of one commit would cut its history");
        return -1;
    }
    if (env_get("GIT_QUARANTINE_PATH").n) {
        *ret_why = STR("what is checked is not accepted yet");
        return -1;
    }
    const struct str git = child_find(arena, "git");
    if (!git.n) {
        *ret_why = STR("there is no git in PATH");
        return -1;
    }
    const struct child_options options = {.argv = git_arguments(arena, git, folder, ids),
                                          .env = git_environment(arena),
                                          .dir = folder,
                                          .timeout_ms = timeout_ms,
                                          .max_output = OUTPUT_MOST};
    const int error = child_run(arena, &options, &result);
    if (error < 0)
        *ret_why = str_from(strerror(-error));
    else if (result.timed_out)
        *ret_why = str_format(arena, "no end after %u s", (timeout_ms + 999) / 1000);
    else if (result.exit_code != 0)
        *ret_why = reason(arena, result.err);
    else if (git_repository_odb(&odb, repo->handle) == 0)
        (void)git_odb_refresh(odb); /* a new pack is looked for at the next miss, at the latest */
    git_odb_free(odb);
    return error < 0 || result.timed_out || result.exit_code != 0 ? -1 : 0;
}
