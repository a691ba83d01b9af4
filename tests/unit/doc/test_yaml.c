/* SPDX-License-Identifier: Apache-2.0 */
/* What YAML means: scalars, keys, merge keys, aliases, and how files become documents. Expected
 * values are those of go-yaml v2 and sigs.k8s.io/yaml. */
#include "unit/unit.h"

#include "doc/doc.h"

struct reading {
    struct arena arena;
    struct diags diags;
    struct source *source;
    struct doc_list docs;
};

static void read_file(struct reading *r, struct str text)
{
    *r = (struct reading){0};
    r->source = source_new(&r->arena, STR("a.yaml"), text);
    r->diags.at = (struct diag_at){.source = r->source, .versions = 1};
    assert_int_equal(doc_read_file(&r->arena, r->source, &r->diags, &r->docs), 0);
}

static void done(struct reading *r)
{
    diags_release(&r->diags);
    arena_release(&r->arena);
}

static void write_docs(const struct doc_list *docs, struct buf *out)
{
    buf_init(out, 1 << 20);
    for (size_t i = 0; i < docs->n; i++) {
        if (i > 0)
            buf_add_c(out, " ");
        if (docs->items[i].broken)
            buf_add_c(out, "broken");
        else if (docs->items[i].root)
            doc_write_json(out, docs->items[i].root, 0);
        else
            buf_add_c(out, "empty");
    }
}

/* All documents on one line, and nothing to complain about. */
static void becomes(const char *text, const char *want)
{
    struct reading r;
    SCOPED(buf) struct buf out = {0};
    read_file(&r, str_from(text));
    if (r.diags.n > 0)
        fail_msg("%s: %.*s", text, STR_FMT(r.diags.items[0].message));
    write_docs(&r.docs, &out);
    assert_string_equal(out.p ? out.p : "", want);
    done(&r);
}

/* The documents, and the first finding with the text that it points at. */
static void complains(const char *text, const char *want, const char *rule, const char *place)
{
    struct reading r;
    SCOPED(buf) struct buf out = {0};
    read_file(&r, str_from(text));
    write_docs(&r.docs, &out);
    assert_string_equal(out.p ? out.p : "", want);
    assert_true(r.diags.n > 0);
    const struct diag *diag = &r.diags.items[0];
    if (strcmp(diag->rule->id, rule) != 0)
        fail_msg("%s: %s: %.*s", text, diag->rule->id, STR_FMT(diag->message));
    const struct str at = str_sub(r.source->text, diag->span.start, diag->span.end);
    if (!str_is(at, place))
        fail_msg("%s: points at '%.*s'", text, STR_FMT(at));
    done(&r);
}

static void scalars_resolve(void **state)
{
    (void)state;
    becomes("[y, Y, yes, on, ON, true, TRUE]\n", "[true,true,true,true,true,true,true]");
    becomes("[n, no, off, Off, false, N]\n", "[false,false,false,false,false,false]");
    becomes("[yEs, tRue, oN, nULL]\n", "[\"yEs\",\"tRue\",\"oN\",\"nULL\"]");
    becomes("[~, null, Null, NULL]\n", "[null,null,null,null]");
    becomes("- \n-\n", "[null,null]");
    becomes("[0o17, 017, 0x1F, 0b11, -0b11, 0b-11, +3, 1_000, 0X1f]\n",
            "[15,15,31,3,-3,-3,3,1000,31]");
    becomes("[0888, 3.0, 1e3, 1., .5, 12e3, +.5]\n", "[888,3,1000,1,0.5,12000,0.5]");
    becomes("[0o8, _1, 1e400, 0x1p-2, 1.2.3, -, +, ., 1e, 0x]\n",
            "[\"0o8\",\"_1\",\"1e400\",\"0x1p-2\",\"1.2.3\",\"-\",\"+\",\".\",\"1e\",\"0x\"]");
    becomes("[12:30:45, 2024-01-02, 10.0.0.1, 100m, =]\n",
            "[\"12:30:45\",\"2024-01-02\",\"10.0.0.1\",\"100m\",\"=\"]");
    becomes("[9223372036854775807, 9223372036854775808, 18446744073709551615]\n",
            "[9223372036854775807,9223372036854775808,18446744073709551615]");
    becomes("[18446744073709551616, -9223372036854775809]\n",
            "[18446744073709552000,-9223372036854776000]");
    becomes("['1', \"on\", '']\n", "[\"1\",\"on\",\"\"]");
}

