/* SPDX-License-Identifier: Apache-2.0 */
/* Strings by code points; one that has as many code points as bytes is ASCII and needs no search.
 */
#include "cel/cel_text.h"

#include <inttypes.h>

#include "base/utf8.h"

size_t cel_rune_offset(struct cel_value string, size_t rune)
{
    if (cel_runes(&string) == string.n)
        return MIN_OF(rune, string.n);
    size_t pos = 0;
    for (size_t i = 0; i < rune && pos < string.n; i++)
        utf8_next(cel_text(string), &pos);
    return pos;
}

struct cel_value cel_string_part(struct cel_value string, size_t from, size_t to)
{
    struct cel_value part = cel_string(str_sub(cel_text(string), from, to));
    part.node = string.node;
    return part;
}

static void quote_rune(struct buf *out, uint32_t rune)
{
    static const char named[] = "\aa\bb\ff\nn\rr\tt\vv\\\\\"\"";
    for (size_t i = 0; i + 1 < sizeof named; i += 2)
        if (rune == (unsigned char)named[i]) {
            buf_add_char(out, '\\');
            buf_add_char(out, named[i + 1]);
            return;
        }
    if (rune < 0x20 || rune == 0x7F)
        buf_format(out, "\\x%02" PRIx32, rune);
    else if (rune >= 0x80 && (rune < 0xA0 || rune == 0xAD || rune_is_hostile(rune)))
        buf_format(out, rune < 0x10000 ? "\\u%04" PRIx32 : "\\U%08" PRIx32, rune);
    else
        buf_add_rune(out, rune);
}

void cel_go_quote(struct buf *out, struct str text)
{
    buf_add_char(out, '"');
    for (size_t pos = 0; pos < text.n;) {
        const size_t start = pos;
        const uint32_t rune = utf8_next(text, &pos);
        if (rune == RUNE_BAD && pos == start + 1)
            buf_format(out, "\\x%02x", (unsigned char)text.p[start]);
        else
            quote_rune(out, rune);
    }
    buf_add_char(out, '"');
}
