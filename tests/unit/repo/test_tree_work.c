/* SPDX-License-Identifier: Apache-2.0 */
/* Work trees and plain folders. */
#include "repo_fixture.h"

#include "base/limits.h"

int test_tree_work(void);

static void work_tree(struct fixture *f, const char *path, struct tree *tree)
{
    struct repo *repo = must_open(f, path);
    assert_int_equal(tree_of_work(repo, &f->arena, &f->diags, tree), 0);
    repo_close(repo);
}

static void test_what_is_in(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; cd a; mkdir -p d build/x/y .git/info nested/x kept;"
             "printf 'build/\\n*.log\\nkept/\\n' >.gitignore; echo secret >.git/info/exclude;"
             "touch tracked d/tracked d/tracked.log kept/tracked kept/new gone;"
             "git add -f tracked d kept/tracked gone; rm gone;"
             "touch new d/new a.log secret build/x/y/f; ln -s d link; mkfifo pipe;"
             "git init -q nested/repo; touch nested/repo/f nested/f");
    work_tree(f, "a", &tree);
    assert_listing(f, &tree,
                   ".gitignore d/new d/tracked d/tracked.log kept/tracked link@ nested/f "
                   "nested/repo/ new pipe? tracked");
    assert_int_equal(tree.kind, TREE_WORK);
    assert_int_equal(f->diags.n, 0);
}

static void test_submodules(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q sub; git -C sub commit -q --allow-empty -m 1; git init -q a; cd a;"
             "git submodule --quiet add ../sub mod; touch mod/f; git commit -qm 1; cd ..;"
             "git clone -q a b");
    work_tree(f, "a", &tree);
    assert_listing(f, &tree, ".gitmodules mod/");
    work_tree(f, "b", &tree); /* not fetched: an empty folder */
    assert_listing(f, &tree, ".gitmodules mod/");
    assert_true(blob_id_is_known(&tree.entries[1].id));
}

static bool has_id(const struct tree *tree, const char *path)
{
    const struct tree_entry *entry = tree_find(tree, str_from(path));
    assert_non_null(entry);
    return blob_id_is_known(&entry->id);
}

static void test_ids(void **state)
{
    struct fixture *f = *state;
    struct tree work = {0};
    struct tree head = {0};
    struct tree_changes changes;
    shell(f,
          "git init -q a; cd a; for i in clean size touched replaced; do"
          "  echo 1 >$i; touch -d '2020-01-01 00:00:00.5' $i; done; ln -s clean link;"
          "touch -hd '2020-01-01' link; git add .; git commit -qm 1;"
          "echo 22 >size; touch -d '2020-01-01 00:00:00.5' size; touch -d 2021-01-01 touched;"
          "echo 2 >other; touch -d '2020-01-01 00:00:00.5' other; mv other replaced; echo 1 >new");
    work_tree(f, "a", &work);
    assert_true(has_id(&work, "clean"));
    assert_true(has_id(&work, "link"));
    assert_false(has_id(&work, "size"));
    assert_false(has_id(&work, "touched"));
    assert_false(has_id(&work, "replaced"));
    assert_false(has_id(&work, "new"));
    struct repo *repo = must_open(f, "a");
    assert_int_equal(tree_of_commit(repo, &f->arena, STR("HEAD"), &f->diags, &head), 0);
    repo_close(repo);
    tree_diff(&f->arena, &head, &work, &changes);
    assert_int_equal(changes.n, 4); /* all but clean and link */
    tree_diff(&f->arena, &work, &work, &changes);
    assert_int_equal(changes.n, 0);
}

/* Written in the same instant as the index: git itself would have to read it again. */
static void test_racy(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; cd a; echo 1 >f; touch -d '2020-01-01 00:00:01' f; git add f;"
             "touch -d '2020-01-01 00:00:01' .git/index");
    work_tree(f, "a", &tree);
    assert_false(has_id(&tree, "f"));
    shell(f, "cd a; touch -d '2020-01-01 00:00:02' .git/index");
    work_tree(f, "a", &tree);
    assert_true(has_id(&tree, "f"));
}

static void test_conflict_and_intent(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; cd a; echo '*.log' >.gitignore; touch x.log; git add -f .;"
             "git commit -qm 1; git checkout -qb b; echo 1 >x.log; git commit -qam 2;"
             "git checkout -q main; echo 2 >x.log; git commit -qam 3;"
             "git merge -q b >/dev/null || true; touch y.log; git add -fN y.log");
    work_tree(f, "a", &tree);
    assert_listing(f, &tree, ".gitignore x.log y.log");
    assert_false(has_id(&tree, "x.log"));
    assert_false(has_id(&tree, "y.log"));
}

