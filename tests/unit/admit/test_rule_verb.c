/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of rows: by rows that use them, and by rows made here for those that few or none use.
 */
#include "admit_case.h"

#include "admit/rule_internal.h"

#define JOB                                                                                        \
    "apiVersion: batch/v1\n"                                                                       \
    "kind: Job\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}\n"
#define POD                                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  containers: [{name: a, image: b}]\n"
#define CLASS                                                                                      \
    "apiVersion: networking.k8s.io/v1\n"                                                           \
    "kind: IngressClass\n"                                                                         \
    "metadata: {name: a}\n"
#define SECRET                                                                                     \
    "apiVersion: v1\n"                                                                             \
    "kind: Secret\n"                                                                               \
    "metadata: {name: a}\n"
#define BINDING                                                                                    \
    "apiVersion: rbac.authorization.k8s.io/v1\n"                                                   \
    "kind: RoleBinding\n"                                                                          \
    "metadata: {name: a}\n"
#define TEXT_25 "aaaaaaaaaaaaaaaaaaaaaaaaa"
#define TEXT_250                                                                                   \
    TEXT_25 TEXT_25 TEXT_25 TEXT_25 TEXT_25 TEXT_25 TEXT_25 TEXT_25 TEXT_25                        \
        "aaaaaaaaaaaaaaa.b/aaaaaaa"

static void test_rows(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = JOB "  maxFailedIndexes: 1\n",
         .want = "4:1 api/required spec.backoffLimitPerIndex: spec.backoffLimitPerIndex: Required "
                 "value: when maxFailedIndexes is specified\n"
                 "6:21 api/invalid-value spec.maxFailedIndexes: spec.maxFailedIndexes: Invalid "
                 "value: 1: requires indexed completion mode\n"},
        {.manifest = JOB "  managedBy: a.example/" TEXT_25 TEXT_25 "\n", .want = ""},
        {.manifest = JOB "  managedBy: a.example/" TEXT_25 TEXT_25 TEXT_25 "\n",
         .want = "6:14 api/too-long spec.managedBy: spec.managedBy: Too long: may not be more than "
                 "63 bytes\n"},
        {.manifest = POD "  dnsConfig: {nameservers: [10.0.0.1, 10.0.0.2, 10.0.0.3]}\n",
         .want = ""},
        {.manifest = POD "  dnsConfig: {nameservers: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4]}\n",
         .want = "6:28 api/invalid-value spec.dnsConfig.nameservers: spec.dnsConfig.nameservers: "
                 "Invalid value: [\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\",\"10.0.0.4\"]: must not "
                 "have more than 3 nameservers\n"},
        {.manifest = CLASS "spec: {controller: a.b/" TEXT_250 "}\n",
         .want = "4:20 api/too-long spec.controller: spec.controller: Too long: may not be more "
                 "than 250 bytes\n"},
        {.manifest =
             POD "  volumes:\n"
                 "  - {name: a, flexVolume: {driver: a/b, options: {kubernetes.io/x: z}}}\n",
         .want = "7:51 api/invalid-value spec.volumes[0].flexVolume.options[kubernetes.io/x]: "
                 "spec.volumes[0].flexVolume.options[kubernetes.io/x]: Invalid value: "
                 "\"kubernetes.io/x\": kubernetes.io and k8s.io namespaces are reserved\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_immutable(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = SECRET "type: example.com/b\n",
         .old = SECRET "type: example.com/a\n",
         .want = "4:7 api/immutable-field type: type: Invalid value: \"example.com/b\": field is "
                 "immutable\n"},
        {.manifest = SECRET, .old = SECRET "type: Opaque\n", .want = ""},
        {.manifest = SECRET,
         .old = SECRET "type: example.com/a\n",
         .want =
             "2:7 api/immutable-field type: type: Invalid value: \"Opaque\": field is immutable\n"},
        {.manifest = BINDING "roleRef: {kind: Role, name: b}\n",
         .old = BINDING "roleRef: {kind: Role, name: a}\n",
         .want = "4:10 api/immutable-field roleRef: roleRef: Invalid value: "
                 "{\"kind\":\"Role\",\"name\":\"b\",\"apiGroup\":\"rbac.authorization.k8s.io\"}: "
                 "cannot change roleRef\n"},
        {.manifest = BINDING "roleRef: {name: a, kind: Role}\n",
         .old = BINDING "roleRef: {kind: Role, name: a, apiGroup: rbac.authorization.k8s.io}\n",
         .want = ""},
        {.manifest = JOB "  completionMode: Indexed\n"
                         "  completions: 1\n",
         .old = JOB "  completions: 1\n",
         .want = "6:19 api/immutable-field spec.completionMode: spec.completionMode: Invalid "
                 "value: \"Indexed\": field is immutable\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

/* ---- rows made here ---- */

struct row_case {
    const char *manifest;
    const char *field; /* of spec */
    struct rule_row row;
    const char *want;
};

/* The list of fields of the row that Jobs have: backoffLimitPerIndex. */
static uint32_t list_of_requires(void)
{
    const struct rule_type *type = &rule_types[type_find(STR("batch.v1.JobSpec"))];
    for (unsigned i = 0; i < type->slot_count; i++) {
        const struct rule_slot *slot = &rule_slots[type->first_slot + i];
        for (uint32_t r = slot->first_row; r < slot->first_row + slot->row_count; r++)
            if (rule_rows[r].verb == RULE_VERB_REQUIRES)
                return rule_rows[r].values;
    }
    return 0;
}

static struct str apply_row(struct arena *arena, const struct row_case *test)
{
    struct schema_view view;
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct buf out;
    struct admitted admitted;
    struct source *source = source_new(arena, STR("test.yaml"), str_from(test->manifest));
    struct object_set set = {.arena = arena, .name = STR("test")};
    struct admit_ctx ctx = {.view = &view, .arena = arena, .diags = &diags};
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    schema_view_init(&view, arena, schema_minor_max());
    diags.at.source = source;
    assert_int_equal(doc_read_file(arena, source, &diags, &docs), 0);
    object_set_add_doc(&set, &view, &docs.items[0], &diags);
    admit_decode(&ctx, &set.items[0], &admitted);
    struct validating v = {.ctx = &ctx,
                           .admitted = &admitted,
                           .object = admitted.object,
                           .root = admitted.value,
                           .minor = view.minor};
    const struct spot root = {
        .path = {.node = admitted.value}, .written = admitted.value, .type = admitted.kind.type};
    const struct spot spec = spot_child(&v, &root, "spec");
    const struct spot field = spot_child(&v, &spec, test->field);
    row_apply(&v, &test->row, &field);
    for (size_t i = 0; i < diags.n; i++)
        write_finding(&out, &diags.items[i]);
    const struct str text = str_dup(arena, buf_str(&out));
    buf_release(&out);
    diags_release(&diags);
    schema_view_release(&view);
    return text;
}

static void check_rows(const struct row_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct arena arena = {0};
        const struct str have = apply_row(&arena, &cases[i]);
        if (!str_is(have, cases[i].want))
            print_error("row %zu of %s\n", i, cases[i].manifest);
        assert_string_equal(str_to_c(&arena, have), cases[i].want);
        arena_release(&arena);
    }
}

