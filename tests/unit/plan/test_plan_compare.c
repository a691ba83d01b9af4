/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields of two trees differ, and what is shown of them. */
#include "plan/plan_internal.h"

#include "unit/unit.h"

static const struct node *tree(struct arena *arena, const char *text)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    if (!text)
        return NULL;
    struct source *source = source_new(arena, STR("a.yaml"), str_from(text));
    assert_int_equal(doc_read_file(arena, source, &diags, &docs), 0);
    assert_int_equal(docs.n, 1);
    assert_non_null(docs.items[0].root);
    return docs.items[0].root;
}

static struct plan_changes changes_of(struct arena *arena, const char *group, const char *kind,
                                      bool subset, const char *from, const char *to)
{
    struct plan_changes changes = {0};
    struct schema_view view;
    struct kind_info info;
    schema_view_init(&view, arena, 36);
    const bool is_known =
        schema_find_kind(&view, str_from(group), STR("v1"), str_from(kind), &info) == KIND_SERVED;
    const struct plan_compare how = {.kind = is_known ? &info : NULL,
                                     .minor = 36,
                                     .is_secret = strcmp(kind, "Secret") == 0,
                                     .subset = subset};
    plan_compare(arena, &how, tree(arena, from), tree(arena, to), &changes);
    schema_view_release(&view);
    return changes;
}

/* "+path -path ~path #path", in the order they come. */
static struct str told(struct arena *arena, const struct plan_changes *changes)
{
    static const char signs[] = {'+', '-', '~', '#'}; /* order: plan_change_kind */
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, 10000);
    for (size_t i = 0; i < changes->n; i++)
        buf_format(&out, "%s%c%.*s", i ? " " : "", signs[changes->items[i].kind],
                   STR_FMT(changes->items[i].path));
    return str_dup(arena, buf_str(&out));
}

