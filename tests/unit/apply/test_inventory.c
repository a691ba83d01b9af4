/* SPDX-License-Identifier: Apache-2.0 */
/* A set's record: what is written reads back, and what was tampered with is not trusted. */
#include "unit/unit.h"

#include "apply/inventory.h"

int test_inventory(void);

static struct member member_of(const char *group, const char *kind, const char *namespace,
                               const char *name, const char *uid)
{
    return (struct member){.group = str_from(group),
                           .kind = str_from(kind),
                           .namespace = str_from(namespace),
                           .name = str_from(name),
                           .uid = str_from(uid)};
}

static void test_slugs(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    (void)state;
    assert_true(str_is(set_slug(&arena, STR("shop")), "shop"));
    assert_true(str_is(set_parent(&arena, STR("shop")), "tidegate-shop"));
    static const char *const names[] = {
        "",
        "apps/web",
        "apps-web",
        "Apps/Web",
        "a--b",
        "-",
        "..",
        "web@clusters/prod/web.yaml",
        "a-very-long-name-of-a-set-that-goes-on-and-on-and-on-beyond-what-fits",
        "a-very-long-name-of-a-set-that-goes-on-and-on-and-on-beyond-what-fits-2"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct str slug = set_slug(&arena, str_from(names[i]));
        assert_true(slug.n > 0 && slug.n <= 40);
        assert_true(slug.p[0] != '-' && slug.p[slug.n - 1] != '-');
        for (size_t k = 0; k < i; k++)
            assert_false(str_eq(slug, set_slug(&arena, str_from(names[k]))));
    }
}

static void test_members_stay_sorted(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    struct inventory inventory;
    (void)state;
    inventory_init(&arena, STR("tidegate-system"), STR("shop"), &inventory);
    const struct member web = member_of("apps", "Deployment", "shop", "web", "");
    const struct member seen = member_of("apps", "Deployment", "shop", "web", "u1");
    const struct member namespace = member_of("", "Namespace", "", "shop", "u2");
    inventory_put(&arena, &inventory, &web);
    inventory_put(&arena, &inventory, &namespace);
    inventory_put(&arena, &inventory, &seen);
    inventory_put(&arena, &inventory, &web); /* what is known of the uid stays */
    assert_int_equal(inventory.members.n, 2);
    assert_true(str_is(inventory.members.items[0].kind, "Namespace"));
    assert_true(str_is(inventory_find(&inventory, &web)->uid, "u1"));
    inventory_drop(&inventory, &namespace);
    inventory_drop(&inventory, &namespace);
    assert_int_equal(inventory.members.n, 1);
    assert_null(inventory_find(&inventory, &namespace));
}

static void fill(struct arena *arena, struct inventory *inventory)
{
    const struct member members[] = {
        member_of("", "ConfigMap", "shop", "a", "u1"),
        member_of("apps", "Deployment", "other", "web", ""),
        member_of("rbac.authorization.k8s.io", "ClusterRole", "", "system:odd:name", "u3")};
    inventory_init(arena, STR("tidegate-system"), STR("shop"), inventory);
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        inventory_put(arena, inventory, &members[i]);
    const struct set_attempt attempt = {.commit = STR("0123456789012345678901234567890123456789"),
                                        .subject = STR("a \"quoted\" thing\nand more"),
                                        .trigger = STR("commit"),
                                        .state = SET_UNHEALTHY,
                                        .start_s = 1700000000,
                                        .end_s = 1700000004,
                                        .counts = {.created = 2, .failed = 1},
                                        .differs_from_gate = true};
    inventory->status.attempt = attempt;
    inventory->status.pinned = STR("9876543210987654321098765432109876543210");
    inventory_record(arena, inventory, &attempt);
}

