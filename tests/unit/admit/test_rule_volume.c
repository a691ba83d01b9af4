/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on volumes and on the files that they put into containers. */
#include "admit_case.h"

#define VOLUMES                                                                                    \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  containers: [{name: web, image: \"web:1\"}]\n"                                              \
    "  volumes:\n"

static const struct admit_case names_cases[] = {
    {.manifest = VOLUMES "  - {name: a}\n"
                         "  - {name: b}\n",
     .want = ""},
    {.manifest = VOLUMES "  - {name: a}\n"
                         "  - {name: a}\n"
                         "  - {name: A}\n"
                         "  - {emptyDir: {}}\n",
     .want = "8:5 apply/duplicate-entry spec.volumes[1]: spec.volumes has two entries "
             "with name a: server-side apply refuses them\n"
             "8:12 api/duplicate-value spec.volumes[1].name: spec.volumes[1].name: "
             "Duplicate value: \"a\"\n"
             "9:12 api/invalid-value spec.volumes[2].name: spec.volumes[2].name: "
             "Invalid value: \"A\": must consist of lower-case letters, digits and "
             "'-', and start and end with a letter or digit\n"
             "10:5 api/required spec.volumes[3].name: spec.volumes[3].name: Required "
             "value\n"},
};

static const struct admit_case sources_cases[] = {
    {.manifest = VOLUMES "  - {name: v, emptyDir: {sizeLimit: 1Gi}}\n", .want = ""},
    {.manifest = VOLUMES "  - {name: v, emptyDir: {sizeLimit: -1}, nfs: {server: a, path: /b}}\n",
     .want = "7:37 api/forbidden spec.volumes[0].emptyDir.sizeLimit: "
             "spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be "
             "a valid resource quantity\n"
             "7:47 api/forbidden spec.volumes[0].nfs: spec.volumes[0].nfs: Forbidden: "
             "may not specify more than 1 volume type\n"},
    {.manifest = VOLUMES "  - {name: v, cephfs: {monitors: [a]}, downwardAPI: {}}\n",
     .want = "7:23 server/warning spec.volumes[0].cephfs: spec.volumes[0].cephfs: "
             "deprecated in v1.28, non-functional in v1.31+\n"
             "7:53 api/forbidden spec.volumes[0].downwarAPI: "
             "spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 "
             "volume type\n"},
    {.manifest = VOLUMES "  - {name: v, image: {reference: a}}\n", .minor = 34, .want = ""},
    {.manifest = VOLUMES "  - {name: v, image: {reference: a, pullPolicy: x}}\n",
     .minor = 34,
     .want = ""},
    {.manifest = VOLUMES "  - {name: v, image: {reference: a, pullPolicy: x}}\n",
     .want = "7:49 api/unsupported-value spec.volumes[0].image.pullPolicy: "
             "spec.volumes[0].image.pullPolicy: Unsupported value: \"x\": supported "
             "values: \"Always\", \"IfNotPresent\", \"Never\"\n"},
    {.manifest = VOLUMES "  - {name: v, image: {}}\n",
     .want = "7:15 api/required spec.volumes[0].image.reference: "
             "spec.volumes[0].image.reference: Required value\n"},
};

static const struct admit_case objects_cases[] = {
    {.manifest = VOLUMES "  - {name: v, secret: {secretName: a, defaultMode: 0400, items: "
                         "[{key: a, path: b/c, mode: 0}]}}\n",
     .want = ""},
    {.manifest = VOLUMES "  - {name: v, secret: {defaultMode: 512, items: [{mode: -1}]}}\n",
     .want = "7:15 api/required spec.volumes[0].secret.secretName: "
             "spec.volumes[0].secret.secretName: Required value\n"
             "7:37 api/invalid-value spec.volumes[0].secret.defaultMode: "
             "spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a "
             "number between 0 and 0777 (octal), both inclusive\n"
             "7:50 api/required spec.volumes[0].secret.items[0].key: "
             "spec.volumes[0].secret.items[0].key: Required value\n"
             "7:50 api/required spec.volumes[0].secret.items[0].path: "
             "spec.volumes[0].secret.items[0].path: Required value\n"
             "7:57 api/invalid-value spec.volumes[0].secret.items[0].mode: "
             "spec.volumes[0].secret.items[0].mode: Invalid value: -1: must be a "
             "number between 0 and 0777 (octal), both inclusive\n"},
    {.manifest = VOLUMES "  - {name: v, configMap: {items: [{key: a, path: /b}, {key: a, path: "
                         "b/../c}, {key: a, path: ..b}]}}\n",
     .want = "7:15 api/required spec.volumes[0].configMap.name: "
             "spec.volumes[0].configMap.name: Required value\n"
             "7:50 api/invalid-value spec.volumes[0].configMap.items[0].path: "
             "spec.volumes[0].configMap.items[0].path: Invalid value: \"/b\": must be "
             "a relative path\n"
             "7:70 api/invalid-value spec.volumes[0].configMap.items[1].path: "
             "spec.volumes[0].configMap.items[1].path: Invalid value: \"b/../c\": "
             "must not contain '..'\n"
             "7:94 api/invalid-value spec.volumes[0].configMap.items[2].path: "
             "spec.volumes[0].configMap.items[2].path: Invalid value: \"..b\": must "
             "not start with '..'\n"},
};

