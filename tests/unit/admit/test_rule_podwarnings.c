/* SPDX-License-Identifier: Apache-2.0 */
/* What the server warns of. */
#include "admit_case.h"

#define POD                                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  containers: [{name: a, image: a}]\n"
#define TEMPLATE                                                                                   \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: Deployment\n"                                                                           \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  selector: {matchLabels: {a: b}}\n"                                                          \
    "  template:\n"                                                                                \
    "    metadata: {labels: {a: b}}\n"                                                             \
    "    spec:\n"                                                                                  \
    "      containers: [{name: a, image: a}]\n"

static void test_warnings(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  nodeSelector: {kubernetes.io/os: linux}\n"
                         "  hostAliases: [{ip: 10.0.0.1}, {ip: 10.0.0.2}]\n"
                         "  imagePullSecrets: [{name: a}]\n"
                         "  terminationGracePeriodSeconds: -1\n",
         .want = ""},
        {.manifest = POD "  nodeSelector: {beta.kubernetes.io/os: linux}\n"
                         "  hostAliases: [{ip: 10.0.0.1}, {ip: 10.0.0.1}]\n"
                         "  imagePullSecrets: [{}, {name: a}, {name: a}]\n",
         .want = "6:41 server/warning spec.nodeSelector[beta.kubernetes.io/os]: "
                 "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "
                 "\"kubernetes.io/os\" instead\n"
                 "7:33 apply/duplicate-entry spec.hostAliases[1]: spec.hostAliases has two entries "
                 "with ip 10.0.0.1: server-side apply refuses them\n"
                 "7:38 server/warning spec.hostAliases[1].ip: spec.hostAliases[1].ip: duplicate ip "
                 "\"10.0.0.1\"\n"
                 "8:22 server/warning spec.imagePullSecrets[0].name: "
                 "spec.imagePullSecrets[0].name: invalid empty name \"\"\n"
                 "8:37 apply/duplicate-entry spec.imagePullSecrets[2]: spec.imagePullSecrets has "
                 "two entries with name a: server-side apply refuses them\n"
                 "8:44 server/warning spec.imagePullSecrets[2].name: "
                 "spec.imagePullSecrets[2].name: duplicate name \"a\"\n"},
        {.manifest = POD "  topologySpreadConstraints:\n"
                         "  - {maxSkew: 1, topologyKey: beta.kubernetes.io/arch, "
                         "whenUnsatisfiable: DoNotSchedule}\n",
         .want = "7:5 server/warning spec.topologySpreadConstraints[0].labelSelector: "
                 "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in "
                 "matching no pod\n"
                 "7:31 server/warning spec.topologySpreadConstraints[0].topologyKey: "
                 "spec.topologySpreadConstraints[0].topologyKey: beta.kubernetes.io/arch is "
                 "deprecated since v1.14; use \"kubernetes.io/arch\" instead\n"},
        {.manifest = TEMPLATE "      terminationGracePeriodSeconds: -1\n",
         .want = "10:38 server/warning spec.template.spec.terminationGracePeriodSeconds: "
                 "spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values "
                 "are invalid and will be treated as 1\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

int test_rule_podwarnings(void);
int test_rule_podwarnings(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warnings),
    };
    return cmocka_run_group_tests_name("admit warnings on Pods", tests, NULL, NULL);
}
