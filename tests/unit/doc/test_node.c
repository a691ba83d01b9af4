/* SPDX-License-Identifier: Apache-2.0 */
/* Trees in the hand: values, iteration, lookup, building, copying, comparing. */
#include "unit/unit.h"

#include "doc/doc.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* A scalar as a reader would make it, numbers as written. */
static struct node *scalar(enum node_kind kind, const char *text)
{
    struct node *node = node_new_text(&arena, str_from(text));
    node->kind = (uint8_t)kind;
    return node;
}

static struct node *alias_of(struct node *target)
{
    struct node *node = node_new(&arena, NODE_ALIAS);
    node->first = target;
    return node;
}

static const struct node *json(const char *text)
{
    struct diags diags = {0};
    struct doc doc;
    struct source *source = source_new(&arena, STR("x"), str_from(text));
    assert_int_equal(doc_read_json(&arena, source, &diags, &doc), 0);
    assert_non_null(doc.root);
    diags_release(&diags);
    return doc.root;
}

static void integers_are_read_as_go_yaml_writes_them(void **state)
{
    static const struct {
        enum node_kind kind;
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        {NODE_INT, "0", true, 0},
        {NODE_INT, "-0", true, 0},
        {NODE_INT, "+3", true, 3},
        {NODE_INT, "010", true, 8},
        {NODE_INT, "0o10", true, 8},
        {NODE_INT, "0x1F", true, 31},
        {NODE_INT, "-0x1f", true, -31},
        {NODE_INT, "0b11", true, 3},
        {NODE_INT, "-0b11", true, -3},
        {NODE_INT, "0b-11", true, -3},
        {NODE_INT, "1_000", true, 1000},
        {NODE_INT, "0_x1F_", true, 31},
        {NODE_INT, "9223372036854775807", true, INT64_MAX},
        {NODE_INT, "-9223372036854775808", true, INT64_MIN},
        {NODE_UINT, "9223372036854775808", false, 0},
        {NODE_FLOAT, "3.0", true, 3},
        {NODE_FLOAT, "1e3", true, 1000},
        {NODE_FLOAT, "0888", true, 888},
        {NODE_FLOAT, "1_0.0", true, 10},
        {NODE_FLOAT, "-0.0", true, 0},
        {NODE_FLOAT, "017", true, 15}, /* !!float 017 */
        {NODE_FLOAT, "9007199254740993.0", true, 9007199254740992},
        {NODE_FLOAT, "1.5", false, 0},
        {NODE_FLOAT, "1e18", true, 1000000000000000000},
        {NODE_FLOAT, "1e19", false, 0},
        {NODE_FLOAT, "9223372036854775807.0", false, 0},
        {NODE_STRING, "3", false, 0},
        {NODE_BOOL, "true", false, 0},
        {NODE_NULL, "", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t value = 0;
        const bool ok = node_i64(scalar(cases[i].kind, cases[i].text), &value);
        if (ok != cases[i].ok || value != cases[i].value)
            fail_msg("%s: %d, %" PRId64, cases[i].text, ok, value);
    }
}

static void doubles_and_unsigned_are_read(void **state)
{
    double d;
    uint64_t u;
    (void)state;
    assert_true(node_double(scalar(NODE_INT, "0x10"), &d) && d > 15.9 && d < 16.1);
    assert_true(node_double(scalar(NODE_FLOAT, "-1_0.5"), &d) && d < -10.4 && d > -10.6);
    assert_true(node_double(scalar(NODE_FLOAT, ".5"), &d) && d > 0.4 && d < 0.6);
    assert_true(node_double(scalar(NODE_UINT, "18446744073709551615"), &d) && d > 1.8e19);
    assert_false(node_double(scalar(NODE_STRING, "1"), &d));
    assert_false(node_double(NULL, &d));
    assert_true(node_u64(scalar(NODE_UINT, "0xffffffffffffffff"), &u) && u == UINT64_MAX);
    assert_true(node_u64(scalar(NODE_INT, "5"), &u) && u == 5);
    assert_false(node_u64(scalar(NODE_INT, "-5"), &u));
}

static void nothing_is_null(void **state)
{
    (void)state;
    assert_int_equal(node_kind(NULL), NODE_NULL);
    assert_true(node_is_null(NULL));
    assert_true(node_is_scalar(NULL));
    assert_null(node_real(NULL));
    assert_false(node_bool(NULL));
    assert_int_equal(node_text(NULL).n, 0);
    assert_int_equal(node_text(scalar(NODE_NULL, "~")).n, 0);
    assert_null(node_get(NULL, STR("a")));
    assert_null(node_at(NULL, 0));
    assert_null(map_first(NULL).key);
    assert_null(list_first(NULL).value);
    assert_null(map_first(json("[1]")).key);
    assert_null(list_first(json("{\"a\":1}")).value);
    assert_int_equal(node_get_text(json("{\"a\":1}"), STR("a")).n, 0);
    assert_string_equal(node_kind_name(NODE_FLOAT), "number");
}

static void entries_come_in_order(void **state)
{
    const struct node *map = json("{\"b\":1,\"a\":[10,20],\"\":{}}");
    (void)state;
    struct entry e = map_first(map);
    assert_true(str_is(node_text(e.key), "b"));
    e = map_next(e);
    assert_true(str_is(node_text(e.key), "a"));
    struct item it = list_next(list_first(e.value));
    assert_int_equal(it.index, 1);
    assert_true(str_is(node_text(it.value), "20"));
    assert_null(list_next(it).value);
    e = map_next(e);
    assert_non_null(e.key);
    assert_null(map_next(e).key);
    assert_int_equal(node_kind(node_get(map, STR(""))), NODE_MAP);
    assert_null(node_get(map, STR("ab")));
    assert_null(node_at(node_get(map, STR("a")), 2));
}

static void aliases_are_looked_through(void **state)
{
    (void)state;
    struct node *target = node_new(&arena, NODE_MAP);
    node_put(&arena, target, STR("x"), node_new_text(&arena, STR("deep")));
    struct node *root = node_new(&arena, NODE_MAP);
    struct node *alias = alias_of(target);
    alias->start = 77;
    alias->len = 2;
    node_put(&arena, root, STR("a"), target);
    node_put(&arena, root, STR("b"), alias);
    const struct entry b = node_entry(root, STR("b"));
    assert_ptr_equal(b.value, target);
    assert_ptr_equal(b.written, alias);
    assert_int_equal(node_span(b.written).end, 79);
    assert_true(str_is(node_get_text(alias, STR("x")), "deep"));
    assert_int_equal(node_kind(alias_of(alias)), NODE_MAP);

    const struct node *copy = node_copy(&arena, root);
    assert_true(node_equal(copy, root));
    assert_int_equal(node_get(copy, STR("b"))->kind, NODE_MAP);
    assert_int_equal(node_get(copy, STR("b"))->start, 77);
    assert_ptr_not_equal(node_get(copy, STR("b")), target);
}

static void maps_are_changed_in_place(void **state)
{
    (void)state;
    struct node *map = node_new(&arena, NODE_MAP);
    node_put(&arena, map, STR("a"), node_new_i64(&arena, 1));
    node_put(&arena, map, STR("b"), node_new_i64(&arena, INT64_MIN));
    node_put(&arena, map, STR("c"), node_new_bool(&arena, true));
    node_put(&arena, map, STR("a"), node_new_text(&arena, STR("new")));
    assert_int_equal(map->n, 3);
    assert_true(str_is(node_get_text(map, STR("a")), "new"));
    assert_true(node_bool(node_get(map, STR("c"))));
    assert_true(node_remove(map, STR("b")));
    assert_false(node_remove(map, STR("b")));
    assert_int_equal(map->n, 2);
    assert_true(node_equal(map, json("{\"c\":true,\"a\":\"new\"}")));

    struct node *list = node_new(&arena, NODE_LIST);
    node_add(list, node_new_i64(&arena, 1));
    node_add(list, node_new_text(&arena, STR("")));
    assert_int_equal(list->n, 2);
    assert_true(node_equal(list, json("[1,\"\"]")));
}

static void equal_means_the_same_json(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        bool equal;
    } cases[] = {
        {"1", "1.0", true},
        {"1", "1e0", true},
        {"18446744073709551615", "18446744073709551615", true},
        {"18446744073709551615", "18446744073709551614", false},
        {"9223372036854775807", "9223372036854775806", false},
        {"0", "-0.0", true},
        {"1", "\"1\"", false},
        {"true", "false", false},
        {"null", "{}", false},
        {"null", "null", true},
        {"[]", "{}", false},
        {"[1,2]", "[2,1]", false},
        {"[1]", "[1,1]", false},
        {"{\"a\":1,\"b\":[{}]}", "{\"b\":[{}],\"a\":1}", true},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"{\"a\":null}", "{}", false},
        {"{\"a\":null}", "{\"b\":null}", false},
        {"\"\\u0061\"", "\"a\"", true},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct node *a = json(cases[i].a);
        const struct node *b = json(cases[i].b);
        if (node_equal(a, b) != cases[i].equal || node_equal(b, a) != cases[i].equal)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
    }
}

