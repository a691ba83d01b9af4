/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on volume sources outside of the cluster. */
#include "admit_case.h"

#define VOLUMES                                                                                    \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  containers: [{name: web, image: \"web:1\"}]\n"                                              \
    "  volumes:\n"

static const struct admit_case drivers_cases[] = {
    {.manifest = VOLUMES "  - {name: v, csi: {driver: A.b, nodePublishSecretRef: {name: a}}}\n",
     .want = ""},
    {.manifest = VOLUMES "  - {name: v, csi: {nodePublishSecretRef: {}}}\n",
     .want = "7:15 api/required spec.volumes[0].csi.driver: "
             "spec.volumes[0].csi.driver: Required value\n"
             "7:21 api/required spec.volumes[0].csi.nodePublishSecretRef.name: "
             "spec.volumes[0].csi.nodePublishSecretRef.name: Required value\n"},
    {.manifest = VOLUMES "  - {name: v, csi: {driver: a_b, nodePublishSecretRef: {name: A}}}\n",
     .want = "7:29 api/invalid-value spec.volumes[0].csi.driver: "
             "spec.volumes[0].csi.driver: Invalid value: \"a_b\": must consist of "
             "lower-case letters, digits, '-' and '.', and each part between dots "
             "must start and end with a letter or digit\n"
             "7:63 api/invalid-value spec.volumes[0].csi.name: "
             "spec.volumes[0].csi.name: Invalid value: \"A\": must consist of "
             "lower-case letters, digits, '-' and '.', and each part between dots "
             "must start and end with a letter or digit\n"},
    {.manifest = VOLUMES "  - {name: v, csi: {driver: "
                         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}\n",
     .want = "7:29 api/too-long spec.volumes[0].csi.driver: "
             "spec.volumes[0].csi.driver: Too long: may not be more than 63 bytes\n"},
    {.manifest = VOLUMES "  - {name: v, flexVolume: {driver: a, options: {a/b: c}}}\n", .want = ""},
    {.manifest = VOLUMES "  - {name: v, flexVolume: {options: {a.kubernetes.io/b: c, k8s.io: "
                         "d}}}\n",
     .want = "7:15 api/required spec.volumes[0].flexVolume.driver: "
             "spec.volumes[0].flexVolume.driver: Required value\n"
             "7:38 api/invalid-value "
             "spec.volumes[0].flexVolume.options[a.kubernetes.io/b]: "
             "spec.volumes[0].flexVolume.options[a.kubernetes.io/b]: Invalid value: "
             "\"a.kubernetes.io/b\": kubernetes.io and k8s.io namespaces are "
             "reserved\n"
             "7:60 api/invalid-value spec.volumes[0].flexVolume.options[k8s.io]: "
             "spec.volumes[0].flexVolume.options[k8s.io]: Invalid value: \"k8s.io\": "
             "kubernetes.io and k8s.io namespaces are reserved\n"},
};

static const struct admit_case iscsi_cases[] = {
    {.manifest = VOLUMES "  - {name: v, iscsi: {targetPortal: a, iqn: "
                         "\"iqn.2001-04.com.example:a\", lun: 0, initiatorName: "
                         "\"eui.0123456789ABCDEF\"}}\n",
     .want = ""},
    {.manifest = VOLUMES "  - {name: v, iscsi: {lun: 256, chapAuthSession: true}}\n",
     .want = "7:15 api/required spec.volumes[0].iscsi.iqn: spec.volumes[0].iscsi.iqn: "
             "Required value\n"
             "7:15 api/required spec.volumes[0].iscsi.secretRef: "
             "spec.volumes[0].iscsi.secretRef: Required value\n"
             "7:15 api/required spec.volumes[0].iscsi.targetPortal: "
             "spec.volumes[0].iscsi.targetPortal: Required value\n"
             "7:28 api/invalid-value spec.volumes[0].iscsi.lun: "
             "spec.volumes[0].iscsi.lun: Invalid value: 256: must be between 0 and "
             "255, inclusive\n"},
    {.manifest = VOLUMES "  - {name: v, iscsi: {targetPortal: a, iqn: b, initiatorName: "
                         "iqn.c}}\n",
     .want = "7:45 api/invalid-value spec.volumes[0].iscsi.iqn: "
             "spec.volumes[0].iscsi.iqn: Invalid value: \"b\": must be valid format "
             "starting with iqn, eui, or naa\n"
             "7:63 api/invalid-value spec.volumes[0].iscsi.initiatorname: "
             "spec.volumes[0].iscsi.initiatorname: Invalid value: \"iqn.c\": must be "
             "valid format\n"},
    {.manifest = VOLUMES "  - {name: v, iscsi: {targetPortal: a, iqn: naa.1}}\n",
     .want = "7:45 api/invalid-value spec.volumes[0].iscsi.iqn: "
             "spec.volumes[0].iscsi.iqn: Invalid value: \"naa.1\": must be valid "
             "format\n"},
    {.manifest = VOLUMES "  - {name: v, iscsi: {targetPortal: "
                         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, iqn: "
                         "\"iqn.2001-04.com.example:a\", initiatorName: "
                         "\"iqn.2001-04.com.example:a\"}}\n",
     .want = "7:12 api/invalid-value spec.volumes[0].name: spec.volumes[0].name: "
             "Invalid value: \"v\": Total length of <volume "
             "name>:<iscsi.targetPortal> must be under 64 characters if "
             "iscsi.initiatorName is specified.\n"},
};

