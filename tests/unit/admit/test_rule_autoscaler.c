/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of HorizontalPodAutoscalers of both versions. */
#include "admit_case.h"

#define SCALER                                                                                     \
    "apiVersion: autoscaling/v2\n"                                                                 \
    "kind: HorizontalPodAutoscaler\n"                                                              \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n"                         \
    "  maxReplicas: 3\n"
#define BARE_SCALER                                                                                \
    "apiVersion: autoscaling/v2\n"                                                                 \
    "kind: HorizontalPodAutoscaler\n"                                                              \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"
#define FIRST_SCALER                                                                               \
    "apiVersion: autoscaling/v1\n"                                                                 \
    "kind: HorizontalPodAutoscaler\n"                                                              \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n"                         \
    "  maxReplicas: 3\n"

static void test_replicas(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SCALER "  minReplicas: 3\n", .want = ""},
        {.manifest = SCALER "  minReplicas: 0\n",
         .want = "4:1 api/forbidden spec.metrics: spec.metrics: Forbidden: must specify at least "
                 "one Object or External metric to support scaling to zero replicas\n"
                 "7:16 api/invalid-value spec.minReplicas: spec.minReplicas: Invalid value: 0: "
                 "must be greater than or equal to 1\n"},
        {.manifest = SCALER "  minReplicas: 4\n",
         .want = "6:16 api/invalid-value spec.maxReplicas: spec.maxReplicas: Invalid value: 3: "
                 "must be greater than or equal to `minReplicas`\n"},
        {.manifest =
             BARE_SCALER "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n",
         .want = "4:1 api/invalid-value spec.maxReplicas: spec.maxReplicas: Invalid value: 0: must "
                 "be greater than or equal to `minReplicas`\n"
                 "4:1 api/required spec.maxReplicas: spec.maxReplicas: Required value: must be set "
                 "and greater than 0\n"},
        {.manifest =
             BARE_SCALER "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n",
         .minor = 35,
         .want = "4:1 api/invalid-value spec.maxReplicas: spec.maxReplicas: Invalid value: 0: must "
                 "be greater than 0\n"
                 "4:1 api/invalid-value spec.maxReplicas: spec.maxReplicas: Invalid value: 0: must "
                 "be greater than or equal to `minReplicas`\n"},
        {.manifest =
             BARE_SCALER "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n"
                         "  maxReplicas: -1\n",
         .want = "6:16 api/invalid-value spec.maxReplicas: spec.maxReplicas: Invalid value: -1: "
                 "must be greater than or equal to 1\n"
                 "6:16 api/invalid-value spec.maxReplicas: spec.maxReplicas: Invalid value: -1: "
                 "must be greater than or equal to `minReplicas`\n"},
        {.manifest = FIRST_SCALER "  targetCPUUtilizationPercentage: 1\n", .want = ""},
        {.manifest = FIRST_SCALER "  targetCPUUtilizationPercentage: 0\n"
                                  "  minReplicas: -1\n",
         .want = "7:35 api/invalid-value spec.metrics[0].resource.target.averageUtilization: "
                 "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be "
                 "greater than 0\n"
                 "8:16 api/invalid-value spec.minReplicas: spec.minReplicas: Invalid value: -1: "
                 "must be greater than or equal to 1\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_target(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        {.manifest = BARE_SCALER "  maxReplicas: 1\n",
         .want =
             "4:1 api/invalid-value spec.scaleTargetRef.apiVersion: "
             "spec.scaleTargetRef.apiVersion: Invalid value: \"\": apiVersion must specify API "
             "group\n"
             "4:1 api/required spec.scaleTargetRef.kind: spec.scaleTargetRef.kind: Required value\n"
             "4:1 api/required spec.scaleTargetRef.name: spec.scaleTargetRef.name: Required "
             "value\n"},
        {.manifest = BARE_SCALER "  maxReplicas: 1\n"
                                 "  scaleTargetRef: {kind: a/b, name: ..}\n",
         .minor = 33,
         .want = "6:26 api/invalid-value spec.scaleTargetRef.kind: spec.scaleTargetRef.kind: "
                 "Invalid value: \"a/b\": must not contain '/'\n"
                 "6:37 api/invalid-value spec.scaleTargetRef.name: spec.scaleTargetRef.name: "
                 "Invalid value: \"..\": must not be '.' or '..'\n"},
        {.manifest = BARE_SCALER "  maxReplicas: 1\n"
                                 "  scaleTargetRef: {kind: Deployment, name: a, apiVersion: v1}\n",
         .want = "6:59 api/invalid-value spec.scaleTargetRef.apiVersion: "
                 "spec.scaleTargetRef.apiVersion: Invalid value: \"v1\": apiVersion must specify "
                 "API group\n"},
        {.manifest = BARE_SCALER
         "  maxReplicas: 1\n"
         "  scaleTargetRef: {kind: ReplicationController, name: a, apiVersion: v1}\n",
         .want = ""},
        {.manifest =
             BARE_SCALER "  maxReplicas: 1\n"
                         "  scaleTargetRef: {kind: Deployment, name: a, apiVersion: a/b/c}\n",
         .want = "6:59 api/invalid-value spec.scaleTargetRef.apiVersion: "
                 "spec.scaleTargetRef.apiVersion: Invalid value: \"a/b/c\": unexpected "
                 "GroupVersion string: a/b/c\n"},
        {.manifest = BARE_SCALER "  maxReplicas: 2\n"
                                 "  scaleTargetRef: {kind: Deployment, name: b}\n",
         .old = BARE_SCALER "  maxReplicas: 1\n"
                            "  scaleTargetRef: {kind: Deployment, name: a}\n",
         .want = ""},
    };
    check_updates(cases, ARRAY_LEN(cases));
}

