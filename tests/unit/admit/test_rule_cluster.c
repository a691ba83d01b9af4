/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of classes, nodes, namespaces and APIs. */
#include "admit_case.h"

#define PRIORITY                                                                                   \
    "apiVersion: scheduling.k8s.io/v1\n"                                                           \
    "kind: PriorityClass\n"                                                                        \
    "metadata: {name: a}\n"
#define SYSTEM                                                                                     \
    "apiVersion: scheduling.k8s.io/v1\n"                                                           \
    "kind: PriorityClass\n"                                                                        \
    "metadata: {name: system-node-critical}\n"
#define RUNTIME                                                                                    \
    "apiVersion: node.k8s.io/v1\n"                                                                 \
    "kind: RuntimeClass\n"                                                                         \
    "metadata: {name: a}\n"
#define LEASE                                                                                      \
    "apiVersion: coordination.k8s.io/v1\n"                                                         \
    "kind: Lease\n"                                                                                \
    "metadata: {name: a}\n"
#define NODE                                                                                       \
    "apiVersion: v1\n"                                                                             \
    "kind: Node\n"                                                                                 \
    "metadata: {name: a}\n"
#define NAMESPACE                                                                                  \
    "apiVersion: v1\n"                                                                             \
    "kind: Namespace\n"                                                                            \
    "metadata: {name: a}\n"
#define API                                                                                        \
    "apiVersion: apiregistration.k8s.io/v1\n"                                                      \
    "kind: APIService\n"                                                                           \
    "metadata: {name: v1.a.b}\n"

static const struct update_case classes_cases[] = {
    {.manifest = PRIORITY "value: -1\n", .want = ""},
    {.manifest = PRIORITY "value: 1000000001\n",
     .want = "4:8 api/forbidden value: value: Forbidden: maximum allowed value of a user defined "
             "priority is 1000000000\n"},
    {.manifest = PRIORITY "value: 1\n"
                          "preemptionPolicy: never\n",
     .want = "5:19 api/unsupported-value preemptionPolicy: preemptionPolicy: Unsupported value: "
             "\"never\": supported values: \"PreemptLowerPriority\", \"Never\"\n"},
    {.manifest = PRIORITY "value: 1\n"
                          "preemptionPolicy: \"\"\n",
     .want = "5:19 api/required preemptionPolicy: preemptionPolicy: Required value\n"},
    {.manifest = SYSTEM "value: 2000001000\n", .want = ""},
    {.manifest = SYSTEM "value: 1\n",
     .want = "3:18 api/forbidden metadata.name: metadata.name: Forbidden: priority class names "
             "with 'system-' prefix are reserved for system use only. error: value of "
             "system-node-critical PriorityClass must be 2000001000\n"},
    {.manifest = "apiVersion: scheduling.k8s.io/v1\n"
                 "kind: PriorityClass\n"
                 "metadata: {name: system-other}\n"
                 "value: 1\n",
     .want = "3:18 api/forbidden metadata.name: metadata.name: Forbidden: priority class names "
             "with 'system-' prefix are reserved for system use only. error: system-other is not a "
             "known system priority class\n"},
    {.manifest = PRIORITY "value: 2\n"
                          "globalDefault: true\n",
     .old = PRIORITY "value: 2\n",
     .want = ""},
    {.manifest = PRIORITY "value: 3\n"
                          "preemptionPolicy: Never\n",
     .old = PRIORITY "value: 2\n",
     .want = "4:8 api/forbidden value: value: Forbidden: may not be changed in an update.\n"
             "5:19 api/immutable-field preemptionPolicy: preemptionPolicy: Invalid value: "
             "\"Never\": field is immutable\n"},
    {.manifest = RUNTIME
     "handler: a\n"
     "overhead: {podFixed: {cpu: 1, a.b/c: 1}}\n"
     "scheduling: {tolerations: [{key: a, operator: Exists}, {key: b, operator: Exists}]}\n",
     .want = ""},
    {.manifest = RUNTIME, .want = "2:7 api/required handler: handler: Required value\n"},
    {.manifest = RUNTIME,
     .minor = 35,
     .want = "2:7 api/invalid-value handler: handler: Invalid value: \"\": must consist of "
             "lower-case letters, digits and '-', and start and end with a letter or digit\n"},
    {.manifest = RUNTIME "handler: A.b\n",
     .want = "4:10 api/invalid-value handler: handler: Invalid value: \"A.b\": must consist of "
             "lower-case letters, digits and '-', and start and end with a letter or digit\n"},
    {.manifest = RUNTIME "handler: a\n"
                         "overhead: {podFixed: {memory: -1, gpu: 1}}\n",
     .want = "5:31 api/invalid-value overhead.limits[memory]: overhead.limits[memory]: Invalid "
             "value: \"-1\": must be greater than or equal to 0\n"
             "5:35 api/invalid-value overhead.limits[gpu]: overhead.limits[gpu]: Invalid value: "
             "\"gpu\": must be a standard resource for containers\n"
             "5:35 api/invalid-value overhead.limits[gpu]: overhead.limits[gpu]: Invalid value: "
             "\"gpu\": must be a standard resource type or fully qualified\n"},
    {.manifest = RUNTIME "handler: a\n"
                         "overhead: {podFixed: {hugepages-2Mi: 2Mi}}\n",
     .want = "5:11 api/forbidden overhead: overhead: Forbidden: HugePages require cpu or memory\n"},
    {.manifest = RUNTIME
     "handler: a\n"
     "scheduling: {tolerations: [{key: a, operator: Exists}, {key: a, operator: Exists}]}\n",
     .want = "5:56 api/duplicate-value scheduling.tolerations[1]: scheduling.tolerations[1]: "
             "Duplicate value: {\"key\":\"a\",\"operator\":\"Exists\"}\n"},
    {.manifest = RUNTIME "handler: b\n",
     .old = RUNTIME "handler: a\n",
     .want =
         "4:10 api/immutable-field handler: handler: Invalid value: \"b\": field is immutable\n"},
};

