/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling documents into text: what it says, that order and repetition do not matter. */
#include "unit/unit.h"

#include "base/file.h"
#include "schema/schema.h"
#include "schema/schema_text.h"

#define DATA TESTS_DIR "/unit/schema/data/"

struct folder {
    struct arena arena;
    struct diags diags;
    char path[256];
};

static void folder_make(struct folder *folder)
{
    *folder = (struct folder){0};
    snprintf(folder->path, sizeof folder->path, "%s/tidegate-schema-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(folder->path));
}

static struct str in_folder(struct folder *folder, const char *name)
{
    return path_join(&folder->arena, str_from(folder->path), str_from(name));
}

static struct str read_file(struct folder *folder, const char *name)
{
    struct str text;
    assert_int_equal(file_read(&folder->arena, str_to_c(&folder->arena, in_folder(folder, name)),
                               1 << 20, &text),
                     0);
    return text;
}

static const char *const files[] = {
    "minors.txt",        "enums.txt", "kinds.txt", "types/shop.v1.txt", "types/shop.v1beta1.txt",
    "types/meta.v1.txt",
};

static void folder_drop(struct folder *folder)
{
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        (void)remove(str_to_c(&folder->arena, in_folder(folder, files[i])));
    (void)remove(str_to_c(&folder->arena, in_folder(folder, "lifecycle.txt")));
    (void)remove(str_to_c(&folder->arena, in_folder(folder, "types")));
    assert_int_equal(remove(folder->path), 0);
    diags_release(&folder->diags);
    arena_release(&folder->arena);
}

static struct doc read_doc(struct folder *folder, const char *name)
{
    struct str text;
    struct doc doc = {0};
    const char *path =
        str_to_c(&folder->arena, path_join(&folder->arena, str_from(DATA), str_from(name)));
    assert_int_equal(file_read(&folder->arena, path, 1 << 20, &text), 0);
    struct source *source = source_new(&folder->arena, str_from(name), text);
    assert_int_equal(doc_read_json(&folder->arena, source, &folder->diags, &doc), 0);
    assert_non_null(doc.root);
    return doc;
}

static int compile(struct folder *folder, const char *openapi, const char *discovery,
                   unsigned minor)
{
    struct doc doc = read_doc(folder, openapi);
    const struct schema_input input = {
        .source = doc.source,
        .openapi = doc.root,
        .discovery = {discovery ? read_doc(folder, discovery).root : NULL},
        .minor = minor,
    };
    return schema_compile(&folder->arena, &input, folder->path, &folder->diags);
}

static void assert_has(struct str text, const char *part)
{
    if (!str_has(text, str_from(part)))
        fail_msg("'%s' is not in:\n%.*s", part, STR_FMT(text));
}

static void facts_are_written(void **state)
{
    struct folder folder;
    (void)state;
    folder_make(&folder);
    assert_int_equal(compile(&folder, "openapi-old.json", NULL, 30), 0);
    assert_int_equal(compile(&folder, "openapi-new.json", NULL, 31), 0);
    struct str types = read_file(&folder, "types/shop.v1.txt");
    assert_has(types, "package org.example.api.shop.v1\n");
    assert_has(types, "\nBasketSpec\n  bytes {bytes}\n  gone string @-30\n  limits {quantity}\n"
                      "  parts [Part] @31- keys=name,kind list=map required\n"
                      "  parts [string] @-30\n  port int-or-string\n"
                      "  size int32 @-30 required\n  size int64 @31- required\n"
                      "  wrap string @31-\n");
    assert_has(types, "\nPart @31-\n  kind string\n  name string\n");
    assert_has(read_file(&folder, "types/meta.v1.txt"), "  creationTimestamp time\n");
    assert_has(read_file(&folder, "enums.txt"),
               "\nshop.v1.BasketSpec.wrap @31-\n  \"\"\n  \"gift wrap\"\n  \"say \\\"hi\\\"\"\n"
               "  plain\n");
    assert_has(read_file(&folder, "kinds.txt"),
               "\nshop/v1\n  Basket shop.v1.Basket create namespaced plural=baskets served\n"
               "  BasketList shop.v1.BasketList list served\n"
               "\nshop/v1beta1 @31-\n  Voucher shop.v1beta1.Voucher create plural=vouchers\n"
               "\nv1\n  List any list served\n");
    assert_true(str_is(read_file(&folder, "minors.txt"), "30 31\n"));
    folder_drop(&folder);
}

static void discovery_says_what_is_served(void **state)
{
    struct folder folder;
    (void)state;
    folder_make(&folder);
    assert_int_equal(compile(&folder, "openapi-new.json", "discovery.json", 31), 0);
    struct str kinds = read_file(&folder, "kinds.txt");
    assert_has(kinds, "  Voucher shop.v1beta1.Voucher create plural=vouchers served\n");
    assert_has(kinds, "  Basket shop.v1.Basket create namespaced plural=baskets\n");
    folder_drop(&folder);
}

static void betas_are_served_when_lifecycle_says_so(void **state)
{
    struct folder folder;
    (void)state;
    folder_make(&folder);
    const char *path = str_to_c(&folder.arena, in_folder(&folder, "lifecycle.txt"));
    assert_int_equal(file_write(path, STR("on-by-default shop/v1beta1\n")), 0);
    assert_int_equal(compile(&folder, "openapi-new.json", NULL, 31), 0);
    assert_has(read_file(&folder, "kinds.txt"), "plural=vouchers served\n");
    folder_drop(&folder);
}

static void order_and_repetition_do_not_matter(void **state)
{
    static const char *const docs[] = {"openapi-old.json", "openapi-new.json", "openapi-old.json",
                                       "openapi-new.json"};
    static const unsigned orders[][6] = {
        {30, 31, 32, 33, 33, 30}, {33, 30, 32, 31, 31, 31}, {31, 33, 30, 32, 33, 30}};
    struct folder folders[ARRAY_LEN(orders)];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        folder_make(&folders[i]);
        /* a wrong document at first, put right by the right one */
        assert_int_equal(compile(&folders[i], "openapi-new.json", NULL, 30), 0);
        for (size_t k = 0; k < ARRAY_LEN(orders[i]); k++)
            assert_int_equal(compile(&folders[i], docs[orders[i][k] - 30], NULL, orders[i][k]), 0);
    }
    for (size_t i = 1; i < ARRAY_LEN(orders); i++) {
        for (size_t f = 0; f < ARRAY_LEN(files); f++) {
            struct str a = read_file(&folders[0], files[f]);
            struct str b = read_file(&folders[i], files[f]);
            if (!str_eq(a, b))
                fail_msg("%s: %.*s\n--- %.*s", files[f], STR_FMT(a), STR_FMT(b));
        }
    }
    assert_has(read_file(&folders[0], "types/shop.v1.txt"), "  gone string @-30,32\n");
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        folder_drop(&folders[i]);
}