static const struct {
    const char *group, *kind, *from, *to, *want;
} cases[] = {
    /* order of keys, and what the server owns */
    {"", "ConfigMap", "data: {a: b, c: d}\nmetadata: {name: x}",
     "metadata: {name: x, uid: y, resourceVersion: '1', generation: 2, managedFields: []}\n"
     "data: {c: d, a: b}\nstatus: {a: b}",
     ""},
    {"", "ConfigMap", "metadata: {annotations: {a: b}}",
     "metadata: {annotations: {a: b, kubectl.kubernetes.io/last-applied-configuration: '{}'}}", ""},
    {"", "ConfigMap", "data: {a: b}", "data: {a: c, d: e}", "~data[a] +data[d]"},
    {"", "ConfigMap", "data: {a: b, x: null}", "data: {a: b}", ""},
    {"", "ConfigMap", "data: {a: b}\nimmutable: true", "{}", "-data -immutable"},
    {"", "ConfigMap", "data: {a: '1'}", "data: {a: 1}", "~data[a]"},
    {"", "ConfigMap", "metadata: {labels: {a/b: c}}", "metadata: {labels: {a/b: d}}",
     "~metadata.labels[a/b]"},
    /* lists with keys */
    {"", "Service", "spec: {ports: [{port: 80, protocol: TCP}, {port: 81, protocol: TCP}]}",
     "spec: {ports: [{port: 81, protocol: TCP}, {port: 80, protocol: TCP}]}", ""},
    {"", "Service", "spec: {ports: [{port: 80, protocol: TCP}, {port: 80, protocol: UDP}]}",
     "spec: {ports: [{port: 80, protocol: UDP, name: a}]}",
     "-spec.ports[port=80,protocol=TCP] +spec.ports[port=80,protocol=UDP].name"},
    {"", "Pod", "spec: {containers: [{name: a, image: x}, {name: b, image: y}]}",
     "spec: {containers: [{name: b, image: z}, {name: c, image: y}]}",
     "-spec.containers[name=a] ~spec.containers[name=b].image +spec.containers[name=c]"},
    {"", "Pod", "spec: {containers: [{name: a, image: x}, {name: a, image: y}]}",
     "spec: {containers: [{name: a, image: x}, {name: a, image: z}]}",
     "~spec.containers[name=a].image"},
    {"", "Pod", "metadata: {finalizers: [a/b, c/d]}", "metadata: {finalizers: [c/d, a/b, e/f]}",
     "+metadata.finalizers[2]"},
    /* order that has a meaning */
    {"", "Pod",
     "spec: {initContainers: [{name: a}, {name: b}], containers: [{name: c}, {name: d}]}",
     "spec: {initContainers: [{name: b}, {name: a}], containers: [{name: d}, {name: c}]}",
     "#spec.initContainers"},
    {"", "Pod", "spec: {initContainers: [{name: a}, {name: b}]}",
     "spec: {initContainers: [{name: z}, {name: a}, {name: b}]}", "+spec.initContainers[name=z]"},
    /* lists without keys: what both begin and end with stays */
    {"", "Pod", "spec: {containers: [{name: a, args: [a, b, c, d]}]}",
     "spec: {containers: [{name: a, args: [a, x, b, c, d]}]}", "+spec.containers[name=a].args[1]"},
    {"", "Pod", "spec: {containers: [{name: a, args: [a, b, c, d]}]}",
     "spec: {containers: [{name: a, args: [a, d]}]}",
     "-spec.containers[name=a].args[1] -spec.containers[name=a].args[2]"},
    {"", "Pod", "spec: {containers: [{name: a, args: [a, b]}]}",
     "spec: {containers: [{name: a, args: [b, a]}]}",
     "~spec.containers[name=a].args[0] ~spec.containers[name=a].args[1]"},
    /* quantities by value, other texts as they are */
    {"", "Pod", "spec: {containers: [{name: a, resources: {limits: {cpu: 1000m, memory: 1Gi}}}]}",
     "spec: {containers: [{name: a, resources: {limits: {cpu: 1, memory: 1024Mi}}}]}", ""},
    {"", "Pod", "spec: {containers: [{name: a, resources: {limits: {cpu: 1000m}}}]}",
     "spec: {containers: [{name: a, resources: {limits: {cpu: 1001m}}}]}",
     "~spec.containers[name=a].resources.limits[cpu]"},
    {"", "ConfigMap", "data: {a: 1000m}", "data: {a: '1'}", "~data[a]"},
    /* values of another shape, and nothing at all */
    {"", "Pod", "spec: {containers: [a]}", "spec: {containers: {a: b}}", "~spec.containers"},
    {"", "ConfigMap", NULL, "data: {a: b}", "+"},
    {"", "ConfigMap", "data: {a: b}", NULL, "-"},
    /* no types */
    {"x.example", "Thing", "spec: {list: [{name: a, v: 1}, {name: b, v: 1.0}]}",
     "spec: {list: [{name: a, v: 1}, {name: b, v: 2}]}", "~spec.list[name=b].v"},
    /* Secrets: by what values stand for, each by itself */
    {"", "Secret", "data: {a: aGV5, b: aGV5}", "stringData: {a: hey}\ndata: {b: aGV5}", ""},
    {"", "Secret", "data: {a: aGV5}", "stringData: {a: hex}\ndata: {a: aGV5}", "~data[a]"},
    {"", "Secret", "metadata: {name: a}", "stringData: {a: b, c: d}",
     "-metadata.name +data[a] +data[c]"},
    {"", "Secret", "data: {a: '!'}", "data: {a: '?'}", "~data[a]"},
    {"", "Secret", "data: text", "data: [a]", "~data"},
};

static void tells_what_differs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena SCOPED(arena) = {0};
        const struct plan_changes changes =
            changes_of(&arena, cases[i].group, cases[i].kind, false, cases[i].from, cases[i].to);
        const struct str words = told(&arena, &changes);
        if (!str_is(words, cases[i].want))
            print_error("case %zu: \"%.*s\"\n", i, STR_FMT(words));
        assert_true(str_is(words, cases[i].want));
    }
}

static void leaves_out_what_is_not_wanted(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    const struct plan_changes changes =
        changes_of(&arena, "", "Pod", true,
                   "spec: {dnsPolicy: x, containers: [{name: a, image: x, args: [a]}, {name: b}]}",
                   "spec: {containers: [{name: a, image: y}]}");
    assert_true(str_is(told(&arena, &changes), "~spec.containers[name=a].image"));
}

