/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes of findings: from patches to edits, and many of them in one file. */
#include "unit/edit/edited.h"

struct run {
    struct arena arena;
    struct diags diags;
    struct source *source;
    struct doc_list docs;
};

static void begin(struct run *run, const char *text)
{
    struct diags reading = {0};
    *run = (struct run){0};
    run->source = source_new(&run->arena, STR("a.yaml"), str_from(text));
    run->diags.at = (struct diag_at){.source = run->source, .versions = 1};
    assert_int_equal(doc_read_file(&run->arena, run->source, &reading, &run->docs), 0);
    diags_release(&reading);
}

static void end(struct run *run)
{
    diags_release(&run->diags);
    arena_release(&run->arena);
}

static void find(struct run *run, size_t doc, const char *patch_text)
{
    const struct node *root = run->docs.items[doc].root;
    struct edit_patch patch = read_patch(&run->arena, patch_text);
    patch.defaulted = true;
    struct diag *diag = diag_add(&run->diags, RULE_API_UNKNOWN_FIELD,
                                 (struct span){root->start, root->start}, STR(""), "wrong");
    edit_fix(&run->diags, diag, root, &patch, STR("mend it"));
    assert_non_null(run->diags.items[run->diags.n - 1].fix);
}

/* Makes all fixes; gives how many could be made. */
static size_t mend(struct run *run, const char *want)
{
    struct edit_file *file = edit_file_new(run->source);
    struct str text;
    size_t made = 0;
    edit_realize(&run->diags);
    for (size_t i = 0; i < run->diags.n; i++)
        made += run->diags.items[i].fix && edit_file_add(file, run->diags.items[i].fix);
    assert_true(edit_file_text(file, &text));
    if (!str_is(text, want))
        fail_msg("gives\n%.*s", STR_FMT(text));
    edit_file_free(file);
    return made;
}

static void findings_get_edits(void **state)
{
    (void)state;
    struct run run;
    begin(&run, "a: 1\n---\nb: 2\n");
    find(&run, 1, "replace /b 3");
    find(&run, 1, "remove /b");
    find(&run, 0, "test /a 2; replace /a 3");
    find(&run, 0, "replace /a 3");
    run.diags.items[3].state = DIAG_PREEXISTING;
    edit_realize(&run.diags);
    const struct diag_fix *fix = run.diags.items[0].fix;
    assert_non_null(fix);
    assert_true(str_is(fix->summary, "mend it"));
    assert_int_equal(fix->edits.n, 1);
    assert_int_equal(fix->edits.items[0].span.start, 12);
    assert_int_equal(fix->edits.items[0].span.end, 13);
    assert_true(str_is(fix->edits.items[0].text, "3"));
    assert_null(run.diags.items[1].fix);
    assert_null(run.diags.items[2].fix);
    assert_null(run.diags.items[3].fix);
    end(&run);
}

static void findings_keep_their_fix(void **state)
{
    (void)state;
    struct run run;
    struct diags copy = {0}, folded = {0};
    begin(&run, "a: 1\n");
    find(&run, 0, "replace /a 3");
    edit_realize(&run.diags);
    diags_copy(&copy, &run.diags);
    assert_int_equal(copy.items[0].fix->edits.n, 1);
    assert_ptr_not_equal(copy.items[0].fix, run.diags.items[0].fix);
    diags_fold(&folded, &copy);
    diags_copy(&copy, &run.diags);
    diags_fold(&folded, &copy);
    assert_int_equal(folded.n, 1);
    assert_non_null(folded.items[0].fix);
    diags_copy(&copy, &run.diags);
    copy.items[0].fix->patch = STR("[]");
    diags_fold(&folded, &copy);
    assert_null(folded.items[0].fix);
    diags_release(&folded);
    end(&run);
}

static void fixes_add_up(void **state)
{
    (void)state;
    struct run run;
    begin(&run, "a:\n  b: 1\n---\nc: [1]\n");
    find(&run, 0, "add /a/s/x true");
    find(&run, 0, "add /a/s/z true");
    find(&run, 1, "add /c/- 2");
    find(&run, 1, "add /c/- 3");
    find(&run, 0, "replace /a/b 2");
    find(&run, 0, "replace /a/b 2");
    assert_int_equal(mend(&run, "a:\n  b: 2\n  s:\n    x: true\n    z: true\n---\nc: [1, 2, 3]\n"),
                     6);
    end(&run);
}

static void the_first_of_two_wins(void **state)
{
    (void)state;
    struct run run;
    begin(&run, "a:\n  b: 1\nc:\n- x: 1\n- x: 2\n");
    find(&run, 0, "replace /a/b 2");
    find(&run, 0, "replace /a/b 3");
    find(&run, 0, "remove /a");
    find(&run, 0, "remove /c/0");
    find(&run, 0, "replace /c/1/x 5");
    find(&run, 0, "add /d 1");
    assert_int_equal(mend(&run, "a:\n  b: 2\nc:\n- x: 2\nd: 1\n"), 3);
    end(&run);
}

static void broken_documents_stay(void **state)
{
    (void)state;
    struct run run;
    begin(&run, "a: 1\n---\nb: [\n---\n# nothing\n---\nc: 1\n");
    find(&run, 0, "replace /a 2");
    find(&run, run.docs.n - 1, "replace /c 2");
    assert_int_equal(mend(&run, "a: 2\n---\nb: [\n---\n# nothing\n---\nc: 2\n"), 2);
    end(&run);
}

static void pointers_are_written(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    const struct path root = {0};
    const struct path list = {.up = &root, .name = STR("a/b~c")};
    const struct path item = {.up = &list, .index = 12};
    assert_true(str_is(edit_pointer(&arena, &root), ""));
    assert_true(str_is(edit_pointer(&arena, &item), "/a~1b~0c/12"));
}

int test_edit_file(void);
int test_edit_file(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_get_edits),    cmocka_unit_test(findings_keep_their_fix),
        cmocka_unit_test(fixes_add_up),          cmocka_unit_test(the_first_of_two_wins),
        cmocka_unit_test(broken_documents_stay), cmocka_unit_test(pointers_are_written),
    };
    return cmocka_run_group_tests_name("edit_file", tests, NULL, NULL);
}
