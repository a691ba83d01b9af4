/* SPDX-License-Identifier: Apache-2.0 */
/* How a document is written: what most of it does decides. */
#include "edit/edit_internal.h"

enum { STEP_MAX = 9 };

struct votes {
    struct str text;
    uint32_t map[STEP_MAX], list[STEP_MAX], dash[STEP_MAX];
    uint32_t single_quoted, double_quoted;
    uint32_t colon_blank, colon_bare;
    bool tabs;
};

static void vote(uint32_t *votes, uint32_t from, uint32_t to)
{
    if (to >= from && to - from < STEP_MAX)
        votes[to - from]++;
}

static void look_at_colon(struct votes *votes, const struct node *key)
{
    const uint32_t after = edit_after_colon(votes->text, key);
    if (!after || after >= votes->text.n)
        return;
    if (votes->text.p[after] == ' ')
        votes->colon_blank++;
    else
        votes->colon_bare++;
}

static void walk(struct votes *votes, const struct node *node, uint32_t indent);

/* Blanks before what begins its line; `otherwise` when something else stands before it. Lines may
 * be as long as a file, so only the blanks are looked at. */
static uint32_t indent_of(struct votes *votes, uint32_t at, uint32_t otherwise)
{
    uint32_t start = at;
    bool tabs = false;
    while (start > 0 && (votes->text.p[start - 1] == ' ' || votes->text.p[start - 1] == '\t'))
        tabs |= votes->text.p[--start] == '\t';
    if (start > 0 && votes->text.p[start - 1] != '\n')
        return otherwise;
    votes->tabs |= tabs;
    return at - start;
}

static bool is_block(const struct node *node)
{
    return node->style == NODE_BLOCK && node->kind >= NODE_LIST && node->kind != NODE_ALIAS;
}

static void walk_flow_map(struct votes *votes, const struct node *map, uint32_t indent)
{
    const uint32_t inside = map->first ? indent_of(votes, map->first->start, indent) : indent;
    if (inside > indent)
        vote(votes->map, indent, inside);
    for (const struct node *key = map->first; key; key = key->next->next) {
        look_at_colon(votes, key);
        walk(votes, key->next, inside);
    }
}

static void walk_map(struct votes *votes, const struct node *map)
{
    const uint32_t column = edit_column(votes->text, map->start);
    for (const struct node *key = map->first; key; key = key->next->next) {
        const struct node *value = key->next;
        if (key->flags & NODE_MERGED)
            continue;
        if (is_block(value))
            vote(value->kind == NODE_MAP ? votes->map : votes->list, column,
                 edit_column(votes->text, value->start));
        walk(votes, value, column);
    }
}

static void walk_list(struct votes *votes, const struct node *list, uint32_t indent)
{
    const bool block = is_block(list);
    const uint32_t column = block ? edit_column(votes->text, list->start) : indent;
    const uint32_t inside =
        !block && list->first ? indent_of(votes, list->first->start, indent) : indent;
    for (const struct node *item = list->first; item; item = item->next) {
        if (block && is_block(item))
            vote(votes->dash, column, edit_column(votes->text, item->start));
        walk(votes, item, inside);
    }
}

/* Aliases are not followed: what they stand for is seen at its anchor. */
static void walk(struct votes *votes, const struct node *node, uint32_t indent)
{
    votes->single_quoted += node->style == NODE_SINGLE_QUOTED;
    votes->double_quoted += node->style == NODE_DOUBLE_QUOTED;
    if (node->kind == NODE_LIST)
        walk_list(votes, node, indent);
    else if (node->kind == NODE_MAP && node->style == NODE_FLOW)
        walk_flow_map(votes, node, indent);
    else if (node->kind == NODE_MAP)
        walk_map(votes, node);
}

/* The step with most votes from `least` on. */
static uint32_t winner(const uint32_t *votes, uint32_t least, uint32_t otherwise)
{
    uint32_t best = otherwise;
    for (uint32_t i = least; i < STEP_MAX; i++)
        if (votes[i] > votes[best])
            best = i;
    return best;
}

static struct str newline_of(struct str text)
{
    const ptrdiff_t at = str_find_char(text, '\n');
    return at > 0 && text.p[at - 1] == '\r' ? STR("\r\n") : STR("\n");
}

struct edit_style edit_style_of(const struct doc *doc)
{
    struct votes votes = {.text = doc->source->text};
    walk(&votes, doc->root, 0);
    return (struct edit_style){
        .newline = newline_of(doc->source->text),
        .map_step = winner(votes.map, 1, 2),
        .list_step = winner(votes.list, 0, 0),
        .dash_step = winner(votes.dash, 2, 2),
        .single_quotes = votes.single_quoted > votes.double_quoted,
        .json = doc->json,
        .tabs = votes.tabs,
        .colon_blank = votes.colon_blank >= votes.colon_bare,
    };
}
