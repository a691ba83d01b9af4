/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of ResourceQuotas and LimitRanges. */
#include "admit_case.h"

#define QUOTA                                                                                      \
    "apiVersion: v1\n"                                                                             \
    "kind: ResourceQuota\n"                                                                        \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"
#define RANGE                                                                                      \
    "apiVersion: v1\n"                                                                             \
    "kind: LimitRange\n"                                                                           \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  limits:\n"

static const struct admit_case amounts_cases[] = {
    {.manifest = QUOTA "  hard: {pods: 4, cpu: 500m, requests.storage: 1Gi, count/jobs.batch: "
                       "\"2\", requests.nvidia.com/gpu: 1, a.b/c: 0, hugepages-2Mi: 1Gi}\n",
     .want = ""},
    {.manifest = QUOTA "  hard: {pods: 1500m, cpu: -1, count/jobs.batch: 0.5}\n",
     .want = "5:16 api/invalid-value spec.hard[pods]: spec.hard[pods]: Invalid value: \"1500m\": "
             "must be an integer\n"
             "5:28 api/invalid-value spec.hard[cpu]: spec.hard[cpu]: Invalid value: \"-1\": must "
             "be greater than or equal to 0\n"
             "5:50 api/invalid-value spec.hard[count/jobs.batch]: spec.hard[count/jobs.batch]: "
             "Invalid value: \"500m\": must be an integer\n"},
    {.manifest = QUOTA "  hard: {storage: 1Gi, gpu: 1, a b: 1, requests.cpus: 1}\n",
     .want =
         "5:10 api/invalid-value spec.hard[storage]: spec.hard[storage]: Invalid value: "
         "\"storage\": must be a standard resource for quota\n"
         "5:24 api/invalid-value spec.hard[gpu]: spec.hard[gpu]: Invalid value: \"gpu\": must be a "
         "standard resource for quota\n"
         "5:24 api/invalid-value spec.hard[gpu]: spec.hard[gpu]: Invalid value: \"gpu\": must be a "
         "standard resource type or fully qualified\n"
         "5:32 api/invalid-value spec.hard[a b]: spec.hard[a b]: Invalid value: \"a b\": must be a "
         "standard resource for quota\n"
         "5:32 api/invalid-value spec.hard[a b]: spec.hard[a b]: Invalid value: \"a b\": must "
         "consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit\n"
         "5:40 api/invalid-value spec.hard[requests.cpus]: spec.hard[requests.cpus]: Invalid "
         "value: \"requests.cpus\": must be a standard resource for quota\n"
         "5:40 api/invalid-value spec.hard[requests.cpus]: spec.hard[requests.cpus]: Invalid "
         "value: \"requests.cpus\": must be a standard resource type or fully qualified\n"},
};

static void test_amounts(void **state)
{
    (void)state;
    check_rules(amounts_cases, ARRAY_LEN(amounts_cases));
}

static const struct admit_case scopes_cases[] = {
    {.manifest = QUOTA "  hard: {pods: 4, cpu: 1}\n"
                       "  scopes: [NotBestEffort, Terminating]\n",
     .want = ""},
    {.manifest = QUOTA "  hard: {pods: 4, a.b/c: 1}\n"
                       "  scopes: [BestEffort]\n",
     .want = ""},
    {.manifest = QUOTA "  hard: {cpu: 4}\n"
                       "  scopes: [BestEffort]\n",
     .want = "6:11 api/invalid-value spec.scopes: spec.scopes: Invalid value: [\"BestEffort\"]: "
             "unsupported scope applied to resource\n"},
    {.manifest = QUOTA "  scopes: [Terminating, NotTerminating, besteffort]\n",
     .want = "5:11 api/invalid-value spec.scopes: spec.scopes: Invalid value: "
             "[\"Terminating\",\"NotTerminating\",\"besteffort\"]: conflicting scopes\n"
             "5:11 api/invalid-value spec.scopes: spec.scopes: Invalid value: "
             "[\"Terminating\",\"NotTerminating\",\"besteffort\"]: unsupported scope\n"},
    {.manifest = QUOTA "  hard: {persistentvolumeclaims: 1}\n"
                       "  scopeSelector: {matchExpressions: [{scopeName: VolumeAttributesClass, "
                       "operator: In, values: [a]}]}\n",
     .want = ""},
    {.manifest = QUOTA "  hard: {pods: 1}\n"
                       "  scopeSelector:\n"
                       "    matchExpressions:\n"
                       "    - {scopeName: PriorityClass, operator: In}\n"
                       "    - {scopeName: BestEffort, operator: In, values: [a]}\n"
                       "    - {scopeName: PriorityClass, operator: Exists, values: [a]}\n"
                       "    - {scopeName: Other, operator: in}\n"
                       "    - {scopeName: NotBestEffort, operator: Exists}\n",
     .want = "8:5 api/invalid-value spec.scopeSelector.matchExpressions: "
             "spec.scopeSelector.matchExpressions: Invalid value: "
             "[{\"scopeName\":\"PriorityClass\",\"operator\":\"In\"},{\"scopeName\":\"BestEffort\","
             "\"operat…: conflicting scopes\n"
             "8:7 api/required spec.scopeSelector.matchExpressions.values: "
             "spec.scopeSelector.matchExpressions.values: Required value: must be at least one "
             "value when `operator` is 'In' or 'NotIn' for scope selector\n"
             "9:41 api/invalid-value spec.scopeSelector.matchExpressions.operator: "
             "spec.scopeSelector.matchExpressions.operator: Invalid value: \"In\": must be "
             "'Exists' when scope is any of ResourceQuotaScopeTerminating, "
             "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
             "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity\n"
             "10:60 api/invalid-value spec.scopeSelector.matchExpressions.values: "
             "spec.scopeSelector.matchExpressions.values: Invalid value: [\"a\"]: must be no value "
             "when `operator` is 'Exist' or 'DoesNotExist' for scope selector\n"
             "11:19 api/invalid-value spec.scopeSelector.matchExpressions.scopeName: "
             "spec.scopeSelector.matchExpressions.scopeName: Invalid value: \"Other\": unsupported "
             "scope\n"
             "11:36 api/invalid-value spec.scopeSelector.matchExpressions.operator: "
             "spec.scopeSelector.matchExpressions.operator: Invalid value: \"in\": not a valid "
             "selector operator\n"},
    {.manifest = QUOTA
     "  hard: {secrets: 1}\n"
     "  scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: Exists}]}\n",
     .want = "6:37 api/invalid-value spec.scopeSelector.matchExpressions: "
             "spec.scopeSelector.matchExpressions: Invalid value: "
             "[{\"scopeName\":\"PriorityClass\",\"operator\":\"Exists\"}]: unsupported scope "
             "applied to resource\n"},
};

