/* SPDX-License-Identifier: Apache-2.0 */
/* What the files packgen*.c share. */
#pragma once

#include "pack/rule_file.h"

/* All rule files below a folder, by path. */
struct packgen {
    struct arena *arena;
    VEC(struct rule_file);
};

/* 0, or -1 with messages on standard error. */
int packgen_read(struct packgen *gen, const char *folder) MUST_USE;
/* pack_ids.h and the table. */
void packgen_emit_ids(const struct packgen *gen, struct buf *out);
void packgen_emit_table(const struct packgen *gen, struct buf *out);
