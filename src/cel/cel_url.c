/* SPDX-License-Identifier: Apache-2.0 */
/* net/url's parser: what it takes and what it says is what url() and isURL() of the server do. */
#include "cel/cel_url.h"

#include "base/ascii.h"
#include "cel/cel_ip.h"
#include "cel/cel_text.h"

enum { URL_ERROR = 1024 };

/* Which part of a URL a character stands in; decides what may stand there as it is. */
enum part { PART_PATH, PART_HOST, PART_ZONE, PART_USER };

struct parsing {
    struct arena *arena;
    struct buf *error;
    struct cel_url *url;
};

static bool refuse(struct parsing *p, const char *what)
{
    buf_add_c(p->error, what);
    return false;
}

/* Of a host or zone: net/url's table, for bytes of ASCII. */
static bool fits_host(char c)
{
    return ascii_is_alnum(c) || (c && strchr("-_.~!$&'()*+,;=:[]<>\"", c));
}

static bool refuse_escape(struct parsing *p, struct str text)
{
    buf_add_c(p->error, "invalid URL escape ");
    cel_go_quote(p->error, str_sub(text, 0, MIN_OF(text.n, (size_t)3)));
    return false;
}

/* One %XX at the start of the text. */
static bool check_escape(struct parsing *p, struct str text, enum part part)
{
    if (text.n < 3 || ascii_hex_value(text.p[1]) < 0 || ascii_hex_value(text.p[2]) < 0)
        return refuse_escape(p, text);
    const bool is_percent = str_starts(text, STR("%25"));
    const int value = ascii_hex_value(text.p[1]) << 4 | ascii_hex_value(text.p[2]);
    if (part == PART_HOST && ascii_hex_value(text.p[1]) < 8 && !is_percent)
        return refuse_escape(p, text);
    if (part == PART_ZONE && !is_percent && value != ' ' &&
        !(value < 0x80 && fits_host((char)value)))
        return refuse_escape(p, text);
    return true;
}

/* net/url's unescape, of which only the verdict matters for most parts. */
static bool check(struct parsing *p, struct str text, enum part part)
{
    for (size_t i = 0; i < text.n;) {
        if (text.p[i] == '%') {
            if (!check_escape(p, str_from_offset(text, i), part))
                return false;
            i += 3;
            continue;
        }
        const bool of_host = part == PART_HOST || part == PART_ZONE;
        if (of_host && (unsigned char)text.p[i] < 0x80 && !fits_host(text.p[i])) {
            buf_add_c(p->error, "invalid character ");
            cel_go_quote(p->error, str_sub(text, i, i + 1));
            buf_add_c(p->error, " in host name");
            return false;
        }
        i++;
    }
    return true;
}

bool cel_url_decode(struct buf *out, struct str text, bool is_query)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '%') {
            if (i + 2 >= text.n || ascii_hex_value(text.p[i + 1]) < 0 ||
                ascii_hex_value(text.p[i + 2]) < 0)
                return false;
            buf_add_char(
                out, (char)(ascii_hex_value(text.p[i + 1]) << 4 | ascii_hex_value(text.p[i + 2])));
            i += 2;
        } else {
            buf_add_char(out, text.p[i] == '+' && is_query ? ' ' : text.p[i]);
        }
    }
    return true;
}

static struct str decoded(struct parsing *p, struct str text)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, text.n + 1);
    cel_url_decode(&out, text, false);
    return str_dup(p->arena, buf_str(&out));
}