static void test_scopes(void **state)
{
    (void)state;
    check_rules(scopes_cases, ARRAY_LEN(scopes_cases));
}

static const struct admit_case limit_range_cases[] = {
    {.manifest = RANGE "  - {type: Container, max: {cpu: 2}, min: {cpu: 100m}, default: {cpu: 1}, "
                       "defaultRequest: {cpu: 500m}}\n"
                       "  - {type: Pod, max: {memory: 1Gi}}\n"
                       "  - {type: PersistentVolumeClaim, min: {storage: 1Gi}}\n"
                       "  - {type: a.b/c}\n",
     .want = ""},
    {.manifest = RANGE "  - {type: Pod, default: {cpu: 1}, defaultRequest: {cpu: 1}}\n"
                       "  - {type: Pod}\n"
                       "  - {type: Node}\n"
                       "  - {type: \"\"}\n",
     .want = "6:26 api/forbidden spec.limits[0].default: spec.limits[0].default: Forbidden: may "
             "not be specified when `type` is 'Pod'\n"
             "6:52 api/forbidden spec.limits[0].defaultRequest: spec.limits[0].defaultRequest: "
             "Forbidden: may not be specified when `type` is 'Pod'\n"
             "7:12 api/duplicate-value spec.limits[1].type: spec.limits[1].type: Duplicate value: "
             "\"Pod\"\n"
             "8:12 api/invalid-value spec.limits[2].type: spec.limits[2].type: Invalid value: "
             "\"Node\": must be a standard limit type or fully qualified\n"
             "9:12 api/invalid-value spec.limits[3].type: spec.limits[3].type: Invalid value: "
             "\"\": must not be empty\n"},
    {.manifest = RANGE "  - {type: PersistentVolumeClaim, max: {cpu: 1}}\n",
     .want = "6:5 api/required spec.limits[0].limits: spec.limits[0].limits: Required value: "
             "either minimum or maximum storage value is required, but neither was provided\n"},
    {.manifest = RANGE "  - {type: Container, min: {cpu: 2, memory: 1Gi}, max: {cpu: 1, memory: "
                       "2Gi}, default: {memory: 3Gi}, defaultRequest: {memory: 512Mi}}\n",
     .want =
         "6:34 api/invalid-value spec.limits[0].min[cpu]: spec.limits[0].min[cpu]: Invalid value: "
         "\"2\": min value 2 is greater than max value 1\n"
         "6:62 api/invalid-value spec.limits[0].defaultRequest[cpu]: "
         "spec.limits[0].defaultRequest[cpu]: Invalid value: \"1\": min value 2 is greater than "
         "default request value 1\n"
         "6:62 api/invalid-value spec.limits[0].default[cpu]: spec.limits[0].default[cpu]: Invalid "
         "value: \"2\": min value 2 is greater than default value 1\n"
         "6:97 api/invalid-value spec.limits[0].default[memory]: spec.limits[0].default[memory]: "
         "Invalid value: \"2Gi\": default value 3Gi is greater than max value 2Gi\n"
         "6:128 api/invalid-value spec.limits[0].defaultRequest[memory]: "
         "spec.limits[0].defaultRequest[memory]: Invalid value: \"512Mi\": min value 1Gi is "
         "greater than default request value 512Mi\n"},
    {.manifest = RANGE "  - {type: Container, max: {cpu: 1}, defaultRequest: {cpu: 2}}\n",
     .want = "6:60 api/invalid-value spec.limits[0].defaultRequest[cpu]: "
             "spec.limits[0].defaultRequest[cpu]: Invalid value: \"2\": default request value 2 is "
             "greater than default limit value 1\n"
             "6:60 api/invalid-value spec.limits[0].defaultRequest[cpu]: "
             "spec.limits[0].defaultRequest[cpu]: Invalid value: \"2\": default request value 2 is "
             "greater than max value 1\n"},
    {.manifest = RANGE "  - {type: Container, max: {pods: 1}, min: {storage: 1Gi, gpu: 1}}\n",
     .want = "6:5 api/invalid-value spec.limits[0].defaultRequest[gpu]: "
             "spec.limits[0].defaultRequest[gpu]: Invalid value: \"gpu\": must be a standard "
             "resource for containers\n"
             "6:5 api/invalid-value spec.limits[0].defaultRequest[gpu]: "
             "spec.limits[0].defaultRequest[gpu]: Invalid value: \"gpu\": must be a standard "
             "resource type or fully qualified\n"
             "6:5 api/invalid-value spec.limits[0].defaultRequest[pods]: "
             "spec.limits[0].defaultRequest[pods]: Invalid value: \"pods\": must be a standard "
             "resource for containers\n"
             "6:5 api/invalid-value spec.limits[0].defaultRequest[storage]: "
             "spec.limits[0].defaultRequest[storage]: Invalid value: \"storage\": must be a "
             "standard resource for containers\n"
             "6:5 api/invalid-value spec.limits[0].default[pods]: spec.limits[0].default[pods]: "
             "Invalid value: \"pods\": must be a standard resource for containers\n"
             "6:29 api/invalid-value spec.limits[0].max[pods]: spec.limits[0].max[pods]: Invalid "
             "value: \"pods\": must be a standard resource for containers\n"
             "6:45 api/invalid-value spec.limits[0].min[storage]: spec.limits[0].min[storage]: "
             "Invalid value: \"storage\": must be a standard resource for containers\n"
             "6:59 api/invalid-value spec.limits[0].min[gpu]: spec.limits[0].min[gpu]: Invalid "
             "value: \"gpu\": must be a standard resource for containers\n"
             "6:59 api/invalid-value spec.limits[0].min[gpu]: spec.limits[0].min[gpu]: Invalid "
             "value: \"gpu\": must be a standard resource type or fully qualified\n"},
    {.manifest = RANGE "  - {type: Container, default: {a.b/c: 2}, defaultRequest: {a.b/c: 1}}\n",
     .want = "6:68 api/invalid-value spec.limits[0].defaultRequest[a.b/c]: "
             "spec.limits[0].defaultRequest[a.b/c]: Invalid value: \"1\": default value 2 must "
             "equal to defaultRequest value 1 in a.b/c\n"},
    {.manifest = RANGE "  - {type: Pod, maxLimitRequestRatio: {cpu: 500m, memory: 4}, min: "
                       "{memory: 1Gi}, max: {memory: 2Gi}}\n",
     .want = "6:45 api/invalid-value spec.limits[0].maxLimitRequestRatio[cpu]: "
             "spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: \"500m\": ratio 500m is "
             "less than 1\n"
             "6:59 api/invalid-value spec.limits[0].maxLimitRequestRatio[memory]: "
             "spec.limits[0].maxLimitRequestRatio[memory]: Invalid value: \"4\": ratio 4 is "
             "greater than max/min = 2.000000\n"},
};

