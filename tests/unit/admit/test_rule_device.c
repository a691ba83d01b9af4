/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of claims for devices. */
#include "admit_case.h"

#define CLAIM                                                                                      \
    "apiVersion: resource.k8s.io/v1\n"                                                             \
    "kind: ResourceClaim\n"                                                                        \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  devices:\n"
#define CLASS                                                                                      \
    "apiVersion: resource.k8s.io/v1\n"                                                             \
    "kind: DeviceClass\n"                                                                          \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"

static const struct update_case claim_cases[] = {
    {.manifest = CLAIM "    requests:\n"
                       "    - {name: a, exactly: {deviceClassName: a.b}}\n"
                       "    - {name: b, firstAvailable: [{name: c, deviceClassName: d}]}\n"
                       "    constraints:\n"
                       "    - {requests: [a, b/c], matchAttribute: a.b/c}\n"
                       "    config:\n"
                       "    - {requests: [b], opaque: {driver: a.b, parameters: {}}}\n",
     .want = ""},
    {.manifest = "apiVersion: resource.k8s.io/v1\n"
                 "kind: ResourceClaim\n"
                 "metadata: {name: a}\n",
     .want = ""},
    {.manifest =
         CLAIM "    requests:\n"
               "    - {name: A}\n"
               "    - {name: a, exactly: {}, firstAvailable: [{name: a, deviceClassName: b}]}\n"
               "    - {name: a, exactly: {deviceClassName: A, allocationMode: Some}}\n"
               "    - {name: c, exactly: {deviceClassName: a, allocationMode: All, count: 1}}\n"
               "    - {name: d, exactly: {deviceClassName: a, count: -1, selectors: [{}]}}\n",
     .want =
         "7:7 api/required spec.devices.requests[0]: spec.devices.requests[0]: Required value: "
         "exactly one of `exactly` or `firstAvailable` is required\n"
         "7:14 api/invalid-value spec.devices.requests[0].name: spec.devices.requests[0].name: "
         "Invalid value: \"A\": must consist of lower-case letters, digits and '-', and start and "
         "end with a letter or digit\n"
         "8:7 api/invalid-value spec.devices.requests[1]: spec.devices.requests[1]: Invalid value: "
         "null: exactly one of `exactly` or `firstAvailable` is required, but multiple fields are "
         "set\n"
         "8:17 api/required spec.devices.requests[1].exactly.deviceClassName: "
         "spec.devices.requests[1].exactly.deviceClassName: Required value\n"
         "9:14 api/duplicate-value spec.devices.requests[2]: spec.devices.requests[2]: Duplicate "
         "value: \"a\"\n"
         "9:44 api/invalid-value spec.devices.requests[2].exactly.deviceClassName: "
         "spec.devices.requests[2].exactly.deviceClassName: Invalid value: \"A\": must consist of "
         "lower-case letters, digits, '-' and '.', and each part between dots must start and end "
         "with a letter or digit\n"
         "9:63 api/unsupported-value spec.devices.requests[2].exactly.allocationMode: "
         "spec.devices.requests[2].exactly.allocationMode: Unsupported value: \"Some\": supported "
         "values: \"All\", \"ExactCount\"\n"
         "10:75 api/invalid-value spec.devices.requests[3].exactly.count: "
         "spec.devices.requests[3].exactly.count: Invalid value: 1: must not be specified when "
         "allocationMode is 'All'\n"
         "11:54 api/invalid-value spec.devices.requests[4].exactly.count: "
         "spec.devices.requests[4].exactly.count: Invalid value: -1: must be greater than zero\n"
         "11:70 api/required spec.devices.requests[4].exactly.selectors[0].cel: "
         "spec.devices.requests[4].exactly.selectors[0].cel: Required value\n"},
    {.manifest = CLAIM "    requests:\n"
                       "    - {name: a, exactly: {deviceClassName: a.b}}\n"
                       "    constraints:\n"
                       "    - {requests: [b, a/b, a, a], matchAttribute: a}\n"
                       "    - {}\n"
                       "    config:\n"
                       "    - {}\n"
                       "    - {opaque: {driver: a_}}\n",
     .want = "9:19 api/invalid-value spec.devices.constraints[0].requests[0]: "
             "spec.devices.constraints[0].requests[0]: Invalid value: \"b\": must be the name of a "
             "request in the claim or the name of a request and a subrequest separated by '/'\n"
             "9:22 api/invalid-value spec.devices.constraints[0].requests[1]: "
             "spec.devices.constraints[0].requests[1]: Invalid value: \"a/b\": must be the name of "
             "a request in the claim or the name of a request and a subrequest separated by '/'\n"
             "9:30 api/duplicate-value spec.devices.constraints[0].requests[3]: "
             "spec.devices.constraints[0].requests[3]: Duplicate value: \"a\"\n"
             "9:50 api/invalid-value spec.devices.constraints[0].matchAttribute: "
             "spec.devices.constraints[0].matchAttribute: Invalid value: \"a\": a fully qualified "
             "name must be a domain and a name separated by a slash\n"
             "10:7 api/required spec.devices.constraints[1]: spec.devices.constraints[1]: Required "
             "value: exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but "
             "multiple fields are set\n"
             "12:7 api/required spec.devices.config[0].opaque: spec.devices.config[0].opaque: "
             "Required value\n"
             "13:8 api/required spec.devices.config[1].opaque.parameters: "
             "spec.devices.config[1].opaque.parameters: Required value\n"
             "13:25 api/invalid-value spec.devices.config[1].opaque.driver: "
             "spec.devices.config[1].opaque.driver: Invalid value: \"a_\": must consist of "
             "lower-case letters, digits, '-' and '.', and each part between dots must start and "
             "end with a letter or digit\n"},
    {.manifest = CLAIM "    requests:\n"
                       "    - {name: a, exactly: {deviceClassName: a.b}}\n"
                       "    constraints:\n"
                       "    - {}\n",
     .minor = 35,
     .want = "9:7 api/required spec.devices.constraints[0].matchAttribute: "
             "spec.devices.constraints[0].matchAttribute: Required value\n"},
    {.manifest = CLAIM "    requests:\n"
                       "    - name: a\n"
                       "      exactly:\n"
                       "        deviceClassName: a\n"
                       "        tolerations:\n"
                       "        - {key: a b, operator: Never}\n"
                       "        - {operator: Exists, value: a}\n"
                       "        - {value: a b}\n",
     .want =
         "11:17 api/invalid-value spec.devices.requests[0].exactly.tolerations[0].key: "
         "spec.devices.requests[0].exactly.tolerations[0].key: Invalid value: \"a b\": must "
         "consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit\n"
         "11:32 api/unsupported-value spec.devices.requests[0].exactly.tolerations[0].operator: "
         "spec.devices.requests[0].exactly.tolerations[0].operator: Unsupported value: \"Never\": "
         "supported values: \"Equal\", \"Exists\"\n"
         "12:37 api/invalid-value spec.devices.requests[0].exactly.tolerations[1].value: "
         "spec.devices.requests[0].exactly.tolerations[1].value: Invalid value: \"a\": must be "
         "empty for operator `Exists`\n"
         "13:19 api/invalid-value spec.devices.requests[0].exactly.tolerations[2].value: "
         "spec.devices.requests[0].exactly.tolerations[2].value: Invalid value: \"a b\": must be "
         "empty, or consist of letters, digits, '-', '_' and '.', and start and end with a letter "
         "or digit\n"},
    {.manifest = CLAIM "    requests:\n"
                       "    - {name: a, exactly: {deviceClassName: a.b}}\n",
     .old = CLAIM "    requests:\n"
                  "    - {name: a, exactly: {deviceClassName: a.b, count: 1}}\n",
     .want = ""},
    {.manifest = CLAIM "    requests:\n"
                       "    - {name: a, exactly: {deviceClassName: a.b}}\n",
     .old = CLAIM "    requests:\n"
                  "    - {name: a, exactly: {deviceClassName: a.b, count: 2}}\n",
     .want = "5:3 api/immutable-field spec: spec: Invalid value: "
             "{\"devices\":{\"requests\":[{\"name\":\"a\",\"exactly\":{\"deviceClassName\":\"a.b\","
             "\"allocati…: field is immutable\n"},
};

static void test_claim(void **state)
{
    (void)state;
    check_updates(claim_cases, ARRAY_LEN(claim_cases));
}

static const struct admit_case class_cases[] = {
    {.manifest = CLASS "  selectors: [{cel: {expression: \"true\"}}]\n"
                       "  extendedResourceName: a.b/c\n",
     .want = ""},
    {.manifest = CLASS "  selectors: [{}]\n"
                       "  config: [{}]\n"
                       "  extendedResourceName: a\n",
     .want = "5:15 api/required spec.selectors[0].cel: spec.selectors[0].cel: Required value\n"
             "6:12 api/required spec.config[0].opaque: spec.config[0].opaque: Required value\n"
             "7:25 api/invalid-value spec.extendedResourceName: spec.extendedResourceName: Invalid "
             "value: \"a\": must be a valid extended resource name\n"},
};

static void test_class(void **state)
{
    (void)state;
    check_rules(class_cases, ARRAY_LEN(class_cases));
}

int test_rule_device(void);
int test_rule_device(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claim),
        cmocka_unit_test(test_class),
    };
    return cmocka_run_group_tests_name("admit rules of devices", tests, NULL, NULL);
}
