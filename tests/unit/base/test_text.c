/* SPDX-License-Identifier: Apache-2.0 */
/* Base64, digests and suggestions. */
#include "base/base64.h"
#include "base/digest.h"
#include "base/suggest.h"
#include "unit/base/base_check.h"

int test_text(void);

static void base64_decodes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ""},          {"QQ==", "A"},
        {"QUI=", "AB"},    {"QUJD", "ABC"},
        {"QR==", "A"},     {"Q\nQ\r\n==", "A"},
        {"QQ=\n=\n", "A"}, {"QUJDREVG", "ABCDEF"},
        {"\n", ""},        {"+/+/", "\xfb\xff\xbf"},
    };
    SCOPED(arena) struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str bytes;
        assert_int_equal(base64_check(str_from(cases[i].text)), -1);
        assert_int_equal(base64_decode(&arena, str_from(cases[i].text), &bytes), 0);
        assert_str(bytes, cases[i].want);
    }
}

static void base64_encodes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {{"", ""},         {"A", "QQ=="},          {"AB", "QUI="},
                 {"ABC", "QUJD"},  {"ABCDEF", "QUJDREVG"}, {"\xfb\xff\xbf", "+/+/"},
                 {"\xff", "/w=="}, {"ABCD", "QUJDRA=="}};
    SCOPED(arena) struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_str(base64_encode(&arena, str_from(cases[i].text)), cases[i].want);
}

/* Offsets as in Go's CorruptInputError. */
static void base64_finds_the_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ptrdiff_t at;
    } cases[] = {
        {"!!!!", 0},   {"====", 0},       {"x===", 1},  {"=AAA", 0},     {"A=AA", 1},
        {"AA=A", 2},   {"AA\n", 1},       {"AA==A", 4}, {"AAA=AAAA", 4}, {"AAAAA", 4},
        {"AAAAAA", 4}, {"A=", 1},         {"A==", 1},   {"AA=", 3},      {"AA", 0},
        {"AAA", 0},    {"AAAAAAAAA=", 9}, {"QUJ_", 3},  {"QUJ\x80", 3},  {"Q Q==", 1},
    };
    SCOPED(arena) struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str bytes;
        assert_int_equal(base64_check(str_from(cases[i].text)), cases[i].at);
        assert_int_equal(base64_decode(&arena, str_from(cases[i].text), &bytes), -EINVAL);
    }
}

/* The vectors of FIPS 180-2, appendix B. */
static void digests(void **state)
{
    (void)state;
    char hex[65];
    struct sha256 sum = sha256_of(STR("abc"));
    sha256_hex(&sum, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sum = sha256_of((struct str){0});
    sha256_hex(&sum, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    struct digest *split = digest_new();
    digest_add(split, STR("a"));
    digest_add(split, STR("bc"));
    sum = digest_end(split);
    struct sha256 whole = sha256_of(STR("abc"));
    assert_memory_equal(sum.bytes, whole.bytes, sizeof sum.bytes);

    struct digest *left = digest_new();
    struct digest *right = digest_new();
    digest_add_field(left, STR("ab"));
    digest_add_field(left, STR("c"));
    digest_add_field(right, STR("a"));
    digest_add_field(right, STR("bc"));
    struct sha256 left_sum = digest_end(left);
    struct sha256 right_sum = digest_end(right);
    assert_memory_not_equal(left_sum.bytes, right_sum.bytes, sizeof left_sum.bytes);
    assert_true(hash64(STR("a")) == hash64(STR("a")));
    assert_true(hash64(STR("a")) != hash64(STR("b")));
    assert_true(hash64((struct str){0}) == hash64(STR("")));
}

static void suggestions(void **state)
{
    (void)state;
    static const char *const fields[] = {"replicas", "image", "labels", "env", "envFrom", "id"};
    static const struct {
        const char *wanted, *best;
    } cases[] = {
        {"replcas", "replicas"},
        {"imagee", "image"},
        {"lables", "labels"},
        {"evn", "env"},
        {"envfrom", "envFrom"},
        {"ID", "id"},
        {"ix", ""},
        {"zzzzzz", ""},
        {"", ""},
        {"rplcas", "replicas"},
        {"Replica", "replicas"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct suggest suggest;
        suggest_init(&suggest, str_from(cases[i].wanted));
        for (size_t k = 0; k < ARRAY_LEN(fields); k++)
            suggest_offer(&suggest, str_from(fields[k]));
        assert_str(suggest.best, cases[i].best);
    }
}

static void distances(void **state)
{
    (void)state;
    assert_int_equal(suggest_distance(STR("abc"), STR("abc"), 3), 0);
    assert_int_equal(suggest_distance(STR("abc"), STR("ABC"), 3), 0);
    assert_int_equal(suggest_distance(STR("abc"), STR("acb"), 3), 1);
    assert_int_equal(suggest_distance(STR("abc"), STR("abcd"), 3), 1);
    assert_int_equal(suggest_distance(STR("kitten"), STR("sitting"), 5), 3);
    assert_int_equal(suggest_distance(STR("kitten"), STR("sitting"), 2), 3);
    assert_int_equal(suggest_distance(STR(""), STR("abc"), 3), 3);
    char longer[200];
    memset(longer, 'x', sizeof longer);
    assert_int_equal(suggest_distance((struct str){longer, 200}, (struct str){longer, 199}, 3), 4);
}

int test_text(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_decodes),
        cmocka_unit_test(base64_encodes),
        cmocka_unit_test(base64_finds_the_mistake),
        cmocka_unit_test(digests),
        cmocka_unit_test(suggestions),
        cmocka_unit_test(distances),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
