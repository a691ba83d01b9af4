/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas in CRDs: structural rules, extensions, defaults, the shape of CEL rules. */
#include "unit/admit/admit_case.h"

#define ARRAY(a) (a), sizeof(a) / sizeof((a)[0])

/* The schema's lines start at line 14, its keywords at column 9. */
#define CRD(schema)                                                                                \
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"                        \
    "metadata: {name: oars.sea.example.org}\nspec:\n  group: sea.example.org\n"                    \
    "  scope: Cluster\n  names: {plural: oars, kind: Oar}\n  versions:\n  - name: v1\n"            \
    "    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n" schema
#define SPEC(schema) CRD("        type: object\n        properties:\n          spec:\n" schema)
#define AT           "spec.validation.openAPIV3Schema"
#define AT_SPEC      "spec.validation.openAPIV3Schema.properties[spec]"

static void structure(void **state)
{
    static const struct admit_case cases[] = {
        {CRD("        type: array\n        nullable: true\n"),
         "13:7 api/crd-schema " AT ".items: an array needs items with the schema of its entries\n"
         "14:9 api/crd-schema " AT ".type: type must be object at the root\n"
         "15:9 api/crd-schema " AT ".nullable: nullable must not be true at the root\n",
         0, NULL},
        {SPEC("            properties: {a: {type: strin}, b: {}, c: {type: array}}\n"),
         "16:11 api/crd-schema " AT_SPEC ".type: a field needs a type\n"
         "17:30 api/crd-schema " AT_SPEC ".properties[a].type: type must be array, boolean, "
         "integer, number, object or string, not \"strin\" | did you mean string?\n"
         "17:44 api/crd-schema " AT_SPEC ".properties[b].type: a field needs a type\n"
         "17:51 api/crd-schema " AT_SPEC
         ".properties[c].items: an array needs items with the schema of its entries\n",
         0, NULL},
        {SPEC("            type: object\n            $ref: x\n            uniqueItems: true\n"
              "            additionalProperties: false\n            properties: {a: {type: "
              "string}}\n"),
         "18:13 api/crd-schema " AT_SPEC ".$ref: $ref is not supported; write the schema out\n"
         "19:13 api/crd-schema " AT_SPEC
         ".uniqueItems: uniqueItems must not be true; use x-kubernetes-list-type: set\n"
         "20:13 api/crd-schema " AT_SPEC ".additionalProperties: properties and "
         "additionalProperties exclude each other\n",
         0, NULL},
        {SPEC("            type: string\n            pattern: '(a'\n"),
         "18:13 api/crd-schema " AT_SPEC
         ".pattern: pattern is no valid regular expression: missing ): (a\n",
         0, NULL},
        {CRD("        type: object\n        properties:\n          metadata: {type: object, "
             "description: d}\n          kind: {type: integer}\n"),
         "16:36 api/crd-schema " AT ".properties[metadata]: the schema of metadata may only "
         "restrict name and generateName\n"
         "17:18 api/crd-schema " AT ".properties[kind].type: type of kind must be string\n",
         0, NULL},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void junctors(void **state)
{
    static const struct admit_case cases[] = {
        {SPEC("            x-kubernetes-int-or-string: true\n"
              "            anyOf: [{type: integer}, {type: string}]\n"),
         "", 0, NULL},
        {SPEC("            x-kubernetes-int-or-string: true\n"
              "            allOf: [{anyOf: [{type: integer}, {type: string}]}, {pattern: x}]\n"),
         "", 0, NULL},
        {SPEC("            type: string\n            anyOf: [{type: string, description: d}, "
              "{nullable: false, pattern: '['}]\n"),
         "18:22 api/crd-schema " AT_SPEC
         ".anyOf[0].type: type must not stand under allOf, anyOf, oneOf or not\n"
         "18:36 api/crd-schema " AT_SPEC ".anyOf[0].description: description must not stand under "
         "allOf, anyOf, oneOf or not\n"
         "18:71 api/crd-schema " AT_SPEC ".anyOf[1].pattern: pattern is no valid regular "
         "expression: missing ]: [\n",
         0, NULL},
        {CRD("        type: object\n        not: {properties: {speck: {maxLength: 1}, metadata: "
             "{}}}\n"),
         "15:28 api/crd-schema " AT ".properties[speck]: what allOf, anyOf, oneOf or not restrict "
         "must be declared outside as well: add " AT ".properties[speck]\n"
         "15:51 api/crd-schema " AT ".not.properties[metadata]: metadata must not stand under "
         "allOf, anyOf, oneOf or not\n"
         "15:51 api/crd-schema " AT ".properties[metadata]: what allOf, anyOf, oneOf or not "
         "restrict must be declared outside as well: add " AT ".properties[metadata]\n",
         0, NULL},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void lists(void **state)
{
    static const struct admit_case cases[] = {
        {SPEC("            type: array\n            x-kubernetes-list-type: map\n"
              "            x-kubernetes-list-map-keys: [a]\n            items: {type: object, "
              "required: [a], properties: {a: {type: string}}}\n"),
         "", 0, NULL},
        {SPEC("            type: array\n            x-kubernetes-list-type: map\n"
              "            x-kubernetes-list-map-keys: [a, b]\n            items: {type: object, "
              "nullable: true, properties: {a: {type: string}}}\n"),
         "19:13 api/crd-schema " AT_SPEC ".x-kubernetes-list-map-keys: x-kubernetes-list-map-keys "
         "names b, which is no property of items\n"
         "20:35 api/crd-schema " AT_SPEC ".items.nullable: items of a list of type map must not be "
         "nullable\n"
         "20:64 api/crd-schema " AT_SPEC ".items.properties[a].default: a key of a list of type "
         "map must be required or have a default\n",
         0, NULL},
        {SPEC("            type: array\n            x-kubernetes-list-type: set\n"
              "            items: {type: object}\n"),
         "19:13 api/crd-schema " AT_SPEC ".items.x-kubernetes-map-type: objects in a list of type "
         "set must have x-kubernetes-map-type atomic\n",
         0, NULL},
        {SPEC("            type: object\n            x-kubernetes-list-type: bag\n"
              "            x-kubernetes-preserve-unknown-fields: false\n"
              "            x-kubernetes-map-type: loose\n"),
         "17:13 api/crd-schema " AT_SPEC ".type: type must be array where x-kubernetes-list-type "
         "is set\n"
         "18:13 api/crd-schema " AT_SPEC ".x-kubernetes-list-type: x-kubernetes-list-type must be "
         "atomic, set or map\n"
         "19:13 api/crd-schema " AT_SPEC ".x-kubernetes-preserve-unknown-fields: "
         "x-kubernetes-preserve-unknown-fields must be true, or be left out\n"
         "20:13 api/crd-schema " AT_SPEC ".x-kubernetes-map-type: x-kubernetes-map-type must be "
         "atomic or granular\n",
         0, NULL},
        {SPEC("            type: object\n            x-kubernetes-embedded-resource: true\n"),
         "16:11 api/crd-schema " AT_SPEC ".properties: x-kubernetes-embedded-resource needs "
         "properties, or x-kubernetes-preserve-unknown-fields: true\n",
         0, NULL},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void defaults(void **state)
{
    static const struct admit_case cases[] = {
        {SPEC("            type: object\n            default: {a: x}\n            properties: {a: "
              "{type: string, default: z}}\n"),
         "", 0, NULL},
        {SPEC("            type: object\n            default: {a: 1}\n            properties: {a: "
              "{type: string}}\n"),
         "18:26 api/wrong-type " AT_SPEC ".default.a: " AT_SPEC
         ".default.a must be a string, not the number 1; put it in quotes\n",
         0, NULL},
        {SPEC("            type: object\n            default: {b: 1}\n            properties: {a: "
              "{type: string}}\n"),
         "18:23 api/crd-schema " AT_SPEC ".default: the default has b, which is no field of its "
         "schema\n",
         0, NULL},
        {SPEC("            type: integer\n            minimum: 3\n            default: 2\n"),
         "19:22 api/invalid-value " AT_SPEC ".default: " AT_SPEC
         ".default must be at least 3, not 2\n",
         0, NULL},
        {CRD("        type: object\n        properties:\n          kind: {type: string, default: "
             "Oar}\n"),
         "16:32 api/crd-schema " AT ".properties[kind].default: default must not be set in "
         "apiVersion, kind and metadata of the object itself\n",
         0, NULL},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void rules(void **state)
{
    static const struct admit_case cases[] = {
        {SPEC("            type: object\n            properties: {a: {type: string}}\n"
              "            x-kubernetes-validations:\n"
              "            - {rule: has(self.a), message: needs a, reason: FieldValueRequired, "
              "fieldPath: .a}\n"),
         "", 0, NULL},
        {SPEC("            type: object\n            properties: {a: {type: string}}\n"
              "            x-kubernetes-validations:\n"
              "            - {rule: ' '}\n"
              "            - {rule: has(self.b), reason: Bad, fieldPath: a}\n"
              "            - {rule: has(self.a), message: \"a\\nb\", fieldPath: .b}\n"
              "            - {rule: \"has(self.a) ||\\ntrue\"}\n"),
         "20:22 api/required " AT_SPEC ".x-kubernetes-validations[0].rule: "
         "...openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule must not be empty\n"
         "21:43 api/unsupported-value " AT_SPEC ".x-kubernetes-validations[1].reason: "
         "...openAPIV3Schema.properties[spec].x-kubernetes-validations[1].reason must be "
         "FieldValueDuplicate, FieldValueForbidden, FieldValueInvalid or FieldValueRequired\n"
         "21:59 api/invalid-value " AT_SPEC ".x-kubernetes-validations[1].fieldPath: "
         "...openAPIV3Schema.properties[spec].x-kubernetes-validations[1].fieldPath must be a path "
         "like .spec.size or .labels['x']\n"
         "22:44 api/invalid-value " AT_SPEC ".x-kubernetes-validations[2].message: "
         "...openAPIV3Schema.properties[spec].x-kubernetes-"
         "validations[2].message must be a single line\n"
         "22:63 api/invalid-value " AT_SPEC ".x-kubernetes-validations[2].fieldPath: "
         "...openAPIV3Schema.properties[spec].x-kubernetes-validations[2].fieldPath must lead to a "
         "field of the schema\n"
         "23:16 api/required " AT_SPEC ".x-kubernetes-validations[3].message: "
         "...openAPIV3Schema.properties[spec].x-kubernetes-validations[3].message is required for "
         "a rule of several lines\n",
         0, NULL},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void status_subresource(void **state)
{
    static const struct admit_case cases[] = {
        {CRD("        type: object\n        maxProperties: 3\n        required: [spec]\n    "
             "subresources: {status: {}}\n"),
         "15:9 api/crd-schema " AT ".maxProperties: maxProperties must not stand at the root of a "
         "schema with a status subresource\n",
         0, NULL},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

int test_crd_schema(void);
int test_crd_schema(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(structure), cmocka_unit_test(junctors),
        cmocka_unit_test(lists),     cmocka_unit_test(defaults),
        cmocka_unit_test(rules),     cmocka_unit_test(status_subresource),
    };
    return cmocka_run_group_tests_name("admit CRD schemas", tests, NULL, NULL);
}
