/* SPDX-License-Identifier: Apache-2.0 */
/* ${VAR} in texts and in trees. */
#include "unit/unit.h"

#include "base/limits.h"
#include "render/substitute.h"

int test_substitute(void);

static struct variables variables_of(struct arena *arena)
{
    struct variables variables = {.by_name.arena = arena};
    variables_put(&variables, STR("word"), STR("abcDEF-abc"), true);
    variables_put(&variables, STR("path"), STR("/home/bo/notes.tar.gz"), true);
    variables_put(&variables, STR("number"), STR("3"), true);
    variables_put(&variables, STR("list"), STR("[a, b]"), true);
    variables_put(&variables, STR("empty"), STR(""), true);
    variables_put(&variables, STR("lines"), STR("one\ntwo\n"), true);
    variables_put(&variables, STR("pair"), STR("a: b"), true);
    variables_put(&variables, STR("umlaut"), STR("\xc3\xa4rger"), true);
    variables_put(&variables, STR("secret"), STR("hidden"), false);
    return variables;
}

static const struct {
    const char *text;
    enum substitute_result result;
    const char *filled; /* of those that are done */
} texts[] = {
    {"plain $word $ {word}", SUBSTITUTE_DONE, "plain $word $ {word}"},
    {"${word}", SUBSTITUTE_DONE, "abcDEF-abc"},
    {"a${number}b${number}c", SUBSTITUTE_DONE, "a3b3c"},
    {"${empty}", SUBSTITUTE_DONE, ""},
    {"${lines}", SUBSTITUTE_DONE, "onetwo"},
    /* escapes */
    {"$${word}", SUBSTITUTE_DONE, "${word}"},
    {"$$$${word}", SUBSTITUTE_DONE, "$${word}"},
    {"$$${word}", SUBSTITUTE_DONE, "$abcDEF-abc"},
    {"$${none${number}", SUBSTITUTE_DONE, "${none3"},
    /* defaults: whatever the sign, what is empty gives way */
    {"${none:=x}", SUBSTITUTE_DONE, "x"},
    {"${none:-x y}", SUBSTITUTE_DONE, "x y"},
    {"${none=x}", SUBSTITUTE_DONE, "x"},
    {"${none:?x}", SUBSTITUTE_DONE, "x"},
    {"${none:+x}", SUBSTITUTE_DONE, "x"},
    {"${none:=}", SUBSTITUTE_DONE, ""},
    {"${empty:=x}", SUBSTITUTE_DONE, "x"},
    {"${number:=x}", SUBSTITUTE_DONE, "3"},
    {"${none:=${number}}", SUBSTITUTE_DONE, "3"},
    {"${none:=a${number}b${empty:-c}}", SUBSTITUTE_DONE, "a3bc"},
    {"${none:=a$b}", SUBSTITUTE_DONE, "a$b"},
    /* what is not known */
    {"${none}", SUBSTITUTE_UNKNOWN, NULL},
    {"a${none}b", SUBSTITUTE_UNKNOWN, NULL},
    {"${secret}", SUBSTITUTE_UNKNOWN, NULL},
    {"${secret:=x}", SUBSTITUTE_UNKNOWN, NULL},
    {"${none:=${secret}}", SUBSTITUTE_UNKNOWN, NULL},
    {"${#none}", SUBSTITUTE_UNKNOWN, NULL},
    {"${word/${none}/x}", SUBSTITUTE_UNKNOWN, NULL},
    {"${umlaut^}", SUBSTITUTE_UNKNOWN, NULL},
    {"${word#[a]}", SUBSTITUTE_UNKNOWN, NULL},
    /* functions */
    {"${#word}", SUBSTITUTE_DONE, "10"},
    {"${#empty}", SUBSTITUTE_DONE, "0"},
    {"${word^}", SUBSTITUTE_DONE, "AbcDEF-abc"},
    {"${word^^}", SUBSTITUTE_DONE, "ABCDEF-ABC"},
    {"${word,,}", SUBSTITUTE_DONE, "abcdef-abc"},
    {"${path,}", SUBSTITUTE_DONE, "/home/bo/notes.tar.gz"},
    {"${word:3}", SUBSTITUTE_DONE, "DEF-abc"},
    {"${word:3:3}", SUBSTITUTE_DONE, "DEF"},
    {"${word:-3:2}", SUBSTITUTE_DONE, "abcDEF-abc"}, /* :- is a default */
    {"${word: -3}", SUBSTITUTE_DONE, "abcDEF-abc"},  /* no number */
    {"${word:99}", SUBSTITUTE_DONE, ""},
    {"${word:3:99}", SUBSTITUTE_DONE, "DEF-abc"},
    {"${word:1:-1}", SUBSTITUTE_DONE, "bcDEF-ab"},
    {"${word:8:-9}", SUBSTITUTE_DONE, ""},
    {"${word/abc/x}", SUBSTITUTE_DONE, "xDEF-abc"},
    {"${word//abc/x}", SUBSTITUTE_DONE, "xDEF-x"},
    {"${word//abc/}", SUBSTITUTE_DONE, "DEF-"},
    {"${word/#abc/x}", SUBSTITUTE_DONE, "xDEF-abc"},
    {"${word/%abc/x}", SUBSTITUTE_DONE, "abcDEF-x"},
    {"${word/#DEF/x}", SUBSTITUTE_DONE, "abcDEF-abc"},
    {"${word/#/x-}", SUBSTITUTE_DONE, "x-abcDEF-abc"},
    {"${word/%/-x}", SUBSTITUTE_DONE, "abcDEF-abc-x"},
    {"${path//\\//-}", SUBSTITUTE_DONE, "-home-bo-notes.tar.gz"},
    {"${path#*/}", SUBSTITUTE_DONE, "home/bo/notes.tar.gz"},
    {"${path##*/}", SUBSTITUTE_DONE, "notes.tar.gz"},
    {"${path%.*}", SUBSTITUTE_DONE, "/home/bo/notes.tar"},
    {"${path%%.*}", SUBSTITUTE_DONE, "/home/bo/notes"},
    {"${path#?home}", SUBSTITUTE_DONE, "/bo/notes.tar.gz"},
    {"${path#nothing}", SUBSTITUTE_DONE, "/home/bo/notes.tar.gz"},
    {"${umlaut#?}", SUBSTITUTE_DONE, "rger"},
    /* what Flux fails at */
    {"${}", SUBSTITUTE_BAD, NULL},
    {"${", SUBSTITUTE_BAD, NULL},
    {"${word", SUBSTITUTE_BAD, NULL},
    {"${word.x}", SUBSTITUTE_BAD, NULL},
    {"${word-x}", SUBSTITUTE_BAD, NULL},
    {"${words[@]}", SUBSTITUTE_BAD, NULL},
    {"${word:}", SUBSTITUTE_BAD, NULL},
    {"${word#}", SUBSTITUTE_BAD, NULL},
    {"${word/a}", SUBSTITUTE_BAD, NULL},
    {"${word:=x", SUBSTITUTE_BAD, NULL},
    {"${word#${number}x}", SUBSTITUTE_BAD, NULL},
};

