/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random patches of random files: an edited file reads as the old one with the patch, all other
 * documents are as before; or the edit is refused with a reason. The input is the file, a NUL, and
 * bytes that choose places and values.
 */
#include <stdint.h>

#include "base/limits.h"
#include "edit/edit_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct choices {
    struct str bytes;
    size_t at;
};

static uint32_t choose(struct choices *choices, uint32_t n)
{
    const uint32_t byte =
        choices->at < choices->bytes.n ? (unsigned char)choices->bytes.p[choices->at] : 0;
    choices->at++;
    return n ? byte % n : 0;
}

static struct str escaped(struct arena *arena, struct str key)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] == '~' || key.p[i] == '/')
            buf_add_c(&out, key.p[i] == '~' ? "~0" : "~1");
        else
            buf_add_char(&out, key.p[i]);
    }
    return str_dup(arena, buf_str(&out));
}

static const struct node *child(const struct node *node, uint32_t index, struct arena *arena,
                                struct str *path)
{
    uint32_t i = 0;
    for (struct entry e = map_first(node); e.key; e = map_next(e))
        if (i++ == index) {
            *path = str_format(arena, "%.*s/%.*s", STR_FMT(*path),
                               STR_FMT(escaped(arena, node_text(e.key))));
            return e.value;
        }
    *path = str_format(arena, "%.*s/%" PRIu32, STR_FMT(*path), index);
    return node_at(node, index);
}

/* A place that is there, or a new one beside it. */
static struct str choose_path(struct choices *choices, struct arena *arena, const struct node *root)
{
    static const char *const others[] = {"/new", "/-", "/0", "/a~1b", "/new/deep/er", "/on", "/"};
    struct str path = {0};
    const struct node *at = root;
    while (node_kind(at) >= NODE_LIST && node_real(at)->n) {
        const uint32_t n = node_real(at)->n;
        const uint32_t choice = choose(choices, n + 1);
        if (choice == n)
            break;
        at = child(node_real(at), choice, arena, &path);
        if (choose(choices, 3) == 0)
            return path;
    }
    const uint32_t other = choose(choices, ARRAY_LEN(others) + 1);
    return other == ARRAY_LEN(others) && path.n
               ? path
               : str_concat(arena, path, str_from(others[other % ARRAY_LEN(others)]));
}

static const struct node *choose_value(struct choices *choices, struct arena *arena)
{
    static const char *const values[] = {
        "1",
        "true",
        "null",
        "\"text\"",
        "\"# 'no' comment: \\\"\"",
        "\"two\\nlines\\n\"",
        "\"two\\n\\n lines\"",
        "{}",
        "[]",
        "{\"k\":1,\"l\":{\"m\":[1,{\"n\":\"o\",\"p\":null}]}}",
        "[\"a\",[],[1,2],{\"b\":\"c\",\"d\":[{}]}]",
        "\"\"",
        "\"8080\"",
        "1.5e3",
        "\"\\u2028\\u0000 \\ud83d\\ude00\"",
    };
    struct diags diags SCOPED(diags) = {0};
    struct doc doc = {0};
    const char *json = values[choose(choices, ARRAY_LEN(values))];
    if (doc_read_json(arena, source_new(arena, STR("value"), str_from(json)), &diags, &doc) < 0)
        BUG("a value of the table is broken");
    return doc.root;
}

static void check_whole(struct arena *arena, const struct doc_list *docs, size_t index,
                        const struct node *want, struct str text)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc_list again = {0};
    struct source *source = source_new(arena, STR("edited"), text);
    if (doc_read_file(arena, source, &diags, &again) < 0 || again.n != docs->n)
        BUG("the edited file has %zu documents, not %zu", again.n, docs->n);
    for (size_t i = 0; i < again.n; i++) {
        const struct node *root = i == index ? want : docs->items[i].root;
        if (!root != !again.items[i].root)
            BUG("document %zu is there on one side only", i);
        if (root && !node_equal(root, again.items[i].root))
            BUG("document %zu is not what it should be", i);
    }
}

static void check_file(struct source *source, const struct doc *doc, const struct edit_patch *patch,
                       const struct doc_list *docs, const struct node *want)
{
    struct arena arena SCOPED(arena) = {0};
    const struct diag_fix fix = {.patch = edit_patch_write(&arena, patch),
                                 .root = doc->root->start,
                                 .defaulted = patch->defaulted};
    struct edit_file *file = edit_file_new(source);
    struct str text;
    const bool done = edit_file_add(file, &fix);
    if (edit_file_text(file, &text) && done)
        check_whole(&arena, docs, (size_t)(doc - docs->items), want, text);
    edit_file_free(file);
}

static void check(struct arena *arena, struct source *source, const struct doc_list *docs,
                  size_t index, struct choices *choices)
{
    const struct doc *doc = &docs->items[index];
    struct edit_patch patch = {.defaulted = choose(choices, 2) == 1};
    for (uint32_t ops = 1 + choose(choices, 3); ops > 0; ops--) {
        const enum edit_kind kind = (enum edit_kind)choose(choices, EDIT_TEST);
        const struct str path = choose_path(choices, arena, doc->root);
        VEC_PUSH(arena, &patch, ((struct edit_op){kind, path, choose_value(choices, arena)}));
    }
    struct diag_edits edits = {0};
    struct str reason = {0};
    if (!edit_text(arena, doc, doc->root, &patch, &edits, &reason)) {
        if (!reason.n)
            BUG("refused without a reason");
        return;
    }
    const struct node *want = edit_tree(arena, doc->root, &patch, &reason);
    if (!want)
        BUG("edited, but the patch does not apply");
    for (size_t i = 0; i < edits.n; i++)
        if (edits.items[i].span.start > edits.items[i].span.end ||
            (i && edits.items[i].span.start <= edits.items[i - 1].span.end))
            BUG("edits are out of order");
    check_file(source, doc, &patch, docs, want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct str input = {(const char *)data, n};
    const ptrdiff_t end = str_find_char(input, '\0');
    if (end < 0)
        return 0;
    struct arena arena = {0};
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct choices choices = {.bytes = str_from_offset(input, (size_t)end + 1)};
    struct source *source = source_new(&arena, STR("input"), str_sub(input, 0, (size_t)end));
    if (doc_read_file(&arena, source, &diags, &docs) < 0)
        BUG("nothing is that large here");
    const size_t index = choose(&choices, (uint32_t)docs.n);
    if (docs.n && docs.items[index].root)
        check(&arena, source, &docs, index, &choices);
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
