/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: decode, validate, count, and how wide a terminal shows it. */
#pragma once

#include "base/str.h"

enum { RUNE_BAD = 0xFFFD };

/* Decodes the code point at *pos and advances; a bad byte gives RUNE_BAD and advances by one. */
uint32_t utf8_next(struct str s, size_t *pos);
/* Whether the whole text is well-formed (no surrogates, nothing over U+10FFFF, no long forms). */
bool utf8_is_valid(struct str s);
/* Offset of the first malformed byte, or s.n. */
size_t utf8_valid_prefix(struct str s);
bool utf8_is_ascii(struct str s);
/* Code points; each malformed byte counts as one. */
size_t utf8_count(struct str s);
/* Cells on a terminal: 0 for combining marks, 2 for wide characters. */
unsigned rune_width(uint32_t rune);
/* C0, C1, DEL, line and paragraph separators, bidirectional controls, zero-width characters, BOM:
 * what must not reach a terminal or a page as itself. Tab and LF are not in. */
bool rune_is_hostile(uint32_t rune);
