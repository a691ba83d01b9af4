/* SPDX-License-Identifier: Apache-2.0 */
/* How a view finds custom kinds: written by structural.c, read by schema_kind.c. */
#pragma once

#include <pthread.h>

#include "schema/schema.h"

/* What a view gains while it is looked at. */
struct schema_reading {
    pthread_mutex_t lock;
    struct arena arena;  /* owned */
    struct map patterns; /* pattern -> struct regex *, owned; NULL when it does not compile */
    struct map kept;     /* address of a schema -> struct kept_thing * */
};

/* See schema_view_keep(). */
struct kept_thing {
    const struct structural *schema; /* its address is the key */
    const struct schema_maker *maker;
    void *made;
};

/* See structural_read(). */
const struct structural *reading_schema(struct schema_reading *reading, const struct node *schema);
/* Reads the schema of a custom kind unless that is done. */
void custom_read(const struct schema_view *view, struct custom *custom);

/* The served versions that share a kind name. */
struct custom_chain {
    struct custom *first, *last;
};

/* Names of CRDs are DNS names: a group has at most 253 bytes, a kind 63. */
enum { CUSTOM_NAME_MAX = 512 };

/* "Kind.group" in out[CUSTOM_NAME_MAX]; "" when no CRD could have such a name. */
struct str custom_name(char *out, struct str group, struct str kind);
