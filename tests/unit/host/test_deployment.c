/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent of deployments, and how ours are known again. */
#include "unit/base/base_check.h"

#include "host/host_deployment_internal.h"

#define SHA "1111111111111111111111111111111111111111"

static const struct host_deployment_wanted wanted = {
    .sha = {SHA, 40}, .environment = {"prod/eu", 7}, .key = {"shop", 4}};

static const struct node *read(struct arena *arena, struct str text)
{
    struct diags dropped SCOPED(diags) = {0};
    struct doc doc = {0};
    struct source *source = source_new(arena, STR("answer"), text);
    dropped.at.source = source;
    assert_int_equal(doc_read_json(arena, source, &dropped, &doc), 0);
    return doc.root;
}

static void test_body(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    const struct node *body = read(&arena, host_deployment_body(&arena, &wanted));
    assert_str(node_get_text(body, STR("ref")), SHA);
    assert_str(node_get_text(body, STR("task")), "deploy");
    assert_str(node_text(node_get(body, STR("auto_merge"))), "false");
    assert_non_null(node_get(body, STR("required_contexts")));
    assert_null(list_first(node_get(body, STR("required_contexts"))).value);
    assert_str(node_get_text(node_get(body, STR("payload")), STR("tidegate")), "shop");
}

static void test_same(void **state)
{
    (void)state;
    static const struct {
        const char *listed;
        bool is;
    } rows[] = {
        {"{\"sha\":\"" SHA "\",\"environment\":\"prod/eu\",\"task\":\"deploy\","
         "\"payload\":{\"tidegate\":\"shop\"}}",
         true},
        {"{\"sha\":\"" SHA "\",\"environment\":\"prod/eu\",\"task\":\"deploy\","
         "\"payload\":{\"tidegate\":\"other\"}}",
         false},
        {"{\"sha\":\"" SHA "\",\"environment\":\"prod/eu\",\"task\":\"deploy\",\"payload\":{}}",
         false},
        {"{\"sha\":\"" SHA "\",\"environment\":\"prod/eu\",\"task\":\"deploy\",\"payload\":\"x\"}",
         false},
        {"{\"sha\":\"" SHA "\",\"environment\":\"prod\",\"task\":\"deploy\","
         "\"payload\":{\"tidegate\":\"shop\"}}",
         false},
        {"[]", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena SCOPED(arena) = {0};
        const struct node *listed = read(&arena, str_from(rows[i].listed));
        assert_int_equal(host_deployment_is(listed, &wanted), rows[i].is);
    }
}

static void test_status(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    char text[1000];
    memset(text, 'x', sizeof text);
    const struct host_deployment_status status = {
        .state = DEPLOYMENT_IN_PROGRESS, .description = {text, sizeof text}, .keep_older = true};
    const struct node *body = read(&arena, host_deployment_status_body(&arena, &status));
    assert_str(node_get_text(body, STR("state")), "in_progress");
    assert_int_equal(node_get_text(body, STR("description")).n, 140);
    assert_null(node_get(body, STR("log_url")));
    assert_str(node_text(node_get(body, STR("auto_inactive"))), "false");
    assert_true(host_deployment_says(&arena, body, &status));
    const struct host_deployment_status other = {.state = DEPLOYMENT_SUCCESS,
                                                 .description = status.description};
    assert_false(host_deployment_says(&arena, body, &other));
}

static void test_problems(void **state)
{
    (void)state;
    struct host_deployment_wanted bad = wanted;
    assert_null(host_deployment_problem(&bad));
    bad.sha = STR("main");
    assert_non_null(host_deployment_problem(&bad));
    bad = wanted;
    bad.environment = (struct str){0};
    assert_non_null(host_deployment_problem(&bad));
}

int test_deployment(void);
int test_deployment(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_problems),
    };
    return cmocka_run_group_tests_name("host deployments", tests, NULL, NULL);
}
