/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON: what is taken, what is refused, and where. */
#include "unit/unit.h"

#include "base/limits.h"
#include "doc/doc_internal.h"

struct reading {
    struct arena arena;
    struct diags diags;
    struct source *source;
    struct doc doc;
};

static void read_text(struct reading *r, struct str text)
{
    *r = (struct reading){0};
    r->source = source_new(&r->arena, STR("a.json"), text);
    r->diags.at = (struct diag_at){.source = r->source, .versions = 1};
    assert_int_equal(doc_read_json(&r->arena, r->source, &r->diags, &r->doc), 0);
}

static void done(struct reading *r)
{
    diags_release(&r->diags);
    arena_release(&r->arena);
}

/* The tree, written again on one line. */
static void becomes(const char *text, const char *want)
{
    struct reading r;
    SCOPED(buf) struct buf out;
    buf_init(&out, 1 << 20);
    read_text(&r, str_from(text));
    if (r.doc.broken || r.diags.n)
        fail_msg("%s: %.*s", text,
                 STR_FMT(r.diags.n ? r.diags.items[0].message : STR("broken and not told")));
    doc_write_json(&out, r.doc.root, 0);
    assert_string_equal(out.p, want);
    done(&r);
}

static void values_are_kept(void **state)
{
    (void)state;
    becomes("{}", "{}");
    becomes(" [ ] ", "[]");
    becomes("\t{ \"a\" : [ 1 , true,false, null ,\"x\" ] }\r\n",
            "{\"a\":[1,true,false,null,\"x\"]}");
    becomes("0", "0");
    becomes("-0", "0");
    becomes("9223372036854775807", "9223372036854775807");
    becomes("-9223372036854775808", "-9223372036854775808");
    becomes("18446744073709551615", "18446744073709551615");
    becomes("18446744073709551616", "18446744073709552000");
    becomes("-9223372036854775809", "-9223372036854776000");
    becomes("[3.0,1e2,1E+2,1.5e-9,1e21,0.1]", "[3,100,100,1.5e-9,1e+21,0.1]");
    becomes("1e-400", "0");
}