static void test_siblings(void **state)
{
    const uint32_t siblings = list_of_requires();
    (void)state;
    assert_int_not_equal(siblings, 0);
    const struct rule_row needs = {.verb = RULE_VERB_REQUIRES, .values = siblings};
    const struct rule_row excludes = {.verb = RULE_VERB_EXCLUDES, .values = siblings};
    const struct row_case cases[] = {
        {JOB "  suspend: true\n  backoffLimitPerIndex: 1\n", "suspend", needs, ""},
        {JOB "  backoffLimitPerIndex: 1\n", "suspend", needs, ""},
        {JOB "  suspend: true\n", "suspend", needs,
         "4:1 api/required spec.backoffLimitPerIndex: spec.backoffLimitPerIndex: Required value: "
         "must be specified when `suspend` is set\n"},
        {JOB "  suspend: false\n", "suspend", needs, ""},
        {JOB "  suspend: true\n", "suspend", excludes, ""},
        {JOB "  backoffLimitPerIndex: 1\n", "suspend", excludes, ""},
        {JOB "  suspend: true\n  backoffLimitPerIndex: 1\n", "suspend", excludes,
         "7:25 api/forbidden spec.backoffLimitPerIndex: spec.backoffLimitPerIndex: Forbidden: may "
         "not be specified when `suspend` is set\n"},
    };
    check_rows(cases, ARRAY_LEN(cases));
}

static void test_sizes(void **state)
{
    (void)state;
    const struct rule_row least = {.verb = RULE_VERB_MIN_ITEMS, .min = 2};
    const struct rule_row one = {.verb = RULE_VERB_MAX_ITEMS, .max = 1};
    const struct rule_row length = {.verb = RULE_VERB_MAX_LENGTH, .max = 2};
    const struct rule_row bytes = {.verb = RULE_VERB_MAX_BYTES, .max = 3};
    const struct rule_row always = {
        .verb = RULE_VERB_MIN_ITEMS, .min = 1, .when = {.flags = RULE_ALWAYS}};
    const struct row_case cases[] = {
        {POD, "containers", least,
         "5:15 api/invalid-value spec.containers: spec.containers: Invalid value: "
         "[{\"name\":\"a\",\"image\":\"b\"}]: must have at least 2 items\n"},
        {POD "  volumes: []\n", "volumes", least, ""},
        {POD "  volumes: []\n", "volumes", always,
         "6:12 api/invalid-value spec.volumes: spec.volumes: Invalid value: []: must have at least "
         "1 item\n"},
        {POD "  nodeSelector: {a: b}\n", "nodeSelector", one, ""},
        {POD "  nodeSelector: {a: b, c: d}\n", "nodeSelector", one,
         "6:17 api/too-many spec.nodeSelector: spec.nodeSelector: Too many: 2: must have at most 1 "
         "item\n"},
        {POD "  hostname: \xc3\xa9\xc3\xa9\n", "hostname", length, ""},
        {POD "  hostname: abc\n", "hostname", length,
         "6:13 api/too-long spec.hostname: spec.hostname: Too long: may not be more than 2 "
         "characters\n"},
        {POD "  hostname: abc\n", "hostname", bytes, ""},
        {POD "  hostname: \xc3\xa9\xc3\xa9\n", "hostname", bytes,
         "6:13 api/too-long spec.hostname: spec.hostname: Too long: may not be more than 3 "
         "bytes\n"},
    };
    check_rows(cases, ARRAY_LEN(cases));
}

int test_rule_verb(void);
int test_rule_verb(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_immutable),
        cmocka_unit_test(test_siblings),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests_name("admit rule verbs", tests, NULL, NULL);
}
