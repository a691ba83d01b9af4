/* SPDX-License-Identifier: Apache-2.0 */
/* What a commit says of itself, and what it comes from. */
#include "repo_fixture.h"

int test_repo_commit(void);

static struct str id_of(struct fixture *f, const char *path, const char *revision)
{
    return shell(f, str_format(&f->arena, "git -C %s rev-parse %s", path, revision).p);
}

static void test_message(void **state)
{
    struct fixture *f = *state;
    struct commit_info info;
    shell(f, "git init -q a; cd a; git commit -q --allow-empty -m 'web: go' -m 'Why: so'");
    struct repo *repo = must_open(f, "a");
    assert_int_equal(repo_read_commit(repo, &f->arena, id_of(f, "a", "HEAD"), &f->diags, &info), 0);
    assert_text(f, info.subject, "web: go");
    assert_text(f, info.message, "web: go\n\nWhy: so\n");
    assert_text(f, info.author, "A Tester");
    assert_true(info.time_s > 0);
    assert_int_equal(repo_read_commit(repo, &f->arena,
                                      STR("1234567890123456789012345678901234567890"), &f->diags,
                                      &info),
                     -1);
    assert_int_equal(repo_read_commit(repo, &f->arena, STR("HEAD"), &f->diags, &info), -1);
    repo_close(repo);
}

static void test_descent(void **state)
{
    struct fixture *f = *state;
    shell(f, "git init -q a; cd a; for i in 1 2 3; do git commit -q --allow-empty -m $i; done;"
             "git checkout -qb other HEAD~2; git commit -q --allow-empty -m 4; cd ..;"
             "git clone -q --depth 1 \"file://$PWD/a\" -b main b");
    struct repo *repo = must_open(f, "a");
    struct str first = id_of(f, "a", "main~2"), tip = id_of(f, "a", "main");
    assert_int_equal(repo_descends(repo, first, tip), DESCENT_YES);
    assert_int_equal(repo_descends(repo, tip, tip), DESCENT_YES);
    assert_int_equal(repo_descends(repo, tip, first), DESCENT_NO);
    assert_int_equal(repo_descends(repo, tip, id_of(f, "a", "other")), DESCENT_NO);
    repo_close(repo);
    repo = must_open(f, "b");
    assert_int_equal(repo_descends(repo, first, tip), DESCENT_UNKNOWN);
    repo_close(repo);
}

int test_repo_commit(void)
{
    const struct CMUnitTest tests[] = {
        REPO_TEST(test_message),
        REPO_TEST(test_descent),
    };
    return cmocka_run_group_tests_name("repo: commit", tests, NULL, NULL);
}
