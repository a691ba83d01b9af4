/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this room share: the table of settings, and the steps of reading in order.
 *
 *   config_check   the tree as written -> a plain tree: known keys, right types, each value in its
 *                  one form (lists always lists, `rules` a list of pairs), without aliases
 *   config_fill    the plain tree -> structs, by libcyaml
 */
#pragma once

#include "config/config.h"
#include "doc/doc.h"

/* ---- the table: config_schema.c ---- */

enum config_kind {
    CONFIG_FLAG,    /* bool: true or false */
    CONFIG_CHOICE,  /* enum: one of `choices` */
    CONFIG_TEXT,    /* struct str */
    CONFIG_TEXTS,   /* struct str_list */
    CONFIG_MAP,     /* the entry's struct itself, inside of the struct around */
    CONFIG_PAIRS,   /* VEC: a map in the file; keys are the entry's first key, values its second */
    CONFIG_ENTRIES, /* VEC: a list of maps */
    CONFIG_PARAMS,  /* const struct node *: a map of rules to maps of params */
};

struct config_choice {
    const char *word; /* NULL ends the list */
    int value;
};

/* What a text must look like. */
struct config_form {
    const char *pattern; /* regular expression of the JSON Schema, or NULL */
    /* NULL when the text is fine, else what it must be; *ret_meant may become a correction. */
    const char *(*problem)(struct arena *arena, struct str text, struct str *ret_meant);
};

struct config_table;

struct config_key {
    const char *name; /* NULL ends the table */
    const char *also; /* a second name, or NULL */
    enum config_kind kind;
    bool required;                       /* in each entry */
    bool single;                         /* CONFIG_TEXTS: one text is a list of one */
    const struct config_form *form;      /* of each text, or NULL */
    const struct config_choice *choices; /* CONFIG_CHOICE */
    const struct config_table *entry;    /* CONFIG_MAP, CONFIG_PAIRS and CONFIG_ENTRIES */
    const char *pair;                    /* CONFIG_PAIRS: how one is written */
    const char *preset;                  /* default for people; of flags and choices the word */
    const char *help;                    /* one sentence, lower case, no full stop */
    const char *example;                 /* YAML lines for the template; top level only */
    size_t offset;                       /* of the member in the table's struct */
};

enum { CONFIG_NO_SPAN = -1 };

struct config_table {
    const struct config_key *keys;
    size_t size;    /* of the struct that one map fills */
    ptrdiff_t span; /* offset of its struct span, or CONFIG_NO_SPAN */
};

extern const struct config_table config_table, config_sync_table;

size_t config_key_count(const struct config_table *table);
/* Flags and choices of a struct, as they are when nothing is written. */
void config_preset(const struct config_table *table, char *target);

/* config_form.c */
extern const struct config_form config_form_minor, config_form_glob, config_form_path,
    config_form_object, config_form_rule, config_form_ignored_rule, config_form_field,
    config_form_date, config_form_set, config_form_namespace, config_form_release, config_form_gate,
    config_form_ports, config_form_cidr, config_form_plugin, config_form_pack, config_form_rule_id,
    config_form_age;
/* Rules that no ignore covers, exact or as a pattern. */
bool config_rule_is_fixed(struct str rule);

/* Every VEC and str_list of the structs, for access by offset. */
struct config_vec {
    void *items;
    size_t n;
    size_t cap;
};

/* ---- reading ---- */

struct config_checker {
    struct arena *arena;
    struct source *source;
    struct diags *diags;
    unsigned mistakes; /* findings so far */
};

/* A mistake in the file; after a hundred, one that says so and no more. `meant` may be empty. */
void config_mistake(struct config_checker *checker, enum rule_id rule, struct span span,
                    const struct path *path, struct str meant, const char *hint,
                    struct str message);
bool config_is_full(const struct config_checker *checker);

/* The one document of a file of settings. NULL in ret_root: there is none. */
int config_read_tree(struct arena *arena, struct source *source, struct diags *diags,
                     const struct node **ret_root) MUST_USE;
/* The plain tree in the checker's arena, in which each node has the place of what it stands for.
 * NULL when there was a mistake. */
struct node *config_check(struct config_checker *checker, const struct node *root);
/* config_params.c */
struct node *config_check_params(struct config_checker *checker, const struct node *value,
                                 const struct node *written, const struct path *path);
/* Names of sets are unique, dependencies exist and make no circle. */
void config_check_sets(struct config_checker *checker, const struct node *plain);

/* 0, or -1 with a finding. Texts are copied into the arena. */
int config_fill(struct arena *arena, struct diags *diags, const struct node *plain,
                struct config *config) MUST_USE;
