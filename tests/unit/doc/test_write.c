/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON and YAML, and that what was written reads back as the same tree. */
#include "unit/unit.h"

#include "doc/doc.h"

static const struct node *read_json(struct arena *arena, struct str text)
{
    struct diags diags = {0};
    struct doc doc;
    struct source *source = source_new(arena, STR("x"), text);
    assert_int_equal(doc_read_json(arena, source, &diags, &doc), 0);
    if (!doc.root)
        fail_msg("%.*s", STR_FMT(text));
    diags_release(&diags);
    return doc.root;
}

static void writes_json(const char *text, unsigned indent, const char *want)
{
    struct arena arena = {0};
    SCOPED(buf) struct buf out;
    buf_init(&out, 1 << 20);
    doc_write_json(&out, read_json(&arena, str_from(text)), indent);
    assert_string_equal(out.p, want);
    arena_release(&arena);
}

static void writes_yaml(const char *text, const char *want)
{
    struct arena arena = {0};
    SCOPED(buf) struct buf out;
    buf_init(&out, 1 << 20);
    doc_write_yaml(&out, read_json(&arena, str_from(text)));
    assert_string_equal(out.p, want);
    arena_release(&arena);
}

static void trees_become_json(void **state)
{
    (void)state;
    writes_json("{\"a\":[1,{\"b\":null}],\"c\":{},\"d\":[]}", 0,
                "{\"a\":[1,{\"b\":null}],\"c\":{},\"d\":[]}");
    writes_json("{\"a\":[1,{\"b\":null}],\"c\":{},\"d\":[]}", 2,
                "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n"
                "  \"d\": []\n}");
    writes_json("[]", 2, "[]");
}

/* Numbers of YAML become what Go's encoder would write. */
static void numbers_become_canonical(void **state)
{
    static const struct {
        enum node_kind kind;
        const char *text;
        const char *want;
    } cases[] = {
        {NODE_INT, "0x1F", "31"},  {NODE_INT, "1_000", "1000"},
        {NODE_INT, "-010", "-8"},  {NODE_UINT, "0xFFFFFFFFFFFFFFFF", "18446744073709551615"},
        {NODE_FLOAT, "3.0", "3"},  {NODE_FLOAT, "0888", "888"},
        {NODE_FLOAT, ".5", "0.5"}, {NODE_FLOAT, "1e-7", "1e-7"},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        SCOPED(buf) struct buf out;
        buf_init(&out, 100);
        struct node *node = node_new_text(&arena, str_from(cases[i].text));
        node->kind = (uint8_t)cases[i].kind;
        doc_write_json(&out, node, 0);
        assert_string_equal(out.p, cases[i].want);
    }
    arena_release(&arena);
}

static void reports_are_written(void **state)
{
    SCOPED(buf) struct buf out;
    struct jsonw w = {.out = &out};
    (void)state;
    buf_init(&out, 1 << 10);
    jsonw_open_map(&w);
    jsonw_put_text(&w, "a", STR("x\"\\\n\x01"));
    jsonw_put_i64(&w, "n", INT64_MIN);
    jsonw_key(&w, "l");
    jsonw_open_list(&w);
    jsonw_bool(&w, true);
    jsonw_null(&w);
    jsonw_open_map(&w);
    jsonw_close_map(&w);
    jsonw_close_list(&w);
    jsonw_put_text(&w, "z", (struct str){0});
    jsonw_close_map(&w);
    assert_string_equal(out.p, "{\"a\":\"x\\\"\\\\\\n\\u0001\",\"n\":-9223372036854775808,"
                               "\"l\":[true,null,{}],\"z\":\"\"}");
}

static void what_terminals_obey_is_escaped(void **state)
{
    SCOPED(buf) struct buf out;
    (void)state;
    buf_init(&out, 1 << 10);
    jsonw_quote(&out, STR("\x1B[2J\x7F\xC2\x9B\xE2\x80\xAE\xE2\x80\xA8 \xC3\xA9 \xFF</script>"));
    assert_string_equal(out.p, "\"\\u001b[2J\\u007f\\u009b\\u202e\\u2028 \xC3\xA9 "
                               "\xEF\xBF\xBD</script>\"");
}

