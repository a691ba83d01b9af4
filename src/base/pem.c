/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest BEGIN before each END makes a block; headers count only directly below BEGIN. */
#include "base/pem.h"

#include "base/base64.h"

#define PEM_BEGIN "-----BEGIN "
#define PEM_END   "\n-----END "
#define PEM_LINE  "-----"

/* From *at on, without what is blank at its end; *at is then behind it. */
static struct str take_line(struct str text, size_t *at)
{
    const struct str rest = str_from_offset(text, *at);
    const ptrdiff_t newline = str_find_char(rest, '\n');
    struct str line = newline < 0 ? rest : str_sub(rest, 0, (size_t)newline);
    *at += newline < 0 ? rest.n : (size_t)newline + 1;
    if (newline >= 0 && str_ends(line, STR("\r")))
        line.n--;
    while (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
        line.n--;
    return line;
}

/* The last one that starts a line. */
static bool find_begin(struct str text, size_t *ret_behind)
{
    const struct str begin = STR(PEM_BEGIN);
    ptrdiff_t last = -1;
    for (size_t at = 0; at < text.n;) {
        const ptrdiff_t found = str_find(str_from_offset(text, at), begin);
        if (found < 0)
            break;
        last = (ptrdiff_t)at + found;
        at = (size_t)last + 1;
    }
    if (last < 0 || (last > 0 && text.p[last - 1] != '\n'))
        return false;
    *ret_behind = (size_t)last + begin.n;
    return true;
}

static bool decode_body(struct arena *arena, struct str body, struct str *ret_bytes)
{
    char *text = arena_alloc(arena, body.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < body.n; i++)
        if (body.p[i] != ' ' && body.p[i] != '\t')
            text[n++] = body.p[i];
    return base64_decode(arena, (struct str){.p = text, .n = n}, ret_bytes) == 0;
}

/* Whether the END at `end` closes a block that starts at `at`, behind BEGIN. */
static bool read_block(struct arena *arena, struct str text, size_t at, size_t end,
                       struct pem_block *ret_block)
{
    const struct str tail = STR(PEM_LINE);
    struct str type = take_line(text, &at);
    bool has_headers = false;
    if (!str_ends(type, tail))
        return false;
    type.n -= tail.n;
    for (size_t next = at; str_find_char(take_line(text, &next), ':') >= 0; at = next)
        has_headers = true;
    if (has_headers && end < at)
        return false;
    size_t behind = end + sizeof PEM_END - 1;
    const struct str closing = take_line(text, &behind);
    if (!str_starts(closing, type) || !str_eq(str_from_offset(closing, type.n), tail))
        return false;
    ret_block->type = type;
    ret_block->bytes = STR("");
    return end <= at || decode_body(arena, str_sub(text, at, end), &ret_block->bytes);
}

bool pem_next(struct arena *arena, struct str *rest, struct pem_block *ret_block)
{
    const struct str text = *rest;
    const struct str mark = STR(PEM_END);
    for (size_t from = 0; from < text.n;) {
        const ptrdiff_t found = str_find(str_from_offset(text, from), mark);
        if (found < 0)
            return false;
        const size_t end = from + (size_t)found;
        size_t begin;
        const bool is_block = find_begin(str_sub(text, from, end), &begin) &&
                              read_block(arena, text, from + begin, end, ret_block);
        from = end + mark.n;
        if (!is_block)
            continue;
        take_line(text, &from);
        *rest = str_from_offset(text, from);
        return true;
    }
    return false;
}
