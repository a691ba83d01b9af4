/* SPDX-License-Identifier: Apache-2.0 */
/* Which forge a repository is at. */
#include "unit/base/base_check.h"

#include "sync/feedback_internal.h"

static void test_places(void **state)
{
    (void)state;
    static const struct {
        const char *url, *kind, *api;
        int result;
        enum host_kind is;
        const char *api_url, *repository;
    } rows[] = {
        {"https://github.com/shop/deploy.git", "", "", 0, HOST_GITHUB, "https://api.github.com",
         "shop/deploy"},
        {"git@github.com:shop/deploy.git", "", "", 0, HOST_GITHUB, "https://api.github.com",
         "shop/deploy"},
        {"ssh://git@git.test:2222/shop/deploy", "gitea", "", 0, HOST_GITEA,
         "https://git.test/api/v1", "shop/deploy"},
        {"https://user:pass@git.test:8443/a/b/c/", "gitlab", "", 0, HOST_GITLAB,
         "https://git.test:8443/api/v4", "a%2Fb%2Fc"},
        {"https://ghe.test/shop/deploy", "github", "https://ghe.test/other/", 0, HOST_GITHUB,
         "https://ghe.test/other", "shop/deploy"},
        {"https://git.test/shop/deploy", "", "", -1, HOST_PLAIN, "", ""},
        {"https://git.test/shop/deploy", "svn", "", -1, HOST_PLAIN, "", ""},
        {"/srv/deploy.git", "github", "", -1, HOST_PLAIN, "", ""},
        {"https://github.com/", "", "", -1, HOST_PLAIN, "", ""},
        {"", "", "", -1, HOST_PLAIN, "", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena SCOPED(arena) = {0};
        struct host host;
        struct str why = {0};
        assert_int_equal(feedback_host(&arena, str_from(rows[i].url), str_from(rows[i].kind),
                                       str_from(rows[i].api), &host, &why),
                         rows[i].result);
        assert_int_equal(why.n > 0, rows[i].result < 0);
        assert_false(str_has(why, STR("pass")));
        if (rows[i].result < 0)
            continue;
        assert_int_equal(host.kind, rows[i].is);
        assert_str(host.api_url, rows[i].api_url);
        assert_str(host.repository, rows[i].repository);
    }
}

static void test_contexts(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    static char long_name[300];
    memset(long_name, 'a', sizeof long_name - 1);
    struct note note = {.set = STR("apps/web")};
    assert_str(feedback_context(&arena, STR("eu"), &note), "tidegate/eu/apps/web");
    note.set = (struct str){0};
    assert_str(feedback_context(&arena, STR("eu"), &note), "tidegate/eu/.");
    note.is_whole = true;
    assert_str(feedback_context(&arena, STR("eu"), &note), "tidegate/eu");
    note = (struct note){.set = str_from(long_name)};
    const struct str one = feedback_context(&arena, STR("eu"), &note);
    note.set.n--;
    const struct str other = feedback_context(&arena, STR("eu"), &note);
    assert_true(one.n < 255 && other.n < 255);
    assert_false(str_eq(one, other));
}

static void test_words(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    const struct host host = {.token = STR("very-secret")};
    const struct str echo = feedback_words(&arena, &host, STR("denied to very-secret here"));
    assert_false(str_has(echo, host.token));
    assert_false(str_has_control(feedback_words(&arena, &host, STR("two\nlines\x1b[31m"))));
    assert_str(feedback_words(&arena, &(struct host){0}, STR("as it is")), "as it is");
}

int test_feedback_host(void);
int test_feedback_host(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_contexts),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests_name("sync/feedback_host", tests, NULL, NULL);
}