static void trees_become_yaml(void **state)
{
    (void)state;
    writes_yaml("{\"a\":{\"b\":[1,{\"c\":\"x\",\"d\":[[true],{}]}]},\"e\":[],\"f\":null}",
                "a:\n  b:\n  - 1\n  - c: x\n    d:\n    - - true\n    - {}\ne: []\nf: null\n");
    writes_yaml("[]", "[]\n");
    writes_yaml("\"x\"", "x\n");
    writes_yaml("\"x\\ny\"", "\"x\\ny\"\n");
    writes_yaml("{\"a\":\"x\\ny\\n\",\"b\":\"x\\n\\n  y\",\"c\":\"x\\n\\n\"}",
                "a: |\n  x\n  y\nb: |-\n  x\n\n    y\nc: |+\n  x\n\n");
    writes_yaml("[\"x\\ny\\n\",[\"z\\n\"]]", "- |\n  x\n  y\n- - |\n    z\n");
    writes_yaml("{\"a\":\" x\\ny\",\"b\":\"\\nx\",\"c\":\"x\\n \",\"d\":\"x\\r\\n\"}",
                "a: \" x\\ny\"\nb: \"\\nx\"\nc: \"x\\n \"\nd: \"x\\r\\n\"\n");
}

/* One text a line: those that stand plain, and those that some reader would take for something
 * else. */
static const char plain_texts[] =
    "web\na b\nnginx:1.25\nhttp://x/y?z=1#f\n500Mi\n10m\na#b\n-n\n--flag=1\n8080/tcp\n/bin/sh\n"
    "it's\na\"b\nv1\n1.2.3-rc\na, b\n\xC3\xA9\nyesterday\n";
static const char quoted_texts[] =
    " a\na \n~\nnull\nNull\ntrue\nYES\non\nOff\ny\nN\n"
    "1\n012\n1_000\n0x1F\n1.5\n.5\n1e3\n+1\n-1\n12:30\n2024-01-02\n.inf\n-.INF\n.NaN\n0b1\n0o7\n"
    "=\n<<\na: b\na #b\na:\n- a\n-\n---\n---x\n...\n? a\n: a\n[a\n{a\n]\n}\n,\n#a\n&a\n*a\n!a\n"
    "|\n>\n'a'\n\"a\"\n%a\n@a\n`a\na\tb\n\xC2\x85\n\xEF\xBB\xBF\n\x7F\n\xEF\xBF\xBE\n";

static void each_is_quoted(const char *texts, bool quoted)
{
    struct arena arena = {0};
    struct str rest = str_from(texts);
    struct str text;
    while (str_split(&rest, '\n', &text)) {
        SCOPED(buf) struct buf out;
        buf_init(&out, 1000);
        doc_write_yaml(&out, node_new_text(&arena, text));
        if ((out.p[0] == '"') != quoted)
            fail_msg("%s", out.p);
    }
    arena_release(&arena);
}

static void text_is_quoted_where_it_must_be(void **state)
{
    (void)state;
    each_is_quoted(plain_texts, false);
    each_is_quoted(quoted_texts, true);
    writes_yaml("\"\"", "\"\"\n");
}

/* ---- generated trees ---- */

static uint32_t roll(uint64_t *seed, uint32_t sides)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % sides;
}

/* Pieces that mean something to YAML when they meet. */
static struct str make_text(struct arena *arena, uint64_t *seed)
{
    static const char *const pieces[] = {
        "a",
        "b c",
        "\n",
        " ",
        ":",
        "#",
        "-",
        "'",
        "\"",
        "\\",
        "\t",
        "1",
        "0x",
        ".",
        "e5",
        "on",
        "~",
        "!",
        "&",
        "*",
        "---",
        "? ",
        "|",
        ">",
        "%",
        "@",
        "{",
        "]",
        ",",
        "\n\n",
        "\r",
        "é",
        "\xF0\x9F\x98\x80",
        "\xE2\x80\xA8",
        "\xC2\xA0",
        "y",
        "=",
        "<<",
        "_",
    };
    SCOPED(buf) struct buf text;
    buf_init(&text, 1 << 12);
    for (uint32_t n = roll(seed, 6); n > 0; n--)
        buf_add_c(&text, pieces[roll(seed, ARRAY_LEN(pieces))]);
    return str_dup(arena, buf_str(&text));
}

