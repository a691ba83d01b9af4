/* SPDX-License-Identifier: Apache-2.0 */
/* Contents: from the object store, from disk, and what must not be readable. */
#include "repo_fixture.h"

#include "base/pool.h"

int test_tree_read(void);

static void commit_tree(struct fixture *f, const char *path, struct tree *tree)
{
    struct repo *repo = must_open(f, path);
    assert_int_equal(tree_of_commit(repo, &f->arena, STR("HEAD"), &f->diags, tree), 0);
    repo_close(repo);
}

static int read_path(struct fixture *f, struct tree_reader *reader, const struct tree *tree,
                     const char *path, size_t max, struct str *text)
{
    const struct tree_entry *entry = tree_find(tree, str_from(path));
    assert_non_null(entry);
    return tree_read(reader, entry, &f->arena, max, text);
}

static void test_commit(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    struct str text = STR("untouched");
    shell(f, "git init -q a; cd a; echo hello >f; touch empty; ln -s ../f l; printf 'a\\0b' >nul;"
             "git add .; git commit -qm 1; rm *");
    commit_tree(f, "a", &tree);
    struct tree_reader *reader = tree_reader_open(&tree, &f->diags);
    assert_int_equal(read_path(f, reader, &tree, "f", 5, &text), -EFBIG);
    assert_int_equal(read_path(f, reader, &tree, "l", 100, &text), -ELOOP);
    assert_text(f, text, "untouched");
    assert_int_equal(read_path(f, reader, &tree, "f", 6, &text), 0);
    assert_text(f, text, "hello\n");
    assert_int_equal(read_path(f, reader, &tree, "empty", 0, &text), 0);
    assert_int_equal(text.n, 0);
    assert_int_equal(read_path(f, reader, &tree, "nul", 100, &text), 0);
    assert_int_equal(text.n, 3);
    assert_int_equal(tree_read_link(reader, tree_find(&tree, STR("l")), &f->arena, &text), 0);
    assert_text(f, text, "../f");
    assert_int_equal(tree_read_link(reader, tree_find(&tree, STR("f")), &f->arena, &text), -EINVAL);
    tree_reader_close(reader);
    tree_reader_close(NULL);
}

static void test_damaged_blobs(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    struct str text;
    shell(f, "git init -q a; cd a; for i in gone cut swapped whole; do echo $i >$i; done;"
             "git add .; git commit -qm 1;"
             "at() { id=$(git rev-parse HEAD:$1); echo .git/objects/$(echo $id | cut -c1-2)/"
             "$(echo $id | cut -c3-); }; chmod -R u+w .git/objects;"
             "rm -f $(at gone); truncate -s 5 $(at cut); cp $(at whole) $(at swapped)");
    commit_tree(f, "a", &tree);
    struct tree_reader *reader = tree_reader_open(&tree, &f->diags);
    assert_int_equal(read_path(f, reader, &tree, "gone", 100, &text), -ENOENT);
    assert_int_equal(read_path(f, reader, &tree, "cut", 100, &text), -EIO);
    assert_int_equal(read_path(f, reader, &tree, "swapped", 100, &text), -EIO);
    assert_int_equal(read_path(f, reader, &tree, "whole", 100, &text), 0);
    tree_reader_close(reader);
}

static void test_no_store(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; cd a; touch f; git add .; git commit -qm 1");
    commit_tree(f, "a", &tree);
    tree.objects = STR("/nowhere/at/all");
    struct tree_reader *reader = tree_reader_open(&tree, &f->diags);
    struct str text;
    if (reader)
        assert_int_equal(read_path(f, reader, &tree, "f", 100, &text), -ENOENT);
    tree_reader_close(reader);
    tree = (struct tree){.kind = TREE_FOLDER, .root = STR("/nowhere/at/all")};
    assert_null(tree_reader_open(&tree, &f->diags));
    assert_true(found(f, "io/unreadable", "/nowhere"));
}

