/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts and values that apimachinery's ParseQuantity gave for the same texts. */
#include "unit/unit.h"

#include "doc/doc.h"

/* Texts with the value in billionths, as far as int64 carries it. */
static const struct {
    const char *text;
    int64_t nano;
    char format;
} good[] = {
    {"0", 0, 'd'},
    {"1", 1000000000, 'd'},
    {"-1", -1000000000, 'd'},
    {"+1", 1000000000, 'd'},
    {"1.", 1000000000, 'd'},
    {".5", 500000000, 'd'},
    {"-.5", -500000000, 'd'},
    {"00.50", 500000000, 'd'},
    {"100m", 100000000, 'd'},
    {"1n", 1, 'd'},
    {"1u", 1000, 'd'},
    {"1k", 1000000000000, 'd'},
    {"1e3", 1000000000000, 'e'},
    {"1E3", 1000000000000, 'e'},
    {"1e-3", 1000000, 'e'},
    {"1e+3", 1000000000000, 'e'},
    {"12E00", 12000000000, 'e'},
    {"1Ki", 1024000000000, 'b'},
    {"1.5Ki", 1536000000000, 'b'},
    {"0Mi", 0, 'b'},
    {" 1 ", 1000000000, 'd'},
    {"\xC2\xA0"
     "1",
     1000000000, 'd'},
    /* rounded up to the smallest unit, away from zero */
    {"0.1n", 1, 'd'},
    {"-0.1n", -1, 'd'},
    {"1.0000000001", 1000000001, 'd'},
    {"1e-30", 1, 'e'},
    {"0.0000000000001Ki", 1, 'd'},
    {"0.00000000000000000000000000001", 1, 'd'},
    /* the server's fast path wants no digits */
    {"+", 0, 'd'},
    {"-", 0, 'd'},
    {".", 0, 'd'},
    {"k", 0, 'd'},
    {"m", 0, 'd'},
    {"E", 0, 'd'},
    {"Ti", 0, 'b'},
    {".e5", 0, 'e'},
    /* exponents wrap at 32 bits */
    {"1e4294967296", 1000000000, 'e'},
    {"1e4294967299", 1000000000000, 'e'},
};

static const char *const bad[] = {
    "",         " ",
    "1\n",      "1\t",
    "500mi",    "1 Gi",
    "100Mb",    "1KB",
    "1K",       "1gi",
    "1GiB",     "1B",
    "1i",       "1,5",
    "1.2.3",    "0x10",
    "1_000",    "--1",
    "1-",       "1e",
    "1e+",      "1E-",
    "1ee3",     "1e3i",
    "1Ei3",     "1e1.5",
    "1kM",      "1mm",
    "abc",      "${CPU}",
    "1 2",      "NaN",
    "inf",      "1%",
    "Pi",       "Ei",
    ".e-10",    "1e9223372036854775808",
    "\xD9\xA1", "1\xC2\xB5",
    "1+3",
};

static void texts_have_the_servers_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct quantity quantity;
        const char *wrong = quantity_parse(str_from(good[i].text), &quantity);
        if (wrong)
            fail_msg("%s: %s", good[i].text, wrong);
        if (quantity.nano != good[i].nano || "dbe"[quantity.format] != good[i].format)
            fail_msg("%s has another value or form", good[i].text);
    }
}

static void texts_are_refused_as_the_server_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct quantity quantity;
        if (!quantity_parse(str_from(bad[i]), &quantity))
            fail_msg("%s is taken for a quantity", bad[i]);
    }
}

static int compare(const char *a, const char *b)
{
    struct quantity x, y;
    assert_null(quantity_parse(str_from(a), &x));
    assert_null(quantity_parse(str_from(b), &y));
    return quantity_cmp(&x, &y);
}

static void values_have_an_order(void **state)
{
    static const char *const rising[] = {
        "-1Ki", "-1", "-1m", "0",  "1n",  "1m", "999m", "1",  "1k",   "1Ki",  "1M",   "1Mi",  "1G",
        "1Gi",  "1T", "1Ti", "1P", "1Pi", "1E", "1Ei",  "9E", "100E", "1e21", "1e28", "1e100"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rising); i++) {
        for (size_t j = 0; j < ARRAY_LEN(rising); j++)
            assert_int_equal(compare(rising[i], rising[j]), (i > j) - (i < j));
    }
    assert_int_equal(compare("1000m", "1"), 0);
    assert_int_equal(compare("1024Ki", "1Mi"), 0);
    assert_int_equal(compare("1e3", "1k"), 0);
}

static void binary_values_are_capped(void **state)
{
    (void)state;
    assert_int_equal(compare("8Ei", "9223372036854775807"), 0);
    assert_int_equal(compare("100000Ei", "9223372036854775807"), 0);
    assert_int_equal(compare("-100000.5Ei", "-9223372036854775807"), 0);
    assert_int_equal(compare("7Ei", "9223372036854775807"), -1);
    assert_int_equal(compare("10E", "9223372036854775807"), 1);
}

static void integers_are_told(void **state)
{
    struct quantity quantity;
    (void)state;
    assert_null(quantity_parse(STR("1500m"), &quantity));
    assert_false(quantity_is_integer(&quantity));
    assert_null(quantity_parse(STR("2000m"), &quantity));
    assert_true(quantity_is_integer(&quantity));
    assert_null(quantity_parse(STR("0.5Ki"), &quantity));
    assert_true(quantity_is_integer(&quantity));
}

static void likely_texts_are_suggested(void **state)
{
    static const struct {
        const char *text;
        const char *meant;
    } cases[] = {
        {"500mi", "\"500Mi\" or \"500m\""},
        {"1 Gi", "\"1Gi\""},
        {"100Mb", "\"100M\" or \"100Mi\""},
        {"1gib", "\"1Gi\""},
        {"64K", "\"64k\" or \"64Ki\""},
        {"1,5", "\"1.5\""},
        {"1,5 gb", "\"1.5G\" or \"1.5Gi\""},
        {"2 cores", "\"2\""},
        {"1\n", "\"1\""},
        {"${CPU}", ""},
        {"a lot", ""},
        {"1", ""},
        {"", ""},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct str meant = quantity_suggest(&arena, str_from(cases[i].text));
        if (!str_is(meant, cases[i].meant))
            fail_msg("%s: %.*s", cases[i].text, STR_FMT(meant));
    }
    arena_release(&arena);
}

int test_quantity(void);
int test_quantity(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_have_the_servers_value),
        cmocka_unit_test(texts_are_refused_as_the_server_does),
        cmocka_unit_test(values_have_an_order),
        cmocka_unit_test(binary_values_are_capped),
        cmocka_unit_test(integers_are_told),
        cmocka_unit_test(likely_texts_are_suggested),
    };
    return cmocka_run_group_tests_name("quantity", tests, NULL, NULL);
}
