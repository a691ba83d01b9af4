/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of storage classes and drivers. */
#include "admit_case.h"

#define CLASS                                                                                      \
    "apiVersion: storage.k8s.io/v1\n"                                                              \
    "kind: StorageClass\n"                                                                         \
    "metadata: {name: a}\n"
#define DRIVER                                                                                     \
    "apiVersion: storage.k8s.io/v1\n"                                                              \
    "kind: CSIDriver\n"                                                                            \
    "metadata: {name: a}\n"
#define NODE                                                                                       \
    "apiVersion: storage.k8s.io/v1\n"                                                              \
    "kind: CSINode\n"                                                                              \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  drivers:\n"
#define ATTACHMENT                                                                                 \
    "apiVersion: storage.k8s.io/v1\n"                                                              \
    "kind: VolumeAttachment\n"                                                                     \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"
#define ATTRIBUTES                                                                                 \
    "apiVersion: storage.k8s.io/v1\n"                                                              \
    "kind: VolumeAttributesClass\n"                                                                \
    "metadata: {name: a}\n"
#define CAPACITY                                                                                   \
    "apiVersion: storage.k8s.io/v1\n"                                                              \
    "kind: CSIStorageCapacity\n"                                                                   \
    "metadata: {name: a, namespace: a}\n"

static const struct update_case class_cases[] = {
    {.manifest = CLASS "provisioner: A.b/C\n"
                       "reclaimPolicy: \"\"\n"
                       "allowedTopologies:\n"
                       "- {matchLabelExpressions: [{key: a, values: [b]}]}\n",
     .want = ""},
    {.manifest = CLASS, .want = "2:7 api/required provisioner: provisioner: Required value\n"},
    {.manifest = CLASS "provisioner: a b\n"
                       "parameters: {\"\": b}\n"
                       "reclaimPolicy: Recycle\n"
                       "volumeBindingMode: immediate\n",
     .want =
         "4:14 api/invalid-value provisioner: provisioner: Invalid value: \"a b\": must consist of "
         "letters, digits, '-', '_' and '.', and start and end with a letter or digit\n"
         "5:13 api/invalid-value parameters: parameters: Invalid value: \"\": field can not be "
         "empty.\n"
         "6:16 api/unsupported-value reclaimPolicy: reclaimPolicy: Unsupported value: \"Recycle\": "
         "supported values: \"Delete\", \"Retain\"\n"
         "7:20 api/unsupported-value volumeBindingMode: volumeBindingMode: Unsupported value: "
         "\"immediate\": supported values: \"Immediate\", \"WaitForFirstConsumer\"\n"},
    {.manifest = CLASS "provisioner: a\n"
                       "allowedTopologies:\n"
                       "- {}\n"
                       "- {matchLabelExpressions: [{key: a, values: [b, c]}]}\n"
                       "- {matchLabelExpressions: [{key: a, values: [c, b]}]}\n"
                       "- {matchLabelExpressions: [{key: a, values: [b, b]}, {key: a}]}\n",
     .want = "6:3 api/duplicate-value allowedTopologies[0].matchLabelExpressions: "
             "allowedTopologies[0].matchLabelExpressions: Duplicate value: \"\"\n"
             "8:27 api/duplicate-value allowedTopologies[2].matchLabelExpressions: "
             "allowedTopologies[2].matchLabelExpressions: Duplicate value: \"\"\n"
             "9:49 api/duplicate-value allowedTopologies[3].matchLabelExpressions[0].values[1]: "
             "allowedTopologies[3].matchLabelExpressions[0].values[1]: Duplicate value: \"b\"\n"
             "9:54 api/required allowedTopologies[3].matchLabelExpressions[1].values: "
             "allowedTopologies[3].matchLabelExpressions[1].values: Required value\n"
             "9:60 api/duplicate-value allowedTopologies[3].matchLabelExpressions[1].key: "
             "allowedTopologies[3].matchLabelExpressions[1].key: Duplicate value: \"a\"\n"},
    {.manifest = CLASS "provisioner: a.b/c\n"
                       "parameters: {a: b}\n"
                       "reclaimPolicy: Delete\n"
                       "allowVolumeExpansion: true\n",
     .old = CLASS "provisioner: a.b/c\n"
                  "parameters: {a: b}\n",
     .want = ""},
    {.manifest = CLASS "provisioner: a.b/d\n"
                       "parameters: {a: c}\n"
                       "reclaimPolicy: Retain\n"
                       "volumeBindingMode: WaitForFirstConsumer\n",
     .old = CLASS "provisioner: a.b/c\n"
                  "parameters: {a: b}\n",
     .want = "4:14 api/immutable-field provisioner: provisioner: Invalid value: \"a.b/d\": field "
             "is immutable\n"
             "5:13 api/immutable-field parameters: parameters: Invalid value: {\"a\":\"c\"}: field "
             "is immutable\n"
             "6:16 api/immutable-field reclaimPolicy: reclaimPolicy: Invalid value: \"Retain\": "
             "field is immutable\n"
             "7:20 api/immutable-field volumeBindingMode: volumeBindingMode: Invalid value: "
             "\"WaitForFirstConsumer\": field is immutable\n"},
    {.manifest = CLASS "provisioner: a.b/d\n"
                       "parameters: {a: c}\n"
                       "reclaimPolicy: Retain\n"
                       "volumeBindingMode: WaitForFirstConsumer\n",
     .minor = 35,
     .old = CLASS "provisioner: a.b/c\n"
                  "parameters: {a: b}\n",
     .want = "4:14 api/forbidden provisioner: provisioner: Forbidden: updates to provisioner are "
             "forbidden.\n"
             "5:13 api/forbidden parameters: parameters: Forbidden: updates to parameters are "
             "forbidden.\n"
             "6:16 api/forbidden reclaimPolicy: reclaimPolicy: Forbidden: updates to reclaimPolicy "
             "are forbidden.\n"
             "7:20 api/immutable-field volumeBindingMode: volumeBindingMode: Invalid value: "
             "\"WaitForFirstConsumer\": field is immutable\n"},
};

