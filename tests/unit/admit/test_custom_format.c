/* SPDX-License-Identifier: Apache-2.0 */
/* Formats of text in CRDs. What passes and what does not was asked of Kubernetes' own code. */
#include "unit/unit.h"

#include "admit/custom.h"

struct format_case {
    const char *format;
    const char *text;
    bool good;
};

static void check(const struct format_case *cases, size_t n)
{
    struct arena arena = {0};
    for (size_t i = 0; i < n; i++) {
        const char *want = format_check(&arena, str_from(cases[i].format), str_from(cases[i].text));
        if (!want != cases[i].good)
            print_error("%s \"%s\"\n", cases[i].format, cases[i].text);
        assert_int_equal(!want, cases[i].good);
    }
    arena_release(&arena);
}

static void addresses(void **state)
{
    static const struct format_case cases[] = {
        {"ipv4", "10.0.0.1", true},
        {"ipv4", "010.0.0.1", true},
        {"ipv4", "10.0.0", false},
        {"ipv4", "10.0.0.256", false},
        {"ipv4", "::ffff:1.2.3.4", true},
        {"ipv4", "::1", false},
        {"ipv6", "::1", true},
        {"ipv6", "fe80::1:2", true},
        {"ipv6", "1:2:3:4:5:6:7:8", true},
        {"ipv6", "1:2:3:4:5:6:7:8:9", false},
        {"ipv6", "1::2::3", false},
        {"ipv6", "00001::", false},
        {"ipv6", "10.0.0.1", false},
        {"cidr", "10.0.0.0/8", true},
        {"cidr", "10.0.0.1/33", false},
        {"cidr", "fd00::/64", true},
        {"cidr", "10.0.0.0", false},
        {"mac", "01:23:45:67:89:ab", true},
        {"mac", "01-23-45-67-89-AB", true},
        {"mac", "0123.4567.89ab", true},
        {"mac", "0123456789ab", true},
        {"mac", "01:23:45:67:89", false},
        {"mac", "01:23-45:67:89:ab", false},
        {"hostname", "web.example.org", true},
        {"hostname", "web", true},
        {"hostname", "my-host", false},
        {"hostname", "my-host.example.org", true},
        {"hostname", "-a.example.org", false},
        {"hostname", "a.b", false},
        {"hostname", "\xc3\xa9t\xc3\xa9.example.org", true},
        {"hostname", "a..example.org", false},
    };
    (void)state;
    check(cases, ARRAY_LEN(cases));
}

static void links_and_mail(void **state)
{
    static const struct format_case cases[] = {
        {"uri", "https://example.org/a?b#c", true},
        {"uri", "/absolute", true},
        {"uri", "relative", false},
        {"uri", "mailto:a@b.c", true},
        {"uri", "", false},
        {"uri", "https://exa mple.org", false},
        {"uri", "https://example.org/%zz", false},
        {"uri", "https://[::1]:80/x", true},
        {"uri", "https://[::1/x", false},
        {"uri", "https://host:port", false},
        {"email", "ann@example.org", true},
        {"email", "Ann Bee <ann@example.org>", true},
        {"email", "ann@[10.0.0.1]", true},
        {"email", "\"a b\"@example.org", true},
        {"email", "ann", false},
        {"email", "ann@", false},
        {"email", "a..b@example.org", false},
        {"email", "ann@example.org, bob@example.org", false},
        {"email", "group: ann@example.org;", true},
        {"email", "ann@example.org (the captain)", true},
    };
    (void)state;
    check(cases, ARRAY_LEN(cases));
}

