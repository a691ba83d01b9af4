/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable text that was given its maximum. What would pass the maximum is cut and `full` is set,
 * so a writer checks once at the end. Owned by the heap: release it.
 */
#pragma once

#include "base/str.h"

struct buf {
    char *p; /* owned; NUL-terminated when not NULL */
    size_t n;
    size_t cap;
    size_t max;
    bool full; /* something did not fit and was cut */
};

void buf_init(struct buf *buf, size_t max);
void buf_release(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory and the maximum */

void buf_add(struct buf *buf, struct str s);
void buf_add_char(struct buf *buf, char c);
void buf_add_n(struct buf *buf, char c, size_t n);
void buf_add_c(struct buf *buf, const char *c_string);
void buf_format(struct buf *buf, const char *fmt, ...) PRINTF(2, 3);
/* One code point as UTF-8; what is no code point becomes U+FFFD. */
void buf_add_rune(struct buf *buf, uint32_t rune);
void buf_cut(struct buf *buf, size_t n); /* shortens to n bytes */

static inline struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->p, buf->n};
}

static inline void buf_scoped(struct buf *buf)
{
    buf_release(buf);
}
