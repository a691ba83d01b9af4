/* SPDX-License-Identifier: Apache-2.0 */
/* Changes inside of brackets: flow style and JSON. */
#include "unit/edit/edited.h"

static void flow_style_stays(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a: {b: 1, c: 2} # x\n", "replace /a/b 3", "a: {b: 3, c: 2} # x\n"},
        {"a: {b: 1, c: 2}\n", "add /a/d {\"e\":[1,\"x y\"]}",
         "a: {b: 1, c: 2, d: {e: [1, \"x y\"]}}\n"},
        {"a: {b: 1, c: 2}\n", "remove /a/b", "a: {c: 2}\n"},
        {"a: {b: 1, c: 2}\n", "remove /a/c", "a: {b: 1}\n"},
        {"a: {b: 1, c: 2, d: 3}\n", "remove /a/c", "a: {b: 1, d: 3}\n"},
        {"a: {b: 1, c: 2, d: 3}\n", "remove /a/c; remove /a/d", "a: {b: 1}\n"},
        {"a: {b: 1, c: 2}\n", "remove /a/c; add /a/d 3", "a: {b: 1, d: 3}\n"},
        {"a: {b: 1}\n", "remove /a/b", "a: {}\n"},
        {"a: {b: 'x'}\n", "replace /a/b \"y\"", "a: {b: 'y'}\n"},
        {"a: {b: , c: 1}\n", "replace /a/b 2", "a: {b: 2 , c: 1}\n"},
        {"a: {b: {}}\n", "add /a/b/c 1", "a: {b: {c: 1}}\n"},
        {"a: [1, 2]\n", "add /a/- 3", "a: [1, 2, 3]\n"},
        {"a: [1, 2]\n", "add /a/1 3", "a: [1, 3, 2]\n"},
        {"a: [1, 2]\n", "add /a/0 3", "a: [3, 1, 2]\n"},
        {"a: [1, 2,]\n", "add /a/- 3", "a: [1, 2, 3,]\n"},
        {"a: [1, 2]\n", "remove /a/0", "a: [2]\n"},
        {"a: [1, 2]\n", "remove /a/1", "a: [1]\n"},
        {"a: [1, 2]\n", "remove /a/1; remove /a/0", "a: []\n"},
        {"a: [1, 2]\n", "replace /a/1 {\"k\":1}", "a: [1, {k: 1}]\n"},
        {"a: [\n  1, # one\n  2 # two\n]\n", "add /a/- 3",
         "a: [\n  1, # one\n  2, # two\n  3\n]\n"},
        {"a: [\n  1, # one\n  2 # two\n]\n", "add /a/1 3",
         "a: [\n  1, # one\n  3,\n  2 # two\n]\n"},
        {"a: [\n  1,\n  2\n]\n", "remove /a/0", "a: [\n  2\n]\n"},
        {"x: &x 1\na: {b: *x, c: 1}\n", "replace /a/c 2", "x: &x 1\na: {b: *x, c: 2}\n"},
        {"a: {b, c: 1}\n", "replace /a/b 2", NULL},
        {"a: {b, c: 1}\n", "add /a/d 2", "a: {b, c: 1, d: 2}\n"},
        {"{a: 1, b: 2}\n", "add /c \"on\"", "{a: 1, b: 2, c: \"on\"}\n"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

static void json_stays_json(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"{\"a\":1}", "add /b {\"c\":\"x\"}", "{\"a\":1,\"b\":{\"c\":\"x\"}}"},
        {"{\"a\": 1}\n", "add /b [1, 2]", "{\"a\": 1, \"b\": [1, 2]}\n"},
        {"{\"a\": {}}\n", "add /a/b \"x\"", "{\"a\": {\"b\": \"x\"}}\n"},
        {"{\n  \"a\": 1\n}\n", "add /b 2", "{\n  \"a\": 1,\n  \"b\": 2\n}\n"},
        {"{\n    \"a\": 1\n}\n", "add /b {\"c\":{\"d\":[1]}}",
         "{\n    \"a\": 1,\n    \"b\": {\n        \"c\": {\n            \"d\": [\n                "
         "1\n"
         "            ]\n        }\n    }\n}\n"},
        {"{\n\t\"a\": 1\n}\n", "add /b {\"c\":1}",
         "{\n\t\"a\": 1,\n\t\"b\": {\n\t\t\"c\": 1\n\t}\n}\n"},
        {"{\r\n  \"a\": 1\r\n}\r\n", "add /b 2", "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n"},
        {"{\n  \"a\": 1,\n  \"b\": 2\n}\n", "remove /a", "{\n  \"b\": 2\n}\n"},
        {"{\n  \"a\": 1,\n  \"b\": 2\n}\n", "remove /b", "{\n  \"a\": 1\n}\n"},
        {"{\n  \"a\": [\n    1\n  ]\n}\n", "add /a/- 2", "{\n  \"a\": [\n    1,\n    2\n  ]\n}\n"},
        {"{\"a\": \"x\"}", "replace /a \"y\\nz\"", "{\"a\": \"y\\nz\"}"},
        {"{\"a\": \"x\"}", "replace /a null", "{\"a\": null}"},
        {"{\"a\": 1}{\"b\": 2}", "add /c 3", "{\"a\": 1, \"c\": 3}{\"b\": 2}"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

static void documents_and_items_are_apart(void **state)
{
    (void)state;
    static const struct edited second = {"a: 1\n---\n# two\nb: 2\n---\nc: 3\n", "add /d 4",
                                         "a: 1\n---\n# two\nb: 2\nd: 4\n---\nc: 3\n"};
    static const struct edited item = {"kind: List\nitems:\n- a: 1\n- a: 2\n- a: 3\n",
                                       "replace /a 9; add /b 1",
                                       "kind: List\nitems:\n- a: 1\n- a: 9\n  b: 1\n- a: 3\n"};
    static const struct edited last = {"{\"a\": 1}\n{\"b\": 2}", "add /c 3",
                                       "{\"a\": 1}\n{\"b\": 2, \"c\": 3}"};
    assert_true(check_object(&second, 1, "", false));
    assert_true(check_object(&item, 0, "items[1]", false));
    assert_true(check_object(&last, 1, "", false));
}

static void defaulted_objects_lack_parents(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a:\n  b: 1\n", "add /a/c/d/e true", "a:\n  b: 1\n  c:\n    d:\n      e: true\n"},
        {"a:\n  b:\n", "add /a/b/c true", "a:\n  b:\n    c: true\n"},
        {"a:\n  b: {}\n", "replace /a/b/c true", "a:\n  b:\n    c: true\n"},
        {"a:\n  b: {}\n", "add /a/l/- 1", "a:\n  b: {}\n  l:\n  - 1\n"},
        {"a: 1\n", "add /a/b 1", NULL},
        {"a: []\n", "replace /a/0 1", NULL},
        {"a: []\n", "replace /a/0/b 1", NULL},
        {"a: 1\n", "remove /b", NULL},
        {"a: 1\n", "test /b 1; add /c 1", NULL},
        {"a: 1\n", "test /a 2; add /c 1", NULL},
        {"a: 1\n", "test /a 1; add /c 1", "a: 1\nc: 1\n"},
        {"s:\n  c:\n  - n: x\n    i: y\n", "add /s/c/0/r/l/m \"1Gi\"; add /s/c/0/r/l/k \"2\"",
         "s:\n  c:\n  - n: x\n    i: y\n    r:\n      l:\n        m: 1Gi\n        k: \"2\"\n"},
    };
    bool good = true;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        good &= check_object(&cases[i], 0, "", true);
    assert_true(good);
}

static void pointers_are_strict(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a: 1\n", "add /b/c 1", NULL},       {"a: [1]\n", "add /a/2 1", NULL},
        {"a: [1]\n", "add /a/00 1", NULL},    {"a: [1]\n", "add /a/-1 1", NULL},
        {"a: [1]\n", "replace /a/- 1", NULL}, {"a: [1]\n", "remove /a/-", NULL},
        {"a: 1\n", "replace /b 1", NULL},     {"a: 1\n", "add / 1", "a: 1\n\"\": 1\n"},
        {"a: 1\n", "add a 1", NULL},          {"a: 1\n", "replace /a/ 1", NULL},
    };
    check_all(cases, ARRAY_LEN(cases));
}

int test_edit_flow(void);
int test_edit_flow(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flow_style_stays),
        cmocka_unit_test(json_stays_json),
        cmocka_unit_test(documents_and_items_are_apart),
        cmocka_unit_test(defaulted_objects_lack_parents),
        cmocka_unit_test(pointers_are_strict),
    };
    return cmocka_run_group_tests_name("edit_flow", tests, NULL, NULL);
}
