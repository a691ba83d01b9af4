/* SPDX-License-Identifier: Apache-2.0 */
/* How a view finds custom kinds: written by structural.c, read by schema_kind.c. */
#pragma once

#include "schema/schema.h"

/* The served versions that share a kind name. */
struct custom_chain {
    struct custom *first, *last;
};

/* Names of CRDs are DNS names: a group has at most 253 bytes, a kind 63. */
enum { CUSTOM_NAME_MAX = 512 };

/* "Kind.group" in out[CUSTOM_NAME_MAX]; "" when no CRD could have such a name. */
struct str custom_name(char *out, struct str group, struct str kind);
