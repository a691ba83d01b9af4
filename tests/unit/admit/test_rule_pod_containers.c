/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on the containers of a Pod, their resources and what only some of them may have. */
#include "admit_case.h"

#define POD                                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"
#define CONTAINER                                                                                  \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  containers:\n"                                                                              \
    "  - name: web\n"                                                                              \
    "    image: web:1\n"

static const struct admit_case names_cases[] = {
    {.manifest = POD "  containers: [{name: a, image: b}, {name: c, image: d}]\n"
                     "  initContainers: [{name: e, image: f}]\n",
     .want = ""},
    {.manifest = POD "  containers: [{name: a, image: b}, {name: a, image: d}]\n"
                     "  initContainers: [{name: a, image: f}]\n",
     .want = "5:37 apply/duplicate-entry spec.containers[1]: spec.containers has two "
             "entries with name a: server-side apply refuses them\n"
             "5:44 api/duplicate-value spec.containers[1].name: "
             "spec.containers[1].name: Duplicate value: \"a\"\n"
             "6:27 api/duplicate-value spec.initContainers[0].name: "
             "spec.initContainers[0].name: Duplicate value: \"a\"\n"},
    {.manifest = POD "  containers: [{image: b}, {name: A, image: \" c\"}, {name: d}]\n",
     .want = "5:16 api/required spec.containers[0].name: spec.containers[0].name: "
             "Required value\n"
             "5:35 api/invalid-value spec.containers[1].name: "
             "spec.containers[1].name: Invalid value: \"A\": must consist of "
             "lower-case letters, digits and '-', and start and end with a letter or "
             "digit\n"
             "5:45 api/invalid-value spec.containers[1].image: "
             "spec.containers[1].image: Invalid value: \" c\": must not have leading "
             "or trailing whitespace\n"
             "5:52 api/required spec.containers[2].image: spec.containers[2].image: "
             "Required value\n"},
    {.manifest = POD "  containers: [{name: a, image: b}]\n"
                     "  ephemeralContainers: [{name: a, image: c, ports: [{containerPort: "
                     "1}]}]\n",
     .want = "6:24 api/forbidden spec.ephemeralContainers: spec.ephemeralContainers: "
             "Forbidden: cannot be set on create\n"
             "6:32 api/duplicate-value spec.ephemeralContainers[0].name: "
             "spec.ephemeralContainers[0].name: Duplicate value: \"a\"\n"
             "6:52 api/forbidden spec.ephemeralContainers[0].ports: "
             "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an "
             "Ephemeral Container\n"},
};

static const struct admit_case enums_cases[] = {
    {.manifest = CONTAINER "    imagePullPolicy: Never\n"
                           "    terminationMessagePolicy: FallbackToLogsOnError\n",
     .want = ""},
    {.manifest = CONTAINER "    imagePullPolicy: always\n"
                           "    terminationMessagePolicy: file\n",
     .want = "8:22 api/unsupported-value spec.containers[0].imagePullPolicy: "
             "spec.containers[0].imagePullPolicy: Unsupported value: \"always\": "
             "supported values: \"Always\", \"IfNotPresent\", \"Never\"\n"
             "9:31 api/unsupported-value spec.containers[0].terminationMessagePolicy: "
             "spec.containers[0].terminationMessagePolicy: Unsupported value: "
             "\"file\": supported values: \"File\", \"FallbackToLogsOnError\"\n"},
};

static const struct admit_case host_ports_cases[] = {
    {.manifest = POD "  hostNetwork: true\n"
                     "  containers: [{name: a, image: b, ports: [{containerPort: 80}]}]\n",
     .want = ""},
    {.manifest = POD "  hostNetwork: true\n"
                     "  containers: [{name: a, image: b, ports: [{containerPort: 80, "
                     "hostPort: 81}]}]\n",
     .want = "6:74 api/invalid-value spec.containers[0].ports[0].hostPort: "
             "spec.containers[0].ports[0].hostPort: Invalid value: 81: must match "
             "`containerPort` when `hostNetwork` is true\n"},
    {.manifest = POD "  containers:\n"
                     "  - {name: a, image: b, ports: [{containerPort: 80, hostPort: 80}]}\n"
                     "  - {name: c, image: d, ports: [{containerPort: 81, hostPort: 80}, "
                     "{containerPort: 82, hostPort: 80, protocol: UDP}]}\n",
     .want = "7:63 api/duplicate-value spec.containers[1].ports[0].hostPort: "
             "spec.containers[1].ports[0].hostPort: Duplicate value: \"TCP//80\"\n"},
    {.manifest = POD "  containers: [{name: a, image: b, ports: [{containerPort: 80}, "
                     "{containerPort: 80, hostPort: 8080}]}]\n",
     .want = "5:65 apply/duplicate-entry spec.containers[0].ports[1]: "
             "spec.containers[0].ports has two entries with containerPort 80, "
             "protocol TCP: server-side apply refuses them\n"
             "5:65 server/warning spec.containers[0].ports[1]: "
             "spec.containers[0].ports[1]: overlapping port definition with "
             "spec.containers[0].ports[0]\n"},
};

