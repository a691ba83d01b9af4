/* SPDX-License-Identifier: Apache-2.0 */
/* The id is that of kubectl, whose own tests have the first vector. */
#include "unit/unit.h"

#include "apply/applyset.h"

int test_applyset(void);

static void test_id(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    const struct applyset_parent secret = {STR("my-set"), STR("test"), STR("Secret"), STR("")};
    const struct applyset_parent mug = {STR("shop"), STR(""), STR("Mug"), STR("example.com")};
    (void)state;
    assert_true(str_is(applyset_id(&arena, &secret),
                       "applyset-0eFHV8ySqp7XoShsGvyWFQD3s96yqwHmzc4e0HR1dsY-v1"));
    /* printf shop..Mug.example.com | openssl dgst -sha256 -binary | basenc --base64url */
    assert_true(str_is(applyset_id(&arena, &mug),
                       "applyset-N5sGW-ve5DwDoM7FkfBk2D4vNpfJCWMZTBj9Diuh788-v1"));
}

static void test_tooling(void **state)
{
    (void)state;
    assert_true(applyset_is_ours(STR("tidegate/0.1.0"), STR("tidegate")));
    assert_true(applyset_is_ours(STR("tidegate/"), STR("tidegate")));
    assert_false(applyset_is_ours(STR("tidegate"), STR("tidegate")));
    assert_false(applyset_is_ours(STR("kubectl/v1.36.3"), STR("tidegate")));
    assert_false(applyset_is_ours(STR("tidegate/x/1"), STR("tidegate")));
}

int test_applyset(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_id), cmocka_unit_test(test_tooling)};
    return cmocka_run_group_tests_name("sync: applysets", tests, NULL, NULL);
}
