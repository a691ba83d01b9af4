/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile text made harmless, for whoever writes a page of its own. Text for terminals and logs
 * goes through escape_terminal() of report.h.
 */
#pragma once

#include "report/report.h"

/* One code point at *pos as a terminal may see it; gives its width in cells. `out` may be NULL to
 * measure. Malformed bytes are \xNN, control and bidirectional characters \n, \x1b, \u{202E}. */
unsigned escape_rune(struct buf *out, struct str text, size_t *pos);
/* The same for XML 1.0, in attributes and between tags. */
void escape_xml(struct buf *out, struct str text);
/* A path as part of a URI (RFC 3986): all but unreserved characters and slashes are %XX. */
void escape_uri(struct buf *out, struct str path);
/* Text into Markdown, where it formats nothing, links nowhere and names nobody. */
void escape_markdown(struct buf *out, struct str text);
/* The same as a code span, also within a table, where a bar would end the cell even in code. */
void escape_code(struct buf *out, struct str text);
/* Of backticks: it decides how many are put around. */
size_t escape_longest_run(struct str text);
/* Bytes from `from` on are JSON: what a log would obey is escaped inside its strings. */
void escape_json_log(struct buf *out, size_t from);
/* At most max code points, the last of them an ellipsis when something was cut. */
struct str escape_cut(struct arena *arena, struct str text, size_t max);
