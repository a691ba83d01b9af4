/* SPDX-License-Identifier: Apache-2.0 */
/* Is the kind served, and if not, what to write instead. */
#include "admit_case.h"

static const char widget_crd[] = "apiVersion: apiextensions.k8s.io/v1\n"
                                 "kind: CustomResourceDefinition\n"
                                 "metadata: {name: widgets.example.com}\n"
                                 "spec:\n"
                                 "  group: example.com\n"
                                 "  scope: Namespaced\n"
                                 "  names: {plural: widgets, kind: Widget}\n"
                                 "  versions:\n"
                                 "    - name: v1\n"
                                 "      served: true\n"
                                 "      storage: true\n"
                                 "      schema: {openAPIV3Schema: {type: object}}\n"
                                 "    - name: v1alpha1\n"
                                 "      served: false\n"
                                 "      storage: false\n"
                                 "      schema: {openAPIV3Schema: {type: object}}\n";

#define NAMED "metadata: {name: x}\n"

static void test_type_fields(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = "kind: ConfigMap\n" NAMED,
         .want = "1:1 api/missing-type apiVersion: apiVersion is missing: say which type this is, "
                 "as in apiVersion: v1\n"},
        {.manifest = "apiVersion: v1\nkind: ''\n" NAMED,
         .want = "2:7 api/missing-type kind: kind is missing: say which type this is, as in kind: "
                 "ConfigMap\n"},
        {.manifest = "apiVersion: 1\nkind: [a]\n",
         .want = "1:13 api/missing-type apiVersion: apiVersion must be a string, not the number 1\n"
                 "2:7 api/missing-type kind: kind must be a string, not a list\n"},
        {.manifest = "apiVersion: /v1\nkind: Pod\n",
         .want = "1:13 api/missing-type apiVersion: apiVersion \"/v1\" must be a version, or a "
                 "group and a version, as in apps/v1\n"},
        {.manifest = "[a]\n",
         .want = "1:1 api/not-an-object : a manifest must be a map with apiVersion and kind, not a "
                 "list\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_elsewhere(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = "apiVersion: v1\nkind: Deployment\n" NAMED,
         .want = "1:13 api/unknown-kind apiVersion: Deployment is in apps/v1, not in v1\n"},
        {.manifest = "apiVersion: app/v1\nkind: Deployment\n" NAMED,
         .want = "1:13 api/unknown-kind apiVersion: Deployment is in apps/v1, not in app/v1\n"},
        {.manifest = "apiVersion: V1\nkind: ConfigMap\n" NAMED,
         .want = "1:13 api/unknown-kind apiVersion: ConfigMap is in v1, not in V1\n"},
        {.manifest = "apiVersion: apps/v1\nkind: Deploymnt\n" NAMED,
         .want = "2:7 api/unknown-kind kind: apps/v1 has no kind Deploymnt; did you mean "
                 "'Deployment'?\n"},
        {.manifest = "apiVersion: v1\nkind: configmap\n" NAMED,
         .want = "2:7 api/unknown-kind kind: v1 has no kind configmap; did you mean "
                 "'ConfigMap'?\n"},
        {.manifest = "apiVersion: rbac.authorisation.k8s.io/v1\nkind: Role\n" NAMED,
         .want =
             "1:13 api/unknown-kind apiVersion: Role is in rbac.authorization.k8s.io/v1, not in "
             "rbac.authorisation.k8s.io/v1\n"},
        {.manifest = "apiVersion: v1\nkind: Zebra\n" NAMED,
         .minor = 34,
         .want = "2:7 api/unknown-kind kind: v1 has no kind Zebra\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_versions(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = "apiVersion: batch/v1beta1\nkind: CronJob\n" NAMED,
         .want =
             "1:13 api/removed-version apiVersion: batch/v1beta1 CronJob was removed in "
             "Kubernetes 1.25; use batch/v1 | the fields are the same: change apiVersion only\n"},
        {.manifest = "apiVersion: resource.k8s.io/v1\nkind: DeviceClass\n" NAMED "spec: {}\n",
         .minor = 33,
         .want = "1:13 api/not-served apiVersion: resource.k8s.io/v1 DeviceClass comes with "
                 "Kubernetes 1.34\n"},
        {.manifest = "apiVersion: resource.k8s.io/v1\nkind: DeviceClass\n" NAMED "spec: {}\n",
         .minor = 34,
         .want = ""},
        {.manifest = "apiVersion: resource.k8s.io/v1alpha3\nkind: DeviceTaintRule\n" NAMED,
         .minor = 34,
         .want = "1:13 api/not-served apiVersion: resource.k8s.io/v1alpha3 DeviceTaintRule is not "
                 "served by default: alpha and newer beta versions must be "
                 "switched on in the API server\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_custom_kinds(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = "apiVersion: other.example.com/v1\nkind: Widget\n" NAMED, .want = ""},
        {.manifest = "apiVersion: example.com/v1\nkind: Wigdet\n" NAMED,
         .crd = widget_crd,
         .want = "2:7 api/unknown-kind kind: example.com/v1 has no kind Wigdet; did you mean "
                 "'Widget'?\n"},
        {.manifest = "apiVersion: example.com/v2\nkind: Widget\n" NAMED,
         .crd = widget_crd,
         .want = "1:13 api/not-served apiVersion: the CRD of Widget does not serve example.com/v2 "
                 "| use example.com/v1\n"},
        {.manifest = "apiVersion: example.com/v1alpha1\nkind: Widget\n" NAMED,
         .crd = widget_crd,
         .want = "1:13 api/not-served apiVersion: example.com/v1alpha1 Widget is switched off by "
                 "its CRD: served is false\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_no_schema(void **state)
{
    (void)state;
    /* what can be said without a schema: metadata is the same for all, and a name is no must */
    static const struct admit_case cases[] = {
        {.manifest = "apiVersion: example.com/v1\nkind: Widget\nspec: {any: [1]}\n", .want = ""},
        {.manifest = "apiVersion: skaffold/v3\nkind: Config\n", .want = ""},
        {.manifest = "apiVersion: example.com/v1\n"
                     "kind: Widget\n"
                     "metadata: {nam: x, labels: {a b: c}}\n",
         .want = "3:12 api/unknown-field metadata.nam: metadata.nam is not a field of Widget; did "
                 "you mean 'name'?\n"
                 "3:29 api/invalid-label metadata.labels: key \"a b\" of metadata.labels must "
                 "consist of letters, digits, '-', '_' and '.', and start and end with a letter or "
                 "digit\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_size(void **state)
{
    (void)state;
    enum { BODY = 3 << 20 };
    static const char head[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: ";
    struct arena arena = {0};
    char *text = arena_alloc_text(&arena, BODY + 3);
    memset(text, 'x', BODY + 2);
    memcpy(text, head, sizeof head - 1);
    text[BODY - 1] = '\n';
    text[BODY] = '\0';
    const struct admit_case fits = {.manifest = text, .want = ""};
    assert_int_equal(admit_text(&arena, &fits).n, 0);
    text[BODY - 1] = 'x';
    text[BODY] = '\n';
    text[BODY + 1] = '\0';
    const struct admit_case large = {.manifest = text};
    assert_string_equal(str_to_c(&arena, admit_text(&arena, &large)),
                        "1:1 api/too-large : the object has 3145729 bytes, and the server reads at "
                        "most 3145728; split it\n");
    arena_release(&arena);
}

int test_served_kinds(void);
int test_served_kinds(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_type_fields), cmocka_unit_test(test_elsewhere),
        cmocka_unit_test(test_versions),    cmocka_unit_test(test_custom_kinds),
        cmocka_unit_test(test_no_schema),   cmocka_unit_test(test_size),
    };
    return cmocka_run_group_tests_name("admit kinds", tests, NULL, NULL);
}
