/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/unit.h"

#include "diag/diag.h"

static void assert_place(struct source *source, uint32_t offset, uint32_t line, uint32_t column)
{
    struct place place = source_place(source, offset);

    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void assert_text(struct str text, const char *want)
{
    assert_string_equal(text.n > 0 ? text.p : "", want);
}

static void lines_end_as_in_yaml(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct source *source = source_new(&arena, STR("a.yaml"), STR("a\r\nbc\rd\n\ne"));

    (void)state;
    assert_int_equal(source_line_count(source), 5);
    assert_place(source, 0, 1, 1);
    assert_place(source, 1, 1, 2); /* the break belongs to its line */
    assert_place(source, 2, 1, 3);
    assert_place(source, 3, 2, 1);
    assert_place(source, 5, 2, 3);
    assert_place(source, 6, 3, 1);
    assert_place(source, 8, 4, 1);
    assert_place(source, 9, 5, 1);
    assert_text(str_dup(&arena, source_line(source, 1)), "a");
    assert_text(str_dup(&arena, source_line(source, 2)), "bc");
    assert_text(str_dup(&arena, source_line(source, 3)), "d");
    assert_text(str_dup(&arena, source_line(source, 4)), "");
    assert_text(str_dup(&arena, source_line(source, 5)), "e");
    assert_int_equal(source_line(source, 0).n, 0);
    assert_int_equal(source_line(source, 6).n, 0);
    assert_int_equal(source_line_start(source, 2), 3);
    assert_int_equal(source_line_start(source, 6), 10);
}

static void columns_are_code_points(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct source *source = source_new(&arena, STR("a.yaml"), STR("é€\xF0\x9F\x90\x8Bx\xFFy"));

    (void)state;
    assert_place(source, 0, 1, 1);
    assert_place(source, 1, 1, 1); /* inside of a code point is that code point */
    assert_place(source, 2, 1, 2);
    assert_place(source, 5, 1, 3);
    assert_place(source, 9, 1, 4);
    assert_place(source, 10, 1, 5); /* a malformed byte counts as one */
    assert_place(source, 11, 1, 6);
    assert_place(source, 99, 1, 7); /* past the end is the end */
}

static void byte_order_mark_takes_no_column(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct source *source = source_new(&arena, STR("a.yaml"),
                                       STR("\xEF\xBB\xBF"
                                           "ab\ncd"));

    (void)state;
    assert_place(source, 0, 1, 1);
    assert_place(source, 2, 1, 1);
    assert_place(source, 3, 1, 1);
    assert_place(source, 4, 1, 2);
    assert_place(source, 7, 2, 2);
}

static void empty_text_has_one_line(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct source *empty = source_new(&arena, STR("a.yaml"), STR(""));
    struct source *line = source_new(&arena, STR("b.yaml"), STR("a\n"));

    (void)state;
    assert_place(empty, 0, 1, 1);
    assert_place(empty, 5, 1, 1);
    assert_int_equal(source_line(empty, 1).n, 0);
    assert_place(line, 2, 2, 1);
}

/* A place by walking, to compare with. */
static struct place walk(const char *text, size_t offset)
{
    struct place place = {1, 1};

    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n')
            place = (struct place){place.line + 1, 1};
        else if (((unsigned char)text[i + 1] & 0xC0) != 0x80)
            place.column++;
    }
    return place;
}

static void long_lines_agree_with_walking(void **state)
{
    enum { SIZE = 40000, BREAK_A = 9000, BREAK_B = 31000 };
    SCOPED(arena) struct arena arena = {0};
    char *text = arena_alloc_text(&arena, SIZE + 1);
    struct source *source;

    (void)state;
    for (size_t i = 0; i + 3 <= SIZE; i += 3)
        memcpy(text + i, i % 7 == 0 ? "€" : "a\xC3\xA9", 3);
    memset(text + SIZE - SIZE % 3, 'z', SIZE % 3 + 1);
    memcpy(text + BREAK_A, "x\ny", 3);
    memcpy(text + BREAK_B - BREAK_B % 3, "x\ny", 3);
    source = source_new(&arena, STR("a.json"), (struct str){text, SIZE});
    for (size_t offset = 0; offset < SIZE; offset += 61) {
        size_t start = offset;
        struct place want;
        while (((unsigned char)text[start] & 0xC0) == 0x80)
            start--;
        want = walk(text, start);
        assert_place(source, (uint32_t)offset, want.line, want.column);
    }
}

static void one_endless_line_is_fast(void **state)
{
    enum { SIZE = 32 << 20, PLACES = 100000 };
    SCOPED(arena) struct arena arena = {0};
    char *text = arena_alloc_text(&arena, SIZE);
    struct source *source = source_new(&arena, STR("a.json"), (struct str){text, SIZE});

    (void)state;
    memset(text, 'a', SIZE);
    for (uint32_t i = 0; i < PLACES; i++)
        assert_place(source, SIZE - i, 1, SIZE - i + 1);
}

static void masks_overlap(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct source *source = source_new(&arena, STR("a.yaml"), STR("0123456789"));

    (void)state;
    assert_false(source_is_masked(source, (struct span){0, 10}));
    source_mask(source, (struct span){2, 4});
    source_mask(source, (struct span){4, 4});
    assert_false(source_is_masked(source, (struct span){0, 2}));
    assert_false(source_is_masked(source, (struct span){4, 9}));
    assert_true(source_is_masked(source, (struct span){3, 9}));
    assert_true(source_is_masked(source, (struct span){0, 10}));
    assert_true(source_is_masked(source, (struct span){3, 3}));
}

static void masks_in_any_order(void **state)
{
    static const struct span spans[] = {{80, 85}, {10, 20}, {40, 50}, {15, 30},
                                        {60, 61}, {5, 8},   {45, 82}, {10, 20}};
    bool masked[100] = {false};
    SCOPED(arena) struct arena arena = {0};
    struct source *source = source_new(&arena, STR("a.yaml"), STR(""));

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
        source_mask(source, spans[i]);
        memset(masked + spans[i].start, true, spans[i].end - spans[i].start);
        for (uint32_t byte = 0; byte < ARRAY_LEN(masked); byte++)
            assert_int_equal(source_is_masked(source, (struct span){byte, byte + 1}), masked[byte]);
    }
    assert_int_equal(source->masks.n, 3);
}

int test_source(void);
int test_source(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_as_in_yaml),
        cmocka_unit_test(columns_are_code_points),
        cmocka_unit_test(byte_order_mark_takes_no_column),
        cmocka_unit_test(empty_text_has_one_line),
        cmocka_unit_test(long_lines_agree_with_walking),
        cmocka_unit_test(one_endless_line_is_fast),
        cmocka_unit_test(masks_overlap),
        cmocka_unit_test(masks_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