static const struct admit_case resources_cases[] = {
    {.manifest = CONTAINER "    resources: {requests: {cpu: 1}, limits: {cpu: 1000m, memory: 1Gi, "
                           "example.com/gpu: 1}}\n",
     .want = ""},
    {.manifest = CONTAINER "    resources: {requests: {cpu: 2, memory: 1Gi}, limits: {cpu: 1, "
                           "memory: 1G}}\n",
     .want = "8:33 api/invalid-value spec.containers[0].resources.requests: "
             "spec.containers[0].resources.requests: Invalid value: \"2\": must be "
             "less than or equal to cpu limit of 1\n"
             "8:44 api/invalid-value spec.containers[0].resources.requests: "
             "spec.containers[0].resources.requests: Invalid value: \"1Gi\": must be "
             "less than or equal to memory limit of 1G\n"},
    {.manifest = CONTAINER "    resources: {requests: {example.com/gpu: 1}}\n",
     .want = "8:5 api/required spec.containers[0].resources.limits: "
             "spec.containers[0].resources.limits: Required value: Limit must be set "
             "for non overcommitable resources\n"},
    {.manifest = CONTAINER "    resources: {limits: {example.com/gpu: 2}, requests: "
                           "{example.com/gpu: 1}}\n",
     .want = "8:75 api/invalid-value spec.containers[0].resources.requests: "
             "spec.containers[0].resources.requests: Invalid value: \"1\": must be "
             "equal to example.com/gpu limit of 2\n"},
    {.manifest = CONTAINER "    resources: {limits: {example.com/gpu: 1.5}}\n",
     .want = "8:43 api/invalid-value "
             "spec.containers[0].resources.limits[example.com/gpu]: "
             "spec.containers[0].resources.limits[example.com/gpu]: Invalid value: "
             "\"1500m\": must be an integer\n"
             "8:43 api/invalid-value "
             "spec.containers[0].resources.requests[example.com/gpu]: "
             "spec.containers[0].resources.requests[example.com/gpu]: Invalid value: "
             "\"1500m\": must be an integer\n"},
    {.manifest = CONTAINER "    resources: {limits: {gpu: 1}}\n",
     .want = "8:26 api/invalid-value spec.containers[0].resources.limits[gpu]: "
             "spec.containers[0].resources.limits[gpu]: Invalid value: \"gpu\": must "
             "be a standard resource for containers\n"
             "8:26 api/invalid-value spec.containers[0].resources.limits[gpu]: "
             "spec.containers[0].resources.limits[gpu]: Invalid value: \"gpu\": must "
             "be a standard resource type or fully qualified\n"
             "8:26 api/invalid-value spec.containers[0].resources.requests[gpu]: "
             "spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": "
             "must be a standard resource for containers\n"
             "8:26 api/invalid-value spec.containers[0].resources.requests[gpu]: "
             "spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": "
             "must be a standard resource type or fully qualified\n"},
    {.manifest = CONTAINER "    resources: {limits: {pods: 1}}\n",
     .want = "8:26 api/invalid-value spec.containers[0].resources.limits[pods]: "
             "spec.containers[0].resources.limits[pods]: Invalid value: \"pods\": "
             "must be a standard resource for containers\n"
             "8:26 api/invalid-value spec.containers[0].resources.requests[pods]: "
             "spec.containers[0].resources.requests[pods]: Invalid value: \"pods\": "
             "must be a standard resource for containers\n"},
    {.manifest = CONTAINER "    resources: {limits: {requests.a/b: 1}}\n",
     .want = "8:26 api/invalid-value "
             "spec.containers[0].resources.limits[requests.a/b]: "
             "spec.containers[0].resources.limits[requests.a/b]: Invalid value: "
             "\"requests.a/b\": doesn't follow extended resource name standard\n"
             "8:26 api/invalid-value "
             "spec.containers[0].resources.requests[requests.a/b]: "
             "spec.containers[0].resources.requests[requests.a/b]: Invalid value: "
             "\"requests.a/b\": doesn't follow extended resource name standard\n"},
    {.manifest = CONTAINER "    resources: {limits: {cpu: -1}}\n",
     .want = "8:31 api/invalid-value spec.containers[0].resources.limits[cpu]: "
             "spec.containers[0].resources.limits[cpu]: Invalid value: \"-1\": must "
             "be greater than or equal to 0\n"
             "8:31 api/invalid-value spec.containers[0].resources.requests[cpu]: "
             "spec.containers[0].resources.requests[cpu]: Invalid value: \"-1\": must "
             "be greater than or equal to 0\n"},
    {.manifest = CONTAINER "    resources: {limits: {hugepages-2Mi: 4Mi}}\n",
     .want = "8:16 api/forbidden spec.containers[0].resources: "
             "spec.containers[0].resources: Forbidden: HugePages require cpu or "
             "memory\n"},
    {.manifest = CONTAINER "    resources: {limits: {hugepages-2Mi: 3Mi, cpu: 1}}\n",
     .want = "8:41 api/invalid-value "
             "spec.containers[0].resources.limits[hugepages-2Mi]: "
             "spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "
             "\"3Mi\": 3Mi is not positive integer multiple of hugepages-2Mi\n"
             "8:41 api/invalid-value "
             "spec.containers[0].resources.requests[hugepages-2Mi]: "
             "spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: "
             "\"3Mi\": 3Mi is not positive integer multiple of hugepages-2Mi\n"},
    {.manifest = CONTAINER "    resources: {limits: {memory: 1500m}}\n",
     .want = "8:34 server/warning spec.containers[0].resources.limits[memory]: "
             "spec.containers[0].resources.limits[memory]: fractional byte value "
             "\"1500m\" is invalid, must be an integer\n"
             "8:34 server/warning spec.containers[0].resources.requests[memory]: "
             "spec.containers[0].resources.requests[memory]: fractional byte value "
             "\"1500m\" is invalid, must be an integer\n"},
};

