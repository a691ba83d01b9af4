/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules of check_join.h look from one object to another by, so that a run with a base can
 * tell which files it must read: an object is linked to those that it names or selects, and to
 * those that name or select it.
 *
 *   struct check_links links = {0};
 *   check_links_of(&arena, object, &links);
 *
 * Namespaces and sets are left out: a link too many only costs time. A rule that looks at objects
 * in another way must say so here.
 */
#pragma once

#include "check/check.h"
#include "pack/pack.h"

enum check_link_kind {
    LINK_HAS,   /* a label: its value is the name */
    LINK_PICKS, /* a label that what it selects must have */
    LINK_IS,    /* something that others name */
    LINK_NAMES, /* names it */
};

struct check_link {
    enum check_link_kind kind;
    const char *what;  /* "Service"; of labels, whose they are: "Pod" */
    struct str name;   /* which */
    struct str key;    /* of a label */
    uint32_t selector; /* labels of one number must all be there; from 1 */
    bool is_common;    /* a label that many have: not the one to look for */
};

struct check_links {
    VEC(struct check_link);
    uint32_t selectors;
};

/* Whether a rule is on that links don't tell about: then everything must be read. */
bool check_links_miss(const struct pack_choice *choice);
void check_links_of(struct arena *arena, const struct object *object, struct check_links *links);

/* Words of which a file at the other end of a link has one, together with the name (and the key);
 * NULL ends the list, "" is in every file. */
const char *const *check_link_words(const struct check_link *link);
