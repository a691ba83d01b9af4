/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of Deployments and PodDisruptionBudgets, on what the defaults make of them. */
#include "admit_case.h"

#define HEAD                                                                                       \
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n"                          \
    "  template:\n    metadata: {labels: {a: b}}\n"                                                \
    "    spec: {containers: [{name: a, image: a}]}\n"
#define DEPLOYMENT HEAD "  selector: {matchLabels: {a: b}}\n"
#define BUDGET     "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\nspec:\n"

static void test_deployment(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = DEPLOYMENT "  strategy: {rollingUpdate: {maxSurge: 0}}\n", .want = ""},
        {.manifest = DEPLOYMENT "  strategy: {type: Recreate, rollingUpdate: null}\n", .want = ""},
        {.manifest = HEAD,
         .want =
             "4:1 api/required spec.selector: spec.selector: Required value\n"
             "6:24 api/invalid-value spec.template.metadata.labels: spec.template.metadata.labels: "
             "Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`\n"},
        {.manifest = HEAD "  selector: {}\n",
         .want = "8:13 api/invalid-value spec.selector: spec.selector: Invalid value: {}: empty "
                 "selector is invalid for deployment\n"},
        {.manifest = DEPLOYMENT "  strategy: {type: Recreate, rollingUpdate: {}}\n",
         .want = "9:45 api/forbidden spec.strategy.rollingUpdate: spec.strategy.rollingUpdate: "
                 "Forbidden: may not be specified when strategy `type` is 'Recreate'\n"},
        {.manifest = DEPLOYMENT "  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}\n",
         .want = "9:59 api/invalid-value spec.strategy.rollingUpdate.maxUnavailable: "
                 "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may not be 0 "
                 "when `maxSurge` is 0\n"},
        {.manifest = DEPLOYMENT "  strategy: {type: Rolling}\n",
         .want = "9:20 api/unsupported-value spec.strategy: spec.strategy: Unsupported value: "
                 "\"Rolling\": supported values: \"Recreate\", \"RollingUpdate\"\n"},
        {.manifest = DEPLOYMENT "  minReadySeconds: 600\n  replicas: -1\n",
         .want = "4:1 api/invalid-value spec.progressDeadlineSeconds: "
                 "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than "
                 "minReadySeconds\n"
                 "10:13 api/invalid-value spec.replicas: spec.replicas: Invalid value: -1: must be "
                 "greater than or equal to 0\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_budget(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = BUDGET "  minAvailable: 0\n", .want = ""},
        {.manifest = BUDGET "  minAvailable: 100%\n", .want = ""},
        {.manifest = BUDGET "  minAvailable: 0\n  maxUnavailable: 0\n",
         .want = "5:3 api/invalid-value spec: spec: Invalid value: \"\": minAvailable and "
                 "maxUnavailable cannot be both set\n"},
        {.manifest = BUDGET "  maxUnavailable: 101%\n  unhealthyPodEvictionPolicy: \"\"\n",
         .want = "5:19 api/invalid-value spec.maxUnavailable: spec.maxUnavailable: Invalid value: "
                 "\"101%\": must not be greater than 100%\n"
                 "6:31 api/unsupported-value spec.unhealthyPodEvictionPolicy: "
                 "spec.unhealthyPodEvictionPolicy: Unsupported value: \"\": supported values: "
                 "\"AlwaysAllow\", \"IfHealthyBudget\"\n"},
        {.manifest = BUDGET "  selector: {matchExpressions: [{key: a, operator: In}]}\n",
         .want = "5:33 api/required spec.selector.matchExpressions[0].values: "
                 "spec.selector.matchExpressions[0].values: Required value: must be specified "
                 "when `operator` is 'In' or 'NotIn'\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

/* What the server did not look at yet. */
static void test_skip(void **state)
{
    (void)state;
    static const char stateful_set[] =
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec:\n  serviceName: a\n"
        "  selector: {matchLabels: {a: b}}\n"
        "  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n"
        "      - {name: a, image: a, ports: [{hostPort: 1}]}\n";
    static const struct admit_case cases[] = {
        {.manifest = stateful_set, .minor = 33, .want = ""},
        {.manifest = stateful_set,
         .minor = 34,
         .want = "11:37 api/required spec.template.spec.containers[0].ports[0].containerPort: "
                 "spec.template.spec.containers[0].ports[0].containerPort: Required value\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

/* The text of the object after defaulting, and of the source, which must not change. */
static struct str defaulted(struct arena *arena, const char *manifest, bool *ret_shared)
{
    struct schema_view view;
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct object_set set = {.arena = arena, .name = STR("test")};
    struct source *source = source_new(arena, STR("test.yaml"), str_from(manifest));
    struct admitted admitted;
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_CONFIG_BYTES);
    schema_view_init(&view, arena, schema_minor_max());
    diags.at.source = source;
    assert_int_equal(doc_read_file(arena, source, &diags, &docs), 0);
    object_set_add_doc(&set, &view, &docs.items[0], &diags);
    struct admit_ctx ctx = {.view = &view, .arena = arena, .diags = &diags};
    admit_decode(&ctx, &set.items[0], &admitted);
    admit_default(&ctx, &admitted);
    doc_write_json(&out, node_get(admitted.value, STR("spec")), 0);
    *ret_shared = admitted.value == set.items[0].root;
    const struct str text = str_dup(arena, buf_str(&out));
    diags_release(&diags);
    schema_view_release(&view);
    return text;
}

static void test_defaults(void **state)
{
    (void)state;
    struct arena arena = {0};
    bool shared;
    struct str text = defaulted(&arena, BUDGET "  minAvailable: 1\n", &shared);
    assert_true(shared);
    assert_string_equal(str_to_c(&arena, text), "{\"minAvailable\":1}");
    text = defaulted(&arena,
                     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n"
                     "  replicas: null\n  revisionHistoryLimit: 0\n  template:\n    spec:\n"
                     "      containers:\n      - {name: a}\n      - {name: b, ports: &p "
                     "[{containerPort: 1}, {containerPort: 2, protocol: UDP}]}\n"
                     "      - {name: c, ports: *p}\n",
                     &shared);
    assert_false(shared);
    /* what an alias stands for is filled in at each place */
    const struct str ports = STR("\"ports\":[{\"containerPort\":1,\"protocol\":\"TCP\"},"
                                 "{\"containerPort\":2,\"protocol\":\"UDP\"}]");
    const ptrdiff_t first = str_find(text, ports);
    assert_true(first > 0);
    assert_true(str_has(str_from_offset(text, (size_t)first + ports.n), ports));
    assert_true(str_starts(text, STR("{\"revisionHistoryLimit\":0,")));
    assert_true(str_has(text, STR("\"replicas\":1,\"strategy\":{\"type\":\"RollingUpdate\","
                                  "\"rollingUpdate\":{\"maxUnavailable\":\"25%\","
                                  "\"maxSurge\":\"25%\"}},\"progressDeadlineSeconds\":600")));
    arena_release(&arena);
}

int test_rule_workload(void);
int test_rule_workload(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deployment),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_skip),
        cmocka_unit_test(test_defaults),
    };
    return cmocka_run_group_tests_name("admit rules of workloads", tests, NULL, NULL);
}