/* Digits after a colon, or nothing. */
static bool is_port(struct str text)
{
    if (text.n == 0)
        return true;
    for (size_t i = 1; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return text.p[0] == ':';
}

static bool refuse_port(struct parsing *p, struct str port)
{
    buf_add_c(p->error, "invalid port ");
    cel_go_quote(p->error, port);
    buf_add_c(p->error, " after host");
    return false;
}

static ptrdiff_t find_last(struct str text, char c)
{
    for (size_t i = text.n; i-- > 0;)
        if (text.p[i] == c)
            return (ptrdiff_t)i;
    return -1;
}

static ptrdiff_t find_zone(struct str name)
{
    for (size_t i = 0; i + 3 <= name.n; i++)
        if (memcmp(name.p + i, "%25", 3) == 0)
            return (ptrdiff_t)i;
    return -1;
}

/* [::1], [fe80::1%25en0]:80 */
static bool parse_literal(struct parsing *p, struct str host)
{
    const ptrdiff_t close = find_last(host, ']');
    if (close < 0)
        return refuse(p, "missing ']' in host");
    const struct str port = str_from_offset(host, (size_t)close + 1);
    const struct str name = str_sub(host, 1, (size_t)close);
    if (!is_port(port))
        return refuse_port(p, port);
    const ptrdiff_t zone = find_zone(name);
    if (!check(p, zone < 0 ? name : str_sub(name, 0, (size_t)zone), PART_HOST) ||
        (zone >= 0 && !check(p, str_from_offset(name, (size_t)zone), PART_ZONE)))
        return false;
    struct cel_ip ip;
    struct str zone_name;
    SCOPED(buf) struct buf error;
    buf_init(&error, URL_ERROR);
    if (!cel_ip_parse(decoded(p, name), &ip, &zone_name, &error)) {
        buf_format(p->error, "invalid host: %.*s", STR_FMT(buf_str(&error)));
        return false;
    }
    if (!ip.is_v6)
        return refuse(p, "invalid IP-literal");
    p->url->host = decoded(p, host);
    return true;
}

static bool parse_host(struct parsing *p, struct str host)
{
    const ptrdiff_t open = find_last(host, '[');
    if (open > 0)
        return refuse(p, "invalid IP-literal");
    if (open == 0)
        return parse_literal(p, host);
    ptrdiff_t colon = str_find_char(host, ':');
    const bool is_strict = str_is(p->url->scheme, "http") || str_is(p->url->scheme, "https");
    if (colon >= 0 && !is_strict)
        colon = find_last(host, ':');
    if (colon >= 0 && !is_port(str_from_offset(host, (size_t)colon)))
        return refuse_port(p, str_from_offset(host, (size_t)colon));
    if (!check(p, host, PART_HOST))
        return false;
    p->url->host = decoded(p, host);
    return true;
}

static bool is_user(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!ascii_is_alnum(text.p[i]) && !(text.p[i] && strchr("-._:~!$&'()*+,;=%@", text.p[i])))
            return false;
    return true;
}

static bool parse_authority(struct parsing *p, struct str authority)
{
    const ptrdiff_t at = find_last(authority, '@');
    if (!parse_host(p, at < 0 ? authority : str_from_offset(authority, (size_t)at + 1)))
        return false;
    p->url->has_user = at >= 0;
    const struct str user = at < 0 ? STR("") : str_sub(authority, 0, (size_t)at);
    if (!is_user(user))
        return refuse(p, "net/url: invalid userinfo");
    return check(p, user, PART_USER);
}

/* Letters, digits, + - . before a colon. What has none is all rest. */
static bool parse_scheme(struct parsing *p, struct str text, struct str *ret_rest)
{
    *ret_rest = text;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i], letter = (char)(c | 0x20);
        if (ascii_is_lower(letter))
            continue;
        if (c == ':' && i == 0)
            return refuse(p, "missing protocol scheme");
        if (c == ':') {
            char *lower = arena_alloc_text(p->arena, i + 1);
            for (size_t k = 0; k < i; k++)
                lower[k] = (char)(ascii_is_upper(text.p[k]) ? text.p[k] | 0x20 : text.p[k]);
            p->url->scheme = (struct str){lower, i};
            *ret_rest = str_from_offset(text, i + 1);
            return true;
        }
        if (i == 0 || !(ascii_is_alnum(c) || c == '+' || c == '-' || c == '.'))
            return true;
    }
    return true;
}

/* Text that starts with no slash: opaque after a scheme. */
static bool parse_rootless(struct parsing *p, struct str rest, bool request)
{
    if (p->url->scheme.n)
        return true;
    if (request)
        return refuse(p, "invalid URI for request");
    const ptrdiff_t slash = str_find_char(rest, '/');
    const struct str segment = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
    if (str_find_char(segment, ':') >= 0)
        return refuse(p, "first path segment in URL cannot contain colon");
    p->url->path = rest;
    return check(p, rest, PART_PATH);
}

