/* SPDX-License-Identifier: Apache-2.0 */
/* Slices of bytes. An empty slice may have a NULL pointer, which no library function is given. */
#include "base/str.h"

#include "base/arena.h"
#include "base/ascii.h"

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_from(const char *c_string)
{
    return (struct str){c_string, c_string ? strlen(c_string) : 0};
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str s, const char *c_string)
{
    return str_eq(s, str_from(c_string));
}

int str_cmp(struct str a, struct str b)
{
    size_t n = MIN_OF(a.n, b.n);
    int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_eq_fold(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (ascii_to_lower(a.p[i]) != ascii_to_lower(b.p[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_eq(str_from_offset(s, s.n - suffix.n), suffix);
}

bool str_has(struct str s, struct str part)
{
    return str_find(s, part) >= 0;
}

bool str_is_one_of(struct str s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(s, list[i]))
            return true;
    return false;
}

bool str_has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return true;
    return false;
}

ptrdiff_t str_find_char(struct str s, char c)
{
    const char *at = s.n > 0 ? memchr(s.p, c, s.n) : NULL;
    return at ? at - s.p : -1;
}

ptrdiff_t str_find_last_char(struct str s, char c)
{
    const char *at = s.n > 0 ? memrchr(s.p, c, s.n) : NULL;
    return at ? at - s.p : -1;
}

ptrdiff_t str_find(struct str s, struct str part)
{
    if (part.n == 0)
        return 0;
    const char *at = s.n > 0 ? memmem(s.p, s.n, part.p, part.n) : NULL;
    return at ? at - s.p : -1;
}

struct str str_sub(struct str s, size_t from, size_t to)
{
    to = MIN_OF(to, s.n);
    from = MIN_OF(from, to);
    return (struct str){s.p ? s.p + from : NULL, to - from};
}

struct str str_from_offset(struct str s, size_t from)
{
    return str_sub(s, from, s.n);
}

struct str str_trim(struct str s)
{
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    while (s.n > 0 && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    return s;
}

bool str_split(struct str *rest, char sep, struct str *ret_part)
{
    if (rest->n == 0)
        return false;
    ptrdiff_t at = str_find_char(*rest, sep);
    size_t n = at >= 0 ? (size_t)at : rest->n;
    *ret_part = str_sub(*rest, 0, n);
    *rest = str_from_offset(*rest, n + 1);
    return true;
}

struct str str_dup(struct arena *arena, struct str s)
{
    return str_concat(arena, s, (struct str){0});
}

const char *str_to_c(struct arena *arena, struct str s)
{
    return str_dup(arena, s).p;
}

struct str str_format(struct arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0)
        BUG("format '%s' cannot be printed", fmt);
    char *p = arena_alloc_text(arena, (size_t)n + 1);
    va_start(args, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, args);
    va_end(args);
    return (struct str){p, (size_t)n};
}

struct str str_concat(struct arena *arena, struct str a, struct str b)
{
    size_t n = size_add(a.n, b.n);
    char *p = arena_alloc_text(arena, size_add(n, 1));
    if (a.n > 0)
        memcpy(p, a.p, a.n);
    if (b.n > 0)
        memcpy(p + a.n, b.p, b.n);
    p[n] = '\0';
    return (struct str){p, n};
}

struct str str_lower(struct arena *arena, struct str s)
{
    char *p = arena_alloc_text(arena, size_add(s.n, 1));
    for (size_t i = 0; i < s.n; i++)
        p[i] = ascii_to_lower(s.p[i]);
    p[s.n] = '\0';
    return (struct str){p, s.n};
}

int str_cmp_qsort(const void *a, const void *b)
{
    const struct str *left = a;
    const struct str *right = b;
    return str_cmp(*left, *right);
}

struct str str_print(char *text, size_t size, const char *fmt, va_list args)
{
    const int n = vsnprintf(text, size, fmt, args);
    return (struct str){text, n < 0 ? 0 : MIN_OF((size_t)n, size - 1)};
}
