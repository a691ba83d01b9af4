/* SPDX-License-Identifier: Apache-2.0 */
/* Expected values are what Go's strconv and encoding/json give for the same input. */
#include "base/number.h"
#include "unit/base/base_check.h"

#include <math.h>

int test_number(void);

struct i64_case {
    const char *text;
    int error;
    int64_t value;
};

static void reads_decimal(void **state)
{
    (void)state;
    static const struct i64_case cases[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"+5", 0, 5},
        {"007", 0, 7},
        {"9223372036854775807", 0, INT64_MAX},
        {"-9223372036854775808", 0, INT64_MIN},
        {"9223372036854775808", -ERANGE, 0},
        {"-9223372036854775809", -ERANGE, 0},
        {"99999999999999999999", -ERANGE, 0},
        {"", -EINVAL, 0},
        {"-", -EINVAL, 0},
        {"--1", -EINVAL, 0},
        {" 1", -EINVAL, 0},
        {"1 ", -EINVAL, 0},
        {"0x10", -EINVAL, 0},
        {"1_000", -EINVAL, 0},
        {"1e3", -EINVAL, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t value = 0;
        assert_int_equal(number_parse_i64(str_from(cases[i].text), &value), cases[i].error);
        assert_int_equal(value, cases[i].value);
    }
    uint64_t value = 0;
    assert_int_equal(number_parse_u64(STR("18446744073709551615"), &value), 0);
    assert_true(value == UINT64_MAX);
    assert_int_equal(number_parse_u64(STR("18446744073709551616"), &value), -ERANGE);
    assert_int_equal(number_parse_u64(STR("+1"), &value), -EINVAL);
    assert_int_equal(number_parse_u64(STR("-1"), &value), -EINVAL);
}

static void reads_bases_as_go(void **state)
{
    (void)state;
    static const struct i64_case cases[] = {
        {"0", 0, 0},
        {"10", 0, 10},
        {"0x1F", 0, 31},
        {"0XfF", 0, 255},
        {"-0x1f", 0, -31},
        {"0b101", 0, 5},
        {"0o17", 0, 15},
        {"0O17", 0, 15},
        {"017", 0, 15},
        {"1_000", 0, 1000},
        {"0x_1F", 0, 31},
        {"0_7", 0, 7},
        {"0b_1_0", 0, 2},
        {"08", -EINVAL, 0},
        {"0x", -EINVAL, 0},
        {"0b2", -EINVAL, 0},
        {"0xG", -EINVAL, 0},
        {"_1", -EINVAL, 0},
        {"1_", -EINVAL, 0},
        {"1__0", -EINVAL, 0},
        {"0x1__0", -EINVAL, 0},
        {"0_", -EINVAL, 0},
        {"_", -EINVAL, 0},
        {"", -EINVAL, 0},
        {"0x8000000000000000", -ERANGE, 0},
        {"-0x8000000000000000", 0, INT64_MIN},
        {"99999999999999999999x", -ERANGE, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t value = 0;
        assert_int_equal(number_parse_go_i64(str_from(cases[i].text), &value), cases[i].error);
        assert_int_equal(value, cases[i].value);
    }
    uint64_t value = 0;
    assert_int_equal(number_parse_go_u64(STR("0xFFFFFFFFFFFFFFFF"), &value), 0);
    assert_true(value == UINT64_MAX);
    assert_int_equal(number_parse_go_u64(STR("-1"), &value), -EINVAL);
}

static void reads_doubles(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    ".",   "e1", "1e", "1e+", "inf",  "nan",
                                      "0x1", "1_0", " 1", "1 ", "+-1", "1.2.3"};
    double value = 0;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(number_parse_double(str_from(bad[i]), &value), -EINVAL);
    assert_int_equal(number_parse_double(STR("1e400"), &value), -ERANGE);
    assert_int_equal(number_parse_double(STR("-1.5e3"), &value), 0);
    assert_true(value == -1500.0);
    assert_int_equal(number_parse_double(STR(".5"), &value), 0);
    assert_true(value == 0.5);
    assert_int_equal(number_parse_double(STR("5."), &value), 0);
    assert_true(value == 5.0);
    assert_int_equal(number_parse_double(STR("1e-400"), &value), 0);
    assert_true(value == 0.0);
    char digits[400];
    memset(digits, '0', sizeof digits);
    digits[0] = '1';
    assert_int_equal(number_parse_double((struct str){digits, 301}, &value), 0);
    assert_true(value == 1e300);
}