static struct node *make_scalar(struct arena *arena, uint64_t *seed)
{
    static const char *const floats[] = {"0.5", "1e21", "-2.5e-9", "1e100", "3.0", "1e19"};
    switch (roll(seed, 8)) {
    case 0:
        return node_new(arena, NODE_NULL);
    case 1:
        return node_new_bool(arena, roll(seed, 2));
    case 2:
        return node_new_i64(arena, (int64_t)(*seed >> roll(seed, 64)));
    case 3: {
        struct node *node = node_new_text(arena, str_from(floats[roll(seed, ARRAY_LEN(floats))]));
        node->kind = NODE_FLOAT;
        return node;
    }
    default:
        return node_new_text(arena, make_text(arena, seed));
    }
}

static struct node *make_tree(struct arena *arena, uint64_t *seed, unsigned depth)
{
    const uint32_t kind = depth ? roll(seed, 3) : 2;
    if (kind == 2)
        return make_scalar(arena, seed);
    struct node *node = node_new(arena, kind ? NODE_MAP : NODE_LIST);
    for (uint32_t n = roll(seed, 5); n > 0; n--) {
        struct node *child = make_tree(arena, seed, depth - 1);
        if (kind)
            node_put(arena, node, make_text(arena, seed), child);
        else
            node_add(node, child);
    }
    return node;
}

static const struct node *read_yaml(struct arena *arena, struct str text)
{
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(arena, STR("x"), text);
    assert_int_equal(doc_read_stream(arena, source, &diags, &docs), 0);
    if (docs.n != 1 || diags.n)
        fail_msg("%zu documents, %.*s:\n%.*s", docs.n,
                 STR_FMT(diags.n ? diags.items[0].message : STR("no finding")), STR_FMT(text));
    return docs.items[0].root;
}

static void trees_read_back(void **state)
{
    uint64_t seed = 1;
    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        struct arena arena = {0};
        const struct node *tree = make_tree(&arena, &seed, 4);
        SCOPED(buf) struct buf yaml;
        SCOPED(buf) struct buf text;
        buf_init(&yaml, 1 << 20);
        buf_init(&text, 1 << 20);
        doc_write_json(&text, tree, i % 3);
        if (!node_equal(read_json(&arena, buf_str(&text)), tree))
            fail_msg("%s", text.p);
        doc_write_yaml(&yaml, tree);
        if (!node_equal(read_yaml(&arena, buf_str(&yaml)), tree))
            fail_msg("%s\n%s", text.p, yaml.p);
        arena_release(&arena);
    }
}

static void long_keys_read_back(void **state)
{
    struct arena arena = {0};
    SCOPED(buf) struct buf key;
    SCOPED(buf) struct buf yaml;
    (void)state;
    buf_init(&key, 1 << 20);
    buf_init(&yaml, 1 << 20);
    buf_add_n(&key, 'k', 5000);
    struct node *map = node_new(&arena, NODE_MAP);
    struct node *inner = node_new(&arena, NODE_MAP);
    node_put(&arena, inner, buf_str(&key), node_new_i64(&arena, 1));
    buf_add_char(&key, ' ');
    node_put(&arena, map, buf_str(&key), inner);
    struct node *list = node_new(&arena, NODE_LIST);
    node_add(list, map);
    doc_write_yaml(&yaml, list);
    assert_true(node_equal(read_yaml(&arena, buf_str(&yaml)), list));
    arena_release(&arena);
}

int test_write(void);
int test_write(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_become_json),   cmocka_unit_test(numbers_become_canonical),
        cmocka_unit_test(reports_are_written), cmocka_unit_test(what_terminals_obey_is_escaped),
        cmocka_unit_test(trees_become_yaml),   cmocka_unit_test(text_is_quoted_where_it_must_be),
        cmocka_unit_test(trees_read_back),     cmocka_unit_test(long_keys_read_back),
    };
    return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
