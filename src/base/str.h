/* SPDX-License-Identifier: Apache-2.0 */
/* A slice of bytes, by value, not NUL-terminated, borrowed from whatever owns the bytes. */
#pragma once

#include <stdarg.h>

#include "base/base.h"

struct arena;

struct str {
    const char *p; /* borrowed; may be NULL when n is 0 */
    size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_FMT(s)   (int)(s).n, ((s).p ? (s).p : "") /* for "%.*s" */

/* A slice over a C string; NULL gives the empty slice. */
struct str str_from(const char *c_string);

bool str_eq(struct str a, struct str b);
bool str_is(struct str s, const char *c_string);
/* Byte order, shorter first on a common prefix: what strcmp would say. */
int str_cmp(struct str a, struct str b);
bool str_eq_fold(struct str a, struct str b); /* ASCII case folded */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_has(struct str s, struct str part);
bool str_has_control(struct str s); /* a control character of ASCII */
bool str_is_one_of(struct str s, const char *const *list, size_t n);

/* Position of a byte or of a part, or -1. */
ptrdiff_t str_find_char(struct str s, char c);
ptrdiff_t str_find_last_char(struct str s, char c);
ptrdiff_t str_find(struct str s, struct str part);

/* Bytes [from, to), both clamped to the length. */
struct str str_sub(struct str s, size_t from, size_t to);
struct str str_from_offset(struct str s, size_t from);
/* Without ASCII blanks (space, tab, CR, LF, VT, FF) at both ends. */
struct str str_trim(struct str s);
/* Takes the part before the first sep off *rest; false when nothing is left. An empty text gives no
 * part. */
bool str_split(struct str *rest, char sep, struct str *ret_part);

/* Copies into the arena, followed by a NUL that is not counted. */
struct str str_dup(struct arena *arena, struct str s);
/* The same as a C string, for libraries and the OS. */
const char *str_to_c(struct arena *arena, struct str s) RETURNS_NONNULL;
struct str str_format(struct arena *arena, const char *fmt, ...) PRINTF(2, 3);
/* Into memory of the caller, as much as fits. */
struct str str_print(char *text, size_t size, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));
/* a + b in the arena. */
struct str str_concat(struct arena *arena, struct str a, struct str b);
struct str str_lower(struct arena *arena, struct str s); /* ASCII */

/* qsort comparator over struct str. */
int str_cmp_qsort(const void *a, const void *b);