static void tags_are_honoured(void **state)
{
    (void)state;
    becomes("[!!str 1, !!int \"8\", !!float 3, !!float 0x10, !!bool 'yes', !!null '']\n",
            "[\"1\",8,3,16,true,null]");
    becomes("[!foo 1, ! 12, !!binary aGk=, !!binary /w==]\n",
            "[\"1\",\"12\",\"hi\",\"\xEF\xBF\xBD\"]");
    becomes("[!!timestamp 2001-1-2, !!timestamp 2001-12-14t21:59:43.10-05:00]\n",
            "[\"2001-1-2\",\"2001-12-14t21:59:43.10-05:00\"]");
    becomes("- !!str\n- !!set {a, b}\n- !!int [1]\n", "[\"\",{\"a\":null,\"b\":null},[1]]");
    complains("a: !!int foo\n", "broken", "yaml/value", "!!int foo");
    complains("a: !!bool 1\n", "broken", "yaml/value", "!!bool 1");
    complains("a: !!float x\n", "broken", "yaml/value", "!!float x");
    complains("a: !!null x\n", "broken", "yaml/value", "!!null x");
    complains("a: !!binary aGk\n", "broken", "yaml/value", "!!binary aGk");
    complains("a: !!timestamp 2001-02-30\n", "broken", "yaml/value", "!!timestamp 2001-02-30");
    complains("a: -.inf\n", "broken", "yaml/value", "-.inf");
    complains("a: .NaN\n", "broken", "yaml/value", ".NaN");
    complains("&a .inf: 1\nb: *a\n", "broken", "yaml/value", "*a");
}

/* What go-yaml reads and libyaml does not. */
static void odd_spellings_are_read(void **state)
{
    (void)state;
    becomes("a: \"it\\'s \\'so\\'\"\nb: \"\\'\"\n", "{\"a\":\"it's 'so'\",\"b\":\"'\"}");
    becomes("a: {b:, c: [d:, e]}\n", "{\"a\":{\"b:\":null,\"c\":[\"d:\",\"e\"]}}");
    becomes("a: [!x, b, !y[z] 1]\n", "{\"a\":[\"b\",\"1\"]}");
    becomes("- !!str, 12\n", "[\"12\"]");
    complains("a: \"\\' \\e\"\n", "broken", "yaml/syntax", "\"\\' \\e\"");
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 1000; i++)
        buf_add_c(&text, "- \"\\'\"\n");
    struct reading r;
    read_file(&r, buf_str(&text)); /* reading again and again has an end */
    assert_true(r.docs.items[0].broken);
    assert_int_equal(r.diags.n, 1);
    done(&r);
}

static void keys_become_text(void **state)
{
    (void)state;
    becomes("on: 1\n8080: 2\n0777: 3\n1.10: 4\n", "{\"true\":1,\"8080\":2,\"511\":3,\"1.1\":4}");
    becomes("1e6: a\n123456789.0: b\n.inf: c\n-1e40: d\n",
            "{\"1e+06\":\"a\",\"1.2345679e+08\":\"b\",\".inf\":\"c\",\"-.inf\":\"d\"}");
    becomes("&a 1: x\nb: *a\n", "{\"1\":\"x\",\"b\":1}");
    becomes("a: &a on\n*a : x\n", "{\"a\":true,\"true\":\"x\"}");
    complains("~: a\n", "broken", "yaml/key-type", "~");
    complains("?\n: a\n", "broken", "yaml/key-type", "");
    complains("18446744073709551615: a\n", "broken", "yaml/key-type", "18446744073709551615");
    complains("? [a]\n: b\n", "broken", "yaml/key-type", "[");
    complains("{{ .Values.x }}: b\n", "broken", "yaml/json-syntax", "{");
    complains("a: {{ b }}\n", "broken", "yaml/key-type", "{");
    complains("a: &a [1]\n*a : x\n", "broken", "yaml/key-type", "*a");
}

