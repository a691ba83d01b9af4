/* SPDX-License-Identifier: Apache-2.0 */
/* Files of tests: what may stand in them, and the files that they name. */
#include "base/file.h"
#include "base/limits.h"
#include "pack/form.h"
#include "trial/trial_internal.h"

static const struct form_key user_keys[] = {
    {.name = "username", .shape = FORM_TEXT, .may_be_empty = true},
    {.name = "uid", .shape = FORM_TEXT, .may_be_empty = true},
    {.name = "groups", .shape = FORM_LIST, .may_be_empty = true},
    {.name = "extra", .shape = FORM_MAP},
    {0},
};

static const struct form_key access_keys[] = {
    {.name = "user", .shape = FORM_TEXT, .may_be_empty = true},
    {.name = "verb", .shape = FORM_TEXT, .need = FORM_ALWAYS},
    {.name = "group", .shape = FORM_TEXT, .may_be_empty = true},
    {.name = "resource", .shape = FORM_TEXT, .may_be_empty = true},
    {.name = "namespace", .shape = FORM_TEXT, .may_be_empty = true},
    {.name = "subresource", .shape = FORM_TEXT, .may_be_empty = true},
    {.name = "name", .shape = FORM_TEXT, .may_be_empty = true},
    {.name = "path", .shape = FORM_TEXT, .may_be_empty = true},
    {0},
};

static const struct form_key test_keys[] = {
    {.name = "name", .shape = FORM_TEXT, .need = FORM_ALWAYS},
    {.name = "object", .shape = FORM_MANIFEST},
    {.name = "oldObject", .shape = FORM_MANIFEST},
    {.name = "becomes", .shape = FORM_MANIFEST},
    {.name = "operation", .shape = FORM_TEXT, .choices = "CREATE|UPDATE|DELETE"},
    {.name = "user", .shape = FORM_TABLE, .inner = user_keys},
    {.name = "access", .shape = FORM_ENTRIES, .may_be_empty = true, .inner = access_keys},
    {.name = "namespace", .shape = FORM_MAP},
    {.name = "params", .shape = FORM_MAP},
    {.name = "objects", .shape = FORM_MANIFESTS, .may_be_empty = true},
    {.name = "expect", .shape = FORM_TEXT, .need = FORM_ALWAYS, .choices = "pass|fail|skip"},
    {.name = "message", .shape = FORM_TEXT, .may_be_empty = true},
    {.name = "line", .shape = FORM_LINE},
    {0},
};

static const struct form_key file_keys[] = {
    {.name = "policies", .shape = FORM_LIST, .need = FORM_ALWAYS},
    {.name = "tests", .shape = FORM_LIST, .need = FORM_ALWAYS},
    {0},
};

struct reading {
    struct trial *trial;
    struct source *source;
    struct form form;
};

/* ---- objects ---- */

int trial_read_docs(struct arena *arena, struct source *source, struct diags *diags,
                    struct trial_docs *ret_docs)
{
    struct doc_list docs = {0};
    diags->at = (struct diag_at){.source = source};
    int result = doc_read_file(arena, source, diags, &docs);
    for (size_t i = 0; i < docs.n; i++) {
        if (docs.items[i].broken)
            result = -1;
        if (docs.items[i].root)
            VEC_PUSH(arena, ret_docs, docs.items[i]);
    }
    return result;
}

/* A manifest as text has lines of its own. */
static void read_object(struct reading *reading, const struct path *path, const struct node *node,
                        struct trial_object *ret_object)
{
    struct arena *arena = reading->trial->arena;
    if (!node)
        return;
    if (node_kind(node) == NODE_MAP) {
        const struct doc doc = {.source = reading->source, .root = node_real(node)};
        VEC_PUSH(arena, &ret_object->docs, doc);
        ret_object->first_line = source_place(reading->source, node_real(node)->start).line;
        return;
    }
    struct source *source = source_new(arena, reading->source->path, node_text(node));
    struct diags broken SCOPED(diags) = {0};
    ret_object->first_line = 1;
    if (trial_read_docs(arena, source, &broken, &ret_object->docs) < 0)
        form_mistake(&reading->form, path, node, "can't be read: %.*s",
                     STR_FMT(broken.n ? broken.items[0].message : STR("it is no YAML")));
    else if (ret_object->docs.n == 0)
        form_mistake(&reading->form, path, node, "has no object");
}

