/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose repository is it? git refuses a repository of another user, because its configuration may
 * run programs, unless safe.directory lists it (gitconfig, "safe.directory"). libgit2 1.5 has the
 * refusal with a misleading message and knows neither `*` nor GIT_CONFIG_GLOBAL, so the rule is
 * applied here, as git has it.
 */
#include "repo/repo_internal.h"

#include <ctype.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"

enum { CONFIG_PAIRS = 1024 }; /* GIT_CONFIG_COUNT comes from outside */

static bool is_mine(const char *path);
static const char *foreign_path(git_repository *handle, struct arena *arena);
static bool is_declared_safe(struct str root, struct arena *arena);

static struct str without_slash(struct arena *arena, const char *path)
{
    struct str s = str_from(path);
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    return str_dup(arena, s);
}

/* For pasting into a shell. */
static struct str shell_word(struct arena *arena, struct str path)
{
    size_t plain = 0;
    while (plain < path.n && (isalnum((unsigned char)path.p[plain]) ||
                              str_find_char(STR("/._-+@:,"), path.p[plain]) >= 0))
        plain++;
    if (plain == path.n)
        return path;
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_PATH_BYTES * 4);
    buf_add_char(&out, '\'');
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '\'')
            buf_add_c(&out, "'\\'");
        buf_add_char(&out, path.p[i]);
    }
    buf_add_char(&out, '\'');
    return str_dup(arena, buf_str(&out));
}

int owner_check(git_repository *handle, struct arena *arena, struct diags *diags)
{
    const char *foreign = foreign_path(handle, arena);
    if (!foreign)
        return 0;
    const char *work_dir = git_repository_workdir(handle);
    struct str root = without_slash(arena, work_dir ? work_dir : git_repository_path(handle));
    if (is_declared_safe(root, arena))
        return 0;
    struct stat st = {0};
    (void)lstat(foreign, &st);
    struct str shown = diag_quote(arena, root);
    struct diag *diag =
        repo_finding(diags, RULE_GIT_OWNER, "%.*s belongs to user %u, and tidegate runs as user %u",
                     STR_FMT(shown), st.st_uid, geteuid());
    struct str word = shell_word(arena, root);
    diag_hint(diags, diag, "git config --global --add safe.directory %.*s", STR_FMT(word));
    return -1;
}

/* As git: root accepts what belongs to the user who called sudo. */
static bool is_mine(const char *path)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return false;
    uid_t me = geteuid();
    if (st.st_uid == me)
        return true;
    uint64_t caller;
    if (me != 0 || number_parse_u64(env_get("SUDO_UID"), &caller) < 0)
        return false;
    return st.st_uid == caller;
}

/* The first of git's three places (.git file, work tree, repository) that is somebody else's. */
static const char *foreign_path(git_repository *handle, struct arena *arena)
{
    const char *git_dir = git_repository_path(handle);
    const char *work_dir = git_repository_workdir(handle);
    if (work_dir && !is_mine(work_dir))
        return work_dir;
    if (work_dir) {
        struct str link = str_format(arena, "%s.git", work_dir);
        struct file_info info;
        if (file_stat(link.p, &info) == 0 && !is_mine(link.p))
            return link.p;
    }
    return is_mine(git_dir) ? NULL : git_dir;
}

/* ---- safe.directory ---- */

struct safety {
    struct arena *arena;
    struct str root; /* canonical */
    bool safe;       /* the last matching value wins, and an empty one clears the list */
};

static void safety_value(struct safety *safety, struct str value)
{
    if (value.n == 0) {
        safety->safe = false;
        return;
    }
    if (safety->safe)
        return;
    if (str_is(value, "*")) {
        safety->safe = true;
        return;
    }
    bool below = str_ends(value, STR("/*"));
    if (below)
        value = str_sub(value, 0, value.n - 2);
    if (str_starts(value, STR("~/")))
        value = path_join(safety->arena, env_get("HOME"), str_from_offset(value, 2));
    struct str path;
    if (path_resolve(safety->arena, str_to_c(safety->arena, value), &path) < 0)
        return;
    if (below)
        path = str_concat(safety->arena, path, STR("/"));
    safety->safe = below ? str_starts(safety->root, path) : str_eq(safety->root, path);
}

static int config_value(const git_config_entry *entry, void *payload)
{
    safety_value(payload, str_from(entry->value));
    return 0;
}

static void safety_file(struct safety *safety, struct str path)
{
    SCOPED(config_handle) git_config *config = NULL;
    struct file_info info;
    const char *name = str_to_c(safety->arena, path);
    if (path.n == 0 || file_stat(name, &info) < 0)
        return;
    if (git_config_open_ondisk(&config, name) < 0)
        return; /* a file that can't be parsed declares nothing safe */
    (void)git_config_get_multivar_foreach(config, "safe.directory", NULL, config_value, safety);
}

/* GIT_CONFIG_COUNT, GIT_CONFIG_KEY_n, GIT_CONFIG_VALUE_n: git's way for containers. */
static void safety_environment(struct safety *safety)
{
    uint64_t count;
    if (number_parse_u64(env_get("GIT_CONFIG_COUNT"), &count) < 0)
        return;
    for (unsigned i = 0; i < MIN_OF(count, (uint64_t)CONFIG_PAIRS); i++) {
        struct str key = str_format(safety->arena, "GIT_CONFIG_KEY_%u", i);
        struct str value = str_format(safety->arena, "GIT_CONFIG_VALUE_%u", i);
        if (str_eq_fold(env_get(key.p), STR("safe.directory")))
            safety_value(safety, env_get(value.p));
    }
}

/* Only what the user or the machine's owner wrote counts, never the repository's own file. */
static bool is_declared_safe(struct str root, struct arena *arena)
{
    struct safety safety = {.arena = arena, .root = root};
    struct str resolved;
    if (path_resolve(arena, str_to_c(arena, root), &resolved) == 0)
        safety.root = resolved;
    struct str home = env_get("HOME");
    struct str config_home = env_get("XDG_CONFIG_HOME");
    struct str system = env_get("GIT_CONFIG_SYSTEM");
    struct str global = env_get("GIT_CONFIG_GLOBAL");
    struct str no_system = env_get("GIT_CONFIG_NOSYSTEM");
    if (no_system.n == 0 || str_is(no_system, "0") || str_eq_fold(no_system, STR("false")))
        safety_file(&safety, system.n > 0 ? system : STR("/etc/gitconfig"));
    if (global.n > 0) {
        safety_file(&safety, global);
    } else {
        if (config_home.n == 0 && home.n > 0)
            config_home = path_join(arena, home, STR(".config"));
        if (config_home.n > 0)
            safety_file(&safety, path_join(arena, config_home, STR("git/config")));
        if (home.n > 0)
            safety_file(&safety, path_join(arena, home, STR(".gitconfig")));
    }
    safety_environment(&safety);
    return safety.safe;
}
