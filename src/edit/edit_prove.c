/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of one document, and the proof that they do what the patch does. */
#include "base/limits.h"
#include "edit/edit_internal.h"

static int compare_edits(const void *a, const void *b)
{
    const struct diag_edit *const *x = a;
    const struct diag_edit *const *y = b;
    const struct span left = (*x)->span, right = (*y)->span;
    if (left.start != right.start)
        return left.start < right.start ? -1 : 1;
    if (left.end != right.end)
        return left.end < right.end ? -1 : 1;
    return (*x > *y) - (*x < *y); /* qsort need not be stable */
}

/* In order of the text; what is put at one place stays in the order in which it was put there.
 * False when two are about the same bytes. */
static bool sort_edits(struct arena *arena, struct diag_edits *edits)
{
    const struct diag_edit **order = ARENA_ARRAY(arena, const struct diag_edit *, edits->n + 1);
    struct diag_edits sorted = {0};
    uint32_t end = 0;
    for (size_t i = 0; i < edits->n; i++)
        order[i] = &edits->items[i];
    qsort(order, edits->n, sizeof *order, compare_edits);
    for (size_t i = 0; i < edits->n; i++) {
        if (order[i]->span.start < end)
            return false;
        end = order[i]->span.end;
        struct diag_edit *last = sorted.n ? &sorted.items[sorted.n - 1] : NULL;
        if (last && last->span.end == order[i]->span.start) {
            last->span.end = order[i]->span.end;
            last->text = str_concat(arena, last->text, order[i]->text);
        } else {
            VEC_PUSH(arena, &sorted, *order[i]);
        }
    }
    *edits = sorted;
    return true;
}

/* The edits that turn the tree of a document into another, unproven. False with a reason. */
static bool edit_between(struct arena *arena, const struct doc *doc, const struct node *new,
                         struct diag_edits *ret_edits, struct str *ret_reason)
{
    const struct edit_style style = edit_style_of(doc);
    struct diag_edits edits = {0};
    struct editor ed = {
        .arena = arena, .style = &style, .text = doc->source->text, .edits = &edits};
    const struct node *old = doc->root;
    if (old->kind != NODE_MAP || new->kind != NODE_MAP || !old->n || !new->n)
        edit_refuse(&ed, "nothing of the object would stay");
    else
        edit_change(&ed, (struct slot){.in_flow = old->style == NODE_FLOW}, old, new);
    if (!ed.reason.n && !sort_edits(arena, &edits))
        edit_refuse(&ed, "two changes are about the same text");
    *ret_reason = ed.reason;
    *ret_edits = edits;
    return !ed.reason.n;
}

struct str edit_apply(struct arena *arena, struct str text, const struct diag_edits *edits)
{
    struct buf out SCOPED(buf) = {0};
    uint32_t at = 0;
    buf_init(&out, (size_t)LIMIT_FILE_BYTES * 2);
    for (size_t i = 0; i < edits->n; i++) {
        const struct diag_edit *edit = &edits->items[i];
        buf_add(&out, str_sub(text, at, edit->span.start));
        buf_add(&out, edit->text);
        at = edit->span.end;
    }
    buf_add(&out, str_from_offset(text, at));
    return str_dup(arena, buf_str(&out));
}

/* ---- documents ---- */

bool edit_read_alone(struct arena *arena, struct str text, struct doc *ret_doc,
                     size_t *ret_findings)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(arena, STR("document"), text);
    diags.at.source = source;
    if (doc_read_file(arena, source, &diags, &docs) < 0 || docs.n != 1 || !docs.items[0].root)
        return false;
    *ret_doc = docs.items[0];
    *ret_findings = diags.n;
    return !docs.items[0].broken;
}

bool edit_find_object(struct arena *arena, const struct node *doc_root, uint32_t start,
                      struct str *ret_path)
{
    *ret_path = STR("");
    if (doc_root->start == start)
        return true;
    const struct node *items = node_get(doc_root, STR("items"));
    for (struct item it = list_first(items); it.value; it = list_next(it)) {
        if (it.written->start != start || node_kind(it.value) != NODE_MAP)
            continue;
        *ret_path = str_format(arena, "/items/%" PRIu32, it.index);
        return true;
    }
    return false;
}

struct edit_patch edit_patch_below(struct arena *arena, const struct edit_patch *patch,
                                   struct str path)
{
    struct edit_patch below = {.defaulted = patch->defaulted};
    for (size_t i = 0; i < patch->n; i++) {
        struct edit_op op = patch->items[i];
        op.path = str_concat(arena, path, op.path);
        VEC_PUSH(arena, &below, op);
    }
    return below;
}

static void read_alone(struct edit_alone *alone, const struct doc *doc)
{
    if (alone->of == doc)
        return;
    struct doc read;
    alone->of = doc;
    alone->text = str_sub(doc->source->text, doc->span.start, doc->span.end);
    alone->is_same = edit_read_alone(alone->arena, alone->text, &read, &alone->findings) &&
                     node_equal(read.root, doc->root);
}

/* The edited text is read again: it has to be the tree that was wanted, and to give no finding that
 * was not there. */
static bool prove(struct arena *arena, struct edit_alone *alone, const struct doc *doc,
                  const struct diag_edits *edits, const struct node *want)
{
    struct diag_edits moved = {0};
    for (size_t i = 0; i < edits->n; i++) {
        struct diag_edit edit = edits->items[i];
        if (edit.span.start < doc->span.start || edit.span.end > doc->span.end)
            return false;
        edit.span.start -= doc->span.start;
        edit.span.end -= doc->span.start;
        VEC_PUSH(arena, &moved, edit);
    }
    struct doc after;
    size_t findings;
    read_alone(alone, doc);
    return alone->is_same &&
           edit_read_alone(arena, edit_apply(arena, alone->text, &moved), &after, &findings) &&
           findings <= alone->findings && node_equal(after.root, want);
}

bool edit_text(struct arena *arena, const struct doc *doc, const struct node *root,
               const struct edit_patch *patch, struct diag_edits *ret_edits, struct str *ret_reason)
{
    struct edit_alone alone = {.arena = arena};
    return edit_text_at(arena, &alone, doc, root->start, patch, ret_edits, ret_reason);
}

bool edit_text_at(struct arena *arena, struct edit_alone *alone, const struct doc *doc,
                  uint32_t start, const struct edit_patch *patch, struct diag_edits *ret_edits,
                  struct str *ret_reason)
{
    struct str path;
    *ret_reason = STR("the object is not in the document");
    if (!doc->root || doc->root->kind != NODE_MAP ||
        !edit_find_object(arena, doc->root, start, &path))
        return false;
    const struct edit_patch whole = edit_patch_below(arena, patch, path);
    const struct node *want = edit_tree(arena, doc->root, &whole, ret_reason);
    struct diag_edits edits;
    if (!want || !edit_between(arena, doc, want, &edits, ret_reason))
        return false;
    if (prove(arena, alone, doc, &edits, want)) {
        *ret_edits = edits;
        return true;
    }
    *ret_reason = STR("the text would not mean what the change is meant to do");
    return false;
}
