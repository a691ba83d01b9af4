/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and opening the repository, as git would from the same place. */
#include "repo/repo.h"

#include <git2/sys/repository.h>

#include "base/file.h"
#include "base/limits.h"
#include "repo/repo_internal.h"

static int open_handle(struct arena *arena, const char *path, struct diags *diags,
                       git_repository **ret_handle);
static int apply_environment(struct arena *arena, git_repository *handle, struct diags *diags);
static struct repo *describe(struct arena *arena, git_repository *handle);

/* Whether a search for a repository can find anything: a .git, or the HEAD of a bare repository,
 * here or above. Starting libgit2 costs milliseconds, because its TLS library reads all
 * certificates, and a run over plain files need not pay for that. */
static bool may_be_there(struct arena *arena, const char *path)
{
    static const char *const marks[] = {".git", "HEAD"};
    struct str folder;
    struct file_info info;
    if (env_get("GIT_DIR").n > 0 || path_resolve(arena, path, &folder) < 0)
        return true;
    for (;; folder = path_dir(folder)) {
        struct str here = folder.n > 0 ? folder : STR("/");
        for (size_t i = 0; i < ARRAY_LEN(marks); i++)
            if (file_stat(path_join(arena, here, str_from(marks[i])).p, &info) == 0)
                return true;
        if (folder.n <= 1)
            return false;
    }
}

int repo_open(struct arena *arena, const char *path, struct diags *diags, struct repo **ret_repo)
{
    git_repository *handle = NULL;
    if (!may_be_there(arena, path)) {
        *ret_repo = NULL;
        return 0;
    }
    library_start();
    if (open_handle(arena, path, diags, &handle) < 0)
        return -1;
    if (!handle) {
        *ret_repo = NULL;
        return 0;
    }
    /* Who sets GIT_DIR vouches for the repository: git asks about the owner only when it has
     * searched for it, and its hooks run with GIT_DIR set. */
    if ((env_get("GIT_DIR").n == 0 && owner_check(handle, arena, diags) < 0) ||
        apply_environment(arena, handle, diags) < 0) {
        git_repository_free(handle);
        return -1;
    }
    *ret_repo = describe(arena, handle);
    return 0;
}

void repo_close(struct repo *repo)
{
    if (repo)
        git_repository_free(TAKE(repo->handle));
}

struct str repo_work_dir(const struct repo *repo)
{
    return repo->work_dir;
}

struct str repo_common_dir(const struct repo *repo)
{
    return str_from(git_repository_commondir(repo->handle));
}

struct str repo_hooks_dir(const struct repo *repo, struct arena *arena)
{
    SCOPED(config_handle) git_config *config = NULL;
    git_buf path = {0};
    struct str folder = path_join(arena, repo_common_dir(repo), STR("hooks"));
    if (git_repository_config_snapshot(&config, repo->handle) == 0 &&
        git_config_get_path(&path, config, "core.hooksPath") == 0) {
        const struct str given = str_dup(arena, (struct str){path.ptr, path.size});
        const struct str top = repo->work_dir.n ? repo->work_dir : repo_common_dir(repo);
        folder = str_starts(given, STR("/")) ? given : path_join(arena, top, given);
    }
    git_buf_dispose(&path);
    return folder;
}

bool repo_is_shallow(const struct repo *repo)
{
    return repo->shallow;
}

/* ---- opening ---- */

/* libgit2 steps over a .git that lacks HEAD or objects as if it were not there. If nothing was
 * found further up, such a .git is what the user meant: gives its path. */
static struct str damaged_git_dir(struct arena *arena, const char *path)
{
    struct str folder;
    struct file_info info;
    if (path_resolve(arena, path, &folder) < 0)
        return (struct str){0};
    while (true) {
        struct str candidate = path_join(arena, folder, STR(".git"));
        if (file_stat(candidate.p, &info) == 0)
            return candidate;
        if (folder.n <= 1)
            return (struct str){0};
        struct str parent = path_dir(folder);
        folder = parent.n > 0 ? parent : STR("/");
    }
}

