/* SPDX-License-Identifier: Apache-2.0 */
/* Which URLs are taken, what is shown of them, and which names of branches. */
#include "unit/unit.h"

#include "remote/remote_internal.h"

int test_remote_url(void);

static struct remote_options all(const char *url)
{
    return (struct remote_options){.url = str_from(url),
                                   .identity_file = STR("/key"),
                                   .known_hosts_file = STR("/hosts"),
                                   .allow_http = true,
                                   .allow_file = true};
}

static void test_good_urls(void **state)
{
    static const struct {
        const char *url, *clean, *host, *user;
        enum remote_scheme scheme;
    } cases[] = {
        {"https://git.test/a/b.git", "https://git.test/a/b.git", "git.test", "", SCHEME_HTTPS},
        {"https://me@git.test:8443/a", "https://git.test:8443/a", "git.test", "me", SCHEME_HTTPS},
        {"https://[::1]:8443/a", "https://[::1]:8443/a", "[::1]", "", SCHEME_HTTPS},
        {"http://git.test/a", "http://git.test/a", "git.test", "", SCHEME_HTTP},
        {"ssh://git.test/a", "ssh://git@git.test/a", "git.test", "", SCHEME_SSH},
        {"ssh://me@git.test:22/a", "ssh://me@git.test:22/a", "git.test", "me", SCHEME_SSH},
        {"git@git.test:a/b.git", "git@git.test:a/b.git", "git.test", "git", SCHEME_SSH},
        {"git.test:a/b.git", "git@git.test:a/b.git", "git.test", "", SCHEME_SSH},
        {"file:///srv/a.git", "file:///srv/a.git", "", "", SCHEME_FILE},
    };
    SCOPED(arena) struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct remote_options options = all(cases[i].url);
        struct remote_address address;
        struct str why = {0};
        assert_int_equal(address_parse(&arena, &options, &address, &why), 0);
        assert_string_equal(str_to_c(&arena, address.clean), cases[i].clean);
        assert_string_equal(str_to_c(&arena, address.host), cases[i].host);
        assert_string_equal(str_to_c(&arena, address.user), cases[i].user);
        assert_int_equal(address.scheme, cases[i].scheme);
    }
}

static void test_bad_urls(void **state)
{
    static const char *const urls[] = {
        "",
        "a/b",
        "/srv/a.git",
        "./a:b",
        "https://",
        "https://git.test",
        "https://git.test/",
        "https://me:S3cret@git.test/a",
        "https://:S3cret@git.test/a",
        "https://git.test/a?token=S3cret",
        "https://git.test/a#S3cret",
        "https://a b/c",
        "https://git.test/a\nb",
        "https://-oProxyCommand=id/a",
        "ssh://-oProxyCommand=id/a",
        "ssh://-oProxyCommand=id@git.test/a",
        "-oProxyCommand=id:a",
        "me:S3cret@git.test:a",
        "git@git.test:",
        "ext::sh -c id",
        "ext::id",
        "ftp://git.test/a",
        "git://git.test/a",
        "file://git.test/a",
        "https://git.test/`id`",
        "https://git.test/$(id)",
        "https://git.test\\@evil.test/a",
    };
    SCOPED(arena) struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        const struct remote_options options = all(urls[i]);
        struct remote_address address;
        struct str why = {0};
        if (address_parse(&arena, &options, &address, &why) == 0)
            fail_msg("taken: %s", urls[i]);
        assert_true(why.n > 0);
        assert_false(str_has(why, STR("S3cret")));
    }
}

static void test_what_must_be_asked_for(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct remote_address address;
    struct str why;
    struct remote_options options = {.url = STR("http://git.test/a")};
    (void)state;
    assert_int_equal(address_parse(&arena, &options, &address, &why), -1);
    options.allow_http = true;
    assert_int_equal(address_parse(&arena, &options, &address, &why), 0);
    options.token.file = STR("/token"); /* in clear, to another machine */
    assert_int_equal(address_parse(&arena, &options, &address, &why), -1);
    options.url = STR("http://127.0.0.1:3000/a");
    assert_int_equal(address_parse(&arena, &options, &address, &why), 0);
    options = (struct remote_options){.url = STR("file:///srv/a")};
    assert_int_equal(address_parse(&arena, &options, &address, &why), -1);
    options = (struct remote_options){.url = STR("git@git.test:a"), .identity_file = STR("/key")};
    assert_int_equal(address_parse(&arena, &options, &address, &why), -1);
    assert_true(str_has(why, STR("known hosts")));
}

static void test_names_of_references(void **state)
{
    static const char *const good[] = {"main", "release/1.2", "a.b", "v1.0-rc.1", "x@y", "ümlaut"};
    static const char *const bad[] = {"",     "-main", "/main", "main/", "a//b",  "a..b", ".a",
                                      "a/.b", "a.",    "a~b",   "a^b",   "a:b",   "a?b",  "a*b",
                                      "a[b",  "a\\b",  "a b",   "a\nb",  "a@{b}", "@",    "a.lock"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(reference_is_legal(str_from(good[i])));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (reference_is_legal(str_from(bad[i])))
            fail_msg("taken: %s", bad[i]);
}

int test_remote_url(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_urls),
        cmocka_unit_test(test_bad_urls),
        cmocka_unit_test(test_what_must_be_asked_for),
        cmocka_unit_test(test_names_of_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