/* Between the listing and the reading somebody swaps files: nothing outside may be read. */
static void test_swapped(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    struct str text;
    shell(f, "echo outside >secret; mkdir away; echo outside >away/f; mkdir -p p/d p/e p/x;"
             "cd p; echo in >f; echo in >d/f; echo in >e/f; echo in >x/f; touch pipe gone;"
             "ln -s f link; echo 1 >large");
    assert_int_equal(tree_of_folder(&f->arena, in_dir(f, "p"), &f->diags, &tree), 0);
    shell(f, "cd p; rm -r f d pipe gone x; ln -s ../secret f; ln -s ../away d; mkfifo pipe;"
             "mkdir x x/f; head -c 1000 /dev/zero >large");
    struct tree_reader *reader = tree_reader_open(&tree, &f->diags);
    assert_int_equal(read_path(f, reader, &tree, "f", 100, &text), -ELOOP);
    assert_int_equal(read_path(f, reader, &tree, "d/f", 100, &text), -ELOOP);
    assert_int_equal(read_path(f, reader, &tree, "pipe", 100, &text), -ENXIO);
    assert_int_equal(read_path(f, reader, &tree, "gone", 100, &text), -ENOENT);
    assert_int_equal(read_path(f, reader, &tree, "x/f", 100, &text), -EISDIR);
    assert_int_equal(read_path(f, reader, &tree, "large", 100, &text), -EFBIG);
    assert_int_equal(read_path(f, reader, &tree, "e/f", 100, &text), 0);
    assert_text(f, text, "in\n");
    assert_int_equal(tree_read_link(reader, tree_find(&tree, STR("link")), &f->arena, &text), 0);
    assert_text(f, text, "f");
    struct tree_entry forged = {.path = STR("e/../../secret"), .kind = ENTRY_FILE};
    assert_int_equal(tree_read(reader, &forged, &f->arena, 100, &text), -EXDEV);
    forged.path = STR("/etc/passwd");
    assert_int_equal(tree_read(reader, &forged, &f->arena, 1 << 20, &text), -EXDEV);
    tree_reader_close(reader);
}

/* ---- many readers ---- */

enum { FILES = 400, WORKERS = 4 };

struct crowd {
    struct tree tree;
    struct tree_reader *readers[WORKERS];
    struct arena arenas[WORKERS];
    bool right[FILES];
};

static void read_one(void *ctx, unsigned worker, size_t item)
{
    struct crowd *crowd = ctx;
    struct str text;
    if (tree_read(crowd->readers[worker], &crowd->tree.entries[item], &crowd->arenas[worker], 100,
                  &text) == 0)
        crowd->right[item] = str_eq(str_trim(text), crowd->tree.entries[item].path);
}

static void test_threads(void **state)
{
    struct fixture *f = *state;
    struct crowd crowd = {0};
    shell(f, "git init -q a; cd a; for i in $(seq 400); do echo f$i >f$i; done; git add .;"
             "git commit -qm 1; git repack -qad");
    commit_tree(f, "a", &crowd.tree);
    assert_int_equal(crowd.tree.n, FILES);
    for (unsigned i = 0; i < WORKERS; i++)
        crowd.readers[i] = tree_reader_open(&crowd.tree, &f->diags);
    pool_run(WORKERS, FILES, read_one, &crowd);
    for (size_t i = 0; i < FILES; i++)
        assert_true(crowd.right[i]);
    for (unsigned i = 0; i < WORKERS; i++) {
        tree_reader_close(crowd.readers[i]);
        arena_release(&crowd.arenas[i]);
    }
}

int test_tree_read(void)
{
    const struct CMUnitTest tests[] = {
        REPO_TEST(test_commit),  REPO_TEST(test_damaged_blobs), REPO_TEST(test_no_store),
        REPO_TEST(test_swapped), REPO_TEST(test_threads),
    };
    return cmocka_run_group_tests_name("repo: reading", tests, NULL, NULL);
}
