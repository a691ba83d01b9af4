/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of flow schemas, priority levels and updates of CRDs. */
#include "admit_case.h"

#define FLOW                                                                                       \
    "apiVersion: flowcontrol.apiserver.k8s.io/v1\n"                                                \
    "kind: FlowSchema\n"                                                                           \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  priorityLevelConfiguration: {name: a}\n"
#define LEVEL                                                                                      \
    "apiVersion: flowcontrol.apiserver.k8s.io/v1\n"                                                \
    "kind: PriorityLevelConfiguration\n"                                                           \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"
#define CRD                                                                                        \
    "apiVersion: apiextensions.k8s.io/v1\n"                                                        \
    "kind: CustomResourceDefinition\n"                                                             \
    "metadata: {name: boats.a.b}\n"                                                                \
    "spec:\n"                                                                                      \
    "  group: a.b\n"

static const struct admit_case flow_schema_cases[] = {
    {.manifest = FLOW "  rules:\n"
                      "  - {subjects: [{kind: User, user: {name: a}}], nonResourceRules: [{verbs: "
                      "[\"*\"], nonResourceURLs: [/, /a/*]}]}\n",
     .want = ""},
    {.manifest = "apiVersion: flowcontrol.apiserver.k8s.io/v1\n"
                 "kind: FlowSchema\n"
                 "metadata: {name: a}\n",
     .want =
         "2:7 api/required spec.priorityLevelConfiguration.name: "
         "spec.priorityLevelConfiguration.name: Required value: must reference a priority level\n"},
    {.manifest = FLOW "  matchingPrecedence: 1\n"
                      "  distinguisherMethod: {type: ByGroup}\n"
                      "  rules: [{}]\n",
     .want =
         "6:23 api/invalid-value spec.matchingPrecedence: spec.matchingPrecedence: Invalid value: "
         "1: only the schema named 'exempt' may have matchingPrecedence 1\n"
         "7:31 api/unsupported-value spec.distinguisherMethod.type: spec.distinguisherMethod.type: "
         "Unsupported value: \"ByGroup\": supported values: \"ByNamespace\", \"ByUser\"\n"
         "8:11 api/required spec.rules[0]: spec.rules[0]: Required value: at least one of "
         "resourceRules and nonResourceRules has to be non-empty\n"
         "8:11 api/required spec.rules[0].subjects: spec.rules[0].subjects: Required value: "
         "subjects must contain at least one value\n"},
    {.manifest = FLOW
     "  matchingPrecedence: 10001\n"
     "  rules:\n"
     "  - subjects:\n"
     "    - {kind: Robot}\n"
     "    - {kind: User, group: {name: a}}\n"
     "    - {kind: ServiceAccount, serviceAccount: {name: A}}\n"
     "    resourceRules:\n"
     "    - {verbs: [get, GET], apiGroups: [\"*\", a], resources: [], namespaces: [a, B]}\n"
     "    - {verbs: [\"*\", get], apiGroups: [\"\"], resources: [pods]}\n"
     "    nonResourceRules:\n"
     "    - {verbs: [], nonResourceURLs: [a, /a//b, \"/a b\", /*/a]}\n",
     .want =
         "6:23 api/invalid-value spec.matchingPrecedence: spec.matchingPrecedence: Invalid value: "
         "10001: must not be greater than 10000\n"
         "9:14 api/unsupported-value spec.rules[0].subjects[0].kind: "
         "spec.rules[0].subjects[0].kind: Unsupported value: \"Robot\": supported values: "
         "\"Group\", \"ServiceAccount\", \"User\"\n"
         "10:7 api/required spec.rules[0].subjects[1].user: spec.rules[0].subjects[1].user: "
         "Required value: user is required when subject kind is 'User'\n"
         "10:27 api/forbidden spec.rules[0].subjects[1].group: spec.rules[0].subjects[1].group: "
         "Forbidden: group is forbidden when subject kind is not 'Group'\n"
         "11:30 api/required spec.rules[0].subjects[2].serviceAccount.namespace: "
         "spec.rules[0].subjects[2].serviceAccount.namespace: Required value: must specify "
         "namespace for service account\n"
         "11:53 api/invalid-value spec.rules[0].subjects[2].serviceAccount.name: "
         "spec.rules[0].subjects[2].serviceAccount.name: Invalid value: \"A\": must consist of "
         "lower-case letters, digits, '-' and '.', and each part between dots must start and end "
         "with a letter or digit\n"
         "13:15 api/unsupported-value spec.rules[0].resourceRules[0].verbs: "
         "spec.rules[0].resourceRules[0].verbs: Unsupported value: [\"get\",\"GET\"]: supported "
         "values: \"create\", \"delete\", \"deletecollection\", \"get\", \"list\", \"patch\", "
         "\"proxy\", \"update\", \"watch\"\n"
         "13:38 api/invalid-value spec.rules[0].resourceRules[0].apiGroups: "
         "spec.rules[0].resourceRules[0].apiGroups: Invalid value: [\"*\",\"a\"]: if '*' is "
         "present, must not specify other api groups\n"
         "13:59 api/required spec.rules[0].resourceRules[0].resources: "
         "spec.rules[0].resourceRules[0].resources: Required value: resource rules must supply at "
         "least one resource\n"
         "13:79 api/invalid-value spec.rules[0].resourceRules[0].namespaces[1]: "
         "spec.rules[0].resourceRules[0].namespaces[1]: Invalid value: \"B\": each member of this "
         "list must be '*' or a DNS-1123 label; must consist of lower-case letters, digits and "
         "'-', and start and end with a letter or digit\n"
         "14:7 api/required spec.rules[0].resourceRules[1].namespaces: "
         "spec.rules[0].resourceRules[1].namespaces: Required value: resource rules that are not "
         "cluster scoped must supply at least one namespace\n"
         "14:15 api/invalid-value spec.rules[0].resourceRules[1].verbs: "
         "spec.rules[0].resourceRules[1].verbs: Invalid value: [\"*\",\"get\"]: if '*' is present, "
         "must not specify other verbs\n"
         "16:15 api/required spec.rules[0].nonResourceRules[0].verbs: "
         "spec.rules[0].nonResourceRules[0].verbs: Required value: verbs must contain at least one "
         "value\n"
         "16:37 api/invalid-value spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: "
         "spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: \"a\": must start "
         "with slash\n"
         "16:40 api/invalid-value spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: "
         "spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: \"/a//b\": must not "
         "contain double slash\n"
         "16:47 api/invalid-value spec.rules[0].nonResourceRules[0].nonResourceURLs[2]: "
         "spec.rules[0].nonResourceRules[0].nonResourceURLs[2]: Invalid value: \"/a b\": must not "
         "contain white-space\n"
         "16:55 api/invalid-value spec.rules[0].nonResourceRules[0].nonResourceURLs[3]: "
         "spec.rules[0].nonResourceRules[0].nonResourceURLs[3]: Invalid value: \"/*/a\": wildcard "
         "can only do suffix matching\n"},
};

