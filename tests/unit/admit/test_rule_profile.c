/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that depend on how the API server was started; answers are those of servers with the flags.
 */
#include "admit_case.h"

#define SERVICE "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n"
#define POD     "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
#define DEPLOYMENT                                                                                 \
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n"                          \
    "  selector: {matchLabels: {a: b}}\n"                                                          \
    "  template:\n    metadata: {labels: {a: b}}\n    spec:\n"
#define HPA                                                                                        \
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec:\n"      \
    "  minReplicas: 0\n  maxReplicas: 3\n"                                                         \
    "  scaleTargetRef: {kind: Deployment, name: a, apiVersion: apps/v1}\n"                         \
    "  metrics: [{type: External, external: {metric: {name: q}, target: {type: AverageValue, "     \
    "averageValue: 1}}}]\n"
#define PORTS          "cluster: {service-node-port-range: 31000-31010}\n"
#define CIDR           "cluster: {service-cidrs: [10.5.0.0/24]}\n"
#define PLUGINS(names) "cluster: {admission-plugins: {" names "}}\n"
#define GATES(gates)   "cluster: {feature-gates: {" gates "}}\n"
#define NOT_IN_RANGE                                                                               \
    "provided port is not in the valid range. The range of valid ports is 31000-31010\n"
#define NO_IP(ip)                                                                                  \
    "Invalid value: [\"" ip "\"]: failed to allocate IP " ip ": the provided IP (" ip              \
    ") is not in the valid range. The range of valid IPs is 10.5.0.0/24\n"
#define ADDRESS(ip) SERVICE "  clusterIP: '" ip "'\n  ports: [{port: 80}]\n"
#define AT_IPS      "5:3 api/invalid-value spec.clusterIPs: spec.clusterIPs: "

static void test_node_ports(void **state)
{
    (void)state;
    static const char outside[] =
        SERVICE "  type: NodePort\n  ports: [{port: 80, nodePort: 30080}]\n";
    static const struct profile_case cases[] = {
        {.manifest = outside, .want = ""},
        {.manifest = outside,
         .cluster = PORTS,
         .want = "6:32 api/invalid-value spec.ports[0].nodePort: spec.ports[0].nodePort: Invalid "
                 "value: 30080: " NOT_IN_RANGE},
        {.manifest = SERVICE "  type: NodePort\n  ports: [{port: 80, nodePort: 31010}]\n",
         .cluster = PORTS,
         .want = ""},
        {.manifest = SERVICE "  type: LoadBalancer\n  externalTrafficPolicy: Local\n"
                             "  healthCheckNodePort: 30099\n  ports: [{port: 80}]\n",
         .cluster = PORTS,
         .want = "7:24 api/invalid-value spec.healthCheckNodePort: spec.healthCheckNodePort: "
                 "Invalid value: 30099: failed to allocate requested HealthCheck NodePort "
                 "30099: " NOT_IN_RANGE},
    };
    check_profiles(cases, ARRAY_LEN(cases));
    static const struct profile_case updates[] = {
        {.manifest = outside, .old = outside, .cluster = PORTS, .want = ""},
    };
    check_profiles(updates, ARRAY_LEN(updates));
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct profile_case cases[] = {
        {.manifest = ADDRESS("10.6.0.1"), .want = ""},
        {.manifest = ADDRESS("10.6.0.1"), .cluster = CIDR, .want = AT_IPS NO_IP("10.6.0.1")},
        {.manifest = ADDRESS("10.5.0.77"), .cluster = CIDR, .want = ""},
        {.manifest = ADDRESS("10.5.0.0"), .cluster = CIDR, .want = AT_IPS NO_IP("10.5.0.0")},
        {.manifest = ADDRESS("10.5.0.255"), .cluster = CIDR, .want = AT_IPS NO_IP("10.5.0.255")},
        {.manifest = ADDRESS("None"), .cluster = CIDR, .want = ""},
        {.manifest = ADDRESS("fd00::1"),
         .cluster = CIDR,
         .want = "5:14 api/invalid-value spec.clusterIPs[0]: spec.clusterIPs[0]: Invalid value: "
                 "[\"fd00::1\"]: IPv6 is not configured on this cluster\n"},
        {.manifest = ADDRESS("fd00::1"),
         .cluster = "cluster: {service-cidrs: [10.5.0.0/24, 'fd00::/112']}\n",
         .want = ""},
        {.manifest = SERVICE "  ipFamilyPolicy: RequireDualStack\n  ports: [{port: 80}]\n",
         .cluster = CIDR,
         .want = "5:19 api/invalid-value spec.ipFamilyPolicy: spec.ipFamilyPolicy: Invalid value: "
                 "\"RequireDualStack\": this cluster is not configured for dual-stack services\n"},
        {.manifest = SERVICE "  ipFamilies: [IPv6]\n  ports: [{port: 80}]\n",
         .cluster = CIDR,
         .want = "5:16 api/invalid-value spec.ipFamilies[0]: spec.ipFamilies[0]: Invalid value: "
                 "\"IPv6\": not configured on this cluster\n"},
    };
    check_profiles(cases, ARRAY_LEN(cases));
}

