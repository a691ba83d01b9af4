/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of CRDs: schemas as types, where findings stand, what an update forgives. */
#include "unit/admit/admit_case.h"

#include "admit/expr.h"

#define ARRAY(a) (a), sizeof(a) / sizeof((a)[0])

/* ---- types ---- */

static const struct structural *read_schema(struct arena *arena, struct schema_view *view,
                                            const char *text)
{
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(arena, STR("schema.yaml"), str_from(text));
    diags.at.source = source;
    assert_int_equal(doc_read_file(arena, source, &diags, &docs), 0);
    schema_view_init(view, arena, schema_minor_max());
    diags_release(&diags);
    return structural_read(view, docs.items[0].root);
}

/* As `type max min_size`, or "-" when expressions can't see such data. */
static void check_type(const char *schema, const char *want)
{
    struct arena arena = {0};
    struct schema_view view;
    struct buf out;
    const struct expr_type *type =
        expr_type_make(&arena, read_schema(&arena, &view, schema), false);
    buf_init(&out, LIMIT_CONFIG_BYTES);
    if (type) {
        cel_type_format(&out, &type->cel);
        buf_format(&out, " %" PRIu64 " %" PRIu64, type->cel.max, type->min_size);
    } else {
        buf_add_c(&out, "-");
    }
    assert_string_equal(str_to_c(&arena, buf_str(&out)), want);
    buf_release(&out);
    schema_view_release(&view);
    arena_release(&arena);
}

/* Sizes as the API server estimates them: apiserver/pkg/cel/common/schemas.go. */
static void types(void **state)
{
    (void)state;
    check_type("{type: integer}", "int 0 1");
    check_type("{type: number}", "double 0 1");
    check_type("{type: boolean}", "bool 0 4");
    check_type("{type: string}", "string 3145726 2");
    check_type("{type: string, maxLength: 10}", "string 40 2");
    check_type("{type: string, enum: [a, four]}", "string 4 2");
    check_type("{type: string, format: byte, maxLength: 10}", "bytes 10 2");
    check_type("{type: string, format: date}", "timestamp 12 12");
    check_type("{type: string, format: date-time}", "timestamp 32 21");
    check_type("{type: string, format: duration}", "duration 32 3");
    check_type("{type: string, format: email}", "string 3145726 2");
    check_type("{x-kubernetes-int-or-string: true}", "dyn 3145726 1");
    check_type("{x-kubernetes-int-or-string: true, maxLength: 5}", "dyn 20 1");
    check_type("{x-kubernetes-preserve-unknown-fields: true}", "-");
    check_type("{type: array}", "-");
    check_type("{type: array, items: {type: string}}", "list(string) 1048575 2");
    check_type("{type: array, maxItems: 3, items: {type: integer}}", "list(int) 3 2");
    check_type("{type: array, items: {x-kubernetes-preserve-unknown-fields: true}}", "-");
    check_type("{type: object, additionalProperties: {type: integer}}",
               "map(string, int) 449389 2");
    check_type("{type: object, maxProperties: 0, additionalProperties: {type: integer}}",
               "map(string, int) 0 2");
    check_type("{type: object, required: [ab, c], properties: {ab: {type: string}, c: {type: "
               "integer, default: 1}, d: {type: string}}}",
               "selfType 0 10");
}

static bool has_field(const struct expr_type *type, const char *name, const char *want_key)
{
    struct cel_field field;
    return type->object.field(&type->object, str_from(name), &field) && str_is(field.key, want_key);
}

static void fields(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct schema_view view;
    const struct structural *schema = read_schema(
        &arena, &view,
        "{type: object, properties: {a.b: {type: string}, a-b: {type: string}, for: {type: "
        "string}, a__b: {type: string}, 1st: {type: string}, free: "
        "{x-kubernetes-preserve-unknown-fields: true}, metadata: {type: object, properties: "
        "{labels: {type: object, additionalProperties: {type: string}}}}}}");
    const struct expr_type *type = expr_type_make(&arena, schema, false);
    assert_true(has_field(type, "a__dot__b", "a.b"));
    assert_true(has_field(type, "a__dash__b", "a-b"));
    assert_true(has_field(type, "__for__", "for"));
    assert_true(has_field(type, "for", "for"));
    assert_true(has_field(type, "a__underscores__b", "a__b"));
    assert_false(has_field(type, "a__b", "a__b"));
    assert_false(has_field(type, "1st", "1st"));
    assert_false(has_field(type, "free", "free"));
    assert_false(has_field(type, "kind", "kind"));
    const struct expr_type *root = expr_type_make(&arena, schema, true);
    assert_true(has_field(root, "kind", "kind"));
    const struct expr_type *meta = expr_type_property(&arena, root, STR("metadata"));
    assert_true(has_field(meta, "generateName", "generateName"));
    assert_false(has_field(meta, "labels", "labels"));
    schema_view_release(&view);
    arena_release(&arena);
}

/* ---- custom resources ---- */

#define CRD_HEAD                                                                                   \
    "apiVersion: apiextensions.k8s.io/v1\n"                                                        \
    "kind: CustomResourceDefinition\n"                                                             \
    "metadata: {name: ferries.sea.example.org}\n"                                                  \
    "spec:\n"                                                                                      \
    "  group: sea.example.org\n"                                                                   \
    "  scope: Namespaced\n"                                                                        \
    "  names: {plural: ferries, singular: ferry, kind: Ferry, listKind: FerryList}\n"              \
    "  versions:\n"                                                                                \
    "  - name: v1\n"                                                                               \
    "    served: true\n"                                                                           \
    "    storage: true\n"                                                                          \
    "    schema:\n"                                                                                \
    "      openAPIV3Schema:\n"                                                                     \
    "        type: object\n"                                                                       \
    "        properties:\n"                                                                        \
    "          spec:\n"                                                                            \
    "            type: object\n"

