/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of owned share: metadata.managedFields as it is read, and the way to a field in
 * it. */
#pragma once

#include "apply/owned.h"
#include "policy/policy_merge.h"

/* Of metadata.managedFields. */
struct managed_entry {
    struct str manager, operation, subresource, api_version, time;
    const struct node *fields; /* fieldsV1; NULL: none that can be read */
};

struct managed {
    VEC(struct managed_entry);
};

void managed_read(struct arena *arena, const struct node *live, struct managed *ret_managed);
/* Whether the entry is what this manager applied. */
bool managed_is_applied_by(const struct managed_entry *entry, struct str manager);

/* The way to a field, as fieldsV1 writes its steps: f:spec, k:{"name":"web"}, v:"x". */
struct trail {
    const struct trail *up; /* NULL: this is the root, which has no key */
    struct str key;
};

/* What is owned at the end of the trail; NULL: nothing. What has nothing below is owned as a whole,
 * so all that a trail may lead to in there is. */
const struct node *trail_find(const struct node *fields, const struct trail *trail);
/* The latest entry, other than what `manager` applied, that owns a field, something in it, or all
 * of what it is in; NULL: nobody. */
const struct managed_entry *managed_owner(const struct managed *managed, struct str manager,
                                          const struct trail *trail);
/* Whether fields of fieldsV1 stand below this one, and not only its own mark. */
bool managed_has_below(const struct node *fields);

enum { OWNED_KEYS_MAX = 8 };

/* What tells the entries of a list apart: the values of some fields, or of a set the value. */
struct list_keys {
    const struct shape *list; /* NULL: unknown, so there are no defaults */
    struct str names[OWNED_KEYS_MAX];
    size_t n; /* 0: a set */
};

/* As fieldsV1 writes an entry; "" when it has no such keys. */
struct str owned_entry_key(struct arena *arena, const struct list_keys *keys,
                           const struct node *entry);
/* Of a list whose type is not known, from the first entry that is owned in it. False: none. */
bool owned_keys_read(struct arena *arena, const struct node *fields, struct list_keys *ret_keys);
/* For people: "[name=web]" of k:{"name":"web"}; "" for what can't be read. */
struct str owned_entry_words(struct arena *arena, struct str key);

/* The shape of a kind, false: nothing is known of it. */
bool owned_shape_of(const struct owned_input *input, struct kind_info *ret_kind,
                    struct shape *ret_shape);
/* One level down from `shape`, which may be NULL; `depth` is 0 at the root. False: nothing is known
 * of what is there. */
bool owned_shape_below(const struct shape *shape, struct str name, unsigned depth,
                       struct shape *ret_below, bool *ret_declared);

/* ---- values: owned_whole.c ---- */

/* MORE: there may be defaults; STRANGE: it has fields that the kind has not. */
enum owned_likeness { ALIKE, MORE, STRANGE, UNLIKE };

enum owned_likeness owned_whole(struct arena *arena, const struct shape *shape,
                                const struct node *want, const struct node *live);
bool owned_same_scalar(struct arena *arena, const struct shape *shape, const struct node *want,
                       const struct node *live);
/* `want` with the server's defaults. */
const struct node *owned_complete(struct arena *arena, const struct owned_input *input,
                                  const struct kind_info *kind);
