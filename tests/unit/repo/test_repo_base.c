/* SPDX-License-Identifier: Apache-2.0 */
/* Revisions and the ladder of bases, in full and shallow clones. */
#include "repo_fixture.h"

int test_repo_base(void);

struct found_base {
    int result;
    struct str id;
    enum base_rung rung;
};

static struct found_base find_base(struct fixture *f, const char *path, const char *target)
{
    struct found_base base = {0};
    struct str head;
    struct repo *repo = must_open(f, path);
    assert_int_equal(repo_resolve(repo, &f->arena, STR("HEAD"), &f->diags, &head), 0);
    base.result =
        repo_find_base(repo, &f->arena, head, str_from(target), &f->diags, &base.id, &base.rung);
    repo_close(repo);
    return base;
}

static void assert_base(struct fixture *f, const char *path, const char *target, const char *rung,
                        const char *revision)
{
    struct str script = str_format(&f->arena, "git -C %s rev-parse %s", path, revision);
    struct str want = shell(f, script.p);
    struct found_base base = find_base(f, path, target);
    assert_int_equal(f->diags.n, 0);
    assert_int_equal(base.result, 0);
    assert_string_equal(base_rung_name(base.rung), rung);
    assert_text(f, base.id, want.p);
}

static void assert_no_revision(struct fixture *f, struct repo *repo, struct str revision,
                               const char *part)
{
    struct str id = STR("untouched");
    diags_release(&f->diags);
    assert_int_equal(repo_resolve(repo, &f->arena, revision, &f->diags, &id), -1);
    assert_text(f, id, "untouched");
    assert_true(found(f, "io/git-history", part));
}

static void make_branches(struct fixture *f)
{
    shell(f, "git init -q a; cd a; echo 1 >f; git add .; git commit -qm 1;"
             "git checkout -qb topic; echo 2 >g; git add .; git commit -qm 2;"
             "git commit -q --allow-empty -m 3; git tag -am t v1;"
             "git checkout -q main; echo 4 >h; git add .; git commit -qm 4;"
             "git checkout -q topic");
}

static void test_resolve(void **state)
{
    struct fixture *f = *state;
    struct str id;
    make_branches(f);
    struct repo *repo = must_open(f, "a");
    static const char *const good[] = {"HEAD", "topic", "v1", "HEAD~1", "refs/heads/main"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct str script = str_format(&f->arena, "git -C a rev-parse '%s^{commit}'", good[i]);
        assert_int_equal(repo_resolve(repo, &f->arena, str_from(good[i]), &f->diags, &id), 0);
        assert_text(f, id, shell(f, script.p).p);
    }
    assert_no_revision(f, repo, STR("nowhere"), "nowhere is not in this repository");
    assert_no_revision(f, repo, STR(""), "not a way");
    assert_no_revision(f, repo, STR("--all"), "not a way");
    assert_no_revision(f, repo, STR("a\0b"), "not a way");
    assert_no_revision(f, repo, STR("HEAD^{"), "not a way");
    assert_no_revision(f, repo, STR("HEAD:f"), "names a blob, not a commit");
    assert_no_revision(f, repo, STR("HEAD^{tree}"), "names a tree, not a commit");
    assert_no_revision(f, repo, STR("0000000000000000000000000000000000000000"), "zeros");
    assert_no_revision(f, repo, STR("1234567890123456789012345678901234567890"),
                       "--base-missing=all");
    repo_close(repo);
}

static void test_resolve_hints(void **state)
{
    struct fixture *f = *state;
    shell(f, "git init -q empty");
    struct repo *repo = must_open(f, "empty");
    assert_no_revision(f, repo, STR("HEAD"), "HEAD has no commit yet");
    repo_close(repo);
    diags_release(&f->diags);
    make_branches(f);
    shell(f, "git clone -q a b");
    repo = must_open(f, "b");
    assert_no_revision(f, repo, STR("main"), "did you mean origin/main?");
    repo_close(repo);
}

