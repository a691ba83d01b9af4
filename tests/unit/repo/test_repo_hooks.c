/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside git's own hooks. The hook is this very program: with TIDEGATE_TEST_HOOK set it looks at
 * the repository as the hook's environment has it, writes what it sees to that file, and ends
 * before any test runs.
 */
#include "repo_fixture.h"

int test_repo_hooks(void);

/* Runs once per tree entry: its path and its text. */
static void write_tree(struct arena *arena, struct diags *diags, const struct tree *tree,
                       struct buf *out)
{
    struct tree_reader *reader = tree_reader_open(tree, diags);
    for (size_t i = 0; reader && i < tree->n; i++) {
        struct str text = STR("?");
        if (tree_read(reader, &tree->entries[i], arena, 1000, &text) < 0)
            buf_add_c(out, "unreadable ");
        buf_format(out, "%.*s=%.*s ", STR_FMT(tree->entries[i].path), STR_FMT(str_trim(text)));
    }
    tree_reader_close(reader);
}

/* pre-receive gets "old new ref" lines, pre-commit gets nothing. */
static void run_hook(struct arena *arena, struct diags *diags, struct buf *out)
{
    struct repo *repo = NULL;
    struct tree tree = {0};
    struct str input;
    if (repo_open(arena, ".", diags, &repo) < 0 || !repo)
        return;
    bool pushed = getenv("GIT_QUARANTINE_PATH") != NULL;
    int result = -1;
    if (!pushed)
        result = tree_of_index(repo, arena, diags, &tree);
    else if (fd_read_all(arena, STDIN_FILENO, 1000, &input) == 0)
        result = tree_of_commit(repo, arena, str_sub(input, 41, 81), diags, &tree);
    repo_close(repo);
    if (result == 0)
        write_tree(arena, diags, &tree, out);
}

static void __attribute__((constructor)) be_a_hook(void)
{
    const char *report = getenv("TIDEGATE_TEST_HOOK");
    if (!report)
        return;
    struct arena arena = {0};
    struct diags diags = {0};
    struct buf out;
    buf_init(&out, 10000);
    run_hook(&arena, &diags, &out);
    for (size_t i = 0; i < diags.n; i++)
        buf_format(&out, "%s: %.*s ", diags.items[i].rule->id, STR_FMT(diags.items[i].message));
    int written = file_write(report, buf_str(&out));
    diags_release(&diags);
    arena_release(&arena);
    buf_release(&out);
    _exit(written == 0 ? 0 : 1);
}

static void install(struct fixture *f, const char *hook)
{
    char self[1000] = "";
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    struct str text = str_format(&f->arena, "#!/bin/sh\nTIDEGATE_TEST_HOOK=%s exec %s\n",
                                 in_dir(f, "report"), self);
    assert_int_equal(file_write(in_dir(f, hook), text), 0);
    assert_int_equal(chmod(in_dir(f, hook), 0755), 0);
}

static void assert_report(struct fixture *f, const char *want)
{
    struct str report;
    assert_int_equal(file_read(&f->arena, in_dir(f, "report"), 10000, &report), 0);
    assert_text(f, report, want);
    assert_int_equal(unlink(in_dir(f, "report")), 0);
}

static void test_pre_receive(void **state)
{
    struct fixture *f = *state;
    shell(f, "git init -q --bare hub.git; git init -q a; cd a; echo one >f; git add .;"
             "git commit -qm 1");
    install(f, "hub.git/hooks/pre-receive");
    shell(f, "cd a; git push -q ../hub.git main");
    assert_report(f, "f=one ");
    /* The second push: old objects from the alternate, new ones from the quarantine. */
    shell(f, "cd a; echo two >g; git add .; git commit -qm 2; git push -q ../hub.git main");
    assert_report(f, "f=one g=two ");
    /* git quotes the name of an alternate that has a colon in it. */
    shell(f, "mv hub.git 'h:u b.git'; cd a; echo three >h; git add .; git commit -qm 3;"
             "git push -q \"file://$PWD/../h:u b.git\" main");
    assert_report(f, "f=one g=two h=three ");
}

static void test_pre_commit(void **state)
{
    struct fixture *f = *state;
    shell(f, "git init -q a; cd a; mkdir d; echo 1 >f; echo 1 >d/g; git add .; git commit -qm 1");
    install(f, "a/.git/hooks/pre-commit");
    shell(f, "cd a; echo 2 >f; echo 2 >d/g; git add f; git commit -qm staged");
    assert_report(f, "d/g=1 f=2 ");
    shell(f, "cd a/d; git commit -qam all");
    assert_report(f, "d/g=2 f=2 ");
    /* Only the path that is named, though more is staged. */
    shell(f, "cd a; echo 3 >f; echo 3 >d/g; git add f; git commit -qm part d/g");
    assert_report(f, "d/g=3 f=2 ");
    shell(f, "cd a; git worktree add -q ../linked; cd ../linked; echo 4 >d/g;"
             "git commit -qam linked");
    assert_report(f, "d/g=4 f=2 ");
    shell(f, "git --git-dir=a/.git --work-tree=a commit -qam outside");
    assert_report(f, "d/g=3 f=3 ");
}

int test_repo_hooks(void)
{
    const struct CMUnitTest tests[] = {
        REPO_TEST(test_pre_receive),
        REPO_TEST(test_pre_commit),
    };
    return cmocka_run_group_tests_name("repo: hooks", tests, NULL, NULL);
}