static void test_classes(void **state)
{
    (void)state;
    check_updates(classes_cases, ARRAY_LEN(classes_cases));
}

static const struct update_case other_cases[] = {
    {.manifest = LEASE "spec: {leaseDurationSeconds: 1, leaseTransitions: 0}\n", .want = ""},
    {.manifest = LEASE "spec: {leaseDurationSeconds: 0, leaseTransitions: -1}\n",
     .want = "4:30 api/invalid-value spec.leaseDurationSeconds: spec.leaseDurationSeconds: Invalid "
             "value: 0: must be greater than 0\n"
             "4:51 api/invalid-value spec.leaseTransitions: spec.leaseTransitions: Invalid value: "
             "-1: must be greater than or equal to 0\n"},
    {.manifest =
         NODE "spec: {taints: [{key: a, effect: NoSchedule}, {key: a, effect: NoExecute}]}\n",
     .want = ""},
    {.manifest = NODE "spec:\n"
                      "  taints:\n"
                      "  - {key: a b, value: c d, effect: Never}\n"
                      "  - {key: a}\n"
                      "  - {key: c, effect: NoSchedule}\n"
                      "  - {key: c, value: d, effect: NoSchedule}\n",
     .want =
         "6:11 api/invalid-value metadata.taints[0].key: metadata.taints[0].key: Invalid value: "
         "\"a b\": must consist of letters, digits, '-', '_' and '.', and start and end with a "
         "letter or digit\n"
         "6:23 api/invalid-value metadata.taints[0].value: metadata.taints[0].value: Invalid "
         "value: \"c d\": must be empty, or consist of letters, digits, '-', '_' and '.', and "
         "start and end with a letter or digit\n"
         "6:36 api/unsupported-value metadata.taints[0].effect: metadata.taints[0].effect: "
         "Unsupported value: \"Never\": supported values: \"NoSchedule\", \"PreferNoSchedule\", "
         "\"NoExecute\"\n"
         "7:5 api/required metadata.taints[1].effect: metadata.taints[1].effect: Required value\n"
         "9:5 api/duplicate-value metadata.taints[3]: metadata.taints[3]: Duplicate value: "
         "{\"key\":\"c\",\"value\":\"d\",\"effect\":\"NoSchedule\"}\n"},
    {.manifest = NODE "spec: {podCIDRs: [10.0.0.0/24], podCIDR: 10.0.0.0/24, providerID: b}\n",
     .old = NODE,
     .want = ""},
    {.manifest = NODE "spec: {podCIDRs: [10.0.1.0/24], podCIDR: 10.0.1.0/24, providerID: b}\n",
     .old = NODE "spec: {podCIDRs: [10.0.0.0/24], podCIDR: 10.0.0.0/24, providerID: a}\n",
     .want = "4:18 api/forbidden spec.podCIDRs: spec.podCIDRs: Forbidden: node updates may not "
             "change podCIDR except from \"\" to valid\n"
             "4:67 api/forbidden spec.providerID: spec.providerID: Forbidden: node updates may not "
             "change providerID except from \"\" to valid\n"},
    {.manifest = NAMESPACE "spec: {finalizers: [kubernetes, a/b]}\n", .want = ""},
    {.manifest = NAMESPACE "spec: {finalizers: [a, a b]}\n",
     .want = "4:21 api/invalid-value spec.finalizers: spec.finalizers: Invalid value: \"a\": name "
             "is neither a standard finalizer name nor is it fully qualified\n"
             "4:24 api/invalid-value spec.finalizers: spec.finalizers: Invalid value: \"a b\": "
             "must consist of letters, digits, '-', '_' and '.', and start and end with a letter "
             "or digit\n"},
    {.manifest = API "spec: {group: a.b, version: v1, groupPriorityMinimum: 1, versionPriority: 1, "
                     "service: {name: a, namespace: b}}\n",
     .want = ""},
    {.manifest = API "spec: {group: a.b, version: v1, groupPriorityMinimum: 20001, "
                     "insecureSkipTLSVerify: true, caBundle: aGk=}\n",
     .want = "4:1 api/invalid-value spec.versionPriority: spec.versionPriority: Invalid value: 0: "
             "must be positive and less than 1000\n"
             "4:55 api/invalid-value spec.groupPriorityMinimum: spec.groupPriorityMinimum: Invalid "
             "value: 20001: must be positive and less than 20000\n"
             "4:85 api/invalid-value spec.insecureSkipTLSVerify: spec.insecureSkipTLSVerify: "
             "Invalid value: true: local APIServices may not have insecureSkipTLSVerify\n"
             "4:101 api/invalid-value spec.caBundle: spec.caBundle: Invalid value: \"aGk=\": local "
             "APIServices may not have a caBundle\n"},
    {.manifest = API "spec:\n"
                     "  group: a.b\n"
                     "  version: v1\n"
                     "  groupPriorityMinimum: 1\n"
                     "  versionPriority: 1\n"
                     "  insecureSkipTLSVerify: true\n"
                     "  caBundle: aGk=\n"
                     "  service: {port: 0}\n",
     .want = "9:26 api/invalid-value spec.insecureSkipTLSVerify: spec.insecureSkipTLSVerify: "
             "Invalid value: true: may not be true if caBundle is present\n"
             "11:3 api/required spec.service.name: spec.service.name: Required value\n"
             "11:3 api/required spec.service.namespace: spec.service.namespace: Required value\n"
             "11:19 api/invalid-value spec.service.port: spec.service.port: Invalid value: 0: port "
             "is not valid: must be between 1 and 65535, inclusive\n"},
    {.manifest =
         "apiVersion: v1\n"
         "kind: ServiceAccount\n"
         "metadata: {name: a, annotations: {kubernetes.io/enforce-mountable-secrets: \"true\"}}\n",
     .want = "3:76 server/warning metadata.annotations[kubernetes.io/enforce-mountable-secrets]: "
             "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; "
             "prefer separate namespaces to isolate access to mounted secrets\n"},
};

static void test_other(void **state)
{
    (void)state;
    check_updates(other_cases, ARRAY_LEN(other_cases));
}

int test_rule_cluster(void);
int test_rule_cluster(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_other),
    };
    return cmocka_run_group_tests_name("admit rules of what a cluster has", tests, NULL, NULL);
}