static const struct admit_case downward_cases[] = {
    {.manifest = VOLUMES "  - {name: v, downwardAPI: {items: [{path: a, fieldRef: {fieldPath: "
                         "\"metadata.labels['a']\"}}, {path: b, fieldRef: {fieldPath: "
                         "metadata.labels}}]}}\n",
     .want = ""},
    {.manifest = VOLUMES "  - {name: v, downwardAPI: {defaultMode: -1, items: [{}]}}\n",
     .want = "7:42 api/invalid-value spec.volumes[0].downwardAPI.defaultMode: "
             "spec.volumes[0].downwardAPI.defaultMode: Invalid value: -1: must be a "
             "number between 0 and 0777 (octal), both inclusive\n"
             "7:54 api/required spec.volumes[0].downwardAPI: "
             "spec.volumes[0].downwardAPI: Required value: one of fieldRef and "
             "resourceFieldRef is required\n"
             "7:54 api/required spec.volumes[0].downwardAPI.path: "
             "spec.volumes[0].downwardAPI.path: Required value\n"},
    {.manifest = VOLUMES "  - {name: v, downwardAPI: {items: [{path: a, fieldRef: {fieldPath: "
                         "status.podIP}}]}}\n",
     .want = "7:69 api/unsupported-value "
             "spec.volumes[0].downwardAPI.fieldRef.fieldPath: "
             "spec.volumes[0].downwardAPI.fieldRef.fieldPath: Unsupported value: "
             "\"status.podIP\": supported values: \"metadata.annotations\", "
             "\"metadata.labels\", \"metadata.name\", \"metadata.namespace\", "
             "\"metadata.uid\"\n"},
    {.manifest = VOLUMES "  - {name: v, downwardAPI: {items: [{path: ../a, mode: 512, fieldRef: "
                         "{fieldPath: metadata.name}, resourceFieldRef: {resource: "
                         "limits.cpu}}]}}\n",
     .want = "7:37 api/invalid-value spec.volumes[0].downwardAPI: "
             "spec.volumes[0].downwardAPI: Invalid value: \"resource\": fieldRef and "
             "resourceFieldRef can not be specified simultaneously\n"
             "7:44 api/invalid-value spec.volumes[0].downwardAPI.path: "
             "spec.volumes[0].downwardAPI.path: Invalid value: \"../a\": must not "
             "contain '..'\n"
             "7:56 api/invalid-value spec.volumes[0].downwardAPI.mode: "
             "spec.volumes[0].downwardAPI.mode: Invalid value: 512: must be a number "
             "between 0 and 0777 (octal), both inclusive\n"},
    {.manifest = VOLUMES "  - {name: v, downwardAPI: {items: [{path: a, resourceFieldRef: "
                         "{resource: limits.cpu}}]}}\n",
     .want = "7:47 api/required "
             "spec.volumes[0].downwardAPI.resourceFieldRef.containerName: "
             "spec.volumes[0].downwardAPI.resourceFieldRef.containerName: Required "
             "value\n"},
    {.manifest = VOLUMES "  - {name: v, downwardAPI: {items: [{path: a, resourceFieldRef: "
                         "{containerName: web, resource: limits.foo}}]}}\n",
     .want = "7:96 api/unsupported-value "
             "spec.volumes[0].downwardAPI.resourceFieldRef.resource: "
             "spec.volumes[0].downwardAPI.resourceFieldRef.resource: Unsupported "
             "value: \"limits.foo\": supported values: \"limits.cpu\", "
             "\"limits.ephemeral-storage\", \"limits.memory\", \"requests.cpu\", "
             "\"requests.ephemeral-storage\", \"requests.memory\"\n"},
    {.manifest = VOLUMES "  - {name: v, downwardAPI: {items: [{path: a, resourceFieldRef: "
                         "{containerName: web, resource: limits.cpu, divisor: 3}}]}}\n",
     .want = "7:117 api/invalid-value "
             "spec.volumes[0].downwardAPI.resourceFieldRef.divisor: "
             "spec.volumes[0].downwardAPI.resourceFieldRef.divisor: Invalid value: "
             "\"limits.cpu\": only divisor's values 1m and 1 are supported with the "
             "cpu resource\n"},
};

