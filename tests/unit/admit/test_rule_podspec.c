/* SPDX-License-Identifier: Apache-2.0 */
/* What a PodSpec may say, but for where Pods go, security, containers and volumes. */
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
#define NAMED                                                                                      \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"
#define TEMPLATE                                                                                   \
    "apiVersion: apps/v1\n"                                                                        \
    "kind: Deployment\n"                                                                           \
    "metadata: {name: a}\n"                                                                        \
    "spec:\n"                                                                                      \
    "  selector: {matchLabels: {a: b}}\n"                                                          \
    "  template:\n"                                                                                \
    "    metadata: {labels: {a: b}}\n"                                                             \
    "    spec:\n"                                                                                  \
    "      containers: [{name: a, image: a}]\n"
#define TEMPLATE_OF                                                                                \
    "apiVersion: v1\n"                                                                             \
    "kind: PodTemplate\n"                                                                          \
    "metadata: {name: a}\n"                                                                        \
    "template:\n"

static void test_spec(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  restartPolicy: OnFailure\n"
                         "  dnsPolicy: Default\n"
                         "  hostname: a\n"
                         "  subdomain: b\n",
         .want = ""},
        {.manifest = POD "  restartPolicy: never\n",
         .want = "6:18 api/unsupported-value spec.restartPolicy: spec.restartPolicy: Unsupported "
                 "value: \"never\": supported values: \"Always\", \"OnFailure\", \"Never\"\n"},
        {.manifest = POD "  activeDeadlineSeconds: 0\n"
                         "  dnsPolicy: default\n",
         .want = "6:26 api/invalid-value spec.activeDeadlineSeconds: spec.activeDeadlineSeconds: "
                 "Invalid value: 0: must be between 1 and 2147483647, inclusive\n"
                 "7:14 api/unsupported-value spec.dnsPolicy: spec.dnsPolicy: Unsupported value: "
                 "\"default\": supported values: \"ClusterFirstWithHostNet\", \"ClusterFirst\", "
                 "\"Default\", \"None\"\n"},
        {.manifest = POD "  hostname: a.b\n"
                         "  subdomain: A\n",
         .want = "6:13 api/invalid-value spec.hostname: spec.hostname: Invalid value: \"a.b\": "
                 "must not contain dots\n"
                 "7:14 api/invalid-value spec.subdomain: spec.subdomain: Invalid value: \"A\": "
                 "must consist of lower-case letters, digits and '-', and start and end with a "
                 "letter or digit\n"},
        {.manifest = POD "  nodeName: a.b\n"
                         "  serviceAccount: a.b\n"
                         "  schedulerName: Any Thing\n",
         .want = ""},
        {.manifest = POD "  nodeName: a_b\n"
                         "  serviceAccount: A\n",
         .want = "6:13 api/invalid-value spec.nodeName: spec.nodeName: Invalid value: \"a_b\": "
                 "must consist of lower-case letters, digits, '-' and '.', and each part between "
                 "dots must start and end with a letter or digit\n"
                 "7:19 api/invalid-value spec.serviceAccountName: spec.serviceAccountName: Invalid "
                 "value: \"A\": must consist of lower-case letters, digits, '-' and '.', and each "
                 "part between dots must start and end with a letter or digit\n"},
        {.manifest = POD "  priorityClassName: system-node-critical\n"
                         "  priority: 2000001000\n",
         .want = ""},
        {.manifest = POD "  priorityClassName: A\n"
                         "  preemptionPolicy: \"\"\n"
                         "  runtimeClassName: \"\"\n",
         .want = "6:22 api/invalid-value spec.priorityClassName: spec.priorityClassName: Invalid "
                 "value: \"A\": must consist of lower-case letters, digits, '-' and '.', and each "
                 "part between dots must start and end with a letter or digit\n"
                 "7:21 api/required spec.preemptionPolicy: spec.preemptionPolicy: Required value\n"
                 "8:21 api/invalid-value spec.runtimeClassName: spec.runtimeClassName: Invalid "
                 "value: \"\": must consist of lower-case letters, digits, '-' and '.', and each "
                 "part between dots must start and end with a letter or digit\n"},
        {.manifest = POD "  priority: 5\n"
                         "  preemptionPolicy: Always\n",
         .want =
             "6:13 api/forbidden spec.priority: spec.priority: Forbidden: the integer value of "
             "priority (5) must not be provided in pod spec; priority admission controller "
             "computed 0 from the given PriorityClass name\n"
             "7:21 api/unsupported-value spec.preemptionPolicy: spec.preemptionPolicy: Unsupported "
             "value: \"Always\": supported values: \"PreemptLowerPriority\", \"Never\"\n"},
        {.manifest = POD "  overhead: {cpu: 1}\n",
         .want = "6:13 api/forbidden spec.overhead: spec.overhead: Forbidden: pod rejected: Pod "
                 "Overhead set without corresponding RuntimeClass defined Overhead\n"},
        {.manifest = POD "  nodeName: a\n"
                         "  schedulingGates: [{name: a/b}, {name: a/b}, {name: a b}]\n",
         .want = "6:13 api/forbidden spec.nodeName: spec.nodeName: Forbidden: cannot be set until "
                 "all schedulingGates have been cleared\n"
                 "7:34 apply/duplicate-entry spec.schedulingGates[1]: spec.schedulingGates has two "
                 "entries with name a/b: server-side apply refuses them\n"
                 "7:41 api/duplicate-value spec.schedulingGates[1]: spec.schedulingGates[1]: "
                 "Duplicate value: \"a/b\"\n"
                 "7:54 api/invalid-value spec.schedulingGates[2]: spec.schedulingGates[2]: Invalid "
                 "value: \"a b\": must consist of letters, digits, '-', '_' and '.', and start and "
                 "end with a letter or digit\n"},
        {.manifest = POD "  readinessGates: [{conditionType: a/b}, {conditionType: \"\"}]\n",
         .want = "6:58 api/invalid-value spec.readinessGates[1].conditionType: "
                 "spec.readinessGates[1].conditionType: Invalid value: \"\": must not be empty\n"},
        {.manifest = POD "  ephemeralContainers: [{name: e, image: e}]\n",
         .want = "6:24 api/forbidden spec.ephemeralContainers: spec.ephemeralContainers: "
                 "Forbidden: cannot be set on create\n"},
        {.manifest = TEMPLATE "      ephemeralContainers: [{name: e, image: e}]\n",
         .want = "10:28 api/forbidden spec.template.spec.ephemeralContainers: "
                 "spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not "
                 "allowed in pod template\n"},
        {.manifest = POD "  hostnameOverride: a.b\n", .want = ""},
        {.manifest = POD "  hostnameOverride: \"\"\n"
                         "  setHostnameAsFQDN: true\n"
                         "  hostNetwork: true\n",
         .want = "6:21 api/forbidden spec.hostnameOverride: spec.hostnameOverride: Forbidden: may "
                 "not be specified when hostNetwork is true\n"
                 "6:21 api/forbidden spec.hostnameOverride: spec.hostnameOverride: Forbidden: may "
                 "not be specified when setHostnameAsFQDN is true\n"
                 "6:21 api/invalid-value spec.hostnameOverride: spec.hostnameOverride: Invalid "
                 "value: \"\": must consist of lower-case letters, digits, '-' and '.', and each "
                 "part between dots must start and end with a letter or digit\n"},
        {.manifest = POD "  hostnameOverride: \"\"\n", .want = "", .minor = 34},
        {.manifest = POD "  resourceClaims: [{name: a, resourceClaimName: b}, {name: c, "
                         "resourceClaimTemplateName: d}]\n",
         .want = ""},
        {.manifest = POD "  resourceClaims: [{name: a}, {name: b, resourceClaimName: b, "
                         "resourceClaimTemplateName: b}, {name: B, resourceClaimName: \"\"}]\n",
         .want = "6:20 api/invalid-value spec.resourceClaims[0]: spec.resourceClaims[0]: Invalid "
                 "value: {\"name\":\"a\"}: must specify one of: `resourceClaimName`, "
                 "`resourceClaimTemplateName`\n"
                 "6:31 api/invalid-value spec.resourceClaims[1]: spec.resourceClaims[1]: Invalid "
                 "value: \"\": at most one of `resourceClaimName` or `resourceClaimTemplateName` "
                 "may be specified\n"
                 "6:101 api/invalid-value spec.resourceClaims[2].name: "
                 "spec.resourceClaims[2].name: Invalid value: \"B\": must consist of lower-case "
                 "letters, digits and '-', and start and end with a letter or digit\n"
                 "6:123 api/invalid-value spec.resourceClaims[2].resourceClaimName: "
                 "spec.resourceClaims[2].resourceClaimName: Invalid value: \"\": must consist of "
                 "lower-case letters, digits, '-' and '.', and each part between dots must start "
                 "and end with a letter or digit\n"},
        {.manifest = POD "  resourceClaims: [{name: a}]\n", .want = "", .minor = 33},
        {.manifest = BARE "  containers: []\n",
         .want = "5:15 api/required spec.containers: spec.containers: Required value\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_host(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  hostPID: true\n"
                         "  hostIPC: true\n"
                         "  hostUsers: true\n",
         .want = ""},
        {.manifest = POD "  hostPID: true\n"
                         "  shareProcessNamespace: true\n",
         .want = "7:26 api/invalid-value spec.securityContext.shareProcessNamespace: "
                 "spec.securityContext.shareProcessNamespace: Invalid value: true: "
                 "ShareProcessNamespace and HostPID cannot both be enabled\n"},
        {.manifest = POD "  hostUsers: false\n"
                         "  hostPID: true\n"
                         "  hostNetwork: true\n",
         .want =
             "7:12 api/forbidden spec.HostPID: spec.HostPID: Forbidden: when `hostUsers` is false\n"
             "8:16 api/forbidden spec.hostNetwork: spec.hostNetwork: Forbidden: when `hostUsers` "
             "is false\n"},
        {.manifest = POD "  hostUsers: false\n"
                         "  hostIPC: true\n",
         .want = "7:12 api/forbidden spec.HostIPC: spec.HostIPC: Forbidden: when "
                 "`pod.Spec.HostUsers` is false\n",
         .minor = 33},
        {.manifest = BARE "  hostNetwork: true\n"
                          "  securityContext: {windowsOptions: {hostProcess: true}}\n"
                          "  containers: [{name: a, image: a}]\n",
         .want = ""},
        {.manifest = BARE
         "  securityContext: {windowsOptions: {hostProcess: true}}\n"
         "  containers:\n"
         "  - {name: a, image: a}\n"
         "  - {name: b, image: b, securityContext: {windowsOptions: {hostProcess: false}}}\n",
         .want =
             "4:1 api/invalid-value spec.hostNetwork: spec.hostNetwork: Invalid value: false: "
             "hostNetwork must be true if pod contains any hostProcess containers\n"
             "5:3 api/invalid-value spec: spec: Invalid value: \"\": If pod contains any "
             "hostProcess containers then all containers must be HostProcess containers\n"
             "8:73 api/invalid-value "
             "spec.containers[1].securityContext.windowsOptions.hostProcess: "
             "spec.containers[1].securityContext.windowsOptions.hostProcess: Invalid value: false: "
             "pod hostProcess value must be identical if both are specified, was true\n"},
        {.manifest = POD "  os: {name: bsd}\n",
         .want = "6:14 api/unsupported-value spec.os: spec.os: Unsupported value: \"bsd\": "
                 "supported values: \"linux\", \"windows\"\n"},
        {.manifest = POD "  os: {}\n",
         .want = "6:3 api/required spec.os.name: spec.os.name: Required value\n"},
        {.manifest = POD "  os: {name: linux}\n"
                         "  securityContext: {windowsOptions: {}}\n",
         .want = "7:37 api/forbidden spec.securityContext.windowsOptions: "
                 "spec.securityContext.windowsOptions: Forbidden: windows options cannot be set "
                 "for a linux pod\n"},
        {.manifest =
             BARE "  os: {name: windows}\n"
                  "  hostUsers: false\n"
                  "  securityContext: {fsGroup: 0, sysctls: []}\n"
                  "  containers: [{name: a, image: a, securityContext: {privileged: false}}]\n",
         .want = "6:14 api/forbidden spec.hostUsers: spec.hostUsers: Forbidden: cannot be set for "
                 "a windows pod\n"
                 "7:30 api/forbidden spec.securityContext.fsGroup: spec.securityContext.fsGroup: "
                 "Forbidden: cannot be set for a windows pod\n"
                 "8:66 api/forbidden spec.containers[0].securityContext.privileged: "
                 "spec.containers[0].securityContext.privileged: Forbidden: cannot be set for a "
                 "windows pod\n"},
        {.manifest = BARE "  os: {name: windows}\n"
                          "  securityContext: {windowsOptions: {runAsUserName: a}}\n"
                          "  containers: [{name: a, image: a}]\n",
         .want = ""},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_dns(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POD "  dnsPolicy: None\n"
                         "  dnsConfig: {nameservers: [10.0.0.1], searches: [., _a.b_c, d.], "
                         "options: [{name: ndots}]}\n",
         .want = ""},
        {.manifest = POD "  dnsPolicy: None\n",
         .want = "4:1 api/required spec.dnsConfig: spec.dnsConfig: Required value: must provide "
                 "`dnsConfig` when `dnsPolicy` is None\n"},
        {.manifest = POD "  dnsPolicy: None\n"
                         "  dnsConfig: {searches: [a_, __a, A], options: [{value: a}]}\n",
         .want =
             "7:3 api/required spec.dnsConfig.nameservers: spec.dnsConfig.nameservers: Required "
             "value: must provide at least one DNS nameserver when `dnsPolicy` is None\n"
             "7:26 api/invalid-value spec.dnsConfig.searches[0]: spec.dnsConfig.searches[0]: "
             "Invalid value: \"a_\": a lowercase RFC 1123 subdomain must consist of lower case "
             "alphanumeric characters, '_', '-' or '.', and must start and end with an "
             "alphanumeric character\n"
             "7:30 api/invalid-value spec.dnsConfig.searches[1]: spec.dnsConfig.searches[1]: "
             "Invalid value: \"__a\": a lowercase RFC 1123 subdomain must consist of lower case "
             "alphanumeric characters, '_', '-' or '.', and must start and end with an "
             "alphanumeric character\n"
             "7:35 api/invalid-value spec.dnsConfig.searches[2]: spec.dnsConfig.searches[2]: "
             "Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case "
             "alphanumeric characters, '_', '-' or '.', and must start and end with an "
             "alphanumeric character\n"
             "7:49 api/required spec.dnsConfig.options[0]: spec.dnsConfig.options[0]: Required "
             "value: must not be empty\n"},
        {.manifest = POD "  dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1]}\n",
         .want = "6:28 api/invalid-value spec.dnsConfig.nameservers: spec.dnsConfig.nameservers: "
                 "Invalid value: [\"1.1.1.1\",\"1.1.1.2\",\"1.1.1.3\",\"1.1.1\"]: must not have "
                 "more than 3 nameservers\n"
                 "6:56 api/invalid-value spec.dnsConfig.nameservers[3]: "
                 "spec.dnsConfig.nameservers[3]: Invalid value: \"1.1.1\": must be a valid IP "
                 "address, (e.g. 10.9.8.7 or 2001:db8::ffff)\n"},
        {.manifest = POD "  hostAliases: [{ip: 10.0.0.1, hostnames: [a.b]}]\n", .want = ""},
        {.manifest = POD "  hostAliases: [{ip: a, hostnames: [a_b]}]\n",
         .want = "6:22 api/invalid-value spec.hostAliases[0].ip: spec.hostAliases[0].ip: Invalid "
                 "value: \"a\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)\n"
                 "6:37 api/invalid-value spec.hostAliases[0].hostnames[0]: "
                 "spec.hostAliases[0].hostnames[0]: Invalid value: \"a_b\": must consist of "
                 "lower-case letters, digits, '-' and '.', and each part between dots must start "
                 "and end with a letter or digit\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_annotations(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = NAMED "metadata:\n"
                           "  name: a\n"
                           "  annotations:\n"
                           "    controller.kubernetes.io/pod-deletion-cost: \"-5\"\n"
                           "    container.apparmor.security.beta.kubernetes.io/a: localhost/b\n"
                           "spec:\n"
                           "  containers: [{name: a, image: a}]\n",
         .want = "7:55 server/warning "
                 "metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]: "
                 "metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]: "
                 "deprecated since v1.30; use the \"appArmorProfile\" field instead\n"},
        {.manifest = NAMED "metadata:\n"
                           "  name: a\n"
                           "  annotations:\n"
                           "    controller.kubernetes.io/pod-deletion-cost: \"+5\"\n"
                           "    kubernetes.io/config.mirror: a\n"
                           "spec:\n"
                           "  containers: [{name: a, image: a}]\n",
         .want = "6:49 api/invalid-value "
                 "metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: "
                 "metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "
                 "\"+5\": must be a 32bit integer\n"
                 "7:34 api/invalid-value metadata.annotations[kubernetes.io/config.mirror]: "
                 "metadata.annotations[kubernetes.io/config.mirror]: Invalid value: \"a\": must "
                 "set spec.nodeName if mirror pod annotation is set\n"},
        {.manifest = NAMED "metadata:\n"
                           "  name: a\n"
                           "  annotations:\n"
                           "    container.apparmor.security.beta.kubernetes.io/b: c\n"
                           "    seccomp.security.alpha.kubernetes.io/pod: d\n"
                           "spec:\n"
                           "  containers: [{name: a, image: a}]\n",
         .want =
             "6:55 api/invalid-value "
             "metadata.annotations[container.apparmor.security.beta.kubernetes.io/b]: "
             "metadata.annotations[container.apparmor.security.beta.kubernetes.io/b]: Invalid "
             "value: \"b\": container not found\n"
             "6:55 api/invalid-value "
             "metadata.annotations[container.apparmor.security.beta.kubernetes.io/b]: "
             "metadata.annotations[container.apparmor.security.beta.kubernetes.io/b]: Invalid "
             "value: \"c\": invalid AppArmor profile name: \"c\"\n"
             "7:47 api/invalid-value "
             "metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: "
             "metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "
             "\"d\": must be a valid seccomp profile\n"
             "7:47 server/warning metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: "
             "metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in "
             "v1.27+; use the \"seccompProfile\" field instead\n"},
        {.manifest = NAMED "metadata:\n"
                           "  name: a\n"
                           "  annotations:\n"
                           "    scheduler.alpha.kubernetes.io/tolerations: \"[{}]\"\n"
                           "spec:\n"
                           "  containers: [{name: a, image: a}]\n",
         .want = "6:48 api/invalid-value "
                 "metadata.annotations.scheduler.alpha.kubernetes.io/tolerations[0].operator: "
                 "metadata.annotations.scheduler.alpha.kubernetes.io/tolerations[0].operator: "
                 "Invalid value: \"\": operator must be Exists when `key` is empty, which means "
                 "\"match all values and all keys\"\n"},
        {.manifest = NAMED "metadata:\n"
                           "  name: a\n"
                           "  annotations:\n"
                           "    scheduler.alpha.kubernetes.io/tolerations: \"{}\"\n"
                           "spec:\n"
                           "  containers: [{name: a, image: a}]\n",
         .want =
             "6:48 api/invalid-value metadata.annotations: metadata.annotations: Invalid value: "
             "\"scheduler.alpha.kubernetes.io/tolerations\": must be a JSON list of tolerations\n"},
        {.manifest = NAMED "metadata:\n"
                           "  name: a\n"
                           "  annotations:\n"
                           "    scheduler.alpha.kubernetes.io/tolerations: a\n"
                           "spec:\n"
                           "  containers: [{name: a, image: a}]\n",
         .want = "6:48 api/invalid-value metadata.annotations: metadata.annotations: Invalid "
                 "value: \"scheduler.alpha.kubernetes.io/tolerations\": must be JSON\n"},
        {.manifest =
             TEMPLATE_OF "  metadata:\n"
                         "    annotations:\n"
                         "      container.seccomp.security.alpha.kubernetes.io/a: localhost/../b\n"
                         "  spec: {containers: [{name: a, image: a}]}\n",
         .want = "7:57 api/invalid-value "
                 "template.annotations.container.seccomp.security.alpha.kubernetes.io/a: "
                 "template.annotations.container.seccomp.security.alpha.kubernetes.io/a: Invalid "
                 "value: \"localhost/../b\": must not contain '..'\n"
                 "7:57 server/warning "
                 "template.metadata.annotations[container.seccomp.security.alpha.kubernetes.io/a]: "
                 "template.metadata.annotations[container.seccomp.security.alpha.kubernetes.io/a]: "
                 "non-functional in v1.27+; use the \"seccompProfile\" field instead\n"},
        {.manifest = NAMED "metadata:\n"
                           "  name: a\n"
                           "  annotations:\n"
                           "    seccomp.security.alpha.kubernetes.io/pod: docker/default\n"
                           "spec:\n"
                           "  securityContext: {seccompProfile: {type: RuntimeDefault}}\n"
                           "  containers: [{name: a, image: a}]\n",
         .want = ""},
        {.manifest = NAMED "metadata:\n"
                           "  name: a\n"
                           "  annotations:\n"
                           "    container.seccomp.security.alpha.kubernetes.io/a: unconfined\n"
                           "    container.apparmor.security.beta.kubernetes.io/a: localhost/b\n"
                           "spec:\n"
                           "  containers:\n"
                           "  - name: a\n"
                           "    image: a\n"
                           "    securityContext:\n"
                           "      seccompProfile: {type: RuntimeDefault}\n"
                           "      appArmorProfile: {type: Localhost, localhostProfile: c}\n",
         .want = "13:30 api/forbidden spec.containers[0].securityContext.seccompProfile.type: "
                 "spec.containers[0].securityContext.seccompProfile.type: Forbidden: seccomp type "
                 "in annotation and field must match\n"
                 "14:60 api/forbidden "
                 "spec.containers[0].securityContext.appArmorProfile.localhostProfile: "
                 "spec.containers[0].securityContext.appArmorProfile.localhostProfile: Forbidden: "
                 "apparmor profile in annotation and field must match\n"},
        {.manifest = NAMED "metadata:\n"
                           "  name: a\n"
                           "  annotations:\n"
                           "    container.apparmor.security.beta.kubernetes.io/a: runtime/default\n"
                           "spec:\n"
                           "  securityContext: {appArmorProfile: {type: Unconfined}}\n"
                           "  containers: [{name: a, image: a}]\n",
         .want = "6:55 server/warning "
                 "metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]: "
                 "metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]: "
                 "deprecated since v1.30; use the \"appArmorProfile\" field instead\n"},
        {.manifest = TEMPLATE_OF "  metadata: {labels: {a b: c, d: e f}, annotations: {g h: i}}\n"
                                 "  spec: {containers: [{name: a, image: a}]}\n",
         .want =
             "5:23 api/invalid-label template.labels: key \"a b\" of template.labels must consist "
             "of letters, digits, '-', '_' and '.', and start and end with a letter or digit\n"
             "5:34 api/invalid-label template.labels: value \"e f\" of template.labels[d] must be "
             "empty, or consist of letters, digits, '-', '_' and '.', and start and end with a "
             "letter or digit\n"
             "5:54 api/invalid-annotation template.annotations: key \"g h\" of "
             "template.annotations must consist of letters, digits, '-', '_' and '.', and start "
             "and end with a letter or digit\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

int test_rule_podspec(void);
int test_rule_podspec(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spec),
        cmocka_unit_test(test_host),
        cmocka_unit_test(test_dns),
        cmocka_unit_test(test_annotations),
    };
    return cmocka_run_group_tests_name("admit rules of Pods", tests, NULL, NULL);
}
