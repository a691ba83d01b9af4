/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form: what may stand in a map of a file of ours (a rule, a file of tests), as tables of keys.
 *
 *   struct form form = {.arena = &arena, .diags = &diags, .whole = "the rule", .one = "a rule"};
 *   if (form_check(&form, keys, &root)) ... the tree holds known keys with values of their shapes
 *
 * What a table can't say is told with form_mistake; `failed` knows of both.
 */
#pragma once

#include "doc/doc.h"

enum form_shape {
    FORM_TEXT,
    FORM_FLAG,
    FORM_LINE,     /* a number of lines */
    FORM_TEXTS,    /* a list of texts */
    FORM_VALUES,   /* a map with names of the language as keys and any values */
    FORM_TABLE,    /* a map with the keys of `inner` */
    FORM_ENTRIES,  /* a list of such maps */
    FORM_MANIFEST, /* a map, or a text that holds YAML */
    FORM_MANIFESTS,
    FORM_MAP,  /* any map */
    FORM_LIST, /* any list */
    FORM_ANY,
};

enum form_need { FORM_OPTIONAL, FORM_COMPLETE, FORM_ALWAYS };

struct form_key {
    const char *name; /* NULL ends the table */
    enum form_shape shape;
    enum form_need need;
    bool may_be_empty; /* a text of blanks, a list without entries */
    const struct form_key *inner;
    const char *choices;                     /* a|b of each text; NULL: any */
    const char *(*problem)(struct str text); /* of each text; NULL: fine */
};

struct form {
    struct arena *arena;
    struct diags *diags;
    const char *whole; /* the file in messages */
    const char *one;   /* what its keys are of */
    bool complete;     /* FORM_COMPLETE is needed, too */
    bool failed;
};

/* Whether the map of a path has the keys of a table, each as it must be; otherwise with findings
 * policy/invalid-rule. */
bool form_check(struct form *form, const struct form_key *keys, const struct path *path);
/* "path TEXT" at a node. */
void form_mistake(struct form *form, const struct path *path, const struct node *at,
                  const char *fmt, ...) PRINTF(4, 5);
/* NULL when expressions may use it as a name. */
const char *form_name_problem(struct str text);