static void types_that_are_gone_leave_no_file(void **state)
{
    struct folder folder;
    struct str text;
    (void)state;
    folder_make(&folder);
    assert_int_equal(compile(&folder, "openapi-new.json", NULL, 31), 0);
    assert_int_equal(compile(&folder, "openapi-old.json", NULL, 31), 0);
    const char *path = str_to_c(&folder.arena, in_folder(&folder, "types/shop.v1beta1.txt"));
    assert_int_equal(file_read(&folder.arena, path, 1 << 20, &text), -ENOENT);
    folder_drop(&folder);
}

/* What is committed is what the compiler writes: nobody edited it by hand. */
static void the_committed_text_is_as_written(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    struct schema_text text = {.arena = &arena};
    struct str schemas = STR(TESTS_DIR "/../schemas");
    (void)state;
    assert_int_equal(schema_text_read(&text, schemas.p, &diags), 0);
    assert_true(text.types.n > 40 && text.lifecycles.n > 100);
    text.types.arena = &arena;
    map_put(&text.types, STR("../enums"), &text.enums);
    map_put(&text.types, STR("../kinds"), &text.kinds);
    for (size_t i = 0; i < text.types.n; i++) {
        SCOPED(buf) struct buf out;
        struct str old;
        struct str path = str_format(&arena, "%.*s/types/%.*s.txt", STR_FMT(schemas),
                                     STR_FMT(text.types.entries[i].key));
        buf_init(&out, 16 << 20);
        facts_write(&out, &arena, text.types.entries[i].value, text.minors);
        assert_int_equal(file_read(&arena, str_to_c(&arena, path), 16 << 20, &old), 0);
        if (!str_eq(buf_str(&out), old))
            fail_msg("%.*s is not as `tidegate schemas compile` writes it", STR_FMT(path));
    }
}

