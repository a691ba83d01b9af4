/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack: the rules that come with the program, from rules/ (rules/README.md is the manual of the
 * files), compiled in by tools/packgen.c. A pack is a folder; the pack of a rule is the family of
 * its id.
 *
 *   const struct pack_rule *rule = pack_find(STR("reliability/minimum-replicas"));
 *   diag_add_rule(&diags, &pack_rules[PACK_NETWORKING_DANGLING_SERVICE].rule, span, field, text);
 *
 * Nothing is parsed before it is needed: kinds say which rules an object needs, and `body` is read
 * and compiled when the first object of such a kind comes.
 */
#pragma once

#include "base/opt.h"
#include "diag/diag.h"
#include "pack/pack_ids.h" /* generated: enum pack_id, PACK_<FAMILY>_<NAME>, PACK_COUNT */

struct pack_rule {
    struct rule rule;         /* why, remedy (fix), first fail and pass example as bad and good */
    bool is_default;          /* on when nobody asks for it */
    bool is_builtin;          /* decided in C (check); no body */
    struct str body;          /* JSON of match, params, variables, validations and fix */
    struct str text;          /* the whole file */
    struct str docs;          /* where more is to be read, or "" */
    const char *const *kinds; /* of match, ends with NULL; NULL when built in */
};

extern const struct pack_rule pack_rules[PACK_COUNT];

/* By its id, NULL when there is none. */
const struct pack_rule *pack_find(struct str id);
/* "reliability", "pod-security/baseline": whether any rule's id has this family. The rules of
 * pod-security are decided in src/pod, as they also count where a Namespace asks for them. */
bool pack_exists(struct str name);

/* Who asked for what: packs by name, rules by a severity of their own (an exact id). */
struct pack_choice {
    const struct str_list *packs;
    const struct rule_settings *settings; /* or NULL */
};
/* Whether an expression, or all of a rule's, look at other objects of the set. */
bool pack_names_others(struct str expression);
bool pack_sees_others(const struct pack_rule *rule);
bool pack_is_on(const struct pack_choice *choice, const struct pack_rule *rule);
/* Whether a pack was asked for by its name, or by that of the packs that it is among. */
bool pack_is_asked(const struct pack_choice *choice, struct str name);
