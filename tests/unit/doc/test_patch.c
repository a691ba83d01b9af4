/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Patch as the API server's library does it. */
#include "unit/unit.h"

#include "doc/doc_patch.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
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

enum { OPS_MAX = 8 };

/* A patch as JSON text on an object as JSON text. */
static enum patch_outcome patch(const struct node *root, const char *patch_text,
                                const struct node **ret_root, struct str *ret_error)
{
    struct patch_op ops[OPS_MAX];
    struct patch made = {.ops = ops, .origin = 3};
    const struct node *list = json(patch_text);
    for (struct item it = list_first(list); it.value; it = list_next(it))
        ops[made.n++] = (struct patch_op){.op = node_get_text(it.value, STR("op")),
                                          .path = node_get_text(it.value, STR("path")),
                                          .from = node_get_text(it.value, STR("from")),
                                          .value = node_get(it.value, STR("value"))};
    return doc_patch(&arena, root, &made, ret_root, ret_error);
}

struct example {
    const char *object, *patch;
    const char *want; /* the object, or the error */
};

static void objects_are_patched(void **state)
{
    static const struct example examples[] = {
        {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b\",\"value\":[1]}]", "{\"a\":1,\"b\":[1]}"},
        {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":2}]", "{\"a\":2}"},
        {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b\"}]", "{\"a\":1,\"b\":null}"},
        {"{\"a\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/a/1\",\"value\":9}]", "{\"a\":[1,9,2]}"},
        {"{\"a\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/a/-\",\"value\":9}]", "{\"a\":[1,2,9]}"},
        {"{\"a\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/a/-1\",\"value\":9}]", "{\"a\":[1,2,9]}"},
        {"{\"a\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/a/-3\",\"value\":9}]", "{\"a\":[9,1,2]}"},
        {"{\"a\":[1,2]}", "[{\"op\":\"remove\",\"path\":\"/a/-1\"}]", "{\"a\":[1]}"},
        {"{\"a\":{\"b\":1,\"c\":2}}", "[{\"op\":\"remove\",\"path\":\"/a/b\"}]",
         "{\"a\":{\"c\":2}}"},
        {"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/b\",\"value\":2}]", "{\"a\":1,\"b\":2}"},
        {"{\"a\":[1,2]}", "[{\"op\":\"replace\",\"path\":\"/a/01\",\"value\":7}]", "{\"a\":[1,7]}"},
        {"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":{\"b\":2}}]", "{\"b\":2}"},
        {"{\"a/b\":1,\"c~d\":2}",
         "[{\"op\":\"remove\",\"path\":\"/a~1b\"},{\"op\":\"add\",\"path\":\"/c~0d\",\"value\":3}]",
         "{\"c~d\":3}"},
        {"{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a/b\",\"path\":\"/c\"}]",
         "{\"a\":{},\"c\":1}"},
        {"{\"a\":[1,2,3]}", "[{\"op\":\"move\",\"from\":\"/a/0\",\"path\":\"/a/-\"}]",
         "{\"a\":[2,3,1]}"},
        {"{\"a\":{\"b\":[1]}}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/c\"}]",
         "{\"a\":{\"b\":[1]},\"c\":{\"b\":[1]}}"},
        {"{\"a\":1}", "[{\"op\":\"copy\",\"from\":\"/b\",\"path\":\"/c\"}]",
         "{\"a\":1,\"c\":null}"},
        {"{\"a\":1}",
         "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1},{\"op\":\"remove\",\"path\":\"/a\"}]",
         "{}"},
        {"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/b\"}]", "{\"a\":1}"},
        {"{\"a\":{}}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":null}]", "{\"a\":{}}"},
        {"{\"a\":{\"\":1}}", "[{\"op\":\"remove\",\"path\":\"/a/\"}]", "{\"a\":{}}"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        const struct node *patched;
        struct str error = {0};
        const enum patch_outcome outcome =
            patch(json(examples[i].object), examples[i].patch, &patched, &error);
        if (outcome != PATCH_APPLIED)
            fail_msg("%s: %.*s", examples[i].patch, STR_FMT(error));
        if (!node_equal(patched, json(examples[i].want)))
            fail_msg("%s gives something else", examples[i].patch);
    }
}

static void failures_are_worded_as_the_server_does(void **state)
{
    static const struct example examples[] = {
        {"{}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]",
         "add operation does not apply: doc is missing path: \"/a/b\": missing value"},
        {"{}", "[{\"op\":\"add\",\"path\":\"\",\"value\":1}]",
         "add operation does not apply: doc is missing path: \"\": missing value"},
        {"{\"a\":\"x\"}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]",
         "add operation does not apply: doc is missing path: \"/a/b\": missing value"},
        {"{\"a\":[]}", "[{\"op\":\"add\",\"path\":\"/a/x\",\"value\":1}]",
         "error in add for path: '/a/x': value was not a proper array index: 'x': "
         "strconv.Atoi: parsing \"x\": invalid syntax"},
        {"{\"a\":[]}", "[{\"op\":\"add\",\"path\":\"/a/1\",\"value\":1}]",
         "error in add for path: '/a/1': Unable to access invalid index: 1: invalid index "
         "referenced"},
        {"{\"a\":[]}", "[{\"op\":\"remove\",\"path\":\"/a/-1\"}]",
         "error in remove for path: '/a/-1': Unable to access invalid index: -1: invalid index "
         "referenced"},
        {"{\"a\":[]}", "[{\"op\":\"remove\",\"path\":\"/a/-\"}]",
         "error in remove for path: '/a/-': strconv.Atoi: parsing \"-\": invalid syntax"},
        {"{\"a\":[]}", "[{\"op\":\"remove\",\"path\":\"/a/99999999999999999999\"}]",
         "error in remove for path: '/a/99999999999999999999': strconv.Atoi: parsing "
         "\"99999999999999999999\": value out of range"},
        {"{}", "[{\"op\":\"remove\",\"path\":\"/a\"}]",
         "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value"},
        {"{}", "[{\"op\":\"remove\",\"path\":\"/a/b\"}]",
         "remove operation does not apply: doc is missing path: \"/a/b\": missing value"},
        {"{}", "[{\"op\":\"replace\",\"path\":\"/a/b\",\"value\":1}]",
         "replace operation does not apply: doc is missing path: /a/b: missing value"},
        {"{\"a\":[]}", "[{\"op\":\"replace\",\"path\":\"/a/0\",\"value\":1}]",
         "replace operation does not apply: doc is missing key: /a/0: missing value"},
        {"{}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":1}]",
         "replace operation value must be object or array: %!w(<nil>)"},
        {"{}", "[{\"op\":\"move\",\"path\":\"/a\"}]",
         "move operation failed to decode from: operation, missing from field: missing value"},
        {"{}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}]",
         "error in move for path: 'a': Unable to remove nonexistent key: a: missing value"},
        {"{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b/c\"}]",
         "move operation does not apply: doc is missing destination path: /b/c: missing value"},
        {"{\"a\":[]}", "[{\"op\":\"copy\",\"from\":\"/a/0\",\"path\":\"/b\"}]",
         "error in copy for from: '/a/0': Unable to access invalid index: 0: invalid index "
         "referenced"},
        {"{\"a\":[]}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/7\"}]",
         "error while adding value during copy: Unable to access invalid index: 7: invalid index "
         "referenced"},
        {"{}", "[{\"op\":\"test\",\"path\":\"/a/b\",\"value\":1}]",
         "test operation does not apply: is missing path: /a/b: missing value"},
        {"{}", "[{\"op\":\"merge\",\"path\":\"/a\"}]", "Unexpected kind: merge"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        const struct node *patched;
        const struct node *object = json(examples[i].object);
        struct str error = {0};
        assert_int_equal(patch(object, examples[i].patch, &patched, &error), PATCH_FAILED);
        assert_ptr_equal(patched, object);
        assert_string_equal(str_to_c(&arena, error), examples[i].want);
    }
}

