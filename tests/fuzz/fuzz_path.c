/* SPDX-License-Identifier: Apache-2.0 */
/* Field paths: the first line is a path, the rest a JSON tree to look in. */
#include "doc/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void look(struct arena *arena, const struct node *root, struct str field)
{
    const struct lookup found = path_find(root, field);
    struct str back;
    if (!found.value) {
        if (!found.parent)
            BUG("a path that is not found has no place");
        return;
    }
    if (!path_of(arena, root, found.value, &back))
        BUG("a node that was found is not in its tree");
    (void)path_find(root, back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena = {0};
    struct diags diags = {0};
    struct doc doc;
    struct str rest = {(const char *)data, n};
    struct str field = {0};
    (void)str_split(&rest, '\n', &field);
    if (doc_read_json(&arena, source_new(&arena, STR("input"), rest), &diags, &doc) == 0 &&
        doc.root)
        look(&arena, doc.root, field);
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
