/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a URL means, as git reads it, and what we let pass: no password, no option in disguise (a
 * host or path that begins with a dash), nothing that a shell or a configuration file would read as
 * more than a character.
 */
#include "base/ascii.h"
#include "http/http.h"
#include "remote/remote_internal.h"

enum { URL_BYTES = 2048, NAME_BYTES = 1024 };

static const struct {
    const char *prefix;
    enum remote_scheme scheme;
} schemes[] = {
    {"https://", SCHEME_HTTPS},
    {"http://", SCHEME_HTTP},
    {"ssh://", SCHEME_SSH},
    {"file://", SCHEME_FILE},
};

static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ' || (unsigned char)text.p[i] >= 0x7f ||
            strchr("\\\"'`$;|<>", text.p[i]))
            return false;
    return true;
}

static bool is_host(struct str host)
{
    const struct str allowed = STR(".-:[]_");
    for (size_t i = 0; i < host.n; i++)
        if (!ascii_is_alnum(host.p[i]) && str_find_char(allowed, host.p[i]) < 0)
            return false;
    return host.n > 0 && host.p[0] != '-';
}

/* user and host:port of "user:password@host:port"; false when there is a password. */
static bool split_authority(struct str authority, struct remote_address *address,
                            struct str *ret_place)
{
    const ptrdiff_t at = str_find_last_char(authority, '@');
    if (at >= 0)
        address->user = str_sub(authority, 0, (size_t)at);
    *ret_place = str_from_offset(authority, (size_t)(at + 1));
    const ptrdiff_t close = str_find_last_char(*ret_place, ']');
    const ptrdiff_t port = str_find_last_char(*ret_place, ':');
    address->host = port > close ? str_sub(*ret_place, 0, (size_t)port) : *ret_place;
    return str_find_char(address->user, ':') < 0;
}

static const char *read_address(struct arena *arena, struct str url, size_t prefix,
                                struct remote_address *address)
{
    struct str place, rest = str_from_offset(url, prefix);
    const ptrdiff_t slash = str_find_char(rest, '/');
    const struct str authority = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
    if (address->scheme == SCHEME_FILE) {
        address->clean = url;
        address->is_local = true;
        return slash == 0 && rest.n > 1 ? NULL : "a file URL is file:///PATH";
    }
    if (!split_authority(authority, address, &place))
        return "the URL has a password in it, which would end up in logs: give it by a file";
    if (!is_host(address->host) || (address->user.n && address->user.p[0] == '-'))
        return "the URL has no legal host";
    if (slash < 0 || (size_t)slash + 1 == rest.n)
        return "the URL has no path";
    if (str_find_char(rest, '?') >= 0 || str_find_char(rest, '#') >= 0)
        return "the URL of a repository has no query";
    const struct str path = str_from_offset(rest, (size_t)slash);
    const struct str scheme = str_sub(url, 0, prefix);
    address->origin = str_concat(arena, scheme, place);
    if (address->scheme == SCHEME_SSH)
        address->clean = str_format(arena, "ssh://%.*s@%.*s%.*s",
                                    STR_FMT(address->user.n ? address->user : STR("git")),
                                    STR_FMT(place), STR_FMT(path));
    else
        address->clean = str_concat(arena, address->origin, path);
    address->is_local = http_is_local_url(str_concat(arena, STR("http://"), address->host));
    return NULL;
}

/* [USER@]HOST:PATH, as git knows it: the colon comes before any slash. */
static const char *read_short(struct arena *arena, struct str url, struct remote_address *address)
{
    const ptrdiff_t colon = str_find_char(url, ':');
    const ptrdiff_t slash = str_find_char(url, '/');
    struct str place;
    address->scheme = SCHEME_SSH;
    if (colon <= 0 || (slash >= 0 && slash < colon) || (size_t)colon + 1 == url.n)
        return "a URL begins with https:// or ssh://, or is USER@HOST:PATH; a folder of this "
               "machine is file:///PATH";
    if (str_has(url, STR("::"))) /* of a helper, in git's own reading */
        return "the URL's protocol is none of https and ssh";
    if (str_has(url, STR("://")))
        return "the URL's protocol is none of https and ssh";
    const struct str path = str_from_offset(url, (size_t)colon + 1);
    if (!split_authority(str_sub(url, 0, (size_t)colon), address, &place) ||
        !is_host(address->host) || (address->user.n && address->user.p[0] == '-') ||
        str_find_char(path, '@') >= 0)
        return "the URL is not USER@HOST:PATH";
    address->clean =
        str_format(arena, "%.*s@%.*s:%.*s", STR_FMT(address->user.n ? address->user : STR("git")),
                   STR_FMT(address->host), STR_FMT(path));
    return NULL;
}

static bool has_credential(const struct remote_options *options)
{
    return options->password.file.n || options->password.variable.n || options->token.file.n ||
           options->token.variable.n;
}

static const char *refusal(const struct remote_options *options,
                           const struct remote_address *address)
{
    switch (address->scheme) {
    case SCHEME_HTTPS:
        return NULL;
    case SCHEME_HTTP:
        if (!options->allow_http)
            return "http lets anybody on the way change what is fetched: use https";
        return has_credential(options) && !address->is_local
                   ? "a credential is not sent over http: use https"
                   : NULL;
    case SCHEME_FILE:
        return options->allow_file ? NULL : "a file URL is not allowed here";
    case SCHEME_SSH:
        if (!options->identity_file.n)
            return "ssh needs the file of a private key";
        return options->known_hosts_file.n ? NULL : "ssh needs a file of known hosts";
    }
    return NULL;
}

int address_parse(struct arena *arena, const struct remote_options *options,
                  struct remote_address *ret_address, struct str *ret_why)
{
    const struct str url = options->url;
    struct remote_address address = {0};
    const char *why = NULL;
    size_t found = ARRAY_LEN(schemes);
    if (!url.n || url.n > URL_BYTES || !is_plain(url)) {
        *ret_why = STR("the URL is empty, too long, or has characters that don't belong in one");
        return -1;
    }
    for (size_t i = 0; i < ARRAY_LEN(schemes) && found == ARRAY_LEN(schemes); i++)
        if (str_starts(url, str_from(schemes[i].prefix)))
            found = i;
    if (found < ARRAY_LEN(schemes)) {
        address.scheme = schemes[found].scheme;
        why = read_address(arena, url, strlen(schemes[found].prefix), &address);
    } else {
        why = read_short(arena, url, &address);
    }
    if (!why)
        why = refusal(options, &address);
    if (why) {
        *ret_why = str_from(why);
        return -1;
    }
    *ret_address = address;
    return 0;
}

static bool is_legal_part(struct str part)
{
    return part.n > 0 && part.p[0] != '.' && !str_ends(part, STR(".lock"));
}

bool reference_is_legal(struct str name)
{
    struct str part;
    if (!name.n || name.n > NAME_BYTES || name.p[0] == '-' || name.p[0] == '/' ||
        str_ends(name, STR("/")) || str_ends(name, STR(".")) || str_is(name, "@") ||
        str_has(name, STR("..")) || str_has(name, STR("@{")))
        return false;
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] <= ' ' || name.p[i] == 0x7f || strchr("~^:?*[\\", name.p[i]))
            return false;
    for (struct str rest = name; str_split(&rest, '/', &part);)
        if (!is_legal_part(part))
            return false;
    return true;
}