static void tests_that_differ_are_no_failure(void **state)
{
    static const char *const patches[] = {
        "[{\"op\":\"test\",\"path\":\"/a\",\"value\":2}]",
        "[{\"op\":\"test\",\"path\":\"/a\"}]",
        "[{\"op\":\"test\",\"path\":\"/b\",\"value\":null}]",
        "[{\"op\":\"test\",\"path\":\"\",\"value\":{}}]",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(patches); i++) {
        const struct node *patched;
        const struct node *object = json("{\"a\":1}");
        struct str error = {0};
        assert_int_equal(patch(object, patches[i], &patched, &error), PATCH_TEST_FAILED);
        assert_ptr_equal(patched, object);
    }
}

static void what_a_patch_made_is_known(void **state)
{
    const struct node *object = json("{\"kind\":\"X\",\"a\":{\"b\":1,\"c\":[{\"d\":1}]}}");
    const struct node *patched;
    struct str error = {0};
    (void)state;
    assert_int_equal(patch(object,
                           "[{\"op\":\"add\",\"path\":\"/a/n\",\"value\":{\"m\":1}},"
                           "{\"op\":\"replace\",\"path\":\"/a/b\",\"value\":2},"
                           "{\"op\":\"remove\",\"path\":\"/a/c/0/d\"}]",
                           &patched, &error),
                     PATCH_APPLIED);
    assert_int_equal(node_origin_at(patched, STR("a.n.m")), 3);
    assert_int_equal(node_origin_at(patched, STR("a.n.other")), 3);
    assert_int_equal(node_origin_at(patched, STR("a.b")), 3);
    assert_int_equal(node_origin_at(patched, STR("a.c[0].d")), 3);
    assert_int_equal(node_origin_at(patched, STR("a.c[0]")), 0);
    assert_int_equal(node_origin_at(patched, STR("a.gone")), 0);
    assert_int_equal(node_origin_at(object, STR("a.b")), 0);
    /* a replaced value stands where the old one stood, an added one at the key of its map */
    assert_int_equal(path_find(patched, STR("a.b")).value->start,
                     path_find(object, STR("a.b")).value->start);
    assert_int_equal(path_find(patched, STR("a.n")).value->start,
                     path_find(object, STR("a")).key->start);
}

/* Each copy doubles the object. */
static void endless_copies_have_an_end(void **state)
{
    struct patch_op ops[64];
    const struct node *patched;
    struct str error = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        ops[i] = (struct patch_op){
            .op = STR("copy"), .from = STR("/a"), .path = i % 2 ? STR("/a/x") : STR("/a/y")};
    const struct patch patch = {.ops = ops, .n = ARRAY_LEN(ops)};
    assert_int_equal(doc_patch(&arena, json("{\"a\":{}}"), &patch, &patched, &error), PATCH_FAILED);
}

int test_patch(void);
int test_patch(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(objects_are_patched, release),
        cmocka_unit_test_teardown(failures_are_worded_as_the_server_does, release),
        cmocka_unit_test_teardown(tests_that_differ_are_no_failure, release),
        cmocka_unit_test_teardown(what_a_patch_made_is_known, release),
        cmocka_unit_test_teardown(endless_copies_have_an_end, release),
    };
    return cmocka_run_group_tests_name("patch", tests, NULL, NULL);
}
