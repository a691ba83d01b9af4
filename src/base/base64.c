/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go's encoding/base64 StdEncoding, which decodes Secret data and []byte fields of the API: padding
 * is required, CR and LF are skipped anywhere, unused bits of the last character are not checked.
 * Offsets are those of Go's CorruptInputError.
 */
#include "base/base64.h"
#include "base/ascii.h"

static int value_of(char c)
{
    if (ascii_is_upper(c))
        return c - 'A';
    if (ascii_is_lower(c))
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t skip_newlines(struct str s, size_t i)
{
    while (i < s.n && (s.p[i] == '\n' || s.p[i] == '\r'))
        i++;
    return i;
}

/* After a '=' just before i that follows `have` characters of its group: where it goes wrong, -1.
 */
static ptrdiff_t check_padding(struct str s, size_t i, unsigned have)
{
    if (have < 2)
        return (ptrdiff_t)i - 1;
    if (have == 2) {
        i = skip_newlines(s, i);
        if (i == s.n || s.p[i] != '=')
            return (ptrdiff_t)(i == s.n ? i : i - 1);
        i++;
    }
    i = skip_newlines(s, i);
    return i < s.n ? (ptrdiff_t)i : -1;
}

/* Decodes into out, which may be NULL; gives the offset of the mistake or -1. */
static ptrdiff_t decode(struct str s, char *out, size_t *ret_n)
{
    uint32_t group = 0;
    unsigned have = 0;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int value = value_of(s.p[i]);
        if (value < 0 && (s.p[i] == '\n' || s.p[i] == '\r'))
            continue;
        if (value < 0 && s.p[i] != '=')
            return (ptrdiff_t)i;
        if (value < 0) {
            ptrdiff_t bad = check_padding(s, i + 1, have);
            if (bad >= 0)
                return bad;
            group <<= 6 * (4 - have);
            for (unsigned k = 0; k + 1 < have; k++, n++)
                if (out)
                    out[n] = (char)(group >> (16 - 8 * k) & 0xFF);
            *ret_n = n;
            return -1;
        }
        group = group << 6 | (uint32_t)value;
        if (++have < 4)
            continue;
        for (unsigned k = 0; k < 3; k++, n++)
            if (out)
                out[n] = (char)(group >> (16 - 8 * k) & 0xFF);
        group = 0;
        have = 0;
    }
    *ret_n = n;
    return have == 0 ? -1 : (ptrdiff_t)(s.n - have);
}

ptrdiff_t base64_check(struct str s)
{
    size_t n;
    return decode(s, NULL, &n);
}

int base64_decode(struct arena *arena, struct str s, struct str *ret_bytes)
{
    char *out = arena_alloc_text(arena, s.n / 4 * 3 + 3);
    size_t n;
    if (decode(s, out, &n) >= 0)
        return -EINVAL;
    out[n] = '\0';
    *ret_bytes = (struct str){out, n};
    return 0;
}

struct str base64_encode(struct arena *arena, struct str bytes)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t n = size_mul(size_add(bytes.n, 2) / 3, 4);
    char *out = arena_alloc_text(arena, n + 1);
    for (size_t i = 0, at = 0; i < bytes.n; i += 3, at += 4) {
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (i + k < bytes.n ? (unsigned char)bytes.p[i + k] : 0U);
        for (size_t k = 0; k < 4; k++)
            out[at + k] = i + k > bytes.n ? '=' : letters[group >> (18 - 6 * k) & 63];
    }
    out[n] = '\0';
    return (struct str){out, n};
}