static void test_reads_back(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    struct inventory inventory, back;
    const struct node *tree;
    struct str why;
    (void)state;
    fill(&arena, &inventory);
    assert_int_equal(inventory_tree(&arena, &inventory, &tree, &why), 0);
    const struct node *notes = node_get(node_get(tree, STR("metadata")), STR("annotations"));
    assert_true(str_is(node_get_text(notes, STR(APPLYSET_KINDS)),
                       "ClusterRole.rbac.authorization.k8s.io,ConfigMap,Deployment.apps"));
    assert_true(str_is(node_get_text(notes, STR(APPLYSET_NAMESPACES)), "other,shop"));
    assert_int_equal(inventory_read(&arena, tree, &back, &why), 0);
    assert_true(back.is_ours && back.exists);
    assert_int_equal(back.members.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(str_eq(member_identity(&arena, &back.members.items[i]),
                           member_identity(&arena, &inventory.members.items[i])) &&
                    str_eq(back.members.items[i].uid, inventory.members.items[i].uid));
    assert_memory_equal(back.key, inventory.key, INVENTORY_KEY_BYTES);
    assert_int_equal(back.status.attempt.state, SET_UNHEALTHY);
    assert_true(str_eq(back.status.pinned, inventory.status.pinned));
    assert_int_equal(back.history.n, 1);
    assert_true(str_is(back.history.items[0].subject, "a \"quoted\" thing and more"));
    assert_int_equal(back.history.items[0].counts.created, 2);
    assert_true(back.history.items[0].differs_from_gate);
}

/* One text of a good parent changed; gives whether it is still trusted. */
static bool is_trusted(const char *map, const char *key, const char *value)
{
    struct arena arena SCOPED(arena) = {0};
    struct inventory inventory, back;
    const struct node *tree;
    struct str why = {0};
    fill(&arena, &inventory);
    assert_int_equal(inventory_tree(&arena, &inventory, &tree, &why), 0);
    struct node *copy = node_copy(&arena, tree);
    const struct node *in = path_find(copy, str_from(map)).value;
    node_put(&arena, (struct node *)(uintptr_t)in, str_from(key),
             node_new_text(&arena, str_from(value)));
    const bool is = inventory_read(&arena, copy, &back, &why) == 0;
    assert_true(is || why.n);
    return is;
}

static void test_what_is_damaged_is_not_trusted(void **state)
{
    (void)state;
    assert_true(is_trusted("data", "of-nobody", "x"));
    static const struct {
        const char *map, *key, *value;
    } bad[] = {
        {"metadata.labels", APPLYSET_ID, "applyset-of-another-v1"},
        {"metadata", "name", "tidegate-other"},
        {"metadata", "namespace", "elsewhere"},
        {"data", "set", "other"},
        {"data", "key", "00"},
        {"data", "key", "zz000000000000000000000000000000"},
        {"data", "inventory", "/ConfigMap/shop/a"},
        {"data", "inventory", "/ConfigMap/shop/a/b u1\n"},
        {"data", "inventory", "/ConfigMap/shop u1\n"},
        {"data", "inventory", "//shop/a u1\n"},
        {"data", "inventory", "/ConfigMap/shop/a u1 keep\n"},
        {"data", "inventory", "/ConfigMap/shop/b u1\n/ConfigMap/shop/a u2\n"},
        {"data", "inventory", "/ConfigMap/shop/a u1\n/ConfigMap/shop/a u1\n"},
        {"data", "status", "{"},
        {"data", "status", "[]"},
        {"data", "history", "nonsense\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (is_trusted(bad[i].map, bad[i].key, bad[i].value))
            fail_msg("%s.%s: '%s' is trusted", bad[i].map, bad[i].key, bad[i].value);
}

static void test_history_is_bounded(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    struct inventory inventory;
    (void)state;
    inventory_init(&arena, STR("n"), STR("shop"), &inventory);
    for (int64_t i = 1; i <= 50; i++) {
        struct set_attempt attempt = {.commit = STR("c"), .trigger = STR("commit"), .start_s = i};
        inventory_record(&arena, &inventory, &attempt);
        attempt.state = SET_READY; /* the same attempt, further on */
        inventory_record(&arena, &inventory, &attempt);
    }
    assert_int_equal(inventory.history.n, INVENTORY_HISTORY_MAX);
    assert_int_equal(inventory.history.items[INVENTORY_HISTORY_MAX - 1].start_s, 50);
    assert_int_equal(inventory.history.items[INVENTORY_HISTORY_MAX - 1].state, SET_READY);
}

static void test_too_many_members(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    struct inventory inventory;
    const struct node *tree;
    struct str why = {0};
    (void)state;
    inventory_init(&arena, STR("n"), STR("shop"), &inventory);
    for (int i = 0; i < 20000; i++) {
        const struct str name =
            str_format(&arena, "a-name-that-is-not-short-so-that-it-takes-room-%05d", i);
        const struct member member = {
            .kind = STR("ConfigMap"), .namespace = STR("n"), .name = name};
        inventory_put(&arena, &inventory, &member);
    }
    assert_int_equal(inventory_tree(&arena, &inventory, &tree, &why), -1);
    assert_true(str_has(why, STR("make two sets")));
}

int test_inventory(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slugs),
        cmocka_unit_test(test_members_stay_sorted),
        cmocka_unit_test(test_reads_back),
        cmocka_unit_test(test_what_is_damaged_is_not_trusted),
        cmocka_unit_test(test_history_is_bounded),
        cmocka_unit_test(test_too_many_members),
    };
    return cmocka_run_group_tests_name("apply: inventory", tests, NULL, NULL);
}
