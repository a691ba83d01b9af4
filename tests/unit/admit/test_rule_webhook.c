/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of webhook configurations. */
#include "admit_case.h"

#define HOOK                                                                                       \
    "apiVersion: admissionregistration.k8s.io/v1\n"                                                \
    "kind: ValidatingWebhookConfiguration\n"                                                       \
    "metadata: {name: a}\n"                                                                        \
    "webhooks:\n"                                                                                  \
    "- name: a.b.c\n"                                                                              \
    "  sideEffects: None\n"                                                                        \
    "  admissionReviewVersions: [v1]\n"
#define WEBHOOKS                                                                                   \
    "apiVersion: admissionregistration.k8s.io/v1\n"                                                \
    "kind: ValidatingWebhookConfiguration\n"                                                       \
    "metadata: {name: a}\n"                                                                        \
    "webhooks:\n"

static const struct admit_case webhook_cases[] = {
    {.manifest = HOOK
     "  clientConfig: {service: {name: a, namespace: b}}\n"
     "  rules:\n"
     "  - {operations: [CREATE], apiGroups: [\"\"], apiVersions: [v1], resources: [pods]}\n",
     .want = ""},
    {.manifest = "apiVersion: admissionregistration.k8s.io/v1\n"
                 "kind: ValidatingWebhookConfiguration\n"
                 "metadata: {name: a}\n",
     .want = ""},
    {.manifest = WEBHOOKS "- {}\n",
     .want =
         "5:3 api/required webhooks[0].admissionReviewVersions: "
         "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1\n"
         "5:3 api/required webhooks[0].clientConfig: webhooks[0].clientConfig: Required value: "
         "exactly one of url or service is required\n"
         "5:3 api/required webhooks[0].name: webhooks[0].name: Required value\n"
         "5:3 api/required webhooks[0].sideEffects: webhooks[0].sideEffects: Required value: must "
         "specify one of None, NoneOnDryRun\n"},
    {.manifest = WEBHOOKS "- name: a.b\n"
                          "  sideEffects: Some\n"
                          "  admissionReviewVersions: [v2, v2]\n"
                          "  timeoutSeconds: 31\n"
                          "  failurePolicy: fail\n"
                          "  matchPolicy: exact\n"
                          "  clientConfig: {service: {name: a, namespace: b}}\n",
     .want = "5:9 api/invalid-value webhooks[0].name: webhooks[0].name: Invalid value: \"a.b\": "
             "should be a domain with at least three segments separated by dots\n"
             "6:16 api/unsupported-value webhooks[0].sideEffects: webhooks[0].sideEffects: "
             "Unsupported value: \"Some\": supported values: \"None\", \"NoneOnDryRun\"\n"
             "7:28 api/invalid-value webhooks[0].admissionReviewVersions: "
             "webhooks[0].admissionReviewVersions: Invalid value: [\"v2\",\"v2\"]: must include at "
             "least one of v1, v1beta1\n"
             "7:33 api/invalid-value webhooks[0].admissionReviewVersions[1]: "
             "webhooks[0].admissionReviewVersions[1]: Invalid value: \"v2\": duplicate version\n"
             "8:19 api/invalid-value webhooks[0].timeoutSeconds: webhooks[0].timeoutSeconds: "
             "Invalid value: 31: the timeout value must be between 1 and 30 seconds\n"
             "9:18 api/unsupported-value webhooks[0].failurePolicy: webhooks[0].failurePolicy: "
             "Unsupported value: \"fail\": supported values: \"Fail\", \"Ignore\"\n"
             "10:16 api/unsupported-value webhooks[0].matchPolicy: webhooks[0].matchPolicy: "
             "Unsupported value: \"exact\": supported values: \"Equivalent\", \"Exact\"\n"},
    {.manifest = HOOK "  clientConfig: {service: {name: a, namespace: b}}\n"
                      "- name: a.b.c\n"
                      "  sideEffects: NoneOnDryRun\n"
                      "  admissionReviewVersions: [v3, v1beta1]\n"
                      "  clientConfig: {service: {name: a, namespace: b}}\n",
     .want = "9:3 apply/duplicate-entry webhooks[1]: webhooks has two entries with name a.b.c: "
             "server-side apply refuses them\n"
             "9:9 api/duplicate-value webhooks[1].name: webhooks[1].name: Duplicate value: "
             "\"a.b.c\"\n"},
    {.manifest = HOOK "  clientConfig: {service: {name: a, namespace: b}}\n"
                      "  matchConditions:\n"
                      "  - {name: a, expression: \" \"}\n"
                      "  - {expression: \"true\"}\n"
                      "  - {name: a b, expression: \"true\"}\n",
     .want = "10:27 api/required webhooks[0].matchConditions[0].expression: "
             "webhooks[0].matchConditions[0].expression: Required value\n"
             "11:5 api/required webhooks[0].matchConditions[1].name: "
             "webhooks[0].matchConditions[1].name: Required value\n"
             "12:12 api/invalid-value webhooks[0].matchConditions[2].name: "
             "webhooks[0].matchConditions[2].name: Invalid value: \"a b\": must consist of "
             "letters, digits, '-', '_' and '.', and start and end with a letter or digit\n"},
    {.manifest = "apiVersion: admissionregistration.k8s.io/v1\n"
                 "kind: MutatingWebhookConfiguration\n"
                 "metadata: {name: a}\n"
                 "webhooks:\n"
                 "- {name: a.b.c, reinvocationPolicy: Always, sideEffects: Unknown, "
                 "admissionReviewVersions: [v1], clientConfig: {url: \"https://a\"}}\n",
     .want = "5:37 api/unsupported-value webhooks[0].reinvocationPolicy: "
             "webhooks[0].reinvocationPolicy: Unsupported value: \"Always\": supported values: "
             "\"IfNeeded\", \"Never\"\n"
             "5:58 api/unsupported-value webhooks[0].sideEffects: webhooks[0].sideEffects: "
             "Unsupported value: \"Unknown\": supported values: \"None\", \"NoneOnDryRun\"\n"},
};

