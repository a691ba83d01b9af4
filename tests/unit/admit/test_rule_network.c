/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of Ingresses, NetworkPolicies, endpoints, addresses; and what an update may change. */
#include "admit_case.h"

#define INGRESS "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n"
#define BACKEND "{service: {name: a, port: {number: 80}}}"
#define PATH(p) INGRESS "  rules: [{http: {paths: [{" p ", backend: " BACKEND "}]}}]\n"
#define CLASS   "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: a}\nspec:\n"
#define POLICY  "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n"
#define PORT(p) POLICY "  egress: [{ports: [{" p "}]}]\n"
#define PEER(p) POLICY "  ingress: [{from: [{" p "}]}]\n"
#define SLICE   "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: a}\n"
#define SUBSETS "apiVersion: v1\nkind: Endpoints\nmetadata: {name: a}\nsubsets:\n"
#define ADDRESS                                                                                    \
    "apiVersion: networking.k8s.io/v1\nkind: IPAddress\nmetadata: {name: 10.1.2.3}\nspec:\n"
#define RANGES  "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: {name: a}\nspec:\n"
#define SERVICE "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports: [{port: 80}]\n"
#define FROM(before, now, findings)                                                                \
    {                                                                                              \
        .manifest = now, .old = before, .want = findings                                           \
    }
#define AT(field, id, text) id " " field ": " field ": " text "\n"

static void test_ingress(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = INGRESS "  defaultBackend: " BACKEND "\n", .want = ""},
        {.manifest = INGRESS "  rules: []\n",
         .want = AT("spec", "5:3 api/invalid-value",
                    "Invalid value: []: either `defaultBackend` or `rules` must be specified")},
        {.manifest = INGRESS "  rules: [{host: '*.example.org'}]\n", .want = ""},
        {.manifest = INGRESS "  rules: [{host: 10.1.2.3}]\n",
         .want = AT("spec.rules[0].host", "5:18 api/invalid-value",
                    "Invalid value: \"10.1.2.3\": must be a DNS name, not an IP address")},
        {.manifest = INGRESS "  rules: [{host: 'a.*.org'}]\n",
         .want = AT("spec.rules[0].host", "5:18 api/invalid-value",
                    "Invalid value: \"a.*.org\": a wildcard DNS-1123 subdomain must start with "
                    "'*.', followed by a valid DNS subdomain")},
        {.manifest = INGRESS "  rules: [{http: {paths: []}}]\n",
         .want = AT("spec.rules[0].http.paths", "5:26 api/required", "Required value")},
        {.manifest = INGRESS "  defaultBackend: {service: {name: 9a, port: {number: 80}}}\n",
         .want = ""},
        {.manifest = INGRESS "  defaultBackend: {service: {name: 9a, port: {number: 80}}}\n",
         .minor = 35,
         .want = AT("spec.defaultBackend.service.name", "5:36 api/invalid-value",
                    "Invalid value: \"9a\": must consist of lower-case letters, digits and '-', "
                    "start with a letter and end with a letter or digit")},
        {.manifest = INGRESS "  defaultBackend: {service: {name: a}}\n",
         .want = AT("spec.defaultBackend", "5:19 api/required",
                    "Required value: port name or number is required")},
        {.manifest = INGRESS "  defaultBackend: {}\n",
         .want = AT("spec.defaultBackend", "5:19 api/invalid-value",
                    "Invalid value: \"\": resource or service backend is required")},
        {.manifest = INGRESS "  defaultBackend: {resource: {kind: A}}\n",
         .minor = 33,
         .want = AT("spec.defaultBackend.resource.name", "5:20 api/required",
                    "Required value: name is required")},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_paths(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = PATH("path: /a/.b, pathType: Exact"), .want = ""},
        {.manifest = PATH("pathType: ImplementationSpecific"), .want = ""},
        {.manifest = PATH("path: /"),
         .want = AT("spec.rules[0].http.paths[0].pathType", "5:27 api/required",
                    "Required value: pathType must be specified")},
        {.manifest = PATH("path: a, pathType: Prefix"),
         .want = AT("spec.rules[0].http.paths[0].path", "5:34 api/invalid-value",
                    "Invalid value: \"a\": must be an absolute path")},
        {.manifest = PATH("path: /a/.., pathType: Prefix"),
         .want = AT("spec.rules[0].http.paths[0].path", "5:34 api/invalid-value",
                    "Invalid value: \"/a/..\": cannot end with '/..'")},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_classes(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = CLASS "  controller: example.org/a\n  parameters: {kind: A, name: b}\n",
         .want = ""},
        {.manifest = CLASS "  controller: a\n",
         .want = AT("spec.controller", "5:15 api/invalid-value",
                    "Invalid value: \"a\": must be a domain-prefixed path (such as "
                    "\"acme.io/foo\")")},
        {.manifest = CLASS "  controller: a/b\n"
                           "  parameters: {kind: A, name: b, scope: Namespace}\n",
         .want = AT("spec.parameters.namespace", "6:3 api/required",
                    "Required value: `parameters.scope` is set to 'Namespace'")},
        {.manifest = CLASS "  controller: a/b\n  parameters: {kind: A, name: b, namespace: c}\n",
         .want = AT("spec.parameters.namespace", "6:45 api/forbidden",
                    "Forbidden: `parameters.scope` is set to 'Cluster'")},
        {.manifest = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n"
                     "  annotations: {kubernetes.io/ingress.class: v}\n"
                     "spec: {defaultBackend: " BACKEND ", ingressClassName: w}\n",
         .want = AT("annotations.kubernetes.io/ingress.class", "5:46 api/invalid-value",
                    "Invalid value: \"v\": must match `ingressClassName` when both are "
                    "specified")},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_policies(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = POLICY "  podSelector: {}\n", .want = ""},
        {.manifest = POLICY "  policyTypes: [ingress]\n",
         .want = AT("spec.policyTypes[0]", "5:17 api/unsupported-value",
                    "Unsupported value: \"ingress\": supported values: \"Ingress\", \"Egress\"")},
        {.manifest = PORT("port: 80, endPort: 90"), .want = ""},
        {.manifest = PORT("port: 80, endPort: 70"),
         .want = AT("spec.egress[0].ports[0].endPort", "5:41 api/invalid-value",
                    "Invalid value: 80: must be greater than or equal to `port`")},
        {.manifest = PORT("port: web, endPort: 70"),
         .want = AT("spec.egress[0].ports[0].endPort", "5:42 api/invalid-value",
                    "Invalid value: 70: may not be specified when `port` is non-numeric")},
        {.manifest = PEER("podSelector: {}, namespaceSelector: {}"), .want = ""},
        {.manifest = PEER(""),
         .want = AT("spec.ingress[0].from[0]", "5:21 api/required",
                    "Required value: must specify a peer")},
        {.manifest = PEER("ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}"),
         .want = AT("spec.ingress[0].from[0]", "5:21 api/forbidden",
                    "Forbidden: may not specify both ipBlock and another peer")},
        {.manifest = PEER("ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}"), .want = ""},
        {.manifest = PEER("ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}"),
         .want = AT("spec.ingress[0].from[0].ipBlock.except[0]", "5:59 api/invalid-value",
                    "Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`")},
        {.manifest = PEER("ipBlock: {cidr: 10.0.0.7/8}"),
         .minor = 35,
         .want = "5:38 server/warning spec.ingress[0].from[0].ipBlock.cidr: "
                 "spec.ingress[0].from[0].ipBlock.cidr: CIDR value \"10.0.0.7/8\" is ambiguous in "
                 "this context (should be \"10.0.0.0/8\" or \"10.0.0.7/32\"?)\n"},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

