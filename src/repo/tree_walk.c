/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a folder by descriptors, not by paths, and follows no symlink: what is swapped while we
 * look can't lead out of the root. Ignored folders are not entered, so that a large build folder
 * costs nothing.
 */
#include "repo/repo_internal.h"

#include <dirent.h>
#include <fcntl.h>

#include "base/file.h"
#include "base/limits.h"

struct names {
    VEC(struct str);
};

static int walk_folder(struct walk *walk, int fd, struct str prefix, unsigned depth);
static int visit_folder(struct walk *walk, int parent, struct str name, struct str path,
                        unsigned depth);
static int visit_file(struct walk *walk, struct str path, const struct stat *st);

int folder_walk(struct walk *walk, int root_fd)
{
    return walk_folder(walk, root_fd, (struct str){0}, 0);
}

static void dir_scoped(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

static void report_unreadable(struct walk *walk, struct str path, int error)
{
    repo_path_finding(walk->builder->diags, walk->builder->arena, RULE_FILE_UNREADABLE, path,
                      "this folder cannot be listed: %s", strerrordesc_np(error));
}

/* Names without ".", ".." and ".git", sorted. 0 or a negative errno. */
static int list_names(struct arena *arena, int fd, struct names *ret_names)
{
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0)
        return -errno;
    __attribute__((cleanup(dir_scoped))) DIR *dir = fdopendir(again);
    if (!dir)
        return -errno;
    while (ret_names->n <= LIMIT_FILES) {
        errno = 0;
        const struct dirent *found = readdir(dir);
        if (!found && errno != 0)
            return -errno;
        if (!found)
            break;
        struct str name = str_from(found->d_name);
        if (str_is(name, ".") || str_is(name, "..") || str_is(name, ".git"))
            continue;
        VEC_PUSH(arena, ret_names, str_dup(arena, name));
    }
    if (ret_names->n > 0)
        qsort(ret_names->items, ret_names->n, sizeof *ret_names->items, str_cmp_qsort);
    return 0;
}

