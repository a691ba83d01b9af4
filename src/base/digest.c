/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 and SHA-1 by OpenSSL, and XXH3; the only file that knows the latter. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <sys/random.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

struct digest {
    EVP_MD_CTX *ctx; /* owned */
};

/* The one piece of mutable state of the room, written once: a seed that nobody outside can know,
 * so that keys of a manifest cannot be chosen to fall into one slot. */
static uint64_t hash_seed;
static pthread_once_t hash_seed_once = PTHREAD_ONCE_INIT;

/* OpenSSL's SHA-1, looked up once: that takes as long as hashing a kilobyte. */
static EVP_MD *sha1_method;
static pthread_once_t sha1_once = PTHREAD_ONCE_INIT;

struct digest *digest_new(void)
{
    struct digest *digest = xmalloc(sizeof *digest);
    digest->ctx = EVP_MD_CTX_new();
    if (!digest->ctx)
        memory_exhausted(sizeof *digest);
    if (EVP_DigestInit_ex(digest->ctx, EVP_sha256(), NULL) != 1)
        BUG("OpenSSL offers no SHA-256");
    return digest;
}

void digest_add(struct digest *digest, struct str bytes)
{
    if (bytes.n > 0 && EVP_DigestUpdate(digest->ctx, bytes.p, bytes.n) != 1)
        BUG("SHA-256 of %zu bytes failed", bytes.n);
}

void digest_add_field(struct digest *digest, struct str bytes)
{
    char prefix[8];
    for (size_t i = 0; i < sizeof prefix; i++) /* little-endian on every machine */
        prefix[i] = (char)((uint64_t)bytes.n >> (8 * i) & 0xFF);
    digest_add(digest, (struct str){prefix, sizeof prefix});
    digest_add(digest, bytes);
}

struct sha256 digest_end(struct digest *digest)
{
    struct sha256 sum;
    unsigned n = sizeof sum.bytes;
    if (EVP_DigestFinal_ex(digest->ctx, sum.bytes, &n) != 1 || n != sizeof sum.bytes)
        BUG("SHA-256 did not end");
    EVP_MD_CTX_free(digest->ctx);
    free(digest);
    return sum;
}

struct sha256 sha256_of(struct str bytes)
{
    struct digest *digest = digest_new();
    digest_add(digest, bytes);
    return digest_end(digest);
}

void sha256_hex(const struct sha256 *sum, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof sum->bytes; i++) {
        out[2 * i] = digits[sum->bytes[i] >> 4];
        out[2 * i + 1] = digits[sum->bytes[i] & 15];
    }
    out[2 * sizeof sum->bytes] = '\0';
}

static void sha1_init(void)
{
    sha1_method = EVP_MD_fetch(NULL, "SHA1", NULL);
}

struct sha1 sha1_of(struct str head, struct str body)
{
    struct sha1 sum;
    unsigned n = sizeof sum.bytes;
    pthread_once(&sha1_once, sha1_init);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!ctx)
        memory_exhausted(sizeof sum);
    if (!sha1_method || EVP_DigestInit_ex(ctx, sha1_method, NULL) != 1 ||
        (head.n > 0 && EVP_DigestUpdate(ctx, head.p, head.n) != 1) ||
        (body.n > 0 && EVP_DigestUpdate(ctx, body.p, body.n) != 1) ||
        EVP_DigestFinal_ex(ctx, sum.bytes, &n) != 1 || n != sizeof sum.bytes)
        BUG("OpenSSL offers no SHA-1");
    EVP_MD_CTX_free(ctx);
    return sum;
}

static void hash_seed_init(void)
{
    /* Without entropy, early in boot, tables still work; only their order in memory is guessable.
     */
    if (getrandom(&hash_seed, sizeof hash_seed, GRND_NONBLOCK) != (ssize_t)sizeof hash_seed)
        hash_seed = (uint64_t)(uintptr_t)&hash_seed;
}

uint64_t checksum64(struct str bytes)
{
    return XXH3_64bits(bytes.n > 0 ? bytes.p : "", bytes.n);
}

uint64_t hash64(struct str bytes)
{
    pthread_once(&hash_seed_once, hash_seed_init);
    return XXH3_64bits_withSeed(bytes.n > 0 ? bytes.p : "", bytes.n, hash_seed);
}
