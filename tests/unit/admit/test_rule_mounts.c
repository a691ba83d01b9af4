/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on mounts and devices, and on the volumes that are declared for them. */
#include "admit_case.h"

#define MOUNTS                                                                                     \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  volumes:\n"                                                                                 \
    "  - {name: dir, emptyDir: {}}\n"                                                              \
    "  - {name: claim, persistentVolumeClaim: {claimName: x}}\n"                                   \
    "  containers:\n"                                                                              \
    "  - name: web\n"                                                                              \
    "    image: web:1\n"
#define SET                                                                                        \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: StatefulSet\n"                                                                          \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  serviceName: a\n"                                                                           \
    "  selector: {matchLabels: {a: b}}\n"

static const struct admit_case mounts_cases[] = {
    {.manifest = MOUNTS "    volumeMounts: [{name: dir, mountPath: /a, subPath: b}, {name: "
                        "claim, mountPath: /c}]\n",
     .want = ""},
    {.manifest =
         "apiVersion: v1\n"
         "kind: Pod\n"
         "metadata: {name: a}\n"
         "spec:\n"
         "  volumes: [{name: dir, nfs: {server: a, path: b}}]\n"
         "  containers: [{name: a, image: b, volumeMounts: [{name: dir, mountPath: /a}]}]\n",
     .want = "5:48 api/invalid-value spec.volumes[0].nfs.path: spec.volumes[0].nfs.path: Invalid "
             "value: \"b\": must be an absolute path\n"
             "6:58 api/invalid-value spec.containers[0].volumeMounts[0].name: "
             "spec.containers[0].volumeMounts[0].name: Not found: \"dir\"\n"},
    {.manifest = MOUNTS "    volumeMounts: [{name: other, mountPath: /a}, {}]\n",
     .want = "11:27 api/invalid-value spec.containers[0].volumeMounts[0].name: "
             "spec.containers[0].volumeMounts[0].name: Not found: \"other\"\n"
             "11:50 api/invalid-value spec.containers[0].volumeMounts[1].name: "
             "spec.containers[0].volumeMounts[1].name: Not found: \"\"\n"
             "11:50 api/required spec.containers[0].volumeMounts[1].mountPath: "
             "spec.containers[0].volumeMounts[1].mountPath: Required value\n"
             "11:50 api/required spec.containers[0].volumeMounts[1].name: "
             "spec.containers[0].volumeMounts[1].name: Required value\n"},
    {.manifest = MOUNTS "    volumeMounts: [{name: dir, mountPath: /a, subPath: /b}, {name: "
                        "claim, mountPath: /a, subPathExpr: ../b}]\n",
     .want = "11:56 api/invalid-value spec.containers[0].volumeMounts.subPath: "
             "spec.containers[0].volumeMounts.subPath: Invalid value: \"/b\": must be "
             "a relative path\n"
             "11:61 apply/duplicate-entry spec.containers[0].volumeMounts[1]: "
             "spec.containers[0].volumeMounts has two entries with mountPath /a: "
             "server-side apply refuses them\n"
             "11:86 api/invalid-value spec.containers[0].volumeMounts[1].mountPath: "
             "spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/a\": "
             "must be unique\n"
             "11:103 api/invalid-value spec.containers[0].volumeMounts.subPathExpr: "
             "spec.containers[0].volumeMounts.subPathExpr: Invalid value: \"../b\": "
             "must not contain '..'\n"},
    {.manifest = MOUNTS "    volumeMounts: [{name: dir, mountPath: /a, subPath: b, "
                        "subPathExpr: c}]\n",
     .want = "11:72 api/invalid-value spec.containers[0].volumeMounts[0].subPathExpr: "
             "spec.containers[0].volumeMounts[0].subPathExpr: Invalid value: \"c\": "
             "subPathExpr and subPath are mutually exclusive\n"},
    {.manifest = MOUNTS "    volumeMounts: [{name: dir, mountPath: /a, mountPropagation: "
                        "Bidirectional}]\n",
     .want = "11:65 api/forbidden spec.containers[0].volumeMounts.mountPropagation: "
             "spec.containers[0].volumeMounts.mountPropagation: Forbidden: "
             "Bidirectional mount propagation is available only to privileged "
             "containers\n"},
    {.manifest = MOUNTS "    securityContext: {privileged: true}\n"
                        "    volumeMounts: [{name: dir, mountPath: /a, mountPropagation: "
                        "Bidirectional}]\n",
     .want = ""},
    {.manifest = MOUNTS "    volumeMounts: [{name: dir, mountPath: /a, mountPropagation: "
                        "none}]\n",
     .want = "11:65 api/unsupported-value "
             "spec.containers[0].volumeMounts.mountPropagation: "
             "spec.containers[0].volumeMounts.mountPropagation: Unsupported value: "
             "\"none\": supported values: \"Bidirectional\", \"HostToContainer\", "
             "\"None\"\n"},
    {.manifest = MOUNTS "    volumeMounts: [{name: dir, mountPath: /a, readOnly: true, "
                        "recursiveReadOnly: Enabled}]\n",
     .want = ""},
    {.manifest = MOUNTS "    volumeMounts: [{name: dir, mountPath: /a, recursiveReadOnly: "
                        "Enabled, mountPropagation: HostToContainer}]\n",
     .want = "11:66 api/forbidden spec.containers[0].volumeMounts.recursiveReadOnly: "
             "spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only "
             "be specified when mountPropagation is None or not specified\n"
             "11:66 api/forbidden spec.containers[0].volumeMounts.recursiveReadOnly: "
             "spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only "
             "be specified when readOnly is true\n"},
    {.manifest = MOUNTS "    volumeMounts: [{name: dir, mountPath: /a, recursiveReadOnly: x}]\n",
     .want = "11:66 api/unsupported-value "
             "spec.containers[0].volumeMounts.recursiveReadOnly: "
             "spec.containers[0].volumeMounts.recursiveReadOnly: Unsupported value: "
             "\"x\": supported values: \"Disabled\", \"Enabled\", \"IfPossible\"\n"},
};

