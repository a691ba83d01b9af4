/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The object store, as the environment has it. While git runs a pre-receive hook, the pushed
 * objects are in a quarantine folder that only GIT_OBJECT_DIRECTORY names; the repository's own
 * store is then an alternate (git-receive-pack, "Quarantine environment").
 */
#include "repo/repo_internal.h"

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
