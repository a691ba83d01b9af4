/* SPDX-License-Identifier: Apache-2.0 */
/* Whose fields become the set's, and what a commit approves. */
#include "unit/unit.h"

#include "apply/apply.h"
#include "apply/takeover.h"

int test_takeover(void);

static const struct node *read(struct arena *arena, const char *text)
{
    SCOPED(diags) struct diags diags = {0};
    struct doc doc;
    assert_int_equal(
        doc_read_json(arena, source_new(arena, STR("object"), str_from(text)), &diags, &doc), 0);
    assert_false(doc.broken);
    return doc.root;
}

#define ENTRY(manager, operation, version, more, fields)                                           \
    "{\"manager\":\"" manager "\",\"operation\":\"" operation "\",\"apiVersion\":\"" version       \
    "\"" more ",\"fieldsV1\":" fields "}"
#define OURS  ENTRY("tidegate-a", "Apply", "v1", "", "{\"f:data\":{\"f:a\":{}}}")
#define KUBE  ENTRY("kubectl-client-side-apply", "Update", "v1", "", "{\"f:data\":{\"f:b\":{}}}")
#define OTHER ENTRY("hpa", "Update", "v1", "", "{\"f:data\":{\"f:c\":{}}}")
#define LIVE(notes, entries)                                                                       \
    "{\"metadata\":{\"resourceVersion\":\"7\",\"annotations\":{" notes                             \
    "},\"managedFields\":[" entries "]}}"

static bool patch_of(struct arena *arena, const char *live, const char *manager,
                     const struct node **ret_patch)
{
    struct str_list managers = {0};
    struct str text;
    VEC_PUSH(arena, &managers, str_from(manager));
    const struct takeover takeover = {.live = read(arena, live),
                                      .managers = &managers,
                                      .manager = STR("tidegate-a"),
                                      .api_version = STR("v1")};
    if (!takeover_patch(arena, &takeover, &text))
        return false;
    *ret_patch = read(arena, str_to_c(arena, text));
    return true;
}

static void test_merge(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    const struct node *patch;
    (void)state;
    assert_true(patch_of(&arena,
                         LIVE("\"kubectl.kubernetes.io/last-applied-configuration\":\"{}\"",
                              KUBE "," OURS "," OTHER),
                         "kubectl*", &patch));
    assert_int_equal(patch->n, 3);
    assert_true(node_equal(
        node_at(patch, 0),
        read(&arena, "{\"op\":\"test\",\"path\":\"/metadata/resourceVersion\",\"value\":\"7\"}")));
    const struct node *entries = node_get(node_at(patch, 1), STR("value"));
    assert_int_equal(entries->n, 2);
    assert_true(node_equal(node_at(entries, 0), read(&arena, OTHER)));
    const struct node *ours = node_at(entries, 1);
    assert_true(str_is(node_get_text(ours, STR("manager")), "tidegate-a"));
    assert_true(str_is(node_get_text(ours, STR("operation")), "Apply"));
    assert_true(node_equal(node_get(ours, STR("fieldsV1")),
                           read(&arena, "{\"f:data\":{\"f:a\":{},\"f:b\":{}}}")));
    assert_true(str_is(node_get_text(node_at(patch, 2), STR("op")), "remove"));
}

/* Each has nothing to take. */
static void test_nothing(void **state)
{
    static const char *const lives[] = {
        LIVE("", OURS "," OTHER),
        LIVE("", ENTRY("kubectl", "Update", "v1beta1", "", "{}")),
        LIVE("", ENTRY("kubectl", "Update", "v1", ",\"subresource\":\"status\"", "{}")),
        "{\"metadata\":{\"managedFields\":[" KUBE "]}}",
        "{}",
    };
    struct arena arena SCOPED(arena) = {0};
    const struct node *patch;
    (void)state;
    for (size_t i = 0; i < sizeof lives / sizeof *lives; i++)
        assert_false(patch_of(&arena, lives[i], "kubectl*", &patch));
}

static void test_approvals(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    struct apply_approvals approvals;
    (void)state;
    apply_approvals_read(&arena,
                         STR("Remove it\n\nTidegate-Prune: shop\nTidegate-Prune:\n"
                             "not Tidegate-Prune: other\r\nTidegate-Prune:  a/Pod/b/c \r\n"),
                         &approvals);
    assert_int_equal(approvals.prunes.n, 2);
    assert_true(str_is(approvals.prunes.items[0], "shop"));
    assert_true(str_is(approvals.prunes.items[1], "a/Pod/b/c"));
    apply_approvals_read(&arena, STR(""), &approvals);
    assert_int_equal(approvals.prunes.n, 0);
}

int test_takeover(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_merge), cmocka_unit_test(test_nothing),
                                       cmocka_unit_test(test_approvals)};
    return cmocka_run_group_tests_name("apply: what is taken, and approved", tests, NULL, NULL);
}
