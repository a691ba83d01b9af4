/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of PEM, read as Go's encoding/pem reads them, which differs from OpenSSL. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct pem_block {
    struct str type;  /* "CERTIFICATE" */
    struct str bytes; /* decoded */
};

/* The next block of *rest, which then starts behind it. What is no block is passed over. */
bool pem_next(struct arena *arena, struct str *rest, struct pem_block *ret_block);
