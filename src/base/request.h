/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for certificates (PKCS #10) in PEM, judged as Go's crypto/x509 judges them. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* NULL for a request that is signed by the key in it, else why the text holds none. */
const char *request_error(struct arena *arena, struct str pem);
/* Whether the subject of a request is of an organization. */
bool request_has_organization(struct arena *arena, struct str pem, const char *name);
