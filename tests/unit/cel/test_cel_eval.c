/* SPDX-License-Identifier: Apache-2.0 */
/* Budgets, versions of libraries, explanations: what the conformance tests don't ask. */
#include "unit/unit.h"

#include "cel/cel.h"

struct fixture {
    struct arena arena;
    struct source source;
    struct diags diags;
    const struct node *root;
    struct cel_env *env;
};

static void open_fixture(struct fixture *f, const char *json)
{
    struct doc doc;
    *f = (struct fixture){.source = {.path = STR("object"), .text = str_from(json)}};
    assert_int_equal(doc_read_json(&f->arena, &f->source, &f->diags, &doc), 0);
    f->root = doc.root;
    f->env = cel_env_new(&f->arena, (struct cel_env_options){.minor = 36});
    (void)cel_env_add_variable(f->env, STR("object"), &cel_type_dyn);
}

static void close_fixture(struct fixture *f)
{
    diags_release(&f->diags);
    arena_release(&f->arena);
}

static struct cel_program *compile(struct fixture *f, const char *source)
{
    struct cel_issues issues = {.arena = &f->arena};
    struct cel_program *program = cel_compile(&f->arena, f->env, str_from(source), &issues);
    if (!program)
        fail_msg("%.*s", STR_FMT(issues.items[0].message));
    return program;
}

static struct cel_value evaluate(struct fixture *f, struct cel_run *run, const char *source)
{
    struct cel_program *program = compile(f, source);
    struct cel_value slots[] = {cel_from_node(run, f->root, &cel_type_dyn)};
    struct cel_value value = cel_eval(run, program, slots);
    cel_program_release(program);
    return value;
}

/* ---- budgets ---- */

static void test_hostile(void **state)
{
    (void)state;
    /* Each would take years, or all memory. Nothing absorbs the end of the budget. */
    static const char *const hostile[] = {
        "lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, a+b+c >= 0)))",
        "true || lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, true)))"
        " ? lists.range(2000).map(a, lists.range(2000).map(b, a + b)).size() > 0 : false",
        "lists.range(100000000).size() > 0",
        "[0,1,2,3,4,5,6,7,8,9].map(a, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa').join('x')"
        ".split('').map(a, lists.range(3000).map(b, 'xxxxxxxxxxxxxxxxxxxx' + string(b)))"
        ".flatten().join('').size() > 0",
        "[[0,1,2,3,4,5,6,7,8,9]].map(x, [x,x,x,x,x,x,x,x,x,x]).map(x, [x,x,x,x,x,x,x,x,x,x])"
        ".map(x, [x,x,x,x,x,x,x,x,x,x]).map(x, [x,x,x,x,x,x,x,x,x,x]).map(x, [x,x,x,x,x,x,x,x])"
        ".map(x, [x,x,x,x,x,x,x,x,x,x]).map(x, [x,x,x,x,x,x,x,x,x,x]) == "
        "[[0,1,2,3,4,5,6,7,8,9]].map(x, [x,x,x,x,x,x,x,x,x,x]).map(x, [x,x,x,x,x,x,x,x,x,x])"
        ".map(x, [x,x,x,x,x,x,x,x,x,x]).map(x, [x,x,x,x,x,x,x,x,x,x]).map(x, [x,x,x,x,x,x,x,x])"
        ".map(x, [x,x,x,x,x,x,x,x,x,x]).map(x, [x,x,x,x,x,x,x,x,x,x])",
    };
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        struct fixture f;
        open_fixture(&f, "{}");
        struct cel_run run = {.arena = &f.arena};
        struct cel_value value = evaluate(&f, &run, hostile[i]);
        /* The last one is cheap when equal lists are found to be the same. */
        if (value.kind == CEL_ERROR)
            assert_true(value.error->budget);
        else
            assert_int_equal(i, ARRAY_LEN(hostile) - 1);
        cel_run_release(&run);
        close_fixture(&f);
    }
}

