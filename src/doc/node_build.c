/* SPDX-License-Identifier: Apache-2.0 */
/* Making, copying and comparing trees. */
#include "doc/doc.h"

#include "base/map.h"

struct node *node_new(struct arena *arena, enum node_kind kind)
{
    struct node *node = ARENA_NEW(arena, struct node);
    node->kind = (uint8_t)kind;
    node->style = NODE_MADE;
    return node;
}

static struct node *new_scalar(struct arena *arena, enum node_kind kind, struct str text)
{
    if (text.n > UINT32_MAX)
        BUG("text of %zu bytes in a node", text.n);
    struct node *node = node_new(arena, kind);
    node->text = str_dup(arena, text).p;
    node->n = (uint32_t)text.n;
    return node;
}

struct node *node_new_text(struct arena *arena, struct str text)
{
    return new_scalar(arena, NODE_STRING, text);
}

struct node *node_new_i64(struct arena *arena, int64_t value)
{
    char text[24];
    const int n = snprintf(text, sizeof text, "%" PRId64, value);
    return new_scalar(arena, NODE_INT, (struct str){text, (size_t)n});
}

struct node *node_new_bool(struct arena *arena, bool value)
{
    struct node *node = new_scalar(arena, NODE_BOOL, value ? STR("true") : STR("false"));
    if (value)
        node->flags |= NODE_TRUE;
    return node;
}

/* ---- changing ---- */

/* The link that points at the key, or at the end of the map. */
static struct node **key_link(struct node *map, struct str name)
{
    struct node **link = &map->first;
    while (*link) {
        const struct node *key = node_real(*link);
        if (str_eq((struct str){key->text, key->n}, name))
            break;
        link = &(*link)->next->next;
    }
    return link;
}

void node_put(struct arena *arena, struct node *map, struct str key, struct node *value)
{
    struct node **link = key_link(map, key);
    if (*link) {
        value->next = (*link)->next->next;
        (*link)->next = value;
        return;
    }
    *link = node_new_text(arena, key);
    (*link)->next = value;
    value->next = NULL;
    map->n++;
}

void node_add(struct node *list, struct node *item)
{
    struct node **link = &list->first;
    while (*link)
        link = &(*link)->next;
    *link = item;
    item->next = NULL;
    list->n++;
}

bool node_remove(struct node *map, struct str key)
{
    struct node **link = key_link(map, key);
    if (!*link)
        return false;
    *link = (*link)->next->next;
    map->n--;
    return true;
}

/* ---- copying ---- */

struct node *node_copy(struct arena *arena, const struct node *node)
{
    const struct node *from = node_real(node);
    if (!from)
        return NULL;
    struct node *copy = ARENA_NEW(arena, struct node);
    *copy = *from;
    copy->next = NULL;
    if (node != from) { /* a copy stands where its alias stands */
        copy->start = node->start;
        copy->len = node->len;
    }
    if (from->kind < NODE_LIST)
        return copy;
    struct node **link = &copy->first;
    for (const struct node *child = from->first; child; child = child->next) {
        *link = node_copy(arena, child);
        link = &(*link)->next;
    }
    *link = NULL;
    return copy;
}

/* ---- comparing ---- */

static bool numbers_equal(const struct node *a, const struct node *b)
{
    int64_t x, y;
    if (a->kind == NODE_INT && b->kind == NODE_INT)
        return node_i64(a, &x) && node_i64(b, &y) && x == y;
    if (a->kind == NODE_UINT && b->kind == NODE_UINT) {
        uint64_t u, v;
        return node_u64(a, &u) && node_u64(b, &v) && u == v;
    }
    double c, d;
    return node_double(a, &c) && node_double(b, &d) && !(c < d) && !(c > d);
}

static bool lists_equal(const struct node *a, const struct node *b)
{
    if (a->n != b->n)
        return false;
    struct item x = list_first(a), y = list_first(b);
    for (; x.value && y.value; x = list_next(x), y = list_next(y)) {
        if (!node_equal(x.value, y.value))
            return false;
    }
    return !x.value && !y.value;
}

/* Entries of a map by their keys, for maps that are too large to search again and again. */
struct finder {
    struct arena arena; /* owned */
    struct map table;
};

struct found {
    const struct node *value;
};

static void finder_fill(struct finder *finder, const struct node *map)
{
    finder->table.arena = &finder->arena;
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        struct found *found = ARENA_NEW(&finder->arena, struct found);
        found->value = e.value;
        map_put(&finder->table, node_text(e.key), found);
    }
}

static const struct node *finder_get(struct finder *finder, const struct node *map, struct str key)
{
    enum { TABLE_FROM = 32 };
    if (map->n < TABLE_FROM)
        return node_get(map, key);
    if (!finder->table.arena)
        finder_fill(finder, map);
    const struct found *found = map_get(&finder->table, key);
    return found ? found->value : NULL;
}

/* Both sides mostly have their keys in one order, so a second walk goes along and a search is
 * needed only where they part. */
static bool maps_equal(const struct node *a, const struct node *b)
{
    if (a->n != b->n)
        return false;
    struct finder finder = {0};
    bool equal = true;
    struct entry y = map_first(b);
    for (struct entry x = map_first(a); x.key && equal; x = map_next(x)) {
        const struct str key = node_text(x.key);
        const bool along = y.key && str_eq(node_text(y.key), key);
        const struct node *other = along ? y.value : finder_get(&finder, b, key);
        equal = other && node_equal(x.value, other);
        if (y.key)
            y = map_next(y);
    }
    arena_release(&finder.arena);
    return equal;
}

bool node_equal(const struct node *a, const struct node *b)
{
    a = node_real(a);
    b = node_real(b);
    if (a == b)
        return true;
    const enum node_kind kind = node_kind(a);
    const enum node_kind other = node_kind(b);
    if (kind >= NODE_INT && kind <= NODE_FLOAT)
        return other >= NODE_INT && other <= NODE_FLOAT && numbers_equal(a, b);
    if (kind != other)
        return false;
    if (kind == NODE_NULL)
        return true;
    if (kind == NODE_BOOL)
        return node_bool(a) == node_bool(b);
    if (kind == NODE_STRING)
        return str_eq(node_text(a), node_text(b));
    return kind == NODE_LIST ? lists_equal(a, b) : maps_equal(a, b);
}
