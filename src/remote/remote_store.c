/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder: `lock`, `repository` (bare), and while they are needed `fresh` (becomes the
 * repository when it is complete) and `old`. Nobody else writes there, so whatever is half done
 * when it is opened is ours to remove.
 */
#include <fcntl.h>
#include <ftw.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "remote/remote_internal.h"

enum {
    OPEN_FOLDERS = 16,
    SPARE_BYTES = 16 << 20,
    WRITE_BYTES = 64 << 10, /* more than git writes at once */
};

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

void store_remove(const char *folder)
{
    (void)nftw(folder, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

static const char *part(struct remote *remote, const char *name)
{
    return str_to_c(&remote->arena,
                    path_join(&remote->arena, str_from(remote->state), str_from(name)));
}

/* Made for us alone; one that is there must be ours, and be open to nobody else. */
static int make_private(const char *path)
{
    struct stat st;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return -errno;
    if (lstat(path, &st) < 0)
        return -errno;
    if (!S_ISDIR(st.st_mode))
        return -ENOTDIR;
    if (st.st_uid != geteuid())
        return -EPERM;
    return (st.st_mode & 077) == 0 ? 0 : chmod(path, 0700) < 0 ? -errno : 0;
}

static int open_lock(struct remote *remote, struct str *ret_why)
{
    const int lock = open(part(remote, "lock"), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) < 0) {
        *ret_why = errno == EWOULDBLOCK
                       ? STR("another tidegate works in the state folder")
                       : str_format(&remote->arena, "the state folder can't be locked: %s",
                                    strerror(errno));
        fd_close(lock);
        return -1;
    }
    remote->lock = lock;
    return 0;
}

int store_open(struct remote *remote, struct str *ret_why)
{
    struct str whole;
    const struct str wanted = remote->options.state_folder;
    const char *path = str_to_c(&remote->arena, wanted);
    int error = wanted.n ? 0 : -ENOENT;
    if (error == 0 && path_dir(wanted).n)
        error = dir_create_all(str_to_c(&remote->arena, path_dir(wanted)));
    if (error == 0)
        error = make_private(path);
    if (error == 0)
        error = path_resolve(&remote->arena, path, &whole);
    if (error < 0) {
        *ret_why = str_format(&remote->arena, "the state folder can't be used: %s",
                              error == -EPERM ? "it is another user's" : strerror(-error));
        return -1;
    }
    remote->state = str_to_c(&remote->arena, whole);
    remote->folder = part(remote, "repository");
    if (open_lock(remote, ret_why) < 0)
        return -1;
    store_remove(part(remote, "fresh"));
    store_remove(part(remote, "old"));
    store_remove(part(remote, "gnupg"));
    return 0;
}

bool store_is_usable(const struct remote *remote)
{
    SCOPED(arena) struct arena arena = {0};
    const struct str folder = str_from(remote->folder);
    const char *config = str_to_c(&arena, path_join(&arena, folder, STR("config")));
    const char *objects = str_to_c(&arena, path_join(&arena, folder, STR("objects/pack")));
    return !remote->is_broken && access(config, R_OK) == 0 && access(objects, W_OK) == 0;
}

static void packs(struct arena *arena, const char *folder, const char **ret_path,
                  struct dir_entries *ret_entries)
{
    *ret_entries = (struct dir_entries){0};
    *ret_path = str_to_c(arena, path_join(arena, str_from(folder), STR("objects/pack")));
    if (dir_list(arena, *ret_path, ret_entries) < 0)
        *ret_entries = (struct dir_entries){0};
}

void store_measure(const char *folder, uint64_t *ret_bytes, size_t *ret_files)
{
    SCOPED(arena) struct arena arena = {0};
    struct dir_entries entries;
    const char *path;
    packs(&arena, folder, &path, &entries);
    *ret_bytes = 0;
    *ret_files = entries.n;
    for (size_t i = 0; i < entries.n; i++)
        *ret_bytes += entries.items[i].info.size;
}

bool store_is_cut(const char *folder, uint64_t limit)
{
    SCOPED(arena) struct arena arena = {0};
    struct dir_entries entries;
    const char *path;
    packs(&arena, folder, &path, &entries);
    for (size_t i = 0; i < entries.n; i++)
        if (str_starts(entries.items[i].name, STR("tmp_")) &&
            entries.items[i].info.size + WRITE_BYTES > limit)
            return true;
    return false;
}

void store_clean(const char *folder)
{
    static const char *const locks[] = {"shallow.lock", "config.lock", "packed-refs.lock",
                                        "refs/tidegate/head.lock"};
    SCOPED(arena) struct arena arena = {0};
    struct dir_entries entries;
    const char *path;
    for (size_t i = 0; i < ARRAY_LEN(locks); i++)
        (void)unlink(str_to_c(&arena, path_join(&arena, str_from(folder), str_from(locks[i]))));
    packs(&arena, folder, &path, &entries);
    for (size_t i = 0; i < entries.n; i++)
        if (str_starts(entries.items[i].name, STR("tmp_")))
            (void)unlink(
                str_to_c(&arena, path_join(&arena, str_from(path), entries.items[i].name)));
}

int store_swap(struct remote *remote, const char *fresh)
{
    const char *old = part(remote, "old");
    store_remove(old);
    if (rename(remote->folder, old) < 0 && errno != ENOENT)
        return -errno;
    if (rename(fresh, remote->folder) < 0) {
        const int error = errno;
        (void)rename(old, remote->folder);
        return -error;
    }
    store_remove(old);
    remote->is_broken = false;
    return 0;
}

uint64_t store_room(const struct remote *remote)
{
    struct statvfs disk;
    if (statvfs(remote->state, &disk) < 0)
        return remote->options.max_bytes;
    const uint64_t room = (uint64_t)disk.f_bavail * disk.f_frsize;
    return room > SPARE_BYTES ? room - SPARE_BYTES : 0;
}