static void test_class(void **state)
{
    (void)state;
    check_updates(class_cases, ARRAY_LEN(class_cases));
}

static const struct update_case driver_cases[] = {
    {.manifest = DRIVER, .want = ""},
    {.manifest =
         DRIVER "spec: {tokenRequests: [{audience: \"\"}], volumeLifecycleModes: [Ephemeral]}\n",
     .want = "4:23 server/warning spec.tokenRequests: spec.serviceAccountTokenInSecrets is unset; "
             "if supported by this CSI driver, set to true to prevent possible logging of tokens "
             "in volume attributes\n"},
    {.manifest = DRIVER "spec:\n"
                        "  volumeLifecycleModes: [Inline]\n"
                        "  fsGroupPolicy: Never\n"
                        "  serviceAccountTokenInSecrets: false\n"
                        "  nodeAllocatableUpdatePeriodSeconds: 9\n",
     .want = "5:26 api/unsupported-value spec.volumeLifecycleModes: spec.volumeLifecycleModes: "
             "Unsupported value: \"Inline\": supported values: \"Persistent\", \"Ephemeral\"\n"
             "6:18 api/unsupported-value spec.fsGroupPolicy: spec.fsGroupPolicy: Unsupported "
             "value: \"Never\": supported values: \"File\", \"None\", \"ReadWriteOnceWithFSType\"\n"
             "7:33 api/invalid-value spec.serviceAccountTokenInSecrets: "
             "spec.serviceAccountTokenInSecrets: Invalid value: false: "
             "serviceAccountTokenInSecrets is set but no tokenRequests are specified\n"
             "8:39 api/invalid-value spec.nodeAllocatableUpdatePeriodSeconds: "
             "spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or "
             "equal to 10 seconds\n"},
    {.manifest = DRIVER "spec:\n"
                        "  tokenRequests:\n"
                        "  - {audience: a, expirationSeconds: 599}\n"
                        "  - {audience: a}\n"
                        "  - {audience: b, expirationSeconds: 4294967297}\n",
     .want = "6:3 server/warning spec.tokenRequests: spec.serviceAccountTokenInSecrets is unset; "
             "if supported by this CSI driver, set to true to prevent possible logging of tokens "
             "in volume attributes\n"
             "6:38 api/invalid-value spec.tokenRequests[0].expirationSeconds: "
             "spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a "
             "duration less than 10 minutes\n"
             "7:16 api/duplicate-value spec.tokenRequests[1].audience: "
             "spec.tokenRequests[1].audience: Duplicate value: \"a\"\n"
             "8:38 api/invalid-value spec.tokenRequests[2].expirationSeconds: "
             "spec.tokenRequests[2].expirationSeconds: Invalid value: 4294967297: may not specify "
             "a duration larger than 2^32 seconds\n"},
    {.manifest = DRIVER
     "spec: {attachRequired: false, volumeLifecycleModes: [Ephemeral], podInfoOnMount: true}\n",
     .old = DRIVER,
     .want = "4:24 api/immutable-field spec.attachedRequired: spec.attachedRequired: Invalid "
             "value: false: field is immutable\n"
             "4:53 api/immutable-field spec.volumeLifecycleModes: spec.volumeLifecycleModes: "
             "Invalid value: [\"Ephemeral\"]: field is immutable\n"},
};

