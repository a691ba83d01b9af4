/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand in a rule file, and which rules of packs are on. */
#include "unit/unit.h"

#include "pack/pack.h"
#include "pack/rule_file.h"

#define TEXTS                                                                                      \
    "severity: info\ndefault: off\nsummary: s\nwhy: w\nremedy: r\n"                                \
    "pass: [{manifest: x}]\nfail: [{manifest: x, line: 1}]\n"
#define BODY "match: {kinds: [Pod]}\nvalidations: [{expression: 'true'}]\n"

/* The findings as lines, "" when the file is right. */
static struct str mistakes(struct arena *arena, const char *text, enum rule_file_home home,
                           struct rule_file *ret_file)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(arena, STR("a.yaml"), str_from(text));
    struct str all = {0};
    diags.at.source = source;
    assert_int_equal(doc_read_stream(arena, source, &diags, &docs), 0);
    const bool fine = rule_file_read(arena, &docs.items[0], home, &diags, ret_file);
    assert_int_equal(fine, diags.n == 0);
    for (size_t i = 0; i < diags.n; i++)
        all = str_format(arena, "%.*s%s%u: %.*s", STR_FMT(all), i ? "\n" : "",
                         source_place(source, diags.items[i].span.start).line,
                         STR_FMT(diags.items[i].message));
    return all;
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum rule_file_home home;
        const char *wanted;
    } rows[] = {
        {"id: shop/a\n" BODY, RULE_FILE_OWN, ""},
        {"id: shop/a/b\n" BODY TEXTS, RULE_FILE_PACK, ""},
        {"id: shop/a\nbuiltin: true\n" TEXTS, RULE_FILE_PACK, ""},
        {"id: shop/a\n" BODY, RULE_FILE_PACK,
         "1: the rule has no severity\n1: the rule has no default\n1: the rule has no summary\n"
         "1: the rule has no why\n1: the rule has no remedy\n1: the rule has no pass\n"
         "1: the rule has no fail"},
        {"id: Shop/a\n" BODY, RULE_FILE_OWN,
         "1: id must be family/name in lower case, words joined by -"},
        {"id: shop\n" BODY, RULE_FILE_OWN, "1: id must be family/name"},
        {"id: shop/\n" BODY, RULE_FILE_OWN, "1: id must be family/name"},
        {"id: a/b/c/d\n" BODY, RULE_FILE_OWN, "1: id must be family/name"},
        {"id: api/mine\n" BODY, RULE_FILE_OWN,
         "1: id is in a family that only tidegate itself has rules in"},
        {"id: 3\n" BODY, RULE_FILE_OWN, "1: id must be text"},
        {BODY, RULE_FILE_OWN, "1: the rule has no id"},
        {"id: shop/a\n", RULE_FILE_OWN, "1: the rule has no match\n1: the rule has no validations"},
        {"id: shop/a\nseverity: off\n" BODY, RULE_FILE_OWN, "2: severity must be text"},
        {"id: shop/a\nseverity: fatal\n" BODY, RULE_FILE_OWN,
         "2: severity must be error, warning or info"},
        {"id: shop/a\nmach: {}\n" BODY, RULE_FILE_OWN,
         "2: mach is not a key of a rule; did you mean 'match'?"},
        {"id: shop/a\nmatch: {kinds: [pod, a/Pod/, 3, '']}\nvalidations: [{expression: a}]\n",
         RULE_FILE_OWN,
         "2: match.kinds[0] must be Kind, group/Kind, workloads or *\n"
         "2: match.kinds[1] must be Kind, group/Kind, workloads or *\n"
         "2: match.kinds[2] must be text\n2: match.kinds[3] must not be empty"},
        {"id: shop/a\nmatch: {kinds: [], operations: [create]}\nvalidations: []\n", RULE_FILE_OWN,
         "2: match.kinds must not be empty\n2: match.operations[0] must be CREATE, UPDATE or "
         "DELETE\n3: validations must not be empty"},
        {"id: shop/a\nmatch: {kinds: Pod}\nvalidations: {a: b}\n", RULE_FILE_OWN,
         "2: match.kinds must be a list\n3: validations must be a list"},
        {"id: shop/a\nmatch: Pod\nvalidations: [a]\n", RULE_FILE_OWN,
         "2: match must be a map\n3: validations[0] must be a map"},
        {"id: shop/a\nmatch: {kinds: [Pod], namespaces: ['[']}\nvalidations: [{message: a}]\n",
         RULE_FILE_OWN,
         "2: match.namespaces[0] must be a pattern of names\n3: validations[0] has no expression"},
        {"id: shop/a\nparams: [a]\n" BODY, RULE_FILE_OWN,
         "2: params must be a map of names with their defaults"},
        {"id: shop/a\nparams: {a-b: 1}\nvariables: [{name: 1a, expression: b}]\n" BODY,
         RULE_FILE_OWN,
         "2: params.a-b must be a name as expressions write it\n"
         "3: variables[0].name must be a name as expressions write it"},
        {"id: shop/a\nfix: [{op: move, path: spec}, {op: add}, {expression: a, op: add}]\n" BODY,
         RULE_FILE_OWN,
         "2: fix[0].op must be add, remove, replace or test\n"
         "2: fix[0].path must be a JSON pointer such as /spec/replicas\n"
         "2: fix[1] must have op and path, or expression alone\n"
         "2: fix[2] must have op and path, or expression alone"},
        {"id: shop/a\nfail: [{manifest: \"a\\nb\\n\", line: 3}, {manifest: a, line: 0}]\n" BODY,
         RULE_FILE_OWN,
         "2: fail[1].line must be the number of a line, from 1\n"
         "2: fail[0] has a line that its manifest does not have"},
        {"id: shop/a\nbuiltin: true\n", RULE_FILE_OWN,
         "2: the rule can't be builtin: that is for rules that come with tidegate"},
        {"id: shop/a\nbuiltin: true\n" BODY TEXTS, RULE_FILE_PACK,
         "3: match can't be there with builtin\n4: validations can't be there with builtin"},
        {"[]", RULE_FILE_OWN, "1: the rule must be a map"},
        {"a", RULE_FILE_OWN, "1: the rule must be a map"},
        {"{}", RULE_FILE_OWN, "1: the rule must be a map"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena SCOPED(arena) = {0};
        struct rule_file file;
        assert_string_equal(str_to_c(&arena, mistakes(&arena, rows[i].text, rows[i].home, &file)),
                            rows[i].wanted);
    }
}

