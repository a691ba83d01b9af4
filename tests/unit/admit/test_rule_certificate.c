/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of requests for certificates. */
#include "admit_case.h"

#define REQUEST                                                                                    \
    "apiVersion: certificates.k8s.io/v1\n"                                                         \
    "kind: CertificateSigningRequest\n"                                                            \
    "metadata: {name: a}\n"

static const struct admit_case request_cases[] = {
    {.manifest = REQUEST
     "spec: {request: "
     "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KCi0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tL"
     "Qo=, signerName: a.b/c, usages: [client auth], expirationSeconds: 600}\n",
     .want = ""},
    {.manifest = REQUEST,
     .want = "2:7 api/invalid-value spec.request: spec.request: Invalid value: null: PEM block "
             "type must be CERTIFICATE REQUEST\n"
             "2:7 api/required spec.signerName: spec.signerName: Required value\n"
             "2:7 api/required spec.usages: spec.usages: Required value\n"},
    {.manifest = REQUEST "spec: {request: aGk=, signerName: kubernetes.io/legacy-unknown, usages: "
                         "[client auth, other, client auth], expirationSeconds: 599}\n",
     .want = "4:17 api/invalid-value spec.request: spec.request: Invalid value: \"aGk=\": PEM "
             "block type must be CERTIFICATE REQUEST\n"
             "4:35 api/invalid-value spec.signerName: spec.signerName: Invalid value: "
             "\"kubernetes.io/legacy-unknown\": the legacy signerName is not allowed via this API "
             "version\n"
             "4:87 api/unsupported-value spec.usages[1]: spec.usages[1]: Unsupported value: "
             "\"other\": supported values: \"any\", \"cert sign\", \"client auth\", \"code "
             "signing\", \"content commitment\", \"crl sign\", \"data encipherment\", \"decipher "
             "only\", \"digital signature\", \"email protection\", \"encipher only\", \"ipsec end "
             "system\", \"ipsec tunnel\", \"ipsec user\", \"key agreement\", \"key encipherment\", "
             "\"microsoft sgc\", \"netscape sgc\", \"ocsp signing\", \"s/mime\", \"server auth\", "
             "\"signing\", \"timestamping\"\n"
             "4:94 api/duplicate-value spec.usages[2]: spec.usages[2]: Duplicate value: \"client "
             "auth\"\n"
             "4:127 api/invalid-value spec.expirationSeconds: spec.expirationSeconds: Invalid "
             "value: 599: may not specify a duration less than 600 seconds (10 minutes)\n"},
    {.manifest = REQUEST "spec: {request: "
                         "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KCi0tLS0tRU5EIENFUlRJRklDQ"
                         "VRFIFJFUVVFU1QtLS0tLQo=, signerName: a, usages: [any]}\n",
     .want = "4:127 api/invalid-value spec.signerName: spec.signerName: Invalid value: \"a\": must "
             "be a fully qualified domain and path of the form 'example.com/signer-name'\n"},
    {.manifest = REQUEST "spec: {request: "
                         "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KCi0tLS0tRU5EIENFUlRJRklDQ"
                         "VRFIFJFUVVFU1QtLS0tLQo=, signerName: a/b, usages: [any]}\n",
     .want = "4:127 api/invalid-value spec.signerName: spec.signerName: Invalid value: \"a/b\": "
             "should be a domain with at least two segments separated by dots\n"},
    {.manifest = REQUEST "spec: {request: "
                         "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KCi0tLS0tRU5EIENFUlRJRklDQ"
                         "VRFIFJFUVVFU1QtLS0tLQo=, signerName: a.B/b, usages: [any]}\n",
     .want = "4:127 api/invalid-value spec.signerName: spec.signerName: Invalid value: \"a.B/b\": "
             "must consist of lower-case letters, digits and '-', and start and end with a letter "
             "or digit\n"},
};

static void test_request(void **state)
{
    (void)state;
    check_rules(request_cases, ARRAY_LEN(request_cases));
}

int test_rule_certificate(void);
int test_rule_certificate(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
    };
    return cmocka_run_group_tests_name("admit rules of certificates", tests, NULL, NULL);
}
