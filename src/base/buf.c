/* SPDX-License-Identifier: Apache-2.0 */
/* Growable text. A cut never splits a UTF-8 sequence: cut text still goes to people and to JSON. */
#include "base/buf.h"

#include "base/utf8.h"

#include <stdarg.h>

enum { BUF_FIRST = 64 };

static size_t reserve(struct buf *buf, size_t n);
static size_t cut_at_rune(struct str s, size_t n);

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

void buf_release(struct buf *buf)
{
    free(buf->p);
    *buf = (struct buf){.max = buf->max};
}

void buf_clear(struct buf *buf)
{
    buf->full = false;
    buf_cut(buf, 0);
}

void buf_add(struct buf *buf, struct str s)
{
    size_t room = reserve(buf, s.n);
    size_t n = room < s.n ? cut_at_rune(s, room) : s.n;
    if (n == 0)
        return;
    memcpy(buf->p + buf->n, s.p, n);
    buf->n += n;
    buf->p[buf->n] = '\0';
}

void buf_add_char(struct buf *buf, char c)
{
    if (buf->n + 1 >= buf->cap && reserve(buf, 1) == 0)
        return;
    buf->p[buf->n++] = c;
    buf->p[buf->n] = '\0';
}

void buf_add_n(struct buf *buf, char c, size_t n)
{
    n = reserve(buf, n);
    if (n == 0)
        return;
    memset(buf->p + buf->n, c, n);
    buf->n += n;
    buf->p[buf->n] = '\0';
}

void buf_add_c(struct buf *buf, const char *c_string)
{
    buf_add(buf, str_from(c_string));
}

void buf_format(struct buf *buf, const char *fmt, ...)
{
    char small[256];
    va_list args;
    va_start(args, fmt);
    int length = vsnprintf(small, sizeof small, fmt, args);
    va_end(args);
    if (length < 0)
        BUG("format '%s' cannot be printed", fmt);
    size_t n = (size_t)length;
    if (n < sizeof small) {
        buf_add(buf, (struct str){small, n});
        return;
    }
    char *large = xmalloc(n + 1);
    va_start(args, fmt);
    vsnprintf(large, n + 1, fmt, args);
    va_end(args);
    buf_add(buf, (struct str){large, n});
    free(large);
}

void buf_add_rune(struct buf *buf, uint32_t rune)
{
    static const unsigned char lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF))
        rune = RUNE_BAD;
    size_t n = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    char bytes[4];
    for (size_t i = n; i-- > 1; rune >>= 6)
        bytes[i] = (char)(0x80 | (rune & 0x3F));
    bytes[0] = (char)(lead[n] | rune);
    buf_add(buf, (struct str){bytes, n});
}

void buf_cut(struct buf *buf, size_t n)
{
    if (n > buf->n)
        return;
    buf->n = n;
    if (buf->p)
        buf->p[n] = '\0';
}

/* Makes room for n more bytes and a NUL; gives how many of them fit below the maximum. */
static size_t reserve(struct buf *buf, size_t n)
{
    size_t room = buf->max - MIN_OF(buf->n, buf->max);
    if (n > room) {
        buf->full = true;
        n = room;
    }
    size_t wanted = size_add(size_add(buf->n, n), 1);
    if (wanted <= buf->cap || n == 0)
        return n;
    size_t doubled = buf->cap > SIZE_MAX / 2 ? SIZE_MAX : buf->cap * 2;
    size_t cap = MAX_OF(MAX_OF(doubled, (size_t)BUF_FIRST), wanted);
    if (buf->max < SIZE_MAX && cap > buf->max + 1)
        cap = buf->max + 1;
    buf->p = xrealloc(buf->p, cap);
    buf->cap = cap;
    return n;
}

/* The longest prefix of at most n bytes that ends before the start of a code point. */
static size_t cut_at_rune(struct str s, size_t n)
{
    for (size_t back = 0; back < 4 && back <= n; back++)
        if (((unsigned char)s.p[n - back] & 0xC0) != 0x80)
            return n - back;
    return n;
}