static void test_endpoints(void **state)
{
    (void)state;
    static const struct admit_case cases[] = {
        {.manifest = SLICE "addressType: IPv4\nendpoints: [{addresses: [10.1.2.3]}]\n", .want = ""},
        {.manifest = SLICE "addressType: IPv6\nendpoints: [{addresses: ['2001:DB8::1']}]\n",
         .want = "5:26 api/invalid-value endpoints[0].addresses[0]: endpoints[0].addresses[0]: "
                 "Invalid value: \"2001:DB8::1\": must be in canonical form (\"2001:db8::1\")\n"
                 "5:26 server/warning endpoints[0].addresses[0]: endpoints[0].addresses[0]: IPv6 "
                 "address \"2001:DB8::1\" should be in RFC 5952 canonical format "
                 "(\"2001:db8::1\")\n"},
        {.manifest = SLICE "addressType: IPv4\nendpoints: [{addresses: []}]\n",
         .want = AT("endpoints[0].addresses", "5:25 api/required",
                    "Required value: must contain at least 1 address")},
        {.manifest = SLICE "addressType: IPv4\nendpoints: []\nports: [{}, {}]\n",
         .want = AT("ports[1].name", "6:13 api/duplicate-value", "Duplicate value: \"\"")},
        {.manifest = SUBSETS "- {addresses: [{ip: 10.1.2.3}], ports: [{port: 80}]}\n",
         .minor = 32,
         .want = ""},
        {.manifest = SUBSETS "- {ports: [{port: 80}]}\n",
         .minor = 32,
         .want = AT("subsets[0]", "5:3 api/required",
                    "Required value: must specify `addresses` or `notReadyAddresses`")},
        {.manifest = SUBSETS "- {addresses: [{ip: 10.1.2.3}], ports: [{port: 0}]}\n",
         .minor = 32,
         .want = AT("subsets[0].ports[0].port", "5:48 api/invalid-value",
                    "Invalid value: 0: must be between 1 and 65535, inclusive")},
        {.manifest = ADDRESS "  parentRef: {resource: services, name: a}\n", .want = ""},
        {.manifest = ADDRESS "  parentRef: {resource: services}\n",
         .want = AT("spec.parentRef.name", "5:3 api/required", "Required value")},
        {.manifest = RANGES "  cidrs: [10.9.0.0/16, 'fd00::/64']\n", .want = ""},
        {.manifest = RANGES "  cidrs: [10.9.0.0/16, 10.8.0.0/16]\n",
         .want = AT("spec.cidrs", "5:10 api/invalid-value",
                    "Invalid value: [\"10.9.0.0/16\",\"10.8.0.0/16\"]: may specify no more than "
                    "one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64")},
    };
    check_rules(cases, ARRAY_LEN(cases));
}

