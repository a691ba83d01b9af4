/* SPDX-License-Identifier: Apache-2.0 */
/*
 * takeover: the fields that other managers own of an object become the set's, so that what git no
 * longer says vanishes. Pure: from the live object to a JSON patch of its metadata.
 *
 *   if (takeover_patch(&arena, &takeover, &patch)) send(patch);   // application/json-patch+json
 *
 * Entries of the named managers, whatever their operation, that are of the same API version and of
 * no subresource are merged into the entry of ours (Apply) and removed; kubectl's copy of the
 * object goes with them. The patch holds only for the resourceVersion that was read.
 *
 * Source: structured-merge-diff, fieldsV1 as a set; KEP-555, moving from client-side apply.
 */
#pragma once

#include "base/opt.h"
#include "doc/doc.h"

struct takeover {
    const struct node *live;
    const struct str_list *managers; /* names, or beginnings that end in * */
    struct str manager;              /* ours */
    struct str api_version;
};

/* False: there is nothing to take. */
bool takeover_patch(struct arena *arena, const struct takeover *takeover, struct str *ret_patch);
