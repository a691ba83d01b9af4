/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of admission policies and their bindings. */
#include "admit_case.h"

#define POLICY                                                                                     \
    "apiVersion: admissionregistration.k8s.io/v1\n"                                                \
    "kind: ValidatingAdmissionPolicy\n"                                                            \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  matchConstraints:\n"                                                                        \
    "    resourceRules:\n"                                                                         \
    "    - {operations: [CREATE], apiGroups: [\"\"], apiVersions: [v1], resources: [pods]}\n"
#define BINDING                                                                                    \
    "apiVersion: admissionregistration.k8s.io/v1\n"                                                \
    "kind: ValidatingAdmissionPolicyBinding\n"                                                     \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  policyName: a\n"
#define MUTATING                                                                                   \
    "apiVersion: admissionregistration.k8s.io/v1\n"                                                \
    "kind: MutatingAdmissionPolicy\n"                                                              \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  reinvocationPolicy: Never\n"                                                                \
    "  matchConstraints:\n"                                                                        \
    "    resourceRules:\n"

static const struct admit_case policy_cases[] = {
    {.manifest = POLICY "  validations: [{expression: \"true\"}]\n", .want = ""},
    {.manifest = POLICY "  auditAnnotations: [{key: a, valueExpression: \"'a'\"}]\n", .want = ""},
    {.manifest = "apiVersion: admissionregistration.k8s.io/v1\n"
                 "kind: ValidatingAdmissionPolicy\n"
                 "metadata: {name: a}\n",
     .want = "2:7 api/required spec.auditAnnotations: spec.auditAnnotations: Required value: "
             "validations or auditAnnotations must contain at least one item\n"
             "2:7 api/required spec.matchConstraints: spec.matchConstraints: Required value\n"
             "2:7 api/required spec.validations: spec.validations: Required value: validations or "
             "auditAnnotations must contain at least one item\n"},
    {.manifest = "apiVersion: admissionregistration.k8s.io/v1\n"
                 "kind: ValidatingAdmissionPolicy\n"
                 "metadata: {name: a}\n"
                 "spec:\n"
                 "  matchConstraints: {matchPolicy: exact}\n"
                 "  failurePolicy: fail\n"
                 "  validations: [{expression: \"true\"}]\n",
     .want = "5:3 api/required spec.matchConstraints.resourceRules: "
             "spec.matchConstraints.resourceRules: Required value\n"
             "5:35 api/unsupported-value spec.matchConstraints.matchPolicy: "
             "spec.matchConstraints.matchPolicy: Unsupported value: \"exact\": supported values: "
             "\"Equivalent\", \"Exact\"\n"
             "6:18 api/unsupported-value spec.failurePolicy: spec.failurePolicy: Unsupported "
             "value: \"fail\": supported values: \"Fail\", \"Ignore\"\n"},
    {.manifest = POLICY "  paramKind: {}\n"
                        "  validations: [{expression: \"true\"}]\n",
     .want =
         "8:3 api/required spec.paramKind.apiVersion: spec.paramKind.apiVersion: Required value\n"
         "8:3 api/required spec.paramKind.kind: spec.paramKind.kind: Required value\n"},
    {.manifest = POLICY "  paramKind: {apiVersion: A.b/V1, kind: A b}\n"
                        "  validations: [{expression: \"true\"}]\n",
     .want = "8:27 api/invalid-value spec.paramKind.apiVersion: spec.paramKind.apiVersion: Invalid "
             "value: \"A.b\": must consist of lower-case letters, digits, '-' and '.', and each "
             "part between dots must start and end with a letter or digit\n"
             "8:27 api/invalid-value spec.paramKind.apiVersion: spec.paramKind.apiVersion: Invalid "
             "value: \"V1\": must consist of lower-case letters, digits and '-', start with a "
             "letter and end with a letter or digit\n"
             "8:41 api/invalid-value spec.paramKind.kind: spec.paramKind.kind: Invalid value: \"A "
             "b\": may have mixed case, but should otherwise match: must consist of lower-case "
             "letters, digits and '-', start with a letter and end with a letter or digit\n"},
    {.manifest = POLICY "  paramKind: {apiVersion: a/b/c, kind: Ab}\n"
                        "  validations: [{expression: \"true\"}]\n",
     .want = "8:27 api/invalid-value spec.paramKind.apiVersion: spec.paramKind.apiVersion: Invalid "
             "value: \"a/b/c\": unexpected GroupVersion string: a/b/c\n"},
    {.manifest = POLICY "  paramKind: {apiVersion: a/, kind: Ab}\n"
                        "  validations: [{expression: \"true\"}]\n",
     .want = "8:27 api/invalid-value spec.paramKind.apiVersion: spec.paramKind.apiVersion: Invalid "
             "value: \"a/\": version must be specified\n"},
    {.manifest = POLICY "  validations: [{expression: \"true\"}]\n"
                        "  variables:\n"
                        "  - {name: a_1, expression: \"1\"}\n"
                        "  - {name: for, expression: \" \"}\n"
                        "  - {name: 1a, expression: \"1\"}\n"
                        "  - {}\n",
     .want = "11:12 api/invalid-value spec.variables[1].name: spec.variables[1].name: Invalid "
             "value: \"for\": must be a valid CEL identifier\n"
             "11:29 api/required spec.variables[1].expression: spec.variables[1].expression: "
             "Required value: expression is not specified\n"
             "12:12 api/invalid-value spec.variables[2].name: spec.variables[2].name: Invalid "
             "value: \"1a\": must be a valid CEL identifier\n"
             "13:5 api/required spec.variables[3].expression: spec.variables[3].expression: "
             "Required value: expression is not specified\n"
             "13:5 api/required spec.variables[3].name: spec.variables[3].name: Required value: "
             "name is not specified\n"},
    {.manifest = POLICY
     "  validations:\n"
     "  - {expression: \"\", message: \" \", messageExpression: \" \", reason: invalid}\n"
     "  - {expression: \"true\", message: \"a\\nb\"}\n",
     .want = "9:18 api/required spec.validations[0].expression: spec.validations[0].expression: "
             "Required value: expression is not specified\n"
             "9:31 api/invalid-value spec.validations[0].message: spec.validations[0].message: "
             "Invalid value: \" \": must be non-empty if specified\n"
             "9:55 api/invalid-value spec.validations[0].messageExpression: "
             "spec.validations[0].messageExpression: Invalid value: \" \": must be non-empty if "
             "specified\n"
             "9:68 api/unsupported-value spec.validations[0].reason: spec.validations[0].reason: "
             "Unsupported value: \"invalid\": supported values: \"Forbidden\", \"Invalid\", "
             "\"RequestEntityTooLarge\"\n"
             "10:35 api/invalid-value spec.validations[1].message: spec.validations[1].message: "
             "Invalid value: \"a\\nb\": must not contain line breaks\n"},
    {.manifest = POLICY "  auditAnnotations:\n"
                        "  - {key: a b, valueExpression: \" \"}\n"
                        "  - {key: c, valueExpression: \"'a'\"}\n"
                        "  - {key: c, valueExpression: \"'a'\"}\n",
     .want = "9:11 api/invalid-value spec.auditAnnotations[0].key: spec.auditAnnotations[0].key: "
             "Invalid value: \"a/a b\": must consist of letters, digits, '-', '_' and '.', and "
             "start and end with a letter or digit\n"
             "9:33 api/required spec.auditAnnotations[0].valueExpression: "
             "spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not "
             "specified\n"
             "11:11 api/duplicate-value spec.auditAnnotations[2].key: "
             "spec.auditAnnotations[2].key: Duplicate value: \"c\"\n"},
};

static void test_policy(void **state)
{
    (void)state;
    check_rules(policy_cases, ARRAY_LEN(policy_cases));
}

static const struct admit_case binding_cases[] = {
    {.manifest = BINDING "  validationActions: [Deny, Audit]\n", .want = ""},
    {.manifest = BINDING,
     .want = "4:1 api/required spec.validationActions: spec.validationActions: Required value: at "
             "least one validation action is required\n"},
    {.manifest = BINDING "  validationActions: [Deny, Warn, log, Warn]\n",
     .want =
         "6:22 api/invalid-value spec.validationActions: spec.validationActions: Invalid value: "
         "[\"Deny\",\"Warn\",\"log\",\"Warn\"]: must not contain both Deny and Warn (repeating the "
         "same validation failure information in the API response and headers serves no purpose)\n"
         "6:35 api/unsupported-value spec.validationActions[2]: spec.validationActions[2]: "
         "Unsupported value: \"log\": supported values: \"Audit\", \"Deny\", \"Warn\"\n"
         "6:40 api/duplicate-value spec.validationActions[3]: spec.validationActions[3]: Duplicate "
         "value: \"Warn\"\n"
         "6:40 apply/duplicate-entry spec.validationActions[3]: spec.validationActions has two "
         "entries with \"Warn\": server-side apply refuses them\n"},
    {.manifest = "apiVersion: admissionregistration.k8s.io/v1\n"
                 "kind: ValidatingAdmissionPolicyBinding\n"
                 "metadata: {name: a}\n"
                 "spec:\n"
                 "  policyName: A\n"
                 "  validationActions: [Audit]\n",
     .want = "5:15 api/invalid-value spec.policyName: spec.policyName: Invalid value: \"A\": must "
             "consist of lower-case letters, digits, '-' and '.', and each part between dots must "
             "start and end with a letter or digit\n"},
    {.manifest = "apiVersion: admissionregistration.k8s.io/v1\n"
                 "kind: ValidatingAdmissionPolicyBinding\n"
                 "metadata: {name: a}\n"
                 "spec:\n"
                 "  validationActions: [Audit]\n",
     .want = "4:1 api/required spec.policyName: spec.policyName: Required value\n"},
    {.manifest = BINDING "  validationActions: [Deny]\n"
                         "  paramRef: {name: a, parameterNotFoundAction: Allow}\n",
     .want = ""},
    {.manifest = BINDING "  validationActions: [Deny]\n"
                         "  paramRef: {}\n",
     .want = "7:3 api/required spec.paramRef.parameterNotFoundAction: "
             "spec.paramRef.parameterNotFoundAction: Required value\n"
             "7:13 api/required spec.paramRef: spec.paramRef: Required value: one of name or "
             "selector must be specified\n"},
    {.manifest = BINDING "  validationActions: [Deny]\n"
                         "  paramRef: {name: a/b, selector: {}, parameterNotFoundAction: deny}\n",
     .want = "7:20 api/forbidden spec.paramRef.name: spec.paramRef.name: Forbidden: name and "
             "selector are mutually exclusive\n"
             "7:20 api/invalid-value spec.paramRef.name: spec.paramRef.name: Invalid value: "
             "\"a/b\": must not contain '/'\n"
             "7:35 api/forbidden spec.paramRef.selector: spec.paramRef.selector: Forbidden: name "
             "and selector are mutually exclusive\n"
             "7:64 api/unsupported-value spec.paramRef.parameterNotFoundAction: "
             "spec.paramRef.parameterNotFoundAction: Unsupported value: \"deny\": supported "
             "values: \"Deny\", \"Allow\"\n"},
    {.manifest = BINDING "  validationActions: [Deny]\n"
                         "  matchResources:\n"
                         "    resourceRules:\n"
                         "    - {operations: [DELETE], apiGroups: [\"\"], apiVersions: [v1], "
                         "resources: [pods], resourceNames: [a, a, b/c]}\n",
     .want = "9:104 api/duplicate-value spec.matchResources.resourceRules[0].resourceNames[1]: "
             "spec.matchResources.resourceRules[0].resourceNames[1]: Duplicate value: \"a\"\n"
             "9:107 api/invalid-value spec.matchResources.resourceRules[0].resourceNames[2]: "
             "spec.matchResources.resourceRules[0].resourceNames[2]: Invalid value: \"b/c\": must "
             "not contain '/'\n"},
};

static void test_binding(void **state)
{
    (void)state;
    check_rules(binding_cases, ARRAY_LEN(binding_cases));
}

static const struct admit_case mutating_cases[] = {
    {.manifest = MUTATING
     "    - {operations: [CREATE], apiGroups: [\"\"], apiVersions: [v1], resources: [pods]}\n"
     "  mutations:\n"
     "  - {patchType: JSONPatch, jsonPatch: {expression: \"[JSONPatch{}]\"}}\n",
     .want = ""},
    {.manifest = MUTATING "    - {operations: [CREATE, DELETE], apiGroups: [\"\"], apiVersions: "
                          "[v1], resources: [pods]}\n",
     .want = "4:1 api/required spec.mutations: spec.mutations: Required value: mutations must "
             "contain at least one item\n"
             "8:29 api/unsupported-value spec.matchConstraints.resourceRules.operations: "
             "spec.matchConstraints.resourceRules.operations: Unsupported value: \"DELETE\": "
             "supported values: \"*\", \"CONNECT\", \"CREATE\", \"UPDATE\"\n"},
    {.manifest = MUTATING
     "    - {operations: [CREATE], apiGroups: [\"\"], apiVersions: [v1], resources: [pods]}\n"
     "  mutations:\n"
     "  - {patchType: JSONPatch, applyConfiguration: {expression: \"a\"}}\n"
     "  - {patchType: ApplyConfiguration, jsonPatch: {expression: \" \"}}\n"
     "  - {patchType: Merge}\n"
     "  - {}\n",
     .want =
         "10:5 api/required spec.mutations[0].jsonPatch: spec.mutations[0].jsonPatch: Required "
         "value: must be specified when patchType is JSONPatch\n"
         "10:48 api/invalid-value spec.mutations[0].applyConfiguration: "
         "spec.mutations[0].applyConfiguration: Invalid value: {\"expression\":\"a\"}: must not be "
         "specified when patchType is JSONPatch\n"
         "11:5 api/required spec.mutations[1].applyConfiguration: "
         "spec.mutations[1].applyConfiguration: Required value: must be specified when patchType "
         "is ApplyConfiguration\n"
         "11:48 api/invalid-value spec.mutations[1].jsonPatch: spec.mutations[1].jsonPatch: "
         "Invalid value: {\"expression\":\" \"}: must not be specified when patchType is "
         "ApplyConfiguration\n"
         "11:61 api/required spec.mutations[1].jsonPatch.expression: "
         "spec.mutations[1].jsonPatch.expression: Required value\n"
         "12:17 api/unsupported-value spec.mutations[2].patchType: spec.mutations[2].patchType: "
         "Unsupported value: \"Merge\": supported values: \"ApplyConfiguration\", \"JSONPatch\"\n"
         "13:5 api/required spec.mutations[3].patchType: spec.mutations[3].patchType: Required "
         "value\n"},
    {.manifest = "apiVersion: admissionregistration.k8s.io/v1\n"
                 "kind: MutatingAdmissionPolicyBinding\n"
                 "metadata: {name: a}\n"
                 "spec: {}\n",
     .want = "4:1 api/required spec.policyName: spec.policyName: Required value\n"},
    {.manifest = "apiVersion: admissionregistration.k8s.io/v1\n"
                 "kind: MutatingAdmissionPolicy\n"
                 "metadata: {name: a}\n",
     .want = "2:7 api/required spec.matchConstraints: spec.matchConstraints: Required value\n"
             "2:7 api/required spec.mutations: spec.mutations: Required value: mutations must "
             "contain at least one item\n"
             "2:7 api/required spec.reinvocationPolicy: spec.reinvocationPolicy: Required value\n"},
};

static void test_mutating(void **state)
{
    (void)state;
    check_rules(mutating_cases, ARRAY_LEN(mutating_cases));
}

int test_rule_admission(void);
int test_rule_admission(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy),
        cmocka_unit_test(test_binding),
        cmocka_unit_test(test_mutating),
    };
    return cmocka_run_group_tests_name("admit rules of admission policies", tests, NULL, NULL);
}