static const struct admit_case claims_cases[] = {
    {.manifest = POD "  resourceClaims: [{name: gpu, resourceClaimName: x}]\n"
                     "  containers: [{name: a, image: b, resources: {claims: [{name: gpu, "
                     "request: one}]}}]\n",
     .want = ""},
    {.manifest = POD "  resourceClaims: [{name: gpu, resourceClaimName: x}]\n"
                     "  containers: [{name: a, image: b, resources: {claims: [{name: gpu}, "
                     "{name: gpu, request: A}]}}]\n",
     .want = "6:70 api/duplicate-value spec.containers[0].resources.claims[1]: "
             "spec.containers[0].resources.claims[1]: Duplicate value: \"gpu\"\n"
             "6:70 apply/duplicate-entry spec.containers[0].resources.claims[1]: "
             "spec.containers[0].resources.claims has two entries with name gpu: "
             "server-side apply refuses them\n"},
    {.manifest = POD "  containers: [{name: a, image: b, resources: {claims: [{name: "
                     "gpu}]}}]\n",
     .want = "5:57 api/invalid-value spec.containers[0].resources.claims[0]: "
             "spec.containers[0].resources.claims[0]: Not found: \"gpu\": must be one "
             "of the names in pod.spec.resourceClaims which is empty\n"},
};

static const struct admit_case divisors_cases[] = {
    {.manifest = CONTAINER "    env: [{name: A, valueFrom: {resourceFieldRef: {resource: "
                           "limits.cpu, divisor: 1000m}}}]\n",
     .want = ""},
    {.manifest = CONTAINER "    env: [{name: A, valueFrom: {resourceFieldRef: {resource: "
                           "limits.cpu, divisor: 1k}}}]\n",
     .want = "8:83 api/invalid-value "
             "spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: "
             "spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid "
             "value: \"limits.cpu\": only divisor's values 1m and 1 are supported "
             "with the cpu resource\n"},
    {.manifest = CONTAINER "    env: [{name: A, valueFrom: {resourceFieldRef: {resource: "
                           "limits.hugepages-2Mi, divisor: 3}}}]\n",
     .want = "8:93 api/invalid-value "
             "spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: "
             "spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid "
             "value: \"limits.hugepages-2Mi\": only divisor's values 1, 1k, 1M, 1G, "
             "1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the "
             "hugepages resource\n"},
};