static const struct admit_case devices_cases[] = {
    {.manifest = MOUNTS "    volumeDevices: [{name: claim, devicePath: /a}]\n", .want = ""},
    {.manifest = MOUNTS "    volumeDevices: [{name: dir, devicePath: /a}, {name: other, "
                        "devicePath: /a/../b}, {}]\n",
     .want = "11:28 api/invalid-value spec.containers[0].volumeDevices[0].name: "
             "spec.containers[0].volumeDevices[0].name: Invalid value: \"dir\": can "
             "only use volume source type of PersistentVolumeClaim or Ephemeral for "
             "block mode\n"
             "11:57 api/invalid-value spec.containers[0].volumeDevices[1].name: "
             "spec.containers[0].volumeDevices[1].name: Not found: \"other\"\n"
             "11:76 api/invalid-value spec.containers[0].volumeDevices[1].devicePath: "
             "spec.containers[0].volumeDevices[1].devicePath: Invalid value: "
             "\"/a/../b\": can not contain backsteps ('..')\n"
             "11:86 api/invalid-value spec.containers[0].volumeDevices[2].name: "
             "spec.containers[0].volumeDevices[2].name: Not found: \"\"\n"
             "11:86 api/required spec.containers[0].volumeDevices[2].devicePath: "
             "spec.containers[0].volumeDevices[2].devicePath: Required value\n"
             "11:86 api/required spec.containers[0].volumeDevices[2].name: "
             "spec.containers[0].volumeDevices[2].name: Required value\n"},
    {.manifest = MOUNTS "    volumeDevices: [{name: claim, devicePath: /a}, {name: claim, "
                        "devicePath: /a}]\n",
     .want = "11:52 apply/duplicate-entry spec.containers[0].volumeDevices[1]: "
             "spec.containers[0].volumeDevices has two entries with devicePath /a: "
             "server-side apply refuses them\n"
             "11:59 api/invalid-value spec.containers[0].volumeDevices[1].name: "
             "spec.containers[0].volumeDevices[1].name: Invalid value: \"claim\": "
             "must be unique\n"
             "11:78 api/invalid-value spec.containers[0].volumeDevices[1].devicePath: "
             "spec.containers[0].volumeDevices[1].devicePath: Invalid value: \"/a\": "
             "must be unique\n"},
    {.manifest = MOUNTS "    volumeDevices: [{name: claim, devicePath: /a}]\n"
                        "    volumeMounts: [{name: claim, mountPath: /a}]\n",
     .want = "11:28 api/invalid-value spec.containers[0].volumeDevices[0].name: "
             "spec.containers[0].volumeDevices[0].name: Invalid value: \"claim\": "
             "must not already exist in volumeMounts\n"
             "11:47 api/invalid-value spec.containers[0].volumeDevices[0].devicePath: "
             "spec.containers[0].volumeDevices[0].devicePath: Invalid value: \"/a\": "
             "must not already exist as a path in volumeMounts\n"
             "12:27 api/invalid-value spec.containers[0].volumeMounts[0].name: "
             "spec.containers[0].volumeMounts[0].name: Invalid value: \"claim\": must "
             "not already exist in volumeDevices\n"
             "12:45 api/invalid-value spec.containers[0].volumeMounts[0].mountPath: "
             "spec.containers[0].volumeMounts[0].mountPath: Invalid value: \"/a\": "
             "must not already exist as a path in volumeDevices\n"},
};

