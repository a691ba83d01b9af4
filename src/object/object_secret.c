/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no report may quote: values of Secrets, the copy of them that kubectl keeps in an
 * annotation, and what SOPS encrypted. Whatever part of a Secret has an unexpected shape is masked
 * as a whole.
 */
#include "object/object.h"
#include "object/object_sops.h"

#include "base/ascii.h"
#include "base/limits.h"

static void mask(struct source *source, const struct node *written, const struct node *value)
{
    source_mask(source, node_span(written));
    if (value != written)
        source_mask(source, node_span(value)); /* where the anchor stands */
}

/* Every value of a map, keys stay readable; a scalar is a value itself. A map as a value is masked
 * with its keys: `password: {hunter2}` is a forgotten quote. */
static void mask_values(struct source *source, const struct node *written)
{
    const struct node *node = node_real(written);
    if (node_kind(node) != NODE_MAP) {
        mask(source, written, node);
        return;
    }
    for (struct entry e = map_first(node); e.key; e = map_next(e))
        mask(source, e.written, e.value);
    if (written != node)
        source_mask(source, node_span(written));
}

/* What is encrypted, and what should be. */
static void mask_sops(void *ctx, const struct path *path, bool is_cipher)
{
    (void)is_cipher;
    source_mask(ctx, node_span(path->node));
}

/* ---- Secrets ---- */

/* Places of a Secret that may be quoted, in no order. */
struct shown {
    struct arena arena;
    VEC(struct span);
};

static void show(struct shown *shown, struct span span)
{
    VEC_PUSH(&shown->arena, shown, span);
}

/* Keys, and with `values` all else that is written below a node. */
static void show_tree(struct shown *shown, const struct node *node, bool values, unsigned depth)
{
    if (depth >= LIMIT_DEPTH || node_kind(node) == NODE_LIST || node->kind == NODE_ALIAS ||
        node_is_scalar(node)) {
        if (values)
            show(shown, node_span(node));
        return;
    }
    for (struct entry e = map_first(node); e.key; e = map_next(e)) {
        show(shown, node_span(e.key));
        show_tree(shown, e.written, values, depth + 1);
    }
}

static int span_cmp(const void *a, const void *b)
{
    const struct span *left = a;
    const struct span *right = b;
    return (left->start > right->start) - (left->start < right->start);
}

/* Text between two known places is punctuation, a comment, or what a duplicate key hid. */
static void mask_gap(struct source *source, uint32_t start, uint32_t end)
{
    static const char structure[] = " \t\r\n:{}[],-?\"'";
    for (uint32_t line = start; line < end;) {
        uint32_t from = line;
        while (line < end && source->text.p[line] != '\n')
            line++;
        uint32_t to = line++;
        while (from < to && strchr(structure, source->text.p[from]))
            from++;
        while (from < to && strchr(structure, source->text.p[to - 1]))
            to--;
        if (from < to)
            source_mask(source, (struct span){from, to});
    }
}

static void mask_gaps(const struct object *object, struct shown *shown)
{
    const struct span all = node_span(object->root);
    uint32_t at = all.start;
    qsort(shown->items, shown->n, sizeof *shown->items, span_cmp);
    for (size_t i = 0; i < shown->n; i++) {
        const struct span span = shown->items[i];
        if (span.start < at || span.end > all.end)
            continue; /* stands at an anchor, outside of the object or behind */
        mask_gap(object->source, at, span.start);
        at = span.end;
    }
    mask_gap(object->source, at, all.end);
}

/* With a slip in its type or kind it is no Secret to the server, and a secret all the same. */
static bool is_secret(const struct object *object)
{
    return str_eq_fold(object->gvk.kind, STR("Secret")) ||
           node_entry(object->root, STR("stringData")).key;
}

static void mask_last_applied(const struct object *object)
{
    const struct node *annotations =
        node_get(node_get(object->root, STR("metadata")), STR("annotations"));
    const struct entry applied =
        node_entry(annotations, STR("kubectl.kubernetes.io/last-applied-configuration"));
    if (applied.key)
        mask(object->source, applied.written, applied.value);
}

/* Of a Secret, what is no value. */
static const char *const plain_keys[] = {"apiVersion", "kind", "metadata", "type", "immutable"};