static const struct admit_case resize_cases[] = {
    {.manifest = CONTAINER "    resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}]\n",
     .want = ""},
    {.manifest = CONTAINER "    resizePolicy: [{resourceName: gpu, restartPolicy: x}, "
                           "{resourceName: gpu}]\n",
     .want = "8:20 api/unsupported-value spec.containers[0].resizePolicy: "
             "spec.containers[0].resizePolicy: Unsupported value: \"gpu\": supported "
             "values: \"cpu\", \"memory\"\n"
             "8:20 api/unsupported-value spec.containers[0].resizePolicy: "
             "spec.containers[0].resizePolicy: Unsupported value: \"x\": supported "
             "values: \"NotRequired\", \"RestartContainer\"\n"
             "8:59 api/duplicate-value spec.containers[0].resizePolicy[1]: "
             "spec.containers[0].resizePolicy[1]: Duplicate value: \"gpu\"\n"
             "8:59 api/required spec.containers[0].resizePolicy: "
             "spec.containers[0].resizePolicy: Required value\n"
             "8:59 api/unsupported-value spec.containers[0].resizePolicy: "
             "spec.containers[0].resizePolicy: Unsupported value: \"gpu\": supported "
             "values: \"cpu\", \"memory\"\n"},
};

static const struct admit_case sleep_cases[] = {
    {.manifest = CONTAINER "    lifecycle: {preStop: {sleep: {seconds: 30}}}\n", .want = ""},
    {.manifest = CONTAINER "    lifecycle: {preStop: {sleep: {seconds: 31}}}\n",
     .want = "8:34 api/invalid-value spec.containers[0].lifecycle.preStop.sleep: "
             "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be "
             "non-negative and less than terminationGracePeriodSeconds (30)\n"},
    {.manifest = CONTAINER "    lifecycle: {preStop: {sleep: {seconds: 0}}}\n", .want = ""},
    {.manifest = CONTAINER "    lifecycle: {preStop: {sleep: {seconds: 0}}}\n",
     .minor = 32,
     .want = "8:34 api/invalid-value spec.containers[0].lifecycle.preStop.sleep: "
             "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 0: must be "
             "greater than 0 and less than terminationGracePeriodSeconds (30). Enable "
             "AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.\n"},
};

static const struct admit_case restart_cases[] = {
    {.manifest = CONTAINER "    restartPolicy: Never\n"
                           "    restartPolicyRules: [{action: Restart, exitCodes: {operator: In, "
                           "values: [1]}}]\n",
     .want = ""},
    {.manifest = CONTAINER "    restartPolicyRules: [{action: Stop}, {action: Restart, exitCodes: "
                           "{operator: Is}}]\n",
     .want = "6:5 api/required spec.containers[0].restartPolicy: "
             "spec.containers[0].restartPolicy: Required value: must specify "
             "restartPolicy when restart rules are used\n"
             "8:26 api/required spec.containers[0].restartPolicyRules[0].exitCodes: "
             "spec.containers[0].restartPolicyRules[0].exitCodes: Required value: "
             "must be specified\n"
             "8:35 api/unsupported-value "
             "spec.containers[0].restartPolicyRules[0].action: "
             "spec.containers[0].restartPolicyRules[0].action: Unsupported value: "
             "\"Stop\": supported values: \"Restart\", \"RestartAllContainers\"\n"
             "8:82 api/unsupported-value "
             "spec.containers[0].restartPolicyRules[1].exitCodes.operator: "
             "spec.containers[0].restartPolicyRules[1].exitCodes.operator: "
             "Unsupported value: \"Is\": supported values: \"In\", \"NotIn\"\n"},
    {.manifest = CONTAINER "    restartPolicy: never\n",
     .want = "8:20 api/unsupported-value spec.containers[0].restartPolicy: "
             "spec.containers[0].restartPolicy: Unsupported value: \"never\": "
             "supported values: \"Always\", \"Never\", \"OnFailure\"\n"},
    {.manifest = CONTAINER "    restartPolicy: Always\n",
     .minor = 33,
     .want = "8:20 api/forbidden spec.containers[0].restartPolicy: "
             "spec.containers[0].restartPolicy: Forbidden: may not be set for "
             "non-init containers\n"},
    {.manifest = CONTAINER "    restartPolicy: Always\n", .minor = 34, .want = ""},
};

