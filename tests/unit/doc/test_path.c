/* SPDX-License-Identifier: Apache-2.0 */
/* Field paths, there and back. */
#include "unit/unit.h"

#include "doc/doc.h"

static const char text[] =
    "{\"metadata\":{\"name\":\"web\",\"annotations\":{\"a/b\":\"1\",\"c.d/"
    "e]f\":\"2\",\"g\":\"3\"}},"
    "\"spec\":{\"containers\":[{\"name\":\"c\",\"env\":[{\"name\":\"A,B\"}],"
    "\"ports\":[{\"containerPort\":80},{\"containerPort\":80,\"protocol\":\"TCP\"}]}],"
    "\"a\":{\"b\":1},\"a.b\":2,\"empty\":{},\"set\":[\"x\",\"a.io/x\"]}}";

static struct arena arena;
static const struct node *root;

static int setup(void **state)
{
    struct diags diags = {0};
    struct doc doc;
    (void)state;
    struct source *source = source_new(&arena, STR("x"), str_from(text));
    if (doc_read_json(&arena, source, &diags, &doc))
        return -1;
    diags_release(&diags);
    root = doc.root;
    return root ? 0 : -1;
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void paths_are_written_as_the_server_does(void **state)
{
    static const struct str keys[] = {{"containerPort", 13}, {"protocol", 8}};
    const struct node *container = path_find(root, STR("spec.containers[0]")).value;
    const struct node *port = path_find(root, STR("spec.containers[0].ports[1]")).value;
    const struct path top = {.node = root};
    const struct path spec = {.up = &top, .name = STR("spec")};
    const struct path list = {.up = &spec, .name = STR("containers")};
    const struct path item = {.up = &list, .index = 0, .node = container};
    const struct path ports = {.up = &item, .name = STR("ports")};
    const struct path entry = {
        .up = &ports, .index = 1, .node = port, .keys = keys, .key_count = 2};
    const struct path field = {.up = &entry, .name = STR("hostPort")};
    const struct path labels = {.up = &top, .name = STR("labels")};
    const struct path label = {.up = &labels, .name = STR("a/b"), .is_key = true};
    const struct path absent = {.up = &list, .index = 7};
    (void)state;
    assert_true(str_is(path_format(&arena, &top), ""));
    assert_true(str_is(path_format(&arena, &field), "spec.containers[0].ports[1].hostPort"));
    assert_true(str_is(path_identity(&arena, &field),
                       "spec.containers[name=c].ports[containerPort=80,protocol=TCP].hostPort"));
    assert_true(str_is(path_format(&arena, &label), "labels[a/b]"));
    assert_true(str_is(path_identity(&arena, &label), "labels[a/b]"));
    assert_true(str_is(path_identity(&arena, &absent), "spec.containers[7]"));
}

static const struct {
    const char *field;
    const char *want; /* text of the value there; NULL: absent */
} lookups[] = {
    {"metadata.name", "web"},
    {".metadata.name", "web"},
    {"metadata.annotations[a/b]", "1"},
    {"metadata.annotations.a/b", "1"},
    {"metadata.annotations[c.d/e]f]", "2"},
    {"metadata.annotations['a/b']", "1"},
    {"metadata.annotations[\"a/b\"]", "1"},
    {"metadata.annotations[g]", "3"},
    {"spec.containers[0].name", "c"},
    {"spec.containers[0].ports[1].protocol", "TCP"},
    {".spec.containers[name=\"c\"].name", "c"},
    {"spec.containers[name=c].ports[containerPort=80,protocol=\"TCP\"].protocol", "TCP"},
    {"spec.containers[0].env[name=\"A,B\"].name", "A,B"},
    {"spec.set[=\"a.io/x\"]", "a.io/x"},
    {"spec.a.b", "2"},
    {"spec[a][b]", "1"},
    {"spec.containers[1]", NULL},
    {"spec.containers[name=x]", NULL},
    {"spec.containers[-]", NULL},
    {"spec.containers[0", NULL},
    {"spec.containers.0", NULL},
    {"spec.containersx", NULL},
    {"spec.contain", NULL},
    {"metadata.name.x", NULL},
    {"metadata.annotations[h]", NULL},
    {"[]", NULL},
    {"spec..a", NULL},
};

static void paths_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
        const struct node *value = path_find(root, str_from(lookups[i].field)).value;
        if (!value != !lookups[i].want || (value && !str_is(node_text(value), lookups[i].want)))
            fail_msg("%s", lookups[i].field);
    }
    assert_ptr_equal(path_find(root, STR("")).value, root);
    assert_ptr_equal(path_find(root, STR("<nil>")).value, root);
    assert_null(path_find(NULL, STR("a")).value);
}

