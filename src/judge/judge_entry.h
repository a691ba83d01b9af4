/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "diag/diag.h"

/* Of the findings from `first` on: what server-side apply alone refuses is added to the server's
 * warning of the same entry, and goes where the server refuses it anyway. */
void judge_join_entries(struct diags *diags, size_t first);
