/* SPDX-License-Identifier: Apache-2.0 */
/* Rules as lists that several sets and threads share. */
#include "unit/unit.h"

#include "base/pool.h"
#include "policy/policy.h"
#include "policy/policy_rules.h"

enum { WORKERS = 4, ROUNDS = 64, MINOR = 36 };

static const char deployment[] = "apiVersion: apps/v1\n"
                                 "kind: Deployment\n"
                                 "metadata:\n"
                                 "  name: web\n"
                                 "spec:\n"
                                 "  replicas: 1\n"
                                 "  selector: {matchLabels: {app: web}}\n"
                                 "  template:\n"
                                 "    metadata: {labels: {app: web}}\n"
                                 "    spec: {containers: [{name: web, image: a/b:1}]}\n";

static const char rule_text[] =
    "id: shop/replicas\n"
    "severity: error\n"
    "match: {kinds: [Deployment]}\n"
    "params: {minimum: 2}\n"
    "variables: [{name: least, expression: 'objects.Deployment.size() + params.minimum'}]\n"
    "validations:\n"
    "- expression: object.spec.replicas >= variables.least - 1\n"
    "  messageExpression: \"'needs ' + string(variables.least - 1)\"\n"
    "fix:\n"
    "- {op: replace, path: /spec/replicas, valueExpression: variables.least - 1}\n"
    "- expression: >-\n"
    "    [JSONPatch{op: 'add', path: '/metadata/labels', value: {'app': object.metadata.name}},\n"
    "    JSONPatch{op: 'remove', path: '/metadata/annotations/' + jsonpatch.escapeKey('a/b')}]\n";

struct world {
    struct arena arena;
    struct schema_view view;
    struct object_set objects;
    struct policy_rules *rules;
    struct policy_set *set;
};

static struct doc read_doc(struct arena *arena, const char *text)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(arena, STR("a.yaml"), str_from(text));
    diags.at.source = source;
    assert_int_equal(doc_read_stream(arena, source, &diags, &docs), 0);
    assert_int_equal(docs.n, 1);
    return docs.items[0];
}

static struct policy_rules *read_rules(struct arena *arena, const char *text, const char *params)
{
    struct diags diags SCOPED(diags) = {0};
    struct policy_rules *rules = policy_rules_new(arena);
    struct doc *doc = ARENA_NEW(arena, struct doc);
    *doc = read_doc(arena, text);
    if (params)
        policy_rules_set_params(rules, read_doc(arena, params).root);
    assert_true(policy_rules_read(rules, doc, &diags));
    return rules;
}

static void make_world(struct world *world, const char *params)
{
    struct diags diags SCOPED(diags) = {0};
    struct arena *arena = &world->arena;
    *world = (struct world){0};
    schema_view_init(&world->view, arena, MINOR);
    world->objects = (struct object_set){.arena = arena, .by_identity = {.arena = arena}};
    struct doc *doc = ARENA_NEW(arena, struct doc);
    *doc = read_doc(arena, deployment);
    diags.at.source = doc->source;
    object_set_add_doc(&world->objects, &world->view, doc, &diags);
    object_set_index(&world->objects);
    world->rules = read_rules(arena, rule_text, params);
    world->set = policy_set_new(arena, &(struct policy_source){.objects = &world->objects,
                                                               .view = &world->view,
                                                               .rules = world->rules});
    assert_non_null(world->set);
}

static void free_world(struct world *world)
{
    policy_set_free(world->set);
    policy_rules_free(world->rules);
    schema_view_release(&world->view);
    arena_release(&world->arena);
}

static void check(const struct world *world, struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    const struct object *object = &world->objects.items[0];
    struct admit_ctx ctx = {.view = &world->view, .arena = &arena, .diags = diags};
    struct admitted admitted;
    diags->at.source = object->source;
    admit_decode(&ctx, object, &admitted);
    admit_default(&ctx, &admitted);
    policy_check(world->set, &arena, &(struct policy_request){.object = &admitted}, diags);
}

