/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on claims and persistent volumes. */
#include "admit_case.h"

#define CLAIM                                                                                      \
    "apiVersion: v1\n"                                                                             \
    "kind: PersistentVolumeClaim\n"                                                                \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"
#define VOLUME                                                                                     \
    "apiVersion: v1\n"                                                                             \
    "kind: PersistentVolume\n"                                                                     \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"
#define GOOD_CLAIM                                                                                 \
    "apiVersion: v1\n"                                                                             \
    "kind: PersistentVolumeClaim\n"                                                                \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  accessModes: [ReadWriteOnce]\n"                                                             \
    "  resources: {requests: {storage: 1Gi}}\n"
#define GOOD_VOLUME                                                                                \
    "apiVersion: v1\n"                                                                             \
    "kind: PersistentVolume\n"                                                                     \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  accessModes: [ReadWriteOnce]\n"                                                             \
    "  capacity: {storage: 1Gi}\n"

#define CLAIM_IS  "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {"
#define VOLUME_IS "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec: {"

static const struct admit_case claims_cases[] = {
    {.manifest = CLAIM "  accessModes: [ReadWriteOnce]\n"
                       "  resources: {requests: {storage: 1Gi}}\n",
     .want = ""},
    {.manifest = CLAIM "  {}\n",
     .want = "4:1 api/required spec.accessModes: spec.accessModes: Required value: at "
             "least 1 access mode is required\n"
             "4:1 api/required spec.resources[storage]: spec.resources[storage]: "
             "Required value\n"},
    {.manifest = CLAIM "  accessModes: [ReadWriteOncePod, ReadWriteOnce, RWO]\n"
                       "  resources: {requests: {storage: 0}}\n",
     .want = "5:16 api/forbidden spec.accessModes: spec.accessModes: Forbidden: may "
             "not use ReadWriteOncePod with other access modes\n"
             "5:16 api/unsupported-value spec.accessModes: spec.accessModes: "
             "Unsupported value: \"RWO\": supported values: \"ReadOnlyMany\", "
             "\"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"\n"
             "6:35 api/invalid-value spec.resources[storage]: "
             "spec.resources[storage]: Invalid value: \"0\": must be greater than "
             "zero\n"},
    {.manifest = CLAIM "  accessModes: [ReadWriteOnce]\n"
                       "  resources: {requests: {storage: 1500m}}\n",
     .want = "6:35 server/warning spec.resources.requests[storage]: "
             "spec.resources.requests[storage]: fractional byte value \"1500m\" is "
             "invalid, must be an integer\n"},
    {.manifest = GOOD_CLAIM "  storageClassName: \"\"\n"
                            "  volumeMode: Block\n",
     .want = ""},
    {.manifest = GOOD_CLAIM "  storageClassName: A\n"
                            "  volumeMode: block\n"
                            "  volumeAttributesClassName: B\n",
     .want = "7:21 api/invalid-value spec.storageClassName: spec.storageClassName: "
             "Invalid value: \"A\": must consist of lower-case letters, digits, '-' "
             "and '.', and each part between dots must start and end with a letter or "
             "digit\n"
             "8:15 api/unsupported-value spec.volumeMode: spec.volumeMode: "
             "Unsupported value: \"block\": supported values: \"Block\", "
             "\"Filesystem\"\n"
             "9:30 api/invalid-value spec.volumeAttributesClassName: "
             "spec.volumeAttributesClassName: Invalid value: \"B\": must consist of "
             "lower-case letters, digits, '-' and '.', and each part between dots "
             "must start and end with a letter or digit\n"},
    {.manifest = GOOD_CLAIM "  volumeAttributesClassName: B\n", .minor = 33, .want = ""},
};

static const struct admit_case data_sources_cases[] = {
    {.manifest = GOOD_CLAIM "  dataSource: {kind: Foo, name: b}\n", .want = ""},
    {.manifest = GOOD_CLAIM "  dataSource: {apiGroup: snapshot.storage.k8s.io, kind: "
                            "VolumeSnapshot, name: b}\n",
     .want = ""},
    {.manifest = GOOD_CLAIM "  dataSource: {kind: PersistentVolumeClaim, name: \"\"}\n",
     .want = "7:51 api/required spec.dataSource.name: spec.dataSource.name: Required "
             "value\n"
             "7:51 api/required spec.dataSourceRef.name: spec.dataSourceRef.name: "
             "Required value\n"},
    {.manifest = GOOD_CLAIM "  dataSourceRef: {kind: Foo, name: b}\n",
     .want = "7:18 api/invalid-value spec.dataSource: spec.dataSource: Invalid value: "
             "\"Foo\": must be 'PersistentVolumeClaim' when referencing the default "
             "apiGroup\n"
             "7:18 api/invalid-value spec.dataSourceRef: spec.dataSourceRef: Invalid "
             "value: \"Foo\": must be 'PersistentVolumeClaim' when referencing the "
             "default apiGroup\n"},
    {.manifest = GOOD_CLAIM "  dataSourceRef: {apiGroup: A, kind: Foo}\n"
                            "  dataSource: {kind: PersistentVolumeClaim, name: c}\n",
     .want = "7:3 api/required spec.dataSourceRef.name: spec.dataSourceRef.name: "
             "Required value\n"
             "7:29 api/invalid-value spec.dataSourceRef.apiGroup: "
             "spec.dataSourceRef.apiGroup: Invalid value: \"A\": must consist of "
             "lower-case letters, digits, '-' and '.', and each part between dots "
             "must start and end with a letter or digit\n"
             "8:15 api/invalid-value spec: spec: Invalid value: {}: "
             "must match dataSourceRef\n"},
    {.manifest = GOOD_CLAIM "  dataSourceRef: {apiGroup: A, kind: Foo, name: b, namespace: c}\n",
     .want = ""},
};

