/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and opening repositories: every shape that git makes, and broken ones. */
#include "repo_fixture.h"

int test_repo_open(void);

static void assert_refused(struct fixture *f, const char *path, const char *rule, const char *part)
{
    struct repo *repo = NULL;
    assert_int_equal(repo_open(&f->arena, in_dir(f, path), &f->diags, &repo), -1);
    assert_null(repo);
    assert_true(found(f, rule, part));
    assert_true(f->diags.limit_hit);
}

static void assert_opens(struct fixture *f, const char *path, const char *work_dir)
{
    struct repo *repo = must_open(f, path);
    assert_text(f, repo_work_dir(repo), *work_dir ? in_dir(f, work_dir) : "");
    repo_close(repo);
}

static void test_no_repository(void **state)
{
    struct fixture *f = *state;
    struct repo *repo = (struct repo *)f;
    shell(f, "mkdir plain");
    assert_int_equal(repo_open(&f->arena, in_dir(f, "plain"), &f->diags, &repo), 0);
    assert_null(repo);
    repo = (struct repo *)f;
    assert_int_equal(repo_open(&f->arena, in_dir(f, "missing"), &f->diags, &repo), 0);
    assert_null(repo);
    assert_int_equal(f->diags.n, 0);
}

static void test_shapes(void **state)
{
    struct fixture *f = *state;
    shell(f, "git init -q a; cd a; mkdir -p x/y; echo 1 >x/y/f; git add .; git commit -qm 1;"
             "git worktree add -q ../linked; cd ..; git clone -q --bare a b.git;"
             "git init -q --separate-git-dir store apart; ln -s a/x link");
    assert_opens(f, "a", "a");
    assert_opens(f, "a/x/y", "a");
    assert_opens(f, "a/x/y/f", "a");
    assert_opens(f, "linked", "linked");
    assert_opens(f, "b.git", "");
    assert_opens(f, "apart", "apart");
    assert_opens(f, "link", "a");
}

static void test_environment(void **state)
{
    struct fixture *f = *state;
    shell(f, "git init -q a; git init -q b; mkdir tree");
    setenv("GIT_DIR", in_dir(f, "b/.git"), 1);
    assert_opens(f, "a", "b");
    setenv("GIT_WORK_TREE", in_dir(f, "tree"), 1);
    assert_opens(f, "a", "tree");
    setenv("GIT_DIR", in_dir(f, "tree"), 1);
    assert_refused(f, "a", "io/git", "GIT_DIR names");
}

static void test_extensions(void **state)
{
    struct fixture *f = *state;
    shell(f, "git init -q a; cd a; echo 1 >f; git add .; git commit -qm 1;"
             "git sparse-checkout set x; git config extensions.worktreeConfig | grep -q true;"
             "git config core.repositoryformatversion 1;"
             "git config extensions.partialClone origin");
    assert_opens(f, "a", "a");
    shell(f, "cd a; git config extensions.fromTheFuture 1");
    assert_refused(f, "a", "io/git", "cannot be opened");
    shell(f, "git init -q --object-format=sha256 b");
    assert_refused(f, "b", "io/git", "SHA-1");
}

static void test_broken(void **state)
{
    struct fixture *f = *state;
    shell(f, "git init -q a; rm a/.git/HEAD; mkdir a/x");
    assert_refused(f, "a/x", "io/git", "HEAD");
    shell(f, "git init -q b; echo '[core' >b/.git/config");
    assert_refused(f, "b", "io/git", "cannot be opened");
    shell(f, "mkdir c; echo 'gitdir: ../gone' >c/.git");
    assert_refused(f, "c", "io/git", "gone");
    shell(f, "mkdir d; echo nonsense >d/.git");
    assert_refused(f, "d", "io/git", "d/.git");
    shell(f, "git init -q e; head -c 4096 /dev/urandom >e/.git/HEAD");
    struct repo *repo = NULL;
    struct tree tree;
    if (repo_open(&f->arena, in_dir(f, "e"), &f->diags, &repo) == 0)
        assert_int_equal(tree_of_commit(repo, &f->arena, STR("HEAD"), &f->diags, &tree), -1);
    repo_close(repo);
}