static void duplicates_are_told(void **state)
{
    (void)state;
    complains("a: 1\nb: 2\na: 3\n", "{\"a\":3,\"b\":2}", "yaml/duplicate-key", "a");
    complains("1: a\n0x1: b\n", "{\"1\":\"b\"}", "yaml/duplicate-key", "0x1");
    complains("1: a\n'1': b\n", "{\"1\":\"b\"}", "yaml/duplicate-key", "'1'");
    struct reading r;
    read_file(&r, STR("1: a\n'1': b\n"));
    assert_int_equal(r.diags.items[0].severity, SEVERITY_WARNING); /* the server takes it */
    done(&r);
    read_file(&r, STR("a: 1\nb: 2\na: 3\n"));
    assert_int_equal(r.diags.n, 1);
    assert_int_equal(r.diags.items[0].span.start, 10);
    assert_int_equal(r.diags.items[0].related.n, 1);
    assert_int_equal(r.diags.items[0].related.items[0].span.start, 0);
    done(&r);
}

static void large_maps_find_duplicates(void **state)
{
    (void)state;
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 5000; i++)
        buf_format(&text, "key%d: %d\n", i, i);
    buf_add_c(&text, "key1234: x\n");
    struct reading r;
    read_file(&r, buf_str(&text));
    assert_int_equal(r.diags.n, 1);
    assert_int_equal(r.docs.items[0].root->n, 5000);
    assert_true(str_is(node_get_text(r.docs.items[0].root, STR("key1234")), "x"));
    done(&r);
}

static void merge_keys_follow_the_decoder(void **state)
{
    (void)state;
    becomes("a: &a {x: 1}\nb:\n  <<: *a\n  z: 2\n", "{\"a\":{\"x\":1},\"b\":{\"x\":1,\"z\":2}}");
    becomes("a: &a {x: 1}\nb: &b {z: 2}\nc:\n  <<: [*b, *a]\n",
            "{\"a\":{\"x\":1},\"b\":{\"z\":2},\"c\":{\"x\":1,\"z\":2}}");
    becomes("<<: {a: 1}\nb: 2\n", "{\"a\":1,\"b\":2}");
    becomes("'<<': {a: 1}\n", "{\"<<\":{\"a\":1}}");
    becomes("! '<<': {a: 1}\n", "{\"a\":1}");
    complains("a: &a {x: 1}\nb:\n  <<: *a\n  x: 2\n", "{\"a\":{\"x\":1},\"b\":{\"x\":2}}",
              "yaml/duplicate-key", "x");
    complains("a: &a {x: 1}\nb:\n  x: 2\n  <<: *a\n", "{\"a\":{\"x\":1},\"b\":{\"x\":1}}",
              "yaml/duplicate-key", "*a");
    complains("a: &a {x: 1}\nb: &b {x: 2}\nc:\n  <<: [*a, *b]\n",
              "{\"a\":{\"x\":1},\"b\":{\"x\":2},\"c\":{\"x\":1}}", "yaml/duplicate-key", "*a");
    complains("<<: 3\n", "broken", "yaml/value", "3");
    complains("<<:\n", "broken", "yaml/value", "<<");
    complains("<<: [{a: 1}, 2]\n", "broken", "yaml/value", "[{a: 1}, 2]");
    struct reading r;
    read_file(&r, STR("a: &a {x: 1}\nb:\n  <<: *a\n"));
    const struct node *b = node_get(r.docs.items[0].root, STR("b"));
    const struct entry x = map_first(b);
    assert_true(x.key->flags & NODE_MERGED);
    assert_true(x.written->flags & NODE_MERGED);
    assert_int_equal(x.written->kind, NODE_ALIAS);
    assert_int_equal(x.key->start, 7);
    done(&r);
}

static void aliases_share(void **state)
{
    (void)state;
    becomes("a: &a [1, 2]\nb: *a\n", "{\"a\":[1,2],\"b\":[1,2]}");
    becomes("a: &a 1\nb: &a 2\nc: *a\n", "{\"a\":1,\"b\":2,\"c\":2}");
    complains("a: *b\n", "broken", "yaml/alias", "*b");
    complains("a: &a [*a]\n", "broken", "yaml/alias", "*a");
    complains("a: &a\n  <<: *a\n", "broken", "yaml/alias", "*a");
    complains("- &a 1\n---\n- *a\n", "[1] broken", "yaml/alias", "*a");
}

/* Each level stands for ten times the last one. */
static void alias_bombs_are_refused(void **state)
{
    (void)state;
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, 1 << 20);
    buf_add_c(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; i++) {
        buf_format(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            buf_format(&text, "%s*a%d", k ? "," : "", i - 1);
        buf_add_c(&text, "]\n");
    }
    struct reading r;
    read_file(&r, buf_str(&text));
    assert_true(r.docs.items[0].broken);
    assert_string_equal(r.diags.items[0].rule->id, "yaml/alias");
    done(&r);
}