static void test_metrics(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SCALER "  metrics:\n"
                            "  - {type: Resource, resource: {name: cpu, target: {type: "
                            "Utilization, averageUtilization: 1}}}\n",
         .want = ""},
        {.manifest = SCALER "  metrics:\n"
                            "  - {type: Resource}\n",
         .want = "8:5 api/required spec.metrics[0].resource: spec.metrics[0].resource: Required "
                 "value: must populate information for the given metric source\n"},
        {.manifest = SCALER "  metrics:\n"
                            "  - {type: Nothing}\n",
         .want = "8:12 api/unsupported-value spec.metrics[0].type: spec.metrics[0].type: "
                 "Unsupported value: \"Nothing\": supported values: \"ContainerResource\", "
                 "\"External\", \"Object\", \"Pods\", \"Resource\"\n"},
        {.manifest = SCALER "  metrics:\n"
                            "  - {type: Resource, resource: {target: {type: None, "
                            "averageUtilization: 0, averageValue: 0, value: -1}}}\n",
         .want =
             "8:22 api/required spec.metrics[0].resource.name: spec.metrics[0].resource.name: "
             "Required value: must specify a resource name\n"
             "8:48 api/invalid-value spec.metrics[0].resource.target.type: "
             "spec.metrics[0].resource.target.type: Invalid value: \"None\": must be either "
             "Utilization, Value, or AverageValue\n"
             "8:74 api/invalid-value spec.metrics[0].resource.target.averageUtilization: "
             "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be "
             "greater than 0\n"
             "8:91 api/forbidden spec.metrics[0].resource.target.averageValue: "
             "spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target "
             "raw value and a target utilization\n"
             "8:91 api/invalid-value spec.metrics[0].resource.target.averageValue: "
             "spec.metrics[0].resource.target.averageValue: Invalid value: 0: must be positive\n"
             "8:101 api/invalid-value spec.metrics[0].resource.target.value: "
             "spec.metrics[0].resource.target.value: Invalid value: -1: must be positive\n"},
        {.manifest =
             SCALER "  metrics:\n"
                    "  - {type: Pods, pods: {metric: {name: a, selector: {matchExpressions: "
                    "[{operator: odd}]}}, target: {type: AverageValue, averageValue: 1}}}\n",
         .want = ""},
        {.manifest =
             SCALER "  metrics:\n"
                    "  - {type: Pods, pods: {metric: {name: a/b}, target: {}}, resource: {}}\n",
         .want =
             "8:40 api/invalid-value spec.metrics[0].pods.metric.name: "
             "spec.metrics[0].pods.metric.name: Invalid value: \"a/b\": must not contain '/'\n"
             "8:46 api/invalid-value spec.metrics[0].pods.target.type: "
             "spec.metrics[0].pods.target.type: Invalid value: \"\": must be either Utilization, "
             "Value, or AverageValue\n"
             "8:46 api/required spec.metrics[0].pods.target.averageValue: "
             "spec.metrics[0].pods.target.averageValue: Required value: must specify a positive "
             "target averageValue\n"
             "8:46 api/required spec.metrics[0].pods.target.type: "
             "spec.metrics[0].pods.target.type: Required value: must specify a metric target type\n"
             "8:69 api/forbidden spec.metrics[0].resource: spec.metrics[0].resource: Forbidden: "
             "must populate the given metric source only\n"},
        {.manifest = SCALER "  metrics:\n"
                            "  - {type: Object, object: {describedObject: {kind: Service, name: "
                            "a}, metric: {name: a}, target: {type: Value, value: 1}}}\n",
         .want = ""},
        {.manifest = SCALER "  metrics:\n"
                            "  - {type: Object, object: {describedObject: {apiVersion: a/b/c}, "
                            "metric: {}, target: {type: Value}}}\n",
         .want = "8:29 api/required spec.metrics[0].object.describedObject.kind: "
                 "spec.metrics[0].object.describedObject.kind: Required value\n"
                 "8:29 api/required spec.metrics[0].object.describedObject.name: "
                 "spec.metrics[0].object.describedObject.name: Required value\n"
                 "8:59 api/invalid-value spec.metrics[0].object.describedObject.apiVersion: "
                 "spec.metrics[0].object.describedObject.apiVersion: Invalid value: \"a/b/c\": "
                 "unexpected GroupVersion string: a/b/c\n"
                 "8:67 api/required spec.metrics[0].object.metric.name: "
                 "spec.metrics[0].object.metric.name: Required value: must specify a metric name\n"
                 "8:79 api/required spec.metrics[0].object.target.averageValue: "
                 "spec.metrics[0].object.target.averageValue: Required value: must set either a "
                 "target value or averageValue\n"},
        {.manifest = SCALER
         "  metrics:\n"
         "  - {type: External, external: {metric: {name: a}, target: {type: Value, value: 1}}}\n",
         .want = ""},
        {.manifest =
             SCALER "  metrics:\n"
                    "  - {type: External, external: {metric: {name: a}, target: {type: Value}}}\n"
                    "  - {type: External, external: {metric: {name: a}, target: {type: Value, "
                    "value: 1, averageValue: 1}}}\n",
         .want = "8:52 api/required spec.metrics[0].external.target.averageValue: "
                 "spec.metrics[0].external.target.averageValue: Required value: must set either a "
                 "target value for metric or a per-pod target\n"
                 "9:81 api/forbidden spec.metrics[1].external.target.value: "
                 "spec.metrics[1].external.target.value: Forbidden: may not set both a target "
                 "value for metric and a per-pod target\n"},
        {.manifest = SCALER "  metrics:\n"
                            "  - {type: ContainerResource, containerResource: {name: memory, "
                            "container: a, target: {type: Utilization, averageUtilization: 1}}}\n",
         .want = ""},
        {.manifest = SCALER "  metrics:\n"
                            "  - {type: ContainerResource, containerResource: {name: pods, "
                            "container: A, target: {type: Utilization}}}\n",
         .want = "8:57 api/invalid-value spec.metrics[0].containerResource.name: "
                 "spec.metrics[0].containerResource.name: Invalid value: \"pods\": must be a "
                 "standard resource for containers\n"
                 "8:74 api/invalid-value spec.metrics[0].containerResource.container: "
                 "spec.metrics[0].containerResource.container: Invalid value: \"A\": must consist "
                 "of lower-case letters, digits and '-', and start and end with a letter or digit\n"
                 "8:77 api/required spec.metrics[0].containerResource.target.averageUtilization: "
                 "spec.metrics[0].containerResource.target.averageUtilization: Required value: "
                 "must set either a target raw value or a target utilization\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_behavior(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SCALER "  behavior: {scaleUp: {}}\n", .want = ""},
        {.manifest = SCALER
         "  behavior: {scaleUp: {policies: [{type: Pods, value: 1, periodSeconds: 1800}]}}\n",
         .want = ""},
        {.manifest = SCALER "  behavior: {scaleUp: {stabilizationWindowSeconds: 3600, "
                            "selectPolicy: Disabled, tolerance: 0.1}}\n",
         .want = ""},
        {.manifest = SCALER "  behavior: {scaleUp: {policies: []}}\n",
         .want =
             "7:34 api/required spec.behavior.scaleUp.policies: spec.behavior.scaleUp.policies: "
             "Required value: must specify at least one Policy\n"},
        {.manifest = SCALER "  behavior: {scaleUp: {policies: [{type: Pod, periodSeconds: 1801}], "
                            "stabilizationWindowSeconds: -1, selectPolicy: max, tolerance: -1}}\n",
         .want = "7:35 api/invalid-value spec.behavior.scaleUp.policies[0].value: "
                 "spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than "
                 "zero\n"
                 "7:42 api/unsupported-value spec.behavior.scaleUp.policies[0].type: "
                 "spec.behavior.scaleUp.policies[0].type: Unsupported value: \"Pod\": supported "
                 "values: \"Percent\", \"Pods\"\n"
                 "7:62 api/invalid-value spec.behavior.scaleUp.policies[0].periodSeconds: "
                 "spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be "
                 "less than or equal to 1800\n"
                 "7:98 api/invalid-value spec.behavior.scaleUp.stabilizationWindowSeconds: "
                 "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be "
                 "greater than or equal to zero\n"
                 "7:116 api/unsupported-value spec.behavior.scaleUp.selectPolicy: "
                 "spec.behavior.scaleUp.selectPolicy: Unsupported value: \"max\": supported "
                 "values: \"Disabled\", \"Max\", \"Min\"\n"
                 "7:132 api/invalid-value spec.behavior.scaleUp.tolerance: "
                 "spec.behavior.scaleUp.tolerance: Invalid value: -1: must be greater than or "
                 "equal to 0\n"},
        {.manifest = SCALER "  behavior: {scaleUp: {tolerance: -1}}\n", .minor = 34, .want = ""},
        {.manifest = SCALER "  behavior: {scaleUp: {stabilizationWindowSeconds: 3601}}\n",
         .want = "7:52 api/invalid-value spec.behavior.scaleUp.stabilizationWindowSeconds: "
                 "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be "
                 "less than or equal to 3600\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

int test_rule_autoscaler(void);
int test_rule_autoscaler(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replicas),
        cmocka_unit_test(test_target),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_behavior),
    };
    return cmocka_run_group_tests_name("admit rules of autoscalers", tests, NULL, NULL);
}
