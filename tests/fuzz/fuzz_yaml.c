/* SPDX-License-Identifier: Apache-2.0 */
/* YAML as a file and as a stream: every document is a tree with places inside the text, or broken
 * with a finding that says why. */
#include "doc/doc_internal.h"

#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

typedef int reader_fn(struct arena *arena, struct source *source, struct diags *diags,
                      struct doc_list *ret_docs);

static void check_node(const struct source *source, const struct node *node, unsigned depth)
{
    if (depth > LIMIT_DEPTH)
        BUG("deeper than the limit");
    if ((size_t)node->start + node->len > source->text.n)
        BUG("a node ends behind its text");
    const struct node *real = node_real(node);
    if (real->kind != NODE_LIST && real->kind != NODE_MAP) {
        volatile char last = real->n ? real->text[real->n - 1] : '\0';
        (void)last;
        return;
    }
    if (node->kind == NODE_ALIAS)
        return; /* walked at its anchor */
    uint32_t children = 0;
    for (const struct node *child = node->first; child; child = child->next) {
        check_node(source, child, depth + 1);
        children++;
    }
    if (children != node->n * (node->kind == NODE_MAP ? 2 : 1))
        BUG("a collection miscounts");
}

static void check(reader_fn *read, struct str text)
{
    struct arena arena = {0};
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(&arena, STR("input"), text);
    diags.at.source = source;
    if (read(&arena, source, &diags, &docs) < 0)
        BUG("nothing is that large here");
    bool broken = false;
    for (size_t i = 0; i < docs.n; i++) {
        const struct doc *doc = &docs.items[i];
        broken |= doc->broken;
        if (doc->span.start > doc->span.end || doc->span.end > source->text.n)
            BUG("a document lies outside of its text");
        if (doc->broken && doc->root)
            BUG("a broken document has a tree");
        if (doc->root)
            check_node(source, doc->root, 0);
    }
    if (broken && diags_worst(&diags) != SEVERITY_ERROR)
        BUG("broken and not told");
    for (size_t i = 0; i < diags.n; i++) {
        if (diags.items[i].span.end > source->text.n)
            BUG("a finding lies outside of its text");
        (void)source_place(source, diags.items[i].span.start);
    }
    diags_release(&diags);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct str text = {(const char *)data, n};
    check(doc_read_file, text);
    check(doc_read_stream, text);
    return 0;
}
