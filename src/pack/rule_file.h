/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule_file: a rule of tidegate as its file says it (rules/README.md), held against what may stand
 * there. Rules of the program go through here when it is built, those of a repository when it is
 * checked.
 *
 *   struct rule_file file;
 *   if (rule_file_is(doc.root) && rule_file_read(&arena, &doc, RULE_FILE_OWN, &diags, &file)) ...
 *
 * Expressions are text here: who compiles them says what is wrong with them.
 *
 * Lifetime: everything points into the document, or lives in the arena.
 */
#pragma once

#include "doc/doc.h"

enum rule_file_home {
    RULE_FILE_OWN,  /* of a repository */
    RULE_FILE_PACK, /* comes with the program: has all texts and examples */
};

enum rule_operation { RULE_CREATE = 1 << 0, RULE_UPDATE = 1 << 1, RULE_DELETE = 1 << 2 };

struct rule_file {
    struct source *source;   /* NULL: of a pack */
    const struct node *root; /* the whole file */
    struct str id;
    enum severity severity;
    bool is_default; /* on when nobody asks for it */
    bool is_builtin; /* decided in C: none of the nodes below */
    struct str summary, why, remedy, docs;
    /* Nodes of the file, each NULL when it is not there. */
    const struct node *kinds, *namespaces, *labels; /* of match */
    unsigned operations;                            /* enum rule_operation */
    const struct node *params;                      /* a map of defaults */
    const struct node *variables, *validations, *fix;
    const struct node *pass, *fail; /* lists of examples */
};

/* Whether a document means to be a rule, right or wrong: a map that is no Kubernetes object and
 * has an id or validations. */
bool rule_file_is(const struct node *root);
/* False with findings policy/invalid-rule. */
bool rule_file_read(struct arena *arena, const struct doc *doc, enum rule_file_home home,
                    struct diags *diags, struct rule_file *ret_file);
/* What match, params, variables, validations and fix say, of a tree that is known to be right. */
void rule_file_take(const struct node *root, struct rule_file *file);
