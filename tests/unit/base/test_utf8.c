/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "unit/base/base_check.h"

int test_utf8(void);

static void decodes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t rune;
        size_t n;
    } cases[] = {
        {"A", 'A', 1},
        {"\xc3\xa9", 0xE9, 2},
        {"\xe2\x82\xac", 0x20AC, 3},
        {"\xf0\x9f\x98\x80", 0x1F600, 4},
        {"\xf4\x8f\xbf\xbf", 0x10FFFF, 4},
        {"\x80", RUNE_BAD, 1},
        {"\xc0\x80", RUNE_BAD, 1},
        {"\xc1\xbf", RUNE_BAD, 1},
        {"\xe0\x9f\xbf", RUNE_BAD, 1},
        {"\xed\xa0\x80", RUNE_BAD, 1},
        {"\xf0\x8f\xbf\xbf", RUNE_BAD, 1},
        {"\xf4\x90\x80\x80", RUNE_BAD, 1},
        {"\xf5\x80\x80\x80", RUNE_BAD, 1},
        {"\xff", RUNE_BAD, 1},
        {"\xe2\x82", RUNE_BAD, 1},
        {"\xe2\x82x", RUNE_BAD, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t pos = 0;
        assert_int_equal(utf8_next(str_from(cases[i].text), &pos), cases[i].rune);
        assert_int_equal(pos, cases[i].n);
    }
}

static void validates(void **state)
{
    (void)state;
    assert_true(utf8_is_valid((struct str){0}));
    assert_true(utf8_is_valid(STR("plain text and \xe2\x82\xac and more text")));
    assert_int_equal(utf8_valid_prefix(STR("0123456789\xff tail")), 10);
    assert_int_equal(utf8_valid_prefix(STR("0123456\xe2\x82")), 7);
    assert_true(utf8_is_ascii(STR("0123456789abcdef")));
    assert_false(utf8_is_ascii(STR("0123456789abcde\xc3\xa9")));
    assert_int_equal(utf8_count(STR("a\xc3\xa9\xff\x80z")), 5);
}

static void knows_widths(void **state)
{
    (void)state;
    assert_int_equal(rune_width('a'), 1);
    assert_int_equal(rune_width(0xE9), 1);
    assert_int_equal(rune_width(0x301), 0);
    assert_int_equal(rune_width(0x200B), 0);
    assert_int_equal(rune_width(0x4E2D), 2);
    assert_int_equal(rune_width(0xFF21), 2);
    assert_int_equal(rune_width(0x1F600), 2);
    assert_int_equal(rune_width(0x2A700), 2);
    assert_int_equal(rune_width(0x10FFFF), 1);
}

static void knows_hostile_runes(void **state)
{
    (void)state;
    static const uint32_t bad[] = {0,      '\r',   0x1B,   0x7F,   0x85,   0x061C, 0x200B,
                                   0x200F, 0x2028, 0x202E, 0x2066, 0x2069, 0xFEFF, 0xE0041};
    static const uint32_t good[] = {'\t', '\n', ' ', '~', 0xA0, 0xE9, 0x301, 0x4E2D, 0x1F600};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_true(rune_is_hostile(bad[i]));
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_false(rune_is_hostile(good[i]));
}

int test_utf8(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(validates),
        cmocka_unit_test(knows_widths),
        cmocka_unit_test(knows_hostile_runes),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
