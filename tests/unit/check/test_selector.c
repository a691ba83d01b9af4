/* SPDX-License-Identifier: Apache-2.0 */
/* What selectors fit, which labels they are looked for by, and what links objects. */
#include "unit/unit.h"

#include "check/check_join.h"
#include "check/check_links.h"

int test_selector(void);

static const struct node *read_text(struct arena *arena, const char *text)
{
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(arena, STR("a.yaml"), str_from(text));
    diags.at.source = source;
    assert_int_equal(doc_read_file(arena, source, &diags, &docs), 0);
    assert_int_equal(docs.n, 1);
    diags_release(&diags);
    return docs.items[0].root;
}

static void test_fits(void **state)
{
    (void)state;
    static const struct {
        const char *selector, *labels;
        bool fits;
    } rows[] = {
        {"{}", "{}", true},
        {"{matchLabels: {app: web}}", "{app: web, tier: front}", true},
        {"{matchLabels: {app: web}}", "{app: wbe}", false},
        {"{matchLabels: {app: web}}", "null", false},
        {"{matchLabels: {app: '1'}}", "{app: 1}", false},
        {"{matchLabels: {app: ''}}", "{app: ''}", true},
        {"{matchLabels: {app: ''}}", "{}", false},
        {"{matchLabels: {app: web, pod-template-hash: abc}}", "{app: web}", true},
        {"{matchLabels: {app: web, app.kubernetes.io/part-of: shop}}", "{app: web}", false},
        {"{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "{app: b}", true},
        {"{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "{app: c}", false},
        {"{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}", "{}", true},
        {"{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}", "{app: a}", false},
        {"{matchExpressions: [{key: app, operator: Exists}]}", "{app: ''}", true},
        {"{matchExpressions: [{key: app, operator: Exists}]}", "{}", false},
        {"{matchExpressions: [{key: app, operator: DoesNotExist}]}", "{app: a}", false},
        {"{matchExpressions: [{key: app, operator: DoesNotExist}]}", "{}", true},
        {"{matchExpressions: [{key: app, operator: Perhaps}]}", "{app: a}", false},
        {"{matchLabels: [app], matchExpressions: app}", "{}", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        const struct selector selector = selector_of(read_text(&arena, rows[i].selector));
        const struct node *labels = read_text(&arena, rows[i].labels);
        if (selector_fits(&selector, labels) != rows[i].fits)
            fail_msg("%s on %s", rows[i].selector, rows[i].labels);
        arena_release(&arena);
    }
}

static void test_pairs(void **state)
{
    (void)state;
    static const struct {
        const char *selector, *pairs;
    } rows[] = {
        {"{}", ""},
        {"{matchLabels: {app: web, tier: front}}", "app=web tier=front "},
        {"{matchLabels: {pod-template-hash: a, app: web, helm.sh/chart: b}}", "app=web "},
        {"{matchLabels: {app.kubernetes.io/part-of: shop}}", ""},
        {"{matchLabels: {a: b}, matchExpressions: [{key: c, operator: In, values: [d]}]}",
         "a=b c=d "},
        {"{matchExpressions: [{key: a, operator: Exists}, {key: c, operator: In, values: [d, e]}, "
         "{key: f, operator: In, values: [g]}]}",
         "f=g "},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        const struct selector selector = selector_of(read_text(&arena, rows[i].selector));
        struct str found = {0};
        for (struct selector_pair pair = selector_first(&selector); pair.key.n;
             pair = selector_next(&selector, pair))
            found = str_format(&arena, "%.*s%.*s=%.*s ", STR_FMT(found), STR_FMT(pair.key),
                               STR_FMT(pair.value));
        if (!str_is(found, rows[i].pairs))
            fail_msg("%s gives %.*s", rows[i].selector, STR_FMT(found));
        arena_release(&arena);
    }
}

/* ---- links ---- */

static struct check_links links_of(struct arena *arena, const char *text)
{
    const struct node *root = read_text(arena, text);
    const struct doc doc = {.root = root, .source = source_new(arena, STR("b.yaml"), STR(""))};
    struct object object;
    struct check_links links = {0};
    assert_true(object_read(&doc, root, &object));
    check_links_of(arena, &object, &links);
    return links;
}

static bool has_link(const struct check_links *links, enum check_link_kind kind, const char *what,
                     const char *name)
{
    for (size_t i = 0; i < links->n; i++)
        if (links->items[i].kind == kind && str_is(str_from(links->items[i].what), what) &&
            str_is(links->items[i].name, name))
            return true;
    return false;
}

static void test_links(void **state)
{
    (void)state;
    static const struct {
        const char *object;
        enum check_link_kind kind;
        const char *what, *name;
    } rows[] = {
        {"{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: a}}}",
         LINK_PICKS, "Pod", "a"},
        {"{apiVersion: v1, kind: Service, metadata: {name: web}}", LINK_IS, "Service", "web"},
        {"{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: a}}, spec: {}}", LINK_HAS,
         "Pod", "a"},
        {"{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{env: "
         "[{valueFrom: "
         "{secretKeyRef: {name: s, key: k}}}]}]}}",
         LINK_NAMES, "Secret", "s"},
        {"{apiVersion: a.example/v1, kind: Rollout, metadata: {name: web}, spec: {template: "
         "{metadata: {labels: {app: a}}, spec: {containers: []}}}}",
         LINK_HAS, "Pod", "a"},
        {"{apiVersion: a.example/v1, kind: Thing, metadata: {name: web}}", LINK_IS, "maker", "web"},
        {"{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a}, spec: "
         "{scaleTargetRef: {kind: StatefulSet, name: web}}}",
         LINK_NAMES, "StatefulSet", "web"},
        {"{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: "
         "{defaultBackend: {service: {name: web}}, tls: [{secretName: s}]}}",
         LINK_NAMES, "Service", "web"},
        {"{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a}, "
         "roleRef: {kind: ClusterRole, name: web}}",
         LINK_NAMES, "ClusterRole", "web"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        const struct check_links links = links_of(&arena, rows[i].object);
        if (!has_link(&links, rows[i].kind, rows[i].what, rows[i].name))
            fail_msg("%s lacks %s %s", rows[i].object, rows[i].what, rows[i].name);
        for (size_t l = 0; l < links.n; l++)
            assert_non_null(check_link_words(&links.items[l])[0]);
        arena_release(&arena);
    }
}

int test_selector(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