static void test_ladder(void **state)
{
    struct fixture *f = *state;
    make_branches(f);
    assert_base(f, "a", "", "merge-base", "HEAD~2");
    assert_base(f, "a", "topic", "merge-base", "HEAD");
    /* The test merge of a pull request: the target is the first parent. */
    shell(f, "cd a; git checkout -q --detach main; git merge -q --no-edit topic");
    assert_base(f, "a", "", "first-parent", "main");
    assert_base(f, "a", "main", "first-parent", "main");
    /* The target merged into the branch: the first parent is the branch itself. */
    shell(f, "cd a; git checkout -q topic; git merge -q --no-edit main");
    assert_base(f, "a", "main", "merge-base", "main");
    assert_base(f, "a", "", "merge-base", "main");
    /* After the merge, on the target itself. */
    shell(f, "cd a; git checkout -q main; git merge -q --no-ff --no-edit topic");
    assert_base(f, "a", "", "first-parent", "main~1");
    shell(f, "cd a; git checkout -q --orphan alone; git commit -qm 1");
    struct found_base base = find_base(f, "a", "");
    assert_int_equal(base.rung, BASE_EMPTY);
    assert_int_equal(base.id.n, 0);
}

static void test_origin_first(void **state)
{
    struct fixture *f = *state;
    make_branches(f);
    /* The local main is old, the remote one is what counts. */
    shell(f, "git -C a checkout -q main; git clone -q a b; cd b; git checkout -qb mine;"
             "git branch -qf main HEAD~1; git commit -q --allow-empty -m 5");
    assert_base(f, "b", "", "merge-base", "origin/main");
}

static void test_no_target(void **state)
{
    struct fixture *f = *state;
    make_branches(f);
    shell(f, "cd a; git branch -q -m main other");
    assert_int_equal(find_base(f, "a", "").result, -1);
    assert_true(found(f, "io/git-history", "no branch to compare with"));
    diags_release(&f->diags);
    shell(f, "cd a; git checkout -q --orphan main; git commit -qm alone; git checkout -q topic");
    assert_int_equal(find_base(f, "a", "").result, -1);
    assert_true(found(f, "io/git-history", "no commit in common"));
}

/* What actions/checkout makes of a pull request, at depths 1 and 2. */
static void test_shallow_merge(void **state)
{
    struct fixture *f = *state;
    make_branches(f);
    shell(f, "cd a; git checkout -q --detach main; git merge -q --no-edit topic;"
             "git branch merged; cd ..;"
             "git clone -q --depth 1 -b merged file://$PWD/a one;"
             "git clone -q --depth 2 -b merged file://$PWD/a two");
    assert_base(f, "two", "", "first-parent", "HEAD^1");
    assert_int_equal(find_base(f, "one", "").result, -1);
    assert_true(found(f, "io/git-history", "shallow"));
    assert_true(found(f, "io/git-history", "fetch-depth: 2"));
    assert_true(found(f, "io/git-history", "git fetch --unshallow"));
    assert_true(found(f, "io/git-history", "--base-missing=all"));
}

static void test_shallow_branch(void **state)
{
    struct fixture *f = *state;
    make_branches(f);
    shell(f, "git clone -q --depth 1 --no-single-branch -b topic file://$PWD/a b");
    assert_int_equal(find_base(f, "b", "origin/main").result, -1);
    assert_true(found(f, "io/git-history", "the history between the head commit and origin/main"));
    assert_true(found(f, "io/git-history", "fetch-depth"));
    diags_release(&f->diags);
    struct repo *repo = must_open(f, "b");
    assert_no_revision(f, repo, STR("HEAD~1"), "shallow");
    repo_close(repo);
}

int test_repo_base(void)
{
    const struct CMUnitTest tests[] = {
        REPO_TEST(test_resolve),        REPO_TEST(test_resolve_hints),
        REPO_TEST(test_ladder),         REPO_TEST(test_origin_first),
        REPO_TEST(test_no_target),      REPO_TEST(test_shallow_merge),
        REPO_TEST(test_shallow_branch),
    };
    return cmocka_run_group_tests_name("repo: base", tests, NULL, NULL);
}
