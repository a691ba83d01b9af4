/* SPDX-License-Identifier: Apache-2.0 */
/* CRDs as manifests: everything but their schemas. */
#include "unit/admit/admit_case.h"

#define ARRAY(a) (a), sizeof(a) / sizeof((a)[0])

#define HEAD "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
#define NAMES                                                                                      \
    "metadata: {name: oars.sea.example.org}\nspec:\n  group: sea.example.org\n"                    \
    "  scope: Cluster\n  names: {plural: oars, kind: Oar}\n"
#define SCHEMA                                                                                     \
    "schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: "      \
    "{num: "                                                                                       \
    "{type: integer}, s: {type: string}}}}}}"
#define VERSION  "  - name: v1\n    served: true\n    storage: true\n    " SCHEMA "\n"
#define VERSIONS "  versions:\n" VERSION

static void names(void **state)
{
    static const struct admit_case cases[] = {
        {HEAD NAMES VERSIONS, "", 0, NULL},
        {HEAD
         "metadata: {name: oars}\nspec:\n  group: example\n  scope: cluster\n  names: {plural: "
         "Oars, kind: Oar, listKind: Oar, shortNames: [o, O_]}\n" VERSIONS,
         "3:18 api/invalid-name metadata.name: metadata.name must be spec.names.plural and "
         "spec.group with a dot between them | for example: Oars.example\n"
         "5:10 api/invalid-value spec.group: spec.group must be a domain with at least one dot\n"
         "6:10 api/unsupported-value spec.scope: spec.scope must be Namespaced or Cluster, not "
         "\"cluster\"\n"
         "7:19 api/invalid-value spec.names.plural: spec.names.plural must consist of lower-case "
         "letters, digits and '-', start with a letter and end with a letter or digit\n"
         "7:46 api/invalid-value spec.names.listKind: spec.names.listKind must not be the same as "
         "kind\n"
         "7:67 api/invalid-value spec.names.shortNames[1]: spec.names.shortNames[1] must consist "
         "of lower-case letters, digits and '-', start with a letter and end with a letter or "
         "digit\n",
         0, NULL},
        {HEAD "metadata: {name: x}\nspec: {}\n",
         "3:18 api/invalid-name metadata.name: metadata.name must be spec.names.plural and "
         "spec.group with a dot between them\n"
         "4:1 api/invalid-value spec.versions: spec.versions must have exactly one version with "
         "storage: true, not 0\n"
         "4:1 api/invalid-value status.storedVersions: status.storedVersions, which the server "
         "makes of spec.versions, must have the one with storage: true\n"
         "4:1 api/required spec.group: spec.group is required\n"
         "4:1 api/required spec.names.kind: spec.names.kind is required\n"
         "4:1 api/required spec.names.listKind: spec.names.listKind is required\n"
         "4:1 api/required spec.names.plural: spec.names.plural is required\n"
         "4:1 api/required spec.names.singular: spec.names.singular is required\n"
         "4:1 api/required spec.scope: spec.scope is required | add scope: Namespaced or scope: "
         "Cluster\n",
         0, NULL},
        {HEAD "metadata: {name: oars.x.k8s.io}\nspec:\n  group: x.k8s.io\n  scope: Cluster\n  "
              "names: {plural: oars, kind: Oar}\n" VERSIONS,
         "3:1 api/required metadata.annotations[api-approved.kubernetes.io]: the annotation "
         "api-approved.kubernetes.io must hold the URL of the API review, or start with "
         "'unapproved', because group x.k8s.io belongs to the Kubernetes community\n",
         0, NULL},
        {HEAD NAMES "  preserveUnknownFields: true\n" VERSIONS,
         "8:26 api/invalid-value spec.preserveUnknownFields: spec.preserveUnknownFields must be "
         "false; set x-kubernetes-preserve-unknown-fields in the schema instead\n",
         0, NULL},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void versions(void **state)
{
    static const struct admit_case cases[] = {
        {HEAD NAMES VERSIONS VERSION,
         "8:3 api/invalid-value spec.versions: spec.versions must have exactly one version with "
         "storage: true, not 2\n"
         "8:3 api/invalid-value status.storedVersions: status.storedVersions, which the server "
         "makes of spec.versions, must have the one with storage: true\n"
         "13:11 api/invalid-value spec.versions: spec.versions has two versions of one name\n",
         0, NULL},
        {HEAD NAMES VERSIONS "  - {name: V2, served: true, storage: false}\n",
         "13:12 api/invalid-value spec.versions[1].name: spec.versions[1].name must consist of "
         "lower-case letters, digits and '-', start with a letter and end with a letter or digit\n"
         "13:12 api/required spec.versions[1].schema.openAPIV3Schema: "
         "spec.versions[1].schema.openAPIV3Schema is required\n",
         0, NULL},
        {HEAD NAMES VERSIONS "    deprecationWarning: use v2\n",
         "13:25 api/invalid-value spec.versions[0].deprecationWarning: "
         "spec.versions[0].deprecationWarning is only for versions with deprecated: true\n",
         0, NULL},
        {HEAD NAMES VERSIONS "    subresources: {scale: {specReplicasPath: .n, statusReplicasPath: "
                             ".status.n, labelSelectorPath: x}}\n",
         "13:46 api/invalid-value spec.subresources.scale.specReplicasPath: "
         "spec.subresources.scale.specReplicasPath must start with .spec.\n"
         "13:100 api/invalid-value spec.subresources.scale.labelSelectorPath: "
         "spec.subresources.scale.labelSelectorPath must start with .spec. or .status.\n",
         0, NULL},
        {HEAD NAMES VERSIONS "    additionalPrinterColumns:\n    - {name: A, type: text, jsonPath: "
                             "spec.n}\n    - {name: B, type: string, jsonPath: .x, format: yy}\n",
         "14:23 api/invalid-value spec.additionalPrinterColumns[0].type: "
         "spec.additionalPrinterColumns[0].type must be boolean, date, integer, number or string, "
         "not \"text\"\n"
         "14:39 api/invalid-value spec.additionalPrinterColumns[0].JSONPath: the jsonPath of a "
         "column must start with '.'\n"
         "15:53 api/invalid-value spec.additionalPrinterColumns[1].format: "
         "spec.additionalPrinterColumns[1].format must be byte, date, date-time, double, float, "
         "int32, int64 or password\n",
         0, NULL},
        {HEAD NAMES VERSIONS "    selectableFields: [{jsonPath: .spec.num}, {jsonPath: .spec}, "
                             "{jsonPath: .spec.num}, {jsonPath: .spec.x}]\n",
         "13:58 api/invalid-value spec.selectableFields[1].jsonPath: "
         "spec.selectableFields[1].jsonPath must lead to a string, a boolean or an integer\n"
         "13:77 api/duplicate-value spec.selectableFields[2].jsonPath: "
         "spec.selectableFields[2].jsonPath is selectable already\n"
         "13:100 api/invalid-value spec.selectableFields[3].jsonPath: "
         "spec.selectableFields[3].jsonPath must lead to a field of the schema\n",
         0, NULL},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

static void conversion(void **state)
{
    static const struct admit_case cases[] = {
        {HEAD NAMES "  conversion: {strategy: None}\n" VERSIONS, "", 0, NULL},
        {HEAD NAMES "  conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v1], "
                    "clientConfig: {service: {namespace: a, name: b, path: /c}}}}\n" VERSIONS,
         "", 0, NULL},
        {HEAD NAMES "  conversion: {strategy: Webhook}\n" VERSIONS,
         "8:3 api/required spec.conversion.conversionReviewVersions: "
         "spec.conversion.conversionReviewVersions is required\n"
         "8:3 api/required spec.conversion.webhookClientConfig: "
         "spec.conversion.webhookClientConfig is required for strategy Webhook: write "
         "webhook.clientConfig\n",
         0, NULL},
        {HEAD NAMES "  conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v7], "
                    "clientConfig: {url: 'http://x'}}}\n" VERSIONS,
         "8:71 api/invalid-value spec.conversion.conversionReviewVersions: "
         "spec.conversion.conversionReviewVersions must include v1 or v1beta1\n"
         "8:97 api/invalid-value spec.conversion.webhookClientConfig.url: "
         "spec.conversion.webhookClientConfig.url must start with https://\n",
         0, NULL},
        {HEAD NAMES "  conversion: {strategy: Hook, webhook: {clientConfig: {url: "
                    "'https://x'}}}\n" VERSIONS,
         "8:26 api/unsupported-value spec.conversion.strategy: spec.conversion.strategy must be "
         "None or Webhook, not \"Hook\"\n"
         "8:32 api/forbidden spec.conversion.webhookClientConfig: "
         "spec.conversion.webhookClientConfig is only for strategy Webhook\n",
         0, NULL},
    };
    (void)state;
    check_cases(ARRAY(cases));
}

int test_crd_names(void);
int test_crd_names(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(versions),
        cmocka_unit_test(conversion),
    };
    return cmocka_run_group_tests_name("admit CRD names", tests, NULL, NULL);
}
