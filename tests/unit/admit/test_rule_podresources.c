/* SPDX-License-Identifier: Apache-2.0 */
/* Resources of a Pod as a whole. */
#include "admit_case.h"

#define POD                                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  containers: [{name: a, image: a}]\n"
#define BARE                                                                                       \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"

static void test_resources(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest =
             BARE "  resources: {requests: {cpu: 3}, limits: {cpu: 4}}\n"
                  "  containers:\n"
                  "  - {name: a, image: a, resources: {requests: {cpu: 1}, limits: {cpu: 4}}}\n"
                  "  - {name: b, image: b, resources: {limits: {cpu: 2000m}}}\n",
         .want = ""},
        {.manifest =
             BARE "  resources: {requests: {cpu: 2500m}, limits: {cpu: 3}}\n"
                  "  containers:\n"
                  "  - {name: a, image: a, resources: {requests: {cpu: 1}, limits: {cpu: 4}}}\n"
                  "  - {name: b, image: b, resources: {limits: {cpu: 2000m}}}\n",
         .want = "5:31 api/invalid-value spec.resources.requests[cpu]: "
                 "spec.resources.requests[cpu]: Invalid value: \"2500m\": must be greater than or "
                 "equal to aggregate container requests of 3\n"
                 "7:71 api/invalid-value spec.resources.containers[0][cpu].limits: "
                 "spec.resources.containers[0][cpu].limits: Invalid value: 4: must be less than or "
                 "equal to pod limits of 3\n"},
        {.manifest = BARE
         "  resources: {limits: {memory: 2Gi}}\n"
         "  initContainers:\n"
         "  - {name: a, image: a, restartPolicy: Always, resources: {requests: {memory: 1Gi}}}\n"
         "  - {name: b, image: b, resources: {requests: {memory: 1537Mi}}}\n"
         "  containers: [{name: c, image: c}]\n",
         .want = "5:3 api/invalid-value spec.resources.requests: spec.resources.requests: Invalid "
                 "value: \"2561Mi\": must be less than or equal to memory limit of 2Gi\n"},
        {.manifest = BARE
         "  resources: {limits: {memory: 2Gi}}\n"
         "  initContainers:\n"
         "  - {name: a, image: a, restartPolicy: Always, resources: {requests: {memory: 1Gi}}}\n"
         "  - {name: b, image: b, resources: {requests: {memory: 1Gi}}}\n"
         "  containers: [{name: c, image: c}]\n",
         .want = ""},
        {.manifest = POD "  resources: {claims: [], limits: {ephemeral-storage: 1Gi, cpu: 1}}\n",
         .want = "6:23 api/forbidden spec.resources.claims: spec.resources.claims: Forbidden: "
                 "claims may not be set for Resources at pod-level\n"
                 "6:36 api/unsupported-value spec.resources.limits[ephemeral-storage]: "
                 "spec.resources.limits[ephemeral-storage]: Unsupported value: "
                 "\"ephemeral-storage\": supported values: \"cpu\", \"hugepages-\", \"memory\"\n"},
        {.manifest = POD "  resources: {claims: [], limits: {ephemeral-storage: 1Gi, cpu: 1}}\n",
         .want = "",
         .minor = 33},
        {.manifest = POD "  os: {name: windows}\n"
                         "  resources: {limits: {cpu: 1}}\n",
         .want = "7:14 api/forbidden spec.resources: spec.resources: Forbidden: may not be set for "
                 "a windows pod\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

int test_rule_podresources(void);
int test_rule_podresources(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resources),
    };
    return cmocka_run_group_tests_name("admit rules on resources of Pods", tests, NULL, NULL);
}
