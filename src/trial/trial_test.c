/* SPDX-License-Identifier: Apache-2.0 */
/* One test: what its policies say, held against what it expects. */
#include "trial/trial_internal.h"

/* order: trial_verdict */
static const char *const verdicts[] = {"pass", "fail", "skip"};

enum { SHOWN_BYTES = 200 };

struct testing {
    struct trial *trial;
    struct source *source;
    const struct trial_tests *tests;
    const struct trial_test *test;
    struct trial_world world;
    struct diags found;
    size_t taken; /* how often validations were looked at */
};

#define FAIL(testing, ...)                                                                         \
    trial_fail((testing)->trial, (testing)->source, (testing)->test->span, (testing)->test->name,  \
               __VA_ARGS__)

/* ---- the cluster ---- */

static struct node *own_map(struct arena *arena, struct node *parent, const char *key)
{
    const struct node *there = node_get(parent, str_from(key));
    struct node *map = there ? node_copy(arena, there) : node_new(arena, NODE_MAP);
    node_put(arena, parent, str_from(key), map);
    return map;
}

/* The Namespace of the test, where what goes without saying may be left out. */
static void add_namespace(struct testing *testing)
{
    struct arena *arena = &testing->world.arena;
    const struct object_set *from =
        testing->test->object.docs.n ? &testing->world.objects : &testing->world.olds;
    struct trial_docs docs = {0};
    if (!testing->test->namespace || !from->n)
        return;
    struct node *root = node_copy(arena, testing->test->namespace);
    node_put(arena, root, STR("apiVersion"), node_new_text(arena, STR("v1")));
    node_put(arena, root, STR("kind"), node_new_text(arena, STR("Namespace")));
    struct node *metadata = own_map(arena, root, "metadata");
    const struct str name = from->items[0].namespace;
    if (!node_get(metadata, STR("name")))
        node_put(arena, metadata, STR("name"),
                 node_new_text(arena, name.n ? name : STR("default")));
    VEC_PUSH(arena, &docs, ((struct doc){.source = testing->source, .root = root}));
    trial_world_add(&testing->world, &testing->world.objects, &docs);
}

/* Params of a test are those of all its rules. */
static void set_params(struct testing *testing)
{
    struct arena *arena = &testing->world.arena;
    const struct trial_rules *rules = &testing->tests->rules;
    if (!testing->test->params)
        return;
    struct node *by_id = node_new(arena, NODE_MAP);
    for (size_t i = 0; i < rules->n; i++)
        node_put(arena, by_id, rules->items[i].id, node_copy(arena, testing->test->params));
    policy_rules_set_params(testing->world.rules, by_id);
}

static void build(struct testing *testing)
{
    struct trial_world *world = &testing->world;
    const struct trial_test *test = testing->test;
    const struct trial_tests *tests = testing->tests;
    trial_world_add_types(world, &tests->policies);
    trial_world_add_types(world, &test->objects);
    trial_world_add(world, &world->objects, &test->object.docs);
    trial_world_add(world, &world->olds, &test->old.docs);
    trial_world_add(world, &world->objects, &test->objects);
    trial_world_add(world, &world->library, &tests->policies);
    add_namespace(testing);
    set_params(testing);
    for (size_t i = 0; i < tests->rules.n; i++)
        (void)policy_rules_add(world->rules, &tests->rules.items[i], &world->dropped);
    trial_world_finish(world);
}

/* ---- what comes out ---- */

static bool is_undecided(const struct diag *diag)
{
    return diag->rule == rule_get(RULE_POLICY_UNDECIDED);
}

static const struct diag *find_undecided(const struct diags *found)
{
    for (size_t i = 0; i < found->n; i++)
        if (is_undecided(&found->items[i]))
            return &found->items[i];
    return NULL;
}

static uint32_t line_of(const struct testing *testing, const struct diag *diag)
{
    const struct trial_object *object =
        testing->test->object.docs.n ? &testing->test->object : &testing->test->old;
    return diag->source ? source_place(diag->source, diag->span.start).line - object->first_line + 1
                        : 0;
}

/* One finding must have all that is expected. */
static void compare_findings(const struct testing *testing)
{
    const struct trial_test *test = testing->test;
    const struct diag *near = &testing->found.items[0];
    for (size_t i = 0; i < testing->found.n; i++) {
        const struct diag *diag = &testing->found.items[i];
        const bool says = str_has(diag->message, test->message);
        if (says && (!test->line || line_of(testing, diag) == (uint64_t)test->line))
            return;
        near = says ? diag : near;
    }
    if (!str_has(near->message, test->message))
        FAIL(testing, "expected a message with '%.*s', got '%.*s'", STR_FMT(test->message),
             STR_FMT(near->message));
    else
        FAIL(testing, "expected a finding at line %" PRId64 ", got line %u: %.*s", test->line,
             line_of(testing, near), STR_FMT(near->message));
}

