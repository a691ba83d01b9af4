/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and writing files. What is neither file nor folder is looked at before it is opened,
 * because opening a FIFO or a device already does something; O_NONBLOCK covers a swap in between.
 */
#include "base/file.h"

#include "base/file_internal.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    READ_STEP = 64 << 10,
    TEMP_TRIES = 16,
    NEW_FILE_MODE = 0666, /* less the umask */
};

static int open_regular(int dir, const char *path, bool follow, int *ret_fd, uint64_t *ret_size);
static int read_all(struct arena *arena, int fd, size_t expected, size_t max, struct str *ret_text);
static int write_into(const char *path, struct str bytes);
static int temp_open(struct arena *arena, const char *path, int *ret_fd, const char **ret_temp);
static int temp_fill(const char *path, int fd, struct str bytes);
static int move_if_new(const char *temp, const char *path);

void fd_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

int file_stat(const char *path, struct file_info *ret_info)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return -errno;
    *ret_info = file_info_of(&st);
    return 0;
}

static int read_path(struct arena *arena, int dir, const char *path, bool follow, size_t max,
                     struct str *ret_text)
{
    SCOPED(fd) int fd = -1;
    uint64_t size = 0;
    int error = open_regular(dir, path, follow, &fd, &size);
    if (error < 0)
        return error;
    if (size > max)
        return -EFBIG;
    return read_all(arena, fd, (size_t)size, max, ret_text);
}

int file_read(struct arena *arena, const char *path, size_t max, struct str *ret_text)
{
    return read_path(arena, AT_FDCWD, path, true, max, ret_text);
}

int file_read_at(struct arena *arena, int dir, const char *path, size_t max, struct str *ret_text)
{
    return read_path(arena, dir, path, false, max, ret_text);
}

int fd_read_all(struct arena *arena, int fd, size_t max, struct str *ret_text)
{
    struct stat st;
    bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    uint64_t size = is_file ? (uint64_t)st.st_size : 0;
    return read_all(arena, fd, (size_t)MIN_OF(size, (uint64_t)max), max, ret_text);
}

int fd_write_all(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes = str_from_offset(bytes, (size_t)n);
    }
    return 0;
}

static int write_whole(struct arena *arena, const char *path, struct str bytes, bool only_new)
{
    SCOPED(fd) int fd = -1;
    const char *temp = NULL;
    int error = temp_open(arena, path, &fd, &temp);
    if (error < 0)
        return error;
    error = temp_fill(path, fd, bytes);
    if (error == 0 && only_new)
        error = move_if_new(temp, path);
    else if (error == 0 && rename(temp, path) < 0)
        error = -errno;
    if (error < 0)
        unlink(temp);
    return error;
}

/* Symlinks stay and their target is replaced; devices and pipes (/dev/stdout) are written into. */
int file_write(const char *path, struct str bytes)
{
    SCOPED(arena) struct arena arena = {0};
    struct stat st;
    struct str target = str_from(path);
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return -EISDIR;
        if (!S_ISREG(st.st_mode))
            return write_into(path, bytes);
        int error = path_resolve(&arena, path, &target);
        if (error < 0)
            return error;
    }
    return write_whole(&arena, target.p, bytes, false);
}

int file_create(const char *path, struct str bytes)
{
    SCOPED(arena) struct arena arena = {0};
    struct stat st;
    if (lstat(path, &st) == 0)
        return -EEXIST;
    return write_whole(&arena, path, bytes, true);
}

/* Opens what is a regular file before and after the opening. */
static int open_regular(int dir, const char *path, bool follow, int *ret_fd, uint64_t *ret_size)
{
    struct stat st;
    if (fstatat(dir, path, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (S_ISLNK(st.st_mode))
        return -ELOOP;
    if (!S_ISREG(st.st_mode))
        return -ENXIO;
    int fd =
        openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (follow ? 0 : O_NOFOLLOW));
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return -ENXIO;
    }
    *ret_fd = fd;
    *ret_size = (uint64_t)st.st_size;
    return 0;
}

/* Reads up to n bytes, fewer only at the end. Negative errno on failure. */
static ssize_t read_some(int fd, char *p, size_t n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = read(fd, p + done, n - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* What is longer than expected is gathered where it may move, so that no outgrown copies of a long
 * stream stay in the arena. */
static int read_on(struct arena *arena, int fd, struct str start, size_t max, struct str *ret_text)
{
    SCOPED(buf) struct buf whole = {0};
    char step[READ_STEP];
    ssize_t got;
    buf_init(&whole, max);
    buf_add(&whole, start);
    do {
        got = read_some(fd, step, sizeof step);
        if (got < 0)
            return (int)got;
        buf_add(&whole, (struct str){step, (size_t)got});
        if (whole.full)
            return -EFBIG;
    } while (got == (ssize_t)sizeof step);
    *ret_text = str_dup(arena, buf_str(&whole));
    return 0;
}

/*
 * The size is only expected: files in /proc have none, and others grow while they are read. One
 * byte more is asked for, so that the end is seen without another round in the common case.
 */
static int read_all(struct arena *arena, int fd, size_t expected, size_t max, struct str *ret_text)
{
    size_t cap = size_add(expected > 0 ? expected : READ_STEP, 1);
    char *p = arena_alloc_text(arena, cap);
    ssize_t got = read_some(fd, p, cap);
    if (got < 0)
        return (int)got;
    if ((size_t)got > max)
        return -EFBIG;
    if ((size_t)got == cap)
        return read_on(arena, fd, (struct str){p, cap}, max, ret_text);
    p[got] = '\0';
    *ret_text = (struct str){p, (size_t)got};
    return 0;
}

static int write_into(const char *path, struct str bytes)
{
    SCOPED(fd) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return fd < 0 ? -errno : fd_write_all(fd, bytes);
}

/* A new file beside `path`, so that the rename stays on one file system. */
static int temp_open(struct arena *arena, const char *path, int *ret_fd, const char **ret_temp)
{
    for (int i = 0; i < TEMP_TRIES; i++) {
        uint64_t salt;
        if (getrandom(&salt, sizeof salt, 0) != (ssize_t)sizeof salt)
            return -EIO;
        struct str temp = str_format(arena, "%s.%016" PRIx64 ".tmp", path, salt);
        int fd = open(temp.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, NEW_FILE_MODE);
        if (fd >= 0) {
            *ret_fd = fd;
            *ret_temp = temp.p;
            return 0;
        }
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

/* Content and, when a file is replaced, its permissions; on the disk before it gets its name. */
static int temp_fill(const char *path, int fd, struct str bytes)
{
    struct stat st;
    if (stat(path, &st) == 0 && fchmod(fd, st.st_mode & 07777) < 0)
        return -errno;
    int error = fd_write_all(fd, bytes);
    if (error == 0 && fsync(fd) < 0 && errno != EINVAL && errno != EROFS)
        error = -errno;
    return error;
}

/* Not every file system knows RENAME_NOREPLACE, and not every one knows hard links. */
static int move_if_new(const char *temp, const char *path)
{
    if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    if (link(temp, path) < 0)
        return -errno;
    unlink(temp);
    return 0;
}