/* ---- updates ---- */

static void test_updates(void **state)
{
    (void)state;
    static const struct update_case cases[] = {
        FROM(SERVICE "  clusterIP: None\n", SERVICE, ""),
        FROM(SERVICE "  clusterIP: None\n", SERVICE "  clusterIP: 10.0.0.5\n",
             AT("spec.clusterIPs[0]", "6:14 api/invalid-value",
                "Invalid value: [\"10.0.0.5\"]: may not change once set")),
        FROM(SERVICE, SERVICE "  clusterIP: None\n",
             AT("spec.clusterIPs[0]", "6:14 api/invalid-value",
                "Invalid value: [\"None\"]: may not change once set")),
        FROM(SERVICE "  type: LoadBalancer\n  loadBalancerClass: a/b\n",
             SERVICE "  loadBalancerClass: a/b\n", ""),
        FROM(SERVICE "  type: LoadBalancer\n  loadBalancerClass: a/b\n",
             SERVICE "  loadBalancerClass: a/c\n",
             AT("spec.loadBalancerClass", "6:22 api/forbidden",
                "Forbidden: may only be used when `type` is 'LoadBalancer'")),
        FROM(SERVICE "  type: NodePort\n  externalTrafficPolicy: Local\n",
             SERVICE "  externalTrafficPolicy: Local\n", ""),
        FROM(SERVICE "  type: LoadBalancer\n",
             SERVICE "  type: LoadBalancer\n  loadBalancerClass: a\n",
             AT("spec.loadBalancerClass", "7:22 api/invalid-value",
                "Invalid value: \"a\": may not change once set")),
        FROM(CLASS "  controller: a/b\n", CLASS "  controller: a/c\n",
             "5:15 api/immutable-field spec.controller: spec.controller: Invalid value: \"a/c\": "
             "field is immutable\n"),
        FROM(RANGES "  cidrs: [10.9.0.0/16]\n", RANGES "  cidrs: [10.9.0.0/16, 'fd00::/64']\n", ""),
        FROM(RANGES "  cidrs: [10.9.0.0/16]\n", RANGES "  cidrs: [10.8.0.0/16]\n",
             "5:11 api/immutable-field spec.cidrs[0]: spec.cidrs[0]: Invalid value: "
             "\"10.8.0.0/16\": field is immutable\n"),
        FROM(PEER("ipBlock: {cidr: 10.0.0.7/8}"),
             POLICY "  egress: [{to: [{ipBlock: {cidr: 10.0.0.7/8}}]}]\n",
             "5:35 server/warning spec.egress[0].to[0].ipBlock.cidr: "
             "spec.egress[0].to[0].ipBlock.cidr: CIDR value \"10.0.0.7/8\" is ambiguous in this "
             "context (should be \"10.0.0.0/8\" or \"10.0.0.7/32\"?)\n"),
        FROM(SLICE "addressType: IPv4\nendpoints: [{addresses: [127.0.0.1]}]\n",
             SLICE "addressType: IPv4\nendpoints: [{addresses: [127.0.0.1]}]\n", ""),
        FROM(SLICE "addressType: IPv4\nendpoints: []\n", SLICE "addressType: FQDN\nendpoints: []\n",
             "4:14 api/immutable-field addressType: addressType: Invalid value: \"FQDN\": field is "
             "immutable\n"),
    };
    check_updates(cases, ARRAY_LEN(cases));
}

int test_rule_network(void);
int test_rule_network(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ingress),   cmocka_unit_test(test_paths),
        cmocka_unit_test(test_classes),   cmocka_unit_test(test_policies),
        cmocka_unit_test(test_endpoints), cmocka_unit_test(test_updates),
    };
    return cmocka_run_group_tests_name("admit rules of networks", tests, NULL, NULL);
}