static int walk_folder(struct walk *walk, int fd, struct str prefix, unsigned depth)
{
    SCOPED(arena) struct arena scratch = {0};
    struct names names = {0};
    int go_on = builder_enter(walk->builder, prefix, depth);
    if (go_on <= 0)
        return go_on;
    int error = list_names(&scratch, fd, &names);
    if (error < 0)
        report_unreadable(walk, prefix, -error);
    for (size_t i = 0; i < names.n; i++) {
        struct stat st;
        if (fstatat(fd, names.items[i].p, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue; /* deleted since it was listed */
        struct str path = builder_path(walk->builder, prefix, names.items[i]);
        if (path.n == 0)
            continue;
        int result = S_ISDIR(st.st_mode) ? visit_folder(walk, fd, names.items[i], path, depth)
                                         : visit_file(walk, path, &st);
        if (result < 0)
            return -1;
    }
    return 0;
}

/* A path that the ignore rules can't decide on is not ignored: reading too much is safe. */
static bool is_ignored(struct walk *walk, struct str path)
{
    int ignored = 0;
    if (git_ignore_path_is_ignored(&ignored, walk->repo->handle,
                                   str_to_c(walk->builder->arena, path)) < 0)
        return false;
    return ignored != 0;
}

static bool is_repository(int parent, struct str name)
{
    SCOPED(arena) struct arena scratch = {0};
    struct stat st;
    struct str path = str_concat(&scratch, name, STR("/.git"));
    return fstatat(parent, str_to_c(&scratch, path), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* 1: enter the folder, 0: it is done with, -1: stop. */
static int judge_folder(struct walk *walk, int parent, struct str name, struct str path,
                        struct str prefix)
{
    if (!walk->repo)
        return 1;
    const git_index_entry *entry =
        git_index_get_bypath(walk->index, str_to_c(walk->builder->arena, path), 0);
    if (entry && entry_kind_of_mode(entry->mode) == ENTRY_SUBMODULE) {
        struct blob_id id = blob_id_from(&entry->id);
        return builder_add(walk->builder, path, &id, ENTRY_SUBMODULE);
    }
    const char *below = str_to_c(walk->builder->arena, prefix);
    if (git_index_find_prefix(NULL, walk->index, below) == 0)
        return 1; /* has tracked files, which count even when the rules ignore the folder */
    if (is_ignored(walk, prefix))
        return 0;
    if (is_repository(parent, name))
        return builder_add(walk->builder, path, NULL, ENTRY_SUBMODULE);
    return 1;
}

static bool is_at_or_below(struct str path, struct str folder)
{
    if (str_is(folder, "."))
        return true;
    return str_starts(path, folder) && (path.n == folder.n || path.p[folder.n] == '/');
}

static bool leads_to_wanted(const struct walk *walk, struct str folder)
{
    if (!walk->only)
        return true;
    for (size_t i = 0; i < walk->only->n; i++) {
        struct str wanted = walk->only->items[i];
        if (is_at_or_below(folder, wanted) || is_at_or_below(wanted, folder))
            return true;
    }
    return false;
}

static int visit_folder(struct walk *walk, int parent, struct str name, struct str path,
                        unsigned depth)
{
    if (!leads_to_wanted(walk, path))
        return 0;
    struct str prefix = str_concat(walk->builder->arena, path, STR("/"));
    int enter = judge_folder(walk, parent, name, path, prefix);
    if (enter <= 0)
        return enter;
    SCOPED(fd) int fd = openat(parent, name.p, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        report_unreadable(walk, path, errno);
        return 0;
    }
    return walk_folder(walk, fd, prefix, depth + 1);
}

/*
 * Whether the file is what the index says, without reading it: git's own test. An entry as young as
 * the index itself may have changed after git looked ("racy git"), so it proves nothing.
 */
static bool is_clean(const struct walk *walk, const git_index_entry *entry, const struct stat *st)
{
    int64_t seconds = entry->mtime.seconds;
    int64_t index_seconds = walk->written.tv_sec;
    if (entry->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD)
        return false;
    if (entry_kind_of_mode(entry->mode) != entry_kind_of_mode(st->st_mode))
        return false;
    if (entry->file_size != (uint32_t)st->st_size || entry->ino != (uint32_t)st->st_ino)
        return false;
    if (seconds != (int32_t)st->st_mtim.tv_sec ||
        entry->mtime.nanoseconds != (uint32_t)st->st_mtim.tv_nsec)
        return false;
    if (seconds != index_seconds)
        return seconds < index_seconds;
    return (int64_t)entry->mtime.nanoseconds < walk->written.tv_nsec;
}

/* The entry of a path at any stage: a file in conflict is tracked as well. */
static const git_index_entry *find_entry(struct walk *walk, struct str path)
{
    const char *name = str_to_c(walk->builder->arena, path);
    const git_index_entry *entry = NULL;
    for (int stage = 0; stage <= 3 && !entry; stage++)
        entry = git_index_get_bypath(walk->index, name, stage);
    return entry;
}

static int add_file(struct walk *walk, struct str path, const struct blob_id *id,
                    const struct stat *st)
{
    struct tree *tree = &walk->builder->tree;
    if (builder_add(walk->builder, path, id, entry_kind_of_mode(st->st_mode)) < 0)
        return -1;
    tree->entries[tree->n - 1].size = (uint32_t)MIN_OF(st->st_size, (off_t)UINT32_MAX);
    return 0;
}

static int visit_file(struct walk *walk, struct str path, const struct stat *st)
{
    if (!walk->repo)
        return add_file(walk, path, NULL, st);
    const git_index_entry *entry = find_entry(walk, path);
    if (!entry)
        return is_ignored(walk, path) ? 0 : add_file(walk, path, NULL, st);
    struct blob_id id = {{0}};
    if (git_index_entry_stage(entry) == 0 && is_clean(walk, entry, st))
        id = blob_id_from(&entry->id);
    return add_file(walk, path, &id, st);
}
