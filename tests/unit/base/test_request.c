/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for certificates, and the PEM around them. The keys are nowhere. */
#include "base/pem.h"
#include "base/request.h"
#include "unit/base/base_check.h"

int test_request(void);

#define PLAIN                                                                                      \
    "-----BEGIN CERTIFICATE REQUEST-----\n"                                                        \
    "MIHJMHECAQAwDzENMAsGA1UEAwwEdGlsbDBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"                           \
    "A0IABOP2kUM79WpavnbYyBVlBCDjL5IzluH7rbqW9zCHJpPhj3jFyhEpy7LiS3WT\n"                           \
    "5hmZXrtSdk03OjwwH6kjLFh0YIGgADAKBggqhkjOPQQDAgNIADBFAiEAxePvG7vP\n"                           \
    "JnD4KAJQoHpbTDXyi6ock+8APgqpLycsNboCIAlyeYRyKHgM4sBFdBADichr/Sli\n"                           \
    "hadpLIICl0udk/NP\n"                                                                           \
    "-----END CERTIFICATE REQUEST-----\n"
#define MASTERS                                                                                    \
    "-----BEGIN CERTIFICATE REQUEST-----\n"                                                        \
    "MIHwMIGWAgEAMDQxCjAIBgNVBAoMAWExFzAVBgNVBAoMDnN5c3RlbTptYXN0ZXJz\n"                           \
    "MQ0wCwYDVQQDDAR0aWxsMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE4/aRQzv1\n"                           \
    "alq+dtjIFWUEIOMvkjOW4futupb3MIcmk+GPeMXKESnLsuJLdZPmGZleu1J2TTc6\n"                           \
    "PDAfqSMsWHRggaAAMAoGCCqGSM49BAMCA0kAMEYCIQCmgS3eHAkO7tRHYBNEIc1Z\n"                           \
    "Kcx85dc8Yue9ZFc5LY1VAAIhAJ00Fr+dSmNO8IFmrBBC33hGrSTCZnDmWiRI69ci\n"                           \
    "3X5H\n"                                                                                       \
    "-----END CERTIFICATE REQUEST-----\n"
#define OTHER_CURVE                                                                                \
    "-----BEGIN CERTIFICATE REQUEST-----\n"                                                        \
    "MIHHMG4CAQAwDzENMAsGA1UEAwwEdGlsbDBWMBAGByqGSM49AgEGBSuBBAAKA0IA\n"                           \
    "BB92Lu2Edau9Bkom8elwoBxZGNC2+llu320Wlwcc7Xh1itO9psjWHl/0nAIyI7KH\n"                           \
    "XmKlXTrTmFxbAx4wOx0BkI+gADAKBggqhkjOPQQDAgNJADBGAiEA3/Ck+HsKE6i9\n"                           \
    "yxRXB28PWxMzg5FDa8cY6TEN0FtlEuYCIQCzp3yuYnyCBYJpPSqfr7QvttttAbg0\n"                           \
    "oYuCZo2J/MxbBQ==\n"                                                                           \
    "-----END CERTIFICATE REQUEST-----\n"
#define BROKEN                                                                                     \
    "-----BEGIN CERTIFICATE REQUEST-----\n"                                                        \
    "MIHJMHECAQAwDzENMAsGA1UEAwwEdGlsbDBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"                           \
    "A0IABOP2kUM79WpavnbYyBVlBCDjL5IzluH7rbqW9zCHJpPhj3jFyhEpy7LiS3WT\n"                           \
    "5hmZXrtSdk03OjwwH6kjLFh0YIGgADAKBggqhkjOPQQDAgNIADBFAiEAxePvG7vP\n"                           \
    "JnD4KAJQoHpbTDXyi6ock+8APgqpLycsNboCIAlyeYRyKHgM4sBFdBADichr/Sli\n"                           \
    "hadpLIICl0udk/NO\n"                                                                           \
    "-----END CERTIFICATE REQUEST-----\n"
#define FOO   "-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n"
#define BEGIN "-----BEGIN CERTIFICATE REQUEST-----\n"
#define END   "-----END CERTIFICATE REQUEST-----\n"
#define NONE  "PEM block type must be CERTIFICATE REQUEST"

struct request_case {
    const char *pem;
    const char *want; /* NULL: fine */
};

static const struct request_case cases[] = {
    {PLAIN, NULL},
    {"words\n" PLAIN "words\n", NULL},
    {PLAIN FOO, NULL},
    {BEGIN "A: b\n\n" END PLAIN, "asn1: syntax error: sequence truncated"},
    {BEGIN FOO, NONE},
    {FOO PLAIN, NONE},
    {"", NONE},
    {"-----BEGIN", NONE},
    {BEGIN, NONE},
    {BEGIN "!\n" END, NONE},
    {BEGIN "AgEA\n" END "x\n", "asn1: structure error: the block holds no certificate request"},
    {BEGIN "AAAA\n-----END CERTIFICATE REQUEST----- x\n", NONE},
    {" " BEGIN "AAAA\n" END, NONE},
    {BEGIN END, "asn1: syntax error: sequence truncated"},
    {BEGIN "MAUA\n" END, "asn1: syntax error: data truncated"},
    {BEGIN "MAAA\n" END, "asn1: syntax error: trailing data"},
    {OTHER_CURVE, "x509: unsupported elliptic curve"},
    {BROKEN, "x509: ECDSA verification failure"},
};

static void says_what_is_wrong(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *error = request_error(&arena, str_from(cases[i].pem));
        if (cases[i].want)
            assert_string_equal(error ? error : "", cases[i].want);
        else
            assert_null(error);
    }
}

static void finds_organizations(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    assert_true(request_has_organization(&arena, STR(MASTERS), "system:masters"));
    assert_true(request_has_organization(&arena, STR(MASTERS), "a"));
    assert_false(request_has_organization(&arena, STR(MASTERS), "system:"));
    assert_false(request_has_organization(&arena, STR(PLAIN), "system:masters"));
    assert_false(request_has_organization(&arena, STR("x"), "system:masters"));
}

static void reads_block_after_block(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    struct str rest = STR(FOO "between\n" FOO "after\n");
    struct pem_block block;
    for (size_t i = 0; i < 2; i++) {
        assert_true(pem_next(&arena, &rest, &block));
        assert_str(block.type, "FOO");
        assert_int_equal(block.bytes.n, 3);
    }
    assert_str(rest, "after\n");
    assert_false(pem_next(&arena, &rest, &block));
}

int test_request(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(finds_organizations),
        cmocka_unit_test(reads_block_after_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
