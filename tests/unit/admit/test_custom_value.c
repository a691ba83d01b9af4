/* SPDX-License-Identifier: Apache-2.0 */
/* Values of custom resources against the schema of their CRD. */
#include "unit/admit/admit_case.h"

#define ARRAY(a) (a), sizeof(a) / sizeof((a)[0])

#define KITE(spec) "apiVersion: air.example.org/v1\nkind: Kite\nmetadata: {name: k}\nspec:\n" spec

static const char kite[] =
    "apiVersion: apiextensions.k8s.io/v1\n"
    "kind: CustomResourceDefinition\n"
    "metadata: {name: kites.air.example.org}\n"
    "spec:\n"
    "  group: air.example.org\n"
    "  scope: Namespaced\n"
    "  names: {plural: kites, kind: Kite}\n"
    "  versions:\n"
    "  - name: v1\n"
    "    served: true\n"
    "    storage: true\n"
    "    subresources:\n"
    "      scale: {specReplicasPath: .spec.tails, statusReplicasPath: .status.tails}\n"
    "    schema:\n"
    "      openAPIV3Schema:\n"
    "        type: object\n"
    "        properties:\n"
    "          spec:\n"
    "            type: object\n"
    "            properties:\n"
    "              tails: {type: integer, format: int32}\n"
    "              size: {type: string, enum: [s, m]}\n"
    "              label: {type: string, minLength: 2, maxLength: 4, pattern: '^[a-z]'}\n"
    "              gust: {type: number, minimum: 1.5, maximum: 9, exclusiveMaximum: true}\n"
    "              step: {type: number, multipleOf: 0.5}\n"
    "              even: {type: integer, multipleOf: 2, enum: [2, 4]}\n"
    "              calm: {type: boolean}\n"
    "              port: {x-kubernetes-int-or-string: true}\n"
    "              knots: {type: array, minItems: 1, maxItems: 2, items: {type: string}}\n"
    "              tags: {type: object, minProperties: 1, maxProperties: 2, "
    "additionalProperties: {type: string}}\n"
    "              closed: {type: object, additionalProperties: false}\n"
    "              colors: {type: array, x-kubernetes-list-type: set, items: {type: string}}\n"
    "              lines:\n"
    "                type: array\n"
    "                x-kubernetes-list-type: map\n"
    "                x-kubernetes-list-map-keys: [end, side]\n"
    "                items:\n"
    "                  type: object\n"
    "                  required: [end]\n"
    "                  properties:\n"
    "                    end: {type: string}\n"
    "                    side: {type: integer, default: 1}\n"
    "              reel:\n"
    "                type: object\n"
    "                properties:\n"
    "                  hand: {type: string}\n"
    "                  motor: {type: integer}\n"
    "                  fast: {type: boolean}\n"
    "                oneOf: [{required: [hand]}, {required: [motor]}]\n"
    "                not: {properties: {fast: {enum: [true]}}, required: [fast, hand]}\n"
    "              wind:\n"
    "                type: string\n"
    "                anyOf: [{pattern: '^n'}, {maxLength: 1}]\n"
    "                allOf: [{maxLength: 5}]\n";

