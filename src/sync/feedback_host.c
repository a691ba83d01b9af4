/* SPDX-License-Identifier: Apache-2.0 */
/* Which forge a repository is at. Sources: docs.github.com and docs.gitlab.com on where their APIs
 * are, Gitea's API. */
#include "host/host_client.h"
#include "sync/feedback.h"

static const struct {
    const char *name;
    enum host_kind kind;
    const char *api; /* below the host */
} kinds[] = {
    {"github", HOST_GITHUB, "/api/v3"},
    {"gitlab", HOST_GITLAB, "/api/v4"},
    {"gitea", HOST_GITEA, "/api/v1"},
};

/* Of names that everybody knows. */
static const struct {
    const char *name, *kind, *api_url;
} known[] = {
    {"github.com", "github", "https://api.github.com"},
    {"gitlab.com", "gitlab", "https://gitlab.com/api/v4"},
    {"codeberg.org", "gitea", "https://codeberg.org/api/v1"},
};

/* git@HOST:PATH, as git reads a text that is no URL. */
static bool split_scp(struct str url, struct str *ret_name, struct str *ret_path)
{
    const ptrdiff_t colon = str_find_char(url, ':');
    const ptrdiff_t slash = str_find_char(url, '/');
    if (colon <= 0 || (slash >= 0 && slash < colon))
        return false;
    const struct str head = str_sub(url, 0, (size_t)colon);
    *ret_name = str_from_offset(head, (size_t)(str_find_last_char(head, '@') + 1));
    *ret_path = str_from_offset(url, (size_t)colon + 1);
    return true;
}

static bool split(struct str url, struct str *ret_scheme, struct str *ret_name,
                  struct str *ret_path)
{
    const ptrdiff_t at = str_find(url, STR("://"));
    *ret_scheme = STR("ssh");
    if (at < 0)
        return split_scp(url, ret_name, ret_path);
    *ret_scheme = str_sub(url, 0, (size_t)at);
    const struct str rest = str_from_offset(url, (size_t)at + 3);
    const ptrdiff_t slash = str_find_char(rest, '/');
    if (slash < 0)
        return false;
    const struct str head = str_sub(rest, 0, (size_t)slash);
    *ret_name = str_from_offset(head, (size_t)(str_find_last_char(head, '@') + 1));
    *ret_path = str_from_offset(rest, (size_t)slash + 1);
    return true;
}

static struct str repository_of(struct str path)
{
    while (str_ends(path, STR("/")))
        path.n--;
    while (str_starts(path, STR("/")))
        path = str_from_offset(path, 1);
    if (str_ends(path, STR(".git")))
        path.n -= 4;
    return path;
}

static int place_at(struct arena *arena, struct str name, struct str kind, struct str api_url,
                    struct host *host, struct str *ret_why)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_is(name, known[i].name)) {
            kind = kind.n ? kind : str_from(known[i].kind);
            api_url = api_url.n ? api_url : str_from(known[i].api_url);
        }
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_is(kind, kinds[i].name)) {
            host->kind = kinds[i].kind;
            host->api_url = api_url.n
                                ? str_dup(arena, api_url)
                                : str_format(arena, "https://%.*s%s", STR_FMT(name), kinds[i].api);
            return 0;
        }
    *ret_why = kind.n ? STR("a forge is github, gitlab or gitea")
                      : STR("the repository's host is none that is known by its name; say which of "
                            "github, gitlab and gitea it is");
    return -1;
}

/* A port of ssh is none of the API's. */
static struct str without_port(struct str scheme, struct str name)
{
    const ptrdiff_t colon = str_find_last_char(name, ':');
    return colon > 0 && !str_starts(scheme, STR("http")) ? str_sub(name, 0, (size_t)colon) : name;
}

int feedback_host(struct arena *arena, struct str repository_url, struct str kind,
                  struct str api_url, struct host *ret_host, struct str *ret_why)
{
    struct str scheme;
    struct str name;
    struct str path;
    *ret_host = (struct host){0};
    if (!split(repository_url, &scheme, &name, &path) || !name.n || !repository_of(path).n ||
        str_has_control(repository_url)) {
        *ret_why = STR("the repository is at no forge: its URL names no host and path");
        return -1;
    }
    if (place_at(arena, without_port(scheme, name), kind, api_url, ret_host, ret_why) < 0)
        return -1;
    path = repository_of(path);
    /* GitLab takes a path in the place of a number when it is one part. */
    ret_host->repository =
        ret_host->kind == HOST_GITLAB ? host_path_part(arena, path) : str_dup(arena, path);
    while (str_ends(ret_host->api_url, STR("/")))
        ret_host->api_url.n--;
    return 0;
}
