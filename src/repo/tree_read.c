/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contents of entries. Each reader has a handle of its own, because libgit2's may not be shared
 * between threads; only the object store is opened, no configuration. Files on disk are opened
 * below the root without following a symlink in any part.
 */
#include "repo/repo_internal.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"

struct tree_reader {
    enum tree_kind kind;
    git_odb *odb;       /* owned; work trees open it when a sparse checkout needs it */
    struct arena arena; /* owned: `objects` */
    struct str objects;
    int root; /* owned; -1 for commits and the index */
};

static int open_below(int root, const char *path, uint64_t flags);
static int read_blob(struct tree_reader *reader, const struct blob_id *id, struct arena *arena,
                     size_t max, struct str *ret_text);
static int read_file_below(int root, struct str path, struct arena *arena, size_t max,
                           struct str *ret_text);
static int read_link_below(int root, struct str path, struct arena *arena, struct str *ret_target);

static bool is_on_disk(enum tree_kind kind)
{
    return kind == TREE_WORK || kind == TREE_FOLDER;
}

static int open_store(struct tree_reader *reader)
{
    return reader->odb ? 0 : objects_open(&reader->arena, reader->objects, &reader->odb);
}

struct tree_reader *tree_reader_open(const struct tree *tree, struct diags *diags)
{
    struct tree_reader *reader = xcalloc(1, sizeof *reader);
    reader->kind = tree->kind;
    reader->root = -1;
    reader->objects = str_dup(&reader->arena, tree->objects);
    if (is_on_disk(tree->kind)) {
        reader->root = open(str_to_c(&reader->arena, tree->root), O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (reader->root < 0)
            (void)repo_finding(diags, RULE_FILE_UNREADABLE, "folder %.*s cannot be opened: %s",
                               STR_FMT(tree->root), strerrordesc_np(errno));
    } else if (tree->kind != TREE_NONE && open_store(reader) < 0) {
        (void)library_report(diags, "the object folder %.*s cannot be opened",
                             STR_FMT(tree->objects));
    }
    bool usable = tree->kind == TREE_NONE || reader->odb || reader->root >= 0;
    if (!usable)
        tree_reader_close(TAKE(reader));
    return reader;
}

void tree_reader_close(struct tree_reader *reader)
{
    if (!reader)
        return;
    git_odb_free(reader->odb);
    fd_close(reader->root);
    arena_release(&reader->arena);
    free(reader);
}

/* order: entry_kind; what open() or read() would say */
static const int kind_errors[] = {0, -ELOOP, -EISDIR, -ENXIO};

int tree_read(struct tree_reader *reader, const struct tree_entry *entry, struct arena *arena,
              size_t max, struct str *ret_text)
{
    if (entry->kind != ENTRY_FILE)
        return kind_errors[entry->kind];
    if (!is_on_disk(reader->kind))
        return read_blob(reader, &entry->id, arena, max, ret_text);
    int error = read_file_below(reader->root, entry->path, arena, max, ret_text);
    /* Left out by a sparse checkout: see tree_of_work(). */
    if (error == -ENOENT && reader->kind == TREE_WORK && blob_id_is_known(&entry->id))
        return read_blob(reader, &entry->id, arena, max, ret_text);
    return error;
}

int tree_read_link(struct tree_reader *reader, const struct tree_entry *entry, struct arena *arena,
                   struct str *ret_target)
{
    if (entry->kind != ENTRY_SYMLINK)
        return -EINVAL;
    if (!is_on_disk(reader->kind))
        return read_blob(reader, &entry->id, arena, LIMIT_PATH_BYTES, ret_target);
    int error = read_link_below(reader->root, entry->path, arena, ret_target);
    if (error == -ENOENT && reader->kind == TREE_WORK && blob_id_is_known(&entry->id))
        return read_blob(reader, &entry->id, arena, LIMIT_PATH_BYTES, ret_target);
    return error;
}

/* ---- the object store ---- */

static int errno_of(int code)
{
    return code == GIT_ENOTFOUND ? -ENOENT : code == GIT_EEXISTS ? -EFBIG : -EIO;
}

static int read_blob(struct tree_reader *reader, const struct blob_id *id, struct arena *arena,
                     size_t max, struct str *ret_text)
{
    SCOPED(odb_object_handle) git_odb_object *object = NULL;
    git_oid oid;
    int code = open_store(reader);
    if (code < 0)
        return errno_of(code);
    memcpy(oid.id, id->bytes, sizeof oid.id);
    code = objects_read(reader->odb, &oid, GIT_OBJECT_BLOB, max, &object);
    if (code < 0)
        return errno_of(code);
    *ret_text =
        str_dup(arena, (struct str){git_odb_object_data(object), git_odb_object_size(object)});
    return 0;
}

/* ---- the disk ---- */

static int read_file_below(int root, struct str path, struct arena *arena, size_t max,
                           struct str *ret_text)
{
    SCOPED(arena) struct arena scratch = {0};
    struct stat st;
    /* Without O_NONBLOCK the open of what has become a FIFO would wait for ever. */
    SCOPED(fd)
    int fd = open_below(root, str_to_c(&scratch, path), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (!S_ISREG(st.st_mode))
        return -ENXIO;
    if (st.st_size > 0 && (uint64_t)st.st_size > max)
        return -EFBIG;
    return fd_read_all(arena, fd, max, ret_text);
}

static int read_link_below(int root, struct str path, struct arena *arena, struct str *ret_target)
{
    SCOPED(arena) struct arena scratch = {0};
    char target[LIMIT_PATH_BYTES];
    SCOPED(fd) int fd = open_below(root, str_to_c(&scratch, path), O_PATH);
    if (fd < 0)
        return fd;
    ssize_t n = readlinkat(fd, "", target, sizeof target);
    if (n < 0)
        return errno == ENOENT ? -EINVAL : -errno; /* ENOENT: no longer a symlink */
    if ((size_t)n == sizeof target)
        return -EFBIG;
    *ret_target = str_dup(arena, (struct str){target, (size_t)n});
    return 0;
}

/* A symlink where a folder should be gives ENOTDIR; openat2() calls it by its name. */
static int part_error(int folder, const char *name, int error)
{
    struct stat st;
    bool link = error == ENOTDIR && fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                S_ISLNK(st.st_mode);
    return link ? -ELOOP : -error;
}

/* Part by part, for kernels and sandboxes without openat2(). */
static int open_by_parts(int root, const char *path, uint64_t flags)
{
    SCOPED(arena) struct arena scratch = {0};
    SCOPED(fd) int folder = fcntl(root, F_DUPFD_CLOEXEC, 0);
    if (folder < 0)
        return -errno;
    struct str rest = str_from(path);
    struct str part;
    while (str_split(&rest, '/', &part)) {
        const char *name = str_to_c(&scratch, part);
        if (part.n == 0 || str_is(part, ".."))
            return -EXDEV;
        int wanted = rest.n > 0 ? O_PATH | O_DIRECTORY : (int)flags;
        int next = openat(folder, name, wanted | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0)
            return part_error(folder, name, errno);
        fd_close(folder);
        folder = next;
    }
    int result = folder;
    folder = -1;
    return result;
}

/* A descriptor or a negative errno: -ELOOP when a part is a symlink, -EXDEV when it would leave. */
static int open_below(int root, const char *path, uint64_t flags)
{
    struct open_how how = {.flags = flags | O_NOFOLLOW | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
    if (fd >= 0)
        return (int)fd;
    if (errno == ENOSYS || errno == EPERM || errno == E2BIG)
        return open_by_parts(root, path, flags);
    return -errno;
}
