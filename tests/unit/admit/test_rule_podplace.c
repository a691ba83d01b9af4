/* SPDX-License-Identifier: Apache-2.0 */
/* Tolerations, affinity and spreading. */
#include "admit_case.h"

#define POD                                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  containers: [{name: a, image: a}]\n"
#define NAMED                                                                                      \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"

static void test_tolerations(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  tolerations: [{operator: Exists}, {key: a, value: b}, {key: a, effect: "
                         "NoExecute, tolerationSeconds: 0}]\n",
         .want = ""},
        {.manifest = POD "  tolerations: [{operator: Equal}, {key: a, value: b c}, {key: a, "
                         "operator: Exists, value: b}]\n",
         .want =
             "6:28 api/invalid-value spec.tolerations[0].operator: spec.tolerations[0].operator: "
             "Invalid value: \"Equal\": operator must be Exists when `key` is empty, which means "
             "\"match all values and all keys\"\n"
             "6:36 api/invalid-value spec.tolerations[1].operator: spec.tolerations[1].operator: "
             "Invalid value: \"b c\": must be empty, or consist of letters, digits, '-', '_' and "
             "'.', and start and end with a letter or digit\n"
             "6:77 api/invalid-value spec.tolerations[2].operator: spec.tolerations[2].operator: "
             "Invalid value: \"b\": value must be empty when `operator` is 'Exists'\n"},
        {.manifest = POD "  tolerations: [{key: a b, operator: Exists}, {key: a, effect: Never}, "
                         "{key: a, effect: NoSchedule, tolerationSeconds: 1}]\n",
         .want = "6:23 api/invalid-value spec.tolerations[0].key: spec.tolerations[0].key: Invalid "
                 "value: \"a b\": must consist of letters, digits, '-', '_' and '.', and start and "
                 "end with a letter or digit\n"
                 "6:64 api/unsupported-value spec.tolerations[1].effect: "
                 "spec.tolerations[1].effect: Unsupported value: \"Never\": supported values: "
                 "\"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"\n"
                 "6:89 api/invalid-value spec.tolerations[2].effect: spec.tolerations[2].effect: "
                 "Invalid value: \"NoSchedule\": effect must be 'NoExecute' when "
                 "`tolerationSeconds` is set\n"},
        {.manifest = POD "  tolerations: [{key: a, operator: Gt, value: \"1\"}]\n",
         .want = "6:36 api/unsupported-value spec.tolerations[0].operator: "
                 "spec.tolerations[0].operator: Unsupported value: \"Gt\": supported values: "
                 "\"Equal\", \"Exists\", \"Lt\", \"Gt\"\n"},
        {.manifest = POD "  tolerations: [{key: a, operator: Gt, value: \"1\"}]\n",
         .want = "6:36 api/unsupported-value spec.tolerations[0].operator: "
                 "spec.tolerations[0].operator: Unsupported value: \"Gt\": supported values: "
                 "\"Equal\", \"Exists\"\n",
         .minor = 34},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_affinity(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest =
             POD "  affinity:\n"
                 "    nodeAffinity:\n"
                 "      requiredDuringSchedulingIgnoredDuringExecution:\n"
                 "        nodeSelectorTerms:\n"
                 "        - matchExpressions: [{key: a, operator: Gt, values: [\"1\"]}, {key: b, "
                 "operator: Exists}]\n"
                 "          matchFields: [{key: metadata.name, operator: In, values: [a.b]}]\n",
         .want = ""},
        {.manifest = POD "  affinity:\n"
                         "    nodeAffinity:\n"
                         "      requiredDuringSchedulingIgnoredDuringExecution:\n"
                         "        nodeSelectorTerms:\n"
                         "        - matchExpressions: [{key: a, operator: Lt}, {key: a, operator: "
                         "In}, {key: a, operator: Exists, values: [b]}]\n",
         .want = "10:30 api/required "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchExpressions[0].values: "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be "
                 "specified single value when `operator` is 'Lt' or 'Gt'\n"
                 "10:54 api/required "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchExpressions[1].values: "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchExpressions[1].values: Required value: must be "
                 "specified when `operator` is 'In' or 'NotIn'\n"
                 "10:113 api/forbidden "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchExpressions[2].values: "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchExpressions[2].values: Forbidden: may not be specified "
                 "when `operator` is 'Exists' or 'DoesNotExist'\n"},
        {.manifest = POD "  affinity:\n"
                         "    nodeAffinity:\n"
                         "      requiredDuringSchedulingIgnoredDuringExecution:\n"
                         "        nodeSelectorTerms:\n"
                         "        - matchExpressions: [{key: a b, operator: in}, {key: a, "
                         "operator: In, values: [b c]}]\n",
         .want =
             "10:36 api/invalid-value "
             "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
             "nodeSelectorTerms[0].matchExpressions[0].key: "
             "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
             "nodeSelectorTerms[0].matchExpressions[0].key: Invalid value: \"a b\": must consist "
             "of letters, digits, '-', '_' and '.', and start and end with a letter or digit\n"
             "10:51 api/invalid-value "
             "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
             "nodeSelectorTerms[0].matchExpressions[0].operator: "
             "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
             "nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: \"in\": not a "
             "valid selector operator\n"
             "10:88 api/invalid-value "
             "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
             "nodeSelectorTerms[0].matchExpressions[1].values[0]: "
             "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
             "nodeSelectorTerms[0].matchExpressions[1].values[0]: Invalid value: \"b c\": must be "
             "empty, or consist of letters, digits, '-', '_' and '.', and start and end with a "
             "letter or digit\n"},
        {.manifest = POD "  affinity:\n"
                         "    nodeAffinity:\n"
                         "      requiredDuringSchedulingIgnoredDuringExecution:\n"
                         "        nodeSelectorTerms:\n"
                         "        - matchFields: [{key: metadata.uid, operator: Exists}, {key: "
                         "metadata.name, operator: In, values: [A, b]}]\n",
         .want = "10:31 api/invalid-value "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchFields[0].key: "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchFields[0].key: Invalid value: \"metadata.uid\": not a "
                 "valid field selector key\n"
                 "10:55 api/invalid-value "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchFields[0].operator: "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchFields[0].operator: Invalid value: \"Exists\": not a "
                 "valid selector operator\n"
                 "10:107 api/required "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchFields[1].values: "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchFields[1].values: Required value: must be only one "
                 "value when `operator` is 'In' or 'NotIn' for node field selector\n"
                 "10:108 api/invalid-value "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchFields[1].values[0]: "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms[0].matchFields[1].values[0]: Invalid value: \"A\": must "
                 "consist of lower-case letters, digits, '-' and '.', and each part between dots "
                 "must start and end with a letter or digit\n"},
        {.manifest = POD
         "  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {}}}\n",
         .want = "6:29 api/required "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms: "
                 "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
                 "nodeSelectorTerms: Required value: must have at least one node selector term\n"},
        {.manifest = POD "  affinity:\n"
                         "    nodeAffinity:\n"
                         "      preferredDuringSchedulingIgnoredDuringExecution:\n"
                         "      - {weight: 0, preference: {matchExpressions: [{key: a, operator: "
                         "In, values: [b c]}]}}\n",
         .want =
             "9:18 api/invalid-value "
             "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight:"
             " spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]."
             "weight: Invalid value: 0: must be in the range 1-100\n"
             "9:85 server/warning "
             "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]."
             "preference.matchExpressions[0].values[0]: "
             "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]."
             "preference.matchExpressions[0].values[0]: b c is invalid, a valid label must be an "
             "empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
             "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
             "'12345', regex used for validation is "
             "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')\n"},
        {.manifest =
             POD "  affinity:\n"
                 "    podAffinity:\n"
                 "      preferredDuringSchedulingIgnoredDuringExecution:\n"
                 "      - {weight: 101, podAffinityTerm: {topologyKey: a, labelSelector: {}}}\n",
         .want =
             "9:18 api/invalid-value "
             "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: "
             "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: "
             "Invalid value: 101: must be in the range 1-100\n"},
        {.manifest = POD "  affinity:\n"
                         "    podAntiAffinity:\n"
                         "      requiredDuringSchedulingIgnoredDuringExecution:\n"
                         "      - {topologyKey: a, namespaces: [b], matchLabelKeys: [c], "
                         "mismatchLabelKeys: [d], labelSelector: {matchLabels: {c: d}}}\n",
         .want = ""},
        {.manifest = POD "  affinity:\n"
                         "    podAntiAffinity:\n"
                         "      requiredDuringSchedulingIgnoredDuringExecution:\n"
                         "      - {labelSelector: {}, namespaces: [a.b]}\n"
                         "      - {topologyKey: a b, labelSelector: {}}\n",
         .want = "9:9 api/invalid-value "
                 "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
                 "topologyKey: "
                 "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
                 "topologyKey: Invalid value: \"\": must not be empty\n"
                 "9:9 api/required "
                 "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
                 "topologyKey: "
                 "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
                 "topologyKey: Required value: can not be empty\n"
                 "9:42 api/invalid-value "
                 "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
                 "namespace: "
                 "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
                 "namespace: Invalid value: \"a.b\": must not contain dots\n"
                 "10:23 api/invalid-value "
                 "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[1]."
                 "topologyKey: "
                 "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[1]."
                 "topologyKey: Invalid value: \"a b\": must consist of letters, digits, '-', '_' "
                 "and '.', and start and end with a letter or digit\n"},
        {.manifest = POD
         "  affinity:\n"
         "    podAntiAffinity:\n"
         "      requiredDuringSchedulingIgnoredDuringExecution:\n"
         "      - {topologyKey: a, matchLabelKeys: [b], mismatchLabelKeys: [b], labelSelector: "
         "{matchLabels: {b: c}, matchExpressions: [{key: b, operator: Exists}]}}\n",
         .want =
             "9:43 api/invalid-value "
             "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
             "matchLabelKeys[0]: "
             "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
             "matchLabelKeys[0]: Invalid value: \"b\": exists in both matchLabelKeys and "
             "mismatchLabelKeys\n"
             "9:43 api/invalid-value "
             "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0][0]: "
             "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0][0]: "
             "Invalid value: \"b\": exists in both matchLabelKeys and labelSelector\n"},
        {.manifest = NAMED
         "metadata: {name: a, labels: {b: c}}\n"
         "spec:\n"
         "  containers: [{name: a, image: a}]\n"
         "  affinity:\n"
         "    podAntiAffinity:\n"
         "      requiredDuringSchedulingIgnoredDuringExecution:\n"
         "      - {topologyKey: a, matchLabelKeys: [b], labelSelector: {matchLabels: {b: c}}}\n",
         .want =
             "9:43 api/invalid-value "
             "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0][0]: "
             "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0][0]: "
             "Invalid value: \"b\": exists in both matchLabelKeys and labelSelector\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_spread(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  topologySpreadConstraints:\n"
                         "  - {maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule, "
                         "minDomains: 1, nodeTaintsPolicy: Honor, labelSelector: {}}\n",
         .want = ""},
        {.manifest = POD "  topologySpreadConstraints:\n"
                         "  - {topologyKey: \"\", whenUnsatisfiable: Never, nodeAffinityPolicy: "
                         "\"\", labelSelector: {}}\n",
         .want = "7:5 api/invalid-value spec.topologySpreadConstraints[0].maxSkew: "
                 "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater "
                 "than zero\n"
                 "7:19 api/required spec.topologySpreadConstraints[0].topologyKey: "
                 "spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty\n"
                 "7:42 api/unsupported-value spec.topologySpreadConstraints[0].whenUnsatisfiable: "
                 "spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "
                 "\"Never\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\"\n"
                 "7:69 api/unsupported-value spec.topologySpreadConstraints[0].nodeAffinityPolicy: "
                 "spec.topologySpreadConstraints[0].nodeAffinityPolicy: Unsupported value: \"\": "
                 "supported values: \"Honor\", \"Ignore\"\n"},
        {.manifest = POD "  topologySpreadConstraints:\n"
                         "  - {maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway, "
                         "minDomains: 0, labelSelector: {}}\n",
         .want = "7:81 api/invalid-value spec.topologySpreadConstraints[0].minDomains: "
                 "spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: can only use "
                 "minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway\n"
                 "7:81 api/invalid-value spec.topologySpreadConstraints[0].minDomains: "
                 "spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: must be greater "
                 "than zero\n"},
        {.manifest = POD "  topologySpreadConstraints:\n"
                         "  - {maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule, "
                         "matchLabelKeys: [b], labelSelector: {matchLabels: {b: c}}}\n",
         .want = ""},
        {.manifest = POD "  topologySpreadConstraints:\n"
                         "  - {maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule, "
                         "matchLabelKeys: [b], labelSelector: {matchLabels: {b: c}}}\n",
         .want = "7:85 api/invalid-value spec.topologySpreadConstraints[0].matchLabelKeys[0]: "
                 "spec.topologySpreadConstraints[0].matchLabelKeys[0]: Invalid value: \"b\": "
                 "exists in both matchLabelKeys and labelSelector\n",
         .minor = 33},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

int test_rule_podplace(void);
int test_rule_podplace(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tolerations),
        cmocka_unit_test(test_affinity),
        cmocka_unit_test(test_spread),
    };
    return cmocka_run_group_tests_name("admit rules on where Pods go", tests, NULL, NULL);
}