static bool parse_rest(struct parsing *p, struct str rest, bool request)
{
    const ptrdiff_t question = str_find_char(rest, '?');
    if (question >= 0) {
        p->url->query = str_from_offset(rest, (size_t)question + 1);
        rest = str_sub(rest, 0, (size_t)question);
    }
    if (!str_starts(rest, STR("/")))
        return parse_rootless(p, rest, request);
    if ((p->url->scheme.n || (!request && !str_starts(rest, STR("///")))) &&
        str_starts(rest, STR("//"))) {
        struct str authority = str_from_offset(rest, 2);
        const ptrdiff_t slash = str_find_char(authority, '/');
        rest = slash < 0 ? STR("") : str_from_offset(authority, (size_t)slash);
        authority = slash < 0 ? authority : str_sub(authority, 0, (size_t)slash);
        if (!parse_authority(p, authority))
            return false;
    }
    p->url->path = rest;
    return check(p, rest, PART_PATH);
}

static bool parse(struct parsing *p, struct str text, bool request)
{
    struct str rest;
    if (str_has_control(text))
        return refuse(p, "net/url: invalid control character in URL");
    if (text.n == 0 && request)
        return refuse(p, "empty url");
    if (str_is(text, "*")) {
        p->url->path = text;
        return true;
    }
    return parse_scheme(p, text, &rest) && parse_rest(p, rest, request);
}

/* With net/url's `parse "text": ` before the message. */
static bool parse_whole(struct arena *arena, struct str text, bool request, struct cel_url *ret_url,
                        struct buf *error)
{
    SCOPED(buf) struct buf inner;
    struct parsing p = {.arena = arena, .error = &inner, .url = ret_url};
    const ptrdiff_t hash = request ? -1 : str_find_char(text, '#');
    buf_init(&inner, URL_ERROR);
    *ret_url = (struct cel_url){.text = text};
    if (hash >= 0)
        ret_url->fragment = str_from_offset(text, (size_t)hash + 1);
    if (parse(&p, hash < 0 ? text : str_sub(text, 0, (size_t)hash), request) &&
        check(&p, ret_url->fragment, PART_PATH))
        return true;
    buf_add_c(error, "parse ");
    cel_go_quote(error, text);
    buf_format(error, ": %.*s", STR_FMT(buf_str(&inner)));
    return false;
}

bool cel_url_parse_request(struct arena *arena, struct str text, struct cel_url *ret_url,
                           struct buf *error)
{
    return parse_whole(arena, text, true, ret_url, error);
}

bool cel_url_parse(struct arena *arena, struct str text, struct cel_url *ret_url, struct buf *error)
{
    return parse_whole(arena, text, false, ret_url, error);
}

void cel_url_split_host(struct str host, struct str *ret_name, struct str *ret_port)
{
    const ptrdiff_t colon = find_last(host, ':');
    *ret_name = host;
    *ret_port = STR("");
    if (colon >= 0 && is_port(str_from_offset(host, (size_t)colon))) {
        *ret_name = str_sub(host, 0, (size_t)colon);
        *ret_port = str_from_offset(host, (size_t)colon + 1);
    }
    if (ret_name->n >= 2 && ret_name->p[0] == '[' && ret_name->p[ret_name->n - 1] == ']')
        *ret_name = str_sub(*ret_name, 1, ret_name->n - 1);
}

/* What was written stays when it could have been: otherwise it is decoded and escaped anew. */
void cel_url_escape_path(struct buf *out, struct str path)
{
    static const char hexadecimal[] = "0123456789ABCDEF";
    bool is_valid = true;
    for (size_t i = 0; i < path.n && is_valid; i++)
        is_valid =
            ascii_is_alnum(path.p[i]) || (path.p[i] && strchr("-_.~/!$&'()*+,;=:@[]%", path.p[i]));
    if (is_valid) {
        buf_add(out, path);
        return;
    }
    SCOPED(buf) struct buf plain;
    buf_init(&plain, path.n + 1);
    cel_url_decode(&plain, path, false);
    for (size_t i = 0; i < plain.n; i++) {
        const char c = plain.p[i];
        if (ascii_is_alnum(c) || (c && strchr("-_.~/$&+,;=:@", c))) {
            buf_add_char(out, c);
        } else {
            buf_add_char(out, '%');
            buf_add_char(out, hexadecimal[(unsigned char)c >> 4]);
            buf_add_char(out, hexadecimal[c & 15]);
        }
    }
}