static const struct admit_case projected_cases[] = {
    {.manifest = VOLUMES "  - {name: v, projected: {sources: [{secret: {name: a}}, "
                         "{serviceAccountToken: {path: token}}, {downwardAPI: {items: [{path: "
                         "b, fieldRef: {fieldPath: metadata.uid}}]}}]}}\n",
     .want = ""},
    {.manifest = VOLUMES "  - {name: v, projected: {defaultMode: 512, sources: [{secret: {}, "
                         "configMap: {}}]}}\n",
     .want = "7:40 api/invalid-value spec.volumes[0].projected.defaultMode: "
             "spec.volumes[0].projected.defaultMode: Invalid value: 512: must be a "
             "number between 0 and 0777 (octal), both inclusive\n"
             "7:55 api/forbidden spec.volumes[0].projected.sources[0]: "
             "spec.volumes[0].projected.sources[0]: Forbidden: may not specify more "
             "than 1 volume type per source\n"
             "7:56 api/required spec.volumes[0].projected.sources[0].secret.name: "
             "spec.volumes[0].projected.sources[0].secret.name: Required value\n"
             "7:68 api/required spec.volumes[0].projected.sources[0].configMap.name: "
             "spec.volumes[0].projected.sources[0].configMap.name: Required value\n"},
    {.manifest = VOLUMES "  - {name: v, projected: {sources: [{secret: {name: a, items: [{key: "
                         "a, path: x}]}}, {configMap: {name: b, items: [{key: a, path: "
                         "x}]}}]}}\n",
     .want = "7:116 api/invalid-value spec.volumes[0].projected: "
             "spec.volumes[0].projected: Invalid value: \"b\": conflicting duplicate "
             "paths\n"},
    {.manifest = VOLUMES "  - {name: v, projected: {sources: [{serviceAccountToken: {path: /a, "
                         "expirationSeconds: 599}}, {serviceAccountToken: {expirationSeconds: "
                         "4294967297}}]}}\n",
     .want = "7:66 api/invalid-value spec.volumes[0].projected.path: "
             "spec.volumes[0].projected.path: Invalid value: \"/a\": must be a "
             "relative path\n"
             "7:89 api/invalid-value "
             "spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSecon"
             "ds: "
             "spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSecon"
             "ds: Invalid value: 599: may not specify a duration less than 10 "
             "minutes\n"
             "7:97 api/required spec.volumes[0].projected.path: "
             "spec.volumes[0].projected.path: Required value\n"
             "7:138 api/invalid-value "
             "spec.volumes[0].projected.sources[1].serviceAccountToken.expirationSecon"
             "ds: "
             "spec.volumes[0].projected.sources[1].serviceAccountToken.expirationSecon"
             "ds: Invalid value: 4294967297: may not specify a duration larger than "
             "2^32 seconds\n"},
};

