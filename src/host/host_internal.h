/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "doc/doc.h"
#include "host/host.h"

struct detecting {
    struct arena *arena;
    struct host_environment environment;
    struct host *host;
};

/* "" when it is not there. */
struct str host_variable(const struct detecting *detecting, const char *name);
void host_note(const struct detecting *detecting, const char *fmt, ...) PRINTF(2, 3);
/* A commit id, or "" with a note. */
struct str host_commit(const struct detecting *detecting, struct str text, const char *what);
/* A URL without its last slash, or "" with a note. */
struct str host_url(const struct detecting *detecting, const char *name);

/* TIDEGATE_TOKEN, the file of TIDEGATE_TOKEN_FILE, or another variable (NULL: none); "" with a note
 * when it can't be one. */
struct str host_token(const struct detecting *detecting, const char *other);

void host_detect_actions(const struct detecting *detecting);
void host_detect_gitlab(const struct detecting *detecting);
