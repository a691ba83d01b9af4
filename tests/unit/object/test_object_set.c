/* SPDX-License-Identifier: Apache-2.0 */
/* Documents become objects with identities; lists are unfolded; secrets are masked. */
#include "unit/unit.h"

#include "object/object.h"

struct fixture {
    struct arena arena;
    struct diags diags;
    struct schema_view view;
    struct source *source;
    struct object_set set;
};

static void load(struct fixture *f, const char *text, const char *namespace)
{
    *f = (struct fixture){0};
    struct doc_list docs = {0};
    schema_view_init(&f->view, &f->arena, schema_minor_max());
    f->source = source_new(&f->arena, STR("a.yaml"), str_from(text));
    f->set = (struct object_set){
        .arena = &f->arena, .name = STR("test"), .default_namespace = str_from(namespace)};
    f->diags.at.source = f->source;
    assert_int_equal(doc_read_file(&f->arena, f->source, &f->diags, &docs), 0);
    for (size_t i = 0; i < docs.n; i++)
        object_set_add_doc(&f->set, &f->view, &docs.items[i], &f->diags);
    object_set_index(&f->set);
}

static void release(struct fixture *f)
{
    schema_view_release(&f->view);
    diags_release(&f->diags);
    arena_release(&f->arena);
}

static void check_identity(const struct fixture *f, size_t i, const char *identity)
{
    const struct str have = f->set.items[i].identity;
    if (!str_is(have, identity))
        print_error("%.*s\n", STR_FMT(have));
    assert_true(str_is(have, identity));
}

static void test_identities(void **state)
{
    (void)state;
    struct fixture f;
    load(&f,
         "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n"
         "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: other}}\n---\n"
         "{apiVersion: v1, kind: Namespace, metadata: {name: a, namespace: other}}\n---\n"
         "{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: a}}\n---\n"
         "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}}\n---\n"
         "{apiVersion: v1, kind: ConfigMap, metadata: {generateName: a-}}\n---\n"
         "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}\n",
         "shop");
    assert_int_equal(f.set.n, 7);
    check_identity(&f, 0, "/ConfigMap/shop/a");
    check_identity(&f, 1, "/ConfigMap/other/a");
    check_identity(&f, 2, "/Namespace//a");
    assert_int_equal(object_diag(&f.set.items[2]).namespace.n, 0);
    assert_true(str_is(object_title(&f.arena, &f.set.items[2]), "Namespace a"));
    assert_true(str_is(object_title(&f.arena, &f.set.items[1]), "ConfigMap other/a"));
    check_identity(&f, 3, "apps/Deployment/shop/a");
    check_identity(&f, 4, "example.com/Widget//a");
    check_identity(&f, 5, "");
    assert_true(f.set.items[3].scope_known);
    assert_false(f.set.items[4].scope_known);
    const struct object_index *same = object_set_find(&f.set, STR("/ConfigMap/shop/a"));
    assert_non_null(same);
    assert_int_equal(same->n, 2);
    assert_int_equal(same->items[1], 6);
    assert_null(object_set_find(&f.set, STR("/ConfigMap/shop/b")));
    release(&f);
}

static void test_default_namespace(void **state)
{
    (void)state;
    struct fixture f;
    load(&f, "{apiVersion: v1, kind: Pod, metadata: {name: a}}\n", "");
    assert_int_equal(f.set.n, 1);
    check_identity(&f, 0, "/Pod/default/a");
    release(&f);
}

static void test_lists(void **state)
{
    (void)state;
    struct fixture f;
    load(&f,
         "apiVersion: v1\n"
         "kind: List\n"
         "items:\n"
         "- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n"
         "- 5\n"
         "- apiVersion: apps/v1\n"
         "  kind: DeploymentList\n"
         "  items:\n"
         "  - metadata: {name: b}\n",
         "");
    assert_int_equal(f.set.n, 2);
    check_identity(&f, 0, "/Pod/default/a");
    check_identity(&f, 1, "apps/Deployment/default/b");
    assert_int_equal(f.set.items[0].list_index, 0);
    assert_int_equal(f.set.items[1].list_index, 0);
    assert_int_equal(f.diags.n, 3);
    assert_string_equal(f.diags.items[0].rule->id, "object/list");
    assert_string_equal(f.diags.items[1].rule->id, "api/not-an-object");
    assert_true(str_is(f.diags.items[1].field, "items[1]"));
    assert_int_equal(source_place(f.source, f.diags.items[1].span.start).line, 5);
    assert_string_equal(f.diags.items[2].rule->id, "object/list");
    release(&f);
}

static void test_no_lists(void **state)
{
    (void)state;
    struct fixture f;
    load(&f,
         "apiVersion: example.com/v1\n"
         "kind: AllowList\n"
         "metadata: {name: a}\n"
         "---\n"
         "---\n"
         "- a\n",
         "");
    assert_int_equal(f.set.n, 1);
    assert_int_equal(f.diags.n, 1);
    assert_string_equal(f.diags.items[0].rule->id, "api/not-an-object");
    release(&f);
}