static void test_shallow(void **state)
{
    struct fixture *f = *state;
    shell(f, "git init -q a; cd a; git commit -q --allow-empty -m 1;"
             "git commit -q --allow-empty -m 2; cd ..;"
             "git clone -q --depth 1 file://$PWD/a b; cd b; git worktree add -q ../c");
    struct repo *a = must_open(f, "a");
    struct repo *b = must_open(f, "b");
    struct repo *c = must_open(f, "c");
    assert_false(repo_is_shallow(a));
    assert_true(repo_is_shallow(b));
    assert_true(repo_is_shallow(c));
    repo_close(a);
    repo_close(b);
    repo_close(c);
}

/* ---- owners ---- */

static bool can_change_owner(void)
{
    if (geteuid() == 0)
        return true;
    print_message("skipped: only root can give a repository to somebody else\n");
    return false;
}

static void test_owner(void **state)
{
    struct fixture *f = *state;
    if (!can_change_owner())
        return;
    shell(f, "git init -q a; git init -q --bare b.git; chown -R 12345 a b.git");
    struct str want =
        str_format(&f->arena, "git config --global --add safe.directory %s", in_dir(f, "a"));
    assert_refused(f, "a", "io/git-owner", want.p);
    assert_refused(f, "a", "io/git-owner", "belongs to user 12345");
    assert_refused(f, "b.git", "io/git-owner", "safe.directory");
    /* The printed line works when it is pasted. */
    shell(f, want.p);
    assert_opens(f, "a", "a");
    assert_refused(f, "b.git", "io/git-owner", "b.git");
}

static void test_owner_of_parts(void **state)
{
    struct fixture *f = *state;
    if (!can_change_owner())
        return;
    shell(f, "git init -q a; chown 12345 a/.git; git init -q \"it's b\"; chown 12345 it*");
    assert_refused(f, "a", "io/git-owner", "safe.directory");
    struct str want = str_format(&f->arena, "safe.directory '%s/it'\\''s b'", f->dir.p);
    assert_refused(f, "it's b", "io/git-owner", want.p);
    shell(f, "git config --global --add safe.directory \"$PWD/it's b\"");
    assert_opens(f, "it's b", "it's b");
}

static void test_safe_directory(void **state)
{
    struct fixture *f = *state;
    if (!can_change_owner())
        return;
    shell(f, "git init -q x/a; chown -R 12345 x");
    shell(f, "git config --global safe.directory '*'");
    assert_opens(f, "x/a", "x/a");
    shell(f, "git config --global --add safe.directory ''");
    assert_refused(f, "x/a", "io/git-owner", "x/a");
    shell(f, "git config --global --add safe.directory \"$PWD/x/*\"");
    assert_opens(f, "x/a", "x/a");
    shell(f, "git config --global --unset-all safe.directory;"
             "git config --global safe.directory '~/x/a'");
    assert_opens(f, "x/a", "x/a");
    /* What the repository says about itself doesn't count. */
    shell(f, "git config --global --unset-all safe.directory;"
             "git config -f x/a/.git/config safe.directory '*'");
    assert_refused(f, "x/a", "io/git-owner", "x/a");
}

static void test_safe_environment(void **state)
{
    struct fixture *f = *state;
    if (!can_change_owner())
        return;
    shell(f, "git init -q a; chown -R 12345 a");
    setenv("GIT_CONFIG_COUNT", "1", 1);
    setenv("GIT_CONFIG_KEY_0", "safe.directory", 1);
    setenv("GIT_CONFIG_VALUE_0", "*", 1);
    assert_opens(f, "a", "a");
    unsetenv("GIT_CONFIG_COUNT");
    assert_refused(f, "a", "io/git-owner", "a");
    setenv("SUDO_UID", "12345", 1);
    assert_opens(f, "a", "a");
    unsetenv("SUDO_UID");
    setenv("GIT_DIR", in_dir(f, "a/.git"), 1);
    assert_opens(f, "a", "a");
}

int test_repo_open(void)
{
    const struct CMUnitTest tests[] = {
        REPO_TEST(test_no_repository),  REPO_TEST(test_shapes),
        REPO_TEST(test_environment),    REPO_TEST(test_extensions),
        REPO_TEST(test_broken),         REPO_TEST(test_shallow),
        REPO_TEST(test_owner),          REPO_TEST(test_owner_of_parts),
        REPO_TEST(test_safe_directory), REPO_TEST(test_safe_environment),
    };
    return cmocka_run_group_tests_name("repo: open", tests, NULL, NULL);
}