static void test_driver(void **state)
{
    (void)state;
    check_updates(driver_cases, ARRAY_LEN(driver_cases));
}

static const struct update_case node_cases[] = {
    {.manifest = NODE "  - {name: A.b, nodeID: a, topologyKeys: [a, b], allocatable: {count: 0}}\n",
     .want = ""},
    {.manifest = NODE "  - {name: a_, topologyKeys: [\"\", a, a], allocatable: {count: -1}}\n"
                      "  - {name: b, nodeID: a}\n"
                      "  - {name: b, nodeID: a}\n",
     .want = "6:5 api/required spec.drivers[0].nodeID: spec.drivers[0].nodeID: Required value\n"
             "6:12 api/invalid-value spec.drivers[0].name: spec.drivers[0].name: Invalid value: "
             "\"a_\": must consist of lower-case letters, digits, '-' and '.', and each part "
             "between dots must start and end with a letter or digit\n"
             "6:31 api/invalid-value spec.drivers[0]: spec.drivers[0]: Invalid value: \"\": must "
             "not be empty\n"
             "6:31 api/required spec.drivers[0]: spec.drivers[0]: Required value\n"
             "6:38 api/duplicate-value spec.drivers[0]: spec.drivers[0]: Duplicate value: \"a\"\n"
             "6:63 api/invalid-value spec.drivers[0].allocatable.count: "
             "spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal "
             "to 0\n"
             "8:5 apply/duplicate-entry spec.drivers[2]: spec.drivers has two entries with name b: "
             "server-side apply refuses them\n"
             "8:12 api/duplicate-value spec.drivers[2].name: spec.drivers[2].name: Duplicate "
             "value: \"b\"\n"},
    {.manifest = NODE "  - {name: a, nodeID: b, allocatable: {count: 2}}\n"
                      "  - {name: b, nodeID: b}\n",
     .old = NODE "  - {name: a, nodeID: b, allocatable: {count: 1}}\n",
     .want = ""},
    {.manifest = NODE "  - {name: a, nodeID: c}\n",
     .old = NODE "  - {name: a, nodeID: b}\n",
     .want = "6:5 api/immutable-field spec.drivers: spec.drivers: Invalid value: "
             "{\"name\":\"a\",\"nodeID\":\"c\"}: field is immutable\n"},
};

static void test_node(void **state)
{
    (void)state;
    check_updates(node_cases, ARRAY_LEN(node_cases));
}