static void test_texts(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    const struct variables variables = variables_of(&arena);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct str filled;
        const char *problem;
        const struct str text = str_from(texts[i].text);
        const enum substitute_result result =
            substitute_text(&arena, &variables, text, &filled, &problem);
        if (result != texts[i].result)
            fail_msg("%s: result %d, wanted %d", texts[i].text, (int)result, (int)texts[i].result);
        if (result == SUBSTITUTE_DONE && !str_is(filled, texts[i].filled))
            fail_msg("%s: %.*s, wanted %s", texts[i].text, STR_FMT(filled), texts[i].filled);
        if (result != SUBSTITUTE_DONE && !str_eq(filled, text))
            fail_msg("%s: the text changed", texts[i].text);
        if ((result == SUBSTITUTE_BAD) != (problem != NULL))
            fail_msg("%s: a problem without a reason, or a reason without one", texts[i].text);
    }
}

static void test_nested_too_deep(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    struct arena arena SCOPED(arena) = {0};
    struct buf text SCOPED(buf) = {0};
    const struct variables variables = variables_of(&arena);
    struct str filled;
    const char *problem;
    buf_init(&text, LIMIT_PAGE_BYTES);
    for (unsigned i = 0; i < DEPTH; i++)
        buf_add_c(&text, "${a:=");
    assert_int_equal(substitute_text(&arena, &variables, buf_str(&text), &filled, &problem),
                     SUBSTITUTE_BAD);
    assert_string_equal(problem, "variables are nested too deep");
}

