/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing children of a map or list without changing the tree: the first change makes a chain of
 * its own, which shares what is below.
 *
 *   struct chain c = chain_first(arena, written);
 *   for (; c.node; chain_next(&c))
 *       chain_put(&c, another_node);
 *   return chain_result(&c);
 */
#pragma once

#include "doc/doc.h"

struct chain {
    struct arena *arena;
    const struct node *written;
    const struct node *node; /* the child as it was; of a map a key, then its value; NULL: done */
    size_t index;
    struct node *copy;  /* NULL while nothing changed */
    struct node **link; /* in the copy: what points at its child of this one */
};

/* The node as it stands there, with the children of what it stands for. */
struct node *node_share(struct arena *arena, const struct node *written);

struct chain chain_first(struct arena *arena, const struct node *written);
void chain_next(struct chain *chain);
/* Puts a node where this child is. The same child changes nothing. */
void chain_put(struct chain *chain, const struct node *node);
/* The changed map or list; the written one when nothing changed. */
const struct node *chain_result(const struct chain *chain);