static void test_limit_range(void **state)
{
    (void)state;
    check_rules(limit_range_cases, ARRAY_LEN(limit_range_cases));
}

static const struct update_case scopes_kept_cases[] = {
    {.manifest = QUOTA "  scopes: [BestEffort, Terminating, BestEffort]\n",
     .old = QUOTA "  scopes: [Terminating, BestEffort]\n",
     .want = ""},
    {.manifest = QUOTA "  scopes: [BestEffort]\n",
     .old = QUOTA "  scopes: [NotBestEffort]\n",
     .want = "5:11 api/immutable-field spec.scopes: spec.scopes: Invalid value: [\"BestEffort\"]: "
             "field is immutable\n"},
    {.manifest = QUOTA "  hard: {pods: 1}\n",
     .old = QUOTA "  scopes: [NotBestEffort]\n",
     .want = "4:1 api/immutable-field spec.scopes: spec.scopes: Invalid value: null: field is "
             "immutable\n"},
};

static void test_scopes_kept(void **state)
{
    (void)state;
    check_updates(scopes_kept_cases, ARRAY_LEN(scopes_kept_cases));
}

int test_rule_quota(void);
int test_rule_quota(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amounts),
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_limit_range),
        cmocka_unit_test(test_scopes_kept),
    };
    return cmocka_run_group_tests_name("admit rules of quotas", tests, NULL, NULL);
}
