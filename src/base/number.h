/* SPDX-License-Identifier: Apache-2.0 */
/* Text to numbers, locale-free, exactly as Go's strconv reads them, and back. */
#pragma once

#include "base/str.h"

/* Base 10, optional sign, nothing around it. 0, -EINVAL, or -ERANGE. */
int number_parse_i64(struct str s, int64_t *ret_value) MUST_USE;
int number_parse_u64(struct str s, uint64_t *ret_value) MUST_USE;
/* Go's ParseInt and ParseUint with base 0: 0x, 0b, 0o and legacy octal prefixes; underscores are
 * allowed only where Go allows them. */
int number_parse_go_i64(struct str s, int64_t *ret_value) MUST_USE;
int number_parse_go_u64(struct str s, uint64_t *ret_value) MUST_USE;
/* Decimal floating point. -ERANGE when it overflows. */
int number_parse_double(struct str s, double *ret_value) MUST_USE;
/* Go's ParseFloat: hexadecimal with an exponent, underscores, inf and nan as well. */
int number_parse_go_double(struct str s, double *ret_value) MUST_USE;
/* Shortest text that reads back as the same value, laid out as Go's encoding/json does
 * (exponent form below 1e-6 and from 1e21 on). `out` needs 32 bytes; gives the length. */
size_t number_format_json(double value, char *out);
/* As Go's %g: strconv.FormatFloat(v, 'g', -1, 64). Room and length as above. */
size_t number_format_g64(double value, char *out);
/* As Go's strconv.FormatFloat(v, 'g', -1, 32): the form of float keys in converted YAML. */
size_t number_format_g32(double value, char *out);