static void read_one(struct reading *reading, const struct path *test, const char *key,
                     struct trial_object *ret_object)
{
    const struct node *node = node_get(test->node, str_from(key));
    const struct path path = {.up = test, .name = str_from(key), .node = node};
    read_object(reading, &path, node, ret_object);
    if (ret_object->docs.n > 1)
        form_mistake(&reading->form, &path, node, "must be one object");
}

static void read_others(struct reading *reading, const struct path *test, struct trial_test *out)
{
    const struct node *list = node_get(test->node, STR("objects"));
    const struct path path = {.up = test, .name = STR("objects"), .node = list};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct path at = {.up = &path, .index = it.index, .node = it.value};
        struct trial_object object = {0};
        read_object(reading, &at, it.value, &object);
        for (size_t i = 0; i < object.docs.n; i++)
            VEC_PUSH(reading->trial->arena, &out->objects, object.docs.items[i]);
    }
}

/* ---- who asks ---- */

static struct str grant_text(const struct node *map, const char *key, const char *otherwise)
{
    const struct node *value = node_get(map, str_from(key));
    return value ? node_text(value) : str_from(otherwise);
}

/* What is left out of a grant: any name and namespace, no subresource, the core group. */
static void read_access(struct reading *reading, const struct path *test, struct trial_test *out)
{
    const struct node *list = node_get(test->node, STR("access"));
    const struct path path = {.up = test, .name = STR("access"), .node = list};
    out->has_access = list != NULL;
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct path at = {.up = &path, .index = it.index, .node = it.value};
        const bool is_path = node_get(it.value, STR("path"));
        const char *any = is_path ? "" : "*";
        if (!is_path && !node_get(it.value, STR("resource")))
            form_mistake(&reading->form, &at, it.written, "has no resource and no path");
        VEC_PUSH(
            reading->trial->arena, &out->access,
            ((struct cel_grant){.access = {.user = grant_text(it.value, "user", ""),
                                           .path = grant_text(it.value, "path", ""),
                                           .group = grant_text(it.value, "group", ""),
                                           .resource = grant_text(it.value, "resource", ""),
                                           .subresource = grant_text(it.value, "subresource", ""),
                                           .namespace = grant_text(it.value, "namespace", any),
                                           .name = grant_text(it.value, "name", any),
                                           .verb = grant_text(it.value, "verb", "")}}));
    }
    out->user = node_get(test->node, STR("user"));
}

/* ---- tests ---- */

/* order: policy_operation */
static const char *const operations[] = {"CREATE", "UPDATE", "DELETE"};
/* order: trial_verdict */
static const char *const verdicts[] = {"pass", "fail", "skip"};

static void read_operation(struct reading *reading, const struct path *test, struct trial_test *out)
{
    const struct node *written = node_get(test->node, STR("operation"));
    const bool has_object = out->object.docs.n > 0, has_old = out->old.docs.n > 0;
    out->operation = has_old ? POLICY_UPDATE : POLICY_CREATE;
    for (size_t i = 0; written && i < ARRAY_LEN(operations); i++)
        if (str_is(node_text(written), operations[i]))
            out->operation = (enum policy_operation)i;
    if (out->operation == POLICY_DELETE && has_object && has_old)
        form_mistake(&reading->form, test, written,
                     "deletes one object; leave out object or oldObject");
    else if (out->operation == POLICY_CREATE && has_old)
        form_mistake(&reading->form, test, written, "creates an object, so there is no oldObject");
    else if (out->operation == POLICY_UPDATE && (!has_old || !has_object))
        form_mistake(&reading->form, test, test->node,
                     "updates an object, so it needs object and oldObject");
    else if (!has_object && !has_old)
        form_mistake(&reading->form, test, test->node, "has no object");
    if (out->operation == POLICY_DELETE && out->becomes.docs.n)
        form_mistake(&reading->form, test, written, "deletes an object, so it becomes nothing");
    if (out->operation == POLICY_DELETE && has_object && !has_old) {
        out->old = out->object;
        out->object = (struct trial_object){0};
    }
}

