/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/base/base_check.h"

int test_str(void);

static void compares(void **state)
{
    (void)state;
    assert_true(str_eq(STR("a"), STR("a")));
    assert_false(str_eq(STR("a"), STR("b")));
    assert_true(str_eq((struct str){0}, STR("")));
    assert_true(str_is((struct str){0}, NULL));
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("b"), STR("ab")) > 0);
    assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
    assert_int_equal(str_cmp((struct str){0}, (struct str){0}), 0);
    assert_true(str_eq_fold(STR("ConfigMap"), STR("configmap")));
    assert_false(str_eq_fold(STR("a["), STR("a{")));
}

static void finds(void **state)
{
    (void)state;
    const char *const list[] = {"one", "two"};
    assert_true(str_starts(STR("abc"), STR("ab")));
    assert_true(str_starts(STR("abc"), STR("")));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(STR("abc"), STR("bc")));
    assert_false(str_ends(STR("c"), STR("bc")));
    assert_true(str_has(STR("abc"), STR("b")));
    assert_true(str_has_control(STR("a\tb")) && str_has_control(STR("\x7f")) &&
                !str_has_control(STR("a \xc3\xa9")));
    assert_int_equal(str_find(STR("aabaab"), STR("ab")), 1);
    assert_int_equal(str_find((struct str){0}, STR("x")), -1);
    assert_int_equal(str_find_char(STR("a/b/c"), '/'), 1);
    assert_int_equal(str_find_last_char(STR("a/b/c"), '/'), 3);
    assert_int_equal(str_find_char((struct str){0}, 'x'), -1);
    assert_true(str_is_one_of(STR("two"), list, 2));
    assert_false(str_is_one_of(STR("three"), list, 2));
}

static void slices(void **state)
{
    (void)state;
    assert_str(str_sub(STR("hello"), 1, 3), "el");
    assert_str(str_sub(STR("hello"), 3, 1), "");
    assert_str(str_sub(STR("hello"), 2, 99), "llo");
    assert_str(str_from_offset(STR("hello"), 9), "");
    assert_str(str_sub((struct str){0}, 1, 2), "");
    assert_str(str_trim(STR(" \t\r\n\v\fa b ")), "a b");
    assert_str(str_trim(STR("  ")), "");
}

static void splits(void **state)
{
    (void)state;
    struct str rest = STR("a,,b,");
    struct str part;
    const char *const want[] = {"a", "", "b"};
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_true(str_split(&rest, ',', &part));
        assert_str(part, want[i]);
    }
    assert_false(str_split(&rest, ',', &part));
}

static void copies(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    assert_str(str_dup(&arena, STR("copy")), "copy");
    assert_string_equal(str_to_c(&arena, (struct str){0}), "");
    assert_str(str_format(&arena, "%d-%.*s", 7, STR_FMT(STR("seven"))), "7-seven");
    assert_str(str_concat(&arena, STR("a"), STR("b")), "ab");
    assert_str(str_lower(&arena, STR("AbC-É")), "abc-É");
    struct str sorted[] = {STR("b"), STR("a"), STR("aa")};
    qsort(sorted, ARRAY_LEN(sorted), sizeof sorted[0], str_cmp_qsort);
    assert_str(sorted[1], "aa");
}

int test_str(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares), cmocka_unit_test(finds),  cmocka_unit_test(slices),
        cmocka_unit_test(splits),   cmocka_unit_test(copies),
    };
    return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
