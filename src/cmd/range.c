/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/range.h"

#include <stdlib.h>

static bool is_ci(void)
{
    const char *value = getenv("CI");
    return value && *value && strcmp(value, "false") != 0;
}

void range_take(struct arena *arena, const struct host *host, struct gate_options *gate)
{
    gate->in_ci = is_ci();
    if (str_is(gate->base, "AUTO")) {
        gate->find_base = true;
        gate->base = (struct str){0};
    }
    gate->find_base |= gate->changed_files && !gate->base.n && !gate->staged;
    if (gate->all || gate->staged || gate->base.n || gate->base_dir.n || gate->head.n ||
        (gate->paths.n && !gate->find_base))
        return;
    const struct host_range range = host_range(arena, host);
    gate->in_ci = gate->in_ci && !range.all;
    gate->find_base = gate->find_base && !range.all;
    gate->base = range.base;
    gate->head = range.head;
    gate->target = range.target;
    gate->other = range.other;
    gate->change = range.change;
    gate->heads_target = range.heads_target && range.change.n;
    gate->how = range.how;
}
