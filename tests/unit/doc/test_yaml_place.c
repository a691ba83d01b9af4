/* SPDX-License-Identifier: Apache-2.0 */
/* Where things stand in YAML text, encodings, and what is said about text that can't be read. */
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

static void stands_on(const struct reading *r, const struct node *node, const char *want)
{
    const struct span span = node_span(node);
    const struct str at = str_sub(r->source->text, span.start, span.end);
    if (!str_is(at, want))
        fail_msg("stands on '%.*s', not on '%s'", STR_FMT(at), want);
}

/* The value under the key v of the first document. */
static void value_stands_on(const char *text, const char *want)
{
    struct reading r;
    read_file(&r, str_from(text));
    if (r.diags.n > 0)
        fail_msg("%s: %.*s", text, STR_FMT(r.diags.items[0].message));
    const struct entry entry = node_entry(r.docs.items[0].root, STR("v"));
    assert_non_null(entry.key);
    stands_on(&r, entry.written, want);
    done(&r);
}

static void values_stand_where_they_are_written(void **state)
{
    (void)state;
    value_stands_on("v: plain text # c\n", "plain text");
    value_stands_on("v: 'it''s'\n", "'it''s'");
    value_stands_on("v: \"a\\n\"  \n", "\"a\\n\"");
    value_stands_on("v: two\n  lines\nw: 1\n", "two\n  lines");
    value_stands_on("v: |\n  a\n  b\n\n\nw: 1\n", "|\n  a\n  b");
    value_stands_on("v: >-\n\n  a\n", ">-\n\n  a");
    value_stands_on("v: [1, {a: b}] # c\n", "[1, {a: b}]");
    value_stands_on("v:\n  - a\n  - b: c\n\n# c\nw: 1\n", "- a\n  - b: c");
    value_stands_on("v:\n- a\n-\nw: 1\n", "- a\n-");
    value_stands_on("v:\n  a: 1\n  b:\n\nw: 1\n", "a: 1\n  b:");
    value_stands_on("v: &x !!map\n  a: 1\n", "a: 1");
    value_stands_on("v: &x\n  &y a: 1\n", "&y a: 1");
    value_stands_on("v: !!str 1\n", "!!str 1");
    value_stands_on("v: &x\nw: *x\n", "&x");
    value_stands_on("w: &x 1\nv: *x\n", "*x");
    value_stands_on("v:\n", "");
    value_stands_on("---\n# \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\n"
                    "\xC3\xA9: 1\nv: \xE2\x82\xAC uro\n",
                    "\xE2\x82\xAC uro");
    value_stands_on("\xEF\xBB\xBF---\nv: a\n", "a");
    value_stands_on("a: 1\r\nv: [\r\n 1]\r\n", "[\r\n 1]");
}

static void keys_stand_where_they_are_written(void **state)
{
    (void)state;
    struct reading r;
    read_file(&r, STR("'a': 1\non : 2\n? c\n: d\n&x e: 3\n"));
    static const char *const want[] = {"'a'", "on", "c", "&x e"};
    size_t i = 0;
    for (struct entry e = map_first(r.docs.items[0].root); e.key; e = map_next(e))
        stands_on(&r, e.key, want[i++]);
    assert_int_equal(i, ARRAY_LEN(want));
    stands_on(&r, r.docs.items[0].root, "'a': 1\non : 2\n? c\n: d\n&x e: 3");
    done(&r);
}

static void text_is_shared_with_the_source(void **state)
{
    (void)state;
    struct reading r;
    read_file(&r, STR("- plain\n- 'single'\n- \"double\"\n- 'it''s'\n"));
    const struct str text = r.source->text;
    for (struct item it = list_first(r.docs.items[0].root); it.value; it = list_next(it)) {
        const char *const p = node_text(it.value).p;
        assert_int_equal(p >= text.p && p < text.p + text.n, it.index < 3);
    }
    done(&r);
}

static void documents_cover_the_file(void **state)
{
    (void)state;
    struct reading r;
    read_file(&r, STR("# one\na: 1\n---\n# two\nb: 2\n"));
    assert_int_equal(r.docs.n, 2);
    assert_int_equal(r.docs.items[0].span.start, 0);
    assert_int_equal(r.docs.items[0].span.end, 11);
    assert_int_equal(r.docs.items[1].span.start, 15);
    assert_int_equal(r.docs.items[1].span.end, 26);
    done(&r);
}

static void streams_know_document_marks(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(&arena, STR("a"), STR("--- a\n...\n--- b\n---\n- c\n"));
    assert_int_equal(doc_read_stream(&arena, source, &diags, &docs), 0);
    assert_int_equal(diags.n, 0);
    assert_int_equal(docs.n, 3);
    assert_true(str_is(node_text(docs.items[1].root), "b"));
    assert_int_equal(docs.items[2].root->kind, NODE_LIST);
    diags_release(&diags);
    arena_release(&arena);
}

/* ---- encodings ---- */

static void utf16_is_converted(void **state)
{
    (void)state;
    struct reading r;
    read_file(&r, STR("\xFF\xFE"
                      "a\0:\0 \0\xAC\x20\x3D\xD8\x00\xDE\n\0"));
    assert_int_equal(r.diags.n, 0);
    assert_true(str_is(r.source->text, "a: \xE2\x82\xAC\xF0\x9F\x98\x80\n"));
    assert_true(
        str_is(node_get_text(r.docs.items[0].root, STR("a")), "\xE2\x82\xAC\xF0\x9F\x98\x80"));
    done(&r);
    read_file(&r, STR("\xFE\xFF\0a\0:\0 \0b\0\n"));
    assert_true(str_is(node_get_text(r.docs.items[0].root, STR("a")), "b"));
    done(&r);
}

