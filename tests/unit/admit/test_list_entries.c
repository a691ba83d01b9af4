/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that server-side apply merges by key. */
#include "admit_case.h"

#define POD "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - name: a\n"

static void test_keys(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "    env: [{name: A, value: u}, {name: B}, {value: u}, {value: v}]\n",
         .want = ""},
        {.manifest = POD "    env: [{name: A, value: u}, {name: A, value: v}]\n",
         .want = "7:32 apply/duplicate-entry spec.containers[0].env[1]: spec.containers[0].env has "
                 "two entries with name A: server-side apply refuses them\n"},
        {.manifest = POD "    ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}]\n",
         .want = ""},
        {.manifest = POD "    ports: [{containerPort: 53, protocol: TCP}, {containerPort: 53}]\n",
         .want = "7:49 apply/duplicate-entry spec.containers[0].ports[1]: spec.containers[0].ports "
                 "has two entries with containerPort 53, protocol TCP: server-side apply refuses "
                 "them\n"},
        {.manifest = "apiVersion: v1\n"
                     "kind: ConfigMap\n"
                     "metadata: {name: x, finalizers: [a/b, a/c, a/b]}\n",
         .want = "3:44 apply/duplicate-entry metadata.finalizers[2]: metadata.finalizers has two "
                 "entries with \"a/b\": server-side apply refuses them\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_long_list(void **state)
{
    (void)state;
    enum { ENTRIES = 500 };
    struct arena arena = {0};
    struct buf text;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    buf_add_c(&text, POD "    env:\n");
    for (int i = 0; i < ENTRIES; i++)
        buf_format(&text, "    - {name: N%d}\n", i);
    const struct admit_case good = {.manifest = text.p};
    assert_int_equal(admit_text(&arena, &good).n, 0);
    buf_add_c(&text, "    - {name: N0}\n");
    const struct admit_case bad = {.manifest = text.p};
    assert_string_equal(str_to_c(&arena, admit_text(&arena, &bad)),
                        "508:7 apply/duplicate-entry spec.containers[0].env[500]: "
                        "spec.containers[0].env has two entries with name N0: server-side apply "
                        "refuses them\n");
    buf_release(&text);
    arena_release(&arena);
}

int test_list_entries(void);
int test_list_entries(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_long_list),
    };
    return cmocka_run_group_tests_name("admit list entries", tests, NULL, NULL);
}