static void test_deep_lists(void **state)
{
    (void)state;
    struct fixture f;
    struct buf text;
    buf_init(&text, 1 << 16);
    for (int i = 0; i < 20; i++)
        buf_add_c(&text, "{apiVersion: v1, kind: List, items: [");
    for (int i = 0; i < 20; i++)
        buf_add_c(&text, "]}");
    load(&f, text.p, "");
    assert_int_equal(f.set.n, 0);
    assert_string_equal(f.diags.items[f.diags.n - 1].rule->id, "limit/depth");
    assert_true(f.diags.limit_hit);
    release(&f);
    buf_release(&text);
}

/* ---- masks ---- */

static bool is_masked(const struct fixture *f, const char *text)
{
    const ptrdiff_t at = str_find(f->source->text, str_from(text));
    assert_true(at >= 0);
    return source_is_masked(f->source, (struct span){(uint32_t)at, (uint32_t)at + 1});
}

static void test_secret(void **state)
{
    (void)state;
    struct fixture f;
    load(&f,
         "apiVersion: v1\n"
         "kind: Secret\n"
         "metadata:\n"
         "  name: visible\n"
         "  annotations:\n"
         "    kubectl.kubernetes.io/last-applied-configuration: applied\n"
         "x: &x anchored\n"
         "data:\n"
         "  key: hidden\n"
         "  other: [listed]\n"
         "stringData:\n"
         "  text: |\n"
         "    block\n"
         "  alias: *x\n"
         "  map: {inner: below}\n",
         "");
    static const char *const hidden[] = {"applied\n", "anchored", "hidden", "listed",
                                         "block",     "inner",    "below"};
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
        assert_true(is_masked(&f, hidden[i]));
    static const char *const shown[] = {"visible", "key:", "text:", "map:"};
    for (size_t i = 0; i < ARRAY_LEN(shown); i++)
        assert_false(is_masked(&f, shown[i]));
    release(&f);
    load(&f, "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: hidden}", "");
    assert_true(is_masked(&f, "hidden"));
    release(&f);
    load(&f, "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: shown}}", "");
    assert_false(is_masked(&f, "shown"));
    release(&f);
}

/* Of two equal keys only one is in the tree, and both values are secrets. */
static void test_secret_with_slips(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "apiVersion: v1\nkind: Secret\nmetadata: {name: shown}\n"
        "data:\n  a: hidden\n  a: b\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: shown}\n"
        "data:\n  a: |\n    x\n    hidden: y\ndata: {b: c}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: shown}\nstringdata:\n  a: hidden\n",
        "apiVersion: core/v1\nkind: Secret\nmetadata: {name: shown}\ndata: {a: hidden, a: b}\n",
        "apiVersion: v1\nkind: secret\nmetadata: {name: shown}\ndata:\n  # was hidden\n  a: b\n",
        "apiVersion: v1\nkind: Sercet\nmetadata: {name: shown}\nstringData: {a: hidden}\n",
        "{apiVersion: v1, kind: Secret, metadata: {name: shown}, data: {a: 'hidden', a: b}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct fixture f;
        load(&f, texts[i], "");
        if (!is_masked(&f, "hidden") || is_masked(&f, "shown") || is_masked(&f, "kind"))
            fail_msg("%s", texts[i]);
        release(&f);
    }
}

static void test_null(void **state)
{
    (void)state;
    struct fixture f;
    load(&f, "null", "");
    assert_int_equal(f.set.n, 0);
    assert_int_equal(f.diags.n, 0);
    release(&f);
    load(&f, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: shown}\n", "");
    assert_false(is_masked(&f, "shown"));
    release(&f);
}

static void test_encrypted(void **state)
{
    (void)state;
    struct fixture f;
    load(&f,
         "apiVersion: v1\n"
         "kind: ConfigMap\n"
         "metadata: {name: a}\n"
         "data: {a: 'ENC[x]', b: shown, also: hidden}\n"
         "sops: {mac: 'ENC[y]', version: 3, encrypted_regex: ^a}\n",
         "");
    assert_true(is_masked(&f, "ENC[x]"));
    assert_true(is_masked(&f, "ENC[y]"));
    assert_true(is_masked(&f, "hidden"));
    assert_false(is_masked(&f, "shown"));
    release(&f);
}

static void test_unparsed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool hidden;
    } rows[] = {
        {"kind: Secret\n", true},         {"{\"kind\": \"Secret\"", true},
        {"kind: 'Secret'", true},         {"kind: SealedSecret\nkind: Secret", true},
        {"stringData: {", true},          {"kind: SealedSecret\n", false},
        {"kind: Pod\n# Secret\n", false}, {"secretName: Secret\n", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct source *source = source_new(&arena, STR("a"), str_from(rows[i].text));
        source_mask_unparsed(source);
        if (source->no_excerpt != rows[i].hidden)
            print_error("%s\n", rows[i].text);
        assert_int_equal(source->no_excerpt, rows[i].hidden);
        arena_release(&arena);
    }
}

int test_object_set(void);
int test_object_set(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_default_namespace),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_no_lists),
        cmocka_unit_test(test_deep_lists),
        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_secret_with_slips),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_encrypted),
        cmocka_unit_test(test_unparsed),
    };
    return cmocka_run_group_tests_name("object sets", tests, NULL, NULL);
}
