/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "base/buf.h"
#include "edit/edit.h"

/* ---- edit_patch.c: patches as JSON, the form in which findings keep them ---- */

struct str edit_patch_write(struct arena *arena, const struct edit_patch *patch);
/* Of text that edit_patch_write made. */
void edit_patch_read(struct arena *arena, struct str json, struct edit_patch *ret_patch);