static const struct update_case other_cases[] = {
    {.manifest = ATTACHMENT "  attacher: a\n"
                            "  nodeName: a\n"
                            "  source: {persistentVolumeName: a}\n",
     .want = ""},
    {.manifest = "apiVersion: storage.k8s.io/v1\n"
                 "kind: VolumeAttachment\n"
                 "metadata: {name: a}\n",
     .want = "2:7 api/invalid-value spec.nodeName: spec.nodeName: Invalid value: \"\": must "
             "consist of lower-case letters, digits, '-' and '.', and each part between dots must "
             "start and end with a letter or digit\n"
             "2:7 api/required spec.attacher: spec.attacher: Required value\n"
             "2:7 api/required spec.source: spec.source: Required value: must specify exactly one "
             "of inlineVolumeSpec and persistentVolumeName\n"},
    {.manifest = ATTACHMENT "  attacher: a_\n"
                            "  nodeName: A\n"
                            "  source: {persistentVolumeName: \"\"}\n",
     .want =
         "5:13 api/invalid-value spec.attacher: spec.attacher: Invalid value: \"a_\": must consist "
         "of lower-case letters, digits, '-' and '.', and each part between dots must start and "
         "end with a letter or digit\n"
         "6:13 api/invalid-value spec.nodeName: spec.nodeName: Invalid value: \"A\": must consist "
         "of lower-case letters, digits, '-' and '.', and each part between dots must start and "
         "end with a letter or digit\n"
         "7:34 api/required spec.source.persistentVolumeName: spec.source.persistentVolumeName: "
         "Required value: must specify non empty persistentVolumeName\n"},
    {.manifest = ATTACHMENT "  attacher: a\n"
                            "  nodeName: a\n"
                            "  source: {persistentVolumeName: a, inlineVolumeSpec: {}}\n",
     .want = "7:11 api/forbidden spec.source: spec.source: Forbidden: must specify exactly one of "
             "inlineVolumeSpec and persistentVolumeName\n"},
    {.manifest = ATTACHMENT "  attacher: a\n"
                            "  nodeName: b\n"
                            "  source: {persistentVolumeName: a}\n",
     .old = ATTACHMENT "  attacher: a\n"
                       "  nodeName: a\n"
                       "  source: {persistentVolumeName: a}\n",
     .want = "5:3 api/immutable-field spec: spec: Invalid value: "
             "{\"attacher\":\"a\",\"nodeName\":\"b\",\"source\":{\"persistentVolumeName\":\"a\"}}: "
             "field is immutable\n"},
    {.manifest = ATTRIBUTES "driverName: a\n"
                            "parameters: {a: b}\n",
     .want = ""},
    {.manifest = ATTRIBUTES,
     .want = "2:7 api/required driverName: driverName: Required value\n"
             "2:7 api/required parameters: parameters: Required value: must contain at least one "
             "key/value pair\n"},
    {.manifest = ATTRIBUTES "driverName: b\n"
                            "parameters: {a: c}\n",
     .old = ATTRIBUTES "driverName: a\n"
                       "parameters: {a: b}\n",
     .want = "4:13 api/forbidden driverName: driverName: Forbidden: updates to driverName are "
             "forbidden.\n"
             "5:13 api/forbidden parameters: parameters: Forbidden: updates to parameters are "
             "forbidden.\n"},
    {.manifest = CAPACITY "storageClassName: a\n"
                          "capacity: 1Gi\n",
     .want = ""},
    {.manifest = CAPACITY "storageClassName: A\n"
                          "capacity: -1\n",
     .want = "4:19 api/invalid-value storageClassName: storageClassName: Invalid value: \"A\": "
             "must consist of lower-case letters, digits, '-' and '.', and each part between dots "
             "must start and end with a letter or digit\n"
             "5:11 api/invalid-value capacity: capacity: Invalid value: \"-1\": must be greater "
             "than or equal to 0\n"},
    {.manifest = CAPACITY "storageClassName: b\n"
                          "nodeTopology: {matchLabels: {a: b}}\n",
     .old = CAPACITY "storageClassName: a\n",
     .want = "4:19 api/immutable-field storageClassName: storageClassName: Invalid value: \"b\": "
             "field is immutable\n"
             "5:15 api/immutable-field nodeTopology: nodeTopology: Invalid value: "
             "{\"matchLabels\":{\"a\":\"b\"}}: field is immutable\n"},
};

static void test_other(void **state)
{
    (void)state;
    check_updates(other_cases, ARRAY_LEN(other_cases));
}

int test_rule_storage(void);
int test_rule_storage(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class),
        cmocka_unit_test(test_driver),
        cmocka_unit_test(test_node),
        cmocka_unit_test(test_other),
    };
    return cmocka_run_group_tests_name("admit rules of storage", tests, NULL, NULL);
}
