/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of commits and what differs between two: shapes, forged names, limits, damage. */
#include "repo_fixture.h"

#include "base/limits.h"

int test_tree_commit(void);

static int tree_at(struct fixture *f, const char *path, const char *revision, struct tree *tree)
{
    struct repo *repo = must_open(f, path);
    int result = tree_of_commit(repo, &f->arena, str_from(revision), &f->diags, tree);
    repo_close(repo);
    return result;
}

/* A commit without going through the index, which would refuse forged names. */
static const char forge[] =
    "git init -q a; cd a; blob=$(echo x | git hash-object -w --stdin);"
    "raw() { printf %s \"$1\" | sed 's/../\\\\x&/g' | xargs -0 printf; };"
    "put() { git hash-object -t tree --literally -w --stdin; };"
    "commit() { git update-ref refs/heads/main $(git commit-tree -m forged $1); };";

static int tree_forged(struct fixture *f, const char *script, struct tree *tree)
{
    struct str whole = str_format(&f->arena, "%s%s", forge, script);
    shell(f, whole.p);
    return tree_at(f, "a", "main", tree);
}

static void test_kinds_and_order(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q sub; git -C sub commit -q --allow-empty -m 1; git init -q a; cd a;"
             "mkdir -p b/c 'd e'; touch b/c/f b.y b-x z 'd e/\xc3\xa9' b/c/exe; chmod +x b/c/exe;"
             "ln -s z link; git submodule --quiet add ../sub mod; git add .; git commit -qm 1");
    assert_int_equal(tree_at(f, "a", "HEAD", &tree), 0);
    assert_listing(f, &tree, ".gitmodules b-x b.y b/c/exe b/c/f d e/\xc3\xa9 link@ mod/ z");
    assert_int_equal(tree.kind, TREE_COMMIT);
    assert_text(f, tree.name, shell(f, "git -C a rev-parse HEAD").p);
    assert_text(f, tree.root, in_dir(f, "a"));
    const struct tree_entry *entry = tree_find(&tree, STR("b/c/f"));
    assert_non_null(entry);
    assert_true(blob_id_is_known(&entry->id));
    assert_int_equal(entry->id.bytes[0], 0xe6); /* the empty blob, e69de29b... */
    assert_null(tree_find(&tree, STR("b/c")));
    assert_null(tree_find(&tree, STR("")));
    assert_null(tree_find(&tree, STR("zz")));
}

static void test_diff(void **state)
{
    struct fixture *f = *state;
    struct tree old = {0};
    struct tree new = {0};
    struct tree none = {0};
    struct tree_changes changes;
    shell(f,
          "git init -q a; cd a; mkdir d; touch d/same gone; echo 1 >changed; echo 1 >kind;"
          "git add .; git commit -qm 1; rm gone kind; echo 2 >changed; ln -s d kind; touch added;"
          "git add .; git commit -qm 2");
    assert_int_equal(tree_at(f, "a", "HEAD~1", &old), 0);
    assert_int_equal(tree_at(f, "a", "HEAD", &new), 0);
    tree_diff(&f->arena, &old, &new, &changes);
    static const char *const want[][2] = {
        {NULL, "added"}, {"changed", "changed"}, {"gone", NULL}, {"kind", "kind"}};
    assert_int_equal(changes.n, ARRAY_LEN(want));
    for (size_t i = 0; i < changes.n; i++) {
        assert_int_equal(changes.items[i].old == NULL, want[i][0] == NULL);
        assert_int_equal(changes.items[i].new == NULL, want[i][1] == NULL);
        if (want[i][0])
            assert_text(f, changes.items[i].old->path, want[i][0]);
        if (want[i][1])
            assert_text(f, changes.items[i].new->path, want[i][1]);
    }
    tree_diff(&f->arena, &new, &new, &changes);
    assert_int_equal(changes.n, 0);
    tree_diff(&f->arena, &none, &new, &changes);
    assert_int_equal(changes.n, new.n);
    tree_diff(&f->arena, &old, &none, &changes);
    assert_int_equal(changes.n, old.n);
}

static void test_forged_names(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    /* Not sorted, twice the same, and names that no checkout would make. */
    assert_int_equal(tree_forged(f,
                                 "t=$({ for name in ../up z .git/config a/b a/b '..' '.git'; do"
                                 "  printf '100644 %s\\0' \"$name\"; echo $blob | xxd -r -p;"
                                 "done; } | put); commit $t",
                                 &tree),
                     0);
    assert_listing(f, &tree, ".. ../up .git .git/config a/b a/b z");
}

static void test_deep(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    assert_int_equal(
        tree_forged(f,
                    "t=$(printf '100644 blob %s\\tf\\n' $blob | git mktree);"
                    "for i in $(seq 130); do"
                    "  t=$(printf '100644 blob %s\\tf\\n040000 tree %s\\td\\n' $blob $t |"
                    "    git mktree);"
                    "done; commit $t",
                    &tree),
        0);
    assert_int_equal(tree.n, LIMIT_TREE_DEPTH + 1);
    assert_int_equal(f->diags.n, 1);
    assert_true(found(f, "limit/depth", "128"));
}

static void test_long_path(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    assert_int_equal(
        tree_forged(f,
                    "name=$(printf %0250d 7);"
                    "t=$(printf '100644 blob %s\\tf\\n' $blob | git mktree);"
                    "for i in $(seq 20); do"
                    "  t=$(printf '100644 blob %s\\tf\\n040000 tree %s\\t%s\\n' $blob $t"
                    "    $name | git mktree);"
                    "done; commit $t",
                    &tree),
        0);
    assert_true(found(f, "limit/size", "4096"));
    assert_int_equal(f->diags.n, 1);
}

