/* SPDX-License-Identifier: Apache-2.0 */
/* A live object as a tree of hashes (snapshot_internal.h). */
#pragma once

#include "snapshot/snapshot_internal.h"

/* Values of `object` are hashed with its key; numbers of owners are places in managedFields. NULL
 * when nobody owns anything. */
const struct node *snapshot_fields(struct arena *arena, struct str salt, struct str object,
                                   const struct node *live);
