/* SPDX-License-Identifier: Apache-2.0 */
/*
 * applyset: the labels and annotations by which an object says what set it belongs to, as
 * `kubectl apply --applyset` writes and reads them. The parent is the object that stands for the
 * set; members carry its id.
 *
 * Source: KEP-3659, in the words of kubectl's implementation (applyset.kubernetes.io).
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#define APPLYSET_ID      "applyset.kubernetes.io/id"      /* label of the parent */
#define APPLYSET_PART_OF "applyset.kubernetes.io/part-of" /* label of a member: the id */
#define APPLYSET_TOOLING "applyset.kubernetes.io/tooling" /* whose set it is: NAME/VERSION */
/* Sorted, between commas: what the set has members of, Kind.group or Kind. */
#define APPLYSET_KINDS "applyset.kubernetes.io/contains-group-kinds"
/* Sorted, between commas: where it has members, besides the parent's own namespace. */
#define APPLYSET_NAMESPACES "applyset.kubernetes.io/additional-namespaces"

struct applyset_parent {
    struct str name, namespace, kind, group; /* "" for cluster-wide parents and the core group */
};

/* "applyset-<digest of who the parent is>-v1": a set can't take another one's id. */
struct str applyset_id(struct arena *arena, const struct applyset_parent *parent);
/* Whether this value of the tooling annotation is ours: the name, whatever its version. */
bool applyset_is_ours(struct str tooling, struct str tool);