static const char ferry[] = CRD_HEAD
    "            x-kubernetes-validations:\n"
    "            - {rule: '!has(self.cars) || self.cars <= self.decks * 10', fieldPath: .cars, "
    "messageExpression: \"'no more than ten cars a deck'\"}\n"
    "            properties:\n"
    "              cars: {type: integer}\n"
    "              decks: {type: integer, default: 1, x-kubernetes-validations: [{rule: self >= "
    "oldSelf, message: decks stay}]}\n"
    "              name: {type: string, maxLength: 9, x-kubernetes-validations: [{rule: \"self != "
    "'Titan'\", reason: FieldValueForbidden}]}\n"
    "              stops:\n"
    "                type: array\n"
    "                maxItems: 9\n"
    "                items: {type: integer, x-kubernetes-validations: [{rule: 60 / self > 1}]}\n";

#define FERRY(spec) "apiVersion: sea.example.org/v1\nkind: Ferry\nmetadata: {name: f}\nspec:\n" spec

static void objects(void **state)
{
    static const struct admit_case cases[] = {
        {FERRY("  cars: 10\n  name: Ino\n  stops: [5, 20]\n"), "", 0, ferry},
        {FERRY("  cars: 11\n"),
         "5:9 api/invalid-value spec.cars: spec.cars: no more than ten cars a deck (self.cars = "
         "11; self.decks * 10 = 10; self.decks = 1)\n",
         0, ferry},
        {FERRY("  name: Titan\n"),
         "5:9 api/forbidden spec.name: spec.name: failed rule: self != 'Titan' (self = "
         "\"Titan\")\n",
         0, ferry},
        {FERRY("  stops:\n  - 5\n  - 0\n  - 60\n"),
         "7:5 api/invalid-value spec.stops[1]: spec.stops[1]: division by zero evaluating rule: "
         "60 / self > 1\n"
         "8:5 api/invalid-value spec.stops[2]: spec.stops[2]: failed rule: 60 / self > 1 (60 / "
         "self = 1; self = 60)\n",
         0, ferry},
        /* a value of a wrong type keeps the server from looking at rules */
        {FERRY("  cars: many\n  name: Titan\n"),
         "5:9 api/wrong-type spec.cars: spec.cars must be an integer, not the string \"many\"\n", 0,
         ferry},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void check_update(const char *manifest, const char *old, const char *want)
{
    struct arena arena = {0};
    const struct admit_case test = {.manifest = manifest, .crd = ferry};
    const struct str have = admit_text_from(&arena, &test, true, old, NULL);
    assert_string_equal(str_to_c(&arena, have), want);
    arena_release(&arena);
}

static void updates(void **state)
{
    (void)state;
    check_update(
        FERRY("  decks: 2\n"), FERRY("  decks: 3\n"),
        "5:10 api/invalid-value spec.decks: spec.decks: decks stay (self = 2; oldSelf = 3)\n");
    check_update(FERRY("  decks: 3\n"), FERRY("  decks: 2\n"), "");
    /* what was there already is forgiven, as long as it stays */
    check_update(FERRY("  name: Titan\n"), FERRY("  name: Titan\n  decks: 1\n"), "");
    check_update(FERRY("  name: Titan\n"), FERRY("  name: Ino\n"),
                 "5:9 api/forbidden spec.name: spec.name: failed rule: self != 'Titan' (self = "
                 "\"Titan\")\n");
    /* entries of a plain list have no value of before, but the list has */
    check_update(FERRY("  stops: [60]\n"), FERRY("  stops: [60]\n"), "");
    check_update(FERRY("  stops: [60, 5]\n"), FERRY("  stops: [60]\n"),
                 "5:11 api/invalid-value spec.stops[0]: spec.stops[0]: failed rule: 60 / self > "
                 "1 (60 / self = 1; self = 60)\n");
}

/* ---- CRDs ---- */

static void definitions(void **state)
{
    static const struct admit_case cases[] = {
        {ferry, "", 0, NULL},
        {CRD_HEAD "            properties:\n"
                  "              a:\n"
                  "                type: string\n"
                  "                x-kubernetes-validations:\n"
                  "                - rule: self.size() > b\n"
                  "                - rule: self.size()\n"
                  "                - {rule: self != '', optionalOldSelf: true}\n",
         "22:25 api/crd-schema spec.validation.openAPIV3Schema.properties[spec].properties[a]."
         "x-kubernetes-validations[0].rule: compilation failed: ERROR: <input>:1:15: undeclared "
         "reference to 'b' (in container '')\n"
         "23:25 api/crd-schema spec.validation.openAPIV3Schema.properties[spec].properties[a]."
         "x-kubernetes-validations[1].rule: cel expression must evaluate to a bool\n"
         "24:55 api/crd-schema spec.validation.openAPIV3Schema.properties[spec].properties[a]."
         "x-kubernetes-validations[2].optionalOldSelf: may not be set if oldSelf is not used in "
         "rule\n",
         0, NULL},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

int test_expr(void);
int test_expr(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),   cmocka_unit_test(fields),      cmocka_unit_test(objects),
        cmocka_unit_test(updates), cmocka_unit_test(definitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
