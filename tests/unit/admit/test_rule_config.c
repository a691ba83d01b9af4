/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of ConfigMaps and Secrets. */
#include "admit_case.h"

#define SECRET                                                                                     \
    "apiVersion: v1\n"                                                                             \
    "kind: Secret\n"                                                                               \
    "metadata: {name: a}\n"
#define CONFIG                                                                                     \
    "apiVersion: v1\n"                                                                             \
    "kind: ConfigMap\n"                                                                            \
    "metadata: {name: a}\n"

static const struct admit_case config_map_cases[] = {
    {.manifest = CONFIG, .want = ""},
    {.manifest = CONFIG "data: {a: b, c.d: \"\", _: null}\n"
                        "binaryData: {e: aGk=}\n",
     .want = ""},
    {.manifest = CONFIG "data: {a b: c, \"\": d, \"..\": e}\n",
     .want = "4:8 api/invalid-value data[a b]: data[a b]: Invalid value: \"a b\": must consist of "
             "letters, digits, '-', '_' and '.'\n"
             "4:16 api/invalid-value data[]: data[]: Invalid value: \"\": must not be empty\n"
             "4:23 api/invalid-value data[..]: data[..]: Invalid value: \"..\": must not be '.' or "
             "start with '..'\n"},
    {.manifest = CONFIG "data: {a: b}\n"
                        "binaryData: {a: aGk=, \"c/d\": aGk=}\n",
     .want = "4:8 api/invalid-value data[a]: data[a]: Invalid value: \"a\": duplicate of key "
             "present in binaryData\n"
             "5:23 api/invalid-value binaryData[c/d]: binaryData[c/d]: Invalid value: \"c/d\": "
             "must consist of letters, digits, '-', '_' and '.'\n"},
};

static void test_config_map(void **state)
{
    (void)state;
    check_rules(config_map_cases, ARRAY_LEN(config_map_cases));
}

static const struct admit_case secret_cases[] = {
    {.manifest = SECRET "data: {a: aGk=, b: null}\n"
                        "stringData: {c: \"\"}\n",
     .want = ""},
    {.manifest = SECRET "data: {a b: aGk=}\n"
                        "stringData: {\"c/d\": e}\n",
     .want = "4:8 api/invalid-value data[a b]: data[a b]: Invalid value: \"a b\": must consist of "
             "letters, digits, '-', '_' and '.'\n"
             "5:14 api/invalid-value data[c/d]: data[c/d]: Invalid value: \"c/d\": must consist of "
             "letters, digits, '-', '_' and '.'\n"},
    {.manifest = SECRET "type: example.com/other\n", .want = ""},
    {.manifest = SECRET "type: kubernetes.io/tls\n"
                        "data: {tls.crt: \"\"}\n"
                        "stringData: {tls.key: a}\n",
     .want = "5:17 server/warning data[tls.crt]: tls: failed to find any PEM data in certificate "
             "input\n"},
    {.manifest = SECRET "type: kubernetes.io/tls\n"
                        "data: {tls.crt: \"\"}\n",
     .want = "5:1 api/required data[tls.key]: data[tls.key]: Required value\n"},
    {.manifest = SECRET "type: kubernetes.io/tls\n",
     .want = "2:7 api/required data[tls.crt]: data[tls.crt]: Required value\n"
             "2:7 api/required data[tls.key]: data[tls.key]: Required value\n"},
    {.manifest = SECRET "type: kubernetes.io/basic-auth\n"
                        "stringData: {password: a}\n",
     .want = ""},
    {.manifest = SECRET "type: kubernetes.io/basic-auth\n",
     .want = "2:7 api/required data[password]: data[password]: Required value\n"
             "2:7 api/required data[username]: data[username]: Required value\n"},
    {.manifest = SECRET "type: kubernetes.io/ssh-auth\n"
                        "stringData: {ssh-privatekey: a}\n",
     .want = ""},
    {.manifest = SECRET "type: kubernetes.io/ssh-auth\n"
                        "data: {ssh-privatekey: \"\"}\n",
     .want = "5:24 api/required data[ssh-privatekey]: data[ssh-privatekey]: Required value\n"},
    {.manifest = SECRET "type: kubernetes.io/dockercfg\n"
                        "stringData: {.dockercfg: \"{\\\"a\\\": 1, \\\"a\\\": 2}\"}\n",
     .want = ""},
    {.manifest = SECRET "type: kubernetes.io/dockercfg\n",
     .want = "2:7 api/required data[.dockercfg]: data[.dockercfg]: Required value\n"},
    {.manifest = SECRET "type: kubernetes.io/dockercfg\n"
                        "stringData: {.dockercfg: \"{a\"}\n",
     .want = "5:26 api/invalid-value data[.dockercfg]: data[.dockercfg]: Invalid value: \"<secret "
             "contents redacted>\": the value is no JSON\n"},
    {.manifest = SECRET "type: kubernetes.io/dockerconfigjson\n"
                        "data: {.dockerconfigjson: e30=}\n",
     .want = ""},
    {.manifest = SECRET "type: kubernetes.io/dockerconfigjson\n"
                        "data: {.dockerconfigjson: bnVsbA==}\n",
     .want = ""},
    {.manifest = SECRET "type: kubernetes.io/dockerconfigjson\n"
                        "data: {.dockerconfigjson: W10=}\n",
     .want = "5:27 api/invalid-value data[.dockerconfigjson]: data[.dockerconfigjson]: Invalid "
             "value: \"<secret contents redacted>\": the value is JSON, but not an object\n"},
    {.manifest = SECRET "type: kubernetes.io/dockerconfigjson\n"
                        "data: {.dockerconfigjson: \"\"}\n",
     .want = "5:27 api/invalid-value data[.dockerconfigjson]: data[.dockerconfigjson]: Invalid "
             "value: \"<secret contents redacted>\": unexpected end of JSON input\n"},
    {.manifest = SECRET "type: kubernetes.io/service-account-token\n",
     .want = "3:1 api/required metadata.annotations[kubernetes.io/service-account.name]: "
             "metadata.annotations[kubernetes.io/service-account.name]: Required value\n"},
    {.manifest = "apiVersion: v1\n"
                 "kind: Secret\n"
                 "metadata: {name: a, annotations: {kubernetes.io/service-account.name: a}}\n"
                 "type: kubernetes.io/service-account-token\n",
     .want = ""},
};