struct format_case {
    double value;
    const char *json;
    const char *g32;
};

static void writes(void **state)
{
    (void)state;
    static const struct format_case cases[] = {
        {0, "0", "0"},
        {-0.0, "-0", "-0"},
        {1, "1", "1"},
        {-1.5, "-1.5", "-1.5"},
        {0.1, "0.1", "0.1"},
        {100, "100", "100"},
        {123456, "123456", "123456"},
        {1e6, "1000000", "1e+06"},
        {123456789, "123456789", "1.2345679e+08"},
        {16777216, "16777216", "1.6777216e+07"},
        {0.0001, "0.0001", "0.0001"},
        {0.00001, "0.00001", "1e-05"},
        {1e-6, "0.000001", "1e-06"},
        {1e-7, "1e-7", "1e-07"},
        {1e-10, "1e-10", "1e-10"},
        {1e20, "100000000000000000000", "1e+20"},
        {1e21, "1e+21", "1e+21"},
        {0x1p-44, "5.684341886080802e-14", "5.684342e-14"},
        {5e-324, "5e-324", "0"},
        {2.2250738585072014e-308, "2.2250738585072014e-308", "0"},
        {1.7976931348623157e308, "1.7976931348623157e+308", "+Inf"},
        {9007199254740993.0, "9007199254740992", "9.007199e+15"},
        {0.3, "0.3", "0.3"},
        {1e-45, "1e-45", "1e-45"},
    };
    char out[32];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t n = number_format_json(cases[i].value, out);
        assert_str(((struct str){out, n}), cases[i].json);
        n = number_format_g32(cases[i].value, out);
        assert_str(((struct str){out, n}), cases[i].g32);
    }
    number_format_json((double)INFINITY, out);
    assert_string_equal(out, "+Inf");
}

/* As strconv.ParseFloat answered, asked with Go 1.26. */
static void reads_doubles_as_go(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"1_0.5", 10.5},         {"1_0", 10},     {"0x1p4", 16},     {"0x_1p4", 16},
        {"0x1_0p4", 256},        {"1e5_0", 1e50}, {".5", 0.5},       {"1.", 1},
        {"0x1.8p1", 3},          {"1e-400", 0},   {"Inf", INFINITY}, {"-inf", -INFINITY},
        {"+infinity", INFINITY},
    };
    static const char *const bad[] = {"0x10", "-nan", "5e", "_1", "1_", "", "_", "0x", "1e400"};
    double value = 0;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_int_equal(number_parse_go_double(str_from(good[i].text), &value), 0);
        assert_true(value == good[i].value);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_true(number_parse_go_double(str_from(bad[i]), &value) < 0);
    assert_int_equal(number_parse_go_double(STR("nan"), &value), 0);
    assert_true(isnan(value));
}

static void writes_as_percent_g(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {1e6, "1e+06"},        {999999, "999999"},
        {1e20, "1e+20"},       {1234567, "1.234567e+06"},
        {0.0001, "0.0001"},    {0.00001, "1e-05"},
        {100, "100"},          {123456789012, "1.23456789012e+11"},
        {1.5e300, "1.5e+300"}, {-0.0, "-0"},
        {0.1, "0.1"},
    };
    char out[32];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const size_t n = number_format_g64(cases[i].value, out);
        assert_str(((struct str){out, n}), cases[i].text);
    }
}

static void writes_what_reads_back(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252U;
    for (int i = 0; i < 20000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        char out[32];
        double back;
        size_t n = number_format_json(value, out);
        assert_int_equal(number_parse_double((struct str){out, n}, &back), 0);
        assert_memory_equal(&back, &value, sizeof value);
    }
}

int test_number(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_decimal),          cmocka_unit_test(reads_bases_as_go),
        cmocka_unit_test(reads_doubles),          cmocka_unit_test(writes),
        cmocka_unit_test(writes_what_reads_back), cmocka_unit_test(reads_doubles_as_go),
        cmocka_unit_test(writes_as_percent_g),
    };
    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
