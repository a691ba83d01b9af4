/* SPDX-License-Identifier: Apache-2.0 */
/* Commits that a shallow clone lacks, by the real git. */
#include "repo_fixture.h"

int test_repo_fetch(void);

enum { PATIENCE_MS = 60000 };

/* main with three commits, and a branch of the second one; `one` has the tip of the branch only. */
static void make_shallow(struct fixture *f)
{
    shell(f, "git init -q a; cd a; git config uploadpack.allowAnySHA1InWant true;"
             "for i in 1 2 3; do echo $i >f; git add .; git commit -qm $i; done;"
             "git checkout -qb topic HEAD~1; echo 4 >g; git add .; git commit -qm 4; cd ..;"
             "git clone -q --depth 1 -b topic file://$PWD/a one");
}

static int fetch(struct fixture *f, const char *path, struct str id, unsigned timeout_ms,
                 struct str *ret_why)
{
    struct str_list ids = {0};
    struct repo *repo = must_open(f, path);
    VEC_PUSH(&f->arena, &ids, id);
    *ret_why = (struct str){0};
    int result = repo_fetch(repo, &f->arena, &ids, timeout_ms, ret_why);
    struct diags dropped SCOPED(diags) = {0};
    struct str found;
    assert_int_equal(repo_resolve(repo, &f->arena, id, &dropped, &found), result);
    repo_close(repo);
    return result;
}

static void test_fetch(void **state)
{
    struct fixture *f = *state;
    struct str why;
    make_shallow(f);
    struct str main_tip = shell(f, "git -C a rev-parse main");
    const char *all = "cd one; git rev-parse HEAD; git for-each-ref; git status --porcelain;"
                      "ls -A . .git | grep -v shallow";
    struct str before = shell(f, all);
    assert_int_equal(fetch(f, "one", main_tip, PATIENCE_MS, &why), 0);
    /* That commit alone, and nothing else is another. */
    assert_string_equal(shell(f, all).p, before.p);
    assert_string_equal(shell(f, "cd one; git rev-list --count $(git -C ../a rev-parse main)").p,
                        "1");
}

static void test_fetch_by_a_repository_without_history_to_lose(void **state)
{
    struct fixture *f = *state;
    struct str why;
    make_shallow(f);
    shell(f, "git clone -q --single-branch -b topic file://$PWD/a full");
    struct str main_tip = shell(f, "git -C a rev-parse main");
    assert_int_equal(fetch(f, "full", main_tip, PATIENCE_MS, &why), -1);
    assert_true(str_has(why, STR("not shallow")));
    assert_string_equal(shell(f, "git -C full rev-list --count HEAD").p, "3");
}

static void test_fetch_runs_nothing_of_the_checkout(void **state)
{
    struct fixture *f = *state;
    struct str why;
    make_shallow(f);
    struct str main_tip = shell(f, "git -C a rev-parse main");
    shell(f,
          "cd one; mkdir hooks; git config core.hooksPath hooks;"
          "git config core.fsmonitor ./trap; git config gc.auto 1;"
          "for name in trap git hooks/reference-transaction hooks/post-checkout hooks/pre-auto-gc;"
          "do printf '#!/bin/sh\\necho $0 >>../trapped\\n' >$name; chmod +x $name; done;"
          "cp hooks/* .git/hooks; printf '[submodule \"x\"]\\npath=x\\nurl=../a\\n' >.gitmodules");
    struct str path = str_from(getenv("PATH"));
    struct str old = str_dup(&f->arena, path);
    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(in_dir(f, "one")), 0);
    setenv("PATH", str_format(&f->arena, ".:%.*s", STR_FMT(old)).p, 1);
    int result = fetch(f, "one", main_tip, PATIENCE_MS, &why);
    setenv("PATH", old.p, 1);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(result, 0);
    shell(f, "! [ -e trapped ] && ! [ -e one/.git/trapped ] && ! [ -e one/trapped ]");
}

static void test_fetch_ends(void **state)
{
    struct fixture *f = *state;
    struct str why;
    make_shallow(f);
    struct str main_tip = shell(f, "git -C a rev-parse main");
    shell(f, "git -C one config remote.origin.uploadpack 'sleep 100; false'");
    assert_int_equal(fetch(f, "one", main_tip, 300, &why), -1);
    assert_true(str_has(why, STR("no end after 1 s")));
}

