/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a snapshot. Whoever talks to the server makes a text of each list as it comes, so that no
 * more than some lists are in memory, and puts the texts together at the end:
 *
 *   struct snapshot_part part;
 *   snapshot_part_begin(&part, salt, group, kind);
 *   snapshot_part_add(&part, version, object, how);          // for each
 *   contents.lists/objects <- snapshot_part_end(&arena, &part)
 *   snapshot_write(&contents, &out);
 *
 * What may be written stands here and nowhere else: objects in clear by a table of fields, all
 * others by hashes. No value that this room was not told to keep can get into a file.
 */
#pragma once

#include "base/buf.h"
#include "snapshot/snapshot.h"

/* How much of an object is told. */
enum snapshot_detail {
    SNAPSHOT_NAME_HASH, /* that there is one of this name, to who knows it */
    SNAPSHOT_NAME,      /* name, managers */
    SNAPSHOT_FIELDS,    /* and hashes of fields */
};

/* Whether objects of the kind are told in clear, in part. */
bool snapshot_is_clear(struct str group, struct str kind);
/* Whether somebody applied it: field managers, labels and annotations of the usual tools. */
bool snapshot_is_managed(const struct node *object);

struct snapshot_text {
    struct str group, kind;
    bool is_complete;
    struct str why;
    struct str items, others; /* JSON, without brackets */
};

struct snapshot_texts {
    VEC(struct snapshot_text);
};

struct snapshot_contents {
    struct str name, version, salt;
    int64_t created;
    struct snapshot_kinds kinds, unknown; /* of the latter group and version only */
    struct snapshot_texts lists, objects;
};

struct snapshot_part {
    struct str salt, group, kind;
    struct buf items, others; /* owned */
};

void snapshot_part_begin(struct snapshot_part *part, struct str salt, struct str group,
                         struct str kind);
/* The part of it that is told in clear. */
void snapshot_part_add_clear(struct snapshot_part *part, struct str version,
                             const struct node *object);
/* All of a param of a policy, but its metadata. */
void snapshot_part_add_param(struct snapshot_part *part, struct str version,
                             const struct node *object);
void snapshot_part_add(struct snapshot_part *part, const struct node *object,
                       enum snapshot_detail detail);
/* The texts go to the arena. False when they are too large, and cut. */
bool snapshot_part_end(struct arena *arena, struct snapshot_part *part,
                       struct snapshot_text *ret_text);
void snapshot_write(const struct snapshot_contents *contents, struct buf *out);
