/* SPDX-License-Identifier: Apache-2.0 */
/* Names and formats, one text at a time. */
#include "unit/unit.h"

#include "admit/admit_internal.h"

typedef const char *(*format_fn)(struct str s);

struct row {
    const char *text;
    bool good;
};

static void check_rows(format_fn format, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *error = format(str_from(rows[i].text));
        if ((error == NULL) != rows[i].good)
            print_error("\"%s\": %s\n", rows[i].text, error ? error : "taken");
        assert_int_equal(error == NULL, rows[i].good);
    }
}

#define CHECK(format, ...)                                                                         \
    do {                                                                                           \
        static const struct row rows_[] = {__VA_ARGS__};                                           \
        check_rows(format, rows_, ARRAY_LEN(rows_));                                               \
    } while (0)

static void test_label(void **state)
{
    (void)state;
    CHECK(format_dns1123_label, {"a", true}, {"7up", true}, {"a-0-b", true}, {"", false},
          {"a.b", false}, {"-a", false}, {"a-", false}, {"A", false}, {"a_b", false},
          {"caf\xc3\xa9", false}, {"a b", false});
    CHECK(format_dns1035_label, {"a7", true}, {"7up", false}, {"a-", false}, {"", false});
    assert_string_equal(format_dns1123_label(STR("a.b")), "must not contain dots");
}

static void test_subdomain(void **state)
{
    (void)state;
    CHECK(format_dns1123_subdomain, {"a.b-c.d", true}, {"0.1", true}, {"", false}, {"a..b", false},
          {".a", false}, {"a.", false}, {"a.-b", false}, {"a-.b", false}, {"my_app", false});
}

static void test_lengths(void **state)
{
    (void)state;
    char text[256];
    memset(text, 'x', sizeof text);
    assert_null(format_dns1123_label((struct str){text, 63}));
    assert_non_null(format_dns1123_label((struct str){text, 64}));
    assert_null(format_dns1123_subdomain((struct str){text, 253}));
    assert_non_null(format_dns1123_subdomain((struct str){text, 254}));
    assert_null(format_label_value((struct str){text, 63}));
    assert_non_null(format_label_value((struct str){text, 64}));
    assert_null(format_qualified_name((struct str){text, 63}));
    assert_non_null(format_qualified_name((struct str){text, 64}));
    assert_null(format_config_key((struct str){text, 253}));
    assert_non_null(format_config_key((struct str){text, 254}));
    text[253] = '/';
    assert_null(format_qualified_name((struct str){text, 256}));
}

static void test_labels(void **state)
{
    (void)state;
    CHECK(format_qualified_name, {"app", true}, {"app.kubernetes.io/name", true}, {"A_b.c-1", true},
          {"", false}, {"/name", false}, {"a.b/", false}, {"a/b/c", false}, {"A.b/c", false},
          {"app name", false}, {"-a", false}, {"a_", false});
    CHECK(format_label_value, {"", true}, {"A_b.c-1", true}, {"a b", false}, {"a/b", false},
          {".a", false}, {"a-", false});
}

static void test_segments_and_keys(void **state)
{
    (void)state;
    CHECK(format_path_segment, {"system:node", true}, {"A b", true}, {"..a", true}, {".", false},
          {"..", false}, {"a/b", false}, {"a%b", false});
    CHECK(format_config_key, {"a.b_C-1", true}, {".bashrc", true}, {"", false}, {".", false},
          {"..", false}, {"..a", false}, {"a/b", false}, {"a b", false});
}

static void test_time(void **state)
{
    (void)state;
    CHECK(format_time, {"2026-01-31T12:00:00Z", true}, {"2026-01-31T12:00:00.5+02:00", true},
          {"2026-01-31T2:00:00,25Z", true}, {"2024-02-29T00:00:00Z", true},
          {"2026-02-29T00:00:00Z", false}, {"2026-01-31", false}, {"2026-01-31 12:00:00Z", false},
          {"2026-01-31T12:00Z", false}, {"2026-01-31T24:00:00Z", false},
          {"2026-01-31T12:00:00", false}, {"2026-01-31T12:00:00z", false},
          {"2026-01-31T12:00:00.Z", false}, {"2026-13-01T12:00:00Z", false},
          {"2026-01-31T12:00:60Z", false}, {"2026-01-31T12:00:00+2", false}, {"", false});
    CHECK(format_micro_time, {"2026-01-31T12:00:00.123456Z", true}, {"2026-01-31T12:00:00Z", false},
          {"2026-01-31T12:00:00.123Z", false}, {"2026-01-31T12:00:00.1234567Z", false});
}

static void test_duration(void **state)
{
    (void)state;
    CHECK(format_duration, {"1h30m", true}, {"-1.5s", true}, {"0", true}, {"+0", true},
          {"100ms", true}, {".5h", true}, {"1\xc2\xb5s", true}, {"", false}, {"5", false},
          {"1d", false}, {"h", false}, {"1h 2m", false}, {"9999999h", false});
}

int test_format(void);
int test_format(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_label),
        cmocka_unit_test(test_subdomain),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_segments_and_keys),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_duration),
    };
    return cmocka_run_group_tests_name("admit formats", tests, NULL, NULL);
}