static void test_too_long(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct buf text SCOPED(buf) = {0};
    struct variables variables = variables_of(&arena);
    struct str filled;
    const char *problem;
    buf_init(&text, LIMIT_SUBSTITUTED_BYTES);
    buf_add_n(&text, 'x', LIMIT_SUBSTITUTED_BYTES / 2);
    variables_put(&variables, STR("long"), buf_str(&text), true);
    assert_int_equal(
        substitute_text(&arena, &variables, STR("${long}${long}${long}"), &filled, &problem),
        SUBSTITUTE_BAD);
    assert_int_equal(substitute_text(&arena, &variables, STR("${long##*x}"), &filled, &problem),
                     SUBSTITUTE_UNKNOWN);
}

/* ---- trees ---- */

static const struct node *fill(struct arena *arena, const char *yaml, struct doc_list *docs,
                               struct diags *diags)
{
    const struct variables variables = variables_of(arena);
    struct source *source = source_new(arena, STR("a.yaml"), str_from(yaml));
    diags->at.source = source;
    assert_int_equal(doc_read_file(arena, source, diags, docs), 0);
    assert_int_equal(diags->n, 0);
    substitute_docs(arena, &variables, docs, diags);
    return docs->items[0].root;
}

static void assert_value(const struct node *root, const char *key, enum node_kind kind,
                         const char *text)
{
    const struct node *value = node_get(root, str_from(key));
    if (node_kind(value) != kind || (text && !str_is(node_text(value), text)))
        fail_msg("%s: %s %.*s", key, node_kind_name(node_kind(value)), STR_FMT(node_text(value)));
}

static void test_values_change_kind(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    const struct node *root = fill(&arena,
                                   "plain: ${number}\n"
                                   "quoted: \"${number}\"\n"
                                   "needs: \"${number}: x\"\n"
                                   "block: |\n  ${number}\n"
                                   "list: ${list}\n"
                                   "nothing: ${empty}\n"
                                   "truth: ${none:=true}\n"
                                   "${word}: key\n"
                                   "unknown: ${none}\n"
                                   "same: text\n",
                                   &docs, &diags);
    assert_int_equal(diags.n, 0);
    assert_true(docs.items[0].filled && docs.items[0].unknowns);
    assert_value(root, "plain", NODE_INT, "3");
    assert_value(root, "quoted", NODE_INT, "3"); /* quotes don't get through kustomize */
    assert_value(root, "needs", NODE_STRING, "3: x");
    assert_value(root, "block", NODE_STRING, "3\n");
    assert_value(root, "list", NODE_LIST, NULL);
    assert_value(root, "nothing", NODE_NULL, NULL);
    assert_value(root, "truth", NODE_BOOL, "true");
    assert_value(root, "abcDEF-abc", NODE_STRING, "key");
    assert_value(root, "unknown", NODE_STRING, "${none}");
    assert_true(node_get(root, STR("unknown"))->flags & NODE_UNKNOWN);
    assert_false(node_get(root, STR("same"))->flags & NODE_UNKNOWN);
    /* Each item stands where the variable is written. */
    const struct node *item = node_at(node_get(root, STR("list")), 1);
    assert_true(str_is(node_text(item), "b"));
    assert_int_equal(source_place(docs.items[0].source, item->start).line, 6);
    assert_int_equal(source_place(docs.items[0].source, item->start).column, 7);
}