static const struct admit_case volumes_cases[] = {
    {.manifest = VOLUME "  accessModes: [ReadWriteOnce]\n"
                        "  capacity: {storage: 1Gi}\n"
                        "  hostPath: {path: /a}\n",
     .want = ""},
    {.manifest = VOLUME "  {}\n",
     .want = "4:1 api/required spec.accessModes: spec.accessModes: Required value\n"
             "4:1 api/required spec.capacity: spec.capacity: Required value\n"
             "4:1 api/unsupported-value spec.capacity: spec.capacity: Unsupported "
             "value: null: supported values: \"storage\"\n"
             "5:3 api/required spec: spec: Required value: must specify a volume "
             "type\n"},
    {.manifest = VOLUME "  accessModes: [RWO]\n"
                        "  capacity: {cpu: 0}\n"
                        "  hostPath: {path: /a}\n",
     .want = "5:16 api/unsupported-value spec.accessModes: spec.accessModes: "
             "Unsupported value: \"RWO\": supported values: \"ReadOnlyMany\", "
             "\"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"\n"
             "6:13 api/unsupported-value spec.capacity: spec.capacity: Unsupported "
             "value: {\"cpu\":0}: supported values: \"storage\"\n"
             "6:19 api/invalid-value spec.capacity[cpu]: spec.capacity[cpu]: Invalid "
             "value: \"0\": must be greater than zero\n"},
    {.manifest = GOOD_VOLUME "  hostPath: {path: /a/..}\n"
                             "  persistentVolumeReclaimPolicy: Recycle\n",
     .want = "7:20 api/invalid-value spec.hostPath.path: spec.hostPath.path: Invalid "
             "value: \"/a/..\": must not contain '..'\n"
             "8:34 api/forbidden spec.persistentVolumeReclaimPolicy: "
             "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for "
             "a hostPath mount of '/'\n"
             "8:34 server/warning spec.persistentVolumeReclaimPolicy: "
             "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is "
             "deprecated. Instead, the recommended approach is to use dynamic "
             "provisioning.\n"},
    {.manifest = GOOD_VOLUME "  hostPath: {path: /a}\n"
                             "  nfs: {server: a, path: /b}\n",
     .want = "8:8 api/forbidden spec.nfs: spec.nfs: Forbidden: may not specify more "
             "than 1 volume type\n"},
    {.manifest = GOOD_VOLUME "  hostPath: {path: /a}\n"
                             "  persistentVolumeReclaimPolicy: delete\n"
                             "  volumeMode: block\n"
                             "  storageClassName: A\n"
                             "  volumeAttributesClassName: b\n",
     .want = "4:1 api/required spec.csi: spec.csi: Required value: has to be "
             "specified when using volumeAttributesClassName\n"
             "8:34 api/unsupported-value spec.persistentVolumeReclaimPolicy: "
             "spec.persistentVolumeReclaimPolicy: Unsupported value: \"delete\": "
             "supported values: \"Delete\", \"Recycle\", \"Retain\"\n"
             "9:15 api/unsupported-value spec.volumeMode: spec.volumeMode: "
             "Unsupported value: \"block\": supported values: \"Block\", "
             "\"Filesystem\"\n"
             "10:21 api/invalid-value spec.storageClassName: spec.storageClassName: "
             "Invalid value: \"A\": must consist of lower-case letters, digits, '-' "
             "and '.', and each part between dots must start and end with a letter or "
             "digit\n"},
    {.manifest = GOOD_VOLUME "  local: {path: ../a}\n",
     .want = "4:1 api/required spec.nodeAffinity: spec.nodeAffinity: Required value: "
             "Local volume requires node affinity\n"
             "7:17 api/invalid-value spec.local.path: spec.local.path: Invalid value: "
             "\"../a\": must not contain '..'\n"},
    {.manifest = GOOD_VOLUME "  local: {path: /a}\n"
                             "  nodeAffinity: {}\n",
     .want = "8:3 api/required spec.nodeAffinity.required: "
             "spec.nodeAffinity.required: Required value: must specify required node "
             "constraints\n"},
};

