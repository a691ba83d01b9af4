/* SPDX-License-Identifier: Apache-2.0 */
/* Small sets and the order of their objects; what a circle does; many objects. */
#include "unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "apply/order.h"
#include "apply/restarts.h"

int test_order(void);

enum { OBJECTS_MAX = 16 };

struct set {
    struct arena arena;
    struct diags diags;
    struct object objects[OBJECTS_MAX];
    struct plan_object wants[OBJECTS_MAX];
    size_t n;
};

static void read_set(struct set *set, const char *yaml)
{
    struct source *source = source_new(&set->arena, STR("set.yaml"), str_from(yaml));
    struct doc_list docs = {0};
    assert_int_equal(doc_read_file(&set->arena, source, &set->diags, &docs), 0);
    for (size_t i = 0; i < docs.n; i++) {
        assert_true(set->n < OBJECTS_MAX);
        struct object *object = &set->objects[set->n];
        assert_true(object_read(&docs.items[i], docs.items[i].root, object));
        set->wants[set->n++] =
            (struct plan_object){.object = object, .namespace = object->namespace};
    }
}

static void end_set(struct set *set)
{
    diags_release(&set->diags);
    arena_release(&set->arena);
}

#define THING(kind, name, more)                                                                    \
    "apiVersion: v1\nkind: " kind "\nmetadata:\n  name: " name "\n" more "---\n"
#define NOTE(text)        "  annotations: {" text "}\n"
#define NEEDS(kind, name) NOTE("config.kubernetes.io/depends-on: /" kind "/" name)
#define NS_A              "  namespace: a\n"
#define WORK(name, meta, pod)                                                                      \
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " name "\n" meta                    \
    "spec:\n  template:\n    metadata: {labels: {app: " name "}}\n    spec: {" pod "}\n---\n"
#define CRD                                                                                        \
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: "     \
    "mugs.example.com\nspec: {group: example.com, names: {kind: Mug}}\n---\n"
#define MUG(meta) "apiVersion: example.com/v1\nkind: Mug\nmetadata:\n  name: mug\n" meta "---\n"
#define HOOK                                                                                       \
    "apiVersion: admissionregistration.k8s.io/v1\nkind: "                                          \
    "ValidatingWebhookConfiguration\nmetadata:\n  name: hook\nwebhooks: [{clientConfig: "          \
    "{service: {namespace: a, name: web}}}]\n---\n"

static const struct {
    const char *yaml;
    const char *want; /* names in the sequence, | between stages; or the error */
    const char *gone; /* the same of deletions */
} rows[] = {
    {"", "", ""},
    {THING("ConfigMap", "c", NS_A) THING("Namespace", "a", ""), "a c", "c|a"},
    {MUG("") CRD, "mugs.example.com mug", "mug|mugs.example.com"},
    {HOOK WORK("web", NS_A, "") THING("Service", "web", NS_A "spec: {selector: {app: web}}\n"),
     "web web hook", "hook|web web"},
    {THING("ConfigMap", "b", NOTE("tidegate.dev/wave: '1'")) THING("ConfigMap", "a", ""), "a|b",
     "a b"},
    {THING("ConfigMap", "x", NOTE("argocd.argoproj.io/sync-wave: '-1'"))
         THING("ConfigMap", "a", ""),
     "x|a", "a x"},
    {THING("Pod", "p", NOTE("argocd.argoproj.io/hook: PostSync"))
         THING("Pod", "q", NOTE("helm.sh/hook: pre-upgrade")) THING("Pod", "r", "")
             THING("Pod", "s", NOTE("helm.sh/hook: test")),
     "q|r|p", "p q r s"},
    /* A namespace comes with the first that is in it. */
    {THING("Namespace", "a", NOTE("tidegate.dev/wave: '3'"))
         THING("Pod", "p", NS_A NOTE("helm.sh/hook: pre-install")) THING("Pod", "z", ""),
     "a p|z", "p z|a"},
    {THING("ConfigMap", "a", NEEDS("Secret", "s")) THING("Secret", "s", ""), "s a", "a s"},
    {THING("ConfigMap", "a", NEEDS("Secret", "none")), "a", "a"},
    {THING("ConfigMap", "a", NEEDS("ConfigMap", "b"))
         THING("ConfigMap", "b", NEEDS("ConfigMap", "a")),
     "objects depend on each other in a circle: ConfigMap a -> ConfigMap b -> ConfigMap a", "a b"},
    {THING("ConfigMap", "a", NEEDS("ConfigMap", "a")),
     "objects depend on each other in a circle: ConfigMap a -> ConfigMap a", "a"},
    {THING("ConfigMap", "a", NEEDS("ConfigMap", "b"))
         THING("ConfigMap", "b", NOTE("tidegate.dev/wave: '1'")),
     "ConfigMap a depends on ConfigMap b, which is of a later phase or wave", "a b"},
    /* A rule gives way to what is declared. */
    {WORK("w", "", "serviceAccountName: s")
         THING("ServiceAccount", "s", NOTE("config.kubernetes.io/depends-on: apps/Deployment/w")),
     "w s", "w s"},
};

