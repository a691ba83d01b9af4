/* SPDX-License-Identifier: Apache-2.0 */
/* Custom resources: unknown fields, metadata, nulls, defaults. */
#include "unit/admit/admit_case.h"

#define ARRAY(a) (a), sizeof(a) / sizeof((a)[0])

static const char boat[] =
    "apiVersion: apiextensions.k8s.io/v1\n"
    "kind: CustomResourceDefinition\n"
    "metadata: {name: boats.sea.example.org}\n"
    "spec:\n"
    "  group: sea.example.org\n"
    "  scope: Namespaced\n"
    "  names: {plural: boats, kind: Boat}\n"
    "  versions:\n"
    "  - name: v1\n"
    "    served: true\n"
    "    storage: true\n"
    "    subresources:\n"
    "      status: {}\n"
    "    schema:\n"
    "      openAPIV3Schema:\n"
    "        type: object\n"
    "        properties:\n"
    "          status: {type: object, properties: {depth: {type: integer}}}\n"
    "          spec:\n"
    "            type: object\n"
    "            required: [sails]\n"
    "            properties:\n"
    "              sails: {type: integer}\n"
    "              crew:\n"
    "                type: object\n"
    "                properties:\n"
    "                  captain: {type: string, default: nobody, minLength: 3}\n"
    "                  cooks: {type: array, items: {type: object, properties: {name: {type: "
    "string}}}}\n"
    "              flags:\n"
    "                type: object\n"
    "                additionalProperties: {type: string}\n"
    "              cargo:\n"
    "                type: object\n"
    "                x-kubernetes-preserve-unknown-fields: true\n"
    "                properties: {kept: {type: object, properties: {a: {type: integer}}}}\n"
    "              port: {type: string, nullable: true}\n"
    "              load: {type: array, x-kubernetes-list-type: set, items: {type: string}}\n"
    "              template:\n"
    "                type: object\n"
    "                x-kubernetes-embedded-resource: true\n"
    "                x-kubernetes-preserve-unknown-fields: true\n";

#define BOAT(spec)                                                                                 \
    "apiVersion: sea.example.org/v1\nkind: Boat\nmetadata: {name: anna}\nspec:\n" spec

