/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server answered to discovery, on disk: one file a server and version, which only its owner
 * reads, written whole or not at all. The tags in it are what the server is asked with, so an old
 * file costs nothing but its place. A file in which a byte is wrong is none.
 *
 *   tidegate discovery 1\n
 *   SHA-256 of all that follows, in hex\n
 *   LENGTH LENGTH LENGTH LENGTH\n      of tag, answer, tag, answer
 *   ...
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"
#include "cluster/cluster_internal.h"

#define MAGIC "tidegate discovery 1\n"

static struct str cache_path(struct arena *arena, struct str folder, struct str server,
                             struct str version)
{
    char hex[65];
    struct digest *digest = digest_new();
    digest_add_field(digest, server);
    digest_add_field(digest, version);
    const struct sha256 sum = digest_end(digest);
    sha256_hex(&sum, hex);
    return path_join(arena, folder, str_format(arena, "%.32s.discovery", hex));
}

static bool take_line(struct str *rest, struct str *ret_line)
{
    const ptrdiff_t end = str_find_char(*rest, '\n');
    if (end < 0)
        return false;
    *ret_line = str_sub(*rest, 0, (size_t)end);
    *rest = str_from_offset(*rest, (size_t)end + 1);
    return true;
}

static bool take_parts(struct str rest, struct cluster_cached *cached)
{
    struct str *const parts[] = {&cached->etag[0], &cached->body[0], &cached->etag[1],
                                 &cached->body[1]};
    struct str lengths;
    struct str text;
    if (!take_line(&rest, &lengths))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        uint64_t n;
        if (!str_split(&lengths, ' ', &text) || number_parse_u64(text, &n) < 0 || n > rest.n)
            return false;
        *parts[i] = str_sub(rest, 0, (size_t)n);
        rest = str_from_offset(rest, (size_t)n);
    }
    return rest.n == 0;
}

bool cluster_cache_read(struct arena *arena, struct str folder, struct str server,
                        struct str version, struct cluster_cached *ret_cached)
{
    struct str rest;
    struct str wanted;
    char hex[65];
    if (!folder.n || file_read(arena, cache_path(arena, folder, server, version).p,
                               LIMIT_CACHE_BYTES, &rest) < 0)
        return false;
    if (!str_starts(rest, STR(MAGIC)))
        return false;
    rest = str_from_offset(rest, sizeof MAGIC - 1);
    if (!take_line(&rest, &wanted))
        return false;
    const struct sha256 sum = sha256_of(rest);
    sha256_hex(&sum, hex);
    return str_is(wanted, hex) && take_parts(rest, ret_cached);
}

static int write_private(const char *path, struct str bytes)
{
    SCOPED(fd) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    return fd_write_all(fd, bytes);
}

/* Nobody depends on it, so nobody is told when it fails. */
void cluster_cache_write(struct arena *arena, struct str folder, struct str server,
                         struct str version, const struct cluster_cached *cached)
{
    struct buf out SCOPED(buf) = {0};
    char hex[65];
    if (!folder.n || dir_create_all(str_to_c(arena, folder)) < 0)
        return;
    (void)chmod(str_to_c(arena, folder), 0700);
    buf_init(&out, LIMIT_CACHE_BYTES);
    buf_format(&out, "%zu %zu %zu %zu\n", cached->etag[0].n, cached->body[0].n, cached->etag[1].n,
               cached->body[1].n);
    for (size_t i = 0; i < 2; i++) {
        buf_add(&out, cached->etag[i]);
        buf_add(&out, cached->body[i]);
    }
    const struct sha256 sum = sha256_of(buf_str(&out));
    sha256_hex(&sum, hex);
    const struct str path = cache_path(arena, folder, server, version);
    const struct str temp = str_format(arena, "%.*s.%ld.new", STR_FMT(path), (long)getpid());
    const struct str text = str_format(arena, MAGIC "%s\n%.*s", hex, STR_FMT(buf_str(&out)));
    if (out.full || write_private(temp.p, text) < 0 || rename(temp.p, path.p) < 0)
        (void)unlink(temp.p);
}
