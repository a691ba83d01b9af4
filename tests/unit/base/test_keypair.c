/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and keys that belong together or not. The keys were made for this test. */
#include "base/keypair.h"
#include "unit/base/base_check.h"

int test_keypair(void);

#define CERTIFICATE                                                                                \
    "-----BEGIN CERTIFICATE-----\n"                                                                \
    "MIIBLjCB4aADAgECAhQmjasXX+r3uQcqTva7yBm8mUzS6TAFBgMrZXAwDDEKMAgG\n"                           \
    "A1UEAwwBeDAgFw0yNjExMjIyMDM5MjZaGA8yMDU0MDQwODIwMzkyNlowDDEKMAgG\n"                           \
    "A1UEAwwBeDAqMAUGAytlcAMhALrVVabfPlXofQAkTGzMsvF5OOjYuG8Epf9P9QkF\n"                           \
    "xOFAo1MwUTAdBgNVHQ4EFgQUu9I4D4FGYMvQpiyuBPsP6LhXtFMwHwYDVR0jBBgw\n"                           \
    "FoAUu9I4D4FGYMvQpiyuBPsP6LhXtFMwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD\n"                           \
    "QQBeF/9MF6Z9LnQk6kJY278sp/6levNuxds1aM3nSU5ELhRbycOSqW/wuVCxQfAV\n"                           \
    "eyFWiEat0dWVgJPcUuTsyHIK\n"                                                                   \
    "-----END CERTIFICATE-----\n"
#define KEY                                                                                        \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MC4CAQAwBQYDK2VwBCIEIMw9s3QBu8IKSrzydepbkxMR2eW/vvQnnRwOL+WijOD2\n"                           \
    "-----END PRIVATE KEY-----\n"
#define OTHER_KEY                                                                                  \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MC4CAQAwBQYDK2VwBCIEIAB6KFzWGLwq9SIdl9K3T1c1l3XJdWX1X74gpI03c2go\n"                           \
    "-----END PRIVATE KEY-----\n"
#define OTHER_KIND                                                                                 \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHYshKdxmynB5+Q8Y\n"                           \
    "iv/htZ7ceIRLtvu5ulSPXk5N0qChRANCAAQs1Cgx+umwEyI3ldW6ZvvCU/ffDOQ6\n"                           \
    "rzXTiQ0mv7geV4AhxbqMhT+yIusY2fYFfesGFfPxDozPARXqqBo4XKDw\n"                                   \
    "-----END PRIVATE KEY-----\n"
#define OTHER_BLOCK "-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n"

struct keypair_case {
    const char *certificate;
    const char *key;
    const char *want; /* NULL: they match */
};

static const struct keypair_case cases[] = {
    {CERTIFICATE, KEY, NULL},
    {"subject: x\n" CERTIFICATE OTHER_BLOCK, OTHER_BLOCK KEY, NULL},
    {CERTIFICATE, OTHER_KEY, "tls: private key does not match public key"},
    {CERTIFICATE, OTHER_KIND, "tls: private key type does not match public key type"},
    {"", "", "tls: failed to find any PEM data in certificate input"},
    {CERTIFICATE, "x", "tls: failed to find any PEM data in key input"},
    {KEY, KEY,
     "tls: failed to find certificate PEM data in certificate input, but did find a private key; "
     "PEM inputs may have been switched"},
    {CERTIFICATE, CERTIFICATE,
     "tls: found a certificate rather than a key in the PEM for the private key"},
    {OTHER_BLOCK OTHER_BLOCK, KEY,
     "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks "
     "of the following types: [FOO FOO]"},
    {CERTIFICATE, OTHER_BLOCK,
     "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after "
     "skipping "
     "PEM blocks of the following types: [FOO]"},
    {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", KEY,
     "x509: malformed certificate"},
    {CERTIFICATE, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
     "tls: failed to parse private key"},
    {"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", KEY,
     "tls: failed to find any PEM data in certificate input"},
};

static void says_why_they_differ(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *error =
            keypair_error(&arena, str_from(cases[i].certificate), str_from(cases[i].key));
        if (cases[i].want)
            assert_string_equal(error ? error : "", cases[i].want);
        else
            assert_null(error);
    }
}

int test_keypair(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_why_they_differ)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
