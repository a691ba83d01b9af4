/* SPDX-License-Identifier: Apache-2.0 */
/* What a tree says it is. */
#include "unit/unit.h"

#include "object/object.h"

static void test_api_version(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        const char *group;
        const char *version;
    } rows[] = {
        {"v1", true, "", "v1"}, {"apps/v1", true, "apps", "v1"}, {"", false, "", ""},
        {"/v1", false, "", ""}, {"apps/", false, "", ""},        {"a/b/c", false, "", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str group = {0};
        struct str version = {0};
        assert_int_equal(api_version_split(str_from(rows[i].text), &group, &version), rows[i].good);
        assert_true(str_is(group, rows[i].group));
        assert_true(str_is(version, rows[i].version));
    }
}

static struct object read_one(struct arena *arena, const char *text, bool *ret_good)
{
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct object object;
    struct source *source = source_new(arena, STR("a.yaml"), str_from(text));
    diags.at.source = source;
    assert_int_equal(doc_read_file(arena, source, &diags, &docs), 0);
    assert_int_equal(docs.n, 1);
    *ret_good = object_read(&docs.items[0], docs.items[0].root, &object);
    diags_release(&diags);
    return object;
}

static void test_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    bool good;
    struct object object = read_one(&arena,
                                    "apiVersion: apps/v1\n"
                                    "kind: Deployment\n"
                                    "metadata: {name: web, namespace: shop}\n",
                                    &good);
    assert_true(good);
    assert_true(object_is(&object, "apps", "Deployment"));
    assert_false(object_is(&object, "", "Deployment"));
    assert_false(object_is_crd(&object));
    assert_string_equal(str_to_c(&arena, object_title(&arena, &object)), "Deployment shop/web");
    assert_true(str_is(object_diag(&object).api_version, "apps/v1"));

    object = read_one(&arena, "kind: Pod\nmetadata: {generateName: a-}\n", &good);
    assert_false(good);
    assert_string_equal(str_to_c(&arena, object_title(&arena, &object)), "Pod a-*");
    object = read_one(&arena, "apiVersion: 1\nkind: [a]\n", &good);
    assert_false(good);
    assert_string_equal(str_to_c(&arena, object_title(&arena, &object)), "object without a name");
    arena_release(&arena);
}

static void test_sops(void **state)
{
    (void)state;
    struct arena arena = {0};
    bool good;
    assert_true(read_one(&arena, "apiVersion: v1\nkind: Secret\nsops: {mac: x}\n", &good).sops);
    assert_false(read_one(&arena, "apiVersion: v1\nkind: Secret\nsops: {a: x}\n", &good).sops);
    assert_false(read_one(&arena, "apiVersion: v1\nkind: Secret\nsops: x\n", &good).sops);
    arena_release(&arena);
}

int test_object(void);
int test_object(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_api_version),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_sops),
    };
    return cmocka_run_group_tests_name("object", tests, NULL, NULL);
}
