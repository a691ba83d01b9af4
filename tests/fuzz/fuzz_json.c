/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: either a tree that survives both writers, or a finding that says why not. */
#include "doc/doc_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct source *source_of(struct arena *arena, struct str text)
{
    return source_new(arena, STR("input"), text);
}

static void check_json(struct arena *arena, const struct node *root)
{
    SCOPED(buf) struct buf out;
    struct diags diags = {0};
    struct doc doc;
    buf_init(&out, 64 << 20);
    doc_write_json(&out, root, 1);
    if (out.full)
        return;
    if (doc_read_json(arena, source_of(arena, buf_str(&out)), &diags, &doc) || doc.broken)
        BUG("what the JSON writer wrote is not read");
    if (!node_equal(root, doc.root) || diags.n)
        BUG("JSON changed on its way");
    diags_release(&diags);
}

static void check_yaml(struct arena *arena, const struct node *root)
{
    SCOPED(buf) struct buf out;
    struct diags diags = {0};
    struct doc_list docs = {0};
    buf_init(&out, 64 << 20);
    doc_write_yaml(&out, root);
    if (out.full)
        return;
    if (doc_read_stream(arena, source_of(arena, buf_str(&out)), &diags, &docs) || docs.n != 1)
        BUG("what the YAML writer wrote is not read");
    if (!node_equal(root, docs.items[0].root) || diags.n)
        BUG("YAML changed on its way");
    diags_release(&diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena = {0};
    struct diags diags = {0};
    struct doc doc;
    struct doc_list docs = {0};
    const struct str text = {(const char *)data, n};
    if (doc_read_json(&arena, source_of(&arena, text), &diags, &doc))
        BUG("nothing is that large here");
    if (doc.broken != (doc.root == NULL) || (doc.broken && !diags.n))
        BUG("broken and not told");
    if (doc.root) {
        check_json(&arena, node_copy(&arena, doc.root));
        check_yaml(&arena, doc.root);
    }
    diags_release(&diags);
    (void)!doc_read_json_stream(&arena, source_of(&arena, text), 0, &diags, &docs);
    if (doc.root && (docs.n != 1 || !node_equal(doc.root, docs.items[0].root)))
        BUG("one value is no stream of one value");
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