static bool span_is(struct span span, const char *want)
{
    return str_is(str_sub(str_from(text), span.start, span.end), want);
}

static void absent_fields_have_a_place_for_findings(void **state)
{
    (void)state;
    struct lookup found = path_find(root, STR("metadata.name"));
    assert_true(span_is(node_span(found.key), "\"name\""));
    assert_true(span_is(found.key_span, "\"name\""));
    assert_ptr_equal(found.parent, node_get(root, STR("metadata")));

    found = path_find(root, STR("metadata.annotations[h]"));
    assert_null(found.key);
    assert_true(span_is(found.key_span, "\"annotations\""));

    found = path_find(root, STR("spec.containers[0].image"));
    assert_null(found.value);
    assert_true(span_is(found.key_span, "\"name\"")); /* where the entry starts */
    assert_ptr_equal(found.parent, path_find(root, STR("spec.containers[0]")).value);

    found = path_find(root, STR("status.x"));
    assert_ptr_equal(found.parent, root);
    assert_true(span_is(found.key_span, "\"metadata\""));

    found = path_find(root, STR("spec.set[1]"));
    assert_true(span_is(found.key_span, "\"a.io/x\""));
}

static void the_way_back_is_the_same(void **state)
{
    static const char *const fields[] = {
        "",
        "metadata.name",
        "metadata.annotations[a/b]",
        "metadata.annotations[g]",
        "spec.containers[0].ports[1].protocol",
        "spec.set[1]",
        "spec.a.b",
    };
    struct str field;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fields) - 1; i++) {
        assert_true(path_of(&arena, root, path_find(root, str_from(fields[i])).value, &field));
        assert_true(str_is(field, fields[i]));
    }
    const struct lookup name = path_find(root, STR("metadata.name"));
    assert_true(path_of(&arena, root, name.key, &field));
    assert_true(str_is(field, "metadata.name"));
    assert_true(
        path_of(&arena, root, node_get(path_find(root, STR("spec")).value, STR("a.b")), &field));
    assert_true(str_is(field, "spec[a.b]"));
    const struct node *other = node_new_i64(&arena, 1);
    assert_false(path_of(&arena, root, other, &field));
}

static void findings_carry_field_and_identity(void **state)
{
    static const struct rule_setting off = {{"api/required", 12}, SEVERITY_OFF};
    struct rule_setting setting = off;
    const struct rule_settings settings = {.items = &setting, .n = 1, .cap = 1};
    const struct path top = {.node = root};
    const struct path list = {.up = &top, .name = STR("containers")};
    const struct path item = {
        .up = &list, .index = 3, .node = path_find(root, STR("spec.containers[0]")).value};
    const struct span span = {1, 2};
    struct diags diags = {0};
    (void)state;
    struct diag *d = diag_add_path(&diags, RULE_API_REQUIRED, span, &item, "%s is %d", "it", 1);
    assert_non_null(d);
    assert_true(str_is(d->field, "containers[3]"));
    assert_true(str_is(d->identity, "containers[name=c]"));
    assert_true(str_is(d->message, "it is 1"));
    diags.settings = &settings;
    assert_null(diag_add_path(&diags, RULE_API_REQUIRED, span, &item, "no"));
    assert_int_equal(diags.n, 1);
    diags_release(&diags);
}

int test_path(void);
int test_path(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_written_as_the_server_does),
        cmocka_unit_test(paths_are_found),
        cmocka_unit_test(absent_fields_have_a_place_for_findings),
        cmocka_unit_test(the_way_back_is_the_same),
        cmocka_unit_test(findings_carry_field_and_identity),
    };
    return cmocka_run_group_tests_name("path", tests, setup, release);
}
