/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "doc/doc.h"

/*
 * JSON values one after the other from byte `from` on, each a document of the list. Reading stops
 * at the first value that is broken. 0, or -1 only when a limit leaves nothing to read.
 */
int doc_read_json_stream(struct arena *arena, struct source *source, uint32_t from,
                         struct diags *diags, struct doc_list *ret_docs) MUST_USE;
