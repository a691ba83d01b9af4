/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The object store, as the environment has it. While git runs a pre-receive hook, the pushed
 * objects are in a quarantine folder that only GIT_OBJECT_DIRECTORY names; the repository's own
 * store is then an alternate (git-receive-pack, "Quarantine environment").
 */
#include "repo/repo_internal.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/limits.h"

enum { MAX_ALTERNATES = 64 };

struct str env_get(const char *name)
{
    return str_from(getenv(name));
}

bool objects_in_environment(void)
{
    return env_get("GIT_OBJECT_DIRECTORY").n > 0 ||
           env_get("GIT_ALTERNATE_OBJECT_DIRECTORIES").n > 0;
}

struct str objects_path(struct arena *arena, git_repository *handle)
{
    struct str named = env_get("GIT_OBJECT_DIRECTORY");
    if (named.n == 0)
        return path_join(arena, str_from(git_repository_commondir(handle)), STR("objects"));
    return str_dup(arena, named);
}

/* An octal escape is three digits; everything else that git escapes is one character. */
static char unescape(struct str *rest)
{
    static const char from[] = "abtnvfr";
    static const char to[] = "\a\b\t\n\v\f\r";
    char c = rest->p[0];
    if (rest->n >= 3 && c >= '0' && c <= '3') {
        unsigned value = 0;
        for (size_t i = 0; i < 3; i++)
            value = value * 8 + (unsigned)(rest->p[i] - '0');
        *rest = str_from_offset(*rest, 3);
        return (char)value;
    }
    *rest = str_from_offset(*rest, 1);
    ptrdiff_t at = str_find_char(STR(from), c);
    return at >= 0 ? to[at] : c;
}

/* Takes one folder off the list. One that begins with a quote is written as a C string, because its
 * name has a colon in it. */
static struct str next_alternate(struct arena *arena, struct str *rest)
{
    SCOPED(buf) struct buf path;
    struct str part;
    buf_init(&path, LIMIT_PATH_BYTES);
    if (rest->p[0] != '"')
        return str_split(rest, ':', &part) ? str_dup(arena, part) : (struct str){0};
    *rest = str_from_offset(*rest, 1);
    while (rest->n > 0 && rest->p[0] != '"') {
        char c = rest->p[0];
        *rest = str_from_offset(*rest, 1);
        buf_add_char(&path, c == '\\' && rest->n > 0 ? unescape(rest) : c);
    }
    *rest = str_from_offset(*rest, MIN_OF(rest->n, (size_t)2)); /* the quote and the colon */
    return str_dup(arena, buf_str(&path));
}

int objects_open(struct arena *arena, struct str path, git_odb **ret_odb)
{
    SCOPED(odb_handle) git_odb *odb = NULL;
    library_start();
    int code = git_odb_open(&odb, str_to_c(arena, path));
    if (code < 0)
        return code;
    struct str alternates = env_get("GIT_ALTERNATE_OBJECT_DIRECTORIES");
    for (size_t i = 0; i < MAX_ALTERNATES && alternates.n > 0; i++) {
        struct str alternate = next_alternate(arena, &alternates);
        if (alternate.n == 0)
            continue;
        code = git_odb_add_disk_alternate(odb, str_to_c(arena, alternate));
        if (code < 0)
            return code;
    }
    *ret_odb = TAKE(odb);
    return 0;
}

/* libgit2 would do the same with a SHA-1 that looks for forged collisions and takes three times as
 * long; git has looked for those when the object came into the repository. */
static int verify(git_odb_object *object, const git_oid *id)
{
    char head[64];
    struct str body = {git_odb_object_data(object), git_odb_object_size(object)};
    int n = snprintf(head, sizeof head, "%s %zu",
                     git_object_type2string(git_odb_object_type(object)), body.n);
    struct sha1 sum = sha1_of((struct str){head, (size_t)n + 1}, body);
    if (memcmp(sum.bytes, id->id, sizeof sum.bytes) == 0)
        return 0;
    git_error_set_str(GIT_ERROR_ODB, "object hash mismatch");
    return GIT_EMISMATCH;
}

int objects_read(git_odb *odb, const git_oid *id, git_object_t type, size_t max,
                 git_odb_object **ret_object)
{
    SCOPED(odb_object_handle) git_odb_object *object = NULL;
    size_t size = 0;
    git_object_t found;
    /* The size comes first: reading is what would allocate it. */
    int code = git_odb_read_header(&size, &found, odb, id);
    if (code == 0 && found == type && size > max)
        return GIT_EEXISTS;
    if (code == 0 && found == type)
        code = git_odb_read(&object, odb, id);
    if (code < 0)
        return code;
    if (found != type || git_odb_object_type(object) != type || git_odb_object_size(object) > max) {
        git_error_set_str(GIT_ERROR_ODB, "object of another type");
        return GIT_EINVALID;
    }
    code = verify(object, id);
    if (code == 0)
        *ret_object = TAKE(object);
    return code;
}
