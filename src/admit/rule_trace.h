/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows of schemas/rules do something: in debug builds, with TIDEGATE_RULE_TRACE=FILE in the
 * environment, the program appends a line for each row that was applied to a value, "MARKS
 * rules/batch.v1.txt:7", once it ends. MARKS has a p when the value passed and an f when the row
 * made a finding. tests/fidelity/coverage.py reads it.
 */
#pragma once

#include "admit/rule_table.h"

#ifdef TIDEGATE_RULE_TRACE
#include <stdatomic.h>

/* By row, as rule_rows; the first array is written by rulegen, the second by the walk. */
extern const char *const rule_sources[];
extern atomic_uchar rule_seen[];
extern const size_t rule_row_count;

void trace_row(const struct rule_row *row, bool fired);
#else
static inline void trace_row(const struct rule_row *row, bool fired)
{
    (void)row;
    (void)fired;
}
#endif