void object_mask_secrets(const struct object *object)
{
    if (object->sops)
        object_sops_each(object, mask_sops, object->source);
    if (!is_secret(object))
        return;
    struct shown shown = {0};
    for (struct entry e = map_first(object->root); e.key; e = map_next(e)) {
        const bool is_plain = str_is_one_of(node_text(e.key), plain_keys, ARRAY_LEN(plain_keys));
        show(&shown, node_span(e.key));
        show_tree(&shown, e.written, is_plain, 0);
        if (!is_plain)
            mask_values(object->source, e.written);
    }
    mask_gaps(object, &shown);
    mask_last_applied(object);
    arena_release(&shown.arena);
}

/* ---- copies to show ---- */

struct hiding {
    bool all;    /* every value, or those that SOPS encrypted */
    bool hidden; /* some were */
};

static void hide(struct node *node)
{
    static const struct str shown = {"(not shown)", 11};
    node->kind = NODE_STRING;
    node->style = NODE_PLAIN;
    node->flags = 0;
    node->text = shown.p;
    node->n = (uint32_t)shown.n;
}

/* Trees that were read are no deeper than LIMIT_DEPTH, and a copy has no aliases. */
static void hide_below(struct hiding *hiding, struct node *node)
{
    const bool is_map = node->kind == NODE_MAP;
    if (node_is_scalar(node)) {
        if (node->kind == NODE_NULL || (!hiding->all && !str_starts(node_text(node), STR("ENC["))))
            return;
        hide(node);
        hiding->hidden = true;
        return;
    }
    for (struct node *child = node->first; child; child = child->next) {
        if (is_map) /* keys stay */
            child = child->next;
        hide_below(hiding, child);
    }
}

static void hide_entry(struct hiding *hiding, struct node *map, const char *name)
{
    for (struct node *key = map && map->kind == NODE_MAP ? map->first : NULL; key;
         key = key->next->next)
        if (str_is(node_text(key), name))
            hide_below(hiding, key->next);
}

static struct node *child_of(const struct node *map, const char *name)
{
    for (struct node *key = map && map->kind == NODE_MAP ? map->first : NULL; key;
         key = key->next->next)
        if (str_is(node_text(key), name))
            return key->next;
    return NULL;
}

/* `password: {hunter2}` is a forgotten quote, so below a value its keys are hidden with it. */
static void hide_values(struct hiding *hiding, struct node *written)
{
    if (written->kind != NODE_MAP) {
        hiding->hidden |= written->kind != NODE_NULL;
        if (written->kind != NODE_NULL)
            hide(written);
        return;
    }
    for (struct node *key = written->first; key; key = key->next->next)
        if (key->next->kind != NODE_NULL) {
            hide(key->next);
            hiding->hidden = true;
        }
}

struct node *object_copy_masked(struct arena *arena, const struct object *object, bool *ret_hidden)
{
    struct hiding hiding = {0};
    struct node *copy = node_copy(arena, object->root);
    if (object->sops)
        hide_below(&hiding, copy);
    hiding.all = true;
    if (is_secret(object) && copy->kind == NODE_MAP) {
        for (struct node *key = copy->first; key; key = key->next->next)
            if (!str_is_one_of(node_text(key), plain_keys, ARRAY_LEN(plain_keys)))
                hide_values(&hiding, key->next);
        hide_entry(&hiding, child_of(child_of(copy, "metadata"), "annotations"),
                   "kubectl.kubernetes.io/last-applied-configuration");
    }
    *ret_hidden = hiding.hidden;
    return copy;
}

/* ---- text that is no tree ---- */

/* Whether the word at `pos` is the value of a `kind` key, in YAML or JSON. */
static bool is_kind_value(struct str text, size_t pos)
{
    const struct str key = STR("kind");
    while (pos > 0 && !ascii_is_alnum(text.p[pos - 1]) && text.p[pos - 1] != '\n')
        pos--;
    return str_ends(str_sub(text, 0, pos), key);
}

void source_mask_unparsed(struct source *source)
{
    const struct str word = STR("Secret");
    if (str_has(source->text, STR("stringData")) || str_has(source->text, STR("ENC[AES256"))) {
        source->no_excerpt = true;
        return;
    }
    struct str rest = source->text;
    size_t base = 0;
    for (ptrdiff_t at; (at = str_find(rest, word)) >= 0;) {
        if (is_kind_value(source->text, base + (size_t)at)) {
            source->no_excerpt = true;
            return;
        }
        base += (size_t)at + word.n;
        rest = str_from_offset(source->text, base);
    }
}
