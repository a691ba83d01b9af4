/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of roles and their bindings. */
#include "admit_case.h"

#define CLUSTER_BINDING                                                                            \
    "apiVersion: rbac.authorization.k8s.io/v1\n"                                                   \
    "kind: ClusterRoleBinding\n"                                                                   \
    "metadata: {name: a}\n"
#define CLUSTER_ROLE                                                                               \
    "apiVersion: rbac.authorization.k8s.io/v1\n"                                                   \
    "kind: ClusterRole\n"                                                                          \
    "metadata: {name: a}\n"
#define BINDING                                                                                    \
    "apiVersion: rbac.authorization.k8s.io/v1\n"                                                   \
    "kind: RoleBinding\n"                                                                          \
    "metadata: {name: a, namespace: a}\n"
#define ROLE                                                                                       \
    "apiVersion: rbac.authorization.k8s.io/v1\n"                                                   \
    "kind: Role\n"                                                                                 \
    "metadata: {name: a, namespace: a}\n"

static const struct admit_case rules_cases[] = {
    {.manifest = ROLE "rules:\n"
                      "- {verbs: [get], apiGroups: [\"\"], resources: [pods], resourceNames: [a]}\n"
                      "- {verbs: [\"\"], apiGroups: [\"\"], resources: [\"\"]}\n",
     .want = ""},
    {.manifest = ROLE "rules: []\n", .want = ""},
    {.manifest = ROLE "rules:\n"
                      "- {apiGroups: [], resources: []}\n",
     .want = "5:3 api/required rules[0].verbs: rules[0].verbs: Required value: verbs must contain "
             "at least one value\n"
             "5:15 api/required rules[0].apiGroups: rules[0].apiGroups: Required value: resource "
             "rules must supply at least one api group\n"
             "5:30 api/required rules[0].resources: rules[0].resources: Required value: resource "
             "rules must supply at least one resource\n"},
    {.manifest = ROLE "rules:\n"
                      "- {verbs: [get], nonResourceURLs: [/a]}\n",
     .want = "5:35 api/invalid-value rules[0].nonResourceURLs: rules[0].nonResourceURLs: Invalid "
             "value: [\"/a\"]: namespaced rules cannot apply to non-resource URLs\n"},
    {.manifest = CLUSTER_ROLE "rules:\n"
                              "- {verbs: [get], nonResourceURLs: [/a, a]}\n",
     .want = ""},
    {.manifest = CLUSTER_ROLE
     "rules:\n"
     "- {verbs: [get], nonResourceURLs: [/a], apiGroups: [\"\"], resources: [pods]}\n"
     "- {verbs: [get], nonResourceURLs: [/a], resources: [pods]}\n"
     "- {verbs: [get], nonResourceURLs: [/a], resourceNames: [a]}\n",
     .want =
         "5:35 api/invalid-value rules[0].nonResourceURLs: rules[0].nonResourceURLs: Invalid "
         "value: [\"/a\"]: rules cannot apply to both regular resources and non-resource URLs\n"
         "6:35 api/invalid-value rules[1].nonResourceURLs: rules[1].nonResourceURLs: Invalid "
         "value: [\"/a\"]: rules cannot apply to both regular resources and non-resource URLs\n"
         "7:35 api/invalid-value rules[2].nonResourceURLs: rules[2].nonResourceURLs: Invalid "
         "value: [\"/a\"]: rules cannot apply to both regular resources and non-resource URLs\n"},
    {.manifest = CLUSTER_ROLE "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}\n",
     .want = ""},
    {.manifest = CLUSTER_ROLE "aggregationRule: {}\n",
     .want = "4:1 api/required aggregationRule.clusterRoleSelectors: "
             "aggregationRule.clusterRoleSelectors: Required value: at least one "
             "clusterRoleSelector required if aggregationRule is non-nil\n"},
    {.manifest = CLUSTER_ROLE
     "aggregationRule: {clusterRoleSelectors: [{matchExpressions: [{key: a, operator: in}]}]}\n",
     .want = "4:42 api/invalid-value aggregationRule.clusterRoleSelectors[0]: "
             "aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label "
             "selector.\n"
             "4:81 api/invalid-value "
             "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator: "
             "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator: Invalid value: "
             "\"in\": not a valid selector operator\n"},
};

static void test_rules(void **state)
{
    (void)state;
    check_rules(rules_cases, ARRAY_LEN(rules_cases));
}

