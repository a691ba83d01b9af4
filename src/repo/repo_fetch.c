/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commits that a shallow clone lacks, fetched by the git that is installed: libgit2 before 1.7 can
 * neither fetch a part of history nor deepen. Only objects come in: no reference, index or file of
 * the work tree is written, submodules are not looked at. Besides what program.h switches off, the
 * repository's configuration holds: it is the owner's, and has the credentials.
 */
#include <unistd.h>

#include "repo/program.h"
#include "repo/repo_internal.h"

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

static void fetch_arguments(struct arena *arena, struct str_list *list)
{
    static const char *const words[] = {"fetch",
                                        "--quiet",
                                        "--depth=1",
                                        "--no-tags",
                                        "--no-recurse-submodules",
                                        "--no-write-fetch-head",
                                        "--refmap=",
                                        "--",
                                        "origin"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        VEC_PUSH(arena, list, str_from(words[i]));
}

static struct str reason(struct arena *arena, struct str said)
{
    struct str line = program_said(arena, said);
    if (!line.n)
        line = STR("git fetch failed");
    return str_format(arena,
                      "%.*s (a private repository needs the credentials that actions/checkout "
                      "keeps with persist-credentials: true)",
                      STR_FMT(line));
}

int repo_fetch(struct repo *repo, struct arena *arena, const struct str_list *ids,
               unsigned timeout_ms, struct str *ret_why)
{
    struct str_list words = {0};
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
    fetch_arguments(arena, &words);
    const struct program_options options = {.folder = str_to_c(arena, repo_common_dir(repo)),
                                            .first_args = &words,
                                            .more_args = ids,
                                            .env = git_environment(arena),
                                            .timeout_ms = timeout_ms};
    if (program_run(arena, &options, &result, ret_why) < 0)
        return -1;
    if (result.exit_code != 0) {
        *ret_why = reason(arena, result.err);
        return -1;
    }
    if (git_repository_odb(&odb, repo->handle) == 0)
        (void)git_odb_refresh(odb); /* a new pack is looked for at the next miss, at the latest */
    git_odb_free(odb);
    return 0;
}
