/* SPDX-License-Identifier: Apache-2.0 */
/* The token: from the environment, or from a file that it names; never from an argument, which
 * every process of the machine can read. */
#include "base/file.h"
#include "base/limits.h"
#include "host/host_internal.h"

static struct str read_file(const struct detecting *detecting)
{
    const struct str path = host_variable(detecting, "TIDEGATE_TOKEN_FILE");
    struct str text = {0};
    if (!path.n)
        return text;
    const int error =
        file_read(detecting->arena, str_to_c(detecting->arena, path), LIMIT_TOKEN_BYTES, &text);
    if (error < 0)
        host_note(detecting, "TIDEGATE_TOKEN_FILE can't be read: %s", strerror(-error));
    return error < 0 ? (struct str){0} : text;
}

/* Secrets often end in a line break. One within would let a header follow. */
static struct str checked(const struct detecting *detecting, struct str token, const char *name)
{
    token = str_trim(token);
    for (size_t i = 0; i < token.n; i++)
        if (token.p[i] <= ' ' || token.p[i] > '~') {
            host_note(detecting, "%s holds what no token is made of; it is not used", name);
            return (struct str){0};
        }
    return token;
}

struct str host_token(const struct detecting *detecting, const char *other)
{
    struct str token =
        checked(detecting, host_variable(detecting, "TIDEGATE_TOKEN"), "TIDEGATE_TOKEN");
    if (!token.n)
        token = checked(detecting, read_file(detecting), "TIDEGATE_TOKEN_FILE");
    if (!token.n && other)
        token = checked(detecting, host_variable(detecting, other), other);
    return token;
}
