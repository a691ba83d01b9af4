/* SPDX-License-Identifier: Apache-2.0 */
/* The checks there are: one row each. */
#include "check/check_internal.h"

static const struct check *const table[] = {
    &check_duplicate, &check_crd_conflict, &check_existence, &check_pod_security,
    &check_limits,    &check_quota,        &check_joins,
};

void check_run(const struct check_input *input, struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    struct check_context context;
    check_context_init(&context, input, &arena);
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        table[i]->run(&context, diags);
}
