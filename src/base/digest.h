/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 for anything that is stored or compared between machines; XXH3 for tables in memory, and
 * SHA-1 for git. */
#pragma once

#include "base/str.h"

struct sha256 {
    unsigned char bytes[32];
};

struct digest; /* a SHA-256 under way */

struct digest *digest_new(void) MUST_USE RETURNS_NONNULL;
void digest_add(struct digest *digest, struct str bytes);
/* Length-prefixed, so that ("ab", "c") and ("a", "bc") differ. */
void digest_add_field(struct digest *digest, struct str bytes);
struct sha256 digest_end(struct digest *digest); /* and frees it */

struct sha256 sha256_of(struct str bytes);
/* 64 lower-case hex digits and a NUL into out[65]. */
void sha256_hex(const struct sha256 *sum, char *out);

/* SHA-1 over both texts: git names objects by it. For nothing else. */
struct sha1 {
    unsigned char bytes[20];
};
struct sha1 sha1_of(struct str head, struct str body);

/* Fast and the same on every run: a checksum against accidents, not for security. */
uint64_t checksum64(struct str bytes);
/* Fast, not stable between versions of tidegate, not for security. */
uint64_t hash64(struct str bytes);
