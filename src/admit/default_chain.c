/* SPDX-License-Identifier: Apache-2.0 */
/* Children of a map or list, copied by the first change. */
#include "admit/default_chain.h"

struct node *node_share(struct arena *arena, const struct node *written)
{
    struct node *copy = arena_dup(arena, node_real(written), sizeof *copy);
    copy->start = written->start;
    copy->len = written->len;
    copy->next = NULL;
    return copy;
}

static struct node *copy_all(struct arena *arena, const struct node *written)
{
    struct node *copy = node_share(arena, written);
    struct node **link = &copy->first;
    for (const struct node *child = node_real(written)->first; child; child = child->next) {
        *link = node_share(arena, child);
        link = &(*link)->next;
    }
    *link = NULL;
    return copy;
}

struct chain chain_first(struct arena *arena, const struct node *written)
{
    return (struct chain){.arena = arena, .written = written, .node = node_real(written)->first};
}

void chain_next(struct chain *chain)
{
    chain->node = chain->node->next;
    chain->index++;
    if (chain->link)
        chain->link = &(*chain->link)->next;
}

void chain_put(struct chain *chain, const struct node *node)
{
    if (node == chain->node)
        return;
    if (!chain->copy) {
        chain->copy = copy_all(chain->arena, chain->written);
        chain->link = &chain->copy->first;
        for (size_t i = 0; i < chain->index; i++)
            chain->link = &(*chain->link)->next;
    }
    struct node *made = node_share(chain->arena, node);
    made->next = (*chain->link)->next;
    *chain->link = made;
}

const struct node *chain_result(const struct chain *chain)
{
    return chain->copy ? chain->copy : chain->written;
}