static void test_denial(void **state)
{
    (void)state;
    struct world world;
    struct diags diags SCOPED(diags) = {0};
    make_world(&world, NULL);
    check(&world, &diags);
    assert_int_equal(diags.n, 1);
    const struct diag *diag = &diags.items[0];
    assert_string_equal(diag->rule->id, "shop/replicas");
    assert_int_equal(diag->severity, SEVERITY_ERROR);
    assert_true(str_is(diag->field, "spec.replicas"));
    assert_true(str_is(diag->message, "needs 2"));
    assert_non_null(diag->fix);
    assert_true(str_is(diag->fix->patch,
                       "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":2},"
                       "{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"app\":\"web\"}},"
                       "{\"op\":\"remove\",\"path\":\"/metadata/annotations/a~1b\"}]"));
    free_world(&world);
}

static void test_params(void **state)
{
    (void)state;
    struct world world;
    struct diags diags SCOPED(diags) = {0};
    make_world(&world, "shop/replicas: {minimum: 1, unknown: 3}");
    check(&world, &diags);
    assert_int_equal(diags.n, 0);
    free_world(&world);
}

static void check_in_thread(void *ctx, unsigned worker, size_t item)
{
    struct diags diags SCOPED(diags) = {0};
    (void)worker;
    (void)item;
    check(ctx, &diags);
    if (diags.n != 1)
        BUG("%zu findings", diags.n);
}

static void test_threads(void **state)
{
    (void)state;
    struct world world;
    make_world(&world, NULL);
    pool_run(WORKERS, ROUNDS, check_in_thread, &world);
    free_world(&world);
}

static void test_lists(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct policy_rules *one = read_rules(&arena, rule_text, NULL);
    struct policy_rules *same = read_rules(&arena, rule_text, NULL);
    struct policy_rules *other = read_rules(&arena, rule_text, "shop/replicas: {minimum: 1}");
    struct policy_rules *plain = read_rules(
        &arena, "id: a/b\nmatch: {kinds: [Pod]}\nvalidations: [{expression: 'true'}]\n", NULL);
    struct policy_rules *none = policy_rules_new(&arena);
    assert_true(policy_rules_eq(one, same));
    assert_false(policy_rules_eq(one, other));
    assert_false(policy_rules_eq(one, plain));
    assert_false(policy_rules_eq(one, NULL));
    assert_true(policy_rules_eq(none, NULL));
    assert_true(policy_rules_see_objects(one));
    assert_false(policy_rules_see_objects(plain));
    assert_int_equal(policy_rules_count(plain), 1);
    assert_int_equal(policy_rules_count(NULL), 0);
    struct policy_rules *const all[] = {one, same, other, plain, none};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        policy_rules_free(all[i]);
    policy_rules_free(NULL);
}

/* Every rule that comes with the program compiles. */
static void test_packs(void **state)
{
    (void)state;
    for (size_t i = 0; i < PACK_COUNT; i++) {
        struct arena arena SCOPED(arena) = {0};
        struct diags diags SCOPED(diags) = {0};
        if (pack_rules[i].is_builtin)
            continue;
        struct doc *doc = ARENA_NEW(&arena, struct doc);
        *doc = read_doc(&arena, str_to_c(&arena, pack_rules[i].text));
        struct rule_file file;
        assert_true(rule_file_read(&arena, doc, RULE_FILE_PACK, &diags, &file));
        struct policy_rules *rules = policy_rules_new(&arena);
        diags.at.source = doc->source;
        if (!policy_rules_add(rules, &file, &diags))
            fail_msg("%s: %s", pack_rules[i].rule.id, str_to_c(&arena, diags.items[0].message));
        policy_rules_free(rules);
    }
}

int test_rules(void);
int test_rules(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_denial),  cmocka_unit_test(test_params),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_lists),
        cmocka_unit_test(test_packs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
