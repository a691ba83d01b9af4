/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/config/config_fixture.h"

#include "base/limits.h"
#include "doc/doc.h"
#include "pack/pack.h"

/* Reads a text, writes it, reads that, and writes again: both writings are the same. */
static void assert_round(struct str text)
{
    struct fixture f SCOPED(fixture), g SCOPED(fixture);
    SCOPED(buf) struct buf first, second;
    buf_init(&first, LIMIT_CONFIG_BYTES);
    buf_init(&second, LIMIT_CONFIG_BYTES);
    read_text(&f, text);
    print_findings(&f);
    assert_int_equal(f.result, 0);
    config_write(&f.config, &first);
    read_text(&g, buf_str(&first));
    print_findings(&g);
    assert_int_equal(g.result, 0);
    config_write(&g.config, &second);
    assert_str(buf_str(&first), second.p);
}

static void reads_back_the_same(void **state)
{
    (void)state;
    assert_round(STR(""));
    assert_round(
        STR("kubernetes-versions: ['1.30']\nstrict: true\nfail-on: never\n"
            "rules: {api/*: off, 'policy/a b/\"c\"': info}\n"
            "ignore:\n- {rule: '*', reason: \"off: # 'x'\\nmore \", expires: 2026-01-01}\n"
            "- {rule: 'api/*', path: '**/*.yaml', object: '*/*', field: a, reason: '1.0'}\n"
            "sets:\n- {name: '0123', path: a}\n- {name: b, paths: [., 'true'],"
            " depends-on: ['0123'], kubernetes-versions: ['1.36'], namespace: 'null'}\n"));
    assert_round(
        STR("cluster: {feature-gates: {A: true, B: false}, allow-privileged: false,\n"
            "  service-node-port-range: '30000', service-cidrs: [10.0.0.0/8, 'fd00::/108'],\n"
            "  admission-plugins: {enable: [AlwaysPullImages], disable: []}}\n"
            "sets:\n- {name: a, path: a, cluster: {}}\n"
            "- {name: b, path: b, cluster: {feature-gates: {A: false}}}\n"));
    assert_round(
        STR("sync: {prune: false, prune-limits: 5%, wait: none, conflicts: [{then: leave,\n"
            "  field: spec.replicas, manager: 'hpa*'}]}\n"
            "sets:\n- {name: a, path: a, sync: {on-remove: delete, drift: report, was: b,\n"
            "  adopt: [flux, helm], replace: Job/*, health: [{apiVersion: a.example/v1,\n"
            "  kind: A, current: 'status.ok', failed: 'status.bad'}]}}\n"));
    assert_round(STR("packs: [security]\nparams:\n  our-own/rule: {list: [1, 'a'], map: {a: b}}\n"
                     "  reliability/minimum-replicas: &more {minimum: 3}\n"
                     "  our-own/other: *more\nsets:\n- {name: a, path: a, packs: [rbac]}\n"));
}

static void writes_every_setting(void **state)
{
    struct fixture f SCOPED(fixture);
    SCOPED(buf) struct buf out;
    (void)state;
    buf_init(&out, LIMIT_CONFIG_BYTES);
    read_text(&f, STR("kubernetes-versions: ['1.36']\nrules: {api/required: off}\n"
                      "sets: [{name: a, path: b}]\n"));
    config_write(&f.config, &out);
    assert_str(buf_str(&out), "kubernetes-versions:\n- \"1.36\"\n"
                              "include: []\n"
                              "exclude: []\n"
                              "crds: []\n"
                              "policies: []\n"
                              "packs: []\n"
                              "params: {}\n"
                              "external: []\n"
                              "cluster:\n  feature-gates: {}\n  service-cidrs: []\n"
                              "  allow-privileged: true\n"
                              "  admission-plugins:\n    enable: []\n    disable: []\n"
                              "sync:\n  prune: true\n  prune-limits: []\n  on-remove: keep\n"
                              "  drift: heal\n  restart: true\n  rollback: false\n"
                              "  adopt: []\n  was: []\n  replace: []\n"
                              "  conflicts: []\n  health: []\n"
                              "rules:\n  api/required: \"off\"\n"
                              "ignore: []\n"
                              "require-ignore-reason: false\n"
                              "fail-on: error\n"
                              "missing-schema: warn\n"
                              "oracle: both\n"
                              "stages: false\n"
                              "strict: false\n"
                              "sets:\n- name: a\n  paths:\n  - b\n");
}

/* As somebody does who removes every # that stands before an example. */
static void use_examples(struct str text, struct buf *out)
{
    for (struct str line; str_split(&text, '\n', &line);) {
        const bool example = line.n > 1 && line.p[0] == '#' &&
                             (line.p[1] != ' ' || (line.n > 2 && line.p[2] == ' '));
        buf_format(out, "%.*s\n", STR_FMT(example ? str_from_offset(line, 1) : line));
    }
}

static void template_reads(void **state)
{
    struct fixture f SCOPED(fixture), g SCOPED(fixture);
    SCOPED(buf) struct buf text, used;
    (void)state;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    buf_init(&used, LIMIT_CONFIG_BYTES);
    config_write_template(&text);
    assert_true(str_starts(buf_str(&text), STR("# yaml-language-server: $schema=")));
    read_text(&f, buf_str(&text));
    assert_int_equal(f.result, 0);
    assert_int_equal(f.config.sets.n, 0);
    use_examples(buf_str(&text), &used);
    read_text(&g, buf_str(&used));
    print_findings(&g);
    assert_int_equal(g.result, 0);
    assert_int_equal(g.config.sets.n, 2);
    assert_int_equal(g.config.ignores.n, 1);
    assert_int_equal(g.config.fail_on, SEVERITY_WARNING);
    assert_true(g.config.strict);
}

/* Every object of the schema is closed, and every property says what it is. */
static unsigned check_schema(const struct node *schema)
{
    unsigned properties = 0;
    if (node_get(schema, STR("properties"))) {
        assert_int_equal(node_kind(node_get(schema, STR("additionalProperties"))), NODE_BOOL);
        assert_false(node_bool(node_get(schema, STR("additionalProperties"))));
    }
    for (struct entry e = map_first(node_get(schema, STR("properties"))); e.key; e = map_next(e)) {
        assert_true(node_get_text(e.value, STR("description")).n > 0);
        properties += 1 + check_schema(e.value) + check_schema(node_get(e.value, STR("items")));
    }
    return properties;
}

static void json_schema_covers_the_table(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    SCOPED(diags) struct diags diags = {0};
    SCOPED(buf) struct buf text;
    struct doc doc;
    (void)state;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    config_write_json_schema(&text);
    struct source *source = source_new(&arena, STR("schema.json"), buf_str(&text));
    assert_int_equal(doc_read_json(&arena, source, &diags, &doc), 0);
    assert_int_equal(diags.n, 0);
    assert_str(node_get_text(doc.root, STR("$schema")),
               "https://json-schema.org/draft/2020-12/schema");
    assert_int_equal(check_schema(doc.root),
                     21 + RULE_COUNT + PACK_COUNT + 6 + 12 + 3 + 2 * (5 + 2) + 2 * (12 + 4 + 5));
}

int test_config_write(void);

int test_config_write(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_the_same),
        cmocka_unit_test(writes_every_setting),
        cmocka_unit_test(template_reads),
        cmocka_unit_test(json_schema_covers_the_table),
    };
    return cmocka_run_group_tests_name("config_write", tests, NULL, NULL);
}
