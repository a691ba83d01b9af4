/* SPDX-License-Identifier: Apache-2.0 */
/* What may change in a Pod that is there. */
#include "admit_case.h"

#define HEAD "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
#define FORBIDDEN                                                                                  \
    "5:3 api/forbidden spec: spec: Forbidden: pod updates may not change fields other than "       \
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"      \
    "`spec.tolerations` (only additions to existing tolerations),"                                 \
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously "          \
    "negative)\n"

struct update_case {
    const char *before; /* of the spec, but for its container */
    const char *after;
    const char *want;
};

static void admit_one(struct admit_ctx *ctx, const char *spec, struct admitted *ret_admitted)
{
    struct doc_list docs = {0};
    struct object_set *set = arena_alloc(ctx->arena, sizeof *set);
    *set = (struct object_set){.arena = ctx->arena, .name = STR("test")};
    const struct str text = str_format(ctx->arena, HEAD "%s", spec);
    struct source *source = source_new(ctx->arena, STR("test.yaml"), text);
    ctx->diags->at.source = source;
    assert_int_equal(doc_read_file(ctx->arena, source, ctx->diags, &docs), 0);
    object_set_add_doc(set, ctx->view, &docs.items[0], ctx->diags);
    ctx->diags->at.object = object_diag(&set->items[0]);
    admit_decode(ctx, &set->items[0], ret_admitted);
    admit_default(ctx, ret_admitted);
}

static void check_update(const struct update_case *test)
{
    struct arena arena = {0};
    struct schema_view view;
    struct diags diags = {0};
    struct admitted before;
    struct admitted after;
    struct buf out;
    buf_init(&out, LIMIT_CONFIG_BYTES);
    schema_view_init(&view, &arena, schema_minor_max());
    struct admit_ctx ctx = {&view, &arena, &diags};
    admit_one(&ctx, test->before, &before);
    admit_one(&ctx, test->after, &after);
    admit_validate(&ctx, &after, &before);
    diags_sort(&diags);
    for (size_t i = 0; i < diags.n; i++)
        write_finding(&out, &diags.items[i]);
    const struct str text = str_dup(&arena, buf_str(&out));
    if (!str_is(text, test->want))
        print_error("from %s\nto %s\n", test->before, test->after);
    assert_string_equal(str_to_c(&arena, text), test->want);
    buf_release(&out);
    diags_release(&diags);
    schema_view_release(&view);
    arena_release(&arena);
}

static void check_updates(const struct update_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_update(&cases[i]);
}

#define ONE "  containers: [{name: a, image: a}]\n"
#define TWO "  containers: [{name: a, image: a}, {name: b, image: b}]\n"

static void test_rest(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {ONE, "  containers: [{name: a, image: b}]\n", ""},
        {ONE, ONE "  preemptionPolicy: PreemptLowerPriority\n  priority: 0\n", ""},
        {ONE, ONE "  hostNetwork: false\n  enableServiceLinks: true\n", ""},
        {ONE "  terminationGracePeriodSeconds: -3\n", ONE "  terminationGracePeriodSeconds: 1\n",
         ""},
        {ONE, ONE "  hostname: a\n", FORBIDDEN},
        {ONE, ONE "  automountServiceAccountToken: false\n", FORBIDDEN},
        {ONE, "  containers: [{name: a, image: a, command: [a]}]\n", FORBIDDEN},
        {ONE, TWO,
         "5:15 api/forbidden spec.containers: spec.containers: Forbidden: pod updates may not add "
         "or remove containers\n"},
        {ONE "  initContainers: [{name: b, image: b}]\n", ONE,
         "4:1 api/forbidden spec.initContainers: spec.initContainers: Forbidden: pod updates may "
         "not add or remove containers\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

static void test_deadline(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {ONE, ONE "  activeDeadlineSeconds: 5\n", ""},
        {ONE "  activeDeadlineSeconds: 5\n", ONE "  activeDeadlineSeconds: 4\n", ""},
        {ONE "  activeDeadlineSeconds: 5\n", ONE "  activeDeadlineSeconds: 6\n",
         "6:26 api/invalid-value spec.activeDeadlineSeconds: spec.activeDeadlineSeconds: Invalid "
         "value: 6: must be less than or equal to previous value\n"},
        {ONE "  activeDeadlineSeconds: 5\n", ONE,
         "4:1 api/invalid-value spec.activeDeadlineSeconds: spec.activeDeadlineSeconds: Invalid "
         "value: null: must not update from a positive integer to nil value\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

#define TOLERATION "  tolerations: [{key: a, effect: NoExecute}"

static void test_tolerations(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {ONE TOLERATION "]\n", ONE TOLERATION ", {operator: Exists}]\n", ""},
        {ONE TOLERATION "]\n",
         ONE "  tolerations: [{key: a, effect: NoExecute, tolerationSeconds: 5}]\n", ""},
        {ONE TOLERATION "]\n", ONE "  tolerations: [{key: a}]\n",
         "6:16 api/forbidden spec.tolerations: spec.tolerations: Forbidden: existing toleration "
         "can not be modified except its tolerationSeconds\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

#define GATED "  schedulingGates: [{name: g}]\n"
#define TERMS(requirements)                                                                        \
    "  affinity:\n    nodeAffinity:\n      requiredDuringSchedulingIgnoredDuringExecution:\n"      \
    "        nodeSelectorTerms:\n        - matchExpressions: [" requirements "]\n"

static void test_gates(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {ONE GATED, ONE, ""},
        {ONE, ONE GATED,
         "6:28 api/forbidden spec.schedulingGates[0].name: spec.schedulingGates[0].name: "
         "Forbidden: only deletion is allowed, but found new scheduling gate 'g'\n"},
        {ONE GATED, ONE GATED "  nodeSelector: {a: b}\n", ""},
        {ONE GATED "  nodeSelector: {a: b}\n", ONE GATED "  nodeSelector: {a: c}\n",
         "7:17 api/invalid-value spec.nodeSelector: spec.nodeSelector: Invalid value: "
         "{\"a\":\"c\"}: only additions to spec.nodeSelector are allowed (no mutations or "
         "deletions)\n"},
        {ONE, ONE "  nodeSelector: {a: b}\n", FORBIDDEN},
        {ONE GATED, ONE GATED TERMS("{key: a, operator: Exists}"), ""},
        {ONE GATED TERMS("{key: a, operator: Exists}"),
         ONE GATED TERMS("{key: a, operator: Exists}, {key: b, operator: Exists}"), ""},
        {ONE GATED TERMS("{key: a, operator: Exists}"),
         ONE GATED TERMS("{key: b, operator: Exists}"),
         "11:11 api/invalid-value spec.affinity.nodeAffinity."
         "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]: "
         "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
         "nodeSelectorTerms[0]: Invalid value: "
         "{\"matchExpressions\":[{\"key\":\"b\",\"operator\":\"Exists\"}]}: only additions are "
         "allowed (no mutations or deletions)\n"},
        {ONE GATED TERMS("{key: a, operator: Exists}"), ONE GATED,
         "4:1 api/invalid-value spec.affinity.nodeAffinity."
         "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: "
         "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
         "nodeSelectorTerms: Invalid value: null: no additions/deletions to non-empty "
         "NodeSelectorTerms list are allowed\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

int test_rule_podupdate(void);
int test_rule_podupdate(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_tolerations),
        cmocka_unit_test(test_gates),
    };
    return cmocka_run_group_tests_name("admit rules of Pod updates", tests, NULL, NULL);
}
