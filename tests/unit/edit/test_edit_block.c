/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of maps and lists in block style: what is not touched stays to the byte. */
#include "unit/edit/edited.h"

static void values_are_replaced(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a: 1 # c\nb: 2\n", "replace /a 3", "a: 3 # c\nb: 2\n"},
        {"a:   1\n", "replace /a 3", "a:   3\n"},
        {"a: 'x'\n", "replace /a \"y\"", "a: 'y'\n"},
        {"a: 'x'\n", "replace /a \"it's\"", "a: 'it''s'\n"},
        {"a: \"x\"\n", "replace /a \"y\"", "a: \"y\"\n"},
        {"a: x\n", "replace /a \"8080\"", "a: \"8080\"\n"},
        {"a: x\nb: 'q'\n", "replace /a \"8080\"", "a: '8080'\nb: 'q'\n"},
        {"a: \"80\"\n", "replace /a 80", "a: 80\n"},
        {"a: x\n", "replace /a null", "a: null\n"},
        {"a: x\n", "replace /a {}", "a: {}\n"},
        {"a: x\n", "replace /a []", "a: []\n"},
        {"a: two\n  lines # c\nb: 1\n", "replace /a true", "a: true # c\nb: 1\n"},
        {"a:\n  below\nb: 1\n", "replace /a 1", "a:\n  1\nb: 1\n"},
        {"a: !!str 1\n", "replace /a 2", "a: 2\n"},
        {"- a: 1\n", "replace /0/a 2", NULL},
        {"a:\n- b: 1 # c\n  d: 2\n", "replace /a/0/b 9", "a:\n- b: 9 # c\n  d: 2\n"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

static void collections_replace_scalars(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a: x # c\nb: 1\n", "replace /a {\"k\":1,\"l\":[1]}",
         "a: # c\n  k: 1\n  l:\n  - 1\nb: 1\n"},
        {"a: {} # c\nb: 1\n", "add /a/k 1", "a: # c\n  k: 1\nb: 1\n"},
        {"a: []\n", "add /a/- {\"b\":1,\"c\":2}", "a:\n- b: 1\n  c: 2\n"},
        {"a:\nb: 1\n", "replace /a {\"k\":1}", "a:\n  k: 1\nb: 1\n"},
        {"a: # c\nb: 1\n", "replace /a {\"k\":1}", "a: # c\n  k: 1\nb: 1\n"},
        {"a:\nb: 1\n", "replace /a \"x\"", "a: x\nb: 1\n"},
        {"a: # c\nb: 1\n", "replace /a \"x\"", "a: x # c\nb: 1\n"},
        {"b: 1\na:", "replace /a {\"k\":1}", "b: 1\na:\n  k: 1"},
        {"a:\n    b:\n        c: 1\nd: {}\n", "add /d/e {\"f\":1}",
         "a:\n    b:\n        c: 1\nd:\n    e:\n        f: 1\n"},
        {"a:\n  - 1\nd: {}\n", "add /d/e [1]", "a:\n  - 1\nd:\n  e:\n    - 1\n"},
        {"a:\n- x\n- y\n", "replace /a/0 {\"k\":1,\"l\":2}", "a:\n- k: 1\n  l: 2\n- y\n"},
        {"a:\n-\n- y\n", "replace /a/0 {\"k\":1,\"l\":2}", "a:\n- k: 1\n  l: 2\n- y\n"},
        {"a:\n-   x\n", "replace /a/0 {\"k\":1,\"l\":2}", "a:\n-   k: 1\n    l: 2\n"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

static void scalars_replace_collections(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a: # c\n  k: 1\n  l: 2\nb: 1\n", "replace /a 1", "a: 1 # c\nb: 1\n"},
        {"a:\n- 1\n- 2\nb: 1\n", "replace /a []", "a: []\nb: 1\n"},
        {"a:\n  k: 1\nb: 1\n", "replace /a [1,2]", "a:\n- 1\n- 2\nb: 1\n"},
        {"a:\n- k: 1\n  l: 2\n- 3\n", "replace /a/0 7", "a:\n- 7\n- 3\n"},
        {"b: 1\na:\n  k: 1", "replace /a 1", "b: 1\na: 1\n"},
        {"a: {k: 1} # c\n", "replace /a 1", "a: 1 # c\n"},
        {"a: {k: 1} # c\n", "replace /a [1, \"x y\"]", "a: [1, \"x y\"] # c\n"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

static void keys_are_added_behind_the_last_one(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a: 1\n", "add /b 2", "a: 1\nb: 2\n"},
        {"a: 1", "add /b 2", "a: 1\nb: 2"},
        {"a: 1 # c", "add /b 2", "a: 1 # c\nb: 2"},
        {"a: 1\n# tail\n", "add /b 2", "a: 1\nb: 2\n# tail\n"},
        {"a: 1\r\nb: 2\r\n", "add /c {\"d\":1}", "a: 1\r\nb: 2\r\nc:\r\n  d: 1\r\n"},
        {"a:\n  b: 1\nc: 2\n", "add /a/d 3", "a:\n  b: 1\n  d: 3\nc: 2\n"},
        {"a:\n  b:\n    c: 1\n", "add /a/b/d 3; add /a/e 4; add /f 5",
         "a:\n  b:\n    c: 1\n    d: 3\n  e: 4\nf: 5\n"},
        {"a:\n  b:\n    c: 1", "add /a/b/d 3; add /a/e 4; add /f 5",
         "a:\n  b:\n    c: 1\n    d: 3\n  e: 4\nf: 5"},
        {"a:\n- b: 1\n- c: 2\n", "add /a/0/d 3", "a:\n- b: 1\n  d: 3\n- c: 2\n"},
        {"a:\n  -   b: 1\n", "add /a/0/d 3", "a:\n  -   b: 1\n      d: 3\n"},
        {"a: |\n  text\n\n", "add /b 2", "a: |\n  text\nb: 2\n\n"},
        {"a: |+\n  text\n\n# c\n", "add /b 2", "a: |+\n  text\n\nb: 2\n# c\n"},
        {"a: |\n  text", "add /b 2", "a: |\n  text\nb: 2"},
        {"a:\n", "add /b 2", "a:\nb: 2\n"},
        {"a: {x: 1,\n  y: 2} # c\n", "add /b 2", "a: {x: 1,\n  y: 2} # c\nb: 2\n"},
        {"a: 1\n", "add /x~1y~0z 2", "a: 1\nx/y~z: 2\n"},
        {"a: 1\n", "add /on \"off\"", "a: 1\n\"on\": \"off\"\n"},
        {"---\na: 1\n---\n", "add /b 2", "---\na: 1\nb: 2\n---\n"},
        {"a: 1\n...\n", "add /b 2", "a: 1\nb: 2\n...\n"},
        {"\xEF\xBB\xBF"
         "a: 1\n",
         "add /b 2",
         "\xEF\xBB\xBF"
         "a: 1\nb: 2\n"},
        {"a: 1\n", "add /b \"two\\nlines\\n\"", "a: 1\nb: |\n  two\n  lines\n"},
        {"a: 1\n", "add /b \"two\\nlines\"", "a: 1\nb: |-\n  two\n  lines\n"},
        {"a: 1\n", "add /b \" two\\nlines\"", "a: 1\nb: \" two\\nlines\"\n"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

static void keys_are_removed_with_their_lines(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a: 1 # c\nb: 2\n", "remove /a", "b: 2\n"},
        {"a: 1\nb: 2\n", "remove /b", "a: 1\n"},
        {"a: 1\nb: 2", "remove /b", "a: 1\n"},
        {"a: 1\n# about b\nb: 2\n# about c\nc: 3\n", "remove /b",
         "a: 1\n# about b\n# about c\nc: 3\n"},
        {"a:\n  b:\n    c: 1\n  d: 2\n", "remove /a/b", "a:\n  d: 2\n"},
        {"a:\n  b: 1\nc: 2\n", "remove /a/b", "a: {}\nc: 2\n"},
        {"a: # c\n  b: 1\nc: 2\n", "remove /a/b", "a: {} # c\nc: 2\n"},
        {"a:\n- b: 1\n  c: 2\n", "remove /a/0/b", "a:\n- c: 2\n"},
        {"a:\n- b: 1 # x\n  # about c\n  c: 2\n", "remove /a/0/b", "a:\n- # about c\n  c: 2\n"},
        {"a:\n- b: 1\n  c: 2\n  d: 3\n", "remove /a/0/b; remove /a/0/c", "a:\n- d: 3\n"},
        {"a:\n- b: 1\n  c: 2\n", "remove /a/0/c", "a:\n- b: 1\n"},
        {"a:\n- b: 1\n", "remove /a/0/b", "a:\n- {}\n"},
        {"a: |\n  x\n\n  y\nb: 1\n", "remove /a", "b: 1\n"},
        {"a: |+\n  x\n\nb: 1\n", "remove /a", "b: 1\n"},
        {"a: 1\nb: 2\n", "remove /a; remove /b", NULL},
        {"a: 1\nb: 2\n", "remove /a; add /c 3", "b: 2\nc: 3\n"},
        {"a: 1\nb: 2\n", "remove /b; add /c 3", "a: 1\nc: 3\n"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

static void items_come_and_go(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a:\n- 1\n- 2 # c\nb: 1\n", "add /a/- 3", "a:\n- 1\n- 2 # c\n- 3\nb: 1\n"},
        {"a:\n  - 1\n  - 2\n", "add /a/1 3", "a:\n  - 1\n  - 3\n  - 2\n"},
        {"a:\n  - 1\n  - 2\n", "add /a/0 3", "a:\n  - 3\n  - 1\n  - 2\n"},
        {"a:\n  - 1", "add /a/- 3", "a:\n  - 1\n  - 3"},
        {"a:\n- - 1\n  - 2\n", "add /a/0/0 0", "a:\n- - 0\n  - 1\n  - 2\n"},
        {"a:\n- - 1\n  - 2\n", "remove /a/0/0", "a:\n- - 2\n"},
        {"a:\n- x: 1\n", "add /a/- {\"v\":{\"z\":1},\"w\":[1,2]}",
         "a:\n- x: 1\n- v:\n    z: 1\n  w:\n  - 1\n  - 2\n"},
        {"a:\n-   x: 1\n", "add /a/- {\"v\":1,\"z\":2}", "a:\n-   x: 1\n-   v: 1\n    z: 2\n"},
        {"a:\n- 1\n# about 2\n- 2\n- 3\n", "remove /a/1", "a:\n- 1\n# about 2\n- 3\n"},
        {"a:\n- 1\n- 2\n", "remove /a/1; remove /a/0", "a: []\n"},
        {"a:\n- 1\n- 2\n- 3\n", "remove /a/0; add /a/- 4", "a:\n- 2\n- 3\n- 4\n"},
        {"a:\n- |\n  x\n- 2\n", "add /a/1 9", "a:\n- |\n  x\n- 9\n- 2\n"},
        {"a:\n- 1\n- 2\n", "replace /a [1,5,2,6]", "a:\n- 1\n- 5\n- 2\n- 6\n"},
        {"a:\n-\n-\n- 1\n", "remove /a/2", "a:\n-\n-\n"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

static void block_scalars_are_replaced(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a: | # c\n  x\n  y\nb: 1\n", "replace /a 1", "a: 1 # c\nb: 1\n"},
        {"a: |\n  x\nb: 1\n", "replace /a \"p\\nq\\n\"", "a: |\n  p\n  q\nb: 1\n"},
        {"a: |-2\n   x\nb: 1\n", "replace /a \"p\\nq\"", "a: |-\n  p\n  q\nb: 1\n"},
        {"a: >\n  x\nb: 1\n", "replace /a {\"k\":1}", "a:\n  k: 1\nb: 1\n"},
        {"a: x # c\nb: 1\n", "replace /a \"p\\nq\\n\"", "a: | # c\n  p\n  q\nb: 1\n"},
        {"a:\n- |\n  x\n- 1\n", "replace /a/0 \"y\"", "a:\n- \"y\"\n- 1\n"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

static void keys_are_renamed_where_they_stand(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a:\n  # c\n  b: 1\nd: 2\n", "remove /a; add /e {\"b\":1}", "e:\n  # c\n  b: 1\nd: 2\n"},
        {"'a': 1\nb: 2\n", "remove /a; add /c 1", "'c': 1\nb: 2\n"},
        {"x:\n  a: 1 # c\n", "remove /x/a; add /x/b 1", "x:\n  b: 1 # c\n"},
        {"x: {a: 1, c: 3}\n", "remove /x/a; add /x/b 1", "x: {b: 1, c: 3}\n"},
        {"{\"a\": 1, \"b\": 2}\n", "remove /a; add /c 1", "{\"c\": 1, \"b\": 2}\n"},
        {"a: 1\nb: 1\nc: 2\n", "remove /a; remove /b; add /d 1", "c: 2\nd: 1\n"},
        {"a: 1\nc: 2\n", "remove /a; add /d 1; add /e 1", "c: 2\nd: 1\ne: 1\n"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

static void what_others_share_is_refused(void **state)
{
    (void)state;
    static const struct edited cases[] = {
        {"a: &x\n  b: 1\nc: *x\n", "replace /c/b 2", NULL},
        {"a: &x\n  b: 1\nc: *x\n", "replace /a/b 2", NULL},
        {"a: &x\n  b: 1\nc: *x\n", "add /d 2", "a: &x\n  b: 1\nc: *x\nd: 2\n"},
        {"a: &x\n  b: 1\nc: *x\n", "remove /c", "a: &x\n  b: 1\n"},
        {"a: &x\n  b: 1\nc: *x\n", "remove /a", NULL},
        {"a: &x 1\nb: *x\n", "replace /b 2", "a: &x 1\nb: 2\n"},
        {"a: &x 1\nb: *x\n", "replace /a 2", NULL},
        {"a: &x\n  b: 1\nc:\n  <<: *x\n  d: 1\n", "replace /c/b 2", NULL},
        {"a: &x\n  b: 1\nc:\n  <<: *x\n  d: 1\n", "remove /c/b", NULL},
        {"a: &x\n  b: 1\nc:\n  <<: *x\n  d: 1\n", "add /c/e 2",
         "a: &x\n  b: 1\nc:\n  <<: *x\n  d: 1\n  e: 2\n"},
        {"a: &x\n  b: 1\nc:\n  <<: *x\n", "add /c/e 2", "a: &x\n  b: 1\nc:\n  <<: *x\n  e: 2\n"},
        {"? a\n: 1\nb: 2\n", "replace /a 2", NULL},
        {"? a\n: 1\nb: 2\n", "replace /b 3", "? a\n: 1\nb: 3\n"},
    };
    check_all(cases, ARRAY_LEN(cases));
}

int test_edit_block(void);
int test_edit_block(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_replaced),
        cmocka_unit_test(collections_replace_scalars),
        cmocka_unit_test(scalars_replace_collections),
        cmocka_unit_test(keys_are_added_behind_the_last_one),
        cmocka_unit_test(keys_are_removed_with_their_lines),
        cmocka_unit_test(items_come_and_go),
        cmocka_unit_test(block_scalars_are_replaced),
        cmocka_unit_test(keys_are_renamed_where_they_stand),
        cmocka_unit_test(what_others_share_is_refused),
    };
    return cmocka_run_group_tests_name("edit_block", tests, NULL, NULL);
}