static const struct admit_case sources_cases[] = {
    {.manifest = GOOD_VOLUME "  csi: {controllerPublishSecretRef: {}, nodeExpandSecretRef: {name: "
                             "A, namespace: B}}\n",
     .want = "7:3 api/required spec.csi.driver: spec.csi.driver: Required value\n"
             "7:3 api/required spec.csi.volumeHandle: spec.csi.volumeHandle: Required "
             "value\n"
             "7:9 api/required spec.csi.controllerPublishSecretRef.name: "
             "spec.csi.controllerPublishSecretRef.name: Required value\n"
             "7:9 api/required spec.csi.controllerPublishSecretRef.namespace: "
             "spec.csi.controllerPublishSecretRef.namespace: Required value\n"
             "7:69 api/invalid-value spec.csi.nodeExpandSecretRef.name: "
             "spec.csi.nodeExpandSecretRef.name: Invalid value: \"A\": must consist "
             "of lower-case letters, digits, '-' and '.', and each part between dots "
             "must start and end with a letter or digit\n"
             "7:83 api/invalid-value spec.csi.nodeExpandSecretRef.namespace: "
             "spec.csi.nodeExpandSecretRef.namespace: Invalid value: \"B\": must "
             "consist of lower-case letters, digits and '-', and start and end with a "
             "letter or digit\n"},
    {.manifest = GOOD_VOLUME "  csi: {driver: a, volumeHandle: b}\n"
                             "  volumeAttributesClassName: \"\"\n",
     .want = "8:30 api/required spec.volumeAttributesClassName: "
             "spec.volumeAttributesClassName: Required value: an empty string is "
             "disallowed\n"},
    {.manifest = GOOD_VOLUME "  iscsi: {targetPortal: a, iqn: b, lun: 0, secretRef: {}}\n",
     .want = "7:33 api/invalid-value spec.iscsi.iqn: spec.iscsi.iqn: Invalid value: "
             "\"b\": must be valid format\n"
             "7:44 api/required spec.iscsi.secretRef.name: spec.iscsi.secretRef.name: "
             "Required value\n"},
    {.manifest = GOOD_VOLUME "  glusterfs: {endpointsNamespace: \"\"}\n",
     .want = "7:3 api/required spec.glusterfs.endpoints: spec.glusterfs.endpoints: "
             "Required value\n"
             "7:3 api/required spec.glusterfs.path: spec.glusterfs.path: Required "
             "value\n"
             "7:14 server/warning spec.glusterfs: spec.glusterfs: deprecated in "
             "v1.25, non-functional in v1.26+\n"
             "7:35 api/invalid-value spec.glusterfs.endpointsNamespace: "
             "spec.glusterfs.endpointsNamespace: Invalid value: \"\": if the "
             "endpointnamespace is set, it must be a valid namespace name\n"},
    {.manifest = GOOD_VOLUME "  glusterfs: {endpoints: a, path: b, endpointsNamespace: C}\n",
     .want = "7:14 server/warning spec.glusterfs: spec.glusterfs: deprecated in "
             "v1.25, non-functional in v1.26+\n"
             "7:58 api/invalid-value spec.glusterfs.endpointsNamespace: "
             "spec.glusterfs.endpointsNamespace: Invalid value: \"C\": must consist "
             "of lower-case letters, digits and '-', and start and end with a letter "
             "or digit\n"},
    {.manifest = GOOD_VOLUME "  cinder: {volumeID: a, secretRef: {}}\n",
     .want = "7:25 api/required spec.cinder.secretRef.name: "
             "spec.cinder.secretRef.name: Required value\n"
             "7:25 api/required spec.cinder.secretRef.namespace: "
             "spec.cinder.secretRef.namespace: Required value\n"},
    {.manifest = GOOD_VOLUME "  azureFile: {secretNamespace: \"\"}\n",
     .want = "7:3 api/required spec.azureFile.secretName: spec.azureFile.secretName: "
             "Required value\n"
             "7:3 api/required spec.azureFile.shareName: spec.azureFile.shareName: "
             "Required value\n"
             "7:32 api/required spec.azureFile.secretNamespace: "
             "spec.azureFile.secretNamespace: Required value\n"},
    {.manifest = GOOD_VOLUME "  flexVolume: {}\n",
     .want = "7:3 api/required spec.flexVolume.driver: spec.flexVolume.driver: "
             "Required value\n"},
    {.manifest = GOOD_VOLUME "  storageos: {secretRef: {}}\n",
     .want = "7:3 api/required spec.storageos.volumeName: spec.storageos.volumeName: "
             "Required value\n"
             "7:14 server/warning spec.storageOS: spec.storageOS: deprecated in "
             "v1.22, non-functional in v1.25+\n"
             "7:15 api/required spec.storageos.secretRef.name: "
             "spec.storageos.secretRef.name: Required value\n"
             "7:15 api/required spec.storageos.secretRef.namespace: "
             "spec.storageos.secretRef.namespace: Required value\n"},
};