static void what_is_no_document_is_refused(void **state)
{
    struct folder folder;
    (void)state;
    folder_make(&folder);
    assert_int_equal(compile(&folder, "discovery.json", NULL, 31), -1);
    assert_int_equal(compile(&folder, "openapi-new.json", "openapi-new.json", 31), -1);
    assert_int_equal(compile(&folder, "openapi-new.json", NULL, 64), -1);
    assert_int_equal(folder.diags.n, 3);
    assert_true(folder.diags.items[0].rule == rule_get(RULE_CONFIG_SYNTAX));
    (void)remove(str_to_c(&folder.arena, in_folder(&folder, "types")));
    assert_int_equal(remove(folder.path), 0);
    diags_release(&folder.diags);
    arena_release(&folder.arena);
}

/* A name that would become two words of a line. */
static void names_that_are_no_words_are_refused(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct folder folder;
    struct doc doc;
    (void)state;
    folder_make(&folder);
    struct source *source =
        source_new(&arena, STR("x.json"),
                   STR("{\"swagger\":\"2.0\",\"paths\":{\"/x\":{}},\"definitions\":{\"a.v1.K\":{"
                       "\"properties\":{\"f\":{\"type\":\"string\","
                       "\"x-kubernetes-list-type\":\"two words\"}}}}}"));
    assert_int_equal(doc_read_json(&arena, source, &folder.diags, &doc), 0);
    const struct schema_input input = {.source = source, .openapi = doc.root, .minor = 30};
    assert_int_equal(schema_compile(&arena, &input, folder.path, &folder.diags), -1);
    assert_int_equal(folder.diags.n, 1);
    folder_drop(&folder);
}

static void broken_text_is_reported_in_its_place(void **state)
{
    static const struct {
        const char *text;
        uint32_t line, column;
    } cases[] = {
        {"  a string\n", 1, 1},
        {"A\n  a\n", 2, 3},
        {"A @x\n", 1, 3},
        {"A\n  a string @31-30-\n", 2, 12},
        {"A\n  a string list=map@\n  a string\n", 3, 3},
        {"A\nA\n", 2, 1},
        {"A b\n", 1, 3},
        {"A\n  a string required@9x\n", 2, 12},
        {"A @99\n", 1, 3},
        {"A\n  a\tb c\n", 2, 1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        SCOPED(arena) struct arena arena = {0};
        SCOPED(diags) struct diags diags = {0};
        struct facts facts = {0};
        struct source *source = source_new(&arena, STR("x.txt"), str_from(cases[i].text));
        if (facts_read(&arena, source, TYPE_LINE_WORDS, minor_bit(30), &diags, &facts) != -1)
            fail_msg("accepted: %s", cases[i].text);
        assert_int_equal(diags.n, 1);
        struct place place = source_place(source, diags.items[0].span.start);
        assert_int_equal(place.line, cases[i].line);
        assert_int_equal(place.column, cases[i].column);
    }
}

static void lifecycles_are_read(void **state)
{
    static const char *const bad[] = {"  removed 1.2\n",         "apps/v1\n",
                                      "v1 Pod\n  removed 2.1\n", "v1 Pod\n  gone 1.2\n",
                                      "v1 Pod\n  note\n",        "v1 Pod\n  scope all\n"};
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    struct lifecycles rows = {0};
    struct source *source = source_new(&arena, STR("lifecycle.txt"),
                                       STR("# x\n\na/v1 K L\n  removed 1.16\n  use b/v1 M\n"
                                           "  note two words\n  scope cluster\nv1 P\n"));
    (void)state;
    assert_int_equal(lifecycles_read(&arena, source, &diags, &rows), 0);
    assert_int_equal(rows.n, 3);
    assert_true(str_is(rows.items[1].kind, "L") && str_is(rows.items[1].replacement, "b/v1 M"));
    assert_true(str_is(rows.items[1].note, "two words") && rows.items[1].removed == 16);
    assert_false(rows.items[0].namespaced);
    assert_true(rows.items[2].namespaced);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct lifecycles none = {0};
        source = source_new(&arena, STR("lifecycle.txt"), str_from(bad[i]));
        if (lifecycles_read(&arena, source, &diags, &none) != -1)
            fail_msg("accepted: %s", bad[i]);
    }
}

int test_compile(void);

int test_compile(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_written),
        cmocka_unit_test(discovery_says_what_is_served),
        cmocka_unit_test(betas_are_served_when_lifecycle_says_so),
        cmocka_unit_test(order_and_repetition_do_not_matter),
        cmocka_unit_test(types_that_are_gone_leave_no_file),
        cmocka_unit_test(the_committed_text_is_as_written),
        cmocka_unit_test(what_is_no_document_is_refused),
        cmocka_unit_test(names_that_are_no_words_are_refused),
        cmocka_unit_test(broken_text_is_reported_in_its_place),
        cmocka_unit_test(lifecycles_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