static const struct admit_case files_cases[] = {
    {.manifest = MOUNTS "    env: [{name: A, valueFrom: {fileKeyRef: {key: A, path: b, "
                        "volumeName: dir}}}]\n",
     .want = ""},
    {.manifest = MOUNTS "    env: [{name: A, valueFrom: {fileKeyRef: {key: A, path: ../b, "
                        "volumeName: claim}}}]\n",
     .want = "11:60 api/invalid-value "
             "spec.containers[0].env[0].valueFrom.fileKeyRef.path: "
             "spec.containers[0].env[0].valueFrom.fileKeyRef.path: Invalid value: "
             "\"../b\": must not contain '..'\n"
             "11:78 api/invalid-value "
             "spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: "
             "spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Invalid "
             "value: \"claim\": referenced volume must be of type emptyDir\n"},
    {.manifest = MOUNTS "    env: [{name: A, valueFrom: {fileKeyRef: {key: A, path: b, "
                        "volumeName: other}}}]\n",
     .minor = 34,
     .want = "11:32 api/invalid-value spec.containers[0].env[0].valueFrom: "
             "spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify "
             "one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or "
             "`secretKeyRef`\n"},
    {.manifest = MOUNTS "    env: [{name: A, valueFrom: {fileKeyRef: {key: A, path: b, "
                        "volumeName: other}}}]\n",
     .want = "11:75 api/invalid-value "
             "spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: "
             "spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Not found: "
             "\"other\"\n"},
};

static const struct admit_case templates_cases[] = {
    {.manifest = SET "  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: "
                     "[ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]\n"
                     "  template:\n"
                     "    metadata: {labels: {a: b}}\n"
                     "    spec: {containers: [{name: a, image: b, volumeMounts: [{name: "
                     "data, mountPath: /a}]}]}\n",
     .want = ""},
    {.manifest = SET "  volumeClaimTemplates: [{metadata: {name: other}, spec: {}}]\n"
                     "  template:\n"
                     "    metadata: {labels: {a: b}}\n"
                     "    spec: {containers: [{name: a, image: b, volumeMounts: [{name: "
                     "data, mountPath: /a}]}]}\n",
     .want = "7:52 api/required spec.volumeClaimTemplates[0].spec.accessModes: "
             "spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least "
             "1 access mode is required\n"
             "7:52 api/required spec.volumeClaimTemplates[0].spec.resources[storage]: "
             "spec.volumeClaimTemplates[0].spec.resources[storage]: Required value\n"
             "10:67 api/invalid-value "
             "spec.template.spec.containers[0].volumeMounts[0].name: "
             "spec.template.spec.containers[0].volumeMounts[0].name: Not found: "
             "\"data\"\n"},
    {.manifest = SET "  volumeClaimTemplates: [{metadata: {name: other}, spec: {}}]\n"
                     "  template:\n"
                     "    metadata: {labels: {a: b}}\n"
                     "    spec: {containers: [{name: a, image: b, volumeMounts: [{name: "
                     "data, mountPath: /a}]}]}\n",
     .minor = 33,
     .want = ""},
    {.manifest = SET "  volumeClaimTemplates: [{metadata: {name: data.x}, spec: "
                     "{accessModes: [ReadWriteOnce], resources: {requests: {storage: "
                     "1Gi}}}}]\n"
                     "  template:\n"
                     "    metadata: {labels: {a: b}}\n"
                     "    spec: {containers: [{name: a, image: b, volumeMounts: [{name: "
                     "data.x, mountPath: /a}]}]}\n",
     .want = "7:44 api/invalid-value spec.template.spec.volumes[0].name: "
             "spec.template.spec.volumes[0].name: Invalid value: \"data.x\": must not "
             "contain dots\n"
             "10:67 api/invalid-value "
             "spec.template.spec.containers[0].volumeMounts[0].name: "
             "spec.template.spec.containers[0].volumeMounts[0].name: Not found: "
             "\"data.x\"\n"},
};

static void test_mounts(void **state)
{
    (void)state;
    check_rules(mounts_cases, ARRAY_LEN(mounts_cases));
}

static void test_devices(void **state)
{
    (void)state;
    check_rules(devices_cases, ARRAY_LEN(devices_cases));
}

static void test_files(void **state)
{
    (void)state;
    check_rules(files_cases, ARRAY_LEN(files_cases));
}

static void test_templates(void **state)
{
    (void)state;
    check_rules(templates_cases, ARRAY_LEN(templates_cases));
}

int test_rule_mounts(void);
int test_rule_mounts(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mounts),
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_templates),
    };
    return cmocka_run_group_tests_name("admit rules on mounts", tests, NULL, NULL);
}
