/* SPDX-License-Identifier: Apache-2.0 */
/* Files and directories. Everything returns 0 or a negative errno and reports nothing. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

struct file_info {
    enum { FILE_REGULAR, FILE_DIRECTORY, FILE_SYMLINK, FILE_OTHER } kind;
    uint64_t size;
};

static inline void fd_scoped(int *fd);
void fd_close(int fd); /* accepts -1 */
static inline void fd_scoped(int *fd)
{
    fd_close(*fd);
}

/* Does not follow a symlink at the end of the path. */
int file_stat(const char *path, struct file_info *ret_info) MUST_USE;
/* Whole regular file into the arena, followed by a NUL that is not counted. -EFBIG over max,
 * -EISDIR, -ENXIO for what is neither a file nor a directory (a FIFO is never opened). */
int file_read(struct arena *arena, const char *path, size_t max, struct str *ret_text) MUST_USE;
/* The same, relative to an open directory. No symlink is followed in the last part. */
int file_read_at(struct arena *arena, int dir, const char *path, size_t max,
                 struct str *ret_text) MUST_USE;
/* To the end of a descriptor, standard input for example. -EFBIG over max. */
int fd_read_all(struct arena *arena, int fd, size_t max, struct str *ret_text) MUST_USE;
/* All bytes, or an error; restarts on EINTR. */
int fd_write_all(int fd, struct str bytes) MUST_USE;
/* To a temporary file beside it, then rename: readers see the old or the new file, never a part. */
int file_write(const char *path, struct str bytes) MUST_USE;
/* As file_write, but -EEXIST when something is there already. */
int file_create(const char *path, struct str bytes) MUST_USE;
int dir_create_all(const char *path) MUST_USE;

struct dir_entry {
    struct str name;
    struct file_info info;
};

struct dir_entries {
    struct dir_entry *items; /* sorted by name */
    size_t n;
    size_t cap;
};

/* Entries of one folder without . and .., sorted; names live in the arena. */
int dir_list(struct arena *arena, const char *path, struct dir_entries *ret_entries) MUST_USE;
/* Canonical absolute path with symlinks resolved. */
int path_resolve(struct arena *arena, const char *path, struct str *ret_path) MUST_USE;
/* a/b from "a" and "b"; "." and "" on the left vanish. */
struct str path_join(struct arena *arena, struct str left, struct str right);
/* Without ".", "..", double and trailing slashes. False when it would leave the root. */
bool path_normal(struct arena *arena, struct str path, struct str *ret_path);
struct str path_base(struct str path); /* after the last slash */
struct str path_dir(struct str path);  /* before the last slash, or "" */
