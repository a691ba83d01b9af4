/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of Services: ports, addresses, traffic policies; updates, warnings, versions. */
#include "admit_case.h"

#define HEAD                "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n"
#define SERVICE             HEAD "  ports: [{port: 80}]\n"
#define AT(field, id, text) id " spec." field ": spec." field ": " text "\n"

static void test_ports(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SERVICE, .want = ""},
        {.manifest = HEAD "  clusterIP: None\n", .want = ""},
        {.manifest = HEAD "  type: NodePort\n",
         .want = AT("ports", "4:1 api/required", "Required value")},
        {.manifest = HEAD "  ports: [{port: 80, targetPort: web}, {port: 81, name: b}]\n",
         .want = AT("ports[0].name", "5:11 api/required", "Required value")},
        {.manifest = HEAD "  ports:\n  - {port: 80, name: a}\n  - {port: 81, name: a}\n",
         .want = AT("ports[1].name", "7:22 api/duplicate-value", "Duplicate value: \"a\"")},
        {.manifest =
             HEAD "  ports:\n  - {port: 80, name: a}\n  - {port: 80, name: b, protocol: UDP}\n",
         .want = ""},
        {.manifest = HEAD "  ports: [{port: 80, targetPort: 65536}]\n",
         .want = AT("ports[0].targetPort", "5:34 api/invalid-value",
                    "Invalid value: 65536: must be between 1 and 65535, inclusive")},
        {.manifest = HEAD "  ports: [{port: 80, appProtocol: a b}]\n",
         .want = AT("ports[0].appProtocol", "5:35 api/invalid-value",
                    "Invalid value: \"a b\": must consist of letters, digits, '-', '_' and '.', "
                    "and start and end with a letter or digit")},
        {.manifest = HEAD "  ports: [{port: 80, protocol: tcp}]\n",
         .want = AT("ports[0].protocol", "5:32 api/unsupported-value",
                    "Unsupported value: \"tcp\": supported values: \"SCTP\", \"TCP\", \"UDP\"")},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_node_ports(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = HEAD "  type: NodePort\n  ports: [{port: 80, nodePort: 30080}]\n", .want = ""},
        {.manifest = HEAD "  ports: [{port: 80, nodePort: 30080}]\n",
         .want = AT("ports[0].nodePort", "5:32 api/forbidden",
                    "Forbidden: may not be used when `type` is 'ClusterIP'")},
        {.manifest = HEAD "  type: NodePort\n  ports:\n"
                          "  - {port: 53, name: a, nodePort: 30053}\n"
                          "  - {port: 53, name: b, protocol: UDP, nodePort: 30053}\n",
         .want = ""},
        {.manifest = HEAD "  type: NodePort\n  ports:\n"
                          "  - {port: 53, name: a, nodePort: 30053}\n"
                          "  - {port: 54, name: b, protocol: UDP, nodePort: 30053}\n",
         .want = AT("ports[1].nodePort", "8:50 api/invalid-value",
                    "Invalid value: 30053: provided port is already allocated")},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SERVICE "  clusterIP: 10.0.0.5\n", .want = ""},
        {.manifest = SERVICE "  clusterIP: 10.0.0\n",
         .want = AT("clusterIPs[0]", "6:14 api/invalid-value",
                    "Invalid value: \"10.0.0\": must be a valid IP address, (e.g. 10.9.8.7 or "
                    "2001:db8::ffff)")},
        {.manifest = SERVICE "  clusterIP: 10.0.0.5\n  clusterIPs: [10.0.0.6]\n",
         .want = AT("clusterIPs", "7:15 api/invalid-value",
                    "Invalid value: [\"10.0.0.6\"]: first value must match `clusterIP`")},
        {.manifest = SERVICE "  type: NodePort\n  clusterIP: None\n",
         .want = AT("clusterIPs[0]", "7:14 api/invalid-value",
                    "Invalid value: \"None\": may not be set to 'None' for NodePort services")},
        {.manifest = SERVICE "  ipFamilies: [IPv4, IPv6]\n  ipFamilyPolicy: PreferDualStack\n",
         .want = ""},
        {.manifest = SERVICE "  ipFamilies: [IPv4, IPv6]\n",
         .want = AT("ipFamilyPolicy", "4:1 api/invalid-value",
                    "Invalid value: \"SingleStack\": must be 'RequireDualStack' or "
                    "'PreferDualStack' when multiple IP families are specified")},
        {.manifest = SERVICE "  clusterIP: None\n  ipFamilies: [IPv4, IPv6]\n", .want = ""},
        {.manifest = SERVICE "  ipFamilies: [IPv4, IPv4]\n",
         .want = AT("ipFamilies[1]", "6:22 api/duplicate-value", "Duplicate value: \"IPv4\"")},
        {.manifest = SERVICE "  clusterIP: 10.0.0.5\n  ipFamilies: [IPv6]\n",
         .want = AT("clusterIPs[0]", "6:14 api/invalid-value",
                    "Invalid value: \"10.0.0.5\": expected an IPv6 value as indicated by "
                    "`ipFamilies[0]`")},
        {.manifest = HEAD "  type: ExternalName\n  externalName: a.example.org.\n", .want = ""},
        {.manifest = HEAD "  type: ExternalName\n  externalName: a\n  clusterIP: None\n",
         .want = AT("clusterIPs", "7:3 api/forbidden",
                    "Forbidden: may not be set for ExternalName services")},
        {.manifest = HEAD "  type: ExternalName\n",
         .want = AT("externalName", "4:1 api/required", "Required value")},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_traffic(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SERVICE "  sessionAffinity: ClientIP\n", .want = ""},
        {.manifest = SERVICE "  sessionAffinity: ClientIP\n"
                             "  sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}\n",
         .want = AT("sessionAffinityConfig.clientIP.timeoutSeconds", "7:54 api/invalid-value",
                    "Invalid value: 0: must be greater than 0 and less than 86400")},
        {.manifest = SERVICE "  sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}\n",
         .want = ""},
        {.manifest = SERVICE "  externalTrafficPolicy: Local\n",
         .want = AT("externalTrafficPolicy", "6:26 api/invalid-value",
                    "Invalid value: \"Local\": may only be set for externally-accessible "
                    "services")},
        {.manifest = SERVICE "  type: LoadBalancer\n  healthCheckNodePort: 30100\n",
         .want = AT("healthCheckNodePort", "7:24 api/invalid-value",
                    "Invalid value: 30100: may only be set when `type` is 'LoadBalancer' and "
                    "`externalTrafficPolicy` is 'Local'")},
        {.manifest = SERVICE "  loadBalancerClass: a/b\n",
         .want = AT("loadBalancerClass", "6:22 api/forbidden",
                    "Forbidden: may only be used when `type` is 'LoadBalancer'")},
        {.manifest = SERVICE "  type: LoadBalancer\n  loadBalancerSourceRanges: [' 10.0.0.0/8 ']\n",
         .want = ""},
        {.manifest = SERVICE "  type: LoadBalancer\n  loadBalancerSourceRanges: [10.0.0.0]\n",
         .want = AT("LoadBalancerSourceRanges[0]", "7:30 api/invalid-value",
                    "Invalid value: \"10.0.0.0\": must be a valid CIDR value, (e.g. 10.9.8.0/24 "
                    "or 2001:db8::/64)")},
        {.manifest = SERVICE "  trafficDistribution: PreferSameNode\n", .want = ""},
        {.manifest = SERVICE "  trafficDistribution: PreferSameNode\n",
         .minor = 33,
         .want = AT("trafficDistribution", "6:24 api/unsupported-value",
                    "Unsupported value: \"PreferSameNode\": supported values: \"PreferClose\"")},
        {.manifest = SERVICE "  selector: {a: b c}\n",
         .want = "6:17 api/invalid-label spec.selector: value \"b c\" of spec.selector[a] must be "
                 "empty, or consist of letters, digits, '-', '_' and '.', and start and end with "
                 "a letter or digit\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_external_ips(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SERVICE "  externalIPs: [1.2.3.4]\n", .minor = 35, .want = ""},
        {.manifest = SERVICE "  externalIPs: [1.2.3.4]\n",
         .want = "6:16 server/warning spec.externalIPs: spec.externalIPs is deprecated and may no "
                 "longer be implemented in some clusters\n"},
        {.manifest = SERVICE "  externalIPs: [127.0.0.1]\n",
         .minor = 35,
         .want = AT("externalIPs[0]", "6:17 api/invalid-value",
                    "Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, "
                    "::1/128)")},
        {.manifest = SERVICE "  externalIPs: [01.2.3.4]\n",
         .minor = 35,
         .want = "6:17 server/warning spec.externalIPs[0]: spec.externalIPs[0]: non-standard IP "
                 "address \"01.2.3.4\" will be considered invalid in a future Kubernetes release: "
                 "use \"1.2.3.4\"\n"},
        {.manifest = SERVICE "  clusterIP: None\n  sessionAffinity: ClientIP\n",
         .want = "7:20 server/warning spec.sessionAffinity: spec.SessionAffinity is ignored for "
                 "headless services\n"},
        {.manifest = SERVICE "  externalName: a\n",
         .want = "6:17 server/warning spec.externalName: spec.externalName is ignored when "
                 "spec.type is not \"ExternalName\"\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

int test_rule_service(void);
int test_rule_service(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ports),        cmocka_unit_test(test_node_ports),
        cmocka_unit_test(test_addresses),    cmocka_unit_test(test_traffic),
        cmocka_unit_test(test_external_ips),
    };
    return cmocka_run_group_tests_name("admit rules of Services", tests, NULL, NULL);
}