static void test_findings(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    fill(&arena, "good: $${x}\nbad: ${x[0]}\npair: ${pair}\n", &docs, &diags);
    assert_int_equal(diags.n, 2);
    assert_ptr_equal(diags.items[0].rule, rule_get(RULE_RENDER_SUBSTITUTION));
    assert_int_equal(source_place(docs.items[0].source, diags.items[0].span.start).line, 2);
    assert_int_equal(source_place(docs.items[0].source, diags.items[1].span.start).line, 3);
    assert_value(docs.items[0].root, "good", NODE_STRING, "${x}");
}

static void test_disabled(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    const struct node *root =
        fill(&arena,
             "kind: List\n"
             "items:\n"
             "- value: ${number}\n"
             "  metadata: {annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}\n"
             "- value: ${number}\n"
             "  metadata: {labels: {kustomize.toolkit.fluxcd.io/substitute: disabled}}\n"
             "- value: ${number}\n"
             "  metadata: {labels: {kustomize.toolkit.fluxcd.io/substitute: enabled}}\n",
             &docs, &diags);
    const struct node *items = node_get(root, STR("items"));
    assert_value(node_at(items, 0), "value", NODE_STRING, "${number}");
    assert_value(node_at(items, 1), "value", NODE_STRING, "${number}");
    assert_value(node_at(items, 2), "value", NODE_INT, "3");
}

static void test_aliases_are_filled_once(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    const struct node *root =
        fill(&arena, "a: &a\n  x: $${word}\nb: *a\nc:\n  <<: *a\n", &docs, &diags);
    assert_value(node_get(root, STR("a")), "x", NODE_STRING, "${word}");
    assert_value(node_get(root, STR("b")), "x", NODE_STRING, "${word}");
    assert_value(node_get(root, STR("c")), "x", NODE_STRING, "${word}");
}

static void test_nothing_without_variables(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct variables none = {.by_name.arena = &arena};
    struct source *source = source_new(&arena, STR("a.yaml"), STR("a: $${x}\nb: ${x}\n"));
    diags.at.source = source;
    assert_int_equal(doc_read_file(&arena, source, &diags, &docs), 0);
    const struct node *before = docs.items[0].root;
    substitute_docs(&arena, NULL, &docs, &diags);
    substitute_docs(&arena, &none, &docs, &diags);
    assert_ptr_equal(docs.items[0].root, before);
    none.is_open = true; /* there may be some */
    substitute_docs(&arena, &none, &docs, &diags);
    assert_value(docs.items[0].root, "a", NODE_STRING, "${x}");
    assert_true(docs.items[0].unknowns);
}

static void test_names_and_equality(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct variables a = variables_of(&arena), b = variables_of(&arena);
    assert_true(variable_is_name(STR("a_1")) && variable_is_name(STR("_")));
    assert_false(variable_is_name(STR("1a")) || variable_is_name(STR("a-b")) ||
                 variable_is_name(STR("")));
    assert_true(variables_eq(&a, &b) && variables_eq(NULL, NULL));
    assert_false(variables_eq(&a, NULL));
    variables_put(&b, STR("word"), STR("other"), true);
    assert_false(variables_eq(&a, &b));
}

int test_substitute(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_nested_too_deep),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_values_change_kind),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_disabled),
        cmocka_unit_test(test_aliases_are_filled_once),
        cmocka_unit_test(test_nothing_without_variables),
        cmocka_unit_test(test_names_and_equality),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
