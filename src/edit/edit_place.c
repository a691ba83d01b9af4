/* SPDX-License-Identifier: Apache-2.0 */
/* Finding one's way in the text around nodes. */
#include "edit/edit_internal.h"

uint32_t edit_line_start(struct str text, uint32_t at)
{
    const uint32_t top = str_starts(text, STR("\xEF\xBB\xBF")) ? 3 : 0; /* no column */
    while (at > top && text.p[at - 1] != '\n')
        at--;
    return at;
}

uint32_t edit_column(struct str text, uint32_t at)
{
    return at - edit_line_start(text, at);
}

uint32_t edit_next_line(struct str text, uint32_t at)
{
    const char *newline = at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;
    return newline ? (uint32_t)(newline - text.p) + 1 : (uint32_t)text.n;
}

uint32_t edit_line_end(struct str text, uint32_t at)
{
    uint32_t end = edit_next_line(text, at);
    while (end > at && (text.p[end - 1] == '\n' || text.p[end - 1] == '\r'))
        end--;
    return end;
}

uint32_t edit_skip_blanks(struct str text, uint32_t at)
{
    while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
        at++;
    return at;
}

bool edit_is_first(struct str text, uint32_t at)
{
    return edit_skip_blanks(text, edit_line_start(text, at)) == at;
}

uint32_t edit_skip_nothing(struct str text, uint32_t at)
{
    for (;;) {
        at = edit_skip_blanks(text, at);
        if (at < text.n && text.p[at] == '#')
            at = edit_line_end(text, at);
        else if (at < text.n && (text.p[at] == '\n' || text.p[at] == '\r'))
            at++;
        else
            return at;
    }
}

uint32_t edit_after_colon(struct str text, const struct node *key)
{
    uint32_t at = edit_skip_blanks(text, key->start + key->len);
    return at < text.n && text.p[at] == ':' ? at + 1 : 0;
}

uint32_t edit_end_of(const struct node *value, uint32_t after)
{
    return value->len ? value->start + value->len : after;
}

/* The last scalar that is written in a block collection, or the value itself. */
static const struct node *last_leaf(const struct node *value)
{
    while (value && value->style == NODE_BLOCK && value->kind >= NODE_LIST && value->first) {
        const struct node *last = value->first;
        while (last->next)
            last = last->next;
        value = last;
    }
    return value;
}

static bool keeps_empty_lines(struct str text, const struct node *leaf)
{
    if (!leaf || (leaf->style != NODE_LITERAL && leaf->style != NODE_FOLDED) || !leaf->len)
        return false;
    const uint32_t end = edit_line_end(text, leaf->start);
    return str_find_char(str_sub(text, leaf->start, end), '+') >= 0;
}

uint32_t edit_line_behind(struct str text, const struct node *value, uint32_t after)
{
    uint32_t at = edit_next_line(text, edit_end_of(value, after));
    if (!keeps_empty_lines(text, last_leaf(value)))
        return at;
    while (at < text.n) {
        const uint32_t next = edit_next_line(text, at);
        if (str_trim(str_sub(text, at, next)).n)
            break;
        at = next;
    }
    return at;
}
