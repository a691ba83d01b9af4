/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps that are complete: merge keys and duplicates, as go-yaml v2's decoder has them.
 *
 * A merge key is worked off where it stands: what it brings overwrites what came before it and is
 * overwritten by what follows; of several maps in one merge the first wins. Strict decoding, which
 * the API server does, refuses every key that is set twice, however it came in. The tree goes on
 * with the value that lenient decoding would have used.
 */
#include "doc/doc_internal.h"

#include "base/digest.h"
#include "base/limits.h"
#include "base/number.h"

enum {
    SMALL_MAP = 16, /* up to here comparing all pairs is cheaper than a table */
    TABLE_MIN = 64,
};

static void close_small(struct tree *tree, struct node *map);
static void close_large(struct tree *tree, struct node *map);
static void merge_all(struct tree *tree, struct node *map);
static void merge_value(struct tree *tree, const struct node *key, const struct node *value);
static void table_begin(struct tree *tree, size_t want);
static void put(struct tree *tree, struct node *key, struct node *value, struct span written);
static void relink(struct tree *tree, struct node *map);
static void report_twice(struct tree *tree, const struct node *first, const struct node *second,
                         struct span written);

void tree_close_map(struct tree *tree, struct node *map, bool has_merge)
{
    if (has_merge)
        merge_all(tree, map);
    else if (map->n <= SMALL_MAP)
        close_small(tree, map);
    else
        close_large(tree, map);
}