/* A few objects that describe a million files, or endless folders without any. */
static void test_bombs(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    assert_int_equal(
        tree_forged(f,
                    "t=$(seq 1100 | sed \"s/.*/100644 blob $blob\\tf&/\" | git mktree);"
                    "t=$(seq 1100 | sed \"s/.*/040000 tree $t\\td&/\" | git mktree); commit $t",
                    &tree),
        -1);
    assert_true(found(f, "limit/count", "files"));
    diags_release(&f->diags);
    assert_int_equal(
        tree_forged(
            f,
            "t=$(git mktree </dev/null); for i in $(seq 12); do"
            "  t=$(seq 10 | sed \"s/.*/040000 tree $t\\td&/\" | git mktree); done; commit $t",
            &tree),
        -1);
    assert_true(found(f, "limit/count", "folders"));
}

static void test_missing_folder(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; cd a; mkdir d; echo 1 >d/f; git add .; git commit -qm 1;"
             "id=$(git rev-parse HEAD:d); rm -f .git/objects/$(echo $id | cut -c1-2)/"
             "$(echo $id | cut -c3-)");
    assert_int_equal(tree_at(f, "a", "HEAD", &tree), -1);
    assert_true(found(f, "io/git", "folder d/ of commit"));
    assert_true(found(f, "io/git", "missing"));
}

static void test_damaged_objects(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f, "git init -q a; cd a; mkdir d; echo 1 >d/f; git add .; git commit -qm 1;"
             "id=$(git rev-parse HEAD^{tree}); file=.git/objects/$(echo $id | cut -c1-2)/"
             "$(echo $id | cut -c3-); chmod u+w $file; echo garbage >$file");
    assert_int_equal(tree_at(f, "a", "HEAD", &tree), -1);
    assert_true(found(f, "io/git", "cannot be read"));
    diags_release(&f->diags);
    shell(f, "git init -q b; cd b; for i in 1 2 3; do echo $i >f$i; done; git add .;"
             "git commit -qm 1; git repack -qad; chmod u+w .git/objects/pack/*;"
             "for pack in .git/objects/pack/*.pack; do truncate -s 40 $pack; done");
    assert_int_equal(tree_at(f, "b", "HEAD", &tree), -1);
    assert_true(f->diags.n > 0);
}

static int merged(struct fixture *f, const char *into, const char *branch, struct tree *tree)
{
    struct repo *repo = must_open(f, "a");
    struct str ours, theirs;
    assert_int_equal(repo_resolve(repo, &f->arena, str_from(into), &f->diags, &ours), 0);
    assert_int_equal(repo_resolve(repo, &f->arena, str_from(branch), &f->diags, &theirs), 0);
    int result = tree_of_merge(repo, &f->arena, ours, theirs, &f->diags, tree);
    repo_close(repo);
    return result;
}

/* The same files with the same contents as git's own merge, with a renamed file among them. */
static void test_merge(void **state)
{
    struct fixture *f = *state;
    struct tree ours = {0}, gits = {0};
    shell(f, "git init -q a; cd a; mkdir d; seq 20 >d/f; seq 30 >old; touch gone; git add .;"
             "git commit -qm 1; git checkout -qb topic; sed -i s/^2$/two/ d/f; git mv old new;"
             "git commit -qam 2; git checkout -q main; sed -i s/^19$/nineteen/ d/f;"
             "sed -i s/^3$/three/ old; git rm -q gone; touch fresh; git add .; git commit -qm 3");
    assert_int_equal(merged(f, "main", "topic", &ours), 0);
    assert_listing(f, &ours, "d/f fresh new");
    shell(f, "cd a; git checkout -q --detach main; git merge -q --no-edit topic");
    assert_int_equal(tree_at(f, "a", "HEAD", &gits), 0);
    assert_int_equal(ours.n, gits.n);
    for (size_t i = 0; i < gits.n; i++) {
        assert_true(str_eq(ours.entries[i].path, gits.entries[i].path));
        assert_true(blob_id_eq(&ours.entries[i].id, &gits.entries[i].id));
    }
}

static void test_merge_refused(void **state)
{
    struct fixture *f = *state;
    struct tree tree = {0};
    shell(f,
          "git init -q a; cd a; touch f g; git add .; git commit -qm 1; git checkout -qb topic;"
          "echo 1 >f; git rm -q g; git commit -qam 2; git checkout -q main; echo 2 >f; echo 3 >g;"
          "git commit -qam 3; git checkout -q --orphan alone; git commit -qm 4");
    assert_int_equal(merged(f, "main", "topic", &tree), -1);
    assert_true(found(f, "io/git", "f was changed on both sides"));
    assert_true(found(f, "io/git", "g was changed on both sides"));
    diags_release(&f->diags);
    assert_int_equal(merged(f, "main", "alone", &tree), -1);
    assert_true(found(f, "io/git-history", "no commit in common"));
}

int test_tree_commit(void)
{
    const struct CMUnitTest tests[] = {
        REPO_TEST(test_kinds_and_order), REPO_TEST(test_diff),
        REPO_TEST(test_forged_names),    REPO_TEST(test_deep),
        REPO_TEST(test_long_path),       REPO_TEST(test_bombs),
        REPO_TEST(test_missing_folder),  REPO_TEST(test_damaged_objects),
        REPO_TEST(test_merge),           REPO_TEST(test_merge_refused),
    };
    return cmocka_run_group_tests_name("repo: commits", tests, NULL, NULL);
}
