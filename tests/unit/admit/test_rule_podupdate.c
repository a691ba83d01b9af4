/* SPDX-License-Identifier: Apache-2.0 */
/* What may change in a Pod that is there. */
#include "admit_case.h"

#define HEAD "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
#define FORBIDDEN                                                                                  \
    "5:3 api/forbidden spec: spec: Forbidden: pod updates may not change fields other than "       \
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"      \
    "`spec.tolerations` (only additions to existing tolerations),"                                 \
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously "          \
    "negative)\n"

#define ONE "  containers: [{name: a, image: a}]\n"
#define TWO "  containers: [{name: a, image: a}, {name: b, image: b}]\n"

static void test_rest(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = HEAD "  containers: [{name: a, image: b}]\n", .old = HEAD ONE, .want = ""},
        {.manifest = HEAD ONE "  preemptionPolicy: PreemptLowerPriority\n  priority: 0\n",
         .old = HEAD ONE,
         .want = ""},
        {.manifest = HEAD ONE "  hostNetwork: false\n  enableServiceLinks: true\n",
         .old = HEAD ONE,
         .want = ""},
        {.manifest = HEAD ONE "  terminationGracePeriodSeconds: 1\n",
         .old = HEAD ONE "  terminationGracePeriodSeconds: -3\n",
         .want = ""},
        {.manifest = HEAD ONE "  hostname: a\n", .old = HEAD ONE, .want = FORBIDDEN},
        {.manifest = HEAD ONE "  automountServiceAccountToken: false\n",
         .old = HEAD ONE,
         .want = FORBIDDEN},
        {.manifest = HEAD "  containers: [{name: a, image: a, command: [a]}]\n",
         .old = HEAD ONE,
         .want = FORBIDDEN},
        {.manifest = HEAD TWO,
         .old = HEAD ONE,
         .want = "5:15 api/forbidden spec.containers: spec.containers: Forbidden: pod updates may "
                 "not add "
                 "or remove containers\n"},
        {.manifest = HEAD ONE,
         .old = HEAD ONE "  initContainers: [{name: b, image: b}]\n",
         .want = "4:1 api/forbidden spec.initContainers: spec.initContainers: Forbidden: pod "
                 "updates may "
                 "not add or remove containers\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

static void test_deadline(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = HEAD ONE "  activeDeadlineSeconds: 5\n", .old = HEAD ONE, .want = ""},
        {.manifest = HEAD ONE "  activeDeadlineSeconds: 4\n",
         .old = HEAD ONE "  activeDeadlineSeconds: 5\n",
         .want = ""},
        {.manifest = HEAD ONE "  activeDeadlineSeconds: 6\n",
         .old = HEAD ONE "  activeDeadlineSeconds: 5\n",
         .want = "6:26 api/invalid-value spec.activeDeadlineSeconds: spec.activeDeadlineSeconds: "
                 "Invalid "
                 "value: 6: must be less than or equal to previous value\n"},
        {.manifest = HEAD ONE,
         .old = HEAD ONE "  activeDeadlineSeconds: 5\n",
         .want = "4:1 api/invalid-value spec.activeDeadlineSeconds: spec.activeDeadlineSeconds: "
                 "Invalid "
                 "value: null: must not update from a positive integer to nil value\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

#define TOLERATION "  tolerations: [{key: a, effect: NoExecute}"

static void test_tolerations(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = HEAD ONE TOLERATION ", {key: b, operator: Exists}]\n",
         .old = HEAD ONE TOLERATION "]\n",
         .want = ""},
        /* the two that the server gave are not asked for any more */
        {.manifest = HEAD ONE TOLERATION ", {operator: Exists}]\n",
         .old = HEAD ONE TOLERATION "]\n",
         .want = "6:16 api/forbidden spec.tolerations: spec.tolerations: Forbidden: existing "
                 "toleration can not be modified except its tolerationSeconds\n"},
        {.manifest =
             HEAD ONE "  tolerations: [{key: a, effect: NoExecute, tolerationSeconds: 5}]\n",
         .old = HEAD ONE TOLERATION "]\n",
         .want = ""},
        {.manifest = HEAD ONE "  tolerations: [{key: a}]\n",
         .old = HEAD ONE TOLERATION "]\n",
         .want = "6:16 api/forbidden spec.tolerations: spec.tolerations: Forbidden: existing "
                 "toleration "
                 "can not be modified except its tolerationSeconds\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

#define GATED "  schedulingGates: [{name: g}]\n"
#define TERMS(requirements)                                                                        \
    "  affinity:\n    nodeAffinity:\n      requiredDuringSchedulingIgnoredDuringExecution:\n"      \
    "        nodeSelectorTerms:\n        - matchExpressions: [" requirements "]\n"

static void test_gates(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = HEAD ONE, .old = HEAD ONE GATED, .want = ""},
        {.manifest = HEAD ONE GATED,
         .old = HEAD ONE,
         .want = "6:28 api/forbidden spec.schedulingGates[0].name: spec.schedulingGates[0].name: "
                 "Forbidden: only deletion is allowed, but found new scheduling gate 'g'\n"},
        {.manifest = HEAD ONE GATED "  nodeSelector: {a: b}\n", .old = HEAD ONE GATED, .want = ""},
        {.manifest = HEAD ONE GATED "  nodeSelector: {a: c}\n",
         .old = HEAD ONE GATED "  nodeSelector: {a: b}\n",
         .want = "7:17 api/invalid-value spec.nodeSelector: spec.nodeSelector: Invalid value: "
                 "{\"a\":\"c\"}: only additions to spec.nodeSelector are allowed (no mutations or "
                 "deletions)\n"},
        {.manifest = HEAD ONE "  nodeSelector: {a: b}\n", .old = HEAD ONE, .want = FORBIDDEN},
        {.manifest = HEAD ONE GATED TERMS("{key: a, operator: Exists}"),
         .old = HEAD ONE GATED,
         .want = ""},
        {.manifest = HEAD ONE GATED TERMS("{key: a, operator: Exists}, {key: b, operator: Exists}"),
         .old = HEAD ONE GATED TERMS("{key: a, operator: Exists}"),
         .want = ""},
        {.manifest = HEAD ONE GATED TERMS("{key: b, operator: Exists}"),
         .old = HEAD ONE GATED TERMS("{key: a, operator: Exists}"),
         .want =
             "11:11 api/invalid-value spec.affinity.nodeAffinity."
             "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]: "
             "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
             "nodeSelectorTerms[0]: Invalid value: "
             "{\"matchExpressions\":[{\"key\":\"b\",\"operator\":\"Exists\"}]}: only additions are "
             "allowed (no mutations or deletions)\n"},
        {.manifest = HEAD ONE GATED,
         .old = HEAD ONE GATED TERMS("{key: a, operator: Exists}"),
         .want = "4:1 api/invalid-value spec.affinity.nodeAffinity."
                 "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms: Invalid value: null: no additions/deletions to non-empty "
                 "NodeSelectorTerms list are allowed\n"},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

int test_rule_podupdate(void);
int test_rule_podupdate(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_tolerations),
        cmocka_unit_test(test_gates),
    };
    return cmocka_run_group_tests_name("admit rules of Pod updates", tests, NULL, NULL);
}