static void depth_is_limited(void **state)
{
    (void)state;
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, 2 << 20);
    buf_add_n(&text, '[', 1 << 20);
    struct reading r;
    read_file(&r, buf_str(&text));
    assert_true(r.docs.items[0].broken);
    assert_true(r.diags.limit_hit);
    assert_string_equal(r.diags.items[0].rule->id, "limit/depth");
    done(&r);
    /* Aliases nest as well: 300 in 300. */
    buf_clear(&text);
    buf_add_c(&text, "a: &a ");
    buf_add_n(&text, '[', 300);
    buf_add_n(&text, ']', 300);
    buf_add_c(&text, "\nb: ");
    buf_add_n(&text, '[', 300);
    buf_add_c(&text, "*a");
    buf_add_n(&text, ']', 300);
    read_file(&r, buf_str(&text));
    assert_true(r.docs.items[0].broken);
    assert_string_equal(r.diags.items[0].rule->id, "limit/depth");
    done(&r);
}

static void files_are_split_by_lines(void **state)
{
    (void)state;
    becomes("", "");
    becomes("# only a comment\n", "empty");
    becomes("\xEF\xBB\xBF", "empty");
    becomes("a: 1\n---\nb: 2\n", "{\"a\":1} {\"b\":2}");
    becomes("---\na: 1\n---  # next\nb: 2\n---\n", "{\"a\":1} {\"b\":2}");
    becomes("a: 1\n---\n---\nb: 2\n", "{\"a\":1} {\"b\":2}");
    becomes("---\n---\na: 1\n", "empty {\"a\":1}");
    becomes("a: 1\r\n---\r\nb: 2\r\n", "{\"a\":1} {\"b\":2}");
    becomes("a: |\n  x", "{\"a\":\"x\\n\"}");
    becomes("a: 1\n...\n# end\n...\n", "{\"a\":1}");
    complains("a: 1\n...\nb: 2\n---\nc: 3\n", "{\"a\":1} {\"c\":3}", "document/ignored-text",
              "b: 2\n");
    complains("a: 1\n--- {b: 2}\n", "{\"a\":1} {\"b\":2}", "yaml/separator", "--- {b: 2}");
    complains("a: |\n  x\n----\nb: 1\n---\nc: 1\n", "broken {\"c\":1}", "yaml/separator", "----");
    complains("%YAML 1.1\n---\na: 1\n", "broken {\"a\":1}", "yaml/directive", "%YAML 1.1");
}

static void json_is_recognised(void **state)
{
    (void)state;
    becomes("{\"a\":1}{\"b\":2}\n", "{\"a\":1} {\"b\":2}");
    becomes("{\"a\":1}\n---\n{\"b\":2}\n---\nc: 3\n", "{\"a\":1} {\"b\":2} {\"c\":3}");
    becomes("{a: 1, b: [on]}\n", "{\"a\":1,\"b\":[true]}");
    becomes("\xEF\xBB\xBF{a: 1}\n", "{\"a\":1}");
    complains("{\"a\":1}{\"b\":2}\n---\n{\"c\":3}\n", "{\"a\":1} {\"b\":2} broken",
              "yaml/json-syntax", "-");
    complains("{\"a\":1}\n- ", "{\"a\":1} broken", "yaml/json-syntax", " ");
    struct reading r;
    read_file(&r, STR("{\"a\":1}\n"));
    assert_true(r.docs.items[0].json);
    done(&r);
    read_file(&r, STR("{a: 1}\n"));
    assert_false(r.docs.items[0].json);
    done(&r);
}

int test_yaml(void);
int test_yaml(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_resolve),
        cmocka_unit_test(tags_are_honoured),
        cmocka_unit_test(odd_spellings_are_read),
        cmocka_unit_test(keys_become_text),
        cmocka_unit_test(duplicates_are_told),
        cmocka_unit_test(large_maps_find_duplicates),
        cmocka_unit_test(merge_keys_follow_the_decoder),
        cmocka_unit_test(aliases_share),
        cmocka_unit_test(alias_bombs_are_refused),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(files_are_split_by_lines),
        cmocka_unit_test(json_is_recognised),
    };
    return cmocka_run_group_tests_name("doc yaml", tests, NULL, NULL);
}
