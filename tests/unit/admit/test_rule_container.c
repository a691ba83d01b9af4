/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of containers: ports, environment, probes. Each case is the entries of one container. */
#include "admit_case.h"

#define POD                                                                                        \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"                       \
    "  - name: web\n    image: web:1\n"

static void test_ports(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "    ports: [{containerPort: 80, name: web}, {containerPort: 81}]\n",
         .want = ""},
        {.manifest = POD "    ports: [{containerPort: 80, protocol: udp}]\n",
         .want = "8:43 api/unsupported-value spec.containers[0].ports[0].protocol: "
                 "spec.containers[0].ports[0].protocol: Unsupported value: \"udp\": supported "
                 "values: \"SCTP\", \"TCP\", \"UDP\"\n"},
        {.manifest = POD "    ports: [{hostPort: 65536}]\n",
         .want = "8:13 api/required spec.containers[0].ports[0].containerPort: "
                 "spec.containers[0].ports[0].containerPort: Required value\n"
                 "8:24 api/invalid-value spec.containers[0].ports[0].hostPort: "
                 "spec.containers[0].ports[0].hostPort: Invalid value: 65536: must be between 1 "
                 "and 65535, inclusive\n"},
        {.manifest = POD "    ports:\n    - {containerPort: 80, name: web}\n"
                         "    - {containerPort: 81, name: web}\n",
         .want = "10:33 api/duplicate-value spec.containers[0].ports[1].name: "
                 "spec.containers[0].ports[1].name: Duplicate value: \"web\"\n"},
        {.manifest = POD "    ports: [{containerPort: 80, name: \"80\"}]\n",
         .want = "8:39 api/invalid-value spec.containers[0].ports[0].name: "
                 "spec.containers[0].ports[0].name: Invalid value: \"80\": must contain at least "
                 "one letter (a-z)\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_environment(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "    env: [{name: A B, value: x}]\n", .want = ""},
        {.manifest = POD "    env: [{name: 1A, value: x}]\n",
         .minor = 31,
         .want = "8:18 api/invalid-value spec.containers[0].env[0].name: "
                 "spec.containers[0].env[0].name: Invalid value: \"1A\": a valid environment "
                 "variable name must consist of alphabetic characters, digits, '_', '-', or '.', "
                 "and must not start with a digit (e.g. 'my.env-name', or 'MY_ENV.NAME', or "
                 "'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')\n"},
        {.manifest = POD "    env: [{name: A, valueFrom: {}}]\n",
         .minor = 34,
         .want = "8:32 api/invalid-value spec.containers[0].env[0].valueFrom: "
                 "spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: "
                 "`fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`\n"},
        {.manifest =
             POD "    env:\n"
                 "    - {name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['app']\"}}}\n"
                 "    - {name: B, valueFrom: {fieldRef: {fieldPath: status.podIP}}}\n"
                 "    - {name: C, valueFrom: {fieldRef: {fieldPath: status.phase}}}\n",
         .want = "11:51 api/unsupported-value spec.containers[0].env[2].valueFrom.fieldRef."
                 "fieldPath: spec.containers[0].env[2].valueFrom.fieldRef.fieldPath: Unsupported "
                 "value: \"status.phase\": supported values: \"metadata.name\", "
                 "\"metadata.namespace\", \"metadata.uid\", \"spec.nodeName\", "
                 "\"spec.serviceAccountName\", \"status.hostIP\", \"status.hostIPs\", "
                 "\"status.podIP\", \"status.podIPs\"\n"},
        {.manifest = POD "    envFrom: [{prefix: A}]\n",
         .want = "8:15 api/invalid-value spec.containers[0].envFrom: spec.containers[0].envFrom: "
                 "Invalid value: \"\": must specify one of: `configMapRef` or `secretRef`\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_probes(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "    livenessProbe: {httpGet: {port: web}, failureThreshold: 0}\n",
         .want = ""},
        {.manifest = POD "    livenessProbe: {timeoutSeconds: 1}\n",
         .want = "8:20 api/required spec.containers[0].livenessProbe: "
                 "spec.containers[0].livenessProbe: Required value: must specify a handler type\n"},
        {.manifest = POD "    livenessProbe: {grpc: {port: 80}, successThreshold: 2}\n",
         .want = "8:57 api/invalid-value spec.containers[0].livenessProbe.successThreshold: "
                 "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be "
                 "1\n"},
        {.manifest = POD "    readinessProbe: {grpc: {port: 80}, successThreshold: 2}\n",
         .want = ""},
        {.manifest = POD "    readinessProbe: {tcpSocket: {port: 0}, exec: {command: [a]}}\n",
         .want = "8:33 api/forbidden spec.containers[0].readinessProbe.tcpSocket: "
                 "spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more "
                 "than 1 handler type\n"},
        {.manifest = POD "    lifecycle: {preStop: {exec: {}}}\n",
         .want = "8:27 api/required spec.containers[0].lifecycle.preStop.exec.command: "
                 "spec.containers[0].lifecycle.preStop.exec.command: Required value\n"},
        {.manifest =
             POD "    startupProbe: {httpGet: {port: 1, httpHeaders: [{name: a b, value: c}]}}\n",
         .want = "8:60 api/invalid-value spec.containers[0].startupProbe.httpGet.httpHeaders: "
                 "spec.containers[0].startupProbe.httpGet.httpHeaders: Invalid value: \"a b\": a "
                 "valid HTTP header must consist of alphanumeric characters or '-' (e.g. "
                 "'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

int test_rule_container(void);
int test_rule_container(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_probes),
    };
    return cmocka_run_group_tests_name("admit rules of containers", tests, NULL, NULL);
}