static const struct update_case claim_updates[] = {
    {.old = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}\n",
     .manifest = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}\n",
     .want = ""},
    {.old = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}\n",
     .manifest = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 3Gi}}}\n",
     .want = ""},
    {.old = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}\n",
     .manifest = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n",
     .want = "4:70 api/forbidden spec.resources.requests.storage: "
             "spec.resources.requests.storage: Forbidden: field can not be less than "
             "status.capacity\n"},
    {.old = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}\n",
     .manifest = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}, "
                          "volumeName: b, storageClassName: c}\n",
     .want = ""},
    {.old = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}, "
                     "storageClassName: b}\n",
     .manifest = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}, "
                          "storageClassName: c}\n",
     .want = "4:95 api/forbidden spec: spec: Forbidden: spec is immutable after "
             "creation except resources.requests and volumeAttributesClassName for "
             "bound claims\n"},
    {.old = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}\n",
     .manifest = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}, "
                          "limits: {storage: 3Gi}}}\n",
     .want = "4:49 api/forbidden spec: spec: Forbidden: spec is immutable after "
             "creation except resources.requests and volumeAttributesClassName for "
             "bound claims\n"},
    {.old = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}, "
                     "dataSource: {kind: PersistentVolumeClaim, name: b}}\n",
     .manifest = CLAIM_IS "accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}\n",
     .want = ""},
};

static const struct update_case volume_updates[] = {
    {.old = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: "
                      "{path: /a}}\n",
     .manifest = VOLUME_IS "accessModes: [ReadWriteMany], capacity: {storage: 5Gi}, hostPath: "
                           "{path: /a}}\n",
     .want = ""},
    {.old = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: "
                      "{path: /a}}\n",
     .manifest = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: "
                           "{path: /b}}\n",
     .want = "4:74 api/forbidden spec.persistentvolumesource: "
             "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is "
             "immutable after creation\n"},
    {.old = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: "
                      "{path: /a}}\n",
     .manifest = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: "
                           "{path: /a}, volumeMode: Block}\n",
     .want = "4:98 api/immutable-field volumeMode: volumeMode: Invalid value: "
             "\"Block\": field is immutable\n"},
    {.old = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, csi: {driver: "
                      "a, volumeHandle: b}}\n",
     .manifest = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, csi: {driver: "
                           "a, volumeHandle: b, controllerExpandSecretRef: {name: c, namespace: "
                           "d}}}\n",
     .want = ""},
    {.old = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, csi: {driver: "
                      "a, volumeHandle: b}, volumeAttributesClassName: c}\n",
     .manifest = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, csi: {driver: "
                           "a, volumeHandle: b}}\n",
     .want = "4:1 api/forbidden spec.volumeAttributesClassName: "
             "spec.volumeAttributesClassName: Forbidden: update from non-nil value to "
             "nil is forbidden\n"},
    {.old = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: "
                      "{path: /a}, nodeAffinity: {required: {nodeSelectorTerms: "
                      "[{matchExpressions: [{key: a, operator: Exists}]}]}}}\n",
     .manifest = VOLUME_IS "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: "
                           "{path: /a}}\n",
     .want = "4:1 api/invalid-value nodeAffinity: nodeAffinity: Invalid value: null: "
             "field is immutable, except for updating from beta label to GA\n"},
};

static void test_claims(void **state)
{
    (void)state;
    check_rules(claims_cases, ARRAY_LEN(claims_cases));
}

static void test_data_sources(void **state)
{
    (void)state;
    check_rules(data_sources_cases, ARRAY_LEN(data_sources_cases));
}

static void test_volumes(void **state)
{
    (void)state;
    check_rules(volumes_cases, ARRAY_LEN(volumes_cases));
}

static void test_sources(void **state)
{
    (void)state;
    check_rules(sources_cases, ARRAY_LEN(sources_cases));
}

static void test_updates(void **state)
{
    (void)state;
    check_updates(claim_updates, ARRAY_LEN(claim_updates));
    check_updates(volume_updates, ARRAY_LEN(volume_updates));
}

int test_rule_claim(void);
int test_rule_claim(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),  cmocka_unit_test(test_data_sources),
        cmocka_unit_test(test_volumes), cmocka_unit_test(test_sources),
        cmocka_unit_test(test_updates),
    };
    return cmocka_run_group_tests_name("admit rules on claims and persistent volumes", tests, NULL,
                                       NULL);
}
