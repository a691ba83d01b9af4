/* SPDX-License-Identifier: Apache-2.0 */
/* Many fixes of one file. Each document is read and edited by itself, so that a fix costs no more
 * than its document; at the end the file is read once as a whole. */
#include "base/ascii.h"
#include "base/limits.h"
#include "base/map.h"
#include "edit/edit_internal.h"

/* One document, as the fixes so far have left it. */
struct slice {
    struct span span; /* in the source */
    struct doc doc;   /* read alone */
    bool is_usable;   /* it means the same alone */
    bool is_changed;
    struct str_paths {
        VEC(struct str);
    } touched; /* paths in the document */
};

struct edit_file {
    struct arena arena; /* owned */
    struct source *source;
    struct doc_list docs; /* of the source */
    struct slice *slices; /* one a document */
    struct map made;      /* fixes: object and patch */
    uint64_t bytes;       /* read so far */
};

struct edit_file *edit_file_new(struct source *source)
{
    struct edit_file *file = xcalloc(1, sizeof *file);
    struct diags diags SCOPED(diags) = {0};
    file->source = source;
    file->made.arena = &file->arena;
    struct source *again = source_new(&file->arena, source->path, source->text);
    if (doc_read_file(&file->arena, again, &diags, &file->docs) < 0)
        file->docs = (struct doc_list){0};
    file->slices = ARENA_ARRAY(&file->arena, struct slice, file->docs.n);
    return file;
}

void edit_file_free(struct edit_file *file)
{
    if (!file)
        return;
    arena_release(&file->arena);
    free(file);
}

/* ---- what touches what ---- */

static bool is_below(struct str path, struct str top)
{
    return str_starts(path, top) && (path.n == top.n || path.p[top.n] == '/');
}

/* Where an operation may change things: in a list all that comes behind the item moves. */
static struct str region_of(const struct edit_op *op)
{
    const size_t slash = (size_t)str_find_last_char(op->path, '/');
    const struct str step = str_from_offset(op->path, slash + 1);
    const bool moves = (op->kind == EDIT_ADD || op->kind == EDIT_REMOVE) && step.n > 0 &&
                       ascii_is_digit(step.p[0]);
    return moves ? str_sub(op->path, 0, slash) : op->path;
}

static bool is_free(const struct slice *slice, const struct edit_patch *patch)
{
    for (size_t i = 0; i < patch->n; i++) {
        const struct str region = region_of(&patch->items[i]);
        for (size_t t = 0; t < slice->touched.n; t++) {
            const struct str touched = slice->touched.items[t];
            const bool both_append = str_eq(region, touched) && str_ends(region, STR("/-"));
            if (!both_append && (is_below(region, touched) || is_below(touched, region)))
                return false;
        }
    }
    return true;
}

/* ---- one fix ---- */

static struct slice *slice_at(struct edit_file *file, uint32_t at, const struct doc **ret_doc)
{
    const struct doc *doc = edit_doc_at(&file->docs, at);
    if (!doc || !doc->root)
        return NULL;
    struct slice *slice = &file->slices[doc - file->docs.items];
    size_t findings;
    *ret_doc = doc;
    if (slice->span.end)
        return slice;
    slice->span = doc->span;
    slice->is_usable =
        edit_read_alone(&file->arena, str_sub(file->source->text, doc->span.start, doc->span.end),
                        &slice->doc, &findings) &&
        node_equal(slice->doc.root, doc->root);
    return slice;
}

static const struct node *object_at(const struct doc *doc, struct str path)
{
    uint32_t index = 0;
    if (!path.n)
        return doc->root;
    for (size_t i = sizeof "/items/" - 1; i < path.n; i++)
        index = index * 10 + (uint32_t)(path.p[i] - '0');
    const struct node *items = node_get(doc->root, STR("items"));
    for (struct item it = list_first(items); it.value; it = list_next(it))
        if (it.index == index)
            return it.written;
    return NULL;
}

static bool make(struct edit_file *file, struct slice *slice, const struct node *object,
                 const struct edit_patch *patch)
{
    struct arena arena SCOPED(arena) = {0};
    struct diag_edits edits = {0};
    struct str reason;
    struct doc doc;
    size_t findings;
    const struct str text = slice->doc.source->text;
    file->bytes += 3 * (uint64_t)text.n;
    if (file->bytes > LIMIT_EDIT_BYTES ||
        !edit_text(&arena, &slice->doc, object, patch, &edits, &reason))
        return false;
    if (!edits.n) /* nothing is left to do */
        return slice->is_changed;
    if (!edit_read_alone(&file->arena, edit_apply(&file->arena, text, &edits), &doc, &findings))
        return false;
    slice->doc = doc;
    slice->is_changed = true;
    return true;
}

/* Whether the values are there already, so that nothing has to be done. */
static bool is_made(struct slice *slice, const struct node *object, const struct edit_patch *patch)
{
    struct arena arena SCOPED(arena) = {0};
    struct str reason;
    const struct node *tree = edit_tree(&arena, object, patch, &reason);
    return slice->is_changed && tree && node_equal(tree, object);
}

bool edit_file_add(struct edit_file *file, const struct diag_fix *fix)
{
    const struct doc *doc;
    struct slice *slice = slice_at(file, fix->root, &doc);
    struct edit_patch patch = {.defaulted = fix->defaulted};
    struct str path;
    if (!slice || !slice->is_usable || !edit_find_object(&file->arena, doc->root, fix->root, &path))
        return false;
    const struct str name =
        str_format(&file->arena, "%" PRIu32 " %.*s", fix->root, STR_FMT(fix->patch));
    if (map_has(&file->made, name))
        return true;
    edit_patch_read(&file->arena, fix->patch, &patch);
    const struct node *object = object_at(&slice->doc, path);
    if (!object)
        return false;
    const struct edit_patch below = edit_patch_below(&file->arena, &patch, path);
    if (!is_made(slice, object, &patch)) {
        if (!is_free(slice, &below) || !make(file, slice, object, &patch))
            return false;
        for (size_t i = 0; i < below.n; i++)
            if (below.items[i].kind != EDIT_TEST)
                VEC_PUSH(&file->arena, &slice->touched, region_of(&below.items[i]));
    }
    map_put(&file->made, name, file);
    return true;
}

/* ---- the file ---- */

static bool is_meant(struct edit_file *file, struct str text)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(&file->arena, file->source->path, text);
    if (doc_read_file(&file->arena, source, &diags, &docs) < 0 || docs.n != file->docs.n)
        return false;
    for (size_t i = 0; i < docs.n; i++) {
        const struct slice *slice = &file->slices[i];
        const struct node *want = slice->is_changed ? slice->doc.root : file->docs.items[i].root;
        if (!docs.items[i].root != !want || docs.items[i].broken != file->docs.items[i].broken)
            return false;
        if (want && !node_equal(docs.items[i].root, want))
            return false;
    }
    return true;
}

bool edit_file_text(struct edit_file *file, struct str *ret_text)
{
    struct diag_edits edits = {0};
    for (size_t i = 0; i < file->docs.n; i++) {
        const struct slice *slice = &file->slices[i];
        if (slice->is_changed)
            VEC_PUSH(&file->arena, &edits,
                     ((struct diag_edit){slice->span, slice->doc.source->text}));
    }
    const struct str text = edit_apply(&file->arena, file->source->text, &edits);
    if (!is_meant(file, text))
        return false;
    *ret_text = text;
    return true;
}