static const struct admit_case node_cases[] = {
    {.manifest = VOLUMES "  - {name: v, hostPath: {path: a}}\n", .want = ""},
    {.manifest = VOLUMES "  - {name: v, hostPath: {}}\n",
     .want = "7:15 api/required spec.volumes[0].hostPath.path: "
             "spec.volumes[0].hostPath.path: Required value\n"},
    {.manifest = VOLUMES "  - {name: v, hostPath: {path: /a/../b, type: file}}\n",
     .want = "7:32 api/invalid-value spec.volumes[0].hostPath.path: "
             "spec.volumes[0].hostPath.path: Invalid value: \"/a/../b\": must not "
             "contain '..'\n"
             "7:47 api/unsupported-value spec.volumes[0].hostPath.type: "
             "spec.volumes[0].hostPath.type: Unsupported value: \"file\": supported "
             "values: \"\", \"BlockDevice\", \"CharDevice\", \"Directory\", "
             "\"DirectoryOrCreate\", \"File\", \"FileOrCreate\", \"Socket\"\n"},
    {.manifest = VOLUMES "  - {name: v, gitRepo: {directory: /a}}\n",
     .want = "7:15 api/required spec.volumes[0].gitRepo.repository: "
             "spec.volumes[0].gitRepo.repository: Required value\n"
             "7:24 server/warning spec.volumes[0].gitRepo: spec.volumes[0].gitRepo: "
             "deprecated in v1.11, and disabled by default in v1.33+\n"
             "7:36 api/invalid-value spec.volumes[0].gitRepo.directory: "
             "spec.volumes[0].gitRepo.directory: Invalid value: \"/a\": must be a "
             "relative path\n"},
};

static const struct admit_case claims_cases[] = {
    {.manifest = VOLUMES "  - {name: v, persistentVolumeClaim: {}}\n",
     .want = "7:15 api/required spec.volumes[0].persistentVolumeClaim.claimName: "
             "spec.volumes[0].persistentVolumeClaim.claimName: Required value\n"},
    {.manifest = VOLUMES "  - {name: v, ephemeral: {volumeClaimTemplate: {metadata: {labels: "
                         "{a: b}}, spec: {accessModes: [ReadWriteOnce], resources: {requests: "
                         "{storage: 1Gi}}}}}}\n",
     .want = ""},
    {.manifest = VOLUMES "  - {name: v, ephemeral: {}}\n",
     .want = "7:15 api/required spec.volumes[0].ephemeral.volumeClaimTemplate: "
             "spec.volumes[0].ephemeral.volumeClaimTemplate: Required value\n"},
    {.manifest = VOLUMES "  - {name: v, ephemeral: {volumeClaimTemplate: {metadata: {name: a, "
                         "finalizers: [a/b]}}}}\n",
     .want = "7:27 api/required "
             "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: "
             "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: "
             "Required value: at least 1 access mode is required\n"
             "7:27 api/required "
             "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: "
             "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: "
             "Required value\n"
             "7:66 api/forbidden "
             "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: "
             "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: "
             "cannot be set\n"
             "7:81 api/forbidden "
             "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.finalizers: "
             "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.finalizers: "
             "Forbidden: cannot be set\n"},
    {.manifest = VOLUMES "  - {name: v, ephemeral: {volumeClaimTemplate: {spec: {accessModes: "
                         "[ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}\n"
                         "  - {name: w, persistentVolumeClaim: {claimName: a-v}}\n",
     .want = "8:50 api/invalid-value spec.volumes[1].persistentVolumeClaim.claimName: "
             "spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "
             "\"a-v\": must not reference a PVC that gets created for an ephemeral "
             "volume\n"},
};

static void test_names(void **state)
{
    (void)state;
    check_rules(names_cases, ARRAY_LEN(names_cases));
}

static void test_sources(void **state)
{
    (void)state;
    check_rules(sources_cases, ARRAY_LEN(sources_cases));
}

static void test_objects(void **state)
{
    (void)state;
    check_rules(objects_cases, ARRAY_LEN(objects_cases));
}

static void test_downward(void **state)
{
    (void)state;
    check_rules(downward_cases, ARRAY_LEN(downward_cases));
}

static void test_projected(void **state)
{
    (void)state;
    check_rules(projected_cases, ARRAY_LEN(projected_cases));
}

static void test_node(void **state)
{
    (void)state;
    check_rules(node_cases, ARRAY_LEN(node_cases));
}

static void test_claims(void **state)
{
    (void)state;
    check_rules(claims_cases, ARRAY_LEN(claims_cases));
}

int test_rule_volume(void);
int test_rule_volume(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),     cmocka_unit_test(test_sources),
        cmocka_unit_test(test_objects),   cmocka_unit_test(test_downward),
        cmocka_unit_test(test_projected), cmocka_unit_test(test_node),
        cmocka_unit_test(test_claims),
    };
    return cmocka_run_group_tests_name("admit rules on volumes", tests, NULL, NULL);
}