static void test_fetch_says_why_not(void **state)
{
    struct fixture *f = *state;
    struct str why;
    make_shallow(f);
    struct str main_tip = shell(f, "git -C a rev-parse main");
    struct str nowhere = STR("1234567890123456789012345678901234567890");
    assert_int_equal(fetch(f, "one", nowhere, PATIENCE_MS, &why), -1);
    assert_true(str_has(why, STR("not our ref")));
    assert_true(str_has(why, STR("persist-credentials")));
    shell(f, "git -C one remote set-url origin https://me:pass-word@127.0.0.1:1/x.git");
    assert_int_equal(fetch(f, "one", main_tip, PATIENCE_MS, &why), -1);
    assert_true(str_has(why, STR("fatal: ")));
    assert_false(str_has(why, STR("pass-word")));
    shell(f, "git -C one remote set-url origin 'ext::sh -c \"touch trapped\"'");
    assert_int_equal(fetch(f, "one", main_tip, PATIENCE_MS, &why), -1);
    assert_true(str_has(why, STR("'ext' not allowed")));
    shell(f, "! [ -e trapped ] && ! [ -e one/.git/trapped ]; git -C one remote remove origin");
    assert_int_equal(fetch(f, "one", main_tip, PATIENCE_MS, &why), -1);
}

/* A hook's variables are about another index and store. */
static void test_fetch_in_a_hook(void **state)
{
    struct fixture *f = *state;
    struct str why;
    make_shallow(f);
    struct str main_tip = shell(f, "git -C a rev-parse main");
    struct str_list ids = {0};
    struct repo *repo = must_open(f, "one");
    VEC_PUSH(&f->arena, &ids, main_tip);
    setenv("GIT_QUARANTINE_PATH", "x", 1);
    assert_int_equal(repo_fetch(repo, &f->arena, &ids, PATIENCE_MS, &why), -1);
    unsetenv("GIT_QUARANTINE_PATH");
    assert_true(str_has(why, STR("not accepted yet")));
    setenv("GIT_DIR", in_dir(f, "a/.git"), 1);
    setenv("GIT_INDEX_FILE", in_dir(f, "nowhere"), 1);
    setenv("GIT_OBJECT_DIRECTORY", in_dir(f, "elsewhere"), 1);
    int result = repo_fetch(repo, &f->arena, &ids, PATIENCE_MS, &why);
    unsetenv("GIT_DIR");
    unsetenv("GIT_INDEX_FILE");
    unsetenv("GIT_OBJECT_DIRECTORY");
    repo_close(repo);
    assert_int_equal(result, 0);
    assert_string_equal(shell(f, "git -C one cat-file -t $(git -C a rev-parse main)").p, "commit");
}

static void test_ids_and_merges(void **state)
{
    struct fixture *f = *state;
    make_shallow(f);
    assert_true(repo_is_id(STR("1234567890123456789012345678901234567890")));
    assert_false(repo_is_id(STR("0000000000000000000000000000000000000000")));
    assert_false(repo_is_id(STR("12345678")));
    assert_false(repo_is_id(STR("main")));
    shell(f, "cd a; git checkout -q main; git merge -q --no-edit topic; cd ..;"
             "git clone -q --depth 1 file://$PWD/a merged");
    struct repo *repo = must_open(f, "merged");
    struct str head = shell(f, "git -C a rev-parse HEAD");
    assert_text(f, repo_merged_into(repo, &f->arena, head),
                shell(f, "git -C a rev-parse HEAD^1").p);
    repo_close(repo);
    repo = must_open(f, "one");
    assert_int_equal(repo_merged_into(repo, &f->arena, shell(f, "git -C one rev-parse HEAD")).n, 0);
    repo_close(repo);
}

int test_repo_fetch(void)
{
    const struct CMUnitTest tests[] = {
        REPO_TEST(test_fetch),
        REPO_TEST(test_fetch_by_a_repository_without_history_to_lose),
        REPO_TEST(test_fetch_runs_nothing_of_the_checkout),
        REPO_TEST(test_fetch_ends),
        REPO_TEST(test_fetch_says_why_not),
        REPO_TEST(test_fetch_in_a_hook),
        REPO_TEST(test_ids_and_merges),
    };
    return cmocka_run_group_tests_name("repo: fetch", tests, NULL, NULL);
}