/* What a sparse checkout leaves out is not deleted: it is there, and can be read. */
static void test_sparse_work(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    struct str text;
    shell(f, "git init -q a; cd a; mkdir in out; touch in/f top; echo hi >out/f; git add .;"
             "git commit -qm 1; git sparse-checkout set in; test ! -e out");
    work_tree(f, "a", &tree);
    assert_listing(f, &tree, "in/f out/f top");
    struct tree_reader *reader = tree_reader_open(&tree, &f->diags);
    assert_int_equal(tree_read(reader, &tree.entries[1], &f->arena, 100, &text), 0);
    assert_text(f, text, "hi\n");
    tree_reader_close(reader);
}

static void test_bare_work(void **state)
{
    struct fixture *f = *state;
    struct tree tree;
    shell(f, "git init -q --bare b.git");
    struct repo *repo = must_open(f, "b.git");
    assert_int_equal(tree_of_work(repo, &f->arena, &f->diags, &tree), -1);
    repo_close(repo);
    assert_true(found(f, "io/git", "no work tree"));
}

/* ---- plain folders ---- */

static void test_folder(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    struct tree again = {0};
    struct tree_changes changes;
    shell(f, "mkdir -p p/b/c p/.git p/repo/.git p/.hidden; cd p; touch b/c/f b.y b-x .git/config"
             " repo/.git/x repo/f .hidden/f; ln -s b link; ln -s / root");
    assert_int_equal(tree_of_folder(&f->arena, in_dir(f, "p"), &f->diags, &tree), 0);
    assert_listing(f, &tree, ".hidden/f b-x b.y b/c/f link@ repo/f root@");
    assert_int_equal(tree_of_folder(&f->arena, in_dir(f, "p/../p/"), &f->diags, &again), 0);
    tree_diff(&f->arena, &tree, &again, &changes);
    assert_int_equal(changes.n, 0); /* the same files */
    assert_int_equal(f->diags.n, 0);
    assert_int_equal(tree_of_folder(&f->arena, in_dir(f, "none"), &f->diags, &tree), -1);
    assert_true(found(f, "io/unreadable", "No such file"));
    assert_int_equal(tree_of_folder(&f->arena, in_dir(f, "p/b.y"), &f->diags, &tree), -1);
}

static void test_some_paths(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    struct str_list only = {0};
    VEC_PUSH(&f->arena, &only, STR("a/b"));
    VEC_PUSH(&f->arena, &only, STR("e.y"));
    shell(f, "mkdir -p p/a/b/c p/a/bb p/d; cd p; touch top a/beside a/b/f a/b/c/f a/bb/f d/f e.y");
    assert_int_equal(tree_of_paths(&f->arena, in_dir(f, "p"), &only, &f->diags, &tree), 0);
    assert_listing(f, &tree, "a/b/c/f a/b/f a/beside e.y top");
    VEC_PUSH(&f->arena, &only, STR("."));
    assert_int_equal(tree_of_paths(&f->arena, in_dir(f, "p"), &only, &f->diags, &tree), 0);
    assert_listing(f, &tree, "a/b/c/f a/b/f a/bb/f a/beside d/f e.y top");
}

static void test_unreadable(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "mkdir -p p/shut p/open; touch p/shut/f p/open/f; chmod 0 p/shut");
    bool root = geteuid() == 0;
    if (root && seteuid(65534) != 0) {
        print_message("skipped: root can read everything\n");
        return;
    }
    int result = tree_of_folder(&f->arena, in_dir(f, "p"), &f->diags, &tree);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(result, 0);
    assert_listing(f, &tree, "open/f");
    assert_int_equal(f->diags.n, 1);
    assert_true(found(f, "io/unreadable", "Permission denied"));
    assert_text(f, f->diags.items[0].source->path, "shut");
}

static void test_deep_folder(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "mkdir p; cd p; for i in $(seq 200); do touch f; mkdir d; cd d; done");
    assert_int_equal(tree_of_folder(&f->arena, in_dir(f, "p"), &f->diags, &tree), 0);
    assert_int_equal(tree.n, LIMIT_TREE_DEPTH + 1);
    assert_true(found(f, "limit/depth", "128"));
}

int test_tree_work(void)
{
    const struct CMUnitTest tests[] = {
        REPO_TEST(test_what_is_in),
        REPO_TEST(test_submodules),
        REPO_TEST(test_ids),
        REPO_TEST(test_racy),
        REPO_TEST(test_conflict_and_intent),
        REPO_TEST(test_sparse_work),
        REPO_TEST(test_bare_work),
        REPO_TEST(test_folder),
        REPO_TEST(test_some_paths),
        REPO_TEST(test_unreadable),
        REPO_TEST(test_deep_folder),
    };
    return cmocka_run_group_tests_name("repo: work trees and folders", tests, NULL, NULL);
}