static const struct admit_case init_cases[] = {
    {.manifest = POD "  containers: [{name: a, image: b}]\n"
                     "  initContainers: [{name: c, image: d, restartPolicy: Always, "
                     "livenessProbe: {exec: {command: [e]}}}]\n",
     .want = ""},
    {.manifest = POD "  containers: [{name: a, image: b}]\n"
                     "  initContainers:\n"
                     "  - {name: c, image: d, lifecycle: {}, livenessProbe: {exec: "
                     "{command: [e]}}}\n"
                     "  - {name: f, image: g, lifecycle: {stopSignal: SIGTERM}}\n",
     .want = "7:36 api/forbidden spec.initContainers[0].lifecycle: "
             "spec.initContainers[0].lifecycle: Forbidden: may not be set for init "
             "containers without restartPolicy=Always\n"
             "7:55 api/forbidden spec.initContainers[0].livenessProbe: "
             "spec.initContainers[0].livenessProbe: Forbidden: may not be set for "
             "init containers without restartPolicy=Always\n"},
    {.manifest = POD "  containers: [{name: a, image: b}]\n"
                     "  initContainers: [{name: c, image: d, restartPolicy: Never}]\n",
     .minor = 33,
     .want = "6:55 api/unsupported-value spec.initContainers[0].restartPolicy: "
             "spec.initContainers[0].restartPolicy: Unsupported value: \"Never\": "
             "supported values: \"Always\"\n"},
    {.manifest = POD "  containers: [{name: a, image: b}]\n"
                     "  initContainers: [{name: c, image: d, resizePolicy: [{resourceName: "
                     "cpu, restartPolicy: RestartContainer}]}]\n",
     .want = "6:90 api/invalid-value "
             "spec.initContainers[0].resizePolicy[0].restartPolicy: "
             "spec.initContainers[0].resizePolicy[0].restartPolicy: Invalid value: "
             "\"RestartContainer\": must not be set to 'RestartContainer' for "
             "non-sidecar initContainers\n"},
    {.manifest = POD "  containers: [{name: a, image: b}]\n"
                     "  initContainers: [{name: c, image: d, resizePolicy: [{resourceName: "
                     "cpu, restartPolicy: RestartContainer}]}]\n",
     .minor = 35,
     .want = ""},
};

static void test_names(void **state)
{
    (void)state;
    check_rules(names_cases, ARRAY_LEN(names_cases));
}

static void test_enums(void **state)
{
    (void)state;
    check_rules(enums_cases, ARRAY_LEN(enums_cases));
}

static void test_host_ports(void **state)
{
    (void)state;
    check_rules(host_ports_cases, ARRAY_LEN(host_ports_cases));
}

static void test_resources(void **state)
{
    (void)state;
    check_rules(resources_cases, ARRAY_LEN(resources_cases));
}

static void test_claims(void **state)
{
    (void)state;
    check_rules(claims_cases, ARRAY_LEN(claims_cases));
}

static void test_divisors(void **state)
{
    (void)state;
    check_rules(divisors_cases, ARRAY_LEN(divisors_cases));
}

static void test_resize(void **state)
{
    (void)state;
    check_rules(resize_cases, ARRAY_LEN(resize_cases));
}

static void test_sleep(void **state)
{
    (void)state;
    check_rules(sleep_cases, ARRAY_LEN(sleep_cases));
}

static void test_restart(void **state)
{
    (void)state;
    check_rules(restart_cases, ARRAY_LEN(restart_cases));
}

static void test_init(void **state)
{
    (void)state;
    check_rules(init_cases, ARRAY_LEN(init_cases));
}

int test_rule_pod_containers(void);
int test_rule_pod_containers(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),      cmocka_unit_test(test_enums),
        cmocka_unit_test(test_host_ports), cmocka_unit_test(test_resources),
        cmocka_unit_test(test_claims),     cmocka_unit_test(test_divisors),
        cmocka_unit_test(test_resize),     cmocka_unit_test(test_sleep),
        cmocka_unit_test(test_restart),    cmocka_unit_test(test_init),
    };
    return cmocka_run_group_tests_name("admit rules on the containers of a Pod", tests, NULL, NULL);
}
