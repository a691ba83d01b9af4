/* SPDX-License-Identifier: Apache-2.0 */
/* Fields that do not exist, and what was meant. */
#include "admit_case.h"

#define DEPLOYMENT "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n"
#define POD        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - name: a\n"

static void test_near_names(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = DEPLOYMENT "  replcas: 3\n",
         .want = "5:3 api/unknown-field spec.replcas: spec.replcas is not a field of Deployment; "
                 "did you mean 'replicas'?\n"},
        {.manifest = POD "    Image: b\n",
         .want = "7:5 api/unknown-field spec.containers[0].Image: spec.containers[0].Image is not "
                 "a field of Pod; did you mean 'image'?\n"},
        {.manifest = POD "    x-note: b\n",
         .want = "7:5 api/unknown-field spec.containers[0].x-note: spec.containers[0].x-note is "
                 "not a field of Pod\n"},
        {.manifest = DEPLOYMENT "  template: {metadata: {lables: null}}\n",
         .want = "5:25 api/unknown-field spec.template.metadata.lables: "
                 "spec.template.metadata.lables is not a field of Deployment; did you mean "
                 "'labels'?\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_places(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = DEPLOYMENT "  hostNetwork: true\n",
         .want = "5:3 api/unknown-field spec.hostNetwork: spec.hostNetwork is not a field of "
                 "Deployment; hostNetwork belongs under spec.template.spec\n"},
        {.manifest = POD "    runAsUser: 5\n",
         .want = "7:5 api/unknown-field spec.containers[0].runAsUser: spec.containers[0].runAsUser "
                 "is not a field of Pod; runAsUser belongs under "
                 "spec.containers[0].securityContext\n"},
        {.manifest = POD "  securityContext: {privileged: true}\n",
         .want = "7:21 api/unknown-field spec.securityContext.privileged: "
                 "spec.securityContext.privileged is not a field of Pod; privileged belongs under "
                 "spec.containers[].securityContext\n"},
        {.manifest = "apiVersion: batch/v1\n"
                     "kind: CronJob\n"
                     "metadata: {name: x}\n"
                     "spec:\n"
                     "  schedule: '@daily'\n"
                     "  containers: []\n",
         .want =
             "6:3 api/unknown-field spec.containers: spec.containers is not a field of CronJob; "
             "containers belongs under spec.jobTemplate.spec.template.spec\n"},
        {.manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, immutable: true}\n",
         .want = "3:21 api/unknown-field metadata.immutable: metadata.immutable is not a field of "
                 "ConfigMap; immutable belongs at the top level, beside kind\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

/* Several volume types have a secretName, and none of them is meant. */
static void test_no_place(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  volumes: [{name: b, storageos: {secretName: c}}]\n",
         .want = "7:35 api/unknown-field spec.volumes[0].storageos.secretName: "
                 "spec.volumes[0].storageos.secretName is not a field of Pod\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_versions_and_renames(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  hostnameOverride: a\n",
         .minor = 33,
         .want =
             "7:3 api/unknown-field spec.hostnameOverride: spec.hostnameOverride is not a field "
             "of Pod; it comes with Kubernetes 1.34\n"},
        {.manifest = POD "  hostnameOverride: a\n", .minor = 34, .want = ""},
        {.manifest = "apiVersion: networking.k8s.io/v1\n"
                     "kind: Ingress\n"
                     "metadata: {name: x}\n"
                     "spec: {backend: {serviceName: a, servicePort: 80}}\n",
         .want =
             "4:8 api/unknown-field spec.backend: spec.backend is not a field of Ingress; it is "
             "called defaultBackend\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

/* The server does not look for unknown fields below items and additionalProperties of a schema. */
static void test_lenient_schemas(void **state)
{
    (void)state;
    static const char head[] = "apiVersion: apiextensions.k8s.io/v1\n"
                               "kind: CustomResourceDefinition\n"
                               "metadata: {name: a.b.c}\n"
                               "spec:\n"
                               "  versions:\n"
                               "  - name: v1\n"
                               "    schema:\n"
                               "      openAPIV3Schema:\n";
    static const struct {
        const char *schema;
        bool good;
    } rows[] = {
        {"        items: {typo: 1}\n", true},
        {"        additionalProperties: {typo: 1}\n", true},
        {"        additionalProperties: false\n", true},
        {"        default: {any: [1]}\n", true},
        {"        properties: {a: {typo: 1}}\n", false},
        {"        items: {type: 5}\n", false},
        {"        additionalProperties: 5\n", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct diags diags = {0};
        struct doc_list docs = {0};
        struct schema_view view;
        schema_view_init(&view, &arena, schema_minor_max());
        struct source *source = source_new(
            &arena, STR("a.yaml"), str_concat(&arena, str_from(head), str_from(rows[i].schema)));
        diags.at.source = source;
        assert_int_equal(doc_read_file(&arena, source, &diags, &docs), 0);
        struct object object;
        struct admitted admitted;
        struct admit_ctx ctx = {.view = &view, .arena = &arena, .diags = &diags};
        assert_true(object_read(&docs.items[0], docs.items[0].root, &object));
        admit_decode(&ctx, &object, &admitted);
        if ((diags.n == 0) != rows[i].good)
            print_error("%s", rows[i].schema);
        assert_int_equal(diags.n == 0, rows[i].good);
        assert_int_equal(admitted.type_error || admitted.strict_error, !rows[i].good);
        diags_release(&diags);
        arena_release(&arena);
    }
}

int test_unknown_field(void);
int test_unknown_field(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near_names),      cmocka_unit_test(test_places),
        cmocka_unit_test(test_no_place),        cmocka_unit_test(test_versions_and_renames),
        cmocka_unit_test(test_lenient_schemas),
    };
    return cmocka_run_group_tests_name("admit unknown fields", tests, NULL, NULL);
}
