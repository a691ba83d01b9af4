/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as RFC 3629 has it; the table of lead bytes is Table 3-7 of the Unicode standard. */
#include "base/utf8.h"

#include "base/utf8_width.h"

/* A lead byte of a longer sequence: how long, and which second bytes keep it well-formed. */
struct lead {
    unsigned char first, last; /* lead bytes */
    unsigned char n;
    unsigned char low, high; /* second byte */
};

static const struct lead leads[] = {
    {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF}, {0xE1, 0xEC, 3, 0x80, 0xBF},
    {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF}, {0xF0, 0xF0, 4, 0x90, 0xBF},
    {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
};

/* What must not reach a terminal or a page: Trojan Source (CVE-2021-42574) and its relatives. */
static const struct rune_range hostile[] = {
    {0x0000, 0x0008}, {0x000B, 0x001F}, {0x007F, 0x009F}, {0x00AD, 0x00AD},
    {0x061C, 0x061C}, {0x180E, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E},
    {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
};

static size_t sequence(struct str s, size_t pos, uint32_t *ret_rune);
static size_t ascii_prefix(struct str s, size_t pos);
static bool in_ranges(const struct rune_range *ranges, size_t n, uint32_t rune);

uint32_t utf8_next(struct str s, size_t *pos)
{
    uint32_t rune;
    size_t n = sequence(s, *pos, &rune);
    *pos += n > 0 ? n : 1;
    return n > 0 ? rune : (uint32_t)RUNE_BAD;
}

bool utf8_is_valid(struct str s)
{
    return utf8_valid_prefix(s) == s.n;
}

size_t utf8_valid_prefix(struct str s)
{
    size_t pos = 0;
    while ((pos = ascii_prefix(s, pos)) < s.n) {
        uint32_t rune;
        size_t n = sequence(s, pos, &rune);
        if (n == 0)
            return pos;
        pos += n;
    }
    return pos;
}

bool utf8_is_ascii(struct str s)
{
    return ascii_prefix(s, 0) == s.n;
}

size_t utf8_count(struct str s)
{
    size_t count = 0;
    for (size_t pos = 0; pos < s.n; count++)
        utf8_next(s, &pos);
    return count;
}

unsigned rune_width(uint32_t rune)
{
    if (rune < zero_width[0].first)
        return 1;
    if (in_ranges(zero_width, ARRAY_LEN(zero_width), rune))
        return 0;
    return in_ranges(double_width, ARRAY_LEN(double_width), rune) ? 2 : 1;
}

bool rune_is_hostile(uint32_t rune)
{
    if (rune >= ' ' && rune < 0x7F)
        return false;
    return in_ranges(hostile, ARRAY_LEN(hostile), rune);
}

/* Length of the well-formed sequence at pos, 0 when there is none. */
static size_t sequence(struct str s, size_t pos, uint32_t *ret_rune)
{
    unsigned char first = (unsigned char)s.p[pos];
    if (first < 0x80) {
        *ret_rune = first;
        return 1;
    }
    const struct lead *lead = leads;
    while (lead < leads + ARRAY_LEN(leads) && first > lead->last)
        lead++;
    if (lead == leads + ARRAY_LEN(leads) || first < lead->first || s.n - pos < lead->n)
        return 0;
    unsigned char second = (unsigned char)s.p[pos + 1];
    if (second < lead->low || second > lead->high)
        return 0;
    uint32_t rune = first & (0xFFU >> (lead->n + 1));
    for (size_t i = 1; i < lead->n; i++) {
        unsigned char next = (unsigned char)s.p[pos + i];
        if ((next & 0xC0) != 0x80)
            return 0;
        rune = rune << 6 | (next & 0x3F);
    }
    *ret_rune = rune;
    return lead->n;
}

/* Offset of the first byte from pos on that is not ASCII; eight bytes a step. */
static size_t ascii_prefix(struct str s, size_t pos)
{
    for (uint64_t word; s.n - pos >= sizeof word; pos += sizeof word) {
        memcpy(&word, s.p + pos, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (pos < s.n && (unsigned char)s.p[pos] < 0x80)
        pos++;
    return pos;
}

static bool in_ranges(const struct rune_range *ranges, size_t n, uint32_t rune)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (rune > ranges[middle].last)
            low = middle + 1;
        else if (rune < ranges[middle].first)
            n = middle;
        else
            return true;
    }
    return false;
}
