/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates and keys by OpenSSL; the PEM around them is read here, because Go names the blocks
 * that it skipped.
 */
#include "base/keypair.h"

#include "base/pem.h"
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

enum { SKIPPED_SHOWN = 8 };

/* The blocks of a text in their order. */
struct reader {
    struct arena *arena;
    struct str rest;
    struct str skipped[SKIPPED_SHOWN];
    size_t n_skipped;
};

static bool next_of_type(struct reader *r, const char *suffix, struct pem_block *ret_block);
static const char *no_certificate(const struct reader *r);
static const char *no_key(const struct reader *r);
static EVP_PKEY *read_key(struct str der);
static const char *compare(X509 *certificate, EVP_PKEY *key);

static X509 *read_certificate(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    X509 *certificate = d2i_X509(NULL, &p, (long)der.n);
    if (certificate && p != (const unsigned char *)der.p + der.n) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

const char *keypair_error(struct arena *arena, struct str certificate, struct str key)
{
    struct pem_block first;
    struct pem_block wanted;
    struct reader r = {.arena = arena, .rest = certificate};
    if (!next_of_type(&r, "CERTIFICATE", &first))
        return no_certificate(&r);
    r = (struct reader){.arena = arena, .rest = key};
    if (!next_of_type(&r, "PRIVATE KEY", &wanted))
        return no_key(&r);
    X509 *x509 = read_certificate(first.bytes);
    if (!x509) {
        ERR_clear_error();
        return "x509: malformed certificate";
    }
    EVP_PKEY *private = read_key(wanted.bytes);
    const char *error = private ? compare(x509, private) : "tls: failed to parse private key";
    EVP_PKEY_free(private);
    X509_free(x509);
    ERR_clear_error();
    return error;
}

/* ---- PEM ---- */

/* The type itself, or with a word before it for keys. */
static bool next_of_type(struct reader *r, const char *suffix, struct pem_block *ret_block)
{
    const struct str wanted = str_from(suffix);
    const bool words = str_find_char(wanted, ' ') >= 0;
    while (pem_next(r->arena, &r->rest, ret_block)) {
        const struct str type = ret_block->type;
        if (str_eq(type, wanted) || (words && str_ends(type, wanted) && type.n > wanted.n &&
                                     type.p[type.n - wanted.n - 1] == ' '))
            return true;
        if (r->n_skipped < SKIPPED_SHOWN)
            r->skipped[r->n_skipped] = type;
        r->n_skipped++;
    }
    return false;
}

static const char *after_skipping(const struct reader *r, const char *what)
{
    struct str list = {0};
    for (size_t i = 0; i < r->n_skipped && i < SKIPPED_SHOWN; i++)
        list =
            str_format(r->arena, "%.*s%s%.*s", STR_FMT(list), i ? " " : "", STR_FMT(r->skipped[i]));
    return str_to_c(r->arena, str_format(r->arena,
                                         "tls: failed to find %s input after skipping PEM blocks "
                                         "of the following types: [%.*s]",
                                         what, STR_FMT(list)));
}

static const char *no_certificate(const struct reader *r)
{
    if (r->n_skipped == 0)
        return "tls: failed to find any PEM data in certificate input";
    if (r->n_skipped == 1 && str_ends(r->skipped[0], STR("PRIVATE KEY")))
        return "tls: failed to find certificate PEM data in certificate input, but did find a "
               "private key; PEM inputs may have been switched";
    return after_skipping(r, "\"CERTIFICATE\" PEM block in certificate");
}

static const char *no_key(const struct reader *r)
{
    if (r->n_skipped == 0)
        return "tls: failed to find any PEM data in key input";
    if (r->n_skipped == 1 && str_is(r->skipped[0], "CERTIFICATE"))
        return "tls: found a certificate rather than a key in the PEM for the private key";
    return after_skipping(r, "PEM block with type ending in \"PRIVATE KEY\" in key");
}

/* ---- keys ---- */

/* PKCS #1, PKCS #8 or SEC 1, whatever the PEM says. */
static EVP_PKEY *read_key(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    return d2i_AutoPrivateKey(NULL, &p, (long)der.n);
}

static const char *compare(X509 *certificate, EVP_PKEY *key)
{
    const EVP_PKEY *public = X509_get0_pubkey(certificate);
    if (!public)
        return "tls: unknown public key algorithm";
    const int kind = EVP_PKEY_get_base_id(public);
    if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_EC && kind != EVP_PKEY_ED25519)
        return "tls: unknown public key algorithm";
    if (kind != EVP_PKEY_get_base_id(key))
        return "tls: private key type does not match public key type";
    return EVP_PKEY_eq(public, key) == 1 ? NULL : "tls: private key does not match public key";
}
