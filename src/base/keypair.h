/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a PEM certificate and a PEM private key belong together, with the words that Go's
 * tls.X509KeyPair finds for it. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* NULL when they do, else why not; the text lives in the arena. */
const char *keypair_error(struct arena *arena, struct str certificate, struct str key);