static void large_shuffled_maps_are_compared(void **state)
{
    enum { KEYS = 500 };
    struct node *up = node_new(&arena, NODE_MAP);
    struct node *down = node_new(&arena, NODE_MAP);
    (void)state;
    for (int64_t i = 0; i < KEYS; i++) {
        node_put(&arena, up, str_format(&arena, "k%" PRId64, i), node_new_i64(&arena, i));
        const int64_t j = KEYS - 1 - i;
        node_put(&arena, down, str_format(&arena, "k%" PRId64, j), node_new_i64(&arena, j));
    }
    assert_true(node_equal(up, down));
    node_put(&arena, down, STR("k7"), node_new_i64(&arena, 8));
    assert_false(node_equal(up, down));
}

int test_node(void);
int test_node(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(integers_are_read_as_go_yaml_writes_them, release),
        cmocka_unit_test_teardown(doubles_and_unsigned_are_read, release),
        cmocka_unit_test_teardown(nothing_is_null, release),
        cmocka_unit_test_teardown(entries_come_in_order, release),
        cmocka_unit_test_teardown(aliases_are_looked_through, release),
        cmocka_unit_test_teardown(maps_are_changed_in_place, release),
        cmocka_unit_test_teardown(equal_means_the_same_json, release),
        cmocka_unit_test_teardown(large_shuffled_maps_are_compared, release),
    };
    return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