static void read_test(struct reading *reading, const struct path *path, const struct node *node,
                      struct trial_tests *tests)
{
    struct trial_test test = {.span = node_span(node)};
    const bool failed = reading->form.failed;
    if (!form_check(&reading->form, test_keys, path))
        return;
    reading->form.failed = false;
    test.name = node_get_text(node, STR("name"));
    test.message = node_get_text(node, STR("message"));
    test.namespace = node_get(node, STR("namespace"));
    test.params = node_get(node, STR("params"));
    (void)node_i64(node_get(node, STR("line")), &test.line);
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
        if (str_is(node_get_text(node, STR("expect")), verdicts[i]))
            test.expect = (enum trial_verdict)i;
    read_one(reading, path, "object", &test.object);
    read_one(reading, path, "oldObject", &test.old);
    read_one(reading, path, "becomes", &test.becomes);
    read_others(reading, path, &test);
    read_access(reading, path, &test);
    if (!reading->form.failed)
        read_operation(reading, path, &test);
    if ((test.message.n || test.line) && test.expect != VERDICT_FAIL)
        form_mistake(&reading->form, path, node,
                     "expects no finding, so it can't have a message or line");
    reading->form.failed |= failed;
    VEC_PUSH(reading->trial->arena, tests, test);
}

/* ---- files that are named ---- */

static void add_doc(struct reading *reading, const struct doc *doc, struct trial_tests *tests)
{
    struct arena *arena = reading->trial->arena;
    struct rule_file rule;
    if (!rule_file_is(doc->root)) {
        VEC_PUSH(arena, &tests->policies, *doc);
        return;
    }
    reading->form.diags->at = (struct diag_at){.source = doc->source};
    if (rule_file_read(arena, doc, RULE_FILE_OWN, reading->form.diags, &rule))
        VEC_PUSH(arena, &tests->rules, rule);
    else
        reading->form.failed = true;
}

static void read_policy(struct reading *reading, const struct path *path, const struct node *node,
                        struct trial_tests *tests)
{
    struct arena *arena = reading->trial->arena;
    struct str text;
    struct trial_docs docs = {0};
    if (node_kind(node) != NODE_STRING) {
        form_mistake(&reading->form, path, node, "must be a path");
        return;
    }
    const struct str file = path_join(arena, path_dir(reading->source->path), node_text(node));
    const int error = file_read(arena, str_to_c(arena, file), LIMIT_FILE_BYTES, &text);
    if (error < 0) {
        form_mistake(&reading->form, path, node, "names %.*s, which can't be read: %s",
                     STR_FMT(file), strerror(-error));
        return;
    }
    if (trial_read_docs(arena, source_new(arena, file, text), reading->form.diags, &docs) < 0)
        reading->form.failed = true;
    for (size_t i = 0; i < docs.n; i++)
        add_doc(reading, &docs.items[i], tests);
    reading->form.diags->at = (struct diag_at){.source = reading->source};
}

int trial_read(struct trial *trial, const struct doc *doc, struct diags *diags,
               struct trial_tests *ret_tests)
{
    struct reading reading = {
        .trial = trial,
        .source = doc->source,
        .form = {
            .arena = trial->arena, .diags = diags, .whole = "the file of tests", .one = "a test"}};
    const struct path root = {.node = doc->root};
    *ret_tests = (struct trial_tests){0};
    diags->at = (struct diag_at){.source = doc->source};
    if (!form_check(&reading.form, file_keys, &root))
        return -1;
    const struct node *policies = node_get(doc->root, STR("policies"));
    const struct path of_policies = {.up = &root, .name = STR("policies"), .node = policies};
    for (struct item it = list_first(policies); it.value; it = list_next(it))
        read_policy(&reading, &(struct path){.up = &of_policies, .index = it.index}, it.value,
                    ret_tests);
    const struct node *list = node_get(doc->root, STR("tests"));
    const struct path of_tests = {.up = &root, .name = STR("tests"), .node = list};
    for (struct item it = list_first(list); it.value; it = list_next(it))
        read_test(&reading,
                  &(struct path){.up = &of_tests, .index = it.index, .node = node_real(it.value)},
                  node_real(it.value), ret_tests);
    return reading.form.failed ? -1 : 0;
}
