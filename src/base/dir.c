/* SPDX-License-Identifier: Apache-2.0 */
/* Folders and paths: the second half of file.h. */
#include "base/file_internal.h"
#include "base/limits.h"
#include "base/vec.h"

#include <dirent.h>
#include <fcntl.h>

static void dir_scoped(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

static int entry_order(const void *a, const void *b)
{
    const struct dir_entry *left = a;
    const struct dir_entry *right = b;
    return str_cmp(left->name, right->name);
}

static int make_folder(const char *path)
{
    struct stat st;
    if (mkdir(path, 0777) == 0)
        return 0;
    int error = -errno;
    if (error == -EEXIST || error == -EROFS || error == -EACCES) /* it may well be there already */
        if (stat(path, &st) == 0)
            return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
    return error;
}

int dir_create_all(const char *path)
{
    SCOPED(arena) struct arena arena = {0};
    struct str whole = str_from(path);
    if (whole.n == 0)
        return -ENOENT;
    for (size_t i = 1; i <= whole.n; i++) {
        if (i < whole.n && (whole.p[i] != '/' || whole.p[i - 1] == '/'))
            continue;
        int error = make_folder(str_to_c(&arena, str_sub(whole, 0, i)));
        if (error < 0)
            return error;
    }
    return 0;
}

int dir_list(struct arena *arena, const char *path, struct dir_entries *ret_entries)
{
    __attribute__((cleanup(dir_scoped))) DIR *dir = opendir(path);
    if (!dir)
        return -errno;
    struct dir_entries entries = {0};
    while (true) {
        errno = 0;
        const struct dirent *found = readdir(dir);
        if (!found && errno != 0)
            return -errno;
        if (!found)
            break;
        struct str name = str_from(found->d_name);
        if (str_is(name, ".") || str_is(name, ".."))
            continue;
        struct stat st;
        if (fstatat(dirfd(dir), found->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
            if (errno == ENOENT) /* deleted since */
                continue;
            return -errno;
        }
        if (entries.n == LIMIT_FILES)
            return -EFBIG;
        struct dir_entry entry = {.name = str_dup(arena, name), .info = file_info_of(&st)};
        VEC_PUSH(arena, &entries, entry);
    }
    if (entries.n > 0)
        qsort(entries.items, entries.n, sizeof *entries.items, entry_order);
    *ret_entries = entries;
    return 0;
}

int path_resolve(struct arena *arena, const char *path, struct str *ret_path)
{
    char *resolved = realpath(path, NULL);
    if (!resolved)
        return -errno;
    *ret_path = str_dup(arena, str_from(resolved));
    free(resolved);
    return 0;
}

/* An absolute right part stays below the left one: a joined path never leaves its folder that way.
 */
struct str path_join(struct arena *arena, struct str left, struct str right)
{
    if (left.n == 0 || str_is(left, "."))
        return str_dup(arena, right);
    while (right.n > 0 && right.p[0] == '/')
        right = str_from_offset(right, 1);
    if (right.n == 0)
        return str_dup(arena, left);
    bool slash = left.p[left.n - 1] == '/';
    return str_format(arena, "%.*s%s%.*s", STR_FMT(left), slash ? "" : "/", STR_FMT(right));
}

bool path_normal(struct arena *arena, struct str path, struct str *ret_path)
{
    char *out = arena_alloc_text(arena, size_add(path.n, 1));
    size_t n = 0;
    size_t root = path.n > 0 && path.p[0] == '/' ? 1 : 0;
    if (root)
        out[n++] = '/';
    struct str part;
    while (str_split(&path, '/', &part)) {
        if (part.n == 0 || str_is(part, "."))
            continue;
        if (str_is(part, "..")) {
            if (n == root)
                return false;
            ptrdiff_t slash = str_find_last_char((struct str){out + root, n - root}, '/');
            n = root + (slash >= 0 ? (size_t)slash : 0);
            continue;
        }
        if (n > root)
            out[n++] = '/';
        memcpy(out + n, part.p, part.n);
        n += part.n;
    }
    out[n] = '\0';
    *ret_path = (struct str){out, n};
    return true;
}

struct str path_base(struct str path)
{
    return str_from_offset(path, (size_t)(str_find_last_char(path, '/') + 1));
}

struct str path_dir(struct str path)
{
    ptrdiff_t slash = str_find_last_char(path, '/');
    return str_sub(path, 0, slash > 0 ? (size_t)slash : 0);
}
