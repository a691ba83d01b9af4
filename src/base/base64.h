/* SPDX-License-Identifier: Apache-2.0 */
/* Standard alphabet with padding; CR and LF are ignored, anything else is an error: Go's
 * StdEncoding. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* Offset of the first byte that makes the text illegal, or -1 when all is well. */
ptrdiff_t base64_check(struct str s);
/* 0 or -EINVAL; the bytes live in the arena. */
int base64_decode(struct arena *arena, struct str s, struct str *ret_bytes) MUST_USE;
struct str base64_encode(struct arena *arena, struct str bytes);