static void test_read(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct rule_file file;
    assert_int_equal(mistakes(&arena,
                              "id: shop/a\nmatch: {kinds: [Pod], operations: [DELETE, CREATE]}\n"
                              "validations: [{expression: 'true'}]\n" TEXTS,
                              RULE_FILE_PACK, &file)
                         .n,
                     0);
    assert_int_equal(file.operations, RULE_CREATE | RULE_DELETE);
    assert_int_equal(file.severity, SEVERITY_INFO);
    assert_false(file.is_default);
    assert_true(str_is(file.summary, "s"));
    assert_true(str_is(node_text(list_first(file.kinds).value), "Pod"));
    assert_int_equal(mistakes(&arena, "id: shop/a\n" BODY, RULE_FILE_OWN, &file).n, 0);
    assert_int_equal(file.operations, RULE_CREATE | RULE_UPDATE);
    assert_int_equal(file.severity, SEVERITY_WARNING);
}

/* A choice of packs and of one severity. */
static bool is_on(const char *pack, const char *pattern, enum severity severity,
                  const struct pack_rule *rule)
{
    struct str name = str_from(pack);
    struct rule_setting setting = {str_from(pattern), severity};
    const struct str_list packs = {.items = &name, .n = pack ? 1 : 0};
    const struct rule_settings settings = {.items = &setting, .n = pattern ? 1 : 0};
    return pack_is_on(&(struct pack_choice){&packs, &settings}, rule);
}

static void test_choice(void **state)
{
    (void)state;
    struct pack_rule rule = {.rule = {.id = "pod-security/baseline/host-ports"}};
    assert_false(is_on(NULL, NULL, SEVERITY_OFF, &rule));
    assert_true(is_on("pod-security", NULL, SEVERITY_OFF, &rule));
    assert_true(is_on("pod-security/baseline", NULL, SEVERITY_OFF, &rule));
    assert_false(is_on("pod", NULL, SEVERITY_OFF, &rule));
    assert_false(is_on("pod-security/base", NULL, SEVERITY_OFF, &rule));
    assert_true(is_on(NULL, rule.rule.id, SEVERITY_INFO, &rule));
    assert_false(is_on(NULL, "pod-security/**", SEVERITY_INFO, &rule));
    assert_false(is_on("pod-security", rule.rule.id, SEVERITY_OFF, &rule));
    assert_false(is_on("pod-security", "pod-security/**", SEVERITY_OFF, &rule));
    rule.is_default = true;
    assert_true(is_on(NULL, NULL, SEVERITY_OFF, &rule));
    assert_false(is_on(NULL, rule.rule.id, SEVERITY_OFF, &rule));
    assert_true(pack_is_on(&(struct pack_choice){0}, &rule));
}

/* The rules that come with the program are in good order. */
static void test_packs(void **state)
{
    (void)state;
    for (size_t i = 0; i < PACK_COUNT; i++) {
        const struct pack_rule *rule = &pack_rules[i];
        const struct str id = str_from(rule->rule.id);
        const size_t slash = (size_t)str_find_last_char(id, '/');
        assert_ptr_equal(pack_find(id), rule);
        assert_true(pack_exists(str_sub(id, 0, slash)));
        assert_int_equal(rule->is_builtin, rule->kinds == NULL);
        assert_int_equal(rule->is_builtin, rule->body.n == 0);
        assert_true(rule->rule.bad && rule->rule.good && rule->rule.why && rule->rule.fix);
    }
    assert_null(pack_find(STR("no/such-rule")));
    assert_false(pack_exists(STR("")));
    assert_false(pack_exists(STR("relia")));
}

int test_rule_file(void);
int test_rule_file(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_packs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
