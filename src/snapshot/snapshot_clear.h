/* SPDX-License-Identifier: Apache-2.0 */
/* The part of an object that a snapshot has in clear. */
#pragma once

#include "object/object.h"

/* With apiVersion and kind; NULL when nothing of the kind is told in clear. */
const struct node *snapshot_clear(struct arena *arena, const struct gvk *gvk,
                                  const struct node *object);
/* Of a param of a policy, which are told on request; NULL of a Secret. */
const struct node *snapshot_clear_param(struct arena *arena, const struct gvk *gvk,
                                        const struct node *object);