static void test_webhook(void **state)
{
    (void)state;
    check_rules(webhook_cases, ARRAY_LEN(webhook_cases));
}

static const struct admit_case client_cases[] = {
    {.manifest = HOOK "  clientConfig: {url: \"https://a.b:8443/c\"}\n", .want = ""},
    {.manifest =
         HOOK "  clientConfig: {service: {name: a, namespace: b, path: /a/b.c/, port: 8443}}\n",
     .want = ""},
    {.manifest = HOOK "  clientConfig: {service: {name: a, namespace: b, path: \"\"}}\n",
     .want = ""},
    {.manifest = HOOK "  clientConfig: {url: \"https://a\", service: {name: a, namespace: b}}\n",
     .want = "8:17 api/required webhooks[0].clientConfig: webhooks[0].clientConfig: Required "
             "value: exactly one of url or service is required\n"},
    {.manifest = HOOK "  clientConfig: {url: \"\"}\n",
     .want = "8:23 api/invalid-value webhooks[0].clientConfig.url: webhooks[0].clientConfig.url: "
             "Invalid value: \"\": 'https' is the only allowed URL scheme; desired format: "
             "https://host[/path]\n"
             "8:23 api/invalid-value webhooks[0].clientConfig.url: webhooks[0].clientConfig.url: "
             "Invalid value: \"\": host must be specified; desired format: https://host[/path]\n"},
    {.manifest = HOOK "  clientConfig: {url: \"https://a:b\"}\n",
     .want = "8:23 api/required webhooks[0].clientConfig.url: webhooks[0].clientConfig.url: "
             "Required value: url must be a valid URL; desired format: https://host[/path]\n"},
    {.manifest = HOOK "  clientConfig: {url: \"http://a@b/c?d#e\"}\n",
     .want = "8:23 api/invalid-value webhooks[0].clientConfig.url: webhooks[0].clientConfig.url: "
             "Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: "
             "https://host[/path]\n"
             "8:23 api/invalid-value webhooks[0].clientConfig.url: webhooks[0].clientConfig.url: "
             "Invalid value: \"http://a@b/c?d#e\": fragments are not permitted in the URL\n"
             "8:23 api/invalid-value webhooks[0].clientConfig.url: webhooks[0].clientConfig.url: "
             "Invalid value: \"http://a@b/c?d#e\": query parameters are not permitted in the URL\n"
             "8:23 api/invalid-value webhooks[0].clientConfig.url: webhooks[0].clientConfig.url: "
             "Invalid value: \"http://a@b/c?d#e\": user information is not permitted in the URL\n"},
    {.manifest = HOOK "  clientConfig: {service: {name: a}}\n",
     .want = "8:34 api/required webhooks[0].clientConfig.service.name: "
             "webhooks[0].clientConfig.service.name: Required value | it is 'namespace' that is "
             "missing\n"},
    {.manifest = HOOK "  clientConfig: {service: {namespace: a, path: a//B, port: 0}}\n",
     .want =
         "8:39 api/required webhooks[0].clientConfig.service.namespace: "
         "webhooks[0].clientConfig.service.namespace: Required value | it is 'name' that is "
         "missing\n"
         "8:48 api/invalid-value webhooks[0].clientConfig.service.path: "
         "webhooks[0].clientConfig.service.path: Invalid value: \"a//B\": must start with a '/'\n"
         "8:48 api/invalid-value webhooks[0].clientConfig.service.path: "
         "webhooks[0].clientConfig.service.path: Invalid value: \"a//B\": segment[0] may not be "
         "empty\n"
         "8:48 api/invalid-value webhooks[0].clientConfig.service.path: "
         "webhooks[0].clientConfig.service.path: Invalid value: \"a//B\": segment[1] may not be "
         "empty\n"
         "8:48 api/invalid-value webhooks[0].clientConfig.service.path: "
         "webhooks[0].clientConfig.service.path: Invalid value: \"a//B\": segment[2]: must consist "
         "of lower-case letters, digits, '-' and '.', and each part between dots must start and "
         "end with a letter or digit\n"
         "8:60 api/invalid-value webhooks[0].clientConfig.service.port: "
         "webhooks[0].clientConfig.service.port: Invalid value: 0: port is not valid: must be "
         "between 1 and 65535, inclusive\n"},
    {.manifest = HOOK "  clientConfig: {service: {name: a, namespace: a, path: //}}\n",
     .want = "8:57 api/invalid-value webhooks[0].clientConfig.service.path: "
             "webhooks[0].clientConfig.service.path: Invalid value: \"//\": segment[0] may not be "
             "empty\n"},
};