static bool same_text(const struct node *a, const struct node *b)
{
    return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

/* One word that is different for nearly all different keys: length, first and last bytes. */
static uint32_t signature(const struct node *key)
{
    if (key->n == 0)
        return 0;
    const unsigned char *p = (const unsigned char *)key->text;
    return key->n << 24 | (uint32_t)p[0] << 16 | (uint32_t)p[key->n / 2] << 8 | p[key->n - 1];
}

static void close_small(struct tree *tree, struct node *map)
{
    uint32_t seen[SMALL_MAP];
    size_t n = 0;
    bool twice = false;
    for (const struct node *key = map->first; key; key = key->next->next) {
        const uint32_t mark = signature(key);
        for (size_t i = 0; i < n; i++)
            twice |= seen[i] == mark;
        seen[n++] = mark;
    }
    if (twice)
        close_large(tree, map);
}

/* All entries through the table; the map is linked anew only when something was there twice. */
static void close_large(struct tree *tree, struct node *map)
{
    tree->entry_count = 0;
    table_begin(tree, map->n);
    for (struct node *key = map->first, *next; key; key = next) {
        next = key->next->next;
        put(tree, key, key->next, tree_span(key));
    }
    if (tree->entry_count != map->n)
        relink(tree, map);
}

static void merge_all(struct tree *tree, struct node *map)
{
    tree->entry_count = 0;
    table_begin(tree, map->n);
    for (struct node *key = map->first, *next; key; key = next) {
        next = key->next->next;
        if (key->flags & KEY_MERGE)
            merge_value(tree, key, key->next);
        else
            put(tree, key, key->next, tree_span(key));
    }
    relink(tree, map);
}

static const struct node *real_map(const struct node *node)
{
    const struct node *real = node->kind == NODE_ALIAS ? node->first : node;
    return real->kind == NODE_MAP ? real : NULL;
}

/* Everything that one map brings; the values are shared with it. */
static void merge_map(struct tree *tree, const struct node *map, struct span written)
{
    for (const struct node *key = map->first; key; key = key->next->next) {
        struct node *value = key->next;
        struct node *own_key = tree_node(tree, NODE_STRING, key->start, key->start + key->len);
        own_key->style = key->style;
        own_key->flags = (uint16_t)(key->flags | NODE_MERGED);
        own_key->n = key->n;
        own_key->text = key->text;
        struct node *own_value =
            tree_node(tree, NODE_ALIAS, value->start, value->start + value->len);
        own_value->style = value->style;
        own_value->flags = NODE_MERGED;
        own_value->first = value->kind == NODE_ALIAS ? value->first : value;
        put(tree, own_key, own_value, written);
    }
}

static void merge_list(struct tree *tree, const struct node *list)
{
    const struct node **items = ARENA_ARRAY(tree->arena, const struct node *, list->n);
    size_t n = 0;
    for (const struct node *item = list->first; item; item = item->next)
        items[n++] = item;
    /* From the last map to the first, so that the first one wins. */
    while (n-- > 0)
        merge_map(tree, real_map(items[n]), tree_span(items[n]));
}

static void merge_value(struct tree *tree, const struct node *key, const struct node *value)
{
    const struct node *map = real_map(value);
    if (map) {
        merge_map(tree, map, tree_span(value));
        return;
    }
    bool is_list_of_maps = value->kind == NODE_LIST;
    for (const struct node *item = is_list_of_maps ? value->first : NULL; item; item = item->next)
        is_list_of_maps &= real_map(item) != NULL;
    if (is_list_of_maps) {
        merge_list(tree, value);
        return;
    }
    const struct span span = value->len ? tree_span(value) : tree_span(key);
    struct diag *diag = tree_report(tree, RULE_YAML_VALUE, span,
                                    "the merge key '<<' needs a map or a list of maps");
    diag_hint(tree->diags, diag, "write <<: *anchor, or quote \"<<\" if it is meant as text");
    tree->broken = true;
}

/* ---- the table ---- */

/* An empty table with room for `want` entries. */
static void table_begin(struct tree *tree, size_t want)
{
    size_t count = TABLE_MIN;
    while (count < 2 * want)
        count *= 2;
    if (count > tree->slot_cap) {
        tree->slots = xrealloc(tree->slots, size_mul(count, sizeof *tree->slots));
        tree->slot_cap = count;
    }
    tree->slot_count = count;
    memset(tree->slots, 0, count * sizeof *tree->slots);
}

static size_t slot_of(const struct tree *tree, const struct node *key)
{
    const size_t mask = tree->slot_count - 1;
    size_t slot = hash64((struct str){key->text, key->n}) & mask;
    while (tree->slots[slot] && !same_text(tree->entries[tree->slots[slot] - 1].key, key))
        slot = (slot + 1) & mask;
    return slot;
}

/* Makes room for one more entry. */
static void table_reserve(struct tree *tree)
{
    if (tree->entry_count == tree->entry_cap) {
        tree->entry_cap = tree->entry_cap ? 2 * tree->entry_cap : TABLE_MIN;
        tree->entries = xrealloc(tree->entries, size_mul(tree->entry_cap, sizeof *tree->entries));
    }
    if (2 * tree->entry_count < tree->slot_count)
        return;
    table_begin(tree, 2 * tree->entry_count);
    for (size_t i = 0; i < tree->entry_count; i++)
        tree->slots[slot_of(tree, tree->entries[i].key)] = (uint32_t)i + 1;
}

/* Adds an entry, or takes the place of the one that has the key. */
static void put(struct tree *tree, struct node *key, struct node *value, struct span written)
{
    table_reserve(tree);
    const size_t slot = slot_of(tree, key);
    if (tree->slots[slot] == 0) {
        tree->entries[tree->entry_count++] = (struct tree_entry){key, value};
        tree->slots[slot] = (uint32_t)tree->entry_count;
        return;
    }
    struct tree_entry *entry = &tree->entries[tree->slots[slot] - 1];
    report_twice(tree, entry->key, key, written);
    *entry = (struct tree_entry){key, value};
}

static void relink(struct tree *tree, struct node *map)
{
    struct node **link = &map->first;
    for (size_t i = 0; i < tree->entry_count; i++) {
        const struct tree_entry *entry = &tree->entries[i];
        *link = entry->key;
        entry->key->next = entry->value;
        link = &entry->value->next;
    }
    *link = NULL;
    map->n = (uint32_t)tree->entry_count;
}

/* Whether strict decoding sees one key: it compares before keys become text. */
static bool is_same_key(const struct node *a, const struct node *b)
{
    return (a->flags & KEY_CLASS) == (b->flags & KEY_CLASS) &&
           !str_is((struct str){a->text, a->n}, ".nan");
}

static void report_twice(struct tree *tree, const struct node *first, const struct node *second,
                         struct span written)
{
    const struct str text = diag_quote(tree->arena, (struct str){second->text, second->n});
    const char *before = "";
    const char *after = " is set twice in this map";
    const char *hint = "remove one of the two; strict decoding refuses both";
    const bool same = is_same_key(first, second);
    if (!same) {
        before = "two keys of this map both become ";
        after = ", and which value wins is random";
        hint = "keep one of the two";
    } else if (second->flags & NODE_MERGED) {
        before = "the merge key brings ";
        after = ", which this map has already";
        hint = "set it in one place only; strict decoding refuses both";
    }
    struct diag *diag = tree_report(tree, RULE_YAML_DUPLICATE_KEY, written, "%s'%.*s'%s", before,
                                    STR_FMT(text), after);
    diag_hint(tree->diags, diag, "%s", hint);
    diag_relate(tree->diags, diag, tree->source, tree_span(first), "first value here");
    /* The server's reader of YAML names no more than the key. */
    if (diag)
        diag->field = diag->identity = str_dup(&tree->diags->arena, text);
    if (diag && !same && diag->severity == SEVERITY_ERROR)
        diag->severity = SEVERITY_WARNING; /* the server accepts it */
}