static const struct admit_case disks_cases[] = {
    {.manifest = VOLUMES "  - {name: v, gcePersistentDisk: {partition: 256}}\n",
     .want = "7:15 api/required spec.volumes[0].persistentDisk.pdName: "
             "spec.volumes[0].persistentDisk.pdName: Required value\n"
             "7:46 api/invalid-value spec.volumes[0].persistentDisk.partition: "
             "spec.volumes[0].persistentDisk.partition: Invalid value: 256: must be "
             "between 1 and 255, inclusive\n"},
    {.manifest = VOLUMES "  - {name: v, awsElasticBlockStore: {partition: 256}}\n",
     .want = "7:15 api/required spec.volumes[0].awsElasticBlockStore.volumeID: "
             "spec.volumes[0].awsElasticBlockStore.volumeID: Required value\n"
             "7:49 api/invalid-value spec.volumes[0].awsElasticBlockStore.partition: "
             "spec.volumes[0].awsElasticBlockStore.partition: Invalid value: 256: "
             "must be between 1 and 255, inclusive\n"},
    {.manifest = VOLUMES "  - {name: v, azureFile: {}}\n",
     .want = "7:15 api/required spec.volumes[0].azureFile.secretName: "
             "spec.volumes[0].azureFile.secretName: Required value\n"
             "7:15 api/required spec.volumes[0].azureFile.shareName: "
             "spec.volumes[0].azureFile.shareName: Required value\n"},
    {.manifest = VOLUMES "  - {name: v, azureDisk: {}}\n",
     .want = "7:15 api/required spec.volumes[0].azureDisk.diskName: "
             "spec.volumes[0].azureDisk.diskName: Required value\n"
             "7:15 api/required spec.volumes[0].azureDisk.diskURI: "
             "spec.volumes[0].azureDisk.diskURI: Required value\n"
             "7:15 api/unsupported-value spec.volumes[0].azureDisk.diskURI: "
             "spec.volumes[0].azureDisk.diskURI: Unsupported value: \"\": supported "
             "values: "
             "\"https://{account-name}.blob.core.windows.net/{container-name}/{disk-na"
             "me}.vhd\"\n"},
    {.manifest = VOLUMES "  - {name: v, azureDisk: {diskName: a, diskURI: b, cachingMode: x, "
                         "kind: y}}\n",
     .want = "7:74 api/wrong-type spec.volumes[0].azureDisk.kind: "
             "spec.volumes[0].azureDisk.kind must be a string, and y is read as the "
             "boolean true; quote it: \"y\"\n"},
    {.manifest = VOLUMES "  - {name: v, azureDisk: {diskName: a, diskURI: \"https://b\", kind: "
                         "Managed}}\n",
     .want = "7:49 api/unsupported-value spec.volumes[0].azureDisk.diskURI: "
             "spec.volumes[0].azureDisk.diskURI: Unsupported value: \"https://b\": "
             "supported values: "
             "\"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsof"
             "t.compute/disks/{disk-id}\"\n"},
    {.manifest = VOLUMES "  - {name: v, cinder: {secretRef: {}}}\n",
     .want = "7:15 api/required spec.volumes[0].cinder.volumeID: "
             "spec.volumes[0].cinder.volumeID: Required value\n"
             "7:24 api/required spec.volumes[0].cinder.secretRef.name: "
             "spec.volumes[0].cinder.secretRef.name: Required value\n"},
    {.manifest = VOLUMES "  - {name: v, vsphereVolume: {}}\n",
     .want = "7:15 api/required spec.volumes[0].vsphereVolume.volumePath: "
             "spec.volumes[0].vsphereVolume.volumePath: Required value\n"},
    {.manifest = VOLUMES "  - {name: v, photonPersistentDisk: {}}\n",
     .want = "7:15 api/required spec.volumes[0].photonPersistentDisk.pdID: "
             "spec.volumes[0].photonPersistentDisk.pdID: Required value\n"
             "7:37 server/warning spec.volumes[0].photonPersistentDisk: "
             "spec.volumes[0].photonPersistentDisk: deprecated in v1.11, "
             "non-functional in v1.16+\n"},
    {.manifest = VOLUMES "  - {name: v, portworxVolume: {}}\n",
     .want = "7:15 api/required spec.volumes[0].portworxVolume.volumeID: "
             "spec.volumes[0].portworxVolume.volumeID: Required value\n"},
};

