/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files about CRD schemas share. */
#pragma once

#include "schema/schema.h"

/* A schema as structural, in the view's arena; NULL when it is no map. */
const struct structural *structural_read(struct schema_view *view, const struct node *schema);
