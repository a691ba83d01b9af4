/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The YAML test suite, judged by what Kubernetes makes of it: ../shared/conformance/yaml holds the
 * inputs and, for each, what go-yaml (`parser`) and Kubernetes clients (`client`) answered. Every
 * difference is in the table below with its reason; one that is missing there and one that is gone
 * both fail.
 */
#include "unit/unit.h"

#include "base/file.h"
#include "doc/doc.h"

enum { FILE_MAX = 16 << 20, PATH_MAX_BYTES = 4096 };

enum deviation_kind {
    WE_REFUSE,    /* Kubernetes reads it, tidegate does not: rare, and never a silent pass */
    READ_AS_JSON, /* the column leaves out that kubectl recognises JSON before it tries YAML */
};

struct deviation {
    const char *column;
    const char *id;
    enum deviation_kind kind;
    const char *reason;
};

static const struct deviation deviations[] = {
    {"client", "4MUZ-00", READ_AS_JSON, "JSON with a line break before the colon"},
    {"client", "Q5MG", READ_AS_JSON, "JSON behind a tab"},
};

struct suite {
    struct arena arena;
    struct doc tests;
    struct doc answers;
};

typedef int reader_fn(struct arena *arena, struct source *source, struct diags *diags,
                      struct doc_list *ret_docs);

static bool load(struct arena *arena, const char *name, struct doc *ret_doc)
{
    const char *shared = getenv("TIDEGATE_SHARED");
    char path[PATH_MAX_BYTES];
    struct str text;
    struct diags diags = {0};
    snprintf(path, sizeof path, "%s/conformance/yaml/%s", shared ? shared : SHARED_DIR, name);
    if (file_read(arena, path, FILE_MAX, &text) < 0)
        return false;
    struct source *source = source_new(arena, STR("suite"), text);
    assert_int_equal(doc_read_json(arena, source, &diags, ret_doc), 0);
    assert_false(ret_doc->broken);
    diags_release(&diags);
    return true;
}

static const struct node *parse_json(struct arena *arena, struct str text)
{
    struct doc doc;
    struct diags diags = {0};
    assert_int_equal(doc_read_json(arena, source_new(arena, STR("want"), text), &diags, &doc), 0);
    assert_false(doc.broken);
    diags_release(&diags);
    return doc.root;
}

static bool is_refused(const struct doc_list *docs, const struct diags *diags)
{
    for (size_t i = 0; i < docs->n; i++) {
        if (docs->items[i].broken)
            return true;
    }
    return diags_worst(diags) == SEVERITY_ERROR;
}

static bool has_documents(struct arena *arena, const struct doc_list *docs, const struct node *want)
{
    struct item item = list_first(want);
    for (size_t i = 0; i < docs->n; i++, item = list_next(item)) {
        if (!item.value)
            return false;
        const struct node *json = parse_json(arena, node_text(item.value));
        const struct node *root = docs->items[i].root;
        if (root ? !node_equal(root, json) : !node_is_null(json))
            return false;
    }
    return !item.value;
}

/* Whether a reader and the answer of Kubernetes agree about one input. */
static bool agrees(reader_fn *read, const struct node *test, const struct node *answer,
                   bool *ret_all_json)
{
    struct arena arena = {0};
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(&arena, STR("input"), node_get_text(test, STR("yaml")));
    diags.at.source = source;
    assert_int_equal(read(&arena, source, &diags, &docs), 0);
    const bool refused = is_refused(&docs, &diags);
    const struct node *json = node_get(answer, STR("json"));
    bool good;
    if (node_get(answer, STR("error")))
        good = refused;
    else
        good = !refused && has_documents(&arena, &docs, json ? json : node_get(test, STR("json")));
    *ret_all_json = !refused;
    for (size_t i = 0; i < docs.n; i++)
        *ret_all_json &= docs.items[i].json;
    diags_release(&diags);
    arena_release(&arena);
    return good;
}

static const struct deviation *deviation_of(const char *column, struct str id)
{
    for (size_t i = 0; i < ARRAY_LEN(deviations); i++) {
        if (str_is(id, deviations[i].id) && strcmp(deviations[i].column, column) == 0)
            return &deviations[i];
    }
    return NULL;
}

static void run_column(const char *column, reader_fn *read)
{
    struct suite suite = {0};
    if (!load(&suite.arena, "yaml-test-suite.json", &suite.tests) ||
        !load(&suite.arena, "kubernetes.json", &suite.answers)) {
        printf("skipped: no ../shared\n");
        arena_release(&suite.arena);
        return;
    }
    size_t good = 0, all = 0, bad = 0;
    struct item answer = list_first(suite.answers.root);
    for (struct item test = list_first(suite.tests.root); test.value;
         test = list_next(test), answer = list_next(answer)) {
        const struct str id = node_get_text(test.value, STR("id"));
        const struct node *said = node_get(answer.value, str_from(column));
        const struct deviation *deviation = deviation_of(column, id);
        bool all_json;
        const bool same = agrees(read, test.value, said, &all_json);
        const bool k8s_refuses = node_get(said, STR("error")) != NULL;
        const bool listed = deviation && k8s_refuses == (deviation->kind == READ_AS_JSON);
        good += same;
        all++;
        if (same != (deviation == NULL) || (deviation && !listed)) {
            printf("%s %.*s: %s\n", column, STR_FMT(id),
                   same ? "is listed as a deviation, but agrees" : "differs and is not listed");
            bad++;
        }
        /* Nothing that Kubernetes refuses may pass, unless kubectl reads it as JSON. */
        if (!same && k8s_refuses && !all_json)
            bad++;
    }
    printf("%s: %zu of %zu as Kubernetes\n", column, good, all);
    arena_release(&suite.arena);
    assert_int_equal(bad, 0);
    assert_true(good * 100 >= all * 97);
}

static void parser_agrees(void **state)
{
    (void)state;
    run_column("parser", doc_read_stream);
}

static void client_agrees(void **state)
{
    (void)state;
    run_column("client", doc_read_file);
}

int test_conformance(void);
int test_conformance(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parser_agrees),
        cmocka_unit_test(client_agrees),
    };
    return cmocka_run_group_tests_name("doc conformance", tests, NULL, NULL);
}
