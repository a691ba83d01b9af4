/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas, buffers, vectors and maps. */
#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "unit/base/base_check.h"

int test_memory(void);

static void arena_gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    size_t sum = 0;
    for (size_t i = 0; i < 3000; i++) {
        size_t n = i * i % 1777;
        char *p = arena_alloc(&arena, n);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(p[k], 0);
        memset(p, 0xAA, n);
        memset(arena_alloc_text(&arena, 3), 0xBB, 3);
        sum += n + 3;
    }
    assert_true(arena.used >= sum);
    memset(arena_alloc_text(&arena, 5 << 20), 1, 5 << 20);
    assert_non_null(arena_alloc(&arena, 0));
    arena_release(&arena);
    assert_int_equal(arena.used, 0);
    assert_memory_equal(arena_dup(&arena, "ab", 3), "ab", 3);
}

/* Lists of nothing are many. */
static void arena_gives_nothing_cheaply(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    const char *first = arena_alloc(&arena, 0);
    const char *second = arena_alloc(&arena, 0);
    assert_non_null(first);
    assert_ptr_not_equal(first, second);
    for (int i = 0; i < 10000; i++)
        assert_non_null(arena_alloc_text(&arena, 0));
    assert_true(arena.used <= 10002);
}

static void arena_moves(void **state)
{
    (void)state;
    SCOPED(arena) struct arena first = {0};
    SCOPED(arena) struct arena second = {0};
    arena_take(&first, &second);
    struct str a = str_dup(&second, STR("a"));
    arena_take(&first, &second);
    struct str b = str_dup(&second, STR("b"));
    struct str large = {arena_alloc(&second, 1 << 20), 1 << 20};
    arena_take(&first, &second);
    assert_int_equal(second.used, 0);
    struct str c = str_dup(&second, STR("c"));
    arena_take(&second, &first);
    assert_str(str_dup(&second, STR("after")), "after");
    assert_str(a, "a");
    assert_str(b, "b");
    assert_str(c, "c");
    assert_int_equal(large.p[large.n - 1], 0);
}

static void buf_grows(void **state)
{
    (void)state;
    SCOPED(buf) struct buf buf;
    buf_init(&buf, 1 << 20);
    for (int i = 0; i < 1000; i++)
        buf_format(&buf, "%d,", i);
    assert_int_equal(buf.n, 3890);
    assert_false(buf.full);
    buf_cut(&buf, 4);
    assert_string_equal(buf.p, "0,1,");
    buf_clear(&buf);
    buf_add_rune(&buf, 'A');
    buf_add_rune(&buf, 0xE9);
    buf_add_rune(&buf, 0x20AC);
    buf_add_rune(&buf, 0x1F600);
    buf_add_rune(&buf, 0xD800);
    assert_string_equal(buf.p, "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd");
    buf_clear(&buf);
    buf_add_n(&buf, '-', 3);
    buf_format(&buf, "%0500d", 1);
    assert_int_equal(buf.n, 503);
}

static void buf_cuts_at_its_maximum(void **state)
{
    (void)state;
    SCOPED(buf) struct buf buf;
    buf_init(&buf, 4);
    buf_add(&buf, STR("abcd"));
    assert_false(buf.full);
    buf_add_char(&buf, 'e');
    assert_true(buf.full);
    assert_string_equal(buf.p, "abcd");
    buf_clear(&buf);
    assert_false(buf.full);
    buf_add_c(&buf, "abc\xc3\xa9");
    assert_true(buf.full);
    assert_string_equal(buf.p, "abc");
    buf_add_n(&buf, 'x', 9);
    assert_string_equal(buf.p, "abcx");
    SCOPED(buf) struct buf nothing = {0};
    buf_add(&nothing, STR("a"));
    buf_add_char(&nothing, 'a');
    assert_true(nothing.full);
    assert_int_equal(nothing.n, 0);
}

static void vec_grows(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    struct {
        VEC(int);
    } in_arena = {0}, on_heap = {0};
    for (int i = 0; i < 1000; i++) {
        VEC_PUSH(&arena, &in_arena, i);
        VEC_PUSH(NULL, &on_heap, i);
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(in_arena.items[i] + on_heap.items[i], 2 * i);
    free(on_heap.items);
}

static void map_keeps_order(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    struct map map = {.arena = &arena};
    int values[3000];
    assert_null(map_get(&map, STR("a")));
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct str key = str_format(&arena, "key-%zu", i);
        assert_false(map_has(&map, key));
        assert_null(map_put(&map, key, &values[i]));
        assert_ptr_equal(map_get(&map, key), &values[i]);
    }
    assert_int_equal(map.n, ARRAY_LEN(values));
    for (size_t i = 0; i < map.n; i++) {
        assert_ptr_equal(map.entries[i].value, &values[i]);
        assert_ptr_equal(map_get(&map, map.entries[i].key), &values[i]);
    }
    assert_ptr_equal(map_put(&map, STR("key-7"), &values[1]), &values[7]);
    assert_int_equal(map.n, ARRAY_LEN(values));
    void **slot = map_slot(&map, STR(""));
    assert_null(*slot);
    assert_true(map_has(&map, (struct str){0}));
    assert_null(map_get(&map, STR("")));
}

int test_memory(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(arena_gives_nothing_cheaply),
        cmocka_unit_test(arena_moves),
        cmocka_unit_test(buf_grows),
        cmocka_unit_test(buf_cuts_at_its_maximum),
        cmocka_unit_test(vec_grows),
        cmocka_unit_test(map_keeps_order),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
