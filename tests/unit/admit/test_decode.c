/* SPDX-License-Identifier: Apache-2.0 */
/* Values against the types of built-in kinds. */
#include "admit_case.h"

#define CONFIG_MAP "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n"
#define DEPLOYMENT "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n"
#define POD        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - name: a\n"
#define SECRET     "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n"

static void test_strings(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest =
             CONFIG_MAP "data: {a: '8080', b: 12:30:45, c: 2026-01-31, d: yEs, e: null, f: }\n",
         .want = ""},
        {.manifest = CONFIG_MAP "data:\n  a: 8080\n",
         .want = "6:6 api/wrong-type data[a]: data[a] must be a string, not the number 8080; quote "
                 "it: \"8080\"\n"},
        {.manifest = CONFIG_MAP "data:\n  a: 1.10\n",
         .want = "6:6 api/wrong-type data[a]: data[a] must be a string, and 1.10 is read as the "
                 "number 1.1; quote it: \"1.10\"\n"},
        {.manifest = CONFIG_MAP "data:\n  a: on\n",
         .want = "6:6 api/wrong-type data[a]: data[a] must be a string, and on is read as the "
                 "boolean true; quote it: \"on\"\n"},
        {.manifest = CONFIG_MAP "data:\n  a: 0777\n",
         .want = "6:6 api/wrong-type data[a]: data[a] must be a string, and 0777 is read as the "
                 "number 511; quote it: \"0777\"\n"},
        {.manifest = CONFIG_MAP "data:\n  a: [b]\n",
         .want = "6:6 api/wrong-type data[a]: data[a] must be a string, not a list\n"},
        {.manifest = CONFIG_MAP "data:\n  a: &x 5\n  b: *x\n",
         .want =
             "6:6 api/wrong-type data[a]: data[a] must be a string, not the number 5; quote it: "
             "\"5\"\n"
             "7:6 api/wrong-type data[b]: data[b] must be a string, not the number 5; quote it: "
             "\"5\"\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_integers(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest =
             DEPLOYMENT "  replicas: 3.0\n  minReadySeconds: 1e1\n  revisionHistoryLimit: \n",
         .want = ""},
        {.manifest = DEPLOYMENT "  replicas: \"3\"\n",
         .want = "5:13 api/wrong-type spec.replicas: spec.replicas must be an integer, not the "
                 "string \"3\"; remove the quotes\n"},
        {.manifest = DEPLOYMENT "  replicas: three\n",
         .want = "5:13 api/wrong-type spec.replicas: spec.replicas must be an integer, not the "
                 "string \"three\"\n"},
        {.manifest = DEPLOYMENT "  replicas: on\n",
         .want = "5:13 api/wrong-type spec.replicas: spec.replicas must be an integer, not the "
                 "boolean on\n"},
        {.manifest = DEPLOYMENT "  replicas: 1.5\n",
         .want = "5:13 api/wrong-type spec.replicas: spec.replicas must be an integer, not the "
                 "number 1.5\n"},
        {.manifest = DEPLOYMENT "  replicas: 2147483648\n",
         .want = "5:13 api/out-of-range spec.replicas: 2147483648 is out of range: spec.replicas "
                 "must be between -2147483648 and 2147483647\n"},
        {.manifest = POD "  terminationGracePeriodSeconds: 1e300\n",
         .want = "7:34 api/out-of-range spec.terminationGracePeriodSeconds: 1e300 is out of range: "
                 "spec.terminationGracePeriodSeconds must be between -9223372036854775808 and "
                 "9223372036854775807\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_other_scalars(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  hostNetwork: 'true'\n",
         .want =
             "7:16 api/wrong-type spec.hostNetwork: spec.hostNetwork must be true or false, not "
             "the string \"true\"; remove the quotes\n"},
        {.manifest = POD "    livenessProbe: {httpGet: {port: web}}\n", .want = ""},
        {.manifest = POD "    livenessProbe: {httpGet: {port: true}}\n",
         .want =
             "7:37 api/wrong-type spec.containers[0].livenessProbe.httpGet.port: "
             "spec.containers[0].livenessProbe.httpGet.port must be an integer or a string, not "
             "the boolean true\n"},
        {.manifest = POD "    livenessProbe: {httpGet: {port: 80.5}}\n",
         .want =
             "7:37 api/wrong-type spec.containers[0].livenessProbe.httpGet.port: "
             "spec.containers[0].livenessProbe.httpGet.port must be an integer or a string, not "
             "the number 80.5\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_collections(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "    args: --port\n",
         .want = "7:11 api/wrong-type spec.containers[0].args: spec.containers[0].args must be a "
                 "list, not the string \"--port\"; put it in brackets: [...]\n"},
        {.manifest = POD "    env: {A: b}\n",
         .want = "7:10 api/wrong-type spec.containers[0].env: spec.containers[0].env must be a "
                 "list, not a map; start each entry with '- '\n"},
        {.manifest = POD "    resources: [a]\n",
         .want = "7:16 api/wrong-type spec.containers[0].resources: spec.containers[0].resources "
                 "must be a map, not a list; drop the '- '\n"},
        {.manifest = POD "  -\n  volumes: null\n  nodeSelector: {a: null}\n",
         .want = "7:4 apply/missing-key spec.containers[1]: spec.containers[1] is null and has no "
                 "key, and server-side apply merges the list by it\n"},
        {.manifest = CONFIG_MAP "data: x\n",
         .want = "5:7 api/wrong-type data: data must be a map, not the string \"x\"\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_quantities(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "    resources: {limits: {cpu: 1, memory: 1.5Gi, a/b: ' 5 ', c/d: 1e3}}\n",
         .want = ""},
        {.manifest = POD "    resources: {limits: {cpu: 500mi}}\n",
         .want =
             "7:31 api/invalid-quantity spec.containers[0].resources.limits[cpu]: "
             "spec.containers[0].resources.limits[cpu] is no quantity: \"500mi\": its suffix is "
             "none of n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent | did you mean "
             "'500Mi'?\n"},
        {.manifest = POD "    resources: {limits: {memory: true}}\n",
         .want = "7:34 api/wrong-type spec.containers[0].resources.limits[memory]: "
                 "spec.containers[0].resources.limits[memory] must be a quantity, not the boolean "
                 "true\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_bytes(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SECRET "data: {a: aGk=, b: '', c: [104, 105], d: null}\n",
         .want = "4:27 apply/wrong-type data[c]: data[c] must be base64 for server-side apply, "
                 "which takes no list of bytes\n"},
        {.manifest = SECRET "data:\n  a: hunter2!\n",
         .want = "5:6 api/invalid-base64 data[a]: data[a] is not base64: byte 8 does not belong "
                 "there | put plain text under stringData, or encode it with base64\n"},
        {.manifest = SECRET "data:\n  a: aGk\n",
         .want = "5:6 api/invalid-base64 data[a]: data[a] is not base64: its length is no multiple "
                 "of four, '=' may be missing at the end | put plain text under stringData, or "
                 "encode it with base64\n"},
        {.manifest = CONFIG_MAP "binaryData:\n  a: 'b c'\n",
         .want = "6:6 api/invalid-base64 binaryData[a]: binaryData[a] is not base64: byte 2 does "
                 "not belong there | put plain text under data, or encode it with base64\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

/* The text of a secret never gets into a message. */
static void test_secrets(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SECRET "stringData:\n  pin: 4711\n  flag: on\n",
         .want = "5:8 api/wrong-type stringData[pin]: stringData[pin] must be a string, not a "
                 "number; put it in quotes\n"
                 "6:9 api/wrong-type stringData[flag]: stringData[flag] must be a string, not a "
                 "boolean; put it in quotes\n"},
        {.manifest = SECRET "stringData: hunter2\n",
         .want = "4:13 api/wrong-type stringData: stringData must be a map, not a string\n"},
        {.manifest = SECRET "data:\n  a: 4711\n",
         .want = "5:6 api/wrong-type data[a]: data[a] must be a base64 string, not a number\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_sops(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SECRET "data:\n"
                            "  a: ENC[AES256_GCM,data:Zm9v,iv:Zm9v,tag:Zm9v,type:str]\n"
                            "sops:\n"
                            "  age: [{recipient: a, enc: b}]\n"
                            "  lastmodified: '2026-01-01T00:00:00Z'\n"
                            "  version: 3.9.0\n"
                            "  mac: ENC[AES256_GCM,data:YmFy,iv:Zm9v,tag:Zm9v,type:str]\n",
         .want = "6:1 secret/sops sops: values are encrypted with SOPS and were not checked\n"},
        {.manifest = SECRET "sops: {a: b}\n",
         .want = "4:1 api/unknown-field sops: sops is not a field of Secret\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

static void test_times(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CONFIG_MAP "  creationTimestamp: null\n", .want = ""},
        {.manifest = CONFIG_MAP "  creationTimestamp: 2026-01-31T12:00:00Z\n", .want = ""},
        {.manifest = CONFIG_MAP "  creationTimestamp: 2026-01-31\n",
         .want =
             "5:22 api/invalid-time metadata.creationTimestamp: time \"2026-01-31\" must have a "
             "'T' and a time of day after the date, as in 2026-01-31T12:00:00Z\n"},
        {.manifest = CONFIG_MAP "  creationTimestamp: 5\n",
         .want = "5:22 api/wrong-type metadata.creationTimestamp: metadata.creationTimestamp must "
                 "be a string with a time, not the number 5\n"},
        {.manifest = "apiVersion: coordination.k8s.io/v1\n"
                     "kind: Lease\n"
                     "metadata: {name: x}\n"
                     "spec: {renewTime: '2026-01-31T12:00:00Z'}\n",
         .want = "4:19 api/invalid-time spec.renewTime: time \"2026-01-31T12:00:00Z\" must have "
                 "exactly six digits of a second, as in 2026-01-31T12:00:00.000000Z\n"},
    };
    check_cases(cases, ARRAY_LEN(cases));
}

int test_decode(void);
int test_decode(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),       cmocka_unit_test(test_integers),
        cmocka_unit_test(test_other_scalars), cmocka_unit_test(test_collections),
        cmocka_unit_test(test_quantities),    cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_secrets),       cmocka_unit_test(test_sops),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests_name("admit decode", tests, NULL, NULL);
}