static void strings_are_decoded(void **state)
{
    (void)state;
    becomes("\"\"", "\"\"");
    becomes("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
    becomes("\"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\"", "\"A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
    becomes("\"\\u0000\"", "\"\\u0000\"");
    becomes("\"\xC3\xA9\x7F\"", "\"\xC3\xA9\\u007f\"");
    /* halves of a pair, as Go reads them */
    becomes("\"\\ud800\"", "\"\xEF\xBF\xBD\"");
    becomes("\"\\udc00x\"", "\"\xEF\xBF\xBDx\"");
    becomes("\"\\ud800\\u0041\"", "\"\xEF\xBF\xBD"
                                  "A\"");
    becomes("\"\\ud800\\ud800\\udc00\"", "\"\xEF\xBF\xBD\xF0\x90\x80\x80\"");
    becomes("\"\\ud800\\n\"", "\"\xEF\xBF\xBD\\n\"");
}

static const struct {
    const char *text;
    uint32_t at;
    enum rule_id rule;
} broken[] = {
    {"", 0, RULE_YAML_JSON_SYNTAX},
    {"  ", 2, RULE_YAML_JSON_SYNTAX},
    {"\xEF\xBB\xBF{}", 0, RULE_YAML_JSON_SYNTAX},
    {"{", 1, RULE_YAML_JSON_SYNTAX},
    {"{\"a\"}", 4, RULE_YAML_JSON_SYNTAX},
    {"{\"a\":}", 5, RULE_YAML_JSON_SYNTAX},
    {"{\"a\":1,}", 7, RULE_YAML_JSON_SYNTAX},
    {"{a:1}", 1, RULE_YAML_JSON_SYNTAX},
    {"{'a':1}", 1, RULE_YAML_JSON_SYNTAX},
    {"{1:1}", 1, RULE_YAML_JSON_SYNTAX},
    {"[1,]", 3, RULE_YAML_JSON_SYNTAX},
    {"[1 2]", 3, RULE_YAML_JSON_SYNTAX},
    {"[1", 2, RULE_YAML_JSON_SYNTAX},
    {"[1}", 2, RULE_YAML_JSON_SYNTAX},
    {"{} {}", 3, RULE_YAML_JSON_SYNTAX},
    {"{} // x", 3, RULE_YAML_JSON_SYNTAX},
    {"tru", 0, RULE_YAML_JSON_SYNTAX},
    {"truex", 4, RULE_YAML_JSON_SYNTAX},
    {"True", 0, RULE_YAML_JSON_SYNTAX},
    {"NaN", 0, RULE_YAML_JSON_SYNTAX},
    {"+1", 0, RULE_YAML_JSON_SYNTAX},
    {"01", 1, RULE_YAML_JSON_SYNTAX},
    {"-", 1, RULE_YAML_JSON_SYNTAX},
    {"1.", 2, RULE_YAML_JSON_SYNTAX},
    {".5", 0, RULE_YAML_JSON_SYNTAX},
    {"1e", 2, RULE_YAML_JSON_SYNTAX},
    {"1e+-1", 3, RULE_YAML_JSON_SYNTAX},
    {"0x10", 1, RULE_YAML_JSON_SYNTAX},
    {"1_000", 1, RULE_YAML_JSON_SYNTAX},
    {"\"a", 0, RULE_YAML_JSON_SYNTAX},
    {"\"a\nb\"", 2, RULE_YAML_JSON_SYNTAX},
    {"\"a\x01\"", 2, RULE_YAML_JSON_SYNTAX},
    {"\"\\x41\"", 1, RULE_YAML_JSON_SYNTAX},
    {"\"\\'\"", 1, RULE_YAML_JSON_SYNTAX},
    {"\"\\u12g4\"", 1, RULE_YAML_JSON_SYNTAX},
    {"\"\\u123", 1, RULE_YAML_JSON_SYNTAX},
    {"\"\\", 1, RULE_YAML_JSON_SYNTAX},
    {"\"a\xFF\"", 2, RULE_YAML_ENCODING},
    {"\"\xC0\xAF\"", 1, RULE_YAML_ENCODING},
    {"\"\xED\xA0\x80\"", 1, RULE_YAML_ENCODING},
    {"\xFF", 0, RULE_YAML_JSON_SYNTAX},
    {"1e400", 0, RULE_YAML_VALUE},
};

static void broken_text_is_refused_in_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        struct reading r;
        read_text(&r, str_from(broken[i].text));
        if (!r.doc.broken || r.doc.root || r.diags.n != 1)
            fail_msg("%s is read, or told %zu times", broken[i].text, r.diags.n);
        const struct diag *d = &r.diags.items[0];
        if (d->span.start != broken[i].at || d->rule != rule_get(broken[i].rule))
            fail_msg("%s: at %u, %s: %.*s", broken[i].text, d->span.start, d->rule->id,
                     STR_FMT(d->message));
        done(&r);
    }
}

static void a_nul_is_no_end(void **state)
{
    struct reading r;
    (void)state;
    read_text(&r, STR("{}\0"));
    assert_true(r.doc.broken);
    done(&r);
    read_text(&r, STR("\"a\0b\""));
    assert_true(r.doc.broken);
    done(&r);
}

static void both_places_of_a_key_are_told(void **state)
{
    static const char text[] = "{\"metadata\":{\"labels\":{\"a\":1,\"b\":2,\"\\u0061\":3}}}";
    struct reading r;
    int64_t value;
    (void)state;
    read_text(&r, str_from(text));
    assert_false(r.doc.broken);
    assert_int_equal(r.diags.n, 1);
    const struct diag *d = &r.diags.items[0];
    assert_ptr_equal(d->rule, rule_get(RULE_YAML_DUPLICATE_KEY));
    assert_true(str_is(d->field, "metadata.labels[a]"));
    assert_int_equal(d->span.start, 35);
    assert_int_equal(d->related.n, 1);
    assert_int_equal(d->related.items[0].span.start, 23);
    const struct node *labels = path_find(r.doc.root, STR("metadata.labels")).value;
    assert_int_equal(labels->n, 2);
    assert_true(node_i64(node_get(labels, STR("a")), &value));
    assert_int_equal(value, 3);
    done(&r);
}