static void test_flow_schema(void **state)
{
    (void)state;
    check_rules(flow_schema_cases, ARRAY_LEN(flow_schema_cases));
}

static const struct admit_case priority_level_cases[] = {
    {.manifest = LEVEL "  type: Limited\n"
                       "  limited: {limitResponse: {type: Reject}}\n",
     .want = ""},
    {.manifest = LEVEL "  type: Limited\n"
                       "  limited: {limitResponse: {type: Queue, queuing: {}}}\n",
     .want = ""},
    {.manifest = LEVEL
     "  type: Limited\n"
     "  limited: {nominalConcurrencyShares: -1, lendablePercent: 101, borrowingLimitPercent: -1}\n",
     .want = "6:3 api/required spec.limited.limitResponse.type: spec.limited.limitResponse.type: "
             "Required value\n"
             "6:39 api/invalid-value spec.limited.nominalConcurrencyShares: "
             "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative "
             "integer\n"
             "6:60 api/invalid-value spec.limited.lendablePercent: spec.limited.lendablePercent: "
             "Invalid value: 101: must be between 0 and 100, inclusive\n"
             "6:88 api/invalid-value spec.limited.borrowingLimitPercent: "
             "spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a "
             "non-negative integer\n"},
    {.manifest = LEVEL "  type: Limited\n"
                       "  exempt: {lendablePercent: -1}\n",
     .want = "4:1 api/required spec.limited: spec.limited: Required value: must not be empty when "
             "type is Limited\n"
             "6:11 api/forbidden spec.exempt: spec.exempt: Forbidden: must be nil if the type is "
             "Limited\n"
             "6:29 api/invalid-value spec.exempt.lendablePercent: spec.exempt.lendablePercent: "
             "Invalid value: -1: must be between 0 and 100, inclusive\n"},
    {.manifest = LEVEL "  type: Exempt\n"
                       "  limited: {limitResponse: {type: Reject, queuing: {handSize: 70}}}\n",
     .want = "5:9 api/invalid-value spec.type: spec.type: Invalid value: \"Exempt\": must be "
             "'Exempt' if and only if `name` is 'exempt'\n"
             "6:12 api/forbidden spec.limited: spec.limited: Forbidden: must be nil if the type is "
             "not Limited\n"
             "6:52 api/forbidden spec.limited.limitResponse.queuing: "
             "spec.limited.limitResponse.queuing: Forbidden: must be nil if "
             "limited.limitResponse.type is not Limited\n"
             "6:63 api/invalid-value spec.limited.limitResponse.queuing.handSize: "
             "spec.limited.limitResponse.queuing.handSize: Invalid value: 70: should not be "
             "greater than queues (64)\n"},
    {.manifest = LEVEL "  type: Limited\n"
                       "  limited: {limitResponse: {type: Queue, queuing: {handSize: 11}}}\n",
     .want = "6:62 api/invalid-value spec.limited.limitResponse.queuing.handSize: "
             "spec.limited.limitResponse.queuing.handSize: Invalid value: 11: required entropy "
             "bits of deckSize 64 and handSize 11 should not be greater than 60\n"},
    {.manifest = LEVEL "  type: Limited\n"
                       "  limited: {limitResponse: {type: Queue}}\n",
     .want = "6:13 api/required spec.limited.limitResponse.queuing: "
             "spec.limited.limitResponse.queuing: Required value: must not be empty if "
             "limited.limitResponse.type is Limited\n"},
};

