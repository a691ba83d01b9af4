/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables in the tree of an object. Flux fills in the text that kustomize writes for it, where a
 * string that needs no quotes has none: so what is put into a string can become a number, a list or
 * null. Whether it has quotes there is decided as go-yaml decides it.
 */
#include "base/ascii.h"
#include "base/limits.h"
#include "render/substitute_internal.h"

enum { LISTS_DEPTH = 16 }; /* lists of lists that are taken apart */

static const struct str annotation = {"kustomize.toolkit.fluxcd.io/substitute", 38};

struct walk {
    struct arena *arena;
    const struct variables *variables;
    struct source *source;
    struct diags *diags;
    size_t bytes; /* that were filled in */
    bool filled, unknowns;
};

static bool is_disabled(const struct node *object)
{
    static const char *const maps[] = {"labels", "annotations"};
    const struct node *metadata = node_get(object, STR("metadata"));
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        if (str_is(node_get_text(node_get(metadata, str_from(maps[i])), annotation), "disabled"))
            return true;
    return false;
}

static bool is_blank_or_end(struct str text, size_t pos)
{
    return pos >= text.n || text.p[pos] == ' ' || text.p[pos] == '\t';
}

/* Whether go-yaml writes a text without quotes: analyze_scalar of its emitter, block context. */
static bool is_written_plain(struct str text)
{
    static const char indicators[] = "#,[]{}&*!|>'\"%@`";
    if (!text.n || is_blank_or_end(text, 0) || is_blank_or_end(text, text.n - 1) ||
        strchr(indicators, text.p[0]) || str_starts(text, STR("---")) ||
        (strchr("?-", text.p[0]) && is_blank_or_end(text, 1)))
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        if ((unsigned char)c < ' ' || (c == ':' && is_blank_or_end(text, i + 1)) ||
            (c == '#' && i && is_blank_or_end(text, i - 1)))
            return false;
    }
    return true;
}

static void move_to(struct node *node, uint32_t start, uint32_t len)
{
    node->start = start;
    node->len = len;
    if (node->style == NODE_PLAIN &&
        node->kind != NODE_NULL) /* the text in this place is another */
        node->flags |= NODE_TAGGED;
    if (node->kind < NODE_LIST)
        return;
    for (struct node *child = node->first; child; child = child->next)
        move_to(child, start, len);
}

/* What a plain scalar of this text is. NULL: no value of a map's entry. */
static struct node *read_plain(struct walk *walk, struct str text)
{
    struct diags dropped SCOPED(diags) = {0};
    struct doc_list docs = {0};
    const struct str line = str_format(walk->arena, "x: %.*s\n", STR_FMT(text));
    struct source *source = source_new(walk->arena, walk->source->path, line);
    dropped.at.source = source;
    if (doc_read_stream(walk->arena, source, &dropped, &docs) < 0 || docs.n != 1 ||
        docs.items[0].broken || node_kind(docs.items[0].root) != NODE_MAP ||
        node_real(docs.items[0].root)->n != 1)
        return NULL;
    return node_copy(walk->arena, node_get(docs.items[0].root, STR("x")));
}

static void report(struct walk *walk, const struct node *node, const char *problem)
{
    struct diag *diag = diag_add(walk->diags, RULE_RENDER_SUBSTITUTION, node_span(node), STR(""),
                                 "Flux can't fill in the variables here: %s", problem);
    diag_hint(walk->diags, diag,
              "write $${ for a literal ${, or annotate the object with %s: disabled", annotation.p);
}

static void put_text(struct node *node, struct str text)
{
    node->text = text.p;
    node->n = (uint32_t)text.n;
    node->kind = NODE_STRING;
    node->style = NODE_DOUBLE_QUOTED;
}

static void put_value(struct walk *walk, struct node *node, struct str text, bool is_key)
{
    if (is_key || !is_written_plain((struct str){node->text, node->n})) {
        put_text(node, text);
        return;
    }
    struct node *value = read_plain(walk, text);
    if (!value) {
        report(walk, node, "what comes out is no YAML");
        return;
    }
    struct node *next = node->next;
    move_to(value, node->start, node->len);
    *node = *value;
    node->next = next;
}

static void fill(struct walk *walk, struct node *node, bool is_key)
{
    const struct str text = {node->text, node->n};
    struct str filled;
    const char *problem;
    if (!str_has(text, STR("$$")) && !str_has(text, STR("${")))
        return;
    switch (substitute_text(walk->arena, walk->variables, text, &filled, &problem)) {
    case SUBSTITUTE_BAD:
        report(walk, node, problem);
        node->flags |= NODE_UNKNOWN;
        walk->unknowns = true;
        return;
    case SUBSTITUTE_UNKNOWN:
        node->flags |= NODE_UNKNOWN;
        walk->unknowns = true;
        return;
    case SUBSTITUTE_DONE:
        break;
    }
    walk->bytes += filled.n;
    if (walk->bytes > LIMIT_RENDER_BYTES) {
        report(walk, node, "the file is too long with them");
        return;
    }
    walk->filled = true;
    put_value(walk, node, filled, is_key);
}

/* Trees that were read are no deeper than LIMIT_DEPTH, and this one has no aliases. */
static void walk_node(struct walk *walk, struct node *node, bool is_key)
{
    if (node->kind == NODE_STRING) { /* what is filled in is not looked at again */
        fill(walk, node, is_key);
        return;
    }
    if (node->kind < NODE_LIST)
        return;
    const bool is_map = node->kind == NODE_MAP;
    bool at_key = is_map;
    for (struct node *child = node->first; child; child = child->next) {
        walk_node(walk, child, at_key);
        at_key = is_map && !at_key;
    }
}

static struct node *value_of(const struct node *map, const char *name)
{
    for (struct node *key = map->kind == NODE_MAP ? map->first : NULL; key; key = key->next->next)
        if (str_is((struct str){key->text, key->n}, name))
            return key->next;
    return NULL;
}

/* kustomize takes lists apart, so each of their objects speaks for itself. */
static void walk_object(struct walk *walk, struct node *object, unsigned depth)
{
    struct node *items = value_of(object, "items");
    const bool is_list = str_ends(node_get_text(object, STR("kind")), STR("List"));
    if (is_disabled(object))
        return;
    if (!is_list || !items || items->kind != NODE_LIST || depth == LISTS_DEPTH) {
        walk_node(walk, object, false);
        return;
    }
    for (struct node *item = items->first; item; item = item->next)
        walk_object(walk, item, depth + 1);
}

void substitute_docs(struct arena *arena, const struct variables *variables, struct doc_list *docs,
                     struct diags *diags)
{
    if (!variables || (!variables->by_name.n && !variables->is_open))
        return;
    size_t bytes = 0;
    for (size_t i = 0; i < docs->n; i++) {
        struct doc *doc = &docs->items[i];
        const struct str text = str_sub(doc->source->text, doc->span.start, doc->span.end);
        if (!doc->root || (!str_has(text, STR("${")) && !str_has(text, STR("$$"))))
            continue;
        struct walk walk = {.arena = arena,
                            .variables = variables,
                            .source = doc->source,
                            .diags = diags,
                            .bytes = bytes};
        struct node *root = node_copy(arena, doc->root);
        walk_object(&walk, root, 0);
        bytes = walk.bytes;
        if (!walk.filled && !walk.unknowns)
            continue;
        doc->root = root;
        doc->filled = walk.filled;
        doc->unknowns = walk.unknowns;
    }
}
