/* SPDX-License-Identifier: Apache-2.0 */
/* Texts before and after a patch, for the tests of this room. */
#pragma once

#include "unit/unit.h"

#include "edit/edit_internal.h"

/* The patch is written as "replace /a 1; remove /b", with JSON values. */
struct edited {
    const char *text;
    const char *patch;
    const char *want; /* NULL: it has to be refused */
};

static inline void read_op(struct arena *arena, struct str text, struct edit_patch *patch)
{
    struct str rest = str_trim(text);
    struct str kind, path;
    str_split(&rest, ' ', &kind);
    str_split(&rest, ' ', &path);
    const char *json = rest.n ? str_to_c(arena, rest) : "null";
    struct str whole = str_format(arena, "[{\"op\":\"%.*s\",\"path\":\"%.*s\",\"value\":%s}]",
                                  STR_FMT(kind), STR_FMT(path), json);
    const size_t before = patch->n;
    edit_patch_read(arena, whole, patch);
    assert_int_equal(patch->n, before + 1);
}

static inline struct edit_patch read_patch(struct arena *arena, const char *text)
{
    struct edit_patch patch = {0};
    struct str rest = str_from(text), part;
    while (str_split(&rest, ';', &part))
        read_op(arena, part, &patch);
    return patch;
}

/* What is wrong with the result, or an empty text. */
static inline struct str compare(struct arena *arena, const struct edited *edited, struct str text,
                                 bool done, const struct diag_edits *edits, struct str reason)
{
    if (!done && edited->want)
        return str_format(arena, "is refused: %.*s", STR_FMT(reason));
    if (done && !edited->want)
        return STR("is not refused");
    if (!done)
        return reason.n ? STR("") : STR("is refused without a reason");
    const struct str got = edit_apply(arena, text, edits);
    return str_is(got, edited->want)
               ? STR("")
               : str_format(arena, "gives\n%.*s\nand not\n%s", STR_FMT(got), edited->want);
}

/* Of the object at a path of the index-th document; 0 and "" is the usual one. */
static inline bool check_object(const struct edited *edited, size_t index, const char *field,
                                bool defaulted)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(&arena, STR("a.yaml"), str_from(edited->text));
    diags.at.source = source;
    assert_int_equal(doc_read_file(&arena, source, &diags, &docs), 0);
    assert_true(index < docs.n);
    struct edit_patch patch = read_patch(&arena, edited->patch);
    patch.defaulted = defaulted;
    const struct doc *doc = &docs.items[index];
    const struct node *object = *field ? path_find(doc->root, str_from(field)).value : doc->root;
    assert_non_null(object);
    struct diag_edits edits = {0};
    struct str reason = {0};
    const bool done = edit_text(&arena, doc, object, &patch, &edits, &reason);
    const struct str wrong = compare(&arena, edited, source->text, done, &edits, reason);
    if (wrong.n)
        print_error("%s of\n%s%.*s\n", edited->patch, edited->text, STR_FMT(wrong));
    return !wrong.n;
}

static inline void check_all(const struct edited *cases, size_t n)
{
    bool good = true;
    for (size_t i = 0; i < n; i++)
        good &= check_object(&cases[i], 0, "", false);
    assert_true(good);
}