static void test_priority_level(void **state)
{
    (void)state;
    check_rules(priority_level_cases, ARRAY_LEN(priority_level_cases));
}

static const struct update_case crd_cases[] = {
    {.manifest = CRD
     "  scope: Namespaced\n"
     "  names: {kind: Boat, plural: boats}\n"
     "  versions:\n"
     "  - {name: v1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}\n"
     "  - {name: v2, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n",
     .old = CRD
     "  scope: Namespaced\n"
     "  names: {kind: Boat, plural: boats}\n"
     "  versions:\n"
     "  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n",
     .want = ""},
    {.manifest = CRD
     "  scope: Namespaced\n"
     "  names: {kind: Boat, plural: boats}\n"
     "  versions:\n"
     "  - {name: v2, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n",
     .old = CRD
     "  scope: Namespaced\n"
     "  names: {kind: Boat, plural: boats}\n"
     "  versions:\n"
     "  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n",
     .want = "9:3 api/invalid-value status.storedVersions[0]: status.storedVersions[0]: Invalid "
             "value: \"v1\": missing from spec.versions; v1 was previously a storage version, and "
             "must remain in spec.versions until a storage migration ensures no data remains "
             "persisted in v1 and removes v1 from status.storedVersions\n"},
    {.manifest = CRD
     "  scope: Cluster\n"
     "  names: {kind: Ship, plural: boats}\n"
     "  versions:\n"
     "  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n",
     .old = CRD
     "  scope: Namespaced\n"
     "  names: {kind: Boat, plural: boats}\n"
     "  versions:\n"
     "  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n",
     .want = "6:10 api/immutable-field spec.scope: spec.scope: Invalid value: \"Cluster\": field "
             "is immutable\n"
             "7:17 api/immutable-field spec.names.kind: spec.names.kind: Invalid value: \"Ship\": "
             "field is immutable\n"},
};

static void test_crd(void **state)
{
    (void)state;
    check_updates(crd_cases, ARRAY_LEN(crd_cases));
}

int test_rule_flow(void);
int test_rule_flow(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flow_schema),
        cmocka_unit_test(test_priority_level),
        cmocka_unit_test(test_crd),
    };
    return cmocka_run_group_tests_name("admit rules of flows and CRDs", tests, NULL, NULL);
}