static void test_cost(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        uint64_t cost; /* as API server 1.36 counted */
    } costs[] = {
        {"true", 0},
        {"object.a == 1", 3},
        {"has(object.a)", 1},
        {"object.list.all(x, x > 0)", 18},
        {"object.list.map(x, x + 1).size() == 3", 47},
        {"'abc'.matches('^[a-z]+$')", 2},
        {"object.s.startsWith('he') && object.a in [1, 2]", 5},
        {"object.a > 0 ? object.s : 'x'", 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(costs); i++) {
        struct fixture f;
        open_fixture(&f, "{\"a\":1,\"s\":\"hello\",\"list\":[1,2,3]}");
        struct cel_run run = {.arena = &f.arena};
        (void)cel_is_true(evaluate(&f, &run, costs[i].source));
        assert_int_equal(run.cost, costs[i].cost);
        run.cost_limit = costs[i].cost ? costs[i].cost - 1 : 1;
        struct cel_value value = evaluate(&f, &run, costs[i].source);
        assert_int_equal(value.kind == CEL_ERROR, costs[i].cost > 1);
        cel_run_release(&run);
        close_fixture(&f);
    }
}

/* ---- versions ---- */

static void test_minors(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        uint8_t minor; /* the first one that takes it in new expressions */
    } firsts[] = {
        {"quantity('1').isInteger()", 29}, {"optional.of(1).hasValue()", 29},
        {"'%s'.format(['a']) == 'a'", 30}, {"sets.contains([1], [1])", 30},
        {"isIP('10.0.0.1')", 31},          {"[1].all(i, v, v == 1)", 33},
        {"isSemver('1.0.0')", 34},         {"[2, 1].sort() == [1, 2]", 35},
    };
    for (size_t i = 0; i < ARRAY_LEN(firsts); i++)
        for (uint8_t minor = 28; minor <= 36; minor++) {
            struct arena arena = {0};
            struct cel_env *env = cel_env_new(
                &arena, (struct cel_env_options){.minor = minor, .new_expressions = true});
            struct cel_issues issues = {.arena = &arena};
            struct cel_program *program =
                cel_compile(&arena, env, str_from(firsts[i].source), &issues);
            if ((program != NULL) != (minor >= firsts[i].minor))
                fail_msg("%s in 1.%u", firsts[i].source, minor);
            cel_program_release(program);
            arena_release(&arena);
        }
    assert_int_equal(cel_function_minor(STR("quantity")), 29);
    assert_int_equal(cel_function_minor(STR("isIP")), 31);
    assert_int_equal(cel_function_minor(STR("nope")), 0);
}

/* ---- unknown, lazy ---- */

static struct cel_value resolve(struct cel_run *run, void *ctx, uint32_t slot)
{
    (void)slot;
    unsigned *calls = ctx;
    (*calls)++;
    return cel_unknown(run, "needs a cluster");
}

static void test_unknown(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        enum cel_kind kind;
    } cases[] = {
        {"object.a == 1", CEL_UNKNOWN},        {"object.a == 1 && false", CEL_BOOL},
        {"object.a == 1 || true", CEL_BOOL},   {"1 / 0 == 1 || object.a == 1", CEL_UNKNOWN},
        {"object.a == object.b", CEL_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;
        unsigned calls = 0;
        open_fixture(&f, "{}");
        struct cel_run run = {.arena = &f.arena, .resolve = resolve, .ctx = &calls};
        struct cel_program *program = compile(&f, cases[i].source);
        struct cel_value slots[] = {{.kind = CEL_UNKNOWN}};
        struct cel_value value = cel_eval(&run, program, slots);
        assert_int_equal(value.kind, cases[i].kind);
        assert_int_equal(calls, 1);
        cel_program_release(program);
        cel_run_release(&run);
        close_fixture(&f);
    }
}

/* ---- explanations ---- */

