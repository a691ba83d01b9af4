/* SPDX-License-Identifier: Apache-2.0 */
/* Updates by server-side apply: what only they would refuse. */
#pragma once

#include "admit/admit.h"

/* After admit_validate(): reports apply/leftover-field for what is refused in the merged object and
 * is not among the findings from `first` on. */
void admit_apply(struct admit_ctx *ctx, const struct admitted *admitted, const struct admitted *old,
                 size_t first);
