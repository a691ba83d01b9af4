/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of values, and parts of texts by code points, for the libraries. */
#pragma once

#include "cel/cel_library.h"

/* The bytes where the n-th code point of a string starts; its length for the one past the last. */
size_t cel_rune_offset(struct cel_value string, size_t rune);
/* Part of a string value, borrowed, without its place's node. */
struct cel_value cel_string_part(struct cel_value string, size_t from, size_t to);
/* As Go's %q of a string. */
void cel_go_quote(struct buf *out, struct str text);
/* "…".format([…]) of the strings library up to version 3: texts as golang.org/x/text prints them
 * for American English. */
struct cel_value cel_format_string(struct cel_run *run, struct str format, struct cel_value list);
