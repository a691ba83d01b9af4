/* SPDX-License-Identifier: Apache-2.0 */
/* Words of files: no name is overlooked, however it is written, and few files are read in vain. */
#include "unit/unit.h"

#include "base/buf.h"
#include "base/digest.h"
#include "gate/gate_words.h"

int test_words(void);

struct found {
    bool hides;
    bool has;
};

static struct found look(struct str text, const char *name, const char *with)
{
    struct arena arena SCOPED(arena) = {0};
    struct words_reader *reader = words_reader_new();
    struct words words;
    words_read(reader, text, &arena, &words);
    words_reader_free(reader);
    struct search *search = search_new(&arena);
    search_add(search, str_from(name), str_from(with));
    struct words shown = words;
    shown.hides = false;
    return (struct found){words.hides, search_has(search, &shown)};
}

static void finds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *name;
    } cases[] = {
        {"name: web", "web"},
        {"name: web\n", "web"},
        {"{\"name\":\"web\"}", "web"},
        {"{name: web, kind: X}", "web"},
        {"[web,api]", "web"},
        {"name: 'web'", "web"},
        {"name: \"\\nweb\"", "web"},
        {"name: \"a\\tweb\"", "web"},
        {"name: \"\\\\nweb\"", "nweb"},
        {"name: \"\\u003cweb\"", "web"},
        {"name: \"\\x3cweb\"", "web"},
        {"name: \"\\U0000003cweb\"", "web"},
        {"name: |\n  \\nweb", "nweb"},
        {"apiVersion: stable.example.com/v1", "stable.example.com"},
        {"kind: DeploymentList", "Deployment"},
        {"kind: DeploymentListList", "Deployment"},
        {"kind: List", "List"},
        {"name: we/b", "we/b"},
        {"name: caf\xc3\xa9", "caf\xc3\xa9"},
        {"--- web", "web"},
        {"name: run \\\n  web", "web"},
        {"name: \"web\\\n  \"", "web"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct found found = look(str_from(cases[i].text), cases[i].name, "");
        if (!found.has || found.hides)
            fail_msg("%s: has %d, hides %d", cases[i].text, found.has, found.hides);
    }
}

static void passes_over(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *name;
        const char *with;
    } cases[] = {
        {"name: web-1", "web", ""},
        {"name: webs", "web", ""},
        {"name: a.web", "web", ""},
        {"", "web", ""},
        {"name: web", "web", "Deployment"},
        {"kind: Deployment", "web", "Deployment"},
        {"kind: DeploymentLists", "Deployment", ""},
        {"if [ ! -e x ]; then a != b; fi # 100% !important", "web", ""},
        {"pattern: ^\\d+\\.\\w+$", "web", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct found found = look(str_from(cases[i].text), cases[i].name, cases[i].with);
        if (found.has || found.hides)
            fail_msg("%s: has %d, hides %d", cases[i].text, found.has, found.hides);
    }
}

static void hides(void **state)
{
    (void)state;
    static const struct str cases[] = {
        {"name: \"we\\x62\"", 15},
        {"name: \"we\\u0062\"", 17},
        {"name: \"we\\U00000062\"", 21},
        {"name: \"we\\\n  b\"", 15},
        {"name: \"we\\\r\n  b\"", 16},
        {"name: \"we\\\n\n  b\"", 16},
        {"name: \"we\\\n  \\\n  b\"", 19},
        {"name: \"we\\\xc2\x85 b\"", 14},
        {"name: \"we\\\xe2\x80\xa8 b\"", 15},
        {"name: !!binary d2Vi", 19},
        {"name: !<tag:yaml.org,2002:binary> d2Vi", 38},
        {"name: !!bin%61ry d2Vi", 21},
        {"%TAG !e! tag:yaml.org,2002:\n---\nname: !e!binary d2Vi", 52},
        {"\xff\xfen\0a\0", 6},
        {"\xfe\xff\0n", 4},
        {"name: a\0b", 9},
        {"version https://git-lfs.github.com/spec/v1\n", 43},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (!look(cases[i], "web", "").hides)
            fail_msg("%.*s: does not hide", STR_FMT(cases[i]));
}

static void many_terms(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct buf text SCOPED(buf) = {0};
    buf_init(&text, 1 << 20);
    struct search *search = search_new(&arena);
    struct words none = {.hides = true};
    assert_false(search_has(search, &none));
    for (unsigned i = 0; i < 3000; i++) {
        search_add(search, str_format(&arena, "name-%u", i), STR("Deployment"));
        search_add(search, str_format(&arena, "name-%u", i), STR("Deployment"));
        buf_format(&text, "other-%u ", i);
    }
    assert_int_equal(search_count(search), 3000);
    assert_true(search_has(search, &none));
    struct words_reader *reader = words_reader_new();
    struct words words;
    words_read(reader, buf_str(&text), &arena, &words);
    assert_int_equal(words.n, 3000);
    assert_false(words.hides);
    assert_false(search_has(search, &words));
    buf_add(&text, STR("name-2999"));
    words_read(reader, buf_str(&text), &arena, &words);
    assert_false(search_has(search, &words));
    buf_add(&text, STR(" kind: Deployment"));
    words_read(reader, buf_str(&text), &arena, &words);
    assert_true(search_has(search, &words));
    words_reader_free(reader);
}

/* A name of no words could be anywhere. */
static void no_words(void **state)
{
    (void)state;
    assert_true(look(STR("kind: X"), "\xe6\x97\xa5", "").has);
}

/* When this fails, words_read() says something else than it did: count WORDS_VERSION up. */
static void is_what_is_stored(void **state)
{
    (void)state;
    static const struct str text = {"apiVersion: apps/v1\nkind: DeploymentList # \\n \\x3c\n", 51};
    struct arena arena SCOPED(arena) = {0};
    struct words_reader *reader = words_reader_new();
    struct words words;
    words_read(reader, text, &arena, &words);
    words_reader_free(reader);
    assert_int_equal(words.n, 8);
    uint64_t sum =
        checksum64((struct str){(const char *)words.hashes, words.n * sizeof *words.hashes});
    assert_int_equal(WORDS_VERSION, 1);
    assert_int_equal(sum, UINT64_C(0x25bc9517c8f53e46));
}

int test_words(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),    cmocka_unit_test(passes_over),
        cmocka_unit_test(hides),    cmocka_unit_test(many_terms),
        cmocka_unit_test(no_words), cmocka_unit_test(is_what_is_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
