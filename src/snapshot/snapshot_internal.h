/* SPDX-License-Identifier: Apache-2.0 */
/* What writing, reading and comparing share: hashes, and how a tree of owned fields is written. */
#pragma once

#include "snapshot/snapshot.h"

/*
 * `fields` of an object is a map like fieldsV1 of managedFields. Its keys: "f:NAME" of a map,
 * "k:NAME,NAME:HASH" of a list whose items are told apart by these fields, "v:HASH" of a list that
 * is a set, "i:N". Its values: a map, or "HASH:N,M", where the numbers are places in `managers`.
 */
enum { SNAPSHOT_HASH = 4, SNAPSHOT_NAME_HASH_SIZE = 12 }; /* characters: 24 and 72 bits */

/* What a map of the file's objects holds. */
struct snapshot_entry {
    const struct node *node;
};

/* What a hash is of. */
struct snapshot_place {
    struct str salt, object; /* "group/kind/namespace/name" */
    struct str path;         /* keys on the way, each with a NUL behind it */
    bool in_quantities;      /* below limits, requests and the like: 0.5 and 500m are equal */
};

struct str snapshot_object_key(struct arena *arena, struct str group, struct str kind,
                               struct str namespace, struct str name);
struct snapshot_place snapshot_below(struct arena *arena, const struct snapshot_place *place,
                                     struct str key);
struct str snapshot_hash(struct arena *arena, const struct snapshot_place *place,
                         const struct node *value);
/* Of the values that some fields of a list's item have; `names` as they stand in the key. */
struct str snapshot_hash_keys(struct arena *arena, const struct snapshot_place *place,
                              struct str names, const struct node *item);
struct str snapshot_hash_name(struct arena *arena, struct str salt, struct str object);
