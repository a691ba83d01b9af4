/* SPDX-License-Identifier: Apache-2.0 */
/* Nulls in lists and maps of built-in kinds, which the server reads as zero values. */
#include "admit_case.h"

#define POD                                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"

static void test_refused(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  containers: [null]\n",
         .want = "5:16 api/required spec.containers[0].image: spec.containers[0].image: Required "
                 "value\n"
                 "5:16 api/required spec.containers[0].name: spec.containers[0].name: Required "
                 "value\n"
                 "5:16 apply/missing-key spec.containers[0]: spec.containers[0] is null and has no "
                 "key, and server-side apply merges the list by it\n"},
        {.manifest = POD "  containers:\n"
                         "  - name: c\n"
                         "    image: i\n"
                         "    env: [{name: A}, ~]\n"
                         "    ports:\n"
                         "    -\n"
                         "    resources: {claims: [null]}\n",
         .want = "8:22 api/required spec.containers[0].env[1].name: "
                 "spec.containers[0].env[1].name: Required value\n"
                 "8:22 apply/missing-key spec.containers[0].env[1]: spec.containers[0].env[1] is "
                 "null and has no key, and server-side apply merges the list by it\n"
                 "10:6 api/required spec.containers[0].ports[0].containerPort: "
                 "spec.containers[0].ports[0].containerPort: Required value\n"
                 "10:6 apply/missing-key spec.containers[0].ports[0]: spec.containers[0].ports[0] "
                 "is null and has no key, and server-side apply merges the list by it\n"
                 "11:26 api/required spec.containers[0].resources.claims[0]: "
                 "spec.containers[0].resources.claims[0]: Required value\n"
                 "11:26 apply/missing-key spec.containers[0].resources.claims[0]: "
                 "spec.containers[0].resources.claims[0] is null and has no key, and server-side "
                 "apply merges the list by it\n"},
        {.manifest = POD "  containers: [{name: c, image: i}]\n"
                         "  readinessGates: &gates [null]\n"
                         "  schedulingGates: *gates\n",
         .want = "6:27 api/invalid-value spec.readinessGates[0].conditionType: "
                 "spec.readinessGates[0].conditionType: Invalid value: \"\": must not be empty\n"
                 "6:27 api/invalid-value spec.schedulingGates[0]: spec.schedulingGates[0]: Invalid "
                 "value: \"\": must not be empty\n"
                 "6:27 apply/missing-key spec.schedulingGates[0]: spec.schedulingGates[0] is null "
                 "and has no key, and server-side apply merges the list by it\n"},
        {.manifest = "apiVersion: discovery.k8s.io/v1\n"
                     "kind: EndpointSlice\n"
                     "metadata: {name: a}\n"
                     "addressType: IPv4\n"
                     "endpoints: [{addresses: [null]}, null]\n",
         .want =
             "5:26 api/invalid-value endpoints[0].addresses[0]: endpoints[0].addresses[0]: Invalid "
             "value: \"\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)\n"
             "5:26 apply/missing-key endpoints[0].addresses[0]: endpoints[0].addresses[0] is null "
             "and has no key, and server-side apply merges the list by it\n"
             "5:34 api/required endpoints[1].addresses: endpoints[1].addresses: Required value: "
             "must contain at least 1 address\n"},
        {.manifest =
             "apiVersion: v1\n"
             "kind: PersistentVolumeClaim\n"
             "metadata: {name: a}\n"
             "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: null}}}\n",
         .want = "4:70 api/invalid-value spec.resources[storage]: spec.resources[storage]: Invalid "
                 "value: \"0\": must be greater than zero\n"},
        {.manifest = "apiVersion: batch/v1\n"
                     "kind: Job\n"
                     "metadata: {name: a}\n"
                     "spec:\n"
                     "  podFailurePolicy:\n"
                     "    rules: [{action: FailJob, onExitCodes: {operator: In, values: [null]}}]\n"
                     "  template:\n"
                     "    spec: {restartPolicy: Never, containers: [{name: a, image: b}]}\n",
         .want = "6:68 api/invalid-value spec.podFailurePolicy.rules[0].onExitCodes.values[0]: "
                 "spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not "
                 "be 0 for the In operator\n"
                 "6:68 apply/missing-key spec.podFailurePolicy.rules[0].onExitCodes.values[0]: "
                 "spec.podFailurePolicy.rules[0].onExitCodes.values[0] is null and has no key, and "
                 "server-side apply merges the list by it\n"},
        {.manifest = "apiVersion: admissionregistration.k8s.io/v1\n"
                     "kind: ValidatingWebhookConfiguration\n"
                     "metadata: {name: a}\n"
                     "webhooks: [null]\n",
         .want = "4:12 api/required webhooks[0].admissionReviewVersions: "
                 "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, "
                 "v1beta1\n"
                 "4:12 api/required webhooks[0].clientConfig: webhooks[0].clientConfig: Required "
                 "value: exactly one of url or service is required\n"
                 "4:12 api/required webhooks[0].name: webhooks[0].name: Required value\n"
                 "4:12 api/required webhooks[0].sideEffects: webhooks[0].sideEffects: Required "
                 "value: must specify one of None, NoneOnDryRun\n"
                 "4:12 apply/missing-key webhooks[0]: webhooks[0] is null and has no key, and "
                 "server-side apply merges the list by it\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_accepted(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  containers:\n"
                         "  - name: c\n"
                         "    image: i\n"
                         "    args: [null, a]\n"
                         "    command: [null]\n"
                         "    resources: {limits: {cpu: null}}\n"
                         "  imagePullSecrets: [null]\n"
                         "  nodeSelector: {a: null}\n",
         .want = "11:22 apply/missing-key spec.imagePullSecrets[0]: spec.imagePullSecrets[0] is "
                 "null and has no key, and server-side apply merges the list by it\n"
                 "11:22 server/warning spec.imagePullSecrets[0].name: "
                 "spec.imagePullSecrets[0].name: invalid empty name \"\"\n"},
        {.manifest = "apiVersion: v1\n"
                     "kind: ConfigMap\n"
                     "metadata: {name: a, labels: {a: null}}\n"
                     "data: {a: null}\n"
                     "binaryData: {b: null}\n",
         .want = ""},
        {.manifest = "apiVersion: networking.k8s.io/v1\n"
                     "kind: Ingress\n"
                     "metadata: {name: a}\n"
                     "spec: {rules: [null], tls: [null]}\n",
         .want = ""},
        {.manifest = "apiVersion: rbac.authorization.k8s.io/v1\n"
                     "kind: Role\n"
                     "metadata: {name: a}\n"
                     "rules: [{apiGroups: [null], resources: [null], verbs: [null]}]\n",
         .want = ""},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

int test_null_entries(void);
int test_null_entries(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_accepted),
    };
    return cmocka_run_group_tests_name("admit null entries", tests, NULL, NULL);
}
