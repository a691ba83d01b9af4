/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON files and the paths of this room share. */
#pragma once

#include "doc/doc.h"

/* ---- json_scan.c: the words of JSON text ---- */

struct jscan {
    struct str text;
    size_t pos;
    struct arena *scratch; /* borrowed: messages */
    bool failed;           /* the rest says why */
    enum rule_id rule;
    struct span span;
    struct str message;
};

/* message is borrowed for as long as the scan. */
void jscan_fail(struct jscan *s, enum rule_id rule, size_t start, size_t end, const char *message);
/* "expected X, found Y" at the position. */
void jscan_fail_here(struct jscan *s, const char *expected);
void jscan_blanks(struct jscan *s);
/* Moves past the character if it is next. */
bool jscan_char(struct jscan *s, char c);
/* A number at the position; look at `failed`. */
enum node_kind jscan_number(struct jscan *s, struct str *ret_text);
/* A string at the position, decoded; look at `failed`. */
struct str jscan_string(struct jscan *s, struct arena *arena);