static void keeps_depth_in_bounds(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    const struct plan_compare how = {.minor = 36};
    struct plan_changes changes = {0};
    struct node *from = node_new_text(&arena, STR("a")), *to = node_new_text(&arena, STR("b"));
    for (size_t i = 0; i < 2000; i++) {
        struct node *outer_from = node_new(&arena, NODE_MAP),
                    *outer_to = node_new(&arena, NODE_MAP);
        node_put(&arena, outer_from, STR("a"), from);
        node_put(&arena, outer_to, STR("a"), to);
        from = outer_from;
        to = outer_to;
    }
    plan_compare(&arena, &how, from, to, &changes);
    assert_int_equal(changes.n, 1);
}

/* ---- what is shown ---- */

static void shows_secrets_as_signs(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    const struct plan plan = {.key = {1}}, other = {.key = {2}};
    const struct plan_changes changes =
        changes_of(&arena, "", "Secret", false, "data: {a: aHVudGVyMg==, b: eA==}",
                   "stringData: {a: x, b: hunter2}");
    assert_int_equal(changes.n, 2);
    const struct plan_change *a = &changes.items[0], *b = &changes.items[1];
    assert_true(a->is_secret && b->is_secret);
    const struct str old = plan_value_short(&arena, &plan, a, a->from);
    assert_true(str_starts(old, STR("<secret ")));
    assert_false(str_has(old, STR("hunter2")));
    assert_true(str_eq(old, plan_value_short(&arena, &plan, b, b->to)));
    assert_false(str_eq(old, plan_value_short(&arena, &plan, a, a->to)));
    assert_false(str_eq(old, plan_value_short(&arena, &other, a, a->from)));
    assert_false(plan_value_is_long(a));
}

static void hides_what_sops_encrypted(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    const struct plan_changes changes =
        changes_of(&arena, "", "ConfigMap", false, "data: {a: 'ENC[x]'}", "data: {a: plain}");
    assert_int_equal(changes.n, 1);
    assert_true(changes.items[0].is_secret);
}

static void keeps_copies_of_secrets_secret(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    const struct plan_changes changes =
        changes_of(&arena, "", "Secret", false, "metadata: {annotations: {x/y: a}}",
                   "metadata: {annotations: {x/y: b, x/last-applied: hunter2}}");
    assert_int_equal(changes.n, 2);
    assert_false(changes.items[0].is_secret);
    assert_true(changes.items[1].is_secret);
}

static void add_line(void *ctx, char sign, struct str line)
{
    buf_format(ctx, "%c%.*s\n", sign, STR_FMT(line));
}

static void shows_lines_that_differ(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        size_t max;
        const char *want;
    } texts[] = {
        {"a\nb\nc\n", "a\nx\nc\n", 9, " a\n-b\n+x\n c\n"},
        {"1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5\n6\n7\n", 9, "@3 lines alike\n 4\n 5\n 6\n+7\n"},
        {"a\nb\n", "b\na\n", 9, "-a\n b\n+a\n"},
        {"a\nb\n", "a\nb", 9, "@only the line break at the end differs\n"},
        {"", "a\nb\n", 9, "+a\n+b\n"},
        {"a\nb\nc\n", "", 2, "-a\n-b\n@1 more line differs\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct arena arena SCOPED(arena) = {0};
        struct buf out SCOPED(buf) = {0};
        const struct plan_change change = {.kind = PLAN_SET,
                                           .from = node_new_text(&arena, str_from(texts[i].from)),
                                           .to = node_new_text(&arena, str_from(texts[i].to))};
        buf_init(&out, 10000);
        plan_value_lines(&change, texts[i].max, add_line, &out);
        if (!str_is(buf_str(&out), texts[i].want))
            print_error("case %zu: \"%.*s\"\n", i, STR_FMT(buf_str(&out)));
        assert_true(str_is(buf_str(&out), texts[i].want));
    }
}

int test_plan_compare(void);
int test_plan_compare(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_differs),
        cmocka_unit_test(leaves_out_what_is_not_wanted),
        cmocka_unit_test(keeps_depth_in_bounds),
        cmocka_unit_test(shows_secrets_as_signs),
        cmocka_unit_test(hides_what_sops_encrypted),
        cmocka_unit_test(keeps_copies_of_secrets_secret),
        cmocka_unit_test(shows_lines_that_differ),
    };
    return cmocka_run_group_tests_name("plan_compare", tests, NULL, NULL);
}
