/* SPDX-License-Identifier: Apache-2.0 */
/* Files of tests: what may stand in them, and the files that they name. */
#include <stdarg.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "trial/trial_internal.h"

enum shape { SHAPE_TEXT, SHAPE_NUMBER, SHAPE_MAP, SHAPE_LIST, SHAPE_OBJECT };

struct key {
    const char *name;
    enum shape shape;
    bool needed;
    const char *choices; /* a|b of a text; NULL: any */
};

static const struct key file_keys[] = {
    {"policies", SHAPE_LIST, true, NULL},
    {"tests", SHAPE_LIST, true, NULL},
    {0},
};

static const struct key test_keys[] = {
    {"name", SHAPE_TEXT, true, NULL},
    {"object", SHAPE_OBJECT, false, NULL},
    {"oldObject", SHAPE_OBJECT, false, NULL},
    {"becomes", SHAPE_OBJECT, false, NULL},
    {"operation", SHAPE_TEXT, false, "CREATE|UPDATE|DELETE"},
    {"user", SHAPE_MAP, false, NULL},
    {"access", SHAPE_LIST, false, NULL},
    {"namespace", SHAPE_MAP, false, NULL},
    {"params", SHAPE_MAP, false, NULL},
    {"objects", SHAPE_LIST, false, NULL},
    {"expect", SHAPE_TEXT, true, "pass|fail|skip"},
    {"message", SHAPE_TEXT, false, NULL},
    {"line", SHAPE_NUMBER, false, NULL},
    {0},
};

static const struct key user_keys[] = {
    {"username", SHAPE_TEXT, false, NULL},
    {"uid", SHAPE_TEXT, false, NULL},
    {"groups", SHAPE_LIST, false, NULL},
    {"extra", SHAPE_MAP, false, NULL},
    {0},
};

static const struct key access_keys[] = {
    {"user", SHAPE_TEXT, false, NULL},
    {"verb", SHAPE_TEXT, true, NULL},
    {"group", SHAPE_TEXT, false, NULL},
    {"resource", SHAPE_TEXT, false, NULL},
    {"namespace", SHAPE_TEXT, false, NULL},
    {"subresource", SHAPE_TEXT, false, NULL},
    {"name", SHAPE_TEXT, false, NULL},
    {"path", SHAPE_TEXT, false, NULL},
    {0},
};

struct reading {
    struct trial *trial;
    struct source *source;
    struct diags *diags;
    bool failed;
};

/* ---- mistakes ---- */

static void mistake(struct reading *reading, const struct path *path, const struct node *at,
                    const char *fmt, ...) PRINTF(4, 5);
static void mistake(struct reading *reading, const struct path *path, const struct node *at,
                    const char *fmt, ...)
{
    char text[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    const struct str name =
        path->up ? path_format(reading->trial->arena, path) : STR("the file of tests");
    const struct str shown = diag_quote(reading->trial->arena, name);
    reading->diags->at.source = reading->source;
    diag_add_path(reading->diags, RULE_POLICY_RULE, node_span(at), path, "%.*s %s", STR_FMT(shown),
                  text);
    reading->failed = true;
}

static void unknown_key(struct reading *reading, const struct key *keys, const struct node *key,
                        const struct path *path)
{
    struct suggest suggest;
    suggest_init(&suggest, node_text(key));
    for (; keys->name; keys++)
        suggest_offer(&suggest, str_from(keys->name));
    mistake(reading, path, key, "is not a key of a test%s%.*s%s",
            suggest.best.n ? "; did you mean '" : "", STR_FMT(suggest.best),
            suggest.best.n ? "'?" : "");
}

static const char *shape_problem(const struct key *key, const struct node *value)
{
    const enum node_kind kind = node_kind(value);
    int64_t number;
    switch (key->shape) {
    case SHAPE_TEXT:
        return kind == NODE_STRING ? NULL : "must be text";
    case SHAPE_NUMBER:
        return node_i64(value, &number) && number > 0 ? NULL : "must be a number from 1";
    case SHAPE_MAP:
        return kind == NODE_MAP ? NULL : "must be a map";
    case SHAPE_LIST:
        return kind == NODE_LIST ? NULL : "must be a list";
    case SHAPE_OBJECT:
        break;
    }
    return kind == NODE_MAP || kind == NODE_STRING ? NULL : "must be a manifest";
}

static bool is_choice(const char *choices, struct str text)
{
    for (struct str choice, rest = str_from(choices); str_split(&rest, '|', &choice);)
        if (str_eq(choice, text))
            return true;
    return false;
}

static const struct key *find_key(const struct key *keys, struct str name)
{
    for (; keys->name; keys++)
        if (str_is(name, keys->name))
            return keys;
    return NULL;
}

/* Whether a map has the keys of a table, each as it must be. */
static bool check_map(struct reading *reading, const struct key *keys, const struct path *path,
                      const struct node *map)
{
    bool good = node_kind(map) == NODE_MAP;
    if (!good)
        mistake(reading, path, map, "must be a map");
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        const struct path at = {.up = path, .name = node_text(e.key), .node = e.value};
        const struct key *key = find_key(keys, node_text(e.key));
        const char *problem = key ? shape_problem(key, e.value) : NULL;
        if (!key)
            unknown_key(reading, keys, e.key, &at);
        else if (problem)
            mistake(reading, &at, e.written, "%s", problem);
        else if (key->choices && !is_choice(key->choices, node_text(e.value)))
            mistake(reading, &at, e.written, "must be one of %s", key->choices);
        else
            continue;
        good = false;
    }
    for (const struct key *key = keys; good && key->name; key++) {
        if (!key->needed || node_get(map, str_from(key->name)))
            continue;
        mistake(reading, path, map, "has no %s", key->name);
        good = false;
    }
    return good;
}

