/* SPDX-License-Identifier: Apache-2.0 */
/* What a byte of ASCII is, whatever the locale. A byte above 127, or -1 at an end, is nothing. */
#pragma once

#include <stdbool.h>

static inline bool ascii_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_lower(int c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool ascii_is_upper(int c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool ascii_is_letter(int c)
{
    return ascii_is_lower(c) || ascii_is_upper(c);
}

static inline bool ascii_is_alnum(int c)
{
    return ascii_is_letter(c) || ascii_is_digit(c);
}

static inline bool ascii_is_lower_alnum(int c)
{
    return ascii_is_lower(c) || ascii_is_digit(c);
}

static inline bool ascii_is_hex(int c)
{
    return ascii_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* -1 when it is no hexadecimal digit. */
static inline int ascii_hex_value(int c)
{
    if (ascii_is_digit(c))
        return c - '0';
    return ascii_is_hex(c) ? (c | 0x20) - 'a' + 10 : -1;
}

static inline char ascii_to_lower(char c)
{
    return ascii_is_upper(c) ? (char)(c | 0x20) : c;
}
