/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions with Go's syntax and linear time, by RE2. What RE2 takes and Go's regexp
 * does not (\C, more than 1,000 repeats) is refused. A compiled pattern may be used by any number
 * of threads at once.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct regex;

#ifdef __cplusplus
extern "C" {
#endif

/* NULL on failure, with a reason in the arena. */
struct regex *regex_compile(struct arena *arena, struct str pattern,
                            struct str *ret_error) MUST_USE;
/* Whether the text has a match anywhere. */
bool regex_has(const struct regex *regex, struct str text);
/* The first match that starts at `from` or later: bytes [*ret_start, *ret_end). What stands before
 * `from` still counts for ^ and \b. */
bool regex_find(const struct regex *regex, struct str text, size_t from, size_t *ret_start,
                size_t *ret_end);
void regex_free(struct regex *regex); /* accepts NULL */

#ifdef __cplusplus
}
#endif