static void refuses_bytes(struct str text, uint32_t at)
{
    struct reading r;
    read_file(&r, text);
    assert_true(r.docs.n > 0);
    assert_true(r.docs.items[0].broken);
    assert_int_equal(r.diags.n, 1);
    assert_string_equal(r.diags.items[0].rule->id, "yaml/encoding");
    assert_int_equal(r.diags.items[0].span.start, at);
    assert_true(r.diags.items[0].hint.n > 0);
    done(&r);
}

static void bad_bytes_are_refused(void **state)
{
    (void)state;
    refuses_bytes(STR("a: b\nc: \xFF\n"), 8);
    refuses_bytes(STR("a: \xC3\n"), 3);
    refuses_bytes(STR("a: \xED\xA0\x80\n"), 3);
    refuses_bytes(STR("a: \x01\n"), 3);
    refuses_bytes(STR("a: \0\n"), 3);
    refuses_bytes(STR("a: \x7F\n"), 3);
    refuses_bytes(STR("a: \xC2\x80\n"), 3);
    refuses_bytes(STR("a: \xEF\xBF\xBE\n"), 3);
    refuses_bytes(STR("a: 1\n\xEF\xBB\xBF"
                      "b: 2\n"),
                  5);
    refuses_bytes(STR("\xFF\xFE"
                      "a\0:"),
                  1);
    struct reading r;
    read_file(&r, STR("a: \xFF\n---\nb: \xC2\x85\n"));
    assert_true(r.docs.items[0].broken);
    assert_false(r.docs.items[1].broken);
    done(&r);
}

/* ---- words ---- */

struct complaint {
    const char *text;
    const char *rule;
    uint32_t line;
    uint32_t column;
    const char *message; /* its beginning */
};

static const struct complaint complaints[] = {
    {"a: b: c\n", "yaml/syntax", 1, 5, "a key and its ':' can't stand here"},
    {"a: 1\n\tb: 2\n", "yaml/syntax", 2, 1, "a tab stands in the indentation"},
    {"a:\n  b: 1\n c: 2\n", "yaml/syntax", 3, 2, "this line does not fit the indentation"},
    {"a: 'b\nc: d\n", "yaml/syntax", 1, 4, "the quote that opens here is never closed"},
    {"a: [b, c\nd: e\n", "yaml/syntax", 2, 2, "expected ',' or ']'"},
    {"a: {b: c\nd: e\n", "yaml/syntax", 2, 2, "expected ',' or '}'"},
    {"a: 1\nb\nc: 2\n", "yaml/syntax", 2, 1, "this line has no ': ' after its key"},
    {"a: @b\n", "yaml/syntax", 1, 4, "a value can't start with '@'"},
    {"a: *.b\n", "yaml/syntax", 1, 4, "'*' starts an alias"},
    {"a: | b\n", "yaml/syntax", 1, 6, "text stands behind the | or >"},
    {"a: \"\\/\"\n", "yaml/syntax", 1, 5, "the escape \\/ is JSON"},
    {"a: \"\\q\"\n", "yaml/syntax", 1, 5, "this backslash escape is not known"},
    {"a: [b?c]\n", "yaml/syntax", 1, 5, "a '?' can't stand in text between brackets"},
    {"a: - b\n", "yaml/syntax", 1, 4, "a '- ' list item can't stand here"},
    {"%YAML 1.2\n...\n", "yaml/directive", 1, 1, "kubectl takes a directive"},
    {"%FOO\na: 1\n", "yaml/directive", 1, 1, "the line starts with an unknown directive"},
    {"- a\nb: c\n", "yaml/syntax", 2, 1, "this line does not fit the list"},
};

static void syntax_errors_are_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(complaints); i++) {
        const struct complaint *want = &complaints[i];
        struct reading r;
        read_file(&r, str_from(want->text));
        assert_int_equal(r.docs.n, 1);
        assert_true(r.docs.items[0].broken);
        assert_int_equal(r.diags.n, 1);
        const struct diag *diag = &r.diags.items[0];
        const struct place place = source_place(r.source, diag->span.start);
        if (strcmp(diag->rule->id, want->rule) != 0 || place.line != want->line ||
            place.column != want->column || !str_starts(diag->message, str_from(want->message)))
            fail_msg("%s: %s at %u:%u: %.*s", want->text, diag->rule->id, place.line, place.column,
                     STR_FMT(diag->message));
        assert_true(diag->hint.n > 0);
        done(&r);
    }
}

static void yaml_1_2_is_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(&arena, STR("a"), STR("%YAML 1.2\n---\na: 1\n"));
    assert_int_equal(doc_read_stream(&arena, source, &diags, &docs), 0);
    assert_true(docs.items[0].broken);
    assert_string_equal(diags.items[0].rule->id, "yaml/directive");
    diags_release(&diags);
    docs = (struct doc_list){0};
    source = source_new(&arena, STR("a"), STR("%YAML 1.1\n---\na: 1\n"));
    assert_int_equal(doc_read_stream(&arena, source, &diags, &docs), 0);
    assert_int_equal(diags.n, 0);
    diags_release(&diags);
    arena_release(&arena);
}

int test_yaml_place(void);
int test_yaml_place(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_where_they_are_written),
        cmocka_unit_test(keys_stand_where_they_are_written),
        cmocka_unit_test(text_is_shared_with_the_source),
        cmocka_unit_test(documents_cover_the_file),
        cmocka_unit_test(streams_know_document_marks),
        cmocka_unit_test(utf16_is_converted),
        cmocka_unit_test(bad_bytes_are_refused),
        cmocka_unit_test(syntax_errors_are_explained),
        cmocka_unit_test(yaml_1_2_is_refused),
    };
    return cmocka_run_group_tests_name("doc yaml places", tests, NULL, NULL);
}