/* Large maps find their keys by a table; the last key of all may be the twin as well. */
static void keys_of_large_maps_are_compared(void **state)
{
    SCOPED(buf) struct buf text;
    (void)state;
    buf_init(&text, 1 << 20);
    buf_add_c(&text, "{");
    for (unsigned i = 0; i < 300; i++)
        buf_format(&text, "\"k%u\":%u,", i % 100, i);
    buf_add_c(&text, "\"k99\":-1,\"k99\":-2,\"end\":0}");
    struct reading r;
    read_text(&r, buf_str(&text));
    assert_int_equal(r.diags.n, 202);
    assert_int_equal(r.doc.root->n, 101);
    int64_t value;
    assert_true(node_i64(node_get(r.doc.root, STR("k99")), &value));
    assert_int_equal(value, -2);
    assert_true(node_i64(node_get(r.doc.root, STR("k0")), &value));
    assert_int_equal(value, 200);
    uint32_t n = 0;
    for (struct entry e = map_first(r.doc.root); e.key; e = map_next(e))
        n++;
    assert_int_equal(n, 101);
    done(&r);
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        const size_t depth = LIMIT_DEPTH + over;
        SCOPED(buf) struct buf text;
        buf_init(&text, 1 << 20);
        buf_add_n(&text, '[', depth);
        buf_add_n(&text, ']', depth);
        struct reading r;
        read_text(&r, buf_str(&text));
        assert_int_equal(r.doc.broken, over);
        assert_int_equal(r.diags.n, over);
        if (over)
            assert_ptr_equal(r.diags.items[0].rule, rule_get(RULE_LIMIT_DEPTH));
        done(&r);
    }
}

static void nodes_know_their_places(void **state)
{
    struct reading r;
    (void)state;
    read_text(&r, STR(" {\"a\": [10, \"x\\n\"]} "));
    const struct entry a = node_entry(r.doc.root, STR("a"));
    assert_int_equal(r.doc.root->start, 1);
    assert_int_equal(r.doc.root->len, 18);
    assert_int_equal(node_span(a.key).start, 2);
    assert_int_equal(node_span(a.key).end, 5);
    assert_int_equal(node_span(a.value).start, 7);
    assert_int_equal(node_span(a.value).end, 18);
    assert_int_equal(node_span(node_at(a.value, 1)).start, 12);
    assert_int_equal(node_span(node_at(a.value, 1)).end, 17);
    assert_int_equal(r.doc.span.start, 1);
    assert_int_equal(r.doc.span.end, 19);
    assert_true(r.doc.json);
    done(&r);
}

/* ---- streams ---- */

struct stream {
    struct reading reading;
    struct doc_list docs;
};

static void read_stream(struct stream *s, const char *text)
{
    *s = (struct stream){0};
    struct reading *r = &s->reading;
    r->source = source_new(&r->arena, STR("a.json"), str_from(text));
    r->diags.at = (struct diag_at){.source = r->source, .versions = 1};
    const int result = doc_read_json_stream(&r->arena, r->source, 0, &r->diags, &s->docs);
    assert_int_equal(result, 0);
}

static void values_follow_each_other(void **state)
{
    struct stream s;
    (void)state;
    read_stream(&s, "{\"a\":1}{\"b\":2}\n [] 5 ");
    assert_int_equal(s.docs.n, 4);
    assert_int_equal(s.reading.diags.n, 0);
    assert_int_equal(s.docs.items[1].span.start, 7);
    done(&s.reading);

    read_stream(&s, "{\"a\":1} {\"b\":} {}");
    assert_int_equal(s.docs.n, 2);
    assert_true(s.docs.items[1].broken);
    assert_int_equal(s.reading.diags.n, 1);
    done(&s.reading);
}

int test_json(void);
int test_json(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_kept),
        cmocka_unit_test(strings_are_decoded),
        cmocka_unit_test(broken_text_is_refused_in_its_place),
        cmocka_unit_test(a_nul_is_no_end),
        cmocka_unit_test(both_places_of_a_key_are_told),
        cmocka_unit_test(keys_of_large_maps_are_compared),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(nodes_know_their_places),
        cmocka_unit_test(values_follow_each_other),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
