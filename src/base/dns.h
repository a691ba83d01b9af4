/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the domain name system, as RFC 1123 has them, in lower case and of any length. */
#pragma once

#include "base/str.h"

/* [a-z0-9]([-a-z0-9]*[a-z0-9])? */
bool dns_is_label(struct str s);
/* Labels with dots between them. */
bool dns_is_subdomain(struct str s);
