/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on metadata. */
#include "admit_case.h"

#include "admit/admit_internal.h"

#define CONFIG_MAP "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n"

static void test_name(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = "apiVersion: v1\nkind: ConfigMap\n",
         .want = "2:7 api/missing-name metadata.name: metadata.name is required\n"},
        {.manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name:\n",
         .want = "3:1 api/missing-name metadata.name: metadata.name is required\n"},
        {.manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 5}\n",
         .want =
             "3:18 api/wrong-type metadata.name: metadata.name must be a string, not the number "
             "5; quote it: \"5\"\n"},
        {.manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: My_App}\n",
         .want =
             "3:18 api/invalid-name metadata.name: name \"My_App\" of a ConfigMap must consist "
             "of lower-case letters, digits, '-' and '.', and each part between dots must start "
             "and end with a letter or digit | for example: my-app\n"},
        {.manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: x-}\n",
         .want =
             "3:26 object/generate-name metadata.generateName: metadata.generateName works with "
             "kubectl create only: each apply needs a metadata.name\n"},
        {.manifest = "apiVersion: authorization.k8s.io/v1\n"
                     "kind: SelfSubjectRulesReview\n"
                     "spec: {namespace: a}\n",
         .want = ""},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_namespace(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CONFIG_MAP "  namespace: shop\n", .want = ""},
        {.manifest = CONFIG_MAP "  namespace: Shop\n",
         .want =
             "5:14 api/invalid-namespace metadata.namespace: namespace \"Shop\" must consist of "
             "lower-case letters, digits and '-', and start and end with a letter or digit\n"},
        {.manifest = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, namespace: B}\n",
         .want = "3:32 object/cluster-scoped-namespace metadata.namespace: a Namespace belongs to "
                 "no namespace: the server drops metadata.namespace\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_labels(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CONFIG_MAP "  labels: {app.kubernetes.io/name: web, empty: '', none: null}\n",
         .want = ""},
        {.manifest = CONFIG_MAP "  labels:\n    app name: web\n",
         .want = "6:5 api/invalid-label metadata.labels: key \"app name\" of metadata.labels must "
                 "consist of letters, digits, '-', '_' and '.', and start and end with a letter or "
                 "digit\n"},
        {.manifest = CONFIG_MAP "  labels:\n    url: a/b\n",
         .want =
             "6:10 api/invalid-label metadata.labels: value \"a/b\" of metadata.labels[url] "
             "must be empty, or consist of letters, digits, '-', '_' and '.', and start and end "
             "with a letter or digit\n"},
        {.manifest = CONFIG_MAP "  annotations: {A.B/C: 'any text', a_b: ''}\n", .want = ""},
        {.manifest = CONFIG_MAP "  annotations: {a b: c}\n",
         .want =
             "5:17 api/invalid-annotation metadata.annotations: key \"a b\" of "
             "metadata.annotations must consist of letters, digits, '-', '_' and '.', and start "
             "and end with a letter or digit\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

/* The field is the server's, the identity tells two labels apart. */
static void test_identity(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct diags diags = {0};
    struct schema_view view;
    schema_view_init(&view, &arena, schema_minor_max());
    struct admit_ctx ctx = {.view = &view, .arena = &arena, .diags = &diags};
    struct node *labels = node_new(&arena, NODE_MAP);
    node_put(&arena, labels, STR("a/b/c"), node_new_text(&arena, STR("x")));
    const struct path root = {0};
    const struct path metadata = {.up = &root, .name = STR("metadata")};
    const struct path path = {.up = &metadata, .name = STR("labels"), .node = labels};
    validate_labels(&ctx, &path);
    assert_int_equal(diags.n, 1);
    assert_true(str_is(diags.items[0].field, "metadata.labels"));
    assert_true(str_is(diags.items[0].identity, "metadata.labels[a/b/c]"));
    diags_release(&diags);
    arena_release(&arena);
}

static void test_annotations_size(void **state)
{
    (void)state;
    enum { MAX = 256 << 10 };
    struct arena arena = {0};
    struct buf text;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    buf_add_c(&text, CONFIG_MAP "  annotations:\n    a: ");
    buf_add_n(&text, 'x', MAX - 1);
    const struct admit_case fits = {.manifest = text.p};
    assert_int_equal(admit_text(&arena, &fits).n, 0);
    buf_add_char(&text, 'x');
    const struct admit_case large = {.manifest = text.p};
    assert_string_equal(str_to_c(&arena, admit_text(&arena, &large)),
                        "6:5 api/too-long metadata.annotations: annotations have 262145 bytes "
                        "together, and at most 262144 are allowed\n");
    buf_release(&text);
    arena_release(&arena);
}

static void test_owners(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CONFIG_MAP
         "  ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: b, controller: true}]\n",
         .want = ""},
        {.manifest = CONFIG_MAP "  ownerReferences:\n  - {apiVersion: v1, kind: Pod, name: a}\n",
         .want = "6:5 api/invalid-owner-reference metadata.ownerReferences.uid: uid of an owner "
                 "reference must not be empty\n"},
        {.manifest =
             CONFIG_MAP "  ownerReferences:\n  - {apiVersion: v1, kind: Event, name: a, uid: b}\n",
         .want =
             "6:5 api/invalid-owner-reference metadata.ownerReferences: an Event must not be an "
             "owner\n"},
        {.manifest =
             CONFIG_MAP "  ownerReferences:\n"
                        "  - {apiVersion: v1, kind: Pod, name: a, uid: b, controller: true}\n"
                        "  - {apiVersion: v1, kind: Pod, name: c, uid: d, controller: true}\n",
         .want = "7:5 api/invalid-owner-reference metadata.ownerReferences: only one owner "
                 "reference can be the controller\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_finalizers(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CONFIG_MAP "  finalizers: [a.b/c, kubernetes, orphan]\n", .want = ""},
        {.manifest = CONFIG_MAP "  finalizers: [mine]\n",
         .want =
             "5:16 api/invalid-finalizer metadata.finalizers[0]: finalizer \"mine\" must have a "
             "domain, as in example.com/mine\n"},
        {.manifest = CONFIG_MAP "  finalizers: [a b]\n",
         .want =
             "5:16 api/invalid-finalizer metadata.finalizers: finalizer \"a b\" must consist of "
             "letters, digits, '-', '_' and '.', and start and end with a letter or digit\n"},
        {.manifest = CONFIG_MAP "  finalizers: [orphan, foregroundDeletion]\n",
         .want = "5:15 api/invalid-finalizer metadata.finalizers: finalizers orphan and "
                 "foregroundDeletion exclude each other\n"},
        {.manifest = "apiVersion: policy/v1\n"
                     "kind: PodDisruptionBudget\n"
                     "metadata: {name: a, finalizers: [mine]}\n",
         .want = ""},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_server_fields(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CONFIG_MAP "  uid: ''\n  resourceVersion: '5'\n  generation: 3\n", .want = ""},
        {.manifest = CONFIG_MAP "  generation: -3\n",
         .want = "5:15 api/invalid-metadata metadata.generation: metadata.generation must not be "
                 "negative; leave it out\n"},
        {.manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nstatus: {phase: Running}\n",
         .want = "4:1 object/status status: the server ignores status in a manifest; leave it "
                 "out\n"},
        {.manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nstatus: {}\n", .want = ""},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

int test_metadata(void);
int test_metadata(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name),       cmocka_unit_test(test_namespace),
        cmocka_unit_test(test_labels),     cmocka_unit_test(test_identity),
        cmocka_unit_test(test_owners),     cmocka_unit_test(test_annotations_size),
        cmocka_unit_test(test_finalizers), cmocka_unit_test(test_server_fields),
    };
    return cmocka_run_group_tests_name("admit metadata", tests, NULL, NULL);
}