static void test_secret(void **state)
{
    (void)state;
    check_rules(secret_cases, ARRAY_LEN(secret_cases));
}

static const struct update_case kept_cases[] = {
    {.manifest = CONFIG "data: {a: c}\n",
     .old = CONFIG "data: {a: b}\n"
                   "immutable: false\n",
     .want = ""},
    {.manifest = CONFIG "data: {a: b}\n"
                        "immutable: true\n",
     .old = CONFIG "data: {a: b}\n"
                   "immutable: true\n",
     .want = ""},
    {.manifest = CONFIG "data: {a: c}\n"
                        "binaryData: {b: aGk=}\n",
     .old = CONFIG "data: {a: b}\n"
                   "immutable: true\n",
     .want = "2:7 api/forbidden immutable: immutable: Forbidden: field is immutable when "
             "`immutable` is set\n"
             "4:7 api/forbidden data: data: Forbidden: field is immutable when `immutable` is set\n"
             "5:13 api/forbidden binaryData: binaryData: Forbidden: field is immutable when "
             "`immutable` is set\n"},
    {.manifest = SECRET "type: Opaque\n"
                        "stringData: {a: hi}\n"
                        "immutable: true\n",
     .old = SECRET "data: {a: aGk=}\n"
                   "immutable: true\n",
     .want = ""},
    {.manifest = SECRET "stringData: {a: ho}\n"
                        "immutable: true\n",
     .old = SECRET "data: {a: aGk=}\n"
                   "immutable: true\n",
     .want =
         "2:7 api/forbidden data: data: Forbidden: field is immutable when `immutable` is set\n"},
    {.manifest = SECRET "data: {a: aGk=}\n",
     .old = SECRET "data: {a: aGk=, b: \"\"}\n"
                   "immutable: true\n",
     .want =
         "2:7 api/forbidden immutable: immutable: Forbidden: field is immutable when `immutable` "
         "is set\n"
         "4:7 api/forbidden data: data: Forbidden: field is immutable when `immutable` is set\n"},
    {.manifest = SECRET "type: a\n",
     .old = SECRET,
     .want = "4:7 api/immutable-field type: type: Invalid value: \"a\": field is immutable\n"},
};

static void test_kept(void **state)
{
    (void)state;
    check_updates(kept_cases, ARRAY_LEN(kept_cases));
}

int test_rule_config(void);
int test_rule_config(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_map),
        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_kept),
    };
    return cmocka_run_group_tests_name("admit rules of configuration", tests, NULL, NULL);
}
