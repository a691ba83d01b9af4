/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of requests for certificates. */
#include "admit_case.h"

#define REQUEST                                                                                    \
    "apiVersion: certificates.k8s.io/v1\n"                                                         \
    "kind: CertificateSigningRequest\n"                                                            \
    "metadata: {name: a}\n"

/* Signed by keys that are nowhere. */
#define SIGNED                                                                                     \
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlHT01FSUNBUUF3RHpFTk1Bc0dBMVVFQXd3RWRH"     \
    "bHNiREFxTUFVR0F5dGxjQU1oQUE2dzRqM0REYzc3Y3lnVQpjSHRFczFXS1lKajJzSi9KN2RPWHh5aDNoSkN6b0FB"     \
    "d0JRWURLMlZ3QTBFQUtJOFRmUHBsa01QdEIrVFI1azdJCnVsM25RZXRrckdCT2NmdUMyamFHZmlab1B3bXZhRnp1"     \
    "Y0pxZm55YkpycDBUemRWT3NGKzYxWmVqS3V0RjNadkEKQWc9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNU"     \
    "LS0tLS0K"
#define OF_MASTERS                                                                                 \
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlHWU1Fd0NBUUF3R1RFWE1CVUdBMVVFQ2d3T2Mz"     \
    "bHpkR1Z0T20xaGMzUmxjbk13S2pBRkJnTXJaWEFESVFBTwpzT0k5d3czTyszTW9GSEI3UkxOVmltQ1k5ckNmeWUz"     \
    "VGw4Y29kNFNRczZBQU1BVUdBeXRsY0FOQkFQbkNzWmFaClVRbzhULzg4MUF5NDVNVWdmSnVLTVVPd2dWRitqc1VI"     \
    "K2xZWDFTYVRwZzg2UHZmdmp1TU9zOENvT2xDK2ozakMKVzRFRmYyTlRKdEd2ekFzPQotLS0tLUVORCBDRVJUSUZJ"     \
    "Q0FURSBSRVFVRVNULS0tLS0K"

static const struct admit_case request_cases[] = {
    {.manifest = REQUEST "spec: {request: " SIGNED
                         ", signerName: a.b/c, usages: [client auth], expirationSeconds: 600}\n",
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
    {.manifest = REQUEST "spec: {request: " SIGNED ", signerName: a, usages: [any]}\n",
     .want = "4:391 api/invalid-value spec.signerName: spec.signerName: Invalid value: \"a\": must "
             "be a fully qualified domain and path of the form 'example.com/signer-name'\n"},
    {.manifest = REQUEST "spec: {request: " SIGNED ", signerName: a/b, usages: [any]}\n",
     .want = "4:391 api/invalid-value spec.signerName: spec.signerName: Invalid value: \"a\": "
             "should be a domain with at least two segments separated by dots\n"},
    {.manifest = REQUEST "spec: {request: " SIGNED ", signerName: a.B/b, usages: [any]}\n",
     .want = "4:391 api/invalid-value spec.signerName: spec.signerName: Invalid value: \"a.B\": "
             "validating label \"B\": must consist of lower-case letters, digits and '-', and "
             "start and end with a letter "
             "or digit\n"},
    {.manifest = REQUEST "spec: {request: " SIGNED ", signerName: a.b/c..d, usages: [any]}\n",
     .want = "4:391 api/invalid-value spec.signerName: spec.signerName: Invalid value: \"c..d\": "
             "validating label \"\": must consist of lower-case letters, digits, '-' and '.', and "
             "each part between dots must start and end with a letter or digit\n"},
    {.manifest = REQUEST "spec: {request: " OF_MASTERS
                         ", signerName: kubernetes.io/kube-apiserver-client, usages: [any]}\n",
     .want = "4:17 api/forbidden spec.request: spec.request: Forbidden: use of "
             "kubernetes.io/kube-apiserver-client signer with system:masters group is not "
             "allowed\n"},
    {.manifest = REQUEST "spec: {request: " OF_MASTERS ", signerName: a.b/c, usages: [any]}\n",
     .want = ""},
};

/* The server keeps the spec. */
static const struct update_case request_updates[] = {
    {.manifest = REQUEST "spec: {usages: [x], expirationSeconds: 1}\n",
     .old = REQUEST "spec: {}\n",
     .want = ""},
};

static void test_request(void **state)
{
    (void)state;
    check_updates(request_updates, ARRAY_LEN(request_updates));
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