static const struct admit_case role_ref_cases[] = {
    {.manifest = BINDING "roleRef: {kind: ClusterRole, name: a}\n", .want = ""},
    {.manifest = BINDING "roleRef: {kind: Role, name: \"a:b\", apiGroup: \"\"}\n", .want = ""},
    {.manifest = CLUSTER_BINDING "roleRef: {kind: ClusterRole, name: a}\n", .want = ""},
    {.manifest = BINDING,
     .want = "2:7 api/required roleRef.name: roleRef.name: Required value\n"
             "2:7 api/unsupported-value roleRef.kind: roleRef.kind: Unsupported value: \"\": "
             "supported values: \"Role\", \"ClusterRole\"\n"},
    {.manifest = CLUSTER_BINDING "roleRef: {kind: Role, name: a}\n",
     .want = "4:17 api/unsupported-value roleRef.kind: roleRef.kind: Unsupported value: \"Role\": "
             "supported values: \"ClusterRole\"\n"},
    {.manifest = BINDING "roleRef: {kind: role, name: a/b, apiGroup: rbac}\n",
     .want = "4:17 api/unsupported-value roleRef.kind: roleRef.kind: Unsupported value: \"role\": "
             "supported values: \"Role\", \"ClusterRole\"\n"
             "4:29 api/invalid-value roleRef.name: roleRef.name: Invalid value: \"a/b\": must not "
             "contain '/'\n"
             "4:44 api/unsupported-value roleRef.apiGroup: roleRef.apiGroup: Unsupported value: "
             "\"rbac\": supported values: \"rbac.authorization.k8s.io\"\n"},
};

static void test_role_ref(void **state)
{
    (void)state;
    check_rules(role_ref_cases, ARRAY_LEN(role_ref_cases));
}

static const struct admit_case subjects_cases[] = {
    {.manifest = BINDING "roleRef: {kind: ClusterRole, name: a}\n"
                         "subjects:\n"
                         "- {kind: ServiceAccount, name: a}\n"
                         "- {kind: User, name: \"A b\"}\n"
                         "- {kind: Group, name: a, apiGroup: rbac.authorization.k8s.io}\n",
     .want = ""},
    {.manifest = BINDING "roleRef: {kind: ClusterRole, name: a}\n"
                         "subjects:\n"
                         "- {kind: ServiceAccount, name: A, apiGroup: rbac.authorization.k8s.io}\n"
                         "- {kind: User, name: a, apiGroup: a.b}\n"
                         "- {kind: user}\n",
     .want = "6:32 api/invalid-value subjects[0].name: subjects[0].name: Invalid value: \"A\": "
             "must consist of lower-case letters, digits, '-' and '.', and each part between dots "
             "must start and end with a letter or digit\n"
             "6:45 api/unsupported-value subjects[0].apiGroup: subjects[0].apiGroup: Unsupported "
             "value: \"rbac.authorization.k8s.io\": supported values: \"\"\n"
             "7:35 api/unsupported-value subjects[1].apiGroup: subjects[1].apiGroup: Unsupported "
             "value: \"a.b\": supported values: \"rbac.authorization.k8s.io\"\n"
             "8:3 api/required subjects[2].name: subjects[2].name: Required value\n"
             "8:10 api/unsupported-value subjects[2].kind: subjects[2].kind: Unsupported value: "
             "\"user\": supported values: \"ServiceAccount\", \"User\", \"Group\"\n"},
    {.manifest = CLUSTER_BINDING "roleRef: {kind: ClusterRole, name: a}\n"
                                 "subjects:\n"
                                 "- {kind: ServiceAccount, name: a, namespace: a}\n"
                                 "- {kind: ServiceAccount, name: a}\n",
     .want = "7:3 api/required subjects[1].namespace: subjects[1].namespace: Required value\n"},
};

static void test_subjects(void **state)
{
    (void)state;
    check_rules(subjects_cases, ARRAY_LEN(subjects_cases));
}

static const struct update_case role_ref_kept_cases[] = {
    {.manifest =
         BINDING "roleRef: {kind: ClusterRole, name: a, apiGroup: rbac.authorization.k8s.io}\n",
     .old = BINDING "roleRef: {kind: ClusterRole, name: a}\n",
     .want = ""},
    {.manifest = BINDING "roleRef: {kind: ClusterRole, name: b}\n",
     .old = BINDING "roleRef: {kind: ClusterRole, name: a}\n",
     .want = "4:10 api/immutable-field roleRef: roleRef: Invalid value: "
             "{\"kind\":\"ClusterRole\",\"name\":\"b\",\"apiGroup\":\"rbac.authorization.k8s.io\"}:"
             " cannot change roleRef\n"},
    {.manifest = CLUSTER_BINDING "roleRef: {kind: ClusterRole, name: b}\n",
     .old = CLUSTER_BINDING "roleRef: {kind: ClusterRole, name: a}\n",
     .want = "4:10 api/immutable-field roleRef: roleRef: Invalid value: "
             "{\"kind\":\"ClusterRole\",\"name\":\"b\",\"apiGroup\":\"rbac.authorization.k8s.io\"}:"
             " cannot change roleRef\n"},
};

static void test_role_ref_kept(void **state)
{
    (void)state;
    check_updates(role_ref_kept_cases, ARRAY_LEN(role_ref_kept_cases));
}

int test_rule_rbac(void);
int test_rule_rbac(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_role_ref),
        cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_role_ref_kept),
    };
    return cmocka_run_group_tests_name("admit rules of roles", tests, NULL, NULL);
}
