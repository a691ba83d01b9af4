/* SPDX-License-Identifier: Apache-2.0 */
/* What a run leaves to those who go on with it. */
#include "gate/gate_internal.h"

const struct config *gate_config(const struct gate_result *result)
{
    return &result->sides->config;
}

const struct verdict *gate_head(const struct gate_result *result)
{
    return result->sides ? &result->sides->head.verdict : NULL;
}

const struct verdict *gate_base(const struct gate_result *result)
{
    return result->sides && result->sides->has_base ? &result->sides->base.verdict : NULL;
}

const struct selection *gate_head_selection(const struct gate_result *result)
{
    return result->sides ? &result->sides->head.selection : NULL;
}

const struct selection *gate_base_selection(const struct gate_result *result)
{
    return result->sides && result->sides->has_base ? &result->sides->base.selection : NULL;
}

const struct snapshot *gate_snapshot(const struct gate_result *result)
{
    return result->sides ? result->sides->snapshot : NULL;
}