static void numbers_of_things(void **state)
{
    static const struct format_case cases[] = {
        {"uuid", "f47ac10b-58cc-4372-a567-0e02b2c3d479", true},
        {"uuid", "F47AC10B58CC4372A5670E02B2C3D479", true},
        {"uuid", "f47ac10b-58cc-4372-a567-0e02b2c3d47", false},
        {"uuid3", "f47ac10b-58cc-3372-a567-0e02b2c3d479", true},
        {"uuid4", "f47ac10b-58cc-4372-a567-0e02b2c3d479", true},
        {"uuid4", "f47ac10b-58cc-4372-c567-0e02b2c3d479", false},
        {"uuid5", "f47ac10b-58cc-4372-a567-0e02b2c3d479", false},
        {"bsonobjectid", "507f1f77bcf86cd799439011", true},
        {"bsonobjectid", "507f1f77bcf86cd79943901", false},
        {"isbn10", "0-321-75104-3", true},
        {"isbn10", "0321751044", false},
        {"isbn13", "978-0321751041", true},
        {"isbn", "123", false},
        {"creditcard", "4111 1111 1111 1111", true},
        {"creditcard", "4111 1111 1111 1112", false},
        {"creditcard", "6011000990139424", true},
        {"ssn", "123-45-6789", true},
        {"ssn", "123456789", false},
        {"hexcolor", "#1a2b3c", true},
        {"hexcolor", "abc", true},
        {"hexcolor", "#ab", false},
        {"rgbcolor", "rgb(1, 2, 255)", true},
        {"rgbcolor", "rgb(1,2)", false},
        {"rgbcolor", "rgb(1,2,3,)", false},
        {"rgbcolor", "rgb(01,2,3)", false},
        {"byte", "YWJj", true},
        {"byte", "YWI=", true},
        {"byte", "YWI", false},
        {"byte", "", false},
        {"password", "", true},
        {"no-such-format", "anything", true},
    };
    (void)state;
    check(cases, ARRAY_LEN(cases));
}

static void times(void **state)
{
    static const struct format_case cases[] = {
        {"date", "2024-02-29", true},
        {"date", "2023-02-29", false},
        {"date", "2024-2-9", false},
        {"date-time", "2024-01-02T03:04:05Z", true},
        {"datetime", "2024-01-02t03:04:05.123+01:00", true},
        {"date-time", "2024-01-02 03:04:05Z", false},
        {"date-time", "2024-01-02T24:04:05Z", false},
        {"date-time", "2024-01-02T03:04:05", false},
        {"duration", "1h30m", true},
        {"duration", "3 days", true},
        {"duration", "about 5 Minutes", true},
        {"duration", "soon", false},
        {"duration", "5", false},
        {"duration", "5 apples", false},
        {"k8s-short-name", "a-b", true},
        {"k8s-short-name", "a.b", false},
        {"k8s-long-name", "a.b", true},
        {"k8s-long-name", "A.b", false},
    };
    (void)state;
    check(cases, ARRAY_LEN(cases));
}

/* A server enforces the formats of the release before it, and since 1.35 only on their own types.
 */
static void formats_come_with_versions(void **state)
{
    const struct structural name = {.type = STRUCTURAL_STRING, .format = STR("k8s-short-name")};
    const struct structural number = {.type = STRUCTURAL_INTEGER, .format = STR("int32")};
    const struct structural odd = {.type = STRUCTURAL_BOOLEAN, .format = STR("date")};
    (void)state;
    assert_int_equal(format_effective(&name, 34).n, 0);
    assert_true(str_is(format_effective(&name, 35), "k8sshortname"));
    assert_int_equal(format_effective(&number, 34).n, 0);
    assert_true(str_is(format_effective(&number, 35), "int32"));
    assert_true(str_is(format_effective(&odd, 34), "date"));
    assert_int_equal(format_effective(&odd, 35).n, 0);
}

int test_custom_format(void);
int test_custom_format(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(links_and_mail),
        cmocka_unit_test(numbers_of_things),
        cmocka_unit_test(times),
        cmocka_unit_test(formats_come_with_versions),
    };
    return cmocka_run_group_tests_name("admit custom formats", tests, NULL, NULL);
}