static const struct admit_case servers_cases[] = {
    {.manifest = VOLUMES "  - {name: v, nfs: {server: a, path: /b}}\n", .want = ""},
    {.manifest = VOLUMES "  - {name: v, nfs: {path: b}}\n",
     .want = "7:15 api/required spec.volumes[0].nfs.server: "
             "spec.volumes[0].nfs.server: Required value\n"
             "7:27 api/invalid-value spec.volumes[0].nfs.path: "
             "spec.volumes[0].nfs.path: Invalid value: \"b\": must be an absolute "
             "path\n"},
    {.manifest = VOLUMES "  - {name: v, glusterfs: {}}\n",
     .want = "7:15 api/required spec.volumes[0].glusterfs.endpoints: "
             "spec.volumes[0].glusterfs.endpoints: Required value\n"
             "7:15 api/required spec.volumes[0].glusterfs.path: "
             "spec.volumes[0].glusterfs.path: Required value\n"
             "7:26 server/warning spec.volumes[0].glusterfs: "
             "spec.volumes[0].glusterfs: deprecated in v1.25, non-functional in "
             "v1.26+\n"},
    {.manifest = VOLUMES "  - {name: v, rbd: {}}\n",
     .want = "7:15 api/required spec.volumes[0].rbd.image: spec.volumes[0].rbd.image: "
             "Required value\n"
             "7:15 api/required spec.volumes[0].rbd.monitors: "
             "spec.volumes[0].rbd.monitors: Required value\n"
             "7:20 server/warning spec.volumes[0].rbd: spec.volumes[0].rbd: "
             "deprecated in v1.28, non-functional in v1.31+\n"},
    {.manifest = VOLUMES "  - {name: v, cephfs: {}}\n",
     .want = "7:15 api/required spec.volumes[0].cephfs.monitors: "
             "spec.volumes[0].cephfs.monitors: Required value\n"
             "7:23 server/warning spec.volumes[0].cephfs: spec.volumes[0].cephfs: "
             "deprecated in v1.28, non-functional in v1.31+\n"},
    {.manifest = VOLUMES "  - {name: v, quobyte: {registry: \"a:1,[::1]:2\", volume: v}}\n",
     .want = "7:24 server/warning spec.volumes[0].quobyte: spec.volumes[0].quobyte: "
             "deprecated in v1.22, non-functional in v1.25+\n"},
    {.manifest = VOLUMES "  - {name: v, quobyte: {}}\n",
     .want = "7:15 api/required spec.volumes[0].quobyte.registry: "
             "spec.volumes[0].quobyte.registry: Required value: must be a host:port "
             "pair or multiple pairs separated by commas\n"
             "7:15 api/required spec.volumes[0].quobyte.volume: "
             "spec.volumes[0].quobyte.volume: Required value\n"
             "7:24 server/warning spec.volumes[0].quobyte: spec.volumes[0].quobyte: "
             "deprecated in v1.22, non-functional in v1.25+\n"},
    {.manifest = VOLUMES "  - {name: v, quobyte: {registry: \"a:1,b\", volume: v}}\n",
     .want = "7:24 server/warning spec.volumes[0].quobyte: spec.volumes[0].quobyte: "
             "deprecated in v1.22, non-functional in v1.25+\n"
             "7:35 api/invalid-value spec.volumes[0].quobyte.registry: "
             "spec.volumes[0].quobyte.registry: Invalid value: \"a:1,b\": must be a "
             "host:port pair or multiple pairs separated by commas\n"},
    {.manifest = VOLUMES "  - {name: v, flocker: {}}\n",
     .want = "7:24 api/required spec.volumes[0].flocker: spec.volumes[0].flocker: "
             "Required value: one of datasetName and datasetUUID is required\n"
             "7:24 server/warning spec.volumes[0].flocker: spec.volumes[0].flocker: "
             "deprecated in v1.22, non-functional in v1.25+\n"},
    {.manifest = VOLUMES "  - {name: v, flocker: {datasetName: a/b, datasetUUID: c}}\n",
     .want = "7:24 api/invalid-value spec.volumes[0].flocker: "
             "spec.volumes[0].flocker: Invalid value: \"resource\": datasetName and "
             "datasetUUID can not be specified simultaneously\n"
             "7:24 server/warning spec.volumes[0].flocker: spec.volumes[0].flocker: "
             "deprecated in v1.22, non-functional in v1.25+\n"
             "7:38 api/invalid-value spec.volumes[0].flocker.datasetName: "
             "spec.volumes[0].flocker.datasetName: Invalid value: \"a/b\": must not "
             "contain '/'\n"},
    {.manifest = VOLUMES "  - {name: v, fc: {wwids: [a]}}\n", .want = ""},
    {.manifest = VOLUMES "  - {name: v, fc: {}}\n",
     .want = "7:15 api/required spec.volumes[0].fc.targetWWNs: "
             "spec.volumes[0].fc.targetWWNs: Required value: must specify either "
             "targetWWNs or wwids, but not both\n"},
    {.manifest = VOLUMES "  - {name: v, fc: {targetWWNs: [a], wwids: [b]}}\n",
     .want = "7:15 api/required spec.volumes[0].fc.lun: spec.volumes[0].fc.lun: "
             "Required value: lun is required if targetWWNs is specified\n"
             "7:32 api/invalid-value spec.volumes[0].fc.targetWWNs: "
             "spec.volumes[0].fc.targetWWNs: Invalid value: [\"a\"]: targetWWNs and "
             "wwids can not be specified simultaneously\n"},
    {.manifest = VOLUMES "  - {name: v, fc: {targetWWNs: [a], lun: 256}}\n",
     .want = "7:42 api/invalid-value spec.volumes[0].fc.lun: spec.volumes[0].fc.lun: "
             "Invalid value: 256: must be between 0 and 255, inclusive\n"},
    {.manifest = VOLUMES "  - {name: v, scaleIO: {}}\n",
     .want = "7:15 api/required spec.volumes[0].scaleIO.gateway: "
             "spec.volumes[0].scaleIO.gateway: Required value\n"
             "7:15 api/required spec.volumes[0].scaleIO.system: "
             "spec.volumes[0].scaleIO.system: Required value\n"
             "7:15 api/required spec.volumes[0].scaleIO.volumeName: "
             "spec.volumes[0].scaleIO.volumeName: Required value\n"
             "7:24 server/warning spec.volumes[0].scaleIO: spec.volumes[0].scaleIO: "
             "deprecated in v1.16, non-functional in v1.22+\n"},
    {.manifest = VOLUMES "  - {name: v, storageos: {secretRef: {}}}\n",
     .want = "7:15 api/required spec.volumes[0].storageos.volumeName: "
             "spec.volumes[0].storageos.volumeName: Required value\n"
             "7:26 server/warning spec.volumes[0].storageOS: "
             "spec.volumes[0].storageOS: deprecated in v1.22, non-functional in "
             "v1.25+\n"
             "7:27 api/required spec.volumes[0].storageos.secretRef.name: "
             "spec.volumes[0].storageos.secretRef.name: Required value\n"},
    {.manifest = VOLUMES "  - {name: v, storageos: {volumeName: A, volumeNamespace: B}}\n",
     .want = "7:26 server/warning spec.volumes[0].storageOS: "
             "spec.volumes[0].storageOS: deprecated in v1.22, non-functional in "
             "v1.25+\n"
             "7:39 api/invalid-value spec.volumes[0].storageos.volumeName: "
             "spec.volumes[0].storageos.volumeName: Invalid value: \"A\": must "
             "consist of lower-case letters, digits and '-', and start and end with a "
             "letter or digit\n"
             "7:59 api/invalid-value spec.volumes[0].storageos.volumeNamespace: "
             "spec.volumes[0].storageos.volumeNamespace: Invalid value: \"B\": must "
             "consist of lower-case letters, digits and '-', and start and end with a "
             "letter or digit\n"},
};

static void test_drivers(void **state)
{
    (void)state;
    check_rules(drivers_cases, ARRAY_LEN(drivers_cases));
}

static void test_iscsi(void **state)
{
    (void)state;
    check_rules(iscsi_cases, ARRAY_LEN(iscsi_cases));
}

static void test_disks(void **state)
{
    (void)state;
    check_rules(disks_cases, ARRAY_LEN(disks_cases));
}

static void test_servers(void **state)
{
    (void)state;
    check_rules(servers_cases, ARRAY_LEN(servers_cases));
}

int test_rule_volume_driver(void);
int test_rule_volume_driver(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drivers),
        cmocka_unit_test(test_iscsi),
        cmocka_unit_test(test_disks),
        cmocka_unit_test(test_servers),
    };
    return cmocka_run_group_tests_name("admit rules on volume drivers", tests, NULL, NULL);
}
