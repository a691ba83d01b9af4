/* SPDX-License-Identifier: Apache-2.0 */
/* Security contexts of Pods and containers. */
#include "admit_case.h"

#define POD                                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  containers: [{name: a, image: a}]\n"
#define BARE                                                                                       \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"

static void test_pod(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest =
             POD "  securityContext: {runAsUser: 0, fsGroup: 1, supplementalGroups: [0, "
                 "2147483647], fsGroupChangePolicy: Always, seLinuxChangePolicy: Recursive}\n",
         .want = ""},
        {.manifest = POD
         "  securityContext: {runAsUser: -1, fsGroup: 2147483648, supplementalGroups: [0, -1]}\n",
         .want =
             "6:32 api/invalid-value spec.securityContext.runAsUser: "
             "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, "
             "inclusive\n"
             "6:45 api/invalid-value spec.securityContext.fsGroup: spec.securityContext.fsGroup: "
             "Invalid value: 2147483648: must be between 0 and 2147483647, inclusive\n"
             "6:81 api/invalid-value spec.securityContext.supplementalGroups[1]: "
             "spec.securityContext.supplementalGroups[1]: Invalid value: -1: must be between 0 and "
             "2147483647, inclusive\n"},
        {.manifest = POD "  securityContext: {fsGroupChangePolicy: \"\", supplementalGroupsPolicy: "
                         "Loose, seLinuxChangePolicy: MountOption}\n",
         .want = "6:42 api/unsupported-value spec.securityContext.fsGroupChangePolicy: "
                 "spec.securityContext.fsGroupChangePolicy: Unsupported value: \"\": supported "
                 "values: \"Always\", \"OnRootMismatch\"\n"
                 "6:72 api/unsupported-value spec.securityContext.supplementalGroupsPolicy: "
                 "spec.securityContext.supplementalGroupsPolicy: Unsupported value: \"Loose\": "
                 "supported values: \"Merge\", \"Strict\"\n"
                 "6:100 api/unsupported-value spec.securityContext.seLinuxChangePolicy: "
                 "spec.securityContext.seLinuxChangePolicy: Unsupported value: \"MountOption\": "
                 "supported values: \"Recursive\"\n"},
        {.manifest = POD "  securityContext: {seccompProfile: {type: Localhost, localhostProfile: "
                         "a/b}, appArmorProfile: {type: RuntimeDefault}}\n",
         .want = ""},
        {.manifest = POD "  securityContext: {seccompProfile: {type: Localhost}, appArmorProfile: "
                         "{type: Localhost}}\n",
         .want = "6:21 api/required spec.securityContext.seccompProfile.localhostProfile: "
                 "spec.securityContext.seccompProfile.localhostProfile: Required value: must be "
                 "set when seccomp type is Localhost\n"
                 "6:56 api/required spec.securityContext.appArmorProfile.localhostProfile: "
                 "spec.securityContext.appArmorProfile.localhostProfile: Required value: must be "
                 "set when AppArmor type is Localhost\n"},
        {.manifest = POD "  securityContext: {seccompProfile: {type: Localhost, localhostProfile: "
                         "/../a}, appArmorProfile: {type: Localhost, localhostProfile: \" a\"}}\n",
         .want = "6:73 api/invalid-value spec.securityContext.seccompProfile.localhostProfile: "
                 "spec.securityContext.seccompProfile.localhostProfile: Invalid value: \"/../a\": "
                 "must be a relative path\n"
                 "6:73 api/invalid-value spec.securityContext.seccompProfile.localhostProfile: "
                 "spec.securityContext.seccompProfile.localhostProfile: Invalid value: \"/../a\": "
                 "must not contain '..'\n"
                 "6:134 api/invalid-value spec.securityContext.appArmorProfile.localhostProfile: "
                 "spec.securityContext.appArmorProfile.localhostProfile: Invalid value: \" a\": "
                 "must not be padded with whitespace\n"},
        {.manifest = POD "  securityContext: {seccompProfile: {type: Unconfined, localhostProfile: "
                         "\"\"}, appArmorProfile: {type: Unconfined, localhostProfile: \"\"}}\n",
         .want = "6:74 api/invalid-value spec.securityContext.seccompProfile.localhostProfile: "
                 "spec.securityContext.seccompProfile.localhostProfile: Invalid value: \"\": can "
                 "only be set when seccomp type is Localhost\n"
                 "6:133 api/invalid-value spec.securityContext.appArmorProfile.localhostProfile: "
                 "spec.securityContext.appArmorProfile.localhostProfile: Invalid value: \"\": can "
                 "only be set when AppArmor type is Localhost\n"},
        {.manifest =
             POD "  securityContext: {seccompProfile: {}, appArmorProfile: {type: Other}}\n",
         .want = "6:21 api/required spec.securityContext.seccompProfile.type: "
                 "spec.securityContext.seccompProfile.type: Required value: type is required when "
                 "seccompProfile is set\n"
                 "6:65 api/unsupported-value spec.securityContext.appArmorProfile.type: "
                 "spec.securityContext.appArmorProfile.type: Unsupported value: \"Other\": "
                 "supported values: \"Localhost\", \"RuntimeDefault\", \"Unconfined\"\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_container(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = BARE "  hostUsers: false\n"
                          "  containers: [{name: a, image: a, securityContext: {runAsGroup: 1, "
                          "procMount: Unmasked, allowPrivilegeEscalation: false}}]\n",
         .want = ""},
        {.manifest = BARE "  containers: [{name: a, image: a, securityContext: {runAsGroup: -1, "
                          "procMount: Unmasked}}]\n",
         .want = "5:66 api/invalid-value spec.containers[0].securityContext.runAsGroup: "
                 "spec.containers[0].securityContext.runAsGroup: Invalid value: -1: must be "
                 "between 0 and 2147483647, inclusive\n"
                 "5:81 api/invalid-value spec.containers[0].securityContext.procMount: "
                 "spec.containers[0].securityContext.procMount: Invalid value: \"Unmasked\": "
                 "`hostUsers` must be false to use `Unmasked`\n"},
        {.manifest = BARE "  containers: [{name: a, image: a, securityContext: {procMount: \"\", "
                          "allowPrivilegeEscalation: false, privileged: true}}]\n",
         .want = "5:53 api/invalid-value spec.containers[0].securityContext: "
                 "spec.containers[0].securityContext: Invalid value: "
                 "{\"procMount\":\"\",\"allowPrivilegeEscalation\":false,\"privileged\":true}: "
                 "cannot set `allowPrivilegeEscalation` to false and `privileged` to true\n"
                 "5:65 api/unsupported-value spec.containers[0].securityContext.procMount: "
                 "spec.containers[0].securityContext.procMount: Unsupported value: \"\": supported "
                 "values: \"Default\", \"Unmasked\"\n"},
        {.manifest =
             BARE "  containers: [{name: a, image: a, securityContext: {allowPrivilegeEscalation: "
                  "false, capabilities: {add: [CAP_SYS_ADMIN]}}}]\n",
         .want = "5:53 api/invalid-value spec.containers[0].securityContext: "
                 "spec.containers[0].securityContext: Invalid value: "
                 "{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"add\":[\"CAP_SYS_ADMIN\"]"
                 "}}: cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` "
                 "CAP_SYS_ADMIN\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_sysctls(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: "
                         "\"1\"}, {name: net/ipv4/a.b, value: \"1\"}]}\n",
         .want = ""},
        {.manifest = POD "  securityContext: {sysctls: [{name: \"\", value: a}, {name: a., value: "
                         "b}, {name: a.b, value: c}, {name: a.b, value: d}]}\n",
         .want = "6:38 api/required spec.securityContext.sysctls[0].name: "
                 "spec.securityContext.sysctls[0].name: Required value\n"
                 "6:60 api/invalid-value spec.securityContext.sysctls[1].name: "
                 "spec.securityContext.sysctls[1].name: Invalid value: \"a.\": must have at most "
                 "253 characters and match regex "
                 "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$\n"
                 "6:105 api/duplicate-value spec.securityContext.sysctls[3].name: "
                 "spec.securityContext.sysctls[3].name: Duplicate value: \"a.b\"\n"},
        {.manifest = POD "  hostNetwork: true\n"
                         "  hostIPC: true\n"
                         "  securityContext: {sysctls: [{name: net/ipv4/a, value: a}, {name: "
                         "fs.mqueue.a, value: b}]}\n",
         .want = "8:38 api/invalid-value spec.securityContext.sysctls[0].name: "
                 "spec.securityContext.sysctls[0].name: Invalid value: \"net/ipv4/a\": may not be "
                 "specified when 'hostNetwork' is true\n"
                 "8:68 api/invalid-value spec.securityContext.sysctls[1].name: "
                 "spec.securityContext.sysctls[1].name: Invalid value: \"fs.mqueue.a\": may not be "
                 "specified when 'hostIPC' is true\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_windows(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  securityContext: {windowsOptions: {gmsaCredentialSpecName: a.b, "
                         "gmsaCredentialSpec: x, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}\n",
         .want = ""},
        {.manifest = POD "  securityContext: {windowsOptions: {gmsaCredentialSpecName: \"\", "
                         "gmsaCredentialSpec: \"\", runAsUserName: \"\"}}\n",
         .want =
             "6:62 api/invalid-value spec.securityContext.windowsOptions.gmsaCredentialSpecName: "
             "spec.securityContext.windowsOptions.gmsaCredentialSpecName: Invalid value: \"\": "
             "must consist of lower-case letters, digits, '-' and '.', and each part between dots "
             "must start and end with a letter or digit\n"
             "6:86 api/invalid-value spec.securityContext.windowsOptions.gmsaCredentialSpec: "
             "spec.securityContext.windowsOptions.gmsaCredentialSpec: Invalid value: \"\": "
             "gmsaCredentialSpec cannot be an empty string\n"
             "6:105 api/invalid-value spec.securityContext.windowsOptions.runAsUserName: "
             "spec.securityContext.windowsOptions.runAsUserName: Invalid value: \"\": "
             "runAsUserName cannot be an empty string\n"},
        {.manifest = POD "  securityContext: {windowsOptions: {runAsUserName: 'a\\b\\c'}}\n",
         .want =
             "6:53 api/invalid-value spec.securityContext.windowsOptions.runAsUserName: "
             "spec.securityContext.windowsOptions.runAsUserName: Invalid value: \"a\\\\b\\\\c\": "
             "runAsUserName cannot contain more than one backslash\n"},
        {.manifest = POD "  securityContext: {windowsOptions: {runAsUserName: 'a:b\\'}}\n",
         .want = "6:53 api/invalid-value spec.securityContext.windowsOptions.runAsUserName: "
                 "spec.securityContext.windowsOptions.runAsUserName: Invalid value: \"a:b\\\\\": "
                 "runAsUserName's Domain doesn't match the NetBios nor the DNS format\n"
                 "6:53 api/invalid-value spec.securityContext.windowsOptions.runAsUserName: "
                 "spec.securityContext.windowsOptions.runAsUserName: Invalid value: \"a:b\\\\\": "
                 "runAsUserName's User cannot be empty\n"},
        {.manifest = POD "  securityContext: {windowsOptions: {runAsUserName: \"a\\tb\"}}\n",
         .want = "6:53 api/invalid-value spec.securityContext.windowsOptions.runAsUserName: "
                 "spec.securityContext.windowsOptions.runAsUserName: Invalid value: \"a\\tb\": "
                 "runAsUserName cannot contain control characters\n"},
        {.manifest = POD "  securityContext: {windowsOptions: {runAsUserName: \"...\"}}\n",
         .want = "6:53 api/invalid-value spec.securityContext.windowsOptions.runAsUserName: "
                 "spec.securityContext.windowsOptions.runAsUserName: Invalid value: \"...\": "
                 "runAsUserName's User cannot contain only periods or spaces\n"},
        {.manifest = POD "  securityContext: {windowsOptions: {runAsUserName: \"a/b\"}}\n",
         .want =
             "6:53 api/invalid-value spec.securityContext.windowsOptions.runAsUserName: "
             "spec.securityContext.windowsOptions.runAsUserName: Invalid value: \"a/b\": "
             "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

int test_rule_podsecurity(void);
int test_rule_podsecurity(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pod),
        cmocka_unit_test(test_container),
        cmocka_unit_test(test_sysctls),
        cmocka_unit_test(test_windows),
    };
    return cmocka_run_group_tests_name("admit rules of security contexts", tests, NULL, NULL);
}
