/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes of findings, by file: on the disk, or as a patch to look at. */
#include "base/file.h"
#include "base/limits.h"
#include "edit/edit.h"
#include "gate/gate_internal.h"

static bool is_of(const struct diag *diag, const struct source *source)
{
    return diag->source && str_eq(diag->source->path, source->path) &&
           str_eq(diag->source->text, source->text);
}

/* All fixes of the file of the first finding; gives the index behind its findings. */
static size_t fix_file(struct gate_result *result, size_t first, struct gate_fix *fix)
{
    struct source *source = result->diags.items[first].source;
    struct edit_file *file = edit_file_new(source);
    size_t i = first;
    *fix = (struct gate_fix){.source = source, .text = source->text};
    for (; i < result->diags.n && is_of(&result->diags.items[i], source); i++) {
        const struct diag *diag = &result->diags.items[i];
        if (!diag->fix || diag->state != DIAG_NEW)
            continue;
        if (edit_file_add(file, diag->fix))
            fix->made++;
        else
            fix->left++;
    }
    struct str text;
    if (edit_file_text(file, &text))
        fix->text = str_dup(&result->arena, text);
    else
        fix->problem = "its fixes together would do something else";
    edit_file_free(file);
    return i;
}

void gate_find_fixes(struct gate_result *result, struct gate_fixes *ret_fixes)
{
    for (size_t i = 0; i < result->diags.n;) {
        struct gate_fix fix;
        const struct diag *diag = &result->diags.items[i];
        if (!diag->fix || diag->state != DIAG_NEW) {
            i++;
            continue;
        }
        i = fix_file(result, i, &fix);
        VEC_PUSH(&result->arena, ret_fixes, fix);
    }
}

bool gate_can_write(const struct gate_result *result)
{
    const enum tree_kind kind = result->sides->head.tree.kind;
    return kind != TREE_COMMIT && kind != TREE_INDEX;
}

static int refuse(struct gate_fix *fix, const char *problem)
{
    fix->problem = problem;
    return -1;
}

/* Whether the file has the very bytes that were checked: UTF-16 was converted, and files change. */
static int compare(struct gate_result *result, struct gate_fix *fix)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags dropped SCOPED(diags) = {0};
    const struct tree *tree = &result->sides->head.tree;
    const struct tree_entry *entry = tree_find(tree, fix->source->path);
    if (fix->problem)
        return -1;
    if (!entry || entry->kind != ENTRY_FILE)
        return refuse(fix, "it is not among the files that are checked");
    struct tree_reader *reader = tree_reader_open(tree, &dropped);
    struct str text = {0};
    const int error = reader ? tree_read(reader, entry, &arena, LIMIT_FILE_BYTES, &text) : -EIO;
    tree_reader_close(reader);
    if (error < 0)
        return refuse(fix, strerror(-error));
    return str_eq(text, fix->source->text)
               ? 0
               : refuse(fix, "it is no UTF-8 text, or has changed since it was read");
}

int gate_write_fix(struct gate_result *result, struct gate_fix *fix)
{
    struct arena arena SCOPED(arena) = {0};
    const struct str path = path_join(&arena, result->sides->head.tree.root, fix->source->path);
    const char *c_path = str_to_c(&arena, path);
    struct str resolved;
    if (compare(result, fix) < 0)
        return -1;
    int error = path_resolve(&arena, c_path, &resolved);
    if (error < 0)
        return refuse(fix, strerror(-error));
    struct str root;
    error = path_resolve(&arena, str_to_c(&arena, result->sides->head.tree.root), &root);
    if (error < 0 || !str_eq(resolved, path_join(&arena, root, fix->source->path)))
        return refuse(fix, "a symlink leads to it");
    error = file_write(c_path, fix->text);
    return error < 0 ? refuse(fix, strerror(-error)) : 0;
}

/* ---- as a patch ---- */

/* "@@ -12,7 +12,9 @@": the lines that stand in the file. */
static bool read_hunk(struct str line, uint32_t *ret_first, uint32_t *ret_count)
{
    unsigned first = 0, count = 1;
    char head[64] = {0};
    if (!str_starts(line, STR("@@ -")))
        return false;
    memcpy(head, line.p, MIN_OF(line.n, sizeof head - 1));
    if (sscanf(head, "@@ -%u,%u ", &first, &count) < 1)
        return false;
    *ret_first = first;
    *ret_count = count;
    return true;
}

/* Behind n line feeds: git counts no other line ends. */
static uint32_t skip_lines(struct str text, uint32_t at, uint32_t n)
{
    for (; n > 0 && at < text.n; n--) {
        const char *end = memchr(text.p + at, '\n', text.n - at);
        at = end ? (uint32_t)(end - text.p) + 1 : (uint32_t)text.n;
    }
    return at;
}

/* Whether the patch would quote what no output may show. */
static bool shows_secret(const struct source *source, struct str patch)
{
    struct str line;
    if (source->no_excerpt)
        return true;
    while (str_split(&patch, '\n', &line)) {
        uint32_t first, count;
        if (!read_hunk(line, &first, &count))
            continue;
        const uint32_t start = skip_lines(source->text, 0, first ? first - 1 : 0);
        const uint32_t end = skip_lines(source->text, start, count);
        if (source_is_masked(source, (struct span){start, end}))
            return true;
    }
    return false;
}

int gate_diff_fix(struct gate_result *result, struct gate_fix *fix, struct buf *out)
{
    struct buf patch SCOPED(buf) = {0};
    buf_init(&patch, LIMIT_REPORT_BYTES);
    if (compare(result, fix) < 0)
        return -1;
    if (text_diff(&patch, fix->source->path, fix->source->text, fix->text) < 0 || patch.full)
        return refuse(fix, "the patch would be too large");
    if (shows_secret(fix->source, buf_str(&patch)))
        return refuse(fix, "the patch would show a secret; --fix changes the file without");
    buf_add(out, buf_str(&patch));
    return 0;
}