static void test_explain(void **state)
{
    (void)state;
    static const char json[] =
        "{\"name\":\"web\",\"spec\":{\"replicas\":3,\"containers\":"
        "[{\"name\":\"a\",\"image\":\"nginx:1\"},{\"name\":\"b\",\"image\":\"redis\"}]}}";
    static const struct {
        const char *source;
        const char *field; /* that is to blame */
    } cases[] = {
        {"object.spec.replicas > 5", "spec.replicas"},
        {"object.name == 'web' && object.spec.replicas > 5", "spec.replicas"},
        {"object.spec.containers.all(c, c.image.contains(':'))", "spec.containers[1].image"},
        {"object.spec.containers.exists(c, c.name == 'z')", "spec.containers"},
        {"has(object.spec.template)", "spec"},
        {"object.spec.template.x == 1", "spec"},
        {"!(object.name == 'web')", "name"},
        {"object.spec.containers[1].image == 'x' || object.spec.replicas == 4",
         "spec.containers[1].image"},
        {"object.spec.replicas > 1 ? object.name == 'x' : true", "name"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;
        open_fixture(&f, json);
        struct cel_run run = {.arena = &f.arena};
        struct cel_program *program = compile(&f, cases[i].source);
        struct cel_value slots[] = {cel_from_node(&run, f.root, &cel_type_dyn)};
        const struct node *node = cel_explain(&run, program, slots, NULL);
        struct str field = {0};
        assert_true(path_of(&f.arena, f.root, node, &field));
        assert_string_equal(str_to_c(&f.arena, field), cases[i].field);
        cel_program_release(program);
        cel_run_release(&run);
        close_fixture(&f);
    }
}

static void test_explain_lines(void **state)
{
    (void)state;
    struct fixture f;
    struct buf lines;
    buf_init(&lines, 4096);
    open_fixture(&f, "{\"spec\":{\"replicas\":3}}");
    struct cel_run run = {.arena = &f.arena};
    struct cel_program *program = compile(&f, "object.spec.replicas > 5 && has(object.spec.x)");
    struct cel_value slots[] = {cel_from_node(&run, f.root, &cel_type_dyn)};
    (void)cel_explain(&run, program, slots, &lines);
    assert_string_equal(lines.p, "object.spec.replicas > 5 && has(object.spec.x) = false\n"
                                 "object.spec.replicas > 5 = false\n"
                                 "object.spec.replicas = 3\n");
    cel_program_release(program);
    cel_run_release(&run);
    buf_release(&lines);
    close_fixture(&f);
}

static void test_uses(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, "{}");
    struct cel_program *program = compile(&f, "[1].all(x, x == object.y)");
    assert_true(cel_program_uses(program, STR("object")));
    assert_false(cel_program_uses(program, STR("x")));
    cel_program_release(program);
    close_fixture(&f);
}

static void test_escape(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"a", "a"},
        {"a.b", "a__dot__b"},
        {"a-b/c", "a__dash__b__slash__c"},
        {"namespace", "__namespace__"},
        {"x__y", "x__underscores__y"},
        {"_", "_"},
    };
    struct arena arena = {0};
    struct str text;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_true(cel_escape(&arena, str_from(names[i][0]), &text));
        assert_string_equal(str_to_c(&arena, text), names[i][1]);
        assert_true(cel_unescape(&arena, str_from(names[i][1]), &text));
        assert_string_equal(str_to_c(&arena, text), names[i][0]);
    }
    assert_false(cel_escape(&arena, STR("1a"), &text));
    assert_false(cel_escape(&arena, STR("a b"), &text));
    assert_false(cel_unescape(&arena, STR("a__nope__b"), &text));
    arena_release(&arena);
}

int test_cel_eval(void);
int test_cel_eval(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_cost),
        cmocka_unit_test(test_minors),  cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_explain), cmocka_unit_test(test_explain_lines),
        cmocka_unit_test(test_uses),    cmocka_unit_test(test_escape),
    };
    return cmocka_run_group_tests_name("cel_eval", tests, NULL, NULL);
}
