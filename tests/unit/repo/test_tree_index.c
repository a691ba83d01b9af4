/* SPDX-License-Identifier: Apache-2.0 */
/* The index in every state, also as git's own commit hooks see it. */
#include "repo_fixture.h"

int test_tree_index(void);

static int index_tree(struct fixture *f, const char *path, struct tree *tree)
{
    struct repo *repo = must_open(f, path);
    int result = tree_of_index(repo, &f->arena, &f->diags, tree);
    repo_close(repo);
    return result;
}

static void test_staged(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; cd a; mkdir d; echo 1 >d/f; echo 1 >a; ln -s a l; git add .;"
             "echo 2 >a; echo 3 >not-added; echo 4 >intended; git add -N intended");
    assert_int_equal(index_tree(f, "a", &tree), 0);
    assert_listing(f, &tree, "a d/f l@");
    assert_int_equal(f->diags.n, 0);
    struct tree_reader *reader = tree_reader_open(&tree, &f->diags);
    struct str text;
    assert_int_equal(tree_read(reader, &tree.entries[0], &f->arena, 100, &text), 0);
    assert_text(f, text, "1\n"); /* what was added, not what is on disk */
    tree_reader_close(reader);
}

static void test_none(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; git init -q --bare b.git");
    assert_int_equal(index_tree(f, "a", &tree), 0);
    assert_int_equal(tree.n, 0);
    assert_int_equal(index_tree(f, "b.git", &tree), -1);
    assert_true(found(f, "io/git", "bare repository"));
}

static void test_conflicts(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; cd a; touch x y z; git add .; git commit -qm 1; git checkout -qb b;"
             "echo 1 >x; echo 1 >y; git commit -qam 2; git checkout -q main;"
             "echo 2 >x; echo 2 >y; git commit -qam 3; git merge -q b >/dev/null || true");
    assert_int_equal(index_tree(f, "a", &tree), 0);
    assert_listing(f, &tree, "z");
    assert_int_equal(f->diags.n, 1);
    assert_true(found(f, "io/git", "y and 1 more files have merge conflicts"));
}

static void test_sparse(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; cd a; mkdir in out; touch in/f out/f top; git add .; git commit -qm 1;"
             "git sparse-checkout set in; test ! -e out");
    assert_int_equal(index_tree(f, "a", &tree), 0);
    assert_listing(f, &tree, "in/f out/f top");
    shell(f, "cd a; git sparse-checkout set --sparse-index in");
    diags_release(&f->diags);
    assert_int_equal(index_tree(f, "a", &tree), -1);
    assert_true(found(f, "io/git", "--no-sparse-index"));
    shell(f, "cd a; git sparse-checkout reapply --no-sparse-index");
    diags_release(&f->diags);
    assert_int_equal(index_tree(f, "a", &tree), 0);
}

static void test_variants(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; cd a; touch a b c; git add .; git update-index --index-version 4");
    assert_int_equal(index_tree(f, "a", &tree), 0);
    assert_listing(f, &tree, "a b c");
    shell(f, "cd a; git update-index --split-index");
    assert_int_equal(index_tree(f, "a", &tree), -1);
    assert_true(found(f, "io/git", "--no-split-index"));
    shell(f, "cd a; git update-index --no-split-index");
    diags_release(&f->diags);
    assert_int_equal(index_tree(f, "a", &tree), 0);
}

/* Cut or changed at any place: a finding, never a crash, never a shorter list. */
static void test_damaged(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    struct str whole;
    shell(f, "git init -q a; cd a; mkdir d; touch a b d/c; git add .");
    const char *path = in_dir(f, "a/.git/index");
    assert_int_equal(file_read(&f->arena, path, 1 << 20, &whole), 0);
    struct repo *repo = must_open(f, "a");
    for (size_t n = 1; n < whole.n; n += 3) {
        assert_int_equal(file_write(path, str_sub(whole, 0, n)), 0);
        assert_int_equal(tree_of_index(repo, &f->arena, &f->diags, &tree), -1);
        char *copy = arena_dup(&f->arena, whole.p, whole.n);
        copy[n] = (char)(copy[n] ^ 0x55);
        assert_int_equal(file_write(path, (struct str){copy, whole.n}), 0);
        assert_int_equal(tree_of_index(repo, &f->arena, &f->diags, &tree), -1);
    }
    repo_close(repo);
    assert_true(found(f, "io/git", "damaged"));
}

int test_tree_index(void)
{
    const struct CMUnitTest tests[] = {
        REPO_TEST(test_staged), REPO_TEST(test_none),     REPO_TEST(test_conflicts),
        REPO_TEST(test_sparse), REPO_TEST(test_variants), REPO_TEST(test_damaged),
    };
    return cmocka_run_group_tests_name("repo: index", tests, NULL, NULL);
}
