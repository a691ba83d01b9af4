/* SPDX-License-Identifier: Apache-2.0 */
/* What a run compares where nobody says it. */
#pragma once

#include "gate/gate.h"
#include "host/host.h"

/* The host says which revisions are compared, unless the options do. */
void range_take(struct arena *arena, const struct host *host, struct gate_options *gate);