static void test_client(void **state)
{
    (void)state;
    check_rules(client_cases, ARRAY_LEN(client_cases));
}

static const struct admit_case rules_cases[] = {
    {.manifest = HOOK "  clientConfig: {service: {name: a, namespace: b}}\n"
                      "  rules:\n"
                      "  - {operations: [\"*\"], apiGroups: [\"*\"], apiVersions: [\"*\"], "
                      "resources: [\"*/*\"], scope: Cluster}\n",
     .want = ""},
    {.manifest = HOOK "  clientConfig: {service: {name: a, namespace: b}}\n"
                      "  rules:\n"
                      "  - {operations: [\"*\"], apiGroups: [\"*\"], apiVersions: [\"*\"], "
                      "resources: [pods, \"*\"]}\n",
     .want = ""},
    {.manifest = HOOK "  clientConfig: {service: {name: a, namespace: b}}\n"
                      "  rules: [{}]\n",
     .want = "9:11 api/required webhooks[0].rules[0].apiGroups: webhooks[0].rules[0].apiGroups: "
             "Required value\n"
             "9:11 api/required webhooks[0].rules[0].apiVersions: "
             "webhooks[0].rules[0].apiVersions: Required value\n"
             "9:11 api/required webhooks[0].rules[0].operations: webhooks[0].rules[0].operations: "
             "Required value\n"
             "9:11 api/required webhooks[0].rules[0].resources: webhooks[0].rules[0].resources: "
             "Required value\n"},
    {.manifest = HOOK "  clientConfig: {service: {name: a, namespace: b}}\n"
                      "  rules:\n"
                      "  - {operations: [\"*\", create], apiGroups: [\"*\", a], apiVersions: "
                      "[\"*\", \"\"], resources: [\"\"], scope: namespaced}\n",
     .want =
         "10:18 api/invalid-value webhooks[0].rules[0].operations: "
         "webhooks[0].rules[0].operations: Invalid value: [\"*\",\"create\"]: if '*' is present, "
         "must not specify other operations\n"
         "10:24 api/unsupported-value webhooks[0].rules[0].operations[1]: "
         "webhooks[0].rules[0].operations[1]: Unsupported value: \"create\": supported values: "
         "\"*\", \"CONNECT\", \"CREATE\", \"DELETE\", \"UPDATE\"\n"
         "10:44 api/invalid-value webhooks[0].rules[0].apiGroups: webhooks[0].rules[0].apiGroups: "
         "Invalid value: [\"*\",\"a\"]: if '*' is present, must not specify other API groups\n"
         "10:67 api/invalid-value webhooks[0].rules[0].apiVersions: "
         "webhooks[0].rules[0].apiVersions: Invalid value: [\"*\",\"\"]: if '*' is present, must "
         "not specify other API versions\n"
         "10:73 api/required webhooks[0].rules[0].apiVersions[1]: "
         "webhooks[0].rules[0].apiVersions[1]: Required value\n"
         "10:90 api/required webhooks[0].rules[0].resources[0]: webhooks[0].rules[0].resources[0]: "
         "Required value\n"
         "10:102 api/unsupported-value webhooks[0].rules[0].scope: webhooks[0].rules[0].scope: "
         "Unsupported value: \"namespaced\": supported values: \"*\", \"Cluster\", "
         "\"Namespaced\"\n"},
    {.manifest = HOOK "  clientConfig: {service: {name: a, namespace: b}}\n"
                      "  rules:\n"
                      "  - {operations: [UPDATE], apiGroups: [a], apiVersions: [v1], resources: "
                      "[\"*\", a/*, a/b, \"*/c\", x/c, \"*/*\", d]}\n",
     .want =
         "10:74 api/invalid-value webhooks[0].rules[0].resources: webhooks[0].rules[0].resources: "
         "Invalid value: [\"*\",\"a/*\",\"a/b\",\"*/c\",\"x/c\",\"*/*\",\"d\"]: if '*' is present, "
         "must not specify other resources without subresources\n"
         "10:74 api/invalid-value webhooks[0].rules[0].resources: webhooks[0].rules[0].resources: "
         "Invalid value: [\"*\",\"a/*\",\"a/b\",\"*/c\",\"x/c\",\"*/*\",\"d\"]: if '*/*' is "
         "present, must not specify other resources\n"
         "10:85 api/invalid-value webhooks[0].rules[0].resources[2]: "
         "webhooks[0].rules[0].resources[2]: Invalid value: \"a/b\": if 'a/*' is present, must not "
         "specify a/b\n"
         "10:97 api/invalid-value webhooks[0].rules[0].resources[4]: "
         "webhooks[0].rules[0].resources[4]: Invalid value: \"x/c\": if '*/c' is present, must not "
         "specify x/c\n"},
};

static void test_rules(void **state)
{
    (void)state;
    check_rules(rules_cases, ARRAY_LEN(rules_cases));
}

int test_rule_webhook(void);
int test_rule_webhook(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_webhook),
        cmocka_unit_test(test_client),
        cmocka_unit_test(test_rules),
    };
    return cmocka_run_group_tests_name("admit rules of webhooks", tests, NULL, NULL);
}
