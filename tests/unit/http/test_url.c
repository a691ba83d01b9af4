/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/base/base_check.h"

#include "base/vec.h"
#include "http/http.h"

static void is_https_or_of_this_machine(void **state)
{
    static const struct {
        const char *url;
        bool is_safe;
    } table[] = {
        {"https://api.example.test/x", true},
        {"HTTPS://api.example.test", true},
        {"http://127.0.0.1:8080/x", true},
        {"http://localhost/x", true},
        {"http://[::1]:80/x", true},
        {"http://api.example.test/x", false},
        {"http://127.0.0.1.example.test/x", false},
        {"http://127.0.0.1@example.test/x", false},
        {"https://user@example.test/x", false},
        {"https://example.test\\@other.test/", false},
        {"https://", false},
        {"ftp://example.test", false},
        {"https://a b", false},
        {"https://a\nb", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (http_is_safe_url(str_from(table[i].url)) != table[i].is_safe)
            fail_msg("%s", table[i].url);
}

static void has_an_origin(void **state)
{
    (void)state;
    assert_str(http_origin(STR("https://a.test:8443/x?y")), "https://a.test:8443");
    assert_str(http_origin(STR("https://a.test?y")), "https://a.test");
    assert_str(http_origin(STR("nothing")), "");
}

static void has_links(void **state)
{
    struct str headers[] = {
        STR("content-type: text/plain"),
        STR("link: <https://a.test/x?page=2>; rel=\"next\", <https://a.test/x?page=9>; "
            "rel=\"last\""),
    };
    const struct http_response response = {.headers = {.items = headers, .n = 2}};
    (void)state;
    assert_str(http_link(&response, "next"), "https://a.test/x?page=2");
    assert_str(http_link(&response, "last"), "https://a.test/x?page=9");
    assert_str(http_link(&response, "prev"), "");
    assert_str(http_header(&response, "content-type"), "text/plain");
    assert_str(http_header(&response, "content"), "");
}

static void has_links_in_other_forms(void **state)
{
    static const struct {
        const char *header, *next;
    } table[] = {
        {"link: <https://a.test/x?ids=1,2;3>; rel=\"next\"", "https://a.test/x?ids=1,2;3"},
        {"link: <https://a.test/1>; rel=prev, <https://a.test/3>; rel=next", "https://a.test/3"},
        {"link: <https://a.test/1>; title=\"x\"; rel=\"last next\"", "https://a.test/1"},
        {"link: <https://a.test/1>,<https://a.test/2>;rel=\"next\"", "https://a.test/2"},
        {"link: <https://a.test/1>; rel=\"nextish\"", ""},
        {"link: https://a.test/1; rel=\"next\"", ""},
        {"link: >https://a.test/1<; rel=\"next\"", ""},
        {"link: <https://a.test/1; rel=\"next\"", ""},
        {"link: <https://a.test/1>; rel=\"", ""},
        {"link: <https://a.test/1>; rel=", ""},
        {"link:", ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct str header = str_from(table[i].header);
        const struct http_response response = {.headers = {.items = &header, .n = 1}};
        assert_str(http_link(&response, "next"), table[i].next);
    }
}

int test_url(void);
int test_url(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_https_or_of_this_machine),
        cmocka_unit_test(has_an_origin),
        cmocka_unit_test(has_links),
        cmocka_unit_test(has_links_in_other_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
