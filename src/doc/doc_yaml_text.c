/* SPDX-License-Identifier: Apache-2.0 */
/* Small looks at YAML text, in places where libyaml's events leave out what was written. */
#include "doc/doc_internal.h"

static bool is_blank_or_break(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Bytes of a line break that is not ASCII (next line, line and paragraph separator), else 0. */
static uint32_t wide_break(struct str text, uint32_t at)
{
    const struct str rest = str_from_offset(text, at);
    if (str_starts(rest, STR("\xC2\x85")))
        return 2;
    if (str_starts(rest, STR("\xE2\x80\xA8")) || str_starts(rest, STR("\xE2\x80\xA9")))
        return 3;
    return 0;
}

static uint32_t skip_line(struct str text, uint32_t at)
{
    while (at < text.n && text.p[at] != '\n' && text.p[at] != '\r' && !wide_break(text, at))
        at++;
    return at;
}

/* Blanks, line breaks and comments. */
static uint32_t skip_space(struct str text, uint32_t at)
{
    while (at < text.n) {
        const uint32_t wide = wide_break(text, at);
        if (wide)
            at += wide;
        else if (is_blank_or_break(text.p[at]))
            at++;
        else if (text.p[at] == '#' && at > 0 && is_blank_or_break(text.p[at - 1]))
            at = skip_line(text, at);
        else
            break;
    }
    return at;
}

static bool ends_property(struct str text, uint32_t at)
{
    return at >= text.n || is_blank_or_break(text.p[at]) || wide_break(text, at) > 0;
}

static uint32_t skip_tag(struct str text, uint32_t at, struct properties *found)
{
    const bool verbatim = at + 1 < text.n && text.p[at + 1] == '<';
    for (; !ends_property(text, at); at++) {
        if (verbatim && text.p[at] == '>')
            return at + 1;
        if (text.p[at] == ',' && !verbatim && !found->comma)
            found->comma = at;
    }
    return at;
}

struct properties text_properties(struct str text, struct span span, bool anchor, bool tag)
{
    struct properties found = {0};
    uint32_t at = span.start;
    while (at < span.end) {
        if (text.p[at] == '!' && tag) {
            tag = false;
            found.has_tag = true;
            at = skip_tag(text, at, &found);
        } else if (text.p[at] == '&' && anchor) {
            anchor = false;
            while (!ends_property(text, at) && text.p[at] != ',')
                at++;
        } else {
            break;
        }
        at = skip_space(text, at);
    }
    found.content = at;
    return found;
}

ptrdiff_t text_find_slash_escape(struct str quoted)
{
    for (size_t i = 0; i + 1 < quoted.n; i++) {
        if (quoted.p[i] != '\\')
            continue;
        if (quoted.p[i + 1] == '/')
            return (ptrdiff_t)i;
        i++;
    }
    return -1;
}

uint32_t text_trim_end(struct str text, uint32_t start, uint32_t end)
{
    while (end > start && is_blank_or_break(text.p[end - 1]))
        end--;
    return end;
}

uint32_t text_skip_nothing(struct str text, uint32_t from, uint32_t to)
{
    const struct str part = str_sub(text, 0, to);
    uint32_t at = from;
    for (;;) {
        at = skip_space(part, at);
        const bool line_start = at == from || part.p[at - 1] == '\n' || part.p[at - 1] == '\r';
        if (line_start && at < to && part.p[at] == '#')
            at = skip_line(part, at);
        else if (line_start && str_starts(str_from_offset(part, at), STR("...")) &&
                 ends_property(part, at + 3))
            at += 3;
        else
            return at;
    }
}

static bool is_line_start(struct str text, size_t at)
{
    return at == 0 || text.p[at - 1] == '\n' || text.p[at - 1] == '\r' ||
           (at > 1 && wide_break(text, (uint32_t)at - 2) == 2) ||
           (at > 2 && wide_break(text, (uint32_t)at - 3) == 3);
}

/* Its first byte is rare, and found faster than the whole mark. */
ptrdiff_t text_find_line_bom(struct str text)
{
    const struct str mark = STR("\xEF\xBB\xBF");
    for (size_t at = 0; at < text.n; at++) {
        const ptrdiff_t found = str_find_char(str_from_offset(text, at), mark.p[0]);
        if (found < 0)
            return -1;
        at += (size_t)found;
        if (str_starts(str_from_offset(text, at), mark) && is_line_start(text, at))
            return (ptrdiff_t)at;
    }
    return -1;
}
