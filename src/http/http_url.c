/* SPDX-License-Identifier: Apache-2.0 */
/* What of a URL decides about safety. */
#include <stdlib.h>

#include "base/file.h"
#include "http/http.h"

struct url_parts {
    struct str scheme, authority, host; /* the host without its port */
};

static bool split(struct str url, struct url_parts *ret_parts)
{
    const ptrdiff_t colon = str_find(url, STR("://"));
    if (colon <= 0)
        return false;
    ret_parts->scheme = str_sub(url, 0, (size_t)colon);
    struct str rest = str_from_offset(url, (size_t)colon + 3);
    size_t end = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?' && rest.p[end] != '#')
        end++;
    ret_parts->authority = str_sub(rest, 0, end);
    /* A user name before the host is how addresses lie about where they lead. */
    if (!end || str_find_char(ret_parts->authority, '@') >= 0 ||
        str_find_char(ret_parts->authority, '\\') >= 0)
        return false;
    const ptrdiff_t close = str_find_last_char(ret_parts->authority, ']');
    const ptrdiff_t port = str_find_last_char(ret_parts->authority, ':');
    ret_parts->host =
        port > close ? str_sub(ret_parts->authority, 0, (size_t)port) : ret_parts->authority;
    return ret_parts->host.n > 0;
}

static bool is_this_machine(struct str host)
{
    return str_eq_fold(host, STR("localhost")) || str_is(host, "[::1]") ||
           str_is(host, "127.0.0.1");
}

bool http_is_safe_url(struct str url)
{
    struct url_parts parts;
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f)
            return false;
    return split(url, &parts) &&
           (str_eq_fold(parts.scheme, STR("https")) ||
            (str_eq_fold(parts.scheme, STR("http")) && is_this_machine(parts.host)));
}

bool http_is_local_url(struct str url)
{
    struct url_parts parts;
    return split(url, &parts) && is_this_machine(parts.host);
}

struct str http_origin(struct str url)
{
    struct url_parts parts;
    if (!split(url, &parts))
        return (struct str){0};
    return str_sub(url, 0, parts.scheme.n + 3 + parts.authority.n);
}

struct str http_ca_bundle(void)
{
    static const char *const names[] = {"TIDEGATE_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return str_from(value);
    }
    return (struct str){0};
}
