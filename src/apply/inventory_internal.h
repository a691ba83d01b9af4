/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of inventory share. */
#pragma once

#include "apply/inventory.h"

/* inventory_record.c: status and history, as JSON in the parent's data. */
int inventory_read_record(struct arena *arena, const struct node *data, struct inventory *inventory,
                          struct str *ret_why) MUST_USE;
void inventory_write_record(struct arena *arena, const struct inventory *inventory,
                            struct node *data);