/* A list of the file; an empty one would test nothing without a word. */
static const struct node *list_of(struct reading *reading, const struct path *path)
{
    if (!node_at(path->node, 0))
        mistake(reading, path, path->node, "must not be empty");
    return path->node;
}

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
        mistake(reading, path, node, "can't be read: %.*s",
                STR_FMT(broken.n ? broken.items[0].message : STR("it is no YAML")));
    else if (ret_object->docs.n == 0)
        mistake(reading, path, node, "has no object");
}

static void read_one(struct reading *reading, const struct path *test, const char *key,
                     struct trial_object *ret_object)
{
    const struct node *node = node_get(test->node, str_from(key));
    const struct path path = {.up = test, .name = str_from(key), .node = node};
    read_object(reading, &path, node, ret_object);
    if (ret_object->docs.n > 1)
        mistake(reading, &path, node, "must be one object");
}

static void read_others(struct reading *reading, const struct path *test, struct trial_test *out)
{
    const struct node *list = node_get(test->node, STR("objects"));
    const struct path path = {.up = test, .name = STR("objects"), .node = list};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct path at = {.up = &path, .index = it.index, .node = it.value};
        struct trial_object object = {0};
        const char *problem = shape_problem(&(struct key){.shape = SHAPE_OBJECT}, it.value);
        if (problem)
            mistake(reading, &at, it.written, "%s", problem);
        else
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
        if (!check_map(reading, access_keys, &at, it.value))
            continue;
        const bool is_path = node_get(it.value, STR("path"));
        const char *any = is_path ? "" : "*";
        if (!is_path && !node_get(it.value, STR("resource")))
            mistake(reading, &at, it.written, "has no resource and no path");
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
    const struct node *user = node_get(test->node, STR("user"));
    const struct path of_user = {.up = test, .name = STR("user"), .node = user};
    if (user && check_map(reading, user_keys, &of_user, user))
        out->user = user;
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
        mistake(reading, test, written, "deletes one object; leave out object or oldObject");
    else if (out->operation == POLICY_CREATE && has_old)
        mistake(reading, test, written, "creates an object, so there is no oldObject");
    else if (out->operation == POLICY_UPDATE && (!has_old || !has_object))
        mistake(reading, test, test->node, "updates an object, so it needs object and oldObject");
    else if (!has_object && !has_old)
        mistake(reading, test, test->node, "has no object");
    if (out->operation == POLICY_DELETE && out->becomes.docs.n)
        mistake(reading, test, written, "deletes an object, so it becomes nothing");
    if (out->operation == POLICY_DELETE && has_object && !has_old) {
        out->old = out->object;
        out->object = (struct trial_object){0};
    }
}

static void read_test(struct reading *reading, const struct path *path, const struct node *node,
                      struct trial_tests *tests)
{
    struct trial_test test = {.span = node_span(node)};
    const bool failed = reading->failed;
    if (!check_map(reading, test_keys, path, node))
        return;
    reading->failed = false;
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
    if (!reading->failed)
        read_operation(reading, path, &test);
    if ((test.message.n || test.line) && test.expect != VERDICT_FAIL)
        mistake(reading, path, node, "expects no finding, so it can't have a message or line");
    reading->failed |= failed;
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
    reading->diags->at = (struct diag_at){.source = doc->source};
    if (rule_file_read(arena, doc, RULE_FILE_OWN, reading->diags, &rule))
        VEC_PUSH(arena, &tests->rules, rule);
    else
        reading->failed = true;
}

static void read_policy(struct reading *reading, const struct path *path, const struct node *node,
                        struct trial_tests *tests)
{
    struct arena *arena = reading->trial->arena;
    struct str text;
    struct trial_docs docs = {0};
    if (node_kind(node) != NODE_STRING) {
        mistake(reading, path, node, "must be a path");
        return;
    }
    const struct str file = path_join(arena, path_dir(reading->source->path), node_text(node));
    const int error = file_read(arena, str_to_c(arena, file), LIMIT_FILE_BYTES, &text);
    if (error < 0) {
        mistake(reading, path, node, "names %.*s, which can't be read: %s", STR_FMT(file),
                strerror(-error));
        return;
    }
    if (trial_read_docs(arena, source_new(arena, file, text), reading->diags, &docs) < 0)
        reading->failed = true;
    for (size_t i = 0; i < docs.n; i++)
        add_doc(reading, &docs.items[i], tests);
}

int trial_read(struct trial *trial, const struct doc *doc, struct diags *diags,
               struct trial_tests *ret_tests)
{
    struct reading reading = {.trial = trial, .source = doc->source, .diags = diags};
    const struct path root = {.node = doc->root};
    *ret_tests = (struct trial_tests){0};
    if (!check_map(&reading, file_keys, &root, doc->root))
        return -1;
    const struct node *policies = node_get(doc->root, STR("policies"));
    const struct path of_policies = {.up = &root, .name = STR("policies"), .node = policies};
    for (struct item it = list_first(list_of(&reading, &of_policies)); it.value; it = list_next(it))
        read_policy(&reading, &(struct path){.up = &of_policies, .index = it.index}, it.value,
                    ret_tests);
    const struct node *list = node_get(doc->root, STR("tests"));
    const struct path of_tests = {.up = &root, .name = STR("tests"), .node = list};
    for (struct item it = list_first(list_of(&reading, &of_tests)); it.value; it = list_next(it))
        read_test(&reading,
                  &(struct path){.up = &of_tests, .index = it.index, .node = node_real(it.value)},
                  node_real(it.value), ret_tests);
    return reading.failed ? -1 : 0;
}
