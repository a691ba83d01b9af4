/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no report may quote: values of Secrets, the copy of them that kubectl keeps in an
 * annotation, and what SOPS encrypted. Whatever part of a Secret has an unexpected shape is masked
 * as a whole.
 */
#include "object/object.h"

#include "base/limits.h"

static void mask(struct source *source, const struct node *written, const struct node *value)
{
    source_mask(source, node_span(written));
    if (value != written)
        source_mask(source, node_span(value)); /* where the anchor stands */
}

/* Every value below a node, keys stay readable; a scalar is a value itself. */
static void mask_values(struct source *source, const struct node *written, unsigned depth)
{
    const struct node *node = node_real(written);
    if (node_kind(node) != NODE_MAP || depth >= LIMIT_DEPTH) {
        mask(source, written, node);
        return;
    }
    for (struct entry e = map_first(node); e.key; e = map_next(e)) {
        if (node_kind(e.value) == NODE_MAP)
            mask_values(source, e.written, depth + 1);
        else
            mask(source, e.written, e.value);
    }
    if (written != node)
        source_mask(source, node_span(written));
}

static void mask_sops(struct source *source, const struct node *node, unsigned depth)
{
    if (depth >= LIMIT_DEPTH)
        return;
    for (struct entry e = map_first(node); e.key; e = map_next(e))
        mask_sops(source, e.value, depth + 1);
    for (struct item it = list_first(node); it.value; it = list_next(it))
        mask_sops(source, it.value, depth + 1);
    if (node_is_scalar(node) && str_starts(node_text(node), STR("ENC[")))
        source_mask(source, node_span(node));
}

void object_mask_secrets(const struct object *object)
{
    if (object->sops)
        mask_sops(object->source, object->root, 0);
    if (!object_is(object, "", "Secret"))
        return;
    static const char *const fields[] = {"data", "stringData"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct entry e = node_entry(object->root, str_from(fields[i]));
        if (e.key)
            mask_values(object->source, e.written, 0);
    }
    const struct node *annotations =
        node_get(node_get(object->root, STR("metadata")), STR("annotations"));
    const struct entry applied =
        node_entry(annotations, STR("kubectl.kubernetes.io/last-applied-configuration"));
    if (applied.key)
        mask(object->source, applied.written, applied.value);
}

/* ---- text that is no tree ---- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Whether the word at `pos` is the value of a `kind` key, in YAML or JSON. */
static bool is_kind_value(struct str text, size_t pos)
{
    const struct str key = STR("kind");
    while (pos > 0 && !is_word(text.p[pos - 1]) && text.p[pos - 1] != '\n')
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
