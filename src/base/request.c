/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL reads and verifies; what Go does not take is refused here. */
#include "base/request.h"

#include "base/pem.h"
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

enum { RSA_BITS_MIN = 1024 };

static bool find_block(struct arena *arena, struct str pem, struct pem_block *ret_block)
{
    return pem_next(arena, &pem, ret_block) && str_is(ret_block->type, "CERTIFICATE REQUEST");
}

static X509_REQ *read_request(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    X509_REQ *request = d2i_X509_REQ(NULL, &p, (long)der.n);
    if (request && p != (const unsigned char *)der.p + der.n) {
        X509_REQ_free(request);
        return NULL;
    }
    return request;
}

/* How long the outermost value says it is, with its head; 0 when that can't be read. */
static size_t length_of(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    long length = 0;
    int tag = 0;
    int class = 0;
    const int flags = ASN1_get_object(&p, &length, &tag, &class, (long)der.n);
    return (flags & 0x80) && length <= 0
               ? 0
               : (size_t)(p - (const unsigned char *)der.p) + (size_t)length;
}

/* Go's words where they are known to be the same. */
static const char *unreadable(struct str der)
{
    if (der.n == 0)
        return "asn1: syntax error: sequence truncated";
    const size_t length = length_of(der);
    if (length > der.n)
        return "asn1: syntax error: data truncated";
    if (length && length < der.n)
        return "asn1: syntax error: trailing data";
    return "asn1: structure error: the block holds no certificate request";
}

/* What Go says of a signature that does not fit, by kind of key. */
static const char *verify(struct arena *arena, X509_REQ *request, EVP_PKEY *key)
{
    static const char *const curves[] = {"secp224r1", "prime256v1", "secp384r1", "secp521r1"};
    enum { CURVE_NAME_MAX = 64 };
    char curve[CURVE_NAME_MAX] = "";
    const int kind = EVP_PKEY_get_base_id(key);
    const bool fits = X509_REQ_verify(request, key) == 1;
    if (kind == EVP_PKEY_RSA) {
        const int bits = EVP_PKEY_get_bits(key);
        if (bits < RSA_BITS_MIN)
            return str_to_c(arena, str_format(arena,
                                              "crypto/rsa: %d-bit keys are insecure (see "
                                              "https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)",
                                              bits));
        return fits ? NULL : "crypto/rsa: verification error";
    }
    if (kind == EVP_PKEY_ED25519)
        return fits ? NULL : "x509: Ed25519 verification failure";
    if (kind != EVP_PKEY_EC)
        return "x509: cannot verify signature: algorithm unimplemented";
    if (!EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL) ||
        !str_is_one_of(str_from(curve), curves, ARRAY_LEN(curves)))
        return "x509: unsupported elliptic curve";
    return fits ? NULL : "x509: ECDSA verification failure";
}

const char *request_error(struct arena *arena, struct str pem)
{
    struct pem_block block;
    if (!find_block(arena, pem, &block))
        return "PEM block type must be CERTIFICATE REQUEST";
    X509_REQ *request = read_request(block.bytes);
    EVP_PKEY *key = request ? X509_REQ_get0_pubkey(request) : NULL;
    const char *error = "x509: unsupported elliptic curve";
    if (!request)
        error = unreadable(block.bytes);
    else if (key)
        error = verify(arena, request, key);
    X509_REQ_free(request);
    ERR_clear_error();
    return error;
}

bool request_has_organization(struct arena *arena, struct str pem, const char *name)
{
    struct pem_block block;
    const struct str wanted = str_from(name);
    bool found = false;
    X509_REQ *request = find_block(arena, pem, &block) ? read_request(block.bytes) : NULL;
    X509_NAME *subject = request ? X509_REQ_get_subject_name(request) : NULL;
    for (int at = -1; subject && !found;) {
        at = X509_NAME_get_index_by_NID(subject, NID_organizationName, at);
        if (at < 0)
            break;
        unsigned char *text = NULL;
        const int n =
            ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
        found = n >= 0 && str_eq((struct str){.p = (const char *)text, .n = (size_t)n}, wanted);
        OPENSSL_free(text);
    }
    X509_REQ_free(request);
    ERR_clear_error();
    return found;
}
