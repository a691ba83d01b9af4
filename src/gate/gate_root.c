/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which folder a run is about: the top of the repository that holds what was asked for, or, outside
 * of any repository, the folder itself. Found by looking for .git upwards, so that a run over one
 * file need not start the git library.
 */
#include "base/file.h"
#include "gate/gate_internal.h"

static bool has_git(struct str folder)
{
    struct arena arena SCOPED(arena) = {0};
    struct file_info info;
    return file_stat(str_to_c(&arena, path_join(&arena, folder, STR(".git"))), &info) == 0;
}

static bool is_below(struct str path, struct str folder)
{
    if (str_is(folder, "/"))
        return true;
    return str_starts(path, folder) && (path.n == folder.n || path.p[folder.n] == '/');
}

/* The nearest folder at or above `start` that has a .git; empty when none has. */
static struct str repository_above(struct str start)
{
    for (struct str folder = start; folder.n; folder = path_dir(folder))
        if (has_git(folder))
            return folder;
    return (struct str){0};
}

struct str gate_repository(struct arena *arena)
{
    struct str here;
    if (path_resolve(arena, ".", &here) < 0)
        return (struct str){0};
    return repository_above(here);
}

static struct str common_folder(struct str a, struct str b)
{
    while (a.n && !is_below(b, a))
        a = path_dir(a);
    return a.n ? a : STR("/");
}

static struct str relative_to(struct str path, struct str root)
{
    if (path.n == root.n)
        return STR(".");
    return str_from_offset(path, str_is(root, "/") ? 1 : root.n + 1);
}

/* With commits to look at, a path need not lie in the work tree. */
static bool may_be_elsewhere(const struct gate_options *options)
{
    return options->base.n || options->head.n || options->staged || options->base_dir.n;
}

/* Without a look at the disk. */
static bool resolve_text(struct arena *arena, struct str here, struct str given, struct str *ret)
{
    struct str path = str_starts(given, STR("/")) ? given : path_join(arena, here, given);
    struct str normal;
    if (!path_normal(arena, str_from_offset(path, 1), &normal))
        return false;
    *ret = str_format(arena, "/%.*s", STR_FMT(normal));
    return true;
}

bool gate_in_repository(const struct gate_run *run)
{
    return has_git(run->root);
}

struct str gate_below_root(struct gate_run *run, struct str given)
{
    struct arena *arena = &run->sides->arena;
    struct str here, path;
    if (!gate_in_repository(run) || path_resolve(arena, ".", &here) < 0 ||
        !resolve_text(arena, here, given, &path) || !is_below(path, run->root) ||
        path.n == run->root.n)
        return (struct str){0};
    return relative_to(path, run->root);
}

/* A change can make one, and what it leads to is not the change's to show. */
bool gate_leads_out(struct gate_run *run, struct str given, struct str resolved)
{
    struct str here, written;
    if (path_resolve(&run->sides->arena, ".", &here) < 0)
        return false;
    struct str repository = repository_above(here);
    return repository.n && resolve_text(&run->sides->arena, here, given, &written) &&
           is_below(written, repository) && !is_below(resolved, repository);
}

static int refuse_path(struct gate_run *run, struct str given, const char *why, const char *hint)
{
    struct str quoted = diag_quote(&run->sides->arena, given);
    struct diag *diag = diag_add(run->diags, RULE_FILE_UNREADABLE, (struct span){0, 0}, STR(""),
                                 "%.*s: %s", STR_FMT(quoted), why);
    diag_hint(run->diags, diag, "%s", hint);
    return -1;
}

static int resolve_path(struct gate_run *run, struct str here, struct str given,
                        struct str *ret_path)
{
    struct arena *arena = &run->sides->arena;
    int error = path_resolve(arena, str_to_c(arena, given), ret_path);
    if (error == 0 && gate_leads_out(run, given, *ret_path))
        return refuse_path(run, given, "a symlink leads out of the repository",
                           "give the path that it leads to");
    if (error == 0)
        return 0;
    if (error == -ENOENT && may_be_elsewhere(run->options) &&
        resolve_text(arena, here, given, ret_path))
        return 0;
    return refuse_path(run, given, strerror(-error),
                       "give files or folders that exist, or no path to check everything");
}

/* A file stands for the folder that it is in. */
static struct str folder_of(struct arena *arena, struct str path)
{
    struct file_info info;
    if (file_stat(str_to_c(arena, path), &info) == 0 && info.kind == FILE_DIRECTORY)
        return path;
    struct str folder = path_dir(path);
    return folder.n ? folder : STR("/");
}

static int find_root_of_paths(struct gate_run *run, struct str here)
{
    struct arena *arena = &run->sides->arena;
    const struct str_list *given = &run->options->paths;
    struct str_list resolved = {0};
    struct str common = {0};
    for (size_t i = 0; i < given->n; i++) {
        struct str path;
        if (resolve_path(run, here, given->items[i], &path) < 0)
            return -1;
        VEC_PUSH(arena, &resolved, path);
        struct str folder = folder_of(arena, path);
        common = i ? common_folder(common, folder) : folder;
    }
    struct str repository = repository_above(common);
    if (repository.n)
        run->root = repository;
    else
        run->root = is_below(common, here) ? here : common;
    for (size_t i = 0; i < resolved.n; i++)
        VEC_PUSH(arena, &run->paths, relative_to(resolved.items[i], run->root));
    return 0;
}

int gate_find_root(struct gate_run *run)
{
    struct arena *arena = &run->sides->arena;
    struct str here;
    int error = path_resolve(arena, ".", &here);
    if (error < 0) {
        diag_add(run->diags, RULE_FILE_UNREADABLE, (struct span){0, 0}, STR(""),
                 "the current folder can't be read: %s", strerror(-error));
        return -1;
    }
    struct str repository = run->options->folder;
    if (!repository.n)
        repository = repository_above(here);
    run->root = repository.n ? repository : here;
    const struct str_list *given = &run->options->paths;
    if (!given->n || str_is(given->items[0], "-"))
        return 0;
    return find_root_of_paths(run, here);
}
