/* SPDX-License-Identifier: Apache-2.0 */
/* What the walk, the verbs and the messages of the rule engine share; rules themselves don't need
 * it. */
#pragma once

#include "admit/rule.h"
#include "admit/rule_table.h"

/* A finding of the engine. */
struct saying {
    enum rule_error error;
    enum rule_at at;
    bool warning;
    bool no_value;     /* the server shows none */
    struct str value;  /* as the server prints it; .p NULL: from the spot */
    struct str detail; /* "" : none */
};

struct diag *say(struct validating *v, const struct spot *spot, const struct saying *saying);
/* Gives a finding of a value that is not among these its fix, if one of them was clearly meant. */
void offer_value(struct validating *v, const struct spot *spot, struct diag *diag,
                 const struct str *values, size_t n);

/* The verb of a row on a value; zero values have been sorted out by flags. */
void row_apply(struct validating *v, const struct rule_row *row, const struct spot *spot);

/* All rules of what is inside of a value. */
void rules_walk(struct validating *v, const struct spot *spot);

/* ---- lists of the table ---- */

static inline size_t list_count(uint32_t list)
{
    return rule_lists[list];
}

static inline struct str list_text(uint32_t list, size_t i)
{
    return rule_str(rule_lists[list + 1 + i]);
}

bool list_has(uint32_t list, struct str text);

/* Whether a row holds, shared by rules and defaults: minors, kind, holder and sibling fields. */
struct when_place {
    struct str kind;
    struct str holder;
    const struct node *node; /* the struct */
    const struct profile *profile;
    unsigned minor;
    bool update;
};
bool rule_holds(const struct rule_when *when, const struct when_place *place);
