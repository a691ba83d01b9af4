/* SPDX-License-Identifier: Apache-2.0 */
/* Between the two files of the parser. */
#pragma once

#include "cel/cel_internal.h"

struct cel_expr *cel_parse_expr(struct cel_parser *parser);
/* Prefix operators and what they apply to. */
struct cel_expr *cel_parse_unary(struct cel_parser *parser);
/* Counts a level that cel-go's visitor counts; NULL after reporting that there are too many. */
struct cel_expr *cel_raise(struct cel_parser *parser, struct cel_expr *expr);
/* The whole source; NULL when there are issues. */
struct cel_expr *cel_parse_source(struct cel_parser *parser);
