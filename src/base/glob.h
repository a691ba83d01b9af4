/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path patterns as in gitignore and editors: `*` and `?` stay inside one path part, `**` crosses
 * parts, `[a-z]` and `{a,b}` work, a leading `/` anchors at the root. A pattern without a slash
 * matches the last part or any folder of the path; a trailing slash matches all below a folder.
 */
#pragma once

#include "base/str.h"

bool glob_match(struct str pattern, struct str path);
/* NULL when the pattern is usable, else what is wrong with it. */
const char *glob_error(struct str pattern);
