/* SPDX-License-Identifier: Apache-2.0 */
/* URLs as Go's net/url reads them, with its words for mistakes. */
#pragma once

#include "cel/cel_library.h"

struct cel_url {
    struct str text;     /* as it was written */
    struct str scheme;   /* in lower case */
    struct str host;     /* with the port; decoded */
    struct str path;     /* as written */
    struct str query;    /* as written */
    struct str fragment; /* as written, behind # */
    bool has_user;       /* user information before the host */
};

/* url.ParseRequestURI: absolute, or a path from the root. Parts live in the arena or are of the
 * text. False with the message of net/url in `error`. */
bool cel_url_parse_request(struct arena *arena, struct str text, struct cel_url *ret_url,
                           struct buf *error);
/* url.Parse: the part after # is cut off first. */
bool cel_url_parse(struct arena *arena, struct str text, struct cel_url *ret_url,
                   struct buf *error);
/* The host without its port and brackets, and the port. */
void cel_url_split_host(struct str host, struct str *ret_name, struct str *ret_port);
/* URL.EscapedPath. */
void cel_url_escape_path(struct buf *out, struct str path);
/* Decodes %XX, in queries also +; false when there is a broken one. */
bool cel_url_decode(struct buf *out, struct str text, bool is_query);
