/* SPDX-License-Identifier: Apache-2.0 */
/* Names that stand anywhere in the texts of objects: what custom kinds and arguments refer to. Only
 * read when a rule that needs it is on. */
#include "base/ascii.h"
#include "check/check_join.h"

enum { TEXT_MAX = 4096 };

struct reading {
    const struct join *join;
    struct map *words;
    const struct node *skip; /* the object's own name */
};

static bool is_of_a_name(char c)
{
    return ascii_is_lower_alnum(c) || c == '-' || c == '.';
}

static void read_text(struct reading *reading, struct str text)
{
    size_t start = 0;
    text = str_sub(text, 0, TEXT_MAX);
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && is_of_a_name(text.p[i]))
            continue;
        if (i > start)
            map_put(reading->words, str_sub(text, start, i), reading->words);
        start = i + 1;
    }
}

/* Trees are at most LIMIT_DEPTH deep. */
static void read_node(struct reading *reading, const struct node *node)
{
    if (node == reading->skip)
        return;
    if (node_kind(node) == NODE_STRING)
        read_text(reading, node_text(node));
    for (struct entry e = map_first(node); e.key; e = map_next(e))
        read_node(reading, e.value);
    for (struct item it = list_first(node); it.value; it = list_next(it))
        read_node(reading, it.value);
}

static bool holds_config(const struct object *object)
{
    return object_is(object, "", "ConfigMap") || object_is(object, "", "Secret");
}

void join_read_words(struct join *join)
{
    struct reading custom = {.join = join, .words = &join->custom_words};
    struct reading all = {.join = join, .words = &join->words};
    const bool wants_all = join_is_on(join, PACK_HYGIENE_UNUSED_CONFIG);
    const bool wants_custom = join_is_on(join, PACK_HYGIENE_DANGLING_CONFIG) ||
                              join_is_on(join, PACK_NETWORKING_DANGLING_INGRESS_SECRET);
    for (size_t i = 0; i < join->objects.n; i++) {
        const struct object *object = join->objects.items[i].object;
        if (wants_custom && !schema_group_is_builtin(object->gvk.group))
            read_node(&custom, object->root);
        all.skip = join_get(object, "metadata.name");
        if (wants_all && !holds_config(object) && !object_is_crd(object))
            read_node(&all, object->root);
    }
}

bool join_is_generated(const struct join *join, struct str name)
{
    return map_has(&join->custom_words, name);
}

bool join_is_mentioned(const struct join *join, struct str name)
{
    return map_has(&join->words, name);
}