static void types(void **state)
{
    static const struct admit_case cases[] = {
        {KITE("  tails: 3.0\n  gust: 2\n  calm: on\n  port: 80\n  knots: [a]\n"), "", 0, kite},
        {KITE("  tails: \"3\"\n"),
         "5:10 api/wrong-type spec.tails: spec.tails must be an integer, not the string \"3\"; "
         "remove the quotes\n",
         0, kite},
        {KITE("  label: 12\n  calm: \"true\"\n  port: 1.5\n"),
         "5:10 api/wrong-type spec.label: spec.label must be a string, not the number 12; put it "
         "in quotes\n"
         "6:9 api/wrong-type spec.calm: spec.calm must be true or false, not the string \"true\"; "
         "remove the quotes\n"
         "7:9 api/wrong-type spec.port: spec.port must be an integer or a string, not the number "
         "1.5\n",
         0, kite},
        {KITE("  knots: a\n  tags: [a]\n  colors: {a: b}\n"),
         "5:10 api/wrong-type spec.knots: spec.knots must be a list, not the string \"a\"; put it "
         "in brackets: [...]\n"
         "6:9 api/wrong-type spec.tags: spec.tags must be a map, not a list; drop the '- '\n"
         "7:11 api/wrong-type spec.colors: spec.colors must be a list, not a map; start each entry "
         "with '- '\n"
         "7:12 api/unknown-field spec.colors.a: spec.colors.a is not a field of Kite\n",
         0, kite},
        {KITE("  tails: 3000000000\n"),
         "5:10 api/invalid-value .spec.tails: spec.tails must be at most 2147483647: the scale "
         "subresource counts it\n"
         "5:10 api/invalid-value spec.tails: spec.tails does not fit an integer of format int32\n",
         36, kite},
        {KITE("  tails: -1\n"),
         "5:10 api/invalid-value .spec.tails: spec.tails must not be negative: the scale "
         "subresource counts it\n",
         35, kite},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void scalars(void **state)
{
    static const struct admit_case cases[] = {
        {KITE("  size: m\n  label: ab\n  gust: 1.5\n  step: 1.5\n  even: 4\n"), "", 0, kite},
        {KITE("  size: xl\n  even: 6\n"),
         "5:9 api/unsupported-value spec.size: spec.size must be one of \"s\" or \"m\", not "
         "\"xl\"\n"
         "6:9 api/unsupported-value spec.even: spec.even must be one of 2 or 4, not the number "
         "6\n",
         0, kite},
        {KITE("  label: abcde\n"),
         "5:10 api/too-long spec.label: spec.label must have at most 4 characters, not 5\n", 0,
         kite},
        {KITE("  label: a\xc3\xa9\xc3\xa9z\n"), "", 0, kite},
        {KITE("  label: \xc3\xa9\n"),
         "5:10 api/invalid-value spec.label: spec.label must have at least 2 characters, not 1\n",
         0, kite},
        {KITE("  label: 9ab\n"),
         "5:10 api/invalid-value spec.label: spec.label must match the pattern ^[a-z], not "
         "\"9ab\"\n",
         0, kite},
        {KITE("  gust: 1\n  step: 0.7\n"),
         "6:9 api/invalid-value spec.step: spec.step must be a "
         "multiple of 0.5, not 0.7\n",
         0, kite}, /* whole numbers are compared with the whole part of a bound */
        {KITE("  gust: 1.4\n"),
         "5:9 api/invalid-value spec.gust: spec.gust must be at least 1.5, not 1.4\n", 0, kite},
        {KITE("  gust: 9\n  even: 3\n"),
         "5:9 api/invalid-value spec.gust: spec.gust must be less than 9, not 9\n"
         "6:9 api/invalid-value spec.even: spec.even must be a multiple of 2, not 3\n"
         "6:9 api/unsupported-value spec.even: spec.even must be one of 2 or 4, not the number "
         "3\n",
         0, kite},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void collections(void **state)
{
    static const struct admit_case cases[] = {
        {KITE("  knots: []\n  tags: {a: b, c: d, e: f}\n  closed: {x: 1}\n"),
         "5:10 api/invalid-value spec.knots: spec.knots must have at least 1 item, not 0\n"
         "6:9 api/too-many spec.tags: spec.tags must have at most 2 entries, not 3\n"
         "7:11 api/invalid-value spec.closed: spec.closed must not have the entry x\n",
         0, kite},
        {KITE("  knots: [a, b, c]\n  tags: {}\n"),
         "5:10 api/too-many spec.knots: spec.knots must have at most 2 items, not 3\n"
         "6:9 api/invalid-value spec.tags: spec.tags must have at least 1 entry, not 0\n",
         0, kite},
        {KITE("  tags: {a.b/c: 1}\n"),
         "5:17 api/wrong-type spec.tags.a.b/c: spec.tags.a.b/c must be a string, not the number 1; "
         "put it in quotes\n",
         0, kite},
        {KITE("  colors: [red, blue, red, red]\n"),
         "5:23 api/duplicate-value spec.colors[2]: spec.colors[2] repeats \"red\": entries of a "
         "set must differ\n",
         0, kite},
        {KITE("  lines:\n  - {end: top}\n  - {end: top, side: 2}\n"), "", 0, kite},
        {KITE("  lines:\n  - {end: top}\n  - {end: top, side: 1}\n"),
         "7:5 api/duplicate-value spec.lines[1]: spec.lines[1] is a second entry with end top, "
         "side 1: entries must differ in it\n",
         0, kite},
        {KITE("  lines:\n  - {side: 3}\n"),
         "6:5 api/required spec.lines[0].end: spec.lines[0].end is required | add end, a string\n",
         0, kite},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void alternatives(void **state)
{
    static const struct admit_case cases[] = {
        {KITE("  reel: {hand: left}\n  wind: nw\n"), "", 0, kite},
        {KITE("  reel: {}\n"),
         "5:9 api/invalid-value spec.reel: spec.reel matches none of the 2 alternatives of oneOf "
         "| spec.reel.hand is required; or else spec.reel.motor is required\n",
         0, kite},
        {KITE("  reel: {hand: left, motor: 1}\n"),
         "5:9 api/invalid-value spec.reel: spec.reel matches 2 of the 2 alternatives of oneOf, "
         "and must match exactly one\n",
         0, kite},
        {KITE("  reel: {hand: left, fast: true}\n"),
         "5:9 api/invalid-value spec.reel: spec.reel matches what `not` excludes\n", 0, kite},
        {KITE("  wind: south\n"),
         "5:9 api/invalid-value spec.wind: spec.wind matches none of the 2 alternatives of anyOf | "
         "spec.wind must match the pattern ^n, not \"south\"; or else spec.wind must have at most "
         "1 character, not 5\n",
         0, kite},
        {KITE("  wind: northwest\n"),
         "5:9 api/too-long spec.wind: spec.wind must have at most 5 characters, not 9\n", 0, kite},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

/* Findings of an update; what did not change is not looked at again. */
static void check_update(const char *before, const char *after, const char *want)
{
    struct arena arena = {0};
    struct diags diags = {0};
    struct schema_view view;
    struct buf out;
    struct admitted sides[2];
    struct object objects[2];
    const char *const texts[] = {before, after};
    buf_init(&out, LIMIT_CONFIG_BYTES);
    schema_view_init(&view, &arena, schema_minor_max());
    add_crd(&view, &arena, kite);
    struct admit_ctx ctx = {.view = &view, .arena = &arena, .diags = &diags};
    for (size_t i = 0; i < 2; i++) {
        struct doc_list docs = {0};
        struct source *source = source_new(&arena, STR("test.yaml"), str_from(texts[i]));
        diags.at.source = source;
        assert_int_equal(doc_read_file(&arena, source, &diags, &docs), 0);
        assert_true(object_read(&docs.items[0], docs.items[0].root, &objects[i]));
        admit_decode(&ctx, &objects[i], &sides[i]);
        admit_default(&ctx, &sides[i]);
    }
    admit_validate(&ctx, &sides[1], &sides[0]);
    for (size_t i = 0; i < diags.n; i++)
        write_finding(&out, &diags.items[i]);
    assert_string_equal(out.p ? out.p : "", want);
    buf_release(&out);
    diags_release(&diags);
    schema_view_release(&view);
    arena_release(&arena);
}

static void updates_tolerate_what_was_stored(void **state)
{
    (void)state;
    check_update(KITE("  size: xl\n  label: ab\n"), KITE("  size: xl\n  label: abc\n"), "");
    check_update(
        KITE("  size: xl\n"), KITE("  size: xxl\n"),
        "5:9 api/unsupported-value spec.size: spec.size must be one of \"s\" or \"m\", not "
        "\"xxl\"\n");
    check_update(KITE("  lines: [{end: a, side: x}]\n"),
                 KITE("  lines: [{end: b}, {end: a, side: x}]\n"), "");
    check_update(KITE("  colors: [a, a]\n"), KITE("  colors: [a, a, b, b]\n"), "");
}

int test_custom_value(void);
int test_custom_value(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),
        cmocka_unit_test(scalars),
        cmocka_unit_test(collections),
        cmocka_unit_test(alternatives),
        cmocka_unit_test(updates_tolerate_what_was_stored),
    };
    return cmocka_run_group_tests_name("admit custom values", tests, NULL, NULL);
}