static void check_sequence(const struct set *set, const struct order *order, const char *want)
{
    char text[512] = "";
    size_t n = 0;
    for (size_t k = 0; k < order->sequence_n; k++) {
        const uint32_t i = order->sequence[k];
        const char *sep = !k ? ""
                          : order->items[i].stage == order->items[order->sequence[k - 1]].stage
                              ? " "
                              : "|";
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", sep,
                              STR_FMT(set->objects[i].name));
        assert_int_equal(order->items[i].place, k);
        for (size_t e = 0; e < order->items[i].n; e++)
            assert_true(order->items[order->items[i].edges[e].on].place < k);
    }
    assert_string_equal(text, want);
}

static void test_sequences(void **state)
{
    (void)state;
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        struct set set = {0};
        struct order order;
        struct str error = {0};
        read_set(&set, rows[r].yaml);
        if (order_of(&set.arena, set.wants, set.n, &order, &error) < 0)
            assert_string_equal(str_to_c(&set.arena, error), rows[r].want);
        else
            check_sequence(&set, &order, rows[r].want);
        order_deletions(&set.arena, set.wants, set.n, &order);
        if (r < 4)
            check_sequence(&set, &order, rows[r].gone);
        assert_int_equal(order.sequence_n, set.n);
        end_set(&set);
    }
}

#define USES(more) WORK("w", more, "containers: [{name: c, envFrom: [{configMapRef: {name: c}}]}]")

static void digest(const char *yaml, unsigned char seed, char *out)
{
    struct set set = {0};
    struct restarts restarts;
    const unsigned char key[INVENTORY_KEY_BYTES] = {seed};
    read_set(&set, yaml);
    restarts_of(&set.arena, set.wants, set.n, key, &restarts);
    snprintf(out, 65, "%.*s", STR_FMT(restarts.digests[0]));
    end_set(&set);
}

static void test_restarts(void **state)
{
    char one[65], other[65];
    (void)state;
    digest(USES("") THING("ConfigMap", "c", "data: {a: x, b: y}\n"), 1, one);
    assert_int_equal(strlen(one), 32);
    digest(USES("") THING("ConfigMap", "c", "data: {b: y, a: x}\n"), 1, other);
    assert_string_equal(one, other);
    digest(USES("") THING("ConfigMap", "c", "data: {a: xb, b: y}\n"), 1, other);
    assert_string_not_equal(one, other);
    digest(USES("") THING("ConfigMap", "c", "data: {a: x, b: y}\n"), 2, other);
    assert_string_not_equal(one, other);
    digest(USES("") THING("ConfigMap", "d", "data: {a: x}\n"), 1, other);
    assert_string_equal(other, "");
    digest(USES(NOTE("tidegate.dev/restart: 'off'")) THING("ConfigMap", "c", "data: {a: x}\n"), 1,
           other);
    assert_string_equal(other, "");
}

int test_order(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sequences),
                                       cmocka_unit_test(test_restarts)};
    return cmocka_run_group_tests_name("apply: order and restarts", tests, NULL, NULL);
}