static int open_handle(struct arena *arena, const char *path, struct diags *diags,
                       git_repository **ret_handle)
{
    struct str git_dir = env_get("GIT_DIR");
    struct str across = env_get("GIT_DISCOVERY_ACROSS_FILESYSTEM");
    const char *start = path;
    unsigned flags = 0;
    if (git_dir.n > 0) {
        start = str_to_c(arena, git_dir);
        flags = GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT;
    } else if (str_is(across, "1") || str_eq_fold(across, STR("true"))) {
        flags = GIT_REPOSITORY_OPEN_CROSS_FS;
    }
    /* Not GIT_REPOSITORY_OPEN_FROM_ENV: it fails when GIT_WORK_TREE is set, as in some hooks. */
    int code = git_repository_open_ext(ret_handle, start, flags, getenv("GIT_CEILING_DIRECTORIES"));
    if (code == 0)
        return 0;
    struct str shown = diag_quote(arena, str_from(start));
    if (code != GIT_ENOTFOUND)
        return library_report(diags, "the git repository at %.*s cannot be opened", STR_FMT(shown));
    if (git_dir.n > 0) {
        (void)repo_finding(diags, RULE_GIT_REPOSITORY,
                           "GIT_DIR names %.*s, which is not a git repository", STR_FMT(shown));
        return -1;
    }
    struct str damaged = damaged_git_dir(arena, path);
    if (damaged.n == 0)
        return 0;
    shown = diag_quote(arena, damaged);
    (void)repo_finding(diags, RULE_GIT_REPOSITORY,
                       "%.*s is not a complete git repository: HEAD, objects or refs is missing, "
                       "or it points to a folder that is gone",
                       STR_FMT(shown));
    return -1;
}

static int apply_environment(struct arena *arena, git_repository *handle, struct diags *diags)
{
    struct str work_tree = env_get("GIT_WORK_TREE");
    if (work_tree.n > 0 && git_repository_set_workdir(handle, str_to_c(arena, work_tree), 0) < 0) {
        struct str shown = diag_quote(arena, work_tree);
        return library_report(diags, "GIT_WORK_TREE names %.*s, which cannot be used",
                              STR_FMT(shown));
    }
    if (!objects_in_environment())
        return 0;
    SCOPED(odb_handle) git_odb *odb = NULL;
    struct str path = objects_path(arena, handle);
    if (objects_open(arena, path, &odb) < 0 || git_repository_set_odb(handle, odb) < 0) {
        struct str shown = diag_quote(arena, path);
        return library_report(diags, "the object folder %.*s cannot be opened", STR_FMT(shown));
    }
    return 0;
}

/* ---- what was opened ---- */

/* git is at the top of the work tree when it reads a relative GIT_INDEX_FILE. */
static struct str find_index(struct arena *arena, const struct repo *repo)
{
    struct str named = env_get("GIT_INDEX_FILE");
    if (named.n > 0 && (named.p[0] == '/' || repo->work_dir.n == 0))
        return str_dup(arena, named);
    if (named.n > 0)
        return path_join(arena, repo->work_dir, named);
    if (repo->work_dir.n == 0)
        return (struct str){0};
    return path_join(arena, str_from(git_repository_path(repo->handle)), STR("index"));
}

static struct str folder_path(struct arena *arena, const char *path)
{
    struct str s = str_from(path);
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    return str_dup(arena, s);
}

static struct repo *describe(struct arena *arena, git_repository *handle)
{
    struct repo *repo = ARENA_NEW(arena, struct repo);
    struct str common_dir = str_from(git_repository_commondir(handle));
    const char *work_dir = git_repository_workdir(handle);
    repo->handle = handle;
    if (work_dir)
        repo->work_dir = folder_path(arena, work_dir);
    repo->root = work_dir ? repo->work_dir : folder_path(arena, git_repository_path(handle));
    repo->objects = objects_path(arena, handle);
    repo->index_path = find_index(arena, repo);
    /* Not git_repository_is_shallow(): in a linked work tree it looks in the wrong folder. */
    struct file_info info;
    struct str shallow = path_join(arena, common_dir, STR("shallow"));
    repo->shallow = file_stat(shallow.p, &info) == 0 && info.size > 0;
    return repo;
}