static void test_privileged(void **state)
{
    (void)state;
    static const char pod[] =
        POD "  containers: [{name: a, image: b, securityContext: {privileged: true}}]\n";
    static const struct profile_case cases[] = {
        {.manifest = pod, .want = ""},
        {.manifest = pod, .cluster = "cluster: {allow-privileged: true}\n", .want = ""},
        {.manifest = pod,
         .cluster = "cluster: {allow-privileged: false}\n",
         .want = "5:66 api/forbidden spec.containers[0].securityContext.privileged: "
                 "spec.containers[0].securityContext.privileged: Forbidden: disallowed by cluster "
                 "policy\n"},
    };
    check_profiles(cases, ARRAY_LEN(cases));
}

static void test_plugins(void **state)
{
    (void)state;
    static const char pull[] = POD "  containers: [{name: a, image: b, imagePullPolicy: Foo}]\n";
    static const char affinity[] =
        POD "  containers: [{name: a, image: b}]\n"
            "  affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
            "[{topologyKey: zone, labelSelector: {}}]}}\n";
    static const struct profile_case cases[] = {
        {.manifest = pull, .cluster = PLUGINS("enable: [AlwaysPullImages]"), .want = ""},
        {.manifest = DEPLOYMENT "      containers: [{name: a, image: b, imagePullPolicy: Foo}]\n",
         .cluster = PLUGINS("enable: [AlwaysPullImages]"),
         .want = "9:57 api/unsupported-value spec.template.spec.containers[0].imagePullPolicy: "
                 "spec.template.spec.containers[0].imagePullPolicy: Unsupported value: \"Foo\": "
                 "supported values: \"Always\", \"IfNotPresent\", \"Never\"\n"},
        {.manifest = affinity, .want = ""},
        {.manifest = affinity,
         .cluster = PLUGINS("enable: [LimitPodHardAntiAffinityTopology]"),
         .want = "6:95 api/forbidden spec.affinity.podAntiAffinity."
                 "requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: "
                 "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
                 "topologyKey: Forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has "
                 "TopologyKey zone but only key kubernetes.io/hostname is allowed\n"},
        {.manifest = SERVICE "  externalIPs: [1.2.3.4]\n  ports: [{port: 80}]\n",
         .cluster = PLUGINS("enable: [DenyServiceExternalIPs]"),
         .want =
             "5:16 api/forbidden spec.externalIPs: spec.externalIPs: Forbidden: Use of external "
             "IPs is denied by admission control\n"
             "5:16 server/warning spec.externalIPs: spec.externalIPs is deprecated and may no "
             "longer be implemented in some clusters\n"},
        {.manifest = POD "  priority: 7\n  containers: [{name: a, image: b}]\n",
         .cluster = PLUGINS("disable: [Priority]"),
         .want = ""},
        {.manifest = POD "  overhead: {cpu: 1}\n  containers: [{name: a, image: b}]\n",
         .cluster = PLUGINS("disable: [RuntimeClass]"),
         .want = ""},
    };
    check_profiles(cases, ARRAY_LEN(cases));
}

/* Gates change functions (v_gate) and rows (gate=), but not where they are locked or unknown. */
static void test_gates(void **state)
{
    (void)state;
    static const char no_zero[] =
        "5:16 api/invalid-value spec.minReplicas: spec.minReplicas: Invalid value: 0: must be "
        "greater than or equal to 1\n";
    static const struct profile_case cases[] = {
        {.manifest = HPA, .minor = 35, .want = no_zero},
        {.manifest = HPA, .minor = 35, .cluster = GATES("HPAScaleToZero: true"), .want = ""},
        {.manifest = SERVICE "  trafficDistribution: PreferSameNode\n  ports: [{port: 80}]\n",
         .minor = 33,
         .cluster = GATES("PreferSameTrafficDistribution: true"),
         .want = ""},
        {.manifest = SERVICE "  trafficDistribution: PreferSameNode\n  ports: [{port: 80}]\n",
         .minor = 34,
         .cluster = GATES("PreferSameTrafficDistribution: false"),
         .want = "5:24 api/unsupported-value spec.trafficDistribution: spec.trafficDistribution: "
                 "Unsupported value: \"PreferSameNode\": supported values: \"PreferClose\"\n"},
        {.manifest = SERVICE "  trafficDistribution: PreferSameNode\n  ports: [{port: 80}]\n",
         .minor = 36, /* locked there */
         .cluster = GATES("PreferSameTrafficDistribution: false"),
         .want = ""},
    };
    check_profiles(cases, ARRAY_LEN(cases));
}

int test_rule_profile(void);
int test_rule_profile(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_node_ports), cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_privileged), cmocka_unit_test(test_plugins),
        cmocka_unit_test(test_gates),
    };
    return cmocka_run_group_tests_name("admit rules of a cluster's profile", tests, NULL, NULL);
}
