/* SPDX-License-Identifier: Apache-2.0 */
/* Server-side apply: what only it would refuse. */
#pragma once

#include "admit/admit.h"

/* After admit_validate(): reports apply/leftover-field for what is refused in the merged object and
 * is not among the findings from `first` on. */
void admit_apply(struct admit_ctx *ctx, const struct admitted *admitted, const struct admitted *old,
                 size_t first);
/* After admit_validate(): reports apply/kept-null for what is refused in a custom resource whose
 * nulls stay, and is not among the findings from `first` on. `old`: NULL on create. */
void admit_apply_nulls(struct admit_ctx *ctx, const struct admitted *admitted,
                       const struct admitted *old, size_t first);
