/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the SARIF reporter share. */
#pragma once

#include "report/report_internal.h"

struct sarif {
    const struct report *report;
    struct arena arena; /* owned */
    struct jsonw w;
    struct sarif_diags {
        VEC(const struct diag *);
    } results, notifications;
    struct sarif_rules {
        VEC(const struct rule *);
    } used;            /* in order of first use */
    struct map rules;  /* id -> size_t, index into used */
    struct map prints; /* fingerprint -> size_t, how often */
    size_t left_out;
};

/* ---- sarif_rules.c ---- */

/* Adds the rule when it is not there yet. */
size_t sarif_rule_index(struct sarif *sarif, const struct rule *rule);
/* The `tool` member with the rules that are used. */
void sarif_write_tool(struct sarif *sarif);
const char *sarif_level(enum severity severity);
/* A message object of our own text. */
void sarif_write_text(struct sarif *sarif, struct str text);
/* A message object from a manifest's words; the hint may be empty. */
void sarif_write_message(struct sarif *sarif, struct str message, struct str hint);