static void compare(const struct testing *testing)
{
    const struct trial_test *test = testing->test;
    const struct diag *undecided = find_undecided(&testing->found);
    if (undecided) {
        FAIL(testing, "expected %s, but %.*s", verdicts[test->expect], STR_FMT(undecided->message));
        return;
    }
    const enum trial_verdict got = testing->found.n ? VERDICT_FAIL
                                   : testing->taken ? VERDICT_PASS
                                                    : VERDICT_SKIP;
    if (got == test->expect && got == VERDICT_FAIL)
        compare_findings(testing);
    else if (got == VERDICT_FAIL && got != test->expect)
        FAIL(testing, "expected %s, got fail: %.*s", verdicts[test->expect],
             STR_FMT(testing->found.items[0].message));
    else if (got == VERDICT_SKIP && got != test->expect)
        FAIL(testing, "expected %s, got skip: no policy is about it", verdicts[test->expect]);
    else if (got != test->expect)
        FAIL(testing, "expected %s, got %s", verdicts[test->expect], verdicts[got]);
}

static bool admit(struct testing *testing, struct object_set *set, const char *which,
                  struct admitted *ret_admitted)
{
    struct str text = {0};
    if (set->n && trial_world_admit(&testing->world, &set->items[0], ret_admitted, &text))
        return true;
    if (!set->n)
        FAIL(testing, "%s is no Kubernetes object", which);
    else
        FAIL(testing, "%s can't be decoded: %.*s", which, STR_FMT(text));
    return false;
}

/* What the validations see. An object that was changed was of interest to a policy. */
static const struct admitted *mutate(struct testing *testing, const struct policy_request *request)
{
    struct arena *arena = &testing->world.arena;
    struct admit_ctx ctx = {.view = &testing->world.view, .arena = arena, .diags = &testing->found};
    const struct admitted *made = policy_mutate(testing->world.policies, &ctx, request,
                                                ARENA_NEW(arena, struct policy_mutated));
    testing->taken += made != request->object;
    return made;
}

static struct str value_text(struct arena *arena, const struct node *node)
{
    struct buf text SCOPED(buf) = {0};
    buf_init(&text, SHOWN_BYTES);
    if (node)
        doc_write_json(&text, node, 0);
    else
        buf_add_c(&text, "nothing");
    return str_dup(arena, buf_str(&text));
}

static void compare_object(const struct testing *testing, const struct node *value)
{
    struct arena *arena = testing->trial->arena;
    const struct trial_docs *docs = &testing->test->becomes.docs;
    const struct node *wanted, *got;
    struct str field;
    if (!docs->n || !trial_differs(arena, docs->items[0].root, value, &field, &wanted, &got))
        return;
    const struct str want = value_text(arena, wanted), came = value_text(arena, got);
    FAIL(testing, "expected %.*s to become %.*s, got %.*s", STR_FMT(field), STR_FMT(want),
         STR_FMT(came));
}

static void run(struct testing *testing)
{
    const struct trial_test *test = testing->test;
    struct trial_world *world = &testing->world;
    struct admitted now, old;
    const bool has_now = test->object.docs.n > 0, has_old = test->old.docs.n > 0;
    if ((has_now && !admit(testing, &world->objects, "object", &now)) ||
        (has_old && !admit(testing, &world->olds, "oldObject", &old)))
        return;
    const struct cel_authorizer authorizer = {
        .grants = test->access.items, .n = test->access.n, .is_declared = test->has_access};
    struct policy_request request = {.operation = test->operation,
                                     .object = has_now ? &now : NULL,
                                     .old = has_old ? &old : NULL,
                                     .user = test->user,
                                     .authorizer = &authorizer,
                                     .taken = &testing->taken};
    const struct object *object = has_now ? now.object : old.object;
    testing->found.at = (struct diag_at){.source = object->source, .object = object_diag(object)};
    if (has_now)
        request.object = mutate(testing, &request);
    policy_check(world->policies, &world->arena, &request, &testing->found);
    diags_sort(&testing->found);
    compare(testing);
    if (has_now)
        compare_object(testing, request.object->value);
}

void trial_run_test(struct trial *trial, struct source *source, const struct trial_tests *tests,
                    const struct trial_test *test)
{
    struct testing testing = {.trial = trial, .source = source, .tests = tests, .test = test};
    trial->tests++;
    trial_world_init(&testing.world, trial->minor);
    build(&testing);
    run(&testing);
    diags_release(&testing.found);
    trial_world_release(&testing.world);
}