static void unknown_fields_are_named(void **state)
{
    static const struct admit_case cases[] = {
        {BOAT("  sails: 2\n  flags: {anything: goes}\n  cargo: {any: {thing: [1]}}\n"), "", 0,
         boat},
        {BOAT("  sails: 2\n  sials: 3\n"),
         "6:3 api/unknown-field spec.sials: spec.sials is not a field of Boat; did you mean "
         "'sails'?\n",
         0, boat},
        {BOAT("  sails: 2\n  captain: ann\n"),
         "6:3 api/unknown-field spec.captain: spec.captain is not a field of Boat; captain belongs "
         "under spec.crew\n",
         0, boat},
        {BOAT("  sails: 2\n  crew: {flags: {}}\n"),
         "6:10 api/unknown-field spec.crew.flags: spec.crew.flags is not a field of Boat; flags "
         "belongs under spec\n",
         0, boat},
        {BOAT("  sails: 2\n  crew:\n    cooks:\n    - {name: x, wage: 1}\n"),
         "8:17 api/unknown-field spec.crew.cooks[0].wage: spec.crew.cooks[0].wage is not a field "
         "of Boat\n",
         0, boat},
        {BOAT("  sails: 2\n  cargo: {kept: {a: 1, b: 2}}\n"),
         "6:24 api/unknown-field spec.cargo.kept.b: spec.cargo.kept.b is not a field of Boat\n", 0,
         boat},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void metadata_is_typed(void **state)
{
    static const struct admit_case cases[] = {
        {"apiVersion: sea.example.org/v1\nkind: Boat\nmetadata: {name: anna, label: {}}\n"
         "spec: {sails: 1}\n",
         "3:24 api/unknown-field metadata.label: metadata.label is not a field of Boat; did you "
         "mean 'labels'?\n",
         0, boat},
        {"apiVersion: sea.example.org/v1\nkind: Boat\nmetadata: {name: anna, labels: {a: 1}}\n"
         "spec: {sails: 1}\n",
         "3:36 api/wrong-type metadata.labels[a]: metadata.labels[a] must be a string, not the "
         "number 1; quote it: \"1\"\n",
         0, boat},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void nulls_and_defaults_come_before_values(void **state)
{
    static const struct admit_case cases[] = {
        {BOAT("  sails: 2\n  crew: {captain: null}\n  port: null\n  flags: null\n"), "", 0, boat},
        {BOAT("  sails: null\n"),
         "4:1 api/required spec.sails: spec.sails is required | add sails, an integer\n", 0, boat},
        {BOAT("  sails: 2\n  load: [null]\n"),
         "6:10 api/wrong-type spec.load[0]: spec.load[0] must be a string, not null\n", 0, boat},
        {BOAT("  sails: 2\nstatus: {depth: deep}\n"),
         "6:1 object/status status: the server ignores status in a manifest; leave it out\n", 0,
         boat},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

/* The node at a path of the defaulted object, and where it stands. */
static void check_default(const char *manifest, const char *field, const char *json, uint32_t line)
{
    struct arena arena = {0};
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct schema_view view;
    struct admitted admitted;
    struct buf out;
    struct object object;
    schema_view_init(&view, &arena, schema_minor_max());
    add_crd(&view, &arena, boat);
    struct source *source = source_new(&arena, STR("test.yaml"), str_from(manifest));
    diags.at.source = source;
    assert_int_equal(doc_read_file(&arena, source, &diags, &docs), 0);
    assert_true(object_read(&docs.items[0], docs.items[0].root, &object));
    struct admit_ctx ctx = {.view = &view, .arena = &arena, .diags = &diags};
    admit_decode(&ctx, &object, &admitted);
    admit_default(&ctx, &admitted);
    const struct lookup found = path_find(admitted.value, str_from(field));
    buf_init(&out, 4096);
    doc_write_json(&out, found.value, 0);
    assert_string_equal(out.p, json);
    assert_int_equal(source_place(source, node_span(found.value).start).line, line);
    buf_release(&out);
    schema_view_release(&view);
    diags_release(&diags);
    arena_release(&arena);
}

static void defaults_stand_where_they_were_filled_in(void **state)
{
    (void)state;
    check_default(BOAT("  sails: 2\n  crew:\n    cooks: []\n"), "spec.crew",
                  "{\"cooks\":[],\"captain\":\"nobody\"}", 7);
    check_default(BOAT("  sails: 2\n  crew:\n    cooks: []\n"), "spec.crew.captain", "\"nobody\"",
                  6);
    check_default(BOAT("  sails: 2\n  crew:\n    captain: null\n"), "spec.crew.captain",
                  "\"nobody\"", 7);
    check_default(BOAT("  sails: 2\n  flags: {a: null, b: c}\n  port: null\n"), "spec",
                  "{\"sails\":2,\"flags\":{\"b\":\"c\"},\"port\":null}", 5);
    check_default(BOAT("  sails: 2\n  cargo: {x: {z: null}}\nstatus: {depth: 1}\n"), "",
                  "{\"apiVersion\":\"sea.example.org/v1\",\"kind\":\"Boat\",\"metadata\":{\"name\":"
                  "\"anna\"},\"spec\":{\"sails\":2,\"cargo\":{\"x\":{\"z\":null}}}}",
                  1);
}

static void embedded_objects_have_type_and_metadata(void **state)
{
    static const struct admit_case cases[] = {
        {BOAT("  sails: 2\n  template: {apiVersion: v1, kind: Pod, spec: {any: thing}}\n"), "", 0,
         boat},
        {BOAT("  sails: 2\n  template:\n    kind: big pod\n    metadata: {nam: x, labels: {a b: "
              "c}}\n"),
         "6:3 api/required spec.template.apiVersion: spec.template.apiVersion is required in an "
         "embedded object\n"
         "7:11 api/invalid-value spec.template.kind: spec.template.kind \"big pod\" in lower case "
         "must consist of lower-case letters, digits and '-', start with a letter and end with a "
         "letter or digit\n"
         "8:16 api/unknown-field spec.template.metadata.nam: spec.template.metadata.nam is not a "
         "field of Boat; did you mean 'name'?\n"
         "8:33 api/invalid-label spec.template.metadata.labels: key \"a b\" of "
         "spec.template.metadata.labels must consist of letters, digits, '-', '_' and '.', and "
         "start and end with a letter or digit\n",
         0, boat},
        {BOAT("  sails: 2\n  template: {apiVersion: 1, kind: Pod, metadata: {name: a/b}}\n"),
         "6:26 api/wrong-type spec.template.apiVersion: spec.template.apiVersion must be a "
         "string, not the number 1\n"
         "6:57 api/invalid-name spec.template.metadata.name: spec.template.metadata.name \"a/b\" "
         "must not contain '/'\n",
         0, boat},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

int test_custom_decode(void);

int test_custom_decode(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_fields_are_named),
        cmocka_unit_test(metadata_is_typed),
        cmocka_unit_test(nulls_and_defaults_come_before_values),
        cmocka_unit_test(defaults_stand_where_they_were_filled_in),
        cmocka_unit_test(embedded_objects_have_type_and_metadata),
    };
    return cmocka_run_group_tests_name("admit custom decode", tests, NULL, NULL);
}
